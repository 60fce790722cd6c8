"""Authors as pseudonyms, and the keys that make them."""
