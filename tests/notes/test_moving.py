"""Renaming and moving notes: titles, headings, and links that go on leading where they led."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Refused
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def make(tmp_path: Path) -> Callable[[dict[str, str]], Vault]:
    """Make a vault of notes, by path."""

    def make(notes: dict[str, str]) -> Vault:
        root = tmp_path / "vault"
        for path, text in notes.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        vault = Vault.open(root)
        vault.indexing.refresh(words=False)
        return vault

    return make


def read(vault: Vault, path: str) -> str:
    return Path(vault.root, path).read_text()


HEADINGS = {
    "title in front matter": (
        "---\ntitle: Old\n---\n# Another heading\n\n# Old\n",
        "---\ntitle: New\n---\n# Another heading\n\n# Old\n",
    ),
    "title of the file": (
        "---\ntitle: Old\n---\n## Part\n\n# Else\n",
        "---\ntitle: New\n---\n## Part\n\n# Else\n",
    ),
    "title as heading": ("# Old\n\nOld text\n", "# New\n\nOld text\n"),
    "title in both": ("---\ntitle: Old\n---\n# Old\n", "---\ntitle: New\n---\n# New\n"),
}


@pytest.mark.parametrize(("before", "after"), HEADINGS.values(), ids=HEADINGS)
def test_heading_that_is_not_the_title_stays(
    make: Callable[[dict[str, str]], Vault], before: str, after: str
) -> None:
    vault = make({"Old.md": before})
    vault.notes.rename("Old", "New")
    assert read(vault, "New.md") == after
    assert vault.workspace.resolve("New").title == "New"


LINKS = '---\nauthor: "[[{0}]]"\nabout:\n  - "[[{1}#Life|he]]"\n---\n[[{0}]] and [[{1}|him]]\n'


def test_link_in_front_matter_is_written_in_full_when_ambiguous(
    make: Callable[[dict[str, str]], Vault],
) -> None:
    notes = {"a/Ann.md": "", "b/Bob.md": "", "c/n.md": LINKS.format("Ann", "Bob")}
    vault = make(notes)
    vault.notes.rename("a/Ann.md", "Bob")
    assert read(vault, "c/n.md") == LINKS.format("a/Bob", "b/Bob")
    assert [link.path for link in vault.search.links("c/n.md")] == ["a/Bob.md", "b/Bob.md"] * 2
    assert {link.state for link in vault.search.links("c/n.md")} == {"ok"}
    vault.history.undo()
    assert read(vault, "c/n.md") == notes["c/n.md"]


def test_note_that_takes_a_name_takes_no_links(
    make: Callable[[dict[str, str]], Vault],
) -> None:
    vault = make({"Ann.md": "", "b/Bob.md": "", "c/n.md": LINKS.format("Ann", "Bob")})
    vault.notes.rename("Ann", "Bob")
    assert read(vault, "c/n.md") == LINKS.format("Bob", "b/Bob")
    assert [link.path for link in vault.search.links("c/n.md")] == ["Bob.md", "b/Bob.md"] * 2


def test_note_that_moves_nearer_takes_no_links(
    make: Callable[[dict[str, str]], Vault],
) -> None:
    vault = make({"a/Bob.md": "", "b/x/Bob.md": "", "c/n.md": "[[Bob]]\n", "a/m.md": "[[Bob]]\n"})
    vault.notes.move("b/x/Bob.md", "c")
    assert read(vault, "c/n.md") == "[[a/Bob]]\n"
    assert read(vault, "a/m.md") == "[[Bob]]\n"


def test_notes_that_differ_in_case_do_not_move_onto_one_name(
    make: Callable[[dict[str, str]], Vault],
) -> None:
    vault = make({"a/Note.md": "one\n", "b/note.md": "two\n", "d/NOTE.md": "three\n"})
    plan = vault.notes.plan_moves(["a/Note.md", "b/note.md", "d/NOTE.md"], "c")
    assert [change.path for change in plan.changes] == ["a/Note.md"]
    assert [left.path for left in plan.refused] == ["b/note.md", "d/NOTE.md"]
    assert "Two of these notes would be" in plan.refused[0].message
    vault.notes.apply(plan)
    assert (read(vault, "c/Note.md"), read(vault, "b/note.md")) == ("one\n", "two\n")


def test_move_onto_another_spelling_of_a_name_is_refused(
    make: Callable[[dict[str, str]], Vault],
) -> None:
    vault = make({"a/Note.md": "one\n", "c/note.md": "two\n"})
    with pytest.raises(Refused, match="already exists"):
        vault.notes.move("a/Note.md", "c")
    assert (read(vault, "a/Note.md"), read(vault, "c/note.md")) == ("one\n", "two\n")


def test_a_symbolic_link_that_will_lead_nowhere_is_named(
    make: Callable[[dict[str, str]], Vault],
) -> None:
    vault = make({"Old.md": "# Old\n", "Other.md": "# Other\n"})
    Path(vault.root, "link.md").symlink_to("Old.md")
    vault.indexing.refresh(words=False)
    for plan in (
        vault.notes.plan_moves(["Old.md"], "sub"),
        vault.notes.plan_rename("Old.md", "New"),
        vault.notes.plan_delete(["Old.md"]),
    ):
        assert [remark.split()[0] for remark in plan.remarks] == ["link.md"], plan.verb
    assert vault.notes.plan_moves(["Other.md"], "sub").remarks == []
