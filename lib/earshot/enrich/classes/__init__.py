"""Intents that ship and classes of your own: read, learned, compared and kept."""
