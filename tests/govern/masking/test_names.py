import pytest

from earshot.govern.masking import masking


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My name is Zbigniew Kowalczyk, hi", "My name is [name], hi"),
        ("my name is john", "my name is [name]"),
        ("Dear Mr. Obi-Wan Smith, no", "Dear Mr. [name], no"),
        ("Hi Sarah, my flight is late", "Hi [name], my flight is late"),
        ("Great service - John Smith", "Great service - [name]"),
        ("on it ^Tanuj https://t.co/x", "on it ^[name] https://t.co/x"),
        ("DM us *JohnWard", "DM us *[name]"),
        ("agent Barbara was rude", "agent [name] was rude"),
        ("Kind regards,\nWiktoria Nowak", "Kind regards,\n[name]"),
        ("this is Peter from Leeds", "this is [name] from Leeds"),
        ("ich heiße Jürgen Müller", "ich heiße [name]"),
        ("thanks to Karen Salisbury at IAH", "thanks to [name] at IAH"),
        ("my husband David's bag", "my husband [name]'s bag"),
        ("MRS Jones", "MRS [name]"),
        ("Hi İbo - Ann", "Hi İbo - [name]"),
    ],
)
def test_a_person_who_is_given_away_is_masked(text, expected):
    assert masking.mask_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Hi United, my flight is late",
        "Hey Delta",
        "thanks Virgin America",
        "Dr Pepper",
        "Mr. Big",
        "Miss You",
        "@jack hi",
        "I love Taylor Swift",
        "my name is on the list",
        "- Delta",
        "Best Western",
        "this is Denver",
        "^This",
        "agent Refused",
        "Cheers!",
        "hello World",
        "thanks Southwest Air",
        "Charlotte is delayed",
    ],
)
def test_brands_places_and_mere_mentions_stay(text):
    assert masking.mask_text(text) == text
