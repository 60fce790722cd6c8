"""The claims of a run: one row per stated number,
written beside the notebook's tables and composed into one file.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from earshot.core.claim import Claim
from earshot.core.files import read_json, write_json

FOLDER = "claims"


def write_claims(run_folder: Path, notebook: str, claims: Iterable[Claim]) -> None:
    """Write the claims of ``notebook`` to claims/<notebook>.json, whole;
    raises ValueError when two share an id.
    """
    claims = list(claims)
    twice = [name for name, times in Counter(claim.id for claim in claims).items() if times > 1]
    if twice:
        raise ValueError(
            f"Two claims of {notebook} have the id {twice[0]!r}; give each stated number its own id."
        )
    rows = [_row(claim, notebook) for claim in claims]
    write_json(Path(run_folder) / FOLDER / f"{notebook}.json", rows)


def read_claims(path: Path) -> list[Claim]:
    """Return the claims in one file in the order stated; ``about["notebook"]`` says where each stands."""
    return [_claim(row) for row in read_json(path, [])]


def read_all(run_folder: Path) -> list[Claim]:
    """Return the claims of all notebooks of a run, in the order of the notebooks."""
    return [
        claim for path in sorted((Path(run_folder) / FOLDER).glob("*.json")) for claim in read_claims(path)
    ]


def compose(run_folder: Path) -> list[dict]:
    """Write claims.json from the claims of every notebook and return its rows;
    raises ValueError on a shared id.
    """
    rows = [row for path in sorted((Path(run_folder) / FOLDER).glob("*.json")) for row in read_json(path, [])]
    first: dict[str, str] = {}
    for row in rows:
        other = first.setdefault(row["id"], row["notebook"])
        if other != row["notebook"]:
            raise ValueError(
                f"Notebooks {other} and {row['notebook']} both state a claim {row['id']!r}; rename one."
            )
    write_json(Path(run_folder) / "claims.json", rows)
    return rows


def read_gate(run_folder: Path) -> tuple[str, str] | None:
    """Return what a run says of the bias gate, in one sentence, and its state;
    None where it was not looked at.
    """
    found = next((claim for claim in read_all(run_folder) if claim.id == "health.bias"), None)
    return (found.sentence, found.about.get("gate", "")) if found else None


def _row(claim: Claim, notebook: str) -> dict:
    row = claim.as_dict() | {"notebook": notebook}
    for name in ("value", "low", "high"):
        number = row[name]
        if number is not None and not math.isfinite(number):
            raise ValueError(
                f"Claim {claim.id}: {name} is {number}; state a number, or leave it out and say why."
            )
    row["about"] = {name: value for name, value in row["about"].items() if name != "notebook"}
    return row


def _claim(row: dict) -> Claim:
    claim = Claim.from_dict(row)
    return replace(claim, about=claim.about | {"notebook": row["notebook"]})
