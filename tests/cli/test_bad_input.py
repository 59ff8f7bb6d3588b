"""Bad input: each is said with its remedy, nothing is lost, and one bad file hides no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.commands import CommandResult

ESC = "\x1b"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "good.md").write_text("---\nrating: 5\n---\n# A good note\n\nLeverage.\n", "utf-8")
    return root


def titles(ran: CommandResult) -> list[str]:
    return [row["title"] for row in json.loads(ran.out)["rows"]]


def test_a_missing_vault_is_named(notekeep: Callable[..., CommandResult]) -> None:
    ran = notekeep("--vault", "/nowhere/notes", "ls")
    assert ran.code == 1
    assert "no vault at /nowhere/notes" in ran.err
    assert ran.out == ""


def test_without_a_vault_three_lines_say_how_to_get_one(
    notekeep: Callable[..., CommandResult],
) -> None:
    ran = notekeep()
    assert ran.code == 2
    assert len(ran.out.splitlines()) == 3
    assert "notekeep init" in ran.out


def test_invalid_front_matter_keeps_its_place_and_says_its_line(
    vault: Path, notekeep: Callable[..., CommandResult]
) -> None:
    bad = vault / "bad.md"
    bad.write_text("---\ntags: [open\nrating: 3\n---\n# A bad note\n", "utf-8")
    before = bad.read_bytes()
    ran = notekeep("ls", "--json", at=vault)
    assert sorted(titles(ran)) == ["A bad note", "A good note"]
    refused = notekeep("set", "rating=1", "--", "bad.md", at=vault)
    assert refused.code == 4
    assert "bad.md:3" in refused.err
    assert bad.read_bytes() == before
    assert "bad.md:3" in notekeep("today", at=vault).out


def test_a_note_that_is_not_utf8_is_listed_found_and_left_alone(
    vault: Path, notekeep: Callable[..., CommandResult]
) -> None:
    latin = vault / "latin.md"
    latin.write_bytes("# Caf\xe9\n\nLeverage \xff.\n".encode("latin-1"))
    before = latin.read_bytes()
    assert len(titles(notekeep("ls", "--json", at=vault))) == 2
    found = json.loads(notekeep("search", "leverage", "--json", at=vault).out)
    assert {hit["path"] for hit in found["hits"]} == {"good.md", "latin.md"}
    assert notekeep("tag", "+x", "--", "latin.md", at=vault).code == 4
    assert latin.read_bytes() == before
    assert "latin.md:1" in notekeep("doctor", at=vault).out


def test_a_file_that_cannot_be_read_is_said_and_hides_no_other(
    vault: Path, notekeep: Callable[..., CommandResult]
) -> None:
    (vault / "loop.md").symlink_to("loop.md")
    ran = notekeep("ls", "--json", at=vault)
    assert ran.code == 0
    assert "A good note" in titles(ran)
    assert "loop.md" in notekeep("doctor", at=vault).out


@cases(
    "name",
    [f"{ESC}]52;c;aGk=\x07.md", "[nope].md", "[@click=app.quit]x.md", "a\nb.md", "-rf.md"],
    fast=3,
    ids=["escape", "markup", "action", "newline", "dash"],
)
def test_names_with_controls_or_markup_are_shown_and_obeyed_by_nobody(
    vault: Path, notekeep: Callable[..., CommandResult], name: str
) -> None:
    (vault / name).write_text(
        f"# [/nope] {ESC}]0;owned\x07\n\nA note about {ESC}[31mleverage{ESC}[0m.\n", "utf-8"
    )
    for words in (("ls",), ("search", "leverage"), ("today",), ("doctor",), ("ls", "--json")):
        ran = notekeep(*words, at=vault)
        assert ran.code == 0, ran.err
        assert ESC not in ran.out + ran.err
        assert "\x07" not in ran.out + ran.err
    raw = subprocess.run(
        [sys.executable, "-m", "notekeep", "ls", "--null"],
        cwd=vault,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert os.fsencode(name) in raw.stdout.split(b"\0")


def test_a_name_that_is_not_utf8_can_be_listed_and_opened(
    vault: Path, notekeep: Callable[..., CommandResult]
) -> None:
    with open(os.fsencode(vault) + b"/odd-\xff.md", "wb") as file:
        file.write(b"# Odd\n")
    assert "Odd" in titles(notekeep("ls", "--json", at=vault))
    assert notekeep("show", "Odd", at=vault).out == "# Odd\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(path: Path) -> None:
    """Write a file until there is no space left."""

    def write_on() -> None:
        with path.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)

    with pytest.raises(OSError, match="No space"):
        write_on()


def test_a_full_disk_is_said_and_loses_nothing(
    small_disk: Path, notekeep: Callable[..., CommandResult]
) -> None:
    (small_disk / ".notekeep").mkdir()
    note = small_disk / "note.md"
    note.write_text("---\nrating: 3\n---\n" + "words " * 4000, "utf-8")
    before = note.read_bytes()
    fill(small_disk / "filler")
    for words in (("set", "rating=5", "--", "note"), ("new", "note", "Another one")):
        ran = notekeep(*words, at=small_disk)
        assert ran.code == 5, ran
        assert "space" in ran.err
    assert note.read_bytes() == before
    assert sorted(path.name for path in small_disk.iterdir()) == [".notekeep", "filler", "note.md"]


@pytest.mark.slow
def test_two_at_once_both_answer(vault: Path, home: Path) -> None:
    for number in range(200):
        (vault / f"n{number}.md").write_text(f"# Note {number}\n\nleverage\n", "utf-8")
    command = [sys.executable, "-m", "notekeep", "search", "leverage", "--json"]
    running = [
        subprocess.Popen(command, cwd=vault, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], answers
    assert {json.loads(out)["total"] for out, _ in answers} == {201}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ls", "ratng>=4"), "rating"),
        (("ls", "type:bok"), "book"),
        (("ls", "is:drft"), "draft"),
        (("ls", "(unclosed"), "("),
        (("serch", "x"), "search"),
        (("ls", "--cols", "ratng"), "rating"),
        (("new", "bok", "x"), "book"),
        (("set", "rating=many", "--", "good"), "number"),
        (("completion", "tcsh"), "bash"),
        (("sql", "drop table notes"), "read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_a_wrong_request_says_what_is_near_and_exits_2(
    vault: Path, notekeep: Callable[..., CommandResult], words: tuple[str, ...], said: str
) -> None:
    ran = notekeep(*words, at=vault)
    assert ran.code == 2, ran
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_a_field_that_is_nearly_another_is_set_and_said(
    vault: Path, notekeep: Callable[..., CommandResult]
) -> None:
    slip = notekeep("set", "ratng=5", "--", "good", at=vault)
    assert slip.code == 0, slip
    assert "ratng is a new field. Did you mean rating?" in slip.err
    again = notekeep("set", "ratng=4", "--", "good", at=vault)
    assert again.code == 0
    assert "no note had" not in again.err
    known = notekeep("set", "rating=5", "mood=calm", "order=1", "--", "good", at=vault)
    assert "no note had" not in known.err


def test_only_debug_shows_where_it_broke(
    vault: Path, process: Callable[..., CommandResult]
) -> None:
    broken = vault.parent / "broken"
    (broken / "notekeep").mkdir(parents=True)
    cache = vault.parent / "home" / "cache"
    cache.parent.mkdir()
    cache.write_text("a file where a folder should be", "utf-8")
    env = {"NOTEKEEP_HOME": str(cache.parent)}
    quiet = process("ls", at=vault, **env)
    assert quiet.code == 5
    assert "Traceback" not in quiet.err
    assert str(cache) in quiet.err
    assert "Traceback" in process("ls", "--debug", at=vault, **env).err
