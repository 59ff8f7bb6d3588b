"""Saving with everything that keeps a note safe, against the least that survives a power cut."""

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
    """One note saved, then a tag on 1,000 notes, and what history keeps of it."""
    os.environ.update(ground.env)
    from notekeep.vault import Vault

    root = ground.forget("saved")
    generate.generate(root, NOTES)
    vault = Vault.open(str(root))
    vault.indexing.refresh(words=False)
    paths = [row.path for row in vault.search.rows().rows][:NOTES]
    lines = [_one(vault, paths[0]), *_many(vault, paths)]
    vault.history.store.close()
    vault.catalog.close()
    return lines


def _one(vault: Vault, path: str) -> Line:
    """The median of saves, each beside a bare one of the same bytes."""
    place = Path(vault.root, path)
    text = place.read_bytes()
    ours, theirs = [], []
    for number in range(SAVES):
        data = text + b"\nsaved %d\n" % number

        def save(data: bytes = data) -> None:
            with vault.history.store.step("edit", path, root=vault.root) as step:
                step.edit(path, data, None)

        ours.append(measure.inside(save, 1))
        theirs.append(measure.inside(partial(_bare, place, data), 1))
    return Line("a save, history and log included", median(ours), PEER, median(theirs))


def _many(vault: Vault, paths: list[str]) -> list[Line]:
    before = _size(vault.places.state)
    contents = {path: Path(vault.root, path).read_bytes() for path in paths}
    ours = measure.inside(lambda: vault.notes.tag(paths, ["bench"]), 1)
    kept = _size(vault.places.state) - before

    def one_by_one() -> None:
        for path, data in contents.items():
            _bare(Path(vault.root, path), data)

    theirs = measure.inside(one_by_one, 1)
    text = sum(map(len, contents.values()))
    return [
        Line(f"a tag on {len(paths):,} notes, as one step", ours, PEER, theirs),
        Line(
            "kept of it a note",
            kept / len(paths),
            "its text twice",
            2 * text / len(paths),
            1.5,
            _bytes,
        ),
    ]


def _bare(place: Path, data: bytes) -> None:
    """Replace a file so that a power cut leaves the old or the new one, mostly."""
    temp = place.with_name(".bare")
    fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(fd, data)
    os.fsync(fd)
    os.close(fd)
    os.rename(temp, place)


def _size(folder: str) -> int:
    """The bytes of all files below a folder, replaced notes that wait to be let go left out."""
    files = (file for file in Path(folder).rglob("*") if file.is_file())
    return sum(file.stat().st_size for file in files if file.parent.name != "aside")


def _bytes(value: float) -> str:
    return f"{value:,.0f} B"
