"""A stored table as DuckDB sees it: a view with all columns of its declaration."""

import re
from urllib.parse import unquote

from earshot.core.literals import quoted

FOLLOWS = {"raw": "payload_ref", "accounts": "author", "coordination": "author"}


def connected():
    """Return a DuckDB connection that draws no progress bar: in a notebook it would stand in the page as text."""
    import duckdb
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    return connection


def make(connection, spec, delta, name: str = "") -> None:
    """Make the Delta table (None where it does not exist yet) known to ``connection`` under its name, or another."""
    name = name or spec.name
    # DuckDB's own delta extension is a download, and over a pyarrow dataset its text filters fail (string_view).
    files = [] if delta is None else delta.file_uris()
    if not files:
        connection.register(name, spec.arrow.empty_table())
    elif any("://" in file for file in files):
        connection.register(name, delta.to_pyarrow_dataset().to_table())
    else:
        listed = ", ".join(_literal(file) for file in files)
        connection.register(f"_declared_{name}", spec.arrow.empty_table())
        connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM _declared_{name} UNION ALL BY NAME '
                           f"SELECT * FROM read_parquet([{listed}], union_by_name = true, "
                           f"hive_partitioning = {bool(spec.partition)}, hive_types_autocast = false)")


def bound(connection, spec, delta, posts, bounds) -> None:
    """Make a table known as ``make`` does, but only with the rows that ``bounds`` lets a run read.

    A row about a post follows that post (``posts`` is the posts table), an account one of its posts; of refused rows,
    whose region nobody knows, only the reason can be read.
    """
    from earshot.core.tables import TABLES
    make(connection, spec, delta, f"_all_{spec.name}")
    if spec.name != "posts":
        make(connection, TABLES["posts"], posts, "_all_posts")
    key = "post_id" if "post_id" in spec.columns else FOLLOWS.get(spec.name, "")
    readable = f'"{key}" IN (SELECT "{key}" FROM _all_posts WHERE {bounds.condition})' if key else "true"
    shown = "* REPLACE (NULL::VARCHAR AS payload)" if spec.name == "quarantine" else "*"
    connection.execute(f'CREATE VIEW "{spec.name}" AS SELECT {shown} FROM "_all_{spec.name}" '
                       f"WHERE {bounds.condition if spec.name == 'posts' else readable}")


def _literal(file: str) -> str:
    """Return a file's path, which Delta gives percent-encoded, as DuckDB wants it: in quotes, and no pattern."""
    return quoted(re.sub(r"([\[*?])", r"[\1]", unquote(file)))
