"""Scans for changed files, compared with only listing and reading the same files.

Work in this process is measured in CPU time, including system time, which hardly changes on a busy
machine. With NOTEKEEP_BENCH_DROP=1, run as root, the page cache is dropped before some runs. This
slows down every program on the machine, so it is off by default.
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

REFRESH_SCRIPT = (
    "import sys\nfrom notekeep.vault import Vault\n"
    "Vault.open(sys.argv[1]).indexing.refresh(words=False)"
)
WALK_SCRIPT = "import sys\nfrom bench.sweeping import walk\nwalk(sys.argv[1])"


def walk(root: str) -> int:
    """Stat every file below a folder and return their number."""
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
    """Time scans and refreshes of both vaults, and measure disk and memory use per note."""
    os.environ.update(ground.env)
    from notekeep.vault import Vault

    lines: list[Line] = []
    costs: list[tuple[float, float]] = []
    for notes in (ground.small, ground.large):
        root = str(ground.vault(notes))
        vault = Vault.open(root)
        while vault.indexing.refresh(words=False).changes.modified:
            pass  # files younger than two seconds are read again: their mtime may hide a change
        lines += _unchanged(vault, notes)
        lines += _changed(vault, notes)
        lines += _new_process(ground, root, notes)
        costs.append((_catalog_bytes(vault) / notes, _peak_memory(vault) / notes))
        if notes == ground.large:
            lines.append(_read_whole(vault, notes))
        vault.catalog.close()
    small, large = costs
    peer = f"with {ground.small:,} notes"
    return [
        *lines,
        Line(f"catalog per note, {ground.large:,}", large[0], peer, small[0], 1.25, _bytes),
        Line(f"refresh memory per note, {ground.large:,}", large[1], peer, small[1], 1.25, _bytes),
    ]


def _unchanged(vault: Vault, notes: int) -> list[Line]:
    from notekeep.storage.scan import sweep

    known = vault.catalog.marks()
    scan, refresh, bare = _best_cpu(
        partial(sweep, vault.root, known),
        partial(vault.indexing.refresh, words=False),
        partial(walk, vault.root),
    )
    return [
        Line(f"scan of {notes:,} unchanged notes", scan, WALK, bare, 2.0),
        Line("refresh without changes", refresh, WALK, bare),
    ]


def _changed(vault: Vault, notes: int) -> list[Line]:
    """Time refreshes after changes to one note and to many."""
    paths = [row.path for row in vault.search.rows(limit=min(MANY, notes)).rows]
    rounds = iter(range(1 << 30))

    def refresh_after(count: int) -> float:
        _touch(vault.root, paths[:count], next(rounds))
        return _cpu(partial(vault.indexing.refresh, words=False))

    bare = min(_cpu(partial(walk, vault.root)) for _ in range(5))
    read = min(_cpu(partial(_read, vault.root, paths)) for _ in range(3))
    one = min(refresh_after(1) for _ in range(5))
    many = min(refresh_after(len(paths)) for _ in range(2))
    return [
        Line("refresh of one note", one, WALK, bare),
        Line(f"refresh of {len(paths):,} notes", many, f"{WALK}; {READ}", bare + read),
    ]


def _new_process(ground: Ground, root: str, notes: int) -> list[Line]:
    refresh = measure.python("-c", REFRESH_SCRIPT, root, env=ground.env)
    walk = measure.python("-c", WALK_SCRIPT, root, env=ground.env)
    ours, theirs = measure.best(refresh, walk, times=5)
    label = f"open and scan {notes:,} notes"
    lines = [Line(f"{label}, a new process", ours.wall, WALK, theirs.wall)]
    if os.environ.get("NOTEKEEP_BENCH_DROP") and os.access(DROP, os.W_OK):
        costs = []
        for command in (refresh, walk):
            os.sync()
            DROP.write_text("3", "ascii")
            costs.append(measure.run(command))
        lines.append(Line(f"{label}, a cold disk", costs[0].wall, WALK, costs[1].wall))
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

    whole, bare = _best_cpu(ours, partial(_read, vault.root, paths), times=3)
    return Line(f"read, parse and hash {notes:,} notes", whole, READ, bare)


def _read(root: str, paths: Iterable[str]) -> None:
    """Read and hash notes and parse their front matter, the minimum for an indexer."""
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
    """Change the last line of notes, like another program."""
    for path in paths:
        file = Path(root, path)
        text = file.read_bytes().partition(b"\nchanged ")[0]
        file.write_bytes(text + b"\nchanged %d\n" % number)


def _catalog_bytes(vault: Vault) -> float:
    """Return the size of the catalog on disk."""
    folder = Path(vault.places.cache)
    return sum(file.stat().st_size for file in folder.glob("catalog.db*") if file.is_file())


def _peak_memory(vault: Vault) -> float:
    """Return the peak memory of a refresh without changes, in bytes."""
    tracemalloc.start()
    try:
        vault.indexing.refresh(words=False)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _best_cpu(*actions: Callable[[], object], times: int = 7) -> list[float]:
    """Return the best CPU time of each action, run alternately."""
    rounds = [[_cpu(action) for action in actions] for _ in range(times)]
    return [min(costs) for costs in zip(*rounds, strict=True)]


def _cpu(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def _bytes(value: float) -> str:
    return f"{value:,.0f} B"
