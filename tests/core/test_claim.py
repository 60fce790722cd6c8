"""Claims survive the way to JSON and back."""

import json

import numpy as np
import pytest

from earshot.core.claim import KINDS, Claim


def test_a_claim_survives_json():
    claim = Claim(
        "sentiment.united",
        "United is at 21 %.",
        np.float64(0.21),
        "share",
        np.float32(0.25),
        1,
        np.int64(40),
        "cluster-robust",
        ["posts", "sentiment"],
        "level",
        0.5,
        "",
        {"brand": "United"},
    )
    back = Claim.from_dict(json.loads(json.dumps(claim.as_dict())))
    assert back == claim
    assert back.inputs == ("posts", "sentiment")


def test_a_claim_of_an_estimate_and_one_on_the_data_need_no_more_than_they_say():
    row = {"value": 0.2, "low": 0.1, "high": 0.3, "n": 40, "brand": "United"}
    assert Claim.of("a", "b", row, method="m", weight=0.5) == Claim(
        "a", "b", 0.2, "share", 0.1, 0.3, 40, "m", weight=0.5
    )
    assert Claim.quality("a", "b", 3, "gaps", 40, "count", 0.5, ("gaps",), about={"day": "x"}) == Claim(
        "a",
        "b",
        3,
        "gaps",
        n=40,
        method="count",
        inputs=("gaps",),
        kind="quality",
        weight=0.5,
        about={"day": "x"},
    )


def test_keys_that_a_claim_does_not_know_are_left_out():
    assert Claim.from_dict({"id": "a", "sentence": "b", "cell": "findings"}) == Claim("a", "b")


def test_a_claim_of_no_kind_is_refused():
    with pytest.raises(ValueError) as raised:
        Claim("a", "b", kind="rumour")
    assert str(raised.value) == f"claim a: kind is 'rumour'; use one of {', '.join(KINDS)}."


def test_a_claim_cannot_be_changed():
    with pytest.raises(AttributeError):
        Claim("a", "b").value = 1
