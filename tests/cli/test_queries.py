"""The command `earshot query`: what it finds, why,
how right it is, and nothing that could drive a terminal.
"""

import pandas as pd
import pytest
from typer.testing import CliRunner

from earshot import cli
from earshot.core import clock

HOSTILE = "refund \x1b[31mred\x1b[0m \u202efdp.exe [bold]late[/bold] refunds"
SETTINGS = {
    "parts": {"money": "refund* OR voucher*"},
    "queries": {
        "refunds": {
            "text": "<money> AND NOT free",
            "purpose": "Who waits",
            "owner": "Head of Care",
            "version": 3,
        }
    },
}


@pytest.fixture
def acme(workspace):
    space = workspace(queries=SETTINGS)
    texts = ["late flight", HOSTILE, "free voucher", "voucher please"]
    created = pd.Series(pd.date_range("2026-03-02", periods=4, freq="D", tz="UTC"))
    space.store.merge(
        "posts",
        pd.DataFrame(
            {
                "post_id": [f"x:{row}" for row in range(4)],
                "platform": "x",
                "brand": "Acme",
                "author": "p_0123456789ab",
                "text": texts,
                "created_at": created,
                "collected_at": created,
                "kind": "post",
                "source": "test",
                "week": clock.week(created),
                "content_hash": [f"{row:032x}" for row in range(4)],
            }
        ),
    )
    return space


def call(*words: object):
    """Run the command in this process."""
    return CliRunner().invoke(cli.app, ["query", *map(str, words)])


def test_a_named_query_is_shown_with_its_posts_and_no_control_characters(acme):
    answer = call("acme", "@refunds", "--explain")
    assert answer.exit_code == 0
    assert "refunds, version 3:" in answer.stdout
    assert "Read as: (refund* OR voucher*) AND NOT free" in answer.stdout
    assert "Found 2 of 4 public posts: 50.00% (95 % interval" in answer.stdout
    assert "«refund» red" in answer.stdout
    assert "[bold]late[/bold] «refunds»" in answer.stdout
    assert not set(answer.stdout) & set("\x1b\u202e\x07")
    assert "NOT free" in answer.stdout.split("Without it")[1]


def test_words_found_in_the_alt_text_are_shown_there(acme):
    acme.store.merge(
        "posts", acme.store.read("posts", where={"post_id": "x:0"}).assign(media_text="a torn voucher")
    )
    answer = call("acme", "late AND torn")
    assert "Found 1 of 4 public posts" in answer.stdout
    assert "«late» flight" in answer.stdout
    assert "found in the alt text: a «torn» voucher" in answer.stdout


def test_a_translation_says_what_was_left_out(acme):
    answer = call("acme", "refund* NEAR/3 late", "--to", "x", "--limit", 0)
    assert "refund* stands for refund, refunds" in answer.stdout
    assert "\n(refund OR refunds) late\n" in answer.stdout
    assert "broader: X API v2 has no NEAR" in answer.stdout


def test_labels_give_precision_and_recall_of_each_clause(acme, tmp_path):
    path = tmp_path / "labels.csv"
    labels = ["relevant"] * 5 + ["irrelevant"] * 5
    pd.DataFrame({"text": ["a refund"] * 5 + ["voucher"] * 5, "label": labels}).to_csv(path)
    answer = call("acme", "refund OR voucher", "--labels", path)
    assert "On 10 labelled posts, 5 of them relevant" in answer.stdout
    assert "50% (24% to" in answer.stdout


def test_an_unreadable_query_is_pointed_at(acme):
    answer = call("acme", "late AND (flight OR")
    assert answer.exit_code == 2
    sentence, text, pointer = answer.stderr.rstrip("\n").split("\n")
    assert sentence == (
        'The query cannot be read at line 1, column 10: this "(" is never closed; close it with ")".'
    )
    assert text[pointer.index("^")] == "("


def test_wrong_requests_are_one_sentence(acme):
    assert "There is no dialect 'y'; there are x, brandwatch" in call("acme", "late", "--to", "y").stderr
    assert "There is no query refnds in queries.yml (there: refunds)" in call("acme", "@refnds").stdout
    assert '"or" in small letters is a word to look for' in call("acme", "late or early").stdout
    assert "There are no posts in this workspace yet" in call("demo", "late").stdout
