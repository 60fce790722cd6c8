"""A smear by inauthentic accounts moves a KPI; leaving them out says by how much, and what turns round."""

import pandas as pd

from earshot.analyse import kpis
from earshot.analyse.kpis import contracts, sensitivity
from earshot.core.params import Brief

NET = {
    "id": "net",
    "name": "Net sentiment",
    "formula": "(positive - negative) / originals",
    "unit": "net share",
    "owner": "Ann",
    "decision": "staffing",
    "target": ">= 0.2",
    "min_n": 5,
    "refresh": "weekly",
    "by": ["brand"],
}
BRIEF = Brief(brand="Acme")


def measured(posts, smear: int):
    """Six calm weeks, and in the last one so many smearing posts by automatic accounts."""
    rows = [
        {"brand": "Acme", "day": day, "sentiment": "negative" if turn == 0 else "positive"}
        for day in pd.date_range("2026-03-01", periods=42)
        for turn in range(8)
    ]
    rows += [
        {
            "brand": "Acme",
            "day": pd.Timestamp("2026-04-09"),
            "sentiment": "negative",
            "author": f"p_bot{place}",
        }
        for place in range(smear)
    ]
    frame = posts(rows)
    frame = frame.assign(inauthentic=frame["author"].str.startswith("p_bot"))
    agreed = contracts.read({"kpis": [NET]})
    return sensitivity.measure(frame, agreed, BRIEF, kpis.measure(frame, agreed, BRIEF))


def test_a_smear_turns_a_target_round_and_it_is_said(posts):
    found = measured(posts, 120)
    row = found.table.iloc[0]
    assert row["with"] != row["without"]
    assert "the target: missed becomes met" in row["what turns round"]
    assert found.claims[0].value == len(found.table)
    assert "figures of the scorecard say something else" in found.claims[0].sentence


def test_without_inauthentic_posts_nothing_is_computed_twice(posts):
    found = measured(posts, 0)
    assert found.table.empty
    assert found.claims[0].sentence == "No post looks inauthentic, so no KPI rests on such posts."


def test_a_few_such_posts_change_no_verdict(posts):
    found = measured(posts, 2)
    assert set(found.table["what turns round"]) == {""}
    assert "no verdict flips" in found.claims[0].sentence


def test_what_filters_hide_is_counted_beside_the_card(posts):
    rows = [
        {"brand": "Acme", "day": day, "sentiment": "negative" if turn == 0 else "positive"}
        for day in pd.date_range("2026-03-01", periods=42)
        for turn in range(8)
    ]
    rows += [
        {"brand": "Acme", "day": pd.Timestamp("2026-04-09"), "sentiment": "negative"} for _ in range(120)
    ]
    everything = posts(rows)
    everything["hidden_by"] = [""] * (42 * 8) + ["irrelevant"] * 120
    agreed = contracts.read({"kpis": [NET]})
    shown = everything[everything["hidden_by"] == ""]
    card = kpis.measure(shown, agreed, BRIEF)
    found = sensitivity.measure_hidden(everything, agreed, BRIEF, card)
    assert "the target: missed becomes met" in found.table["what turns round"].iloc[0]
    assert found.claims[0].sentence.startswith(
        "120 of 456 posts are hidden by filters; with them 2 figures of the "
    )
    assert sensitivity.measure_hidden(shown, agreed, BRIEF, card).claims == []


def test_labels_of_people_restate_a_kpi_and_it_is_said(posts):
    read = posts(
        [
            {"brand": "Acme", "day": day, "sentiment": "negative" if turn == 0 else "positive"}
            for day in pd.date_range("2026-03-01", periods=42)
            for turn in range(8)
        ]
    ).assign(tier="model")
    late = read["day"] >= "2026-04-05"
    told = read.assign(
        tier=read["tier"].mask(late, "person"), sentiment=read["sentiment"].mask(late, "negative")
    )
    agreed = contracts.read({"kpis": [NET]})
    card = kpis.measure(told, agreed, BRIEF)
    found = sensitivity.measure_restated(read, told, agreed, BRIEF, card)
    row = found.table.iloc[0]
    assert row["as the model read"].startswith("+75 ")
    assert row["restated"].startswith("−75 ")
    assert "the target: met becomes missed" in row["what turns round"]
    assert found.claims[0].sentence == (
        "In 56 of 336 posts a person's label counts, in 49 another than the model's; "
        "restated, 2 figures of the scorecard say something else: see the table."
    )
    assert sensitivity.measure_restated(read, read, agreed, BRIEF, card).claims == []


def test_labels_that_agree_with_the_model_change_no_kpi(posts):
    read = posts(
        [("Acme", day, "positive") for day in pd.date_range("2026-03-01", periods=42) for _ in range(8)]
    )
    told, agreed = read.assign(tier=["person", *["model"] * 335]), contracts.read({"kpis": [NET]})
    found = sensitivity.measure_restated(read, told, agreed, BRIEF, kpis.measure(told, agreed, BRIEF))
    assert found.claims[0].sentence == (
        "In 1 of 336 posts a person's label counts, in 0 another than the model's; "
        "restated, no KPI says anything else."
    )
