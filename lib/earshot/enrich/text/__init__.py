"""The text of a post made clean, with its hashtags, mentions, links, and the words that carry feeling."""
