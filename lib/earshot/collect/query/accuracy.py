"""How right a query is on labelled posts, clause by clause:
what each one adds, what it costs, and what to take out.

Precision and recall with Wilson's interval (1927); each clause is judged by leaving it out (ablation).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from earshot.collect.query.clauses import clauses
from earshot.collect.query.engine import Engine
from earshot.collect.query.nodes import Node
from earshot.core.params import ParamError
from earshot.statistics.proportion import wilson

YES = {"relevant", "true", "1", "1.0", "yes", "match", "positive"}
NO = {"irrelevant", "false", "0", "0.0", "no", "negative"}
ENOUGH = 3  # a clause is called useless only when at least so many posts speak


def truth(labels: pd.Series) -> np.ndarray:
    """Return the labels as true (relevant) and false; raises ParamError at one that is neither."""
    words = labels.astype("str").str.strip().str.lower()
    unknown = words[~words.isin(YES | NO)]
    if len(unknown):
        raise ParamError(
            f"The label {unknown.iloc[0]!r} is neither relevant nor irrelevant (nor true or false, 1 or "
            f"0); {len(unknown):,} of {len(words):,} rows have such labels."
        )
    return words.isin(YES).to_numpy()


def score(queries: Mapping[str, Node], posts: pd.DataFrame, relevant: np.ndarray) -> pd.DataFrame:
    """Return query, found, n, relevant, precision and recall of each query, both with low and high."""
    hits = Engine(queries).match(posts)
    return pd.DataFrame(
        [{"query": name, **_figures(_mask(hits.rows(name), len(posts)), relevant)} for name in queries]
    )


def by_clause(node: Node, posts: pd.DataFrame, relevant: np.ndarray) -> pd.DataFrame:
    """Return one row per clause of a query, the whole query first,
    judged on posts and whether each is relevant.

    found, precision and recall (with low, high) are those of the clause alone; without_precision and
    without_recall those of the query without it. changes counts the posts whose answer depends on the clause
    and right how many of these it answers rightly; advice is a sentence where it does more harm than good, or
    empty.
    """
    parts = clauses(node)
    asked = {"whole": node} | {f"own{number}": part.node for number, part in enumerate(parts)}
    asked |= {f"rest{number}": part.rest for number, part in enumerate(parts) if part.rest is not None}
    hits = Engine(asked).match(posts)
    masks = {name: _mask(hits.rows(name), len(posts)) for name in asked}
    rows = [
        {"clause": "the whole query", "role": "whole", **_figures(masks["whole"], relevant), "advice": ""}
    ]
    for number, part in enumerate(parts):
        if part.rest is not None:
            rows.append(
                {
                    "clause": part.text,
                    "role": part.role,
                    **_figures(masks[f"own{number}"], relevant),
                    **_ablation(masks["whole"], masks[f"rest{number}"], relevant, 1 - 0.05 / len(parts)),
                }
            )
    return pd.DataFrame(rows)


def _mask(rows: np.ndarray, size: int) -> np.ndarray:
    mask = np.zeros(size, dtype=bool)
    mask[rows] = True
    return mask


def _figures(found: np.ndarray, relevant: np.ndarray) -> dict:
    right = int((found & relevant).sum())
    figures = {"found": int(found.sum()), "n": len(found), "relevant": int(relevant.sum())}
    for name, of in (("precision", figures["found"]), ("recall", figures["relevant"])):
        low, high = wilson(right, of)
        figures |= {name: _share(right, of), f"{name}_low": low, f"{name}_high": high}
    return figures


def _share(count: int, n: int) -> float:
    return count / n if n else float("nan")


def _ablation(whole: np.ndarray, rest: np.ndarray, relevant: np.ndarray, level: float) -> dict:
    differs = whole != rest
    changes, right = int(differs.sum()), int((differs & (whole == relevant)).sum())
    kept = int((rest & relevant).sum())
    return {
        "without_precision": _share(kept, int(rest.sum())),
        "without_recall": _share(kept, int(relevant.sum())),
        "changes": changes,
        "right": right,
        "advice": _advice(whole, rest, changes, right, level),
    }


def _advice(whole: np.ndarray, rest: np.ndarray, changes: int, right: int, level: float) -> str:
    """Return what to do about a clause; ``level`` is corrected
    for the number of clauses that are looked at.
    """
    if changes == 0:
        return "changes nothing in this sample; it can go, or the sample is too small to tell"
    sure = changes >= ENOUGH and wilson(right, changes, level)[1] < 0.5
    adds = bool((whole & ~rest).any())
    if right == 0 and changes >= ENOUGH:
        return (
            f"brings only false positives ({changes:,} posts, none relevant); take it out"
            if adds
            else f"keeps out only relevant posts ({changes:,}); take it out"
        )
    if sure:
        return (
            f"brings {changes - right:,} false positives for {right:,} relevant posts; narrow it"
            if adds
            else f"keeps out {changes - right:,} relevant posts to spare {right:,} false ones; loosen it"
        )
    return ""
