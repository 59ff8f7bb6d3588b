"""A note's versions are found under all its names, thinned with age, and forgotten when asked."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import NotFound
from notekeep.storage.content import digest_of
from notekeep.storage.operation_log import ChangeRecord, StepRecord, make_step_id
from tests.support.note_versions import contents, edit

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from notekeep.storage.history import History

DAY = 86_400


@pytest.fixture
def vault(vault: Path) -> Path:
    (vault / "a.md").write_bytes(b"zero")
    return vault


class TestVersions:
    def test_they_are_newest_first_with_what_was_there_before(
        self, history: History, vault: Path
    ) -> None:
        edit(history, vault, "a.md", b"one")
        edit(history, vault, "a.md", b"two")
        assert contents(history, "a.md") == [b"two", b"one", b"zero"]
        assert [version.verb for version in history.versions("a.md")] == ["edit", "edit", ""]

    def test_they_follow_a_note_through_its_names_and_the_trash(
        self, history: History, vault: Path
    ) -> None:
        edit(history, vault, "a.md", b"one")
        with history.step("rename", "", root=vault) as step:
            step.edit("a.md", b"two", digest_of(b"one"))
            step.move("a.md", "b.md")
        edit(history, vault, "b.md", b"three")
        with history.step("rm", "", root=vault) as step:
            step.trash("b.md")

        assert contents(history, "b.md") == [b"three", b"two", b"one", b"zero"]
        history.undo(vault)
        assert contents(history, "b.md") == [b"three", b"two", b"one", b"zero"]
        names = [version.path for version in history.versions("b.md")]
        assert names[0] == "b.md"
        assert names[-1] == "a.md"

    def test_what_others_wrote_in_between_is_among_them(
        self, history: History, vault: Path
    ) -> None:
        edit(history, vault, "a.md", b"one")
        (vault / "a.md").write_bytes(b"theirs")
        edit(history, vault, "a.md", b"two")
        assert contents(history, "a.md") == [b"two", b"theirs", b"one", b"zero"]

    def test_one_that_was_never_stored_is_not_found(self, history: History) -> None:
        with pytest.raises(NotFound, match="version"):
            history.blobs.read(digest_of(b"never"))


def remember(history: History, path: str, data: bytes, age: float, before: bytes | None) -> None:
    """Write a step of some days ago into history."""
    import os

    digest = history.blobs.store(data)
    moment = time.time() - age * DAY
    old = digest_of(before) if before is not None else None
    history.log.append(
        StepRecord(make_step_id(), moment, "edit", "", (ChangeRecord("edit", path, old, digest),))
    )
    os.utime(history.blobs._path(digest), (moment, moment))


class TestPruning:
    @pytest.fixture
    def long_history(self, history: History) -> History:
        """Three versions on each of three days, long ago and lately, of two notes."""
        for note in ("a.md", "gone.md"):
            before = None
            for age in (200, 150, 10):
                for hour in range(3):
                    data = f"{note} {age} {hour} ".encode() * 100
                    remember(history, note, data, age - hour / 1000, before)
                    before = data
        return history

    def kept(self, history: History) -> set[tuple[str, str]]:
        return {
            tuple(history.blobs.read(blob.digest).decode().split()[1:3])  # type: ignore[misc]
            for blob in history.blobs
        }

    def test_as_long_as_it_is_small_everything_stays(self, long_history: History) -> None:
        before = len(list(long_history.blobs))
        assert long_history.prune() == 0
        assert len(list(long_history.blobs)) == before

    def test_the_old_is_thinned_to_one_a_day_and_the_young_stays(
        self, long_history: History
    ) -> None:
        freed = long_history.prune(max_bytes=0)
        assert freed > 0
        assert self.kept(long_history) == {
            ("200", "2"),
            ("150", "2"),
            ("10", "0"),
            ("10", "1"),
            ("10", "2"),
        }

    def test_it_stops_when_it_is_small_enough_the_oldest_first(self, long_history: History) -> None:
        total = sum(blob.size for blob in long_history.blobs)
        long_history.prune(max_bytes=total - 1)
        gone = total - sum(blob.size for blob in long_history.blobs)
        assert 0 < gone < total / 10
        assert ("200", "0") in self.kept(long_history)  # the other note's

    def test_the_last_version_of_a_deleted_note_stays_for_ever(
        self, history: History, vault: Path
    ) -> None:
        with history.step("rm", "rm a", root=vault) as step:
            step.trash("a.md")
        later = time.time() + 4000 * DAY
        history.prune(now=later, max_bytes=0)
        assert contents(history, "a.md") == [b"zero"]

    def test_what_no_step_speaks_of_goes_with_age(self, history: History) -> None:
        history.blobs.store(b"loose")
        assert history.prune(max_bytes=0) == 0
        assert history.prune(now=time.time() + 100 * DAY, max_bytes=0) == len(b"loose")

    def test_it_is_done_once_a_day_at_most(self, long_history: History) -> None:
        now = time.time()
        assert long_history.prune_daily(now=now, max_bytes=0) > 0
        before = b"again"
        for hour in range(2):
            remember(long_history, "a.md", before + b"!" * hour, 120 - hour / 1000, None)
        assert long_history.prune_daily(now=now + 0.9 * DAY, max_bytes=0) == 0
        assert long_history.prune_daily(now=now + 1.1 * DAY, max_bytes=0) == len(before)
        # A clock that was set back does not stop it for as long as it was wrong.
        remember(long_history, "b.md", b"old", 130, None)
        remember(long_history, "b.md", b"older", 130 - 1 / 1000, None)
        assert long_history.prune_daily(now=now - 30 * DAY, max_bytes=0) == len(b"old")

    def test_there_is_nothing_to_prune_in_no_history(self, history: History) -> None:
        assert history.prune_daily() == 0
        assert not Path(history.folder).exists()

    def test_what_was_kept_again_meanwhile_stays(
        self, long_history: History, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A version that a step is about to speak of is young again, whatever was listed."""
        again = b"a.md 200 0 " * 100
        listed = list(long_history.blobs)
        assert digest_of(again) in {blob.digest for blob in listed}
        locked = long_history.log.locked

        def kept_just_now() -> AbstractContextManager[None]:
            long_history.blobs.store(again)
            return locked()

        monkeypatch.setattr(long_history.log, "locked", kept_just_now)
        assert long_history.prune(max_bytes=0) > 0
        assert ("200", "0") in self.kept(long_history)

    def test_undo_says_so_when_a_version_is_gone(self, history: History, vault: Path) -> None:
        edit(history, vault, "a.md", b"one")
        history.blobs.remove(digest_of(b"zero"))
        with pytest.raises(NotFound, match="version"):
            history.undo(vault)
        assert (vault / "a.md").read_bytes() == b"one"


