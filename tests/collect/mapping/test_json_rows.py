"""JSON as rows: wide items stay narrow tables, and nothing of them is lost."""

import json

import pandas as pd

from earshot.collect.files.importing import import_files
from earshot.collect.files.readers import read
from earshot.collect.landing.landing import Landing
from earshot.collect.mapping.json_rows import WIDEST, from_lines
from earshot.collect.mapping.mapping import parse
from earshot.govern.pseudonyms.pseudonyms import Pseudonyms


def test_a_row_of_a_thousand_columns_makes_no_wide_table_and_loses_nothing(workspace, tmp_path):
    rows = [
        {"id": str(number), "text": f"note {number}", "at": "2026-03-02T08:00:00Z"} for number in range(60)
    ]
    for number, row in enumerate(rows):
        row |= {f"odd{number}.{turn}": f"cell {number} {turn}" for turn in range(20)}
    rows[7]["writer"] = "Jane"  # mapped, but in one row only
    path = tmp_path / "wide.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    assert next(read(path)).rows.shape[1] <= WIDEST + 1
    space = workspace()
    mapping = {
        "name": "wide",
        "columns": {"id": "id", "text": "text", "created_at": "at"},
        "also": {"author": ["writer"]},
    }
    assert import_files(space, [path], mapping).added == 60
    assert space.store.read("posts")["author"].dropna().str.match("p_").tolist() == [True]
    kept = "".join(space.store.read("raw")["payload"])
    assert all(f"cell {number} {turn}" in kept for number in range(60) for turn in range(20))
    assert "Jane" not in kept
    mapping["columns"]["place"] = "odd3.4"  # a corrected mapping reads what stood in the rest
    corrected = parse("wide", {key: value for key, value in mapping.items() if key != "name"})
    raw = space.store.read("raw")
    again = Landing(space, corrected, "wide.jsonl", pd.Timestamp.now("UTC"), Pseudonyms()).read_again(
        raw.assign(at=raw["collected_at"]), from_lines(raw["payload"])
    )
    assert again.posts["place"].dropna().tolist() == ["cell 3 4"]
