"""Killed anywhere, a note is the old or the new one, and the next start repairs without asking.

Steps and their undoing, in a process that kills itself at each point of them in turn. Changes of
single files, and kills at random, are row R4 of the scorecard.
"""

from __future__ import annotations

import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.storage import scan
from notekeep.storage.history import History
from reliability.house import snapshot
from reliability.r04_kills import BEFORE, PROGRAMS, make, outcomes, start

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

STEPS = ("edit", "new", "move", "trash", "many")


@pytest.fixture
def fresh(quick_path: Path) -> Any:
    """Make the vault and its history anew, as often as asked."""
    return lambda: make(quick_path)


def done(nursery: Any, fresh: Any, code: str) -> dict[str, bytes]:
    """What the vault holds when nobody kills the program."""
    vault, state = fresh()
    assert nursery.run(code, vault, state) == 0
    assert snapshot(vault) != BEFORE
    return snapshot(vault)


@pytest.mark.parametrize("name", STEPS)
def test_killed_at_any_point_a_step_can_be_undone_if_it_was_done(
    nursery: Any, fresh: Any, name: str
) -> None:
    code = PROGRAMS[name]
    after = done(nursery, fresh, code)
    for vault, state, point in outcomes(nursery, fresh, code):
        history = History(state)
        start(history, vault)
        if snapshot(vault) == after:
            assert len(history.steps()) == 1, point
            history.undo(vault)
            assert snapshot(vault) == BEFORE, point
            history.redo(vault)
            assert snapshot(vault) == after, point
        else:
            assert history.steps() == [], point


def test_killed_while_undoing_it_is_undone_or_not(
    nursery: Any, fresh: Any, quick_path: Path
) -> None:
    vault, state = fresh()
    assert nursery.run(PROGRAMS["many"], vault, state) == 0
    after = snapshot(vault)
    for folder in (vault, state):
        shutil.copytree(folder, quick_path / "saved" / folder.name)

    def again() -> tuple[Path, Path]:
        for folder in (vault, state):
            shutil.rmtree(folder)
            shutil.copytree(quick_path / "saved" / folder.name, folder)
        return vault, state

    for _, _, point in outcomes(nursery, again, "history.undo(root)"):
        history = History(state)
        start(history, vault)
        found = snapshot(vault)
        assert found in (BEFORE, after), point
        if found == after:
            history.undo(vault)
            assert snapshot(vault) == BEFORE
        else:
            history.redo(vault)
            assert snapshot(vault) == after


def test_killed_after_the_exchange_another_programs_save_is_not_lost(
    nursery: Any, fresh: Any
) -> None:
    """The temporary file holds the only copy of what another program saved in the window."""
    code = """
from pathlib import Path
from notekeep.storage import durability
dying = durability.reach_failpoint
def reached(name):
    if name == "synced":
        Path(root, "a.md").write_bytes(b"theirs")
    dying(name)
durability.reach_failpoint = reached
history.blobs.store(b"")
saves.replace('a.md', b'new', content.digest_of(b'a\\n'), root=root, history=history)
"""
    vault, state = fresh()
    assert nursery.run(code, vault, state, die_at="swapped") == -signal.SIGKILL
    assert (vault / "a.md").read_bytes() == b"new"
    history = History(state)

    assert history.sweep_temps(vault) == []  # it may be another process's, still at work
    swept = history.sweep_temps(vault, min_age=-1)

    (change,) = history.records()[-1].changes
    assert swept == [change.path]
    assert change.after is not None
    assert history.blobs.read(change.after) == b"theirs"
    assert scan.sweep(vault, {}).temps == []


def test_a_hard_linked_note_killed_anywhere_is_repaired(nursery: Any, fresh: Any) -> None:
    outside = b"n" * 5000
    code = f"""
import os
from notekeep.storage import durability
real = durability.os.write
durability._CHUNK = 700
step = [0]
def writing(fd, data):
    step[0] += 1
    durability.reach_failpoint("created" if data[:1] == b"n" else "none")
    return real(fd, data)
durability.os.write = writing
before = content.read_file(root + '/b.md')[1]
saves.replace('b.md', {outside!r}, before, root=root, history=history)
"""
    torn = 0
    for time in range(1, 40):
        vault, state = fresh()
        (vault / "twin.md").hardlink_to(vault / "b.md")
        status = nursery.run(code, vault, state, die_at="created", time=time)
        torn += (vault / "b.md").read_bytes() not in {BEFORE["b.md"], outside}
        start(History(state), vault)
        assert (vault / "b.md").read_bytes() in {BEFORE["b.md"], outside}
        assert (vault / "b.md").samefile(vault / "twin.md")
        if status == 0:
            break
    else:
        pytest.fail("it never got to its end")
    assert torn, "no kill tore the note, so the repair was not shown"


NAIVE = """
from notekeep.storage import durability
with open(root + "/a.md", "wb", buffering=0) as file:
    durability.reach_failpoint("created")
    file.write(b"new" * 100)
    durability.reach_failpoint("written")
    file.write(b"new" * 100)
"""


def test_a_saver_that_writes_into_the_note_is_caught_by_these_tests(
    nursery: Any, fresh: Any
) -> None:
    torn = [
        (vault / "a.md").read_bytes() not in {BEFORE["a.md"], b"new" * 200}
        for vault, _, _ in outcomes(nursery, fresh, NAIVE)
    ]
    assert torn == [True, True]
