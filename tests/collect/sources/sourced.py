"""What the tests of the platforms share:
posts as they come out of a page, and any JSON that could ever be sent.
"""

import pandas as pd
from hypothesis import strategies as st

from earshot.collect.mapping import rows
from earshot.collect.mapping.json_rows import from_dicts
from earshot.collect.mapping.mapping import Source
from earshot.collect.sources.answers import flat
from earshot.collect.sources.protocol import Page
from earshot.core.params import check

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def shaped(page: Page, mapping: Source) -> pd.DataFrame:
    """Return the posts that a page becomes, authors still readable."""
    frame = from_dicts(dict(enumerate(flat(row) for row in page.rows)), [])
    return rows.shape(frame, mapping, check({}), pd.Timestamp("2026-11-01", tz="UTC"))[0]
