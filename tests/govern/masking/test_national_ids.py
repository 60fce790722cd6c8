import pytest

from earshot.core.params import ParamError
from earshot.govern.masking import masking, national_ids


def found(text: str, chosen=national_ids.PACKS) -> list[str]:
    return [text[start:end] for start, end in national_ids.find_identities(text, chosen)]


SPECIMENS = [  # numbers that the issuers print as examples, or that carry the right check digit
    ("gb", "AB 12 34 56 C"),
    ("gb", "NHS 943 476 5919"),
    ("ca", "SIN 046 454 286"),
    ("us", "ITIN 912-70-1234"),
    ("es", "12345678Z"),
    ("es", "X1234567L"),
    ("fr", "2 55 08 14 168 025 38"),
    ("de", "Steuer-ID 86095742719"),
    ("it", "RSSMRA85T10A562S"),
    ("nl", "BSN 111222333"),
    ("in", "Aadhaar 2341 2341 2346"),
    ("in", "PAN ABCPE1234F"),
    ("br", "529.982.247-25"),
    ("br", "CPF 52998224725"),
    ("au", "TFN 123 456 782"),
    ("pl", "PESEL 44051401359"),
    ("se", "811228-9874"),
    ("fi", "131052-308T"),
    ("be", "85.07.30-033.28"),
    ("ch", "756.9217.0769.85"),
    ("pt", "NIF 123456789"),
    ("ie", "PPS 1234567T"),
    ("cn", "11010519491231002X"),
    ("tr", "T.C. 10000000146"),
    ("sg", "S1234567D"),
    ("za", "id 8001015009087"),
    ("no", "fødselsnummer 01010750160"),
    ("dk", "CPR 010190-1234"),
    ("mx", "HEGG560427MVZRRL04"),
    ("kr", "820701-1234567"),
    ("any", "passport no. K1234567"),
    ("any", "my driver's license number is F162823540116"),
]


@pytest.mark.parametrize(("pack", "text"), SPECIMENS)
def test_a_number_is_found_by_its_pack_and_by_no_other(pack, text):
    assert len(found(f"so {text} ok", [pack])) == 1
    assert "[" in masking.mask_text(f"so {text} ok")
    others = [other for other in national_ids.PACKS if other != pack]
    assert found(f"so {text} ok", others) == [] or pack in ("ca", "au", "nl", "pt", "dk", "se", "no")


@pytest.mark.parametrize(("pack", "text"), SPECIMENS)
def test_a_wrong_digit_is_no_identity_number_where_there_is_a_check(pack, text):
    if pack in ("gb", "us", "mx", "kr", "dk", "any") or "PAN" in text:
        pytest.skip("this number has no check digit")
    place = max(place for place, char in enumerate(text) if char.isdigit())
    assert found(text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :], [pack]) == []


@pytest.mark.parametrize(
    "text",
    [
        "order 12345678Z",
        "ref 811228-9874",
        "912701234",
        "943 476 5919 units",
        "ABCPE1234F",
        "44051401359",
        "52998224725",
        "passport photo on 12.05.2020",
        "sin 123456789",
        "flight 131052-308T",
        "https://shop.example/12345678Z",
    ],
)
def test_without_its_word_or_beside_an_order_a_number_survives(text):
    assert found(text) == []


def test_an_unknown_pack_is_answered_in_one_sentence():
    assert national_ids.check_packs(None) == national_ids.PACKS
    assert national_ids.check_packs(["gb", "any"]) == ("gb", "any")
    with pytest.raises(ParamError, match="there is no pack 'uk'"):
        national_ids.check_packs(["uk"])
    with pytest.raises(ParamError, match="write a list such as"):
        national_ids.check_packs("gb")
