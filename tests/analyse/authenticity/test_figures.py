import pandas as pd
import pytest

from earshot.analyse import authenticity
from earshot.core.params import Brief
from earshot.core.store import Store
from earshot.enrich.authenticity.step import REASONS

BRIEF = Brief(brands=["Acme", "Bolt"], min_posts=5, topics_min_posts=2)


@pytest.fixture
def smear(posts):
    """Forty people speak well of Acme and twenty so-so of Bolt; thirty inauthentic posts by six accounts
    smear
    Acme.
    """
    rows = [
        ("Acme", f"2026-03-{2 + place % 20:02}", "positive" if place % 4 else "negative")
        for place in range(40)
    ]
    rows += [
        ("Bolt", f"2026-03-{2 + place % 20:02}", "neutral" if place % 2 else "positive")
        for place in range(50)
    ]
    rows += [
        {
            "brand": "Acme",
            "day": "2026-03-18",
            "sentiment": "negative",
            "author": f"p_bot{place % 6}",
            "topic_name": "the leak",
        }
        for place in range(30)
    ]
    frame = posts(rows)
    return frame.assign(
        inauthentic=frame["author"].str.startswith("p_bot"),
        is_repeat=False,
        duplicate_group=None,
        authenticity=[0.2 if name.startswith("p_bot") else 1.0 for name in frame["author"]],
    )


def stored(frame: pd.DataFrame, folder) -> Store:
    """A store with the posts, their reasons and one coordinated group."""
    store = Store(folder)
    at = frame["created_at"]
    base = frame[["post_id", "author"]].assign(week="2026-W10", content_hash=frame["post_id"])
    store.merge(
        "posts",
        base.assign(
            platform="x",
            brand=frame["brand"],
            text=frame["text"],
            created_at=at,
            collected_at=at,
            kind="post",
            source="test",
        ),
    )
    reasons = ['["coordinated", "burst_text"]' if one else "[]" for one in frame["inauthentic"]]
    store.merge(
        "authenticity",
        base.drop(columns="author").assign(
            score=frame["authenticity"],
            verdict=["inauthentic" if one else "authentic" for one in frame["inauthentic"]],
            reasons=reasons,
            step_version="1",
        ),
    )
    bots = sorted(frame.loc[frame["inauthentic"], "author"].unique())
    if bots:
        pairs = [(one, other) for one in bots for other in bots if one < other]
        store.merge(
            "coordination",
            pd.DataFrame(pairs, columns=["author", "partner"]).assign(
                network="co_post", times=5, seconds=40.0, first=at.min(), last=at.max(), group="g1"
            ),
        )
    return store


@pytest.fixture
def found(smear, tmp_path):
    return authenticity.measure(smear, stored(smear, tmp_path), BRIEF)


def test_the_share_has_an_interval_in_which_an_account_is_one_voice(found):
    row = found.shares.set_index("brand").loc["All brands"]
    assert (row["value"], row["n"], row["inauthentic"]) == (0.25, 120, 30)
    assert row["low"] < 0.15 < 0.30 < row["high"]


def test_every_figure_stands_with_and_without(found):
    table = found.effect.set_index(["figure", "brand"])
    assert table.loc[("posts", "Acme"), ["with", "without"]].tolist() == [70, 40]
    assert table.loc[("share of voice", "Acme"), "with"] == pytest.approx(70 / 120)
    assert table.loc[("share of voice", "Acme"), "without"] == pytest.approx(40 / 90)
    assert table.loc[("net sentiment", "Acme"), "without"] == pytest.approx(0.5, abs=0.02)
    bolt = table.loc[("net sentiment", "Bolt")]
    assert bolt["with"] == pytest.approx(bolt["without"], abs=0.01)


def test_what_flips_is_listed(found):
    flips = found.flips.set_index("what")
    assert flips.loc["Acme and Bolt, order", ["figure", "without"]].tolist() == [
        "share of voice",
        "Bolt above Acme",
    ]
    assert (found.flips["what"] == "Acme").any()  # its net sentiment changes its sign
    assert flips.loc["the leak", "figure"] == "topics"


