"""A vendor's or a crawler's export: how its files are known,
which column is which field, and what they leave out.
"""

from dataclasses import dataclass, field

from earshot.collect.mapping.mapping import Source


@dataclass(frozen=True)
class Export:
    """The files of one vendor.

    ``needs`` are column names that together no other vendor has (alternatives, one set per edition of the
    format). ``fields`` gives for each field of a post its columns, best first. ``strips`` says what the
    vendor leaves out of its exports, and ``withholds`` names the platforms whose text it may not give.
    ``checked`` is where the columns were looked up.
    """

    name: str
    title: str
    needs: tuple[tuple[str, ...], ...]
    fields: dict[str, tuple[str, ...]]
    strips: tuple[str, ...] = ()
    withholds: tuple[str, ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"
    day_first: bool | None = None
    checked: str = ""
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def fits(self, columns: list[str]) -> bool:
        """Say whether a file with these columns is one of this vendor's."""
        there = {plain(column) for column in columns}
        return any({plain(column) for column in needs} <= there for needs in self.needs)

    def source(self, columns: list[str], name: str) -> Source:
        """Return the source that reads a file with these columns;
        vendors change the case of their headings.
        """
        there = {plain(column): column for column in reversed(columns)}
        found = {
            one: [there[plain(column)] for column in given if plain(column) in there]
            for one, given in self.fields.items()
        }
        found = {one: list(dict.fromkeys(given)) for one, given in found.items() if given}
        needs = next(needs for needs in self.needs if {plain(column) for column in needs} <= set(there))
        return Source(
            name,
            {one: given[0] for one, given in found.items()},
            needs=tuple(there[plain(column)] for column in needs),
            constants=dict(self.constants),
            time_zone=self.time_zone,
            day_first=self.day_first,
            vendor=self.name,
            also={one: tuple(given[1:]) for one, given in found.items() if given[1:]},
            joined={one: _beside(found[one][0], given) for one, given in self.joined.items() if one in found},
        )


def _beside(column: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names as they stand beside a column: data.owner_id beside data.id."""
    before = column[: column.rfind(".") + 1]
    return tuple(before + name for name in names)


def plain(column: str) -> str:
    """Return a column name as it is compared: in lower case, with single spaces."""
    return " ".join(str(column).lower().split())
