"""Campaigns: UTM links first, hashtags within the window,
nothing replaced, wrong files said in one sentence.
"""

import pandas as pd
import pytest

from earshot.core.params import ParamError
from earshot.enrich.campaigns import step as campaigns

SPRING = {
    "campaigns": [
        {
            "id": "spring",
            "name": "Spring sale",
            "start": "2026-03-01",
            "end": "2026-03-31",
            "utm_campaign": "spring26",
            "hashtags": ["#AcmeSpring"],
            "brand": "Acme",
        }
    ]
}


def posts(texts, at="2026-03-10"):
    when = pd.Timestamp(at, tz="UTC")
    return pd.DataFrame(
        {
            "post_id": [f"x:{row}" for row in range(len(texts))],
            "text": texts,
            "url": None,
            "brand": "Acme",
            "campaign": None,
            "created_at": when,
            "collected_at": when,
            "platform": "x",
            "kind": "post",
            "source": "csv",
            "author": None,
            "week": "2026-W11",
            "content_hash": [f"h{row}" for row in range(len(texts))],
        }
    )


def test_a_utm_link_or_a_hashtag_in_the_window_names_the_campaign(workspace):
    known = campaigns.read_campaigns(workspace(campaigns=SPRING))
    texts = [
        "see https://acme.example/?utm_source=x&utm_campaign=Spring26",
        "love #acmespring",
        "nothing",
        "https://t.co/abc",
        "http://[ #other",
    ]
    assert campaigns.tag(posts(texts), known).fillna("").tolist() == ["spring", "spring", "", "", ""]
    assert campaigns.tag(posts(["love #acmespring"], "2026-04-01"), known).isna().all()


def test_a_campaign_that_came_with_the_data_stays(workspace):
    known = campaigns.read_campaigns(workspace(campaigns=SPRING))
    assert campaigns.tag(posts(["#acmespring"]).assign(campaign="other"), known).tolist() == ["other"]


def test_the_step_writes_only_what_it_finds(workspace):
    space = workspace(campaigns=SPRING)
    space.store.merge("posts", posts(["#acmespring", "no"]))
    assert campaigns.update(space) == 1
    assert campaigns.update(space) == 0
    assert space.store.read("posts")["campaign"].fillna("").tolist() == ["spring", ""]


def test_source_and_medium_count_where_a_campaign_states_them(workspace):
    mail = {
        "id": "mail",
        "start": "2026-03-01",
        "end": "2026-03-31",
        "utm_campaign": "spring26",
        "utm_medium": "email",
    }
    paid = {"id": "paid", "start": "2026-03-01", "end": "2026-03-31", "utm_source": "AdNet"}
    known = campaigns.read_campaigns(workspace(campaigns={"campaigns": [mail, paid, *SPRING["campaigns"]]}))
    link = "https://acme.example/?utm_campaign=spring26&utm_medium={}&utm_source={}"
    texts = [
        link.format("Email", "list"),
        link.format("social", "x"),
        "https://acme.example/?utm_source=adnet",
    ]
    assert campaigns.tag(posts(texts), known).tolist() == ["mail", "spring", "paid"]
    assert campaigns.tag(posts(texts[2:], "2026-05-01"), known).isna().all()


def test_what_links_say_is_kept_once_and_anew_when_a_post_changes(workspace):
    space = workspace()
    frame = posts(
        ["see https://acme.example/?utm_source=x&utm_medium=social&utm_campaign=s", "no link", "utm_ talk"]
    )
    space.store.merge("posts", frame)
    assert campaigns.keep_links(space) == 1
    assert campaigns.keep_links(space) == 0
    said = space.store.read("utm").iloc[0]
    assert said[["post_id", "utm_source", "utm_medium", "utm_campaign"]].tolist() == [
        "x:0",
        "x",
        "social",
        "s",
    ]
    edited = frame.head(1).assign(text="https://acme.example/?utm_source=mail", content_hash="new")
    space.store.merge("posts", edited)
    assert campaigns.keep_links(space) == 1
    said = space.store.read("utm").iloc[0]
    assert said["utm_source"] == "mail"
    assert pd.isna(said["utm_medium"])


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"name": "x"}, "a campaign has no id"),
        ({"id": "a", "start": "2026-03-01", "end": "2026-02-01"}, "campaign 'a' ends before it starts"),
        ({"id": "a", "start": "soon", "end": "2026-02-01"}, "campaign 'a' needs start and end as ISO days"),
        ({"id": "a", "utm_campain": "x"}, "no setting 'utm_campain'.*Did you mean \"utm_campaign\""),
    ],
)
def test_a_wrong_entry_is_one_sentence(workspace, entry, sentence):
    with pytest.raises(ParamError, match=sentence):
        campaigns.read_campaigns(workspace(campaigns={"campaigns": [entry]}))
