"""The demo brand holds what it promises:
sizes, variety, planted truth, valid identifiers, files that can be read.
"""

import gzip
import hashlib
import json
import re
from random import Random

import numpy as np
import pandas as pd
import pytest

from earshot import demo
from earshot.demo import identifiers, planting, world
from earshot.demo.grammar import PHRASES, Grammar, compile_phrase, grammar, tidy
from earshot.govern.masking.checksums import passes_luhn
from earshot.govern.masking.identifiers import passes_iban

POSTS = 3000


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return folder, demo.simulate(folder, posts=POSTS)


@pytest.fixture(scope="module")
def posts(run):
    return run[1].posts


def shingles(text: str) -> frozenset:
    words = re.findall(r"\w+", text.lower())
    return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset(words)


def ordinary(posts: pd.DataFrame) -> pd.DataFrame:
    return posts[posts["role"].isin(("post", "offtopic")) & (posts["copy"] == "")]


def test_a_run_has_the_asked_number_of_posts_each_once(posts):
    assert len(posts) == POSTS
    assert posts["post_id"].is_unique
    assert posts["text"].str.len().min() > 3


def test_no_ordinary_post_is_written_twice(posts):
    assert not ordinary(posts)["text"].str.lower().duplicated().any()


def test_at_most_one_in_a_hundred_ordinary_posts_of_a_theme_is_nearly_another(posts):
    near = total = 0
    for _, part in ordinary(posts).groupby(["theme", "lang"]):
        seen = [shingles(text) for text in part["text"]]
        total += len(seen)
        near += sum(any(len(a & b) > 0.8 * len(a | b) for b in seen[:i]) for i, a in enumerate(seen))
    assert near / total <= 0.01


def test_languages_brands_and_platforms_have_their_planted_shares(posts):
    for column, shares in (("lang", world.LANGUAGES), ("brand", world.BRANDS), ("platform", world.PLATFORMS)):
        found = posts[posts["event"].eq("") & posts["role"].eq("post")][column].value_counts(normalize=True)
        assert found.to_dict() == pytest.approx(shares, abs=0.035)


def test_every_planted_event_is_large_enough_in_a_small_run_and_starts_at_its_hour(tmp_path):
    small = demo.simulate(tmp_path, posts=1500)
    for event in world.EVENTS:
        part = small.posts[(small.posts["event"] == event.name) & (small.posts["role"] == "post")]
        start, end = event.window()
        assert len(part) >= 30
        assert part["at"].min() >= start
        assert part["at"].max() < end
    assert (small.posts["role"] == "bot").sum() >= 30
    assert set(small.posts["hostile"]) - {""} == set(planting.HOSTILE)


def test_the_outage_multiplies_larkspur_and_leaves_the_rivals_alone(posts):
    start, end = world.EVENTS[1].window()
    inside = posts["at"].between(start, end)
    larkspur = posts["brand"].eq("Larkspur")
    daily = posts[~inside & larkspur].shape[0] / 88
    assert (inside & larkspur).sum() / 3 > 2.5 * daily
    rivals = posts[~larkspur & posts["event"].eq("") & posts["role"].eq("post")]
    assert rivals["at"].between(start, end).sum() / 3 < 2 * len(rivals) / 91
    assert (posts.loc[inside & larkspur, "sentiment"] == "negative").mean() > 0.65


def test_the_new_topic_is_only_in_the_last_week(posts):
    esim = posts[(posts["theme"] == "esim") & (posts["role"] == "post")]
    assert esim["at"].min() >= pd.Timestamp("2026-09-21", tz="Europe/London")
    assert not posts.loc[posts["at"] < "2026-09-21", "text"].str.contains("eSIM", case=False).any()


def test_the_lost_hours_of_x_are_empty_and_counted(run, posts):
    gap = posts[(posts["platform"] == "x") & posts["at"].between("2026-08-26 14:00Z", "2026-08-26 19:59Z")]
    assert gap.empty
    assert run[1].facts["gap"]["lost"] > 0


def test_copies_name_an_original_that_is_older_and_alike(posts):
    texts, times = posts.set_index("post_id")["text"], posts.set_index("post_id")["at"]
    copied = posts[posts["copy"] != ""]
    assert (copied["at"].to_numpy() > times[copied["original"]].to_numpy()).all()
    for row in copied.itertuples():
        original = texts[row.original]
        if row.copy == "exact":
            assert row.text == original
        elif row.copy == "repost":
            assert row.text.endswith(original)
        else:
            assert row.text != original
            assert len(shingles(row.text) & shingles(original)) >= 0.6 * len(
                shingles(row.text) | shingles(original)
            )


