"""Which column of a file is which field of a post: params/<workspace>/sources.yml.

One entry per source, for example::

    tweets:
      match: {file: "tweets*.csv", columns: [tweet_id, airline]}   # either or both; every column named must
      be there columns: {id: tweet_id, text: text, created_at: tweet_created, author: name, reposts:
      retweet_count} constants: {platform: x}               # the same value for every row
      time_zone: America/New_York            # of times that carry none; UTC when left out
      time_format: "%d.%m.%Y %H:%M"          # only where times are written in an unusual way
      day_first: true                        # whether 03/04/2026 is 3 April
      brands: {"@JetBlue": Delta, "DL": Delta}   # what the file or the text calls a brand -> its name in the
      brief also: {text: [snippet]}                # further columns of a field, looked at in turn where the
      first is empty joined: {id: [owner_id, id]}           # columns whose values, joined by _, are the id
      vendor: brandwatch                     # whose export it is: what it leaves out is known
      (earshot.collect.shapes.exports) price: {month: 900}                    # or {per_thousand: 0.5}; the
      source scorecard makes a price per mention

The constant platform: address takes the platform from each post's own address. Columns that are not mapped
stay in the raw payload and reach nothing else.
"""

from dataclasses import asdict, dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import yaml

from earshot.core.params import ParamError, check_names, nearest
from earshot.core.workspace import Workspace

FIELDS = (
    "id", "platform", "brand", "author", "text", "created_at", "collected_at", "lang", "reply_to", "root",
    "kind",
    "url", "likes", "reposts", "replies", "views", "followers", "place", "campaign", "is_public", "region",
    "media_text",
)  # fmt: skip
NUMBERS = ("likes", "reposts", "replies", "views", "followers")
CONSTANTS = ("platform", "brand", "lang", "kind", "place", "campaign", "is_public", "region")
SETTINGS = ("match", "columns", "constants", "time_zone", "time_format", "day_first", "brands", "also",
            "vendor",
            "price", "joined")  # fmt: skip
JOINED = ("id", "reply_to", "root")
PRICES = ("month", "per_thousand")
HEADING = (
    "# Which column of a file is which field of a post; earshot.collect.mapping.mapping says what "
    "else can stand here.\n"
)


