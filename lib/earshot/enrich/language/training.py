"""Train the language model that comes with Earshot.

``python -m earshot.enrich.language.training --data ../shared/data --packages FOLDER`` learns from UMSAB and
SemEval-2017 (tweets), from the translations of Django (BSD) and the word counts of pyspellchecker (MIT), both
installed for this purpose only with ``pip install --no-deps --target FOLDER django pyspellchecker``, and from
the everyday words in language.yml. Takes two minutes on one core.
"""

import argparse
import gettext
import gzip
import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from earshot.core.params import read_yaml
from earshot.enrich.embeddings.model_files import fingerprint
from earshot.enrich.language import letter_ngrams
from earshot.enrich.language.model import CLASSES, FOLDER, MODEL
from earshot.enrich.language.step import LEFT_OUT
from earshot.statistics.softmax import softmax

TWEETS = {
    "english": "en",
    "french": "fr",
    "german": "de",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "hindi": "hi",
}
LOCALES = (
    "nl",
    "fr",
    "de",
    "es",
    "it",
    "pt",
    "pt_BR",
    "id",
    "tr",
    "sv",
    "da",
    "nb",
    "fi",
    "pl",
    "cs",
    "ro",
    "hu",
    "hr",
    "sk",
    "sl",
    "et",
    "lv",
    "lt",
    "vi",
    "sw",
    "ca",
    "ms",
)
WEIGHT = {"tweet": 2.0, "words": 1.0, "screen": 0.5, "chat": 1.0}
HOLES = re.compile(r"%\(\w+\)\w|%\w|<[^>]+>|\{[^}]*\}")
LENGTHS, SHARES = (1, 2, 3, 4, 5, 6, 8, 10, 14), (0.1, 0.1, 0.1, 0.12, 0.12, 0.12, 0.12, 0.12, 0.1)
ROUNDS, BATCH, STEP, SEED = 4, 256, 0.25, 0


def collect(data: Path, packages: Path) -> pd.DataFrame:
    """Return text, lang (one of CLASSES) and origin of all that is learned from."""
    chance = np.random.default_rng(SEED + 1)
    parts = [
        _tweets(data),
        _screens(packages),
        *(_drawn(packages, lang, chance) for lang in CLASSES[:7]),
        *(_chat(lang, chance) for lang in CLASSES),
    ]
    frame = pd.concat(parts, ignore_index=True)
    return frame[frame["text"].str.contains("[a-z]")].drop_duplicates(["text", "lang"]).reset_index(drop=True)


def _tweets(data: Path) -> pd.DataFrame:
    """UMSAB's Hindi is in Latin letters, which no other source has; its Arabic is not needed."""
    umsab = pd.read_parquet(data / "umsab-multilingual/umsab.parquet")
    semeval = pd.read_parquet(data / "semeval2017-task4/subtask_a.parquet").query("not in_tweeteval_val")
    semeval = semeval.drop_duplicates("text").sample(9_000, random_state=SEED + 1)
    rows = pd.concat(
        [
            umsab.assign(lang=umsab["language"].map(TWEETS)).dropna(subset="lang")[["text", "lang"]],
            semeval[["text"]].assign(lang="en"),
        ],
        ignore_index=True,
    )
    bare = rows["text"].str.replace("@user", " ").str.replace(r"\bhttp\b", " ", regex=True)
    return rows.assign(text=[" ".join(LEFT_OUT.sub(" ", text).split()) for text in bare], origin="tweet")


def _screens(packages: Path) -> pd.DataFrame:
    rows = set()
    for locale in LOCALES:
        lang = locale[:2] if locale[:2] in CLASSES else "other"
        for path in sorted(packages.glob(f"django/**/locale/{locale}/LC_MESSAGES/*.mo")):
            with path.open("rb") as file:
                said = gettext.GNUTranslations(file)._catalog
            for source, text in said.items():
                source = source[0] if isinstance(source, tuple) else source
                if source and text != source:
                    rows |= {(HOLES.sub(" ", text), lang), (HOLES.sub(" ", source), "en")}
    return pd.DataFrame(sorted(rows), columns=["text", "lang"]).assign(origin="screen")


def _drawn(packages: Path, lang: str, chance: np.random.Generator) -> pd.DataFrame:
    """Bags of words drawn by how often they are said in films;
    half as many again of Dutch, which has no tweets.
    """
    with gzip.open(packages / f"spellchecker/resources/{lang}.json.gz") as file:
        counts = {
            word: count for word, count in json.load(file).items() if letter_ngrams.WORD.fullmatch(word)
        }
    shares = np.array(list(counts.values()), float) ** 0.8
    sizes = chance.choice(LENGTHS, 14_000 if lang == "nl" else 9_000, p=np.array(SHARES) / sum(SHARES))
    words = np.array(list(counts), object)[chance.choice(len(counts), sizes.sum(), p=shares / shares.sum())]
    ends = np.cumsum(sizes)
    texts = [" ".join(words[end - size : end]) for size, end in zip(sizes, ends, strict=True)]
    return pd.DataFrame({"text": texts, "lang": lang, "origin": "words"})


