"""The words that a wildcard stands for in the posts at hand,
so that nobody has to guess what ``re*`` finds.
"""

from collections import Counter
from collections.abc import Iterable

from earshot.collect.query.match import says
from earshot.collect.query.nodes import Node, Term, walk
from earshot.collect.query.tokens import fold, words

MOST = 200  # words kept for one wildcard


def expand(node: Node, texts: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return, for each wildcard of a query,
    the words of the texts it stands for and how often, commonest first.
    """
    terms = {term.text: term for term in walk(node) if isinstance(term, Term) and term.wild}
    if not terms:
        return {}
    counts = Counter(token for text in texts for token in words(text))
    found = {text: Counter() for text in terms}
    for token, times in counts.items():
        for text, term in terms.items():
            if says(term, token):
                found[text][fold(token)] += times
    return {text: dict(tally.most_common(MOST)) for text, tally in found.items()}
