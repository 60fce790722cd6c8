"""How well bots are told from people by their profiles: figures with intervals, baselines, calibration."""

import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import stats

from earshot.analyse.evaluation.scored_labels import ScoredLabels
from earshot.analyse.posts import label_files
from earshot.core.params import nearest
from earshot.enrich.authenticity import account_model
from earshot.enrich.authenticity import step as authenticity
from earshot.statistics import agreement

CLASSES = ("account", "bot")
FOLDS = 5
SEED = account_model.SEED
BARE = ("followers", "following", "listed", "likes", "posts", "verified", "default_profile", "age_days")
TRUTHS = {"1": 1, "0": 0, "1.0": 1, "0.0": 0, "true": 1, "false": 0, "bot": 1, "human": 0, "account": 0}
HAND_SET = "hand-set reasons, profile alone"
SINGLE = ("followers_to_following", "posts_a_day", "age_days")


@dataclass(frozen=True)
class Evaluation(ScoredLabels):
    """Labelled accounts (truth 1 is a bot) with the probability each was given,
    and the seconds scoring took.
    """

    accounts: pd.DataFrame
    seconds: float
    learnt_from: str
    rivals: dict

    @cached_property
    def metrics(self) -> dict:
        """The figures as plain numbers: n, auc with auc_low and auc_high,
        accuracy, macro_f1, ece, posts_per_second.
        """
        auc, low, high = area(self.accounts["truth"], self.accounts["p"])
        scores = agreement.scores(self.confusion)
        return {
            "n": len(self.accounts),
            "auc": round(auc, 4),
            "auc_low": round(low, 4),
            "auc_high": round(high, 4),
            "accuracy": round(scores["accuracy"], 4),
            "macro_f1": round(scores["macro_f1"], 4),
            "ece": round(self.calibration_error, 4),
            "posts_per_second": round(len(self.accounts) / self.seconds, 1),
        }

    @property
    def confidence(self) -> pd.Series:
        """The probability of being a bot."""
        return self.accounts["p"]

    @property
    def right(self) -> pd.Series:
        """Whether the account is a bot."""
        return self.accounts["truth"] == 1

    @property
    def confusion(self) -> np.ndarray:
        """Counts (2, 2): rows are what accounts are, columns what was said, bots from one half on."""
        truth, said = (
            pd.Series(np.where(values, *CLASSES[::-1]))
            for values in (self.accounts["truth"] == 1, self.accounts["p"] >= 0.5)
        )
        return agreement.confusion(truth, said, CLASSES)

    @property
    def summary(self) -> pd.DataFrame:
        """Each figure with its 95 % interval:
        DeLong's for the area under the curve, redrawn accounts for others.
        """
        found = self.metrics
        first = pd.DataFrame(
            [{"figure": "auc", "value": found["auc"], "low": found["auc_low"], "high": found["auc_high"]}]
        )
        others = agreement.intervals(self.confusion)
        return pd.concat([first, others[others["figure"] != "macro_recall"]], ignore_index=True)

    @property
    def baselines(self) -> pd.DataFrame:
        """The model beside simpler ones on the same accounts:
        area under the curve with interval, best first.
        """
        rows = [
            {"method": name} | dict(zip(("auc", "low", "high"), area(self.accounts["truth"], p), strict=True))
            for name, p in {"this model": self.accounts["p"], **self.rivals}.items()
        ]
        return pd.DataFrame(rows).sort_values("auc", ascending=False, ignore_index=True)

    @property
    def calibration_shown(self) -> pd.DataFrame:
        """The calibration with words for each bin."""
        return agreement.in_words(self.calibration, "likely", "accounts", "share of bots")

    @property
    def thresholds(self) -> pd.DataFrame:
        """What a threshold on the probability buys: share of bots caught, and of other accounts blamed."""
        truth, p = self.accounts["truth"] == 1, self.accounts["p"]
        return pd.DataFrame(
            [
                {
                    "threshold": level,
                    "bots caught": (p[truth] >= level).mean(),
                    "others blamed": (p[~truth] >= level).mean(),
                }
                for level in (0.3, 0.5, 0.7, 0.9)
            ]
        )

    @property
    def facts(self) -> dict:
        """What was scored, in a few names and values."""
        return {
            "accounts": len(self.accounts),
            "bots": int(self.accounts["truth"].sum()),
            "learnt from": self.learnt_from,
            "accounts per second": round(len(self.accounts) / self.seconds),
        }

    def caption(self, what: str) -> str:
        """Return the caption of a table or figure."""
        about = {
            "summary": "Each figure with its 95 % interval",
            "baselines": "The model beside simpler ones",
            "thresholds": "What each threshold catches and blames",
            "calibration": "Share of bots by stated probability, 95 % interval",
        }[what]
        return f"{about}; {len(self.accounts):,} accounts"

    def alt(self) -> str:
        """Return what the figure of calibration shows, in words and numbers."""
        parts = [
            f"{row.right:.0%} bots when it said {row.confidence:.0%}" for row in self.calibration.itertuples()
        ]
        return f"Of the accounts: {', '.join(parts)}."


