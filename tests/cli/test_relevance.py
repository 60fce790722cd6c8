"""`earshot relevance`: a sheet goes out with doubtful and random posts, comes back, and teaches."""

import pandas as pd
import pytest

from earshot.cli.relevance import learn, write_sheet
from earshot.core.params import ParamError


@pytest.fixture
def space(workspace):
    made, at = workspace(brands=["Apple"]), pd.Timestamp("2026-03-02", tz="UTC")
    kinds = [("phone update", "pie recipe")[row % 2] for row in range(200)]
    made.store.merge(
        "posts",
        pd.DataFrame(
            {
                "post_id": [f"x:{row:03}" for row in range(200)],
                "platform": "x",
                "brand": "Apple",
                "author": None,
                "text": [f"=apple {kind} {row}" for row, kind in enumerate(kinds)],
                "created_at": at,
                "collected_at": at,
                "kind": "post",
                "source": "csv",
                "week": "2026-W10",
                "content_hash": [f"h{row}" for row in range(200)],
            }
        ),
    )
    return made


def test_a_sheet_goes_out_and_comes_back_as_a_model(space, tmp_path):
    file = tmp_path / "sheet.csv"
    assert "70 doubtful posts and 30 drawn at random" in write_sheet(space, file)
    sheet = pd.read_csv(file)
    assert sheet["text"].str.startswith("'=").all(), "a spreadsheet must not take a post for a formula"
    labels = ["irrelevant" if "pie" in text else "relevant" for text in sheet["text"]]
    sheet.assign(label=labels).to_csv(file, index=False)
    assert "Learned from 100 labelled posts" in learn(space, file)
    assert (space.data / "models" / "relevance.skops").exists()
    assert set(pd.read_csv(space.folder / "relevance.csv")["drawn"]) == {"doubtful", "random"}


def test_few_labels_are_kept_and_a_wrong_one_is_refused(space, tmp_path):
    file = tmp_path / "sheet.csv"
    pd.DataFrame({"post_id": ["x:001"], "label": ["irrelevant"]}).to_csv(file, index=False)
    assert "1 labels are kept; no model yet: There are 0 labelled posts" in learn(space, file)
    pd.DataFrame({"post_id": ["x:001"], "label": ["perhaps"]}).to_csv(file, index=False)
    with pytest.raises(ParamError, match=r"under label stands 'perhaps'; write relevant or irrelevant\.$"):
        learn(space, file)
