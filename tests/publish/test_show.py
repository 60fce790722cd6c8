"""The only door to the screen."""

import pandas as pd
import pytest

from earshot.core.claim import Claim
from earshot.publish import charts, show

LEVELS = pd.DataFrame({"airline": ["United", "Delta"], "share_negative": [0.6, 0.4], "n": [2000, 1500]})
ALT = "Negative share by airline: United 60.0%, Delta 40.0%."


def claim(**values) -> Claim:
    return Claim(
        **{
            "id": "sentiment.united",
            "sentence": "United stands at 60.0%.",
            "value": 0.6,
            "unit": "share",
            "low": 0.55,
            "high": 0.65,
            "n": 2000,
            "method": "share of posts",
            "inputs": ("posts",),
        }
        | values
    )


def test_findings_are_ordered_and_each_has_anchor_interval_n_and_method(shown):
    show.findings([claim(), claim(id="two words/<b>", verdict="noise", kind="change")])
    html, text, metadata = shown[0]
    assert html.index('<li id="claim-sentiment.united">') < html.index('<li id="claim-two-words-b-">')
    assert "95% interval 55.0% to 65.0%" in html
    assert "<i>n</i> = 2,000" in html
    assert "<dt>Method</dt><dd>share of posts</dd>" in html
    assert text.startswith("United stands at 60.0%.")
    assert metadata == {"earshot": "findings"}


@pytest.mark.parametrize(
    ("verdict", "kind", "words"),
    [
        ("real", "change", "clear change"),
        ("real", "level", "clear difference"),
        ("noise", "change", "within noise"),
    ],
)
def test_a_verdict_is_said_in_words_and_by_a_sign_not_by_colour_alone(shown, verdict, kind, words):
    show.findings([claim(verdict=verdict, kind=kind)])
    assert f"</span> {words}</span>" in shown[0][0]
    assert '<span aria-hidden="true">' in shown[0][0]


def test_a_claim_of_another_notebook_links_to_where_it_was_stated(shown):
    show.findings(
        [claim(about={"notebook": "03_sentiment"}), claim(id="b", about={"notebook": "../../evil"})]
    )
    assert '<a href="03_sentiment.html#claim-sentiment.united">' in shown[0][0]
    assert "evil" not in shown[0][0]


def test_no_findings_are_said_to_be_none(shown):
    show.findings([])
    assert "No finding passed the minimum number of posts." in shown[0][0]


def test_a_table_aligns_and_formats_numbers_and_can_be_scrolled_by_keyboard(shown):
    show.table(
        LEVELS.assign(when=pd.Timestamp("2015-02-24"), gap=[None, 1.5]), "Negative share", {"n": "count"}
    )
    html = shown[0][0]
    assert "<caption>Negative share</caption>" in html
    assert '<th scope="col" class="number">Share negative</th>' in html
    assert (
        '<th scope="row" class="short"><bdi dir="auto">United</bdi></th>'
        '<td class="number">60.0%</td><td class="number">2,000</td>' in html
    )
    assert '<td class="short">24 Feb 2015</td>' in html
    assert '<td class="number">–</td>' in html
    assert 'tabindex="0"' in html


def test_the_ends_of_an_interval_are_written_like_the_share_between_them(shown):
    show.table(LEVELS.assign(low=[0.55, 0.35], high=[0.65, 0.45]), "Levels")
    assert '<td class="number">55.0%</td><td class="number">65.0%</td>' in shown[0][0]


def test_a_long_table_says_what_it_leaves_out(shown):
    show.table(pd.DataFrame({"n": range(1000)}), "Many")
    assert "(the first 200 of 1,000 rows)" in shown[0][0]
    assert shown[0][0].count("<tr>") == 201


