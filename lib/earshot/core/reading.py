"""Rows as they are read: only those asked for, in the types their table declares."""

import pandas as pd


def condition(spec, conditions: dict):
    """Return the Arrow filter for columns that must have a value, or one of several; None for no condition."""
    import pyarrow as pa
    import pyarrow.dataset as ds
    clauses = [ds.field(name).isin(pa.array(list(value) if isinstance(value, (list, tuple, set)) else [value],
                                            spec.arrow.field(name).type))
               for name, value in conditions.items()]
    found = None
    for clause in clauses:
        found = clause if found is None else found & clause
    return found


def typed(spec, rows) -> pd.DataFrame:
    """Return an Arrow table as a frame in the table's types, with columns it did not have yet empty."""
    from earshot.core.schema import TYPES
    frame = rows.to_pandas()
    for name, column in spec.columns.items():
        if name not in frame:
            frame[name] = pd.Series(pd.NA, index=frame.index) if column.type != "vector" else None
        if column.type != "vector":
            frame[name] = frame[name].astype(TYPES[column.type])
    return frame