class TestForgetting:
    def test_no_trace_of_it_is_left(self, history: History, vault: Path) -> None:
        (vault / "Secret plan.md").write_bytes(b"canary one")
        (vault / "other.md").write_bytes(b"shared")
        edit(history, vault, "Secret plan.md", b"canary two")
        edit(history, vault, "Secret plan.md", b"shared")
        edit(history, vault, "other.md", b"new")
        with history.step("tag", "tag Secret plan and other", root=vault) as step:
            step.edit("Secret plan.md", b"canary three", None)
            step.edit("other.md", b"tagged", None)
        with history.step("rename", "rename Secret plan", root=vault) as step:
            step.move("Secret plan.md", "Plain.md")
        with history.step("rm", "rm Plain", root=vault) as step:
            step.trash("Plain.md")

        assert history.forget("Plain.md") >= 3

        for file in Path(history.folder).rglob("*"):
            if file.is_file():
                assert b"canary" not in file.read_bytes(), file
                assert b"secret" not in file.read_bytes().lower(), file
        assert history.versions("Secret plan.md") == []
        assert history.versions("Plain.md") == []

    def test_other_notes_keep_theirs_and_can_be_undone(self, history: History, vault: Path) -> None:
        (vault / "other.md").write_bytes(b"shared")
        edit(history, vault, "a.md", b"shared")
        edit(history, vault, "other.md", b"new")
        history.forget("a.md")
        assert contents(history, "other.md") == [b"new", b"shared"]
        history.undo(vault)
        assert (vault / "other.md").read_bytes() == b"shared"
        assert (vault / "a.md").read_bytes() == b"shared"

    def test_a_note_without_history_has_nothing_to_forget(self, history: History) -> None:
        assert history.forget("none.md") == 0
