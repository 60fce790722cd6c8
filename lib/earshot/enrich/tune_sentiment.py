"""After training: the temperature that makes probabilities honest, and what the model reaches on unseen data."""

import numpy as np

from earshot.enrich import sentiment


def calibrate(weights: dict[str, np.ndarray], sample) -> dict[str, np.ndarray]:
    """Return the weights with the temperature that fits the rows held back (Guo et al. 2017), per group of languages.

    Each class counts the same, as in training.
    """
    from scipy.optimize import minimize_scalar
    rows = sample.rows("tune")
    raw, labels = logits(weights, sample, rows), sample.frame["label"].to_numpy()[rows]
    english = sample.frame["english"].to_numpy()[rows]
    found = dict(weights)
    for group, chosen in (("english", english), ("other", ~english)):
        part, truth = raw[chosen], labels[chosen]
        balance = 1 / np.bincount(truth, minlength=3)[truth]

        def cost(temperature: float, part=part, truth=truth, balance=balance) -> float:
            scaled = part / temperature
            shifted = scaled - scaled.max(axis=1, keepdims=True)
            logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
            return -float(np.average(logs[np.arange(len(truth)), truth], weights=balance))

        best = minimize_scalar(cost, bounds=(0.3, 5.0), method="bounded").x
        found[f"{group}.temperature"] = np.array([best], np.float32)
    return found


def logits(weights: dict[str, np.ndarray], sample, rows: np.ndarray) -> np.ndarray:
    """Return the (n, 3) scores of some rows before the temperature, as sentiment.score would add them up."""
    exact = {name: values.astype(np.float64) for name, values in weights.items()}
    scores = sample.grams[rows].astype(np.float64) @ exact["grams"]
    english = sample.frame["english"].to_numpy()[rows]
    for group, chosen in (("english", english), ("other", ~english)):
        vectors, signals = sample.vectors[rows[chosen]], sample.signals[rows[chosen]]
        hidden = np.maximum(0, vectors @ exact[f"{group}.hidden"] + exact[f"{group}.hidden_bias"])
        scores[chosen] += hidden @ exact[f"{group}.out"] + signals @ exact[f"{group}.signals"] + exact[f"{group}.bias"]
    return scores


def measure(weights: dict[str, np.ndarray], sample) -> dict:
    """Return average recall on TweetEval's validation part, macro-F1 by language on UMSAB's, and confusion tables."""
    from sklearn.metrics import f1_score, recall_score
    found = {part: logits(weights, sample, sample.rows(part)).argmax(axis=1) for part in ("val", "uval", "tune")}
    truth = {part: sample.frame["label"].to_numpy()[sample.rows(part)] for part in found}
    spoken = sample.frame["language"].to_numpy()[sample.rows("uval")]
    by_lang = {lang: round(f1_score(truth["uval"][spoken == lang], found["uval"][spoken == lang], average="macro"), 4)
               for lang in sorted(set(spoken))}
    temperature = {group: round(float(weights[f"{group}.temperature"][0]), 3) for group in ("english", "other")}
    english = sample.frame["english"].to_numpy()[sample.rows("tune")]
    return {"val_recall": round(recall_score(truth["val"], found["val"], average="macro"), 4),
            "umsab_f1": by_lang, "umsab_mean_f1": round(float(np.mean(list(by_lang.values()))), 4),
            "temperature": temperature, "confusion": _confusion(truth["tune"], found["tune"], english),
            "trained_on": len(sample.rows("train")), "held_back": len(sample.rows("tune")),
            "classes": sentiment.CLASSES}


def _confusion(truth: np.ndarray, found: np.ndarray, english: np.ndarray) -> dict:
    """Return counts per group of languages: rows are the true classes, columns the model's."""
    from sklearn.metrics import confusion_matrix
    return {group: confusion_matrix(truth[chosen], found[chosen], labels=[0, 1, 2]).tolist()
            for group, chosen in (("english", english), ("other", ~english))}
