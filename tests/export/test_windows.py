"""After an edit only what it can change is read again, and the page is that of the whole text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.errors import Refused
from notekeep.export import guard
from notekeep.export.parse import parse
from notekeep.export.passage import Passage, Splice
from notekeep.export.windows import windows
from tests.support.markdown_pieces import BLOCKS, MARKS, texts
from tests.support.pages import told


@st.composite
def edits(draw: st.DrawFn, text: str) -> list[Splice]:
    """Draw up to three replacements, none overlapping another."""
    pieces = st.sampled_from(["", "x", "\n", "\n\n", *BLOCKS, *MARKS, "]:", "$$"])
    found, at = [], 0
    for _ in range(draw(st.integers(1, 3))):
        if at > len(text):
            break
        start = draw(st.integers(at, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 3, 8, 30])))
        found.append(Splice(start, end, draw(pieces) + draw(pieces), "why"))
        at = end + 1
    return found


@given(st.data(), texts(far=False))
def test_the_page_is_that_of_the_whole_text(data: st.DataObject, text: str) -> None:
    passage = Passage.of_file("n.md", text, 1)
    splices = data.draw(edits(passage.text))
    after = passage.become(splices)
    assert told(after.page) == told(parse(after.text))


@given(st.data(), texts(far=False))
def test_the_guard_finds_in_windows_what_it_finds_in_all(data: st.DataObject, text: str) -> None:
    passage = Passage.of_file("n.md", text, 1)
    splices = data.draw(edits(passage.text))
    after = passage.splice(splices)
    lines: list[int] = []
    for find in (windows, lambda *_: None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(guard, "windows", find)
            try:
                guard.check(passage, after, splices)
            except Refused as error:
                lines.append(error.line or 0)
            else:
                lines.append(0)
    assert bool(lines[0]) == bool(lines[1])
    assert lines[0] <= lines[1]  # the first difference can only be told more exactly


LONG = "# T\n\nOne.\n\n- a\n- b\n\nTwo [[x]] three.\n\n```\ncode\n```\n\nFour.\n"


def test_only_the_edited_block_is_read() -> None:
    page = parse(LONG)
    at = LONG.index("[[x]]")
    splice = Splice(at, at + 5, "[x](y)", "")
    (one,) = windows(page, [splice], LONG.replace("[[x]]", "[x](y)")) or []
    assert one.page.text == "Two [x](y) three.\n\n"


@pytest.mark.parametrize(
    "text", ["```\n", "~~~", "<!-- ", "[r]: x", "[^1]: x", "$$\n", "\n- z\n\n"]
)
def test_what_reaches_out_of_its_block_has_all_read(text: str) -> None:
    at = LONG.index("Two")
    after = LONG[:at] + text + LONG[at:]
    passage = Passage.of_file("n.md", LONG, 1)
    assert told(passage.become([Splice(at, at, text, "")]).page) == told(parse(after))


def test_a_formula_that_an_edit_opens_goes_on_to_the_mark_that_ends_it() -> None:
    text = f"{LONG}\n\nFive $$\n"
    passage = Passage.of_file("n.md", text, 1)
    at = text.index("Two")
    after = passage.become([Splice(at, at, "$$\n", "")])
    assert told(after.page) == told(parse(after.text))
    assert after.page.find("math_block")


def test_a_fence_that_an_edit_opens_is_found_by_the_guard() -> None:
    passage = Passage.of_file("n.md", LONG, 1)
    at = LONG.index("One.")
    splices = [Splice(at, at, "```\n", "")]
    with pytest.raises(Refused):
        guard.check(passage, passage.splice(splices), splices)
