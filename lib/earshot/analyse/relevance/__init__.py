"""Which posts are about the brand at all, and how well that is judged."""

from earshot.analyse.relevance.figures import Ours, measure

__all__ = ["Ours", "measure"]
