"""A check-in starts quickly: what it loads, and what it costs beside a bare interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from notekeep.cli import main as start
from notekeep.cli.habits.lists import COMMANDS
from notekeep.cli.main import main
from notekeep.habits.definition import RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAVY = {
    *("click", "dataclasses", "frontmatter", "inspect", "pyromark", "rich", "sqlite_utils"),
    *("textual", "whoosh", "yaml"),
}
"""Libraries, and slow parts of the standard one, that a check-in needs nothing of."""
RUNS = 7
MOST_TIMES = 10
"""Times the CPU of `python -c pass`, with room for a busy machine; `make bench` holds it to six."""

SCRIPT = """
import json, sys
from notekeep.cli.main import main
code = main(["habit", "med", "yesterday"])
sys.stderr.write("\\nLOADED " + json.dumps([code, sorted(sys.modules)]))
"""


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for bytecode, so that the first check-in alone compiles the program."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture
def vault(tmp_path: Path, compiled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vault with a habit that was logged for a year, its index up to date."""
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "habits/log").mkdir(parents=True)
    (root / "habits/Meditate.md").write_text("---\nhabit: meditate\naliases: [med]\n---\n")
    for month in range(1, 12):
        lines = [f"- 2026-{month:02}-{day:02} med: done @07:{day:02}\n" for day in range(1, 29)]
        (root / f"habits/log/2026-{month:02}.phone.md").write_text("".join(lines))
    for folder, _, files in os.walk(root):
        for name in files:
            os.utime(os.path.join(folder, name), (1_700_000_000, 1_700_000_000))
    monkeypatch.setenv("NOTEKEEP_VAULT", str(root))
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(compiled))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    run("import sys; from notekeep.cli.main import main; main(['habit', 'list'])")
    return root


def run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stderr


def test_a_check_in_loads_nothing_heavy(vault: Path) -> None:
    code, names = json.loads(run(SCRIPT).rpartition("LOADED ")[2])
    assert code == 0
    assert {name.partition(".")[0] for name in names} & HEAVY == set()


@pytest.mark.parametrize(
    "words",
    [
        "med",
        "med yesterday",
        "med 12 min @07:10 -- a --note",
        "med = 5 -2",
        "nothing",
        "m",
        "med 5,5",
        "med 2026-02-30",
    ],
)
def test_the_quick_way_says_and_writes_what_click_would(
    vault: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    def said() -> tuple[int, str, str, list[str]]:
        code = main(["habit", *words.split()])
        ours = [path for path in (vault / "habits/log").iterdir() if "phone" not in path.name]
        lines = [path.read_text() for path in ours]
        for path in ours:
            path.unlink()
        return code, *capsys.readouterr(), lines

    quickly = said()
    monkeypatch.setattr(start, "is_check_in", lambda _: False)
    assert said() == quickly


@pytest.mark.parametrize(
    "words",
    ["habit", "habit list", "habit -h", "habit med --json", "habit -d -2 med", "ls med", "--plain"],
)
def test_what_is_more_than_a_check_in_goes_the_way_of_every_verb(words: str) -> None:
    assert not start.is_check_in(words.split())


def test_every_command_of_habits_is_reserved() -> None:
    assert set(COMMANDS) <= RESERVED


@pytest.mark.slow
def test_a_check_in_costs_little_more_than_python(
    vault: Path, used: Callable[[str], float]
) -> None:
    check_in = "from notekeep.cli.main import main; main(['habit', 'med', 'yesterday'])"
    used(check_in)  # compiles the modules
    bare = min(used("pass") for _ in range(RUNS))
    ours = min(used(check_in) for _ in range(RUNS))
    assert ours <= bare * MOST_TIMES, f"{ours * 1000:.0f} ms of CPU, {bare * 1000:.0f} ms bare"


@pytest.fixture
def used() -> Callable[[str], float]:
    """Run a script in a process of its own, and give the seconds of CPU it took."""
    resource = pytest.importorskip("resource", reason="CPU of a child is POSIX")

    def measure(script: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(script)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return float(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    return measure
