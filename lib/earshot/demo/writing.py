"""How a post is written: sentences from the grammar, joined in the manner of its platform, then roughened."""

import re
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from earshot.demo.grammar import Grammar, grammar, tidy
from earshot.demo.world import BRANDS, EVENTS

SHORT = {"x": 275, "bluesky": 290, "mastodon": 450, "youtube": 400}
EMOJI = {
    "negative": ["😡", "🤬", "🙄", "😤", "😒", "📵", "👎", "💀", "🤦", "😩", "😠"],
    "positive": ["😍", "🎉", "👍", "🙌", "❤️", "🚀", "👏", "😊", "🥳", "💚", "⭐"],
    "neutral": ["🤔", "📱", "ℹ️", "📶", "👀"],
}
TAGS = {
    "coverage": "#signal",
    "speed": "#5G",
    "billing": "#billing",
    "roaming": "#roaming",
    "outage": "#outage",
    "app": "#app",
    "price": "#prices",
    "support": "#customerservice",
    "meadow": "#Meadow",
    "esim": "#eSIM",
    "delivery": "#unboxing",
    "transfer": "#switching",
    "allowance": "#data",
}
STRETCH = re.compile(r"\b(so|please|why|love|great|muy|nada|trop|merci|sehr|danke|muito|nunca)\b", re.I)
PHRASES = {event.name: event.phrases for event in EVENTS}
STARTS = {event.name: event.window()[0] for event in EVENTS}
TECHNICAL = ("coverage", "speed", "roaming", "outage", "app", "esim", "wificalling", "meadow")


