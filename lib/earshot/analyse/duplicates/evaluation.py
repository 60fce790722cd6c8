"""How well copies are found among many posts:
planted or labelled copies, by kind, with intervals, speed and memory.
"""

import resource
import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from earshot.analyse.duplicates import planted_copies
from earshot.analyse.evaluation.report import EvaluationReport
from earshot.analyse.posts import label_files
from earshot.enrich.duplicates import step as duplicates
from earshot.statistics.proportion import wilson

TRUTHS = ("group", "cluster", "duplicate_of")
DRAWS = 500
START = pd.Timestamp("2026-03-02T00:00Z")


@dataclass(frozen=True)
class Evaluation(EvaluationReport):
    """Posts with their true group, the group they were put in, and how they were changed;
    seconds and memory (MiB).
    """

    DECIMALS = 4
    posts: pd.DataFrame
    seconds: float
    memory: float
    truth: str

    @cached_property
    def metrics(self) -> dict:
        """The figures as plain numbers: n, precision,
        recall and f1 of pairs, f1 of posts, speed, memory, by_type.
        """
        scores = pair_scores(self.posts["truth"], self.posts["found"])
        kinds = {
            row["kind"]: {"n": int(row["n"]), "recall": round(row["recall"], 4)}
            for row in self.by_kind.to_dict("records")
        }
        return {
            "n": len(self.posts),
            **{name: round(value, 4) for name, value in scores.items()},
            "f1_posts": round(post_scores(self.posts)["f1"], 4),
            "posts_per_second": round(len(self.posts) / self.seconds, 1),
            "seconds": round(self.seconds, 1),
            "memory_mib": round(self.memory),
            "by_type": kinds,
        }

    @property
    def summary(self) -> pd.DataFrame:
        """Precision, recall and F1 over pairs with 95 % intervals: true groups are drawn again."""
        whole = pair_scores(self.posts["truth"], self.posts["found"])
        drawn = _redrawn(self.posts)
        return pd.DataFrame(
            [
                {
                    "figure": name,
                    "value": value,
                    "low": np.quantile(drawn[name], 0.025),
                    "high": np.quantile(drawn[name], 0.975),
                }
                for name, value in whole.items()
            ]
        )

    @cached_property
    def by_kind(self) -> pd.DataFrame:
        """For each kind of change the share of copies that ended in the group of their original, with n."""
        first = self.posts.drop_duplicates("truth").set_index("truth")["found"]
        copies = self.posts[self.posts["kind"] != ""]
        met = copies["found"] == copies["truth"].map(first)
        table = met.groupby(copies["kind"]).agg(recall="mean", n="size").reset_index()
        low, high = wilson(table["recall"] * table["n"], table["n"])
        return table.assign(low=low, high=high).sort_values("recall", ignore_index=True)

    @property
    def facts(self) -> dict:
        """What was scored, in a few names and values."""
        return {
            "posts": len(self.posts),
            "true copies": int(self.posts["truth"].duplicated().sum()),
            "truth": self.truth,
            "posts per second": round(len(self.posts) / self.seconds),
            "seconds": round(self.seconds, 1),
            "peak memory in MiB": round(self.memory),
        }

    def caption(self, what: str) -> str:
        """Return the caption of a table."""
        about = {
            "summary": "Pairs of posts put together that belong together; 95 % interval",
            "kinds": "Share of copies found, by how they were changed; 95 % interval",
        }[what]
        return f"{about}; {len(self.posts):,} posts"


