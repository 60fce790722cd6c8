import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.core.store import Store
from earshot.enrich.duplicates import step as duplicates
from earshot.enrich.duplicates.minhash import is_long, jaccard, normalise

NEWS = "Acme opens a new store in Leeds on Saturday and gives away a thousand free sim cards"
OTHER = "my phone has had no signal since this morning and nobody at the shop can say why"


def posts(*rows) -> pd.DataFrame:
    """Posts from texts or dicts, one a minute, each by somebody else."""
    rows = [row if isinstance(row, dict) else {"text": row} for row in rows]
    base = {
        "kind": "post",
        "reply_to": None,
        "root": None,
        "week": "2026-W10",
        "platform": "x",
        "brand": "Acme",
        "source": "test",
    }
    rows = [base | {"post_id": f"x:{place}", "author": f"p_{place}"} | row for place, row in enumerate(rows)]
    frame = pd.DataFrame(rows)
    frame["created_at"] = pd.Timestamp("2026-03-02T08:00Z").as_unit("us") + pd.to_timedelta(
        frame.index, unit="min"
    )
    frame["collected_at"] = frame["created_at"]
    frame["content_hash"] = [f"h{abs(hash(text))}" for text in frame["text"]]
    return frame.astype({"reply_to": "str", "root": "str"})


def roles(frame: pd.DataFrame) -> list[tuple[str, str]]:
    grouped = duplicates.group(frame).set_index("post_id").loc[frame["post_id"]]
    return list(zip(grouped["role"], grouped["group"], strict=True))


def test_the_same_words_are_exact_whatever_the_handle_link_case_and_marks():
    same = posts(NEWS, f"@someone {NEWS.upper()}!!! https://t.co/abc", f"{NEWS} 'now'"[:-6], OTHER)
    assert roles(same) == [("original", "x:0"), ("exact", "x:0"), ("exact", "x:0"), ("original", "x:3")]


def test_a_text_that_was_cut_off_is_near_the_whole():
    assert roles(posts(NEWS, f"RT @acme: {NEWS[:-6]}…", NEWS[:-3] + "..."))[1:] == [
        ("repost", "x:0"),
        ("near", "x:0"),
    ]


def test_one_changed_word_is_near_with_its_jaccard_similarity():
    found = duplicates.group(posts(NEWS, NEWS.replace("Leeds", "Bristol"))).set_index("post_id")
    assert found["role"].tolist() == ["original", "near"]
    assert found.loc["x:1", "similarity"] == jaccard(
        normalise(NEWS), normalise(NEWS.replace("Leeds", "Bristol"))
    )


def test_other_numbers_make_it_another_persons_post_unless_all_else_is_the_same():
    bill = (
        "had to ring three times to get one billing mistake looked at and was still charged {} pounds, "
        "avoid them"
    )
    assert {role for role, _ in roles(posts(bill.format(14), "not happy " + bill.format(86)))} == {"original"}
    spam = f"{NEWS} {NEWS.lower()[::-1]} call {{}} now"
    assert [role for role, _ in roles(posts(spam.format(14), spam.format(15)))] == ["original", "near"]


def test_jaccard_by_hand():
    assert jaccard("abcdef", "abcdeg") == pytest.approx(1 / 3)  # abcde | bcdef, bcdeg
    assert jaccard("same text", "same text") == 1
    assert jaccard("abc", "abd") == 0


def test_thanks_by_two_people_is_no_copy_but_by_one_person_on_a_day_it_is():
    text = "@acme thank you so much"
    thanks = posts(text, text, {"text": text, "author": "p_0"})
    assert roles(thanks) == [("original", "x:0"), ("original", "x:1"), ("exact", "x:0")]


def test_people_who_complain_of_the_same_in_few_words_are_not_copies():
    assert {role for role, _ in roles(posts("my internet is down again", "my internet is down"))} == {
        "original"
    }


def test_a_repost_is_known_by_its_marker_its_quote_or_its_pointer():
    frame = posts(
        NEWS, f"RT @acme: {NEWS}", f"“@acme: {NEWS}”", {"text": "ok", "kind": "repost", "root": "x:0"}
    )
    assert roles(frame) == [("original", "x:0")] + [("repost", "x:0")] * 3


