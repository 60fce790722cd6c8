"""An executed notebook as a page: static HTML that runs nothing,
asks nothing of the network and prints well.
"""

import copy
import re
from functools import cache
from pathlib import Path

import pandas as pd

from earshot.core import units, wording
from earshot.publish import show
from earshot.publish.safety.quotes import clean, plain, unnamed

HERE = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; form-action "
    "'none'; base-uri 'none'"
)
HIDDEN = {"setup", "parameters", "injected-parameters"}
MOST_PRINTED = 5000
KNOWN = {
    "brand",
    "workspace",
    "run_id",
    "start",
    "end",
    "posts",
    "generated_at",
    "params",
    "pages",
    "index",
    "verify",
    "again",
    "lang",
}


def render(executed_notebook: Path, html: Path, facts: dict) -> None:
    """Write the page of one executed notebook.

    ``facts`` may hold brand, workspace, run_id, start, end, posts, generated_at, params (a dict), pages (a
    list of (file name, title) of the whole run, in order), index (address of the index of runs), verify (the
    command that checks the run), again (the command that makes a page outside any run once more) and lang;
    any other name raises ValueError, and so does a notebook that holds an error."""
    import nbformat

    unknown = sorted(set(facts) - KNOWN)
    if unknown:
        raise ValueError(f'pages.render got the fact "{unknown[0]}"; use {", ".join(sorted(KNOWN))}.')
    notebook = nbformat.read(executed_notebook, as_version=4)
    title, opening, cells = _open_up(notebook, Path(executed_notebook).name)
    body = copy.copy(notebook)
    body.cells = [_tamed(cell) for cell in cells if not HIDDEN & set(cell.metadata.get("tags", []))]
    exporter, anchors = _exporter()
    anchors.clear()
    page = _page(facts, title, opening, Path(html).name) | {"contents": contents(body.cells)}
    text, _ = exporter.from_notebook_node(body, resources={"page": page})
    Path(html).write_text(_unique_claims(text), encoding="utf-8")


def contents(cells: list) -> list[dict]:
    """Return the table of contents: text and anchor of each second-level heading."""
    anchors: dict[str, int] = {}
    lines = (
        line
        for cell in cells
        if cell.cell_type == "markdown"
        for line in re.sub(r"^```.*?^```", "", cell.source, flags=re.S | re.M).splitlines()
    )
    found = [
        (len(hit[1]), _bare(hit[2]))
        for hit in (re.match(r"(#{2,4})\s+(.+?)\s*#*$", line) for line in lines)
        if hit
    ]
    return [
        {"text": text, "anchor": anchor}
        for level, text, anchor in ((level, text, _anchor(text, anchors)) for level, text in found)
        if level == 2
    ]


