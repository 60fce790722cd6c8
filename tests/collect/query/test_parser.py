"""The query language: what is read, how it binds, how it is printed again, and how a mistake is answered."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.collect.query import QueryError, parse, parser, pretty, sampling
from earshot.collect.query.nodes import And, Field, Near, Not, Or, Part, Phrase, Term

a, b, c, d = map(Term, "abcd")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("a b OR c d", Or((And((a, b)), And((c, d))))),
        ("a AND NOT b NEAR/3 c", None),
        ("NOT a AND b", And((Not(a), b))),
        ("a NEAR/3 b AND c", And((Near(a, b, 3), c))),
        ("a NEAR/3f b", Near(a, b, 3, True)),
        ("a ONEAR/3 b", Near(a, b, 3, True)),
        ("a NEAR/1 b NEAR/2 c", Near(Near(a, b, 1), c, 2)),
        ("(a OR b) NEAR/2 (c OR d)", Near(Or((a, b)), Or((c, d)), 2)),
        ("a -b", And((a, Not(b)))),
        ("NOT NOT a", Not(Not(a))),
        ('"a b"', Phrase((a, b))),
        ("“a b”", Phrase((a, b))),
        ("{Apple Watch}", Phrase((Term("Apple", True), Term("Watch", True)))),
        ("check-in", Phrase((Term("check"), Term("in")))),
        ("退款", Phrase((Term("退"), Term("款")))),
        ("ref?nd*", Term("ref?nd*")),
        ("#fail", Term("#fail")),
        ("@united", Term("@united")),
        ("$TSLA", Term("$TSLA")),
        ("👩‍👩‍👧", Term("👩‍👩‍👧")),
        ("<money> a", And((Part("money"), a))),
        ("lang:(en OR de)", Or((Field("lang", "en"), Field("lang", "de")))),
        ('place:"new york"', Field("place", "new york")),
        ("from:jane is:retweet", And((Field("author", "jane"), Field("kind", "repost")))),
        ("has:links", Field("has", "link")),
        ("followers:>=1000", Field("followers", "1000", ">=")),
        ("a # a comment\nb /* another\none */ c <<<and one>>> d", And((a, b, c, d))),
        ("and or not", And((Term("and"), Term("or"), Term("not")))),
        ('"AND"', Term("AND")),
    ],
)
def test_what_is_written_is_what_is_read(text, node):
    if node is None:
        with pytest.raises(QueryError, match="NEAR joins words"):
            parse(text)
    else:
        assert parse(text) == node
        assert parse(pretty(node)) == node


@pytest.mark.parametrize(
    ("text", "line", "column", "sentence"),
    [
        ("", 1, 1, "it is empty; write at least one word."),
        ("a AND", 1, 6, 'it ends where a word, a phrase in quotes or "(" was expected.'),
        ("a OR OR b", 1, 6, 'expected a word, a phrase in quotes or "(", found OR.'),
        ("a AND\n  (b OR) c", 2, 8, 'expected a word, a phrase in quotes or "(", found ).'),
        ("a)", 1, 2, 'this ")" closes nothing; take it out, or open it with "(" before.'),
        ("a (b OR", 1, 3, 'this "(" is never closed; close it with ")".'),
        ('say "hello', 1, 5, 'this quote is never closed; close it with "'),
        ("{Apple", 1, 1, "this brace is never closed; close it with }"),
        ("a /* b", 1, 3, "this comment is never closed; close it with */."),
        (
            "a NEAR b",
            1,
            3,
            "NEAR should say how many words may lie between, from 0 to 100: NEAR/5, or NEAR/5f where the "
            "order counts.",
        ),
        ("a NEAR/500 b", 1, 3, "NEAR/500 should say how many words may lie between"),
        (
            "a NEAR/5 (b AND c)",
            1,
            11,
            "NEAR joins words, phrases and lists of them with OR, and cannot hold AND; put AND "
            "outside its parentheses.",
        ),
        ("a NEAR/5 lang:en", 1, 10, "cannot hold lang:"),
        ("a NEAR/1 b NEAR/1 c NEAR/1 d", 1, 21, "at most 2 NEAR may follow each other"),
        ("x lnag:en", 1, 3, 'there is no field lnag:. Did you mean "lang"? The fields are author, '),
        ("has:lnk", 1, 1, 'has: knows no lnk. Did you mean "link"? Use one of cashtag, emoji, '),
        ("likes:many", 1, 1, "likes: compares a whole number, such as likes:>1000 or likes:<=50; got many."),
        ("since:tomorrow", 1, 1, "since: takes an ISO day such as 2026-03-01; got tomorrow."),
        ("lang:", 1, 6, "it ends where a phrase in quotes, a value"),
        ("x a*", 1, 3, "the wildcard a* needs at least two letters or digits beside it."),
        ("退*", 1, 1, "scripts without blanks are searched by character and need none."),
        ("!!!", 1, 1, "!!! holds no word, hashtag, mention or emoji to look for."),
        (
            "(" * 70 + "a" + ")" * 70 + " NOT" * 70 + " b",
            1,
            1,
            "it is nested more than 60 levels deep; use named parts.",
        ),
        ("a " * 30_000, 1, 1, "it has 60,000 characters and at most 50,000 are allowed; split it."),
    ],
)
def test_a_mistake_is_answered_with_its_place_and_what_was_expected(text, line, column, sentence):
    with pytest.raises(QueryError) as error:
        parse(text)
    assert str(error.value).startswith(f"The query cannot be read at line {line}, column {column}: ")
    assert sentence in str(error.value)
    shown, pointer = error.value.picture.split("\n")
    assert pointer.strip() == "^"
    assert len(pointer) <= len(shown) + 1


def test_named_parts_are_put_in_and_must_exist_and_not_hold_themselves():
    parts = {
        "money": parse("refund* OR voucher*"),
        "all": parse("<money> OR cash"),
        "loop": parse("a OR <loop>"),
        "strict": parse("a AND b"),
    }
    assert pretty(parser.filled(parse("<all> late"), parts)) == "(refund* OR voucher* OR cash) AND late"
    with pytest.raises(
        QueryError,
        match=r"there is no named part <mony> under `parts` in queries.yml. Did you mean "
        r'"money"\?',
    ):
        parser.filled(parse("x <mony>"), parts, "x <mony>")
    with pytest.raises(QueryError, match=r"the named part <loop> holds itself: loop > loop\."):
        parser.filled(parse("<loop>"), parts)
    with pytest.raises(QueryError, match="cannot hold AND"):
        parser.filled(parse("<strict> NEAR/2 c"), parts)


WORDS = st.sampled_from(
    [
        "late",
        "Flight",
        "and",
        "AND",
        "NEAR",
        "re*und",
        "#fail",
        "@united",
        "❤️",
        "über",
        "don't",
        "9:30",
        "$TSLA",
        "退",
        "author",
        "x",
    ]
)
TERMS = st.builds(Term, WORDS) | st.builds(Term, st.sampled_from(["Apple", "late"]), st.just(True))
LEAVES = (
    TERMS
    | st.lists(st.builds(Term, WORDS), min_size=2, max_size=4).map(tuple).map(Phrase)
    | st.sampled_from([parse("lang:en"), parse('place:"new york"'), parse("likes:<=3"), Part("money")])
)


def either(nodes):
    """Queries with an operator around some of ``nodes``."""
    from earshot.collect.query.nodes import joined

    several = st.lists(nodes, min_size=2, max_size=3)
    nears = st.builds(
        Near,
        TERMS,
        st.builds(lambda found: joined(Or, found), st.lists(TERMS, min_size=1, max_size=3)),
        st.integers(0, 9),
        st.booleans(),
    )
    return (
        st.builds(lambda found: joined(And, found), several)
        | st.builds(lambda found: joined(Or, found), several)
        | st.builds(Not, nodes)
        | nears
    )


@given(st.recursive(LEAVES, either, max_leaves=12))
@settings(max_examples=300, deadline=None)
def test_what_is_printed_is_read_as_the_same_query(node):
    assert parse(pretty(node)) == node
    assert pretty(parse(pretty(node))) == pretty(node)


@given(st.text(max_size=60) | st.text('ab "(){}<>#/*-:NEARODT5f', max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_query_or_a_sentence(text):
    try:
        node = parse(text)
    except QueryError:
        return
    assert parse(pretty(node)) == node


def test_random_queries_survive_being_printed():
    texts = pd.Series(["late flight to Paris #fail", "@united thanks ❤️ don't", "退款了 https://t.co/x"] * 10)
    nodes = sampling.draw_queries(texts.tolist(), 200).values()
    assert [pretty(node) for node in nodes if parse(pretty(node)) != node] == []
