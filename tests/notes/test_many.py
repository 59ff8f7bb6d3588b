"""Verbs on many notes at once: one plan, links between the notes kept, one step, one undo."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from notekeep.errors import NotFound, Refused
from notekeep.notes.restore import plan_untrash
from notekeep.storage.content import LARGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.vault import Vault

Texts: TypeAlias = "Callable[[], dict[str, bytes]]"

BOOKS = ["books/Deep Work.md", "books/Other.md"]


def test_notes_move_together_and_links_lead_where_they_led(vault: Vault, texts: Texts) -> None:
    before = texts()
    links = {
        path: [link.path for link in vault.search.links(path)] for path in before if "book" in path
    }
    plan = vault.notes.plan_moves(BOOKS, "shelf/old")
    assert texts() == before
    done = vault.notes.apply(plan)
    after = texts()
    assert after.keys() == before.keys() - set(BOOKS) | {
        "shelf/old/Deep Work.md",
        "shelf/old/Other.md",
    }
    # Both ends of these links moved; one named the folder, the others the note.
    assert after["shelf/old/Other.md"] == before["books/Other.md"].replace(
        b"[[books/Deep Work|", b"[[shelf/old/Deep Work|"
    )
    moved = {path: f"shelf/old/{path.rpartition('/')[2]}" for path in BOOKS}
    for path, led in links.items():
        now = [link.path for link in vault.search.links(moved[path])]
        assert now == [moved.get(one or "", one) for one in led]
    assert b"(../shelf/old/Deep%20Work.md)" in after["inbox/Relative.md"]
    assert len({*done.paths}) == len(done.paths)
    assert [step.verb for step in vault.history.undo()] == ["mv"]
    assert texts() == before


def test_a_note_that_has_no_place_there_is_left_and_the_others_go(
    vault: Vault, texts: Texts
) -> None:
    root = Path(vault.root)
    (root / "shelf").mkdir()
    (root / "shelf/other.MD").write_text("taken\n")
    before = texts()
    plan = vault.notes.plan_moves(BOOKS, "shelf/")
    assert [(problem.path, "already exists" in problem.message) for problem in plan.refused] == [
        ("books/Other.md", True)
    ]
    vault.notes.apply(plan)
    after = texts()
    assert "shelf/Deep Work.md" in after
    assert "books/Other.md" in after
    assert b"[[shelf/Deep Work|the book]]" in after["books/Other.md"]
    vault.history.undo()
    assert texts() == before


def test_two_notes_of_one_name_do_not_go_into_one_folder(vault: Vault, texts: Texts) -> None:
    (Path(vault.root) / "inbox/deep work.md").write_text("another\n")
    vault.indexing.refresh(words=False)
    before = texts()
    plan = vault.notes.plan_moves(["books/Deep Work.md", "inbox/deep work.md"], "shelf")
    assert [problem.path for problem in plan.refused] == ["inbox/deep work.md"]
    assert "Two of these notes" in plan.refused[0].message
    vault.notes.apply(plan)
    assert texts()["inbox/deep work.md"] == before["inbox/deep work.md"]
    vault.history.undo()
    assert texts() == before


def test_a_folder_outside_is_refused_and_one_they_are_in_is_no_change(vault: Vault) -> None:
    with pytest.raises(Refused):
        vault.notes.plan_moves(BOOKS, "../elsewhere")
    assert vault.notes.plan_moves(BOOKS, "books").changes == []


def test_notes_go_to_the_trash_together_and_come_back(vault: Vault, texts: Texts) -> None:
    before = texts()
    plan = vault.notes.plan_delete([*BOOKS, "inbox/gone.md"])
    assert [problem.path for problem in plan.refused] == ["inbox/gone.md"]
    # What links to them from among themselves is no loss.
    assert plan.remarks == [
        "2 notes link to them and will have broken links: habits/focus.md, inbox/Relative.md."
    ]
    vault.notes.apply(plan)
    assert texts().keys() == before.keys() - set(BOOKS)
    assert len(vault.history.undo()) == 1
    assert texts() == before
    with pytest.raises(NotFound):
        vault.notes.plan_delete(["inbox/gone.md"])


def test_a_note_that_is_named_twice_is_changed_once(vault: Vault, texts: Texts) -> None:
    before = texts()
    twice = [BOOKS[0], BOOKS[0]]
    done = vault.notes.set_fields(twice, ["rating=2"])
    assert (done.paths, done.remarks) == ([BOOKS[0]], [])
    assert texts().keys() == before.keys()
    vault.history.undo()
    assert texts() == before
    assert [change.path for change in vault.notes.plan_delete(twice).changes] == [BOOKS[0]]
    found = vault.notes.lint(twice)
    assert len(found.findings) == len(vault.notes.lint(twice[:1]).findings)


def test_a_file_too_large_for_a_note_is_named_and_the_others_are_changed(vault: Vault) -> None:
    root = Path(vault.root)
    large = root / "books/Disk.md"
    large.touch()
    os.truncate(large, LARGE + 1)
    vault.indexing.refresh()
    paths = [*BOOKS, "books/Disk.md"]
    for plan in (
        vault.notes.plan_tag(paths, ["a"]),
        vault.notes.plan_set(paths, ["rating=3"]),
        vault.notes.plan_moves(paths, "shelf"),
        vault.notes.lint(paths).plan,
    ):
        assert [problem.path for problem in plan.refused] == ["books/Disk.md"], plan.verb
        assert "6 MB" in plan.refused[0].message
    assert vault.notes.tag(paths, ["a"]).paths == BOOKS
    large.write_text("# Disk\n\nSee [[Deep Work]].\n")
    os.truncate(large, LARGE + 1)
    vault.indexing.refresh()
    with pytest.raises(Refused, match=r"Disk\.md.*too large"):  # its link would be left behind
        vault.notes.rename("Deep Work", "Deeper Work")


def test_a_file_too_large_for_a_note_goes_to_the_trash_and_comes_back(vault: Vault) -> None:
    large = Path(vault.root, "disk.md")
    large.touch()
    os.truncate(large, LARGE + 1)
    vault.indexing.refresh()
    vault.notes.delete("disk")
    assert not large.exists()
    vault.notes.apply(plan_untrash(vault.workspace, vault.history.store, "disk.md"))
    assert large.stat().st_size == LARGE + 1