def style() -> str:
    """Return the one stylesheet of the pages."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in ("show.css", "page.css"))


@cache
def _exporter():
    """Return the nbconvert exporter with our template,
    and the anchors it has given out on the page in hand.
    """
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="page", extra_template_basedirs=[str(HERE.parent)], exclude_anchor_links=True
    )
    anchors: dict[str, int] = {}

    def anchored(html: str) -> str:
        return re.sub(
            r"<h([2-4])[^>]*>(.*?)</h\1>",
            lambda hit: f'<h{hit[1]} id="{_anchor(_bare(hit[2]), anchors)}">{hit[2]}</h{hit[1]}>',
            html,
            flags=re.S,
        )

    exporter.register_filter("anchored", anchored)
    return exporter, anchors


def _open_up(notebook, name: str) -> tuple[str, str, list]:
    """Return the question, the sentences below it and the other cells."""
    first = next((cell for cell in notebook.cells if cell.cell_type == "markdown"), None)
    heading = re.match(r"#\s+(.+)", first.source.strip()) if first else None
    if not heading:
        raise ValueError(f"{name} does not begin with a heading; write '# Question?' in its first cell.")
    return (
        _bare(heading[1]),
        first.source.strip()[heading.end() :],
        [cell for cell in notebook.cells if cell is not first],
    )


def _tamed(cell):
    """Return the cell with only what a page may hold:
    shapes from show.py, and anything else as plain text.
    """
    cell = copy.deepcopy(cell)
    if cell.cell_type == "code":
        if any(output.output_type == "error" for output in cell.outputs):
            raise ValueError(
                f'the cell "{cell.get("id", "?")}" ended in an error, so there is no page to make; repair '
                f"it first."
            )
        cell.outputs = [output for output in map(_tamed_output, cell.outputs) if output is not None]
    return cell


def _tamed_output(output):
    """Return a shape as it is, other results as their plain text; warnings stay in the executed notebook."""
    if output.output_type == "stream":
        output.text = _printed(output.text)
        return output if output.name == "stdout" and output.text else None
    if output.get("metadata", {}).get(show.MARKER) and "text/html" in output.data:
        output.data = {
            "text/html": re.sub(
                r"^(<div class=\"earshot \w+\">)<style>.*?</style>",
                r"\1",
                output.data["text/html"],
                flags=re.S,
            )
        }
        return output
    words = _printed(output.data.get("text/plain", ""))
    output.data = {"text/plain": words}
    return output if words else None


def _printed(text: str) -> str:
    """Return printed text cleaned line by line, so that tables keep their indents, capped, nobody named."""
    lines = (" " * (len(line) - len(line.lstrip(" "))) + clean(line) for line in text.splitlines())
    text = unnamed("\n".join(lines).strip("\n"))
    return text if len(text) <= MOST_PRINTED else f"{text[:MOST_PRINTED]}… ({len(text):,} characters in all)"


def _page(facts: dict, title: str, opening: str, file: str) -> dict:
    """Return every value the template prints."""
    pages = [
        {"href": name, "title": plain(words), "name": short_name(name), "here": name == file}
        for name, words in facts.get("pages", [])
    ]
    at = next((place for place, other in enumerate(pages) if other["here"]), None)
    around = {
        "previous": pages[at - 1] if at else None,
        "next": pages[at + 1] if at is not None and at + 1 < len(pages) else None,
    }
    brand = facts.get("brand") or str(facts.get("workspace", "")).replace("_", " ").title()
    params = [
        (name, _setting(value))
        for name, value in facts.get("params", {}).items()
        if value not in ("", [], None)
    ]
    return {
        "title": title,
        "opening": opening,
        "brand": plain(brand),
        "lang": facts.get("lang", "en"),
        "policy": POLICY,
        "style": style(),
        "pages": pages,
        "stamp": stamp(facts),
        "params": params,
        "index": facts.get("index", ""),
        "verify": facts.get("verify", ""),
        "again": facts.get("again", ""),
        **around,
    }


def stamp(facts: dict) -> list[tuple[str, str]]:
    """Return what identifies the page: the data window, the posts, when it was made and by which run."""
    days = [units.moment(pd.Timestamp(facts[end]).normalize()) for end in ("start", "end") if facts.get(end)]
    made = pd.Timestamp(facts["generated_at"]) if facts.get("generated_at") else None
    told = {
        "Data": " to ".join(dict.fromkeys(days)),
        "Posts": wording.count(facts["posts"]) if facts.get("posts") is not None else "",
        "Made": f"{units.moment(made.floor('min'))} UTC" if made is not None else "",
        "Run": plain(facts.get("run_id", "")),
    }
    return [(name, value) for name, value in told.items() if value]


def short_name(file: str) -> str:
    """Return the name of a page in the menu: 05_kpis.html is KPIs."""
    words = re.sub(r"^\d+_", "", Path(file).stem).replace("_", " ")
    return "KPIs" if words == "kpis" else words[:1].upper() + words[1:]


def _setting(value: object) -> str:
    return plain(", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value, 300)


def _anchor(text: str, taken: dict[str, int]) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"
    taken[slug] = taken.get(slug, 0) + 1
    return slug if taken[slug] == 1 else f"{slug}-{taken[slug]}"


def _bare(words: str) -> str:
    """Return a heading without Markdown or HTML marks."""
    from markupsafe import Markup

    return plain(Markup(re.sub(r"[*_`]|\[([^\]]*)\]\([^)]*\)", r"\1", words)).striptags(), 200)


def _unique_claims(html: str) -> str:
    """Keep a claim's anchor only where the claim is stated first."""
    seen: set[str] = set()

    def first_only(hit: re.Match) -> str:
        known = hit[1] in seen
        seen.add(hit[1])
        return "<li" if known else hit[0]

    return re.sub(r'<li id="(claim-[^"]+)"', first_only, html)
