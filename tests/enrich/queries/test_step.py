"""Stored matches: new posts and changed queries are read,
nothing else is, and what no longer holds is gone.
"""

import json

import pandas as pd
import pytest

from earshot.core import clock
from earshot.core.params import ParamError
from earshot.enrich.queries import step as queries

TEXTS = ["I want a refund", "late flight", "refund for my late flight", "hello", "voucher please"]


def make_posts(texts=TEXTS, first: int = 0, brand: str = "Acme") -> pd.DataFrame:
    """Posts in two weeks with these texts."""
    rows = range(first, first + len(texts))
    created = pd.Series([pd.Timestamp("2026-03-02T08:00Z") + pd.Timedelta(days=2 * row % 12) for row in rows])
    return pd.DataFrame(
        {
            "post_id": [f"x:{row}" for row in rows],
            "platform": "x",
            "brand": brand,
            "author": "p_1",
            "text": list(texts),
            "created_at": created,
            "collected_at": created,
            "kind": "post",
            "source": "test",
            "week": clock.week(created),
            "content_hash": [f"{abs(hash(text)):032x}" for text in texts],
        }
    )


def asked(**texts: str) -> dict:
    """A queries.yml with these queries."""
    rest = {"purpose": "p", "owner": "o", "version": 1}
    return {"queries": {name: {"text": text} | rest for name, text in texts.items()}}


def found(space) -> dict[str, list[str]]:
    """The posts that each query is stored to find."""
    table = space.store.read("matches")
    return {name: sorted(rows["post_id"]) for name, rows in table.groupby("query")}


def test_new_posts_are_read_once_and_the_clauses_that_hold_are_kept(workspace):
    acme = workspace(queries=asked(money="refund* OR voucher*", late="late NEAR/2 flight"))
    acme.store.merge("posts", make_posts())
    assert queries.update(acme) == 5
    assert found(acme) == {"money": ["x:0", "x:2", "x:4"], "late": ["x:1", "x:2"]}
    clauses = acme.store.read("matches").set_index(["post_id", "query"])["clauses"].map(json.loads)
    assert clauses["x:4", "money"] == ["voucher*"]
    assert clauses["x:1", "late"] == ["late NEAR/2 flight"]
    before = acme.store.versions()
    assert queries.update(acme) == 0
    assert acme.store.versions() == before
    acme.store.merge("posts", make_posts(["refunded", "no"], first=5))
    assert queries.update(acme) == 2
    assert found(acme)["money"] == ["x:0", "x:2", "x:4", "x:5"]


def test_words_that_stand_in_the_alt_text_only_are_found(workspace):
    acme = workspace(queries=asked(money="refund*", seen="has:alt"))
    acme.store.merge("posts", make_posts(["look", "no"]).assign(media_text=["a letter: no refund", None]))
    assert queries.update(acme) == 2
    assert found(acme) == {"money": ["x:0"], "seen": ["x:0"]}


def test_a_changed_query_reads_all_posts_again_and_the_others_do_not(workspace, monkeypatch):
    acme = workspace(queries=asked(money="refund*", late="late"))
    acme.store.merge("posts", make_posts())
    queries.update(acme)
    made = []
    whole = queries.Engine
    monkeypatch.setattr(queries, "Engine", lambda nodes: made.append(set(nodes)) or whole(nodes))
    acme = workspace(queries=asked(money="voucher*", late="late", hello="hello"))
    assert queries.update(acme) == 5
    assert set().union(*made) == {"money", "hello"}
    assert found(acme) == {"money": ["x:4"], "late": ["x:1", "x:2"], "hello": ["x:3"]}
    acme = workspace(queries=asked(late="late"))
    queries.update(acme)
    assert found(acme) == {"late": ["x:1", "x:2"]}


def test_an_edited_post_loses_the_match_it_had(workspace):
    acme = workspace(queries=asked(money="refund*", late="late"))
    acme.store.merge("posts", make_posts())
    queries.update(acme)
    edited = make_posts().head(1).assign(text="late after all", content_hash="f" * 32)
    acme.store.merge("posts", edited)
    assert queries.update(acme) == 1
    assert found(acme) == {"money": ["x:2"], "late": ["x:0", "x:1", "x:2"]}


def test_fields_brands_and_accounts_are_asked_of_the_columns(workspace):
    settings = asked(own="kind:post", person="@jane", english="lang:en")
    settings["queries"]["own"]["brand"] = "Acme"
    acme = workspace(brands=["Acme", "Bolt"], queries=settings)
    from earshot.govern.pseudonyms.pseudonyms import Pseudonyms

    acme.store.merge("posts", make_posts())
    acme.store.merge(
        "posts", make_posts([f"hi @{Pseudonyms().name('jane')}"], first=5, brand="Bolt").assign(lang="en")
    )
    queries.update(acme)
    assert found(acme) == {"own": [f"x:{row}" for row in range(5)], "person": ["x:5"], "english": ["x:5"]}


def test_without_queries_nothing_is_done_and_queries_that_go_take_their_matches_along(workspace):
    acme = workspace()
    assert queries.update(acme) == 0
    acme.store.merge("posts", make_posts())
    assert queries.update(acme) == 0
    assert acme.store.version("queried") is None
    acme = workspace(queries=asked(money="refund*"))
    queries.update(acme)
    acme = workspace(queries={"queries": {}})
    queries.update(acme)
    assert found(acme) == {}
    assert queries.update(acme) == 0


def test_a_query_that_cannot_be_read_is_one_sentence(workspace):
    acme = workspace(queries=asked(money="refund* OR"))
    with pytest.raises(
        ParamError, match=r"^queries\.yml, query money, cannot be read at line 1, column 11: it ends"
    ):
        queries.update(acme)
