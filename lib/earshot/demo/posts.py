"""All posts of a run with their truth:
skeleton, people, words, journeys, copies, marks, ids and engagement.
"""

from random import Random

import numpy as np
import pandas as pd

from earshot.demo import journeys, people, plan, planting
from earshot.demo.world import SITES, size
from earshot.demo.writing import Writer

EMPTY = {
    "original": -1,
    "parent": -1,
    "copy": "",
    "reply_to": -1,
    "root": -1,
    "kind": "post",
    "hostile": "",
    "step": "",
    "journey": -1,
    "sarcasm": False,
    "negation": False,
    "lang_mixed": "",
    "core": "",
    "template": "",
}


def make(posts: int, seed: int, end: str) -> dict[str, pd.DataFrame]:
    """Return frames ``posts``, ``people``, ``journeys``, ``pii`` for exactly ``posts`` posts."""
    rng, last = np.random.default_rng(seed), plan.hours(end)[-1].tz_convert("UTC") + pd.Timedelta(hours=1)
    paths = journeys.plan_paths(size("journeys", posts), rng)
    events, flowers = plan.bursts(rng, posts), plan.off_topic(rng, posts, end)
    copied = {kind: size(kind, posts) for kind in ("exact", "near", "repost")}
    rest = (
        posts
        - len(events)
        - len(flowers)
        - sum(copied.values())
        - journeys.steps(paths)
        - size("bots", posts)
    )
    if rest < posts // 3:
        raise ValueError(f"{posts} posts are too few for the planted events; use at least 800.")
    usual = plan.everyday(rng, rest, end)
    base, crowd = _written(
        pd.concat([_reserve_hostile(usual, posts), events, flowers], ignore_index=True), rng
    )
    replies, paths_table = journeys.follow(base, paths, rng, last)
    copies = [planting.copies(base, kind, n, rng, crowd, last) for kind, n in copied.items()]
    frame = _joined([base, replies, *copies, planting.bots(posts, rng)])
    frame = planting.make_hostile(frame, rng)
    frame, personal = planting.mark_personal(frame, posts, rng)
    frame = _marked(_numbered(_engaged(frame, rng), rng), posts, rng, last)
    frame.attrs["lost"] = usual.attrs["lost"]
    return {"posts": frame, "people": _with_bots(crowd, frame), "journeys": paths_table, "pii": personal}


