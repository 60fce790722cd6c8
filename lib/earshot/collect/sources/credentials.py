"""Credentials by reference: feeds.yml says where a secret lies,
never what it is, and it is read anew at each use.

So a secret can be changed while a collection runs, and none reaches the parameters, the store, a page or an
error.
"""

import os
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

from earshot.core.params import ParamError

REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:/.+")
HIDDEN = "[secret]"
OURS = ("EARSHOT_KEY",)  # makes the pseudonyms; no platform may ever see it


class CredentialMissing(ParamError):
    """A credential is not where feeds.yml says it is, or cannot be one."""


@dataclass(frozen=True)
class Credentials:
    """Where the secrets of one feed lie: {name: "env:NAME" or "file:/path"}."""

    feed: str
    references: Mapping[str, str]

    def read(self) -> dict[str, str]:
        """Return the secrets as they are now;
        raises CredentialMissing, which says where it looked, never what for.
        """
        return {name: self._one(name, reference) for name, reference in self.references.items()}

    def _one(self, name: str, reference: str) -> str:
        kind, _, place = reference.partition(":")
        value = os.environ.get(place, "") if kind == "env" else self._file(name, Path(place))
        where = f"the environment variable {place}" if kind == "env" else f"the file {place}"
        if not value.strip():
            raise CredentialMissing(
                f"Feed {self.feed!r} looks for its {name} in {where}, and nothing is there; "
                "put it there and collect again."
            )
        if not re.fullmatch(r"[\x21-\x7e]+", value.strip()):
            raise CredentialMissing(
                f"Feed {self.feed!r}: {where} holds spaces, line breaks or letters that no "
                f"{name} can have; put the bare secret there."
            )
        return value.strip()

    def _file(self, name: str, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise CredentialMissing(
                f"Feed {self.feed!r} looks for its {name} in the file {path}, which cannot be "
                "read; put it there and collect again."
            ) from None


def check_reference(where: str, name: str, reference: object, private: Iterable[Path]) -> str:
    """Return a reference that is one; raises ParamError
    for a secret that was written out (and does not repeat it).

    ``private`` are the folders of the workspaces: a file in them could be published, copied or committed.
    """
    how = f"write, for example, {name}: env:X_BEARER_TOKEN or {name}: file:/run/secrets/x"
    if not isinstance(reference, str) or not REFERENCE.fullmatch(reference):
        raise ParamError(
            f"{where}: {name} must say where the secret lies, not what it is (it is not repeated here); "
            f"{how}. If a real secret stood there, change it at the platform."
        )
    kind, _, place = reference.partition(":")
    if kind == "env" and place in OURS:
        raise ParamError(f"{where}: {place} is the key of the pseudonyms and is sent to nobody; {how}.")
    if kind == "file" and any(Path(place).resolve().is_relative_to(folder.resolve()) for folder in private):
        raise ParamError(
            f"{where}: the file of {name} lies among the workspaces, where it could be published; "
            f"keep it elsewhere, for example in /run/secrets."
        )
    return reference


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Return a text without these secrets, plain, as part of an address, or in base64."""
    for secret in secrets:
        forms = {secret, quote(secret, safe=""), quote_plus(secret), b64encode(secret.encode()).decode()}
        for form in sorted(forms, key=len, reverse=True):
            text = text.replace(form, HIDDEN) if form else text
    return text
