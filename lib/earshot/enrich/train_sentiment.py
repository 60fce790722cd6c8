"""Train the sentiment model that comes with Earshot.

``python -m earshot.enrich.train_sentiment --data ../shared/data`` learns from SemEval-2017 task 4 A (without the rows
that are in TweetEval's validation part) and the training part of UMSAB, both permissive, and measures on the validation
parts of TweetEval and UMSAB. Each class counts the same, in English and in all other languages. Several seeds are
averaged. Takes about twenty minutes on two idle cores, most of it for the embeddings.
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.enrich import embeddings, features, language, lexicon, sentiment
from earshot.enrich.text import clean
from earshot.enrich.weights import fingerprint

SEEDS = (1, 2, 3)
HIDDEN, DROPPED_UNITS, DROPPED_GRAMS = 256, 0.45, 0.25
EPOCHS, BATCH, GRAM_STEP, STEP, DECAY = 8, 512, 0.06, 0.002, 0.01
OTHER_WEIGHT = 3.0  # how much more a post that is not English counts: there are few
HELD_BACK = 0.08  # part of the training rows that only set the temperature and the confusion table


@dataclass(frozen=True)
class Sample:
    """Labelled posts as the model sees them, row by row; ``part`` is train, tune, val (TweetEval) or uval (UMSAB)."""

    frame: pd.DataFrame
    grams: object
    vectors: np.ndarray
    signals: np.ndarray

    def rows(self, part: str) -> np.ndarray:
        """Return the positions of the rows of one part."""
        return np.flatnonzero(self.frame["part"].eq(part).to_numpy())


def read_posts(data: Path) -> pd.DataFrame:
    """Return text, label (0 to 2), part and language of all labelled posts; no text is in training and validation."""
    semeval = pd.read_parquet(data / "semeval2017-task4/subtask_a.parquet").query("not in_tweeteval_val")
    umsab = pd.read_parquet(data / "umsab-multilingual/umsab.parquet")
    val = pd.read_parquet(data / "tweeteval/sentiment.parquet")
    frame = pd.concat([
        semeval[["text", "label"]].assign(part="train", language="english"),
        umsab[["text", "language"]].assign(label=umsab["label_name"], part=umsab["split"].replace("val", "uval")),
        val[["text"]].assign(label=val["label_name"], part="val", language="english")], ignore_index=True)
    frame["clean"] = [clean(text)[0] for text in frame["text"]]
    frame["core"] = [core(text) for text in frame["clean"]]
    seen = set(frame.loc[frame["part"] != "train", "core"])
    frame = frame[~(frame["part"].eq("train") & frame["core"].isin(seen))].drop_duplicates(["core", "part"])
    held = np.random.default_rng(0).random(len(frame)) < HELD_BACK
    frame.loc[frame["part"].eq("train") & held, "part"] = "tune"
    frame["english"] = [lang in sentiment.ENGLISH for lang, _ in language.detect(frame["text"].tolist())]
    return frame.assign(label=frame["label"].map(sentiment.CLASSES.index)).reset_index(drop=True)


def core(text: str) -> str:
    """Return the first letters and digits of a text: copies of one post differ in quotes, names, links and length."""
    return re.sub(r"[\W_]+", "", text.lower().replace("@user", ""))[:50]


def prepare(frame: pd.DataFrame, cache: Path | None = None) -> Sample:
    """Return the posts with their features; embeddings are kept in the file ``cache`` when one is given."""
    texts = frame["clean"].tolist()
    known = dict(np.load(cache)) if cache and cache.exists() else {}
    if known.get("texts", np.array([])).tolist() != texts:
        known = {"texts": np.array(texts), "vectors": embeddings.encode(texts)}
        if cache:
            np.savez_compressed(cache, **known)
    return Sample(frame, features.grams(texts), known["vectors"], features.signals(texts))


def fit(sample: Sample, seed: int, say=lambda line: None) -> dict[str, np.ndarray]:
    """Return the weights of one seed, without temperature."""
    import torch
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    net, rows, importance = _network(), sample.rows("train"), _importance(sample)
    gram_step = torch.optim.Adagrad([net["grams"].weight], lr=GRAM_STEP)
    step = torch.optim.AdamW([weight for name, weight in net.named_parameters() if name != "grams.weight"], STEP,
                             weight_decay=DECAY)
    steps = EPOCHS * (len(rows) // BATCH)
    slower = [torch.optim.lr_scheduler.LinearLR(one, 1.0, 0.02, steps) for one in (gram_step, step)]
    for epoch in range(EPOCHS):
        order, losses = chance.permutation(rows), []
        for start in range(0, len(order) - BATCH + 1, BATCH):
            batch = order[start:start + BATCH]
            losses.append(_learn(net, sample, batch, importance[batch], (gram_step, step), chance))
            for one in slower:
                one.step()
        say(f"seed {seed}, round {epoch + 1} of {EPOCHS}: loss {np.mean(losses):.4f}")
    return _weights(net)


def _network():
    from torch import nn
    parts = {"grams": nn.EmbeddingBag(features.SIZE, 3, mode="sum", include_last_offset=True)}
    nn.init.zeros_(parts["grams"].weight)
    for group in ("english", "other"):
        parts[f"{group}_mlp"] = nn.Sequential(nn.Dropout(DROPPED_UNITS / 2), nn.Linear(384, HIDDEN), nn.ReLU(),
                                              nn.Dropout(DROPPED_UNITS), nn.Linear(HIDDEN, 3, bias=False))
        parts[f"{group}_signals"] = nn.Linear(lexicon.SIGNALS, 3)
    return nn.ModuleDict(parts)


def _importance(sample: Sample) -> np.ndarray:
    """Return a weight per row: in each group of languages, each class has the same total."""
    weights = np.zeros(len(sample.frame), np.float32)
    train = sample.frame["part"].eq("train")
    for english, boost in ((True, 1.0), (False, OTHER_WEIGHT)):
        rows = train & sample.frame["english"].eq(english)
        counts = sample.frame.loc[rows, "label"].value_counts()
        weights[rows] = boost * rows.sum() / (3 * sample.frame.loc[rows, "label"].map(counts))
    return weights


def _learn(net, sample: Sample, batch: np.ndarray, importance: np.ndarray, steps, chance) -> float:
    import torch
    from torch.nn.functional import cross_entropy
    grams = sample.grams[batch]
    grams.data = grams.data * (chance.random(len(grams.data)) >= DROPPED_GRAMS) / np.float32(1 - DROPPED_GRAMS)
    which, where = (torch.from_numpy(part.astype(np.int64)) for part in (grams.indices, grams.indptr))
    logits = net["grams"](which, where, per_sample_weights=torch.from_numpy(grams.data.astype(np.float32)))
    english = torch.from_numpy(sample.frame["english"].to_numpy()[batch])[:, None]
    vectors, signals = (torch.from_numpy(part[batch]) for part in (sample.vectors, sample.signals))
    both = [net[f"{group}_mlp"](vectors) + net[f"{group}_signals"](signals) for group in ("english", "other")]
    truth = torch.from_numpy(sample.frame["label"].to_numpy()[batch])
    losses = cross_entropy(logits + torch.where(english, *both), truth, reduction="none")
    loss = (losses * torch.from_numpy(importance)).mean()
    for step in steps:
        step.zero_grad()
    loss.backward()
    for step in steps:
        step.step()
    return loss.item()


def _weights(net) -> dict[str, np.ndarray]:
    state = {name: values.detach().numpy() for name, values in net.state_dict().items()}
    found = {"grams": state["grams.weight"]}
    for group in ("english", "other"):
        layers = {"hidden": "mlp.1.weight", "hidden_bias": "mlp.1.bias", "out": "mlp.4.weight",
                  "signals": "signals.weight", "bias": "signals.bias"}
        found |= {f"{group}.{name}": state[f"{group}_{layer}"].T for name, layer in layers.items()}
        found[f"{group}.temperature"] = np.ones(1, np.float32)
    return found


def average(models: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return one model whose logits are the mean of the logits of ``models``: hidden layers side by side."""
    joined = {}
    for name in models[0]:
        parts = [model[name] for model in models]
        if name.endswith((".hidden", ".hidden_bias")):
            joined[name] = np.concatenate(parts, axis=-1)
        elif name.endswith(".out"):
            joined[name] = np.concatenate(parts, axis=0) / len(parts)
        else:
            joined[name] = np.mean(parts, axis=0)
    return {name: np.ascontiguousarray(values.astype(np.float16 if values.size > 1_000 else np.float32))
            for name, values in joined.items()}


