"""What collecting the demo brand wrote down:
when a source was not read, and what people said of the filter's catch.
"""

import pandas as pd

from earshot.core.clock import now
from earshot.core.workspace import Workspace
from earshot.demo.simulation import truth
from earshot.demo.world import INTERRUPTED, ZONE
from earshot.enrich.filters import audit
from earshot.enrich.filters import step as set_aside

JUDGE = "planted truth"


def record(workspace: Workspace) -> None:
    """Write the planted gap ledger and the audit of the workspace's filters, once each."""
    if workspace.store.version("gaps") is None:
        _interrupt(workspace)
    if workspace.store.version("audits") is None and set_aside.read(workspace):
        _judge(workspace)


def _interrupt(workspace: Workspace) -> None:
    rows = [
        {
            "source": platform,
            "query": "",
            "start": _utc(start),
            "end": _utc(end),
            "kind": kind,
            "reason": reason,
            "missed": missed,
            "platform": platform,
        }
        for platform, kind, start, end, reason, missed in INTERRUPTED
    ]
    workspace.store.merge("gaps", pd.DataFrame(rows))


def _utc(local: str) -> pd.Timestamp:
    return pd.Timestamp(local, tz=ZONE).tz_convert("UTC")


def _judge(workspace: Workspace) -> None:
    """Hide what the filters hide, and judge a random sample of it by what was planted:
    a flower is rightly hidden.
    """
    set_aside.apply(workspace)
    sample = audit.draw(workspace)[["filter", "post_id"]]
    roles = truth(workspace.data).posts.set_index("post_id")["role"].reindex(sample["post_id"])
    verdicts = ["bad" if role == "offtopic" else "good" for role in roles]
    if len(sample):
        workspace.store.merge("audits", sample.assign(verdict=verdicts, by=JUDGE, at=now()))
