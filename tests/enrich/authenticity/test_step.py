import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot import demo
from earshot import open as open_workspace
from earshot.collect.files.importing import import_files
from earshot.enrich.authenticity import step as authenticity
from earshot.enrich.authenticity.step import REASONS
from earshot.enrich.pipeline import steps

HOUR = 3600.0


def posts(*rows) -> pd.DataFrame:
    """Posts as the step reads them from dicts, each by somebody else, an hour and a bit apart."""
    base = {
        "week": "2026-W10",
        "content_hash": "h",
        "platform": "x",
        "kind": "post",
        "role": "original",
        "words": 12,
        "tags": 0,
        "links": 0,
        "followers": np.nan,
        "following": np.nan,
        "has_bio": None,
        "has_picture": None,
        "handle_digits": np.nan,
        "born": np.nan,
    }
    made = [
        base
        | {"post_id": f"x:{place:04}", "author": f"p_{place}", "at": 4000.0 * place, "copies": f"x:{place}"}
        | row
        for place, row in enumerate(rows)
    ]
    return pd.DataFrame(made).astype({"has_bio": "boolean", "has_picture": "boolean"})


def reasons(frame: pd.DataFrame, **options) -> list[list[str]]:
    return [json.loads(text) for text in authenticity.score(frame, **options)["reasons"]]


def test_an_ordinary_post_has_nothing_against_it():
    scored = authenticity.score(posts({}, {}))
    assert scored["score"].tolist() == [1, 1]
    assert scored["verdict"].tolist() == ["authentic", "authentic"]
    assert scored["reasons"].tolist() == ["[]", "[]"]


@pytest.mark.parametrize(
    ("post", "reason"),
    [
        ({"tags": 8, "words": 10}, "stuffed"),
        ({"links": 1, "words": 2}, "link_only"),
        ({"at": 20 * 86_400.0, "born": 0.0, "followers": 3}, "new_account"),
        ({"following": 3000, "followers": 4}, "follows_many"),
        ({"has_bio": False, "has_picture": False}, "faceless"),
        ({"handle_digits": 0.6}, "numbered"),
    ],
)
def test_each_reason_is_given_for_what_it_names(post, reason):
    assert reasons(posts(post, {})) == [[reason], []]
    assert authenticity.score(posts(post))["score"].iloc[0] == pytest.approx(1 - REASONS[reason].weight)


def test_what_is_unknown_is_no_reason():
    assert reasons(posts({"born": np.nan, "followers": np.nan, "has_bio": None})) == [[]]


def test_a_text_put_out_by_five_accounts_in_a_quarter_of_an_hour_is_a_burst_and_by_four_is_none():
    copies = [
        {"copies": "c", "at": 60.0 * place, "role": "exact" if place else "original"} for place in range(5)
    ]
    assert all("burst_text" in codes for codes in reasons(posts(*copies)))
    assert not any("burst_text" in codes for codes in reasons(posts(*copies[:4])))
    slow = [copy | {"at": 600.0 * place} for place, copy in enumerate(copies)]
    assert not any("burst_text" in codes for codes in reasons(posts(*slow)))
    shared = [copy | {"kind": "repost", "role": "repost"} for copy in copies]
    assert reasons(posts(*shared)) == [[]] * 5  # the button is there to be used


def test_a_timer_is_regular_and_a_person_is_not():
    rng = np.random.default_rng(1)
    timer = [{"author": "t", "at": 1800.0 * place + place % 2} for place in range(30)]
    person = [{"author": "p", "at": at} for at in np.cumsum(rng.exponential(9000, 30))]
    found = reasons(posts(*timer, *person))
    assert found == [["regular"]] * 30 + [[]] * 30


def test_sixty_posts_in_an_hour_stand_out_and_ten_do_not():
    fast = [{"author": "f", "at": HOUR * 50 + 50.0 * place + (place * 37 % 91)} for place in range(60)]
    slow = [{"author": f"s{place % 9}", "at": 700.0 * place} for place in range(90)]
    found = reasons(posts(*fast, *slow))
    assert all("rapid" in codes for codes in found[:60])
    assert not any("rapid" in codes for codes in found[60:])


