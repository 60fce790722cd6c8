"""Whose law governs a row, and who may read it: params/<workspace>/regions.yml.

For example::

    home: uk                # the region of rows that say none; without it only a run for all regions reads
    them reads: [uk, eu]         # the regions this workspace may read; all when left out
    crossings:              # what may be read across a border, as long as the approval stands
      - {from: us, to: uk, why: Joint service desk, approved_by: Jane Example, until: "2026-12-31"}

A run names its region in the brief (``region: uk``); with none it reads all that the workspace may. What it
may not read it cannot see: the tables of its store show neither those posts nor anything that was made of
them alone. What all posts together taught (how a topic is called) names no post; of a topic without a
readable post it is not shown.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from earshot.core.literals import listed, quoted
from earshot.core.params import ParamError, nearest, read_yaml

SETTINGS = ("home", "reads", "crossings")
APPROVAL = ("from", "to", "why", "approved_by", "until")


@dataclass(frozen=True)
class Crossing:
    """An approval to read rows of one region in another until a day (included)."""

    origin: str
    to: str
    why: str
    approved_by: str
    until: date


@dataclass(frozen=True)
class Bounds:
    """The regions a run may read; ``crossed`` are those it reads by approval only."""

    regions: frozenset[str]
    home: str = ""
    crossed: tuple[Crossing, ...] = ()

    @property
    def condition(self) -> str:
        """The SQL condition under which a row of posts may be read."""
        return f"coalesce(nullif(region, ''), {quoted(self.home)}) IN {listed(sorted(self.regions))}"


@dataclass(frozen=True)
class Regions:
    """What regions.yml says."""

    home: str = ""
    reads: tuple[str, ...] = ()
    crossings: tuple[Crossing, ...] = ()

    def bounds(self, region: str, on: date) -> Bounds | None:
        """Return what a run for ``region`` may read on a day, or None for everything.

        Raises ParamError for a region that the workspace may not read.
        """
        region = region.strip().lower()
        if region and self.reads and region not in self.reads:
            raise ParamError(
                f"brief.yml: region is {region!r}; this workspace may read {', '.join(self.reads)} "
                f"(regions.yml).{nearest(region, self.reads)}"
            )
        own = {region} if region else set(self.reads)
        if not own:
            return None
        crossed = tuple(
            one for one in self.crossings if one.to in own and one.origin not in own and on <= one.until
        )
        return Bounds(frozenset(own | {one.origin for one in crossed}), self.home, crossed)


def read_regions(folder: Path) -> Regions:
    """Return what a workspace's folder says of regions;
    raises ParamError on the first wrong name or value.
    """
    path = Path(folder) / "regions.yml"
    if not path.exists():
        return Regions()
    values, where = read_yaml(path), f"params/{path.parent.name}/regions.yml"
    for name in values:
        if name not in SETTINGS:
            raise ParamError(
                f"{where}: there is no setting {name!r}; there are {', '.join(SETTINGS)}."
                f"{nearest(name, SETTINGS)}"
            )
    return Regions(
        _plain(values.get("home")),
        tuple(_plain(name) for name in values.get("reads") or ()),
        tuple(_crossing(entry, where) for entry in values.get("crossings") or ()),
    )


def _crossing(entry: object, where: str) -> Crossing:
    """Return the approval that one entry describes; an approval says who, why and how long, or it is none."""
    if (
        not isinstance(entry, dict)
        or set(entry) != set(APPROVAL)
        or not all(str(value) for value in entry.values())
    ):
        raise ParamError(f"{where}: a crossing is {entry!r}; give {', '.join(APPROVAL)}, and nothing else.")
    try:
        until = date.fromisoformat(str(entry["until"]))
    except ValueError:
        raise ParamError(
            f"{where}: a crossing is approved until {entry['until']!r}; use an ISO day such as 2026-12-31."
        ) from None
    return Crossing(
        _plain(entry["from"]), _plain(entry["to"]), str(entry["why"]), str(entry["approved_by"]), until
    )


def _plain(name: object) -> str:
    return str(name or "").strip().lower()
