"""What is planted among the everyday posts: copies, reposts, a bot campaign, personal data, hostile text."""

from random import Random

import numpy as np
import pandas as pd

from earshot.demo import identifiers
from earshot.demo.grammar import grammar
from earshot.demo.plan import in_gap
from earshot.demo.world import BOT_LINK, BOT_WAVES, ZONE, size

HOSTILE = (
    "<script>window.__hit=1</script>",
    "<img src=x onerror=window.__hit=1>",
    "<svg onload=window.__hit=1>",
    "</script><script>window.__hit=1</script>",
    "[click](javascript:window.__hit=1)",
    "javascript:window.__hit=1",
    '<a href="javascript:window.__hit=1">here</a>',
    "<iframe src=https://evil.example></iframe>",
    "![x](https://evil.example/p.png)",
    "<style>*{display:none}</style>",
    '=HYPERLINK("https://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "+SUM(1+1)*cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "-2+3+cmd|' /C calc'!A0",
    "\u202egnirts desrever\u202c",
    "\u2066\u202enoitacilppa\u2069",
    "{{constructor.constructor('window.__hit=1')()}}",
    "{% raw %}{{ 7*7 }}{% endraw %}",
    "$\\href{javascript:window.__hit=1}{x}$",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "'; DROP TABLE posts; --",
    "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308" * 6,
    "&lt;script&gt;window.__hit=1&lt;/script&gt;",
    "```mermaid\ngraph TD; A[<img src=x onerror=window.__hit=1>]\n```",
    "\u200b\u200d\ufeffzero\u200bwidth",
)
NEAR_TAILS = (
    " 😡",
    " 🙄",
    " 👏",
    " #fail",
    " (2)",
    " !!",
    " pls share",
    " this 👆",
    "...",
    " 💯",
    " via the app",
    " #uk",
)


