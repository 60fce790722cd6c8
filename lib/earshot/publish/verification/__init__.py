"""A run recomputed and compared with what it claimed."""