def _reserve_hostile(frame: pd.DataFrame, posts: int) -> pd.DataFrame:
    able = frame.index[frame["platform"].isin(("x", "bluesky", "mastodon", "reddit", "youtube"))]
    return frame.assign(
        role=np.where(
            frame.index.isin(able[:: max(1, len(able) // size("hostile", posts))][: size("hostile", posts)]),
            "hostile",
            frame["role"],
        )
    )


def _written(frame: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = frame.sort_values("at", kind="stable").reset_index(drop=True)
    crowd = people.accounts(frame, rng)
    frame = people.assign(frame, crowd, rng)
    writer = Writer(Random(int(rng.integers(1 << 31))))
    words = pd.DataFrame([writer.write(post) for post in frame.itertuples(index=False)])
    frame = pd.concat([frame, words], axis=1).assign(uid=np.arange(len(frame)))
    return _distinct(frame, writer), crowd


def _distinct(frame: pd.DataFrame, writer: Writer) -> pd.DataFrame:
    """Return ``frame`` with every text that occurs twice written anew until none does."""
    words = ["text", "template", "sarcasm", "negation", "lang_mixed", "core"]
    for _ in range(40):
        repeated = frame.index[frame["text"].str.lower().duplicated()]
        if repeated.empty:
            return frame
        writer.full = True
        again = pd.DataFrame(
            [writer.write(post) for post in frame.loc[repeated].itertuples(index=False)], index=repeated
        )
        frame = frame.assign(
            **{
                name: frame[name].where(~frame.index.isin(repeated), again[name].reindex(frame.index))
                for name in words
            }
        )
    raise ValueError("The phrases are too few for this many posts; add phrases or ask for fewer posts.")


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    frame = pd.concat(
        [part.assign(**{k: v for k, v in EMPTY.items() if k not in part}) for part in parts],
        ignore_index=True,
    )
    frame["uid"] = np.arange(len(frame))
    for name in ("sarcasm", "negation"):
        frame[name] = frame[name].astype(bool)
    return _threaded(frame)


def _threaded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``frame`` where each reply names the post before it
    and one repost in seven repeats another repost.
    """
    thread = frame[frame["step"] != ""]
    before = thread.groupby("journey")["uid"].shift()
    reply_to = frame["reply_to"].copy()
    reply_to[thread.index] = before.fillna(thread["root"]).astype(int)
    parent, text, author = frame["parent"].copy(), frame["text"].copy(), frame["author"]
    for _, rows in frame[(frame["copy"] == "repost")].sort_values("at", kind="stable").groupby("original"):
        for earlier, later in zip(rows["uid"], rows["uid"][1:], strict=False):
            if later % 7 == 0:
                parent[later] = earlier
                if frame.at[later, "platform"] == "x":
                    text[later] = f"RT @{author[earlier]}: {text[earlier]}"
    return frame.assign(reply_to=reply_to, parent=parent, text=text)


def _engaged(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return ``frame`` with likes, reposts, replies, views;
    unknown for some posts and where a platform has none.
    """
    n, reach = len(frame), np.log1p(frame["followers"].to_numpy(float))
    push = 0.35 * reach + 0.5 * (frame["event"] != "") + 0.3 * (frame["sentiment"] == "negative") - 1.2
    likes = rng.poisson(np.exp(np.minimum(push + rng.normal(0, 1, n), 9)))
    counts = {
        "likes": likes,
        "reposts": rng.binomial(likes, 0.18),
        "replies": rng.binomial(likes, 0.12),
        "views": likes * rng.integers(20, 90, n) + rng.poisson(30, n),
    }
    missing = rng.random(n) < 0.06
    absent = {
        "likes": (),
        "reposts": ("reddit", "forum", "youtube", "reviews"),
        "replies": ("reviews",),
        "views": ("bluesky", "mastodon", "reddit", "youtube", "reviews"),
    }
    columns = {
        name: pd.Series(values, dtype="Int64").mask(missing | frame["platform"].isin(absent[name]))
        for name, values in counts.items()
    }
    followers = (
        frame["followers"]
        .astype("Int64")
        .mask(frame["platform"].isin(("reddit", "forum", "youtube", "reviews")))
    )
    return frame.assign(**columns, followers=followers, engagement_missing=missing)


def _numbered(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return ``frame`` in order of time with native ids, post ids, links between posts and addresses."""
    frame = frame.sort_values(["at", "uid"], kind="stable").reset_index(drop=True)
    serial = np.cumsum(rng.integers(1000, 90000, len(frame))) + 19_400_000_000_000
    native = [
        f"{number:x}" if platform in ("reddit", "bluesky", "youtube") else str(number)
        for number, platform in zip(serial, frame["platform"], strict=True)
    ]
    frame = frame.assign(native=native, post_id=frame["platform"] + ":" + pd.Series(native, dtype="str"))
    known = pd.Series(frame["post_id"].to_numpy(), index=frame["uid"])
    for name in ("reply_to", "root", "original", "parent"):
        frame[name] = frame[name].map(known).fillna("").astype("str")
    site = frame["platform"].map(SITES).astype("str")
    return frame.assign(url=site + "/" + frame["author"].astype("str") + "/" + frame["native"].astype("str"))


def _marked(frame: pd.DataFrame, posts: int, rng: np.random.Generator, end) -> pd.DataFrame:
    """Return ``frame`` with private messages, later deletions, campaign links and stated places."""
    plain = frame.index[
        (frame["role"] == "post")
        & ~frame["post_id"].isin(frame["original"])
        & ~frame["post_id"].isin(frame["root"])
    ]
    private = rng.choice(
        plain[frame.loc[plain, "platform"].isin(("x", "mastodon"))], size("private", posts), replace=False
    )
    gone = rng.choice(np.setdiff1d(plain, private), size("deleted", posts), replace=False)
    fans = frame.index[
        (frame["theme"] == "meadow")
        & (frame["sentiment"] != "negative")
        & frame.index.isin(plain)
        & frame["platform"].isin(("x", "bluesky", "mastodon", "youtube"))
    ]
    linked = rng.choice(fans, min(size("utm", posts), len(fans)), replace=False)
    deleted_at = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
    deleted_at[gone] = (
        frame.loc[gone, "at"] + pd.to_timedelta(rng.integers(1, 400, len(gone)), unit="h")
    ).dt.as_unit("us")
    link = frame["platform"].map(
        "https://larkspur.example/meadow?utm_source={}&utm_medium=social&utm_campaign=meadow_launch".format
    )
    is_linked = frame.index.isin(linked)
    personal = frame["text"].where(~is_linked, frame["text"] + " " + link.astype("str"))
    stated = (rng.random(len(frame)) < 0.55) & (frame["town"] != "")
    return frame.assign(
        text=personal,
        campaign=np.where(is_linked, "meadow_launch", ""),
        is_public=~frame.index.isin(private),
        deleted_at=deleted_at,
        place=frame["town"].where(stated, ""),
    )


def _with_bots(crowd: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    bots = frame.loc[frame["role"] == "bot", ["author", "platform", "lang", "brand"]].drop_duplicates(
        "author"
    )
    return pd.concat([crowd, bots.assign(is_bot=True, region="", town="", followers=10)], ignore_index=True)
