"""The shapes that reach a screen, as static HTML built
from cleaned and escaped text; ``show`` displays them.
"""

import base64
import html
import re
from collections.abc import Callable, Iterable

import pandas as pd
from markupsafe import Markup

from earshot.core import units, wording
from earshot.publish.drawing.aggregates import unit_of
from earshot.publish.safety import quotes
from earshot.publish.safety.quotes import clean, isolate, plain, quote

MOST_ROWS, CELL, LEAD = 200, 200, 6
SHORT, LONG = 18, 45
WRITTEN_NUMBER = re.compile(r"^[+\u2212-]?[\d,]*\.?\d+(%| points)?$")
VERDICTS = {"real": ("●", "clear {}"), "noise": ("○", "within noise")}
FEELINGS = {"negative": "\u2212", "neutral": "○", "positive": "+"}
GENERIC = re.compile(
    r"^\W*(no description|image|figure|chart|plot|graph|picture|alt text|untitled)\b[^,;:.]{0,40}\W*$", re.I
)


def headline(text: str, standfirst: str = "") -> Markup:
    """Return the headline and, where there is one, its standfirst."""
    below = Markup('<p class="standfirst">{}</p>').format(quote(standfirst)) if clean(standfirst) else ""
    return Markup('<p class="sentence">{}</p>{}').format(quote(text), below)


def findings(claims: Iterable, lead: int = LEAD) -> Markup:
    """Return the findings as an ordered list; those after the first ``lead`` are folded below it."""
    items = [_finding(claim) for claim in claims]
    if not items:
        return note("No finding passed the minimum number of posts.")
    shown = Markup("<ol>{}</ol>").format(Markup("").join(items[:lead]))
    if len(items) <= lead:
        return shown
    more, left = Markup("").join(items[lead:]), len(items) - lead
    return shown + Markup('<details><summary>{} more {}</summary><ol start="{}">{}</ol></details>').format(
        left, "findings" if left > 1 else "finding", lead + 1, more
    )


