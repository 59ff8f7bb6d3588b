"""Each call to the system fails in turn: nothing is lost, nothing is half, and it is said."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.errors import NotekeepError
from notekeep.files import move, save, scan
from notekeep.files.history import History
from notekeep.files.save import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ERRORS = [errno.EIO, errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EMFILE, errno.EINTR]
MOST = int(os.environ.get("NOTEKEEP_SIZE", "400"))

A, B, NEW = b"a\n", b"b\n" * 100, b"the new text\n"


def fill(vault: Path) -> None:
    for name, data in (("a.md", A), ("b.md", B)):
        (vault / name).write_bytes(data)


def contents(vault: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(vault)): path.read_bytes()
        for path in sorted(vault.rglob("*"))
        if path.is_file() and not path.name.startswith(".nk-tmp-")
    }


def do_save(vault: Path, history: History) -> None:
    save.replace("a.md", NEW, digest_of(A), root=vault, history=history)


def do_save_hard_link(vault: Path, history: History) -> None:
    (vault / "twin.md").hardlink_to(vault / "a.md")
    save.replace("a.md", NEW, digest_of(A), root=vault, history=history)


def do_create(vault: Path, history: History) -> None:
    save.create("x/y.md", NEW, root=vault, history=history)


def do_rename(vault: Path, history: History) -> None:
    del history
    move.rename("a.md", "x/a.md", root=vault)


def do_edit(vault: Path, history: History) -> None:
    with history.step("edit", "", root=vault) as step:
        step.edit("a.md", NEW, digest_of(A))


def do_trash(vault: Path, history: History) -> None:
    with history.step("rm", "", root=vault) as step:
        step.trash("a.md")


def do_rename_with_links(vault: Path, history: History) -> None:
    with history.step("rename", "", root=vault, whole=True) as step:
        step.edit("b.md", NEW, digest_of(B))
        step.move("a.md", "x/a.md")


ACTIONS: list[Callable[[Path, History], None]] = [
    do_save,
    do_save_hard_link,
    do_create,
    do_rename,
    do_edit,
    do_trash,
    do_rename_with_links,
]


@pytest.mark.parametrize("number", ERRORS, ids=lambda number: errno.errorcode[number])
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__[3:])
def test_whichever_call_fails(
    quick_path: Path,
    failing_system: Any,
    monkeypatch: pytest.MonkeyPatch,
    action: Callable[[Path, History], None],
    number: int,
) -> None:
    """Afterwards each file is old or new, the error names one of them, and a start tidies up."""
    goals: list[dict[str, bytes]] = []
    for at in [0, *range(1, MOST)]:
        vault, state = quick_path / f"vault{at}", quick_path / f"state{at}"
        vault.mkdir()
        fill(vault)
        if action is do_save_hard_link:
            (vault / "twin.md").hardlink_to(vault / "a.md")
            before = contents(vault)
            (vault / "twin.md").unlink()
        else:
            before = contents(vault)
        system = failing_system(at, number)
        told = None
        try:
            action(vault, History(state))
        except NotekeepError as error:
            told = error
        failed = system.failed_call if system.failed else ""
        system.at = 0
        found = contents(vault)
        if at == 0:
            assert told is None
            goals = [before, found]
            continue
        if told is not None:
            assert any(name in told.message for name in (".md", ".trash", str(state)))
            assert told.hint
        else:
            assert found == goals[1], f"silent: {failed}"
        texts = {*goals[0].values(), *goals[1].values()}
        assert set(found.values()) <= texts, failed
        assert {*goals[0].values()} - {A, B} <= set(found.values())
        history = History(state)
        history.recover(vault)
        history.sweep_temps(vault, min_age=-1)
        found = contents(vault)
        assert found in goals, (at, failed, str(told))
        assert scan.sweep(vault, {}).temps == []
        if not failed:
            break
    else:
        pytest.fail("it never succeeded")
    monkeypatch.undo()


def naive(vault: Path, history: History, os_like: Any) -> None:
    """Save as most programs do: cut the note to nothing, then write it."""
    del history
    fd = os_like.open(vault / "a.md", os.O_WRONLY | os.O_TRUNC)
    try:
        os_like.write(fd, NEW)
    finally:
        os.close(fd)


def test_a_saver_that_cuts_the_note_first_is_caught_by_this(
    vault: Path, history: History, failing_system: Any
) -> None:
    fill(vault)
    system = failing_system(2, errno.ENOSPC)
    with pytest.raises(OSError, match="No space"):
        naive(vault, history, system)
    assert (vault / "a.md").read_bytes() == b""
