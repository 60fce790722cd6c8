import numpy as np
import pandas as pd
import pytest

from earshot.enrich.authenticity import account_model


def accounts(count: int = 120, seed: int = 1) -> pd.DataFrame:
    """Half bots, which post a lot, are followed by few and say that they are bots."""
    rng = np.random.default_rng(seed)
    bot = np.arange(count) % 2
    return pd.DataFrame(
        {
            "screen_name": [f"{'feed' if one else 'jane'}{row}" for row, one in enumerate(bot)],
            "description": [
                "a bot that posts every hour" if one else "mother, runner, reader" for one in bot
            ],
            "followers_count": np.where(bot, rng.poisson(5, count), rng.poisson(300, count)),
            "statuses_count": np.where(bot, 90_000, 900),
            "created_at": "Tue Sep 27 19:06:00 +0000 2016",
            "bot": bot,
        }
    )


def test_both_ways_of_writing_a_time_are_read_and_quotes_do_not_matter():
    texts = [
        '"Wed Jan 04 06:03:55 +0000 2012"',
        "6/30/2016 7:20",
        "13/03/2017 22:21",
        "2016-06-30T07:20:00Z",
        "soon",
    ]
    read = account_model.read_times(pd.DataFrame({"created_at": texts}))
    assert read.dt.strftime("%Y-%m-%d %H:%M").tolist()[:4] == [
        "2012-01-04 06:03",
        "2016-06-30 07:20",
        "2017-03-13 22:21",
        "2016-06-30 07:20",
    ]
    assert read.isna().tolist() == [False, False, False, False, True]


def test_figures_by_hand():
    frame = pd.DataFrame(
        {
            "screen_name": ["ab12"],
            "followers_count": [9],
            "friends_count": ["99"],
            "created_at": ["2016-01-01T00:00:00Z"],
            "verified": ["True"],
            "lang": ['"en"'],
        }
    )
    row = account_model.features(frame, pd.Timestamp("2016-01-11", tz="UTC")).iloc[0]
    assert row["age_days"] == pytest.approx(np.log(10))
    assert row["followers_a_day"] == pytest.approx(0)  # (9 + 1) in ten days
    assert row["followers_to_following"] == pytest.approx(np.log(10 / 100))
    assert (row["verified"], row["handle_digits"], row["english"], row["handle_entropy"]) == (1, 0.5, 1, 2)
    assert np.isnan(row["likes"])


def test_columns_of_our_accounts_table_serve_as_well():
    frame = pd.DataFrame({"author": ["p_1"], "followers": [9], "following": [4], "posts": [100]})
    row = account_model.features(frame).iloc[0]
    assert row[["followers", "following", "posts"]].tolist() == pytest.approx(np.log1p([9, 4, 100]).tolist())


def test_what_it_learns_holds_on_new_accounts_and_repeats_exactly():
    known, new = accounts(seed=1), accounts(seed=2)
    first, second = (account_model.train(known, known["bot"]).predict(new) for _ in range(2))
    assert ((first > 0.5) == (new["bot"] == 1)).all()
    assert (first == second).all()
    assert ((first >= 0) & (first <= 1)).all()


def test_a_missing_column_is_no_error():
    known = accounts().drop(columns=["description", "created_at"])
    assert len(account_model.train(known, known["bot"]).predict(accounts(20))) == 20


def test_too_few_labels_are_refused_in_words():
    known = accounts(24).assign(bot=[1] * 3 + [0] * 21)
    with pytest.raises(
        ValueError, match="Learning needs at least 10 bots and 10 others; there are 3 bots among 24"
    ):
        account_model.train(known, known["bot"])