def _chat(lang: str, chance: np.random.Generator) -> pd.DataFrame:
    """Everyday words, alone and a few in a row; blanks at the end keep copies, which make them count more."""
    words = read_yaml(Path(__file__).with_name("language.yml"))[f"everyday_{lang}"].split()
    starts = chance.integers(len(words), size=1_500)
    ends = starts + chance.choice([1, 1, 2, 3, 4], 1_500)
    texts = [" ".join(words[start:end]) + " " * int(chance.integers(40)) for start, end in zip(starts, ends)]
    return pd.DataFrame({"text": texts, "lang": lang, "origin": "chat"})


def matrix(texts: list[str]):
    """Return the (n, letter_ngrams.SIZE) sparse matrix of letter groups,
    rows scaled by one over the root of their count.
    """
    from scipy import sparse

    spelled = [[word for word, _, _ in letter_ngrams.spell(text)] for text in texts]
    found = letter_ngrams.groups([word for words in spelled for word in words])
    row = np.repeat(np.arange(len(spelled)), [len(words) for words in spelled])[found.word]
    scale = 1 / np.sqrt(np.bincount(row, minlength=len(spelled)).clip(1))
    return sparse.csr_matrix(
        (scale[row].astype(np.float32), (row, found.bucket)), (len(spelled), letter_ngrams.SIZE)
    )


def fit(frame: pd.DataFrame, rounds: int = ROUNDS) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and bias of a softmax regression, by AdaGrad; each language counts the same."""
    seen, truth = matrix(frame["text"].tolist()), frame["lang"].map(CLASSES.index).to_numpy()
    weight = frame["origin"].map(WEIGHT).to_numpy()
    total = np.bincount(truth, weight, len(CLASSES))
    weight = weight * (total.mean() / total)[truth]
    weight /= weight.mean()
    weights, bias = (
        np.zeros((letter_ngrams.SIZE, len(CLASSES)), np.float32),
        np.zeros(len(CLASSES), np.float32),
    )
    squares, chance = np.full_like(weights, 1e-2), np.random.default_rng(SEED)
    for done in range(rounds):
        order = chance.permutation(len(frame))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            part = seen[rows]
            error = softmax(part @ weights + bias)
            error[np.arange(len(rows)), truth[rows]] -= 1
            error *= weight[rows, None].astype(np.float32) / 16
            columns = np.unique(part.indices)
            slope = part[:, columns].T @ error
            squares[columns] += slope**2
            weights[columns] -= STEP * (1 - done / rounds) * slope / np.sqrt(squares[columns])
            bias -= 0.01 * error.sum(axis=0) / 16
    return weights, bias


def without_english(frame: pd.DataFrame, weights: np.ndarray) -> pd.DataFrame:
    """Leave out of the Hindi tweets the words that a first model takes for English: they are half English."""
    hindi, english, texts = CLASSES.index("hi"), CLASSES.index("en"), frame["text"].tolist()
    for at in np.flatnonzero(frame["lang"].eq("hi") & frame["origin"].eq("tweet")):
        words = [word for word, _, _ in letter_ngrams.spell(texts[at])]
        fit_of = matrix(words) @ weights if words else np.empty((0, len(CLASSES)))
        kept = [word for word, row in zip(words, fit_of) if row[hindi] > row[english] + 0.5]
        texts[at] = " ".join(kept) if len(kept) >= 3 and len(kept) > len(words) / 4 else ""
    return frame.assign(text=texts)[[text != "" for text in texts]].reset_index(drop=True)


def main(arguments: list[str] | None = None) -> None:
    """Train and write the weights with their fingerprint."""
    from safetensors.numpy import save_file

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the data sets, such as ../shared/data"
    )
    parser.add_argument("--packages", type=Path, required=True, help="folder with django and spellchecker")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder for the weights")
    options = parser.parse_args(arguments)
    frame = collect(options.data, options.packages)
    frame = without_english(frame, fit(frame, 2)[0])
    weights, bias = fit(frame)
    path = options.out / f"{MODEL}.safetensors"
    options.out.mkdir(parents=True, exist_ok=True)
    save_file({"weights": weights.astype(np.float16), "bias": bias}, path)
    (options.out / "SHA256SUMS").write_text(f"{fingerprint(path)}  {path.name}\n", encoding="utf-8")
    sys.stderr.write(f"{len(frame):,} texts: {frame['lang'].value_counts().to_dict()}\n")


if __name__ == "__main__":
    main()
