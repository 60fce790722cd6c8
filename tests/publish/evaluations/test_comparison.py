"""A comparison is a page of its own: dated, beside the runs,
with nothing stored, and nothing left where it fails.
"""

import json

import pytest
from tests import tiny

from earshot.publish.evaluations import comparison
from earshot.publish.report.processes import Outcome
from earshot.publish.report.reuse import read_past
from earshot.publish.safety import checks


def test_one_that_fails_leaves_nothing_and_says_why(tmp_path, monkeypatch):
    space = tiny.workspace(tmp_path, posts=30)
    asked = []
    monkeypatch.setattr(
        comparison, "run_job", lambda job: asked.append(job) or Outcome("models", "cell 4: no.", 1)
    )
    with pytest.raises(comparison.ComparisonFailed, match=r"^The comparison of tiny failed: cell 4: no\.$"):
        comparison.compare(space, "earshot-1")
    assert list((space.outputs / "comparisons").iterdir()) == []
    (job,) = asked
    assert job.parameters == {"workspace": "tiny", "run_dir": ".", "model": "earshot-1"}
    assert {"compare_net", "compare_labels", "compare_kpis", "compare_classes", "compare_gates"} <= set(
        job.writes
    )
    assert job.states


@pytest.mark.slow
def test_the_page_is_made_on_pinned_tables_and_no_run_is_touched(tmp_path):
    space = tiny.workspace(tmp_path, posts=120)
    before, runs = space.store.versions(), [run.name for run in read_past(space.outputs)]
    made = comparison.compare(space, "earshot-2-fast")
    page = made.page.read_text(encoding="utf-8")
    assert checks.check(page) == []
    assert "What would the report say under the models before?" in page
    assert made.tables["compare_net"]["brand"].tolist()[-1] == "all brands"
    assert {"compare.labels", "compare.net.all-brands", "compare.gate.earshot-2"} <= {
        claim.id for claim in made.claims
    }
    kept = json.loads((made.folder / "comparison.json").read_text())
    assert kept["models"]["used"]["sentiment: earshot-2"]
    assert made.folder.parent == space.outputs / "comparisons"
    assert space.store.versions() == before
    assert [run.name for run in read_past(space.outputs)] == runs
