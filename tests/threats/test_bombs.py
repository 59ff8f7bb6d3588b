"""Notes that would exhaust time or memory are listed like any other, within both."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from notekeep.markdown.note import read_note
from tests.support.odd_notes import ALL

if TYPE_CHECKING:
    from pathlib import Path

MEMORY = 200 << 20
"""Bytes that may be in use at once."""

MEASURED = """
import sys
from pathlib import Path
from notekeep.cli.main import main
code = main(sys.argv[1:])
status = Path("/proc/self/status").read_text("ascii")
print(int(status.partition("VmHWM:")[2].split()[0]) * 1024, file=sys.stderr)
sys.exit(code)
"""
"""A command, and the most that it held; `ru_maxrss` would count what the tests themselves hold."""

BODIES = {
    "brackets": b"[" * 50_000,
    "links": b"[[a|" * 30_000,
    "stars": b"*a_" * 30_000,
    "quotes": b">" * 50_000 + b"x\n",
    "lists": b"".join(b" " * depth + b"- x\n" for depth in range(600)),
    "backticks": b"".join(b"`" * n + b" " for n in range(500)),
    "comments": b"%%" * 30_001,
    "tables": b"|" * 20_000 + b"\n" + b"|-" * 10_000 + b"|\n" + b"|" * 20_000 + b"\n",
    "tags": b"#a/" * 30_000,
    "entities": b"&amp" * 30_000,
    "HTML": b"<a " * 30_000,
    "one line": b"x" * 3_000_000,
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_is_read_in_seconds_where_the_square_of_its_size_takes_minutes(kind: str) -> None:
    start = time.process_time()
    read_note("a.md", BODIES[kind])
    assert time.process_time() - start < 10


def run_measured(root: Path, *words: str) -> tuple[subprocess.CompletedProcess[bytes], int]:
    """Run a command in the vault; return it, and the most bytes that it held."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", MEASURED, *words],
        cwd=root,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done, int(done.stderr.split()[-1])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what a process held at most")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("tag +p --yes -- type:note", 4),
        ("set x=1 --yes -- type:note", 4),
        ("lint", 4),
        ("show huge", 4),
        ("rm huge", 0),
        ("attach good huge.md", 0),
    ],
)
def test_a_huge_file_is_never_in_memory(root: Path, home: Path, line: str, code: int) -> None:
    (root / "good.md").write_text("# Good\n\nleverage\n", "utf-8")
    with (root / "huge.md").open("wb") as file:
        file.truncate(300 << 20)
    done, held = run_measured(root, *line.split())
    assert done.returncode == code, done.stderr
    assert held < 100 << 20
    if code:
        assert b"'huge.md' is too large for a note (300 MB; the limit is 5 MB)." in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what a process held at most")
def test_a_vault_of_bombs_is_indexed_within_memory(root: Path, home: Path) -> None:
    for number, data in enumerate([*ALL.values(), *BODIES.values()]):
        (root / f"bomb {number}.md").write_bytes(data)
    with (root / "huge.md").open("wb") as file:
        file.write(b"# Huge\n\nleverage\n")
        file.truncate(2 << 30)
    (root / "good.md").write_text("# Good\n\nleverage\n", "utf-8")
    done, held = run_measured(root, "search", "leverage", "--json")
    assert done.returncode == 0, done.stderr
    assert held < MEMORY
    assert {hit["path"] for hit in json.loads(done.stdout)["hits"]} == {"good.md", "huge.md"}