def evaluate(data: str, train: str = "") -> Evaluation:
    """Return how well a model learnt from the accounts in ``train`` tells the bots in ``data``.

    Both are CSV, JSONL or Parquet with ``bot`` (0 or 1) and profile columns such as followers_count,
    created_at and description. An account of ``data`` is never learnt from. Without ``train`` the accounts in
    ``data`` are scored by cross-validation. Raises ValueError in one sentence when a column is missing or a
    label unknown.
    """
    accounts = check(label_files.read(data, ("bot",)))
    if not train:
        return _cross_validate(accounts)
    learnt = check(label_files.read(train, ("bot",)))
    if "screen_name" in learnt and "screen_name" in accounts:
        learnt = learnt[~learnt["screen_name"].isin(accounts["screen_name"])]
    model = account_model.train(learnt, learnt["bot"])
    begun = time.perf_counter()
    p = model.predict(accounts)
    seconds = time.perf_counter() - begun
    scored = accounts.assign(truth=accounts["bot"], p=p)
    return Evaluation(scored, seconds, f"{len(learnt):,} other accounts", _rivals(learnt, accounts))


def _cross_validate(accounts: pd.DataFrame) -> Evaluation:
    from sklearn.model_selection import StratifiedKFold

    p, rivals, seconds = np.zeros(len(accounts)), {}, 0.0
    for rest, part in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(
        accounts, accounts["bot"]
    ):
        known, new = accounts.iloc[rest], accounts.iloc[part]
        model = account_model.train(known, known["bot"])
        begun = time.perf_counter()
        p[part] = model.predict(new)
        seconds += time.perf_counter() - begun
        for name, scores in _rivals(known, new).items():
            rivals.setdefault(name, np.zeros(len(accounts)))[part] = scores
    scored = accounts.assign(truth=accounts["bot"], p=p)
    return Evaluation(scored, seconds, f"the same file, {FOLDS}-fold cross-validation", rivals)


def check(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the accounts with ``bot`` as 0 or 1; raises ValueError when the labels cannot be used."""
    labels = frame["bot"].astype("str").str.strip().str.lower()
    known = labels.map(TRUTHS)
    if known.isna().any():
        wrong = labels[known.isna()].iloc[0]
        raise ValueError(f"The label {wrong!r} in bot is not 0 or 1 (or bot, human).{nearest(wrong, TRUTHS)}")
    if known.nunique() < 2:
        raise ValueError(f"All {len(frame):,} accounts have one label; both bots and others are needed.")
    return frame.assign(bot=known.astype(int)).reset_index(drop=True)


def area(truth: pd.Series, score: pd.Series) -> tuple[float, float, float]:
    """Return the area under the ROC curve with its 95 % interval (DeLong,
    DeLong & Clarke-Pearson 1988, Biometrics 44).

    The interval is on the logit scale, so that it never leaves 0 to 1.
    """
    bots, others = np.asarray(score)[np.asarray(truth) == 1], np.asarray(score)[np.asarray(truth) == 0]
    ranks = stats.rankdata(np.concatenate([bots, others]))
    over = (ranks[: len(bots)] - stats.rankdata(bots)) / len(others)
    under = 1 - (ranks[len(bots) :] - stats.rankdata(others)) / len(bots)
    auc = float(over.mean())
    se = (
        np.sqrt(over.var(ddof=1) / len(bots) + under.var(ddof=1) / len(others))
        if min(len(bots), len(others)) > 1
        else 0.0
    )
    if not 0 < auc < 1 or se == 0:
        return auc, auc, auc
    half = stats.norm.ppf(0.975) * se / (auc * (1 - auc))
    low, high = 1 / (1 + np.exp(-(np.log(auc / (1 - auc)) + np.array([-half, half]))))
    return auc, float(low), float(high)


def _rivals(known: pd.DataFrame, new: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the scores of our hand-set reasons,
    of a plain forest on bare counts, and of the best single figure.
    """
    from sklearn.ensemble import RandomForestClassifier

    seen = account_model.latest(account_model.read_times(known))
    mine, yours = (account_model.features(part, seen).fillna(-1.0) for part in (known, new))
    forest = RandomForestClassifier(200, random_state=SEED).fit(mine[list(BARE)], known["bot"])
    single = {name: area(known["bot"], mine[name])[0] for name in SINGLE}
    best = max(single, key=lambda name: abs(single[name] - 0.5))
    hand_set = 1 - authenticity.of_profiles(account_model.features(new, seen))
    return {
        HAND_SET: hand_set,
        "plain random forest on counts": forest.predict_proba(yours[list(BARE)])[:, 1],
        "one figure alone": yours[best].to_numpy() * (1 if single[best] > 0.5 else -1),
    }
