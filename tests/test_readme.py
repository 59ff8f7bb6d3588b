"""The README says nothing that does not work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from notekeep.cli.command_tree import VERBS
from notekeep.cli.main import main

README = (Path(__file__).resolve().parent.parent / "README.md").read_text("utf-8")


def test_the_python_example_runs(sample: Path) -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    script = code[1].replace("~/notes", str(sample))
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith("Atomic Habits ")


def test_every_query_can_be_read(sample: Path) -> None:
    block = re.search(r"## Queries\n\n```\n(.*?)```", README, re.DOTALL)
    assert block is not None
    queries = re.split(r" {2,}|\n", block[1].replace("( … )", "(a OR b)"))
    for query in filter(None, queries):
        assert main(["--vault", str(sample), "search", "--", query]) in (0, 1), query


def test_the_sixty_seconds_work_word_by_word(tmp_path: Path) -> None:
    """On a machine that never saw notekeep; only the site is there before."""
    tour = re.search(r"## Sixty seconds\n\n```\n(.*?)```", README, re.DOTALL)
    assert tour is not None
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog" / "hugo.toml").write_text("title = 'A blog'\n", "utf-8")
    program = f'notekeep() {{ "{sys.executable}" -m notekeep "$@"; }}'
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NOTEKEEP")}
    done = subprocess.run(
        ["bash", "-c", f"set -eu\n{program}\n{tour[1]}"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        cwd=tmp_path,
        env={**kept, "HOME": str(tmp_path), "NOTEKEEP_HOME": str(tmp_path / "own")},
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every action is a vote." in done.stdout
    assert not list((tmp_path / "blog").rglob("*.md"))


def test_it_is_short_and_says_first_what_a_newcomer_asks_first() -> None:
    assert len(README.splitlines()) <= 120
    order = ("docs/pictures/tour.svg", "make run", "uvx", "make test", "## Compared", "## Sixty")
    places = [README.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "verb", sorted(set(re.findall(r"^notekeep ([a-z]+)", README, re.MULTILINE)))
)
def test_every_verb_it_names_exists(verb: str) -> None:
    assert verb in VERBS
