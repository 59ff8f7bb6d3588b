"""R3: notes damaged at random are edited right or refused, quickly, and nothing else is raised."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.markdown.fields import frontmatter
from notekeep.markdown.note import read_note
from reliability.board import Result, Row, Sizes
from reliability.edits import OPS
from tests.support.random_notes import random_notes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from notekeep.markdown.fields.frontmatter import FrontMatter
    from reliability.edits import Op

SLOW = 0.1
"""Seconds of the processor that a note may take to be read, and edited once."""

FRAGMENTS = (
    *(b"---\n", b"+++\n", b"...\n", b"\n", b"\r\n", b"\r", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\0"),
    *(b": ", b"- ", b"[", b"]", b"{", b"}", b"#", b" #", b"|", b">", b"'", b'"', b"&a", b"*a"),
    *(b"!!", b"%", b"@", b"`", b"\t", b"\xff", b"\xc3", b"\x85", b"<<: *a\n", b"tags:", b"title:"),
    *(b"[[", b"]]", b"```", b"((((((((", b"[" * 60, b"- " * 60, b"\xed\xa0\x80", b"? ", b"~"),
)


def run(size: int, folder: Path, ops: Sequence[Op] = OPS) -> Result:
    """Damage `size` notes, read each, and make one edit in each."""
    del folder
    result = Result(size=f"{size:,} damaged notes")
    sources = list(random_notes(3, min(size, 2000)))
    for number in range(size):
        chance = random.Random(f"fuzz/{number}")
        data = _damaged(chance, sources[number % len(sources)])
        op = ops[number % len(ops)]
        began = time.thread_time()
        try:
            read_note("inbox/Fuzzed.md", data)
            new = op.run(data)
        except Refused as error:
            result.refused += 1
            result.expect(error.line, f"refused without a line: {data!r}")
            new = data
        except Exception as error:  # noqa: BLE001 - that there is none is what is asked
            result.fault(f"{op.name} raised {error!r}: {data!r}")
            continue
        took = time.thread_time() - began
        result.expect(took < SLOW, f"{took:.3f} s for {data!r}")
        result.count += 1
        if new != data:
            _judge(result, op, data, new)
    return result


def _damaged(chance: random.Random, note: bytes) -> bytes:
    for _ in range(chance.randint(1, 4)):
        # Most damage goes where front matter is; the rest anywhere.
        end = min(len(note), 300) if chance.random() < 0.7 else len(note)
        at = chance.randint(0, end)
        kind = chance.random()
        added = chance.choice(FRAGMENTS) if kind < 0.7 else chance.randbytes(chance.randint(0, 6))
        cut = 0 if kind < 0.35 else chance.randint(0, 8)
        note = note[:at] + added + note[at + cut :]
    return note


def _judge(result: Result, op: Op, old: bytes, new: bytes) -> None:
    """Nothing but the edit's own keys is another afterwards."""
    before, after = frontmatter.read_frontmatter(old), frontmatter.read_frontmatter(new)
    if new[after.split.body :] != old[before.split.body :]:
        result.lose(f"{op.name}: the text changed: {old!r}")
    elif before.error is not None or after.error is not None:
        result.damage(f"{op.name}: what cannot be read was edited: {old!r}")
    elif _kept(before, op.keys) != _kept(after, op.keys):
        result.damage(f"{op.name}: other keys changed: {old!r}")


def _kept(matter: FrontMatter, keys: tuple[str, ...]) -> dict[str, str]:
    return {key: source for key, source in matter.raw.items() if key not in keys}


ROW = Row("R3", "fuzzed notes", Sizes(1500, 100_000, 10_000_000), run)
