"""Targets: brands, products and aspects are found where they stand,
once per post, and only what is new is read.
"""

import pandas as pd
import pytest
from tests.enrich.pipeline.test_steps import make_posts

from earshot.collect.landing import tombstones
from earshot.core.params import ParamError
from earshot.enrich.targets import step as targets

LISTS = {
    "brands": {"Acme": ["acme mobile"]},
    "products": {"Acme One": ["acme one", "a1"]},
    "aspects": {"staff": ["crew", "agent*"]},
}


def acme_and_bolt(workspace, **more):
    return workspace(brands=["Acme", "Acme Air", "Bolt"], handles=["@AcmeHelp", "AcmeAirUS", "bolt"], **more)


def test_a_brand_is_its_name_its_hashtag_its_handles_and_more_words(workspace):
    found = {target.name: target for target in targets.read(acme_and_bolt(workspace, targets=LISTS))}
    assert list(found) == ["Acme", "Acme Air", "Bolt", "Acme One", "staff"]
    assert found["Acme"].words == ("Acme", "AcmeHelp", "acme mobile")
    assert found["Acme Air"].words == ("Acme Air", "AcmeAir", "AcmeAirUS")


def test_words_are_found_whole_with_any_ending_only_where_a_star_stands(workspace):
    staff = targets.read(acme_and_bolt(workspace, targets=LISTS))[-1]
    assert staff.spans("The crew's agents met a screwdriver") == [(4, 10), (11, 17)]
    assert staff.spans("crews") == []


def test_every_target_of_a_text_is_found_where_it_stands(workspace):
    look_for = targets.read(acme_and_bolt(workspace, targets=LISTS))
    text = "@AcmeHelp your agent was kind, @bolt's was not"
    found = [
        (target.name, [text[start:end] for start, end in spans])
        for _, target, spans in targets.find([text], look_for)
    ]
    assert found == [("Acme", ["AcmeHelp"]), ("Bolt", ["bolt's"]), ("staff", ["agent"])]


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        (
            {"aspect": {}},
            "params/acme/targets.yml has no part 'aspect'; there are brands, products, aspects.",
        ),
        (
            {"brands": {"Acmee": ["x"]}},
            "params/acme/targets.yml has no brand 'Acmee'; there are Acme, Acme Air, Bolt.",
        ),
        ({"aspects": {"staff": []}}, "params/acme/targets.yml: staff needs a list of words, such as"),
        ({"aspects": {"staff": ["*"]}}, "params/acme/targets.yml: staff needs a list of words, such as"),
    ],
)
def test_a_wrong_list_is_one_sentence(workspace, lists, said):
    with pytest.raises(ParamError) as problem:
        targets.read(acme_and_bolt(workspace, targets=lists))
    assert str(problem.value).startswith(said)


def test_only_what_is_new_is_read_and_an_edit_replaces_what_was_found(workspace):
    space = acme_and_bolt(workspace, targets=LISTS)
    posts = make_posts(6).assign(
        text=["I love Acme", "Acme is awful, Bolt is great", "hello", "bolt", "the crew", "a"]
    )
    space.store.merge("posts", posts)
    assert targets.update(space) == 6
    rows = space.store.read("targets").sort_values(["post_id", "target"])
    assert list(zip(rows["post_id"], rows["target"], rows["kind"], strict=True)) == [
        ("x:0", "Acme", "brand"),
        ("x:1", "Acme", "brand"),
        ("x:1", "Bolt", "brand"),
        ("x:3", "Bolt", "brand"),
        ("x:4", "staff", "aspect"),
    ]
    assert rows[["start", "end"]].iloc[0].tolist() == [7, 11]
    assert rows[["p_negative", "p_neutral", "p_positive"]].sum(axis=1).round(4).eq(1).all()
    assert targets.update(space) == 0
    edited = posts.iloc[[1]].assign(text="never mind", content_hash="f" * 32)
    space.store.merge("posts", edited)
    assert targets.update(space) == 1
    assert "x:1" not in set(space.store.read("targets")["post_id"])


def test_a_deleted_post_leaves_no_target_behind(workspace):
    space = acme_and_bolt(workspace, targets=LISTS)
    space.store.merge("posts", make_posts(3).assign(text="I love Acme"))
    targets.update(space)
    space.store.merge(
        "deletions",
        pd.DataFrame(
            {
                "platform": ["x"],
                "id": ["x:1"],
                "kind": ["deleted"],
                "deleted_at": [pd.Timestamp("2026-03-09T08:00Z")],
            }
        ),
    )
    removed = tombstones.follow(space)
    assert (removed["targets"], removed["targeted"]) == (1, 1)
    assert set(space.store.read("targets")["post_id"]) == {"x:0", "x:2"}


def test_a_new_list_reads_all_posts_again_and_no_list_reads_none(workspace):
    bare = workspace("bare")
    bare.store.merge("posts", make_posts(2))
    assert targets.update(bare) == 0
    space = acme_and_bolt(workspace)
    space.store.merge("posts", make_posts(3).assign(text="the crew"))
    assert targets.update(space) == 3
    assert space.store.read("targets").empty
    again = acme_and_bolt(workspace, targets=LISTS)
    assert targets.update(again) == 3
    assert len(again.store.read("targets")) == 3


def test_other_languages_are_left_to_a_person():
    frame = pd.DataFrame(
        {
            "post_id": ["1", "2"],
            "content_hash": "h",
            "week": "2026-W10",
            "lang": ["en", "de"],
            "text": ["I love Acme so much, it is the best", "Acme ist das beste, ich liebe es"],
        }
    )
    rows = targets.add(frame, [targets.Target("Acme", "brand", ("acme",))])
    assert rows["label"].tolist() == ["positive", "unsure"]
