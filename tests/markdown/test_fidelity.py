"""Every edit of front matter over notes of many hands: it is right to the byte, or not made.

`NOTEKEEP_SIZE` makes more notes; `NOTEKEEP_CORPUS` names folders of real notes to edit as well.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.errors import Refused
from notekeep.markdown import frontmatter
from reliability.edits import OPS, Op, damage
from reliability.r01_fidelity import ALLOWED
from tests.support import outside
from tests.support.notes import varied_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


SIZE = int(os.environ.get("NOTEKEEP_SIZE", "300"))
CORPORA = [folder for folder in os.environ.get("NOTEKEEP_CORPUS", "").split(os.pathsep) if folder]


def _varied() -> Iterable[bytes]:
    return varied_notes(2026, SIZE)


def _of(folder: str) -> Callable[[], Iterable[bytes]]:
    return lambda: (path.read_bytes() for path in sorted(Path(folder).rglob("*.md")))


SOURCES = {"varied": _varied, **{folder: _of(folder) for folder in CORPORA}}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize("op", OPS, ids=[op.name for op in OPS])
def test_an_edit_changes_its_key_and_not_one_byte_else(
    op: Op, source: Callable[[], Iterable[bytes]]
) -> None:
    valid = refused = 0
    for data in source():
        readable = frontmatter.read(data).error is None
        valid += readable
        new = outside.tried(op.run, data)
        if isinstance(new, Refused):
            assert new.line
            refused += readable
            continue
        assert readable
        assert damage(op, data, new) == ""
        assert op.run(new) == new, "done twice is done once"
    assert refused <= valid * ALLOWED, f"{refused} of {valid}"


@given(
    note=st.integers(0, 10_000).map(lambda seed: next(varied_notes(seed, 1))),
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
    matter = frontmatter.read(note)
    new = outside.tried(op.run, note)
    if isinstance(new, Refused):
        assert new.line
        return
    assert matter.error is None
    after = frontmatter.read(new)
    assert after.error is None
    assert new[after.split.body :] == note[matter.split.body :]
    assert _kept(matter.raw, op.keys) == _kept(after.raw, op.keys)


def _kept(raw: dict[str, str], keys: tuple[str, ...]) -> dict[str, str]:
    return {key: source for key, source in raw.items() if key not in keys}
