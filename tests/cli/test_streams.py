"""Where output goes: into a pipe that is left, a full disk, a stream that the shell closed."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.programs import needed
from tests.support.sizes import cases

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = ["ls", "show 0", "ls --null", "ls --json", "today", "tags", "doctor", "habit"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    for number in range(60):
        (root / f"{number}.md").write_text(f"#tag{number}\n" + "word " * 4000, "utf-8")
    return root


def shell(command: str, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command.replace("notekeep", f"{shlex.quote(sys.executable)} -m notekeep")],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=dict(os.environ),
    )


@cases("command", COMMANDS, fast=2)
def test_a_reader_that_leaves_is_no_failure(root: Path, command: str) -> None:
    assert shell("notekeep index", root).returncode == 0
    done = shell(f"notekeep {command} | true; echo ${{PIPESTATUS[0]}}", root)
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is full")
def test_a_full_disk_is_told_once(root: Path) -> None:
    for command in ("ls", "today"):
        done = shell(f"notekeep {command} > /dev/full", root)
        assert done.returncode == 5
        assert done.stderr.splitlines() == [
            "notekeep: No space left on device.",
            "Free some space and try again. No file is half-written.",
        ]


def on_terminal(root: Path, *words: str) -> str:
    """What a command writes to a terminal of 80 columns."""
    import pty

    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "notekeep", *words],
        cwd=root,
        stdout=theirs,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    )
    os.close(theirs)
    written = b""
    try:
        while part := os.read(ours, 65536):
            written += part
    except OSError:  # Linux says so when nobody has the other end any more
        pass
    finally:
        os.close(ours)
    assert done.wait(timeout=60) == 0
    return written.decode()


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has pseudoterminals")
def test_plain_is_said_before_the_verb_or_after_it(root: Path) -> None:
    assert "\x1b[" in on_terminal(root, "today")
    for words in (("--plain", "today"), ("today", "--plain"), ("search", "word", "--plain")):
        written = on_terminal(root, *words)
        assert written
        assert "\x1b[" not in written


def test_streams_that_are_closed_are_no_failure(root: Path) -> None:
    assert shell("notekeep today >&-", root).returncode == 0
    assert shell("notekeep today >&- 2>&-", root).returncode == 0
    assert shell("notekeep show nothing 2>&-", root).returncode == 1


def told(root: Path, script: bytes, **env: str) -> bytes:
    """What a script of `notekeep` prints, where nothing is set but what is given."""
    file = root.parent / "script"
    program = os.fsencode(shlex.quote(sys.executable)) + b" -m notekeep"
    file.write_bytes(script.replace(b"notekeep", program))
    kept = {name: os.environ[name] for name in ("HOME", "NOTEKEEP_HOME", "PATH")}
    done = subprocess.run(
        ["bash", str(file)], cwd=root, capture_output=True, timeout=120, check=True, env=kept | env
    )
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are UTF-8")
def test_letters_survive_where_no_locale_is_set(root: Path) -> None:
    script = 'notekeep new note "Größe"; notekeep ls --limit 1 Größe; notekeep show inbox/Größe.md'
    out = told(root, script.encode(), LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0").decode()
    assert out.startswith("inbox/Größe.md\nGröße  note  inbox/Größe.md\n---\ntitle: Größe\n")
    assert (root / "inbox/Größe.md").read_text("utf-8").endswith("# Größe\n")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are UTF-8")
def test_names_are_utf8_where_the_terminal_is_not(root: Path, tmp_path: Path) -> None:
    made = subprocess.run(
        [needed("localedef"), "-f", "ISO-8859-1", "-i", "de_DE", tmp_path / "de_DE.ISO-8859-1"],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no locale could be made: {made.stderr!r}")
    (root / "Maße.md").write_text("See [[Größe]].\n", "utf-8")
    # A title as it is typed there, and a name as the shell completes it from the folder.
    script = "notekeep new note Größe; notekeep backlinks Größe".encode("latin-1")
    script += "; notekeep links Maße.md".encode()
    out = told(root, script, LC_ALL="de_DE.ISO-8859-1", LOCPATH=str(tmp_path), PYTHONUTF8="0")
    assert os.path.exists(root / "inbox/Größe.md")
    assert out.decode("latin-1").splitlines() == [
        "inbox/Größe.md",
        "Maße.md:1  Maße",
        "1  Größe  inbox/Größe.md",
    ]
