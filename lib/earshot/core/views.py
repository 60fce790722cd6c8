"""A stored table as DuckDB sees it: a view with all columns of its declaration."""

import re
from urllib.parse import unquote


def make(connection, spec, delta) -> None:
    """Make the Delta table (None where it does not exist yet) known to ``connection`` under its name."""
    # DuckDB's own delta extension is a download, and over a pyarrow dataset its text filters fail (string_view).
    files = [] if delta is None else delta.file_uris()
    if not files:
        connection.register(spec.name, spec.arrow.empty_table())
    elif any("://" in file for file in files):
        connection.register(spec.name, delta.to_pyarrow_dataset().to_table())
    else:
        listed = ", ".join(_literal(file) for file in files)
        connection.register(f"_declared_{spec.name}", spec.arrow.empty_table())
        connection.execute(f'CREATE VIEW "{spec.name}" AS SELECT * FROM _declared_{spec.name} UNION ALL BY NAME '
                           f"SELECT * FROM read_parquet([{listed}], union_by_name = true, "
                           f"hive_partitioning = {bool(spec.partition)}, hive_types_autocast = false)")


def _literal(file: str) -> str:
    """Return a file's path, which Delta gives percent-encoded, as DuckDB wants it: in quotes, and no pattern."""
    return "'" + re.sub(r"([\[*?])", r"[\1]", unquote(file)).replace("'", "''") + "'"
