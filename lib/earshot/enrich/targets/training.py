"""Train the model of sentiment towards a target that comes with Earshot.

``python -m earshot.enrich.targets.training --data ../shared/data`` learns from SemEval-2017 task 4 B to E,
tweets labelled towards a topic (permissive), without those that are in TweetEval's validation part, and
measures on topics that it never saw. Five points become three. Starts from the layers of a sentiment tower
when ``--start`` names one, such as the larger teacher that ``train_sentiment --cache FOLDER`` leaves in that
folder, or else from MiniLM's own. Takes about fifteen minutes on one idle core that has bfloat16.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.enrich.embeddings import encoder, fine_tuning
from earshot.enrich.embeddings.int8 import narrow, widen
from earshot.enrich.embeddings.model_files import fingerprint
from earshot.enrich.sentiment.training import core
from earshot.enrich.targets import marked_text
from earshot.enrich.targets import model as target_model
from earshot.enrich.text.step import clean
from earshot.statistics.softmax import softmax

PLAN = fine_tuning.Plan(layers=6, epochs=2, step=1e-4, half=True, seed=1)
MOST = 9_000  # rows of one class to learn from: positive ones abound
HELD_TOPICS = 0.12  # share of the topics that only set temperature and abstention, or only measure
RIGHT = 0.8  # what is not left to a person must be right this often
COVERED = 0.9  # and this often must a set of classes hold the true one
EVERY_CLASS = np.arange(3)
IN_BLOCKS = {"encoder.": 8}  # kept in four bits


def read_posts(data: Path) -> pd.DataFrame:
    """Return text, topic, label (0 to 2), spans and part (train,
    tune or test) of labelled tweets that name a topic.

    A topic is in one part only. A tweet labelled differently in two tasks counts as it is in the one of five
    points.
    """
    five = pd.read_parquet(data / "semeval2017-task4/subtask_ce.parquet")
    two = pd.read_parquet(data / "semeval2017-task4/subtask_bd.parquet")
    two = two[two["label"].isin(target_model.CLASSES)]
    frame = pd.concat(
        [
            five.assign(label=np.sign(five["label"].astype(int)) + 1),
            two.assign(label=two["label"].map(target_model.CLASSES.index).astype(int)),
        ],
        ignore_index=True,
    )
    frame["core"] = [core(clean(text)[0]) for text in frame["text"]]
    hidden = pd.read_parquet(data / "tweeteval/sentiment.parquet")["text"]
    frame = frame[~frame["core"].isin({core(clean(text)[0]) for text in hidden})]
    frame = frame.drop_duplicates(["core", "topic"])
    frame["spans"] = [
        marked_text.locate(text, topic) for text, topic in zip(frame["text"], frame["topic"], strict=True)
    ]
    frame = frame[frame["spans"].str.len() > 0]
    chance = np.random.default_rng(0).permutation(sorted(frame["topic"].unique()))
    edge = int(HELD_TOPICS * len(chance))
    part = dict.fromkeys(chance[:edge], "tune") | dict.fromkeys(chance[edge : 2 * edge], "test")
    frame["part"] = frame["topic"].map(part).fillna("train")
    seen = set(frame.loc[frame["part"] != "train", "core"])
    return frame[~(frame["part"].eq("train") & frame["core"].isin(seen))].reset_index(drop=True)


def choose(frame: pd.DataFrame, seed: int) -> np.ndarray:
    """Return the positions of the training rows, at most ``MOST`` of a class, drawn by chance."""
    rows = np.flatnonzero(frame["part"].eq("train"))
    labels, chance = frame["label"].to_numpy()[rows], np.random.default_rng(seed)
    return np.sort(np.concatenate([chance.permutation(rows[labels == kind])[:MOST] for kind in EVERY_CLASS]))


def calibrate(weights: dict, logits: np.ndarray, labels: np.ndarray) -> dict:
    """Return the weights with an honest head,
    the least ``sure`` that is right enough, and the ``cut`` of the sets.

    Each class counts the same, so that probabilities are as if each were equally common.
    """
    from scipy.optimize import minimize

    truth, balance = np.eye(3)[labels], _balance(labels)

    def cost(given: np.ndarray) -> float:
        found = softmax(logits / given[0] + given[1:])
        return -float(balance @ (np.log(found + 1e-12) * truth).sum(axis=1))

    best = minimize(cost, np.array([1.0, 0.0, 0.0, 0.0]), method="Nelder-Mead").x
    found = softmax(logits / best[0] + best[1:])
    return weights | {
        "head.weight": weights["head.weight"] / best[0],
        "head.bias": weights["head.bias"] / best[0] + best[1:],
        "sure": np.array([_sure(found, labels)]),
        "cut": np.array([_cut(found, labels)]),
    }


def _balance(labels: np.ndarray) -> np.ndarray:
    """Return a weight per row; those of each class add up to a third."""
    return 1 / (3 * np.bincount(labels, minlength=3)[labels])


def _sure(found: np.ndarray, labels: np.ndarray) -> float:
    """Return the lowest confidence at and above which the model is right often enough."""
    top, right, weight = found.max(axis=1), found.argmax(axis=1) == labels, _balance(labels)
    order = np.argsort(-top)
    enough = np.flatnonzero(np.cumsum((weight * right)[order]) / np.cumsum(weight[order]) >= RIGHT)
    return float(top[order][enough[-1]]) if len(enough) else 1.0


def _cut(found: np.ndarray, labels: np.ndarray) -> float:
    """Return the highest probability that a true class is above as often as it must be."""
    given, weight = found[np.arange(len(labels)), labels], _balance(labels)
    order = np.argsort(given)
    return float(given[order][np.searchsorted(np.cumsum(weight[order]), 1 - COVERED)])


def measure(found: np.ndarray, frame: pd.DataFrame, sure: float, cut: float) -> dict:
    """Return what the model reaches on tweets about topics it never saw;
    shares of errors with classes balanced.
    """
    from sklearn.metrics import f1_score, recall_score

    labels, said = frame["label"].to_numpy(), found.argmax(axis=1)
    top, right, weight = found.max(axis=1), said == labels, _balance(labels)
    bins = np.minimum(9, (top * 10).astype(int))
    gaps = [abs((weight * (top - right))[bins == at].sum()) for at in range(10)]
    kept = top >= sure
    figures = {
        "accuracy": right.mean(),
        "macro_recall": recall_score(labels, said, average="macro"),
        "macro_f1": f1_score(labels, said, average="macro"),
        "ece": sum(gaps),
        "coverage": weight @ (found[np.arange(len(labels)), labels] >= cut),
        "sure": sure,
        "decided": kept.mean(),
        "recall_decided": (weight * right)[kept].sum() / weight[kept].sum(),
    }
    return {"n": len(frame), "topics": frame["topic"].nunique()} | {
        name: round(float(value), 4) for name, value in figures.items()
    }


def main(arguments: list[str] | None = None) -> None:
    """Train, measure, and write the weights with their fingerprint and figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the data sets, such as ../shared/data"
    )
    parser.add_argument("--out", type=Path, default=target_model.FOLDER, help="folder for the weights")
    parser.add_argument(
        "--start", type=Path, help="weights of a sentiment tower (.safetensors) to begin from"
    )
    parser.add_argument("--threads", type=int, default=0, help="threads; all cores by default")
    options = parser.parse_args(arguments)
    if options.threads:
        import torch

        torch.set_num_threads(options.threads)
    frame = read_posts(options.data)
    tokens = marked_text.tokenise(frame["text"], frame["spans"], frame["topic"])
    rows, labels = choose(frame, PLAN.seed), frame["label"].to_numpy()
    weights = fine_tuning.tune(
        [tokens[at] for at in rows],
        np.eye(3)[labels[rows]],
        PLAN,
        None,
        begin(options.start),
        lambda line: sys.stderr.write(line + "\n"),
    )
    write(*finish(weights, frame, tokens), options.out, len(rows))


