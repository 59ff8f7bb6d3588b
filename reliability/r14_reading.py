"""R14: opening, browsing, searching and leaving a vault changes no byte and no time in it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from notekeep.services.doctor import check_vault
from notekeep.vault import Vault
from reliability.board import Result, Row, Sizes
from reliability.interface import settled
from tests.support.random_notes import random_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAMPLE = Path(__file__).parent.parent / "vault"

FEW = 100

READING = (
    *("ls", "ls type:book --json", "search note", "search --json habit", "show Start", "today"),
    *("tags", "links Start", "backlinks Start", "doctor", "index", "habit", "habit list"),
    *("habit week", "habit month", "habit year", "habit stats", "habit doctor", "habit log"),
    *("undo --list", "history Start", "config", "sql 'select count(*) from notes'"),
    *("tag +x --dry-run -- type:book", "rm --dry-run -- Start", "new book X --dry-run"),
)
"""Commands that must leave everything as it is, most of them; some find nothing in some vaults."""


def state(root: Path) -> dict[str, tuple[int, int, str]]:
    """Size, modification time and hash of every file, and the time of every folder."""
    found = {}
    for path in sorted(root.rglob("*")):
        info = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(root))] = (info.st_size, info.st_mtime_ns, digest)
    return found


def read_everything(root: Path) -> int:
    """Do with a vault all that only reads; give how many notes it has."""
    vault = Vault.open(root)
    vault.indexing.refresh()
    rows = vault.search.rows().rows
    for row in rows[:200]:
        vault.search.read(row.path)
        vault.search.links(row.path)
        vault.search.backlinks(row.path)
    for query in ("the note", '"daily note"', "type:book", "is:broken", "templ*", "sort:modified"):
        vault.search.search(query)
        vault.search.suggest(query)
    vault.overview()
    vault.catalog.tag_counts()
    vault.habits.views()
    list(check_vault(vault))
    vault.indexing.refresh(full=True)
    vault.catalog.close()
    vault.full_text.close()
    return len(rows)


def say_everything(root: Path) -> int:
    """Run every command that reads; give how many."""
    import shlex

    from notekeep.cli.main import main

    for words in READING:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            patch.object(sys, "stdin", io.StringIO()),
        ):
            main(["--vault", str(root), *shlex.split(words)])
    return len(READING)


def look_at_everything(root: Path) -> int:
    """Open the interface, look at every screen, search, read, and leave; give the keys pressed."""
    import asyncio

    from notekeep.tui.app import NotekeepApp

    keys: tuple[str, ...] = (
        "f2",
        "j",
        "j",
        "enter",
        "space",
        "h",
        "slash",
        "n",
        "o",
        "escape",
        "escape",
        "f1",
    )
    keys += ("f3", "j", "f4", "j", "f2", "question_mark", "escape", "exclamation_mark", "escape")
    keys += ("ctrl+o", "a", "escape", "n", "escape", "o", "escape", "b", "z", "z", "s", "f5")

    async def use() -> None:
        app = NotekeepApp(Vault.open(root), "browse")
        async with app.run_test(size=(100, 30)) as pilot:
            for key in keys:
                await pilot.press(key)
            await settled(app)
            await pilot.press("ctrl+q")

    asyncio.run(use())
    return len(keys)


READERS: tuple[Callable[[Path], int], ...] = (read_everything, say_everything, look_at_everything)


def run(size: int, folder: Path, readers: tuple[Callable[[Path], int], ...] = READERS) -> Result:
    """Read the sample vault, one of `size` notes of many hands, and those in NOTEKEEP_CORPUS."""
    result = Result()
    vaults = 0
    for root in _vaults(size, folder):
        vaults += 1
        before = state(root)
        result.count += len(before)
        # Driving the interface takes its time: in every check it is done on one vault.
        for reader in readers if size >= FEW or vaults == 1 else readers[:1]:
            reader(root)
            after = state(root)
            for name in before.keys() - after.keys():
                result.lose(f"{reader.__name__} in {root.name}: {name}")
            for name in after:
                if after[name] != before.get(name):
                    result.damage(f"{reader.__name__} in {root.name}: {name}")
    result.size = f"{vaults} vaults, {result.count:,} files and folders"
    return result


def _vaults(size: int, folder: Path) -> Iterator[Path]:
    sample = folder / "sample"
    shutil.copytree(SAMPLE, sample, ignore=shutil.ignore_patterns(".make"))
    yield sample
    many = folder / "many hands"
    many.mkdir()
    for number, data in enumerate(random_notes(7, size)):
        (many / f"note {number}.md").write_bytes(data)
    yield many
    for corpus in filter(None, os.environ.get("NOTEKEEP_CORPUS", "").split(os.pathsep)):
        yield from (path for path in Path(corpus).iterdir() if path.is_dir())


ROW = Row("R14", "reading changes nothing", Sizes(60, 5000, 20_000), run)
