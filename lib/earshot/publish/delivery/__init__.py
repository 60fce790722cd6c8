"""What goes out: the index of runs, freshness, and notices."""
