"""What the language server completes, and what a note is like afterwards."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from notekeep.dates import habit_day
from notekeep.settings import VaultSettings

if TYPE_CHECKING:
    from tests.support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOOK = (
    "---\ntype: book\ntitle: Deep Work\nauthor: [Cal Newport]\ntags: [focus/work]\nshelf: B2\n---\n"
)


@pytest_asyncio.fixture(loop_scope="session")
async def vault(editor: Editor) -> Editor:
    """A book with two headings and a block, and an open note."""
    editor.write("books/Deep Work.md", f"{BOOK}# Deep Work\n\n## Rules\n\nWork. ^rule-1\n")
    editor.write("Open.md", "Open.\n")
    await editor.index()
    return editor


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("see [[de¦", "see [[Deep Work]]"),
        ("see [[wor¦]] here", "see [[Deep Work]] here"),
        ("👋 [[deep¦", "👋 [[Deep Work]]"),
        ("\t- e\u0301 [[deep¦", "\t- e\u0301 [[Deep Work]]"),
        ("[[Deep Work#ru¦", "[[Deep Work#Rules]]"),
        ("[[Deep Work#^¦]]", "[[Deep Work#^rule-1]]"),
        ("# Here\n\n[[#h¦", "[[#Here]]"),
        ("Text. ^here\n\n[[#^h¦", "[[#^here]]"),
        ("#foc¦", "#focus"),
        ("(#focus/¦", "(#focus/work"),
        ("---\nra¦\n---\n", "rating: "),
        ("---\nshe¦\n---\n", "shelf: "),
        ("---\nauthor: [x, ca¦]\n---\n", "author: [x, Cal Newport]"),
        ("---\nstatus: ¦\n---\n", "status: reading"),
        ("---\ntags:\n  - f¦\n---\n", "  - focus"),
        ("---\npublish: ¦\n---\n", "publish: true"),
        ("---\nshelf: ¦\n---\n", "shelf: B2"),
    ],
)
async def test_it_completes_links_tags_and_fields(
    vault: Editor, typed: str, completed: str
) -> None:
    assert completed in await vault.complete("Open.md", typed)


@pytest.mark.parametrize("typed", ["plain te¦", "a `[[de`¦", "---\ntitle: ¦\n---\n", "page#f¦"])
async def test_it_completes_nothing_in_plain_text(vault: Editor, typed: str) -> None:
    assert await vault.complete("Open.md", typed) == []


async def test_the_last_changed_notes_are_listed_before_the_first_letter(vault: Editor) -> None:
    offered = await vault.complete("Open.md", "[[¦")
    assert sorted(offered) == ["[[Deep Work]]", "[[Open]]"]


async def test_it_completes_headings_of_an_open_note_before_they_are_saved(vault: Editor) -> None:
    vault.type("books/Deep Work.md", "# Deep Work\n\n## Not saved yet\n")
    assert await vault.complete("Open.md", "[[Deep Work#n¦") == ["[[Deep Work#Not saved yet]]"]


async def test_links_have_the_style_of_the_vault(editor: Editor) -> None:
    editor.write(".notekeep/config.toml", "markdown_links = true\n")
    editor.write("books/deep-work.md", BOOK)
    await editor.index()
    offered = await editor.complete("Open.md", "see [[deep¦")
    assert offered == ["see [Deep Work](deep-work.md)"]


async def test_it_completes_the_day_habit_and_value_of_a_line_in_the_habit_log(
    editor: Editor,
) -> None:
    editor.write("habits/meditate.md", "---\ntype: habit\nhabit: meditate\n---\n")
    await editor.index()
    path = "habits/log/2026-11.laptop.md"
    today = habit_day(dt.datetime.now(), VaultSettings().day_start)  # noqa: DTZ005 - as the vault counts days
    offered = await editor.complete(path, "- ¦")
    assert offered[0] == f"- {today.isoformat()} "
    assert len(offered) == 7
    assert await editor.complete(path, "- 2026-11-24 med¦") == ["- 2026-11-24 meditate: "]
    offered = await editor.complete(path, "- 2026-11-24 meditate: ¦")
    assert "- 2026-11-24 meditate: done" in offered
