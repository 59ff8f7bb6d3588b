"""A line is appended whole, once and for good, or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep import locks
from notekeep.errors import Failure, NotekeepError, Refused
from notekeep.storage import append as append_module
from notekeep.storage import durability
from notekeep.storage.append import append_line
from tests.support.sizes import sized

if TYPE_CHECKING:
    from pathlib import Path

fcntl = pytest.importorskip("fcntl", reason="these locks are POSIX's")

LINE = "- 2026-11-24 meditate: 12 min @07:10"


@pytest.fixture
def log(vault: Path) -> Path:
    return vault / "habits" / "log" / "2026-11.laptop.md"


def test_a_new_file_starts_with_its_header(log: Path) -> None:
    append_line(log, LINE, "# Habit log 2026-11\n\n")
    append_line(log, "- second", "# Habit log 2026-11\n\n")

    assert log.read_text(encoding="utf-8") == f"# Habit log 2026-11\n\n{LINE}\n- second\n"


def test_an_empty_file_left_by_a_crash_gets_its_header(log: Path) -> None:
    log.parent.mkdir(parents=True)
    log.touch()

    append_line(log, LINE, "# Log")

    assert log.read_text(encoding="utf-8") == f"# Log\n{LINE}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"- a\n", b"- a\n- b\n"),
        (b"- a", b"- a\n- b\n"),
        (b"- a\r\n", b"- a\r\n- b\r\n"),
        (b"- a\r\n- a", b"- a\r\n- a\r\n- b\r\n"),
        (b"- a\n- a", b"- a\n- a\n- b\n"),
        (b"- a\n" + 99 * b"x", b"- a\n" + 99 * b"x" + b"\n- b\n"),
        (b"\n", b"\n- b\n"),
        (b"ros\xe9\n", b"ros\xe9\n- b\n"),
    ],
)
def test_what_is_there_stays_and_the_line_stands_alone(
    log: Path, before: bytes, after: bytes
) -> None:
    log.parent.mkdir(parents=True)
    log.write_bytes(before)

    append_line(log, "- b", "# Log")

    assert log.read_bytes() == after


@given(st.lists(st.text(st.characters(exclude_characters="\r\n")), min_size=1, max_size=5))
def test_lines_come_back_as_they_went(quick_folder: Path, lines: list[str]) -> None:
    file = quick_folder / "log.md"
    file.unlink(missing_ok=True)
    for line in lines:
        append_line(file, line)

    told = [line.encode("utf-8", "replace") for line in lines]
    assert file.read_bytes().split(b"\n")[:-1] == told


def test_a_line_break_in_a_line_is_a_mistake_of_the_program(log: Path) -> None:
    with pytest.raises(ValueError, match="line break"):
        append_line(log, "two\nlines")
    assert not log.exists()


def test_a_log_that_is_a_link_is_followed_only_inside_the_vault(vault: Path, log: Path) -> None:
    outside = vault.parent / "outside.md"
    outside.write_text("mine\n", encoding="utf-8")
    log.parent.mkdir(parents=True)
    (vault / "real.md").write_text("real\n", encoding="utf-8")

    log.symlink_to(outside)
    for root in (None, vault):
        with pytest.raises(Refused):
            append_line(log, LINE, root=root)
    log.unlink()
    log.symlink_to(vault / "real.md")
    append_line(log, LINE, root=vault)

    assert outside.read_text(encoding="utf-8") == "mine\n"
    assert (vault / "real.md").read_text(encoding="utf-8") == f"real\n{LINE}\n"
    assert log.is_symlink()


def test_a_dead_link_a_pipe_or_a_folder_is_refused_at_once(vault: Path) -> None:
    (vault / "dead.md").symlink_to("nowhere/at/all.md")
    os.mkfifo(vault / "pipe.md")
    (vault / "folder.md").mkdir()
    (vault / "file").touch()

    for name in ("dead.md", "pipe.md", "folder.md", "file/log.md"):
        with pytest.raises(Refused) as refusal:
            append_line(vault / name, LINE, root=vault)
        assert name in refusal.value.message


HOLDER = """
import fcntl, sys
with open(sys.argv[1], "a") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.readline()
    file.write("- theirs\\n")
"""


def holder(log: Path) -> subprocess.Popen[str]:
    """Start a program that holds the lock until it is sent a line, then writes and ends."""
    program = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "held\n"
    return program


def test_a_line_waits_for_the_program_that_holds_the_lock(log: Path) -> None:
    append_line(log, "- first")
    with holder(log) as program:
        thread = threading.Thread(target=append_line, args=(log, "- ours"))
        thread.start()
        thread.join(0.05)
        assert thread.is_alive()
        program.communicate("go\n")
        thread.join()

    assert log.read_text(encoding="utf-8") == "- first\n- theirs\n- ours\n"


def test_a_lock_that_is_never_let_go_is_a_failure(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_line(log, "- first")
    monkeypatch.setattr(
        append_module, "hold_lock", lambda fd, path: locks.hold_lock(fd, path, 0.01)
    )
    with holder(log) as program:
        with pytest.raises(Failure, match="locked by another program"):
            append_line(log, "- ours")
        program.kill()

    assert log.read_text(encoding="utf-8") == "- first\n"


WRITER = """
import sys
from notekeep.storage.append import append_line
name, count, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
for number in range(count):
    append_line(path, f"- {name} {number} " + "x" * 300, "# Log")
