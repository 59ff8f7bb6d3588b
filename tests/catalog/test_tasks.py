"""Tasks of a vault: counted, and picked by the shape of their text."""

from __future__ import annotations

import sqlite3
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from notekeep.dates import DUE_LIKE_PATTERN, find_due_day

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
DUE = st.builds(
    "{}{}{}{}{}".format,
    TEXT,
    st.sampled_from(["[due:: ", "due: ", "due ", "\N{CALENDAR} ", "\N{TEAR-OFF CALENDAR}", ""]),
    st.dates(date(1000, 1, 1)).map(date.isoformat),
    st.sampled_from(["]", ")", ""]),
    TEXT,
)


@given(DUE)
def test_every_text_that_says_when_it_is_due_has_the_shape_that_is_asked_for(text: str) -> None:
    with_shape = (
        sqlite3.connect(":memory:").execute("SELECT ? LIKE ?", (text, DUE_LIKE_PATTERN)).fetchone()
    )
    assert with_shape == (1,) or find_due_day(text) is None
