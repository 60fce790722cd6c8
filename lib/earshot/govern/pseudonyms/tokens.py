"""Tokens: what is known of something that may not be kept,
and signatures that only the holder of the key can make.

Each purpose has a key of its own, derived from the workspace's key, so that a token for one says nothing in
another.
"""

import hmac
from collections.abc import Callable

from earshot.govern.pseudonyms.pseudonyms import DESTROYED, hmac_sha256, read_key, read_keys


def tokens(purpose: str) -> Callable[[str], str]:
    """Return a function from a text to 32 hex digits that stand for it;
    only the key's holder can tell for which.
    """
    return _made(read_key(), purpose)


def tokens_ever(purpose: str) -> Callable[[str], list[str]]:
    """Return a function from a text to its tokens under every key that is still held, oldest first."""
    made = [_made(key, purpose) for key in read_keys() if key != DESTROYED]
    return lambda text: [one(text) for one in made]


def _made(key: str, purpose: str) -> Callable[[str], str]:
    own = hmac_sha256(key.encode(), purpose.encode())
    return lambda text: hmac_sha256(own, text.encode("utf-8", "replace")).hex()[:32]


def sign(purpose: str, text: str) -> str:
    """Return the HMAC-SHA256 of ``text`` in hex under the key for ``purpose``."""
    return hmac_sha256(
        hmac_sha256(read_key().encode(), purpose.encode()), text.encode("utf-8", "replace")
    ).hex()


def signed(purpose: str, text: str, signature: str) -> bool:
    """Say whether ``signature`` is that of ``text``."""
    return hmac.compare_digest(sign(purpose, text), str(signature))
