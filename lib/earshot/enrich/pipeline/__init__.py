"""The steps that add to each post, in the order of what they need."""
