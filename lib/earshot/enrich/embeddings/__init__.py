"""Texts as vectors: the encoders, their tokenisers, compressed weights and fine tuning."""
