"""Accounts that a model takes for bots,
learnt from the workspace's own labels in params/<workspace>/accounts.csv.

The file has one row per labelled account: bot (1 or 0), and of its profile created_at, followers_count,
friends_count, statuses_count, favourites_count, listed_count, verified, has_url, default_profile and lang, as
far as they are known. Nothing else is learnt from, since the store holds no names and no words of a profile;
no handle need stand in the file.
"""

from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import pandas as pd

from earshot.core.params import ParamError
from earshot.core.workspace import Workspace
from earshot.enrich.authenticity import account_model
from earshot.enrich.authenticity.account_model import COUNTS, AccountModel

FILE = "accounts.csv"
SURE = (
    0.9  # probability from which an account is taken for a bot: to blame a person is worse than to miss a bot
)
SHARED = ("created_at", *COUNTS.values(), "verified", "has_url", "default_profile", "lang")


def stamp(workspace: Workspace) -> str:
    """Return a hash of the labels, "" where there are none: posts are judged again when it changes."""
    path = workspace.folder / FILE
    return blake2b(path.read_bytes(), digest_size=4).hexdigest() if path.exists() else ""


def bots(workspace: Workspace) -> set[str]:
    """Return the authors whose stored profiles the model takes for a bot's,
    none where nothing is labelled or stored.

    Raises ParamError when the file has no column bot, another label than 0 and 1, or too few of either.
    """
    accounts = workspace.store.read("accounts") if stamp(workspace) else pd.DataFrame()
    if accounts.empty:
        return set()
    model = _learnt(workspace.folder / FILE, stamp(workspace))
    sure = model.predict(accounts[[name for name in SHARED if name in accounts]], accounts["seen_at"]) >= SURE
    return set(accounts.loc[sure, "author"])


@lru_cache(maxsize=4)
def _learnt(path: Path, stamp: str) -> AccountModel:
    rows = pd.read_csv(path, dtype="str").rename(columns=COUNTS)
    if "bot" not in rows:
        raise ParamError(f"{path.name} has no column bot; it has {', '.join(rows.columns)}.")
    wrong = rows.loc[~rows["bot"].isin(["0", "1"]), "bot"]
    if len(wrong):
        raise ParamError(
            f"{path.name}: bot is {wrong.iloc[0]!r}; write 1 for a bot and 0 for any other account."
        )
    try:
        return account_model.train(rows[[name for name in SHARED if name in rows]], rows["bot"].astype(int))
    except ValueError as error:
        raise ParamError(f"{path.name}: {error}") from None
