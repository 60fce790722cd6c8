"""The lexicon: what a denial reaches, and what is counted."""

from earshot.enrich.text.lexicon import BAD, GOOD, SIGNALS, signals, tokens


def test_a_denial_reaches_four_words_but_not_past_a_mark_or_but():
    assert tokens("not good at all today, fine") == [
        "not",
        "not_good",
        "not_at",
        "not_all",
        "not_today",
        ",",
        "fine",
    ]
    assert tokens("Never again. Great") == ["never", "not_again", ".", "great"]
    assert tokens("it isn’t bad but good") == ["it", "isn't", "not_bad", "but", "good"]


def test_signals_tell_praise_from_denied_praise():
    def read(text):
        return signals(text, tokens(text)).round(2).tolist()

    good, bad, denied_good, denied_bad = range(4)
    assert read("lovely crew")[good] > 0
    assert not read("not a lovely crew")[good]
    assert read("not a lovely crew")[denied_good] > 0
    assert not read("not bad")[bad]
    assert read("not bad")[denied_bad] > 0
    assert len(read("")) == SIGNALS
    assert not any(read("the train leaves at nine"))


def test_no_word_is_on_both_sides():
    assert not GOOD & BAD
