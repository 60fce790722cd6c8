"""The same posts under two models: what each figure would be, and which posts change."""
