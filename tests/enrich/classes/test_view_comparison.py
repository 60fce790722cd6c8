"""One sentence on the bake-off: who won, by how much, at what cost; and where nobody did."""

from types import SimpleNamespace

import pandas as pd
import pytest

from earshot.enrich.classes import view_comparison


def model(*rows):
    named = ("view", "accuracy", "lead", "low", "high", "seconds")
    return SimpleNamespace(figures=pd.DataFrame([dict(zip(named, row, strict=True)) for row in rows]))


WORDS, TOGETHER = ("words", 0.80, 0.05, 0.01, 0.09, 12.4), ("together", 0.85, 0.0, 0.0, 0.0, 210.0)


@pytest.mark.parametrize(
    ("best", "said"),
    [
        (
            ("neighbours", 0.83, 0.02, 0.005, 0.035, 0.3),
            "All views together won: 85.0% right on texts not seen, 2.0 points (0.5 to 3.5) more often than "
            "neighbours (few-shot), the best alone; together they took 210 s to learn, neighbours "
            "(few-shot) under 1 s, and read 480 texts a second.",
        ),
        (
            ("meaning", 0.84, 0.01, -0.005, 0.025, 60),
            "No view won: all together are 85.0% right on texts not seen, and meaning alone is no different "
            "beyond chance, 1.0 points (−0.5 to 2.5); together they took 210 s to learn, meaning 60 s, and "
            "read 480 texts a second.",
        ),
        (
            ("meaning", 0.88, -0.03, -0.05, -0.01, 60),
            "meaning won: all views together, which read the posts, are 85.0% right on texts not seen, 3.0 "
            "points (−5.0 to −1.0) less often than it; together they took 210 s to learn, meaning 60 s, and "
            "read 480 texts a second.",
        ),
    ],
)
def test_the_sentence_says_who_won_by_how_much_and_at_what_cost(best, said):
    assert view_comparison.won({"": model(WORDS, best, TOGETHER)}, 480.2) == said


def test_where_labels_overlap_figures_are_means_over_the_labels_and_seconds_add_up():
    other = model(("words", 0.90, 0.03, 0.01, 0.05, 7.6), ("together", 0.93, 0.0, 0.0, 0.0, 90.0))
    said = view_comparison.won({"late": model(WORDS, TOGETHER), "bag": other}, 100)
    assert said == (
        "All views together won: 89.0% right on texts not seen on average over the labels, 4.0 points (1.0 "
        "to 7.0) more often than words, the best alone; together they took 300 s to learn, words 20 s, and "
        "read 100 texts a second."
    )
