"""R7: at a power cut after any call, with whatever the disk had not written yet lost or not.

The calls of a save are recorded and played again on a model of a disk, which keeps what was waited
for and, of the rest, any part that a file system may have written: of each folder's changes a
beginning, of each file's bytes all, none or some. In each such state the next start must find the
notes old or new. The model is after Pillai et al., "All File Systems Are Not Created Equal", 2014.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import shutil
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError
from notekeep.storage import append, atomic, content
from notekeep.storage.history import History
from reliability import house
from reliability.board import Result, Row, Sizes
from reliability.r04_kills import BEFORE, PROGRAMS, make, start
from reliability.recording import Cut, Disk, Gone, Made, Moved, Waited, Written, recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from reliability.recording import Act

MOST = 48
"""So many states are looked at after each call, drawn at random where there are more."""

SCENES = {name: code for name, code in PROGRAMS.items() if name != "rename"}
"""What is recorded; a bare `rename` keeps no history, and is part of "move"."""

LOG = "habits/log/2026-11.desk.md"
REAL = "real"
LINE = "- 2026-11-24 meditate: done"


class Scene(NamedTuple):
    """A recorded change.

    Attributes:
        disk: What the disk held before.
        acts: What was done.
        before: The vault before.
        after: The vault afterwards.
    """

    disk: Disk
    acts: list[Act]
    before: dict[str, bytes]
    after: dict[str, bytes]


def run(size: int, folder: Path, forget: Callable[[Act], bool] = lambda _act: False) -> Result:
    """Cut the power after each call of each change, in up to `size` states each.

    Args:
        size: How many states are looked at after each call.
        folder: Where.
        forget: Which waits are taken away, to see that they are needed.
    """
    result = Result()
    scenes = {**dict.fromkeys(SCENES), "append": None}
    for name in scenes:
        scene = _append(folder) if name == "append" else record(folder, SCENES[name])
        scene.acts[:] = [act for act in scene.acts if not forget(act)]
        judge = _judge_append if name == "append" else _judge
        for state, ended, where in cuts(scene, size):
            result.count += 1
            materialize(state, folder / REAL)  # the journal knows the vault by its place
            judge(result, scene, folder / REAL, ended=ended, where=f"{name} {where}")
    result.size = f"{len(scenes)} changes, {result.count:,} states"
    return result


def record(folder: Path, code: str) -> Scene:
    """Make a change on a real disk, and write down how."""
    base = folder / REAL
    base.mkdir(exist_ok=True)
    root, state = make(base)
    History(state).keep(b"")  # what the first use of a history makes
    disk = Disk.of(base)
    names = {
        "root": str(root),
        "history": History(state),
        "atomic": atomic,
        "content": content,
    }
    with recorded() as acts:
        exec(code, names)  # noqa: S102 - the programs of R4
    _same(base, disk, acts)
    return Scene(disk, acts, dict(BEFORE), house.snapshot(root))


def _append(folder: Path) -> Scene:
    base = folder / REAL
    shutil.rmtree(base, ignore_errors=True)
    (base / "state").mkdir(parents=True)
    root = house.write(base / "vault", {LOG: house.NOTES[LOG]})
    disk = Disk.of(base)
    with recorded() as acts:
        append.append_line(root / LOG, LINE)
        append.append_line(root / "habits/log/2026-12.desk.md", LINE)
    _same(base, disk, acts)
    return Scene(disk, acts, {LOG: house.NOTES[LOG]}, house.snapshot(root))


def _same(base: Path, disk: Disk, acts: Sequence[Act]) -> None:
    """The record is whole: played again it gives what the real disk holds."""
    played = disk.copy()
    for act in acts:
        played.do(act)
    assert played.tree() == Disk.of(base).tree(), "the record misses a call"


def cuts(scene: Scene, most: int = MOST) -> Iterator[tuple[Disk, bool, str]]:
    """Every different state that a power cut may leave, whether all was done, and where it was."""
    seen: set[bytes] = set()
    chance = random.Random(7)
    for count in range(len(scene.acts) + 1):
        done = scene.acts[:count]
        for number, kept in enumerate(_choices(done, most, chance)):
            disk = scene.disk.copy()
            for act in kept:
                disk.do(act)
            ended = count == len(scene.acts)
            key = hashlib.sha256(repr((sorted(disk.tree().items()), ended)).encode()).digest()
            if key not in seen:
                seen.add(key)
                last = type(done[-1]).__name__ if done else "nothing"
                yield disk, ended, f"cut after call {count} ({last}), state {number}"


def _choices(done: Sequence[Act], most: int, chance: random.Random) -> Iterator[list[Act]]:
    """What the disk may have done of what it was asked to do."""
    pending = [number for number in range(len(done)) if not _is_durable(done, number)]
    folders = sorted({folder for number in pending for folder in _folders(done[number])})
    files = sorted({act.inode for act in _of(done, pending) if isinstance(act, Written | Cut)})
    sizes = [sum(folder in _folders(done[n]) for n in pending) + 1 for folder in folders]
    spaces = [range(size) for size in sizes] + [range(3) for _ in files]
    total = 1
    for space in spaces:
        total *= len(space)
    if total <= most:
        picks: Iterator[tuple[int, ...]] = itertools.product(*spaces)
    else:
        drawn = [tuple(chance.choice(space) for space in spaces) for _ in range(most - 2)]
        none, every = tuple(s[0] for s in spaces), tuple(s[-1] for s in spaces)
        picks = iter([none, every, *drawn])
    for pick in picks:
        limits = dict(zip(folders, pick, strict=False))
        shares = dict(zip(files, pick[len(folders) :], strict=True))
        yield list(_kept(done, set(pending), limits, shares))


def _kept(
    done: Sequence[Act], pending: set[int], limits: dict[int, int], shares: dict[int, int]
) -> Iterator[Act]:
    """What is on the disk: all that was waited for, and of the rest what was chosen."""
    used = dict.fromkeys(limits, 0)
    broken: set[int] = set()
    for number, act in enumerate(done):
        if isinstance(act, Waited):
            continue
        if number not in pending:
            yield act
        elif isinstance(act, Written | Cut):
            share = shares[act.inode]
            if share == 2:
                yield act
            elif share == 1 and isinstance(act, Written):
                yield act._replace(data=act.data[: len(act.data) // 2])
        else:
            places = _folders(act)
            if broken & set(places) or any(used[place] >= limits[place] for place in places):
                broken |= set(places)  # what comes later in these folders is lost as well
                continue
            for place in places:
                used[place] += 1
            yield act


def _is_durable(done: Sequence[Act], number: int) -> bool:
    """Whether it was waited for: a file's bytes with the file, a name with a folder it is in."""
    act = done[number]
    if isinstance(act, Waited):
        return True
    what = {act.inode} if isinstance(act, Written | Cut) else set(_folders(act))
    return any(isinstance(one, Waited) and one.inode in {0, *what} for one in done[number + 1 :])


