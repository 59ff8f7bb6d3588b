"""R16: whatever a vault holds, a terminal is sent only escapes of an allow-list.

Every screen and every command runs over a hostile vault on a real terminal, and every byte that
comes out of it is looked at.
"""

from __future__ import annotations

import base64
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

from notekeep.cli.command_tree import VERBS
from notekeep.cli.habits.lists import COMMANDS
from reliability import tours
from reliability.board import Result, Row, Sizes
from reliability.terminal import on_terminal, unsafe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from reliability.tours import Step

SECONDS = 180.0
"""After so long a tour is given up; it takes a few seconds on a machine that is not busy."""

ATTACKS = (
    "\x1b]52;c;aGFja2Vk\x07",  # the clipboard
    "\x1b]0;owned\x07\x1b]2;owned\x1b\\",  # the title
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",  # a link that is none
    "\x1b[2J\x1b[1;1H\x1b[53mover\x1b[?1047h\x1b[5i",  # the screen, overlined, the printer
    "\x1bP+q544e\x1b\\\x1b_Gf=24;AAAA\x1b\\\x1bc",  # DCS, APC, reset
    "\x9b31m\x9d0;owned\x9c\x90q\x9c",  # the same in C1
    "\x07\x08\x0b\x0c\x0e\x0f\x7f\x00",  # bell, backspaces, shifts
    "\u202egnp.exe\u202c\u2066x\u2069\u200f",  # text turned around
    "[/nope][bold]b[/bold][@click=app.quit]x[/]{curly}[link=file:///etc]l[/link]",  # markup
    "\r\nforged line\rover",
)

COMMAND_LINES: dict[str, list[str]] = {
    "init": ["init {elsewhere}"],
    "demo": ["demo --help"],
    "serve": ["serve --help"],  # it goes on until it is ended; what its pages show is the interface
    "vaults": ["vaults"],
    "new": ["new note {hostile} --dry-run"],
    "add": ["add x --to a0 --dry-run"],
    "attach": ["attach a0 {elsewhere}"],
    "search": [
        "search attack",
        "search attack --json",
        "search attack --explain",
        "search {hostile}",
    ],
    "ls": ["ls", "ls --json", "ls --cols title,tags,note", "ls type:book", "ls tag:none{hostile}"],
    "show": ["show a0", "show a9", "show {hostile}"],
    "open": ["open a1"],
    "links": ["links a0"],
    "backlinks": ["backlinks target"],
    "tags": ["tags"],
    "today": ["today"],
    "set": ["set rating=1 --dry-run -- a0 ", "set {hostile}=1 -- a1"],
    "tag": ["tag +x --yes -- type:note", "tag +{hostile} --dry-run -- a2"],
    "rename": ["rename a3 {hostile} --dry-run"],
    "mv": ["mv a4 sub --yes"],
    "rm": ["rm a5"],
    "undo": ["undo --list", "undo"],
    "redo": ["redo"],
    "history": ["history a4"],
    "habit": ["habit", "habit h0", "habit no{hostile}"],
    "export": ["export a6 --to portable --site {elsewhere} --dry-run --explain"],
    "index": ["index", "index --rebuild"],
    "doctor": ["doctor", "doctor --json"],
    "config": ["config"],
    "sql": ["sql 'select title, path from notes'", "sql 'select {hostile}'"],
    "completion": ["completion bash"],
    "restore": ["restore a4@1 --dry-run"],
    "trash": ["trash"],
    "forget": ["forget a7 --yes"],
}
"""How each verb is called here; one that is missing runs alone and with a hostile word."""

QUICK = (
    *("ls", "search attack", "show a0", "today", "tags", "doctor"),
    *("habit", "habit log h0", "habit ask"),
)
"""What is run in every check: commands that show much of what a vault holds."""

HABIT_LINES: dict[str, str] = {
    "month": "habit month h0",
    "year": "habit year h0",
    "stats": "habit stats h0",
    "log": "habit log h0",
    "add": "habit add {hostile} --id fresh --dry-run",
    "edit": "habit edit h0 2026-11-20 done --dry-run",
    "pause": "habit pause h1 --dry-run",
    "archive": "habit archive h1 --dry-run",
    "rename": "habit rename h1 other --dry-run",
    "ask": "habit ask",
    "import": "habit import no{hostile}",
    "export": "habit export json",
}

