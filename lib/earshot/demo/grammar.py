"""A small generative grammar: {slot}, {2-9} and [a|b|] expand, nested as deep as the phrases ask for."""

import re
from functools import cache
from pathlib import Path
from random import Random

import yaml

from earshot.demo.world import BRANDS, PLACES

PHRASES = Path(__file__).parent / "phrases"
ELISION = {
    "en": (re.compile(r"\b([Aa]) (?=iPhone|Android)"), r"\1n "),
    "fr": (re.compile(r"\b([DdLl])e (?=ouvrir|envoyer|iPhone)"), r"\1'"),
    "de": (re.compile(r"\b([Ii])n dem\b"), r"\1m"),
}
_TOKEN = re.compile(r"\{(\d+)-(\d+)\}|\{(\w+)\}|([\[\]|])")


class Grammar:
    """The phrases of one language, compiled once and expanded with a seeded generator."""

    def __init__(self, lang: str):
        self.lang = lang
        self.phrases = yaml.safe_load((PHRASES / f"{lang}.yml").read_text(encoding="utf-8"))
        self._slots = {name.lower(): compile_phrase(text) for name, text in self.phrases["slots"].items()}
        self._compiled: dict[str, list] = {}
        self.proper = {
            word for text in self.phrases["slots"].values() for word in re.findall(r"\b[A-ZÀ-Ý]\w+", text)
        }
        self.proper |= {"Meadow", "Face", *BRANDS} | {
            town for places in PLACES[lang].values() for town in places
        }

    def lines(self, *path: str) -> list[str]:
        """Return the lines under a path such as ("themes", "app", "negative"); empty when there are none."""
        node = self.phrases
        for name in path:
            node = node.get(name, {}) if isinstance(node, dict) else {}
        return _lines(node) if isinstance(node, str) else []

    def expand(self, line: str, random: Random, fills: dict[str, str]) -> str:
        """Return one expansion of ``line``; names in ``fills`` win over the slots of the language."""
        if line not in self._compiled:
            self._compiled[line] = compile_phrase(line.removeprefix("~"))
        text = "".join(self._walk(self._compiled[line], random, fills))
        return tidy(ELISION[self.lang][0].sub(ELISION[self.lang][1], text) if self.lang in ELISION else text)

    def _walk(self, options: list, random: Random, fills: dict[str, str]):
        for part in options[0] if len(options) == 1 else random.choice(options):
            if isinstance(part, str):
                yield part
            elif isinstance(part, list):
                yield from self._walk(part, random, fills)
            elif len(part) == 2:
                yield str(random.randint(*part))
            else:
                yield self._fill(part[0], random, fills)

    def _fill(self, name: str, random: Random, fills: dict[str, str]) -> str:
        if name in fills:
            return fills[name]
        if name not in self._slots and name.endswith("_cap"):
            text = self._fill(name.removesuffix("_cap"), random, fills)
            return text[:1].upper() + text[1:]
        if name not in self._slots:
            raise KeyError(f"phrases/{self.lang}.yml has no slot {name!r}; add it under slots.")
        return "".join(self._walk(self._slots[name], random, fills))


@cache
def grammar(lang: str) -> Grammar:
    """Return the grammar of one language (en, es, fr, de, pt)."""
    return Grammar(lang)


@cache
def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def compile_phrase(text: str) -> list:
    """Return the options of a phrase: each a list of text, (slot,), (low, high) or nested options."""
    stack, at = [[[]]], 0
    for match in _TOKEN.finditer(text):
        stack[-1][-1].append(text[at : match.start()])
        at = match.end()
        low, high, slot, mark = match.groups()
        if low:
            stack[-1][-1].append((int(low), int(high)))
        elif slot:
            stack[-1][-1].append((slot.lower(),))
        elif mark == "[":
            stack.append([[]])
        elif mark == "|":
            stack[-1].append([])
        else:
            inner = stack.pop()
            stack[-1][-1].append(inner)
    stack[-1][-1].append(text[at:])
    if len(stack) != 1:
        raise ValueError(f"Unclosed [ in the phrase {text!r}; close it.")
    return stack[0]


def tidy(text: str) -> str:
    """Return ``text`` with single spaces and a capital at the start and after each full stop."""
    text = re.sub(r"\s+", " ", text).replace(" ,", ",").replace(" .", ".").strip()
    text = re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)
    return re.sub(r"(^|[.!?] )([a-zà-ÿ])(?!SIM|Phone)", lambda match: match[1] + match[2].upper(), text)
