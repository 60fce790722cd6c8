"""Secrets of a stream by reference: streams.yml says where a secret lies,
and it is read anew while a stream is used.

``$NAME`` and ``env:NAME`` stand for a variable of the environment, ``file:/path`` for what a file holds. A
secret in a file can be changed while a listener runs: the next connection to the brokers is made with the new
one.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from earshot.collect.sources.credentials import check_reference
from earshot.core.params import ParamError

SECRET = re.compile(r"password|secret|token|passphrase|key\.pem|oauthbearer\.config|jaas", re.I)
LOGIN = ("sasl.username", "sasl.password")


def check_options(options: object, where: str, private: Iterable[Path]) -> None:
    """Raise ParamError for a secret among librdkafka's options that is written out, without repeating it.

    ``private`` are the folders of the workspaces, in which a file of secrets could be published.
    """
    for name, value in options.items() if isinstance(options, Mapping) else ():
        if SECRET.search(str(name)) or str(value).startswith(("env:", "file:")):
            given = f"env:{value[1:]}" if isinstance(value, str) and value.startswith("$") else value
            check_reference(f"{where}: options", str(name), given, private)


def resolve(name: str, value: str) -> str:
    """Return what an option stands for now;
    raises ParamError when the environment or the file does not have it.
    """
    kind, _, place = value.partition(":")
    if value.startswith("$"):
        kind, place = "env", value[1:]
    if kind not in ("env", "file"):
        return value
    found = os.environ.get(place) if kind == "env" else _held(Path(place))
    if not found:
        lies = "the environment" if kind == "env" else "a file"
        raise ParamError(
            f"streams.yml: the option {name} comes from {lies} as {value}, which is not "
            f"{'set' if kind == 'env' else 'there'}."
        )
    return found


def _held(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


@dataclass
class Login:
    """User and password of one client, looked up again whenever the client is used."""

    options: Mapping[str, str]
    known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.known = self._now()

    def renew(self, client) -> None:
        """Give ``client`` (of confluent-kafka) the user and password of now where they changed.

        A secret that is being replaced, and for a moment is not there, leaves the one before in use.
        """
        try:
            now = self._now()
        except ParamError:
            return
        if now != self.known:
            client.set_sasl_credentials(*(now[name] for name in LOGIN))
            self.known = now

    def _now(self) -> dict[str, str]:
        return {name: resolve(name, str(self.options[name])) for name in LOGIN if name in self.options}
