"""Ids handed to a platform, and its answer of what is gone followed."""

from pathlib import Path
from typing import Annotated

import typer

from earshot.cli.screen import WorkspaceName, say


def comply(
    workspace_name: WorkspaceName,
    source: Annotated[str, typer.Argument(help="The source whose posts are meant.")],
    gone: Annotated[Path | None, typer.Option(help="The platform's answer: what is gone.")] = None,
) -> None:
    """Write the ids of a source for a platform's compliance check;
    with --gone, remove what it says is gone.
    """
    from earshot.collect.deletions import compliance
    from earshot.core.workspace import open_workspace

    workspace = open_workspace(workspace_name)
    if gone is None:
        return say(f"The ids are in {compliance.export_ids(workspace, source)}")
    removed, others = compliance.follow_answer(workspace, source, gone)
    say(
        "Removed: "
        f"{', '.join(f'{count:,} from {name}' for name, count in sorted(removed.items())) or 'nothing'}."
    )
    if others:
        say(f"Left alone: {', '.join(f'{count:,} {kind}' for kind, count in others.items())}.", "yellow")