ANSWERS: dict[str, tuple[bytes, ...]] = {
    "habit ask": (b"y\n", b"n\n", b"s\n", b"odd\n", b"\n", b"5\n", b"q\n"),
}
"""What is typed where a command asks."""

SOME: tuple[Step, ...] = (tours.BROWSE, b"j", b"j", b"j", b"\r", b" ", b"]", b"h", b"j")
"""The keys of every check."""

COPY = "target.sync-conflict-20261120-101010-ABCDEFG.md"

PICTURE = "\x9b31m\x07\u202egnp.png"
"""A name that a file may have; the note `seen.md` shows it."""

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)

LEAVES = """
import sys
from urllib.parse import quote
from notekeep.storage.autosave import AutosaveFile, UnsavedText
from notekeep.vault import Vault

vault = Vault.open(sys.argv[1])
old = vault.workspace.read("a0.md")
unsaved = UnsavedText.of("a0.md", old + old, old, (0, 0))
AutosaveFile(vault.places.state, "a0.md").write(unsaved, durable=True)
"""
"""Leaves text unsaved, as an editor that is killed does."""


def write_vault(root: Path, attacks: Sequence[str] = ATTACKS) -> None:
    """Make a vault in which everything that can be named or written attacks the terminal."""
    root.mkdir(parents=True)
    (root / ".notekeep").mkdir()
    (root / "habits/log").mkdir(parents=True)
    everything = "".join(attacks).replace("\0", "")
    for number, attack in enumerate(attacks):
        # In quotes, YAML takes escapes of its own; so do names whatever the system lets pass.
        quoted = "".join(f"\\u{ord(c):04x}" if ord(c) < 0xA0 else c for c in attack)
        body = f"# {attack}\n\n{attack} attack [[target|{attack}]] #t{attack}\n\n- [ ] {attack}\n"
        (root / f"a{number}.md").write_text(
            f'---\ntype: {"book" if number % 2 else "note"}\ntitle: "a{number} {quoted}"\n'
            f'tags: ["{quoted}"]\naliases: ["a{number}"]\nnote: "{quoted}"\nauthor: "{quoted}"\n'
            f"status: reading\npublish: true\n---\n{body}> {attack}\n\n```\n{attack}\n```\n"
            f"![[{attack}]] [x]({attack}) [y](https://x.example/{attack})\n",
            "utf-8",
            newline="",
        )
        name = attack.replace("/", "_").replace("\0", "")
        (root / f"{name}.md").write_text(f"---\ntitle: {attack}\n---\nattack\n", "utf-8")
        (root / f"habits/h{number}.md").write_text(
            f'---\ntype: habit\nhabit: h{number}\ntitle: "{quoted}"\nschedule: daily\n'
            f'since: 2026-11-01\ngroup: "{quoted}"\nwhen: "{quoted}"\n---\n{attack}\n',
            "utf-8",
        )
    (root / "target.md").write_text("# target\n\nattack\n", "utf-8")
    (root / COPY).write_text(f"# target\n\nattack {everything}\n", "utf-8", newline="")
    (root / PICTURE).write_bytes(PIXEL)
    embed = f"![[{PICTURE}]]\n\n![]({quote(PICTURE)})"
    (root / "seen.md").write_text(f"# seen\n\n{embed}\n", "utf-8")
    (root / "raw.md").write_bytes(b"# raw \xff\xfe \x9b31m attack\n")
    lines = [f"- 2026-11-{day:02} h0: done @07:00 -- {everything!s}" for day in range(1, 24)]
    text = "\n".join(line.replace("\r", "").replace("\n", " ") for line in lines)
    bad = f"\n- 2026-11-20 {attacks[0]}: done\n- 2026-13-40 h0: {attacks[5]}\n"
    (root / "habits/log/2026-11.desk.md").write_text(text + bad, "utf-8")
    (root / ".notekeep/config.toml").write_text(
        f'language = "en"\nodd = "{attacks[-2]}"\n', "utf-8"
    )


