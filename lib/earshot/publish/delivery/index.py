"""The list of all reports of a workspace, and the plain page that stands where a report failed."""

import re
from functools import cache
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from earshot.core import units, wording
from earshot.core.files import read_json, write_whole
from earshot.publish import pages
from earshot.publish.delivery import notices
from earshot.publish.safety.quotes import plain

FAILED, FAILURE = ".failed", "failure.html"
UNREADABLE = "A run whose run.json cannot be read"


def write_index(outputs_folder: Path) -> Path:
    """Write index.html of a workspace: every run, newest first,
    by month, with its brief's headline; returns its path.

    Above them stands the notice that no report went out, where that is so. A run whose run.json cannot be
    read is listed as such, never left out."""
    outputs_folder = Path(outputs_folder)
    folders = [path.parent for path in outputs_folder.glob("*/run.json")]
    runs = [
        _read(folder) for folder in folders if not folder.is_symlink() and not folder.name.startswith(".")
    ]
    runs.sort(key=lambda run: (run["at"], run["id"]), reverse=True)
    brand = next((run["brand"] for run in runs if run["brand"]), _titled(outputs_folder.name))
    latest = next((run["href"] for run in runs if run["status"] == "complete"), "")
    page = _frame(brand, f"Reports about {brand}", {})
    text = _template("runs.html.j2").render(
        page=page, months=_by_month(runs), total=len(runs), latest=latest, notice=_notice(outputs_folder)
    )
    write_whole(outputs_folder / "index.html", text)
    return outputs_folder / "index.html"


def write_failure(folder: Path, manifest: dict) -> Path:
    """Write failure.html of a failed run: which notebook, the error in short, what to do, and a way back.

    ``manifest`` is its run.json. Returns the page's path."""
    folder, workspace = Path(folder), plain(manifest.get("workspace", ""))
    failed = next((entry for entry in manifest.get("notebooks", []) if entry.get("status") == "failed"), None)
    name = plain(failed["name"]) if failed else ""
    window = manifest.get("window") or {}
    facts = {
        "run_id": manifest.get("run", ""),
        "generated_at": manifest.get("finished") or manifest.get("started", ""),
        "start": window.get("first"),
        "end": window.get("last"),
        "posts": manifest.get("posts"),
    }
    title = f"This report failed in “{pages.short_name(name)}”" if failed else "This report failed"
    text = _template("failure.html.j2").render(
        page=_frame(_brand(manifest) or _titled(workspace), title, facts),
        where=f"Notebook {name} stopped." if failed else "The run stopped.",
        error=brief_error((failed or manifest).get("problem") or ""),
        steps=_steps(folder, name, workspace),
        latest=_latest_good(folder.parent),
        index="../index.html",
    )
    write_whole(folder / FAILURE, text)
    return folder / FAILURE


def brief_error(error: str) -> str:
    """Return the last line of an error, short, with long quoted parts taken out:
    they may be somebody's words.
    """
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    line = plain(lines[-1] if lines else "No message was given.", 2000)
    line = re.sub(r"(['\"`“‘])(?:(?!\1).){41,}?(?:['\"`”’]|$)", "'…'", line)
    return line if len(line) <= 300 else line[:300].rstrip() + "…"


def _notice(outputs_folder: Path) -> dict:
    """Return what is wrong at the moment, whom that concerns and since when, or {}."""
    notice = next(iter(notices.read_open(outputs_folder)), None)
    if notice is None:
        return {}
    at = units.moment(pd.Timestamp(notice["at"]).tz_localize(None).floor("min"))
    return {
        "title": plain(notice["subject"]),
        "text": plain(notice["text"]),
        "told": plain(
            f"{at} UTC, for "
            f"{notice['to']}" + ("" if notice.get("told") else "; it could not be sent to anybody")
        ),
    }


