#!/usr/bin/env bash
# Expected: once rows are deleted from a Delta table and their files vacuumed, what they were deleted by is gone.
# Seen with deltalake 1.6.6: the log keeps the condition of every DELETE, with the values in it, in plain JSON;
# vacuum without retention removes the data files and leaves the log as it is. Deleting by a merge with a table of
# keys logs the names of the columns that were compared, and none of the values.
# lib/earshot/core/store.py deletes by condition, so that the keys of deleted rows stay in its log for now.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet deltalake==1.6.6 pyarrow==26.0.1
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import sys
from pathlib import Path

import deltalake
import pyarrow as pa


def kept(name: str, word: str) -> list[str]:
    """The files of a table's log that hold a word."""
    return sorted(path.name for path in Path(name, "_delta_log").glob("*.json") if word in path.read_text())


print(f"deltalake {deltalake.__version__}")
rows = pa.table({"post": ["post-one", "post-two", "post-three"], "likes": [1, 2, 3]})
for name in ("by_condition", "by_merge"):
    deltalake.write_deltalake(name, rows)
    table = deltalake.DeltaTable(name)
    if name == "by_condition":
        table.delete("post = 'post-two'")
    else:
        keys = pa.table({"post": ["post-two"]})
        merge = table.merge(keys, "t.post = k.post", source_alias="k", target_alias="t")
        merge.when_matched_delete().execute()
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    left = deltalake.DeltaTable(name).to_pyarrow_table()["post"].to_pylist()
    deleted = [file for file in kept(name, '"operation":') if file != "00000000000000000000.json"]
    held = [file for file in kept(name, "post-two") if file in deleted]
    print(f"{name}: rows left {sorted(left)}; later files of the log that hold 'post-two': {held}")
    if (name == "by_condition") != bool(held):
        sys.exit("No longer so: the log keeps other things of a deletion.")
PY
