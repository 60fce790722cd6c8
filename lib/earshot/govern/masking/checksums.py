"""Check digits of national identity numbers: each function says whether a number without separators is right.

Every rule is the one its issuer publishes; the known numbers in the tests are the issuers' own specimens.
"""

from datetime import date

DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY"
PPS = "WABCDEFGHIJKLMNOPQRSTUV"
ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            2,
            4,
            18,
            20,
            11,
            3,
            6,
            8,
            12,
            14,
            16,
            10,
            22,
            25,
            24,
            23,
        ],
    )
)
TURN = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


def passes_luhn(digits: str) -> bool:
    """Say whether a string of digits has a correct Luhn check digit (ISO/IEC 7812-1)."""
    total = sum(int(digit) for digit in digits[-1::-2])
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0


def passes_verhoeff(digits: str) -> bool:
    """Say whether the last digit is the Verhoeff check digit of the others (India's Aadhaar)."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _dihedral(check, TURN[place % 8][int(digit)])
    return check == 0


def _dihedral(left: int, right: int) -> int:
    """Multiply in the dihedral group of the pentagon, whose table Verhoeff's scheme uses."""
    if left < 5:
        return (left + right) % 5 if right < 5 else 5 + (left + right) % 5
    return 5 + (left - right) % 5 if right < 5 else (left - right) % 5


def _sum(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights))


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(
            2000 if year in ("00", "0000") else int(year) + (2000 if len(year) == 2 else 0),
            int(month),
            int(day),
        )
    except ValueError:
        return False
    return True


def is_nhs(digits: str) -> bool:
    """United Kingdom, NHS number: ten digits, modulo 11."""
    check = 11 - _sum(digits, (10, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return check != 10 and check % 11 == int(digits[9])


def is_nino(text: str) -> bool:
    """United Kingdom, National Insurance number: no check digit, but prefixes that are never given."""
    return text[:2].upper() not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}


def is_sin(digits: str) -> bool:
    """Canada, Social Insurance Number: nine digits, Luhn, never 8 first."""
    return digits[0] != "8" and passes_luhn(digits)


def is_dni(text: str) -> bool:
    """Spain, DNI and NIE: the letter is the number modulo 23."""
    number = text[:-1].upper().replace("X", "0").replace("Y", "1").replace("Z", "2")
    return DNI[int(number) % 23] == text[-1].upper()


def is_insee(text: str) -> bool:
    """France, numéro de sécurité sociale: 97 less the number modulo 97; Corsica's 2A, 2B count as 19, 18."""
    number = text[:13].upper().replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number) % 97 == int(text[13:])


def is_steuer_id(digits: str) -> bool:
    """Germany, Steuer-Identifikationsnummer:
    ISO 7064 modulo 11,10 and one digit that occurs two or three times.
    """
    product = 10
    for digit in digits[:10]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    repeated = sorted(digits[:10].count(digit) for digit in set(digits[:10]))
    return digits[0] != "0" and repeated[-1] in (2, 3) and (11 - product) % 10 == int(digits[10])


def is_codice_fiscale(text: str) -> bool:
    """Italy, codice fiscale: sixteen characters, the last from the odd and even tables."""
    text = text.upper()
    even = sum(int(char) if char.isdigit() else ord(char) - 65 for char in text[1:15:2])
    return chr(65 + (sum(ODD[char] for char in text[0:15:2]) + even) % 26) == text[15]


