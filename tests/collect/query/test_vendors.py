"""Vendors' dialects: what each can say, what is left out and to which effect, and the limits it has."""

import pytest

from earshot.collect.query import parse, pretty, sampling
from earshot.collect.query.match import matches
from earshot.collect.query.nodes import Field, Near, Term, walk
from earshot.collect.query.translate import translate
from earshot.collect.query.vendors import VENDORS, advice, lint
from earshot.core.params import ParamError

MORE, FEWER = "; more posts are found there than here.", "; fewer posts are found there than here."
WHOLE = "late AND (flight NEAR/5f cancelled) AND NOT ({Delta} OR lost) AND lang:en AND has:link"


@pytest.mark.parametrize(
    ("vendor", "text"),
    [
        ("x", "late flight cancelled -Delta -lost lang:en has:links"),
        ("brandwatch", "late AND flight NEAR/5f cancelled AND NOT ({Delta} OR lost)"),
        ("talkwalker", "late AND flight ONEAR/5 cancelled AND NOT (Delta OR lost) AND lang:en"),
        (
            "sprinklr",
            'late AND flight ONEAR/5 cancelled AND NOT (exactMessage:"Delta" OR lost) AND language:en',
        ),
        ("meltwater", "late AND flight ONEAR/5 cancelled AND NOT (Delta OR lost)"),
    ],
)
def test_one_query_in_every_dialect(vendor, text):
    assert translate(parse(WHOLE), vendor).text == text


@pytest.mark.parametrize(
    ("query", "text", "notes"),
    [
        ("a OR b c", "a OR b c", []),
        ("(a OR b) c", "(a OR b) c", []),
        ("NOT (a OR b) c", "-a -b c", []),
        ("a NEAR/0f b", '"a b"', []),
        (
            "a AND b NEAR/2 c",
            "a b c",
            [("broader", "X API v2 has no NEAR, so b NEAR/2 c only asks for both sides" + MORE)],
        ),
        ("NOT (a b) c", "c", [("broader", "X API v2 cannot say NOT a OR NOT b, which is left out" + MORE)]),
        ("a OR NOT b", "a", [("narrower", "X API v2 cannot say NOT b, which is left out" + FEWER)]),
        (
            "NOT (a NEAR/3 b) c",
            "c",
            [("broader", "X API v2 cannot say NOT (a NEAR/3 b), which is left out" + MORE)],
        ),
        (
            "c AND NOT {Apple}",
            "c -Apple",
            [("narrower", "X API v2 does not tell capitals apart, so {Apple} finds any capitals" + FEWER)],
        ),
        (
            "refund*",
            "refund",
            [
                (
                    "narrower",
                    "X API v2 cannot take the wildcard in refund*, so only refund is asked for" + FEWER,
                )
            ],
        ),
        ("a *ing", "a", [("broader", "X API v2 cannot say *ing, which is left out" + MORE)]),
        (
            "a since:2026-03-01",
            "a",
            [("beside", "since:2026-03-01 is no part of the query at X API v2; set start_time there.")],
        ),
        ("a platform:x kind:repost from:jane", "a is:retweet from:jane", []),
        (
            'a kind:post place:paris link:"example.org"',
            'a -is:reply -is:retweet -is:quote place:"paris" url:"example.org"',
            [],
        ),
        ("#fail @united $TSLA ❤", "#fail @united $TSLA ❤", []),
    ],
)
def test_what_x_cannot_say_is_left_out_and_said(query, text, notes):
    found = translate(parse(query), "x")
    assert found.text == text
    assert [(note.effect, note.sentence) for note in found.notes] == notes


def test_known_words_stand_in_for_a_wildcard():
    found = translate(parse("late refund*"), "x", {"refund*": ["refund", "refunds", "#refund"]})
    assert found.text == "late (refund OR refunds OR #refund)"
    assert found.notes[0].sentence.startswith(
        "X API v2 cannot take the wildcard refund*; its 3 commonest words here"
    )


def test_what_we_write_for_x_is_a_query_that_we_read_too():
    texts = ["late flight to Paris #fail", "@united thanks ❤️ don't 1,000.50", "退款了 $TSLA so late"] * 20
    for node in sampling.draw_queries(texts, 300, pointed=True).values():
        found = translate(node, "x")
        again = parse(found.text)
        assert not any(
            isinstance(part, Near) or (isinstance(part, Term) and (part.wild or part.cased))
            for part in walk(again)
        ), pretty(node)
        assert {part.name for part in walk(again) if isinstance(part, Field)} <= {
            "has",
            "lang",
            "author",
            "place",
            "link",
            "kind",
        }


def test_a_broader_translation_finds_at_least_what_the_query_finds():
    """Where every note says broader, the vendor's text read by us finds all that the query finds."""
    texts = [
        "late flight to Paris #fail",
        "@united thanks so much",
        "so late to thanks",
        "refund the flight now",
    ] * 3
    posts = sampling.attired(sampling.spiced(texts, 40), 5)
    checked = 0
    for node in sampling.draw_queries(texts, 400, 9, pointed=True).values():
        found = translate(node, "x")
        if {note.effect for note in found.notes} == {"broader"}:
            again = parse(found.text)
            assert all(matches(again, post) for post in posts if matches(node, post)), (
                pretty(node),
                found.text,
            )
            checked += 1
    assert checked > 20


@pytest.mark.parametrize(
    ("vendor", "query", "warning"),
    [
        (
            "x",
            " OR ".join(f"word{number}" for number in range(60)),
            "X API v2 takes 512 for recent search, 1,024 for full-archive search, 4,096 for an Enterprise "
            "contract; this text has 586 characters, too many for recent search. Split it at an OR.",
        ),
        (
            "x",
            "lang:en has:link NOT a",
            "X API v2 refuses a query of only excluded words, lang:, has: and is: "
            "conditions; add a word that must be there.",
        ),
        (
            "talkwalker",
            " OR ".join(f"word{number}" for number in range(51)),
            "Talkwalker takes at most 50 operands in one query; this one has 51.",
        ),
        (
            "meltwater",
            "president NEAR/50 trump",
            "Meltwater advises at most 10 words between the sides of a NEAR; this one has 50.",
        ),
        (
            "meltwater",
            "internatio*",
            "Meltwater advises at most 9 letters before a wildcard; internatio* has 10.",
        ),
    ],
)
def test_the_limits_of_a_vendor_are_said(vendor, query, warning):
    node = parse(query)
    assert translate(node, vendor).warnings == [warning]
    assert lint(parse("late flight"), VENDORS[vendor]) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("a and b", '"and" in small letters is a word to look for; the operator is AND.'),
        ("a b OR c", "AND (also the AND between two words side by side) binds tighter than OR"),
        ("NOT a", "Nothing has to be there, so that most posts are found"),
        ("re* late", "re* stands for very many words"),
    ],
)
def test_habits_that_find_something_else_are_named(query, said):
    assert [sentence for sentence in advice(parse(query), query) if sentence.startswith(said)]
    assert advice(parse('late AND (flight OR "this and that")'), 'late AND (flight OR "this and that")') == []


def test_an_unknown_dialect_is_one_sentence():
    with pytest.raises(
        ParamError,
        match=r"^There is no dialect \'brandwach\'; there are x, brandwatch, talkwalker, "
        r'sprinklr, meltwater\. Did you mean "brandwatch"\?$',
    ):
        translate(parse("a"), "brandwach")
