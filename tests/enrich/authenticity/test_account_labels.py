"""A workspace's own labelled accounts:
what the model learnt becomes one reason against a post, and no more.
"""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from tests.analyse.queries.test_named import make_posts

from earshot.core.params import ParamError
from earshot.enrich.authenticity import account_labels, account_model
from earshot.enrich.authenticity import step as authenticity

BORN = pd.Timestamp("2020-03-01T00:00Z")


def label(space, **columns):
    """Write labels of sixty accounts; bots post a lot and are followed by few."""
    rng = np.random.default_rng(7)
    bot = np.arange(60) % 2
    born = BORN - pd.to_timedelta(rng.integers(0, 3000, 60), unit="D")
    labels = {
        "created_at": born.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "description": "x",
        "bot": bot,
        "followers_count": np.where(bot, rng.poisson(5, 60), 400),
        "statuses_count": np.where(bot, 90_000, 900),
    }
    pd.DataFrame(labels | columns).to_csv(space.folder / account_labels.FILE, index=False)


@pytest.fixture
def acme(workspace, monkeypatch):
    """Ten posts; of their authors p_1 has the profile of a bot
    and p_2 that of a person, both read years after.
    """
    few = (ExtraTreesClassifier(30, max_features=0.4, random_state=1),)  # as many as the test needs
    monkeypatch.setattr(account_model, "_trees", lambda seed: few)
    space = workspace(brands=["Acme", "Bolt"])
    space.store.merge("posts", make_posts())
    space.store.merge(
        "accounts",
        pd.DataFrame(
            {
                "platform": "x",
                "author": ["p_1", "p_2"],
                "created_at": BORN,
                "followers": [4, 390],
                "posts": [91_000, 880],
                "handle_digits": 0.1,
                "seen_at": BORN + pd.Timedelta(days=1500),
            }
        ),
    )
    return space


def reasons(space) -> dict[str, list]:
    authenticity.update(space)
    stored = space.store.read("authenticity").merge(
        space.store.read("posts", ["post_id", "author"]), on="post_id"
    )
    return {row.author: json.loads(row.reasons) for row in stored.itertuples()}


def test_what_was_learnt_is_a_reason_against_the_bot_alone_and_goes_with_the_labels(acme):
    assert reasons(acme)["p_1"] == []
    label(acme)
    found = reasons(acme)
    assert found.pop("p_1") == ["learnt"]
    assert not any(found.values())
    assert (
        acme.store.read("authenticity").set_index("post_id").at["x:0", "verdict"] == "doubtful"
    )  # not yet convicted
    (acme.folder / account_labels.FILE).unlink()
    assert reasons(acme)["p_1"] == []


def test_without_stored_profiles_nothing_is_learnt(workspace):
    space = workspace()
    label(space)
    assert account_labels.bots(space) == set()


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"bot": "maybe"}, "accounts.csv: bot is 'maybe'; write 1 for a bot and 0 for any other account."),
        (
            {"bot": [1] + [0] * 59},
            "accounts.csv: Learning needs at least 10 bots and 10 others; there are 1 bots among 60 "
            "accounts.",
        ),
    ],
)
def test_labels_that_cannot_be_used_are_refused_in_a_sentence(acme, columns, sentence):
    label(acme, **columns)
    with pytest.raises(ParamError) as error:
        account_labels.bots(acme)
    assert str(error.value) == sentence
