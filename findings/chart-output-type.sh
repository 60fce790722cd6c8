#!/usr/bin/env bash
# A chart as an output of a notebook: Altair and nbformat name it differently.
#
# Expected: a chart that Altair hands to a notebook with its own "mimetype" renderer is a valid output.
# What happens: Altair calls it application/vnd.vegalite.v6.json, with a dot. The notebook format takes
# structured data only under application/json or a name that ends in +json; under any other name an output
# must be text. So nbformat refuses the chart as a notebook's output, and a notebook that shows one cannot be
# made or checked with it. The same chart under the same name with a plus is accepted.
# Seen since: altair==6.3.0 with nbformat==5.11.1
# What Earshot does: lib/earshot/publish/drawing/pictures.py draws every chart as SVG, which is text, before
# it goes into a notebook or onto a page; the "mimetype" renderer is not used.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python3" -m pip install --quiet --disable-pip-version-check altair==6.3.0 nbformat==5.11.1

"$folder/venv/bin/python3" - <<'PYTHON'
import sys

import altair
import nbformat

KIND = "application/vnd.vegalite.v6"


def accepted(data):
    output = nbformat.from_dict({"output_type": "display_data", "data": data, "metadata": {}})
    cell = nbformat.v4.new_code_cell("chart")
    cell.outputs = [output]
    try:
        nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    except nbformat.ValidationError:
        return False
    return True


altair.renderers.enable("mimetype")
posts = altair.Data(values=[{"day": "Monday", "posts": 12}, {"day": "Tuesday", "posts": 19}])
chart = altair.Chart(posts).mark_bar().encode(x="day:N", y="posts:Q")
bundle = chart._repr_mimebundle_()
given = bundle[0] if isinstance(bundle, tuple) else bundle
plus = {name.replace(".json", "+json"): value for name, value in given.items()}
seen = {
    "as Altair gives it": (sorted(given), accepted(given)),
    "with a plus": (sorted(plus), accepted(plus)),
}
print("altair", altair.__version__, "nbformat", nbformat.__version__)
for name, (kinds, valid) in seen.items():
    print(f"{name}:\n  types     {', '.join(kinds)}\n  accepted  {valid}")

expected = {
    "as Altair gives it": ([f"{KIND}.json", "text/plain"], False),
    "with a plus": ([f"{KIND}+json", "text/plain"], True),
}
if seen != expected:
    sys.exit("The behaviour has changed: nbformat no longer refuses the chart under the name Altair gives it.")
print("As stated: nbformat refuses the chart as Altair names it, and takes it under a name with a plus.")
PYTHON