def is_bsn(digits: str) -> bool:
    """Netherlands, burgerservicenummer: nine digits, the eleven test."""
    return int(digits) > 0 and _sum(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def is_cpf(digits: str) -> bool:
    """Brazil, CPF: two check digits modulo 11; eleven equal digits are no number."""
    if len(set(digits)) == 1:
        return False
    checks = [_sum(digits, tuple(range(size, 1, -1))) * 10 % 11 % 10 for size in (10, 11)]
    return checks == [int(digits[9]), int(digits[10])]


def is_tfn(digits: str) -> bool:
    """Australia, tax file number: nine digits, weighted sum modulo 11."""
    return _sum(digits, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def is_pesel(digits: str) -> bool:
    """Poland, PESEL: eleven digits, date of birth and weighted check digit."""
    month = f"{int(digits[2:4]) % 20:02}"
    return (
        _is_day(digits[:2], month, digits[4:6]) and _sum(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0
    )


def is_personnummer(digits: str) -> bool:
    """Sweden, personnummer: date of birth (day may be 60 more) and Luhn over the last ten digits."""
    ten = digits[-10:]
    return _is_day(ten[:2], ten[2:4], f"{int(ten[4:6]) % 60:02}") and passes_luhn(ten)


def is_hetu(text: str) -> bool:
    """Finland, henkilötunnus: date of birth, and the number modulo 31 as a character."""
    return (
        _is_day(text[4:6], text[2:4], text[:2]) and HETU[int(text[:6] + text[7:10]) % 31] == text[10].upper()
    )


def is_cpr(digits: str) -> bool:
    """Denmark, CPR: the first six digits are a day (its check digit was given up in 2007)."""
    return _is_day(digits[4:6], digits[2:4], digits[:2])


def is_fodselsnummer(digits: str) -> bool:
    """Norway, fødselsnummer: eleven digits, two check digits modulo 11."""
    first = _sum(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11 == 0
    return first and _sum(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def is_rijksregister(digits: str) -> bool:
    """Belgium, rijksregisternummer: 97 less the number (with a 2 before it since 2000) modulo 97."""
    return int(digits[9:]) in (97 - int(digits[:9]) % 97, 97 - int("2" + digits[:9]) % 97)


def is_ahv(digits: str) -> bool:
    """Switzerland, AHV number: EAN-13."""
    return _sum(digits, (1, 3) * 6 + (1,)) % 10 == 0


def is_nif(digits: str) -> bool:
    """Portugal, NIF: nine digits, modulo 11."""
    check = 11 - _sum(digits, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if check >= 10 else check) == int(digits[8])


def is_pps(text: str) -> bool:
    """Ireland, PPS number: the letter is the weighted sum modulo 23."""
    text = text.upper()
    second = PPS.index(text[8]) * 9 if len(text) > 8 and text[8] in PPS else 0
    return PPS[(_sum(text, (8, 7, 6, 5, 4, 3, 2)) + second) % 23] == text[7]


def is_resident_id(text: str) -> bool:
    """China, resident identity number: date of birth and ISO 7064 modulo 11,2."""
    total = _sum(text, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))
    return _is_day(text[6:10], text[10:12], text[12:14]) and "10X98765432"[total % 11] == text[17].upper()


def is_rrn(digits: str) -> bool:
    """South Korea, resident registration number:
    a date and a digit for sex and century (no check since 2020).
    """
    return _is_day(digits[:2], digits[2:4], digits[4:6])


def is_tc(digits: str) -> bool:
    """Turkey, T.C. kimlik number: eleven digits, two check digits."""
    odd, even = (sum(map(int, digits[start:9:2])) for start in (0, 1))
    return (
        digits[0] != "0"
        and (7 * odd - even) % 10 == int(digits[9])
        and sum(map(int, digits[:10])) % 10 == int(digits[10])
    )


def is_nric(text: str) -> bool:
    """Singapore, NRIC and FIN: the letter follows from the weighted sum and the first letter."""
    text = text.upper()
    total = _sum(text[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(text[0], 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}.get(text[0], "XWUTRQPNMLK")
    return letters[total % 11 if text[0] != "M" else 10 - total % 11] == text[8]


def is_za_id(digits: str) -> bool:
    """South Africa, identity number: date of birth and Luhn."""
    return _is_day(digits[:2], digits[2:4], digits[4:6]) and passes_luhn(digits)


def is_anything(text: str) -> bool:
    """Accept a number that carries no check digit: its form and the word beside it decide."""
    return bool(text)
