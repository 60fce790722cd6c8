"""Endless connections: messages of a websocket,
or events of a stream over HTTP, read by a thread of their own.

Whoever follows a stream asks for the next message and waits no longer than it likes; silence, refusal and
loss look the same for both kinds of stream.
"""

import logging
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from earshot.collect.sources.protocol import Request

LARGEST = 4 << 20  # bytes of one message; a post is a few thousand
HELD = 10_000  # messages that wait for us; the connection then waits too, and the sender with it


class Lost(RuntimeError):
    """A stream ended or was refused; ``kind`` is one of the gap kinds,
    ``wait`` for how many seconds it asks.
    """

    def __init__(self, kind: str, reason: str, wait: float | None = None):
        super().__init__(reason)
        self.kind, self.wait = kind, wait


@dataclass
class Connection:
    """One connection to ``base``; ``silence`` is
    for how many seconds it may say nothing at all before it is lost.
    """

    name: str
    base: str
    request: Request
    silence: float = 60.0
    opening: float = 15.0
    _messages: queue.Queue = field(default_factory=lambda: queue.Queue(HELD))
    _closed: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Connection":
        for name in ("httpx2", "httpcore2", "websockets.client"):  # they write whole addresses into logs
            logging.getLogger(name).setLevel(logging.CRITICAL)
        threading.Thread(target=self._read, name=f"stream-{self.name}", daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._closed.set()

    def next(self, seconds: float) -> bytes | None:
        """Return the next message, b"" for a mere sign of life,
        None when nothing came within so many seconds.

        Raises Lost when the stream ended, broke, was refused or fell silent.
        """
        try:
            message = self._messages.get(timeout=max(0.001, seconds))
        except queue.Empty:
            return None
        if isinstance(message, Lost):
            raise message
        return message

    def _read(self) -> None:
        try:
            with self._open() as messages:
                self._put(b"")
                for message in messages:
                    if not self._put(message):
                        return
            self._put(Lost("down", f"{self.name} ended the stream."))
        except Lost as lost:
            self._put(lost)
        except (
            Exception
        ) as error:  # a thread that dies in silence would look like a stream with nothing to say
            self._put(Lost("down", f"{self.name} broke off ({type(error).__name__})."))

    def _put(self, message: bytes | Lost) -> bool:
        while not self._closed.is_set():
            try:
                self._messages.put(message, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def _open(self) -> AbstractContextManager[Iterator[bytes]]:
        address = (
            self.request.path if "://" in self.request.path else self.base.rstrip("/") + self.request.path
        )
        if self.request.params:
            address += "?" + urlencode(dict(self.request.params), doseq=True)
        if address.startswith(("ws://", "wss://")):
            return self._websocket(address)
        return self._events(address)

    @contextmanager
    def _websocket(self, address: str) -> Iterator[Iterator[bytes]]:
        from websockets import exceptions
        from websockets.sync.client import connect

        try:
            with connect(
                address,
                additional_headers=dict(self.request.headers),
                open_timeout=self.opening,
                close_timeout=1,
                max_size=LARGEST,
                user_agent_header=None,
            ) as socket:
                yield self._received(socket)
        except exceptions.InvalidStatus as refused:
            raise _refused(self.name, refused.response.status_code, refused.response.headers) from None
        except TimeoutError:
            raise Lost("down", f"{self.name} did not open within {self.opening:g} seconds.") from None
        except (exceptions.InvalidURI, exceptions.InvalidHandshake):
            raise Lost(
                "refused", f"{self.name} is no websocket at this address; check the feed's base."
            ) from None
        except exceptions.ConnectionClosed:
            raise Lost("down", f"{self.name} dropped the connection.") from None
        except OSError:
            raise Lost("down", f"{self.name} could not be reached.") from None

    def _received(self, socket) -> Iterator[bytes]:
        while not self._closed.is_set():
            waited = 0.0
            while True:
                try:
                    message = socket.recv(timeout=min(0.5, self.silence))
                    break
                except TimeoutError:
                    waited += min(0.5, self.silence)
                    if self._closed.is_set():
                        return
                    if waited >= self.silence:
                        raise Lost("down", _silent(self.name, self.silence)) from None
            yield message.encode("utf-8", "replace") if isinstance(message, str) else message

    @contextmanager
    def _events(self, address: str) -> Iterator[Iterator[bytes]]:
        import httpx2

        limits = httpx2.Timeout(self.opening, read=self.silence)
        try:
            with (
                closing(httpx2.Client(timeout=limits, follow_redirects=False)) as client,
                client.stream("GET", address, headers=dict(self.request.headers)) as response,
            ):
                if response.status_code != 200:
                    raise _refused(self.name, response.status_code, response.headers)
                yield events(response.iter_bytes())
        except httpx2.ReadTimeout:
            raise Lost("down", _silent(self.name, self.silence)) from None
        except httpx2.TransportError:
            raise Lost("down", f"{self.name} could not be reached, or dropped the connection.") from None
        except (httpx2.InvalidURL, httpx2.DecodingError):
            raise Lost(
                "refused", f"{self.name} is no stream of events at this address; check the feed's base."
            ) from None


def events(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the events of a byte stream, each as its lines,
    and b"" for comments that only show that it lives.
    """
    held = b""
    for part in parts:
        held = (held + part).replace(b"\r\n", b"\n")
        if len(held) > LARGEST and b"\n\n" not in held:
            yield held
            held = b""
        *whole, held = held.split(b"\n\n")
        for block in whole:
            lines = [line for line in block.split(b"\n") if line and not line.startswith(b":")]
            yield b"\n".join(lines)
        if held.startswith(b":") and held.endswith(b"\n"):  # a comment needs no empty line after it
            held = b""
            yield b""


def _silent(name: str, seconds: float) -> str:
    return f"{name} said nothing for {seconds:g} seconds."


def _refused(name: str, status: int, headers: Mapping[str, str]) -> Lost:
    from earshot.collect.sources.pacing import retry_after
    from earshot.core import clock

    asked = retry_after(headers.get("Retry-After", ""), clock.now()) if headers.get("Retry-After") else None
    if status in (429, 503) and (status == 429 or asked is not None):
        return Lost("throttled", f"{name} lets us connect no faster (status {status}).", asked)
    if status >= 500:
        return Lost("down", f"{name} has an error of its own (status {status}).", asked)
    return Lost(
        "refused", f"{name} refuses the connection (status {status}); check the feed's credentials and base."
    )
