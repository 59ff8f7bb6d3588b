"""Bringing back: versions of a note, notes that are gone, files from the trash; and forgetting."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Ambiguous, NotFound, UsageError
from notekeep.notes.restore import (
    find_traces,
    find_versions,
    forget_traces,
    plan_restore,
    plan_untrash,
    split_version,
)
from notekeep.storage.autosave import AutosaveFile, UnsavedText
from notekeep.storage.open_folder import NameExists
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable


def restore(vault: Vault, name: str) -> list[str]:
    return vault.notes.apply(plan_restore(vault.workspace, vault.history.store, name)).paths


def untrash(vault: Vault, name: str) -> list[str]:
    return vault.notes.apply(plan_untrash(vault.workspace, vault.history.store, name)).paths


def test_a_version_is_named_by_its_number_in_the_list(
    vault: Vault, texts: Callable[[], dict[str, bytes]]
) -> None:
    first = texts()
    vault.notes.set_fields(["books/Deep Work.md"], ["rating=1"])
    vault.notes.set_fields(["books/Deep Work.md"], ["rating=2"])

    assert restore(vault, "Deep Work@3") == ["books/Deep Work.md"]

    assert texts() == first
    vault.history.undo()
    assert b"rating: 2" in texts()["books/Deep Work.md"]
    vault.history.undo(2)
    assert texts() == first


def test_the_version_that_is_there_changes_nothing(vault: Vault) -> None:
    vault.notes.set_fields(["books/Deep Work.md"], ["rating=1"])
    assert restore(vault, "Deep Work@1") == []


def test_a_note_follows_its_renames(vault: Vault) -> None:
    vault.notes.set_fields(["books/Deep Work.md"], ["rating=1"])
    vault.notes.rename("Deep Work", "Deeper Work")
    oldest = len(find_versions(vault.workspace, vault.history.store, "Deeper Work").versions)
    restore(vault, f"Deeper Work@{oldest}")
    assert b"title: Deep Work\n" in vault.workspace.read("books/Deeper Work.md")


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("Deep Work", UsageError, "Which version"),
        ("Deep Work@9", NotFound, "no version 9"),
        ("Deep Work@0", NotFound, "no version 0"),
        ("Nobody@1", NotFound, "No note is called"),
    ],
)
def test_what_cannot_be_brought_back_is_said(
    vault: Vault, name: str, error: type[Exception], message: str
) -> None:
    vault.notes.set_fields(["books/Deep Work.md"], ["rating=1"])
    with pytest.raises(error, match=message):
        plan_restore(vault.workspace, vault.history.store, name)


def test_a_note_that_is_gone_comes_back_as_it_was_last(
    vault: Vault, texts: Callable[[], dict[str, bytes]]
) -> None:
    vault.notes.set_fields(["books/Deep Work.md"], ["rating=1"])
    before = texts()
    Path(vault.root, "books/Deep Work.md").unlink()
    vault.indexing.refresh(words=False)

    assert restore(vault, "deep work") == ["books/Deep Work.md"]

    assert texts() == before


def test_a_deleted_note_comes_back_from_history_or_from_the_trash(
    vault: Vault, texts: Callable[[], dict[str, bytes]]
) -> None:
    before = texts()
    vault.notes.delete("Deep Work")
    without = texts()
    assert untrash(vault, "Deep Work") == ["books/Deep Work.md"]
    assert texts() == before
    vault.history.undo()
    assert texts() == without
    assert restore(vault, "Deep Work") == ["books/Deep Work.md"]
    assert texts() == before


def test_a_name_from_another_system_comes_back_as_it_was(vault: Vault) -> None:
    odd = Path(vault.root, "inbox", "Why?.md")
    odd.write_text("Because.\n", "utf-8")
    vault.indexing.refresh(words=False)
    vault.notes.delete("inbox/Why?.md")
    untrash(vault, "Why?")
    assert odd.read_text("utf-8") == "Because.\n"


def test_where_its_place_is_taken_it_goes_elsewhere(vault: Vault) -> None:
    vault.notes.delete("Deep Work")
    vault.notes.create("book", "Deep Work")
    with pytest.raises(NameExists):
        untrash(vault, "Deep Work")
    plan = plan_untrash(vault.workspace, vault.history.store, "Deep Work", "books/Old.md")
    assert vault.notes.apply(plan).paths == ["books/Old.md"]
    vault.history.undo(3)
    assert b"rating: 4" in vault.workspace.read("books/Deep Work.md")


def test_two_of_one_name_in_the_trash_are_told_apart_by_path(vault: Vault) -> None:
    for folder in ("books", "inbox"):
        Path(vault.root, folder, "Twin.md").write_text(folder, "utf-8")
    vault.indexing.refresh(words=False)
    vault.notes.delete("books/Twin.md")
    vault.notes.delete("inbox/Twin.md")
    with pytest.raises(Ambiguous) as found:
        untrash(vault, "Twin")
    assert len(found.value.candidates) == 2
    assert untrash(vault, "inbox/Twin.md") == ["inbox/Twin.md"]


def test_a_title_with_a_number_behind_an_at_sign_is_a_version() -> None:
    assert split_version("Deep Work@12") == ("Deep Work", 12)
    assert split_version("me@home") == ("me@home", None)
    assert split_version("a@1@2") == ("a@1", 2)


class TestForget:
    def test_no_trace_is_left_but_the_note(self, vault: Vault) -> None:
        canary = "QuiteUnusualCanary"
        path = Path(vault.root, "inbox/List.md")
        path.write_text(f"# List\n\n{canary}\n", "utf-8")
        vault.indexing.refresh()
        vault.notes.tag(["inbox/List.md"], [canary.lower()])
        vault.notes.tag(["inbox/List.md"], [], [canary.lower()])
        vault.notes.rename("List", f"{canary} list")
        path = Path(vault.root, f"inbox/{canary} list.md")
        path.write_text("# Nothing here\n", "utf-8")
        path.rename(Path(vault.root, "inbox/List.md"))
        vault.indexing.refresh()
        vault.history.store.check_displaced(vault.root, min_age=0)
        unsaved = UnsavedText.of("inbox/List.md", canary.encode(), b"", (0, 0))
        AutosaveFile(vault.places.state, "inbox/List.md").write(unsaved)

        traces = find_traces(vault.workspace, vault.history.store, f"inbox/{canary} list.md")
        assert traces.versions > 1
        assert traces.steps == 3
        forget_traces(vault, traces)
        vault.indexing.refresh()

        for folder in (vault.places.cache, vault.places.state):
            for file in Path(folder).rglob("*"):
                if file.is_file():
                    held = file.read_bytes().lower()
                    assert canary.lower().encode() not in held, file
        assert vault.search.read("inbox/List.md").body == "# Nothing here\n"

    def test_other_notes_keep_their_history(self, vault: Vault) -> None:
        vault.notes.set_fields(["books/Deep Work.md", "inbox/Windows.md"], ["rating=1"])
        traces = find_traces(vault.workspace, vault.history.store, "Deep Work")
        assert (traces.exists, traces.trashed) == (True, [])
        forget_traces(vault, traces)
        assert vault.history.store.versions("books/Deep Work.md") == []
        assert len(vault.history.store.versions("inbox/Windows.md")) == 2
        vault.indexing.refresh()
        assert vault.workspace.resolve("Deep Work").path == "books/Deep Work.md"
        assert vault.search.search("Deep").total > 0

    def test_what_lies_in_the_trash_is_named(self, vault: Vault) -> None:
        vault.notes.delete("Deep Work")
        traces = find_traces(vault.workspace, vault.history.store, "Deep Work")
        assert not traces.exists
        assert traces.trashed == [".trash/books/Deep Work.md"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
def test_a_name_that_is_no_text_goes_all_the_way(
    vault: Vault, texts: Callable[[], dict[str, bytes]]
) -> None:
    odd = "inbox/odd\udcff.md"
    Path(vault.root, odd).write_text("Text\n", "utf-8")
    vault.indexing.refresh(words=False)
    before = texts()
    vault.notes.tag([odd], ["x"])
    assert len(find_versions(vault.workspace, vault.history.store, "odd\udcff").versions) == 2
    with pytest.raises(NotFound):
        find_versions(vault.workspace, vault.history.store, "odd\udcfe")
    vault.notes.delete(odd)
    assert untrash(vault, "odd\udcff") == [odd]
    vault.history.undo(3)
    assert texts() == before


def test_forgetting_a_note_forgets_how_often_it_was_opened(vault: Vault) -> None:
    vault.open_counts.count("books/Other.md")
    vault.open_counts.count("inbox/List.md")
    forget_traces(vault, find_traces(vault.workspace, vault.history.store, "books/Other.md"))
    again = Vault.open(vault.root)
    assert again.open_counts.times("books/Other.md") == 0
    assert again.open_counts.times("inbox/List.md") > 0
