"""What a query finds: a table by hand, and the bulk engine held to the reference on random pairs."""

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.analyse.queries.evaluation import agree
from earshot.collect.query import engine, match, parse, parser, sampling
from earshot.collect.query.engine import Engine
from earshot.collect.query.explain import explain, marked
from earshot.collect.query.prefilter import Prefilter
from earshot.collect.query.tokens import fold, kind, tokenise, words

POSTS = {
    "refund": "I want a refund for my cancelled flight NOW",
    "order": "flight to Paris was late, so they cancelled it",
    "apple": "An apple a day",
    "brand": "My new Apple Watch is lost",
    "tag": "no help at all #RefundNow #fail @united",
    "emoji": "love it 👍🏽 ❤️ 👩‍👩‍👧",
    "cjk": "我要退款！客服不回复 환불해주세요",
    "link": "look https://t.co/AbC?x=1. and www.example.org/refund",
    "money": "$TSLA is up 1,000.50 at 9:30",
    "hard": "RE\u200bFUND ﬁne STRASSE cafe\u0301 don’t",
    "twice": "late late",
    "mail": "jo@example.org &amp; AT&amp;T",
    "empty": "",
}
COLUMNS = {
    "refund": {
        "lang": "en",
        "author": "united",
        "followers": 1500,
        "created_at": "2026-03-01T23:59:00+00:00",
    },
    "order": {
        "lang": "pt-BR",
        "author": "p_000000000001",
        "followers": 100,
        "place": "New York, NY",
        "created_at": "2026-03-02T00:00:00+00:00",
        "media_text": "a red bag",
        "kind": "reply",
    },
}
TABLE = [
    ("refund", {"refund", "hard"}),
    ("REFUND", {"refund", "hard"}),
    ("refund*", {"refund", "tag", "hard"}),
    ("*fund", {"refund", "hard"}),
    ("ref?nd", {"refund", "hard"}),
    ("refun?", {"refund", "hard"}),
    ("refu?", set()),
    ("fail", {"tag"}),
    ("#fail", {"tag"}),
    ("#refund", set()),
    ("#refund*", {"tag"}),
    ("united", set()),
    ("@united", {"tag"}),
    ("*nited", set()),
    ("apple", {"apple", "brand"}),
    ("{Apple}", {"brand"}),
    ("{apple}", {"apple"}),
    ("{Apple Watch}", {"brand"}),
    ("{App*}", {"brand"}),
    ("👍", {"emoji"}),
    ("👍🏽", {"emoji"}),
    ("👍🏿", set()),
    ("❤", {"emoji"}),
    ("👩‍👩‍👧", {"emoji"}),
    ("👩", set()),
    ("退款", {"cjk"}),
    ("款退", set()),
    ("환불", {"cjk"}),
    ("客服 NEAR/2 回复", {"cjk"}),
    ("客服 NEAR/0 回复", set()),
    ("tsla", {"money"}),
    ("$tsla", {"money"}),
    ("1,000.50", {"money"}),
    ("9:30", {"money"}),
    ("fine", {"hard"}),
    ("straße", {"hard"}),
    ("café", {"hard"}),
    ("don't", {"hard"}),
    ("amp", set()),
    ("at&t", {"mail"}),
    ("@example", set()),
    ("example", {"mail"}),
    ('"cancelled flight"', {"refund"}),
    ('"flight cancelled"', set()),
    ("cancelled NEAR/0 flight", {"refund"}),
    ("flight NEAR/0f cancelled", set()),
    ("flight NEAR/6f cancelled", {"order"}),
    ("flight NEAR/5f cancelled", set()),
    ("cancelled NEAR/7 flight", {"refund", "order"}),
    ("late NEAR/0 late", {"twice"}),
    ("late NEAR/3 late AND NOT flight", {"twice"}),
    ('(flight OR "cancelled it") NEAR/4 late', {"order"}),
    ("to NEAR/1 was NEAR/3 late", {"order"}),
    ("flight AND NOT refund", {"order"}),
    ("flight AND NOT (refund AND NOT cancelled)", {"refund", "order"}),
    ("flight AND NOT NOT refund", {"refund"}),
    ("(apple OR refund) AND NOT (day OR flight)", {"brand", "hard"}),
    ("NOT (a OR i OR to OR it OR 我 OR look OR is OR up OR late OR at)", {"hard", "empty"}),
    ("has:link", {"link"}),
    ("has:hashtag", {"tag"}),
    ("has:mention", {"tag"}),
    ("has:emoji", {"emoji"}),
    ("has:cashtag", {"money"}),
    ("has:image", {"order"}),
    ("has:place", {"order"}),
    ("link:t.co", {"link"}),
    ("link:t.co/abc", {"link"}),
    ("link:exam*fund", {"link"}),
    ("lang:en", {"refund"}),
    ("lang:pt", {"order"}),
    ("lang:pt-br", {"order"}),
    ("author:@United", {"refund"}),
    ("author:p_*", {"order"}),
    ("place:york", {"order"}),
    ('place:"new york"', {"order"}),
    ("place:yor", set()),
    ("place:yor*", {"order"}),
    ("kind:reply", {"order"}),
    ("followers:>100", {"refund"}),
    ("followers:<=100", {"order"}),
    ("since:2026-03-02", {"order"}),
    ("until:2026-03-01", {"refund"}),
    ("flight lang:(en OR pt) NOT followers:>1000", {"order"}),
]


