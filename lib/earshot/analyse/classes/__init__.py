"""What posts want, and classes of your own: how many, how that changes, and how often it is right."""

from earshot.analyse.classes.figures import Classes, measure

__all__ = ["Classes", "measure"]
