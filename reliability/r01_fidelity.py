"""R1: an edit of front matter changes its own key and not one byte else, or is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.markdown.fields import frontmatter
from reliability.board import Result, Row, Sizes
from reliability.edits import OPS, damage
from tests.support import untouched
from tests.support.random_notes import random_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reliability.edits import Op

ALLOWED = 0.002
"""The share of notes with valid front matter that may be refused."""


def run(size: int, folder: Path, ops: Sequence[Op] = OPS) -> Result:
    """Make every edit in every one of `size` notes, and of the notes in NOTEKEEP_CORPUS."""
    del folder
    result = Result()
    refused: set[bytes] = set()
    valid = 0
    for data in _notes(size):
        result.count += 1
        readable = frontmatter.read_frontmatter(data).error is None
        valid += readable
        for op in ops:
            new = untouched.tried(op.run, data)
            if isinstance(new, Refused):
                result.expect(new.line, f"{op.name}: refused without a line: {data[:200]!r}")
                if readable:
                    refused.add(data)
            else:
                _judge(result, op, data, new)
    result.refused = len(refused)
    result.expect(len(refused) <= valid * ALLOWED, f"{len(refused)} of {valid} notes were refused")
    result.size = f"{result.count:,} notes x {len(ops)} edits"
    return result


def _judge(result: Result, op: Op, old: bytes, new: bytes) -> None:
    wrong = damage(op, old, new)
    if wrong:
        result.damage(f"{op.name}: {wrong}: {old[:200]!r}")
    elif op.run(new) != new:
        result.damage(f"{op.name}: done twice is not done once: {old[:200]!r}")


def _notes(size: int) -> Iterator[bytes]:
    yield from random_notes(2026, size)
    for folder in filter(None, os.environ.get("NOTEKEEP_CORPUS", "").split(os.pathsep)):
        for path in sorted(Path(folder).rglob("*.md")):
            yield path.read_bytes()


ROW = Row("R1", "every byte beside an edit stays", Sizes(100, 5000, 48_000), run)


def naively(change: Callable[[dict[str, object]], object]) -> Callable[[bytes], bytes]:
    """Edit as python-frontmatter does: read all, write all."""
    import frontmatter as library

    def edit(data: bytes) -> bytes:
        post = library.loads(data.decode())
        change(post.metadata)
        return library.dumps(post).encode()

    return edit
