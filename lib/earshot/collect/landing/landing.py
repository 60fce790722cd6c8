"""Protected rows into the store: payloads, posts, quarantine;
nothing twice, nothing lost, the latest edit stays.
"""

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np
import pandas as pd

from earshot.collect.landing.admission import Admission
from earshot.collect.landing.protection import packs_of, protect, protect_broken
from earshot.collect.landing.tombstones import GONE
from earshot.collect.mapping import rows as shaping
from earshot.collect.mapping.json_rows import recall
from earshot.collect.mapping.mapping import Source
from earshot.collect.shapes import exports
from earshot.core.deletion import delete
from earshot.core.literals import quoted
from earshot.core.store import Store
from earshot.core.tables import TABLES
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.keys import held
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

CLASH = "the id was already used in this file for another text"


@dataclass
class LandingReport:
    """What came of some rows: counts that add up to ``rows``,
    refused by reason, identifiers masked by type.
    """

    rows: int = 0
    added: int = 0
    updated: int = 0
    repeated: int = 0
    refused: int = 0
    reasons: Counter = field(default_factory=Counter)
    masked: Counter = field(default_factory=Counter)
    filled: Counter = field(default_factory=Counter)

    def add(self, other: "LandingReport") -> None:
        """Add the counts of other rows to these."""
        for name in ("rows", "added", "updated", "repeated", "refused"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.reasons.update(other.reasons)
        self.masked.update(other.masked)
        self.filled.update(other.filled)


@dataclass(frozen=True)
class ShapedRows:
    """Rows as posts, the reason each is refused or "",
    their payloads, when they were collected, what was masked.
    """

    posts: pd.DataFrame
    reasons: pd.Series
    texts: pd.Series
    at: pd.Timestamp | pd.Series
    masked: Counter


@dataclass
class Landing:
    """Where rows of one source and file land;
    remembers the post ids that the file has used and that were kept.
    """

    workspace: Workspace
    source: Source
    file: str
    at: pd.Timestamp
    pseudonyms: Pseudonyms
    seen: np.ndarray = field(default_factory=lambda: np.array([], dtype="uint64"))
    ids: list[pd.Series] = field(default_factory=list)
    kept: list[pd.DataFrame] | None = None

    @cached_property
    def admission(self) -> Admission:
        """The rules these rows pass: the source's terms card and the deletions,
        as they stood at the first row.
        """
        return Admission.of(self.workspace, self.source.name)

    def land(
        self,
        rows: pd.DataFrame,
        broken: list[tuple[int, str, str]],
        numbers: pd.Series | None = None,
        at: pd.Series | None = None,
    ) -> LandingReport:
        """Store one batch of rows (index = row number) and the broken ones, and say what came of them.

        ``numbers`` and ``at`` are the rows' numbers and times of collection, where the index and one time do
        not say them. When ``kept`` is a list, the posts that were kept are added to it for whoever goes on
        with them.
        """
        batch = self._read(rows, numbers=numbers, at=at)
        if broken:
            lost = pd.DataFrame(broken, columns=["row", "payload", "reason"])
            with packs_of(self.workspace):
                safe = protect_broken(lost["payload"], self.pseudonyms, self.workspace.params.handles)
            lost["payload"] = safe if self.admission.card.may_store_text else ""
            lost["payload_ref"] = [reference(self.source.name, text) for text in safe]
            self.workspace.store.quarantine(lost.assign(file=self.file), self.source.name)
        landed = self.keep(batch)
        landed.rows += len(broken)
        landed.refused += len(broken)
        landed.reasons.update(reason for _, _, reason in broken)
        return landed

    def read_again(self, stored: pd.DataFrame, rows: pd.DataFrame) -> "ShapedRows":
        """Shape rows that are stored already (columns payload_ref,
        row, at), which keep their reference and time.
        """
        return self._read(rows, stored["payload_ref"], stored["row"], stored["at"])

    def keep(self, batch: "ShapedRows") -> LandingReport:
        """Store what was read: good rows as posts, the others in quarantine; every payload is kept."""
        good, clashes = self._settle(batch.posts[batch.reasons == ""])
        batch.reasons[clashes.index] = clashes
        self._store(batch)
        self.ids.append(good["post_id"])
        if self.kept is not None:
            self.kept.append(good[list(TABLES["posts"].columns)])
        added, updated = self._merge(good)
        said = batch.reasons[batch.reasons != ""]
        reasons = Counter(said.str.replace(r"(?s) \(.*\)$", "", regex=True))
        repeated = len(batch.posts) - added - updated - len(said)
        return LandingReport(
            len(batch.posts),
            added,
            updated,
            repeated,
            len(said),
            reasons,
            batch.masked,
            shaping.filled(good, self.source),
        )

    def _read(
        self,
        rows: pd.DataFrame,
        refs: pd.Series | None = None,
        numbers: pd.Series | None = None,
        at: pd.Series | None = None,
    ) -> "ShapedRows":
        masked: Counter = Counter()
        at = self.at if at is None else at
        rows = recall(rows, self._mapped)
        safe = self._protected(rows, self.source, masked)
        posts, reasons = shaping.shape(safe, self.source, self.workspace.params, at)
        withheld = reasons.eq(shaping.EMPTY) & exports.withheld(self.source, posts["platform"])
        reasons = reasons.mask(withheld, exports.STRIPPED)
        posts, reasons = self.admission.judge(posts, reasons, safe)
        reasons = reasons.mask(self._gone_before(rows, at), GONE)
        texts = payload(self.admission.payloads(safe, self.source))
        made = pd.Series([reference(self.source.name, text) for text in texts], index=rows.index, dtype="str")
        posts = posts.assign(
            payload_ref=made if refs is None else refs, row=rows.index if numbers is None else numbers
        )
        return ShapedRows(posts, reasons, texts, at, masked)

    def _gone_before(self, rows: pd.DataFrame, at: pd.Timestamp | pd.Series) -> pd.Series:
        """Say which rows were deleted under a name that an older key made: of an account, or inside an id."""
        covered, tombstones = pd.Series(False, index=rows.index), self.admission.tombstones
        for older in held()[:-1] if tombstones.tokens else []:
            mapped = rows[[name for name in rows if name in self._mapped]]
            with packs_of(self.workspace):
                safe = protect(mapped, self.source, older, self.workspace.params.handles)
            posts, _ = shaping.shape(safe, self.source, self.workspace.params, at)
            covered |= tombstones.cover(posts)
        return covered

    @property
    def _mapped(self) -> set[str]:
        return {*self.source.fields, *chain(*self.source.joined.values())}

    def _protected(self, rows: pd.DataFrame, source: Source, counts: Counter | None = None) -> pd.DataFrame:
        with packs_of(self.workspace):
            return protect(rows, source, self.pseudonyms, self.workspace.params.handles, counts)

    def _settle(self, posts: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
        """Return (one row per post, reasons of rows whose id is taken);
        of an edited post the latest stays.
        """
        posts = posts.sort_values("collected_at", kind="stable")
        first = posts.groupby("post_id")[["content_hash", "collected_at", "row"]].transform("first")
        differs = posts["content_hash"] != first["content_hash"]
        clash = differs & (posts["collected_at"] <= first["collected_at"])
        reasons = CLASH + " (row " + first.loc[clash, "row"].astype("str") + ")"
        kept = posts[~clash].drop_duplicates("post_id", keep="last").sort_values("row")
        stored = stored_posts(self.workspace.store, kept["post_id"])
        kept = kept.merge(stored.drop_duplicates("post_id"), "left", "post_id").set_axis(kept.index)
        other = kept["stored_hash"].notna() & (kept["stored_hash"] != kept["content_hash"])
        numbers = pd.util.hash_array(kept["post_id"].to_numpy(dtype=object), categorize=False)
        here, older = np.isin(numbers, self.seen), kept["collected_at"] < kept["stored_at"]
        self.seen = np.union1d(self.seen, numbers)
        taken = other & here & (kept["collected_at"] <= kept["stored_at"])
        reasons = pd.concat([reasons, pd.Series(CLASH, index=kept.index[taken])])
        return kept[~taken & ~(other & older & ~here)], reasons

    def _store(self, batch: "ShapedRows") -> None:
        """Keep the payload of every row: of posts in raw, of refused rows in quarantine."""
        posts, good = batch.posts, batch.reasons == ""
        rows = posts[["payload_ref", "row", "week"]].assign(
            payload=batch.texts.mask(batch.reasons.eq(GONE), ""),
            source=self.source.name,
            file=self.file,
            collected_at=batch.at,
            reason=batch.reasons,
        )
        raw = rows[good].drop_duplicates("payload_ref").drop(columns="reason")
        if len(raw):
            self.workspace.store.merge("raw", raw)
        if not good.all():
            self.workspace.store.quarantine(rows[~good], self.source.name)

    def _merge(self, posts: pd.DataFrame) -> tuple[int, int]:
        store = self.workspace.store
        if posts.empty:
            return 0, 0
        merged = store.merge("posts", posts[list(TABLES["posts"].columns)])
        moved = posts[posts["stored_week"].notna() & (posts["stored_week"] != posts["week"])]
        for week, group in moved.groupby(
            "stored_week"
        ):  # its time changed, so it lies in another partition now
            delete(store, "posts", "post_id", group["post_id"], f"week = {quoted(week)}")
        return merged.inserted - len(moved), merged.updated + len(moved)


def payload(rows: pd.DataFrame) -> pd.Series:
    """Return each row as one JSON object, so that a corrected mapping can be applied without the file."""
    if rows.empty:
        return pd.Series(dtype="str")
    times = {
        name: rows[name].astype("str") for name in rows if pd.api.types.is_datetime64_any_dtype(rows[name])
    }
    text = rows.assign(**times).to_json(orient="records", lines=True, force_ascii=False, double_precision=15)
    return pd.Series(text.rstrip("\n").split("\n"), index=rows.index, dtype="str")


def reference(source: str, text: str) -> str:
    """Return what identifies a payload: the same row of the same source has it in every file."""
    return shaping.digest(f"{source}\x1f{text}")


def stored_posts(store: Store, ids: pd.Series) -> pd.DataFrame:
    """Return stored_hash, stored_at and stored_week
    of those posts that are in the store, whatever their week.
    """
    columns = "post_id, content_hash AS stored_hash, collected_at AS stored_at, week AS stored_week"
    none = pd.DataFrame(
        {
            "post_id": pd.Series(dtype="str"),
            "stored_hash": pd.Series(dtype="str"),
            "stored_at": pd.Series(dtype="datetime64[us, UTC]"),
            "stored_week": pd.Series(dtype="str"),
        }
    )
    if store.version("posts") is None or ids.empty:
        return none
    with (
        tempfile.TemporaryDirectory() as folder
    ):  # as a file: a list of so many ids takes SQL longer than the join
        wanted = f"{folder}/wanted.parquet"
        ids.rename("post_id").to_frame().to_parquet(wanted)
        found = store.sql(
            f"SELECT {columns} FROM posts SEMI JOIN read_parquet({quoted(wanted)}) USING (post_id)"
        )
    return found.assign(stored_at=found["stored_at"].dt.tz_convert("UTC")) if len(found) else none
