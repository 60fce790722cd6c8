"""Sources side by side, on numbers that can be counted by hand."""

import numpy as np
import pandas as pd
import pytest

from earshot.analyse import sources
from earshot.analyse.posts import loading
from earshot.analyse.sources import scorecard
from earshot.collect.files.importing import import_files
from earshot.collect.shapes import exports

COLUMNS = {
    "id": "id",
    "author": "user",
    "text": "text",
    "created_at": "at",
    "collected_at": "got",
    "place": "place",
}
SOURCES = {
    "fast": {
        "match": {"file": "fast*"},
        "columns": COLUMNS,
        "constants": {"platform": "x"},
        "price": {"per_thousand": 100},
    },
    "slow": {
        "match": {"file": "slow*"},
        "columns": COLUMNS,
        "constants": {"platform": "forum"},
        "vendor": "brandwatch",
        "price": {"month": 304.375},
    },
}


@pytest.fixture
def card(workspace, tmp_path):
    acme = workspace(brands=["Acme"], sources=SOURCES, terms={"slow": {"may_quote": False, "owner": "Ann"}})
    for name, hours in (("fast", 0.5), ("slow", 72)):
        at = pd.date_range("2026-03-02", periods=40, freq="6h", tz="UTC")
        frame = pd.DataFrame(
            {
                "id": range(40),
                "user": [f"{name}{n}" for n in range(40)],
                "at": at,
                "place": "",
                "text": [f"Acme said {n} to {name} and it was fine" for n in range(40)],
                "got": at + pd.to_timedelta(hours * np.linspace(0.5, 1.5, 40), unit="h"),
            }
        )
        frame.loc[:9, "place"] = "Leeds"
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        import_files(acme, [tmp_path / f"{name}.csv"])
    store = acme.store
    verdicts = store.read("posts", where={"source": "slow"}).head(10)
    store.merge(
        "relevance",
        verdicts[["post_id", "week", "content_hash"]].assign(
            brand="Acme", p_relevant=0.1, verdict="irrelevant", reason="rule", step_version="1"
        ),
    )
    return sources.measure(loading.load(store, acme.params), store, acme.params)


def test_measures_of_each_source_are_those_counted_by_hand(card):
    table = card.sources.set_index("source")
    assert table["posts"].to_dict() == {"fast": 40, "slow": 40}
    assert table["lag"].round(3).to_dict() == {"fast": 0.5, "slow": 72.0}
    assert table.loc["slow", "lag_low"] < 72 < table.loc["slow", "lag_high"]
    assert table["usable"].to_dict() == {"fast": 1.0, "slow": 0.75}
    assert table.loc["slow", "usable_low"] < 0.75 < table.loc["slow", "usable_high"]
    place = card.missing[card.missing["field"] == "place"].set_index("source")["missing"]
    assert place.to_dict() == {"fast": 0.75, "slow": 0.75}


def test_what_is_shown_has_readable_headings_and_no_empty_column(card):
    assert card.shown.columns.tolist()[:4] == ["source", "posts", "authors", "fields missing"]
    assert "repeats" not in card.shown  # the posts were not enriched
    assert card.shown.set_index("source").loc["slow", "median days to arrival"] == pytest.approx(3.0)
    assert set(card.formats) <= set(card.shown)


def test_the_price_is_that_of_a_usable_mention(card):
    table = card.sources.set_index("source")
    assert table.loc["fast", "price"] == pytest.approx(0.1)
    assert table.loc["slow", "price"] == pytest.approx(304.375 * 10 / (365.25 / 12) / 30)
    assert table.loc["slow", "price_low"] < table.loc["slow", "price"] < table.loc["slow", "price_high"]


def test_what_is_left_out_late_or_not_agreed_is_said(card):
    said = {claim.id: claim.sentence for claim in card.claims}
    assert said["collect.source_lag"].startswith(
        "slow comes latest: half of its posts later than 3 days after they"
    )
    assert said["collect.price"].startswith(
        "A usable mention from fast costs 0.10 (0.10 to 0.11), one from slow 3.33"
    )
    assert said["collect.stripped"] == (
        "Exports of Brandwatch are not whole by contract; what they leave out is listed below."
    )
    assert said["collect.terms"].startswith(
        "fast has no terms card in params/acme/terms.yml; it is assumed that text"
    )
    assert card.strips["left out"].tolist() == list(exports.export("brandwatch").strips)
    assert card.allowed.set_index("source").loc["slow", ["owner", "quotes"]].tolist() == [
        "Ann",
        "not allowed",
    ]
    assert (
        card.followed["deletions are"].tolist()
        == ["on a list that the platform answers (earshot comply)"] * 2
    )


def test_the_interval_of_a_quantile_holds_it_as_often_as_it_says():
    rng = np.random.default_rng(3)
    hits = [
        low <= 0.5 <= high
        for _, low, high in (scorecard.quantile(pd.Series(rng.random(60)), 0.5) for _ in range(400))
    ]
    assert 0.93 <= np.mean(hits) <= 0.99
