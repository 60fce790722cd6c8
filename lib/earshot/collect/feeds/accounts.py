"""Who wrote: what a platform says of each author,
under the pseudonym that the posts carry, and no word of the profile.

Of a biography, picture, address and place only whether there is one is kept, of a handle only its share of
digits.
"""

from collections.abc import Mapping

import pandas as pd

from earshot.collect.mapping import times
from earshot.collect.mapping.mapping import Source
from earshot.core.store import Store
from earshot.core.tables import TABLES
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms


def keep(
    store: Store,
    rows: pd.DataFrame,
    source: Source,
    accounts: Mapping[str, str],
    pseudonyms: Pseudonyms,
    handles: list[str],
    at: pd.Timestamp,
) -> int:
    """Store the authors of rows as they came (before masking) and return how many are new or changed."""
    column = source.columns.get("author")
    if not accounts or column not in rows:
        return 0
    given = rows[rows[column].astype("str").str.strip().fillna("").ne("")]
    names = given[column].astype("str").str.strip()
    frame = pd.DataFrame({
        "platform": source.constants.get("platform", source.name), "author": pseudonyms.names(names, handles),
        "handle_digits": names.str.count(r"\d") / names.str.len(), "source": source.name, "seen_at": at,
    }, index=given.index)  # fmt: skip
    for name, place in accounts.items():
        if place in given and name in TABLES["accounts"].columns:
            frame[name] = _values(given[place], name)
    if frame.empty:
        return 0
    merged = store.merge(
        "accounts", _with_what_is_known(store, frame.drop_duplicates(["platform", "author"], keep="last"))
    )
    return merged.inserted + merged.updated


def _values(values: pd.Series, name: str) -> pd.Series:
    """Return values of the column's type; what is of another type is unknown, since no post hangs on it."""
    kind = TABLES["accounts"].columns[name].type
    if name.startswith("has_"):
        filled = values.astype("str").str.strip()
        return (filled.notna() & ~filled.isin(["", "[]", "False", "None"])).astype("boolean")
    if kind == "time":
        return times.parse(values)
    if kind == "flag":
        known = {"true": True, "false": False}
        return values.astype("str").str.lower().map(known).astype("boolean")
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    return (
        numbers.where((numbers >= 0) & (numbers % 1 == 0) & (numbers < 2**53)).astype("Int64")
        if kind == "whole"
        else values.astype("str")
        if kind == "text"
        else numbers
    )


def _with_what_is_known(store: Store, fits: pd.DataFrame) -> pd.DataFrame:
    """Fill what an answer leaves out of a known account from what an earlier one said."""
    before = store.read("accounts", where={"author": list(fits["author"])}).set_index(["platform", "author"])
    after = fits.set_index(["platform", "author"])
    return after.combine_first(before.loc[before.index.isin(after.index)])[
        [name for name in fits.columns if name not in ("platform", "author")]
    ].reset_index()
