"""Copies planted among posts nobody copied: what people, share buttons and bots do to a text they repeat."""

from random import Random

import numpy as np
import pandas as pd

from earshot.enrich.duplicates.minhash import is_long, normalise

SHARE = 0.2  # of all posts are copies
KINDS = (
    "exact",
    "handle",
    "link",
    "tail",
    "marks",
    "typo",
    "word dropped",
    "word changed",
    "cut off",
    "repost",
)
TAILS = (" 😡", " 🙄", " #fail", " (2)", " !!", " pls share", " this 👆", " via the app", " #uk", " wow")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def plant(texts: list[str], posts: int, seed: int = 1) -> pd.DataFrame:
    """Return ``posts`` posts with columns text, truth (group) and kind ("" for originals, else one of KINDS).

    Originals draw words and lengths from ``texts``, so that no two are alike by more than chance, whatever
    repeats the file holds. Copies are of originals long enough to be called copied, in any order; a few
    originals get many.
    """
    random, rng = Random(seed), np.random.default_rng(seed)
    copies = int(posts * SHARE)
    originals = _originals(texts, posts - copies, rng)
    able = [row for row, text in enumerate(originals) if is_long(normalise(text))]
    if not able:
        raise ValueError(
            "No text is long enough to be called a copy (six words); give posts of ordinary length."
        )
    spread = min(len(able), max(1, copies // 3))
    weight = 1 / (np.arange(spread) + 10.0) ** 0.5
    picks = rng.choice(np.array(able)[:spread], copies, p=weight / weight.sum())
    kinds = rng.choice(KINDS, copies)
    changed = [
        change(originals[row], kind, random) for row, kind in zip(picks.tolist(), kinds.tolist(), strict=True)
    ]
    truth = np.concatenate([np.arange(len(originals)), picks])
    frame = pd.DataFrame(
        {
            "text": originals + changed,
            "truth": [f"g{row}" for row in truth.tolist()],
            "kind": [""] * len(originals) + kinds.tolist(),
        }
    )
    return frame.iloc[_later(len(originals), copies, rng)].reset_index(drop=True)


def _later(originals: int, copies: int, rng: np.random.Generator) -> np.ndarray:
    """Return an order in which copies lie anywhere among the originals,
    none before the first half of them.
    """
    place = np.concatenate([np.sort(rng.random(originals)), rng.random(copies) + 1])
    return np.argsort(place, kind="stable")


def _originals(texts: list[str], count: int, rng: np.random.Generator) -> list[str]:
    words = pd.Series(
        [word for text in texts for word in text.split() if not word.startswith(("http", "@", "RT"))]
    )
    if words.empty:
        raise ValueError("The texts hold no words; give posts of ordinary length.")
    shares = words.value_counts()
    # Frequencies are flattened: independent words miss the variety that grammar gives, and would repeat too
    # often.
    p = np.sqrt(shares.to_numpy(float))
    sizes = rng.choice([max(1, len(text.split())) for text in texts], count)
    drawn = shares.index.to_numpy(dtype=object)[rng.choice(len(p), int(sizes.sum()), p=p / p.sum())].tolist()
    ends = np.cumsum(sizes).tolist()
    return [" ".join(drawn[end - size : end]) for end, size in zip(ends, sizes.tolist(), strict=True)]


def change(text: str, kind: str, random: Random) -> str:
    """Return ``text`` as somebody repeats it who changes it in one way (one of KINDS)."""
    words, name = text.split(" "), "".join(random.choices(LETTERS, k=7))
    place = random.randrange(len(words))
    if kind == "word dropped":
        del words[place]
    elif kind == "word changed":
        words[place] = name
    elif kind == "typo":
        word = words[place]
        words[place] = word[:-1] + random.choice(LETTERS) if len(word) > 1 else word + random.choice(LETTERS)
    else:
        tails = {
            "handle": f"@{name} {text}",
            "link": f"{text} https://t.co/{name}",
            "tail": text + random.choice(TAILS),
            "marks": text.upper() + "!!!",
            "repost": f"RT @{name}: {text}",
            "cut off": text[: max(len(text) - 12, len(text) * 9 // 10)] + "…",
        }
        return tails.get(kind, text)
    return " ".join(words)
