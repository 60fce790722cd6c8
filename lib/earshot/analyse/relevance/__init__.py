"""Which posts are about the brand at all, and how well that is judged."""
