"""Near copies, found by MinHash."""
