"""R13: text edited at random and saved: every line that was not touched keeps its bytes.

An editor that is killed meanwhile gives back what was typed, to the byte.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

from notekeep.errors import Refused
from notekeep.markdown.editor_text import EditorText
from reliability.board import Result, Row, Sizes
from reliability.crashing import can_be_shown, crash
from reliability.edits import BOM
from tests.support.odd_notes import ALL
from tests.support.random_notes import random_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

ODD = b"one\r\ntwo\nthree\r\n\xc2\x85four\xe2\x80\xa8five\x0csix\x0b\x1c\ncaf\xe9 \xff\nlast\r"
SESSIONS, KEYS = 4, 25
CRASHED = 100
"""Of so many notes one is typed into by an editor that dies; that takes its time."""
SHOWN = 20_000
"""Bytes from which on a note is not typed into there."""


def through_lines(data: bytes, edit: Callable[[list[str]], list[str]]) -> bytes:
    """Edit a file as the editor does."""
    spliced = EditorText.checked(data)
    return spliced.joined(edit(list(spliced.lines)))


def run(
    size: int,
    folder: Path,
    save: Callable[[bytes, Callable[[list[str]], list[str]]], bytes] = through_lines,
) -> Result:
    """Edit `size` notes, in several sessions of random keys each; then crash over some of them."""
    result = Result()
    notes = [ODD, *ALL.values(), *random_notes(13, max(0, size - len(ALL) - 1))][:size]
    for number, note in enumerate(notes):
        chance = random.Random(f"editor/{number}")
        data = note
        for _ in range(SESSIONS if len(note) < 100_000 else 1):
            try:
                data = _session(result, chance, data, save)
            except Refused:
                result.refused += 1
                break
    keys = result.count
    typed = _to_type_into(notes, max(3, size // CRASHED))
    if save is through_lines:
        crash(result, folder, typed)
    result.size = f"{len(notes):,} notes, {keys:,} keys, {len(typed)} crashes"
    return result


def _to_type_into(notes: Sequence[bytes], count: int) -> dict[str, tuple[bytes, list[int]]]:
    """Choose notes for an editor that dies, the oddest first, and lines of each."""
    chance = random.Random("crash")
    found: dict[str, tuple[bytes, list[int]]] = {}
    for number, data in enumerate(notes):
        if len(found) == count:
            break
        if len(data) < SHOWN and can_be_shown(data):
            lines = data.count(b"\n") + 1
            rows = sorted(chance.sample(range(lines), min(3, lines)))
            found[f"{number}.md"] = (data, rows)
    return found


def _session(
    result: Result,
    chance: random.Random,
    data: bytes,
    save: Callable[[bytes, Callable[[list[str]], list[str]]], bytes],
) -> bytes:
    """Open, type, save; untouched lines are found by a mark that each new line carries."""
    if save(data, lambda lines: lines) != data:
        result.damage(f"opened and saved, it is another: {data[:120]!r}")
    before = data.removeprefix(BOM).split(b"\n")  # the mark is the file's, not its first line's
    touched: set[int] = set()

    def edit(lines: list[str]) -> list[str]:
        origin: list[int | None] = list(range(len(lines)))
        at = chance.randrange(len(lines))
        for _ in range(chance.randint(1, KEYS)):
            result.count += 1
            at = min(max(0, at + chance.choice([-1, 0, 0, 0, 1])), len(lines) - 1)
            _key(chance, lines, origin, touched, at)
        kept.extend(origin)
        return lines

    kept: list[int | None] = []
    new = save(data, edit)
    after = new.removeprefix(BOM).split(b"\n")
    if new.startswith(BOM) != data.startswith(BOM):
        result.damage(f"the byte order mark came or went: {data[:120]!r}")
    if len(after) != len(kept):
        result.damage(f"{len(kept)} lines became {len(after)}: {data[:120]!r}")
        return new
    texts = Counter(line.rstrip(b"\r") for line in before)
    for place, was in enumerate(kept):
        # Of two equal lines with different ends nobody can tell which one was deleted, and the
        # end of a last line depends on what comes beside it.
        if was is None or was in touched or was >= len(before) - 1 or place == len(after) - 1:
            continue
        if texts[before[was].rstrip(b"\r")] > 1:
            continue
        if after[place] != before[was]:
            result.damage(f"line {was} was {before[was]!r}, is {after[place]!r}")
    return new


def _key(
    chance: random.Random, lines: list[str], origin: list[int | None], touched: set[int], at: int
) -> None:
    """Type a character or a line, or delete one."""
    was = origin[at]
    kind = chance.random()
    if kind < 0.5:  # a character
        column = chance.randint(0, len(lines[at]))
        letter = chance.choice(["x", "é", "日", "#", " "])
        lines[at] = lines[at][:column] + letter + lines[at][column:]
    elif kind < 0.7:  # a new line below
        lines.insert(at + 1, f"new {chance.random()}")
        origin.insert(at + 1, None)
        return
    elif kind < 0.85 and len(lines) > 1:  # the line is deleted
        del lines[at], origin[at]
    elif lines[at]:  # a character is deleted
        lines[at] = lines[at][:-1]
    if was is not None:
        touched.add(was)


ROW = Row("R13", "lines an editor does not touch", Sizes(150, 3000, 50_000), run)