def write_clippings(path: Path, attacks: Sequence[str] = ATTACKS) -> None:
    """Write a Kindle's file of highlights whose titles, authors and passages attack the terminal.

    Source of the format: the file that a Kindle writes; each record ends with ten equals signs.
    """
    added = "Added on Tuesday, 24 November 2026 21:15:00"
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, attack in enumerate(attacks):
            line = attack.replace("\r\n", " ")
            file.write(f"b{number} {line} ({line})\r\n- Your Highlight on page 3 | {added}\r\n\r\n")
            file.write(f"{attack}\r\n==========\r\n")


def environment(home: Path) -> dict[str, str]:
    """The environment of a person whose home is that folder."""
    kept = {key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "NOTEKEEP_HOME": str(home / "notekeep"),
        "NOTEKEEP_NOW": "2026-11-24T21:15",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "EDITOR": "true",
        "PAGER": "cat",
    }


def lines() -> Iterator[str]:
    """Every command, as it is called here."""
    for verb in VERBS:
        yield from COMMAND_LINES.get(verb, [verb, f"{verb} {{hostile}}"])
    for command in COMMANDS:
        yield HABIT_LINES.get(command, f"habit {command}")


def run(size: int, folder: Path) -> Result:
    """Run all commands and look at all screens; with size 0 only a few of both."""
    result = Result()
    root = folder / "hostile"
    write_vault(root)
    (folder / "elsewhere").mkdir()
    write_clippings(root / tours.CLIPPINGS)
    env = environment(folder)
    say(result, lines() if size else QUICK, root, env)
    if not size:
        show(result, root, env, "some", SOME)
        result.size = f"{result.count} commands, {len(SOME)} keys"
        return result
    seen: set[str] = set()
    for name, tour in tours.TOURS.items():
        if name == "unsaved":
            subprocess.run([sys.executable, "-c", LEAVES, str(root)], env=env, check=True)
        seen |= show(result, root, env, name, tour)
    for name in sorted(tours.screens() - seen):
        result.fault(f"no tour leads to {name}")
    keys = sum(map(len, tours.TOURS.values()))
    result.size = f"{result.count} commands, {len(seen)} screens, {keys} keys"
    return result


def say(
    result: Result,
    commands: Iterable[str],
    root: Path,
    env: Mapping[str, str],
    program: Sequence[str] = ("-m", "notekeep"),
) -> None:
    """Run commands over a vault, each on a terminal, and look at every byte."""
    values = {"{hostile}": ATTACKS[0] + ATTACKS[3], "{elsewhere}": str(root.parent / "elsewhere")}
    for line in commands:
        words = shlex.split(line)
        for name, value in values.items():
            words = [word.replace(name, value) for word in words]
        command = [sys.executable, *program, *words]
        _, said = on_terminal(command, str(root), env, ANSWERS.get(line, ()))
        result.count += 1
        for found in unsafe(said):
            result.fault(f"`{line}` sends {found!r}")
        result.expect(b"Traceback" not in said, f"`{line}` breaks: {said[-300:]!r}")
        result.expect(b"in notekeep broke" not in said, f"`{line}` breaks: {said[-300:]!r}")


def show(
    result: Result, root: Path, env: Mapping[str, str], name: str, tour: Sequence[Step]
) -> set[str]:
    """Press the keys of a tour through the interface, and look at every byte it sends.

    Returns:
        The names of the screens that were opened.
    """
    opened = root.parent / f"opened-{name}"
    program = [sys.executable, "-c", tours.TELLING]
    keys = [*tours.steps(tour, opened), tours.QUIT]
    code, said = on_terminal(
        program, str(root), {**env, "OPENED": str(opened)}, keys, seconds=SECONDS
    )
    happened = tours.names(opened)
    copies = happened.count(tours.COPIED) if tours.copies(tour) else 0
    for found in unsafe(said, copies):
        result.fault(f"the interface sends {found!r} in {name}")
    result.expect(copies >= tours.copies(tour), f"{name} copies {copies} times")
    result.expect(code == 0, f"the interface ends with {code} in {name}: {said[-300:]!r}")
    result.expect(b"\x1b[?1049l" in said, f"the interface does not give the screen back in {name}")
    return set(happened) - {tours.COPIED}


ROW = Row("R16", "a hostile vault on a terminal", Sizes(0, 1, 1), run)
