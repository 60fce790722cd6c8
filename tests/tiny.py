"""A tiny workspace with everything enrichment would have added, and a finished run of it: made in a second.

``tiny.workspace(home, posts=300)`` writes params, tables and run, and returns the workspace, opened.
"""

import json
import os

import pandas as pd
import yaml

BRANDS = ["Acme", "Bolt", "Crate"]
PLATFORMS = ["x", "forum", "reviews"]
LANGUAGES = ["en", "de", "es"]
TOPICS = {0: "late deliveries", 1: "friendly service", 2: "prices", 3: "lost parcels"}
WORDS = {
    "negative": "{b} lost my parcel again, nobody answers, note {n}",
    "neutral": "is the {b} shop open on Sunday, note {n}",
    "positive": "thank you {b}, the driver was lovely, note {n}",
}
FEELINGS = list(WORDS)
RUN = "2026-03-20T0900Z-abc1234"

HOSTILE = [
    "<img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "<svg onload=\"document.title='owned'\">",
    "<iframe srcdoc=\"<script>parent.document.title='owned'</script>\"></iframe>",
    "[click](javascript:document.title='owned')",
    "![t](https://tracker.example/pixel.png)",
    "<a href=\"javascript:document.title='owned'\">free flights</a>",
    "<style>*{display:none}</style><link rel=stylesheet href=https://tracker.example/a.css>",
    "</td></tr></table><h1>Our report is withdrawn</h1>",
    "{{constructor.constructor('document.title=1')()}} ${document.title='owned'}",
    "$$\\href{javascript:document.title='owned'}{x}$$ \\(x\\)",
    "=HYPERLINK(\"https://tracker.example\",\"x\")", "+1+cmd|' /C calc'!A0", "@SUM(1+1)",
    "\u202eright to left override", "\x1b[31mred \x1b]0;owned\x07", "NUL\x00byte", "zero\u200bwidth",
    "e" + "\u0301" * 400,
    "مرحبا بالعالم", "שלום עולם", "👩‍👩‍👧‍👦 🏴‍☠️", "long " * 20_000,
]  # fmt: skip


def workspace(home, posts: int = 300, name: str = "tiny", hostile: bool = True, run: str = RUN):
    """Write a workspace with this many calm posts (and the hostile ones) under ``home`` and return it
    opened.
    """
    import earshot

    (home / "params" / name).mkdir(parents=True, exist_ok=True)
    (home / "params" / name / "brief.yml").write_text(
        yaml.safe_dump({"title": "Tiny parcels", "brands": BRANDS, "min_posts": 20}), encoding="utf-8"
    )
    os.environ["EARSHOT_HOME"] = str(home)
    space = earshot.open(name)
    frame = make_posts(posts, HOSTILE if hostile else [])
    enriched = write(space.store, frame)
    finish(space, run)
    assert len(enriched) == len(frame)
    return space


def make_posts(count: int, more: list[str] = ()) -> pd.DataFrame:
    """Return posts over three weeks: three brands,
    of which Acme is criticised most, and ``more`` texts about Bolt.
    """
    rows = []
    for number in range(count):
        brand = BRANDS[number % 3]
        feeling = FEELINGS[(number // 3) % (2 if brand == "Acme" else 3)] if number % 7 else "negative"
        rows.append(
            (
                f"{number}",
                PLATFORMS[number % 5 % 3],
                brand,
                f"p_{number % 61:012x}",
                LANGUAGES[number % 4 % 3],
                WORDS[feeling].format(b=brand, n=number),
                feeling,
            )
        )
    rows += [
        (f"hostile-{place}", "forum", "Bolt", "p_0000000000ff", "en", text, "negative")
        for place, text in enumerate(more)
    ]
    frame = pd.DataFrame(rows, columns=["number", "platform", "brand", "author", "lang", "text", "feeling"])
    start = pd.Timestamp("2026-03-02T08:00Z")
    frame["created_at"] = [
        start + pd.Timedelta(minutes=(97 * row) % (21 * 1440)) for row in range(len(frame))
    ]
    return frame


def write(store, frame: pd.DataFrame) -> pd.DataFrame:
    """Write the tables that import and enrichment would have written, and return the posts."""
    from earshot.core import clock
    from earshot.core.tables import TABLES

    known = frame.assign(
        post_id=frame["platform"] + ":" + frame["number"],
        collected_at=frame["created_at"].max(),
        kind="post",
        source="tiny",
        is_public=True,
        week=clock.week(frame["created_at"]),
        clean_text=frame["text"],
        content_hash=[f"{row:032x}" for row in range(len(frame))],
        confidence=0.9,
        words=8,
        edits="[]",
        hashtags="[]",
        mentions="[]",
        urls="[]",
        emoji="[]",
        label=frame["feeling"],
        model="tiny",
        similarity=0.8,
        step_version="1",
        role=["exact" if row % 25 == 24 else "original" for row in range(len(frame))],
        topic=[row % 5 if row % 5 in TOPICS else -1 for row in range(len(frame))],
    )
    known["group"], known["fingerprint"] = known["post_id"], known["content_hash"]
    for name in FEELINGS:
        known[f"p_{name}"] = known["feeling"].eq(name) * 0.8 + 0.1 - known["feeling"].eq(name) * 0.1
    for table in ("posts", "clean", "language", "duplicates", "sentiment", "topics"):
        store.append(table, known[[name for name in TABLES[table].columns if name in known]])
    store.append(
        "topic_names",
        pd.DataFrame(
            {
                "topic": list(TOPICS),
                "name": list(TOPICS.values()),
                "terms": "[]",
                "posts": 50,
                "first_week": "2026-W10",
                "model": "tiny",
            }
        ),
    )
    return known


def finish(space, run: str = RUN) -> None:
    """Write the manifest of a finished run at the tables' versions of now."""
    folder = space.outputs / run
    folder.mkdir(parents=True)
    manifest = {
        "run": run,
        "workspace": space.name,
        "status": "good",
        "problem": "",
        "started": run[:10],
        "seconds": 1.0,
        "posts": len(space.store.read("posts", columns=["post_id"])),
        "notebooks": [],
        "claims": [],
        "params": space.params.model_dump(),
        "tables": {name: {"id": "", "version": version} for name, version in space.store.versions().items()},
    }
    (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
