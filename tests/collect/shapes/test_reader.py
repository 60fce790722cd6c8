"""A file of a vendor's columns: what it becomes, and what a wrong one is told."""

import pytest
import yaml

from earshot.collect.shapes import exports
from earshot.collect.shapes.export import Export
from earshot.collect.shapes.reader import read_export
from earshot.core.params import ParamError

LEAST = {"title": "Acme", "needs": [["a", "b"]], "fields": {"id": ["a"]}, "checked": "here"}


@pytest.fixture
def shape(tmp_path):
    """Read a shape of these settings, beside the least that one must have."""

    def read(**settings):
        path = tmp_path / "acme.yml"
        path.write_text(yaml.safe_dump(LEAST | settings), encoding="utf-8")
        return read_export(path)

    return read


def test_the_least_that_a_shape_must_have(shape):
    assert shape() == Export("acme", "Acme", (("a", "b"),), {"id": ("a",)}, checked="here")


def test_columns_are_looked_for_in_every_place_that_within_names(shape):
    found = shape(within=["data.", ""], fields={"id": ["id", "key"]})
    assert found.fields == {"id": ("data.id", "data.key", "id", "key")}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"stripes": ["x"]},
            " has no setting 'stripes'; there are title, needs, fields, strips, withholds, constants, "
            'time_zone, day_first, checked, joined, within. Did you mean "strips"?',
        ),
        ({"needs": None}, " lacks needs; it has checked, fields, title."),
        ({"needs": "Url"}, " has needs 'Url'; write lists of columns, such as [[Url, Date]]."),
        ({"needs": ["Url"]}, " has needs ['Url']; write lists of columns, such as [[Url, Date]]."),
        ({"needs": [[]]}, " has needs [[]]; write lists of columns, such as [[Url, Date]]."),
        ({"needs": [[1]]}, " has needs [1]; write a list of texts, such as [Url, Date]."),
        ({"title": 7}, " has title 7; write text."),
        ({"fields": ["id"]}, " has fields ['id']; write one 'name: value' per line."),
        ({"fields": {"id": "Url"}}, " has fields.id 'Url'; write a list of texts, such as [Url, Date]."),
        ({"within": "data."}, " has within 'data.'; write a list of texts, such as [Url, Date]."),
        ({"strips": "text"}, " has strips 'text'; write a list of texts, such as [Url, Date]."),
        ({"constants": {"platform": 1}}, " has constants.platform 1; write text."),
        ({"day_first": "yes"}, " has day_first 'yes'; use true or false."),
        ({"joined": {"url": ["a"]}}, ": joined has no field 'url'; there are id, reply_to, root."),
        (
            {"time_zone": "Asia/Shangai"},
            " has time_zone 'Asia/Shangai'; use an IANA zone such as Europe/London. "
            'Did you mean "Asia/Shanghai"?',
        ),
    ],
)
def test_a_shape_that_is_wrong_is_one_sentence(shape, settings, sentence):
    with pytest.raises(ParamError) as refused:
        shape(**settings)
    assert str(refused.value) == f"collect/shapes/acme.yml{sentence}"


def test_a_field_that_no_post_has_is_told_with_the_nearest(shape):
    with pytest.raises(ParamError, match=r"acme.yml: fields has no field 'autor'; .* mean \"author\"\?$"):
        shape(fields={"autor": ["Author"]})


@pytest.mark.parametrize("name", exports.NAMES)
def test_what_ships_is_read_once_and_gives_every_post_a_text_and_a_time(name):
    assert exports.export(name) is exports.export(name)
    assert {"id", "author", "text", "created_at"} <= set(exports.export(name).fields)
