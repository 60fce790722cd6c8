"""Names that a person gave to topics: params/<workspace>/topic_names.yml, one line "number: name" for each.

Topics keep their numbers from one fit to the next, so a name given once stays with its topic.
"""

import pandas as pd

from earshot.core.params import Brief, ParamError
from earshot.core.store import Store
from earshot.core.workspace import Workspace, home

FILE = "topic_names"
LONGEST = 60
NEAR = 3


def read(params: Brief) -> dict[int, str]:
    """Return the names given, by topic number;
    raises ParamError at a line that is not one number and one name.
    """
    workspace = Workspace(params.workspace, params, home())
    names: dict[int, str] = {}
    for topic, name in workspace.settings(FILE).items():
        if not isinstance(topic, int) or topic < 0:
            raise ParamError(
                f"{_where(params)}: {str(topic)!r} is no topic number; write one 'number: name' per line, "
                "as 04_topics shows the numbers."
            )
        called = " ".join(name.split()) if isinstance(name, str) else ""
        if not 1 <= len(called) <= LONGEST or not called.isprintable():
            raise ParamError(
                f"{_where(params)}: topic {topic} is called {name!r}; give it a name of up to {LONGEST} "
                "letters on one line."
            )
        if called in names.values():
            other = next(number for number, given in names.items() if given == called)
            raise ParamError(
                f"{_where(params)}: topics {other} and {topic} are both called {called!r}; tell them apart."
            )
        names[topic] = called
    return names


def call(frame: pd.DataFrame, names: dict[int, str], column: str = "name") -> pd.DataFrame:
    """Return the rows with the name a person gave in ``column``,
    wherever there is one for their ``topic``.
    """
    given = frame["topic"].map(names).astype(object)
    return frame.assign(**{column: given.where(given.notna(), frame[column])}) if names else frame


def check(names: dict[int, str], store: Store, params: Brief) -> None:
    """Raise ParamError, in one sentence, at the name of a topic that never was, or that another topic has."""
    current = store.read("topic_names", columns=["topic", "name"])
    ever = {*current["topic"], *store.read("topic_ledger", columns=["topic"])["topic"]}
    for topic in names:
        if ever and topic not in ever:
            near = sorted(sorted(ever, key=lambda known: (abs(known - topic), known))[:NEAR])
            raise ParamError(
                f"{_where(params)}: there is no topic {topic}; the nearest numbers are "
                f"{', '.join(map(str, near))}, and 04_topics shows them all."
            )
    others = current[~current["topic"].isin(names)].set_index("name")["topic"]
    for topic, name in names.items():
        if name in others.index:
            raise ParamError(
                f"{_where(params)}: topic {topic} is called {name!r}, as topic {others[name]} is already; "
                "tell them apart."
            )


def _where(params: Brief) -> str:
    return f"params/{params.workspace}/{FILE}.yml"
