"""How well near copies are found: planted copies, scored."""
