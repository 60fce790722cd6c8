"""A query explained, measured clause by clause, and kept in the catalogue of a workspace."""

import pandas as pd
import pytest

from earshot.collect.query import accuracy, catalogue, parse, pretty
from earshot.collect.query.clauses import clauses
from earshot.collect.query.expansion import expand
from earshot.collect.query.explain import explain, marked
from earshot.core.params import ParamError

TEXT = "@united my Cancelled ❤️ Flight to Paris, I want a re\u200bfund now"


def test_an_explanation_names_the_clauses_and_points_into_the_text_as_it_was_written():
    node = parse('refund* OR (cancel* NEAR/6 flight AND NOT (lost OR "no help")) OR voucher')
    found = explain(node, {"text": TEXT})
    assert found.found
    assert [(reason.clause, reason.role, reason.holds) for reason in found.reasons] == [
        ("refund*", "alternative", True),
        ('cancel* NEAR/6 flight AND NOT (lost OR "no help")', "alternative", True),
        ("cancel* NEAR/6 flight", "requirement", True),
        ('NOT (lost OR "no help")', "exclusion", False),
        ("lost", "alternative", False),
        ('"no help"', "alternative", False),
        ("voucher", "alternative", False),
    ]
    assert [TEXT[start:end] for start, end in found.places] == ["Cancelled", "Flight", "re\u200bfund"]
    assert marked(TEXT, found.places).startswith("@united my [Cancelled] ❤️ [Flight] to")


def test_what_is_not_found_has_no_places_and_a_single_word_is_its_own_clause():
    found = explain(parse("zebra"), {"text": TEXT})
    assert not found.found
    assert found.places == ()
    assert [(reason.clause, reason.role, reason.holds) for reason in found.reasons] == [
        ("zebra", "whole", False)
    ]
    assert [TEXT[a:b] for a, b in explain(parse("has:emoji has:mention"), {"text": TEXT}).places] == [
        "@united",
        "❤️",
    ]


def test_the_query_without_a_clause_is_the_query_without_it():
    node = parse("a AND (b OR c OR NOT d) AND NOT e")
    assert {clause.text: clause.rest and pretty(clause.rest) for clause in clauses(node)} == {
        "a": "(b OR c OR NOT d) AND NOT e",
        "b OR c OR NOT d": "a AND NOT e",
        "b": "a AND (c OR NOT d) AND NOT e",
        "c": "a AND (b OR NOT d) AND NOT e",
        "NOT d": "a AND (b OR c) AND NOT e",
        "NOT e": "a AND (b OR c OR NOT d)",
    }


POSTS = pd.DataFrame(
    {
        "text": ["refund please"] * 8
        + ["free refund offer"] * 4
        + ["voucher raffle"] * 6
        + ["money back"] * 2
        + ["hello"] * 5,
        "label": ["relevant"] * 8 + ["irrelevant"] * 10 + ["relevant"] * 2 + ["irrelevant"] * 5,
    }
)


def test_each_clause_is_judged_by_what_it_adds_and_what_it_costs():
    truth = accuracy.truth(POSTS["label"])
    table = accuracy.by_clause(
        parse('(refund AND NOT free) OR voucher OR "money back" OR zebra'), POSTS, truth
    )
    rows = table.set_index("clause")
    whole = rows.loc["the whole query"]
    assert (whole["found"], whole["precision"], whole["recall"]) == (16, 10 / 16, 1.0)
    assert rows.at["voucher", "advice"] == "brings only false positives (6 posts, none relevant); take it out"
    assert (rows.at["voucher", "without_precision"], rows.at["voucher", "without_recall"]) == (1.0, 1.0)
    assert rows.at['"money back"', "without_recall"] == 0.8
    assert (rows.at["NOT free", "changes"], rows.at["NOT free", "right"], rows.at["NOT free", "advice"]) == (
        4,
        4,
        "",
    )
    assert rows.at["zebra", "advice"].startswith("changes nothing in this sample")
    assert (table["precision_low"] <= table["precision"].fillna(1)).all()
    backwards = accuracy.by_clause(parse("refund AND NOT please"), POSTS, truth).set_index("clause")
    assert backwards.at["NOT please", "advice"] == "keeps out only relevant posts (8); take it out"
    assert accuracy.score({"r": parse("refund")}, POSTS, truth).at[0, "precision"] == pytest.approx(8 / 12)


