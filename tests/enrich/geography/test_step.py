"""Places: stated texts, jokes, names of many places, inference from words and circles, and the step."""

import pandas as pd
import pytest

from earshot.enrich.geography import gazetteer
from earshot.enrich.geography import step as geography

STATED = {
    "Austin, TX": ("Austin", "Texas", "US"),
    "NYC": ("New York City", "New York", "US"),
    "Paris": ("Paris", None, "FR"),
    "Paris, Texas": ("Paris", "Texas", "US"),
    "London, UK": ("London", None, "GB"),
    "london ontario": ("London", None, "CA"),
    "Deutschland": (None, None, "DE"),
    "Ohio": (None, "Ohio", "US"),
    "Greater Boston area": ("Boston", "Massachusetts", "US"),
    "Saint Louis, MO USA": ("St. Louis", "Missouri", "US"),
    "ÜT: 30.2672,-97.7431": ("Austin", "Texas", "US"),
}


@pytest.mark.parametrize("text", STATED)
def test_a_stated_place_is_found(text):
    found = geography.locate(text)
    assert (found["town"], found["area"], found["country"]) == STATED[text]
    assert 0.3 <= found["confidence"] <= 1


@pytest.mark.parametrize(
    "text",
    [
        "everywhere",
        "Earth",
        "in your heart",
        "Does it really matter",
        "",
        "🌍",
        "Seat 4B",
        "the moon",
        "made in China",
    ],
)
def test_a_joke_stays_unknown(text):
    assert geography.locate(text)["country"] is None


def test_language_and_time_zone_choose_between_places_of_one_name():
    assert geography.locate("Cordoba", "es", "America/Argentina/Cordoba")["country"] == "AR"
    assert geography.locate("Birmingham")["country"] == "GB"
    assert geography.locate("Birmingham", "en", "America/Chicago")["country"] == "US"


def test_the_nearest_town_works_across_the_date_line():
    assert gazetteer.nearest(-18.14, 178.44)["country"] == "FJ"
    assert gazetteer.nearest(0.0, -150.0) is None


def test_provenance_says_how_we_know():
    frame = pd.DataFrame(
        {
            "post_id": ["a", "b", "c", "d"],
            "content_hash": list("abcd"),
            "lang": "en",
            "author": ["p1", "p2", "p3", "p4"],
            "place": ["Oslo", None, "everywhere", None],
            "text": ["hi", "greetings from Madrid to all", "hi", "hi"],
        }
    )
    rows = geography.add(frame, pd.Series({"p3": "SE"}))
    assert rows["provenance"].tolist() == ["stated", "inferred", "network", "unknown"]
    assert rows["country"].tolist()[:3] == ["NO", "ES", "SE"]
    assert rows["confidence"].is_monotonic_decreasing


def test_the_step_locates_what_is_new(workspace):
    space, at = workspace(), pd.Timestamp("2026-03-02", tz="UTC")
    space.store.merge(
        "posts",
        pd.DataFrame(
            {
                "post_id": ["x:1", "x:2"],
                "platform": "x",
                "brand": "Acme",
                "author": None,
                "text": "hello",
                "created_at": at,
                "collected_at": at,
                "kind": "post",
                "source": "csv",
                "place": ["Berlin, Germany", None],
                "week": "2026-W10",
                "content_hash": ["h1", "h2"],
            }
        ),
    )
    assert geography.update(space) == 2
    assert geography.update(space) == 0
    rows = space.store.read("geography")
    assert rows["town"].tolist()[0] == "Berlin"
    assert rows["provenance"].tolist() == ["stated", "unknown"]
