import pandas as pd

from earshot.collect.landing.author_names import hide
from earshot.collect.landing.protection import protect
from earshot.collect.mapping.mapping import Source
from earshot.govern.masking import masking
from earshot.govern.masking.national_ids import check_packs
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms


def series(*values) -> pd.Series:
    return pd.Series(values, dtype="str")


def test_the_full_name_of_the_author_is_hidden_in_the_text():
    texts = series("JANE DOE here, angry", "Jane Doesn't", "Angel lost", "by American Air", None)
    names = series("Jane Doe", "Jane Doe", "Angel", "American Air", "Jane Doe")
    assert hide(texts, names, ["@AmericanAir"]).tolist()[:4] == [
        "[name] here, angry",
        "Jane Doesn't",
        "Angel lost",
        "by American Air",
    ]


def test_it_happens_to_every_row_that_is_protected():
    rows = pd.DataFrame(
        {"text": ["late again, Zelda Quux"], "handle": ["zq77"], "user.display_name": ["Zelda Quux"]},
        dtype="str",
    )
    source = Source("x", {"text": "text", "author": "handle"})
    safe = protect(rows, source, Pseudonyms("0" * 64), [])
    assert safe["text"].tolist() == ["late again, [name]"]
    assert "Zelda" not in safe.to_json()


def test_only_the_packs_that_are_chosen_are_looked_for():
    text = series("CPF 529.982.247-25 and 12345678Z")
    assert masking.mask(text).texts[0] == "CPF [idnumber] and [idnumber]"
    with masking.only(check_packs(["es"])):
        assert masking.mask(text).texts[0] == "CPF 529.982.247-25 and [idnumber]"
    assert masking.mask(text).texts[0] == "CPF [idnumber] and [idnumber]"


def test_a_workspace_chooses_its_packs(workspace, tmp_path):
    from earshot.collect.landing.landing import Landing

    space = workspace(privacy={"packs": ["es"]})
    at = pd.Timestamp("2026-03-02T00:00Z")
    landing = Landing(space, Source("x", {"text": "text"}), "f", at, Pseudonyms("0" * 64))
    rows = pd.DataFrame({"text": ["CPF 529.982.247-25"]}, dtype="str")
    assert landing._protected(rows, landing.source)["text"].tolist() == ["CPF 529.982.247-25"]


def test_broken_rows_are_masked_by_the_same_packs(workspace):
    from earshot.collect.landing.landing import Landing

    said = "CPF 529.982.247-25 and 12345678Z"
    space = workspace(privacy={"packs": ["es"]})
    at = pd.Timestamp("2026-03-02T00:00Z")
    landing = Landing(space, Source("x", {"text": "text"}), "f", at, Pseudonyms("0" * 64))
    landing.land(pd.DataFrame({"text": pd.Series([], dtype="str")}), [(1, said, "it is broken")])
    assert space.store.read("quarantine")["payload"].tolist() == ["CPF 529.982.247-25 and [idnumber]"]
