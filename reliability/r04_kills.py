"""R4: killed at any step, a note is old or new; what was acknowledged stays; a start repairs.

Each change is made in a process that kills itself at each step of it in turn, then at random.
"""

from __future__ import annotations

import random
import shutil
import signal
from typing import TYPE_CHECKING

from notekeep.storage import scan
from notekeep.storage.durability import FAILPOINTS
from notekeep.storage.history import History
from reliability import house
from reliability.board import Result, Row, Sizes
from reliability.nursery import CALL, nursery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reliability.nursery import Nursery

FEW = 100
LIFE, LONGEST_LIFE = 0.05, 3.0
"""Seconds in which a program is killed at random; the longer, the longer nothing was saved."""

BEFORE = {"a.md": b"a\n", "b.md": b"b\n" * 2000, "deep/d.md": b"d\n", "trash me.md": b"t\n"}

EDIT = "step.edit('a.md', b'new a\\n' * 3000, content.read_file(root + '/a.md')[1])"
PROGRAMS = {
    "save": "saves.replace('a.md', b'new', None, root=root, history=history)",
    "create": "saves.create('x/y/z.md', b'new', root=root)",
    "rename": "atomic.move_file('a.md', 'new/a.md', root=root)",
    "edit": f"with history.step('edit', '', root=root) as step: {EDIT}",
    "new": "with history.step('new', '', root=root) as step: step.create('x/y/z.md', b'new')",
    "move": "with history.step('mv', '', root=root) as step: step.move('a.md', 'x/a.md')",
    "trash": "with history.step('rm', '', root=root) as step: step.trash('deep/d.md')",
    "many": f"""
with history.step('many', '', root=root) as step:
    {EDIT}
    step.edit('b.md', b'new b', content.read_file(root + '/b.md')[1])
    step.create('x/y/z.md', b'z')
    step.move('a.md', 'A.md')
    step.move('deep/d.md', 'x/d.md')
    step.trash('trash me.md')
""",
}
"""Changes of single files and of several, as the verbs are made of them."""

VERBS = {
    "create": "vault.notes.create('book', 'A new one', tags=['x'])",
    "rename with links": "vault.notes.rename('Atomic Habits', 'Tiny Habits')",
    "move": "vault.notes.move('Deep Work', 'shelf')",
    "retag": "vault.notes.tag(['Index.md', *vault.search.paths('type:book')], ['x'])",
    "trash": "vault.notes.delete('Deep Work')",
}
"""Whole verbs over a vault."""

LOOP = r"""
import os
acks = os.open(root + "/../acks", os.O_RDWR | os.O_APPEND)
number = int(os.read(acks, 1 << 20).split()[-1])
while True:
    number += 1
    text = b"%d\n" % number * 2000
    with history.step("edit", "", root=root) as step:
        step.edit("a.md", text, content.read_file(root + "/a.md")[1])
        if number % 2:
            step.edit("b.md", text, content.read_file(root + "/b.md")[1])
    os.write(acks, b"%d\n" % number)
"""
"""Saves without end, each acknowledged; every other one is a step of two files."""

REFRESH = "vault = open_vault(); vault.indexing.refresh()"


def start(history: History, root: Path) -> None:
    """Do what every start of notekeep does."""
    history.recover(root)
    history.sweep_temps(root, min_age=-1)
    history.check_displaced(root, min_age=0)


def make(folder: Path) -> tuple[Path, Path]:
    """Make the vault of the programs and an empty history anew."""
    state = folder / "state"
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir()
    return house.write(folder / "vault", BEFORE), state


def outcomes(
    forks: Nursery, fresh: Callable[[], tuple[Path, Path]], code: str
) -> Iterator[tuple[Path, Path, str]]:
    """Kill a program at each point it gets to, each time it gets there."""
    for point in FAILPOINTS:
        for time in range(1, 20):
            vault, state = fresh()
            status = forks.run(code, vault, state, die_at=point, time=time)
            assert status in {0, -signal.SIGKILL}
            if status == 0:
                break
            yield vault, state, point


def run(size: int, folder: Path) -> Result:
    """Kill at every step, and `size` times at random.

    With FEW kills or less, one program of each sort is enough; tests/storage kills the others.
    """
    result = Result()
    thin = size < FEW
    with nursery() as forks:
        for name in ["many"] if thin else PROGRAMS:
            steps(forks, folder, result, name, PROGRAMS[name])
        for name in ["retag"] if thin else VERBS:
            _verb(forks, folder, result, name, f"vault = open_vault(); {VERBS[name]}")
        _refresh(forks, folder, result, thin=thin)
        by_step = result.count
        at_random(forks, folder, result, size)
    result.size = f"{by_step} kills by step, {size:,} at random"
    return result


