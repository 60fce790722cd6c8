"""Rows as they are read: only those asked for, sorted by key, in the types their table declares."""

from collections.abc import Iterable

import pandas as pd

from earshot.core.literals import listed


def select(connection, spec, columns: list[str], where: dict, weeks: Iterable[str] | None) -> pd.DataFrame:
    """Return ``columns`` of the table, which ``connection`` (DuckDB) knows by its name,
    where the conditions hold.

    ``where`` maps a column to the value, or the list of values, it must have; ``weeks`` are the partitions to
    read.
    """
    import pyarrow as pa

    clauses = [] if weeks is None else [f'"{spec.partition}" IN {listed(weeks)}']
    for name, value in where.items():
        values = list(value) if isinstance(value, (list, tuple, set, pd.Series)) else [value]
        connection.register(
            f"_wanted_{name}", pa.table({"one": pa.array(values, spec.arrow.field(name).type)})
        )
        clauses.append(f'"{name}" IN (SELECT one FROM _wanted_{name})')
    shown = ", ".join(f'"{name}"' for name in columns)
    key = ", ".join(f'"{name}"' for name in spec.key)
    query = f'SELECT {shown} FROM "{spec.name}" WHERE {" AND ".join(clauses) or "true"} ORDER BY {key}'
    return _typed(spec, connection.sql(query).to_arrow_table().to_pandas())


def _typed(spec, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with every column in the type its table declares."""
    from earshot.core.schema import TYPES

    types = {name: TYPES[spec.columns[name].type] for name in frame if spec.columns[name].type != "vector"}
    return frame.astype(types)
