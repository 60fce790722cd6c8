"""The demo brand: Larkspur, a mobile network that does not exist, with two rivals and a planted truth."""

from earshot.collect.demo.simulation import Truth, simulate, truth

__all__ = ["Truth", "simulate", "truth"]
