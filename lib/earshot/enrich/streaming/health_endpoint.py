"""A stream's health where monitoring looks for it:
/healthz in one line, /metrics for Prometheus, on loopback.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from earshot.collect.stream.health import Condition, examine, metrics
from earshot.collect.stream.settings import read_stream
from earshot.core.workspace import Workspace
from earshot.enrich.streaming.listener import ListenerStatus, read_notes

COUNTED = ("batches", "messages", "added", "updated", "repeated", "refused")


def condition_of(workspace: Workspace) -> tuple[Condition, list[ListenerStatus]]:
    """Return the condition of a workspace's stream, and the notes of the listeners that live."""
    stream = read_stream(workspace)
    living, gone = read_notes(stream)
    last = living or gone[-1:]
    error = next((heard.error for heard in last if heard.error), "")
    return examine(workspace, stream, len(living), error), living


@contextmanager
def serve(workspace: Workspace, port: int, host: str = "127.0.0.1") -> Iterator[int]:
    """Answer /healthz (200 or 503) and /metrics while the block runs;
    gives the port, which is chosen when 0.
    """

    class Handler(BaseHTTPRequestHandler):
        """Answers the two addresses."""

        def do_GET(self) -> None:
            """Answer with the condition as it is now."""
            status, text = answer(workspace, self.path.split("?")[0])
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *given) -> None:
            """Say nothing: monitoring asks all the time."""

    server = ThreadingHTTPServer((host, port), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def answer(workspace: Workspace, path: str) -> tuple[int, str]:
    """Return status and text for one address; an error of ours is a 503 with its sentence."""
    if path not in ("/healthz", "/metrics"):
        return 404, "There are /healthz and /metrics.\n"
    try:
        condition, living = condition_of(workspace)
    except (ValueError, RuntimeError, OSError) as error:
        return 503, f"{error}\n"
    if path == "/metrics":
        return 200, metrics(
            condition, {name: sum(getattr(heard, name) for heard in living) for name in COUNTED}
        )
    return (200, "ok\n") if condition.well else (503, " ".join(condition.problems) + "\n")
