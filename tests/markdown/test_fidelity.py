"""Every edit of front matter over notes of many hands: it is right to the byte, or not made.

`NOTEKEEP_SIZE` makes more notes; `NOTEKEEP_CORPUS` names folders of real notes to edit as well.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.errors import Refused
from notekeep.markdown import fieldedits, frontmatter
from notekeep.markdown.spell import Plain
from tests.support import outside
from tests.support.notes import varied_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from notekeep.markdown.values import Value

SIZE = int(os.environ.get("NOTEKEEP_SIZE", "300"))
CORPORA = [folder for folder in os.environ.get("NOTEKEEP_CORPUS", "").split(os.pathsep) if folder]
ALLOWED = 0.002
"""The share of valid notes that may be refused."""


class Op(NamedTuple):
    """An edit, the keys whose lines it may touch, and what it makes of a note's fields."""

    name: str
    run: Callable[[bytes], bytes]
    keys: tuple[str, ...]
    wanted: Callable[[dict[str, Any]], dict[str, Any]]


def _listed(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    if isinstance(value, list):
        return [item for item in value if item != ""]
    parts = value.split(",") if "," in value else value.split()
    return [part.strip() for part in parts]


def _add(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "tags": [*_listed(fields.get("tags")), "new/tag"]}


def _remove(fields: dict[str, Any]) -> dict[str, Any]:
    if "tags" not in fields:
        return fields
    left = [tag for tag in _listed(fields["tags"]) if tag != "habit"]
    return {**fields, "tags": left}


def _rename(fields: dict[str, Any]) -> dict[str, Any]:
    return {"name" if key == "title" else key: value for key, value in fields.items()}


def _without(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != "title"}


def _setting(key: str, value: Value) -> Op:
    words = [str(item) for item in value] if isinstance(value, list) else str(value)
    return Op(
        f"set {key}={words}",
        lambda data: fieldedits.set_field(data, key, value),
        (key,),
        lambda fields: {**fields, key: words},
    )


OPS = [
    Op("add a tag", lambda d: fieldedits.add_item(d, "tags", "new/tag"), ("tags",), _add),
    Op("remove a tag", lambda d: fieldedits.remove_item(d, "tags", "habit"), ("tags",), _remove),
    _setting("tags", ["one", "two, and three", "[[four]]"]),
    _setting("rating", Plain("4.50")),
    _setting("title", 'A "new" title: #1'),
    _setting("isbn13", "0735211299"),
    _setting("nowhere yet", "yes"),
    Op(
        "rename title",
        lambda d: fieldedits.rename_key(d, "title", "name"),
        ("title", "name"),
        _rename,
    ),
    Op("delete title", lambda d: fieldedits.delete_key(d, "title"), ("title",), _without),
]  # fmt: skip


def _check(op: Op, old: bytes, new: bytes) -> None:
    """Hold an edit to what it was to do, without using any of notekeep's own checks."""
    left = b"".join(outside.others(old, *op.keys))
    right = b"".join(outside.others(new, *op.keys))
    if outside.parts(old)[1] == outside.parts(new)[1] == []:
        assert left == right
        return
    if not outside.parts(old)[0].strip(b"\xef\xbb\xbf"):  # front matter was made
        assert new.endswith(outside.parts(old)[2])
    else:
        assert left == right, op.name
    if not new.lstrip(b"\xef\xbb\xbf").startswith(b"+++"):
        before = dict(outside.said(old))
        wanted = op.wanted(before)
        found = dict(outside.said(new))
        _same_fields(wanted, found)
        assert list(found) == list(wanted)


def _same_fields(wanted: dict[str, Any], found: dict[str, Any]) -> None:
    for key, value in wanted.items():
        if key == "tags":
            assert _listed(found[key]) == _listed(value)
        else:
            assert found[key] == value


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
        _check(op, data, new)
        assert op.run(new) == new, "done twice is done once"
    assert refused <= valid * ALLOWED, f"{refused} of {valid}"


@given(
    note=st.integers(0, 10_000).map(lambda seed: next(varied_notes(seed, 1))),
    damage=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 8), st.binary(max_size=6)), min_size=1, max_size=4
    ),
    op=st.sampled_from(OPS),
)
def test_an_edit_of_a_damaged_note_is_right_or_refused(
    note: bytes, damage: list[tuple[float, int, bytes]], op: Op
) -> None:
    for place, length, added in damage:
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
