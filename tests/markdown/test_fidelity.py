"""An edit of the front matter of a damaged note is right to the byte, or not made.

Whole notes, also those of `NOTEKEEP_CORPUS`, are row R1 of the scorecard.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notekeep.errors import Refused
from notekeep.markdown.fields import frontmatter
from reliability.edits import OPS, Op
from tests.support import untouched
from tests.support.random_notes import random_notes


@given(
    note=st.integers(0, 10_000).map(lambda seed: next(random_notes(seed, 1))),
    damages=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 8), st.binary(max_size=6)), min_size=1, max_size=4
    ),
    op=st.sampled_from(OPS),
)
def test_an_edit_of_a_damaged_note_is_right_or_refused(
    note: bytes, damages: list[tuple[float, int, bytes]], op: Op
) -> None:
    for place, length, added in damages:
        at = int(place * len(note))
        note = note[:at] + added + note[at + length :]
    matter = frontmatter.read_frontmatter(note)
    new = untouched.tried(op.run, note)
    if isinstance(new, Refused):
        assert new.line
        return
    assert matter.error is None
    after = frontmatter.read_frontmatter(new)
    assert after.error is None
    assert new[after.split.body :] == note[matter.split.body :]
    assert _kept(matter.raw, op.keys) == _kept(after.raw, op.keys)


def _kept(raw: dict[str, str], keys: tuple[str, ...]) -> dict[str, str]:
    return {key: source for key, source in raw.items() if key not in keys}
