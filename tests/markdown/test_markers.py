"""Git's marks of a merge: found where they are meant, and both sides given back whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notekeep.markdown.text_merge import choose_side, find_hunks, find_note_hunks

LINES = st.lists(
    st.sampled_from(["a\n", "\n", "# b\n", "====\n", "<<<\n", "- [ ] c\r\n"]), max_size=4
)
PART = LINES.map("".join)
HUNKS = st.lists(st.tuples(PART, PART, PART, st.booleans()), max_size=4)


def marked(ours: str, theirs: str, base: str | None) -> str:
    middle = "" if base is None else f"||||||| 1234\n{base}"
    return f"<<<<<<< HEAD\n{ours}{middle}=======\n{theirs}>>>>>>> branch\n"


@given(HUNKS, PART)
def test_both_sides_are_what_they_were(
    parts: list[tuple[str, str, str, bool]], before: str
) -> None:
    texts = {"ours": "", "theirs": "", "both": ""}
    text = ""
    for ours, theirs, between, has_base in parts:
        text += between + marked(ours, theirs, "base\n" if has_base else None)
        for name, part in (("ours", ours), ("theirs", theirs), ("both", ours + theirs)):
            texts[name] += between + part
    text += before
    found = find_hunks(text)
    assert len(found) == len(parts)
    assert [hunk.base for hunk in found] == ["base\n" if has else None for *_, has in parts]
    for name, wanted in texts.items():
        assert choose_side(text, found, name) == wanted + before


def test_a_text_that_shows_marks_is_no_conflict() -> None:
    text = f"---\ntitle: x\n---\nä\n```\n{marked('1', '2', None)}```\n\n{marked('a', 'b', None)}"
    shown, _body, found = find_note_hunks(text.encode())
    assert found == []  # sides without an end of line are no lines
    text = text.replace("1=", "1\n=").replace("2>", "2\n>").replace("a=", "a\n=")
    text = text.replace("b>", "b\n>")
    shown, _body, found = find_note_hunks(text.encode())
    assert [hunk.ours for hunk in found] == ["a\n"]
    assert shown[found[0].start :].startswith("<<<<<<< HEAD\na")


def test_half_a_mark_is_none() -> None:
    assert find_hunks("<<<<<<< HEAD\na\n") == []
    assert find_hunks("<<<<<<< HEAD\na\n=======\nb\n") == []
    assert find_hunks("A heading\n=======\n") == []
    assert find_hunks(">>>>>>> x\n=======\n<<<<<<< y\n") == []


def test_bytes_that_are_no_utf8_do_not_hide_marks() -> None:
    data = b"\xff\n" + marked("a\n", "b\n", None).encode()
    assert len(find_note_hunks(data).hunks) == 1


def test_bytes_that_are_no_utf8_make_no_conflict_of_an_example() -> None:
    example = b"```\n" + marked("a\n", "b\n", None).encode() + b"```\n"
    half = b"\xe2\x82 " * 9  # two bytes, which are shown as one character
    for data in (b"# A\n" + half + b"\n\n" + example, example + b"\n" + half):
        assert find_note_hunks(data).hunks == []
