"""Chance that repeats: an order of posts that is random, and the same whenever the seed is."""

import pandas as pd


def order(names: pd.Series, seed: int) -> pd.Series:
    """Return a random number for each name, fixed by name and seed:
    who takes the lowest first draws at random.

    What was taken before does not change the order of the rest: a second draw goes on where the first ended.
    """
    return pd.Series(
        pd.util.hash_pandas_object(names + f" {seed}", index=False).to_numpy(), index=names.index
    )
