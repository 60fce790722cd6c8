"""Asking a platform over HTTP: paced, patient up to a point, and silent about credentials.

Retried with growing pauses: 429 and what a platform says is throttling, server errors, timeouts, broken
connections, bodies that end early, half a JSON document. A refused credential is read anew once, so that it
can be changed while a collection runs. Whoever watches is told of every bout of trouble and of its end.
"""

import json
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urljoin

import httpx2
import stamina

from earshot.collect.sources.credentials import CredentialMissing, Credentials, scrub
from earshot.collect.sources.pacing import Pace, Patience, Timepiece, bounded, retry_after
from earshot.collect.sources.protocol import Answer, Platform, Request

REDIRECTS = 5
LARGEST = 64 << 20  # bytes of one answer
AGENT = "earshot/0.1 (social listening)"


class Failed(RuntimeError):
    """A platform did not answer as asked;
    ``kind`` is one of the gap kinds, ``status`` the HTTP status or 0.
    """

    def __init__(
        self, kind: str, reason: str, status: int = 0, wait: float | None = None, again: bool = True
    ):
        super().__init__(reason)
        self.kind, self.status, self.wait, self.again = kind, status, wait, again


class Watcher(Protocol):
    """Who keeps the ledger of gaps."""

    def open(self, kind: str, reason: str) -> None:
        """Trouble began, or goes on."""

    def close(self) -> None:
        """The platform answered again."""


