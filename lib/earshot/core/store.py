"""The store: Delta tables appended to, merged by key, read at a version, queried and really erased.

Every write is one atomic Delta commit: a reader sees all of it or none, whatever is killed or fills up in
between.
"""

import random
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from earshot.core import environments, merging, reading, views
from earshot.core.clock import now
from earshot.core.guard import StoreError, writing
from earshot.core.regions import Bounds
from earshot.core.tables import TABLES, conform

ATTEMPTS = 30


@dataclass(frozen=True)
class Merged:
    """How many rows a merge added and how many it changed."""

    inserted: int
    updated: int


class Store:
    """The tables under one folder or URL; ``versions`` pins it to a moment and makes it read-only.

    ``environment`` is whose tables they become with the first write; another environment cannot write there
    then.
    """

    def __init__(
        self,
        root: str | Path,
        versions: dict[str, int] | None = None,
        bounds: Bounds | None = None,
        environment: str = "",
    ):
        self.root = str(root)
        self.pinned = versions
        self.bounds = bounds
        self.environment = environment
        self._ours = False

    def at(self, versions: dict[str, int]) -> "Store":
        """Return a read-only store as it was at these table versions; tables not named are empty."""
        return Store(self.root, dict(versions), self.bounds)

    def within(self, bounds: Bounds | None) -> "Store":
        """Return a read-only store in which only rows of some regions are seen, or all for None."""
        return self if bounds is None else Store(self.root, self.pinned, bounds)

    def version(self, table: str) -> int | None:
        """Return the current version of ``table``, or None when nothing was ever written to it."""
        delta = self._delta(table)
        return None if delta is None else delta.version()

    def versions(self) -> dict[str, int]:
        """Return the version of every table that exists."""
        found = {name: self.version(name) for name in TABLES}
        return {name: version for name, version in found.items() if version is not None}

    def identities(self) -> dict[str, str]:
        """Return the id of every table that exists; a table that was deleted and made anew has another."""
        found = {name: self._delta(name) for name in TABLES}
        return {name: str(delta.metadata().id) for name, delta in found.items() if delta is not None}

    def append(self, table: str, frame: pd.DataFrame) -> int:
        """Add rows to ``table`` in one commit, return its version; ValueError when one does not fit."""
        rows = self._arrow(table, frame)
        with writing(self.root, table, rows.nbytes):
            self._create(table)
            self._retry(lambda: self._add(table, rows))
            return self.version(table)

    def merge(self, table: str, frame: pd.DataFrame) -> Merged:
        """Insert rows with new keys and replace rows whose content changed, in one commit.

        Rows that are already stored write nothing, not even a version, so that a repeated delivery changes
        nothing. Raises ValueError when a row does not fit the table or a key comes twice.
        """
        spec = _spec(table)
        if frame.duplicated(spec.key).any():
            twice = frame.loc[frame.duplicated(spec.key), spec.key].iloc[0].to_dict()
            raise ValueError(
                f"Table {table}: the key {twice} comes twice in one merge; "
                f"keep one row per {', '.join(spec.key)}."
            )
        rows = self._arrow(table, frame)
        with writing(self.root, table, rows.nbytes):
            self._create(table)
            return self._retry(lambda: self._merge_once(spec, rows))

    def read(
        self,
        table: str,
        columns: list[str] | None = None,
        where: dict | None = None,
        weeks: Iterable[str] | None = None,
        version: int | None = None,
    ) -> pd.DataFrame:
        """Return rows of ``table`` sorted by key;
        ``where`` maps a column to a value or list of values it must have.

        ``weeks`` reads only those partitions; ``version`` reads the table as it was. A table that was never
        written gives an empty frame with the right columns.
        """
        spec = _spec(table)
        wanted = columns or list(spec.columns)
        delta = self._delta(table, version)
        if delta is None:
            return spec.empty()[wanted]
        import duckdb

        with views.connected() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            try:
                self._show(connection, spec, delta)
                return reading.select(connection, spec, wanted, where or {}, weeks)
            except duckdb.IOException:
                raise self._erased(table, delta) from None

    def sql(self, query: str) -> pd.DataFrame:
        """Return the answer of a DuckDB query in which every table can be named."""
        import duckdb

        with views.connected() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            try:
                for name in TABLES:
                    if re.search(rf"\b{name}\b", query):
                        self._show(connection, TABLES[name], self._delta(name))
                return connection.sql(query).to_arrow_table().to_pandas()
            except duckdb.IOException as error:
                raise StoreError(
                    f"{self.root} could not be queried: {str(error).splitlines()[0]} "
                    "(files of a past version go when rows are erased)."
                ) from None

    def delete(self, table: str, where: str) -> int:
        """Delete rows where the SQL condition ``where`` holds; return how many. Vacuum makes it final."""
        self._writable(table)
        if self._delta(table) is None:
            return 0
        with writing(self.root, table):
            if not self.sql(f'SELECT count(*) AS n FROM "{table}" WHERE {where}')["n"].iloc[0]:
                return 0
            return self._retry(lambda: self._delta(table).delete(where)["num_deleted_rows"])

    def vacuum(self, table: str) -> int:
        """Remove the files of all older versions, so that deleted rows are nowhere; return how many.

        What a killed writer left behind goes too, except on an object store, where another writer may be at
        work.
        """
        self._writable(table)
        if self._delta(table) is None:
            return 0
        with writing(self.root, table):
            return len(
                self._delta(table).vacuum(
                    retention_hours=0,
                    enforce_retention_duration=False,
                    dry_run=False,
                    full="://" not in self.root,
                )
            )

    def quarantine(self, refused: pd.DataFrame, source: str) -> int:
        """Keep refused rows (payload_ref, file, row, payload, reason) and return how many are new."""
        rows = refused[["payload_ref", "file", "row", "payload", "reason"]].assign(
            source=source, seen_at=now()
        )
        return self.merge("quarantine", rows.drop_duplicates("payload_ref")).inserted if len(rows) else 0

    def _path(self, table: str) -> str:
        return f"{self.root.rstrip('/')}/{_spec(table).name}"

    def _delta(self, table: str, version: int | None = None):
        """Return the Delta table at ``version`` (or the pinned one), or None when it does not exist."""
        from deltalake import DeltaTable
        from deltalake.exceptions import TableNotFoundError

        path = self._path(table)
        if self.pinned is not None:
            version = self.pinned.get(table) if version is None else version
            if version is None:
                return None
        try:
            return DeltaTable(path, version=version)
        except TableNotFoundError:
            return None

    def _show(self, connection, spec, delta) -> None:
        if self.bounds is None:
            views.make(connection, spec, delta)
        else:
            views.bound(
                connection, spec, lambda name: delta if name == spec.name else self._delta(name), self.bounds
            )

    def _erased(self, table: str, delta) -> StoreError:
        return StoreError(
            f"Table {table} in {self.root} can no longer be read at version {delta.version()}: "
            "its files were removed when rows were erased. Read the current version."
        )

    def _writable(self, table: str) -> None:
        if self.bounds is not None:
            raise ValueError(
                f"This store shows some regions only and cannot change {table}; open the workspace anew."
            )
        if self.pinned is not None:
            raise ValueError(
                f"This store is pinned to past versions and cannot change {table}; open the workspace anew."
            )
        if self.environment and not self._ours:
            with writing(self.root, table):
                environments.claim(self.root, self.environment)
            self._ours = True

    def _arrow(self, table: str, frame: pd.DataFrame):
        import pyarrow as pa

        self._writable(table)
        good, bad = conform(table, frame)
        if len(bad):
            raise ValueError(
                f"Table {table}: {len(bad):,} of {len(frame):,} rows do not fit, "
                f"the first because {bad['reason'].iloc[0]}."
            )
        return pa.Table.from_pandas(good, schema=_spec(table).arrow, preserve_index=False)

    def _create(self, table: str) -> None:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        spec = _spec(table)
        if self._delta(table) is not None:
            return
        try:
            DeltaTable.create(
                self._path(table),
                schema=spec.arrow,
                mode="ignore",
                configuration=spec.settings,
                partition_by=[spec.partition] if spec.partition else None,
            )
        except DeltaError:
            if self._delta(table) is None:  # else another writer made it first
                raise

    def _add(self, table: str, rows) -> None:
        from deltalake import write_deltalake

        write_deltalake(self._delta(table), rows, mode="append", schema_mode="merge")

    def _merge_once(self, spec, rows) -> Merged:
        import pyarrow as pa

        delta = self._delta(spec.name)
        with views.connected() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            views.make(connection, spec, delta)
            plan = merging.plan(connection, spec, rows)
        if len(plan.changed) or (len(plan.new) and "://" in self.root):
            # A merge, not an append, where no lock keeps another writer from adding the same key meanwhile.
            merging.replace(delta, spec, pa.concat_tables([plan.new, plan.changed]), plan.partitions)
        elif len(plan.new):
            self._add(spec.name, plan.new)
            merging.tidy(self._delta(spec.name), spec, plan.new)
        return Merged(len(plan.new), len(plan.changed))

    def _retry(self, write: Callable):
        """Run ``write`` until no other writer got in between (optimistic concurrency),
        with growing random pauses.
        """
        from deltalake.exceptions import CommitFailedError

        for attempt in range(ATTEMPTS):
            try:
                return write()
            except CommitFailedError:
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(random.uniform(0, min(2.0, 0.05 * 2**attempt)))


def _spec(table: str):
    if table not in TABLES:
        raise ValueError(f"There is no table {table!r}; there are {', '.join(TABLES)}.")
    return TABLES[table]
