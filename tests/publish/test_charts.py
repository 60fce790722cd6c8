"""Charts: aggregates only, readable by everybody, the same picture each time, nothing fetched."""

import base64
import itertools
import re
from functools import cache

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.publish import charts, show
from earshot.publish.drawing import palette, pictures, scales
from earshot.publish.drawing.aggregates import tidy_x

DAYS = pd.DataFrame(
    {
        "day": pd.date_range("2015-02-16", periods=6).repeat(2),
        "airline": ["United", "Delta"] * 6,
        "share_negative": np.linspace(0.3, 0.7, 12),
        "low": np.linspace(0.2, 0.6, 12),
        "high": np.linspace(0.4, 0.8, 12),
    }
)
LEVELS = pd.DataFrame(
    {"airline": ["United", "Delta"], "value": [-12.5, 4.0], "low": [-15.0, -1.0], "high": [-10.0, 9.0]}
)
PARTS = pd.DataFrame(
    {"airline": ["United", "Delta"], "negative": [6, 4], "neutral": [2, 3], "positive": [2, 3]}
)
MARKS = pd.DataFrame(
    {
        "start": pd.to_datetime(["2015-02-17", "2015-02-20"]),
        "end": [pd.Timestamp("2015-02-18"), pd.NaT],
        "label": ["storm", "gap"],
    }
)


def svg(address: str) -> str:
    return base64.b64decode(address.removeprefix("data:image/svg+xml;base64,")).decode("utf-8")


def drawn(chart) -> str:
    return svg(charts.pictures(chart)[0])


@cache
def shapes() -> dict:
    return {
        "lines": charts.lines(DAYS, "day", "share_negative", "airline", "low", "high", marks=MARKS),
        "dots": charts.dots(LEVELS, "airline", "value", "low", "high", reference=0, unit="points"),
        "bars": charts.bars(LEVELS, "airline", "value"),
        "shares": charts.shares(PARTS, "airline", ["negative", "neutral", "positive"]),
        "grid": charts.grid(DAYS, "day", "share_negative", "airline", "low", "high"),
    }


@pytest.mark.parametrize("shape", ["lines", "dots", "bars", "shares", "grid"])
def test_every_shape_is_drawn_wide_and_for_phones_names_its_labels_and_is_the_same_each_time(shape):
    wide, narrow, _ = charts.pictures(shapes()[shape])
    assert "United" in svg(wide)
    assert "United" in svg(narrow)
    widths = [float(re.search(r'width="([\d.]+)"', svg(picture))[1]) for picture in (wide, narrow)]
    assert 640 <= widths[0] <= 700
    assert 320 <= widths[1] <= 365
    assert charts.pictures(shapes()[shape])[0] == wide
    assert not re.search(r"(?i)<script|<image|href=|https?://(?!www\.w3\.org)", svg(wide))


def test_letters_are_large_enough_on_a_phone():
    for chart in shapes().values():
        sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)', svg(charts.pictures(chart)[1]))]
        assert min(sizes) >= 12


def test_a_title_is_taken_out_of_the_picture_and_given_as_text():
    wide, _, headline = charts.pictures(charts.bars(LEVELS, "airline", "value", title="United is below zero"))
    assert headline == "United is below zero"
    assert "below" not in svg(wide)


def test_marks_lie_within_the_time_shown_and_carry_their_labels():
    late = pd.DataFrame({"start": ["2014-01-01"], "end": ["2014-01-02"], "label": ["long ago"]})
    picture = drawn(
        charts.lines(
            DAYS[DAYS["airline"] == "United"], "day", "share_negative", marks=pd.concat([MARKS, late])
        )
    )
    assert "storm" in picture
    assert "gap" in picture
    assert "long ago" not in picture


def test_weeks_are_their_mondays():
    data = tidy_x(pd.DataFrame({"x": ["2015-W01", "2015-W08"], "y": [1, 2]}))
    assert list(data["x"]) == [pd.Timestamp("2014-12-29"), pd.Timestamp("2015-02-16")]


