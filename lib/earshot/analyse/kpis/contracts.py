"""KPI contracts: what a number means, who owns it, which decision it serves, and when it may be published."""

import re

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from earshot.analyse.kpis import formula
from earshot.core import clock
from earshot.core.params import ParamError, nearest

COUNTS = (
    "posts",
    "authors",
    "negative",
    "neutral",
    "positive",
    "originals",
    "repeats",
    "complaints",
    "replies",
    "reposts",
    "likes",
    "views",
)
REFRESH = {"daily": 1, "weekly": 7, "monthly": 28}
_TARGET = re.compile(r"^\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*$")


class Contract(BaseModel):
    """One KPI as its owner agreed to it; the file is ``params/<workspace>/kpis.yml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    formula: str
    unit: str = Field("share", description="share, net share, ratio or posts")
    owner: str = Field("", description="who answers for it; without one it is not published")
    decision: str = Field("", description="the decision it serves; without one it is flagged as vanity")
    target: str = Field("", description="such as '>= 0.1'")
    min_n: int = Field(30, ge=1, description="posts in a period below which it is not published")
    refresh: str = Field("weekly", description="daily, weekly or monthly")
    agreed_until: str = Field("", description="ISO day after which owners must agree again")
    by: list[str] = Field(["brand"], description="levels of the drill-down, from the top")

    def refusal(self) -> str:
        """Return why the KPI may not be published, or an empty string."""
        if not self.owner.strip():
            return "it has no owner; name the person who answers for it"
        if self.agreed_until and clock.now().date() > pd.Timestamp(self.agreed_until).date():
            return f"its agreement ended on {self.agreed_until}; ask {self.owner} to agree to it again"
        return ""

    def aim(self, write) -> str:
        """Return the target in words, numbers written by ``write``: at least −20."""
        sign, text = _TARGET.match(self.target).groups()
        words = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
        return f"{words[sign]} {write(float(text))}"

    def meets(self, low: float, high: float) -> str:
        """Return met, missed or open (the interval holds the target), or an empty string without a target."""
        if not self.target:
            return ""
        sign, text = _TARGET.match(self.target).groups()
        goal = float(text)
        if sign in (">=", ">"):
            return "met" if low >= goal else "missed" if high < goal else "open"
        return "met" if high <= goal else "missed" if low > goal else "open"


def read(settings: dict) -> list[Contract]:
    """Return the contracts of a parsed kpis.yml; raises ParamError, in one sentence, on the first fault."""
    listed = settings.get("kpis", [])
    if not isinstance(listed, list):
        raise ParamError("kpis.yml: 'kpis' must be a list, one entry per KPI, each beginning with '- id:'.")
    found = [_contract(values, place) for place, values in enumerate(listed, 1)]
    ids = [contract.id for contract in found]
    for name in ids:
        if ids.count(name) > 1:
            raise ParamError(f"kpis.yml: two KPIs have the id {name!r}; rename one.")
    return found


def _contract(values: dict, place: int) -> Contract:
    where = f"kpis.yml, KPI {values.get('id', place) if isinstance(values, dict) else place}"
    if not isinstance(values, dict):
        raise ParamError(f"{where}: expected 'name: value' lines, got {values!r}.")
    for name in values:
        if name not in Contract.model_fields:
            raise ParamError(f"{where}: there is no field {name!r}.{nearest(name, Contract.model_fields)}")
    try:
        contract = Contract(**{name: "" if value is None else value for name, value in values.items()})
        formula.check(contract.formula, COUNTS)
    except ValidationError as error:
        first = error.errors()[0]
        raise ParamError(
            f"{where}: {first['loc'][0]}: {first['msg'].lower()}, got {first['input']!r}."
        ) from None
    except ParamError as error:
        raise ParamError(f"{where}: {error}") from None
    _check_words(contract, where)
    return contract


def _check_words(contract: Contract, where: str) -> None:
    if contract.refresh not in REFRESH:
        raise ParamError(
            f"{where}: refresh is {contract.refresh!r}; use {', '.join(REFRESH)}."
            f"{nearest(contract.refresh, REFRESH)}"
        )
    if contract.target and not _TARGET.match(contract.target):
        raise ParamError(f"{where}: target is {contract.target!r}; write a comparison such as '>= 0.1'.")
    for level in contract.by:
        if level not in ("brand", "platform", "lang", "topic_name"):
            raise ParamError(f"{where}: by names {level!r}; use brand, platform, lang or topic_name.")
