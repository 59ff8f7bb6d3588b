"""A quote comes into a note as a block of its own, with the place it is from."""

from __future__ import annotations

import pytest

from notekeep.errors import UsageError
from notekeep.markdown.outline import read_body
from notekeep.notes.capture import plan_quote


def quoted(note: str, text: str, **place: str) -> str:
    (change,) = plan_quote("n.md", note.encode(), text, **place).changes
    assert change.after is not None
    return change.after.decode()


@pytest.mark.parametrize(
    ("place", "locator", "read"),
    [
        ({}, "", ""),
        ({"page": "27"}, " (p. 27)", "p. 27"),
        ({"loc": "412"}, " (loc. 412)", "loc. 412"),
        ({"at": "12:34"}, " [00:12:34]", "00:12:34"),
        ({"at": "1:02:33"}, " [01:02:33]", "01:02:33"),
    ],
)
def test_a_quote_is_read_back_with_its_place(
    place: dict[str, str], locator: str, read: str
) -> None:
    after = quoted("Words.\n", "Said so.\nAnd so.", **place)
    assert after == f"Words.\n\n> Said so.\n> And so.{locator}\n"
    (found,) = read_body(after).quotes
    assert (found.text.split(), found.locator) == (["Said", "so.", "And", "so."], read)


def test_it_goes_below_the_heading_for_quotes() -> None:
    note = "# N\n\n## Quotes\n\n> one\n\n## After\n\nx\n"
    assert quoted(note, "two") == "# N\n\n## Quotes\n\n> one\n\n> two\n\n## After\n\nx\n"


def test_a_list_at_the_end_does_not_swallow_it() -> None:
    assert quoted("- a\n- b\n", "two") == "- a\n- b\n\n> two\n"


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("  \n", {}, "no words"),
        ("x", {"page": "1", "at": "1:00"}, "one place"),
        ("x", {"at": "12"}, "no time"),
        ("x", {"at": "12:99"}, "no time"),
    ],
)
def test_what_cannot_be_meant_is_said(text: str, place: dict[str, str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        plan_quote("n.md", b"", text, **place)
