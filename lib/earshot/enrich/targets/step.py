"""Who and what a post names: the workspace's brands, and the products and aspects that targets.yml lists.

params/<workspace>/targets.yml, where every part may be left out::

    brands:
      Acme: [acme mobile, "@acmehelps"]   # more words for a brand, besides its name, its handles and hashtags
    products:
      Acme One: ["acme one", a1]
    aspects:
      staff: [staff, crew, agent*]        # a star stands for any ending

Words are found whole, in any case; blanks in them stand for blanks or marks.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import pandas as pd

from earshot.core.literals import quoted
from earshot.core.params import ParamError, check_names
from earshot.core.workspace import Workspace
from earshot.enrich.pipeline.declaration import Step
from earshot.enrich.targets import model as target_model
from earshot.enrich.targets.marked_text import LETTERS, Spans

TABLE, SEEN = "targets", "targeted"
VERSION = "2"
KINDS = {"brands": "brand", "products": "product", "aspects": "aspect"}
PART = 5_000  # posts per commit


@dataclass(frozen=True)
class Target:
    """Something a post can name: what it is called in reports, its kind, and the words that mean it."""

    name: str
    kind: str
    words: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern:
        """The expression that finds its words, whole and in any case."""
        longest = sorted(self.words, key=len, reverse=True)
        return re.compile(
            rf"(?<![^\W_])(?:{'|'.join(map(_expression, longest))})(?:['’]s)?(?![^\W_])", re.IGNORECASE
        )

    def spans(self, text: str) -> Spans:
        """Return the (start, end) of every mention in a text."""
        return [match.span() for match in self.pattern.finditer(text)]


def _expression(word: str) -> str:
    stem = r"[\W_]+".join(re.escape(part) for part in LETTERS.findall(word.rstrip("*")))
    return stem + (r"\w*" if word.endswith("*") else "")


def read(workspace: Workspace) -> list[Target]:
    """Return what to look for: brands first, then products and aspects as targets.yml has them.

    Raises ParamError in one sentence at an unknown part, a brand that brief.yml does not have, or a list
    without words.
    """
    settings, params = workspace.settings("targets"), workspace.params
    where = f"params/{workspace.name}/targets.yml"
    check_names(settings, KINDS, where, "part")
    listed = {part: settings.get(part) or {} for part in KINDS}
    check_names(listed["brands"], params.brands, where, "brand")
    found = [
        Target(name, "brand", _brand_words(name, params, listed["brands"].get(name) or []))
        for name in params.brands
    ]
    for part in ("products", "aspects"):
        found += [Target(name, KINDS[part], tuple(words or ())) for name, words in listed[part].items()]
    for target in found:
        if (
            not all(isinstance(word, str) and LETTERS.search(word) for word in target.words)
            or not target.words
        ):
            raise ParamError(f"{where}: {target.name} needs a list of words, such as [staff, crew, agent*].")
    return found


def _brand_words(name: str, params, more: list[str]) -> tuple[str, ...]:
    """Return a brand's name, its hashtag,
    the handles that hold its name and no longer brand's, and ``more``.
    """
    keys = {brand: "".join(LETTERS.findall(brand.lower())) for brand in params.brands}
    handles = [
        handle.lstrip("@")
        for handle in params.handles
        if keys[name] == max((key for key in keys.values() if key in handle.lower()), key=len, default="")
    ]
    return tuple(dict.fromkeys([name, "".join(LETTERS.findall(name)), *handles, *more]))


def find(texts: list[str], targets: list[Target]) -> Iterator[tuple[int, Target, Spans]]:
    """Yield the place of a text, a target that it names, and where; texts in order."""
    for place, text in enumerate(texts):
        for target in targets:
            spans = target.spans(text)
            if spans:
                yield place, target, spans


def add(posts: pd.DataFrame, targets: list[Target], model: str = target_model.MODEL) -> pd.DataFrame:
    """Return the targets table's columns, a row per post and target,
    for posts with post_id, content_hash, text, lang.

    ``start`` and ``end`` are where in the post's text its first mention stands.
    """
    found = list(find(posts["text"].tolist(), targets))
    rows = posts.iloc[[place for place, _, _ in found]].reset_index(drop=True)
    said = target_model.read(
        rows["text"].tolist(),
        [spans for _, _, spans in found],
        [target.name for _, target, _ in found],
        rows["lang"].tolist(),
        model,
    )
    about = pd.DataFrame(
        {
            "target": [target.name for _, target, _ in found],
            "kind": [target.kind for _, target, _ in found],
            "start": [spans[0][0] for _, _, spans in found],
            "end": [spans[0][1] for _, _, spans in found],
        }
    )
    return pd.concat([rows[["post_id", "content_hash", "week"]], about, said], axis=1).assign(model=model)


def update(workspace: Workspace) -> int:
    """Bring ``targets`` up to date with the posts, targets.yml and the model;
    return how many posts were read.
    """
    targets, store, model = read(workspace), workspace.store, workspace.params.target_model
    if store.version("posts") is None or (not targets and store.version(SEEN) is None):
        return 0
    version, done = _version(targets, model), 0
    while True:
        part = store.sql(f"""SELECT p.post_id, p.week, p.content_hash, p.text, coalesce(l.lang, p.lang, 'und')
            AS lang,
            s.post_id IS NOT NULL AS seen FROM posts p LEFT JOIN {SEEN} s USING (post_id)
            LEFT JOIN "language" l USING (post_id)
            WHERE s.post_id IS NULL OR s.content_hash <> p.content_hash OR s.step_version <> {quoted(version)}
            ORDER BY p.week, p.post_id LIMIT {PART}""")
        if part.empty:
            return done
        _replace(store, part, add(part, targets, model).assign(step_version=version), version)
        done += len(part)


def _replace(store, part: pd.DataFrame, added: pd.DataFrame, version: str) -> None:
    """Write what was found, in place of what was found in these posts before."""
    from earshot.collect.landing import landing

    again = part.loc[part["seen"].astype(bool), "post_id"]
    if len(again):
        landing.delete(store, TABLE, "post_id", again)
    if len(added):
        store.merge(TABLE, added)
    store.merge(SEEN, part[["post_id", "week", "content_hash"]].assign(step_version=version))


def _version(targets: list[Target], model: str) -> str:
    held = json.dumps([[target.name, target.kind, target.words] for target in targets])
    return f"{VERSION}:{blake2b(held.encode(), digest_size=4).hexdigest()}:{target_model.identify(model)}"


STEP = Step(
    name="targets",
    needs=("language",),
    version=lambda _: VERSION,
    update=lambda workspace, _: update(workspace),
)