def copies(
    base: pd.DataFrame, kind: str, n: int, rng: np.random.Generator, people: pd.DataFrame, end
) -> pd.DataFrame:
    """Return ``n`` later posts that repeat earlier ones:
    kind is exact, near or repost; a few originals get many.
    """
    able = base[
        base["platform"].isin(("x", "bluesky", "mastodon"))
        & (base["role"] == "post")
        & (base["sarcasm"] == False)  # noqa: E712
        & (base["at"] < end - pd.Timedelta(hours=12))
    ]
    able = able[able["text"].str.len() < 220].sample(frac=1, random_state=int(rng.integers(1 << 31)))
    spread = max(2, n // (4 if kind == "repost" else 2))
    weight = 1 / (np.arange(min(spread, len(able))) + 3.0) ** 0.7
    picks = able.iloc[rng.choice(len(weight), n, p=weight / weight.sum())].reset_index(drop=True)
    random = Random(int(rng.integers(1 << 31)))
    delay = pd.to_timedelta(np.minimum(np.exp(rng.normal(4.5, 1.5, n)), 60 * 11).round(2), unit="min").round(
        "s"
    )
    rows = picks.assign(
        at=picks["at"] + delay,
        original=picks["uid"],
        parent=picks["uid"],
        copy=kind,
        reply_to=-1,
        root=-1,
        role="copy",
        kind="repost" if kind == "repost" else "post",
    )
    rows[["author", "region", "town", "followers"]] = _strangers(rows, people, random)
    if kind == "near":
        rows["text"] = [near(text, random) for text in rows["text"]]
    if kind == "repost":
        rows["text"] = [
            f"RT @{author}: {text}" if platform == "x" else text
            for author, text, platform in zip(picks["author"], picks["text"], picks["platform"], strict=True)
        ]
    return rows.assign(at=rows["at"].where(~in_gap(rows), rows["at"] + pd.Timedelta(hours=6)))


def _strangers(rows: pd.DataFrame, people: pd.DataFrame, random: Random) -> list[tuple]:
    pools = {
        key: part[["author", "region", "town", "followers"]].to_numpy()
        for key, part in people.groupby(["platform", "lang"])
    }
    found = []
    for platform, lang, author in zip(rows["platform"], rows["lang"], rows["author"], strict=True):
        other = random.choice(pools[platform, lang])
        while other[0] == author and len(pools[platform, lang]) > 1:
            other = random.choice(pools[platform, lang])
        found.append(tuple(other))
    return found


def near(text: str, random: Random) -> str:
    """Return ``text`` with a small change: a tail, and for longer texts sometimes one word less."""
    words = text.split(" ")
    if len(words) > 14 and random.random() < 0.4:
        del words[random.choice((-1, 0)) if words[0][0] not in "@#" else -1]
    return " ".join(words) + random.choice(NEAR_TAILS)


def bots(posts: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the bot campaign: young accounts that push one text
    and one link within minutes, in three waves.
    """
    n, random = size("bots", posts), Random(int(rng.integers(1 << 31)))
    names = [
        f"{random.choice(('user', 'real', 'truth', 'uk_news', 'mobile'))}{random.randint(10**6, 10**7)}"
        for _ in range(max(10, n // 3))
    ]
    book, line = grammar("en"), grammar("en").lines("smear", "negative")[0]
    rows = []
    for i in range(n):
        start = pd.Timestamp(BOT_WAVES[i % 3], tz=ZONE).tz_convert("UTC")
        text = book.expand(line, random, {"link": BOT_LINK}) + random.choice(
            ("", " #Larkspur", " RT!", " wake up", " 🚨", " 🚨🚨")
        )
        rows.append(
            {
                "at": start + pd.Timedelta(seconds=random.randint(0, 720)),
                "author": names[(i // 3) % len(names)],
                "text": text,
                "followers": random.randint(0, 40),
            }
        )
    return pd.DataFrame(rows).assign(
        brand="Larkspur",
        theme="smear",
        sentiment="negative",
        platform="x",
        lang="en",
        event="bot_campaign",
        role="bot",
        region="",
        town="",
        kind="post",
        template="en/smear/negative/0",
    )


def mark_personal(
    frame: pd.DataFrame, posts: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (posts, planted values with offsets): some posts now hold an e-mail, phone, card, IBAN or IP."""
    random = Random(int(rng.integers(1 << 31)))
    able = frame[(frame["role"] == "post") & ~frame["uid"].isin(frame["original"])].index
    chosen = np.sort(rng.choice(able, size("pii", posts), replace=False))
    texts, planted = frame["text"].copy(), []
    for i, at in enumerate(chosen):
        kind = list(identifiers.KINDS)[i % len(identifiers.KINDS)]
        value, book = identifiers.KINDS[kind](random), grammar(frame.at[at, "lang"])
        # Only the inserted value may not change: the sentence around it is expanded first.
        sentence = book.expand(random.choice(book.lines("pii", kind)), random, {"value": "\0"}).replace(
            "\0", value
        )
        texts[at] = f"{texts[at]} {sentence}"
        start = texts[at].rindex(value)
        planted.append((frame.at[at, "uid"], kind, value, start, start + len(value)))
    return frame.assign(text=texts), pd.DataFrame(planted, columns=["uid", "type", "value", "start", "end"])


def make_hostile(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return ``frame`` with each hostile payload put before or after the text of the posts kept for it."""
    rows = frame.index[frame["role"] == "hostile"]
    texts, payloads = frame["text"].copy(), frame["hostile"].copy()
    for i, at in enumerate(rows):
        payload = HOSTILE[i % len(HOSTILE)]
        first = payload[0] in "=+@-" or i >= len(HOSTILE) and rng.random() < 0.5
        texts[at] = f"{payload} {texts[at]}" if first else f"{texts[at]} {payload}"
        payloads[at] = payload
    return frame.assign(text=texts, hostile=payloads)