@dataclass
class Client:
    """Asks one platform for one feed. ``base`` is the feed's address, ``patience`` how long it tries.

    ``throttled`` are further statuses by which this address says that it is asked too fast, as some vendors'
    401.
    """

    platform: Platform
    base: str
    credentials: Credentials
    watcher: Watcher
    patience: Patience = field(default_factory=Patience)
    timepiece: Timepiece = field(default_factory=Timepiece)
    throttled: tuple[int, ...] = ()

    def __post_init__(self):
        for name in (
            "httpx2",
            "httpcore2",
        ):  # they write whole addresses into logs, and some platforms sign those
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._pace = Pace(self.platform.limits, self.timepiece)
        self._waited, self._secrets = 0.0, {}
        self._http = httpx2.Client(
            timeout=self.patience.timeout,
            follow_redirects=False,
            headers={"User-Agent": AGENT, "Accept": "application/json, */*;q=0.5"},
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_) -> None:
        self._http.close()

    def ask(self, request: Request, quietly: bool = False) -> Answer:
        """Return the whole answer to a request;
        raises Failed with one sentence when patience ends or it is refused.

        ``quietly`` tells the watcher nothing: a side question that fails is no gap.
        """
        tried = 0

        def worth_it(error: BaseException) -> bool:
            nonlocal tried
            tried += 1
            if isinstance(error, Failed) and not quietly:
                self.watcher.open(error.kind, str(error))
            return isinstance(error, Failed) and self._wait_for(error, tried)

        for attempt in stamina.retry_context(
            on=lambda error: 0.0 if worth_it(error) else False, attempts=None, timeout=None
        ):
            with attempt:
                answer = self._with_fresh_credentials(request)
        if not quietly:
            self.watcher.close()
        return answer

    def scrub(self, text: str) -> str:
        """Return a text without the credentials this client has used."""
        return scrub(text, self._secrets.values())

    def _wait_for(self, error: Failed, tried: int) -> bool:
        """Say whether to try again, having waited as long as the platform asks."""
        if not error.again or tried >= self.patience.attempts:
            return False
        asked = bounded(error.wait)
        pause = self.patience.pause(tried) if asked is None else asked + random.uniform(0, min(1.0, asked))
        if self._waited + pause > self.patience.waiting:
            return False
        self._waited += pause
        self.timepiece.sleep(pause)
        return True

    def _with_fresh_credentials(self, request: Request) -> Answer:
        """Send once; after a refusal read the credentials again and,
        where they have changed, send once more.
        """
        secrets = self._read()
        try:
            return self._send(request, secrets)
        except Failed as refused:
            if refused.status not in (401, 403) or refused.kind != "refused":
                raise
            if (fresh := self._read()) == secrets:
                raise
        return self._send(request, fresh)

    def _read(self) -> dict[str, str]:
        try:
            self._secrets = self.credentials.read()
        except CredentialMissing as error:
            raise Failed("refused", str(error), again=False) from None
        return self._secrets

    def _send(self, request: Request, secrets: Mapping[str, str]) -> Answer:
        url = httpx2.URL(self.base)
        target = (
            urljoin(str(url), request.path) if "://" in request.path else self.base.rstrip("/") + request.path
        )
        for _ in range(REDIRECTS):
            signed = (
                self.platform.sign(request, secrets) if _origin(target) == _origin(self.base) else request
            )
            self._pace.wait()
            answer, status, headers = self._exchange(signed, target)
            if status not in (301, 302, 303, 307, 308) or "location" not in headers:
                return self._judged(answer, status, headers, request)
            target = urljoin(target, headers["location"])
            if _origin(target) != _origin(self.base) and self.scrub(target) != target:
                raise Failed(
                    "refused",
                    f"{self._name} sent us to another address with our credentials in it; "
                    "nothing was sent there. Check the feed's base address.",
                    status,
                    again=False,
                )
            request = Request(
                target, {}, request.headers, "GET" if status == 303 else request.method, request.body
            )
        raise Failed(
            "refused",
            f"{self._name} sent us from address to address {REDIRECTS} times; check the feed's base address.",
            again=False,
        )

    @property
    def _name(self) -> str:
        return self.platform.name

    def _exchange(self, request: Request, target: str) -> tuple[bytes, int, dict[str, str]]:
        """Send one request and return (body, status, headers); raises Failed when no whole answer comes."""
        try:
            with self._http.stream(
                request.method,
                target,
                params=dict(request.params) or None,
                headers=dict(request.headers),
                content=request.body or None,
            ) as response:
                parts, size = [], 0
                for part in response.iter_bytes():
                    parts.append(part)
                    if (size := size + len(part)) > LARGEST:
                        raise Failed(
                            "truncated",
                            f"{self._name} sent more than {LARGEST >> 20} MB at once; ask for smaller pages.",
                            again=False,
                        )
                headers = {name.lower(): value for name, value in response.headers.items()}
                return b"".join(parts), response.status_code, headers
        except httpx2.TimeoutException:
            raise Failed(
                "down", f"{self._name} did not answer within {self.patience.timeout:g} seconds."
            ) from None
        except (httpx2.RemoteProtocolError, httpx2.DecodingError):
            raise Failed("truncated", f"{self._name} broke off in the middle of its answer.") from None
        except httpx2.TransportError:
            raise Failed("down", f"{self._name} could not be reached, or dropped the connection.") from None
        except (httpx2.InvalidURL, ValueError):
            raise Failed(
                "refused",
                f"{self._name} cannot be asked at this address; check the feed's base and query.",
                again=False,
            ) from None

    def _judged(self, body: bytes, status: int, headers: Mapping[str, str], request: Request) -> Answer:
        """Return a good answer; raises Failed for all others, saying of which kind the trouble is."""
        if 200 <= status < 300 or status == 304:  # 304: nothing new since the mark that the request gave
            expected = body.strip() or (status == 200 and request.method == "GET")
            if expected and "json" in headers.get("content-type", "") and not _is_json(body):
                raise Failed("truncated", f"{self._name} sent half a JSON document.")
            return Answer(body, request, headers)
        wait = bounded(self.platform.wait(status, headers, body))
        if wait is None and "retry-after" in headers:
            wait = retry_after(headers["retry-after"], self.timepiece.now())
        if status == 429 or status in self.throttled or (status in (401, 403) and wait is not None):
            told = "" if wait is None else f" and asks to wait {wait:,.0f} seconds"
            if status in self.throttled and status in (401, 403):
                told += ", or the credential is no longer good"
            raise Failed(
                "throttled", f"{self._name} lets us ask no faster (status {status}){told}.", status, wait
            )
        if status >= 500 or status in (408, 425):
            raise Failed("down", f"{self._name} has an error of its own (status {status}).", status, wait)
        raise Failed("refused", self._refusal(status, body), status, again=False)

    def _refusal(self, status: int, body: bytes) -> str:
        advice = {
            401: "renew the credential where feeds.yml points",
            403: "ask the platform for this access",
            404: "check the feed's query and base address",
            410: "it is gone for good",
        }
        said = self.scrub(_said(body))
        return (
            f"{self._name} refuses the request (status {status}{': ' + said if said else ''}); "
            f"{advice.get(status, 'check the query of the feed')}."
        )


def _origin(address: str) -> tuple:
    url = httpx2.URL(address)
    return url.scheme, url.host, url.port or {"https": 443, "http": 80}.get(url.scheme)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body.decode(json.detect_encoding(body), "replace"))
    except (ValueError, RecursionError):
        return False
    return True


def _said(body: bytes) -> str:
    """Return what a platform says about a refusal, at most 160 characters of it, or ""."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if isinstance(value, dict):
        found = next(
            (
                value[name]
                for name in ("detail", "error_description", "message", "error", "reason", "title")
                if isinstance(value.get(name), str)
            ),
            "",
        )
        return " ".join(found.split())[:160].rstrip(".")
    return ""
