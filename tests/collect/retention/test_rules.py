"""Retention: looked at first, carried out for good, certified;
counts stay, and nobody can be found in them.
"""

import json

import pandas as pd
import pytest

from earshot.collect.files.importing import import_files, remap
from earshot.collect.retention import expiry
from earshot.collect.retention import rules as retention
from earshot.core.params import ParamError

NOW = pd.Timestamp("2026-04-01", tz="UTC")
SOURCE = {
    "posts": {
        "match": {"columns": ["id", "text"]},
        "constants": {"platform": "x"},
        "columns": {
            "id": "id",
            "author": "user",
            "text": "text",
            "created_at": "at",
            "region": "where",
            "likes": "likes",
            "brand": "brand",
        },
    }
}


@pytest.fixture
def acme(workspace, tmp_path):
    def build(rules, terms=None):
        space = workspace(brands=["Acme"], sources=SOURCE, terms=terms or {}, privacy={"retention": rules})
        old = pd.DataFrame(
            {
                "id": range(12),
                "user": [f"u{n}" for n in range(12)],
                "brand": "Acme",
                "likes": 2,
                "text": [f"Acme is number {n} of the old" for n in range(12)],
                "at": "2026-01-05T08:00Z",
                "where": "eu",
            }
        )
        new = old.tail(4).assign(id=range(20, 24), at="2026-03-30T08:00Z", text="Acme is new", where="us")
        pd.concat([old, new]).to_csv(tmp_path / "posts.csv", index=False)
        import_files(space, [tmp_path / "posts.csv"])
        return space

    return build


def test_what_would_go_is_shown_and_nothing_goes(acme):
    space = acme([{"class": "posts", "keep_days": 60}])
    rows = retention.due(space, NOW)
    assert retention.summary(rows).to_numpy().tolist() == [
        ["posts: delete after 60 days", "delete", "posts", "2026-W02", 12]
    ]
    assert len(space.store.read("posts")) == 16


def test_deleted_posts_are_gone_in_every_version_and_certified(acme):
    space = acme([{"class": "posts", "keep_days": 60}])
    done = expiry.carry_out(space, NOW)
    assert done.removed == {"posts": 12, "raw": 12}
    assert len(space.store.read("posts")) == 4
    held = b"".join(path.read_bytes() for path in space.data.rglob("*.parquet"))
    assert b"of the old" not in held
    kept = space.store.read("kept_counts")
    assert kept[["week", "brand", "posts", "likes"]].to_numpy().tolist() == [["2026-W02", "Acme", 12, 24]]
    facts = json.loads(done.certificate.read_text())
    assert (facts["removed"], facts["still_due"], facts["smallest_count"]) == (
        {"posts": 12, "raw": 12},
        0,
        12,
    )
    assert expiry.holds(done.certificate)
    done.certificate.write_text(json.dumps(facts | {"due": 11}))
    assert not expiry.holds(done.certificate)
    assert expiry.carry_out(space, NOW).certificate is None


def test_likes_that_nobody_told_are_not_kept_as_zero(workspace, tmp_path):
    space = workspace(
        brands=["Acme"], sources=SOURCE, privacy={"retention": [{"class": "posts", "keep_days": 60}]}
    )
    old = pd.DataFrame(
        {
            "id": range(24),
            "user": [f"u{n}" for n in range(24)],
            "brand": ["Acme"] * 14 + ["Bolt"] * 10,
            "likes": [3] * 12 + [None] * 11 + [5],
            "text": [f"number {n} of the old" for n in range(24)],
            "at": "2026-01-05T08:00Z",
            "where": "eu",
        }
    )
    old.to_csv(tmp_path / "posts.csv", index=False)
    import_files(space, [tmp_path / "posts.csv"])
    expiry.carry_out(space, NOW)
    kept = space.store.read("kept_counts").set_index("brand")
    assert kept.loc["Acme", ["posts", "likes", "likes_known"]].tolist() == [14, 36, 12]
    assert kept.at["Bolt", "likes_known"] == 1
    assert pd.isna(kept.at["Bolt", "likes"])  # the sum of one post would point at it


