"""Sentiment towards what a post names."""
