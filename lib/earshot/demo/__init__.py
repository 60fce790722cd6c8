"""The demo brand: Larkspur, a mobile network that does not exist, with two rivals and a planted truth."""

from earshot.demo.handover import read_business
from earshot.demo.simulation import Truth, simulate, truth

__all__ = ["Truth", "read_business", "simulate", "truth"]