def _folders(act: Act) -> tuple[int, ...]:
    match act:
        case Made(place) | Gone(place):
            return (place[0],)
        case Moved(source, target):
            return tuple({source[0], target[0]})
    return ()


def _of(done: Sequence[Act], numbers: Sequence[int]) -> list[Act]:
    return [done[number] for number in numbers]


def materialize(disk: Disk, folder: Path) -> None:
    """Make a real folder of a disk of the model."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, data in disk.tree().items():
        if data is None:
            (folder / path).mkdir()
        else:
            (folder / path).write_bytes(data)


def _judge(result: Result, scene: Scene, base: Path, *, ended: bool, where: str) -> None:
    """After the next start all is old or all is new, and new when it was acknowledged."""
    root = base / "vault"
    history = History(base / "state")
    try:
        start(history, root)
    except (OSError, NotekeepError) as error:
        result.fault(f"{where}: the next start fails: {error!r}")
        return
    found = house.snapshot(root)
    if found not in (scene.before, scene.after):
        texts = {*scene.before.values(), *scene.after.values()}
        torn = sorted(path for path, data in found.items() if data not in texts)
        result.damage(f"{where}: torn {torn}" if torn else f"{where}: half: {sorted(found)}")
    elif ended and found != scene.after:
        result.lose(f"{where}: what was acknowledged is not there")
    elif found == scene.after and history.steps():
        try:
            history.undo(root)
        except NotekeepError as error:
            result.lose(f"{where}: what undo needs: {error}")
        else:
            result.expect(house.snapshot(root) == scene.before, f"{where}: undo is not the old")
    history.close()


def _judge_append(result: Result, scene: Scene, base: Path, *, ended: bool, where: str) -> None:
    """Every line that was there is there, and the one that was acknowledged as well."""
    log = base / "vault" / LOG
    found = log.read_bytes() if log.exists() else b""
    if not found.startswith(scene.before[LOG]):
        result.lose(f"{where}: earlier lines")
    if ended and house.snapshot(base / "vault") != scene.after:
        result.lose(f"{where}: an acknowledged line")
    append.append_line(log, LINE)
    result.expect(log.read_bytes().endswith(f"\n{LINE}\n".encode()), f"{where}: lines run together")


ROW = Row("R7", "power cut after each call", Sizes(3, 100, 5000), run)
