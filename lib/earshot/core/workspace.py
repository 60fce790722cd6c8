"""A workspace: one brand or team, with its parameters, its store and its outputs."""

import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from earshot.core.params import Brief, ParamError, check, nearest, read_yaml


def home() -> Path:
    """Return the folder that holds params, data and outputs.

    It is $EARSHOT_HOME, else the nearest folder at or above the working directory with a ``params`` folder
    beside a ``notebooks`` folder, else the checkout this library belongs to.
    """
    if os.environ.get("EARSHOT_HOME"):
        return Path(os.environ["EARSHOT_HOME"]).resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "params").is_dir() and (folder / "notebooks").is_dir():
            return folder
    return Path(__file__).resolve().parents[3]


KEPT_SETTINGS = "EARSHOT_SETTINGS"  # only notebooks of a run have it: what counts before ``params`` for them


@dataclass(frozen=True)
class Workspace:
    """The parameters, store and folders of one workspace."""

    name: str
    params: Brief
    home: Path

    @property
    def folder(self) -> Path:
        """The workspace's parameter files; in a notebook of a report, those with which its run is made."""
        return settings_folder(self.home, self.name)

    @property
    def data(self) -> Path:
        """The workspace's inbox, cache and (unless params say otherwise) tables."""
        return self.home / "data" / self.name

    @property
    def outputs(self) -> Path:
        """The workspace's runs."""
        return self.home / "outputs" / self.name

    @cached_property
    def store(self):
        """The workspace's tables; raises ParamError when they are those of another environment."""
        from earshot.core.environments import environment_of, keep_apart
        from earshot.core.store import Store

        today = self.home / "params" / self.name  # whose tables these are is decided now, not by a past run
        root, environment = str(self.params.store or self.data / "store"), environment_of(today)
        keep_apart(today, root, environment)
        return Store(root, environment=environment)

    def seeing(self, store) -> "Workspace":
        """Return the same workspace with another view of its tables,
        such as those of a moment or of one region.
        """
        other = replace(self)
        vars(other)["store"] = store  # where cached_property keeps it
        return other

    def readable(self) -> "Workspace":
        """Return the same workspace, in whose tables only the rows can be seen
        that a run for its region may read.
        """
        from earshot.core.clock import now
        from earshot.core.regions import read_regions

        bounds = read_regions(self.folder).bounds(self.params.region, now().date())
        return self if bounds is None or self.store.bounds else self.seeing(self.store.within(bounds))

    def settings(self, name: str) -> dict:
        """Return the parsed ``<name>.yml`` of this workspace, or an empty mapping where there is none."""
        path = self.folder / f"{name}.yml"
        return read_yaml(path) if path.exists() else {}


def settings_folder(root: Path, name: str) -> Path:
    """Return the folder of a workspace's parameter files:
    ``params``/<name> below ``root``, or in a notebook of a report what its run was made with.
    """
    return next((place / name for place in _places(root) if (place / name).is_dir()), root / "params" / name)


def open_workspace(name: str, **overrides) -> Workspace:
    """Return the workspace ``name`` with its brief; ``overrides`` replace single parameters.

    Raises ParamError when the workspace, a parameter name or a value is wrong.
    """
    root = home()
    known = sorted({path.parent.name for place in _places(root) for path in place.glob("*/brief.yml")})
    if name not in known:
        listed = ", ".join(known) or "none yet"
        raise ParamError(
            f"There is no workspace {name!r} under params (there: {listed}).{nearest(name, known)}"
        )
    values = read_yaml(settings_folder(root, name) / "brief.yml")
    given = {key: value for key, value in overrides.items() if value is not None}
    return Workspace(name, check(values | {"workspace": name} | given, f"params/{name}/brief.yml"), root)


def _places(root: Path) -> list[Path]:
    """Return the folders that hold one folder per workspace, what a run keeps of its own first."""
    kept = os.environ.get(KEPT_SETTINGS)
    return [*([Path(kept)] if kept else []), root / "params"]
