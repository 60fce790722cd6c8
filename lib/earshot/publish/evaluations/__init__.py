"""Evaluations and comparisons, run as notebooks."""