def evaluate(data: str, train: str = "", posts: int = 1_000_000, seed: int = 1) -> Evaluation:
    """Return how well copies are found in the file ``data``.

    With a column group (cluster, duplicate_of) that says which posts are copies of one another, that is the
    truth. Otherwise the texts lend their words and lengths to ``posts`` posts in which changed copies are
    planted. Raises ValueError when there is no column text, or when ``train`` is given: nothing is learnt
    here.
    """
    if train:
        raise ValueError("Finding copies learns nothing; leave train empty.")
    frame = label_files.read(data, ("text",)).dropna(subset=["text"]).reset_index(drop=True)
    named = next((name for name in TRUTHS if name in frame), None)
    if named:
        alone = pd.Series([f"#{row}" for row in range(len(frame))], index=frame.index)
        frame = pd.DataFrame(
            {
                "text": frame["text"].astype("str"),
                "kind": "",
                "truth": frame[named].astype("str").fillna(alone),
            }
        )
        frame.loc[frame["truth"].duplicated(), "kind"] = "labelled"
    else:
        frame = planted_copies.plant(frame["text"].astype("str").tolist(), posts, seed)
    return score(frame, f"column {named}" if named else "planted")


def score(frame: pd.DataFrame, truth: str) -> Evaluation:
    """Return the evaluation of posts with the columns text,
    truth (the true group) and kind ("" for originals).
    """
    given = as_posts(frame["text"])
    begun = time.perf_counter()
    found = duplicates.group(given)
    seconds = time.perf_counter() - begun
    groups = found.set_index("post_id")["group"].reindex(given["post_id"]).to_numpy()
    memory = (
        sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        / 1024
    )
    return Evaluation(frame[["truth", "kind"]].assign(found=groups), seconds, memory, truth)


def as_posts(texts: pd.Series) -> pd.DataFrame:
    """Return texts as posts of different people, a second apart."""
    count = len(texts)
    return pd.DataFrame(
        {
            "post_id": [f"x:{row}" for row in range(count)],
            "week": "2026-W10",
            "content_hash": "",
            "author": [f"p_{row}" for row in range(count)],
            "text": texts.to_numpy(),
            "kind": "post",
            "created_at": START.as_unit("us") + pd.to_timedelta(np.arange(count), unit="s"),
            "reply_to": pd.Series([None] * count, dtype="str"),
            "root": pd.Series([None] * count, dtype="str"),
        }
    )


def pair_scores(truth: pd.Series, found: pd.Series) -> dict[str, float]:
    """Return precision, recall and f1 over all pairs of posts:
    together in ``found``, and together in ``truth``.
    """
    both = _pairs(pd.DataFrame({"truth": truth.to_numpy(), "found": np.asarray(found)}).value_counts())
    said, true = _pairs(pd.Series(np.asarray(found)).value_counts()), _pairs(truth.value_counts())
    return _scores(both, said, true)


def post_scores(posts: pd.DataFrame) -> dict[str, float]:
    """Return precision, recall and f1 of calling a post a repeat (it is not the first of its group)."""
    said, true = posts["found"].duplicated(), posts["truth"].duplicated()
    return _scores(float((said & true).sum()), float(said.sum()), float(true.sum()))


def _scores(both: float, said: float, true: float) -> dict[str, float]:
    precision, recall = both / said if said else 1.0, both / true if true else 1.0
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if both else float(said == true),
    }


def _pairs(sizes: pd.Series) -> float:
    sizes = sizes.to_numpy(dtype=float)
    return float((sizes * (sizes - 1) / 2).sum())


def _redrawn(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the scores with true groups drawn again,
    each with the pairs it has, found and wrongly joined.
    """
    cells = posts.groupby(["truth", "found"]).size().rename("n").reset_index()
    said = posts["found"].value_counts()
    cells["both"] = cells["n"] * (cells["n"] - 1) / 2
    cells["wrong"] = cells["n"] * (cells["found"].map(said).astype(float) - cells["n"]) / 2
    groups = cells.groupby("truth").agg(n=("n", "sum"), both=("both", "sum"), wrong=("wrong", "sum"))
    table = groups.assign(true=groups["n"] * (groups["n"] - 1) / 2).groupby(["both", "wrong", "true"]).size()
    counts = np.random.default_rng(1).multinomial(int(table.sum()), table / table.sum(), DRAWS)
    both, wrong, true = (
        counts @ table.index.get_level_values(name).to_numpy(float) for name in ("both", "wrong", "true")
    )
    return pd.DataFrame([_scores(*row) for row in zip(both, both + wrong, true, strict=True)])
