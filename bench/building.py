"""Full index builds, compared with plain Whoosh on the same notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import measure
from bench.table import Line

if TYPE_CHECKING:
    from bench.ground import Ground


def bench(ground: Ground) -> list[Line]:
    """Time full builds (catalog, text index, habits) of both vaults, including reading files."""
    return [line for notes in (ground.small, ground.large) for line in _build(ground, notes)]


def _build(ground: Ground, notes: int) -> list[Line]:
    root = ground.vault(notes)
    plain = ground.empty_path("plain-build")
    ours = measure.run(ground.command(notes, "index", "--rebuild"))
    theirs = measure.run(
        measure.python("-m", "bench.plain_whoosh", str(root), str(plain), env=ground.env)
    )
    peer = "plain Whoosh"
    return [
        Line(f"index {notes:,} notes, CPU", ours.cpu, peer, theirs.cpu),
        Line(f"index {notes:,} notes, wall time", ours.wall, peer, theirs.wall),
    ]
