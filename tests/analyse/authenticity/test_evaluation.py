import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from tests.conftest import SHARED_DATA

from earshot.analyse.authenticity import evaluation
from earshot.enrich.authenticity import account_model
from earshot.enrich.authenticity import step as authenticity


def accounts(count: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    bot = np.arange(count) % 2
    return pd.DataFrame(
        {
            "screen_name": [f"user{seed}x{row}" for row in range(count)],
            "description": [
                "posts every hour" if one and row % 3 else "mother and runner" for row, one in enumerate(bot)
            ],
            "followers_count": np.where(bot, rng.poisson(60, count), rng.poisson(80, count)),
            "statuses_count": rng.poisson(900, count),
            "created_at": "6/30/2016 7:20",
            "bot": bot,
        }
    )


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("accounts")
    known, new = accounts(120, 1), accounts(60, 2)
    pd.concat([known, new.head(30).assign(bot=1 - new["bot"].head(30))]).to_csv(
        folder / "train.csv", index=False
    )
    new.to_csv(folder / "data.csv", index=False)
    return evaluation.evaluate(str(folder / "data.csv"), str(folder / "train.csv"))


def test_metrics_are_plain_numbers_with_an_interval(scored, tmp_path):
    scored.write(str(tmp_path))
    found = json.loads((tmp_path / "metrics.json").read_text())
    assert found["n"] == 60
    assert found["auc_low"] < found["auc"] < found["auc_high"]
    assert found["auc"] > 0.9  # the wrong labels of accounts that are scored were not learnt
    assert {"accuracy", "macro_f1", "ece", "posts_per_second"} <= set(found)


def test_the_model_stands_beside_simpler_ones(scored):
    assert set(scored.baselines["method"]) == {
        "this model",
        "plain random forest on counts",
        "one figure alone",
        evaluation.HAND_SET,
    }
    assert scored.thresholds["bots caught"].is_monotonic_decreasing


def test_without_a_file_to_learn_from_it_cross_validates(tmp_path):
    path = tmp_path / "data.csv"
    accounts(80, 3).to_csv(path, index=False)
    found = evaluation.evaluate(str(path))
    assert found.metrics["n"] == 80
    assert "cross-validation" in found.learnt_from


def test_the_area_is_sklearns_and_its_interval_covers():
    rng = np.random.default_rng(5)
    truth, score = rng.integers(0, 2, 300), rng.normal(size=300).round(1)
    assert evaluation.area(truth, score)[0] == pytest.approx(roc_auc_score(truth, score))
    hits = 0
    for _ in range(400):  # bots score one higher: the true area is Phi(1 / sqrt 2) = 0.760
        one, other = rng.normal(1, 1, 40), rng.normal(0, 1, 60)
        _, low, high = evaluation.area(np.repeat([1, 0], [40, 60]), np.concatenate([one, other]))
        hits += low <= 0.7602 <= high
    assert 0.92 <= hits / 400 <= 0.98


def test_the_hand_set_reasons_reach_what_the_report_says_of_them():
    path = SHARED_DATA / "spam-and-bots" / "twitter_bots.parquet"
    if not path.exists():
        pytest.skip("../shared/data/spam-and-bots is not on this machine")
    labelled = evaluation.check(pd.read_parquet(path))
    figures = account_model.features(labelled, account_model.latest(account_model.read_times(labelled)))
    found = evaluation.area(labelled["bot"], 1 - authenticity.of_profiles(figures))
    stated = authenticity.PROFILE_AUC
    assert found == pytest.approx((stated["value"], stated["low"], stated["high"]), abs=0.006)
    assert len(labelled) == stated["n"]


def test_wrong_labels_are_answered_in_one_sentence():
    with pytest.raises(ValueError, match="The label 'maybe' in bot is not 0 or 1"):
        evaluation.check(pd.DataFrame({"bot": ["1", "maybe"]}))
    with pytest.raises(ValueError, match="All 2 accounts have one label; both bots and others are needed"):
        evaluation.check(pd.DataFrame({"bot": [1, 1]}))
