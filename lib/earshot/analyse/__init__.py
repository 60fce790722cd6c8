"""What the posts mean: one module per notebook, and the estimates they share."""
