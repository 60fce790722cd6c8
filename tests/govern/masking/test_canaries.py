from earshot.govern.masking import canaries, checksums, identifiers, masking


def planted(number: int = len(canaries.FORMS) * 3):
    return list(canaries.plant(["the bus was late"] * number))


def test_canaries_are_the_same_every_time_and_cover_every_type():
    assert planted() == planted()
    assert {canary.type for _, canary in planted()} == set(masking.TYPES)


def test_their_check_digits_are_right():
    for _, canary in planted():
        digits = "".join(char for char in canary.value if char.isdigit())
        if canary.type == "card":
            assert checksums.passes_luhn(digits)
        if canary.type == "iban":
            assert identifiers.passes_iban(canary.value.replace(" ", ""))


def test_each_stands_whole_in_its_text_and_all_but_mere_mentions_are_masked():
    for text, canary in planted():
        assert canary.value in text
        assert (canary.value not in masking.mask_text(text)) == (canary.form != "merely mentioned"), text
