"""A quote comes into a note as a block of its own, with the place it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.errors import UsageError
from notekeep.markdown.outline import read_body
from notekeep.notes.capture import plan_quote

if TYPE_CHECKING:
    from notekeep.vault import Vault


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
    assert after == f"Words.\n\n## Quotes\n\n> Said so.\n> And so.{locator}\n"
    (found,) = read_body(after).quotes
    assert (found.text.split(), found.locator) == (["Said", "so.", "And", "so."], read)


def test_it_goes_below_the_heading_for_quotes() -> None:
    note = "# N\n\n## Quotes\n\n> one\n\n## After\n\nx\n"
    assert quoted(note, "two") == "# N\n\n## Quotes\n\n> one\n\n> two\n\n## After\n\nx\n"


@pytest.mark.parametrize("heading", ["## quotes", "## HIGHLIGHTS", "### Quotations"])
def test_a_heading_for_quotes_is_found_in_any_case(heading: str) -> None:
    after = quoted(f"# N\n\n{heading}\n\n# Related\n\n- [[A]]\n", "one")
    assert after == f"# N\n\n{heading}\n\n> one\n\n# Related\n\n- [[A]]\n"


@pytest.mark.parametrize(
    ("note", "heading"),
    [
        ("# N\n\n## Related\n\n- [[A]]\n", "## Quotes"),
        ("# N\n\n### Related\n\n- [[A]]\n", "### Quotes"),
        ("# N\n\n# Related\n\n- [[A]]\n", "# Quotes"),
        ("> ## Quotes\n", "## Quotes"),
        ("", "## Quotes"),
    ],
)
def test_a_note_without_such_a_heading_gets_one_beside_its_others(note: str, heading: str) -> None:
    space = "\n" if note else ""
    assert quoted(note, "one") == f"{note}{space}{heading}\n\n> one\n"


def test_a_list_at_the_end_does_not_swallow_it() -> None:
    assert quoted("- a\n- b\n", "two") == "- a\n- b\n\n## Quotes\n\n> two\n"
    below = "## Quotes\n\n- a\n"
    assert quoted(below, "two") == f"{below}\n> two\n"


def test_a_quote_in_a_new_book_stands_between_takeaways_and_related(vault: Vault) -> None:
    vault.notes.create("book", "Piranesi")
    vault.notes.apply(vault.notes.plan_quote("Piranesi", "The house is kind.", page="12"))
    body = vault.search.read("books/Piranesi.md").body
    assert (
        body.index("## Takeaways") < body.index("> The house is kind.") < body.index("## Related")
    )


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("  \n", {}, "is empty"),
        ("x", {"page": "1", "at": "1:00"}, "only one of"),
        ("x", {"at": "12"}, "is not a time"),
        ("x", {"at": "12:99"}, "is not a time"),
    ],
)
def test_what_cannot_be_meant_is_said(text: str, place: dict[str, str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        plan_quote("n.md", b"", text, **place)
