"""One call simulates the demo brand: the files a customer would hand over,
and the planted truth beside them.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.demo import business, files, plan, world
from earshot.demo import posts as making

TRUTH = (
    "post_id",
    "platform",
    "brand",
    "author",
    "text",
    "at",
    "lang",
    "lang_mixed",
    "theme",
    "sentiment",
    "sarcasm",
    "negation",
    "event",
    "role",
    "step",
    "journey",
    "template",
    "kind",
    "reply_to",
    "root",
    "original",
    "parent",
    "copy",
    "hostile",
    "region",
    "town",
    "stars",
    "campaign",
    "is_public",
    "deleted_at",
    "engagement_missing",
)


@dataclass(frozen=True)
class Truth:
    """What was planted: one row per post, the other tables by name, and the facts of the world."""

    posts: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    facts: dict


def simulate(folder: Path, posts: int = 12000, seed: int = world.SEED, end: str = world.END) -> Truth:
    """Write ``folder``/inbox, /business and /truth for ``posts`` posts of 13 weeks; same seed, same bytes.

    ``end`` is the last day; planted events keep their dates, so they must lie in the 13 weeks before it.
    Raises ValueError when ``posts`` is too small to hold what is planted, or an event lies outside.
    """
    folder = Path(folder)
    _check_period(end)
    made = making.make(posts, seed, end)
    frame = _reviewed(made["posts"], np.random.default_rng(seed + 1))
    counts = files.write(frame, folder / "inbox")
    parts, hidden = business.make(frame, made, seed + 2, end)
    _write(parts, folder / "business", csv=True)
    truth = {
        "posts": frame[list(TRUTH)],
        "pii": _personal(made["pii"], frame),
        "authors": made["people"],
        "journeys": _journeys(made["journeys"], frame),
    } | hidden
    _write(truth, folder / "truth", csv=False)
    facts = _facts(frame, counts, posts, seed, end) | business.FACTS
    (folder / "truth" / "truth.json").write_text(
        json.dumps(facts, indent=1, default=str) + "\n", encoding="utf-8"
    )
    return Truth(truth.pop("posts"), truth, json.loads(json.dumps(facts, default=str)))


def truth(folder: Path) -> Truth:
    """Return the planted truth of an earlier ``simulate(folder)``;
    raises FileNotFoundError when there is none.
    """
    place = Path(folder) / "truth"
    if not (place / "truth.json").exists():
        raise FileNotFoundError(
            f"There is no demo truth in {place}; run collect.demo.simulate({str(folder)!r}) first."
        )
    tables = {path.stem: pd.read_parquet(path) for path in sorted(place.glob("*.parquet"))}
    return Truth(tables.pop("posts"), tables, json.loads((place / "truth.json").read_text(encoding="utf-8")))


def _check_period(end: str) -> None:
    hours = plan.hours(end)
    for event in world.EVENTS:
        start, stop = event.window()
        if start < hours[0] or stop > hours[-1] + pd.Timedelta(hours=1):
            raise ValueError(
                f"The planted event {event.name} ({event.start}) is outside the 13 weeks up to {end}; "
                f"use end={world.END!r}."
            )


def _reviewed(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return ``frame`` with stars, and review texts in the letters that the review site can store."""
    review = frame["platform"] == "reviews"
    stars = frame["sentiment"].map({"negative": 1, "neutral": 3, "positive": 5}).astype(int)
    nudge = np.where(
        rng.random(len(frame)) < 0.35,
        frame["sentiment"].map({"negative": 1, "neutral": 0, "positive": -1}),
        0,
    )
    return frame.assign(
        stars=(stars + nudge.astype(int)).astype("Int64").where(review),
        text=frame["text"].where(~review, frame["text"].map(files.for_latin)),
    )


def _personal(pii: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    known = pd.Series(frame["post_id"].to_numpy(), index=frame["uid"])
    return pii.assign(post_id=pii["uid"].map(known)).drop(columns="uid")


def _journeys(table: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    known = pd.Series(frame["post_id"].to_numpy(), index=frame["uid"])
    return table.assign(root=table["root"].map(known))


def _write(tables: dict[str, pd.DataFrame], folder: Path, csv: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        if csv and name not in ("interactions", "visits"):
            table.to_csv(
                folder / f"{name}.csv", index=False, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%SZ"
            )
        else:
            table.to_parquet(folder / f"{name}.parquet", index=False)


def _facts(frame: pd.DataFrame, counts: dict, posts: int, seed: int, end: str) -> dict:
    events = {
        event.name: asdict(event)
        | dict(zip(("start_utc", "end_utc"), event.window(), strict=True))
        | {"posts": int(((frame["event"] == event.name) & (frame["role"] == "post")).sum())}
        for event in world.EVENTS
    }
    return {
        "posts": posts,
        "seed": seed,
        "end": end,
        "days": world.DAYS,
        "timezone": world.ZONE,
        "files": counts,
        "rows_repeated": {"x_export.csv": 12},
        "rows_broken": {"x_export.csv": 3},
        "brands": world.BRANDS,
        "languages": world.LANGUAGES,
        "platforms": world.PLATFORMS,
        "themes": world.THEMES,
        "events": events,
        "gap": world.GAP | {"lost": frame.attrs["lost"]},
        "bots": {
            "waves": world.BOT_WAVES,
            "link": world.BOT_LINK,
            "posts": int((frame["role"] == "bot").sum()),
        },
        "new_in_last_week": {"theme": "esim", "since": world.EVENTS[3].window()[0]},
    }
