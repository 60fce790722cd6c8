"""Following streams and receiving webhooks at the terminal, until Ctrl-C or SIGTERM."""

import threading

from earshot.cli.screen import say


def follow(space, feeds, port: int) -> int:
    """Follow the streams among the feeds and receive the webhooks; returns 1 when one of them failed, else 0.

    The first webhook is received on ``port`` of this machine, each further one on the next. What was heard is
    stored before the command ends.
    """
    from earshot.collect.feeds.streaming import STREAMS, stop_on_signals
    from earshot.core.params import ParamError

    streams = [feed for feed in feeds if feed.platform in STREAMS]
    hooks = [feed for feed in feeds if feed.platform == "webhook"]
    if not streams and not hooks:
        raise ParamError(
            f"params/{space.name}/feeds.yml names no stream and no webhook to follow; "
            f"streams are {', '.join(STREAMS)}."
        )
    stop, failed = stop_on_signals(), []
    threads = [threading.Thread(target=_follow, args=(space, feed, stop, failed)) for feed in streams]
    threads += [
        threading.Thread(target=_receive, args=(space, feed, port + place if port else 0, stop, failed))
        for place, feed in enumerate(hooks)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for thread in threads:
            thread.join(0.2)
    return 1 if failed else 0


def _follow(space, feed, stop, failed: list[str]) -> None:
    from earshot.cli.collection import tell
    from earshot.collect.feeds.streaming import follow as follow_stream

    say(f"{feed.name}: following {feed.platform}; Ctrl-C ends it.")
    with _reported(feed, failed, stop):
        report = follow_stream(space, feed, stop)
        tell(report)
        failed += [feed.name] if report.failed else []


def _receive(space, feed, port: int, stop, failed: list[str]) -> None:
    from earshot.collect.feeds.webhooks import receive

    with _reported(feed, failed, stop):
        receive(
            space,
            feed,
            port,
            stop,
            ready=lambda taken: say(
                f"{feed.name}: receiving at http://127.0.0.1:{taken}/{feed.name}; put TLS before it. Ctrl-C "
                f"ends it."
            ),
        )


def _reported(feed, failed: list[str], stop):
    """Return a context in which an error ends all feeds and is said in a sentence, instead of a dead
    thread.
    """
    from contextlib import contextmanager

    @contextmanager
    def watched():
        try:
            yield
        except (ValueError, RuntimeError, OSError) as error:
            failed.append(feed.name)
            say(f"  {feed.name} failed: {error}", "red")
            stop.set()

    return watched()