@dataclass
class Writer:
    """Writes posts one after another and avoids opening sentences it has already used."""

    random: Random
    used: Counter = field(default_factory=Counter)
    full: bool = False  # every post gets all its parts: for texts that were written before

    def write(self, post) -> dict:
        """Return text, template, sarcasm, negation and mixed language of one post of the everyday kind."""
        book, fills = grammar(post.lang), self.fills(post)
        sarcasm = (
            post.sentiment == "negative"
            and not post.event
            and self.random.random() < 0.09
            and bool(book.lines("sarcasm", post.theme))
        )
        path = ("sarcasm", post.theme) if sarcasm else (*self.path(post), post.sentiment)
        core, template = self.core(book, path, fills)
        code = post.lang if self.random.random() > 0.07 or post.lang == "en" else "en"
        text = (
            self.long(post, book, core, template, path, fills)
            if post.platform not in SHORT
            else self.short(post, grammar(code), core, template, path, fills)
        )
        text = self.roughen(self.name_brand(text, post), post)
        return {
            "text": text,
            "template": template,
            "sarcasm": sarcasm,
            "negation": template.startswith("~"),
            "lang_mixed": code if code != post.lang and post.platform in SHORT else "",
            "core": core,
        }

    def path(self, post) -> tuple[str, ...]:
        """Return where in the phrase book the lines of this post's event or theme stand."""
        if post.role == "offtopic":
            return ("offtopic",)
        return PHRASES.get(post.event, ("themes", post.theme))

    def fills(self, post) -> dict[str, str]:
        """Return the words that belong to this post: its brand, a rival, its town."""
        rival = self.random.choice([brand for brand in BRANDS if brand != post.brand])
        begun = STARTS.get(post.event, post.at)
        return {
            "brand": post.brand,
            "rival": rival,
            "place": post.town,
            "day": str((post.at - begun).days + 1),
            "hours": str(2 + int((post.at - begun).total_seconds() // 3600)),
        }

    def details(self, book, post) -> list[str]:
        """Return the lines that can add a detail to this post."""
        technical = book.lines("parts", "technical", post.sentiment) if post.theme in TECHNICAL else []
        return book.lines("parts", "detail", post.sentiment) + technical

    def core(self, book, path: tuple[str, ...], fills: dict, avoid: str = "") -> tuple[str, str]:
        """Return an opening sentence that was not used before (as far
        as the grammar reaches) and its template.
        """
        lines = book.lines(*path)
        for _ in range(6):
            line = self.random.choice(lines)
            text = book.expand(line, self.random, fills)
            if not self.used[text] and not avoid.endswith(f"/{lines.index(line)}"):
                break
        self.used[text] += 1
        mark = "~" if line.startswith("~") else ""
        return text, f"{mark}{book.lang}/{'/'.join(path)}/{lines.index(line)}"

    def part(self, book, name: str, mood: str, fills: dict) -> str:
        """Return one written-out opener, detail or closer in this mood."""
        return book.expand(self.random.choice(book.lines("parts", name, mood)), self.random, fills)

    def short(self, post, book, core: str, template: str, path: tuple, fills: dict) -> str:
        """Return one to three sentences that fit the platform."""
        parts, chance = [core], self.random.random
        if post.role == "offtopic":
            if self.full or chance() < 0.3:
                parts.append(self.core(book, path, fills, avoid=template)[0])
        else:
            if self.full or chance() < 0.35:
                parts.insert(0, self.part(book, "opener", post.sentiment, fills))
            if self.full or chance() < 0.50:
                parts.append(book.expand(self.random.choice(self.details(book, post)), self.random, fills))
            if self.full or chance() < 0.40 or (len(parts) == 1 and book.lang != post.lang):
                parts.append(self.part(book, "closer", post.sentiment, fills))
        while len(parts) > 1 and len(" ".join(parts)) > SHORT.get(post.platform, 600) - 45:
            parts.pop()
        return self.join(parts, book)

    def long(self, post, book, core: str, template: str, path: tuple, fills: dict) -> str:
        """Return a paragraph: introduction, the point, a second point, details, a closing line."""
        if post.role == "offtopic":
            return self.short(post, book, core, template, path, fills)
        mood, chance = post.sentiment, self.random.random
        details = self.random.sample(self.details(book, post), 3)
        parts = [core] if chance() < 0.4 else [self.part(book, "intro", mood, fills), core]
        parts += [book.expand(line, self.random, fills) for line in details[: self.random.randint(1, 3)]]
        if (
            chance() < 0.45
            and post.platform != "reviews"
            and path[0] != "sarcasm"
            and len(book.lines(*path)) > 1
        ):
            parts += [self.part(book, "link", mood, fills), self.core(book, path, fills, avoid=template)[0]]
        if self.full or chance() < 0.7:
            parts.append(self.part(book, "closer", mood, fills))
        return self.join(parts, book)

    def join(self, parts: list[str], book: Grammar) -> str:
        """Return the parts as one text; after a comma
        or colon a common word loses its capital (never in German).
        """
        text = parts[0]
        for part in parts[1:]:
            first = re.match(r"\w*", part)[0]
            soft = (
                text.endswith((",", ":"))
                and book.lang != "de"
                and first[1:].islower()
                and first not in book.proper
            )
            text += " " + (part[:1].lower() + part[1:] if soft else part)
        return tidy(text)

    def name_brand(self, text: str, post) -> str:
        """Return ``text`` in which the brand is named at least once, as a name, an @handle or a #tag."""
        brand, chance, tagged = (
            post.brand,
            self.random.random(),
            post.platform in ("x", "bluesky", "mastodon"),
        )
        if post.role == "offtopic":
            return text
        if brand not in text:
            lead = f"@{brand} " if tagged and chance < 0.5 else f"{brand}: " if chance < 0.7 else ""
            return lead + text if lead else f"{text} {'#' if tagged else ''}{brand}"
        if tagged and chance < 0.45:
            text = text.replace(brand, ("@" if chance < 0.28 else "#") + brand, 1)
        return text

    def roughen(self, text: str, post) -> str:
        """Return ``text`` with the habits of the platform:
        tags, emoji, lower case, stretched words, a typo.
        """
        chance, mood = self.random.random, post.sentiment
        social = post.platform in SHORT
        if social and chance() < 0.16 and post.theme in TAGS:
            text += " " + TAGS[post.theme]
        if social and chance() < 0.22:
            text += " " + "".join(self.random.choices(EMOJI[mood], k=self.random.choice((1, 1, 1, 2))))
        if social and chance() < 0.10:
            text = re.sub(r"(^|[.!?] )([A-Z])(?=[a-z])", lambda match: match[1] + match[2].lower(), text)
        if mood != "neutral" and chance() < 0.07:
            text = STRETCH.sub(
                lambda match: match[0] + match[0][-1] * self.random.randint(2, 4), text, count=1
            )
        if mood == "negative" and social and chance() < 0.03:
            text = text.upper() if "http" not in text else text
        if chance() < (0.12 if social else 0.06):
            text = self.typo(text)
        return text

    def typo(self, text: str) -> str:
        """Return ``text`` with one slip of the fingers in a longer, lower-case word."""
        words = list(re.finditer(r"(?<![#@/.\w])[a-zà-ÿ]{5,}\b(?!@)", text))
        if not words:
            return text
        word = self.random.choice(words)
        at = self.random.randint(word.start() + 1, word.end() - 2)
        slips = (text[at + 1] + text[at], text[at + 1], text[at] * 2 + text[at + 1])
        return text[:at] + self.random.choice(slips) + text[at + 2 :]
