"""A stored table as DuckDB sees it: a view with all columns of its declaration."""

import re
from urllib.parse import unquote

from earshot.core.literals import quoted

FOLLOWS = {"raw": "payload_ref", "accounts": "author", "coordination": "author", "embeddings": "content_hash"}
PEOPLE = ("customers", "interactions", "optouts")  # of whom many never wrote a post
OF_CUSTOMERS = ("tickets", "surveys")
OF_TOPICS = ("topic_names", "topic_ledger")
LEARNED = ("topic_model",)  # numbers that all posts together taught
ABOUT_NO_POST = (
    "imports",
    "gaps",
    "cursors",
    "rechecks",
    "batches",
    "kept_counts",
    "campaigns",
    "items",
    "visits",
)


def connected():
    """Return a DuckDB connection that draws no progress bar:
    in a notebook it would stand in the page as text.
    """
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    return connection


def make(connection, spec, delta, name: str = "") -> None:
    """Make the Delta table (None where it does not exist yet) known
    to ``connection`` under its name, or another.
    """
    name = name or spec.name
    # DuckDB's own delta extension is a download, and over a pyarrow dataset its text filters fail
    # (string_view).
    files = [] if delta is None else delta.file_uris()
    if not files:
        connection.register(name, spec.arrow.empty_table())
    elif any("://" in file for file in files):
        connection.register(name, delta.to_pyarrow_dataset().to_table())
    else:
        listed = ", ".join(_literal(file) for file in files)
        connection.register(f"_declared_{name}", spec.arrow.empty_table())
        connection.execute(
            f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM _declared_{name} UNION ALL BY NAME '
            f"SELECT * FROM read_parquet([{listed}], union_by_name = true, "
            f"hive_partitioning = {bool(spec.partition)}, hive_types_autocast = false)"
        )


def bound(connection, spec, find, bounds) -> None:
    """Make a table known as ``make`` does, but only with the rows that ``bounds`` lets a run read.

    ``find`` gives the Delta table of a name. A row about a post follows that post, one about an account or a
    text its posts; of refused and of deleted rows, whose region nobody knows, only reason and time can be
    read. Who has no post at all has no region, and of a topic that no readable post is about nothing is told.
    """
    from earshot.core.tables import TABLES

    for name in {"posts", spec.name, *_beside(spec.name)}:
        make(connection, TABLES[name], find(name), f"_all_{name}")
    connection.execute(
        f'CREATE VIEW "{spec.name}" AS SELECT {_shown(spec, bounds)} FROM "_all_{spec.name}" '
        f"WHERE {_condition(spec, bounds)}"
    )


def _beside(name: str) -> tuple[str, ...]:
    """Return the tables that tell which rows of a table may be read, beside posts."""
    return ("topics",) if name in OF_TOPICS else ("customers",) if name in OF_CUSTOMERS else ()


def _condition(spec, bounds) -> str:
    """Return the SQL condition under which a row may be read."""
    if spec.name == "posts":
        return bounds.condition
    if spec.name in PEOPLE:
        return _known("author", bounds)
    if spec.name in OF_CUSTOMERS:
        return (
            "customer_id NOT IN (SELECT customer_id FROM _all_customers WHERE NOT "
            f"({_known('author', bounds)})) OR customer_id IS NULL"
        )
    if spec.name == "coordination":
        return f"{_readable('author', bounds)} AND {_readable('author', bounds, 'partner')}"
    if spec.name in LEARNED:
        return _nothing_hidden(bounds)
    if spec.name == "topic_names":
        return _topical(bounds)
    key = "post_id" if "post_id" in spec.columns else FOLLOWS.get(spec.name, "")
    return _readable(key, bounds) if key else "true"


def _shown(spec, bounds) -> str:
    """Return the columns as they are shown, without what tells of rows that may not be read."""
    now = (
        f"(SELECT count(*) FROM _all_topics t WHERE t.topic = _all_{spec.name}.topic AND "
        f"{_readable('post_id', bounds, 't.post_id')})"
    )
    group = f'CASE WHEN {_readable("post_id", bounds, "group")} THEN "group" ELSE md5("group") END'
    hidden = {
        "quarantine": "NULL::VARCHAR AS payload",
        "deletions": "NULL::VARCHAR AS id",
        "duplicates": f'{group} AS "group"',
        "topic_names": f"{now} AS posts",
        "topic_ledger": f"CASE WHEN {_nothing_hidden(bounds)} OR posts = 0 THEN posts ELSE {now} END AS "
        f"posts, CASE WHEN {_topical(bounds)} THEN name END AS name",
    }
    return f"* REPLACE ({hidden[spec.name]})" if spec.name in hidden else "*"


def _readable(key: str, bounds, column: str = "") -> str:
    column = column or key
    named = column if "." in column else f'"{column}"'
    return f'{named} IN (SELECT "{key}" FROM _all_posts WHERE {bounds.condition})'


def _known(author: str, bounds) -> str:
    """Return the condition that somebody has a readable post, or none at all."""
    return (
        f'("{author}" IS NULL OR {_readable(author, bounds)} OR "{author}" NOT IN '
        "(SELECT author FROM _all_posts WHERE author IS NOT NULL))"
    )


def _topical(bounds) -> str:
    """Return the condition that a readable post is about a topic, or that all posts can be read."""
    return (
        f"(topic IN (SELECT topic FROM _all_topics WHERE {_readable('post_id', bounds)}) "
        f"OR {_nothing_hidden(bounds)})"
    )


def _nothing_hidden(bounds) -> str:
    return f"NOT EXISTS (SELECT 1 FROM _all_posts WHERE NOT coalesce({bounds.condition}, false))"


def _literal(file: str) -> str:
    """Return a file's path, which Delta gives percent-encoded, as DuckDB wants it:
    in quotes, and no pattern.
    """
    return quoted(re.sub(r"([\[*?])", r"[\1]", unquote(file)))
