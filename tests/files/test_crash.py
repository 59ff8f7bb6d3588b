"""Killed anywhere, a note is the old or the new one, and the next start repairs without asking.

Every change is made in a process that kills itself at each point of it in turn, and then at random.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.files import scan
from notekeep.files.history import History
from notekeep.files.points import POINTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KILLS = int(os.environ.get("NOTEKEEP_SIZE", "40"))

BEFORE = {"a.md": b"a\n", "b.md": b"b\n" * 2000, "deep/d.md": b"d\n", "trash me.md": b"t\n"}

EDIT = "step.edit('a.md', b'new a\\n' * 3000, save.read(root + '/a.md')[1])"
PROGRAMS = {
    "save": "save.replace('a.md', b'new', save.digest_of(b'a\\n'), root=root, history=history)",
    "create": "save.create('x/y/z.md', b'new', root=root, history=history)",
    "rename": "move.rename('a.md', 'new/a.md', root=root)",
    "edit": f"with history.step('edit', '', root=root) as step: {EDIT}",
    "new": "with history.step('new', '', root=root) as step: step.create('x/y/z.md', b'new')",
    "move": "with history.step('mv', '', root=root) as step: step.move('a.md', 'x/a.md')",
    "trash": "with history.step('rm', '', root=root) as step: step.trash('deep/d.md')",
    "many": f"""
with history.step('many', '', root=root) as step:
    {EDIT}
    step.edit('b.md', b'new b', save.read(root + '/b.md')[1])
    step.create('x/y/z.md', b'z')
    step.move('a.md', 'A.md')
    step.move('deep/d.md', 'x/d.md')
    step.trash('trash me.md')
""",
}
STEPS = ("edit", "new", "move", "trash", "many")


def snapshot(vault: Path) -> dict[str, bytes]:
    """Everything a person sees in the vault: files by path, the trash left out."""
    return {
        str(path.relative_to(vault)): path.read_bytes()
        for path in vault.rglob("*")
        if path.is_file() and ".trash" not in path.parts and not path.name.startswith(".nk-tmp-")
    }


def start(history: History, vault: Path) -> None:
    """Do what every start of notekeep does."""
    history.recover(vault)
    history.sweep_temps(vault, min_age=-1)
    history.settle(vault, min_age=0)


@pytest.fixture
def fresh(quick_path: Path) -> Any:
    """Make the vault and its history anew, as often as asked."""
    vault, state = quick_path / "vault", quick_path / "state"

    def make() -> tuple[Path, Path]:
        for folder in (vault, state):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        for name, data in BEFORE.items():
            (vault / name).parent.mkdir(exist_ok=True)
            (vault / name).write_bytes(data)
        return vault, state

    return make


def outcomes(nursery: Any, fresh: Any, code: str) -> Iterator[tuple[Path, Path, str]]:
    """Kill a program at each point it gets to, each time it gets there."""
    for point in POINTS:
        for time in range(1, 20):
            vault, state = fresh()
            status = nursery.run(code, vault, state, die_at=point, time=time)
            assert status in {0, -signal.SIGKILL}
            if status == 0:
                break
            yield vault, state, point


def done(nursery: Any, fresh: Any, code: str) -> dict[str, bytes]:
    """What the vault holds when nobody kills the program."""
    vault, state = fresh()
    assert nursery.run(code, vault, state) == 0
    assert snapshot(vault) != BEFORE
    return snapshot(vault)


@pytest.mark.parametrize("name", PROGRAMS)
def test_killed_at_any_point_everything_is_old_or_new(nursery: Any, fresh: Any, name: str) -> None:
    code = PROGRAMS[name]
    after = done(nursery, fresh, code)
    kills = 0
    for vault, state, point in outcomes(nursery, fresh, code):
        kills += 1
        whole = {*BEFORE.values(), *after.values()}
        assert set(snapshot(vault).values()) <= whole, point

        start(History(state), vault)

        assert snapshot(vault) in (BEFORE, after), point
        assert scan.sweep(vault, {}).temps == []
    assert kills >= (2 if name == "rename" else 4)


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
from notekeep.files import points
dying = points.reached
def reached(name):
    if name == "synced":
        Path(root, "a.md").write_bytes(b"theirs")
    dying(name)
points.reached = reached
history.keep(b"")
save.replace('a.md', b'new', save.digest_of(b'a\\n'), root=root, history=history)
"""
    vault, state = fresh()
    assert nursery.run(code, vault, state, die_at="swapped") == -signal.SIGKILL
    assert (vault / "a.md").read_bytes() == b"new"
    history = History(state)

    assert history.sweep_temps(vault) == []  # it may be another process's, still at work
    swept = history.sweep_temps(vault, min_age=-1)

    assert [one.known for one in swept] == [False]
    assert history.blob(swept[0].digest) == b"theirs"
    assert [one.path for one in history.records()[-1].changes] == [swept[0].path]
    assert scan.sweep(vault, {}).temps == []


def test_a_hard_linked_note_killed_anywhere_is_repaired(nursery: Any, fresh: Any) -> None:
    outside = b"n" * 5000
    code = f"""
import os
from notekeep.files import durable
real = durable.os.write
def write(fd, data):
    return real(fd, data[:700])
durable._CHUNK = 700
from notekeep.files import points
step = [0]
def writing(fd, data):
    step[0] += 1
    points.reached("created" if data[:1] == b"n" else "none")
    return real(fd, data)
durable.os.write = writing
save.replace('b.md', {outside!r}, save.read(root + '/b.md')[1], root=root, history=history)
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


LOOP = r"""
import os
acks = os.open(root + "/../acks", os.O_RDWR | os.O_APPEND)
number = int(os.read(acks, 1 << 20).split()[-1])
while True:
    number += 1
    text = b"%d\n" % number * 2000
    with history.step("edit", "", root=root) as step:
        step.edit("a.md", text, save.read(root + "/a.md")[1])
        if number % 2:
            step.edit("b.md", text, save.read(root + "/b.md")[1])
    os.write(acks, b"%d\n" % number)
"""


def test_killed_at_random_nothing_is_torn_and_nothing_acknowledged_is_lost(
    nursery: Any, fresh: Any, quick_path: Path
) -> None:
    chance = random.Random(7)
    vault, state = fresh()
    acks = quick_path / "acks"
    acks.write_text("0\n", encoding="ascii")
    acknowledged = 0
    for _ in range(KILLS):
        status = nursery.run(LOOP, vault, state, die_after=chance.uniform(0.001, 0.05))
        assert status == -signal.SIGALRM
        acknowledged = int(acks.read_text(encoding="ascii").split()[-1])
        history = History(state)
        start(history, vault)

        lines = {name: (vault / name).read_bytes().splitlines() for name in ("a.md", "b.md")}
        assert {len(set(text)) for text in lines.values()} == {1}, "torn"
        numbers = {name: int(text[0]) if text[0].isdigit() else 0 for name, text in lines.items()}
        assert numbers["a.md"] in {acknowledged, acknowledged + 1}
        last_odd = numbers["a.md"] - (numbers["a.md"] + 1) % 2
        assert numbers["b.md"] == max(last_odd, 0), "half of a step"
        acks.write_text(f"{numbers['a.md']}\n", encoding="ascii")
        assert scan.sweep(vault, {}).temps == []
    assert acknowledged > 0


NAIVE = """
from notekeep.files import points
with open(root + "/a.md", "wb", buffering=0) as file:
    points.reached("created")
    file.write(b"new" * 100)
    points.reached("written")
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
