"""Unsaved text survives what ends a program, and goes when it is saved."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from notekeep.storage.autosave import FOLDER, AutosaveFile, UnsavedText, find_unsaved

if TYPE_CHECKING:
    from pathlib import Path

PATH = "books/Deep Work.md"


def unsaved(data: bytes = b"typed\n", base: bytes = b"was\n") -> UnsavedText:
    return UnsavedText.of(PATH, data, base, (0, 3))


def test_what_is_written_is_read_by_the_next_program(tmp_path: Path) -> None:
    text = unsaved(b"caf\xe9 \x1b[0m\r\n\xef\xbb\xbf\x00", b"\xff\n")
    AutosaveFile(str(tmp_path), PATH).write(text)
    found = AutosaveFile(str(tmp_path), PATH).read()
    assert found == text
    assert found.data == b"caf\xe9 \x1b[0m\r\n\xef\xbb\xbf\x00"
    assert found.base_data == b"\xff\n"
    assert found.cursor == (0, 3)


def test_it_is_gone_when_it_is_discarded(tmp_path: Path) -> None:
    swap = AutosaveFile(str(tmp_path), PATH)
    swap.write(unsaved())
    swap.discard()
    assert swap.read() is None
    assert not list((tmp_path / FOLDER).iterdir())


def test_a_text_from_before_the_save_does_not_come_back_after_it(tmp_path: Path) -> None:
    """A thread may still be writing what was typed when the save is done."""
    swap = AutosaveFile(str(tmp_path), PATH)
    late = unsaved(b"older\n")
    swap.discard()
    swap.write(late)
    assert swap.read() is None


def test_an_older_text_does_not_replace_a_newer_one(tmp_path: Path) -> None:
    swap = AutosaveFile(str(tmp_path), PATH)
    older, newer = unsaved(b"older\n"), unsaved(b"newer\n")
    swap.write(newer)
    swap.write(older, durable=True)
    assert swap.read() == newer


def test_each_note_has_its_own(tmp_path: Path) -> None:
    AutosaveFile(str(tmp_path), PATH).write(unsaved())
    assert AutosaveFile(str(tmp_path), "books/deep work.md").read() is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"path": 1}', b"\xff\xfe", b"null"])
def test_a_damaged_file_is_as_none(tmp_path: Path, damage: bytes) -> None:
    swap = AutosaveFile(str(tmp_path), PATH)
    swap.write(unsaved())
    (file,) = (tmp_path / FOLDER).glob("*.json")
    file.write_bytes(damage)
    assert AutosaveFile(str(tmp_path), PATH).read() is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    AutosaveFile(str(tmp_path / "state"), PATH).write(unsaved())
    folder = tmp_path / "state" / FOLDER
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


class TestTwoEditors:
    """Two programs, or two of this one, edit the same note."""

    def test_each_keeps_its_own_text(self, tmp_path: Path) -> None:
        one, two = AutosaveFile(str(tmp_path), PATH), AutosaveFile(str(tmp_path), PATH)
        one.write(unsaved(b"one\n"))
        two.write(unsaved(b"two\n"))
        two.discard()
        found = one.read()
        assert found is not None
        assert found.data == b"one\n"

    def test_what_another_is_typing_is_not_offered(self, tmp_path: Path) -> None:
        one = AutosaveFile(str(tmp_path), PATH)
        one.write(unsaved())
        assert AutosaveFile(str(tmp_path), PATH).claim() is None
        one.release()
        assert AutosaveFile(str(tmp_path), PATH).claim() == one.read()

    def test_what_was_taken_over_is_taken_once_and_goes_with_the_save(self, tmp_path: Path) -> None:
        AutosaveFile(str(tmp_path), PATH).write(unsaved())
        one, two = AutosaveFile(str(tmp_path), PATH), AutosaveFile(str(tmp_path), PATH)
        assert one.claim() is not None
        assert two.claim() is None
        one.write(unsaved(b"more\n"))
        assert len(list((tmp_path / FOLDER).glob("*.json"))) == 1
        one.discard()
        assert two.claim() is None
        assert not list((tmp_path / FOLDER).iterdir())

    def test_all_that_were_left_are_offered_one_after_the_other(self, tmp_path: Path) -> None:
        for data in (b"older\n", b"newer\n"):
            AutosaveFile(str(tmp_path), PATH).write(unsaved(data))
        editor = AutosaveFile(str(tmp_path), PATH)
        offered = []
        while (text := editor.claim()) is not None:
            offered.append(text.data)
            editor.discard()
        assert offered == [b"newer\n", b"older\n"]

    def test_two_programs_that_are_killed_both_leave_what_was_typed(self, tmp_path: Path) -> None:
        code = (
            "import sys, time\n"
            "from notekeep.storage.autosave import AutosaveFile, UnsavedText\n"
            "swap = AutosaveFile(sys.argv[1], sys.argv[2])\n"
            "assert swap.claim() is None\n"
            "for n in range(50):\n"
            "    data = f'{sys.argv[3]} {n}'.encode()\n"
            "    swap.write(UnsavedText.of(sys.argv[2], data, b'', (0, 0)))\n"
            "print('typed', flush=True)\n"
            "time.sleep(600)\n"
        )
        programs = [
            subprocess.Popen(
                [sys.executable, "-c", code, tmp_path, PATH, name], stdout=subprocess.PIPE
            )
            for name in ("first", "second")
        ]
        editor = AutosaveFile(str(tmp_path), PATH)
        for program in programs:
            assert program.stdout is not None
            assert program.stdout.readline() == b"typed\n"
        assert editor.claim() is None  # both are still at it
        for program in programs:
            with program:
                program.kill()
        left = []
        while (text := editor.claim()) is not None:
            left.append(text.text)
            editor.discard()
        assert sorted(left) == ["first 49", "second 49"]

    def test_what_is_forgotten_is_gone_whoever_typed_it(self, tmp_path: Path) -> None:
        one = AutosaveFile(str(tmp_path), PATH)
        one.write(unsaved())
        AutosaveFile(str(tmp_path), PATH).write(unsaved())
        other = UnsavedText.of("b.md", b"b", b"", (0, 0))
        AutosaveFile(str(tmp_path), "b.md").write(other)
        AutosaveFile(str(tmp_path), PATH).forget()
        assert one.read() is None
        assert AutosaveFile(str(tmp_path), "b.md").read() == other


def test_a_kill_leaves_the_old_text_or_the_new_one(tmp_path: Path) -> None:
    """A program writes text after text until it is killed; what is there then is one of them."""
    code = (
        "import sys\n"
        "from notekeep.storage.autosave import AutosaveFile, UnsavedText\n"
        "swap = AutosaveFile(sys.argv[1], 'a.md')\n"
        "for n in range(10**6):\n"
        "    swap.write(UnsavedText.of('a.md', b'%d ' % n * 9000, b'', (0, 0)))\n"
        "    print(n, flush=True)\n"
    )
    for _ in range(3):
        done = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE)
        assert done.stdout is not None
        with done.stdout as written:
            for _ in range(20):
                acknowledged = int(written.readline())
            os.kill(done.pid, 9)
            acknowledged = max([acknowledged, *map(int, written.read().split())])
        done.wait()
        found = AutosaveFile(str(tmp_path), "a.md").read()
        assert found is not None
        (number,) = set(found.text.split())
        assert int(number) in (acknowledged, acknowledged + 1)


def test_of_two_texts_of_a_note_the_newest_is_offered(tmp_path: Path) -> None:
    for when in (3.0, 1.0, 2.0):
        editor = AutosaveFile(str(tmp_path), PATH)
        editor.write(UnsavedText(PATH, f"typed at {when}", "was", (0, 0), when))
        editor.release()
    assert [one.text for one in find_unsaved(str(tmp_path))] == ["typed at 3.0"]


def test_at_the_end_of_the_program_a_text_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    editor = AutosaveFile(str(tmp_path), PATH)
    editor.write(unsaved())
    monkeypatch.setattr(os, "fsync", flushed.append)
    editor.write(unsaved(b"later\n"))
    assert not flushed  # one was a moment ago
    editor.write(unsaved(b"last\n"), durable=True)
    assert flushed
