"""Collecting from platforms at the terminal:
what came of each feed, what stands in the gap ledger, what failed.
"""

import threading
from typing import Annotated

import typer

from earshot.cli.screen import WorkspaceName, err, out, say


def collect(
    workspace_name: WorkspaceName,
    feeds: Annotated[
        list[str] | None, typer.Argument(metavar="[FEED]…", help="Only these feeds of feeds.yml.")
    ] = None,
    pages: Annotated[int | None, typer.Option(min=1, help="Read at most so many pages of each feed.")] = None,
    deletions: Annotated[
        bool, typer.Option("--deletions", help="Only ask which posts are gone or edited.")
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Follow streams and receive webhooks until Ctrl-C.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where webhooks are received (with --live).")
    ] = 8787,
) -> None:
    """Collect from the platforms in params/WORKSPACE/feeds.yml what is new since the last time.

    A run that is ended in any way goes on where it was; a feed that fails does not keep the others back, and
    makes the exit code 1. Secrets are read from the environment or a file, never from the parameters.
    """
    from dataclasses import replace

    from earshot.collect.feeds.settings import read_feeds
    from earshot.core.workspace import open_workspace

    workspace = open_workspace(workspace_name)
    wanted = read_feeds(workspace, feeds or None)
    if deletions:
        raise typer.Exit(check(workspace, wanted))
    if live:
        raise typer.Exit(follow(workspace, wanted, port))
    reports = [poll(workspace, replace(feed, pages=pages) if pages else feed) for feed in polled(wanted)]
    failed = check(workspace, due(workspace, wanted))
    raise typer.Exit(1 if failed or any(report.failed for report in reports) else 0)


def polled(feeds) -> list:
    """Return the feeds that are asked, and say of the others that they are streams."""
    from earshot.collect.feeds.streaming import STREAMS

    streams = [feed for feed in feeds if feed.platform in (*STREAMS, "webhook")]
    for feed in streams:
        say(f"{feed.name}: {feed.platform} is a stream, which --live follows; left out.")
    return [feed for feed in feeds if feed not in streams]


def poll(workspace, feed):
    """Collect one feed, with a line that counts its pages and posts, and return its report."""
    from earshot.collect.feeds.polling import collect as collect_feeds

    with counter() as progress:
        report = collect_feeds(workspace, [feed], progress)[-1]
    tell(report)
    return report


def due(workspace, feeds) -> list:
    """Return the feeds whose terms card wants deletions followed by now."""
    from earshot.collect.deletions import rechecks
    from earshot.core import clock

    return [feed for feed in feeds if rechecks.is_due(workspace, feed, clock.now())]


def check(workspace, feeds) -> int:
    """Ask the platform of each feed which of its stored posts are gone or edited,
    and say so; 1 when one failed.
    """
    from earshot.collect.deletions.rechecks import recheck
    from earshot.collect.sources.client import Failed
    from earshot.core.params import ParamError

    failed = 0
    for feed in feeds:
        try:
            found = recheck(workspace, feed)
        except ParamError as error:
            say(f"{feed.name}: {error}")
        except Failed as error:
            failed = 1
            say(f"  {feed.name} could not be asked for deletions: {error}", "red", err)
        else:
            say(
                f"{feed.name}: {found.asked:,} stored posts asked about, {found.gone:,} are gone at "
                f"{feed.platform} and here, {found.changed:,} "
                f"changed{f', {found.left:,} left for next time' if found.left else ''}."
            )
    return failed


def tell(report) -> None:
    """Say what came of one feed: pages, added, known, refused and why, gone, gaps, and why it failed."""
    from earshot.cli.arrival import tell as tell_landed

    tell_landed(
        report,
        f"{report.feed}, {report.pages:,} {'page' if report.pages == 1 else 'pages'} of {report.platform}: ",
    )
    if report.gone:
        say(f"  {report.gone:,} gone at the platform; they go here too.")
    if report.opened or report.closed:
        say(f"  Gap ledger: {report.opened:,} opened, {report.closed:,} closed.", "yellow")
    if report.more:
        say("  The most pages of one run were read; the next run goes on from there.", "yellow")
    if report.failed:
        say(f"  {report.feed} failed: {report.failed}", "red", err)


def counter():
    """Return a line that counts pages and posts on a terminal and is silent in a log;
    call it with name, pages, posts.

    It is a context manager, and gone when it ends.
    """
    from contextlib import contextmanager

    from rich.status import Status

    @contextmanager
    def shown():
        if not out.is_terminal:
            yield lambda name, pages, posts: None
            return
        with Status("", console=out) as status:
            yield lambda name, pages, posts: status.update(f"{pages:,} pages, {posts:,} posts")

    return shown()


def follow(workspace, feeds, port: int) -> int:
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
            f"params/{workspace.name}/feeds.yml names no stream and no webhook to follow; "
            f"streams are {', '.join(STREAMS)}."
        )
    stop, failed = stop_on_signals(), []
    threads = [threading.Thread(target=_follow, args=(workspace, feed, stop, failed)) for feed in streams]
    threads += [
        threading.Thread(target=_receive, args=(workspace, feed, port + place if port else 0, stop, failed))
        for place, feed in enumerate(hooks)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for thread in threads:
            thread.join(0.2)
    return 1 if failed else 0


def _follow(workspace, feed, stop, failed: list[str]) -> None:
    from earshot.collect.feeds.streaming import follow as follow_stream

    say(f"{feed.name}: following {feed.platform}; Ctrl-C ends it.")
    with _reported(feed, failed, stop):
        report = follow_stream(workspace, feed, stop)
        tell(report)
        failed += [feed.name] if report.failed else []


def _receive(workspace, feed, port: int, stop, failed: list[str]) -> None:
    from earshot.collect.feeds.webhooks import receive

    with _reported(feed, failed, stop):
        receive(
            workspace,
            feed,
            port,
            stop,
            ready=lambda taken: say(
                f"{feed.name}: receiving at http://127.0.0.1:{taken}/{feed.name}; put TLS before it. Ctrl-C "
                f"ends it."
            ),
        )


def _reported(feed, failed: list[str], stop):
    """Return a context in which an error ends all feeds and is said in a sentence,
    instead of a dead thread.
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
