"""What the explore dashboard knows: one finished run,
a visitor's choice, and small views of the posts it leaves.

Nothing here touches a widget, so that all of it can be tested, and reused by the dashboards to come.
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from urllib.parse import parse_qs

import pandas as pd

from earshot.analyse.collect import missing_time
from earshot.analyse.posts import human_labels, loading, opinions
from earshot.analyse.sentiment import prevalence
from earshot.core.guard import StoreError
from earshot.core.params import Brief, ParamError
from earshot.core.workspace import home, open_workspace
from earshot.publish.safety.quotes import plain

FIELDS = {
    "brand": "brand",
    "channel": "platform",
    "language": "lang",
    "topic": "topic_name",
    "sentiment": "sentiment",
}
FEELINGS = opinions.CLASSES
ORDERS = ("newest", "oldest", "most negative", "most positive")
KEPT = [*FIELDS.values(), "day", "created_at", "text", "may_quote", "is_repeat", "p_negative", "p_positive"]
PAGE, MOST_GROUPS, LABEL = 20, 10, 40


class Refused(ValueError):
    """Something a visitor asked for that is not there; the sentence is written for them."""


@dataclass(frozen=True)
class Source:
    """The posts of one finished run, without their authors, and what a visitor can pick among them."""

    workspace: str
    run: str
    title: str
    posts: pd.DataFrame
    options: dict[str, list[str]]
    least: int
    first: date
    last: date
    gaps: pd.DataFrame

    def lost(self, choice: "Choice") -> pd.DataFrame:
        """Return where posts are missing (start, end,
        label) in the days of a choice, for a chart to shade.
        """
        first, after = pd.Timestamp(choice.start), pd.Timestamp(choice.end) + pd.Timedelta(days=1)
        return self.gaps[(self.gaps["end"] > first) & (self.gaps["start"] < after)]


@dataclass(frozen=True)
class Choice:
    """What a visitor picked; an empty field means all."""

    brand: str = ""
    channel: str = ""
    language: str = ""
    topic: str = ""
    sentiment: str = ""
    start: date | None = None
    end: date | None = None
    order: str = ORDERS[0]
    page: int = 1


def list_runs() -> dict[str, list[str]]:
    """Return the finished runs of every workspace that has one, newest first."""
    from earshot.publish.runs import history

    names = sorted(path.parent.name for path in (home() / "params").glob("*/brief.yml"))
    found = {name: history(name) for name in names}
    return {
        name: runs.loc[runs["status"].eq("good"), "folder"].tolist()
        for name, runs in found.items()
        if runs["status"].eq("good").any()
    }


def load(workspace: str, run: str) -> Source:
    """Return the posts of a run as they were when it was made;
    raises Refused when they can be read no more.
    """
    from earshot.publish.report.manifest import read_manifest

    space = open_workspace(workspace)
    manifest = read_manifest(space.outputs / run)
    told = {name: value for name, value in manifest["params"].items() if name in Brief.model_fields}
    params = space.params.model_copy(update=told)
    versions = {name: state["version"] for name, state in manifest["tables"].items()}
    store = space.store.at(versions)
    posts = human_labels.apply_labels(loading.load(store, params), space)
    if posts.empty:
        raise Refused(f"Run {run} of {workspace} holds no posts; pick another run.")
    lost = missing_time.marks(posts, store, params, space.settings("campaigns").get("events"))
    return _source(workspace, run, params, posts, lost)


def _source(workspace: str, run: str, params: Brief, posts: pd.DataFrame, gaps: pd.DataFrame) -> Source:
    # An author is only ever a number here: one voice's posts count together, and nobody can be shown.
    voice = pd.Series(pd.factorize(posts["author"])[0], index=posts.index)
    alone = voice.lt(0)
    voice[alone] = -1 - pd.RangeIndex(alone.sum())
    named = {name: posts[name].astype("str") for name in FIELDS.values()}
    kept = posts[KEPT].join(prevalence.share_columns(posts)).assign(voice=voice, **named)
    options = {
        name: [value for value in kept[column].value_counts().index if value]
        for name, column in FIELDS.items()
    }
    return Source(
        workspace,
        run,
        params.title or params.brand or workspace,
        kept,
        options,
        params.min_posts,
        kept["day"].min().date(),
        kept["day"].max().date(),
        gaps,
    )


def choose(source: Source, **given) -> Choice:
    """Return the choice these values make;
    raises Refused with one sentence on anything that is not on offer.
    """
    allowed = {**source.options, "order": list(ORDERS)}
    known = {field.name for field in fields(Choice)}
    for name, value in given.items():
        if name not in known:
            raise Refused(f'There is nothing to pick by the name "{plain(name, LABEL)}".')
        if name in allowed and value != "" and (not isinstance(value, str) or value not in allowed[name]):
            raise Refused(f'This run has no {name} "{plain(value, LABEL)}"; pick one from the list.')
    choice = Choice(**given)
    choice = replace(
        choice,
        order=choice.order or ORDERS[0],
        start=_day(choice.start, source.first),
        end=_day(choice.end, source.last),
    )
    if choice.start > choice.end:
        raise Refused("The period ends before it begins; swap the two days.")
    if isinstance(choice.page, bool) or not isinstance(choice.page, int) or choice.page < 1:
        raise Refused("Pages of posts are numbered from one.")
    return choice


def _day(value: object, otherwise: date) -> date:
    if value is None or value == "":
        return otherwise
    try:
        return value if type(value) is date else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused(f'"{plain(value, LABEL)}" is no day; write one such as {otherwise}.') from None


def read_query(source: Source, query: str) -> tuple[Choice, str]:
    """Return the choice that an address asks
    for (``brand=United&sentiment=negative``) and what of it was left out.
    """
    choice, refused = choose(source), []
    for name, value in _asked(query).items():
        if name not in {*FIELDS, "start", "end", "order"}:
            continue
        try:
            choice = choose(
                source,
                **{field.name: getattr(choice, field.name) for field in fields(Choice)} | {name: value},
            )
        except Refused as error:
            refused.append(str(error))
    return choice, " ".join(refused)


def read_place(runs: dict[str, list[str]], query: str) -> tuple[str, str, str]:
    """Return the workspace and run that an address asks for,
    else the newest there is, and what was left out.
    """
    if not runs:
        raise Refused("There is no finished report yet; run 'make report' first, then load this page again.")
    asked = _asked(query)
    workspace, run = asked.get("workspace", ""), asked.get("run", "")
    told = (
        f'There is no finished report of a workspace "{plain(workspace, LABEL)}".'
        if workspace and workspace not in runs
        else ""
    )
    workspace = workspace if workspace in runs else max(runs, key=lambda name: runs[name][0])
    if run and run not in runs[workspace]:
        told = told or f'{workspace} has no finished run "{plain(run, LABEL)}"; this is its newest.'
    return workspace, run if run in runs[workspace] else runs[workspace][0], told


def _asked(query: str) -> dict[str, str]:
    try:
        return {name: values[-1] for name, values in parse_qs(str(query)[:4000], max_num_fields=40).items()}
    except ValueError:
        return {}


def explain(error: Exception) -> str:
    """Return one plain sentence for a visitor;
    only errors that were written for readers say more than that.
    """
    if isinstance(error, Refused | ParamError | StoreError):
        return plain(error, 300)
    return "This view could not be made. Pick something else, or load the page again."
