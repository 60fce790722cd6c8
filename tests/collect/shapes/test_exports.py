"""Exports as vendors and crawlers really write them: small files of our own in their headings and habits."""

import csv
import io
import json
import os
from random import Random

import pandas as pd
import pytest

from earshot.collect.files.importing import MappingNeeded, import_files
from earshot.collect.mapping.formats import recognise
from earshot.collect.mapping.mapping import read_sources
from earshot.collect.shapes import exports

COUNT = int(os.environ.get("EARSHOT_FUZZ", "150"))  # set to 10000 for the figure that is reported
PREAMBLE = (
    'Report:,Bulk Mentions Download\r\nBrand:,"Acme, all"\r\nFrom:,Sun Mar 01 00:00:00 GMT 2026\r\n'
    "To:,Mon Mar 09 00:00:00 GMT 2026\r\nLabel:,Acme in March\r\n\r\n"
)
BRANDWATCH = [
    {
        "Query Id": "7",
        "Query Name": "Acme",
        "Date": "2026-03-02 08:00:00.0",
        "Title": "Acme again",
        "Snippet": "Acme is late",
        "Url": "http://www.reddit.com/r/acme/comments/1abcde/title/kx2z3/",
        "Domain": "reddit.com",
        "Sentiment": "negative",
        "Page Type": "reddit",
        "Language": "en",
        "Author": "Jane",
        "Full Name": "Jane Doe",
        "Full Text": "Acme is late, again; call +1 415 555 0142",
        "X Likes": "",
        "Reddit Score": "12",
        "Thread Id": "",
    },
    {
        "Query Id": "7",
        "Query Name": "Acme",
        "Date": "2026-03-02 09:00:00.0",
        "Title": "",
        "Snippet": "",
        "Url": "http://twitter.com/bob/statuses/1234567890123456789",
        "Domain": "twitter.com",
        "Sentiment": "neutral",
        "Page Type": "twitter",
        "Language": "en",
        "Author": "",
        "Full Name": "",
        "Full Text": "",
        "X Likes": "3",
        "Reddit Score": "",
        "Thread Id": "99",
    },
]
TALKWALKER = {
    "url": "https://twitter.com/ann/status/1234567890123456790",
    "published": "1772438400000",
    "title_snippet": "",
    "content": "Acme helped me",
    "source_type": "SOCIALMEDIA,SOCIALMEDIA_TWITTER",
    "lang": "en",
    "extra_author_attributes.short_name": "ann",
    "engagement": "4",
    "reach": "500",
    "extra_article_attributes.twitter_likes": "4",
    "tags_internal": "isQuestion",
}
SPRINKLR = {
    "SNType": "FACEBOOK",
    "PermaLink": "https://facebook.com/acme/posts/55",
    "Message": "Acme, hello",
    "Sender Screen Name": "carl",
    "CreatedTime": "1772438400000",
    "Language": "en",
    "SnMsgId": "55_1",
}
MELTWATER = {
    "Date": "02-Mar-2026 08:00AM",
    "Headline": "",
    "URL": "https://twitter.com/dora/statuses/1234567890123456791",
    "Opening Text": "",
    "Hit Sentence": "Acme opens a shop",
    "Source": "Twitter",
    "Influencer": "@dora",
    "Country": "France",
    "Language": "English",
    "Reach": "1200",
    "Tweet Id": '"1234567890123456791"',
    "Likes": "7",
}
WEIBO = {
    "mblogid": "Pabc12",
    "created_at": "Mon Mar 02 16:00:00 +0800 2026",
    "text_raw": "Acme 很好",
    "user": {"idstr": "77", "screen_name": "王伟"},
    "attitudes_count": "1.2万",
    "reposts_count": 3,
    "comments_count": 1,
    "region_name": "发布于 上海",
}
VK = {
    "id": 12,
    "owner_id": -5,
    "from_id": 31,
    "date": 1772438400,
    "text": "Acme, спасибо",
    "post_type": "post",
    "likes": {"count": 4},
    "views": {"count": 1000},
}
XHS = {
    "nav_index": "1",
    "item_id": "64a000000000000000000001",
    "source_platform": "xiaohongshu.com",
    "data": {
        "id": "64a000000000000000000001",
        "note_card": {
            "desc": "Acme 真好用",
            "display_title": "Acme",
            "time": 1772438400000,
            "user": {"nickname": "小红", "user_id": "u9"},
            "interact_info": {"liked_count": "2.5万", "comment_count": "10+"},
        },
    },
}


def table(rows, delimiter=","):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def acme(workspace):
    return workspace(brands=["Acme"])


