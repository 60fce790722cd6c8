"""`earshot models` and `earshot compare`: what is used, how to go back, and what that would change."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from earshot import cli
from earshot.analyse import second_reading
from earshot.cli import screen
from earshot.enrich import registry


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A wide terminal, since the cells of a narrow one fold; what a console was made with in another test stays."""
    monkeypatch.setattr(screen.out, "width", 160)


def call(*words: str):
    """Run the command in this process."""
    return CliRunner().invoke(cli.app, list(words))


def test_models_are_listed_with_champion_fingerprint_card_and_the_way_back(workspace):
    workspace()
    shown = call("models", "acme").output
    for model in registry.shipped():
        assert f"{model.name}: SHA-256 {model.sha256}, card {registry.within(model.card)}" in shown
    lines = {line.split()[1]: line for line in shown.splitlines() if line.startswith("sentiment ")}
    assert "of acme" in lines["earshot-2"]
    assert "of acme" not in lines["earshot-1"]
    assert "To go back, write one line in params/acme/brief.yml: sentiment_model: earshot-1" in shown
    assert "earshot compare acme --model earshot-1" in shown


def test_after_the_rollback_the_other_one_is_the_champion(workspace):
    workspace(sentiment_model="earshot-1")
    shown = call("models", "acme").output
    assert "acme reads sentiment with earshot-1" in shown
    assert "brief.yml: sentiment_model: earshot-2" in shown


def test_a_comparison_is_a_table_and_a_count(workspace, monkeypatch):
    workspace()
    row = {"posts": 50, "now": -0.4, "now_low": -0.5, "now_high": -0.3, "other": -0.1, "other_low": -0.2,
           "other_high": 0.0, "gap": 0.3, "gap_low": 0.25, "gap_high": 0.35, "changed": 20, "share": 0.4}
    brands = pd.DataFrame([{"brand": "[red]Acme"} | row, {"brand": second_reading.EVERYWHERE} | row])
    classes = ["negative", "neutral", "positive"]
    labels = pd.DataFrame([[20, 20, 0], [0, 5, 0], [0, 0, 5]], index=classes, columns=classes)
    found = second_reading.SecondReading(brands, labels, "earshot-2", "earshot-1")
    monkeypatch.setattr(second_reading, "compare", lambda space, model: found)
    shown = call("compare", "acme", "--model", "earshot-1").output
    assert "[red]Acme" in shown
    assert "−40 (−50 to −30)" in shown
    assert "+30 (+25 to +35)" in shown
    assert "20 (40%)" in shown
    assert shown.endswith("20 of 50 posts would get another label; nothing was stored.\n")


def test_without_posts_or_with_a_wrong_model_one_sentence_says_so(workspace):
    workspace()
    wrong, empty = call("compare", "acme", "--model", "earshot-9"), call("compare", "acme", "--model", "earshot-1")
    assert wrong.exit_code == empty.exit_code == 2
    assert "there is no model 'earshot-9'" in wrong.output
    assert "No post in this window has a sentiment yet; run 'earshot report', which enriches new posts." in empty.output
