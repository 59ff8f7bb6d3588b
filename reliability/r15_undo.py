"""R15: every verb that writes, then `undo`: the vault is what it was, to the byte.

A habit log only grows: there the fold of every day is what it was. One thing stays behind: a file
that a step made goes to the trash when the step is taken back, since somebody may have written into
it meanwhile. So the trash is looked through as well, and may hold nothing else.
"""

from __future__ import annotations

import contextlib
import io
import random
import sys
from typing import TYPE_CHECKING
from unittest.mock import patch

from notekeep.cli.command_tree import VERBS
from notekeep.cli.habits.lists import COMMANDS
from notekeep.cli.main import main
from notekeep.habits.days import reduce_entries
from notekeep.habits.log import parse_file
from reliability import house
from reliability.board import Result, Row, Sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from notekeep.habits.log import LogEntry

COPY = "Index (conflict desk 2026-11-24 101500).md"

NOTES = {
    **house.NOTES,
    COPY: house.NOTES["Index.md"] + b"- theirs\n",
    # The first export writes this where it is missing, and that is no step to take back.
    ".notekeep/config.toml": b'id = "0123456789abcdef"\n',
    "odd/mention.md": b"What to meditate on: `meditate`.\n",
    "odd/gone.md": b"On its way out.\n",
    "odd/twice.md": b"Soon it has another version.\n",
    "odd/near.md": b"[[Atomic Habitts]] and [[deep-work]]\n",
}
"""The usual vault, with a conflict copy, and with links that can be mended."""

WRITING: dict[str, list[list[str]]] = {
    "new": [["new", "book", "A new one", "--tag", "x"], ["new", "daily", "2026-11-25"]],
    "add": [["add", "a line"], ["add", "--to", "Deep Work#Rules", "one more"]],
    "quote": [["quote", "Deep Work", "somebody's words", "--page", "3"]],
    "attach": [["attach", "Index", "{file}"]],
    "replace": [["replace", "--yes", "meditate", "sit"]],
    "clip": [["clip", "{page}"]],
    "set": [["set", "rating=5", "author+=Ann", "--yes", "--", "type:book"]],
    "review": [["review", "week"], ["review", "month"]],
    "tag": [["tag", "+x", "-habit", "--yes", "--", "type:book"], ["tag", "+y", "--", "Index"]],
    "rename": [["rename", "Atomic Habits", "Tiny Habits", "--yes"]],
    "mv": [["mv", "Deep Work", "shelf/new", "--yes"]],
    "rm": [["rm", "Atomic Habits"]],
    "backlinks": [["backlinks", "meditate", "--mentions", "--link"]],
    "tasks": [["tasks", "--tick", "Index.md:5"]],
    "saved": [["saved", "add", "books", "type:book"]],
    "import": [["import", "{clippings}", "--write"]],
    "lint": [["lint", "--fix", "--yes"]],
    "tags": [["tags", "rename", "habit", "practice", "--yes"]],
    "restore": [["restore", "odd/twice.md@2"]],
    "trash": [["trash", "restore", "odd/gone.md"]],
    "conflicts": [
        ["conflicts", "keep", COPY, "theirs"],
        ["conflicts", "keep", COPY, "mine"],
        ["conflicts", "keep", COPY, "both"],
        ["conflicts", "merge", COPY],
    ],
    "export": [
        ["export", "A draft", "--to", "portable", "--site", "{site}", "--yes"],
        ["export", "start", "Deep Work", "--title", "A post"],
    ],
}
"""Ways to call each verb that writes notes; `undo` takes each back."""

HABITS: dict[str, list[list[str]]] = {
    "add": [["habit", "add", "Drink water", "--id", "water"]],
    "pause": [["habit", "pause", "meditate"]],
    "archive": [["habit", "archive", "meditate"]],
    "rename": [
        ["habit", "rename", "meditate", "sit"],
        ["habit", "rename", "meditate", "sit", "--rewrite", "--yes"],
    ],
    "year": [["habit", "year", "--draft"]],
    "edit": [["habit", "edit", "meditate", "--order", "3"]],
    "import": [["habit", "import", "{habits}", "--write"]],
}
"""The same for what changes or makes the definition of a habit."""

EXPORTED = b"date,habit,value,amount,unit,time,note\n2026-01-05,row,amount,20,min,,\n"
"""What another program might have written."""

CLIPPINGS = (
    "A found book (Ann Author)\n- Your Highlight on page 3 | location 40-41 |"
    " Added on Monday, 2 March 2026 10:11:12\n\nWords worth keeping.\n==========\n"
)
"""What a Kindle keeps of one highlight."""

LOGS: list[list[str]] = [
    ["habit", "meditate"],
    ["habit", "meditate", "skip"],
    ["habit", "meditate", "miss", "2026-11-22"],
    ["habit", "meditate", "clear", "2026-11-22"],
]
"""What only appends to a log; `habit undo` takes it back."""

READY: list[list[str]] = [["set", "rating=1", "--", "odd/twice.md"], ["rm", "odd/gone.md"]]
"""What is done first, so that there is a version to bring back, and something in the trash."""

READS = frozenset(
    {
        "init",
        "demo",
        "serve",
        "lsp",
        "vaults",
        "search",
        "ls",
        "show",
        "open",
        "links",
        "related",
        "random",
        "onthisday",
        "agenda",
        "base",
        "quotes",
        "recall",
        "keys",
        "fields",
        "extensions",
        "mcp",
        "proposals",
    }
    | {"today", "undo", "redo", "history", "habit", "index", "doctor", "config", "sql"}
    | {"completion", "forget", "books", "merge-file", "sync"}
)
"""Verbs that write no note, that are a way back themselves, or (`forget`) that must leave none.

git calls `merge-file` with files of its own, and R12 asks more of `sync` than this row does.
`proposals` needs one from an assistant: see `tests/assistant/test_proposals.py`.
"""