def test_labels_that_say_neither_are_refused():
    with pytest.raises(
        ParamError,
        match=r"^The label 'maybe' is neither relevant nor irrelevant \(nor true or false, "
        r"1 or 0\); 1 of 2 rows have such labels\.$",
    ):
        accuracy.truth(pd.Series(["relevant", "maybe"]))


def test_a_wildcard_names_the_words_it_stands_for():
    texts = ["refunds refunded Refunds", "refund #refunds @refunds"]
    assert expand(parse("refund* AND x"), texts) == {
        "refund*": {"refunds": 2, "refunded": 1, "refund": 1, "#refunds": 1}
    }
    assert expand(parse("x"), texts) == {}


GOOD = {
    "parts": {"money": "refund* OR voucher*"},
    "queries": {
        "refunds": {"text": "<money> AND late", "brand": "Acme", "purpose": "p", "owner": "o", "version": 2}
    },
}


def test_a_query_of_the_catalogue_holds_its_parts_and_brand_and_a_stamp_of_both():
    one = catalogue.read_settings(GOOD, ["Acme", "Bolt"])["refunds"]
    assert pretty(one.node) == "brand:Acme AND (refund* OR voucher*) AND late"
    other = GOOD | {"parts": {"money": "refund*"}}
    assert one.stamp.startswith("2:")
    assert catalogue.read_settings(other, [])["refunds"].stamp != one.stamp
    assert catalogue.read_settings({}, []) == {}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"owner": ""},
            "queries.yml, query refunds: owner is missing; a query says text, purpose, owner, version.",
        ),
        ({"version": "two"}, "queries.yml, query refunds: version is a whole number from 1; got 'two'."),
        (
            {"txt": "x"},
            "queries.yml, query refunds: there is no 'txt'. Did you mean \"text\"? It has text, brand, ",
        ),
        (
            {"brand": "Acm"},
            "queries.yml, query refunds: 'Acm' is not among the brands Acme. Did you mean \"Acme\"?",
        ),
        (
            {"text": "a AND"},
            "queries.yml, query refunds, cannot be read at line 1, column 6: it ends where a word, ",
        ),
        (
            {"text": "<mony>"},
            "queries.yml, query refunds, cannot be read at line 1, column 1: there is no named part",
        ),
    ],
)
def test_a_wrong_catalogue_is_one_sentence(change, sentence):
    settings = GOOD | {"queries": {"refunds": GOOD["queries"]["refunds"] | change}}
    with pytest.raises(ParamError) as error:
        catalogue.read_settings(settings, ["Acme"])
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"querys": {}},
            "queries.yml: there is no section 'querys'. Did you mean \"queries\"? It has parts and queries.",
        ),
        ({"queries": ["a"]}, "queries.yml: queries should be one 'name: …' per line; got list."),
        (
            {"queries": {"a": "b"}},
            "queries.yml, query a: needs text, purpose, owner, version, one per line; got 'b'.",
        ),
        (
            {"queries": {"A b": {}}},
            "queries.yml, query A b: a name has small letters, digits, - and _, such as late",
        ),
        (
            {"parts": {"a": "b OR"}},
            "queries.yml, part a, cannot be read at line 1, column 5: it ends where a word",
        ),
        ({"parts": {"a": 3}}, "queries.yml: the part a should be the text of a query; got 3."),
    ],
)
def test_a_wrong_section_is_one_sentence(settings, sentence):
    with pytest.raises(ParamError) as error:
        catalogue.read_settings(settings, [])
    assert str(error.value).startswith(sentence)


def test_accounts_are_asked_for_by_the_pseudonyms_they_have_in_the_store(workspace):
    acme = workspace(handles=[" ＠Acme"])
    asked = pretty(
        catalogue.resolved(parse('author:jane OR @Jane OR @acme OR author:Acme OR "@jane hi"'), acme)
    )
    name = asked.split(" OR ")[0].removeprefix("author:")
    assert asked == f'author:{name} OR @{name} OR @acme OR author:Acme OR "@{name} hi"'
    assert name.startswith("p_")


@pytest.mark.parametrize("name", ["airline", "demo"])
def test_the_committed_queries_can_be_read(name, home):
    import earshot

    named = catalogue.read(earshot.open(name))
    assert 5 <= len(named) <= 9
    assert {"refunds", "crisis", "bereavement", "praise", "switching", "cancellations"} <= set(named)