def test_reposts_of_a_post_we_do_not_have_form_one_group():
    frame = posts(*[{"text": f"nice {place}", "kind": "repost", "root": "x:999"} for place in range(3)])
    assert roles(frame) == [("original", "x:0"), ("repost", "x:0"), ("repost", "x:0")]


def test_a_quote_with_words_of_its_own_is_a_post():
    quote = f"I do not believe a word of this, they promised it twice before: “@acme: {NEWS[:30]}”"
    assert roles(posts(NEWS, quote))[1] == ("original", "x:1")


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("thank you so much all of you", False),
        ("no signal since this morning in all of leeds", True),
        ("ネットワークが朝からずっと繋がりません", True),
        ("ありがとう", False),
        ("", False),
    ],
)
def test_length_counts_words_also_where_they_are_not_spaced(text, long):
    assert is_long(text) is long


SAID = [NEWS, NEWS + " today", f"RT @a: {NEWS}", OTHER, OTHER[:-4], "thanks", "", "ok 👍", "#a" * 40]
TEXTS = st.lists(st.sampled_from(SAID), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(TEXTS, st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_row_order_and_have_one_original_the_earliest(texts, chance):
    frame = posts(*texts)
    found = duplicates.group(frame)
    order = list(range(len(frame)))
    chance.shuffle(order)
    again = duplicates.group(frame.iloc[order])
    pd.testing.assert_frame_equal(found, again)
    for first, members in found.groupby("group"):
        assert (members["role"] == "original").sum() == 1
        rows = frame.set_index("post_id").loc[members["post_id"]]
        assert (
            rows["created_at"].idxmin()
            == first
            == members.loc[members["role"] == "original", "post_id"].item()
        )
    assert found["similarity"].between(0, 1).all()


def stored(frame: pd.DataFrame, batches: list[list[int]], folder) -> pd.DataFrame:
    """The duplicates table after the rows arrived in these batches."""
    store = Store(folder)
    for batch in batches:
        store.merge("posts", frame.iloc[batch])
        duplicates.update(store)
    return store.read("duplicates").drop(columns="sketch")


def test_posts_that_come_in_batches_end_in_the_same_groups(tmp_path):
    repost = {"text": "ok", "kind": "repost", "root": "x:1"}
    frame = posts(NEWS, OTHER, NEWS + " now", f"RT @a: {OTHER}", repost, "thanks")
    at_once = stored(frame, [[0, 1, 2, 3, 4, 5]], tmp_path / "a")
    pd.testing.assert_frame_equal(stored(frame, [[2, 3], [5, 1], [4, 0]], tmp_path / "b"), at_once)


def test_an_earlier_post_that_comes_later_becomes_the_original(tmp_path):
    found = stored(posts(NEWS, NEWS + " now"), [[1], [0]], tmp_path).set_index("post_id")
    assert found["group"].tolist() == ["x:0", "x:0"]
    assert found["role"].tolist() == ["original", "near"]


def test_only_what_is_new_is_counted_and_an_edited_post_is_new_again(tmp_path):
    store, frame = Store(tmp_path), posts(NEWS, NEWS, OTHER)
    store.merge("posts", frame)
    assert (duplicates.update(store), duplicates.update(store)) == (3, 0)
    edited = posts(OTHER + " really", NEWS, OTHER).iloc[:1].assign(content_hash="new")
    store.merge("posts", edited)
    assert duplicates.update(store) == 1
    found = store.read("duplicates").set_index("post_id")
    assert found["group"].to_dict() == {"x:0": "x:0", "x:1": "x:1", "x:2": "x:0"}


def test_planted_copies_are_found_in_a_few_thousand_texts():
    import random

    chance = random.Random(3)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(3, 9))) for _ in range(2000)]
    texts = [" ".join(chance.choices(words, k=chance.randint(20, 32))) for _ in range(2000)]
    copies = []
    for source in chance.sample(texts, 300):
        parts = source.split()
        parts[chance.randrange(len(parts))] = chance.choice(words)
        copies.append(" ".join(parts))
    found = duplicates.group(posts(*texts, *copies)).set_index("post_id")
    flagged = set(found.index[found["role"] != "original"])
    planted = {f"x:{2000 + place}" for place in range(300)}
    assert len(flagged & planted) >= 0.95 * len(planted)
    assert not flagged - planted
