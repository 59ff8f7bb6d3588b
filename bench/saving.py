"""Safe saves of notes, compared with the minimum that survives a power cut."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench import generate, measure
from bench.table import Line

if TYPE_CHECKING:
    from bench.ground import Ground
    from notekeep.vault import Vault

PEER = "write, fsync, rename"
NOTES = 1_000
SAVES = 40


def bench(ground: Ground) -> list[Line]:
    """Time saving a note and tagging 1,000 notes, and measure the growth of history."""
    os.environ.update(ground.env)
    from notekeep.vault import Vault

    root = ground.empty_path("saved")
    generate.generate(root, NOTES)
    vault = Vault.open(str(root))
    vault.indexing.refresh(words=False)
    paths = [row.path for row in vault.search.rows().rows][:NOTES]
    lines = [_save(vault, paths[0]), *_tag(vault, paths)]
    vault.history.store.close()
    vault.catalog.close()
    return lines


def _save(vault: Vault, path: str) -> Line:
    """Compare the median of saves with the median of bare writes of the same bytes."""
    file = Path(vault.root, path)
    text = file.read_bytes()
    ours, theirs = [], []
    for number in range(SAVES):
        data = text + b"\nsaved %d\n" % number

        def save(data: bytes = data) -> None:
            with vault.history.store.step("edit", path, root=vault.root) as step:
                step.edit(path, data, None)

        ours.append(measure.best_wall(save, 1))
        theirs.append(measure.best_wall(partial(_bare_save, file, data), 1))
    return Line("a save with history and log", median(ours), PEER, median(theirs))


def _tag(vault: Vault, paths: list[str]) -> list[Line]:
    before = _size(vault.places.state)
    contents = {path: Path(vault.root, path).read_bytes() for path in paths}
    ours = measure.best_wall(lambda: vault.notes.tag(paths, ["bench"]), 1)
    growth = _size(vault.places.state) - before

    def one_by_one() -> None:
        for path, data in contents.items():
            _bare_save(Path(vault.root, path), data)

    theirs = measure.best_wall(one_by_one, 1)
    text = sum(map(len, contents.values()))
    return [
        Line(f"a tag on {len(paths):,} notes, as one step", ours, PEER, theirs),
        Line(
            "history per note",
            growth / len(paths),
            "the text twice",
            2 * text / len(paths),
            1.5,
            _bytes,
        ),
    ]


def _bare_save(file: Path, data: bytes) -> None:
    """Replace a file so that a power cut leaves the old or the new file on most file systems."""
    temp = file.with_name(".bare")
    fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(fd, data)
    os.fsync(fd)
    os.close(fd)
    os.rename(temp, file)


def _size(folder: str) -> int:
    """Return the total size of a folder, except for replaced notes that will be deleted."""
    files = (file for file in Path(folder).rglob("*") if file.is_file())
    return sum(file.stat().st_size for file in files if file.parent.name != "aside")


def _bytes(value: float) -> str:
    return f"{value:,.0f} B"
