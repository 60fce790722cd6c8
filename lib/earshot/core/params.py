"""Typed parameters of a workspace: one flat brief, wrong names and types answered in one sentence."""

import difflib
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

REFERENCES = ("notify",)  # where an address that works like a password may be written by mistake


class ParamError(ValueError):
    """A parameter that is unknown, mistyped or out of range."""


class _Yaml(yaml.SafeLoader):
    """YAML where only true and false are booleans and dates stay text:
    'no' is Norwegian, 2015-02-16 is a day.
    """


_Yaml.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:int")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
# YAML 1.1 reads 010 as eight; here a leading zero keeps the text (postcodes, ids).
_Yaml.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)


def read_yaml(path: Path) -> dict:
    """Return the mapping in a YAML file; raises ParamError when it cannot be read as one."""
    try:
        values = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=_Yaml)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ParamError(
            f"{Path(path).name} is not valid YAML{where}: {getattr(error, 'problem', error)}."
        ) from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ParamError(
            f"{Path(path).name} holds a {type(values).__name__}; write one 'name: value' per line."
        )
    return values


def switch(value: object) -> bool | None:
    """Return what a setting that is on or off says, None where it says neither.

    In our files ``no`` is a word (it is Norway, too), so that yes and no come as text.
    """
    return {"yes": True, "true": True, "no": False, "false": False}.get(str(value).lower())


def nearest(name: str, allowed) -> str:
    """Return `` Did you mean "x"?`` for the closest allowed name, or an empty string when none is close."""
    close = difflib.get_close_matches(str(name), [str(option) for option in allowed], n=1, cutoff=0.6)
    return f' Did you mean "{close[0]}"?' if close else ""


def check_names(given: Iterable, allowed: Iterable[str], owner: str, what: str) -> None:
    """Raise ParamError at the first name that is not allowed: "<owner> has no <what> 'x'; there are …"."""
    allowed = tuple(allowed)
    for name in given:
        if name not in allowed:
            raise ParamError(
                f"{owner} has no {what} {str(name)!r}; there are {', '.join(allowed) or 'none'}."
                f"{nearest(name, allowed)}"
            )


class Brief(BaseModel):
    """What one workspace listens for; every field is also a papermill parameter of that name."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    workspace: str = Field("demo", description="folder under params")
    title: str = Field("", description="name shown on the pages; empty means the brand")
    brand: str = Field("", description="the brand we work for; empty means all are compared as equals")
    brands: list[str] = Field([], description="all brands that are compared, ours included")
    handles: list[str] = Field(
        [], description="public accounts that stay readable; all others become pseudonyms"
    )
    start: str = Field("", description="first day, ISO; empty means the first post")
    end: str = Field("", description="last day, ISO, included; empty means the last post")
    timezone: str = Field("UTC", description="zone in which a day begins")
    industry: str = Field(
        "general", description="whose usual costs of a missed complaint hold; costs.yml says others"
    )
    languages: list[str] = Field([], description="keep only these languages; empty means all")
    region: str = Field(
        "", description="read the rows of this region only; empty means all the workspace may read"
    )
    min_posts: int = Field(30, ge=1, description="an estimate on fewer posts is not published")
    quotes: int = Field(3, ge=0, le=20, description="quotes shown on each side")
    topics_min_posts: int = Field(20, ge=2, description="the smallest topic that is reported")
    topics_far: int = Field(
        2, ge=0, le=20, description="percent of posts that get no topic, those farthest from all"
    )
    allowed_gap: int = Field(
        10, ge=0, le=100, description="points by which a group may be read worse than all others"
    )
    authentic_only: bool = Field(
        False, description="leave out posts judged inauthentic; false shows figures with them"
    )
    seed: int = Field(20150224, description="seed of every random choice")
    posts: int = Field(12000, ge=100, description="posts that the demo brand simulates")
    sentiment_model: str = Field("earshot-2", description="the champion sentiment model")
    sentiment_languages: list[str] = Field(
        [], description="those you tested it in; empty means what its card says"
    )
    phrases: dict[str, dict[str, str]] = Field(
        {}, description="phrases that say another sentiment, with their tests"
    )
    target_model: str = Field("towards-2", description="the champion model of sentiment towards a target")
    embedding_model: str = Field("all-MiniLM-L6-v2", description="the embedding model")
    fresh_hours: int = Field(
        0, ge=0, description="no report when a source's newest post is older; 0 means any age"
    )
    fresh_sources: dict[str, Annotated[int, Field(ge=0)]] = Field(
        {}, description="hours of single sources; 0: any age"
    )
    owner: str = Field("", description="the team that is told when a report does not go out")
    notify: str = Field(
        "", description="env:NAME of the https address to which that is posted; empty means nowhere"
    )
    cluster: str = Field("", description="address of a Dask scheduler; empty means this machine")
    store: str = Field(
        "", description="folder or object-store URL of the tables; empty means data/<workspace>"
    )

    @field_validator("start", "end")
    @classmethod
    def _is_day(cls, value: str) -> str:
        try:
            known = not value or date.fromisoformat(value).isoformat() == value
        except ValueError:
            known = False
        if not known:
            raise ValueError("use an ISO day such as 2015-02-16, or leave it empty")
        return value

    @field_validator("sentiment_languages")
    @classmethod
    def _are_codes(cls, value: list[str]) -> list[str]:
        if not all(re.fullmatch("[a-z]{2,3}", code) for code in value):
            raise ValueError("use codes of languages such as en")
        return value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        from zoneinfo import available_timezones

        if value not in available_timezones():
            raise ValueError(
                f"use an IANA zone such as Europe/London.{nearest(value, available_timezones())}"
            )
        return value

    @field_validator("notify")
    @classmethod
    def _is_reference(cls, value: str) -> str:
        if value and not re.fullmatch(r"env:\w*(?:NOTIFY|WEBHOOK)\w*", value, re.ASCII):
            raise ValueError(
                "name the environment variable that holds the address, for example env:CARE_WEBHOOK; its "
                "name holds WEBHOOK or NOTIFY, by which it is kept from notebooks and pages"
            )
        return value


def check(values: dict, where: str = "brief.yml") -> Brief:
    """Return the brief these values make;
    raises ParamError with one sentence on the first wrong name or type.
    """
    for name in values:
        if name not in Brief.model_fields:
            raise ParamError(f"{where}: there is no parameter {name!r}.{nearest(name, Brief.model_fields)}")
    try:
        brief = Brief(**values)
    except ValidationError as error:
        raise ParamError(f"{where}: {_sentence(error.errors()[0])}") from None
    if brief.start and brief.end and brief.start > brief.end:
        raise ParamError(f"{where}: start {brief.start} is after end {brief.end}; swap them.")
    return brief


def _sentence(problem: dict) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    shown = "something else (not repeated here)" if name in REFERENCES else repr(problem["input"])
    if problem["type"].endswith("_type"):
        wanted = {
            "str": "text",
            "int": "a whole number",
            "list": "a list",
            "bool": "true or false",
            "dict": "names with values",
        }
        kind = wanted.get(problem["type"].removesuffix("_type").replace("string", "str"), problem["msg"])
        return f"{name}: got {shown}, expected {kind}; write text in quotes and lists in [brackets]."
    said = problem["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{name}: got {shown}; {said[0].lower()}{said[1:]}" + ("" if said.endswith("?") else ".")
