"""A learnt bot score of accounts, where a workspace has labels:
profile figures and the words people describe with.

Trees read the figures (rates per day of life, ratios, shapes of names); a linear model reads name and
description, and its out-of-fold score is one more figure to the trees (stacking, Wolpert 1992, "Stacked
generalization", Neural Networks 5). Nothing is shipped trained: account data sets have licences and labels of
their own, so a workspace trains its own.
"""

from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import pandas as pd

SEED = 20260301
FOLDS = 5
COUNTS = {
    "followers_count": "followers",
    "friends_count": "following",
    "listed_count": "listed",
    "favourites_count": "likes",
    "statuses_count": "posts",
}
FLAGS = {
    "verified": "verified",
    "has_url": "has_url",
    "default_profile": "default_profile",
    "default_profile_image": "default_picture",
    "has_extended_profile": "extended_profile",
}
RATIOS = (
    ("followers", "following"),
    ("listed", "followers"),
    ("likes", "posts"),
    ("followers", "posts"),
    ("following", "posts"),
    ("listed", "posts"),
)
TIMES = ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%a %b %d %H:%M:%S %z %Y", "%d/%m/%Y %H:%M")
SAID = {
    "says_bot": r"(?i)bots?\b",
    "says_automatic": r"(?i)\bevery\b|random|generat|automat|hourly|daily|tweets\b|by @",
}
NOTHING = ("", "null", "none", "nan", "n/a")


def features(accounts: pd.DataFrame, seen: pd.Timestamp | pd.Series | None = None) -> pd.DataFrame:
    """Return one row of figures per account, blank where its column is missing.

    ``accounts`` has the columns of a platform's profile (screen_name, name, description, location, lang,
    created_at, followers_count …) or of our accounts table (followers, following, posts …). ``seen`` is when
    the profiles (or each of them) were read; left out, it is the day after the youngest account was made.
    """
    born = read_times(accounts)
    seen = latest(born) if seen is None else seen
    age = ((seen - born).dt.total_seconds() / 86400).clip(lower=1)
    counts = {name: _number(accounts, long, name) for long, name in COUNTS.items()}
    table = {"age_days": np.log(age)}
    for name, count in counts.items():
        table |= {name: np.log1p(count), f"{name}_a_day": np.log((count + 1) / age)}
    table |= {
        f"{over}_to_{under}": np.log1p(counts[over]) - np.log1p(counts[under]) for over, under in RATIOS
    }
    table |= {short: _flag(accounts, name) for name, short in FLAGS.items()}
    return pd.DataFrame(table | _words(accounts), index=accounts.index).astype("float64")


def read_times(accounts: pd.DataFrame) -> pd.Series:
    """Return when each account was made (UTC),
    whichever of the usual ways it is written; blank where unreadable.
    """
    texts = column(accounts, "created_at")
    found = pd.to_datetime(texts.where(~texts.str.contains("/")), format="ISO8601", utc=True, errors="coerce")
    for form in TIMES:
        found = found.fillna(pd.to_datetime(texts, format=form, utc=True, errors="coerce"))
    return found


def latest(born: pd.Series) -> pd.Timestamp:
    """Return the day after the youngest account was made: no profile can have been read before."""
    return (born.max() if born.notna().any() else pd.Timestamp("2020-01-01", tz="UTC")) + pd.Timedelta(days=1)


def column(accounts: pd.DataFrame, *names: str) -> pd.Series:
    """Return a text column under the first of its names that is there,
    without quotes around; "" for nothing.
    """
    name = next((name for name in names if name in accounts), None)
    if name is None:
        return pd.Series("", index=accounts.index, dtype="str")
    texts = accounts[name].astype("str").fillna("").str.strip().str.strip('"').str.strip()
    return texts.mask(texts.str.lower().isin(NOTHING), "")


def _number(accounts: pd.DataFrame, *names: str) -> pd.Series:
    return pd.to_numeric(column(accounts, *names), errors="coerce").clip(lower=0)


def _flag(accounts: pd.DataFrame, name: str) -> pd.Series:
    known = {"true": 1.0, "1": 1.0, "1.0": 1.0, "false": 0.0, "0": 0.0, "0.0": 0.0}
    return column(accounts, name).str.lower().map(known).astype("float64")


