"""Acting on posts: the threshold that the costs imply,
and what a rule is expected to flag, checked on known truth.
"""

import numpy as np
import pandas as pd
import pytest

import earshot
from earshot.analyse.posts import opinions
from earshot.analyse.sentiment import decision_costs, prevalence
from earshot.core.params import ParamError


def stream(shares, size, seed=1):
    """Posts of known classes with the honest probabilities
    of a model that holds each class for equally likely.
    """
    chance = np.random.default_rng(seed)
    truth = chance.choice(3, size, p=shares)
    centres = 2.0 * np.eye(3)
    likelihood = np.exp((centres[truth] + chance.normal(size=(size, 3))) @ centres.T - 2.0)
    found = likelihood / likelihood.sum(axis=1, keepdims=True)
    names = np.array(opinions.CLASSES)
    posts = pd.DataFrame(found, columns=[f"p_{name}" for name in names]).assign(
        brand="Acme",
        author=[f"p_{at}" for at in range(size)],
        is_repeat=False,
        sentiment=names[found.argmax(axis=1)],
    )
    return prevalence.with_class_shares(posts), names[truth] == "negative"


def test_the_threshold_is_where_looking_costs_as_much_as_missing():
    assert decision_costs.Costs(4, "").threshold == pytest.approx(0.2)
    assert decision_costs.Costs(1, "").threshold == pytest.approx(0.5)


def test_what_is_expected_of_the_flagged_comes_true():
    posts, negative = stream((0.5, 0.3, 0.2), 8_000)
    rules = decision_costs.compare_rules(posts, decision_costs.Costs(4, "")).set_index("rule")
    flagged = decision_costs.prior_adjusted_probability(posts).to_numpy() >= 0.2
    assert rules.at["as agreed", "flagged"] == flagged.sum()
    assert rules.at["as agreed", "negative"] == pytest.approx(negative[flagged].mean(), abs=0.03)
    assert rules.at["as agreed", "missed"] == pytest.approx(
        negative[~flagged].sum() / negative.sum(), abs=0.03
    )
    assert rules.at["every post", "missed"] == 0
    assert rules.at["every post", "negative"] == pytest.approx(negative.mean(), abs=0.03)


def test_the_agreed_rule_costs_least():
    posts, _ = stream((0.3, 0.4, 0.3), 4_000)
    for missed in (1.5, 4, 20):
        rules = decision_costs.compare_rules(posts, decision_costs.Costs(missed, "")).set_index("rule")[
            "cost"
        ]
        assert rules.idxmin() == "as agreed"


def test_costs_come_from_the_workspace_or_its_industry(workspace, home):
    acme = workspace(brief={"industry": "bank"})
    assert decision_costs.read_costs(acme).missed == 6
    (home / "params" / "acme" / "costs.yml").write_text("missed: 2.5\nwhy: agreed in May\n")
    assert decision_costs.read_costs(acme) == decision_costs.Costs(2.5, "agreed in May")


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (
            "missed: 0",
            r"^params/acme/costs.yml: missed is 0; give the number of posts looked at for nothing that one",
        ),
        (
            "missd: 3",
            r"^params/acme/costs.yml has no entry 'missd'; there are missed, why\. Did you mean "
            r"\"missed\"\?$",
        ),
    ],
)
def test_costs_that_cannot_be_used_are_one_sentence(workspace, home, written, sentence):
    acme = workspace()
    (home / "params" / "acme" / "costs.yml").write_text(written)
    with pytest.raises(ParamError, match=sentence):
        decision_costs.read_costs(acme)


def test_an_unknown_industry_is_one_sentence(workspace):
    with pytest.raises(
        ParamError, match=r"^params/acme/brief.yml has no industry 'airlines'; there are airline, bank"
    ):
        decision_costs.read_costs(workspace(brief={"industry": "airlines"}))


def test_shipped_workspaces_name_an_industry_there_is(monkeypatch):
    monkeypatch.delenv("EARSHOT_HOME", raising=False)
    for name in ("demo", "airline"):
        assert decision_costs.read_costs(earshot.open(name)).missed > 1
