"""Surroundings that nobody wishes for: what is there is answered, what is not is said, once."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import unicodedata
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.conftest import REPOSITORY
from tests.support.commands import CommandResult
from tests.support.programs import needed
from tests.support.sizes import cases
from tests.support.unprivileged import ordinary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SETTINGS = ".notekeep/config.toml"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "good.md").write_text("---\nrating: 3\n---\n# A good note\n\nLeverage.\n", "utf-8")
    (root / "habits").mkdir()
    (root / "habits/med.md").write_text("---\nhabit: med\nschedule: daily\n---\n", "utf-8")
    return root


def run(vault: Path, *words: str, **env: str) -> CommandResult:
    """Run a verb as somebody whom permissions bind."""
    done = subprocess.run(
        [*ordinary(), sys.executable, "-m", "notekeep", *words],
        cwd=vault,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **env},
    )
    return CommandResult(done.returncode, done.stdout, done.stderr)


@contextmanager
def locked(folder: Path, mode: int = 0o500) -> Iterator[None]:
    """A folder and all in it without the right to write there."""
    places = [folder, *folder.rglob("*")]
    modes = {place: place.stat().st_mode for place in places}
    for place in reversed(places):
        place.chmod(mode if place.is_dir() else mode & 0o444)
    try:
        yield
    finally:
        for place in places:
            place.chmod(modes[place])


def files(vault: Path) -> set[str]:
    return {str(path.relative_to(vault)) for path in vault.rglob("*.md")}


def test_what_is_written_is_said_though_the_index_cannot_follow(vault: Path, home: Path) -> None:
    assert run(vault, "index").code == 0
    before = files(vault)
    with locked(home / "notekeep/cache"):
        made = run(vault, "new", "note", "Fresh")
        assert (made.code, made.out) == (0, "inbox/Fresh.md\n"), made
        assert "Saved, but not indexed yet" in made.err
        assert "Make the folder writable" in made.err
        refused = run(vault, "ls")
        assert refused.code == 5
        assert "catalog.db: cannot open the index" in refused.err
        assert "Make the folder writable" in refused.err
        told = run(vault, "doctor")
        assert f"The index is not writable: {home}" in told.out
    assert files(vault) - before == {"inbox/Fresh.md"}
    assert "Fresh" in run(vault, "ls").out


@pytest.mark.slow
def test_a_cache_that_cannot_even_be_entered_is_told_likewise(vault: Path, home: Path) -> None:
    assert run(vault, "index").code == 0
    with locked(home / "notekeep/cache", 0o000):
        for words in (("ls",), ("index",), ("search", "leverage")):
            ran = run(vault, *words)
            assert ran.code == 5
            assert "Make the folder writable" in ran.err, ran
            assert "went wrong" not in ran.err


@pytest.mark.slow
def test_a_state_folder_that_cannot_be_written_stops_changes_and_no_answers(
    vault: Path, home: Path
) -> None:
    assert run(vault, "set", "rating=4", "--", "good").code == 0
    before = (vault / "good.md").read_bytes()
    with locked(home / "notekeep/state"):
        for words in (("set", "rating=5", "--", "good"), ("new", "note", "Fresh"), ("undo",)):
            ran = run(vault, *words)
            assert ran.code == 4
            assert (
                "could not be used: you do not have permission to change it or its folder"
                in ran.err
            ), ran
        assert "A good note" in run(vault, "ls").out
        assert "A good note" in run(vault, "search", "leverage").out
    assert (vault / "good.md").read_bytes() == before
    assert not (vault / "inbox").exists()


def test_a_vault_that_may_only_be_read_is_read(vault: Path) -> None:
    with locked(vault):
        for asked in (("ls",), ("search", "leverage"), ("today",), ("show", "good"), ("habit",)):
            ran = run(vault, *asked)
            assert (ran.code, "permission" in ran.err.lower()) == (0, False), ran
        for words in (
            ("new", "note", "Fresh"),
            ("add", "a line"),
            ("set", "rating=5", "--", "good"),
            ("rename", "good", "better"),
            ("rm", "good"),
            ("habit", "med"),
            ("saved", "add", "all", "type:note"),
        ):
            ran = run(vault, *words)
            assert ran.code == 4, ran
            assert "notekeep does not change" in ran.err
    assert files(vault) == {"good.md", "habits/med.md"}


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _locked(path: Path) -> None:
    path.write_text("week_start = 'sun'\n", "utf-8")
    path.chmod(0)


def _huge(path: Path) -> None:
    path.write_text("#" * 2_000_000, "utf-8")


def _not_utf8(path: Path) -> None:
    path.write_bytes(b'language = "\xff"\n')


def _no_toml(path: Path) -> None:
    path.write_text("private = [\n", "utf-8")


BROKEN = [_folder, _pipe, _endless, _locked, _huge, _not_utf8, _no_toml]


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has pipes and devices as files")
@cases("spoil", BROKEN, fast=1, ids=lambda spoil: spoil.__name__.strip("_"))
def test_settings_of_a_vault_that_cannot_be_read_hold_back_what_may_leave_and_nothing_else(
    vault: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(vault / SETTINGS)
    told = run(vault, "ls")
    assert told.code == 0
    assert "A good note" in told.out
    said = f"The vault's settings are ignored: {vault / SETTINGS}: "
    assert said in told.err
    assert said in run(vault, "habit", "prompt").err
    assert SETTINGS in run(vault, "doctor").out
    left = run(vault, "export", "--to", "portable", "good")
    assert left.code == 4
    assert "Cannot tell from the settings of this vault" in left.err
    assert [path.name for path in vault.parent.iterdir() if path.name.endswith("-drafts")] == []


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has pipes as files")
@cases("spoil", BROKEN, fast=2, ids=lambda spoil: spoil.__name__.strip("_"))
def test_settings_of_the_person_that_cannot_be_read_are_named(
    vault: Path, home: Path, spoil: Callable[[Path], None]
) -> None:
    place = home / "notekeep/config/config.toml"
    place.parent.mkdir(parents=True)
    spoil(place)
    ran = run(vault, "ls")
    assert ran.code in (2, 5)
    first, second = ran.err.splitlines()
    assert first.startswith(f"notekeep: {place}: ")
    assert second


@pytest.mark.slow
def test_a_note_that_may_not_be_read_is_left_out_and_the_others_are_done(vault: Path) -> None:
    for name in ("first", "second", "third"):
        (vault / f"{name}.md").write_text(f"---\ntags: [old]\n---\n{name}\n", "utf-8")
    assert run(vault, "index").code == 0
    before = (vault / "second.md").read_bytes()
    (vault / "second.md").chmod(0)
    for words, written in (
        (("set", "rating=1", "--", "type:note"), "rating: 1"),
        (("tag", "+more", "--", "type:note"), "more"),
    ):
        ran = run(vault, *words)
        assert ran.code == 4, ran
        assert set(ran.out.split()) == {"first.md", "good.md", "third.md"}
        assert "second.md: not changed: " in ran.err
        assert "you do not have permission to read it" in ran.err
        assert written in (vault / "third.md").read_text("utf-8")
    alone = run(vault, "set", "rating=1", "--", "second")
    assert alone.code == 4
    assert "could not be read: you do not have permission to read it" in alone.err
    (vault / "second.md").chmod(0o600)
    assert (vault / "second.md").read_bytes() == before


@pytest.mark.slow
def test_what_is_known_of_a_note_stays_while_it_may_not_be_read(vault: Path) -> None:
    note = vault / "locked.md"
    note.write_text("---\ntags: [old]\n---\nA rare word\n", "utf-8")
    assert run(vault, "search", "rare").out
    note.chmod(0)
    for _ in range(2):
        assert run(vault, "ls", "tag:old", "--cols", "path").out == "locked.md\n"
    assert "locked.md" in run(vault, "doctor").out
    note.chmod(0o600)
    assert run(vault, "index").code == 0
    assert "locked.md" not in run(vault, "doctor").out
    note.write_text("---\ntags: [new]\n---\n", "utf-8")
    assert run(vault, "ls", "tag:old").out == ""


@pytest.mark.slow
def test_a_note_is_not_renamed_while_a_note_that_links_to_it_may_not_be_read(vault: Path) -> None:
    for name in ("first", "second", "third"):
        (vault / f"{name}.md").write_text("[[good]]\n", "utf-8")
    assert run(vault, "index").code == 0
    before = {path: path.read_bytes() for path in vault.glob("*.md")}
    (vault / "second.md").chmod(0)
    ran = run(vault, "rename", "good", "Better")
    (vault / "second.md").chmod(0o600)
    assert ran.code == 4
    assert "'second.md' could not be read: you do not have permission to read it" in ran.err
    assert {path: path.read_bytes() for path in vault.glob("*.md")} == before


@cases("name", ["VISUAL", "EDITOR"], fast=1)
def test_a_command_with_an_open_quote_is_named(vault: Path, name: str) -> None:
    ran = run(vault, "open", "good", **{name: "edit 'my file"})
    assert ran.code == 2
    assert "The editor has an unclosed quote: edit 'my file" in ran.err
    assert "No editor found" in run(vault, "open", "good", **{name: "  ", "PATH": ""}).err


def future_history(home: Path) -> Path:
    """Mark the history as written by a later version; returns its log."""
    (log,) = home.glob("notekeep/state/*/log.jsonl")
    first, rest = log.read_text("utf-8").split("\n", 1)
    log.write_text(json.dumps(json.loads(first) | {"format": 2}) + "\n" + rest, "utf-8")
    return log


def test_a_history_of_a_later_version_is_refused_with_a_sentence(vault: Path, home: Path) -> None:
    assert run(vault, "set", "rating=4", "--", "good").code == 0
    log = future_history(home)
    before = (vault / "good.md").read_bytes(), log.read_bytes()
    for words in (
        ("set", "rating=5", "--", "good"),
        ("new", "note", "Fresh"),
        ("rm", "good"),
        ("undo",),
        ("undo", "--list"),
        ("history", "good"),
    ):
        ran = run(vault, *words)
        assert ran.code == 4, ran
        assert "The history of this vault was written by a newer notekeep." in ran.err
        assert "Update notekeep on this machine." in ran.err
    assert ((vault / "good.md").read_bytes(), log.read_bytes()) == before
    assert "A good note" in run(vault, "search", "leverage").out
    assert run(vault, "habit", "med").code == 0


def test_an_index_of_a_later_version_is_built_again(vault: Path, home: Path) -> None:
    assert run(vault, "index").code == 0
    (cache,) = home.glob("notekeep/cache/*/words")
    (cache / "schema-version").write_text("99 - little\n", "utf-8")
    with closing(sqlite3.connect(cache.parent / "catalog.db")) as catalog:
        catalog.execute("PRAGMA user_version = 99")
    assert "A good note" in run(vault, "search", "leverage").out
    assert "A good note" in run(vault, "ls").out


# Other systems, as far as this one can pretend to be one. Their file calls: tests/storage.

DAY = """\
new note "A tour" -t garden
add "- [ ] water the basil"
set rating=4 -- good
tag +read -- good
rename good Better
mv Better shelf/
search leverage
ls rating>=4 --cols title,rating
habit med
show Better
attach Better picture.png
rm "A tour"
undo
doctor
"""
"""Commands that write in each of the ways notekeep has, and some that read."""


def spend_day(vault: Path, program: list[str], **env: str) -> tuple[str, dict[str, bytes]]:
    """Run every command of the day; returns what they print, and the notes."""
    (vault / "picture.png").write_bytes(b"a picture")
    said = ""
    for line in DAY.splitlines():
        done = subprocess.run(
            [*program, *shlex.split(line)],
            cwd=vault, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
            timeout=120, check=False, env={**os.environ, "NOTEKEEP_NOW": "2026-11-24T21:15", **env},
        )  # fmt: skip
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        said += f"$ {line}\n{done.stdout}"
    notes = {
        path.relative_to(vault).as_posix(): path.read_bytes()
        for path in sorted(vault.rglob("*.md"))
        if path.parts[-2] != "log"
    }
    return said, notes


NOTEKEEP = [sys.executable, "-m", "notekeep"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="these locks are POSIX's")
def test_without_fork_fcntl_and_exchange_everything_works_as_here(
    vault: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(vault, other)
    here = spend_day(vault, NOTEKEEP, NOTEKEEP_HOME=str(tmp_path / "one"))
    windows = [sys.executable, "-m", "tests.support.like_windows", "--vault", str(other)]
    there = spend_day(
        other, windows, NOTEKEEP_HOME=str(tmp_path / "two"), PYTHONPATH=str(REPOSITORY)
    )
    assert there[1] == here[1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are UTF-8")
@pytest.mark.parametrize("locale", ["tr_TR.UTF-8", "ja_JP.EUC-JP"])
def test_another_locale_changes_neither_notes_nor_answers(
    vault: Path, tmp_path: Path, locale: str
) -> None:
    name, encoding = locale.split(".")
    subprocess.run(
        [needed("localedef"), "-f", encoding, "-i", name, tmp_path / locale],
        capture_output=True,
        check=False,
    )
    if not (tmp_path / locale).exists():
        pytest.skip("no locale could be made: its source is missing")
    other = tmp_path / "other"
    shutil.copytree(vault, other)
    here = spend_day(vault, NOTEKEEP, NOTEKEEP_HOME=str(tmp_path / "one"), LC_ALL="C.UTF-8")
    there = spend_day(
        other, NOTEKEEP, NOTEKEEP_HOME=str(tmp_path / "two"), LC_ALL=locale,
        LOCPATH=str(tmp_path), PYTHONIOENCODING="utf-8",
    )  # fmt: skip
    assert there == (here[0].replace(str(vault), str(other)), here[1])


@pytest.mark.slow
def test_a_path_with_blanks_and_accents_is_like_any_other(vault: Path, tmp_path: Path) -> None:
    other = tmp_path / "Jürgens Ordner, neu, 100 % 'fertig'" / "Meine Notizen ü"
    shutil.copytree(vault, other)
    here = spend_day(vault, NOTEKEEP, NOTEKEEP_HOME=str(tmp_path / "one"))
    there = spend_day(other, NOTEKEEP, NOTEKEEP_HOME=str(other.parent / "Mein Zustand ß"))
    assert there[1] == here[1]


@cases(
    ("zone", "day"),
    [("Pacific/Kiritimati", "2026-11-25"), ("Pacific/Pago_Pago", "2026-11-24")],
    fast=1,
)
def test_the_day_of_a_change_is_that_of_the_time_zone(vault: Path, zone: str, day: str) -> None:
    noon = 1_795_521_600  # 2026-11-24 12:00 UTC
    os.utime(vault / "good.md", (noon, noon))
    for other in ("2026-11-24", "2026-11-25"):
        found = run(vault, "ls", f"modified:{other}", TZ=zone)
        assert ("good.md" in found.out) == (other == day), found


def test_a_day_begins_at_the_same_hour_on_the_night_the_clocks_change(vault: Path) -> None:
    """At 03:30 it is still yesterday, also when 02:30 came twice or never."""
    for now, day in (("2026-10-25T03:30", "2026-10-24"), ("2026-03-29T03:30", "2026-03-28")):
        assert run(vault, "habit", "med", TZ="Europe/Berlin", NOTEKEEP_NOW=now).code == 0
        log = "".join(path.read_text("utf-8") for path in vault.glob("habits/log/*.md"))
        assert f"- {day} med: done" in log


@pytest.mark.slow
def test_names_in_decomposed_form_are_found_by_composed_words(tmp_path: Path, vault: Path) -> None:
    """As macOS may give them: ü is a u and two dots."""
    names = {"inbox/Größe.md": "# Größe\n\nLeverage.\n", "habits/öl.md": "---\nhabit: öl\n---\n"}
    (vault / "inbox").mkdir()
    for name, text in names.items():
        (vault / unicodedata.normalize("NFD", name)).write_text(text, "utf-8")
    (vault / "Maße.md").write_text("See [[Größe]].\n", "utf-8")
    assert "Maße.md" in run(vault, "backlinks", "Größe").out
    assert "Größe" in unicodedata.normalize("NFC", run(vault, "search", "größe").out)
    assert run(vault, "set", "rating=5", "--", "Größe").code == 0
    assert run(vault, "new", "note", "Größe").code == 0
    assert run(vault, "habit", "öl").code == 0
    found = [unicodedata.normalize("NFC", path.name) for path in vault.rglob("*.md")]
    assert sorted(found) == sorted({*found}), "two names that are one on another system"
    assert run(vault, "rename", "inbox/Größe.md", "Weite").code == 0
    assert (vault / "Maße.md").read_text("utf-8") == "See [[Weite]].\n"


def test_a_new_note_never_has_a_name_that_differs_only_in_case(vault: Path) -> None:
    """Windows and macOS would take them for one file."""
    (vault / "inbox").mkdir()
    (vault / "inbox/Report.md").write_text("the first\n", "utf-8")
    made = run(vault, "new", "note", "REPORT")
    assert made.out != "inbox/REPORT.md\n"
    refused = run(vault, "mv", "good", "INBOX"), run(vault, "rename", made.out.strip(), "rePORT")
    names = [str(path.relative_to(vault)).casefold() for path in vault.rglob("*.md")]
    assert len(names) == len({*names}), refused
    assert (vault / "inbox/Report.md").read_text("utf-8") == "the first\n"


@pytest.mark.slow
def test_a_checkout_with_windows_line_ends_answers_and_changes_like_the_original(
    sample: Path, tmp_path: Path
) -> None:
    """As git makes one with `core.autocrlf`."""
    windows = tmp_path / "windows"
    shutil.copytree(sample, windows)
    checked_out = sorted(windows.rglob("*.md"))
    for path in checked_out:
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    now = {"NOTEKEEP_NOW": "2026-11-24T21:15"}
    for words in (
        ("ls", "--cols", "title,kind,tags,rating,words", "--sort", "path"),
        ("search", "cue", "craving", "--format", "{path}:{line} {score}"),
        ("tasks",),
        ("links", "Atomic Habits"),
        ("habit", "stats"),
        ("lint",),
    ):
        one, other = run(sample, *words, **now), run(windows, *words, **now)
        assert (other.code, other.out) == (one.code, one.out), words
    for change in (
        ("set", "rating=3", "--", "Atomic Habits"),
        ("tag", "+again", "--", "Atomic Habits"),
        ("quote", "Atomic Habits", "A quote.", "--page", "7"),
        ("habit", "meditate", "12", "min"),
    ):
        assert run(windows, *change, **now).code == 0
        assert run(sample, *change, **now).code == 0
    for path in checked_out:
        data = path.read_bytes()
        assert data.count(b"\n") == data.count(b"\r\n"), path
        twin = (sample / path.relative_to(windows)).read_bytes()
        assert data.replace(b"\r\n", b"\n") == twin.replace(b"\r\n", b"\n"), path