def test_ordered_labels_missing_values_and_single_points_are_drawn():
    frame = pd.DataFrame({"step": ["first", "then", "last"], "hours": [1.0, None, 3.0]})
    assert "then" in drawn(charts.lines(frame, "step", "hours"))
    assert "United" in drawn(charts.lines(DAYS.head(1), "day", "share_negative", "airline"))
    assert "United" in drawn(charts.bars(LEVELS.head(1).assign(value=0.0), "airline", "value"))


def test_a_share_is_a_percentage_and_a_count_is_not():
    assert "65.0%" in drawn(charts.bars(pd.DataFrame({"b": ["x"], "share": [0.65]}), "b", "share"))
    assert "1,200" in drawn(charts.bars(pd.DataFrame({"b": ["x"], "posts": [1200]}), "b", "posts"))
    assert "60%" in drawn(charts.shares(PARTS, "airline", ["negative", "neutral", "positive"]))


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            DAYS.assign(text="a post"),
            'a chart got the column "text"; charts take aggregates only, so count or average the posts '
            "first.",
        ),
        (
            DAYS.assign(Author="p_1"),
            'a chart got the column "Author"; charts take aggregates only, so count or average the posts '
            "first.",
        ),
        (
            DAYS.assign(url="https://x"),
            'a chart got the column "url"; charts take aggregates only, so count or average the posts first.',
        ),
        (
            DAYS.assign(airline="x" * 61),
            'a chart got text of 61 characters in "airline"; labels have at most 60, so shorten them.',
        ),
        (pd.concat([DAYS] * 500), "a chart got 6,000 rows; aggregate to at most 5,000 first."),
        (
            DAYS.assign(airline=list("abcdefghijkl")),
            "a chart got 12 series; at most 7 can be told apart, use charts.grid.",
        ),
    ],
)
def test_anything_but_an_aggregate_is_refused(frame, message):
    with pytest.raises(ValueError) as error:
        charts.lines(frame, "day", "share_negative", "airline")
    assert str(error.value) == message


def test_a_column_that_is_not_there_is_named_with_the_nearest_one():
    with pytest.raises(
        ValueError, match='a chart got "share_negativ" for y, but .* Did you mean "share_negative"?'
    ):
        charts.lines(DAYS, "day", "share_negativ")


def test_the_frame_given_stays_as_it_was():
    before = DAYS.copy()
    charts.lines(DAYS, "day", "share_negative", "airline", "low", "high", marks=MARKS)
    charts.describe(DAYS, "day", "share_negative", "airline")
    pd.testing.assert_frame_equal(DAYS, before)


def test_a_description_gives_the_range_the_extremes_and_the_last_value():
    one = DAYS[DAYS["airline"] == "United"]
    assert charts.describe(one, "day", "share_negative") == (
        "Share negative by day, 16 Feb 2015 to 21 Feb 2015: highest 66.4% on 21 Feb 2015, "
        "lowest 30.0% on 16 Feb 2015, last 66.4%."
    )
    assert charts.describe(LEVELS, "airline", "value", unit="points") == (
        "By airline: highest +4.0 points for Delta, lowest −12.5 points for United."
    )
    assert "for United, Delta, 16 Feb 2015 to 21 Feb 2015: United: highest" in charts.describe(
        DAYS, "day", "share_negative", "airline"
    )
    assert (
        charts.describe(one.assign(share_negative=None), "day", "share_negative")
        == "Share negative by day: no values in 6 rows."
    )


def test_nothing_is_fetched_whatever_a_specification_names():
    spec = {
        "data": {"url": "https://tracker.example/x.csv"},
        "mark": "bar",
        "encoding": {"x": {"field": "a", "type": "quantitative"}},
    }
    with pytest.raises(ValueError, match="tracker.example|allowed"):
        pictures.draw_spec(spec)