def test_masked_posts_keep_their_measures_only(acme):
    space = acme([{"class": "posts", "region": "EU", "keep_days": 60, "then": "mask"}])
    from earshot.enrich.pipeline import steps

    steps.update(space, until="duplicates")
    read = space.store.read("posts")[["post_id", "week", "content_hash"]]
    space.store.merge(
        "sentiment",
        read.assign(
            p_negative=0.1, p_neutral=0.1, p_positive=0.8, label="positive", model="m", step_version="1"
        ),
    )
    done = expiry.carry_out(space, NOW)
    from earshot.analyse.posts.loading import load

    assert load(space.store, space.params)["sentiment"].tolist() == ["positive"] * 16
    posts = space.store.read("posts")
    old = posts[posts["region"] == "eu"]
    assert (done.masked, done.removed) == (12, {})
    assert set(old["text"]) == {""}
    assert old["author"].isna().all()
    assert old["likes"].tolist() == [2] * 12
    assert set(posts.loc[posts["region"] == "us", "text"]) == {"Acme is new"}
    assert len(space.store.read("raw")) == 4
    held = b"".join(path.read_bytes() for path in space.data.rglob("*.parquet"))
    assert b"of the old" not in held
    again = steps.update(space, only=("clean", "language", "duplicates"))
    assert [report.new for report in again] == [0, 0, 0]
    assert expiry.carry_out(space, NOW).certificate is None


def test_payloads_may_go_before_their_posts_and_a_new_mapping_leaves_those_alone(acme):
    space = acme([{"class": "payloads", "keep_days": 1}, {"class": "refused", "keep_days": 1}])
    done = expiry.carry_out(space, pd.Timestamp.now(tz="UTC") + pd.Timedelta(days=2))
    assert done.removed == {"raw": 16}
    remap(space, "posts")
    assert len(space.store.read("posts")) == 16


def test_a_terms_card_is_a_rule_and_counts_of_few_posts_are_not_kept(acme):
    space = acme([], terms={"posts": {"keep_days": 1}})
    assert [str(rule) for rule in retention.read_rules(space)] == ["posts, source posts: delete after 1 days"]
    cells, suppressed = expiry.counts(space, space.store.read("posts")["post_id"])
    assert cells["posts"].tolist() == [12]
    assert suppressed == 4


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            {"class": "posts"},
            "retention is {'class': 'posts'}; write a list of rules such as "
            "- {class: posts, keep_days: 730}.",
        ),
        (
            [{"class": "post", "keep_days": 3}],
            "a rule is for class 'post'; use one of posts, private, payloads, refused, "
            'accounts. Did you mean "posts"?',
        ),
        ([{"class": "posts"}], "the rule for posts has keep_days None; use a whole number from 1 up."),
        (
            [{"class": "refused", "keep_days": 3, "then": "mask"}],
            "the rule for refused has then 'mask'; use delete.",
        ),
        (
            [{"class": "refused", "keep_days": 3, "region": "eu"}],
            "rows of class refused say no region; leave region out of the rule.",
        ),
        (
            [{"class": "posts", "days": 3}],
            "a rule has no setting 'days'; there are class, keep_days, then, source, "
            'region. Did you mean "keep_days"?',
        ),
    ],
)
def test_a_wrong_rule_is_answered_in_one_sentence(workspace, rules, said):
    with pytest.raises(ParamError) as error:
        retention.read_rules(workspace(privacy={"retention": rules}))
    assert str(error.value) == f"params/acme/privacy.yml: {said}"


def test_the_command_shows_first_and_removes_when_asked(acme):
    from typer.testing import CliRunner

    from earshot.cli import app

    space = acme([{"class": "posts", "keep_days": 1}])
    shown = CliRunner().invoke(app, ["retain", "acme"])
    assert shown.exit_code == 0
    assert "Nothing was removed. Run it again with --apply" in " ".join(shown.output.split())
    assert len(space.store.read("posts")) == 16
    done = CliRunner().invoke(app, ["retain", "acme", "--apply"])
    assert "Removed: 16 from posts, 16 from raw." in " ".join(done.output.split())
    assert len(space.store.read("posts")) == 0
    again = CliRunner().invoke(app, ["retain", "acme"])
    assert "Nothing is due under 1 rule." in again.output
    assert "is not as it was signed" not in again.output
    certificate = next((space.data / "certificates").glob("*.json"))
    certificate.write_text(certificate.read_text().replace('"due": ', '"due": 1'))
    assert "is not as it was signed here" in " ".join(
        CliRunner().invoke(app, ["retain", "acme"]).output.split()
    )
