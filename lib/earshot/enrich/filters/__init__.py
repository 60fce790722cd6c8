"""Filters that hide posts from the figures, and the audit of what they hide."""
