"""Which named queries each post matches."""
