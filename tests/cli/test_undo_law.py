"""Every verb that writes: `--dry-run` writes nothing, and `undo` gives all bytes back.

A check-in only ever adds a line to its log, so there it is every day that is what it was.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.cli.command_tree import VERBS
from notekeep.cli.main import main
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

COPY = "books/Deep Work.sync-conflict-20261120-101010-ABCDEFG.md"
EXPORTED = "../habits.csv"
CLIPPINGS = "../My Clippings.txt"
PAGE = "../worms.html"
CASES: dict[str, list[str]] = {
    "new": ["new", "book", "A new one"],
    "add": ["add", "a line"],
    "add to": ["add", "a line", "--to", "Deep Work"],
    "quote": ["quote", "Deep Work", "somebody's words", "--page", "3"],
    "export": ["export", "start", "Deep Work", "--title", "A post"],
    "clip": ["clip", PAGE],
    "replace": ["replace", "--yes", "work", "labour"],
    "attach": ["attach", "Deep Work", "attachments/boxes.png"],
    "set": ["set", "rating=1", "--", "Deep Work"],
    "set many": ["set", "rating=1", "--yes", "--", "type:book"],
    "tag": ["tag", "+x", "-work", "--", "Deep Work"],
    "rename": ["rename", "Deep Work", "Deeper Work"],
    "mv": ["mv", "Deep Work", "inbox"],
    "rm": ["rm", "Deep Work"],
    "tags": ["tags", "rename", "learning", "study"],
    "backlinks": ["backlinks", "James Clear", "--mentions", "--link"],
    "tasks": ["tasks", "--tick", "daily/2026-11-18.md:9"],
    "saved": ["saved", "add", "books", "type:book"],
    "lint": ["lint", "--fix", "--yes"],
    "restore": ["restore", "Make It Stick@2"],
    "restore gone": ["restore", "inbox/Gone.md"],
    "trash": ["trash", "restore", "Garden sensor"],
    "conflicts mine": ["conflicts", "keep", COPY, "mine"],
    "conflicts theirs": ["conflicts", "keep", COPY, "theirs"],
    "conflicts both": ["conflicts", "keep", COPY, "both"],
    "conflicts": ["conflicts", "merge", COPY],
    "proposals": ["proposals", "apply", "3f9a2c"],
    "review": ["review", "week"],
    "import": ["import", CLIPPINGS, "--write"],
    "habit import": ["habit", "import", EXPORTED, "--write"],
}
GROUPS = {"tags", "trash", "conflicts", "saved", "export", "proposals"}

NOT_OF_A_VAULT = {
    *("init", "demo", "serve", "lsp", "config", "index", "completion", "open", "merge-file"),
    *("extensions", "mcp"),
}
READING = {
    *("vaults", "search", "ls", "show", "links", "related", "today", "history"),
    *("doctor", "sql", "fields", "random", "onthisday", "quotes", "books", "keys"),
    *("agenda", "base"),
}
BACK = {"undo", "redo"}


@pytest.fixture
def run(sample: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run a verb in the sample vault, which has something to mend, to merge and to restore."""
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    monkeypatch.chdir(sample)
    monkeypatch.setattr("sys.stdin", None)

    def run(*words: str) -> int:
        return main(list(words))

    (sample / EXPORTED).write_text("date,habit,value\n2026-01-05,row,done\n", "utf-8")
    (sample / CLIPPINGS).write_text(
        "Deep Work (Newport, Cal)\n- Your Highlight on page 3 | Added on Monday, 5 January 2026"
        " 10:00:00\n\nTo produce, be deep.\n==========\n",
        "utf-8",
    )
    (sample / PAGE).write_text("<title>How worms work</title><article><p>They dig.</p></article>")
    (sample / "inbox/Gone.md").write_text("Once here.\n", "utf-8")
    (sample / "inbox/Odd.md").write_text("---\ntags: a, a\n---\n[[Deep Wyrk]]\n", "utf-8")
    note = (sample / "books/Deep Work.md").read_bytes()
    (sample / COPY).write_bytes(note + b"\nA line of the copy.\n")
    assert run("set", "rating=2", "--", "Make It Stick") == 0
    assert run("set", "x=1", "--", "inbox/Gone.md") == 0
    (sample / "inbox/Gone.md").unlink()
    assert run("rm", "Garden sensor") == 0
    arguments = {"notes": ["books/Deep Work.md"], "fields": {"rating": 1}}
    proposal = {"id": "3f9a2c", "client": "otter", "time": 0, "kind": "set"}
    proposals = Path(Vault.open(sample).places.state, "proposals")
    proposals.mkdir()
    (proposals / "3f9a2c.json").write_text(json.dumps({**proposal, "arguments": arguments}))
    return run


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".trash" not in path.parts
    }


