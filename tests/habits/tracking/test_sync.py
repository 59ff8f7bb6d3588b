"""Two devices and plain git: no conflict, and both see what all lines together say."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.errors import NotFound, UsageError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

HISTORIES = int(os.environ.get("NOTEKEEP_HABIT_MERGES", "60"))
"""How many histories are merged; `make habits-long` asks for 500."""
PER_REPOSITORY = 12

DAYS = [date(2026, 11, day) for day in range(20, 25)]
IDENTITY = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(root: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "gc.auto=0", *words],
        cwd=root,
        env={**os.environ, **IDENTITY},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def keep_some_habits(made: Any, chance: random.Random) -> None:
    """A day or two on one device: entries, changes of mind, steps back."""
    index = made.index()
    for _ in range(chance.randint(1, 6)):
        name = chance.choice(["med", "water", "gym"])
        value = chance.choice(["done", "skip", "miss", "clear", "5", "= 7", "2", "undo"])
        try:
            if value == "undo":
                index.undo()
            else:
                index.check_in(name, value, chance.choice(DAYS))
        except (UsageError, NotFound):
            continue  # nothing to clear, or to take back


def state(made: Any) -> dict[str, Any]:
    index = made.index()
    index.refresh()
    return {habit.key: index.days(habit) for habit in index.known()}


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
@pytest.mark.parametrize("seed", range(-(-HISTORIES // PER_REPOSITORY)))
def test_histories_of_two_devices_merge_without_a_conflict(
    seed: int, notebook: Any, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    git(notebook.root, "init", "--quiet", "--initial-branch=laptop")
    git(notebook.root, "add", ".")
    git(notebook.root, "commit", "--quiet", "-m", "start")
    git(tmp_path, "clone", "--quiet", str(notebook.root), "phone/notes")
    phone = type(notebook)(tmp_path / "phone/notes")
    (tmp_path / "phone/state/device").write_text("phone\n")
    git(phone.root, "checkout", "--quiet", "-b", "phone")
    for _ in range(PER_REPOSITORY):
        for made in (notebook, phone):
            keep_some_habits(made, chance)
            git(made.root, "add", ".")
            git(made.root, "commit", "--quiet", "--allow-empty", "-m", "habits")
        every = both(notebook, phone, tmp_path)
        git(phone.root, "pull", "--quiet", "--no-rebase", "--no-edit", "origin", "laptop")
        git(notebook.root, "pull", "--quiet", "--ff-only", str(phone.root), "phone")
        assert git(phone.root, "status", "--porcelain") == ""
        assert state(phone) == state(notebook) == state(every)


def both(mine: Any, theirs: Any, tmp_path: Path) -> Any:
    """A vault with the log lines of both devices, without git in between."""
    folder = tmp_path / os.urandom(6).hex() / "notes"
    every = type(mine)(folder)
    for name in ("Meditate", "Water", "Gym"):
        every.write(f"habits/{name}.md", (mine.root / f"habits/{name}.md").read_text())
    for number, made in enumerate((mine, theirs)):
        for file in (made.root / "habits/log").glob("*.md"):
            every.write(f"habits/log/{number}-{file.name}", file.read_text())
    return every
