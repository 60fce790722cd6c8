import json

import pandas as pd
import pytest

from earshot.analyse.privacy import evaluation as evaluation_pii

ROWS = pd.DataFrame(
    {
        "text": [
            "mail jane@example.com now",
            "call me on 9148445695",
            "my card 4111 1111 1111 1111",
            "Bob likes Rome",
            "lives at Edeby 55",
            "secret handshake at noon",
        ],
        "spans": [
            [{"type": "EMAIL_ADDRESS", "start": 5, "end": 21}],
            '[{"type": "PHONE_NUMBER", "start": 11, "end": 21}]',
            [{"type": "CREDIT_CARD", "start": 8, "end": 20}],
            [{"type": "PERSON", "start": 0, "end": 3}],
            [{"type": "ADDRESS", "start": 9, "end": 17}],
            [{"type": "EMAIL_ADDRESS", "start": 0, "end": 6}],
        ],
        "template_id": [1, 2, 3, 4, 5, 6],
    }
)


def test_known_answers_on_six_texts(monkeypatch):
    monkeypatch.setattr(evaluation_pii, "TIMED", 50)
    found = evaluation_pii.score(ROWS)
    metrics = found.metrics
    assert [metrics[name] for name in ("n", "recall", "precision")] == [6, 0.8, 1.0]
    assert metrics["f2"] == pytest.approx(5 * 0.8 / 4.8, abs=1e-4)  # 5PR / (4P + R)
    assert metrics["by_type"]["email"]["recall"] == 0.5
    assert metrics["by_type"]["card"] == {
        "labels": 1,
        "recall": 1.0,
        "precision": 1.0,
        "f2": 1.0,
        "exact_recall": 0.0,
    }
    assert metrics["by_type"]["name"]["recall"] == 0.0
    assert "name" not in metrics["claimed"]
    assert metrics["residual_leak_rate"] == 0.2
    assert metrics["posts_per_second"] > 0
    assert found.by_type["low"].le(found.by_type["f2"] + 1e-9).all()


def test_what_is_not_looked_for_is_listed():
    spans = [[{"type": "GPE", "start": 0, "end": 4}]]
    found = evaluation_pii.score(pd.DataFrame({"text": ["Rome wins"], "spans": spans})).metrics
    assert found["unclaimed"] == ["GPE"]
    assert found["residual_leak_rate"] is None


def test_bad_files_are_answered_in_one_sentence(tmp_path):
    file = tmp_path / "rows.csv"
    pd.DataFrame({"text": ["a"], "spans": ["oops"]}).to_csv(file, index=False)
    with pytest.raises(ValueError, match="The spans 'oops' cannot be read"):
        evaluation_pii.evaluate(str(file))
    with pytest.raises(ValueError, match="leave train empty"):
        evaluation_pii.evaluate(str(file), str(file))


def test_metrics_are_written_as_json(tmp_path):
    evaluation_pii.score(ROWS).write(str(tmp_path))
    assert json.loads((tmp_path / "metrics.json").read_text())["n"] == 6
