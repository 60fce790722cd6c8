"""`earshot models` and `earshot compare`: what is used, how to go back, and what that would change."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from earshot import cli
from earshot.analyse.model_comparison import sentiment as second_reading
from earshot.cli import screen
from earshot.core.claim import Claim
from earshot.enrich.classes import files as classifier_files
from earshot.enrich.embeddings import minilm
from earshot.enrich.embeddings import step as embeddings
from earshot.enrich.registry import in_use, shipped
from earshot.enrich.sentiment import step as sentiment
from earshot.publish.evaluations import comparison
from earshot.publish.report.claims import write_claims


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A wide terminal, since the cells of a narrow one fold;
    what a console was made with in another test stays.
    """
    monkeypatch.setattr(screen.out, "width", 160)


def call(*words: str):
    """Run the command in this process."""
    return CliRunner().invoke(cli.app, list(words))


def test_models_are_listed_with_champion_fingerprint_card_and_the_way_back(workspace):
    space = workspace(classifiers={"intents": {"champion": "new0", "before": "old0"}})
    shown = call("models", "acme").output
    for model in shipped.shipped():
        assert f"{model.name}: SHA-256 {model.sha256}, card {shipped.within(model.card)}" in shown
    lines = {line.split()[1]: line for line in shown.splitlines() if line.startswith("sentiment ")}
    assert "of acme" in lines["earshot-2"]
    assert "of acme" not in lines["earshot-1"]
    assert f"{sentiment.shipped()['earshot-2'][:16]}…" in lines["earshot-2"]
    assert "intents new0" in shown
    for model in in_use.listed(space):
        assert f"{model.use}: {model.name}; {model.back}\n" in shown
    assert "What going back would change: earshot compare acme\n" in shown
    assert shown.endswith("The bias gate was not looked at yet; earshot report acme does it.\n")


def test_a_classifier_that_was_trained_is_listed_with_its_whole_fingerprint_and_its_card(workspace):
    space = workspace(classifiers={"reasons": {"champion": "new0"}, "gone": {"champion": "lost"}})
    folder = space.data / "models" / "reasons" / "new0"
    classifier_files.save({}, folder, {"name": "reasons", "version": "new0"})
    shown = call("models", "acme").output
    assert (folder / "card.md").is_file()
    sha256 = classifier_files.read_card(folder)["sha256"]
    assert f"reasons new0: SHA-256 {sha256}, card data/acme/models/reasons/new0/card.md\n" in shown
    assert f"{embeddings.MODEL}: SHA-256 {minilm.SHA256}\n" in shown
    assert "gone lost: SHA-256" not in shown


def test_after_the_rollback_the_other_one_is_the_champion(workspace):
    workspace(sentiment_model="earshot-1")
    shown = call("models", "acme").output
    assert (
        "sentiment: earshot-1; there is none before it; to use the newest, write one line in "
        "params/acme/brief.yml: sentiment_model: earshot-2\n"
    ) in shown


def test_a_closed_gate_is_said_with_its_reason(workspace):
    space = workspace()
    write_claims(
        space.outputs / "latest",
        "15_health",
        [
            Claim.quality(
                "health.bias",
                "The gate is closed: [red]of all.",
                2,
                "findings",
                9,
                "",
                0.3,
                about={"gate": "closed"},
            )
        ],
    )
    assert call("models", "acme").output.endswith("The gate is closed: [red]of all.\n")
    assert call("models", "acme").exit_code == 0
    assert call("models", "acme", "--gate").exit_code == 1


def test_an_open_gate_lets_a_schedule_go_on_and_one_not_looked_at_does_not(workspace):
    space = workspace()
    assert call("models", "acme", "--gate").exit_code == 1
    write_claims(
        space.outputs / "latest",
        "15_health",
        [
            Claim.quality(
                "health.bias", "The gate is open.", 0, "findings", 9, "", 0.15, about={"gate": "open"}
            )
        ],
    )
    assert call("models", "acme", "--gate").exit_code == 0


def test_a_comparison_is_shown_as_tables_and_sentences_with_its_page(workspace, monkeypatch, tmp_path):
    workspace()
    row = {
        "posts": 50,
        "now": -0.4,
        "now_low": -0.5,
        "now_high": -0.3,
        "other": -0.1,
        "other_low": -0.2,
        "other_high": 0.0,
        "gap": 0.3,
        "gap_low": 0.25,
        "gap_high": 0.35,
    }
    tables = {
        "compare_net": pd.DataFrame([{"brand": "[red]Acme", **row, "changed": 20, "share": 0.4}]),
        "compare_labels": pd.DataFrame({"earshot-2 says": ["negative"], "negative": [1234]}),
        "compare_kpis": pd.DataFrame({"KPI": ["Mood"], "brand": ["all"], "what turns round": ["the target"]}),
        "compare_classes": pd.DataFrame([{"classifier": "intents", "class": "bag", **row}]),
    }
    claims = [
        Claim("compare.net.acme", "Not said twice."),
        Claim("compare.labels", "20 of 50 posts would change."),
    ]
    made = comparison.Compared(tmp_path, tmp_path / "models.html", tables, claims)
    asked = []
    monkeypatch.setattr(comparison, "compare", lambda space, model: asked.append(model) or made)
    monkeypatch.setattr(second_reading, "check", lambda space, model: "earshot-1")
    shown = call("compare", "acme").output
    assert asked == [""]
    for part in (
        "[red]Acme",
        "−40 (−50 to −30)",
        "+30 (+25 to +35)",
        "20 (40%)",
        "1,234",
        "the target",
        "bag",
        "20 of 50 posts would change.",
    ):
        assert part in shown
    assert "Not said twice" not in shown
    assert shown.endswith(f"Nothing was stored. Read {tmp_path / 'models.html'}\n")


def test_without_posts_or_with_a_wrong_model_one_sentence_says_so(workspace):
    workspace()
    wrong, empty = call("compare", "acme", "--model", "earshot-9"), call("compare", "acme")
    assert wrong.exit_code == empty.exit_code == 2
    assert "there is no model 'earshot-9'" in wrong.output
    assert (
        "No post in this window has a sentiment yet; run 'earshot report', which enriches new posts."
        in empty.output
    )