def _words(accounts: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the shapes of the names, and what the description holds."""
    handle, name = column(accounts, "screen_name", "author"), column(accounts, "name")
    bio, place, lang = (column(accounts, what) for what in ("description", "location", "lang"))
    table = {
        "bio_letters": bio.str.len(),
        "bio_words": bio.str.count(r"\S+"),
        "bio_links": bio.str.count("http"),
        "bio_mentions": bio.str.count("@"),
        "bio_hashtags": bio.str.count("#"),
        "bio_foreign": bio.str.count(r"[^\x00-\x7f]"),
        "place_letters": place.str.len(),
        "english": lang.str.startswith("en"),
    }
    table |= {key: bio.str.contains(pattern) for key, pattern in SAID.items()}
    for what, texts in (("handle", handle), ("name", name)):
        size = texts.str.len().clip(lower=1)
        table |= {
            f"{what}_letters": texts.str.len(),
            f"{what}_digits": texts.str.count(r"\d") / size,
            f"{what}_capitals": texts.str.count(r"[A-Z]") / size,
            f"{what}_parts": texts.str.count(r"[\s_]+"),
            f"{what}_bot": texts.str.contains("bot", case=False),
            f"{what}_entropy": texts.map(_entropy),
        }
    table["names_alike"] = pd.Series(
        [
            SequenceMatcher(None, one.lower(), other.lower()).ratio()
            for one, other in zip(handle, name, strict=True)
        ],
        index=accounts.index,
    )
    return table


def _entropy(text: str) -> float:
    """Return the Shannon entropy of the letters of a name, in bits:
    hammered keys and random names have more.
    """
    if not text:
        return 0.0
    shares = np.unique(list(text), return_counts=True)[1] / len(text)
    return float(-(shares * np.log2(shares)).sum())


@dataclass(frozen=True)
class AccountModel:
    """What was learnt: when the profiles were read,
    the figures that were known, the reader of words, the trees.
    """

    seen: pd.Timestamp
    known: list[str]
    reader: object
    trees: tuple

    def predict(self, accounts: pd.DataFrame, seen: pd.Series | None = None) -> np.ndarray:
        """Return for each account the probability (0 to 1) that it is a bot;
        ``seen`` is when each was read, if known.
        """
        words = self.reader.decision_function(_documents(accounts))
        figures = features(accounts, self.seen if seen is None else seen)[self.known].assign(words=words)
        return np.mean([tree.predict_proba(figures.to_numpy())[:, 1] for tree in self.trees], axis=0)


def train(accounts: pd.DataFrame, is_bot: np.ndarray, seed: int = SEED) -> AccountModel:
    """Return the model learnt from labelled accounts;
    raises ValueError when a class has fewer than ten of them.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    is_bot = np.asarray(is_bot).astype(int)
    if min(np.bincount(is_bot, minlength=2)) < 2 * FOLDS:
        raise ValueError(
            f"Learning needs at least {2 * FOLDS} bots and {2 * FOLDS} others; there are "
            f"{is_bot.sum():,} bots among {len(is_bot):,} accounts."
        )
    seen, documents = latest(read_times(accounts)), _documents(accounts)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    # The trees must see scores of words as they will be on new accounts, so each comes from a model without
    # it.
    words = cross_val_predict(_reader(), documents, is_bot, cv=folds, method="decision_function")
    figures = features(accounts, seen).dropna(axis=1, how="all")
    given = figures.assign(words=words).to_numpy()
    return AccountModel(
        seen,
        list(figures),
        _reader().fit(documents, is_bot),
        tuple(tree.fit(given, is_bot) for tree in _trees(seed)),
    )


def _documents(accounts: pd.DataFrame) -> pd.Series:
    parts = [column(accounts, "screen_name"), column(accounts, "name"), column(accounts, "description")]
    # A last word keeps the vocabulary from being empty where a platform gives no words at all.
    return parts[0] + " " + parts[1] + " | " + parts[2] + " account profile"


def _reader():
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, strip_accents="unicode")
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
    return make_pipeline(make_union(words, letters), LogisticRegression(C=4, max_iter=500))


def _trees(seed: int) -> tuple:
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier

    return (
        ExtraTreesClassifier(500, min_samples_leaf=2, max_features=0.4, random_state=seed),
        HistGradientBoostingClassifier(
            learning_rate=0.04,
            max_iter=250,
            max_leaf_nodes=12,
            min_samples_leaf=12,
            l2_regularization=1,
            max_features=0.3,
            random_state=seed,
        ),
    )
