"""Sentiment towards brands, products and aspects, and how well it is read."""
