"""What other programs write is kept when it is met; what notekeep wrote is not kept twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.storage import history as outside
from notekeep.storage.content import OutsideVersion, digest_of
from notekeep.storage.history import History
from tests.support.note_versions import contents, edit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def met(vault: Path, *paths: str, before: bytes | None = None) -> list[OutsideVersion]:
    """What a refresh tells of notes it read."""
    old = digest_of(before) if before is not None else None
    found = [(path, (vault / path).read_bytes()) for path in paths]
    return [OutsideVersion(path, data, digest_of(data), old) for path, data in found]


@pytest.fixture
def vault(vault: Path) -> Path:
    for name in ("a.md", "b.md"):
        (vault / name).write_bytes(b"zero")
    return vault


def test_what_another_program_wrote_is_a_version(history: History, vault: Path) -> None:
    edit(history, vault, "a.md", b"one")
    (vault / "a.md").write_bytes(b"theirs")
    assert history.record_outside_versions(met(vault, "a.md", before=b"one")) == ["a.md"]
    (vault / "a.md").write_bytes(b"theirs again")
    assert history.record_outside_versions(met(vault, "a.md", before=b"theirs")) == ["a.md"]

    assert contents(history, "a.md") == [b"theirs again", b"theirs", b"one", b"zero"]
    assert [version.verb for version in history.versions("a.md")] == ["seen", "seen", "edit", ""]


def test_undo_passes_over_it(history: History, vault: Path) -> None:
    edit(history, vault, "a.md", b"one")
    (vault / "b.md").write_bytes(b"theirs")
    history.record_outside_versions(met(vault, "b.md"))
    history.undo(vault)
    assert (vault / "a.md").read_bytes() == b"zero"
    assert (vault / "b.md").read_bytes() == b"theirs"


def test_what_notekeep_wrote_is_not_noted_again(history: History, vault: Path) -> None:
    edit(history, vault, "a.md", b"one")
    with history.step("many", "", root=vault) as step:
        step.edit("a.md", b"two", None)
        step.move("b.md", "c.md")
        step.create("new.md", b"new")
    edit(history, vault, "c.md", b"three")
    steps = len(history.records())

    assert history.record_outside_versions(met(vault, "a.md", "c.md", "new.md")) == []
    assert history.record_outside_versions(met(vault, "c.md")) == []
    assert len(history.records()) == steps


def test_a_content_from_before_that_another_program_brings_back_is_noted(
    history: History, vault: Path
) -> None:
    edit(history, vault, "a.md", b"one")
    edit(history, vault, "a.md", b"two")
    (vault / "a.md").write_bytes(b"one")
    assert history.record_outside_versions(met(vault, "a.md", before=b"two")) == ["a.md"]
    assert contents(history, "a.md") == [b"one", b"two", b"one", b"zero"]


def test_two_programs_that_meet_the_same_change_note_it_once(history: History, vault: Path) -> None:
    (vault / "a.md").write_bytes(b"theirs")
    assert history.record_outside_versions(met(vault, "a.md")) == ["a.md"]
    assert History(history.folder).record_outside_versions(met(vault, "a.md")) == []


def test_a_step_that_is_still_being_made_is_our_own(
    history: History, vault: Path, at_point: Callable[..., None]
) -> None:
    noted: list[list[str]] = []

    def look() -> None:
        other = History(history.folder)
        assert other.records() == []  # only the journal knows of it
        changed = [one for one in met(vault, "a.md", "b.md") if one.data != b"zero"]
        assert changed
        noted.append(other.record_outside_versions(changed))

    at_point("swapped", look)
    with history.step("many", "", root=vault) as step:
        step.edit("a.md", b"one", None)
        step.edit("b.md", b"two", None)
    assert noted == [[]]


def test_many_are_kept_with_one_step(history: History, vault: Path) -> None:
    names = [f"n{number}.md" for number in range(30)]
    for name in names:
        (vault / name).write_bytes(name.encode())
    assert history.record_outside_versions(met(vault, *names)) == names
    assert len(history.records()) == 1
    assert all(contents(history, name) == [name.encode()] for name in names)


def test_what_is_too_much_at_once_is_left(
    history: History, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "ROUND_BYTES", 10)
    monkeypatch.setattr(outside, "MAX_STORED_BYTES", 8)
    (vault / "a.md").write_bytes(b"123456789")
    (vault / "b.md").write_bytes(b"12345678")
    (vault / "c.md").write_bytes(b"abc")
    assert history.record_outside_versions(met(vault, "a.md", "b.md", "c.md")) == ["b.md"]
    assert contents(history, "b.md") == [b"12345678"]
