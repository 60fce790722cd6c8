"""The explore dashboard: fields on top, then counts,
a time line, breakdowns, and the posts behind them, masked.
"""

from dataclasses import fields

import pandas as pd

from earshot.core import units, wording
from earshot.publish import charts, show
from earshot.publish.dashboards import controls, explore, summaries

TITLES = {
    "brand": "All brands",
    "channel": "All channels",
    "language": "All languages",
    "topic": "All topics",
    "sentiment": "All feelings",
}
PARTS = ("about", "facts", "line", "feelings", "topics", "channels", "languages", "save", "posts", "place")


class Explore:
    """One visitor's dashboard: the fields, the parts they change, and the run that is shown."""

    def __init__(self, query: str = ""):
        self.message = show.html("status", "Loading …")
        self.parts = {name: show.html("note", "") for name in PARTS}
        self.inputs, self.box, self.quiet = {}, controls.page(self.message), True
        self.page, self.runs = 1, {}
        controls.guarded(self.message, explore.explain, lambda: self._begin(query))

    def _begin(self, query: str) -> str:
        self.runs = explore.list_runs()
        workspace, run, refused = explore.read_place(self.runs, query)
        self.source = explore.load(workspace, run)
        choice, left_out = explore.read_query(self.source, query)
        self.inputs = self._fields(choice)
        for field in self.inputs.values():
            field.observe(self._changed, names="value")
        self.box.children = self._layout()
        self.quiet = False
        self._draw()
        return f"{refused} {left_out}".strip()

    def _fields(self, choice: explore.Choice) -> dict:
        """Return the fields, in the order in which they are reached from the keyboard."""
        source = self.source
        lists = {
            name: controls.pick(
                name.title(), [(TITLES[name], ""), *_readable(source.options[name])], getattr(choice, name)
            )
            for name in explore.FIELDS
        }
        return {
            "workspace": controls.pick("Workspace", list(self.runs), source.workspace),
            "run": controls.pick("Run", self.runs[source.workspace], source.run),
            **lists,
            "start": controls.day("From", choice.start),
            "end": controls.day("To", choice.end),
            "order": controls.pick(
                "Order", [(f"{name} first", name) for name in explore.ORDERS], choice.order
            ),
        }

    def _layout(self) -> tuple:
        part = self.parts
        back = controls.button("‹ Previous", lambda: self._turn(-1), "Previous page of posts")
        on = controls.button("Next ›", lambda: self._turn(1), "Next page of posts")
        above = [field for name, field in self.inputs.items() if name != "order"]
        counts = controls.column(*(part[name] for name in ("topics", "channels", "languages", "save")))
        behind = controls.column(self.inputs["order"], part["posts"], controls.row(back, on, part["place"]))
        return (
            part["about"],
            controls.table_of(above),
            controls.row(
                controls.button("Show all", self._reset, "Set every field back to all"), self.message
            ),
            part["facts"],
            controls.table_of([part["line"], part["feelings"], counts, behind], controls.HALVES),
        )

    def _changed(self, change: dict) -> None:
        if self.quiet:
            return
        self.page = 1
        moved = change["owner"] in (self.inputs["workspace"], self.inputs["run"])
        controls.guarded(self.message, explore.explain, self._open if moved else self._draw)

    def _open(self) -> None:
        """Show another run: the newest of a workspace that was picked, or the run that was picked."""
        workspace, run = self.inputs["workspace"].value, self.inputs["run"].value
        if workspace not in self.runs:
            raise explore.Refused("That workspace has no finished report; pick one from the list.")
        run = run if run in self.runs[workspace] else self.runs[workspace][0]
        self.source = explore.load(workspace, run)
        self.quiet = True
        try:
            for name, field in self._fields(explore.choose(self.source)).items():
                if hasattr(field, "options"):
                    self.inputs[name].options = field.options
                self.inputs[name].value = field.value
        finally:
            self.quiet = False
        self._draw()

    def _reset(self) -> None:
        def clear() -> None:
            self.quiet = True
            try:
                for name in explore.FIELDS:
                    self.inputs[name].value = ""
                self.inputs["start"].value, self.inputs["end"].value = self.source.first, self.source.last
            finally:
                self.quiet = False
            self.page = 1
            self._draw()

        controls.guarded(self.message, explore.explain, clear)

    def _turn(self, by: int) -> None:
        self.page = max(1, self.page + by)
        controls.guarded(self.message, explore.explain, lambda: self._draw_posts(*self._chosen()))

    def _chosen(self) -> tuple[explore.Choice, pd.DataFrame]:
        known = {field.name for field in fields(explore.Choice)}
        given = {name: field.value for name, field in self.inputs.items() if name in known}
        choice = explore.choose(self.source, **given, page=self.page)
        return choice, summaries.narrow(self.source.posts, choice)

    def _draw(self) -> str:
        choice, posts = self._chosen()
        source = self.source
        self._fill(
            "about",
            "note",
            f"{source.title}: run {source.run}, {wording.count(len(source.posts))} posts, "
            f"{units.moment(source.first)} to {units.moment(source.last)}. Post texts are masked, and no "
            "authors are shown.",
        )
        self._fill("facts", "facts", _facts(posts, source.least))
        self._fill(
            "save",
            "download",
            summaries.tabulate(posts),
            f"{source.workspace}-{source.run}.csv",
            "Save the numbers of this choice as CSV",
        )
        self._draw_posts(choice, posts)
        self._draw_charts(choice, posts)  # last: drawing takes longest, and the numbers need not wait for it
        return "" if len(posts) else "No post fits this choice; set a field back to all, or widen the period."

    def _draw_charts(self, choice: explore.Choice, posts: pd.DataFrame) -> None:
        by = "platform" if choice.brand else "brand"
        days = f"{units.moment(choice.start)} to {units.moment(choice.end)}"
        said = f"{wording.count(len(posts))} posts, {days}"
        series = "" if choice.brand or posts["brand"].nunique() < 2 else "brand"
        self._figure(
            "line",
            posts,
            summaries.count_days(posts, choice, series) if len(posts) else None,
            lambda data: charts.lines(
                data, "day", "posts", series or None, title="Posts per day", marks=self.source.lost(choice)
            ),
            f"All posts, repeats included; {said}",
            "day",
            "posts",
            series or None,
        )
        shares = summaries.measure(posts, self.source.least, by)
        self._figure(
            "feelings",
            posts,
            shares,
            lambda data: charts.shares(data, by, list(explore.FEELINGS), title=f"Feelings by {_word(by)}"),
            f"Share of posts without repeats, groups of at least {self.source.least}",
            by,
            "negative",
        )
        for part, column in (("topics", "topic_name"), ("channels", "platform"), ("languages", "lang")):
            word = _word(column)
            self._figure(
                part,
                posts,
                summaries.count_groups(posts, column),
                lambda data, column=column, word=word: charts.bars(
                    data, column, "posts", title=f"Posts by {word}"
                ),
                f"The largest groups; {said}",
                column,
                "posts",
            )

    def _figure(
        self, part: str, posts: pd.DataFrame, data, draw, caption: str, x: str, y: str, series=None
    ) -> None:
        """Fill a part with a chart and its data, or say in a line why there is none."""
        if data is None or data.empty:
            few = f"Too few posts for {part}: at least {self.source.least} without repeats are needed."
            self._fill(part, "note", few if part == "feelings" and len(posts) else "")
            return
        alt = charts.describe(data, x, y, series)
        self._fill(part, "figure", draw(data), alt, caption, data.rename(columns=_word))

    def _draw_posts(self, choice: explore.Choice, posts: pd.DataFrame) -> None:
        shown, self.page, pages = summaries.turn(posts, choice.page)
        self._fill(
            "place", "note", f"Page {self.page} of {wording.count(pages)}, {wording.count(len(posts))} posts"
        )
        self._fill(
            "posts", "posts", shown.drop(columns="voice"), "The posts behind these numbers", explore.PAGE
        )

    def _fill(self, part: str, shape: str, *arguments) -> None:
        show.html(shape, *arguments, widget=self.parts[part])


def screen(query: str = ""):
    """Return the dashboard as a widget; ``query`` is the address's query string, from a stranger."""
    return Explore(query).box


def _readable(values: list[str]) -> list[tuple[str, str]]:
    """Return (what is read, what is meant) for a list to pick from;
    a name can be as long as a stranger likes.
    """
    shown = [show.plain(value, 10_000) for value in values]
    return [
        (name if len(name) <= explore.LABEL else name[: explore.LABEL - 1] + "…", value)
        for name, value in zip(shown, values, strict=True)
    ]


def _facts(posts: pd.DataFrame, least: int) -> dict[str, str]:
    facts = {"Posts": wording.count(len(posts)), "Of them repeats": wording.count(posts["is_repeat"].sum())}
    shares = summaries.measure(posts, least)
    if shares.empty:
        return facts
    row = shares.iloc[0]
    return facts | {
        "Negative (95% interval)": f"{units.share(row['negative'])} "
        f"({units.interval(row['low'], row['high'], 'share')})",
        "Neutral": units.share(row["neutral"]),
        "Positive": units.share(row["positive"]),
    }


def _word(column: str) -> str:
    return {"platform": "channel", "lang": "language", "topic_name": "topic"}.get(column, column)