def test_an_empty_table_is_a_sentence(shown):
    show.table(LEVELS.head(0), "Days that stand out.")
    assert "Days that stand out: none." in shown[0][1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((LEVELS, ""), "show.table got no caption; say in one line what the table holds."),
        (
            (LEVELS, "x", {"m": "share"}),
            'show.table got a format for "m"; the columns are airline, share_negative, n.',
        ),
        (
            (LEVELS.set_axis(["a", "a", "b"], axis=1), "x"),
            "show.table got two columns of the same name among a, a, b; rename one.",
        ),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(arguments, message):
    with pytest.raises(ValueError) as error:
        show.table(*arguments)
    assert str(error.value) == message


def test_posts_are_quoted_with_brand_day_platform_and_feeling_and_without_author(shown):
    frame = pd.DataFrame(
        {
            "text": ["@p_0123456789ab <b>never</b> again, call [phone]"],
            "brand": ["Acme"],
            "platform": ["forum"],
            "created_at": [pd.Timestamp("2026-03-02T23:59Z")],
            "sentiment": ["negative"],
            "author": ["p_abcdefabcdef"],
            "url": ["https://forum.example/alice/1"],
        }
    )
    show.posts(frame, "Complaints")
    html = shown[0][0]
    assert (
        '<p dir="auto">@someone &lt;b&gt;never&lt;/b&gt; again, call <span class="mask">phone '
        "removed</span></p>" in html
    )
    assert "2 Mar 2026" in html
    assert '<span aria-hidden="true">−</span> negative' in html
    assert "p_abcdef" not in html
    assert "alice" not in html


def test_posts_need_their_text_and_none_are_said_to_be_none(shown):
    with pytest.raises(ValueError, match='show.posts needs a column "text"; the columns are brand.'):
        show.posts(pd.DataFrame({"brand": ["a"]}))
    show.posts(pd.DataFrame({"text": []}), "Praise")
    assert "Praise: no posts." in shown[0][1]


def test_a_figure_has_two_pictures_a_title_a_caption_alt_text_and_its_data(shown):
    show.figure(
        charts.bars(LEVELS, "airline", "n", title="United is “talked” about"),
        ALT,
        "Posts by airline.",
        LEVELS,
    )
    html = shown[0][0]
    assert html.count("data:image/svg+xml;base64,") == 2
    assert '<source media="(max-width: 600px)"' in html
    assert f'alt="United is “talked” about. {ALT}"' in html
    assert "<strong>United is “talked” about</strong>" in html
    assert "<summary>The data behind this figure</summary>" in html
    assert "<script" not in html


@pytest.mark.parametrize(
    "alt",
    [
        "",
        "a chart",
        "Figure 1",
        "No description has been provided for this image",
        "Negative share by airline.",
    ],
)
def test_an_alt_text_that_says_nothing_is_refused(alt):
    with pytest.raises(ValueError, match="write a sentence of at least 20 characters that gives the data"):
        show.figure(charts.bars(LEVELS, "airline", "n"), alt, "Posts by airline.", LEVELS)


def test_a_matplotlib_figure_is_a_picture_too_and_its_title_becomes_text(shown):
    from matplotlib.figure import Figure

    drawn = Figure()
    drawn.subplots().set_title("A title")
    show.figure(drawn, ALT, "Caption.", LEVELS)
    assert "<strong>A title</strong>" in shown[0][0]
    assert drawn.axes[0].get_title() == "A title"
    with pytest.raises(
        TypeError, match=r"show.figure got a str; give it a chart of charts.py or a matplotlib figure."
    ):
        show.figure("<svg>", ALT, "Caption.", LEVELS)


def test_facts_notes_and_headlines_are_escaped(shown):
    show.facts({"<b>": "<i>", "Posts": 10107, "Since": pd.Timestamp("2015-02-16")})
    show.note("see <here>", link="https://x.example/a")
    show.headline("<Up>", "By & large")
    assert '<dt>&lt;b&gt;</dt><dd><bdi class="quoted">&lt;i&gt;</bdi></dd>' in shown[0][0]
    assert "10,107" in shown[0][1]
    assert 'see &lt;here&gt; <a href="https://x.example/a" rel="noopener noreferrer nofollow">' in shown[1][0]
    assert '<p class="sentence">&lt;Up&gt;</p><p class="standfirst">By &amp; large</p>' in shown[2][0]


def test_a_dashboard_gets_the_same_html_in_one_widget_that_can_be_refilled():
    widget = show.html("table", LEVELS, "Levels")
    assert "<caption>Levels</caption>" in widget.value
    assert show.html("note", "<b>", widget=widget) is widget
    assert "&lt;b&gt;" in widget.value
    with pytest.raises(ValueError, match='show.html got the shape "raw"; use one of headline, findings,'):
        show.html("raw", "<b>")


def test_no_cell_or_heading_of_a_csv_acts_as_a_formula():
    frame = pd.DataFrame(
        {"=a": ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "  =1", "＝1", "fine", None], "n": range(-5, 5)}
    )
    safe = show.csv_safe(frame)
    assert list(safe["'=a"])[:9] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "'  =1", "'＝1", "fine"]
    assert pd.isna(safe["'=a"].iloc[9])
    assert list(safe["n"]) == list(range(-5, 5))
    assert frame.columns[0] == "=a"


def test_written_numbers_stand_to_the_right_too_and_names_of_rows_stay_in_sight(shown):
    frame = pd.DataFrame(
        {"kpi": ["Net"], "value": ["−41"], "change": ["+1,200 points"], "range": ["1 to 2"], "why": "w" * 60}
    )
    show.table(frame.assign(change=["+1.5 points"]), "Card")
    assert (
        '<th scope="row" class="short"><bdi dir="auto">Net</bdi></th><td class="number"><bdi '
        'dir="auto">−41</bdi></td>' in shown[0][0]
    )
    assert '<td class="number"><bdi dir="auto">+1.5 points</bdi></td><td class="short">' in shown[0][0]
    assert '<td class="long">' in shown[0][0]


def test_what_a_platform_escaped_is_unescaped_once_and_stays_text(shown):
    show.posts(pd.DataFrame({"text": ["you &amp; me &lt;b&gt;"]}))
    assert '<p dir="auto">you &amp; me &lt;b&gt;</p>' in shown[0][0]
