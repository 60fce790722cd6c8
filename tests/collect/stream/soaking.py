"""A soak: posts put on a stream, listeners killed at random moments, and the count of what arrived."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import pandas as pd

WORDS = (
    "the flight was late again and nobody at the desk could help",
    "love how quick they answered me today",
    "is the counter open on sunday, asking for a friend",
    "my bag came first, what a nice surprise",
    "third time this month that I wait in line",
)
START = pd.Timestamp("2026-03-02T00:00Z")


@dataclass
class Soak:
    """What a soak found: messages put, listeners killed, seconds, and what lies in the tables."""

    posts: int
    kills: int
    seconds: float
    stored: int
    distinct: int
    payloads: int
    enriched: int
    wrong: int
    refused: int


def rows(start: int, count: int) -> list[tuple[bytes, bytes]]:
    """Messages with posts numbered from ``start``:
    short texts, a mention and an e-mail address here and there.
    """
    made = []
    for number in range(start, start + count):
        mail = f" mail j{number}@mail.example" if number % 50 == 0 else ""
        extra = f" @jane{number % 999}" if number % 3 == 0 else mail
        post = {
            "id": f"p{number}",
            "platform": "x",
            "author": f"person{number % 5000}",
            "brand": "Acme",
            "text": f"{WORDS[number % 5]}, note p{number}{extra}",
            "created_at": (START + pd.Timedelta(seconds=number % 1_209_600)).isoformat(),
        }
        made.append((post["id"].encode(), json.dumps(post).encode()))
    return made


def listener(workspace: str, *more: str) -> subprocess.Popen:
    """Start `earshot listen` as a process of its own."""
    command = [
        sys.executable,
        "-c",
        "from earshot.cli import app; app()",
        "listen",
        workspace,
        "--quiet",
        *more,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def working(stream, process: subprocess.Popen, seconds: float = 60.0) -> None:
    """Wait until a listener has noted its first batch, or time is up."""
    from earshot.enrich.streaming.listener import notes

    note, until = notes(stream) / f"{process.pid}.json", time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < until:
        if note.exists() and json.loads(note.read_text())["batches"]:
            return
        time.sleep(0.05)


def run(
    space, stream, posts: int, kills: int = 20, most: float = 1.5, seed: int = 7, kept: int | None = None
) -> Soak:
    """Put posts bit by bit and kill a listener at random moments of its work; then finish and count.

    ``kept`` is how many messages the stream can hold unread: where it is given, all are read before more are
    put.
    """
    dice, begun = random.Random(seed), time.monotonic()
    producer, portion = stream.producer(), min(kept or posts, -(-posts // (kills + 1)))
    starts = range(0, posts, portion)
    fatal = set(dice.sample(starts, kills))
    for start in starts:
        producer.put(rows(start, min(portion, posts - start)))
        if start in fatal:
            kill(space.name, stream, dice.uniform(0, most))
        if kept:
            finish(space.name)
    producer.close()
    finish(space.name)
    return count(space, posts, len(fatal), time.monotonic() - begun)


def kill(workspace: str, stream, seconds: float) -> None:
    """Start a listener and kill it so many seconds after its first batch."""
    process = listener(workspace)
    working(stream, process)
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def finish(workspace: str) -> tuple[float, str]:
    """Let one listener read what is left; return its seconds and what it said."""
    begun = time.monotonic()
    process = listener(workspace, "--once")
    said, wrong = process.communicate()
    assert process.returncode == 0, wrong[-2000:]
    return time.monotonic() - begun, said


def count(space, posts: int, kills: int, seconds: float) -> Soak:
    """Count what lies in the tables of a workspace after ``posts`` posts were put."""
    ask = space.store.sql
    found = ask(
        "SELECT count(*) AS stored, count(DISTINCT post_id) AS distinct_ids, "
        "count_if(NOT contains(text, 'note ' || substr(post_id, 3))) AS wrong FROM posts"
    ).iloc[0]
    return Soak(
        posts,
        kills,
        seconds,
        int(found["stored"]),
        int(found["distinct_ids"]),
        int(ask("SELECT count(*) AS n FROM raw")["n"].iloc[0]),
        int(ask("SELECT count(DISTINCT post_id) AS n FROM clean")["n"].iloc[0]),
        int(found["wrong"]),
        int(ask("SELECT count(*) AS n FROM quarantine")["n"].iloc[0]),
    )


def whole(soak: Soak) -> bool:
    """Whether none was lost, none is there twice, and each is what was put."""
    return (soak.stored == soak.distinct == soak.payloads == soak.enriched == soak.posts) and not (
        soak.wrong or soak.refused
    )
