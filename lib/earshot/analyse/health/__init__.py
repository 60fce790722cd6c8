"""Are the models healthy: accuracy on labels, drift, bias, behaviour, and where labels would help most."""

from earshot.analyse.health.overview import Health, examine

__all__ = ["Health", "examine"]
