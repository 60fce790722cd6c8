"""The one door: rows are protected, shaped, admitted and stored, or kept with the reason why not."""
