"""Surroundings that nobody wishes for: what is there is answered, what is not is said, once."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.ordinary import ordinary
from tests.support.ran import Ran

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


def run(vault: Path, *words: str, **env: str) -> Ran:
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
    return Ran(done.returncode, done.stdout, done.stderr)


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
        assert "saved, but not indexed yet" in made.err
        assert "make the folder writable" in made.err
        refused = run(vault, "ls")
        assert refused.code == 5
        assert "catalog.db: cannot open the index" in refused.err
        assert "make the folder writable" in refused.err
        told = run(vault, "doctor")
        assert f"the index is not writable: {home}" in told.out
    assert files(vault) - before == {"inbox/Fresh.md"}
    assert "Fresh" in run(vault, "ls").out


def test_a_cache_that_cannot_even_be_entered_is_told_likewise(vault: Path, home: Path) -> None:
    assert run(vault, "index").code == 0
    with locked(home / "notekeep/cache", 0o000):
        for words in (("ls",), ("index",), ("search", "leverage")):
            ran = run(vault, *words)
            assert ran.code == 5
            assert "make the folder writable" in ran.err, ran
            assert "went wrong" not in ran.err


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
@pytest.mark.parametrize("spoil", BROKEN, ids=lambda spoil: spoil.__name__.strip("_"))
def test_settings_of_a_vault_that_cannot_be_read_hold_back_what_may_leave_and_nothing_else(
    vault: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(vault / SETTINGS)
    told = run(vault, "ls")
    assert told.code == 0
    assert "A good note" in told.out
    assert f"the vault's settings are ignored: {vault / SETTINGS}: " in told.err
    assert SETTINGS in run(vault, "doctor").out
    left = run(vault, "export", "--to", "portable", "good")
    assert left.code == 4
    assert "cannot tell from the settings of this vault" in left.err
    assert [path.name for path in vault.parent.iterdir() if path.name.endswith("-drafts")] == []


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has pipes as files")
@pytest.mark.parametrize("spoil", BROKEN, ids=lambda spoil: spoil.__name__.strip("_"))
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


@pytest.mark.parametrize("name", ["VISUAL", "EDITOR"])
def test_a_command_with_an_open_quote_is_named(vault: Path, name: str) -> None:
    ran = run(vault, "open", "good", **{name: "edit 'my file"})
    assert ran.code == 2
    assert "the editor has an unclosed quote: edit 'my file" in ran.err
    assert "No editor found" in run(vault, "open", "good", **{name: "  ", "PATH": ""}).err
