import pandas as pd
import pytest

from earshot.analyse import kpis
from earshot.analyse.kpis import contracts
from earshot.core.params import Brief, ParamError

DAYS = pd.date_range("2026-03-01", periods=42)
NET = {
    "id": "net",
    "name": "Net sentiment",
    "formula": "(positive - negative) / originals",
    "unit": "net share",
    "owner": "Ann",
    "decision": "staffing",
    "target": ">= 0.2",
    "refresh": "weekly",
    "by": ["brand", "platform"],
}
VOLUME = {
    "id": "volume",
    "name": "Posts",
    "formula": "posts",
    "unit": "posts",
    "owner": "Ann",
    "refresh": "weekly",
}


def six_weeks(posts, last=("positive", "negative")):
    rows = []
    for place, day in enumerate(DAYS):
        mood = last if place >= 35 else ("positive", "negative")
        rows += [
            {
                "brand": brand,
                "day": day,
                "sentiment": mood[turn % len(mood)],
                "platform": ("x", "forum")[turn // 6],
            }
            for brand in ("Acme", "Bolt")
            for turn in range(8)
        ]
    return posts(rows)


def measure(frame, *agreed, brand="Acme"):
    return kpis.measure(frame, contracts.read({"kpis": list(agreed)}), Brief(brand=brand))


def test_the_value_of_the_latest_whole_week_at_each_level(posts):
    card = measure(six_weeks(posts), NET, VOLUME)
    table = card.table.set_index(["kpi", "level", "brand", "segment"])
    assert table.loc[("net", 0, "", ""), ["value", "n"]].tolist() == pytest.approx([0, 112])
    assert table.loc[("net", 1, "Acme", ""), "n"] == 56
    assert table.loc[("volume", 1, "Acme", ""), "value"] == 56
    assert (table["first_day"] == DAYS[35]).all()
    assert (table["last_day"] == DAYS[41]).all()
    assert ("net", 2, "Acme", "forum") not in table.index  # 14 posts, fewer than agreed


def test_posts_without_a_feeling_do_not_water_down_a_kpi_of_feelings(posts):
    plain = six_weeks(posts, last=("positive",))
    unread = plain[plain["day"] == DAYS[40]].assign(sentiment=None, lang="ja", untested=True)
    frame = pd.concat([plain, unread.assign(post_id=unread["post_id"] + "j")], ignore_index=True)
    frame["untested"] = frame["untested"].eq(True)
    table = measure(frame, NET, VOLUME).table.set_index(["kpi", "level", "brand", "segment"])
    alone = measure(plain, NET).table.set_index(["kpi", "level", "brand", "segment"])
    assert (
        table.loc[("net", 0, "", ""), ["value", "n"]].tolist()
        == alone.loc[("net", 0, "", ""), ["value", "n"]].tolist()
        == pytest.approx([1, 112], abs=0.01)
    )
    assert table.loc[("volume", 0, "", ""), "value"] == 128


def test_small_cells_are_refused_with_the_reason(posts):
    refused = measure(six_weeks(posts), NET).refused
    assert set(refused["segment"]) == {"forum"}
    assert refused["reason"].iloc[0] == "14 posts in the period, fewer than the 30 agreed"


def test_a_kpi_without_owner_or_past_its_agreement_is_refused(posts, monkeypatch):
    monkeypatch.setenv("EARSHOT_NOW", "2026-06-01")
    card = measure(six_weeks(posts), NET | {"owner": None}, VOLUME | {"agreed_until": "2026-05-31"})
    assert card.table.empty
    assert card.claims == []
    assert card.refused["reason"].tolist() == [
        "it has no owner; name the person who answers for it",
        "its agreement ended on 2026-05-31; ask Ann to agree to it again",
    ]


def test_a_kpi_that_serves_no_decision_is_flagged(posts):
    assert measure(six_weeks(posts), NET, VOLUME).vanity == ["Posts"]


def test_a_planted_change_is_real_and_the_usual_is_not(posts):
    changed = measure(six_weeks(posts, last=("negative",)), NET).table
    acme = changed[(changed["brand"] == "Acme") & (changed["level"] == 1)].iloc[0]
    assert (acme["value"], acme["verdict"], acme["meets"]) == (-1, "real", "missed")
    assert acme["baseline"] == pytest.approx(0, abs=0.01)
    same = measure(six_weeks(posts), NET).table
    assert set(same["verdict"]) == {"noise"}
    assert (same["detectable"] > 0).all()


def test_children_add_up_to_their_parent(posts):
    sums = measure(six_weeks(posts), VOLUME).sums.iloc[0]
    assert sums["whole"] == sums["sum_of_brands"] + sums["elsewhere"] == 112
    assert sums["elsewhere"] == 0


def test_too_little_history_is_said(posts):
    frame = six_weeks(posts)
    table = measure(frame[frame["day"] >= DAYS[14]].reset_index(drop=True), NET).table
    assert set(table["verdict"]) == {"too little history"}


def test_the_claim_says_value_interval_usual_and_target(posts):
    claim = measure(six_weeks(posts, last=("negative",)), NET).claims[0]
    assert claim.id == "kpi.net.acme"
    assert claim.n == 56
    assert claim.sentence == (
        "Net sentiment for Acme was −100 (−100 to −100) in 5–11 Apr 2026, against 0 before. "
        "The target of at least +20 is missed."
    )


LIKES = {
    "id": "likes",
    "name": "Likes per post",
    "formula": "likes / posts",
    "unit": "ratio",
    "owner": "Ann",
    "decision": "none",
    "min_n": 5,
    "refresh": "weekly",
    "by": ["brand"],
}


def liked(posts, likes):
    """A week of posts on X and in a forum that never tells likes; ``likes`` of each post on X."""
    rows = [
        {"brand": "Acme", "day": DAYS[place % 7], "sentiment": "neutral", "likes": number}
        for place, number in enumerate(likes)
    ]
    rows += [
        {"brand": "Bolt", "day": DAYS[place % 7], "sentiment": "neutral", "platform": "forum", "likes": None}
        for place in range(20)
    ]
    frame = posts(rows)
    return frame.assign(
        collected_at=frame["created_at"], followers=pd.array([10] * len(frame), dtype="Int64")
    )


def test_likes_that_nobody_told_are_never_counted_as_zero(posts):
    card = measure(liked(posts, [8] * 60 + [None] * 20), LIKES)
    acme = card.table[card.table["brand"] == "Acme"].iloc[0]
    assert (acme["value"], acme["n"]) == (8, 80)
    assert (acme["imputed"], acme["left_out"]) == pytest.approx((0.25, 0))
    both = card.table[card.table["level"] == 0].iloc[0]
    assert (both["value"], both["n"], both["left_out"]) == pytest.approx((8, 80, 0.2))
    assert card.refused[card.refused["brand"] == "Bolt"]["reason"].tolist() == [
        "nobody tells the counts that it uses, for any post of the period"
    ]
    assert card.shown("likes")["counts imputed"].tolist() == ["25%", "25%"]
    assert card.shown("likes")["left out: counts never told"].tolist() == ["20%", "0%"]
    assert card.claims[0].sentence.endswith("A count of 25% of the posts is imputed from posts like them.")
    assert "Likes per post (25%)" in card.facts.values()


def test_what_is_imputed_widens_the_interval_and_total_counts_it(posts):
    known = [place % 9 for place in range(200)]
    total = LIKES | {"formula": "likes", "unit": "posts"}
    whole, part = (
        measure(liked(posts, likes), total).table.query("brand == 'Acme'").iloc[0]
        for likes in (known, [None if place % 4 == 0 else one for place, one in enumerate(known)])
    )
    assert whole["value"] == sum(known)
    assert part["low"] < sum(known) < part["high"]
    assert part["high"] - part["low"] > whole["high"] - whole["low"]
    assert part["value"] > sum(one for place, one in enumerate(known) if place % 4) * 1.1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ownr": "Ann"}, "kpis.yml, KPI net: there is no field 'ownr'. Did you mean \"owner\"?"),
        (
            {"refresh": "weakly"},
            "kpis.yml, KPI net: refresh is 'weakly'; use daily, weekly, monthly. Did you mean \"weekly\"?",
        ),
        ({"target": "high"}, "kpis.yml, KPI net: target is 'high'; write a comparison such as '>= 0.1'."),
        (
            {"by": ["colour"]},
            "kpis.yml, KPI net: by names 'colour'; use brand, platform, lang or topic_name.",
        ),
        ({"min_n": 0}, "kpis.yml, KPI net: min_n: input should be greater than or equal to 1, got 0."),
        (
            {"formula": "likes / post"},
            "kpis.yml, KPI net: formula 'likes / post' uses 'post', which is not counted",
        ),
    ],
)
def test_a_wrong_contract_is_one_sentence(change, sentence):
    with pytest.raises(ParamError) as error:
        contracts.read({"kpis": [NET | change]})
    assert str(error.value).startswith(sentence)


def test_two_kpis_with_one_id_and_a_list_that_is_none():
    with pytest.raises(ParamError, match="two KPIs have the id 'net'; rename one"):
        contracts.read({"kpis": [NET, NET]})
    with pytest.raises(ParamError, match="'kpis' must be a list"):
        contracts.read({"kpis": {"id": "net"}})
    assert contracts.read({}) == []


@pytest.mark.parametrize(
    ("target", "low", "high", "meets"),
    [
        (">= 0.2", 0.3, 0.4, "met"),
        (">= 0.2", 0.0, 0.1, "missed"),
        (">= 0.2", 0.1, 0.3, "open"),
        ("<= 0.2", 0.1, 0.2, "met"),
        ("< 0.2", 0.3, 0.4, "missed"),
        ("", 0, 1, ""),
    ],
)
def test_a_target_is_met_missed_or_open(target, low, high, meets):
    assert contracts.read({"kpis": [NET | {"target": target}]})[0].meets(low, high) == meets