HABIT_READS = frozenset(
    {
        "list",
        "todo",
        "week",
        "month",
        "stats",
        "log",
        "undo",
        "doctor",
        "ask",
        "export",
        "remind",
        "prompt",
        "start",
        "stop",
    }
)
"""As above: `ask` and `stop` check in, and so does `edit` with a value."""

KEPT = 0


def command(words: Sequence[str]) -> tuple[int, str]:
    """Run a command in this process; its exit code, and all that it said."""
    said = io.StringIO()
    with (
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
        patch.object(sys, "stdin", io.StringIO()),
    ):
        code = main(words)
    return code, said.getvalue()


def run(size: int, folder: Path, take_back: Callable[[list[str]], list[str]] = list) -> Result:
    """Undo every verb, then `size` random sequences of verbs."""
    result = Result()
    _complete(result)
    known = [*WRITING.values(), *HABITS.values()]
    ways = [words for ways in known for words in ways]
    for words in ways:
        _undone(result, folder, [words], take_back)
    for words in LOGS:
        _folded_back(result, folder, words, take_back)
    chance = random.Random(15)
    for _ in range(size):
        _undone(result, folder, chance.sample(ways, chance.randint(2, 5)), take_back)
    result.size = f"{len(ways) + len(LOGS)} commands, {size} sequences"
    return result


def _complete(result: Result) -> None:
    """A verb that this row does not know is a fault of the row."""
    for name in VERBS.keys() - READS - WRITING.keys():
        result.fault(f"{name} is neither undone nor known to write nothing")
    for name in COMMANDS.keys() - HABIT_READS - HABITS.keys():
        result.fault(f"habit {name} is neither undone nor known to write nothing")


def _written_anew(folder: Path) -> Path:
    """Make the vault anew; that what was there is gone, however much, is meant."""
    root = house.write(folder / "notes", NOTES)
    command(["--vault", str(root), "index", "--forget-missing"])
    for words in READY:
        command(["--vault", str(root), *words])
    return root


def _undone(
    result: Result,
    folder: Path,
    sequence: list[list[str]],
    take_back: Callable[[list[str]], list[str]],
) -> None:
    """Do commands one after the other, take all back, and compare the vault and the site."""
    root, site = _written_anew(folder), folder / "site"
    site.mkdir(exist_ok=True)
    file = folder / "picture.png"
    file.write_bytes(b"\x89PNG but not really")
    habits = folder / "habits.csv"
    habits.write_bytes(EXPORTED)
    clippings = folder / "My Clippings.txt"
    clippings.write_text(CLIPPINGS, encoding="utf-8")
    page = folder / "worms.html"
    page.write_text("<title>How worms work</title><p>They dig.</p>", encoding="utf-8")
    before = house.fingerprint(root), house.fingerprint(site)
    made = set(house.trashed(root).values())
    done = 0
    for words in sequence:
        places = {"file": file, "habits": habits, "clippings": clippings, "page": page}
        places["site"] = site
        given = [word.format(**places) for word in words]
        halfway = house.fingerprint(root), house.fingerprint(site)
        code, said = command(["--vault", str(root), *given])
        if (house.fingerprint(root), house.fingerprint(site)) != halfway:
            done += 1
        elif len(sequence) == 1:
            result.fault(f"{words} did nothing: {code} {said}")
        made |= set(house.snapshot(root).values()) - set(NOTES.values())
    result.count += 1
    code, said = command(["--vault", str(root), *take_back(["undo", str(done)])])
    result.expect(code == KEPT, f"undo of {sequence} failed: {said}")
    if (house.fingerprint(root), house.fingerprint(site)) != before:
        left = set(house.snapshot(root).items()) ^ set(NOTES.items())
        files = [str(path) for place in (root, site) for path in place.rglob("*")]
        result.damage(f"{sequence} is not undone: {sorted(left)[:3]} {files} {said}")
    for name, data in house.trashed(root).items():
        if data not in made:
            result.damage(f"undo of {sequence} leaves {name} in the trash")


def _folded_back(
    result: Result, folder: Path, words: list[str], take_back: Callable[[list[str]], list[str]]
) -> None:
    root = _written_anew(folder)
    before, folds = house.snapshot(root), _folds(root)
    code, said = command(["--vault", str(root), *words])
    result.expect(code == KEPT, f"{words} failed: {said}")
    result.expect(_folds(root) != folds, f"{words} did nothing: {said}")
    code, said = command(["--vault", str(root), *take_back(["habit", "undo"])])
    result.expect(code == KEPT, f"undo of {words} failed: {said}")
    result.count += 1
    if _folds(root) != folds:
        result.damage(f"{words} is not undone: {_folds(root)}")
    for name, data in before.items():
        after = (root / name).read_bytes()
        if after != data and not ("/log/" in name and after.startswith(data)):
            result.damage(f"{words} changed {name}")


def _folds(root: Path) -> dict[tuple[str, int], tuple[str, int, bool]]:
    """What each day was for each habit, by the lines of all logs; empty days left out."""
    lines: dict[tuple[str, int], list[LogEntry]] = {}
    for path in root.glob("habits/log/*.md"):
        for placed in parse_file(path.read_text("utf-8")):
            entry = placed.line.entry
            if entry is not None:
                lines.setdefault((entry.habit, entry.day), []).append(entry)
    days = {key: reduce_entries(entries) for key, entries in lines.items()}
    return {key: day[:3] for key, day in days.items() if day.value != "none"}


ROW = Row("R15", "undo of every verb", Sizes(3, 60, 1000), run)
