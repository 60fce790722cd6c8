#!/usr/bin/env bash
# The default of a notebook's parameter, when it is a hashtag.
#
# Expected: papermill tells what parameters a notebook takes (inspect_notebook, papermill --help-notebook),
# each with its default and with the comment behind it as help.
# What happens: the line is read with a pattern, and the first # begins the comment, also inside quotes. Of
# the default "#acme" a single quotation mark is left, and the hashtag becomes part of the help. Nothing is
# reported, and the notebook itself runs with the right value: only who asks beforehand is told a wrong one.
# Seen since: papermill==2.7.0
# What Earshot does: hashtags are written in a brief (lib/earshot/core/params.py), which is YAML, and the
# parameters cell of a notebook holds only defaults that papermill reads rightly; tests/test_notebooks.py
# compares what papermill sees with what Python sees, for every notebook.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python3" -m pip install --quiet --disable-pip-version-check papermill==2.7.0

"$folder/venv/bin/python3" - "$folder/listening.ipynb" <<'PYTHON'
import sys

import nbformat
import papermill

PARAMETERS = '''brand: str = "acme"  # whom we listen for
tag: str = "#acme"  # the hashtag of the campaign
tags: list[str] = ["#acme", "#acmeair"]  # all hashtags'''

path = sys.argv[1]
cell = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)

held = {}
exec(PARAMETERS, held)
seen = {name: (told["default"], told["help"]) for name, told in papermill.inspect_notebook(path).items()}
print("papermill", papermill.__version__)
for name, (default, words) in seen.items():
    print(f"{name}:\n  value in Python    {held[name]!r}")
    print(f"  papermill default  {default}\n  papermill help     {words}")

expected = {
    "brand": ('"acme"', "whom we listen for"),
    "tag": ('"', 'acme"  # the hashtag of the campaign'),
    "tags": ('["', 'acme", "#acmeair"]  # all hashtags'),
}
if seen != expected:
    sys.exit("The behaviour has changed: papermill no longer cuts a default at the # of a hashtag.")
print("As stated: a default is cut at the # of its hashtag, and the rest is shown as help.")
PYTHON
