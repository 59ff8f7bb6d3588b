"""R9: the interface and two writers on the command line at once: no error, a true index."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notekeep.vault import Vault
from reliability import house
from reliability.board import Result, Row, Sizes
from reliability.interface import settled

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).parent.parent

WRITER = r"""
import contextlib, io, itertools, json, sys, time
from notekeep.cli.main import main

root, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
exec(sys.argv[4])
end = time.monotonic() + seconds
faults, lines, count = [], [], 0

def run(*words):
    global count
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(["--vault", root, *words])
    count += 1
    return code, said.getvalue()

def must(*words):
    code, said = run(*words)
    if code:
        faults.append([" ".join(words), code, said])

for number in itertools.count():
    if time.monotonic() > end:
        break
    title = f"{name} {number}"
    must("new", "note", title, "--tag", name)
    must("tag", f"+t{number % 7}", "--", f"inbox/{title}.md")
    must("set", f"rating={number % 5}", "--", f"inbox/{title}.md")
    line = f"{name} line {number}"
    while True:  # both writers add to this note: who comes second is told so, and does it again
        code, said = run("add", "--to", "Shared", line)
        if code != 3:
            break
    if code:
        faults.append(["add", code, said])
    else:
        lines.append(line)
    must("ls", f"tag:{name}")
    must("search", "line")
    if number % 3 == 0:
        must("rename", f"inbox/{title}.md", f"{title} renamed", "--yes")
    if number % 5 == 0:
        must("habit", "meditate")
print(json.dumps({"faults": faults, "lines": lines, "count": count}))
"""

KEYS: tuple[str, ...] = (
    "j",
    "j",
    "k",
    "f5",
    "enter",
    "h",
    "slash",
    "l",
    "i",
    "n",
    "e",
    "escape",
    "escape",
    "f1",
)
KEYS += ("f3", "f2", "s", "m", "m", "space", "ctrl+o", "a", "escape")


def run(size: int, folder: Path, before: str = "") -> Result:
    """Write and look for `size` seconds.

    Args:
        size: The seconds.
        folder: Where.
        before: Python that writers run first, to see that a fault of theirs would be noticed.
    """
    result = Result()
    notes = {**house.NOTES, "Shared.md": b"# Shared\n\n- first\n"}
    root = house.write(folder / "notes", notes)
    vault = Vault.open(root)
    vault.indexing.refresh()
    writers = [_writer(root, name, size, before) for name in ("ann", "bob")]
    presses = asyncio.run(_use(result, vault, size))
    for writer in writers:
        _heard(result, root, writer)
    if wrong := house.untrue(vault):
        result.fault(f"the index differs in {wrong}")
    house.close(vault)
    for name, data in notes.items():
        path = root / name
        if not path.exists() or (name == "odd/broken.md" and path.read_bytes() != data):
            result.lose(name)
    result.size = f"{size} s, {result.count:,} commands, {presses} keys"
    return result


def _writer(root: Path, name: str, seconds: int, before: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(root), name, str(seconds), before]
    return subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _heard(result: Result, root: Path, writer: subprocess.Popen[str]) -> None:
    said, broken = writer.communicate(timeout=120)
    if writer.returncode:
        result.fault(f"a writer broke: {broken[-500:]}")
        return
    told = json.loads(said)
    result.count += told["count"]
    for command, code, words in told["faults"]:
        result.fault(f"`{command}` ended with {code}: {words}")
    kept = "\n".join(path.read_text("utf-8") for path in root.glob("Shared*.md")).splitlines()
    for line in told["lines"]:
        if f"- {line}" not in kept:
            result.lose(line)


async def _use(result: Result, vault: Vault, seconds: int) -> int:
    """Use the interface until the time is over; give how many keys were pressed."""
    from notekeep.tui.app import NotekeepApp

    app = NotekeepApp(vault, "browse")
    told: Callable[..., Any] = app.notify

    def notify(message: str, **options: Any) -> None:
        result.expect(options.get("severity") != "error", f"the interface says {message!r}")
        told(message, **options)

    app.notify = notify  # type: ignore[method-assign]
    end = time.monotonic() + seconds
    count = 0
    async with app.run_test(size=(100, 30)) as pilot:
        for key in itertools.cycle(KEYS):
            if time.monotonic() > end:
                break
            await pilot.press(key)
            count += 1
        await settled(app)
        await pilot.press("ctrl+q")
    return count


ROW = Row("R9", "interface and two writers at once", Sizes(3, 60, 3600), run)
