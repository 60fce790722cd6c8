"""Topics found in posts, their words and their lineage from run to run, and the taxonomy beside them."""
