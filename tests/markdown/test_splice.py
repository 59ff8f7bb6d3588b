"""A text goes into an editor and comes back: what was not edited keeps every byte."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notekeep.markdown.editor_text import EditorText, StandIns
from notekeep.markdown.text_merge import align_lines

ODD = [
    b"\xc2\x85",  # NEL
    b"\xe2\x80\xa8",  # U+2028
    b"\x0c",
    b"\x0b",
    b"\x1c",
    b"\x1b[31m",
    b"\x1b]52;c;aGk=\x07",
    b"\x00",
    b"\r",
    b"\xff\xfe",  # not UTF-8
    b"\xc3",  # half a character
    b"\xe2\x80\xae",  # turns the text around
    "\u241b".encode(),  # the picture of ESC, as itself
    "\ue000".encode(),
    "e\u0301 \U0001f469\u200d\U0001f680 漢字 \t".encode(),
]

words = st.one_of(st.sampled_from(ODD), st.binary(max_size=4), st.sampled_from([b"a", b"b", b" "]))
bodies = st.lists(words, max_size=4).map(b"".join).map(lambda body: body.replace(b"\n", b""))
ends = st.sampled_from([b"\n", b"\r\n"])
files = st.builds(
    lambda bom, lines, last: bom + b"".join(body + end for body, end in lines) + last,
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.lists(st.tuples(bodies, ends), max_size=8),
    bodies,
)
typed = st.lists(st.text(max_size=6).map(lambda text: text.replace("\n", "")), max_size=4)


@given(files)
def test_a_text_that_is_not_edited_is_the_same_bytes(data: bytes) -> None:
    spliced = EditorText.checked(data)
    assert spliced.joined(spliced.lines) == data


@given(files)
@example(b"".join(ODD))
def test_what_is_shown_has_nothing_that_cuts_lines_or_moves_a_terminal(data: bytes) -> None:
    for line in EditorText(data).lines:
        assert line.splitlines() in ([], [line])
        assert not any(ord(char) < 0x20 and char != "\t" for char in line)
        assert not any(0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in line)


@given(data=files, new=typed, span=st.data())
def test_lines_around_an_edit_keep_their_bytes(
    data: bytes, new: list[str], span: st.DataObject
) -> None:
    # A number makes every line one of its kind.
    numbered = b"\n".join(b"%d " % n + line for n, line in enumerate(data.split(b"\n")))
    spliced = EditorText(numbered)
    first = span.draw(st.integers(0, len(spliced.lines)))
    last = span.draw(st.integers(first, len(spliced.lines)))
    put = [spliced.stand_ins.to_editor(line) for line in new]
    edited = [*spliced.lines[:first], *put, *spliced.lines[last:]] or [""]
    result = spliced.joined(edited)
    before = numbered.split(b"\n")
    after = result.split(b"\n")
    assert len(after) == len(edited)
    # What was the last line had no end, and has one when something follows it.
    for place in range(min(first, len(edited) - 1, len(before) - 1)):
        assert after[place] == before[place]
    for back in range(1, len(spliced.lines) - last + 1):
        assert after[-back] == before[-back]


@given(data=files, span=st.data(), new=st.text(max_size=8).filter(lambda text: "\n" not in text))
def test_the_result_is_the_edited_text(data: bytes, span: st.DataObject, new: str) -> None:
    spliced = EditorText(data)
    row = span.draw(st.integers(0, len(spliced.lines) - 1))
    column = span.draw(st.integers(0, len(spliced.lines[row])))
    lines = list(spliced.lines)
    put = spliced.stand_ins.to_editor(new)
    lines[row] = lines[row][:column] + put + lines[row][column:]
    text = spliced.joined(lines)
    real = [spliced.stand_ins.to_file(line) for line in lines]
    parts = text.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    assert len(parts) == len(lines)
    for part, line in zip(parts[:-1], real[:-1], strict=True):
        # An end may be "\r\n"; a carriage return inside a line is one of its characters.
        assert line.encode("utf-8", "surrogateescape") in (part, part.removesuffix(b"\r"))
    assert parts[-1] == real[-1].encode("utf-8", "surrogateescape")


@given(st.lists(st.text(), max_size=6))
def test_stand_ins_have_one_way_back_whatever_comes_later(texts: list[str]) -> None:
    table = StandIns()
    shown = [table.to_editor(text) for text in texts]
    assert [table.to_file(text) for text in shown] == texts
    assert [len(table.to_screen(text)) for text in shown] == [len(text) for text in texts]


@pytest.mark.parametrize(
    ("data", "edit", "expected"),
    [
        # A new line ends as the one before it, at the top as the one after it.
        (b"a\r\nb\r\n", ["a", "x", "b", ""], b"a\r\nx\r\nb\r\n"),
        (b"a\nb\r\nc\n", ["a", "b", "x", "c", ""], b"a\nb\r\nx\r\nc\n"),
        (b"a\r\nb\n", ["x", "a", "b", ""], b"x\r\na\r\nb\n"),
        # A changed line keeps its own end.
        (b"a\nb\r\nc\n", ["a", "B", "c", ""], b"a\nB\r\nc\n"),
        # A file without a last line end gets none, and what was its last line gets one.
        (b"a\r\nb", ["a", "b!"], b"a\r\nb!"),
        (b"a\nb\r\nc", ["a", "b", "c", "d"], b"a\nb\r\nc\r\nd"),
        (b"one", ["one", "two"], b"one\ntwo"),
        (b"", ["x"], b"x"),
        (b"a\n", [""], b""),
        # The mark at the beginning stays there.
        (b"\xef\xbb\xbfa\n", ["b", "a", ""], b"\xef\xbb\xbfb\na\n"),
    ],
)
def test_line_ends_follow_their_neighbours(data: bytes, edit: list[str], expected: bytes) -> None:
    assert EditorText(data).joined(edit) == expected


def test_controls_are_shown_as_their_pictures_and_moved_as_themselves() -> None:
    spliced = EditorText(b"a\x1b[0m\nb\n")
    assert spliced.lines == ["a\u241b[0m", "b", ""]
    assert spliced.joined(["b", "a\u241b[0m", ""]) == b"b\na\x1b[0m\n"


def test_a_picture_that_was_there_before_stays_one() -> None:
    spliced = EditorText("␛ is not \x1b\n".encode())
    assert spliced.stand_ins.to_screen(spliced.lines[0]) == "␛ is not ␛"
    assert spliced.joined(["> " + spliced.lines[0], ""]) == "> ␛ is not \x1b\n".encode()


def test_bytes_that_are_no_text_are_drawn_as_unknown() -> None:
    spliced = EditorText(b"caf\xe9\n")
    assert spliced.stand_ins.to_screen(spliced.lines[0]) == "caf\ufffd"
    assert spliced.joined([spliced.lines[0] + "!", ""]) == b"caf\xe9!\n"


@st.composite
def scattered(draw: st.DrawFn) -> tuple[list[tuple[str, bytes]], list[tuple[str, int | None]]]:
    """A file of mixed line ends, many lines twice in it, and edits all over it.

    Returns:
        Its lines with their ends; the lines afterwards, each with the number of the line it was,
        None for one that is new.
    """
    numbers = st.one_of(st.just(0), st.just(0), st.integers(1, 40))
    texts = [f"line {n}" if n else "" for n in draw(st.lists(numbers, min_size=2, max_size=40))]
    before = [(text, draw(ends)) for text in texts]
    after: list[tuple[str, int | None]] = []
    for number, (text, _) in enumerate(before):
        what = draw(st.sampled_from(["keep", "keep", "keep", "change", "insert", "delete"]))
        if what != "delete":
            after.append((f"changed {number}" if what == "change" else text, number))
        if what == "insert":
            after.append((f"new {number}", None))
    return before, [*after, ("", None)]


@given(scattered())
@example(
    (
        [("", b"\r\n"), ("", b"\n"), ("a", b"\r\n"), ("", b"\n"), ("b", b"\r\n"), ("", b"\r\n")],
        [("", 1), ("new", None), ("a", 2), ("b", 4), ("x", None), ("", 5), ("", None)],
    )
)
def test_a_line_of_its_kind_keeps_its_end_whatever_else_is_edited(
    edited: tuple[list[tuple[str, bytes]], list[tuple[str, int | None]]],
) -> None:
    before, after = edited
    data = b"".join(text.encode() + end for text, end in before)
    result = EditorText(data).joined([text for text, _ in after]).split(b"\n")
    once = {text for text, number in Counter(text for text, _ in before).items() if number == 1}
    for got, (text, was) in zip(result, after, strict=True):
        if was is not None and text in once:
            assert got + b"\n" == text.encode() + before[was][1]


@given(scattered())
def test_lines_that_are_only_changed_keep_their_ends_one_by_one(
    edited: tuple[list[tuple[str, bytes]], list[tuple[str, int | None]]],
) -> None:
    before, after = edited
    changed = {was: text for text, was in after if was is not None}
    data = b"".join(text.encode() + end for text, end in before)
    lines = [changed.get(number, f"changed {number}") for number in range(len(before))]
    wanted = b"".join(line.encode() + end for line, (_, end) in zip(lines, before, strict=True))
    assert EditorText(data).joined([*lines, ""]) == wanted


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcde")))
def test_aligned_parts_are_both_texts_whole(old: list[str], new: list[str]) -> None:
    pairs = align_lines(old, new)
    assert [i for here, _ in pairs for i in here] == list(range(len(old)))
    assert [k for _, there in pairs for k in there] == list(range(len(new)))
