"""The list of all reports of a workspace, and the plain page that stands where a report failed."""

import json
import re
from functools import cache
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from earshot.publish import numbers, pages
from earshot.publish.quotes import plain

FAILED = ".failed"
FAILURE = "failure.html"


def write_index(outputs_folder: Path) -> Path:
    """Write index.html into a workspace's outputs: every run, newest first, by month, with the headline of its brief.

    Returns the path. A run whose run.json cannot be read is listed as such, never left out."""
    outputs_folder = Path(outputs_folder)
    folders = [path.parent for path in outputs_folder.glob("*/run.json") if not path.parent.is_symlink() and path.parent.name[0] != "."]
    runs = sorted(map(_read, folders), key=lambda run: (run["at"], run["id"]), reverse=True)
    brand = next((run["brand"] for run in runs if run["brand"]), outputs_folder.name.replace("_", " ").title())
    latest = next((f"latest/{run['first']}" for run in runs if run["status"] == "complete"), "")
    page = _frame(brand, f"Reports about {brand}", [])
    text = _template("runs.html.j2").render(page=page, months=_by_month(runs), total=len(runs),
                                            latest=latest if (outputs_folder / "latest").exists() else "")  # fmt: skip
    target = outputs_folder / "index.html"
    _write_whole(target, text)
    return target


def failure_page(html: Path, notebook: str, error: str, facts: dict | None = None, latest: str = "", again: str = "") -> None:
    """Write the page of a failed run: which notebook, the error in short without what it quotes, what to do, and a way back.

    ``facts`` as in ``pages.render``; ``latest`` is the address of the latest good report, ``again`` the command that resumes."""
    facts = facts or {}
    name = pages.short_name(notebook) if notebook else "the report"
    where = f"The notebook {Path(notebook).stem} stopped." if notebook else "The run stopped before its first notebook."
    brand = facts.get("brand") or facts.get("workspace", "")
    stamp = pages.stamp(facts | {"posts": None})
    steps = [Markup("Open <code>executed/{}.ipynb</code> in this folder and read its last output.").format(Path(notebook).stem)] if notebook else []
    resume = again or "earshot report"
    steps.append(Markup("Repair the cause, then run <code>{}</code> again: what already succeeded is reused.").format(plain(resume)))
    text = _template("failure.html.j2").render(
        page=_frame(brand, f"This report failed at {name}" if notebook else "This report failed", stamp), where=where,
        error=brief_error(error), steps=steps, latest=latest, index=facts.get("index", ""))  # fmt: skip
    _write_whole(Path(html), text)


def brief_error(error: str) -> str:
    """Return the last line of an error, short, with long quoted parts taken out: they may be somebody's words."""
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    line = plain(lines[-1] if lines else "no message was given", 2000)
    line = re.sub(r"(['\"`“‘])(?:(?!\1).){41,}(?:['\"`”’]|$)", "'…'", line)
    return line if len(line) <= 300 else line[:300].rstrip() + "…"


def _read(folder: Path) -> dict:
    """Return what the list shows of one run."""
    try:
        manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        notebooks = manifest.get("notebooks", [])
    except (ValueError, AttributeError):
        return {"id": folder.name, "at": "", "brand": "", "status": "failed", "headline": "A run whose run.json cannot be read",
                "href": "", "first": "", "told": folder.name, "pages": []}  # fmt: skip
    failed = folder.name.endswith(FAILED) or manifest.get("status", "complete") not in ("complete", "ok", "succeeded")
    found = sorted(path.name for path in folder.glob("[0-9][0-9]_*.html"))
    first = next((name for name in found if name.endswith("_brief.html")), found[0] if found else "")
    href = f"{folder.name}/{FAILURE if failed else first}" if failed or first else ""
    links = [] if failed else [{"href": f"{folder.name}/{name}", "name": pages.short_name(name)} for name in found]
    return {"id": folder.name, "at": _moment(manifest, folder), "brand": _brand(manifest), "first": first, "href": href, "pages": links,
            "status": "failed" if failed else "complete", "headline": _headline(manifest, failed),
            "told": _told(manifest, folder, notebooks)}  # fmt: skip


def _headline(manifest: dict, failed: bool) -> str:
    """Return the brief's headline; without one, the sentence of the weightiest claim."""
    if failed:
        return f"Failed: {brief_error(manifest.get('error') or 'see the run')}"
    claims = manifest.get("claims") if isinstance(manifest.get("claims"), list) else []
    best = max(claims, key=lambda claim: claim.get("weight") or 0, default={})
    told = manifest.get("headline") or (best.get("about") or {}).get("headline") or best.get("sentence")
    return plain(told or "A report without claims", 240)


def _told(manifest: dict, folder: Path, notebooks: list | dict) -> str:
    """Return when the run was made, on how many posts of which days, and how much of it was reused."""
    rows = list(notebooks.values()) if isinstance(notebooks, dict) else notebooks
    rows = [row for row in rows if isinstance(row, dict)]
    reused = sum(bool(row.get("reused")) or row.get("status") == "reused" for row in rows)
    window = manifest.get("window") or {}
    days = [numbers.day(pd.Timestamp(window[end]).normalize()) for end in ("first", "last") if window.get(end)]
    parts = [f"{numbers.day(pd.Timestamp(_moment(manifest, folder)).floor('min'))} UTC" if _moment(manifest, folder) else "",
             f"{numbers.count(manifest['posts'])} posts" if isinstance(manifest.get("posts"), int) else "",
             " to ".join(dict.fromkeys(days)), f"{reused} of {len(rows)} notebooks reused" if reused else "", folder.name]  # fmt: skip
    return " · ".join(filter(None, parts))


def _moment(manifest: dict, folder: Path) -> str:
    """Return when the run ended (or began), ISO in UTC; the folder's name is the last resort."""
    told = next((manifest[name] for name in ("finished_at", "ended_at", "generated_at", "at", "started_at") if manifest.get(name)), "")
    spelt = re.match(r"(\d{4}-\d{2}-\d{2}T\d{2})(\d{2})Z", folder.name)
    told = told or (f"{spelt[1]}:{spelt[2]}Z" if spelt else "")
    return pd.Timestamp(told).tz_localize(None).isoformat() if told else ""


def _brand(manifest: dict) -> str:
    params = manifest.get("params") or {}
    return plain(params.get("title") or params.get("brand") or "")


def _by_month(runs: list[dict]) -> list[dict]:
    """Return the runs in groups of one month, in their order."""
    months: dict[str, list[dict]] = {}
    for run in runs:
        months.setdefault(run["at"][:7], []).append(run)
    return [{"anchor": f"month-{month or 'unknown'}", "name": f"{pd.Timestamp(month):%B %Y}" if month else "Undated", "runs": group}
            for month, group in months.items()]  # fmt: skip


def _frame(brand: str, title: str, stamp: list) -> dict:
    return {"brand": plain(brand), "title": plain(title), "lang": "en", "policy": pages.POLICY, "style": pages.style(), "stamp": stamp}


@cache
def _template(name: str):
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(pages.HERE), autoescape=False).get_template(name)


def _write_whole(path: Path, text: str) -> None:
    """Write beside and rename, so that nobody reads half a page."""
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
