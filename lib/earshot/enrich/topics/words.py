"""What a topic is called: a few telling, different words of its posts, and the posts that show it best."""

import html
import re

import numpy as np

TERMS = 10
SHOWN = 3
LONGEST = 55  # characters of a name
WIDE = 0.6  # a word gives way to a pair of words that makes up this share of its uses
LIFT = 1.5
WORD = r"(?u)\b[^\W\d_]{2,24}\b"
NOISE = re.compile(r"https?://\S+|www\.\S+|[@＠]\w+|\[[a-z-]{2,12}\]|\b(?:rt|mt)\b:?", re.I)
APOSTROPHE = re.compile(r"(?<=\w\w\w)['’](?=\w)")  # can't is a word, j'ai are two


def bare(text: str) -> str:
    """Return a post's words in lower case, without links,
    accounts, masks and most apostrophes, to be counted.
    """
    text = html.unescape(text) if "&" in text else text
    return APOSTROPHE.sub("", NOISE.sub(" ", text)).casefold()


def ignored(brands: list[str], handles: list[str]) -> frozenset[str]:
    """Return the words that name no topic: stop words, and the names and accounts of the brands."""
    from earshot.enrich.topics import stopwords

    names = [name.casefold() for name in [*brands, *handles]]
    parts = {part for name in names for part in re.findall(r"[^\W\d_]+", name)}
    return stopwords.words() | parts | {re.sub(r"[\W\d_]+", "", name) for name in names}


def weigh(texts: list[str], topics: np.ndarray, ignore: frozenset[str] = frozenset()) -> dict[int, list[str]]:
    """Return the terms (one or two words) of each topic but -1, from bare texts and their topics.

    Words in ``ignore`` count for nothing.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(
        ngram_range=(1, 2), token_pattern=WORD, stop_words=sorted(ignore) or None, min_df=2
    )
    try:
        used = counter.fit_transform(texts)
    except ValueError:  # not one word that two posts share
        return {int(topic): [] for topic in np.unique(topics) if topic >= 0}
    names, place, sizes = np.unique(topics, return_inverse=True, return_counts=True)
    counts = summed(used, place)
    weights, overall, vocabulary = (
        ctfidf(counts),
        np.asarray(counts.sum(axis=0))[0],
        counter.get_feature_names_out(),
    )
    return {
        int(topic): terms(
            weights[row].toarray()[0], counts[row].toarray()[0], overall, vocabulary, sizes[row]
        )
        for row, topic in enumerate(names)
        if topic >= 0
    }


def summed(rows, place: np.ndarray):
    """Return the sums (topics, columns) of the rows of each topic, numbered from 0;
    a sparse table stays sparse.
    """
    from scipy.sparse import csr_matrix

    return csr_matrix((np.ones(len(place)), (place, np.arange(len(place))))) @ rows


def ctfidf(counts):
    """Return class-based TF-IDF: a term's share of its topic,
    times log(1 + words per topic / its uses in all).

    The source is BERTopic (Grootendorst 2022), whose ClassTfidfTransformer gives the same figures.
    """
    from sklearn.preprocessing import normalize

    uses, words = np.asarray(counts.sum(axis=0))[0], int(counts.sum(axis=1).mean())
    return normalize(counts, norm="l1").multiply(np.log1p(words / np.maximum(uses, 1e-12))).tocsr()


def terms(
    weights: np.ndarray, counts: np.ndarray, overall: np.ndarray, vocabulary: np.ndarray, posts: int
) -> list[str]:
    """Return up to TERMS terms of one topic, heaviest first, no two of which say the same.

    ``weights`` are the topic's c-TF-IDF values, ``counts`` how often it uses each term, ``overall`` how often
    all topics do, ``posts`` how many posts it has. A term counts when the topic uses it LIFT times
    as often as all do, or more.
    """
    lift = (counts / max(counts.sum(), 1)) / np.maximum(overall / max(overall.sum(), 1), 1e-12)
    fit = (weights > 0) & (counts >= max(2, 0.04 * posts)) & (lift >= LIFT)
    order = [term for term in np.argsort(-weights, kind="stable")[:200] if fit[term]]
    pairs = [term for term in order if len(set(vocabulary[term].split())) == 2]
    chosen: list[str] = []
    for term in (term for term in order if " " not in vocabulary[term]):
        word = _widened(term, pairs, counts, vocabulary)
        if not any(say_the_same(word, other) for other in chosen):
            chosen.append(word)
        if len(chosen) == TERMS:
            break
    return chosen


def name(found: list[str], taken: set[str]) -> str:
    """Return a topic's name: its first terms, and one more where another topic has that name already."""
    lengths = np.cumsum([len(term) + 3 for term in found])
    found = [term for term, length in zip(found, lengths, strict=True) if length <= LONGEST]
    for count in range(min(SHOWN, max(len(found), 1)), len(found) + 1):
        if " · ".join(found[:count]) not in taken:
            return " · ".join(found[:count])
    words = " · ".join(found) or "short posts"
    return words if words not in taken else f"{words} ({len(taken) + 1})"


def _widened(term: int, pairs: list[int], counts: np.ndarray, vocabulary: np.ndarray) -> str:
    """Return the term, or the pair of words in
    which it is mostly used ("customer" is mostly "customer service").
    """
    word = str(vocabulary[term])
    wider = [
        pair for pair in pairs if word in vocabulary[pair].split() and counts[pair] >= WIDE * counts[term]
    ]
    return str(vocabulary[max(wider, key=lambda pair: counts[pair])]) if wider else word


def say_the_same(one: str, other: str) -> bool:
    """Say whether two terms share a word or a word's beginning ("delay" and "delayed flight")."""
    return any(
        _stem(mine) == _stem(yours) or mine in yours or yours in mine
        for mine in one.split()
        for yours in other.split()
        if min(len(mine), len(yours)) > 2
    )


def _stem(word: str) -> str:
    return word[: max(4, len(word) - 3)][:6]