@pytest.mark.parametrize("words", CASES.values(), ids=CASES)
def test_undo_gives_the_vault_back(run: Callable[..., int], sample: Path, words: list[str]) -> None:
    before = files(sample)
    verb = 2 if words[0] in GROUPS else 1
    assert run(*words[:verb], "--dry-run", *words[verb:]) == 0
    assert files(sample) == before

    assert run(*words) == 0
    after = files(sample)
    assert after != before or words[-1] == "mine"

    assert run("undo", "--dry-run") == 0
    assert files(sample) == after
    assert run("undo") == 0
    assert files(sample) == before
    assert run("redo", "--dry-run") == 0
    assert files(sample) == before
    assert run("redo") == 0
    assert files(sample) == after
    assert run("undo") == 0
    assert files(sample) == before


@pytest.mark.parametrize(
    "words",
    [
        ["habit", "meditate", "12", "min"],
        ["habit", "meditate", "skip", "yesterday"],
        ["habit", "meditate", "=", "3", "min"],
        ["habit", "read", "12", "2026-03-02"],
        ["habit", "meditate", "clear", "yesterday"],
    ],
    ids=" ".join,
)
def test_undo_gives_every_day_of_a_habit_back(
    run: Callable[..., int], sample: Path, words: list[str]
) -> None:
    def days() -> dict[str, list[tuple[int, str, int]]]:
        index = Vault.open(sample).habits
        index.refresh()
        kept = {habit.key: index.days(habit) for habit in index.known()}
        # A day that was cleared is as one that nothing was said of.
        return {
            key: [
                (day, value.value, value.amount)
                for day, value in each.logged_days()
                if value.value != "none"
            ]
            for key, each in kept.items()
        }

    before, texts = days(), files(sample)
    assert run(words[0], "--dry-run", *words[1:]) == 0
    assert files(sample) == texts

    assert run(*words) == 0
    assert run("undo") == 0

    assert days() == before


@pytest.mark.parametrize("words", [["forget", "Deep Work"], ["trash", "empty"]], ids=" ".join)
def test_what_cannot_be_taken_back_asks_first(
    run: Callable[..., int], sample: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    trash = sorted((sample / ".trash").rglob("*.md"))
    assert run(*words) == 4
    assert "--yes" in capsys.readouterr().err
    assert run(*words, "--dry-run") == 0
    assert sorted((sample / ".trash").rglob("*.md")) == trash
    assert run("history", "Make It Stick") == 0
    assert run(*words, "--yes") == 0


def test_more_than_twenty_files_want_a_yes(
    run: Callable[..., int], sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(21):
        (sample / f"inbox/Many {number}.md").write_text("#many\n", "utf-8")
    before = files(sample)
    for words in (
        ["tags", "rename", "many", "few"],
        ["tag", "+x", "--", "tag:many"],
        ["set", "x=1", "--", "tag:many"],
    ):
        assert run(*words) == 4
        assert "This would change 21 files." in capsys.readouterr().err
        assert files(sample) == before
    assert run("tags", "rename", "many", "few", "--yes") == 0
    assert run("undo") == 0
    assert files(sample) == before


@pytest.mark.parametrize(
    "words",
    [["tag", "+many", "--", "path:inbox/some"], ["set", "x=1", "--", "path:inbox/some"]],
    ids=lambda words: words[0],
)
def test_a_refusal_skips_its_note_only(
    run: Callable[..., int], sample: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (sample / "inbox/some").mkdir()
    for name, text in {"a": "---\nx: 0\n---\n", "b": "---\nx: [\n---\n", "c": "Text\n"}.items():
        (sample / f"inbox/some/{name}.md").write_text(text, "utf-8")
    assert run(*words) == 4
    assert "inbox/some/b.md:3:1: not changed" in capsys.readouterr().err
    assert (sample / "inbox/some/b.md").read_text("utf-8") == "---\nx: [\n---\n"
    assert (sample / "inbox/some/a.md").read_text("utf-8") != "---\nx: 0\n---\n"
    assert (sample / "inbox/some/c.md").read_text("utf-8") != "Text\n"


def test_every_verb_is_held_by_this_law_or_needs_none() -> None:
    held = {words[0] for words in CASES.values()} | {"habit", "forget", "sync", "recall"}
    assert set(VERBS) - NOT_OF_A_VAULT - READING - BACK == held
