"""notekeep on a real terminal: a session from start to end, and what it leaves behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.programs import needed
from tests.support.screens import NOW, tree
from tests.support.sizes import cases
from tests.terminal.conftest import environment_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.terminal import Terminal

    Start = Callable[..., Terminal]

pytestmark = pytest.mark.terminal

QUIT = "\x11"
ESCAPE = "\x1b"


def assert_restored(terminal: Terminal) -> None:
    """Assert that the terminal is as it was: settings, main screen, cursor, mouse, keyboard."""
    assert terminal.settings() == terminal.before
    raw = terminal.raw
    for on, off in [
        (b"\x1b[?1049h", b"\x1b[?1049l"),
        (b"\x1b[?25l", b"\x1b[?25h"),
        (b"\x1b[?1000h", b"\x1b[?1000l"),
        (b"\x1b[?1003h", b"\x1b[?1003l"),
        (b"\x1b[?2004h", b"\x1b[?2004l"),
        (b"\x1b[?1004h", b"\x1b[?1004l"),
    ]:
        assert raw.rfind(off) > raw.rfind(on) or on not in raw, (on, off)


def test_find_tick_publish_and_leave(start: Start, root: Path) -> None:
    before, drafts = tree(root), root.with_name("notes-drafts")
    with start() as terminal:
        # The first start of a day opens on Today.
        terminal.until("Habits 0 of 2", "Meditate")
        terminal.send(" ")
        terminal.until("Habits 1 of 2")
        terminal.send("gb")
        terminal.until("9 notes")
        terminal.send("/kettle")
        terminal.until("1 of 9 notes", "Atomic Habits")
        terminal.send("\r")
        terminal.until("enter open")
        terminal.send("p")
        terminal.until("No site folder yet.")
        terminal.send("w")
        terminal.until("The folder of your site.")
        drafts.mkdir()
        terminal.send(f"{drafts}\r")
        terminal.until("portable Markdown", "+ Small habits compound")
        terminal.send("w")
        terminal.until("Written")
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert_restored(terminal)
    assert "The kettle is my cue." in (drafts / "atomic-habits.md").read_text()
    after = tree(root)
    new = [name for name in after if after[name] != before.get(name)]
    settings, log = sorted(new)
    assert settings == ".notekeep/config.toml"  # the vault's id, which the first export writes
    assert log.startswith("habits/log/2026-11.")
    assert set(before) <= set(after)


def test_a_letter_with_alt_types_nothing(start: Start) -> None:
    with start() as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        terminal.until("9 notes")
        terminal.send("/kettle")
        terminal.until("1 of 9 notes")
        terminal.send("\x1bks")
        terminal.until("kettles")


def test_a_signal_ends_it_as_cleanly_as_a_key(start: Start) -> None:
    with start() as terminal:
        terminal.until("Habits 0 of 2")
        terminal.signal(signal.SIGTERM)
        terminal.wait()
        assert_restored(terminal)


@cases("number", [signal.SIGTERM, signal.SIGHUP], fast=1)
def test_a_demo_goes_with_its_terminal(number: int, start: Start, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    with start("demo", NOTEKEEP_VAULT="", TMPDIR=str(copies)) as terminal:
        terminal.until("sample", "Meditate", "Water the plants")
        assert len([*copies.glob("notekeep-demo-*")]) == 1
        terminal.signal(number)
        terminal.wait()
    assert [*copies.glob("notekeep-demo-*")] == []


@pytest.mark.slow
def test_the_screen_is_seen_though_errors_go_into_a_file(start: Start, tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    with start(errors=errors) as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert_restored(terminal)
    assert not errors.read_bytes()


def test_an_editor_gets_the_terminal_and_gives_it_back(
    start: Start, root: Path, tmp_path: Path
) -> None:
    editor = tmp_path / "my editor"
    editor.write_text('#!/bin/sh\n[ "$1" = -- ] && echo "Outside." >> "$2"\nprintf EDITING\n')
    editor.chmod(0o755)
    with start(EDITOR=f"'{editor}'") as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        terminal.until("9 notes")
        terminal.send("/phone")
        terminal.until("1 of 9 notes", "Depth needs hours")
        terminal.send("\r")
        terminal.until("enter open")
        terminal.send("E")
        terminal.until("Outside.")
        assert b"EDITING" in terminal.raw
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert_restored(terminal)
    assert (root / "books" / "Deep Work.md").read_text().endswith("Outside.\n")


@pytest.mark.slow
def test_ctrl_c_ends_a_preview_of_the_site_and_nothing_else(
    start: Start, home: Path, tmp_path: Path
) -> None:
    """A generator that shows the site until it is interrupted, as all of them do."""
    programs, site = tmp_path / "bin", tmp_path / "blog"
    programs.mkdir()
    hugo = programs / "hugo"
    shown = "trap 'exit 0' INT\nprintf 'SHOWN''-HERE'\nwhile :; do sleep 0.1; done\n"
    hugo.write_text(f"#!/bin/sh\n{shown}")
    hugo.chmod(0o755)
    site.mkdir()
    (site / "hugo.toml").write_text("")
    settings = home / "notekeep" / "config" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'[sites.notes]\ntarget = "hugo"\ndir = "{site}"\n')
    with start(PATH=f"{programs}:{os.environ['PATH']}") as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gp")
        terminal.until("drafts and posts")
        terminal.send("v")
        terminal.until("SHOWN-HERE")
        terminal.send("\x03")
        terminal.until("drafts and posts")
        terminal.send("gb")
        terminal.until("9 notes")
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert_restored(terminal)


def test_the_last_frame_is_there_before_the_program_is(start: Start) -> None:
    with start() as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        terminal.until("9 notes", "#[@click=app.quit]x")
        terminal.send(QUIT)
        terminal.wait()
    with start() as terminal:
        # Keys that come while only the old frame is there are not lost.
        terminal.until("9 notes")
        assert b"\x1b[?1000h" not in terminal.raw
        terminal.send("/")
        terminal.send("kettle")
        terminal.until("1 of 9 notes")
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert_restored(terminal)
    with start() as terminal:
        # Not even the key that ends it.
        terminal.until("9 notes")
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert_restored(terminal)


def test_nothing_of_a_note_is_ever_obeyed_by_the_terminal(start: Start) -> None:
    with start() as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        terminal.until("9 notes", "[/nope]")
        terminal.send("/title")
        terminal.until("red␛[0m title")
        terminal.send("\r")
        terminal.until("␛]52;c;aGk=␇", "enter open")
        terminal.send("\r")
        terminal.until("h list")
        terminal.send(ESCAPE)
        terminal.send(QUIT)
        assert terminal.wait() == 0
        # The shape of the mouse pointer is all that is asked of the terminal as a whole.
        text = re.sub("\x1b]22;[a-z-]*\x07", "", terminal.raw.decode())
    assert "\x1b]" not in text
    assert "\x07" not in text
    assert "\x1b[31mred" not in text
    assert not re.search("[\x80-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_without_a_terminal_it_prints_an_overview(start: Start, root: Path) -> None:
    import subprocess

    env: dict[str, Any] = {**os.environ, "NOTEKEEP_VAULT": str(root), "NOTEKEEP_NOW": NOW}
    done = subprocess.run(
        [sys.executable, "-m", "notekeep"], capture_output=True, text=True, env=env, check=True
    )
    assert "Meditate" in done.stdout
    assert "\x1b" not in done.stdout


def test_welcome_makes_a_vault_and_opens_it(start: Start, home: Path) -> None:
    with start(NOTEKEEP_VAULT="") as terminal:
        terminal.until("Create a vault", "Try the sample")
        terminal.send("c")
        terminal.until("The folder is created if it does not exist.")
        terminal.send("\r")
        terminal.until("Nothing due today.")
        terminal.send(QUIT)
        assert terminal.wait() == 0
        assert_restored(terminal)
    assert (home / "notes").is_dir()


@pytest.mark.slow
def test_it_syncs_when_it_opens_and_when_it_closes(
    start: Start, root: Path, home: Path, tmp_path: Path
) -> None:
    git, hub = needed("git"), tmp_path / "hub"
    names = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    env = dict.fromkeys(names, "a@x") | {"GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run([git, "init", "-q", "--bare", "-b", "main", str(hub)], check=True)
    init = [sys.executable, "-m", "notekeep", "sync", "init", str(hub)]
    subprocess.run(init, env=environment_of(root, home) | env, check=True)
    config = home / "notekeep/config/config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("sync_on_open = true\nsync_on_close = true\n")

    def sent() -> str:
        show = [git, "--git-dir", str(hub), "ls-tree", "-r", "--name-only", "main"]
        return subprocess.run(show, capture_output=True, text=True, check=False).stdout

    with start(**env) as terminal:
        terminal.until("Synced: 0 in")
        assert "books/Deep Work.md" in sent()
        (root / "inbox/Late.md").write_text("late\n")
        terminal.send(QUIT)
        terminal.until("Synced: 0 in, 1 out")
        assert terminal.wait() == 0
    assert "inbox/Late.md" in sent()