def steps(forks: Nursery, folder: Path, result: Result, name: str, code: str) -> None:
    """Kill one program at each of its points; afterwards all is old or all is new."""
    root, state = make(folder)
    assert forks.run(code, root, state) == 0
    after = house.snapshot(root)
    for _, _, point in outcomes(forks, lambda: make(folder), code):
        result.count += 1
        where = f"{name} killed at {point}"
        _whole(result, root, BEFORE, after, where)
        history = History(state)
        start(history, root)
        _whole(result, root, BEFORE, after, where)
        if house.snapshot(root) not in (BEFORE, after):
            result.damage(f"{where}: half of it is done: {sorted(house.snapshot(root))}")
        result.expect(not scan.sweep(root, {}).temps, f"{where}: a temporary file stays")
        history.close()


def _whole(
    result: Result, root: Path, old: dict[str, bytes], new: dict[str, bytes], where: str
) -> None:
    found = house.snapshot(root)
    for path, data in found.items():
        if data not in {*old.values(), *new.values()}:
            result.damage(f"{where}: {path} is torn")
    for path, data in old.items():
        if path in new and data not in found.values() and new[path] not in found.values():
            result.lose(f"{where}: {path}")


def _verb(forks: Nursery, folder: Path, result: Result, name: str, code: str) -> None:
    """Kill a verb at each of its points; then undo what is done, and compare the index."""
    root, home = folder / "notes", folder / "home"

    def fresh() -> tuple[Path, Path]:
        shutil.rmtree(home, ignore_errors=True)
        house.write(root)
        vault = house.open_house(root, home)
        vault.indexing.refresh()
        house.close(vault)
        return root, home

    root, home = fresh()
    assert forks.run(code, root, home) == 0, name
    after = house.snapshot(root)
    for _, _, point in outcomes(forks, fresh, code):
        result.count += 1
        where = f"{name} killed at {point}"
        _whole(result, root, house.NOTES, after, where)
        vault = house.open_house(root, home)
        start(vault.history.store, root)
        found = house.snapshot(root)
        if found not in (house.NOTES, after):
            result.damage(f"{where}: half of it is done: {sorted(found)}")
        elif found == after:
            vault.history.undo()
            result.expect(house.snapshot(root) == house.NOTES, f"{where}: undo is not the old")
        if wrong := house.untrue(vault):
            result.fault(f"{where}: the index differs in {wrong}")
        house.close(vault)


def _refresh(forks: Nursery, folder: Path, result: Result, *, thin: bool) -> None:
    """Kill a refresh before each of its calls; the next one makes the index whole."""
    root, home = folder / "notes", folder / "home"
    time = 0
    while True:
        time += 1 + time // (2 if thin else 12)
        house.write(root)
        shutil.rmtree(home, ignore_errors=True)
        status = forks.run(REFRESH, root, home, die_at=CALL, time=time)
        if status == 0:
            break
        result.count += 1
        vault = house.open_house(root, home)
        if wrong := house.untrue(vault):
            result.fault(f"refresh killed before call {time}: the index differs in {wrong}")
        house.close(vault)
        result.expect(house.snapshot(root) == house.NOTES, "a refresh changed the vault")


def at_random(forks: Nursery, folder: Path, result: Result, kills: int, code: str = LOOP) -> None:
    """Kill a program that saves without end, at any moment, and go on from there."""
    chance = random.Random(7)
    root, state = make(folder)
    acks = folder / "acks"
    acks.write_text("0\n", encoding="ascii")
    acknowledged = saved = 0
    longest = LIFE
    for number in range(kills):
        status = forks.run(code, root, state, die_after=chance.uniform(0.001, longest))
        assert status == -signal.SIGALRM
        acknowledged = int(acks.read_text(encoding="ascii").split()[-1])
        # On a machine that is busy it may take long until anything is saved.
        longest = LIFE if acknowledged > saved else min(longest * 2, LONGEST_LIFE)
        history = History(state)
        start(history, root)
        lines = {name: (root / name).read_bytes().splitlines() for name in ("a.md", "b.md")}
        found = {name: text[0] if text else b"" for name, text in lines.items()}
        numbers = {name: int(text) if text.isdigit() else 0 for name, text in found.items()}
        if {len(set(text)) for text in lines.values()} != {1}:
            result.damage(f"random kill {number}: torn")
        elif numbers["a.md"] not in {acknowledged, acknowledged + 1}:
            result.lose(f"random kill {number}: {acknowledged} was acknowledged, {numbers}")
        elif numbers["b.md"] != max(numbers["a.md"] - (numbers["a.md"] + 1) % 2, 0):
            result.damage(f"random kill {number}: half of a step: {numbers}")
        result.expect(not scan.sweep(root, {}).temps, f"random kill {number}: a temporary file")
        saved = numbers["a.md"]
        acks.write_text(f"{saved}\n", encoding="ascii")
        result.count += 1
        history.close()
    result.expect(acknowledged, "nothing was ever saved")


ROW = Row("R4", "kill -9 at each step and at random", Sizes(20, 300, 10_000), run)
