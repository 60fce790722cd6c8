"""Deletions and edits after the fact: posts asked for again, and the lists that platforms check."""