def test_hostile_labels_are_only_words():
    frame = pd.DataFrame({"brand": ["</text><script>x</script>", "\u202eevil\x1b[31m"], "n": [1, 2]})
    picture = drawn(charts.bars(frame, "brand", "n"))
    assert "<script" not in picture
    assert "\u202e" not in picture
    assert "\x1b" not in picture


def test_a_control_character_in_anybodys_chart_does_not_kill_the_process():
    """vl-convert 1.9 aborts on one; a chart of ours has clean labels, but an analyst may show a chart of
    their
    own.
    """
    own = (
        alt.Chart(pd.DataFrame({"brand": ["nul\x00l\x07 \x9b"], "n": [1]}))
        .mark_bar()
        .encode(x="n", y="brand")
    )
    assert "null" in drawn(own)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12).map(sorted), st.floats(0.001, 0.08))
def test_names_at_line_ends_keep_their_order_and_distance(places, gap):
    spots = scales.apart(places, gap, top=1.0)
    assert spots[-1] <= 1.0 + 1e-9
    assert all(after - before >= gap - 1e-9 for before, after in itertools.pairwise(spots))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_series_colours_can_be_read_as_text_on_white():
    assert all(contrast(colour, "#ffffff") >= 4.5 for colour in (*palette.SERIES, palette.OTHERS))


def test_feelings_stay_apart_in_grey_and_their_numbers_can_be_read_on_them():
    for one, other in itertools.combinations(palette.SENTIMENT.values(), 2):
        assert contrast(one, other) >= 1.8
    assert all(contrast(palette.ink_on(colour), colour) >= 4.5 for colour in palette.SENTIMENT.values())


# Machado, Oliveira and Fernandes (2009), full deficiency, in linear RGB.
SIGHT = {
    "ordinary": np.eye(3),
    "deuteranopia": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "protanopia": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
}


def seen_as(colour: str, sight: str) -> np.ndarray:
    """The colour in CIE Lab as that reader sees it."""
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]] @ np.clip(
        SIGHT[sight] @ linear, 0, 1
    )
    x, y, z = np.cbrt(np.maximum(xyz / np.array([0.9505, 1, 1.089]), 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
def test_all_series_stay_apart_for_every_reader(sight):
    for one, other in itertools.combinations(palette.SERIES, 2):
        assert np.linalg.norm(seen_as(one, sight) - seen_as(other, sight)) > 11


def test_too_few_posts_are_said_in_words_instead_of_a_figure(shown):
    empty = DAYS.head(0)
    chart = charts.lines(empty, "day", "share")
    assert chart is None
    show.figure(chart, charts.describe(empty, "day", "share"), "Share by day", empty)
    assert "Share by day: too few posts for a figure." in shown[0][0]


def test_small_multiples_show_the_gaps_too():
    plain = drawn(charts.grid(DAYS, "day", "share_negative", "airline"))
    marked = drawn(charts.grid(DAYS, "day", "share_negative", "airline", "low", "high", marks=MARKS))
    label = MARKS["label"].iloc[0]
    assert label not in plain
    assert label in marked
    assert drawn(charts.grid(DAYS, "day", "share_negative", "airline", marks=MARKS.head(0))) == plain


def test_a_small_multiple_with_one_value_shows_it_as_a_dot():
    frame = pd.DataFrame(
        {
            "brand": ["Acme", "Acme", "Bolt"],
            "level": [1.0, 2.0, 3.0],
            "day": pd.to_datetime(["2026-03-01", "2026-03-02", "2026-03-02"]),
        }
    )
    spec = charts.grid(frame, "day", "level", "brand").to_dict()
    assert [layer["transform"][0]["filter"] for layer in spec["spec"]["layer"] if "transform" in layer] == [
        {"field": "facet", "oneOf": ["Bolt"]}
    ]
