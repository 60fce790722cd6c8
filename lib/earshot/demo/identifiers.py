"""Personal identifiers for tests only:
reserved ranges, test cards that pass Luhn, specimen IBANs that pass mod 97.
"""

from random import Random

CARDS = (
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "4012888888881881",
    "5105105105105100",
    "3530111333300000",
    "4000056655665556",
)
IBANS = (
    "GB82WEST12345698765432",
    "DE89370400440532013000",
    "FR1420041010050500013M02606",
    "ES9121000418450200051332",
    "PT50000201231234567890154",
    "NL91ABNA0417164300",
    "IE29AIBK93115212345678",
)


def email(random: Random) -> str:
    """Return an address at a domain reserved for examples."""
    first = random.choice(
        [
            "anna.b",
            "carl",
            "j.may",
            "lou_k",
            "mrs.reed",
            "pat.o",
            "tim.w",
            "zed",
            "k.patel",
            "d.silva",
            "m.lopez",
        ]
    )
    return f"{first}{random.randint(1, 99)}@example.{random.choice(('com', 'org', 'net'))}"


def phone(random: Random) -> str:
    """Return a number from Ofcom's ranges for drama or the North American 555-01xx range."""
    last = f"{random.randint(0, 999):03d}"
    return random.choice(
        (
            f"07700 900{last}",
            f"07700900{last}",
            f"+44 7700 900{last}",
            f"020 7946 0{last}",
            f"0161 496 0{last}",
            f"+1 212-555-01{last[:2]}",
        )
    )


def card(random: Random) -> str:
    """Return a payment industry test number, plain or in groups of four."""
    number = random.choice(CARDS)
    gap = random.choice(("", " ", "-")) if len(number) == 16 else ""
    return gap.join(number[i : i + 4] for i in range(0, len(number), 4)) if gap else number


def iban(random: Random) -> str:
    """Return a specimen IBAN, plain or in groups of four."""
    number = random.choice(IBANS)
    return number if random.random() < 0.5 else " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def ip(random: Random) -> str:
    """Return an address from a network reserved for documentation."""
    return f"{random.choice(('192.0.2', '198.51.100', '203.0.113'))}.{random.randint(1, 254)}"


KINDS = {"email": email, "phone": phone, "card": card, "iban": iban, "ip": ip}
