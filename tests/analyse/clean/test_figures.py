import pandas as pd
import pytest

from earshot.analyse import clean
from earshot.core.params import Brief
from earshot.core.store import Store


def frame(count=60, **changes):
    at = pd.date_range("2026-03-02", periods=count, freq="h", tz="UTC")
    table = pd.DataFrame(
        {
            "post_id": [f"x:{row}" for row in range(count)],
            "brand": ["Acme", "Bolt"] * (count // 2),
            "author": [f"p_{row % 20:012x}" for row in range(count)],
            "text": [f"note {row} about it" for row in range(count)],
            "place": pd.Series(pd.NA, index=range(count), dtype="str"),
            "created_at": at,
            "day": at.tz_localize(None).floor("D"),
            "lang": ["en"] * (count - 6) + ["de"] * 6,
            "lang_confidence": 0.9,
            "words": 4,
            "duplicate_role": "original",
            "sentiment": ["negative", "positive", "neutral"] * (count // 3),
        }
    )
    table["clean_text"], table["duplicate_group"] = table["text"], table["post_id"]
    table = table.assign(**changes)
    return table.assign(is_repeat=table["duplicate_role"].isin(["exact", "near", "repost"]))


def copied():
    """Ten of Bolt's thirty posts are copies of its first, by five accounts."""
    table = frame()
    rows = table.index[(table["brand"] == "Bolt") & (table.index > 40)]
    table.loc[rows, ["duplicate_role", "duplicate_group", "is_repeat"]] = ["exact", "x:1", True]
    return table


def measured(posts, tmp_path, **params):
    return clean.measure(posts, Store(tmp_path), Brief(brands=["Acme", "Bolt"], min_posts=10, **params))


def said(hygiene) -> dict[str, str]:
    return {claim.id: claim.sentence for claim in hygiene.claims}


def test_repeats_are_counted_and_their_effect_is_told(tmp_path):
    hygiene = measured(copied(), tmp_path)
    told = said(hygiene)
    assert told["clean.repeats"].startswith("17% of posts repeat another (")
    assert "10 exact copies, 0 near copies and 0 reposts" in told["clean.repeats"]
    assert "changes no brand's share of voice by more than 10.0 points" in told["clean.effect"]
    assert hygiene.effect.set_index("brand")["without"].to_dict() == {"Acme": 30, "Bolt": 20}
    assert hygiene.copied[["copies", "brand"]].iloc[0].tolist() == [11, "Bolt"]
    claim = next(claim for claim in hygiene.claims if claim.id == "clean.repeats")
    assert claim.low < claim.value < claim.high
    assert claim.n == 60


def test_languages_are_named_and_posts_without_a_brand_counted(tmp_path):
    told = said(measured(frame(brand=["Acme", ""] * 30), tmp_path))
    assert told["clean.language"].startswith("90% of posts are in English (")
    assert "then German (10%)" in told["clean.language"]
    assert told["clean.offtopic"].startswith("50% of posts name none of the brands")


def test_a_busy_account_shows_with_its_pace(tmp_path):
    authors = ["p_00000000beef"] * 30 + [f"p_{row:012x}" for row in range(30)]
    hygiene = measured(frame(author=authors), tmp_path)
    top = hygiene.accounts.iloc[0]
    assert (top["account"], top["posts"], top["minutes_between"]) == ("account 1", 30, 60.0)
    assert "wrote 65% of posts; 97% of accounts wrote one only" in said(hygiene)["clean.accounts"]


def test_what_is_hidden_is_counted_and_what_leaked_is_found(tmp_path):
    texts = ["mail [email] or [email]", "ask @p_0123456789ab"] + ["fine"] * 58
    hygiene = measured(frame(text=texts), tmp_path)
    table = hygiene.private.set_index("kind")["in_these_posts"]
    assert (table["email"], table["names of others"], hygiene.leaks) == (2, 1, 0)
    assert (
        said(hygiene)["clean.leaks"]
        == "Looking again through all 60 stored texts finds none of these details left."
    )
    leaking = measured(frame(text=["jane@example.com", *texts[1:]]), tmp_path)
    assert leaking.leaks == 1
    assert said(leaking)["clean.leaks"] == "1 private detail is still readable; import again."


def test_broken_encoding_counts_where_it_was_repaired(tmp_path):
    hygiene = measured(frame(text=["cafÃ© &amp; bar"] * 60, clean_text="café & bar"), tmp_path)
    tidied = hygiene.tidied.set_index("what")["posts"]
    assert (tidied["broken encoding"], tidied["HTML entities"]) == (60, 60)


def test_posts_that_nothing_has_read_yet_are_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"^No post in this window is enriched yet; run 'earshot report'"):
        measured(frame(duplicate_role=pd.NA), tmp_path)


def test_the_posts_given_are_not_changed(tmp_path):
    given = copied()
    before = given.copy(deep=True)
    measured(given, tmp_path)
    pd.testing.assert_frame_equal(given, before)