@pytest.fixture(scope="module")
def frame():
    return pd.DataFrame(
        [{"name": name, "text": text} | COLUMNS.get(name, {}) for name, text in POSTS.items()]
    )


@pytest.mark.parametrize(("text", "found"), TABLE)
def test_each_query_of_the_table_finds_its_posts(text, found, frame):
    node = parse(text)
    assert {
        name
        for name, words_ in POSTS.items()
        if match.matches(node, {"text": words_} | COLUMNS.get(name, {}))
    } == found
    assert set(frame["name"].iloc[Engine({"q": node}).match(frame).rows("q")]) == found


def test_all_of_the_table_at_once_gives_the_same(frame):
    hits = Engine({text: parse(text) for text, _ in TABLE}).match(frame)
    assert {text: set(frame["name"].iloc[hits.rows(text)]) for text, _ in TABLE} == dict(TABLE)
    assert hits.counts()["refund"] == 2


def test_no_posts_and_no_queries_are_no_trouble(frame):
    assert Engine({"q": parse("a")}).match(frame.head(0)).counts().tolist() == [0]
    assert Engine({}).match(frame).counts().empty


def test_a_part_that_was_not_put_in_is_refused(frame):
    with pytest.raises(
        ValueError, match=r"The named part <money> was not put in; use parser\.filled first\."
    ):
        match.matches(parse("<money>"), {"text": "a"})
    assert match.matches(parser.filled(parse("<money>"), {"money": parse("a")}), {"text": "a"})


TEXTS = [
    "late late flight to Paris #fail",
    "@united thanks ❤️👍🏽 don't",
    "退款了 https://t.co/x $TSLA refund REFUND",
    "the flight was the best of the best",
    "",
    " ",
    "a\nb\u2028c",
]
PIECES = st.sampled_from([*" ".join(TEXTS).split(" "), *sampling.SPICE, " ", "\n", ","])


@given(
    st.lists(PIECES, max_size=25).map("".join)
    | st.lists(PIECES, max_size=25).map(" ".join)
    | st.text(max_size=80)
)
@settings(max_examples=400, deadline=None)
def test_tokens_stand_where_they_say_and_pieces_can_be_cut_apart(text):
    found = tokenise(text)
    assert [token.text for token in found] == words(text)
    assert [word for piece in text.split() for word in words(piece)] == words(text)
    assert all(0 <= token.start <= token.end <= len(text) for token in found)
    assert all(first.end <= second.start for first, second in pairwise(found))
    assert all(fold(token.text) and kind(token.text) for token in found)
    same = [token for token in found if text[token.start : token.end] == token.text]
    assert len(same) == len(found) or not text.isascii()


