"""Renaming a heading, with the links to it; and plans for notes that are open in an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.errors import NotekeepError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.vault import Vault


def test_links_follow_a_renamed_heading(
    vault: Vault, texts: Callable[[], dict[str, bytes]]
) -> None:
    (root := _root(vault)).joinpath("Plan.md").write_text(
        "# Plan\n\n## Rules of Deep Work ^r1\n\nText.\n\nSee [[#Rules of Deep Work]].\n"
    )
    root.joinpath("Links.md").write_text(
        "[[Plan#rules of deep work|rules]] [a](Plan.md#rules-of-deep-work) [[Plan#^r1]] [[Plan]]\n"
    )
    vault.indexing.refresh(words=False)
    vault.notes.apply(vault.notes.plan_rename_heading("Plan.md", 3, "What  matters: a, b"))
    assert texts()["Plan.md"].decode() == (
        "# Plan\n\n## What matters: a, b ^r1\n\nText.\n\nSee [[#What matters: a, b]].\n"
    )
    assert texts()["Links.md"].decode() == (
        "[[Plan#What matters: a, b|rules]] [a](Plan.md#what-matters-a-b) [[Plan#^r1]] [[Plan]]\n"
    )
    vault.history.undo()
    assert b"## Rules of Deep Work ^r1" in texts()["Plan.md"]


@pytest.mark.parametrize(
    ("line", "title", "message"),
    [
        (3, " ", "A heading needs a text."),
        (3, "Open #", "'Open #' would not be read as one heading."),
        (4, "Open", "inbox/List.md:4: There is no heading."),
    ],
)
def test_some_headings_cannot_be_renamed(vault: Vault, line: int, title: str, message: str) -> None:
    with pytest.raises(NotekeepError) as error:
        vault.notes.plan_rename_heading("inbox/List.md", line, title)
    assert error.value.message == message


def test_a_note_with_conflict_markers_keeps_its_headings(vault: Vault) -> None:
    _root(vault).joinpath("Plan.md").write_text(
        "# Plan\n\n<<<<<<< ours\n## A\n=======\n## B\n>>>>>>> theirs\n"
    )
    with pytest.raises(NotekeepError) as error:
        vault.notes.plan_rename_heading("Plan.md", 1, "New")
    assert error.value.message == "The note has Git conflict markers."


def test_plans_for_an_editor_use_the_typed_text(
    vault: Vault, texts: Callable[[], dict[str, bytes]]
) -> None:
    before = texts()
    typed = {
        "inbox/List.md": b"# List\r\n\r\nNot saved: [[Deep Work]] #Focus/now\r\n",
        "inbox/Fresh.md": b"Never saved: [[books/Deep Work#Rules]]\n",
        "books/Other.md": b"No link any more.\n",
    }
    notes = vault.notes.with_open_texts(typed)
    renamed = {change.path: change for change in notes.plan_rename("Deep Work", "Shallow").changes}
    assert renamed["inbox/List.md"].after == typed["inbox/List.md"].replace(
        b"Deep Work", b"Shallow"
    )
    assert renamed["inbox/Fresh.md"].after == b"Never saved: [[books/Shallow#Rules]]\n"
    assert "books/Other.md" not in renamed
    assert renamed["inbox/Relative.md"].before == before["inbox/Relative.md"]
    tagged = {
        change.path: change.after for change in notes.plan_rename_tag("focus", "calm").changes
    }
    assert tagged["inbox/List.md"] == typed["inbox/List.md"].replace(b"Focus", b"calm")
    assert texts() == before


def _root(vault: Vault) -> Path:
    from pathlib import Path

    return Path(vault.root)