def _read(folder: Path) -> dict:
    """Return what the list shows of one run."""
    manifest = read_json(folder / "run.json")
    if not isinstance(manifest, dict):
        manifest = {"problem": UNREADABLE, "status": "failed"}
    good = manifest.get("status") == "good" and not folder.name.endswith(FAILED)
    names = sorted(path.name for path in folder.glob("[0-9][0-9]_*.html")) if good else []
    front = next((name for name in names if name.endswith("_brief.html")), names[0] if names else "")
    front = front if good else FAILURE if (folder / FAILURE).exists() else ""
    return {
        "id": folder.name,
        "at": _moment(manifest, folder),
        "brand": _brand(manifest),
        "status": "complete" if good else "failed",
        "href": f"{folder.name}/{front}" if front else "",
        "headline": _headline(manifest, good),
        "told": _told(manifest, folder),
        "pages": [{"href": f"{folder.name}/{name}", "name": pages.short_name(name)} for name in names],
    }


def _headline(manifest: dict, good: bool) -> str:
    """Return the headline of the weightiest claim, or what went wrong."""
    if not good:
        return brief_error(manifest.get("problem") or "The run did not finish")
    claims = manifest.get("claims") or []
    best = max(claims, key=lambda claim: claim.get("weight") or 0, default={})
    return plain(
        (best.get("about") or {}).get("headline") or best.get("sentence") or "A report without claims", 240
    )


def _told(manifest: dict, folder: Path) -> str:
    """Return when the run was made, on how many posts of which days, and how much of it was reused."""
    entries, window = manifest.get("notebooks") or [], manifest.get("window") or {}
    reused = sum(entry.get("status") == "reused" for entry in entries)
    days = [
        units.moment(pd.Timestamp(window[end]).normalize()) for end in ("first", "last") if window.get(end)
    ]
    at, posts = _moment(manifest, folder), manifest.get("posts")
    parts = [
        f"{units.moment(pd.Timestamp(at).floor('min'))} UTC" if at else "",
        f"{wording.count(posts)} posts" if posts else "",
        " to ".join(dict.fromkeys(days)),
        f"{reused} of {len(entries)} notebooks reused" if reused else "",
    ]
    return " · ".join(filter(None, [*parts, folder.name]))


def _moment(manifest: dict, folder: Path) -> str:
    """Return when the run ended or began, ISO in UTC; the folder's name is the last resort."""
    spelt = re.match(r"(\d{4}-\d{2}-\d{2}T\d{2})(\d{2})Z", folder.name)
    told = manifest.get("finished") or manifest.get("started") or (f"{spelt[1]}:{spelt[2]}Z" if spelt else "")
    return pd.Timestamp(told).tz_localize(None).isoformat() if told else ""


def _brand(manifest: dict) -> str:
    params = manifest.get("params") or {}
    return plain(params.get("title") or params.get("brand") or "")


def _titled(workspace: str) -> str:
    return workspace.replace("_", " ").title()


def _latest_good(outputs: Path) -> str:
    """Return the address of the latest good report's front page
    as seen from a run's folder, or an empty string.
    """
    names = sorted(path.name for path in (outputs / "latest").glob("[0-9][0-9]_*.html"))
    return f"../latest/{names[-1]}" if names else ""


def _steps(folder: Path, name: str, workspace: str) -> list[Markup]:
    command = Markup(
        "Repair the cause and run <code>earshot report {}</code> again; what had already succeeded is reused."
    ).format(workspace)
    if not name:
        return [command]
    look = Markup(
        "Open <code>executed/{}.ipynb</code> in this run’s folder and read its last output."
    ).format(name)
    return [look, command]


def _by_month(runs: list[dict]) -> list[dict]:
    """Return the runs in groups of one month, in their order."""
    months: dict[str, list[dict]] = {}
    for run in runs:
        months.setdefault(run["at"][:7], []).append(run)
    return [
        {
            "anchor": f"month-{month or 'unknown'}",
            "name": f"{pd.Timestamp(month):%B %Y}" if month else "Undated",
            "runs": group,
        }
        for month, group in months.items()
    ]


def _frame(brand: str, title: str, facts: dict) -> dict:
    return {
        "brand": plain(brand),
        "title": plain(title),
        "lang": "en",
        "policy": pages.POLICY,
        "style": pages.style(),
        "stamp": pages.stamp(facts),
    }


@cache
def _template(name: str):
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(pages.HERE), autoescape=False).get_template(name)