@dataclass(frozen=True)
class Source:
    """How files of one origin are read: which files,
    which column is which field, and what holds for every row.
    """

    name: str
    columns: dict[str, str]
    file: str = ""
    needs: tuple[str, ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"
    time_format: str = ""
    day_first: bool | None = None
    brands: dict[str, str] = field(default_factory=dict)
    also: dict[str, tuple[str, ...]] = field(default_factory=dict)
    vendor: str = ""
    price: dict[str, float] = field(default_factory=dict)
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def columns_of(self, name: str) -> list[str]:
        """Return the columns that give a field, the first one first."""
        return [column for column in (self.columns.get(name), *self.also.get(name, ())) if column]

    @property
    def fields(self) -> dict[str, str]:
        """Which field each column gives."""
        further = {column: name for name, columns in self.also.items() for column in columns}
        return further | {column: name for name, column in self.columns.items()}

    def fits(self, file: str, columns: list[str]) -> bool:
        """Say whether a file of this name with these columns is one of this source."""
        named = not self.file or fnmatch(file, self.file)
        return bool(self.file or self.needs) and named and set(self.needs) <= set(columns)

    def missing(self, columns: list[str]) -> list[str]:
        """Return the mapped columns that a file with these columns does not have,
        nor another of the same field.
        """
        return [
            column for name, column in self.columns.items() if not set(self.columns_of(name)) & set(columns)
        ]

    def as_dict(self) -> dict:
        """Return the source as sources.yml has it,
        without its name and without what is left at its default.
        """
        match = {key: value for key, value in (("file", self.file), ("columns", list(self.needs))) if value}
        rest = {name: asdict(self)[name] for name in SETTINGS[2:]}
        for setting in ("also", "joined"):
            rest[setting] = {name: list(columns) for name, columns in getattr(self, setting).items()}
        kept = {name: value for name, value in rest.items() if value not in ({}, "", None, "UTC")}
        return {"match": match, "columns": dict(self.columns)} | kept


def read_sources(workspace: Workspace) -> list[Source]:
    """Return the sources of a workspace; raises ParamError on the first unknown name or wrong value."""
    entries = workspace.settings("sources")
    return [parse(name, entry, f"params/{workspace.name}/sources.yml") for name, entry in entries.items()]


def parse(name: str, entry: dict, where: str = "sources.yml") -> Source:
    """Return the source that one entry of sources.yml describes, checked."""
    if not isinstance(entry, dict) or not isinstance(entry.get("columns"), dict):
        raise ParamError(
            f"{where}: source {name!r} has no columns; write, for example, columns: {{text: message}}."
        )
    match, columns = entry.get("match") or {}, entry["columns"]
    constants, brands = entry.get("constants") or {}, entry.get("brands") or {}
    also, price, joined = (entry.get(setting) or {} for setting in ("also", "price", "joined"))
    _known(entry, SETTINGS, "setting", name, where)
    _known(match, ("file", "columns"), "match rule", name, where)
    _known(columns, FIELDS, "post field", name, where)
    _known(constants, CONSTANTS, "constant", name, where)
    _known(also, FIELDS, "post field", name, where)
    _known(price, PRICES, "price", name, where)
    _known(joined, JOINED, "joined field", name, where)
    for needed in ("text", "created_at"):
        if needed not in columns:
            raise ParamError(f"{where}: source {name!r} maps no column to {needed}; every post needs one.")
    day_first = entry.get("day_first")
    if day_first not in (None, True, False):
        raise ParamError(f"{where}: source {name!r} has day_first {day_first!r}; use true or false.")
    return Source(
        name,
        {key: str(value) for key, value in columns.items()},
        str(match.get("file", "")),
        tuple(map(str, match.get("columns", ()))),
        {key: str(value) for key, value in constants.items()},
        check_zone(entry.get("time_zone") or "UTC", f"{where}: source {name!r}"),
        str(entry.get("time_format") or ""),
        day_first,
        {str(key): str(value) for key, value in brands.items()},
        _listed(also),
        str(entry.get("vendor") or ""),
        {key: float(value) for key, value in price.items()},
        _listed(joined),
    )


def find_source(
    sources: list[Source], file: str, columns: list[str], where: str = "sources.yml"
) -> Source | None:
    """Return the first source that a file fits, or None;
    raises ParamError when a mapped column is not in the file.
    """
    source = next((source for source in sources if source.fits(file, columns)), None)
    if source and (lost := source.missing(columns)):
        listed = ", ".join(columns[:12]) + (" …" if len(columns) > 12 else "")
        raise ParamError(
            f"{where}: source {source.name!r} maps column {lost[0]!r}, which {file} does not have "
            f"(it has {listed}).{nearest(lost[0], columns)}"
        )
    return source


def save_source(workspace: Workspace, source: Source) -> Path:
    """Add a source to sources.yml of a workspace, leaving what stands there as it is, and return the file."""
    path = workspace.folder / "sources.yml"
    before = path.read_text(encoding="utf-8").rstrip("\n") + "\n\n" if path.exists() else HEADING
    block = yaml.safe_dump({source.name: source.as_dict()}, allow_unicode=True, sort_keys=False, width=120)
    draft = path.with_name(".sources.yml.tmp")
    draft.write_text(before + block, encoding="utf-8")
    draft.replace(path)
    return path


def _listed(given: dict) -> dict[str, tuple[str, ...]]:
    return {
        key: tuple(map(str, [value] if isinstance(value, str) else value)) for key, value in given.items()
    }


def _known(given: dict, allowed: tuple[str, ...], what: str, source: str, where: str) -> None:
    if not isinstance(given, dict):
        raise ParamError(
            f"{where}: source {source!r} has {given!r} where 'name: value' is expected ({what})."
        )
    check_names(given, allowed, f"{where}: source {source!r}", what)


def check_zone(zone: str, owner: str) -> str:
    """Return a time zone; raises ParamError, naming whose it is, when there is none of that name."""
    from zoneinfo import available_timezones

    # The usual one is let through first: to list all zones takes as long as to read a file.
    if zone != "UTC" and zone not in available_timezones():
        raise ParamError(
            f"{owner} has time_zone {zone!r}; use an IANA zone such as Europe/London."
            f"{nearest(zone, available_timezones())}"
        )
    return zone
