"""feeds.yml: what can stand there, and one clear sentence for each thing that cannot."""

import pandas as pd
import pytest

from earshot.collect.feeds.settings import Feed, read_feeds
from earshot.core.params import ParamError

GOOD = {"platform": "mastodon", "query": "#acme"}


def sentence(workspace, entry) -> str:
    """The sentence with which an entry is refused."""
    with pytest.raises(ParamError) as error:
        read_feeds(workspace("acme", feeds={"toots": entry}))
    return str(error.value)


def test_a_feed_is_read_with_its_defaults(workspace):
    space = workspace(
        "acme", feeds={"toots": GOOD | {"brand": "Acme", "options": {"threads": True}}, "more": GOOD}
    )
    feeds = {feed.name: feed for feed in read_feeds(space)}
    assert feeds["toots"] == Feed("toots", "mastodon", "#acme", "Acme", options={"threads": "true"})
    assert [one.name for one in read_feeds(space, ["more"])] == ["more"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"platfrom": "x"},
            """has no setting 'platfrom'; there are platform, query, brand, region, base, credentials, """
            """terms, pages, since, options, price, throttled. Did you mean "platform"?""",
        ),
        ({"platform": "mastodont"}, 'Did you mean "mastodon"?'),
        ({"platform": None}, "names no platform; write, for example, platform: mastodon."),
        ({"query": ""}, "asks for nothing; write what to look for"),
        ({"query": 7}, "query is 7; write text"),
        ({"pages": 0}, "pages is 0; use a whole number from 1."),
        (
            {"throttled": 401},
            "throttled is 401; list the statuses (400 to 599) by which this address says that it is",
        ),
        ({"throttled": [200]}, "throttled is [200]; list the statuses (400 to 599)"),
        ({"since": "yesterday"}, "since is 'yesterday'; use an ISO day such as 2026-11-01, or leave it out."),
        (
            {"base": "http://m.example"},
            "base must be an address that begins with https://, since credentials go there.",
        ),
        ({"base": "https://me:pw@m.example"}, "base holds a name or password"),
        ({"options": {"thread": True}}, """has no mastodon option 'thread'"""),
        ({"credentials": {"token": "env:T"}}, "has no credential 'token'; there are bearer."),
        ({"credentials": "AAAA"}, "credentials must say for each secret where it lies"),
        (
            {"platform": "x"},
            "x needs the credential bearer; write, for example, credentials: {bearer: env:X_BEARER}.",
        ),
    ],
)
def test_what_cannot_stand_there_is_said_in_one_sentence(workspace, change, said):
    told = sentence(workspace, GOOD | change)
    assert said in told
    assert told.startswith("params/acme/feeds.yml: feed 'toots'")


def test_a_literal_secret_is_not_repeated(workspace):
    secret = "AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA"
    told = sentence(workspace, {"platform": "x", "query": "acme", "credentials": {"bearer": secret}})
    assert secret not in told
    assert "change it at the platform" in told


def test_a_feed_that_is_not_there_is_named_with_its_neighbours(workspace):
    with pytest.raises(ParamError, match="has no feed 'toot'; there are toots. Did you mean \"toots\""):
        read_feeds(workspace("acme", feeds={"toots": GOOD}), ["toot"])


def test_no_feed_at_all_says_what_to_write(workspace):
    with pytest.raises(ParamError, match=r"params/acme/feeds.yml names no feed; write one there"):
        read_feeds(workspace("acme"))


def test_a_first_run_begins_where_it_says_or_as_far_back_as_one_can():
    now = pd.Timestamp("2026-03-08T12:00:00Z")
    assert Feed("f", "x", since="2026-03-01").begins(now, 7) == pd.Timestamp("2026-03-01", tz="UTC")
    assert now - pd.Timedelta(days=7) < Feed("f", "x").begins(now, 7) < now - pd.Timedelta(days=6.9)
