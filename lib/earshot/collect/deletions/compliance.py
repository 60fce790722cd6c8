"""Batch compliance: ids handed to a platform where its terms let us, and its answer of what is gone followed.

The answer is JSON Lines with an ``id`` and what became of it (``reason`` or ``action``), as X's batch
compliance gives it, or a plain list of ids that are gone.
"""

import json
from pathlib import Path

import pandas as pd

from earshot.collect.landing import terms, tombstones
from earshot.core import clock
from earshot.core.params import ParamError, nearest
from earshot.core.workspace import Workspace

GONE = ("deleted", "delete", "deactivated", "suspended", "protected", "withheld", "bounce", "gone")


def export_ids(workspace: Workspace, source: str) -> Path:
    """Write the ids of a source's posts, one per line, and return the file.

    Raises ParamError when the source has no posts, or when its terms card does not let ids be shared.
    """
    posts = workspace.store.read("posts", columns=["post_id", "source"], where={"source": source})
    if posts.empty:
        known = sorted(workspace.store.read("posts", columns=["source"])["source"].unique())
        raise ParamError(
            f"{workspace.name} holds no post of source {source!r} (there: {', '.join(known) or 'none'})."
            f"{nearest(source, known)}"
        )
    check_sharing(workspace, source)
    place = workspace.data / "compliance" / f"{source}.txt"
    place.parent.mkdir(parents=True, exist_ok=True)
    ids = posts["post_id"].str.split(":", n=1).str[1].sort_values()
    place.write_text("".join(f"{one}\n" for one in ids), encoding="utf-8")
    return place


def check_sharing(workspace: Workspace, source: str) -> None:
    """Raise ParamError, in one sentence, when the terms card
    of a source does not let ids be given to others.
    """
    if not terms.card_of(workspace, source).may_share_ids:
        raise ParamError(
            f"The terms card of {source!r} does not let ids be shared; if its terms do, write "
            f"may_share_ids: true for it in params/{workspace.name}/terms.yml."
        )


def follow_answer(workspace: Workspace, source: str, file: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Follow what a platform says is gone;
    return (rows removed by table, lines of other kinds, which are left alone).

    Raises ParamError for a file that is not there or holds no ids, and for a source without posts.
    """
    posts = workspace.store.read("posts", columns=["platform"], where={"source": source})
    if not Path(file).is_file() or posts.empty:
        raise ParamError(
            f"There is no file {file}."
            if not Path(file).is_file()
            else f"{workspace.name} holds no post of source {source!r}."
        )
    rows = _read(Path(file))
    gone = rows[rows["kind"].isin(GONE)].drop_duplicates("id")
    others = rows.loc[~rows["kind"].isin(GONE), "kind"].value_counts()
    if len(gone):
        workspace.store.merge(
            "deletions",
            gone.assign(
                platform=posts["platform"].iloc[0], source=source, deleted_at=gone["at"].fillna(clock.now())
            ).drop(columns="at"),
        )
    now = clock.now()
    workspace.store.merge(
        "rechecks", pd.DataFrame([{"source": source, "began": now, "whole": now, "at": now}])
    )
    return tombstones.follow(workspace), others.to_dict()


def _read(file: Path) -> pd.DataFrame:
    """Return id, kind and at of each line; a line that is no JSON object is an id that is gone."""
    found = []
    for line in filter(None, map(str.strip, file.read_text(encoding="utf-8-sig").splitlines())):
        if not line.startswith("{"):
            found.append((line, "gone", None))
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            raise ParamError(f"{file.name} is not whole: {line[:40]!r} is no JSON; fetch it again.") from None
        what = str(entry.get("reason") or entry.get("action") or "gone").lower()
        found.append((str(entry.get("id", "")), what, entry.get("redacted_at") or entry.get("deleted_at")))
    rows = pd.DataFrame(found, columns=["id", "kind", "at"])
    if rows.empty or rows["id"].eq("").any():
        raise ParamError(f"{file.name} names no ids; give one id per line, or JSON Lines with an id each.")
    return rows.assign(at=pd.to_datetime(rows["at"], utc=True, errors="coerce").astype("datetime64[us, UTC]"))
