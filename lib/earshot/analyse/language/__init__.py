"""In which languages posts are written, and how well that is recognised."""

from earshot.analyse.language.figures import Languages, measure

__all__ = ["Languages", "measure"]
