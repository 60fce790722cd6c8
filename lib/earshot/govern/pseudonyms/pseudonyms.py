"""Pseudonyms: the same person always has the same made-up name,
and only the holder of the key can tell who it is.

Keyed HMAC-SHA256 (RFC 2104, test vectors RFC 4231). A plain hash would be reversed by hashing a list of
handles; the key is kept outside the store, and destroying it makes every pseudonym final. Keys can be
changed: the newest (the last line of the key file) names people from then on, and its number stands in the
name (p_… under the first, p1_… after one change), so that a handle can be looked up under every key that is
still held.
"""

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path

import pandas as pd

PSEUDONYM = re.compile(r"p\d*_[0-9a-f]{12}")
DESTROYED = "destroyed"
TAIL = r"(?P<tail>(?:[.\-][^\W_]\w*+)*+)"
MENTION = re.compile(rf"[@＠](?P<handle>\w++){TAIL}(?P<host>@[\w\-]++(?:\.[\w\-]++)++)?")
DID = re.compile(
    r"(?i)did(?::|%3a)[a-z0-9]{1,20}(?::|%3a)(?:[a-z0-9._:\ufffd\-]|%[0-9a-f]{2})*[a-z0-9]"
    r"|(?<![a-z0-9])plc(?::|%3a)[a-z2-7]{24}"
)  # who somebody is on Bluesky, also inside an address
AT = re.compile(r"""(?i)(?<![a-z])(?P<before>at:\\?/\\?/)(?P<handle>\w[^\s/"'<>?#\\,;()\[\]{}]*)""")
# where one of the two may stand; for contains() over
# columns
PLACES = r"(?i:did|plc)(?::|%3[Aa])|(?i:at):\\?/\\?/"
REDDIT = re.compile(r"(?<![\w/.])(?P<before>/?u/)(?P<handle>[\w\-]{3,20})(?![\w\-])")
STATUS = re.compile(r"(?i)\b(?:twitter|x)\.com/(?!i/)@?\w+/status(?:es)?/")
PROFILE = re.compile(
    r"(?i)(?P<before>\b(?:(?:twitter|x|instagram|facebook|tiktok)\.com/|threads\.net/|t\.me/|youtube\.com/(?:c|user)/"
    r"|reddit\.com/(?:u|user)/|bsky\.app/profile/|linkedin\.com/in/)@?)"
    r"(?!(?:i|p|reel|reels|search|hashtag|home|explore|watch|groups|events|share|intent)\b)(?P<handle>\w[\w.\-]*+)"
)


class KeyRefused(ValueError):
    """The key for pseudonyms is missing, too short or readable by others."""


class Pseudonyms:
    """Made-up names for handles under one secret ``key`` (default:
    $EARSHOT_KEY, else the key file, made at first use).

    ``number`` is the place of the key among those there were; ``purpose`` gives another set of names, which
    cannot be linked to this one without the key.

    >>> Pseudonyms("0" * 64).name("@Jane") == Pseudonyms("0" * 64).name("jane")
    True
    """

    def __init__(self, key: bytes | str | None = None, number: int | None = None, purpose: str = ""):
        number = (len(read_keys()) - 1 if key is None else 0) if number is None else number
        self._key = _as_bytes(read_key() if key is None else key)
        self._key = hmac_sha256(self._key, purpose.encode()) if purpose else self._key
        self._prefix = f"p{number or ''}_"
        self._known: dict[str, str] = {}

    def name(self, handle: str) -> str:
        """Return "p", the key's number, "_" and 12 hex digits for a handle, whatever its case, with or
        without
        "@".
        """
        canonical = plain(handle)
        if PSEUDONYM.fullmatch(canonical):
            return canonical
        if canonical not in self._known:
            self._known[canonical] = f"{self._prefix}{hmac_sha256(self._key, canonical.encode()).hex()[:12]}"
        return self._known[canonical]

    def names(self, handles: pd.Series, keep_handles: Iterable[str] = ()) -> pd.Series:
        """Return the pseudonym of each handle, ``keep_handles`` in plain letters;
        what is missing stays missing.
        """
        keep = folded(keep_handles)
        text = handles.astype("str")
        unique = text[text.notna() & text.str.strip().ne("")].unique()
        return text.map({handle: self.known(handle, keep) for handle in unique}).astype("str")

    def known(self, handle: str, keep: Collection[str]) -> str:
        """Return the name of one handle, or the handle
        in plain letters where it is among ``keep`` (plain as well).
        """
        named = plain(handle)
        return named if named in keep else self.name(named)

    def mentions(self, texts: pd.Series, keep_handles: Iterable[str] = ()) -> pd.Series:
        """Return texts in which @mentions, u/names,
        profiles and DIDs are pseudonyms, but for ``keep_handles``.
        """
        keep = folded(keep_handles)
        texts = texts.astype("str")
        hits = texts.str.contains(rf"[@＠/]|{PLACES}", regex=True, na=False)
        changed = texts.copy()
        changed[hits] = [self._replaced(text, keep) for text in texts[hits]]
        return changed

    def _replaced(self, text: str, keep: Collection[str]) -> str:
        text = DID.sub(lambda match: self._did(match[0], keep), text)
        text = MENTION.sub(lambda match: self._mention(match, keep), text)
        if "/" not in text:
            return text
        text = STATUS.sub("x.com/i/status/", text)  # the address works without the author's handle
        for pattern in (AT, REDDIT, PROFILE):
            text = pattern.sub(
                lambda match: (
                    match["before"]
                    + (match["handle"] if plain(match["handle"]) in keep else self.name(match["handle"]))
                ),
                text,
            )
        return text

    def _did(self, did: str, keep: Collection[str]) -> str:
        named = plain(re.sub("%3a", ":", did, flags=re.IGNORECASE))
        return did if named in keep else self.name(named if named.startswith("did:") else f"did:{named}")

    def _mention(self, match: re.Match, keep: Collection[str]) -> str:
        """Name the handle with its dots and dashes (Bluesky,
        Instagram) and host (Mastodon); a kept one ends before.
        """
        handle, rest = match["handle"], match["tail"] + (match["host"] or "")
        if plain(handle) in keep or PSEUDONYM.fullmatch(handle):
            return f"@{handle}{rest}"
        whole = handle + rest
        return f"@{whole}" if plain(whole) in keep else f"@{self.name(whole)}"