@given(st.integers(0, 10**6), st.lists(st.lists(PIECES, max_size=12).map(" ".join), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_the_engine_says_what_the_reference_says(seed, texts):
    queries = sampling.draw_queries(TEXTS, 12, seed)
    posts = pd.DataFrame(sampling.attired([*texts, *TEXTS], seed))
    hits = Engine(queries).match(posts)
    for name, node in queries.items():
        wanted = [row for row, post in enumerate(posts.to_dict("records")) if match.matches(node, post)]
        assert hits.rows(name).tolist() == wanted


CAPTIONED = [
    {"text": "look at this", "media_text": "a cracked screen, broken"},
    {"text": "my screen", "media_text": None},
    {"text": "cracked", "media_text": "screen"},
    {"text": "see https://x.org/a.jpg", "media_text": ""},
]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("screen", [0, 1, 2]),
        ('"cracked screen"', [0]),
        ("cracked NEAR/3 screen", [0]),
        ("cracked AND screen", [0, 2]),
        ("look AND broken", [0]),
        ("screen NOT cracked", [1]),
        ("NOT screen", [3]),
        ("has:alt", [0, 2]),
        ("has:image", [0, 2, 3]),
        ("has:image NOT has:alt", [3]),
        ("has:link", [3]),
    ],
)
def test_words_of_alt_text_count_and_a_phrase_stands_in_one_text(query, rows):
    posts = pd.DataFrame(CAPTIONED)
    assert Engine({"q": parse(query)}).match(posts).rows("q").tolist() == rows
    assert [row for row, post in enumerate(CAPTIONED) if match.matches(parse(query), post)] == rows


def test_a_reason_says_which_words_stood_in_the_alt_text():
    found = explain(parse("look AND (broken OR gone)"), CAPTIONED[0])
    assert marked(CAPTIONED[0]["text"], found.places) == "[look] at this"
    assert marked(CAPTIONED[0]["media_text"], found.media_places) == "a cracked screen, [broken]"
    assert [
        (reason.clause, reason.places, bool(reason.media_places))
        for reason in found.reasons
        if reason.holds and "OR" not in reason.clause
    ][:2] == [("look", ((0, 4),), False), ("broken", (), True)]


def test_ten_thousand_random_pairs_agree(airline_posts):
    """On real tweets changed for the worse:
    emoji, scripts, punctuation, hidden letters, what looks like syntax.
    """
    pairs = agree(pd.read_parquet(airline_posts, columns=["text"])["text"].tolist(), 10_000)
    assert len(pairs) == 10_000
    assert 0.2 < pairs["reference"].mean() < 0.8
    assert pairs[~pairs["agree"]].empty


def test_batches_and_a_forgotten_vocabulary_change_nothing(monkeypatch):
    texts = sampling.spiced(TEXTS[:5], 300)
    posts, queries = pd.DataFrame({"text": texts}), sampling.draw_queries(TEXTS, 30)
    whole = Engine(queries).match(posts)
    monkeypatch.setattr(engine, "BATCH", 37)
    monkeypatch.setattr("earshot.collect.query.vocabulary.KEPT", 50)
    parts = Engine(queries).match(posts)
    assert all((whole.rows(name) == parts.rows(name)).all() for name in queries)


def test_the_filter_never_drops_a_post_and_is_left_out_where_it_costs_more():
    queries = [parse("refund* AND the"), parse("NOT zebra"), parse("lang:en"), parse("has:link AND 退款")]
    texts = ["nothing here"] * 900 + ["the refunded", "a Zebra", "退款", "https://t.co/x"]
    assert Prefilter(queries).candidates(texts).tolist() == [900, 901, 902]
    assert len(Prefilter([parse("nothing")]).candidates(texts)) == len(texts)


def test_many_wildcards_in_one_word_are_no_trap():
    posts = pd.DataFrame({"text": ["a" * 5_000, "xaabaaabay" + "z" * 50, "https://x.org/" + "a" * 5_000]})
    hits = Engine({"q": parse("*a*a*b*a*a*b*a*y*"), "r": parse("link:a*a*a*a*a*b")}).match(posts)
    assert hits.counts().to_dict() == {"q": 1, "r": 0}


def test_one_post_of_ten_thousand_words_is_no_trap():
    posts = pd.DataFrame({"text": ["a " * 10_000, "b"]})
    hits = Engine({"q": parse("a NEAR/100 a NEAR/100f b"), "r": parse("a NEAR/100 a")}).match(posts)
    assert hits.counts().to_dict() == {"q": 0, "r": 1}
