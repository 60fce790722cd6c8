"""The posts that a visitor's choice leaves, counted and measured by day and by group, a page at a time."""

import pandas as pd

from earshot.publish.dashboards.explore import FEELINGS, FIELDS, LABEL, MOST_GROUPS, PAGE, Choice
from earshot.publish.safety.quotes import plain
from earshot.statistics import estimate


def narrow(posts: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return the posts that fit the choice, in its order."""
    fits = posts["day"].between(pd.Timestamp(choice.start), pd.Timestamp(choice.end))
    for name, column in FIELDS.items():
        if getattr(choice, name):
            fits &= posts[column].eq(getattr(choice, name))
    by, up = {
        "newest": ("created_at", False),
        "oldest": ("created_at", True),
        "most negative": ("p_negative", False),
        "most positive": ("p_positive", False),
    }[choice.order]
    return posts[fits].sort_values(by, ascending=up, kind="stable")


def turn(posts: pd.DataFrame, page: int) -> tuple[pd.DataFrame, int, int]:
    """Return one page of posts, its number (the last page when ``page`` is beyond it) and how many pages
    there
    are.
    """
    pages = max(1, -(-len(posts) // PAGE))
    page = min(page, pages)
    return posts.iloc[(page - 1) * PAGE : page * PAGE], page, pages


def count_days(posts: pd.DataFrame, choice: Choice, by: str = "") -> pd.DataFrame:
    """Return how many posts each day of the period has (columns day,
    posts and, when given, ``by``), zeros included.
    """
    days = pd.date_range(choice.start, choice.end, name="day")
    if not by:
        return posts.groupby("day").size().reindex(days, fill_value=0).rename("posts").reset_index()
    largest = posts[by].value_counts().index[:6]
    counted = posts[posts[by].isin(largest)].groupby(["day", by]).size().unstack(fill_value=0)
    long = counted.reindex(days, fill_value=0).reindex(columns=largest).stack().rename("posts").reset_index()
    return _labelled(long.set_axis(["day", by, "posts"], axis=1), by)


def count_groups(posts: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the largest groups of ``by`` with their number of posts, the largest first."""
    counted = posts[by].value_counts().rename("posts").rename_axis(by).reset_index().head(MOST_GROUPS)
    return _labelled(counted, by)


def measure(posts: pd.DataFrame, least: int, by: str = "") -> pd.DataFrame:
    """Return the shares of negative, neutral and positive posts,
    with n and the interval of the negative share.

    Repeats are left out, since a copied text is one opinion, and so are groups with fewer than ``least``
    posts. The shares are those of the reports (analyse.opinions); the interval treats one voice's posts as
    one.
    """
    voiced = posts[posts["negative"].notna()]
    columns = [*([by] if by else []), *FEELINGS, "low", "high", "n"]
    if voiced.empty:
        return pd.DataFrame(columns=columns)
    if (
        voiced["sentiment"].nunique() == 1
    ):  # picked by their label, so that the label is all there is to count
        labels = {name: voiced["sentiment"].eq(name).astype("float64") for name in FEELINGS}
        voiced = voiced.assign(**labels, doubt_negative=0.0)
    keys = [by] if by else []
    table = estimate.means(voiced, "negative", keys, cluster="voice", share=True, doubt="doubt_negative")
    table = table.rename(columns={"value": "negative"})
    for name in FEELINGS[1:]:
        table[name] = estimate.means(voiced, name, keys, cluster="voice", share=True)["value"]
    whole = table[list(FEELINGS)].clip(lower=0)
    table[list(FEELINGS)] = whole.div(whole.sum(axis=1), axis=0)
    table = table[table["n"] >= least].nlargest(MOST_GROUPS, "n")[columns].reset_index(drop=True)
    return _labelled(table, by) if by else table


def tabulate(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the aggregate a visitor can download: posts and feelings by day, brand, channel and language."""
    keys = {"day": "day", "brand": "brand", "platform": "channel", "lang": "language"}
    table = (
        posts.groupby(list(keys), dropna=False)
        .agg(
            posts=("day", "size"),
            repeats=("is_repeat", "sum"),
            **{name: ("sentiment", lambda part, name=name: part.eq(name).sum()) for name in FEELINGS},
        )
        .reset_index()
    )
    return table.rename(columns=keys).assign(day=table["day"].dt.strftime("%Y-%m-%d"))


def _labelled(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the table with labels short enough for a chart; a name can be as long as a stranger likes."""
    shown = (
        table[by]
        .map(lambda value: plain(value, 10_000))
        .map(lambda value: value if len(value) <= LABEL else value[: LABEL - 1] + "…")
    )
    return table.assign(**{by: shown})