def test_copying_oneself_and_copying_others_are_told_apart():
    own = [{"author": "a", "copies": "mine", "role": "exact" if place else "original"} for place in range(5)]
    theirs = [{"author": "b", "copies": f"c{place}", "role": "exact"} for place in range(4)]
    sources = [{"author": f"z{place}", "copies": f"c{place}"} for place in range(4)]
    found = reasons(posts(*own, *theirs, *sources))
    assert all("self_copying" in codes and "copying" not in codes for codes in found[:5])
    assert all({"copying", "copied_text"} <= set(codes) for codes in found[5:9])
    assert found[9:] == [[]] * 4


def test_a_coordinated_account_is_inauthentic_wherever_it_posts_and_a_known_handle_never():
    frame = posts({"author": "a"}, {"author": "a"}, {"author": "Acme"}, {"author": "b"})
    scored = authenticity.score(frame, coordinated={"a", "Acme"}, handles=[" ＠acme"])
    assert scored["verdict"].tolist() == ["inauthentic", "inauthentic", "authentic", "authentic"]
    assert json.loads(scored["reasons"].iloc[0]) == ["coordinated"]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.sampled_from(["stuffed", "numbered", "faceless"]), unique=True))
def test_the_score_is_the_product_of_what_each_reason_leaves(codes):
    post = {"tags": 8 if "stuffed" in codes else 0, "handle_digits": 0.9 if "numbered" in codes else 0.0}
    post |= {"has_bio": False, "has_picture": False} if "faceless" in codes else {}
    wanted = np.prod([1 - REASONS[code].weight for code in codes])
    assert authenticity.score(posts(post))["score"].iloc[0] == pytest.approx(wanted, abs=1e-4)


def test_the_catalogue_has_a_sentence_for_each_reason():
    assert all(0 < reason.weight < 1 and reason.sentence.endswith(".") for reason in REASONS.values())


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """A small demo brand, enriched up to authenticity, with its truth."""
    import shutil
    from pathlib import Path

    home = tmp_path_factory.mktemp("campaign")
    shutil.copytree(Path(__file__).resolve().parents[3] / "params", home / "params")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EARSHOT_HOME", str(home))
        patch.setenv("EARSHOT_KEY", "0" * 64)
        space = open_workspace("demo")
        demo.simulate(space.data, posts=2400)
        import_files(space, [space.data / "inbox" / "x_export.csv"])  # the campaign runs there
        counts = [
            {report.step: report.new for report in steps.update(space, until="authenticity")}
            for _ in range(2)
        ]
        yield space, demo.truth(space.data).posts, counts


def test_the_planted_campaign_is_found_and_nobody_else_is_blamed(campaign):
    space, truth, _ = campaign
    judged = space.store.sql("SELECT s.*, p.author FROM authenticity s JOIN posts p USING (post_id)")
    bots = judged["post_id"].isin(truth.loc[truth["role"] == "bot", "post_id"])
    blamed = judged["verdict"] == "inauthentic"
    assert (bots & blamed).sum() / bots.sum() >= 0.95
    assert (bots & blamed).sum() / blamed.sum() >= 0.95
    edges = space.store.read("coordination")
    grouped = edges[edges["group"].notna()]
    accounts, planted = {*grouped["author"], *grouped["partner"]}, set(judged.loc[bots, "author"])
    assert len(accounts & planted) / len(accounts) >= 0.95
    assert len(accounts & planted) / len(planted) >= 0.95


def test_a_second_run_finds_nothing_new_and_writes_nothing(campaign):
    _, _, counts = campaign
    assert counts[0]["authenticity"] > 0
    assert counts[1]["authenticity"] == 0


def test_a_new_post_is_judged_and_the_others_keep_their_rows(campaign):
    space, _, _ = campaign
    version = space.store.version("authenticity")
    row = (
        space.store.read("posts")
        .head(1)
        .assign(post_id="x:new", author="p_new", content_hash="new", text="quite another thing altogether")
    )
    space.store.merge("posts", row)
    steps.update(space, until="authenticity")
    assert space.store.read("authenticity", where={"post_id": "x:new"})["verdict"].tolist() == ["authentic"]
    assert space.store.version("authenticity") == version + 1