def table(frame: pd.DataFrame, caption: str, formats: dict | None = None) -> Markup:
    """Return the table inside a box that scrolls sideways and can be reached from the keyboard."""
    formats = formats or {}
    _check_table(frame, caption, formats)
    if frame.empty:
        return note(f"{clean(caption).rstrip('.:')}: none.")
    formats = _usual_formats(frame) | formats
    numeric = {name: _is_numeric(frame[name], formats.get(name)) for name in frame.columns}
    head = Markup("").join(_heading(name, numeric[name]) for name in frame.columns)
    rows = Markup("").join(
        _row(row, numeric, formats) for row in frame.head(MOST_ROWS).itertuples(index=False)
    )
    more = f" (the first {MOST_ROWS} of {len(frame):,} rows)" if len(frame) > MOST_ROWS else ""
    label = quote(caption)
    return Markup(
        '<div class="scroll" role="group" tabindex="0" aria-label="Table: '
        '{label}"><table><caption>{label}{more}'
        "</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    ).format(label=label.striptags(), more=more, head=head, rows=rows)


def posts(frame: pd.DataFrame, caption: str = "", n: int = 5) -> Markup:
    """Return the posts as block quotes; needs a column ``text`` or ``clean_text``."""
    column = next((name for name in ("text", "clean_text") if name in frame.columns), None)
    if column is None:
        raise ValueError(
            f'show.posts needs a column "text"; the columns are {", ".join(map(str, frame.columns))}.'
        )
    free, barred = quotes.free(frame)
    shown = free.head(n)
    below = (
        note(f"{barred:,} {'posts' if barred > 1 else 'post'} may not be quoted under the source's terms.")
        if barred
        else ""
    )
    if shown.empty:
        return note(f"{caption.rstrip('.') + ': ' if caption else ''}no posts.") + below
    title = Markup('<p class="caption">{}</p>').format(quote(caption)) if caption else ""
    return Markup("").join([title, *(_post(row, column) for row in shown.to_dict("records")), below])


def figure(chart: object, alt: str, caption: str, data: pd.DataFrame, formats: dict | None = None) -> Markup:
    """Return the figure: headline and caption,
    picture (a second one drawn for phones), and the data folded below.
    """
    from earshot.publish import charts

    if chart is None:
        return note(f"{clean(caption).rstrip('.')}: too few posts for a figure.")
    wide, narrow, title = charts.pictures(chart)
    alt = _checked_alt(alt)
    alt = f"{plain(title).rstrip('.')}. {alt}" if title and plain(title) not in alt else alt
    title = Markup("<strong>{}</strong> ").format(quote(title)) if title else ""
    return Markup(
        "<figure><figcaption>{}<span>{}</span></figcaption>{}<details><summary>The data behind this "
        "figure</summary>{}</details></figure>"
    ).format(title, quote(caption), _picture(wide, narrow, alt), table(data, f"Data: {caption}", formats))


def facts(values: dict) -> Markup:
    """Return a definition list."""
    pairs = (
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(_titled(name), isolate(units.write(value)))
        for name, value in values.items()
    )
    return Markup("<dl>{}</dl>").format(Markup("").join(pairs))


def note(text: str, link: str = "") -> Markup:
    """Return one paragraph."""
    return Markup('<p class="note">{}{}</p>').format(
        quote(text), Markup(" ") + quotes.link(link) if link else ""
    )


def status(text: str) -> Markup:
    """Return the message line of a dashboard, which a screen reader speaks when it changes."""
    return Markup('<p class="note status" role="status">{}</p>').format(quote(text))


def download(frame: pd.DataFrame, name: str, words: str) -> Markup:
    """Return a link that holds the whole frame as CSV, so that saving it asks nobody;
    for aggregates made safe.
    """
    held = base64.b64encode(frame.to_csv(index=False).encode()).decode()
    return Markup(
        '<p class="note"><a download="{}" href="data:text/csv;charset=utf-8;base64,{}">{}</a></p>'
    ).format(re.sub(r"[^A-Za-z0-9_.-]+", "-", clean(name)), held, quote(words))


def anchor(claim_id: object) -> str:
    """Return the anchor of a claim on its page: ``claim-`` and the id in safe characters."""
    return "claim-" + re.sub(r"[^A-Za-z0-9_.-]+", "-", plain(claim_id, 80))


def _check_table(frame: pd.DataFrame, caption: str, formats: dict) -> None:
    names = ", ".join(map(str, frame.columns))
    if not frame.columns.is_unique:
        raise ValueError(f"show.table got two columns of the same name among {names}; rename one.")
    unknown = [name for name in formats if name not in frame.columns]
    if unknown:
        raise ValueError(f'show.table got a format for "{unknown[0]}"; the columns are {names}.')
    if not clean(caption):
        raise ValueError("show.table got no caption; say in one line what the table holds.")


def _usual_formats(frame: pd.DataFrame) -> dict:
    """Return a format per column: shares by their name (and the ends
    of their interval with them), decimals alike.
    """
    shares = {name for name in frame.select_dtypes("float") if unit_of(name, frame[name]) == "share"}
    if shares:
        shares |= {
            name for name in ("low", "high") if name in frame and frame[name].dropna().between(-1, 1).all()
        }
    return {name: "share" if name in shares else units.for_column(frame[name]) for name in frame.columns}


def _finding(claim: object) -> Markup:
    measured = [_badge(claim.verdict, "change" if claim.kind in ("change", "event", "new") else "difference")]
    if claim.low is not None and claim.high is not None:
        span = units.interval(claim.low, claim.high, clean(claim.unit))
        measured.append(Markup("<span>95% interval {}</span>").format(quote(span, CELL)))
    if claim.n:
        measured.append(Markup("<span><i>n</i> = {}</span>").format(wording.count(claim.n)))
    known = {
        "Method": quote(claim.method),
        "Computed from": quote(", ".join(claim.inputs)),
        "Claim": _stated(claim),
    }
    rows = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(name, text) for name, text in known.items() if text
    )
    how = Markup("<details><summary>How we know</summary><dl>{}</dl></details>").format(rows)
    return Markup('<li id="{}"><p class="sentence">{}</p><div class="measured">{}</div></li>').format(
        anchor(claim.id), quote(claim.sentence), Markup(" ").join([*filter(None, measured), how])
    )