def plain(handle: str) -> str:
    """Return a handle as it is stored and compared: without "@", in lower case."""
    return unicodedata.normalize("NFKC", str(handle)).strip().lstrip("@").casefold()


def folded(handles: Iterable[str]) -> frozenset[str]:
    """Return these handles as they are stored and compared, whatever their case, with or without "@".

    >>> sorted(folded(["@AmericanAir", "united"]))
    ['americanair', 'united']
    """
    return frozenset(map(plain, handles))


def among(authors: pd.Series, handles: Iterable[str]) -> pd.Series:
    """Say which authors are one of these handles, however either is written; who is missing is none."""
    keep = folded(handles)
    return authors.isin([author for author in authors.dropna().unique() if plain(author) in keep])


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return the 32-byte HMAC-SHA256 of a message."""
    return hmac.new(key, message, hashlib.sha256).digest()


def key_place() -> Path:
    """Return where the key file lies: outside every workspace and store."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "earshot" / "pseudonym.key"


def read_key() -> str:
    """Return the key in use: the newest of ``read_keys``. Raises KeyRefused, also when it was destroyed."""
    key = read_keys()[-1]
    if key == DESTROYED:
        raise KeyRefused("The newest pseudonym key was destroyed; make another with govern.keys.rotate.")
    return key


def read_keys() -> list[str]:
    """Return all keys, oldest first, from $EARSHOT_KEY
    or the key file (made with mode 0600 when there is none).

    A destroyed key keeps its place as the word "destroyed". Raises KeyRefused when one is shorter than 32
    characters or when others on this machine can read the file.
    """
    if given := os.environ.get("EARSHOT_KEY", "").split():
        return [_checked(key, "$EARSHOT_KEY") for key in given]
    place = key_place()
    if not place.exists():
        _make_key(place)
    if place.stat().st_mode & 0o077:
        raise KeyRefused(
            f"The pseudonym key {place} can be read by others; run 'chmod 600 {place}' and try again."
        )
    return [_checked(key, str(place)) for key in place.read_text(encoding="ascii").split() or [""]]


def _make_key(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(draft, place)  # fails when another process was first: then its key is the one
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _checked(key: str, where: str) -> str:
    if len(key) < 32 and key != DESTROYED:
        raise KeyRefused(
            f"The pseudonym key in {where} has {len(key)} characters; use at least 32, "
            "for example the output of 'openssl rand -hex 32'."
        )
    return key


def _as_bytes(key: bytes | str) -> bytes:
    if isinstance(key, bytes):
        return key
    return bytes.fromhex(key) if re.fullmatch(r"(?:[0-9a-fA-F]{2}){32,}", key) else key.encode()
