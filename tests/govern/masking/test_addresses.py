import pytest

from earshot.govern.masking import masking


@pytest.mark.parametrize(
    "text",
    [
        "221b Baker Street",
        "56 rue La Boétie",
        "Calle Mayor 5",
        "Hauptstraße 12",
        "Via Roma 41",
        "Prinsengracht 263",
        "Storgatan 7",
        "Rua Augusta 1500",
        "P.O. Box 211",
        "PSC 4574, Box 8393",
        "Populierenstraat 374",
        "Bahnhofstr. 9a",
        "12 baker street",
        "Apt. 902",
        "100 Main St. Apt 4",
        "hegyalja út 98".title().replace("Út", "út"),
        "SW1A 1AA",
        "3784 Archwood Avenue",
        "99 St Jean Baptiste St",
    ],
)
def test_a_postal_address_is_masked_whole(text):
    assert masking.mask_text(f"it is {text}, yes") == "it is [address], yes"


def test_a_word_that_announces_an_address_suffices():
    assert masking.mask_text("She lives at Edeby 55.") == "She lives at [address]."
    assert masking.mask_text("Edeby 55 wins") == "Edeby 55 wins"


def test_the_town_and_postcode_below_go_with_it():
    assert masking.mask_text("10 High Road\nApt. 4\nSpringfield\nNorway 12345") == "[address]"
    assert masking.mask_text("ZIP: 60431") == "ZIP: [address]"


@pytest.mark.parametrize(
    "text",
    [
        "crash on Oxford Street",
        "arrived at Terminal 5",
        "Gate 22",
        "flight 1613 to Denver",
        "Boeing 737",
        "Spring 2015",
        "room 12 in hall 3",
        "5 star service",
        "2 hour drive",
        "route 66",
        "iPhone 6 is on its way",
        "Feb 24 at 5 pm",
        "seat 12 row 3",
        "100 Days in court",
        "windows 10",
        "During 2015 it fell",
        "3 of 4 people",
        "Delta 1234 to Rome",
    ],
)
def test_places_dates_and_flights_are_no_addresses(text):
    assert masking.mask_text(text) == text
