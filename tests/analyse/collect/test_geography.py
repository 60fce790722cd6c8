"""Places of the posts: shares by provenance, and how often a profile and the words differ."""

import pandas as pd
import pytest

from earshot.analyse.collect import geography
from earshot.enrich.geography import step


def test_shares_and_disagreement(workspace):
    space = workspace()
    text = ["greetings from Paris"] * 5 + ["greetings from Berlin"] * 15 + ["hello"] * 20
    posts = pd.DataFrame(
        {
            "post_id": [f"x:{row:02}" for row in range(40)],
            "content_hash": "h",
            "lang": "en",
            "author": [f"p{row}" for row in range(40)],
            "text": text,
            "place": ["Berlin, Germany"] * 30 + ["everywhere"] * 10,
        }
    )
    with pytest.raises(ValueError, match=r"^No post of this window was located yet"):
        geography.measure(posts, space.store)
    space.store.merge("geography", step.add(posts).assign(week="2026-W10", step_version="1"))
    found = geography.measure(posts, space.store)
    shares = found.provenance.set_index("provenance")["value"]
    assert shares.to_dict() == {"stated": 0.75, "inferred": 0, "network": 0, "unknown": 0.25}
    assert found.countries.to_dict("records") == [{"country": "Germany", "posts": 30, "share": 1.0}]
    assert found.disagreement["value"].tolist() == [0.25]
    assert "differ in 25% of posts" in found.claims[1].sentence
