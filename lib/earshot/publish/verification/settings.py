"""What verification says of the settings of a run: kept, changed since, or lost."""

from collections.abc import Iterator

from earshot.core.workspace import Workspace
from earshot.publish.report.reuse import hash_settings
from earshot.publish.report.settings import LaidOut

REGIONS = "regions.yml"


def say_changed(laid: LaidOut) -> Iterator[str]:
    """Yield one sentence per setting whose kept copy is not what the run kept."""
    for name in laid.changed:
        yield (
            f"The copy of {name} that this run keeps is not as the run wrote it: its hash differs from the "
            "one in run.json."
        )


def say_replaced(laid: LaidOut, space: Workspace, manifest: dict) -> Iterator[str]:
    """Yield with which settings the numbers were recomputed, where that is not plain."""
    made, today = manifest["settings"], hash_settings(space)
    if laid.missing and len(laid.missing) == len(made):
        yield (
            "This run keeps no settings of its own (an earlier build made it, or they were removed); the "
            f"numbers were recomputed with today's in params/{space.name}."
        )
    elif laid.replaced:
        yield (
            f"No whole copy of {', '.join(laid.replaced)} as this run used it is left; the numbers were "
            "recomputed with today's."
        )
    elif made != today:
        yield (
            f"The settings in params/{space.name} were changed since this run was made; the numbers were "
            "recomputed with the run's own."
        )
    if made.get(REGIONS) != today.get(REGIONS):
        yield (
            f"{REGIONS} was changed since this run was made; which rows may be read is decided by today's."
        )
