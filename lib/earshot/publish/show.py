"""The only door to the screen: every shape is built from cleaned and escaped text, as static HTML without scripts.

Each public function displays one thing and returns None. The pages accept HTML from here and from nowhere else.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pandas as pd
from IPython.display import display
from markupsafe import Markup

from earshot.publish import numbers, quotes
from earshot.publish.quotes import clean, isolate, plain, quote  # noqa: F401  (plain is part of this module's door)

MARKER = "earshot"
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
MOST_ROWS = 200
CELL = 200
VERDICTS = {"real": ("●", "clear {}"), "noise": ("○", "within noise")}
FEELINGS = {"negative": "\u2212", "neutral": "\u25cb", "positive": "+"}
GENERIC = re.compile(r"^\W*(no description|image|figure|chart|plot|graph|picture|alt text|untitled)\b[^,;:.]{0,40}\W*$", re.I)


def headline(text: str, standfirst: str = "") -> None:
    """Show the one sentence that matters most, large, with a second one below it."""
    _display("headline", build_headline(text, standfirst))


def findings(claims: Iterable) -> None:
    """Show claims as ordered sentences, each with its interval, n and method in a quiet line below."""
    _display("findings", build_findings(claims))


def table(frame: pd.DataFrame, caption: str, formats: dict | None = None) -> None:
    """Show a frame as a captioned table; ``formats`` gives a column's unit (share, count, points, ",.2f" or a function)."""
    _display("table", build_table(frame, caption, formats))


def posts(frame: pd.DataFrame, caption: str = "", n: int = 5) -> None:
    """Show the first n posts as quotes with brand, day, platform and sentiment; never who wrote them."""
    _display("posts", build_posts(frame, caption, n))


def figure(chart: object, alt: str, caption: str, data: pd.DataFrame, formats: dict | None = None) -> None:
    """Show a chart as a picture with its alt text, its caption and the data behind it; raises when ``alt`` says nothing."""
    _display("figure", build_figure(chart, alt, caption, data, formats))


def facts(values: dict) -> None:
    """Show a few names and values side by side."""
    _display("facts", build_facts(values))


def note(text: str, link: str = "") -> None:
    """Show one plain remark, with the address it rests on where there is one."""
    _display("note", build_note(text, link))


def html(shape: str, *arguments, widget: object = None, **options) -> object:
    """Return (or refill) the one ipywidgets.HTML of a dashboard: ``show.html("table", frame, "Posts by brand")``."""
    from ipywidgets import HTML

    builders = {"headline": build_headline, "findings": build_findings, "table": build_table, "posts": build_posts, "figure": build_figure,
                "facts": build_facts, "note": build_note}  # fmt: skip
    if shape not in builders:
        raise ValueError(f'show.html got the shape "{shape}"; use one of {", ".join(builders)}.')
    widget = HTML() if widget is None else widget
    widget.value = str(_framed(shape, builders[shape](*arguments, **options)))
    return widget


