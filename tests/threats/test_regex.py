"""A regular expression that never ends does not keep anybody waiting.

That the process which looks for one is ended is shown in tests/catalog/test_regexguard.py.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from notekeep.search import text_filter
from notekeep.tui.app import NotekeepApp
from notekeep.vault import Vault
from tests.support.screens import NOW, press, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

NEVER_ENDS = "/(a+)+$/"


@pytest.fixture(autouse=True)
def slow(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "slow.md").write_text("a" * 60 + "!\n", "utf-8")
    (root / "good.md").write_text("leverage\n", "utf-8")
    monkeypatch.setattr(text_filter, "CPU_SECONDS", 0.3)
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.parametrize("verb", ["ls", "search"])
def test_a_command_stops_it_and_says_why(verb: str, run: Callable[..., CommandResult]) -> None:
    start = time.monotonic()
    ran = run(verb, NEVER_ENDS)
    assert time.monotonic() - start < 60  # it would take years
    assert ran.code == 2
    assert "was too slow" in ran.err
    assert f"  {NEVER_ENDS}\n  ^\n" in ran.err
    assert run("ls", "/lever.ge/").out.startswith("good")


async def test_the_interface_takes_keys_meanwhile(root: Path) -> None:
    vault = Vault.open(root)
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "slow"))
        await press(pilot, "slash")
        type_text(app, NEVER_ENDS)
        await until(pilot, lambda: shows(app, NEVER_ENDS))
        start = time.monotonic()
        await press(pilot, "x")
        await until(pilot, lambda: shows(app, f"{NEVER_ENDS}x"))
        assert time.monotonic() - start < text_filter.CLOCK_SECONDS
        assert app.is_running
