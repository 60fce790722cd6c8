"""Languages of the posts: shares add up, mixed and undecided ones are said, untested languages are named."""

import pandas as pd
import pytest

from earshot.analyse import language as languages
from earshot.enrich.language import step as language

TEXTS = (
    ["the train was late again and nobody told us"] * 20
    + ["Questa mattina la connessione non funziona"] * 25
    + ["I have been waiting for two hours y nadie me contesta el teléfono"] * 5
    + ["12:30"] * 5
)


def test_what_is_mixed_undecided_and_untested_is_said(workspace):
    space = workspace()
    posts = pd.DataFrame(
        {
            "post_id": [f"x:{row}" for row in range(len(TEXTS))],
            "text": TEXTS,
            "lang": None,
            "content_hash": "h",
            "author": [f"p{row}" for row in range(len(TEXTS))],
        }
    )
    with pytest.raises(ValueError, match=r"^No post of this window has a language yet"):
        languages.measure(posts, space.store)
    space.store.merge("language", language.add(posts).assign(week="2026-W10", step_version="2"))
    found = languages.measure(posts, space.store)
    assert found.table["posts"].sum() == len(TEXTS)
    assert found.shares["value"].tolist() == pytest.approx([5 / 55, 5 / 55])
    (pair,) = found.pairs.to_dict("records")
    assert (pair["languages"], pair["posts"], pair["of posts"]) == ("English and Spanish", 5, 55)
    assert pair["share"] == pytest.approx(5 / 55)
    assert pair["low"] < pair["share"] < pair["high"]
    said = {claim.id: claim.sentence for claim in found.claims}
    assert said["clean.languages.mixed"].startswith("9% of posts mix two languages")
    assert "How well Italian is told was never measured" in said["clean.languages.untested"]
