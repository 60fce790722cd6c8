"""Changing and destroying the keys of pseudonyms.

After a change new posts get new names; who holds the old key can still find what was stored under it. After a
key is destroyed nobody can: the names made under it stay in the store, and no handle leads to them any more.
"""

import os
import secrets

from earshot.govern.pseudonyms.pseudonyms import (
    DESTROYED,
    KeyRefused,
    Pseudonyms,
    key_place,
    read_key,
    read_keys,
)


def rotate() -> int:
    """Put a new key in use and return its number; raises KeyRefused where keys come from the environment."""
    keys = [*_filed(), secrets.token_hex(32)]
    _write(keys)
    return len(keys) - 1


def destroy(number: int) -> None:
    """Overwrite key ``number``, which makes its pseudonyms final;
    raises KeyRefused when there is no such key.
    """
    keys = _filed()
    if not 0 <= number < len(keys):
        raise KeyRefused(f"There is no pseudonym key {number}; there are {len(keys)}, numbered from 0.")
    place = key_place()
    with place.open("r+b") as file:  # the old bytes first: a renamed file would leave them on the disk
        file.write(b"0" * place.stat().st_size)
        file.flush()
        os.fsync(file.fileno())
    _write([DESTROYED if row == number else key for row, key in enumerate(keys)])


def held() -> list[Pseudonyms]:
    """Return the pseudonyms under every key that is still held, oldest first:
    an erasure must look for all of them.

    Raises KeyRefused when the newest key was destroyed.
    """
    read_key()
    return [Pseudonyms(key, number) for number, key in enumerate(read_keys()) if key != DESTROYED]


def _filed() -> list[str]:
    if os.environ.get("EARSHOT_KEY"):
        raise KeyRefused(
            "The pseudonym key comes from $EARSHOT_KEY; change it where it is set, newest key last."
        )
    return read_keys()


def _write(keys: list[str]) -> None:
    place = key_place()
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
