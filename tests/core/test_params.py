"""Parameters: what YAML may say, and how a wrong name or type is answered."""

import pytest

from earshot.core.params import Brief, ParamError, check, check_names, nearest, read_yaml


@pytest.fixture
def yaml_file(tmp_path):
    def write(content: str):
        path = tmp_path / "brief.yml"
        path.write_text(content, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("010", "010"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("7", 7),
        ("-7", -7),
        ("0", 0),
        ("1.5", 1.5),
        ("2015-02-16", "2015-02-16"),
        ("2015-02-16T10:00:00Z", "2015-02-16T10:00:00Z"),
        ("'7'", "7"),
        ("~", None),
        ("12:30", "12:30"),
        ("[no, de]", ["no", "de"]),
    ],
)
def test_yaml_reads_what_a_person_means(yaml_file, written, read):
    value = read_yaml(yaml_file(f"x: {written}\n"))["x"]
    assert value == read
    assert type(value) is type(read)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "a: [1",
            "brief.yml is not valid YAML at line 1, column 6: expected ',' or ']', but got '<stream end>'.",
        ),
        ("- a\n- b\n", "brief.yml holds a list; write one 'name: value' per line."),
        ("just words\n", "brief.yml holds a str; write one 'name: value' per line."),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            "brief.yml is not valid YAML at line 1, column 4: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/object/apply:os.system'.",
        ),
    ],
)
def test_yaml_that_is_no_mapping_is_one_sentence(yaml_file, content, sentence):
    with pytest.raises(ParamError) as raised:
        read_yaml(yaml_file(content))
    assert str(raised.value) == sentence


def test_an_empty_file_is_an_empty_mapping(yaml_file):
    assert read_yaml(yaml_file("# nothing yet\n")) == {}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"brnds": ["a"]}, "brief.yml: there is no parameter 'brnds'. Did you mean \"brands\"?"),
        ({"x=1;print(1)": 1}, "brief.yml: there is no parameter 'x=1;print(1)'."),
        (
            {"languages": False},
            "brief.yml: languages: got False, expected a list; write text in quotes and lists in [brackets].",
        ),
        (
            {"languages": [False]},
            "brief.yml: languages.0: got False, expected text; write text in quotes and lists in [brackets].",
        ),
        (
            {"brand": 7},
            "brief.yml: brand: got 7, expected text; write text in quotes and lists in [brackets].",
        ),
        (
            {"min_posts": "30"},
            "brief.yml: min_posts: got '30', expected a whole number; write text in quotes and lists in "
            "[brackets].",
        ),
        ({"min_posts": 0}, "brief.yml: min_posts: got 0; input should be greater than or equal to 1."),
        ({"quotes": 21}, "brief.yml: quotes: got 21; input should be less than or equal to 20."),
        (
            {"start": "16/02/2015"},
            "brief.yml: start: got '16/02/2015'; use an ISO day such as 2015-02-16, or leave it empty.",
        ),
        (
            {"sentiment_languages": ["English"]},
            "brief.yml: sentiment_languages: got ['English']; use codes of languages such as en.",
        ),
        (
            {"timezone": "Europe/Londn"},
            "brief.yml: timezone: got 'Europe/Londn'; use an IANA zone such as Europe/London. "
            'Did you mean "Europe/London"?',
        ),
        (
            {"start": "2015-03-01", "end": "2015-02-01"},
            "brief.yml: start 2015-03-01 is after end 2015-02-01; swap them.",
        ),
    ],
)
def test_a_wrong_parameter_is_one_sentence(values, sentence):
    with pytest.raises(ParamError) as raised:
        check(values)
    assert str(raised.value) == sentence


@pytest.mark.parametrize("day", ["2015-02-31", "2015-13-01"])
def test_a_day_that_is_not_in_the_calendar_is_refused(day):
    with pytest.raises(ParamError, match="use an ISO day such as"):
        check({"start": day})


def test_a_brief_cannot_be_changed_afterwards():
    with pytest.raises(Exception, match="frozen"):
        check({"brand": "Acme"}).brand = "Bolt"


def test_every_parameter_says_what_it_is():
    assert all(field.description for field in Brief.model_fields.values())


def test_nearest_is_silent_when_nothing_is_close():
    assert nearest("zzzz", ["brand", "start"]) == ""


def test_a_name_that_is_not_allowed_is_one_sentence():
    check_names(["colour"], {"colour": 1, "size": 2}, "the box", "setting")
    with pytest.raises(
        ParamError,
        match=r"^the box has no setting 'color'; there are colour, size\. Did you mean "
        r'"colour"\?$',
    ):
        check_names({"color": "red"}, ["colour", "size"], "the box", "setting")
    with pytest.raises(ParamError, match=r"^the box has no setting '1'; there are none\.$"):
        check_names([1], [], "the box", "setting")
