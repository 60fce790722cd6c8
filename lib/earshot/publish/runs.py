"""A run as a notebook sees it: parameters, pinned tables, and the place for its claims and tables.

>>> from earshot.publish import runs
>>> run = runs.open("demo", notebook="03_sentiment")   # in JupyterLab: a scratch run     # doctest: +SKIP
>>> posts = run.posts()                                                                  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from earshot.core.claim import Claim
from earshot.core.files import read_json
from earshot.core.params import Brief, ParamError, nearest
from earshot.core.workspace import Workspace, open_workspace
from earshot.publish.report.claims import FOLDER, compose, read_all, read_claims, write_claims
from earshot.publish.report.manifest import PINNED

if TYPE_CHECKING:
    import pandas as pd

    from earshot.core.store import Store


@dataclass(frozen=True)
class Run:
    """One notebook's view of a run: ``params``,
    ``store`` and ``posts`` to read, ``state`` and ``write`` to publish.
    """

    workspace: Workspace
    notebook: str
    folder: Path
    params: Brief
    store: Store
    scratch: bool
    _loaded: dict = field(default_factory=dict, repr=False, compare=False)

    def posts(self, hidden: bool = False, as_read: bool = False) -> pd.DataFrame:
        """Return one row per post in the window with everything enrichment knows (``analyse.posts.load``).

        With ``hidden`` the posts that a filter has set aside are there too, to show what leaving them out
        does. Where a person labelled a post that counts in place of what the model read, unless ``as_read``.
        """
        if hidden not in self._loaded:
            from earshot.analyse.posts import human_labels
            from earshot.analyse.posts import loading as posts

            read = posts.load(self.store, self.params, hidden)
            self._loaded[hidden] = human_labels.apply_labels(read, self.workspace), read
        corrected, read = self._loaded[hidden]
        return (read if as_read else corrected).copy(deep=False)

    def lost(self) -> pd.DataFrame:
        """Return the stretches in which posts are missing,
        for every chart over time to shade (``missing_time.marks``).
        """
        from earshot.analyse.collect import missing_time

        events = self.workspace.settings("campaigns").get("events")
        return missing_time.marks(self.posts(), self.store, self.params, events)

    def quoted(self, ids: Iterable[str]) -> pd.DataFrame:
        """Return the posts with these ids, in this order:
        what a claim may quote without holding anybody's words.
        """
        posts = self.posts().set_index("post_id", drop=False)
        return posts.loc[[name for name in ids if name in posts.index]].reset_index(drop=True)

    def state(self, claims: Iterable[Claim]) -> None:
        """Record the claims of this notebook and show them as findings, the weightiest first."""
        from earshot.publish import show

        claims = list(claims)
        write_claims(self.folder, self.notebook, claims)
        if self.scratch:
            compose(self.folder)
        show.findings(sorted(claims, key=lambda claim: -claim.weight))

    def write(self, name: str, frame: pd.DataFrame) -> None:
        """Write an aggregate as tables/<name>.parquet and .csv;
        raises ValueError when it holds posts or people.
        """
        from earshot.publish.report.results import write_table

        write_table(self.folder, self.notebook, name, frame)

    def claims(self) -> list[Claim]:
        """Return the claims of all notebooks of this run;
        a scratch run has those of ``latest`` and scratch.
        """
        if not self.scratch:
            return read_all(self.folder)
        files = {
            path.stem: path for path in sorted((self.workspace.outputs / "latest" / FOLDER).glob("*.json"))
        }
        files |= {path.stem: path for path in sorted(self.folder.parent.glob(f"*/{FOLDER}/*.json"))}
        return [claim for name in sorted(files) for claim in read_claims(files[name])]

    def tables(self, name: str) -> pd.DataFrame:
        """Return a table that a notebook of this run wrote;
        a scratch run looks in scratch, then in ``latest``.
        """
        import pandas as pd

        folders = [self.folder]
        if self.scratch:
            folders += [*sorted(self.folder.parent.glob("*/")), self.workspace.outputs / "latest"]
        for folder in folders:
            if (folder / "tables" / f"{name}.parquet").exists():
                return pd.read_parquet(folder / "tables" / f"{name}.parquet")
        there = sorted(path.stem for folder in folders for path in folder.glob("tables/*.parquet"))
        raise FileNotFoundError(
            f"No notebook of this run wrote a table {name!r} (there: {', '.join(there) or 'none'})."
            f"{nearest(name, there)}"
        )


def open(workspace: str, run_dir: str = "", notebook: str = "", **params) -> Run:
    """Open a run for a notebook: the report's own when ``run_dir`` names its folder, else a scratch run.

    A scratch run enriches what is new, pins the table versions and writes to
    outputs/<workspace>/scratch/<notebook>. A parameter left at its default follows the workspace's brief.
    Raises ParamError on an unknown or mistyped parameter.
    """
    allowed = Brief.model_fields
    for name in params:
        if name not in allowed:
            raise ParamError(
                f"{notebook or 'runs.open'}: there is no parameter {name!r}.{nearest(name, allowed)}"
            )
    return (
        _join(workspace, Path(run_dir).resolve(), notebook)
        if run_dir
        else _scratch(workspace, notebook, params)
    )


def history(workspace: str) -> pd.DataFrame:
    """Return one row per run of a workspace, newest first: how it ended, for whom and why, how long, on what.

    Columns: run, status, started (UTC), seconds, posts, reason, requester, commit, library, lock, problem,
    ran, reused, claims, folder; commit, library and lock say with which code, settings aside, a run was made.
    """
    import pandas as pd

    from earshot.publish.report.reuse import read_past

    kept = (
        "run",
        "status",
        "started",
        "seconds",
        "posts",
        "reason",
        "requester",
        "commit",
        "library",
        "lock",
        "problem",
    )
    rows = []
    for past in read_past(open_workspace(workspace).outputs, limit=100_000):
        states = [entry["status"] for entry in past.manifest["notebooks"]]
        rows.append(
            {name: past.manifest.get(name) for name in kept}
            | {
                "ran": states.count("ran"),
                "reused": states.count("reused"),
                "claims": len(past.manifest.get("claims", [])),
                "folder": past.folder.name,
            }
        )
    frame = pd.DataFrame(rows, columns=[*kept, "ran", "reused", "claims", "folder"])
    return frame.assign(started=pd.to_datetime(frame["started"], utc=True))


def _join(workspace: str, folder: Path, notebook: str) -> Run:
    pinned = read_json(folder / PINNED)
    if pinned is None:
        raise ParamError(
            f"run_dir: {folder.name} is not the folder of a report in progress (it holds no {PINNED}); "
            "leave run_dir empty for a scratch run."
        )
    space = open_workspace(workspace, **pinned["params"])
    return _run(space, notebook, folder, pinned["versions"], scratch=False)


def _scratch(workspace: str, notebook: str, params: dict) -> Run:
    from earshot.publish.report.enrichment import bring_up_to_date

    given = {name: value for name, value in params.items() if value != Brief.model_fields[name].default}
    space = open_workspace(workspace, **given)
    bring_up_to_date(space)
    folder = space.outputs / "scratch" / (notebook or "console")
    for old in (*folder.glob("tables/*"), *folder.glob(f"{FOLDER}/*"), *folder.glob(".written/*")):
        old.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    return _run(space, notebook or "console", folder, space.store.versions(), scratch=True)


def _run(space: Workspace, notebook: str, folder: Path, versions: dict[str, int], scratch: bool) -> Run:
    """Return the run, whose store is pinned and seen as far as the regions of this run allow."""
    from earshot.analyse.posts import residency

    store = residency.bounded(space.store.at(versions), space.params)
    return Run(space.seeing(store), notebook, folder, space.params, store, scratch)
