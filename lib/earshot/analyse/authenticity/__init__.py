"""Which posts are made to look like opinion: coordinated groups, bots, and what they do to the figures."""
