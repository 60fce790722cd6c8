"""`make lab` and `make dashboards` really serve, from the checkout, on loopback, behind a token."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url: str) -> tuple[int, str]:
    """The status and body of an answer; a redirect is not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    try:
        with urllib.request.build_opener(Stay).open(url, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


@contextlib.contextmanager
def served(target: str, arguments: str, log: Path, sign: str):
    """Run a make target until the text ``sign`` is in what it prints;
    yield that text; end it and all under it.
    """
    with log.open("wb") as file:
        process = subprocess.Popen(
            ["make", target, f"ARGS={arguments}"],
            cwd=CHECKOUT,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        for _ in range(600):
            if re.search(sign, log.read_text()):
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield log.read_text()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def test_lab_serves_the_checkout_with_our_kernel(tmp_path):
    port = free_port()
    with served(
        "lab",
        f"--no-browser --allow-root --port={port} --IdentityProvider.token=abc",
        tmp_path / "log",
        r"is running at",
    ):
        status, kernels = ask(f"http://127.0.0.1:{port}/api/kernelspecs?token=abc")
        assert status == 200
        assert json.loads(kernels)["kernelspecs"]["python3"]["spec"]["display_name"] == "Earshot"
        listed = json.loads(ask(f"http://127.0.0.1:{port}/api/contents/notebooks?token=abc")[1])["content"]
        assert "16_brief.ipynb" in [entry["name"] for entry in listed]
        assert ask(f"http://127.0.0.1:{port}/api/contents")[0] == 403


def test_dashboards_are_served_behind_a_fresh_token(tmp_path):
    port = free_port()
    with served("dashboards", f"--port={port}", tmp_path / "log", r"\?token=[0-9a-f]{20,}") as printed:
        token = re.search(r"\?token=([0-9a-f]+)", printed)[1]
        assert ask(f"http://127.0.0.1:{port}/")[0] in (302, 403)
        status, _ = ask(f"http://127.0.0.1:{port}/voila/tree?token={token}")
        assert status == 200
        listed = json.loads(ask(f"http://127.0.0.1:{port}/voila/api/contents?token={token}")[1])["content"]
        assert [entry["name"] for entry in listed if entry["type"] == "notebook"] == ["explore.ipynb"]
        assert ask(f"http://127.0.0.1:{port}/voila/files/voila.json?token={token}")[0] in (403, 404)
