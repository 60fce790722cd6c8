"""A small HTTP server for webhooks: a delivery is believed, kept on disk, and only then answered with 202.

It speaks plain HTTP on one machine; put the TLS of your web server before it. Nothing that it says repeats a
secret.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from earshot.collect.feeds.heartbeat import BEAT, Heartbeat
from earshot.collect.feeds.pages import PageStorage
from earshot.collect.feeds.settings import Feed
from earshot.collect.landing.landing import LandingReport
from earshot.collect.sources.credentials import CredentialMissing, Credentials
from earshot.collect.sources.pacing import Timepiece
from earshot.collect.sources.protocol import Answer, Query, Request
from earshot.collect.sources.webhook import Webhook
from earshot.core.workspace import Workspace
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

LARGEST = 5_000_000  # bytes of one delivery
REMEMBERED = 30 * 86_400  # seconds for which a delivery that comes again is known
DEADLINE = 30  # seconds that a sender may take


class Refused(Exception):
    """A delivery is not taken; ``status`` is the HTTP status that says so."""

    def __init__(self, status: int, reason: str):
        super().__init__(reason)
        self.status = status


class Receiver:
    """Takes deliveries of one feed, one at a time; ``take`` is what the server calls."""

    def __init__(
        self, workspace: Workspace, feed: Feed, timepiece: Timepiece | None = None, largest: int = LARGEST
    ):
        self.feed, self.largest = feed, largest
        self._timepiece = timepiece or Timepiece()
        self._platform = Webhook(feed.options)
        self._platform.check(f"params/{workspace.name}/feeds.yml: feed {feed.name!r}")
        self._credentials = Credentials(feed.name, feed.credentials)
        self._credentials.read()  # a missing secret is said at the start, not at the first delivery
        self._shelf = PageStorage(workspace, feed, self._platform, Pseudonyms(), self._timepiece)
        self._lock = threading.Lock()
        self.presence = Heartbeat(workspace.store, feed.name, feed.query, self._timepiece, feed.platform)
        self._trouble = False
        self._known = workspace.data / "cache" / "deliveries.sqlite"
        self._known.parent.mkdir(parents=True, exist_ok=True)

    def take(self, headers: dict[str, str], body: bytes) -> dict:
        """Store a delivery and return what came of it; raises Refused when it is not believed or came before.

        From a delivery that could not be taken until the next that could, the gap ledger has a gap.
        """
        try:
            said = self._take(headers, body)
        except Refused as refused:
            if refused.status >= 500:
                self._note("refused", str(refused))
            raise
        except Exception:
            self._note("down", "A delivery could not be stored.")
            raise
        if self._trouble:
            self.presence.well()
            self._trouble = False
        return said

    def beat(self) -> None:
        """Give a sign of life, unless deliveries cannot be taken at the moment."""
        if not self._trouble:
            self.presence.beat()

    def _note(self, kind: str, reason: str) -> None:
        self._trouble = True
        self.presence.trouble(kind, reason)

    def _take(self, headers: dict[str, str], body: bytes) -> dict:
        now = self._timepiece.now().timestamp()
        try:
            secret = self._credentials.read()["secret"]
        except CredentialMissing:
            raise Refused(503, "the receiver has no secret at the moment; send it again later") from None
        if reason := self._platform.refusal(headers, body, secret, now):
            raise Refused(401, reason)
        name = self._platform.names(headers, body)
        with self._lock:
            if self._seen(name):
                raise Refused(409, "this delivery was received before")
            page = self._platform.read(
                Answer(body, Request("/"), headers), Query(self.feed.name, self.feed.query)
            )
            landed, _ = self._shelf.put(page)
            self._remember(name, now)
        return _told(landed)

    def _seen(self, name: str) -> bool:
        with self._memory() as memory:
            found = memory.execute(
                "SELECT 1 FROM deliveries WHERE feed = ? AND name = ?", (self.feed.name, name)
            )
            return found.fetchone() is not None

    def _remember(self, name: str, now: float) -> None:
        """Note a delivery once it is stored; a kill before this lets it be sent again, which adds nothing."""
        with self._memory() as memory:
            memory.execute("DELETE FROM deliveries WHERE at < ?", (now - REMEMBERED,))
            memory.execute("INSERT OR IGNORE INTO deliveries VALUES (?, ?, ?)", (self.feed.name, name, now))

    @contextmanager
    def _memory(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._known, timeout=10)) as memory, memory:
            memory.execute(
                "CREATE TABLE IF NOT EXISTS deliveries (feed TEXT, name TEXT, at REAL, "
                "PRIMARY KEY (feed, name))"
            )
            yield memory


def receive(
    workspace: Workspace, feed: Feed, port: int, stop: threading.Event, host: str = "127.0.0.1", ready=None
) -> None:
    """Receive the webhooks of a feed at /<its name> until ``stop`` is set; ``ready`` is called with the port.

    ``port`` 0 takes a free one. Raises ParamError when the feed's options or its secret are not there.
    """
    receiver = Receiver(workspace, feed)
    with ThreadingHTTPServer((host, port), type("Handler", (_Handler,), {"receiver": receiver})) as server:
        server.daemon_threads = False  # deliveries that were begun are finished before the server is closed
        listening = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
        listening.start()
        try:
            if ready:
                ready(server.server_address[1])
            receiver.presence.begin()
            while not stop.wait(BEAT):
                receiver.beat()
        finally:
            server.shutdown()
            listening.join()
            receiver.presence.end()


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for one receiver."""

    receiver: Receiver
    timeout, server_version, sys_version, protocol_version = DEADLINE, "earshot", "", "HTTP/1.1"

    def do_POST(self) -> None:
        """Take one delivery."""
        try:
            said = self.receiver.take(
                {name.lower(): value for name, value in self.headers.items()}, self._body()
            )
            self._answer(202, said)
        except Refused as refused:
            self._answer(refused.status, {"reason": str(refused)})
        except TimeoutError:
            self._answer(408, {"reason": "the delivery did not arrive in time"})
        except Exception:  # whatever keeps us from storing it: the sender must send it again
            self._answer(503, {"reason": "the delivery could not be stored; send it again later"})

    def do_GET(self) -> None:
        """Say that only deliveries are taken here."""
        self._answer(405, {"reason": "deliveries come by POST"})

    def _body(self) -> bytes:
        if self.path.split("?")[0].rstrip("/") != f"/{self.receiver.feed.name}":
            raise Refused(404, "there is no such feed here")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise Refused(411, "the delivery does not say how long it is (Content-Length)")
        if int(length[:20]) > self.receiver.largest:
            raise Refused(413, f"a delivery may have {self.receiver.largest:,} bytes")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise Refused(400, "the delivery broke off")
        return body

    def _answer(self, status: int, said: dict) -> None:
        body = json.dumps(said).encode()
        self.close_connection = True  # what is left of a refused delivery is not read
        self.send_response(status)
        for name, value in (
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form: str, *values) -> None:
        """Write no log: addresses of senders are personal data."""


def _told(landed: LandingReport) -> dict:
    said = {"items": landed.rows, "new": landed.added, "quarantined": landed.refused}
    return said | ({"reasons": dict(landed.reasons)} if landed.refused else {})
