"""Names that break programs: as long as can be, with newlines and dashes, and not even text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from notekeep.markdown.sanitize import clean_line
from tests.support.screens import tree
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

    Run = Callable[..., CommandResult]

NAMES: dict[str, bytes] = {
    "255 bytes": b"x" * 252 + b".md",
    "255 bytes of four-byte letters": "\U0001f9ea".encode() * 63 + b".md",
    "newline": b"a\nb.md",
    "newline that forges a row": b"a\n  forged.md",
    "carriage return": b"a\rb.md",
    "tab": b"a\tb.md",
    "dash": b"-rf.md",
    "option": b"--help.md",
    "not UTF-8": b"odd-\xff\xfe.md",
    "half a letter": b"cut-\xc3.md",
    "surrogate": b"s-\xed\xa0\x80.md",
    "escape": b"\x1b]0;owned\x07.md",
    "reversed": "\u202etxt.md".encode(),
    "blanks": b"  two  blanks  .md",
    "quotes": b"'\"`.md",
    "shell": b"$(touch canary);`touch canary`|&>canary.md",
    "percent": b"%00%2e%2e.md",
    "wikilink": b"[[x|y]]#^.md",
    "query": b'tag:x rating>=4 "or" (.md',
    "glob": b"*?[a-z].md",
    "device": b"con.md",
    "colon": b"c:x.md",
    "backslash": b"a\\..\\..\\x.md",
    "version": b"name@1.md",
    "home": b"~root.md",
}


def put(root: Path, name: bytes) -> str:
    """Write a note under a name; give its path in the vault."""
    with open(os.path.join(os.fsencode(root), name), "wb") as file:
        file.write(b"---\nrating: 3\n---\nA word: leverage. #tagged\n")
    return os.fsdecode(name)


def safe(ran: CommandResult) -> bool:
    """Whether an answer holds nothing that a terminal would obey."""
    return all(clean_line(line) == line.replace("\t", " ") for line in ran.out.splitlines())


def test_lists_take_them_all_and_none_forges_a_row(run: Run, root: Path) -> None:
    for name in NAMES.values():
        put(root, name)
    before = tree(root)
    for words in (
        ("index",),
        ("ls",),
        ("search", "leverage"),
        ("tags",),
        ("today",),
        ("ls", "/lever.ge/"),
        ("sql", "select path, title from notes"),
    ):
        ran = run(*words)
        assert ran.code == 0, (words, ran)
        assert safe(ran), (words, ran)
    assert len(json.loads(run("ls", "--json").out)["rows"]) == len(NAMES)
    assert sum(bool(line.strip()) for line in run("ls").out.splitlines()) == len(NAMES)
    assert tree(root) == before


def test_every_command_that_looks_takes_each(run: Run, root: Path) -> None:
    paths = [put(root, name) for name in NAMES.values()]
    before = tree(root)
    for path in paths:
        for words in (("show", "--json"), ("open",), ("export", "--dry-run")):
            ran = run(*words, "--", path)
            assert ran.code == 0 or "publish: true" in ran.err, (words, ran)
            assert safe(ran), (words, ran)
        for verb in ("links", "backlinks", "history"):
            assert run(verb, "--", path).code in {0, 1}
    assert tree(root) == before


@cases(
    "name",
    [
        *("255 bytes", "newline that forges a row", "option", "not UTF-8", "surrogate", "escape"),
        *("blanks", "shell", "wikilink", "query", "device", "backslash", "version"),
    ],
    fast=6,
)
def test_every_command_that_changes_takes_it_and_undo_gives_it_back(
    name: str, run: Run, root: Path
) -> None:
    """A move is refused where it would make the name anew; a path wins over a section in `--to`."""
    (root / "sub").mkdir()
    odd = put(root, NAMES[name])
    before = tree(root)
    for words in (
        ("set", "rating=4", "--", odd),
        ("tag", "+kept", "--", odd),
        ("add", "more text", "--to", odd),
        ("mv", "--", odd, "sub"),
        ("rename", "--", odd, "A plain name"),
        ("rm", "--", odd),
    ):
        ran = run(*words)
        if words[0] == "mv" and ran.code == 4:
            assert "does not travel" in ran.err or "Windows" in ran.err
        else:
            assert ran.code == 0, (words, ran)
            assert tree(root) != before, words
            assert run("undo").code == 0
        assert contents(root) == {path: about[0] for path, about in before.items()}, words
    assert not list(root.parent.rglob("canary"))


def contents(root: Path) -> dict[str, str]:
    return {name: about[0] for name, about in tree(root).items() if not name.startswith(".trash")}


def test_names_come_out_byte_for_byte_between_nuls(root: Path) -> None:
    for name in NAMES.values():
        put(root, name)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "notekeep", "ls", "--null"],
        cwd=root,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert sorted(done.stdout.split(b"\0")) == sorted([b"", *NAMES.values()])
