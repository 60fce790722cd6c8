"""A text and a target named in it, as a tower reads them:
every mention marked, and the target said again at the end.

``[CLS] the [MASK] bag [MASK] came late but the [MASK] bag [MASK] was dry [SEP] bag [SEP]``, after Sun et al.
(2019).
"""

import re
from collections.abc import Iterable

from earshot.enrich.embeddings import minilm
from earshot.enrich.text.step import clean

PLACE = "$T$"  # what stands for the target in the sets of SemEval-2014 and ACL-14
MARK, STAR = "[MASK]", "*"
LETTERS = re.compile(r"[^\W_]+")

Spans = list[tuple[int, int]]


def locate(text: str, target: str) -> Spans:
    """Return the (start, end) of every mention of ``target`` in ``text``,
    in any case, with any blanks and marks.
    """
    words = LETTERS.findall(target)
    if not words:
        return []
    inside = r"[\W_]*".join(re.escape(word) for word in words)
    whole = [
        match.span()
        for match in re.finditer(rf"(?<![^\W_]){inside}(?:['’]?s)?(?![^\W_])", text, re.IGNORECASE)
    ]
    return whole or [match.span() for match in re.finditer(inside, text, re.IGNORECASE)]


def placed(text: str, target: str) -> tuple[str, Spans]:
    """Return the text with ``target`` for every ``$T$``, and where it stands;
    without one, where it is found.
    """
    if PLACE not in text:
        return text, locate(text, target)
    parts, spans, full = text.split(PLACE), [], ""
    for part in parts[:-1]:
        full += part + target
        spans.append((len(full) - len(target), len(full)))
    return full + parts[-1], spans


def windows(text: str, spans: Spans) -> list[str]:
    """Return the clean stretches of a text before,
    between and after the spans, one more than there are spans.
    """
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    return [clean(text[start:end])[0] for start, end in zip(edges[::2], edges[1::2], strict=True)]


def marked(text: str, spans: Spans, target: str, mark: str = MARK) -> str:
    """Return the clean text with ``target`` between marks for each span."""
    return f" {mark} {target} {mark} ".join(windows(text, spans)).strip()


def starred(text: str, spans: Spans, target: str) -> str:
    """Return the clean text with ``target`` between stars for each span,
    and the target said again at the end.
    """
    return f"{marked(text, spans, target, STAR)} : {clean(target)[0]}"


def tokenise(texts: Iterable[str], spans: Iterable[Spans], targets: Iterable[str]) -> list[list[int]]:
    """Return the token ids of each text with its target;
    a text too long keeps its start, the target always stays.
    """
    targets = [clean(target)[0] for target in targets]
    said = minilm.tokenise(
        [marked(text, found, target) for text, found, target in zip(texts, spans, targets, strict=True)]
    )
    again = minilm.tokenise(targets)
    return [
        (one[: minilm.LONGEST - len(other)] + other[1:])
        if len(one) + len(other) > minilm.LONGEST + 1
        else one + other[1:]
        for one, other in zip(said, again, strict=True)
    ]
