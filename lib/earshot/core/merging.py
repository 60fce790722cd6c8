"""A merge, thought through before it is written:
which rows are new, which have changed, and where the old ones lie.
"""

from dataclasses import dataclass

from earshot.core.literals import listed

FILES = 32  # a week in more files than this is written anew as one, or reading slows down


@dataclass(frozen=True)
class Plan:
    """New rows and changed rows (Arrow tables),
    and the partitions in which the old form of the changed ones lies.
    """

    new: object
    changed: object
    partitions: list[str]


def plan(connection, spec, rows) -> Plan:
    """Compare ``rows`` with the stored table, which ``connection`` (DuckDB) knows by its name.

    All partitions are searched for the keys, since a corrected date moves a post to another week.
    """
    import pyarrow as pa

    connection.register("given", rows.append_column("_row", pa.array(range(len(rows)), pa.int64())))
    same = " AND ".join(f'g."{name}" = t."{name}"' for name in spec.key)
    where = f't."{spec.partition}"' if spec.partition else "''"
    known = connection.sql(
        f'SELECT g._row, {where} AS part FROM given g JOIN "{spec.name}" t ON {same}'
    ).fetchall()
    if not known:
        return Plan(rows, rows.slice(0, 0), [])
    parts = sorted({part for _, part in known})
    only = f" AND {where} IN {listed(parts)}" if spec.partition else ""
    differ = " OR ".join(f'g."{name}" IS DISTINCT FROM t."{name}"' for name in compared(spec)) or "false"
    changed = connection.sql(
        f'SELECT DISTINCT g._row FROM given g JOIN "{spec.name}" t ON {same}{only} WHERE {differ}'
    ).fetchall()
    old = {row for row, _ in known}
    return Plan(
        rows.take(pa.array([row for row in range(len(rows)) if row not in old], pa.int64())),
        rows.take(pa.array(sorted(row for (row,) in changed), pa.int64())),
        parts if spec.partition else [],
    )


def replace(delta, spec, rows, partitions: list[str]) -> None:
    """Write new and changed ``rows`` in one commit,
    looking for their old form in ``partitions`` and their own.
    """
    match = " AND ".join(f't."{name}" = s."{name}"' for name in spec.key)
    if spec.partition:
        touched = sorted({*partitions, *rows[spec.partition].to_pylist()})
        match += f' AND t."{spec.partition}" IN {listed(touched)}'
    (
        delta.merge(rows, match, source_alias="s", target_alias="t", merge_schema=True)
        .when_matched_update_all()
        .when_not_matched_insert_all()
        .execute()
    )


def tidy(delta, spec, rows) -> None:
    """Write each partition that ``rows`` went to anew as one file when it lies in too many."""
    files = delta.file_uris()
    for part in sorted(set(rows[spec.partition].to_pylist())) if spec.partition else [None]:
        if sum(part is None or f"/{spec.partition}={part}/" in file for file in files) > FILES:
            delta.optimize.compact(partition_filters=[(spec.partition, "=", part)] if part else None)


def compared(spec) -> list[str]:
    """Return the columns in which a difference makes a row a changed row."""
    return [name for name in spec.columns if name not in {*spec.key, *spec.volatile}]
