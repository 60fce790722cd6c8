"""The commands around a stream: listen to it, feed it, ask how it is, plan for its peak."""

import signal
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from earshot.cli.screen import WorkspaceName, cell, out, plain_table, say
from earshot.core.params import ParamError
from earshot.core.workspace import open_workspace


def listen(
    workspace_name: WorkspaceName,
    once: Annotated[bool, typer.Option("--once", help="Stop when nothing is left, for schedulers.")] = False,
    health: Annotated[
        bool, typer.Option("--health", help="Only say how the stream is; exit 1 when unwell.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Serve /healthz and /metrics here; 0: no.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing of single batches.")] = False,
) -> None:
    """Read posts from the workspace's stream as they come, store them and enrich them in line.

    Start as many as there are partitions to share them; end one with Ctrl-C or SIGTERM, or kill it: nothing
    is lost and nothing comes twice. streams.yml says where the stream lies.
    """
    from earshot.enrich.streaming.listener import listen as hear

    workspace = open_workspace(workspace_name)
    if health:
        raise typer.Exit(tell_health(workspace))
    stopped: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, frame: stopped.append(number))
    with _endpoint(workspace, port):
        heard = hear(workspace, once, lambda: bool(stopped), (lambda line: None) if quiet else say)
    say(
        f"{heard.messages:,} messages in {heard.batches:,} batches: {heard.added:,} new posts, "
        f"{heard.updated:,} updated, {heard.repeated:,} known, {heard.refused:,} refused, {heard.dead:,} "
        "dead letters."
    )


def feed(
    workspace_name: WorkspaceName,
    file: Annotated[Path, typer.Argument(help="CSV, JSON or Parquet, gzipped or not.")],
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for slow listeners.")] = 600.0,
) -> None:
    """Put the rows of a file on the workspace's stream, masked and with pseudonyms, one key per post id."""
    from earshot.cli.arrival import bar
    from earshot.collect.stream.feed import feed as put
    from earshot.collect.stream.settings import read_stream

    if not file.is_file():
        raise ParamError(f"There is no file {file}; give a CSV, JSONL or Parquet file.")
    workspace = open_workspace(workspace_name)
    stream = read_stream(workspace)
    with bar() as progress:
        count, broken = put(workspace, stream, file, wait, progress)
    say(f"{count:,} rows of {file.name} are on {stream.full_topic}.")
    if broken:
        say(
            f"  {len(broken):,} rows could not be read and are not there, the first (row {broken[0][0]:,}) "
            f"because {broken[0][2]}.",
            "yellow",
        )


def plan(
    workspace_name: WorkspaceName,
    peak: Annotated[float, typer.Option(help="Posts per second at the busiest.")],
    budget: Annotated[float, typer.Option(help="Seconds within which a post must be enriched.")],
    usual: Annotated[
        float, typer.Option(min=0, help="Posts per second on average; 0: a quarter of the peak.")
    ] = 0.0,
    outage: Annotated[float, typer.Option(min=0, help="Hours that posts queue up at the peak.")] = 1.0,
    cores: Annotated[int, typer.Option(min=0, help="Cores in line; 0: as many as it takes.")] = 0,
    price: Annotated[float, typer.Option(min=0, help="Price of a core-hour.")] = 0.05,
    measure: Annotated[bool, typer.Option("--measure", help="Measure the steps again.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Write the plan into streams.yml.")] = False,
) -> None:
    """Say which steps to run in line and which after, and what the peak takes:
    cores, partitions, disk, price.

    The cost of each step is measured on the workspace's own posts, once, and kept. Exit 1 when it does not
    fit; a plan that does is written into streams.yml with --apply.
    """
    from earshot.collect.stream.settings import read_stream
    from earshot.collect.stream.writing import write
    from earshot.enrich.streaming import capacity, step_costs

    workspace = open_workspace(workspace_name)
    demand = capacity.Demand(
        peak, budget, usual, outage, cores, price, read_stream(workspace).retention.hours
    )
    measured = None if measure else step_costs.known(workspace)
    if measured is None:
        say("Measuring each step on the workspace's posts.")
        measured = step_costs.measure(workspace)
    made = capacity.plan(measured, demand)
    tell_plan(made, measured, demand)
    if apply:
        say(f"Written: {write(workspace, made.in_line, made.batch_seconds, made.partitions)}", "green")


def tell_plan(made, measured, demand) -> None:
    """Say a plan in a table and a few lines; ends the command with status 1 when it does not fit."""
    table = plain_table("Step", "Posts/s per core", "Starts in", "A batch takes", "Runs", "Why")
    for step in made.steps:
        cost = step.cost
        table.add_row(
            cost.step,
            f"{cost.rate:,.0f}",
            f"{cost.startup:.1f} s",
            f"{step.seconds:.1f} s",
            "in line" if step.in_line else "after",
            step.why,
        )
    out.print(table)
    say(
        f"Measured on {measured.posts:,} posts at {measured.at}. In streams.yml: steps: "
        f"[{', '.join(made.in_line)}], "
        f"batch: {{seconds: {made.batch_seconds:g}}}, partitions: {made.partitions}."
    )
    say(
        f"Cores: {made.cores_in_line} in line at {demand.peak:g} posts/s, {made.cores_after} after; "
        f"{made.price_a_month:,.0f} a month at {demand.price:g} a core-hour."
    )
    say(f"Disk: {made.gigabytes_a_day:.2f} GB a day in the tables, {made.log_gigabytes:.2f} GB in the log.")
    say(
        f"After {demand.outage:g} h of outage at the peak the backlog is gone in {made.catch_up_hours:.1f} h."
    )
    say(
        f"A post is enriched {made.latency:.1f} s after it arrives; the budget is {demand.budget:g} s.",
        "green" if made.fits else "red",
    )
    if not made.fits:
        raise typer.Exit(1)


def tell_health(workspace) -> int:
    """Say how the stream is, and return the exit status: 0 when well, else 1."""
    from earshot.enrich.streaming.health_endpoint import condition_of

    condition, living = condition_of(workspace)
    age = "none yet" if condition.age is None else f"{condition.age:,.0f} s old"
    table = plain_table("Stream", "Unread", "Oldest waits", "Newest post", "Dead letters", "Listeners")
    table.add_row(
        cell(condition.stream),
        f"{condition.lag:,}",
        f"{condition.waiting:,.0f} s",
        age,
        f"{condition.dead:,}",
        ", ".join(str(heard.pid) for heard in living) or "none",
    )
    out.print(table)
    for problem in condition.problems:
        say(problem[0].upper() + problem[1:], "red")
    return 0 if condition.well else 1


def _endpoint(workspace, port: int):
    if not port:
        return nullcontext()
    from earshot.enrich.streaming.health_endpoint import serve

    return serve(workspace, port)
