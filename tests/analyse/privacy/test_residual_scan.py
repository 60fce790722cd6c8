import pandas as pd
import pytest

from earshot.analyse.privacy import residual_scan
from earshot.core.params import Brief
from earshot.govern.masking import canaries, masking


def measured(texts: list[str]) -> residual_scan.PrivacyCheck:
    return residual_scan.measure(pd.DataFrame({"text": texts}), Brief())


def test_every_type_is_planted_and_what_is_masked_is_counted():
    found = measured(["my flight was late [phone]", "great crew"] * 20)
    assert set(found.by_type["type"]) == set(masking.TYPES)
    assert found.by_type["planted"].sum() == residual_scan.EACH * len(canaries.FORMS)
    assert found.by_type.set_index("type").at["phone", "masked here"] == 20
    assert found.leak_rate == 0
    assert found.missed_forms["form"].tolist() == ["merely mentioned"]
    assert [claim.id for claim in found.claims] == [
        "clean.privacy.recall",
        "clean.privacy.name",
        "clean.privacy.left",
        "clean.privacy.suspects",
    ]
    assert found.claims[0].low <= found.claims[0].value <= found.claims[0].high


def test_a_masker_that_misses_a_type_is_found_out(monkeypatch):
    monkeypatch.setitem(masking.FINDERS, "phone", lambda text: iter(()))
    found = measured(["ring [phone] [phone]"] * 30)
    row = found.by_type.set_index("type").loc["phone"]
    assert row["share"] < 0.1
    assert found.leak_rate == pytest.approx(row["left"] / 30)
    assert "telephone numbers" in found.claims[0].sentence


def test_what_is_stored_unmasked_is_a_suspect():
    found = measured(["mail jane@example.com", "ok", "fine"])
    assert found.suspects.set_index("kind").at["an e-mail address", "posts"] == 1
    assert "an e-mail address (1)" in found.claims[-1].sentence


def test_a_workspace_without_texts_is_measured_all_the_same():
    assert measured([]).suspects["of"].eq(0).all()