def test_bots_push_one_link_within_minutes(posts):
    bots = posts[posts["role"] == "bot"]
    assert bots["text"].str.contains(world.BOT_LINK, regex=False).all()
    waves = [pd.Timestamp(wave, tz=world.ZONE) for wave in world.BOT_WAVES]
    assert all(any(0 <= (at - wave).total_seconds() <= 720 for wave in waves) for at in bots["at"])
    assert bots["author"].nunique() >= 10


def test_planted_identifiers_are_where_the_truth_says_and_pass_their_checks(run, posts):
    pii, texts = run[1].tables["pii"], posts.set_index("post_id")["text"]
    assert set(pii["type"]) == set(identifiers.KINDS)
    for row in pii.itertuples():
        assert texts[row.post_id][row.start : row.end] == row.value
    compact = pii["value"].str.replace(r"[ \-]", "", regex=True)
    assert compact[pii["type"] == "card"].map(passes_luhn).all()
    assert compact[pii["type"] == "iban"].map(passes_iban).all()


def test_replies_come_after_what_they_answer_and_share_its_root(posts):
    known = posts.set_index("post_id")
    replies = posts[posts["kind"] == "reply"]
    assert (replies["at"].to_numpy() >= known.loc[replies["reply_to"], "at"].to_numpy()).all()
    assert (known.loc[replies["root"], "sentiment"] == "negative").all()
    assert (known.loc[replies["root"], "brand"].to_numpy() == replies["brand"].to_numpy()).all()


def test_the_same_seed_writes_the_same_bytes_and_another_does_not(tmp_path):
    def digest(folder, seed):
        demo.simulate(tmp_path / folder, posts=1000, seed=seed)
        files = sorted(path for path in (tmp_path / folder).rglob("*") if path.is_file())
        return {path.name: hashlib.blake2b(path.read_bytes()).hexdigest() for path in files}

    first = digest("one", 5)
    assert first == digest("two", 5)
    assert first != digest("three", 6)


@pytest.mark.parametrize(("phrase", "sentiment"), [
    ("Never again", "negative"), ("on hold with", "negative"), ("Fuming", "negative"), ("crashes",
    "negative"),
    ("Thanks in advance", "neutral"), ("Would recommend", "positive"), ("Delighted", "positive"),
    ("Can't fault", "positive"), ("Merci d'avance", "neutral"), ("Scandaleux", "negative"),
    ("Muy recomendable", "positive"),
    ("Unterirdisch", "negative"), ("Cinco estrelas", "positive"), ("Klasse", "positive")])  # fmt: skip
def test_words_that_a_person_reads_one_way_carry_that_sentiment(posts, phrase, sentiment):
    told = posts[posts["text"].str.contains(rf"(?<!Não ){phrase}", regex=True) & ~posts["sarcasm"]]
    assert len(told)
    assert (told["sentiment"] == sentiment).mean() > 0.97


def test_sarcasm_is_negative_and_negation_is_marked_on_both_sides(posts):
    assert set(posts.loc[posts["sarcasm"], "sentiment"]) == {"negative"}
    assert posts["sarcasm"].sum() > 10
    assert {"negative", "positive"} <= set(posts.loc[posts["negation"], "sentiment"])


def test_each_file_reads_in_its_own_way_and_together_they_hold_every_post(run, posts):
    inbox = run[0] / "inbox"
    x = pd.read_csv(inbox / "x_export.csv", dtype="str", encoding="utf-8-sig", keep_default_na=False)
    assert x["Tweet Id"].duplicated().sum() == 12
    assert x["Tweet Id"].str.startswith("broken").sum() == 3
    reviews = pd.read_csv(inbox / "reviews.csv", sep=";", encoding="latin-1", dtype="str")
    forum = pd.read_csv(inbox / "forum.tsv.gz", sep="\t", encoding="utf-16", dtype="str")
    lines = {name: [json.loads(line) for line in data.decode().splitlines() if line]
             for name, data in (("bluesky", (inbox / "bluesky.jsonl").read_bytes()),
                                ("youtube", (inbox / "youtube.jsonl").read_bytes()),
                                ("mastodon",
                                gzip.decompress((inbox / "mastodon.jsonl.gz").read_bytes())))}  # fmt: skip
    found = (
        len(x)
        - 15
        + len(reviews)
        + len(forum)
        + len(pd.read_parquet(inbox / "reddit.parquet"))
        + sum(map(len, lines.values()))
    )
    assert found == len(posts)
    local = pd.to_datetime(reviews["Written"], format="%d/%m/%Y %H:%M:%S").dt.tz_localize(world.ZONE)
    written = posts.set_index("post_id").loc["reviews:" + reviews["Review No"], "at"]
    assert (local.dt.tz_convert("UTC").to_numpy() == written.to_numpy()).all()


