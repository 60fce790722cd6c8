"""Canaries: made-up private details of every type in many formats,
to be woven into real texts and looked for again.

All are invented: numbers have right check digits but belong to nobody known here; hosts are reserved for
examples.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from earshot.govern.masking import checksums, identifiers

GIVEN = ("Karen", "Sofia", "Jürgen", "Mateusz", "Priya", "Olivier", "Ahmed", "Ingrid", "Paolo", "Nicole")
FAMILY = (
    "Hartwell",
    "Lindqvist",
    "Moreau",
    "Kowalska",
    "Vandermeer",
    "Castellano",
    "Okafor",
    "Brandt",
    "Whitlock",
)
STREETS = ("Maple", "Harbour", "Kingsway", "Willow", "Station", "Orchard", "Chapel", "Riverside")


@dataclass(frozen=True)
class Canary:
    """One made-up detail: its type, how it is written, the words around it, and the detail itself."""

    type: str
    form: str
    text: str
    value: str


def plant(texts: list[str], seed: int = 1) -> Iterator[tuple[str, Canary]]:
    """Yield each text with one canary at its end, all forms in turn."""
    chance = random.Random(seed)
    for place, text in enumerate(texts):
        type_, form, words, make = FORMS[place % len(FORMS)]
        value = make(chance)
        canary = Canary(type_, form, words.format(value), value)
        yield f"{text.rstrip()} {canary.text}", canary


def _digits(chance: random.Random, size: int, first: str = "123456789") -> str:
    return chance.choice(first) + "".join(chance.choice("0123456789") for _ in range(size - 1))


def _checked(
    chance: random.Random, size: int, passes: Callable[[str], bool], first: str = "123456789"
) -> str:
    """Return digits that pass a check."""
    while not passes(number := _digits(chance, size, first)):
        pass
    return number


def _card(chance: random.Random, size: int = 16, first: str = "4") -> str:
    return _checked(chance, size, checksums.passes_luhn, first)


def _amex(chance: random.Random) -> str:
    number = _checked(chance, 15, lambda digits: digits[1] in "47" and checksums.passes_luhn(digits), "3")
    return f"{number[:4]} {number[4:10]} {number[10:]}"


def _grouped(number: str, size: int, between: str) -> str:
    return between.join(number[place : place + size] for place in range(0, len(number), size))


def _iban(chance: random.Random) -> str:
    account = _digits(chance, 18)
    check = next(
        f"{number:02}" for number in range(2, 99) if identifiers.passes_iban(f"DE{number:02}{account}")
    )
    return f"DE{check}{account}"


def _ssn(chance: random.Random, between: str = "-") -> str:
    parts = f"{chance.randint(100, 665):03}", f"{chance.randint(10, 99)}", f"{chance.randint(1000, 9999)}"
    return between.join(parts)


def _dni(chance: random.Random) -> str:
    number = _digits(chance, 8)
    return number + checksums.DNI[int(number) % 23]


def _cpf(chance: random.Random) -> str:
    number = _checked(chance, 11, checksums.is_cpf)
    return f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"


def _name(chance: random.Random) -> str:
    return f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"


def _email(chance: random.Random) -> str:
    return (
        f"{chance.choice(FAMILY).lower()}.{_digits(chance, 3)}@example.{chance.choice(('com', 'org', 'net'))}"
    )


def _street(chance: random.Random, kind: str = "Street") -> str:
    return f"{chance.randint(2, 240)} {chance.choice(STREETS)} {kind}"


FORMS = (  # type, how it is written, words around it, how it is made
    ("email", "plain", "write to {}", _email),
    ("email", "spelled", "mail {}", lambda c: _email(c).replace("@", " (at) ").replace(".", " (dot) ")),
    ("card", "in groups", "charged {} twice", lambda c: _grouped(_card(c), 4, " ")),
    ("card", "dashes", "card {}", lambda c: _grouped(_card(c), 4, "-")),
    ("card", "in one", "my card is {}", _card),
    ("card", "American Express", "amex {}", _amex),
    ("iban", "in groups", "refund to {}", lambda c: _grouped(_iban(c), 4, " ")),
    ("iban", "in one", "iban {}", _iban),
    ("ip", "version 4", "my ip is {}", lambda c: ".".join(str(c.randint(11, 250)) for _ in range(4))),
    (
        "ip",
        "version 6",
        "from {}",
        lambda c: f"2001:db8:{c.randint(4096, 65535):x}:{c.randint(4096, 65535):x}::1",
    ),
    ("ssn", "dashes", "ssn {}", _ssn),
    ("ssn", "in one, named", "my social security number is {}", lambda c: _ssn(c, "")),
    ("phone", "international", "reach me on {}", lambda c: f"+44 7700 900{_digits(c, 3)}"),
    ("phone", "American", "call {}", lambda c: f"({c.randint(212, 989)}) 555-{_digits(c, 4)}"),
    ("phone", "in one, named", "call me {}", lambda c: _digits(c, 10, "6789")),
    ("idnumber", "UK, NINO", "NINO {}", lambda c: f"AB{_digits(c, 6)}C"),
    ("idnumber", "Spain, DNI", "mi DNI es {}", _dni),
    ("idnumber", "Brazil, CPF", "CPF {}", _cpf),
    ("idnumber", "UK, NHS", "NHS number {}", lambda c: _checked(c, 10, checksums.is_nhs)),
    (
        "idnumber",
        "India, Aadhaar",
        "Aadhaar {}",
        lambda c: _grouped(_checked(c, 12, checksums.passes_verhoeff, "23456789"), 4, " "),
    ),
    ("idnumber", "passport", "passport number {}", lambda c: f"K{_digits(c, 7)}"),
    ("address", "English", "deliver it to {}", _street),
    ("address", "English, short", "I live at {}", lambda c: _street(c, "Rd")),
    ("address", "German", "ich wohne in der {}", lambda c: f"{c.choice(STREETS)}straße {c.randint(2, 240)}"),
    ("address", "French", "livrez au {}", lambda c: f"{c.randint(2, 99)} rue {c.choice(FAMILY)}"),
    ("address", "Spanish", "vivo en {}", lambda c: f"Calle {c.choice(FAMILY)} {c.randint(2, 99)}"),
    ("address", "box", "send it to {}", lambda c: f"P.O. Box {_digits(c, 4)}"),
    ("name", "introduced", "my name is {}", _name),
    ("name", "signature", "- {}", _name),
    ("name", "regards", "Kind regards, {}", _name),
    ("name", "title", "ask for Mrs {}", lambda c: c.choice(FAMILY)),
    ("name", "agent", "your agent {} was rude", lambda c: c.choice(GIVEN)),
    ("name", "merely mentioned", "I met {} yesterday", _name),
)
