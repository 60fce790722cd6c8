import pandas as pd

from earshot.govern.masking import residual_scan


def test_loose_patterns_find_what_a_masker_might_miss():
    texts = pd.Series(
        [
            "write a.b@c.example",
            "order 123 456 789 012",
            "AB12CD34EF5",
            "at 10.0.0.1",
            "12 Elm St",
            "bye - Jane Doe",
            "Mrs Smith",
            None,
            "nothing here",
        ]
    )
    found = residual_scan.suspects(texts).set_index("kind")["posts"].to_dict()
    assert found == {
        "an e-mail address": 1,
        "a long number": 1,
        "a code of letters and digits": 1,
        "an IP address": 1,
        "a street and number": 1,
        "a signature": 1,
        "a title and name": 1,
    }


def test_masks_prices_and_web_addresses_are_no_suspects():
    texts = pd.Series(["[email] and [phone]", "$123456789", "https://x.com/i/status/570306133677760513"])
    assert residual_scan.suspects(texts)["posts"].sum() == 0