def _stated(claim: object) -> Markup:
    """Return the claim's id, as a link to the page that states it where another notebook did."""
    page = str(claim.about.get("notebook", ""))
    if not re.fullmatch(r"\d\d_[a-z_]+", page):
        return quote(claim.id)
    return Markup('<a href="{}.html#{}">{}</a>').format(page, anchor(claim.id), quote(claim.id))


def _badge(verdict: str, what: str) -> Markup | str:
    if verdict not in VERDICTS:
        return ""
    sign, words = VERDICTS[verdict]
    return Markup('<span class="badge {}"><span aria-hidden="true">{}</span> {}</span>').format(
        verdict, sign, words.format(what)
    )


def _heading(name: object, is_number: bool) -> Markup:
    return Markup('<th scope="col"{}>{}</th>').format(
        Markup(' class="number"') if is_number else "", _titled(name)
    )


def _titled(name: object) -> Markup:
    """Return a column's name as words with a capital;
    n, the number of posts, stays small as in the findings.
    """
    words = quote(str(name).replace("_", " "), CELL)
    return words if words == "n" else Markup("KPI") if words == "kpi" else words[:1].upper() + words[1:]


def _row(row: tuple, numeric: dict, formats: dict) -> Markup:
    """Return one row; words in its first cell name the row."""
    cells = []
    for place, ((name, is_number), value) in enumerate(zip(numeric.items(), row, strict=True)):
        shown = _cell(value, formats.get(name, ""))
        size = len(shown.striptags())
        kind = "number" if is_number else "short" if size <= SHORT else "long" if size > LONG else ""
        kind = Markup(' class="{}"').format(kind) if kind else ""
        shape = "<td{}>{}</td>" if place or is_number else '<th scope="row"{}>{}</th>'
        cells.append(Markup(shape).format(kind, shown))
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _cell(value: object, how: str | Callable) -> Markup:
    if how == "link":
        return quotes.link(value)
    if isinstance(value, str) and not how:
        return Markup('<bdi dir="auto">{}</bdi>').format(quote(value, CELL))
    return quote(units.write(value, how), CELL)


def _is_numeric(column: pd.Series, how: object) -> bool:
    if how in ("link", "day"):
        return False
    if pd.api.types.is_numeric_dtype(column):
        return not pd.api.types.is_bool_dtype(column)
    nothing = ("", units.NOTHING, "unknown")
    words = [str(value) for value in column.dropna() if not (isinstance(value, str) and value in nothing)]
    return bool(words) and all(map(WRITTEN_NUMBER.match, words))


def _post(row: dict, column: str) -> Markup:
    day = row.get("day") if row.get("day") is not None else row.get("created_at")
    told = [
        row.get("brand"),
        None if day is None or pd.isna(day) else units.moment(pd.Timestamp(day).normalize()),
        row.get("platform"),
    ]
    about = [isolate(value, 60) for value in told if value is not None and not pd.isna(value) and str(value)]
    feeling = row.get("sentiment")
    if isinstance(feeling, str) and feeling in FEELINGS:
        about.append(
            Markup('<span class="feeling {0}"><span aria-hidden="true">{1}</span> {0}</span>').format(
                feeling, FEELINGS[feeling]
            )
        )
    return Markup('<blockquote class="quoted"><p dir="auto">{}</p><footer>{}</footer></blockquote>').format(
        quote(html.unescape(str(row[column]))),
        Markup(" · ").join(about),  # platforms deliver & as &amp;
    )


def _picture(wide: str, narrow: str, alt: str) -> Markup:
    source = Markup('<source media="(max-width: 600px)" srcset="{}">').format(narrow) if narrow else ""
    return Markup('<picture>{}<img src="{}" alt="{}"></picture>').format(source, wide, alt)


def _checked_alt(alt: str) -> str:
    alt = plain(alt, 1000)
    if len(alt) < 20 or GENERIC.match(alt) or not re.search(r"\d", alt):
        raise ValueError(
            f'show.figure got the alt text "{alt}"; write a sentence of at least 20 characters that gives '
            f"the data, "
            "for instance with charts.describe."
        )
    return alt
