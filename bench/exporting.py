"""A thousand notes into drafts, beside parsing them alone.

CPU, so that waiting for the disk does not count, and without what the system itself spends in a
flush: both say something of the disk, which has to be flushed by whoever writes.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.table import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.ground import Ground
    from notekeep.vault import Vault

NOTES = 1000
PARSER = "markdown-it-py, parse only"


def bench(ground: Ground) -> list[Line]:
    """Plan and write all notes of a vault of 1,000 into a Hugo site, and again unchanged."""
    from notekeep.config import Places
    from notekeep.vault import Vault

    root = ground.vault(NOTES)
    home = ground.forget("export-home")
    vault = Vault.open(root, places=Places(*(str(home / name) for name in ("a", "b", "c"))))
    vault.indexing.refresh(words=False)
    paths = sorted(path for path in vault.catalog.paths(None) if not path.startswith("habits/"))
    bodies = [vault.search.read(path).body for path in paths]
    parsed = best_cpu(lambda: _parse(bodies))
    planned, written = _cold(ground, vault, paths)
    site = str(ground.folder / "site")

    def unchanged() -> None:
        vault.indexing.refresh(words=False)
        if not vault.publishing.plan_export(paths, site=site).is_empty:
            raise RuntimeError("there was something to export")

    again = best_cpu(unchanged)
    return [
        Line(f"plan {len(paths)} notes, new", planned, PARSER, parsed),
        Line(f"plan and write {len(paths)} notes, new", planned + written, PARSER, parsed, 4.0),
        Line("export them again, unchanged", again, PARSER, parsed, 4.0),
    ]


def best_cpu(action: Callable[[], object], times: int = 3) -> float:
    """The least CPU time of this process that something took, in seconds."""
    found = []
    for _ in range(times):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return min(found)


def _cold(ground: Ground, vault: Vault, paths: list[str]) -> tuple[float, float]:
    """The least CPU that planning into an empty site took, and that writing the plan took."""
    found = []
    for _ in range(3):
        # What is new to the site is new to the history too, which keeps a copy of it.
        shutil.rmtree(vault.history.store.blobs.folder, ignore_errors=True)
        site = ground.forget("site")
        site.mkdir()
        (site / "hugo.toml").write_text('baseURL = "https://example.org/"\n', "utf-8")
        start = time.process_time()
        plan = vault.publishing.plan_export(paths, site=str(site))
        planned = time.process_time() - start
        with flushes() as flushed:
            vault.publishing.export(plan)
        written = time.process_time() - start - planned
        found.append((planned, written - sum(flushed)))
    return min(one[0] for one in found), min(one[1] for one in found)


@contextmanager
def flushes() -> Iterator[list[float]]:
    """Give the CPU time of each call, meanwhile, that asks the system to flush a file or a disk."""
    from notekeep.storage import durability

    spent: list[float] = []

    def timed(call: Callable[[int], None]) -> Callable[[int], None]:
        def flush(fd: int) -> None:
            start = time.process_time()
            try:
                call(fd)
            finally:
                spent.append(time.process_time() - start)

        return flush

    fsync, find = os.fsync, durability._syncfs  # noqa: SLF001 - the one that flushes a whole disk
    os.fsync = timed(fsync)  # type: ignore[assignment]  # ours are numbers
    durability._syncfs = lambda: timed(found) if (found := find()) else None  # noqa: SLF001
    try:
        yield spent
    finally:
        os.fsync, durability._syncfs = fsync, find  # noqa: SLF001


def _parse(bodies: list[str]) -> None:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table").enable("strikethrough")
    for body in bodies:
        parser.parse(body)