def csv_safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy in which no text cell or heading can act as a spreadsheet formula; numbers stay numbers."""
    safe = frame.rename(columns=_defuse)
    for name in safe.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in safe.dtypes]]:
        safe[name] = safe[name].map(_defuse, na_action="ignore")
    return safe


def build_headline(text: str, standfirst: str = "") -> Markup:
    """Return the headline and, where there is one, its standfirst."""
    below = Markup('<p class="standfirst">{}</p>').format(quote(standfirst)) if clean(standfirst) else ""
    return Markup('<p class="sentence">{}</p>{}').format(quote(text), below)


def build_findings(claims: Iterable) -> Markup:
    """Return the ordered list of findings."""
    items = Markup("").join(_finding(claim) for claim in claims)
    return Markup("<ol>{}</ol>").format(items) if items else build_note("Nothing here passed the minimum number of posts.")


def build_table(frame: pd.DataFrame, caption: str, formats: dict | None = None) -> Markup:
    """Return the table inside a box that scrolls sideways and can be reached from the keyboard."""
    formats = formats or {}
    unknown = [name for name in formats if name not in frame.columns]
    if unknown:
        raise ValueError(f'show.table got a format for "{unknown[0]}"; the columns are {", ".join(map(str, frame.columns))}.')
    if not clean(caption):
        raise ValueError("show.table got no caption; say in one line what the table holds.")
    numeric = {name: _is_numeric(frame[name], formats.get(name)) for name in frame.columns}
    formats = {name: formats.get(name) or numbers.for_column(frame[name]) for name in frame.columns}
    head = Markup("").join(_heading(name, numeric[name]) for name in frame.columns)
    rows = Markup("").join(_row(row, numeric, formats) for row in frame.head(MOST_ROWS).itertuples(index=False))
    more = f" (the first {MOST_ROWS} of {len(frame):,} rows)" if len(frame) > MOST_ROWS else ""
    label = quote(caption)
    return Markup(
        '<div class="scroll" role="group" tabindex="0" aria-label="Table: {label}"><table><caption>{label}{more}</caption>'
        "<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    ).format(label=label.striptags(), more=more, head=head, rows=rows)


def build_posts(frame: pd.DataFrame, caption: str = "", n: int = 5) -> Markup:
    """Return the posts as block quotes; needs a column ``text`` or ``clean_text``."""
    column = next((name for name in ("text", "clean_text") if name in frame.columns), None)
    if column is None:
        raise ValueError(f'show.posts needs a column "text"; the columns are {", ".join(map(str, frame.columns))}.')
    shown = frame.head(n)
    if shown.empty:
        return build_note(f"{caption.rstrip('.') + ': ' if caption else ''}no posts.")
    title = Markup('<p class="caption">{}</p>').format(quote(caption)) if caption else ""
    return Markup("").join([title, *(_post(row, column) for row in shown.to_dict("records"))])


def build_figure(chart: object, alt: str, caption: str, data: pd.DataFrame, formats: dict | None = None) -> Markup:
    """Return the figure: headline and caption, picture (a second one drawn for phones), and the data folded below."""
    from earshot.publish import charts

    wide, narrow, title = charts.pictures(chart)
    alt = _checked_alt(alt)
    alt = f"{plain(title).rstrip('.')}. {alt}" if title and plain(title) not in alt else alt
    title = Markup("<strong>{}</strong> ").format(quote(title)) if title else ""
    return Markup(
        "<figure><figcaption>{}<span>{}</span></figcaption>{}<details><summary>The data behind this figure</summary>{}"
        "</details></figure>"
    ).format(title, quote(caption), _picture(wide, narrow, alt), build_table(data, f"Data: {caption}", formats))


def build_facts(values: dict) -> Markup:
    """Return a definition list."""
    pairs = (Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(quote(name, CELL), isolate(numbers.write(value)))
             for name, value in values.items())  # fmt: skip
    return Markup("<dl>{}</dl>").format(Markup("").join(pairs))


def build_note(text: str, link: str = "") -> Markup:
    """Return one paragraph."""
    return Markup('<p class="note">{}{}</p>').format(quote(text), Markup(" ") + quotes.link(link) if link else "")


def anchor(claim_id: object) -> str:
    """Return the anchor of a claim on its page: ``claim-`` and the id in safe characters."""
    return "claim-" + re.sub(r"[^A-Za-z0-9_.-]+", "-", clean(claim_id))


def _display(shape: str, piece: Markup) -> None:
    """Show one shape; the metadata mark is what the page trusts, since no text in an output can set it."""
    lines = Markup(re.sub(r"(?=</(?:p|li|tr|dd|dt|caption|figcaption|footer|summary)>)", "\n", str(piece)))
    words = "\n".join(filter(None, (Markup(line).striptags() for line in lines.split("\n"))))
    display({"text/html": str(_framed(shape, piece)), "text/plain": words}, metadata={MARKER: shape}, raw=True)


def _framed(shape: str, piece: Markup) -> Markup:
    return Markup('<div class="earshot {}">{}{}</div>').format(shape, Markup(f"<style>{_style()}</style>"), piece)


@cache
def _style() -> str:
    """Return the small stylesheet that makes a shape look right outside the pages too; the page takes it out again."""
    rules = (Path(__file__).parent / "page" / "show.css").read_text(encoding="utf-8")
    return re.sub(r"\s*\n\s*", "", re.sub(r"/\*.*?\*/", "", rules, flags=re.S))


def _finding(claim: object) -> Markup:
    measured = [_badge(claim.verdict, "change" if claim.kind in ("change", "event", "new") else "difference")]
    if claim.low is not None and claim.high is not None:
        measured.append(Markup("<span>95% interval {}</span>").format(numbers.interval(claim.low, claim.high, claim.unit)))
    if claim.n:
        measured.append(Markup("<span><i>n</i> = {}</span>").format(numbers.count(claim.n)))
    known = {"Method": quote(claim.method), "Computed from": quote(", ".join(claim.inputs)), "Claim": _stated(claim)}
    rows = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(name, text) for name, text in known.items() if text)
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
    return Markup('<span class="badge {}"><span aria-hidden="true">{}</span> {}</span>').format(verdict, sign, words.format(what))


def _heading(name: object, is_number: bool) -> Markup:
    words = quote(str(name).replace("_", " "), CELL)
    words = words[:1].upper() + words[1:]
    return Markup('<th scope="col"{}>{}</th>').format(Markup(' class="number"') if is_number else "", words)


def _row(row: tuple, numeric: dict, formats: dict) -> Markup:
    cells = []
    for place, ((name, is_number), value) in enumerate(zip(numeric.items(), row, strict=True)):
        shown = _cell(value, formats[name])
        if place == 0 and not is_number:
            cells.append(Markup('<th scope="row">{}</th>').format(shown))
        else:
            cells.append(Markup("<td{}>{}</td>").format(Markup(' class="number"') if is_number else "", shown))
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _cell(value: object, how: str | Callable) -> Markup:
    if how == "link":
        return quotes.link(value)
    if isinstance(value, str) and not how:
        return Markup('<bdi dir="auto">{}</bdi>').format(quote(value, CELL))
    return quote(numbers.write(value, how), CELL)


def _is_numeric(column: pd.Series, how: object) -> bool:
    if how in ("link", "day"):
        return False
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _post(row: dict, column: str) -> Markup:
    day = row.get("day") if row.get("day") is not None else row.get("created_at")
    told = [row.get("brand"), None if day is None or pd.isna(day) else numbers.day(pd.Timestamp(day).normalize()),
            row.get("platform")]  # fmt: skip
    about = [isolate(value, 60) for value in told if value is not None and not pd.isna(value) and str(value)]
    feeling = row.get("sentiment")
    if isinstance(feeling, str) and feeling in FEELINGS:
        about.append(Markup('<span class="feeling {0}"><span aria-hidden="true">{1}</span> {0}</span>').format(
            feeling, FEELINGS[feeling]))  # fmt: skip
    return Markup('<blockquote class="quoted"><p dir="auto">{}</p><footer>{}</footer></blockquote>').format(
        quote(row[column]), Markup(" · ").join(about)
    )


def _picture(wide: str, narrow: str, alt: str) -> Markup:
    source = Markup('<source media="(max-width: 600px)" srcset="{}">').format(narrow) if narrow else ""
    return Markup('<picture>{}<img src="{}" alt="{}"></picture>').format(source, wide, alt)


def _checked_alt(alt: str) -> str:
    alt = plain(alt, 1000)
    if len(alt) < 20 or GENERIC.match(alt) or not re.search(r"\d", alt):
        raise ValueError(
            f'show.figure got the alt text "{alt}"; write a sentence of at least 20 characters that gives the data, '
            "for instance with charts.describe."
        )
    return alt


def _defuse(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run; spaces and controls in front do not hide it."""
    if isinstance(value, str) and (value[:1] in "\t\r\n" or value.lstrip().startswith(FORMULA)) and value:
        return "'" + value
    return value
