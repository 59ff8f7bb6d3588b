"""A vault from somebody else: looking at it starts no program and reaches no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

WATCHED = """\
import json, os, sys

seen = []

def watch(event, args):
    if event in {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork",
                 "os.startfile", "pty.spawn", "webbrowser.open", "urllib.Request"}:
        seen.append([event, [str(part) for part in args]])
    elif event.startswith("socket.") and event != "socket.__new__":
        seen.append([event, [str(part) for part in args]])
    elif event == "socket.__new__" and args[1] != 1:  # an event loop wakes itself by a local pair
        seen.append([event, [str(args[1])]])

sys.addaudithook(watch)
"""

COMMANDS = """
from notekeep.cli.main import main
for line in json.loads(sys.argv[1]):
    code = main(line)
    assert code in (0, 1), (line, code)
"""

SCREENS = """
import asyncio
from notekeep.tui.app import NotekeepApp
from notekeep.vault import Vault

async def look():
    vault = Vault.open(os.getcwd())
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(120, 40)) as pilot:
        for key in json.loads(sys.argv[1]):
            await pilot.press(key)
            await pilot.pause()
        assert app.is_running

asyncio.run(look())
"""

REPORT = """
print("SEEN " + json.dumps(seen), file=sys.stderr)
"""

LOOKING = [
    ["ls"],
    ["ls", "--json"],
    ["today"],
    ["tags"],
    ["search", "leverage"],
    ["search", "leverage", "--explain"],
    ["show", "Front"],
    ["links", "Front"],
    ["backlinks", "Front"],
    ["habit"],
    ["habit", "year", "sit"],
    ["doctor"],
    ["index", "--rebuild"],
    ["export", "Front", "--to", "portable", "--dry-run"],
    ["sql", "select title from notes"],
]
KEYS = [
    *("f2", "j", "enter", "right_square_bracket", "escape", "slash", "l", "e", "v", "enter"),
    *("escape", "f1", "j", "f3", "j", "f4", "f2", "ctrl+o", "escape", "exclamation_mark"),
]


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A vault that would reach out if anything in it were taken for a command."""
    root = tmp_path / "foreign"
    canary = f"touch {tmp_path}/canary"
    (root / ".notekeep").mkdir(parents=True)
    (root / ".notekeep/config.toml").write_text(
        f'editor = "{canary}"\npager = "{canary}"\nbrowser = "{canary}"\n'
        f'[hooks]\nopen = "{canary}"\n',
        "utf-8",
    )
    (root / ".obsidian/plugins/x").mkdir(parents=True)
    (root / ".obsidian/plugins/x/main.js").write_text("require('child_process')", "utf-8")
    (root / ".git/hooks").mkdir(parents=True)
    (root / ".git/config").write_text(f'[core]\n\tfsmonitor = "{canary}"\n', "utf-8")
    for hook in ("post-checkout", "pre-commit"):
        (root / ".git/hooks" / hook).write_text(f"#!/bin/sh\n{canary}\n", "utf-8")
        (root / ".git/hooks" / hook).chmod(0o755)
    (root / "sitecustomize.py").write_text(f"import os\nos.system({canary!r})\n", "utf-8")
    for name in ("notekeep", "json", "whoosh", "random", "conf"):
        (root / f"{name}.py").write_text(f"import os\nos.system({canary!r})\n", "utf-8")
    (root / "front.md").write_text(
        f"---\ntitle: Front\nfile: {canary}\nurl: https://192.0.2.1/x\n---\n"
        "Leverage ![x](https://192.0.2.1/x.png) ![[https://192.0.2.1/y.png]]\n"
        "<script src='https://192.0.2.1/z.js'></script> <img src='//192.0.2.1/x'>\n"
        f"```dataviewjs\nrequire('{canary}')\n```\n"
        f"<% tp.system({canary!r}) %> `= this.x` $({canary})\n"
        "[link](https://192.0.2.1) <https://192.0.2.1/a> smb://192.0.2.1/share\n",
        "utf-8",
    )
    (root / "tagged.md").write_text(
        f"---\nx: !!python/object/apply:os.system [{canary}]\n---\nLeverage\n", "utf-8"
    )
    (root / "habits").mkdir()
    (root / "habits/sit.md").write_text(
        f"---\nhabit: sit\ntitle: Sit\nschedule: daily\nsince: 2026-11-01\nfile: {canary}\n---\n",
        "utf-8",
    )
    return root


def watched(root: Path, script: str, given: object) -> list[tuple[str, list[str]]]:
    """Run a script in the vault's folder; tell the programs and connections it asked for."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", WATCHED + script + REPORT, json.dumps(given)],
        cwd=root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env={
            **os.environ,
            "NOTEKEEP_NOW": "2026-11-24T21:15",
            "TERM": "xterm-256color",
            "EDITOR": f"touch {root.parent}/canary",
            "PAGER": f"touch {root.parent}/canary",
            "BROWSER": f"touch {root.parent}/canary",
        },
    )
    assert done.returncode == 0, done.stderr
    assert not (root.parent / "canary").exists()
    seen = json.loads(done.stderr.rpartition("SEEN ")[2])
    return [(event, args) for event, args in seen]


def test_commands_that_look_start_no_program_and_reach_no_network(foreign: Path) -> None:
    assert watched(foreign, COMMANDS, LOOKING) == []


def test_the_interface_starts_no_program_and_reaches_no_network(foreign: Path) -> None:
    assert watched(foreign, SCREENS, KEYS) == []


def test_a_regular_expression_is_looked_for_in_the_one_process_that_may_be_started(
    foreign: Path,
) -> None:
    ((event, args),) = watched(foreign, COMMANDS, [["ls", "/lever.ge/"]])
    assert event == "subprocess.Popen"
    assert args[0] == sys.executable
    assert "regex_child.py" in args[1]
    assert "lever" not in args[1]


BACKGROUND = """
from notekeep.catalog.indexing_process import start_indexing
start_indexing(os.getcwd())
os.wait()
"""


def test_the_index_is_built_in_the_background_without_taking_modules_from_the_vault(
    foreign: Path, home: Path
) -> None:
    watched(foreign, BACKGROUND, None)
    assert list((home / "notekeep").glob("cache/*/words/*.toc"))


@pytest.mark.parametrize(
    "reach",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import subprocess; subprocess.run(['true'])",
        "os.system('true')",
        "os.posix_spawn('/bin/true', ['true'], {})",
    ],
)
def test_what_reaches_out_would_be_seen(foreign: Path, reach: str) -> None:
    assert watched(foreign, f"try:\n    exec({reach!r})\nexcept OSError:\n    pass\n", None)
