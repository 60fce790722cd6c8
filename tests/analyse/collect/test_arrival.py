import numpy as np
import pandas as pd
import pytest

from earshot.analyse import collect
from earshot.analyse.posts import loading
from earshot.collect.files.importing import import_files

SOURCES = {
    "feed": {
        "match": {"file": "*.csv"},
        "constants": {"platform": "x"},
        "columns": {
            "id": "id",
            "author": "who",
            "text": "text",
            "created_at": "when",
            "brand": "brand",
            "place": "where",
        },
    }
}


@pytest.fixture
def arrival(workspace, tmp_path):
    """Four weeks of two brands, hour by hour; Bolt begins late, five hours are lost, three rows are bad."""
    acme = workspace(brands=["Acme", "Bolt"], sources=SOURCES, timezone="UTC")
    hours = pd.date_range("2026-03-02", periods=24 * 28, freq="h", tz="UTC")
    drawn = np.random.default_rng(7).poisson(5, (2, len(hours)))
    frame = pd.DataFrame(
        {
            "when": np.concatenate([hours.repeat(drawn[0]), hours.repeat(drawn[1])]),
            "brand": ["Acme"] * drawn[0].sum() + ["Bolt"] * drawn[1].sum(),
        }
    )
    lost = (frame["when"] >= "2026-03-20T10:00Z") & (frame["when"] < "2026-03-20T15:00Z")
    frame = frame[~lost & ~((frame["brand"] == "Bolt") & (frame["when"] < "2026-03-12"))].reset_index(
        drop=True
    )
    frame = frame.assign(id=frame.index, who=[f"p{row % 50}" for row in frame.index], where="")
    frame = frame.assign(text="note " + frame["id"].astype(str) + " jane@example.com")
    frame.loc[:1, "text"] = ""
    frame.loc[2, "when"] = None
    frame.loc[:999, "where"] = "Leeds"
    frame.to_csv(tmp_path / "feed.csv", index=False)
    import_files(acme, [tmp_path / "feed.csv"])
    return collect.measure(loading.load(acme.store, acme.params), acme.store, acme.params)


def said(arrival) -> dict[str, str]:
    return {claim.id: claim.sentence for claim in arrival.claims}


def test_what_is_missing_is_said(arrival):
    told = said(arrival)
    assert told["collect.late.bolt"].startswith(
        "Bolt is missing before 12 Mar 2026: 0 posts where its later days"
    )
    assert "feed is silent for 5 hours from 10:00 on 20 Mar 2026, where some " in told["collect.gaps"]
    assert "3 were refused" in told["collect.refused"]
    assert "most often because the text is empty; 0 repeated" in told["collect.refused"]
    assert "place (" in told["collect.fields"]
    assert "Never known: followers" in told["collect.fields"]
    assert "collect.unfinished" not in told


def test_claims_carry_what_a_reader_can_check(arrival):
    assert {claim.kind for claim in arrival.claims} == {"quality"}
    assert all(claim.n or claim.id in ("collect.late.bolt", "collect.gaps") for claim in arrival.claims)
    refused = next(claim for claim in arrival.claims if claim.id == "collect.refused")
    assert refused.low < refused.value < refused.high
    late = next(claim for claim in arrival.claims if claim.id == "collect.late.bolt")
    assert late.about == {"brand": "Bolt", "day": "2026-03-12", "direction": "late"}


def test_tables_add_up(arrival):
    assert (
        arrival.sources["posts"].sum()
        == arrival.expected.loc[arrival.expected["what"] == "came", "posts"].sum()
    )
    assert arrival.refused["rows"].tolist() == [2, 1]
    assert not arrival.refused["example"].str.contains("example.com").any()
    assert arrival.filled.set_index("field")["filled"]["author"] == 1.0
    assert set(arrival.by_brand["brand"]) == {"Acme", "Bolt"}


def test_the_real_airlines_late_starter_is_found(home, airline_posts):
    import earshot

    airline = earshot.open("airline")
    import_files(airline, [airline_posts])
    told = said(collect.measure(loading.load(airline.store, airline.params), airline.store, airline.params))
    assert told["collect.late.american"].startswith("American is missing before 22 Feb 2015: 2 posts")
    assert [name for name in told if name.startswith("collect.late")] == ["collect.late.american"]
    assert told["collect.unfinished"].startswith("24 Feb 2015 is not whole: the last post is of 14:53")


def test_no_post_is_said_in_one_sentence(workspace):
    acme = workspace()
    with pytest.raises(
        ValueError, match=r"^There is no post in this window; widen start and end, or import posts"
    ):
        collect.measure(loading.load(acme.store, acme.params), acme.store, acme.params)
