"""Unlinked mentions: found where a name is said in the text, and linked without changing it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.vault import Vault

SAYING = {
    "inbox/Plain.md": "# On Deep Work\n\nWhat deep\nwork needs.\n",
    "inbox/Linked.md": "[[Deep Work]], `Deep Work`, %%Deep Work%% and https://x.org/Deep Work\n",
    "inbox/Part.md": "Deep Workers and underdeep work.\n",
    "inbox/Crlf.md": "---\r\ntitle: c\r\n---\r\nDeep Work.\r\nLast, no end",
}


@pytest.fixture
def saying(vault: Vault) -> Vault:
    for path, text in SAYING.items():
        Path(vault.root, path).write_bytes(text.encode())
    vault.indexing.refresh()
    return vault


def test_a_name_is_found_with_its_line_and_never_in_links_code_or_addresses(saying: Vault) -> None:
    found = saying.search.mentions("Deep Work")
    assert [(one.path, one.line) for one in found] == [
        ("inbox/Crlf.md", 4),
        ("inbox/Plain.md", 1),
        ("inbox/Plain.md", 3),
    ]


def test_case_counts_for_a_name_of_one_word(vault: Vault) -> None:
    Path(vault.root, "inbox/Clear.md").write_text("A person.\n")
    Path(vault.root, "inbox/Says.md").write_text("It is clear.\nSo says Clear.\n")
    vault.indexing.refresh()
    assert [one.line for one in vault.search.mentions("inbox/Clear.md")] == [2]


def test_a_common_word_is_no_mention(vault: Vault) -> None:
    Path(vault.root, "inbox/Blog.md").write_text("My blog.\n")
    Path(vault.root, "inbox/Mira.md").write_text("A person.\n")
    for number in range(12):
        text = "Blog posts are for the blog. Mira reads them.\n"
        Path(vault.root, f"inbox/Says {number}.md").write_text(text)
    vault.indexing.refresh()
    assert vault.search.mentions("inbox/Blog.md") == []
    assert len(vault.search.mentions("inbox/Mira.md")) == 12


def test_a_name_that_most_notes_have_is_no_mention(vault: Vault) -> None:
    Path(vault.root, "inbox/Footer.md").write_text("---\ntitle: This note in git\n---\n")
    for number in range(60):
        Path(vault.root, f"inbox/{number}.md").write_text("Read this note in git.\n")
    vault.indexing.refresh()
    assert vault.search.mentions("inbox/Footer.md") == []


def test_links_keep_what_is_read_and_undo_gives_every_byte_back(
    saying: Vault, texts: Callable[[], dict[str, bytes]]
) -> None:
    before = texts()
    row = saying.workspace.resolve("Deep Work")
    lines = saying.notes.find_mention_lines(row, saying.search.mentions("Deep Work"))
    saying.notes.apply(saying.notes.plan_mention_lines(row, lines))
    after = texts()
    # A link has no line break in it; what is read is the same.
    assert after["inbox/Plain.md"] == (b"# On [[Deep Work]]\n\nWhat [[deep work]] needs.\n")
    assert after["inbox/Crlf.md"] == (b"---\r\ntitle: c\r\n---\r\n[[Deep Work]].\r\nLast, no end")
    changed = {path for path in after if after[path] != before[path]}
    assert changed == {"inbox/Plain.md", "inbox/Crlf.md"}
    assert saying.search.mentions("Deep Work") == []
    saying.history.undo()
    assert texts() == before


def test_only_the_chosen_lines_are_linked_and_a_note_changed_since_is_refused(
    saying: Vault,
) -> None:
    row = saying.workspace.resolve("Deep Work")
    lines = saying.notes.find_mention_lines(row, saying.search.mentions("Deep Work"))
    assert [(one.path, one.line, one.before, one.after) for one in lines] == [
        ("inbox/Crlf.md", 4, "Deep Work.", "[[Deep Work]]."),
        ("inbox/Plain.md", 1, "# On Deep Work", "# On [[Deep Work]]"),
        ("inbox/Plain.md", 3, "What deep\nwork needs.", "What [[deep work]] needs."),
    ]
    Path(saying.root, "inbox/Crlf.md").write_text("Another text.\n")
    plan = saying.notes.plan_mention_lines(row, lines[:2])
    assert [one.path for one in plan.refused] == ["inbox/Crlf.md"]
    assert [one.after for one in plan.changes] == [
        b"# On [[Deep Work]]\n\nWhat deep\nwork needs.\n"
    ]
