"""Telephone numbers: known by their form, or by a word beside them."""

import pytest

from earshot.govern.masking import masking


def masked(text: str) -> str:
    """The text as it is stored."""
    return masking.mask([text]).texts.iloc[0]


@pytest.mark.parametrize(
    "number",
    [
        "+44 7700 900123",
        "+1-703-464-0200",
        "+46 (0)8 928 571 38",
        "(631)891-5722",
        "914-329-0185",
        "1-800-433-7300",
        "917 703 1472",
        "0494 92 82 32",
        "01.84.17.61.18",
        "079 2718 1155",
        "0171/2345678",
        "07700 900123",
        "07700900123",
        "00 44 7700 900123".replace("00 44", "0044"),
        "610.362.7498",
        "(03) 5327 5996",
    ],
)
def test_a_number_written_as_only_phones_are_needs_no_word_beside_it(number):
    assert masked(f"so {number} ok") == "so [phone] ok"


@pytest.mark.parametrize(
    "text",
    [
        "call me 9148445695",
        "trying to cal 8004337300",
        "ruf mich an: 655 437 108",
        "call me on 9472 7916",
        "78 651 450 office",
        "wa.me/447700900123",
        "teléfono 91 234 56 78",
        "WhatsApp 98765 43210",
    ],
)
def test_other_numbers_are_phones_beside_a_word_that_says_so(text):
    assert "[phone]" in masked(text)