def begin(path: Path | None) -> dict | None:
    """Return the weights to start from: those of a sentiment tower if one is named."""
    from safetensors.numpy import load_file

    return path and widen(load_file(path))


def finish(weights: dict, frame: pd.DataFrame, tokens: list[list[int]]) -> tuple[dict, dict]:
    """Return the weights as they ship, rounded and calibrated, and what they reach."""
    kept = widen(narrow(weights, IN_BLOCKS))
    rows = {part: np.flatnonzero(frame["part"].eq(part)) for part in ("tune", "test")}
    logits = encoder.scores(kept, [tokens[at] for at in rows["tune"]]).astype(np.float64)
    ready = calibrate(kept, logits, frame["label"].to_numpy()[rows["tune"]])
    found = softmax(encoder.scores(ready, [tokens[at] for at in rows["test"]]).astype(np.float64))
    test = frame.iloc[rows["test"]].reset_index(drop=True)
    return ready, measure(found, test, float(ready["sure"][0]), float(ready["cut"][0]))


def write(weights: dict, figures: dict, folder: Path, trained_on: int) -> None:
    """Write the model, its SHA-256 and its figures into ``folder``."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{target_model.MODEL}.safetensors"
    save_file(narrow(weights, IN_BLOCKS), path)
    (folder / "SHA256SUMS").write_text(f"{fingerprint(path)}  {path.name}\n", encoding="utf-8")
    said = figures | {"trained_on": trained_on, "classes": target_model.CLASSES}
    (folder / f"{target_model.MODEL}.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    sys.stderr.write(json.dumps(said, indent=1) + "\n")


if __name__ == "__main__":
    main()