"""


def test_many_writers_lose_no_line_and_write_one_header(log: Path) -> None:
    count = sized(10, 40)
    programs = [
        subprocess.Popen([sys.executable, "-c", WRITER, name, str(count), str(log)])
        for name in ("ann", "bob", "cid")
    ]
    assert [program.wait() for program in programs] == [0, 0, 0]

    lines = log.read_text(encoding="utf-8").splitlines()
    wanted = {f"- {name} {n} {'x' * 300}" for name in ("ann", "bob", "cid") for n in range(count)}
    assert lines[0] == "# Log"
    assert len(lines) == 3 * count + 1
    assert set(lines[1:]) == wanted


@pytest.mark.parametrize(
    ("theirs", "after"),
    [
        ("- first\n- theirs\n", "- first\n- theirs\n- ours\n"),
        ("- first\n- ours\n- theirs\n", "- first\n- ours\n- theirs\n"),
    ],
    ids=["a copy from before", "a copy that has the line"],
)
def test_a_file_put_in_its_place_meanwhile_has_the_line_once(
    log: Path, monkeypatch: pytest.MonkeyPatch, theirs: str, after: str
) -> None:
    """A sync tool replaces the log by renaming, between our write and our look."""
    append_line(log, "- first")
    replaced: list[bool] = []

    def sync_then_be_replaced(fd: int) -> None:
        durability.sync_file(fd)
        if not replaced:
            replaced.append(True)
            other = log.with_name("other")
            other.write_text(theirs, encoding="utf-8")
            other.rename(log)

    monkeypatch.setattr(append_module, "sync_file", sync_then_be_replaced)
    append_line(log, "- ours")

    assert log.read_text(encoding="utf-8") == after


def test_a_file_moved_away_while_the_lock_was_waited_for_is_not_written(log: Path) -> None:
    append_line(log, "- first")
    with holder(log) as program:
        thread = threading.Thread(target=append_line, args=(log, "- ours", "# New"))
        thread.start()
        thread.join(0.05)
        log.rename(log.with_name("moved.md"))
        program.communicate("go\n")
        thread.join()

    assert log.read_text(encoding="utf-8") == "# New\n- ours\n"
    assert "ours" not in log.with_name("moved.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize(
    "number", [errno.EIO, errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EMFILE, errno.EDQUOT]
)
def test_each_call_may_fail_and_nothing_is_lost_or_left_half(
    log: Path, failing_system: Any, number: int, *, fresh: bool
) -> None:
    """Whichever call fails: the error names the file, and the file is as it was."""
    log.parent.mkdir(parents=True)
    for at in range(1, 60):
        log.unlink(missing_ok=True)
        if not fresh:
            log.write_text("- first\n", encoding="utf-8")
        system = failing_system(at, number)
        told = None
        try:
            append_line(log, LINE, "# Log")
        except NotekeepError as error:
            told = error
        text = log.read_text(encoding="utf-8") if log.exists() else ""
        if not system.failed:
            assert told is None
            assert LINE in text
            break
        if told is None:  # what failed came after the line was safe
            assert system.failed_call in {"close", "fstat", "stat"}
            assert LINE in text
        else:
            assert str(log) in told.message
            assert told.hint
            assert text == ("" if fresh else "- first\n"), system.failed_call
            if system.failed_call in {"write", "fsync"}:
                assert log.exists() is not fresh
    else:
        pytest.fail("the call never succeeded")


LIMITED = """
import resource, signal, sys
from notekeep.errors import NotekeepError
from notekeep.storage.append import append_line
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    append_line(sys.argv[1], "y" * 100)
except NotekeepError as error:
    print(error.message)
    sys.exit(error.exit_code)
"""


@pytest.mark.parametrize("room", [0, 1, 50, 100])
def test_a_file_that_may_not_grow_is_left_as_it_was(log: Path, room: int) -> None:
    """The system takes a part of the line, then refuses the rest."""
    append_line(log, "- first")
    before = log.read_bytes()
    limit = len(before) + room
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(log), str(limit)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == Failure.exit_code, done.stderr
    assert str(log) in done.stdout
    assert log.read_bytes() == before


def test_it_loads_nothing_that_costs_time() -> None:
    program = (
        "import sys; import typing, fcntl; before = set(sys.modules);"
        "import notekeep.storage.append; print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True
    )

    loaded = {name.partition(".")[0].lstrip("_") for name in done.stdout.split()} - {"notekeep"}
    known = {"future__", "errno", "time", "stat", "msvcrt", "contextlib"}
    # Settings load the one, and the definitions of habits the other.
    assert loaded <= known | {"json", "unicodedata"}