def bring(acme, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_files(acme, [path], approve=True).files[0]


def test_a_brandwatch_file_is_known_below_its_preamble_and_x_posts_wait_for_their_text(acme, tmp_path):
    report = bring(acme, tmp_path, "bulk.csv", PREAMBLE + table(BRANDWATCH * 1))
    assert (report.source, report.rows, report.added, report.refused) == ("brandwatch", 2, 1, 1)
    assert dict(report.reasons) == {exports.STRIPPED: 1}
    post = acme.store.read("posts").iloc[0]
    assert post["post_id"] == "reddit:kx2z3"
    assert post["text"] == "Acme is late, again; call [phone]"
    assert (post["likes"], post["created_at"]) == (12, pd.Timestamp("2026-03-02T08:00Z"))
    assert acme.store.read("quarantine")["row"].tolist() == [2]
    assert (acme.data / "rehydrate" / "brandwatch.txt").read_text() == "1234567890123456789\n"
    assert read_sources(acme)[0].vendor == "brandwatch"


def test_rows_below_a_preamble_keep_their_numbers(acme, tmp_path):
    lines = PREAMBLE + table(
        [
            BRANDWATCH[0] | {"Url": f"http://www.reddit.com/r/a/comments/1abcde/t/kx{n}/"}
            for n in range(100, 120)
        ]
    )
    last = table([BRANDWATCH[0]]).split("\r\n")[1]
    report = bring(acme, tmp_path, "bulk.csv", f"{lines}one,two\r\n{last}\r\n")
    assert (report.rows, report.added, report.refused) == (22, 21, 1)
    assert acme.store.read("quarantine")["row"].tolist() == [21]


def test_without_approval_the_vendor_s_columns_are_proposed(acme, tmp_path):
    path = tmp_path / "bulk.csv"
    path.write_text(PREAMBLE + table(BRANDWATCH))
    with pytest.raises(MappingNeeded) as error:
        import_files(acme, [path])
    assert (
        "text",
        "Full Text",
        "a column of brandwatch's exports",
        "Acme is late, again; call +1 415 555 0142",
    ) in (error.value.guess.reasons)


@pytest.mark.parametrize(("delimiter", "name"), [(",", "a.csv"), (";", "b.csv")])
def test_talkwalker_as_csv(acme, tmp_path, delimiter, name):
    report = bring(acme, tmp_path, name, table([TALKWALKER], delimiter))
    post = acme.store.read("posts").iloc[0]
    assert (report.source, post["post_id"], post["likes"]) == ("talkwalker", "x:1234567890123456790", 4)
    assert post["created_at"] == pd.Timestamp(1772438400000, unit="ms", tz="UTC")
    assert "ann" not in post["url"]


def test_talkwalker_as_the_answer_of_its_interface(acme, tmp_path):
    inner = {key: value for key, value in TALKWALKER.items() if "." not in key} | {
        "published": 1772438400000,
        "source_type": ["SOCIALMEDIA", "SOCIALMEDIA_TWITTER"],
        "extra_author_attributes": {"short_name": "ann"},
    }
    answer = {"status_code": "0", "result_content": {"data": [{"data": inner}]}}
    bring(acme, tmp_path, "answer.json", json.dumps(answer, indent=1))
    assert acme.store.read("posts")["post_id"].tolist() == ["x:1234567890123456790"]


def test_sprinklr_times_in_milliseconds(acme, tmp_path):
    bring(acme, tmp_path, "sprinklr.csv", table([SPRINKLR]))
    post = acme.store.read("posts").iloc[0]
    assert (post["post_id"], post["platform"]) == ("facebook:55_1", "facebook")
    assert post["created_at"] == pd.Timestamp(1772438400000, unit="ms", tz="UTC")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8"])
def test_meltwater_is_tab_separated_and_often_utf_16(acme, tmp_path, encoding):
    bring(acme, tmp_path, "meltwater.csv", table([MELTWATER], "\t").encode(encoding))
    post = acme.store.read("posts").iloc[0]
    assert (post["post_id"], post["text"], post["likes"]) == ("x:1234567890123456791", "Acme opens a shop", 7)
    assert post["created_at"] == pd.Timestamp("2026-03-02T08:00Z")


@pytest.mark.parametrize(
    ("item", "name", "id_", "region", "likes", "at"),
    [
        (WEIBO, "weibo", "weibo:Pabc12", "cn", 12_000, "2026-03-02T08:00Z"),
        (VK, "vk", "vk:p_423880d4de57_12", "ru", 4, "2026-03-02T08:00Z"),
        (XHS, "xiaohongshu", "xiaohongshu:64a000000000000000000001", "cn", 25_000, "2026-03-02T08:00Z"),
    ],
)
def test_regional_networks_are_read_with_region_time_and_counts(
    acme, tmp_path, item, name, id_, region, likes, at
):
    # The owner of a VK wall may be a person, and the address of a post names them: in the id they are a
    # pseudonym
    # too.
    report = bring(acme, tmp_path, f"{name}.ndjson", json.dumps(item, ensure_ascii=False) + "\n")
    post = acme.store.read("posts").iloc[0]
    assert (report.source, post["post_id"], post["region"], post["likes"]) == (name, id_, region, likes)
    assert post["created_at"] == pd.Timestamp(at)
    assert post["author"].startswith("p_")


def test_every_vendor_says_what_it_strips_and_none_takes_another_s_files():
    for name in exports.NAMES:
        one = exports.export(name)
        assert one.strips
        assert one.checked
        for needs in one.needs:
            assert exports.recognise([column.upper() for column in needs]).name == name


def test_a_table_with_a_short_first_row_has_no_preamble(tmp_path):
    (tmp_path / "a.csv").write_text("id,text,created_at,author,brand\n" + "1,a b,2026-03-02,x,y\n" * 9)
    assert recognise(tmp_path / "a.csv").preamble == 0


def test_commas_in_the_texts_of_another_kind_of_table_are_no_preamble(tmp_path):
    rows = "".join(
        f"{n}\tfirst, second, third, fourth, fifth {n}\t2026-03-02\tann\tAcme\n" for n in range(30)
    )
    (tmp_path / "a.tsv").write_bytes(f"id\ttext\tcreated_at\tauthor\tbrand\n{rows}".encode("utf-16"))
    form = recognise(tmp_path / "a.tsv")
    assert (form.delimiter, form.preamble, form.columns[0]) == ("\t", 0, "id")
    (tmp_path / "b.tsv").write_text(f"id\ttext\n{rows}".replace("\t2026-03-02\tann\tAcme", ""))
    form = recognise(tmp_path / "b.tsv")
    assert (form.delimiter, form.preamble, form.columns) == ("\t", 0, ("id", "text"))


HOSTILE = [
    "",
    "\x00",
    "\ud83d",
    "=cmd|'/c calc'!A1",
    "<script>alert(1)</script>",
    "x" * 70_000,
    "٣٤",
    "NaN",
    "-1",
    "1e400",
    "\u202etxt",
    '{"a": [1',
    "😀" * 300,
    "2026-13-45",
    "0",
    "null",
    "'; DROP TABLE posts; --",
    '\r\n\t,;"',
]


def mangled(row: dict, random) -> dict:
    """A row in which some cells are dropped, emptied or hostile."""
    out = dict(row)
    for name in random.sample(list(row), random.randint(0, min(4, len(row)))):
        out[name] = random.choice(HOSTILE)
    return out


@pytest.mark.parametrize("name", ["brandwatch", "talkwalker", "sprinklr", "meltwater"])
def test_mangled_rows_crash_nothing_and_none_is_lost(acme, tmp_path, name):
    row = {
        "brandwatch": BRANDWATCH[0],
        "talkwalker": TALKWALKER,
        "sprinklr": SPRINKLR,
        "meltwater": MELTWATER,
    }[name]
    random = Random(7)
    rows = [row, *(mangled(row, random) for _ in range(COUNT))]
    delimiter = "\t" if name == "meltwater" else ","
    content = table(rows, delimiter).encode("utf-16" if name == "meltwater" else "utf-8", "replace")
    report = bring(
        acme, tmp_path, f"{name}.csv", (PREAMBLE.encode() if name == "brandwatch" else b"") + content
    )
    assert report.source == name
    assert report.rows == COUNT + 1
    assert report.added + report.updated + report.repeated + report.refused == report.rows
    assert all(reason and len(reason) < 300 for reason in report.reasons)
    kept = acme.store.read("quarantine")
    assert len(kept) <= report.refused
    assert sum(report.reasons.values()) == report.refused


@pytest.mark.parametrize(("name", "item"), [("weibo", WEIBO), ("vk", VK), ("xiaohongshu", XHS)])
def test_mangled_items_crash_nothing_and_none_is_lost(acme, tmp_path, name, item):
    random = Random(11)

    def bent(value):
        if isinstance(value, dict):
            return {key: bent(inner) for key, inner in value.items() if random.random() > 0.04}
        return (
            random.choice([*HOSTILE, None, 7, 1e300, True, [], {"a": {}}]) if random.random() < 0.1 else value
        )

    lines = [json.dumps(item), *(json.dumps(bent(item)) for _ in range(COUNT))]
    report = bring(acme, tmp_path, f"{name}.ndjson", "\n".join(lines) + "\n")
    assert (report.source, report.rows) == (name, COUNT + 1)
    assert report.added + report.updated + report.repeated + report.refused == report.rows
    assert sum(report.reasons.values()) == report.refused


@pytest.mark.parametrize("name", exports.NAMES)
def test_a_file_with_a_vendors_own_headings_is_known_as_that_vendors(name):
    for columns in exports.export(name).needs:
        assert exports.recognise(list(columns)).name == name


def test_every_shape_that_ships_is_read():
    assert sorted(path.stem for path in exports.SHAPES.glob("*.yml")) == sorted(exports.NAMES)