def main(arguments: list[str] | None = None) -> None:
    """Train, measure, and write the weights with their fingerprint and figures."""
    from earshot.enrich import tune_sentiment
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets, such as ../shared/data")
    parser.add_argument("--out", type=Path, default=sentiment.FOLDER, help="folder for the weights")
    parser.add_argument("--cache", type=Path, help="file that keeps the embeddings between runs (.npz)")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--threads", type=int, default=0, help="threads; all cores by default")
    options = parser.parse_args(arguments)
    if options.threads:
        import torch
        torch.set_num_threads(options.threads)
    sample = prepare(read_posts(options.data), options.cache)
    weights = average([fit(sample, seed, lambda line: sys.stderr.write(line + "\n")) for seed in options.seeds])
    weights = tune_sentiment.calibrate(weights, sample)
    write(weights, options.out, tune_sentiment.measure(weights, sample) | {"seeds": options.seeds})


def write(weights: dict[str, np.ndarray], folder: Path, figures: dict) -> None:
    """Write the model, its SHA-256 and its figures into ``folder``."""
    from safetensors.numpy import save_file
    path = folder / f"{sentiment.MODEL}.safetensors"
    save_file(weights, path)
    (folder / "SHA256SUMS").write_text(f"{fingerprint(path)}  {path.name}\n", encoding="utf-8")
    (folder / f"{sentiment.MODEL}.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    sys.stderr.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
