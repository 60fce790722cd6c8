from pathlib import Path

import pandas as pd
import pytest

from earshot.collect.mapping import mapping
from earshot.collect.mapping.column_guess import guess_source
from earshot.core.params import ParamError

GOOD = {"columns": {"text": "t", "created_at": "w"}}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({}, "source 'feed' has no columns; write, for example, columns: {text: message}."),
        (
            {"columns": {"txt": "t"}},
            "source 'feed' has no post field 'txt'; there are id, platform, brand, author, text, "
            "created_at, collected_at, lang, reply_to, root, kind, url, likes, reposts, replies, views, "
            "followers, place, "
            'campaign, is_public, region, media_text. Did you mean "text"?',
        ),
        ({"columns": {"text": "t"}}, "source 'feed' maps no column to created_at; every post needs one."),
        (
            GOOD | {"colums": {}},
            "source 'feed' has no setting 'colums'; there are match, columns, constants, time_zone, "
            'time_format, day_first, brands, also, vendor, price, joined. Did you mean "columns"?',
        ),
        (
            GOOD | {"match": {"fil": "x"}},
            "source 'feed' has no match rule 'fil'; there are file, columns. Did you mean \"file\"?",
        ),
        (
            GOOD | {"match": "*.csv"},
            "source 'feed' has '*.csv' where 'name: value' is expected (match rule).",
        ),
        (
            GOOD | {"constants": {"platfrom": "x"}},
            "source 'feed' has no constant 'platfrom'; there are platform, brand, "
            'lang, kind, place, campaign, is_public, region. Did you mean "platform"?',
        ),
        (
            GOOD | {"time_zone": "Europe/Berln"},
            "source 'feed' has time_zone 'Europe/Berln'; use an IANA zone such as "
            'Europe/London. Did you mean "Europe/Berlin"?',
        ),
        (GOOD | {"day_first": "yes"}, "source 'feed' has day_first 'yes'; use true or false."),
    ],
)
def test_a_wrong_entry_is_answered_in_one_sentence(entry, said):
    with pytest.raises(ParamError) as error:
        mapping.parse("feed", entry)
    assert str(error.value) == f"sources.yml: {said}"


def test_a_source_fits_by_file_name_columns_or_both():
    source = mapping.parse("feed", GOOD | {"match": {"file": "tweets*.csv", "columns": ["w"]}})
    assert source.fits("tweets-2.csv", ["t", "w"])
    assert not source.fits("posts.csv", ["t", "w"])
    assert not source.fits("tweets-2.csv", ["t"])
    assert not mapping.parse("feed", GOOD).fits("tweets.csv", ["t", "w"])


def test_a_mapped_column_that_a_file_lacks_is_named():
    source = mapping.parse(
        "feed", {"columns": {"text": "texts", "created_at": "w"}, "match": {"columns": ["w"]}}
    )
    with pytest.raises(ParamError) as error:
        mapping.find_source([source], "a.csv", ["text", "w"], "sources.yml")
    assert str(error.value) == (
        "sources.yml: source 'feed' maps column 'texts', which a.csv does not have "
        '(it has text, w). Did you mean "text"?'
    )


def test_what_is_saved_is_what_is_read(workspace):
    acme = workspace(sources={"old": GOOD})
    source = mapping.parse(
        "new",
        GOOD
        | {
            "match": {"columns": ["t", "w"]},
            "constants": {"platform": "forum"},
            "time_zone": "Europe/Berlin",
            "day_first": True,
        },
    )
    mapping.save_source(acme, source)
    assert [one.name for one in mapping.read_sources(acme)] == ["old", "new"]
    assert mapping.read_sources(acme)[1] == source


def test_further_columns_a_vendor_and_a_price_are_kept_too(workspace):
    acme = workspace()
    further = {"also": {"text": ["s", "title"]}, "vendor": "brandwatch", "price": {"month": 900}}
    source = mapping.parse(
        "new", GOOD | further | {"match": {"columns": ["t"]}, "joined": {"id": ["o", "i"]}}
    )
    mapping.save_source(acme, source)
    assert mapping.read_sources(acme) == [source]
    assert source.missing(["title", "w"]) == []
    assert source.missing(["w"]) == ["t"]


def frame(**columns):
    return pd.DataFrame(columns)


TEXTS = [f"what a day it was, number {row}" for row in range(30)]
TIMES = [f"2026-03-{row % 28 + 1:02d} 10:00" for row in range(30)]
IDS = [f"57030613367776{row:04d}" for row in range(30)]


def test_usual_names_are_known_and_the_reason_is_given():
    guess = guess_source(
        Path("My Posts.csv"),
        frame(
            tweet_id=IDS,
            **{"Full Text": TEXTS},
            createdAt=TIMES,
            screen_name=["a", "b", "c"] * 10,
            retweet_count=range(30),
        ),
    )
    assert guess.source.columns == {
        "id": "tweet_id",
        "text": "Full Text",
        "created_at": "createdAt",
        "author": "screen_name",
        "reposts": "retweet_count",
    }
    assert guess.source.name == "my_posts"
    assert guess.complete
    assert ("text", "Full Text", "its name, and 100% of its values hold words", TEXTS[0]) in guess.reasons


def test_columns_without_telling_names_are_known_by_what_stands_in_them():
    guess = guess_source(
        Path("x.csv"), frame(a=IDS, b=TEXTS, c=TIMES, d=[f"user_{row}" for row in range(30)])
    )
    assert guess.source.columns == {"id": "a", "text": "b", "created_at": "c", "author": "d"}
    assert ("created_at", "c", "100% of its values are times", TIMES[0]) in guess.reasons


def test_a_name_that_its_content_belies_is_not_believed():
    guess = guess_source(
        Path("x.csv"), frame(text=["1", "2", "3"] * 10, body=TEXTS, time=["am", "pm", "am"] * 10, when=TIMES)
    )
    assert guess.source.columns["text"] == "body"
    assert guess.source.columns["created_at"] == "when"


def test_a_taken_name_is_not_given_twice():
    assert guess_source(Path("x.csv"), frame(text=TEXTS, time=TIMES), ["x"]).source.name == "x_2"


def test_labels_of_the_answer_sheet_are_not_taken_for_fields():
    guess = guess_source(
        Path("x.csv"), frame(text=TEXTS, time=TIMES, airline_sentiment=["negative", "neutral"] * 15)
    )
    assert "airline_sentiment" not in guess.source.columns.values()
