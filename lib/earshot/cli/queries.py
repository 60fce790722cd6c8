"""A query tried out: what it finds, why, how right it is, what a vendor makes of it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from earshot.cli.screen import WorkspaceName, cell, err, out, plain_table, say

SAMPLE = 50_000  # posts whose words are counted to write out wildcards


def query(
    workspace_name: WorkspaceName,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A query, or @NAME for one of queries.yml.")],
    explain: Annotated[bool, typer.Option("--explain", help="Say for each clause what it finds.")] = False,
    to: Annotated[
        str, typer.Option(metavar="VENDOR", help="Translate: x, brandwatch, talkwalker, sprinklr, meltwater.")
    ] = "",
    labels: Annotated[
        Path | None,
        typer.Option(
            help="Posts with text and label (relevant or irrelevant): precision and recall of each clause."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, max=50, help="How many posts to show.")] = 5,
) -> None:
    """Try a query on the posts of a workspace: how many it finds, some of them, and what is odd about it.

    Words side by side mean AND. AND, OR, NOT, NEAR/5, NEAR/5f (in this order), "phrases", wild*cards,
    {CaseSensitive}, #hashtags, @accounts, emoji, lang:en, has:link, followers:>1000, <parts> of queries.yml.
    """
    from earshot.collect.query import catalogue, pretty
    from earshot.collect.query.vendors import advice, find
    from earshot.core.workspace import open_workspace

    workspace = open_workspace(workspace_name).readable()
    if to:
        find(to)
    node, written = _read(text, catalogue.read(workspace), workspace)
    say(f"Read as: {pretty(node)}")
    for sentence in advice(node, written):
        say(sentence, "yellow")
    posts = _posts(workspace, node)
    asked = catalogue.resolved(node, workspace)
    _show(asked, posts, limit)
    if explain:
        _explain(node, asked, posts)
    if labels:
        _judge(node, labels)
    if to:
        _translate(node, to, posts)


def _read(text: str, named: dict, workspace) -> tuple:
    """Return (the query with its parts put in, its text);
    an unreadable one is shown with a pointer, and exits.
    """
    from earshot.collect.query import QueryError, catalogue, parse
    from earshot.collect.query.parser import filled

    if text.startswith("@") and text[1:] in named:
        one = named[text[1:]]
        say(f"{one.name}, version {one.stamp}, {one.owner}: {one.purpose}")
        return one.node, one.text
    if text.startswith("@") and " " not in text and named:
        say(
            f"There is no query {text[1:]} in queries.yml (there: {', '.join(named)}); this is read as the "
            f"account {text}.",
            "yellow",
        )
    try:
        return filled(parse(text), catalogue.parts(workspace), text), text
    except QueryError as error:
        say(str(error), "red", err)
        for line in error.picture.split("\n"):  # as it is: the pointer stands below its character
            err.print(Text("  " + "".join(letter if letter.isprintable() else " " for letter in line)))
        raise typer.Exit(2) from None


def _posts(workspace, node):
    import pandas as pd

    from earshot.enrich.queries.step import columns

    if workspace.store.version("posts") is None:
        return pd.DataFrame(
            {"text": pd.Series(dtype="str"), "media_text": [], "created_at": [], "platform": []}
        )
    extra = columns([node]) - {"p.created_at", "p.platform"}
    chosen = "".join(f", {column}" for column in sorted(extra))
    return workspace.store.sql(
        f"SELECT p.text, p.media_text, p.created_at, p.platform{chosen} FROM posts p "
        'LEFT JOIN "language" l USING (post_id) WHERE p.is_public IS NOT FALSE '
        "ORDER BY p.created_at DESC, p.post_id"
    )


def _show(asked, posts, limit: int) -> None:
    from earshot.collect.query.engine import Engine
    from earshot.collect.query.explain import explain, marked
    from earshot.statistics.proportion import wilson

    if posts.empty:
        say("There are no posts in this workspace yet; earshot import brings some in.")
        return
    rows = Engine({"asked": asked}).match(posts).rows("asked")
    share, (low, high) = len(rows) / len(posts), wilson(len(rows), len(posts))
    say(
        f"Found {len(rows):,} of {len(posts):,} public posts: {share:.2%} (95 % interval {low:.2%} to "
        f"{high:.2%})."
    )
    for post in posts.iloc[rows[:limit]].to_dict("records"):
        found = explain(asked, post)
        say(
            f"{post['created_at']:%Y-%m-%d} {post['platform']}: "
            f"{marked(post['text'], found.places, '«', '»')}"
        )
        if found.media_places:
            say(f"  found in the alt text: {marked(post['media_text'], found.media_places, '«', '»')}")


def _explain(node, asked, posts) -> None:
    from earshot.collect.query.clauses import clauses
    from earshot.collect.query.engine import Engine

    parts, real = clauses(node), clauses(asked)
    hits = Engine(
        {"whole": asked}
        | {str(place): clause.node for place, clause in enumerate(real)}
        | {f"rest{place}": clause.rest for place, clause in enumerate(real) if clause.rest}
    ).match(posts)
    counts, whole = hits.counts(), set(hits.rows("whole").tolist())
    table = plain_table("Clause", "What it is for", "Finds", "Without it")
    for place, clause in enumerate(parts):
        rest = f"{counts[f'rest{place}']:,} posts" if clause.rest else "nothing is left"
        changed = len(whole ^ set(hits.rows(f"rest{place}").tolist())) if clause.rest else 0
        table.add_row(
            cell("  " * (len(clause.path) - 1) + clause.text),
            clause.role,
            f"{counts[str(place)]:,}",
            f"{rest}, {changed:,} change" if clause.rest else rest,
        )
    out.print(table)


def _judge(node, labels: Path) -> None:
    from earshot.analyse.posts.label_files import read
    from earshot.collect.query.accuracy import by_clause, truth

    posts = read(str(labels))
    table = plain_table("Clause", "Found", "Precision", "Recall", "Changes", "Right", "Advice")
    rows = by_clause(node, posts, truth(posts["label"]))
    for row in rows.to_dict("records"):
        spans = [
            f"{row[name]:.0%} ({row[f'{name}_low']:.0%} to {row[f'{name}_high']:.0%})"
            if row[name] == row[name]
            else "none found"
            for name in ("precision", "recall")
        ]
        changes = [
            "" if row.get(name, 0) != row.get(name, 0) else f"{row.get(name, 0):,.0f}"
            for name in ("changes", "right")
        ]
        table.add_row(cell(row["clause"]), f"{row['found']:,}", *spans, *changes, cell(row["advice"]))
    say(f"On {len(posts):,} labelled posts, {rows['relevant'].iloc[0]:,} of them relevant (95 % intervals):")
    out.print(table)


def _translate(node, vendor: str, posts) -> None:
    from earshot.collect.query.expansion import expand
    from earshot.collect.query.translate import translate

    words = expand(node, posts["text"].head(SAMPLE))
    for wildcard, found in words.items():
        shown = ", ".join(list(found)[:8]) or "nothing in these posts"
        say(f"{wildcard} stands for {shown}{' …' if len(found) > 8 else ''}")
    translation = translate(node, vendor, {wildcard: list(found) for wildcard, found in words.items()})
    say(f"For {vendor} ({len(translation.text):,} characters):")
    out.print(Text("".join(letter if letter.isprintable() else " " for letter in translation.text)))
    for note in translation.notes:
        say(f"{note.effect}: {note.sentence}", "yellow")
    for sentence in translation.warnings:
        say(sentence, "red")
