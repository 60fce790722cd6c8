"""Places named in profiles and posts, found in a gazetteer."""
