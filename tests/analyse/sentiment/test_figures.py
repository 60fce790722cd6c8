import pandas as pd
import pytest

from earshot.analyse import sentiment
from earshot.core.params import Brief

DAYS = pd.date_range("2026-03-01", periods=28)
BRIEF = Brief(brand="Acme", brands=["Acme", "Bolt"], min_posts=10)


def month(posts, last_week=("negative",), extra=()):
    """Four weeks: Acme half praised until the last week, Bolt steadily praised."""
    rows = []
    for place, day in enumerate(DAYS):
        mood = last_week if place >= 21 else ("negative", "positive")
        rows += [("Acme", day, mood[turn % len(mood)]) for turn in range(8)]
        rows += [
            ("Bolt", day, ("positive", "positive", "neutral", "negative")[turn % 4]) for turn in range(8)
        ]
    return posts([*rows, *extra])


def test_levels_are_the_shares_and_their_difference(posts):
    feeling = sentiment.measure(month(posts, last_week=("negative", "positive")), BRIEF)
    brands = feeling.brands.set_index("brand")
    assert brands.loc["Acme", "value"] == pytest.approx(0, abs=0.01)
    assert brands.loc["Bolt", "value"] == pytest.approx(0.25, abs=0.01)
    shares = feeling.wide.set_index("brand").loc["Bolt"]
    assert shares.tolist() == pytest.approx([0.25, 0.25, 0.5], abs=0.01)
    assert feeling.brands["brand"].tolist() == ["Bolt", "Acme"]


def test_a_planted_fall_is_a_real_change_and_steadiness_is_noise(posts):
    feeling = sentiment.measure(month(posts), BRIEF)
    verdicts = {claim.about["brand"]: claim.verdict for claim in feeling.claims if claim.kind == "change"}
    assert verdicts == {"Acme": "real", "Bolt": "noise"}
    claim = next(claim for claim in feeling.claims if claim.id == "sentiment.change.acme")
    assert claim.value == pytest.approx(-1, abs=0.01)
    assert claim.sentence.startswith(
        "Net sentiment towards Acme fell by 100 points, from 0 in 1–21 Mar 2026 to −100 in 22–28 Mar 2026 ("
    )
    assert claim.about["headline"] == "Acme: sentiment worsens by 100 points"


def test_a_day_of_complaints_stands_out(posts):
    feeling = sentiment.measure(month(posts, extra=[("Acme", DAYS[12], "negative")] * 60), BRIEF)
    events = [claim for claim in feeling.claims if claim.kind == "event"]
    assert [claim.id for claim in events] == ["sentiment.surge.acme.2026-03-13"]
    assert "drew 64 negative posts" in events[0].sentence


def test_the_days_of_one_event_are_told_together(posts):
    extra = [("Acme", DAYS[day], "negative") for day in (12, 13, 20) for _ in range(60)]
    events = [
        claim for claim in sentiment.measure(month(posts, extra=extra), BRIEF).claims if claim.kind == "event"
    ]
    assert [claim.id for claim in events] == [
        "sentiment.surge.acme.2026-03-13",
        "sentiment.surge.acme.2026-03-21",
    ]
    assert events[0].sentence.startswith("In 13–14 Mar 2026, Acme drew 128 negative posts, ")


def test_repeats_are_one_opinion(posts):
    copies = [{"brand": "Acme", "day": DAYS[3], "sentiment": "negative", "is_repeat": True}] * 500
    with_copies = sentiment.measure(month(posts, extra=copies), BRIEF)
    without = sentiment.measure(month(posts), BRIEF)
    pd.testing.assert_frame_equal(with_copies.brands, without.brands)
    assert with_copies.trust["repeats left out"] == 500


def test_groups_with_too_few_posts_are_not_published(posts):
    feeling = sentiment.measure(month(posts, extra=[("Cask", DAYS[1], "positive")] * 9), BRIEF)
    assert "Cask" not in set(feeling.brands["brand"])
    assert not any("Cask" in claim.sentence for claim in feeling.claims)


def test_a_handful_of_posts_gives_empty_tables_and_no_error(posts):
    feeling = sentiment.measure(posts([("Acme", DAYS[turn], "negative") for turn in range(9)]), BRIEF)
    for table in ("brands", "days", "channels", "languages"):
        assert feeling.points(table, {"channels": "platform", "languages": "lang"}.get(table, "brand")).empty
    assert feeling.wide.columns.tolist() == ["brand", "negative", "neutral", "positive"]
    assert feeling.wide.empty
    assert feeling.changes_shown.empty
    assert feeling.surges_shown.empty


def test_quotes_name_posts_by_id_and_never_hold_text(posts):
    claim = next(
        claim for claim in sentiment.measure(month(posts), BRIEF).claims if claim.id == "sentiment.quotes"
    )
    assert claim.about["quotes"]
    assert all(name.startswith("x:") for name in claim.about["quotes"])
    assert "six words" not in str(claim)


def test_without_sentiment_one_sentence_says_what_to_do(posts):
    frame = month(posts).assign(sentiment=pd.NA)
    with pytest.raises(ValueError, match="No post in this window has a sentiment yet; run 'earshot report'"):
        sentiment.measure(frame, BRIEF)


def test_posts_in_an_untested_language_are_in_no_figure_and_their_share_is_said(posts):
    strange = [{"brand": "Acme", "day": DAYS[3], "sentiment": None, "lang": "ja", "untested": True}] * 112
    calm = month(posts, last_week=("negative", "positive"))
    found = sentiment.measure(
        month(posts, ("negative", "positive"), strange).fillna({"untested": False}), BRIEF
    )
    pd.testing.assert_frame_equal(found.brands, sentiment.measure(calm, BRIEF).brands)
    assert found.languages["lang"].tolist() == ["en"]
    assert found.trust["left out, in a language the model was not tested in"] == "112 (20%)"
    claim = next(claim for claim in found.claims if claim.id == "sentiment.untested")
    assert (claim.value, claim.n, claim.weight) == (0.2, 560, 0.2)
    assert claim.sentence.startswith(
        "20% of 560 posts (17 to 24%) are in languages in which the sentiment model was"
    )
    assert claim.about["languages"] == ["ja"]
    assert "sentiment.untested" not in {claim.id for claim in sentiment.measure(calm, BRIEF).claims}


def test_where_all_posts_are_in_untested_languages_one_sentence_says_what_to_do(posts):
    frame = month(posts).assign(sentiment=pd.NA, lang="ja", untested=True)
    with pytest.raises(
        ValueError, match=r"was not tested \(ja\); name them under sentiment_languages in brief.yml"
    ):
        sentiment.measure(frame, BRIEF)


def test_a_model_without_sets_does_not_claim_that_nothing_is_left_to_a_person(posts):
    said = "posts left to a person (more than one class is possible)"
    assert sentiment.measure(month(posts), BRIEF).trust[said] == "0 (0%)"
    trust = sentiment.measure(month(posts), BRIEF.model_copy(update={"sentiment_model": "owner/model"})).trust
    assert trust[said] == "not known: the model names the likeliest class alone"
    assert trust["tested in"] == "not known, so that every language is counted"
