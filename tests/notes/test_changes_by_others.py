"""What other programs write into notes is in history, and can be brought back like the rest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.cli.main import main
from notekeep.errors import Failure
from notekeep.notes.restore import find_versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.vault import Vault

NOTE = "books/Deep Work.md"


def write(vault: Vault, path: str, data: bytes) -> None:
    """Save as another program would, and let notekeep look."""
    place = Path(vault.root, path)
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(data)
    vault.indexing.refresh(words=False)


def contents(vault: Vault, path: str) -> list[bytes]:
    return [
        vault.history.store.blobs.read(one.digest)
        for one in find_versions(vault.workspace, vault.history.store, path)[2]
    ]


def test_each_save_of_another_program_that_was_met_is_a_version(vault: Vault) -> None:
    write(vault, NOTE, b"theirs\n")
    write(vault, NOTE, b"theirs again\n")
    vault.notes.set_fields([NOTE], ["rating=1"])
    write(vault, NOTE, b"theirs at last\n")

    kept = contents(vault, NOTE)
    assert kept[0] == b"theirs at last\n"
    assert b"rating: 1" in kept[1]
    assert kept[2:] == [b"theirs again\n", b"theirs\n"]


def test_it_is_listed_and_restored_on_the_command_line(
    vault: Vault, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEKEEP_VAULT", vault.root)
    write(vault, NOTE, b"theirs\n")
    Path(vault.root, NOTE).write_bytes(b"a slip\n")

    assert main(["history", "Deep Work"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == ["1", "2"]
    assert all("seen" in line for line in listed)
    assert main(["restore", "Deep Work@2"]) == 0
    assert Path(vault.root, NOTE).read_bytes() == b"theirs\n"
    assert main(["undo"]) == 0
    assert Path(vault.root, NOTE).read_bytes() == b"a slip\n"


def test_a_note_that_another_program_made_and_deleted_can_be_made_again(vault: Vault) -> None:
    write(vault, "inbox/New.md", b"new\n")
    Path(vault.root, "inbox/New.md").unlink()
    vault.indexing.refresh(words=False)
    assert contents(vault, "inbox/New.md") == [b"new\n"]


def test_own_changes_are_in_history_once(vault: Vault) -> None:
    vault.notes.set_fields([NOTE], ["rating=1"])
    vault.notes.rename("Deep Work", "Deeper Work")
    vault.notes.create("note", "A new one")
    vault.history.undo(2)
    verbs = [record.verb for record in vault.history.store.records()]
    assert verbs == ["set", "rename", "new", "undo", "undo"]


def test_what_is_only_looked_at_makes_no_history(vault: Vault) -> None:
    os.utime(Path(vault.root, NOTE))
    vault.indexing.refresh()
    vault.indexing.refresh(verify=True)
    vault.indexing.refresh(full=True)
    assert not Path(vault.places.state, "log.jsonl").exists()


def test_a_history_that_cannot_be_written_is_told_and_holds_nothing_up(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_met: object) -> list[str]:
        raise Failure("there is no room.", "Make room.")

    monkeypatch.setattr(vault.history.store, "record_outside_versions", full)
    Path(vault.root, NOTE).write_bytes(b"theirs #here\n")
    refreshed = vault.indexing.refresh(words=False)

    assert [(one.path, one.code) for one in refreshed.problems] == [(NOTE, "history")]
    assert [row.path for row in vault.search.rows("#here").rows] == [NOTE]


@pytest.mark.parametrize("verb", [["index"], ["doctor"]])
def test_old_versions_go_at_a_quiet_moment(
    vault: Vault, verb: list[str], monkeypatch: pytest.MonkeyPatch, calls: Callable[..., list[int]]
) -> None:
    monkeypatch.setenv("NOTEKEEP_VAULT", vault.root)
    vault.notes.set_fields([NOTE], ["rating=1"])
    pruned = calls()
    assert main(verb) == 0
    assert main(verb) == 0
    assert len(pruned) == 1  # once a day is enough


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Count how often history is gone through for versions to let go."""
    from notekeep.storage.history import History

    def counted() -> list[int]:
        found: list[int] = []
        real = History.prune

        def once(history: History, **options: Any) -> int:
            found.append(1)
            return real(history, **options)

        monkeypatch.setattr(History, "prune", once)
        return found

    return counted
