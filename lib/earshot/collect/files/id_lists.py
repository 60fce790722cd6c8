"""Posts of which a vendor gives only the id: a list of those still to be fetched from the platform itself."""

from pathlib import Path

import pandas as pd

from earshot.collect.landing.landing import stored_posts
from earshot.collect.mapping import rows
from earshot.collect.mapping.json_rows import from_lines
from earshot.collect.mapping.mapping import Source
from earshot.collect.shapes import exports
from earshot.core import clock
from earshot.core.literals import quoted
from earshot.core.workspace import Workspace


def list_ids(workspace: Workspace, source: Source) -> Path | None:
    """Write the ids of the source's posts without text, one per line, and return the file;
    None when there are none.

    Posts that have come since, from the platform or another vendor, are no longer on the list.
    """
    named = f"source = {quoted(source.name)} AND reason = {quoted(exports.STRIPPED)}"
    waiting = workspace.store.sql(f"SELECT payload FROM quarantine WHERE {named}")
    place = workspace.data / "rehydrate" / f"{source.name}.txt"
    if waiting.empty:
        place.unlink(missing_ok=True)
        return None
    posts, _ = rows.shape(from_lines(waiting["payload"]), source, workspace.params, clock.now())
    ids = posts.loc[posts["post_id"].notna(), "post_id"].drop_duplicates()
    ids = ids[~ids.isin(stored_posts(workspace.store, ids)["post_id"])]
    place.parent.mkdir(parents=True, exist_ok=True)
    native = pd.Series(sorted(ids.str.split(":", n=1).str[1]), dtype="str")
    place.write_text("".join(f"{one}\n" for one in native), encoding="utf-8")
    return place
