"""Noticing what changed, against looking at the same files and doing nothing with them.

What happens in this process is measured in CPU time, the system's part included, which a busy
machine hardly changes. With NOTEKEEP_BENCH_DROP=1 and the right to do so, the system forgets its
copies of the disk before some runs; that slows every program of the machine, so it has to be asked
for.
"""

from __future__ import annotations

import os
import time
import tracemalloc
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from bench import measure
from bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bench.ground import Ground
    from notekeep.vault import Vault

WALK, READ = "scandir and stat", "read, hash, C-YAML"
MANY = 1_000
DROP = Path("/proc/sys/vm/drop_caches")

OPENS = (
    "import sys\nfrom notekeep.vault import Vault\n"
    "Vault.open(sys.argv[1]).indexing.refresh(words=False)"
)
WALKS = "import sys\nfrom bench.sweeping import walk\nwalk(sys.argv[1])"


def walk(root: str) -> int:
    """List a folder and all below it, with a look at every file; how many there are."""
    found, folders = 0, [root]
    while folders:
        with os.scandir(folders.pop()) as listing:
            for entry in listing:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
                    found += 1
    return found


def bench(ground: Ground) -> list[Line]:
    """Sweeps and refreshes of the smaller and the larger vault; what is kept and held a note."""
    os.environ.update(ground.env)
    from notekeep.vault import Vault

    lines: list[Line] = []
    costs: list[tuple[float, float]] = []
    for notes in (ground.small, ground.large):
        root = str(ground.vault(notes))
        vault = Vault.open(root)
        while vault.indexing.refresh(words=False).changes.modified:
            pass  # files of the last two seconds are read again, as they could change unnoticed
        lines += _unchanged(vault, notes)
        lines += _changed(vault, notes)
        lines += _new_process(ground, root, notes)
        costs.append((_kept(vault) / notes, _held(vault) / notes))
        if notes == ground.large:
            lines.append(_read_whole(vault, notes))
        vault.catalog.close()
    small, large = costs
    peer = f"with {ground.small:,} notes"
    return [
        *lines,
        Line(f"catalog on disk a note, {ground.large:,}", large[0], peer, small[0], 1.25, _bytes),
        Line(
            f"memory of a refresh a note, {ground.large:,}", large[1], peer, small[1], 1.25, _bytes
        ),
    ]


def _unchanged(vault: Vault, notes: int) -> list[Line]:
    from notekeep.storage.scan import sweep

    known = vault.catalog.marks()
    swept, refreshed, bare = _in_turn(
        partial(sweep, vault.root, known),
        partial(vault.indexing.refresh, words=False),
        partial(walk, vault.root),
    )
    return [
        Line(f"sweep of {notes:,} unchanged notes", swept, WALK, bare, 2.0),
        Line("refresh of nothing", refreshed, WALK, bare),
    ]


def _changed(vault: Vault, notes: int) -> list[Line]:
    """One note that changed, then many; each is changed anew for every run."""
    paths = [row.path for row in vault.search.rows(limit=min(MANY, notes)).rows]
    rounds = iter(range(1 << 30))

    def prepared(count: int) -> float:
        _touch(vault.root, paths[:count], next(rounds))
        return _cpu(partial(vault.indexing.refresh, words=False))

    bare = min(_cpu(partial(walk, vault.root)) for _ in range(5))
    read = min(_cpu(partial(_read, vault.root, paths)) for _ in range(3))
    one = min(prepared(1) for _ in range(5))
    many = min(prepared(len(paths)) for _ in range(2))
    return [
        Line("refresh of one note", one, WALK, bare),
        Line(f"refresh of {len(paths):,} notes", many, f"{WALK}; {READ}", bare + read),
    ]


def _new_process(ground: Ground, root: str, notes: int) -> list[Line]:
    opened = measure.python("-c", OPENS, root, env=ground.env)
    walked = measure.python("-c", WALKS, root, env=ground.env)
    ours, theirs = measure.best(opened, walked, times=5)
    what = f"open and sweep {notes:,} notes"
    lines = [Line(f"{what}, a new process", ours.wall, WALK, theirs.wall)]
    if os.environ.get("NOTEKEEP_BENCH_DROP") and os.access(DROP, os.W_OK):
        costs = []
        for command in (opened, walked):
            os.sync()
            DROP.write_text("3", "ascii")
            costs.append(measure.run(command))
        lines.append(Line(f"{what}, a cold disk", costs[0].wall, WALK, costs[1].wall))
    return lines


def _read_whole(vault: Vault, notes: int) -> Line:
    from notekeep.markdown.note import read_note
    from notekeep.storage.content import read_content

    paths = [row.path for row in vault.search.rows().rows]

    def ours() -> None:
        for path in paths:
            content = read_content(vault.root, path)
            if content is not None:
                read_note(path, content.data, vault.schema)

    whole, bare = _in_turn(ours, partial(_read, vault.root, paths), times=3)
    return Line(f"read, scan and hash {notes:,} notes", whole, READ, bare)


def _read(root: str, paths: Iterable[str]) -> None:
    """What everybody has to do who wants to know what notes say of themselves."""
    from hashlib import blake2b

    for path in paths:
        with open(os.path.join(root, path), "rb") as file:
            data = file.read()
        blake2b(data, digest_size=16).hexdigest()
        end = data.find(b"\n---", 3) if data.startswith(b"---\n") else -1
        if end > 0:
            with suppress(yaml.YAMLError):
                yaml.load(data[4 : end + 1], yaml.CSafeLoader)


def _touch(root: str, paths: Iterable[str], number: int) -> None:
    """Change notes as another program would: a line more at the end, or another one."""
    for path in paths:
        place = Path(root, path)
        text = place.read_bytes().partition(b"\nchanged ")[0]
        place.write_bytes(text + b"\nchanged %d\n" % number)


def _kept(vault: Vault) -> float:
    """The bytes of the catalog."""
    folder = Path(vault.places.cache)
    return sum(file.stat().st_size for file in folder.glob("catalog.db*") if file.is_file())


def _held(vault: Vault) -> float:
    """The bytes that a refresh of nothing holds at most."""
    tracemalloc.start()
    try:
        vault.indexing.refresh(words=False)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _in_turn(*actions: Callable[[], object], times: int = 7) -> list[float]:
    """The best CPU time of each of several things, done in turn."""
    rounds = [[_cpu(action) for action in actions] for _ in range(times)]
    return [min(found) for found in zip(*rounds, strict=True)]


def _cpu(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def _bytes(value: float) -> str:
    return f"{value:,.0f} B"
