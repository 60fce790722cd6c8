"""The campaign of each post, found in its links and hashtags."""
