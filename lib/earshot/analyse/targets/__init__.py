"""Sentiment towards brands, products and aspects, and how well it is read."""

from earshot.analyse.targets.figures import Towards, measure, quotes

__all__ = ["Towards", "measure", "quotes"]
