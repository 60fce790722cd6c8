"""A claim: one sentence a report states, with the number, interval and data that carry it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

KINDS = ("level", "change", "event", "quality", "kpi", "new")
# The places of the brief that a claim is made for: how much was said, how people feel overall, by brand and
# in order, and what they talk about.
PARTS = ("", "volume", "overall", "standing", "order", "topic")

# How much leadership should care, where nothing in the data decides it.
BACKGROUND, DETAIL, NOTE, NOTABLE, WEIGHTY = 0.1, 0.2, 0.3, 0.5, 0.7


@dataclass(frozen=True)
class Claim:
    """One stated number: what is said, how much, how sure,
    on how many posts, by which method and from which tables.

    ``kind`` says what sort of statement it is (one of KINDS), ``weight`` (0 to 1) how much leadership should
    care, ``verdict`` whether a change is "real" or "noise" after correction for multiple looks ("" for no
    change), and ``about`` what it speaks of (brand, day, topic, direction …), so that the brief can be
    composed from claims alone; ``part`` names the place of the brief that it is made for (one of PARTS).
    """

    id: str
    sentence: str
    value: float | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    n: int = 0
    method: str = ""
    inputs: tuple[str, ...] = ()
    kind: str = "level"
    weight: float = 0.0
    verdict: str = ""
    about: dict = field(default_factory=dict)
    part: str = ""

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"claim {self.id}: kind is {self.kind!r}; use one of {', '.join(KINDS)}.")
        if self.part not in PARTS:
            raise ValueError(f"claim {self.id}: part is {self.part!r}; use one of {', '.join(PARTS[1:])}.")
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is not None:
                object.__setattr__(self, name, float(number))
        object.__setattr__(self, "n", int(self.n))
        object.__setattr__(self, "inputs", tuple(self.inputs))

    @classmethod
    def of(cls, id: str, sentence: str, estimate: Mapping, unit: str = "share", **rest) -> "Claim":
        """Return the claim that states an estimate:
        a row with value, low, high and n; ``rest`` are other fields.
        """
        return cls(
            id, sentence, estimate["value"], unit, estimate["low"], estimate["high"], estimate["n"], **rest
        )

    @classmethod
    def level(cls, id: str, sentence: str, estimate: Mapping, weight: float, **rest) -> "Claim":
        """Return a claim on how things stand.

        >>> row = {"value": 0.42, "low": 0.38, "high": 0.46, "n": 600}
        >>> Claim.level("sentiment.negative", "42% are negative.", row, NOTABLE, method="counted").kind
        'level'
        """
        return cls.of(id, sentence, estimate, kind="level", weight=weight, **rest)

    @classmethod
    def change(
        cls, id: str, sentence: str, estimate: Mapping, weight: float, verdict: str, **rest
    ) -> "Claim":
        """Return a claim on what moved, with its verdict."""
        return cls.of(id, sentence, estimate, kind="change", weight=weight, verdict=verdict, **rest)

    @classmethod
    def event(cls, id: str, sentence: str, estimate: Mapping, weight: float, **rest) -> "Claim":
        """Return a claim on something that happened on its own, such as a surge."""
        return cls.of(id, sentence, estimate, kind="event", weight=weight, **rest)

    @classmethod
    def quality(
        cls,
        id: str,
        sentence: str,
        value: float | None,
        unit: str,
        n: int,
        method: str,
        weight: float,
        inputs: tuple[str, ...] = ("posts",),
        **rest,
    ) -> "Claim":
        """Return a claim on the data themselves: how far other figures can be trusted."""
        rest |= {"n": n, "method": method, "inputs": inputs, "kind": "quality", "weight": weight}
        return cls(id, sentence, value, unit, **rest)

    def as_dict(self) -> dict:
        """Return the claim as plain values, ready for JSON."""
        return asdict(self) | {"inputs": list(self.inputs)}

    @classmethod
    def from_dict(cls, values: dict) -> "Claim":
        """Return the claim that ``as_dict`` wrote; unknown keys (where it stands, versions) are left out."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__ if name in values})
