"""A monkey at the keyboard: nothing it does breaks the program, or changes a note unsaid."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import NotFound
from notekeep.vault import Vault
from reliability.r16_terminal import write_vault
from tests.support.file_changes import ChangeChecker, contents
from tests.support.monkey import Monkey, write_odd_notes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

COUNT = int(os.environ.get("NOTEKEEP_MONKEY", "500"))
"""How many things it does."""
SEEDS = os.environ.get("NOTEKEEP_MONKEY_SEEDS", "1").split()


@pytest.fixture
def zoo(tmp_path: Path) -> Path:
    """A vault in which everything is odd, or attacks what shows it."""
    root = tmp_path / "zoo"
    write_vault(root)
    write_odd_notes(root)
    return root


def take_all_back(root: Path) -> None:
    """Take back every step there is."""
    vault = Vault.open(root)
    while True:
        try:
            vault.history.undo()
        except NotFound:
            return


# Textual leaves scrollbars behind that it never started; here they are found, and in no later test.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_pressed_nothing_breaks_and_nothing_changes_unsaid(
    seed: str, zoo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No program of the machine is to be found: neither an editor nor a browser.
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    before = contents(zoo)
    witness = ChangeChecker(Vault.open(zoo), zoo)
    monkey = Monkey(seed, witness)
    left = COUNT
    try:
        while left > 0:
            left -= await monkey.play(Vault.open(zoo), left)
    except Exception as error:
        error.add_note(monkey.story())
        raise
    gc.collect()
    assert not monkey.faults, monkey.story()
    take_all_back(zoo)
    after = contents(zoo)
    changed = {path for path in before if after.get(path) != before[path]}
    logs = {path for path in changed if path.startswith("habits/log/")}
    # What history was told to forget cannot be taken back.
    assert changed - logs - witness.forgotten == set()
