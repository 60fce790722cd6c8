"""The tower of the sentiment model for languages other than English: layers of multilingual-e5-small, tuned.

It learns from UMSAB's training part, and from English posts, whose meaning it has in common with the other
languages. Of the word vectors only those of pieces that stand in the training posts stay.
"""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd

from earshot.enrich.embeddings import e5, fine_tuning, tokeniser
from earshot.enrich.sentiment.earshot2 import OTHER

PLAN = fine_tuning.Plan(layers=6, epochs=3, step=1e-4, half=True, memory=0.997, seed=1)
ENGLISH = 20_000  # posts that are drawn
OFTEN = {"english": 5, "other": 2}  # how often a piece of a word stands in the posts, or it goes
PADDING = "<pad>"
ALPHABETS = (
    (0, 0x250),
    (0x600, 0x700),
    (0x900, 0x980),
    (0x2000, 0x2C00),
    (0x1F000, 0x110000),
)  # and signs, emoji


def learn(
    frame: pd.DataFrame, given: e5.Model | None = None, say: Callable[[str], None] = lambda line: None
) -> dict[str, np.ndarray]:
    """Return the tower's weights and vocabulary,
    learned from the training rows of ``train_sentiment.read_posts``.

    ``given`` is another model to begin from than the one that is installed.
    """
    given = given or e5.read(e5.installed())
    given = given.at(choose(given, frame[frame["part"].isin(["train", "tune"])]))
    words = tokeniser.vocabulary(given.pieces, given.scores)
    posts = draw(frame[frame["part"] == "train"])
    learned = fine_tuning.tune(
        tokeniser.tokenise(words, posts["clean"]),
        np.eye(3, dtype=np.float32)[posts["label"]],
        PLAN,
        balance(posts),
        given.weights,
        lambda line: say(line + "\n"),
    )
    embedded = {name: values for name, values in given.weights.items() if name.startswith("embeddings.")}
    return {OTHER + name: values for name, values in (embedded | words | learned).items()}


def choose(model: e5.Model, posts: pd.DataFrame) -> list[int]:
    """Return the rows of the pieces that these posts need,
    all single letters of their alphabets among them.
    """
    words, found = tokeniser.vocabulary(model.pieces, model.scores), set()
    for own, rows in posts.groupby(posts["language"].eq("english").map({True: "english", False: "other"})):
        counts = Counter(token for text in tokeniser.tokenise(words, rows["clean"]) for token in text)
        found |= {token for token, count in counts.items() if count >= OFTEN[own]}
    bare = [piece.removeprefix("▁") for piece in model.pieces]
    letters = {row for row, piece in enumerate(bare) if not piece or (len(piece) == 1 and _is_of_ours(piece))}
    signs = {
        model.pieces.index(piece) for piece in (tokeniser.FIRST, PADDING, tokeniser.LAST, tokeniser.STRANGE)
    }
    return sorted(found | letters | signs)


def draw(posts: pd.DataFrame) -> pd.DataFrame:
    """Return all posts in other languages and ``ENGLISH`` of the English ones, in random order."""
    english = posts[posts["language"] == "english"]
    english = english.sample(min(ENGLISH, len(english)), random_state=PLAN.seed)
    return pd.concat([posts[posts["language"] != "english"], english]).sample(frac=1, random_state=PLAN.seed)


def balance(posts: pd.DataFrame) -> np.ndarray:
    """Return a weight per row: in each language, each class has the same total."""
    language, label = posts["language"], posts["label"]
    alike = label.groupby([language, label]).transform("size")
    return (label.groupby(language).transform("size") / (3 * alike)).to_numpy(np.float32)


def _is_of_ours(letter: str) -> bool:
    return any(first <= ord(letter) < end for first, end in ALPHABETS)
