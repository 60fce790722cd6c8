"""Whether a post is about the brand."""