def test_reasons_are_counted_with_their_sentences(found):
    table = found.reasons.set_index("reason")
    assert table.loc["coordinated", ["posts", "accounts", "inauthentic"]].tolist() == [30, 6, 30]
    assert table.loc["burst_text", "why"] == REASONS["burst_text"].sentence


def test_a_group_is_told_by_what_it_pushed_and_nobody_is_named(found):
    row = found.groups.iloc[0]
    assert row[["group", "accounts", "posts", "brand", "shared"]].tolist() == [
        "group 1",
        6,
        30,
        "Acme",
        "post",
    ]
    assert "p_bot" not in found.groups.to_csv() + "".join(claim.sentence for claim in found.claims)


def test_the_claims_say_it_in_sentences(found):
    said = {claim.id: claim.sentence for claim in found.claims}
    assert said["authenticity.share"].startswith("25% of posts are judged inauthentic (")
    assert said["authenticity.groups"].startswith(
        "One group of accounts acts together beyond chance; the largest, 6 accounts, put out 30 posts"
    )
    assert said["authenticity.flips"].startswith("Leaving out inauthentic posts turns ")


def test_without_anything_inauthentic_nothing_flips(smear, tmp_path):
    clean = smear[~smear["inauthentic"]].reset_index(drop=True)
    found = authenticity.measure(clean, stored(clean, tmp_path), BRIEF)
    assert found.flips.empty
    assert found.groups.empty
    assert (found.effect["with"] == found.effect["without"]).all()
    assert "turns no conclusion round" in found.claims[-1].sentence
    assert found.claims[0].sentence.startswith("None of 90 posts is judged inauthentic (at most ")


def test_posts_that_nobody_judged_are_an_error_in_words(smear, tmp_path):
    with pytest.raises(ValueError, match="No post in this window was judged yet"):
        authenticity.measure(smear.assign(authenticity=float("nan")), Store(tmp_path), BRIEF)


def test_where_the_brief_leaves_them_out_load_does_and_the_page_still_compares(smear, tmp_path):
    from earshot.analyse.posts.loading import load

    store = stored(smear, tmp_path)
    only = BRIEF.model_copy(update={"authentic_only": True})
    assert len(load(store, only)) == 90
    assert load(store, BRIEF)["inauthentic"].sum() == 30
    found = authenticity.measure(load(store, only), store, only)
    assert found.shares.set_index("brand").loc["All brands", "inauthentic"] == 30
    assert "left out of all figures" in found.claims[0].sentence


def test_the_effect_is_told_in_the_unit_of_each_figure():
    effect = pd.DataFrame(
        [
            {
                "figure": "posts",
                "brand": "Acme",
                "with": 1806.0,
                "low": None,
                "high": None,
                "without": 1800.0,
                "without_low": None,
                "without_high": None,
            },
            {
                "figure": "net sentiment",
                "brand": "Acme",
                "with": -0.568,
                "low": -0.7,
                "high": -0.43,
                "without": None,
                "without_low": None,
                "without_high": None,
            },
        ]
    )
    shares = pd.DataFrame({"inauthentic": [6]})
    found = authenticity.Authenticity(shares, effect, effect, effect, effect, 1806, [])
    told = found.effect_shown.to_dict("records")
    assert told[0] == {"figure": "posts", "brand": "Acme", "with": "1,806", "without": "1,800"}
    assert told[1]["with"] == "−57 (−70 to −43)"
    assert told[1]["without"] == "too few posts"
    calm = authenticity.Authenticity(
        pd.DataFrame({"inauthentic": [0]}), effect, effect, effect, effect, 1806, []
    )
    assert calm.effect_shown.empty


def test_posts_that_are_all_inauthentic_leave_no_figure_but_no_error(smear, tmp_path):
    posts = smear.assign(inauthentic=True)
    told = authenticity.measure(posts, stored(posts, tmp_path), BRIEF).effect
    assert told["without"].isna().all()
