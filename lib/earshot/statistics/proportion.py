"""How sure a share is: the interval of a proportion."""

from statistics import NormalDist

import numpy as np

LEVEL = 0.95


def wilson(count, n, level: float = LEVEL) -> tuple:
    """Return low and high of the share ``count / n`` as numbers or arrays, whichever ``count`` and ``n`` are.

    The score interval of Wilson (1927, "Probable inference, the law of succession, and statistical
    inference", JASA 22), within 0 to 1. ``n`` is 0, of which nothing is known (0 to 1), or at least 1, and
    need not be whole.
    """
    z = NormalDist().inv_cdf(0.5 + level / 2)
    centre = (count + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(count * (n - count) / np.maximum(n, 1) + z**2 / 4)
    # Rounded, so that the share of none begins at 0 and not at 1e-17, which would be written as 0.0%; nor at
    # -0.0.
    return np.clip(np.round(centre - half, 15), 0, 1) + 0.0, np.clip(np.round(centre + half, 15), 0, 1)