def test_truth_reads_back_and_names_what_to_do_when_absent(run, tmp_path):
    again = demo.truth(run[0])
    pd.testing.assert_frame_equal(again.posts, run[1].posts, check_dtype=False)
    assert again.facts == run[1].facts
    with pytest.raises(FileNotFoundError, match=r"run collect\.demo\.simulate"):
        demo.truth(tmp_path)


def test_too_few_posts_and_a_period_without_the_events_are_refused(tmp_path):
    with pytest.raises(ValueError, match="use at least 800"):
        demo.simulate(tmp_path, posts=300)
    with pytest.raises(ValueError, match=r"event launch .* is outside the 13 weeks"):
        demo.simulate(tmp_path, posts=1500, end="2026-12-31")


def test_business_tables_fit_their_schemas_and_agree_with_the_posts(run, posts):
    tables = demo.read_business(run[0], name=str.upper)
    assert all(len(table) for table in tables.values())
    assert tables["interactions"]["author"].str.isupper().mean() > 0.99
    links = run[1].tables["ticket_links"]
    assert set(links["post_id"]) <= set(posts["post_id"])
    assert set(links["ticket_id"]) <= set(tables["tickets"]["ticket_id"])
    cases = tables["tickets"].set_index("ticket_id").loc[links["ticket_id"], "received_at"]
    assert (
        cases.to_numpy() == posts.set_index("post_id").loc[links["post_id"], "at"].dt.floor("s").to_numpy()
    ).all()


def test_the_campaign_lifts_visits_in_treated_regions_by_about_what_was_planted(run):
    visits = (
        run[1]
        .tables["visit_effects"]
        .merge(
            pd.read_parquet(run[0] / "business" / "visits.parquet")
            .groupby(["day", "region"])["visits"]
            .sum()
            .reset_index()
        )
    )
    after, treated = visits["day"].between("2026-08-24", "2026-09-20"), visits["region"].isin(world.TREATED)
    before = visits["day"] < "2026-08-17"
    log = np.log(visits["visits"])
    effect = (log[after & treated].mean() - log[before & treated].mean()) - (
        log[after & ~treated].mean() - log[before & ~treated].mean()
    )
    assert np.exp(effect) - 1 == pytest.approx(0.14, abs=0.03)


def test_nps_follows_last_weeks_sentiment(run, posts):
    surveys = demo.read_business(run[0])["surveys"].query("kind == 'nps'")
    ours = posts[(posts["brand"] == "Larkspur") & posts["role"].isin(("post", "follow_up"))]
    score = ours["sentiment"].map({"negative": -1, "neutral": 0, "positive": 1})
    week = ours["at"].dt.tz_convert(world.ZONE).dt.tz_localize(None).dt.to_period("W-SUN")
    mood = score.groupby(week).mean()
    level = surveys.groupby(surveys["answered_at"].dt.tz_localize(None).dt.to_period("W-SUN"))["score"].mean()
    lagged = mood.shift(1).reindex(level.index)
    assert level.corr(lagged) > 0.45
    assert level.corr(lagged) > level.corr(mood.reindex(level.index))


def test_every_language_has_every_theme_and_every_line_expands():
    fills = {
        "brand": "Larkspur",
        "rival": "Fernwave",
        "place": "Here",
        "day": "1",
        "hours": "3",
        "value": "v",
        "link": "l",
    }
    for lang in world.LANGUAGES:
        book = grammar(lang)
        for theme in (*world.THEMES, "meadow", "esim"):
            assert all(book.lines("themes", theme, mood) for mood in world.SENTIMENTS), (lang, theme)
        for line in _all_lines(book.phrases):
            text = book.expand(line, Random(1), fills)
            assert text
            assert not re.search(r"[{}\[\]|]", text), (lang, line, text)


def _all_lines(node):
    for name, inner in node.items():
        if name != "slots":
            yield from (
                _all_lines(inner)
                if isinstance(inner, dict)
                else [line.strip() for line in inner.splitlines() if line.strip()]
            )


def test_a_phrase_is_compiled_into_nested_options():
    assert compile_phrase("a [b|{c}] {2-3}") == [["a ", [["b"], ["", ("c",), ""]], " ", (2, 3), ""]]
    with pytest.raises(ValueError, match="Unclosed"):
        compile_phrase("a [b")


def test_tidy_starts_sentences_with_a_capital_but_leaves_product_names():
    assert tidy("hello.  my iPhone .") == "Hello. My iPhone."
    assert tidy("eSIM is late. eSIM again") == "eSIM is late. eSIM again"


def test_an_unknown_slot_names_the_file():
    book = Grammar("en")
    with pytest.raises(KeyError, match=r"phrases/en\.yml has no slot 'nosuch'"):
        book.expand("{nosuch}", Random(1), {})
    assert {path.stem for path in PHRASES.glob("*.yml")} == set(world.LANGUAGES)
