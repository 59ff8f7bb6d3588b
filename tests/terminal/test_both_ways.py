"""Every screen on a real terminal, once by keys alone and once by the mouse alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from notekeep.tui.commands.registry import ACTIONS_BY_ID
from tests.support.screens import tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.terminal import Terminal

    Start = Callable[..., Terminal]
    Act = Callable[[Terminal], None]

pytestmark = [pytest.mark.terminal, pytest.mark.slow]

QUIT, ESCAPE, ENTER, BACKTAB = "\x11", "\x1b", "\r", "\x1b[Z"
COLUMNS, LINES = 120, 60
HELP_SHOWN = 36
"""So much of what the palette says of an action is enough to know it."""
STEPS = 15
"""Steps of the wheel that are less than what the palette shows at once."""
TURNS = 50
"""More turns of so many steps than the palette is long."""
PLACEHOLDER = "Command, note or habit"


def click(text: str, times: int = 1) -> Act:
    """Click on a text."""
    return lambda terminal: terminal.click(text, times=times)


def beside(terminal: Terminal) -> None:
    """Click beside what lies over the screen."""
    terminal.quiet()
    terminal.click_at(1, LINES - 3)


def choose(action: str) -> Act:
    """Find an action in the palette with the wheel, and click on it."""
    said = ACTIONS_BY_ID[action].help[:HELP_SHOWN]

    def act(terminal: Terminal) -> None:
        terminal.click("ctrl+p commands")
        terminal.until(PLACEHOLDER)
        for _ in range(TURNS):
            terminal.quiet()
            if said in terminal.text:
                break
            terminal.wheel(COLUMNS // 2, LINES // 2, STEPS)
        terminal.click(said)

    return act


def twice(act: Act) -> Act:
    """Do something two times."""

    def both(terminal: Terminal) -> None:
        act(terminal)
        terminal.quiet()
        act(terminal)

    return both


class Stop(NamedTuple):
    """A place to go to from the list of notes and back: by keys, by mouse, and what it shows."""

    keys: str
    mouse: Act
    shows: str
    back: str
    back_by_mouse: Act


STOPS = {
    "preview": Stop(ENTER, click("Deep Work", 2), "h list", ESCAPE, click("h list")),
    "search": Stop("/", click("/ search"), "esc clear", ESCAPE, click("esc clear")),
    "edit": Stop("e", click("e edit"), "esc save", ESCAPE, click("esc save")),
    "help": Stop("?", click("? help"), "Everything is saved", ESCAPE, click("esc close")),
    "palette": Stop(":", click("ctrl+p commands"), PLACEHOLDER, ESCAPE, beside),
    "switcher": Stop("\x0f", choose("switch-note"), "Title of a note", ESCAPE, click("esc close")),
    "new note": Stop("n", click("n new"), "enter create", ESCAPE, click("esc cancel")),
    "capture": Stop("\x0e", choose("capture"), "enter save", ESCAPE, beside),
    "form": Stop("f", choose("edit-fields"), "esc cancel", "q", click("esc cancel")),
    "tags": Stop("t", click("t tags"), "enter OK", ESCAPE, click("esc cancel")),
    "history": Stop("H", choose("history"), "r restore", ESCAPE, click("esc back")),
    "steps": Stop("gs", choose("show-steps"), "t undo step", ESCAPE, click("esc back")),
    "conflicts": Stop("gc", choose("show-conflicts"), "1 keep note", ESCAPE, click("esc back")),
    "tasks": Stop("T", click("T tasks"), "water the basil", ESCAPE, click("esc back")),
    "problems": Stop("!", choose("show-problems"), "f fix", ESCAPE, click("esc close")),
    "grid": Stop("v", choose("toggle-grid"), "enter change", "v", choose("toggle-grid")),
    "trash": Stop(
        ":trash\r", choose("show-trash"), "Restore from trash", ESCAPE, click("esc cancel")
    ),
    "sidebar": Stop(
        f"{BACKTAB * 2}jj\r",
        click("Books"),
        "2 of 9 notes",
        f"{BACKTAB * 2}kk\r",
        click("All notes"),
    ),
    "publish": Stop("gp", click("F4 Publish"), "drafts and posts", "gb", click("F2 Browse")),
    "today": Stop("gt", click("F1 Today"), "Habits 0 of 2", "gb", click("F2 Browse")),
    "habits": Stop("gh", click("F3 Habits"), "s skip", "gb", click("F2 Browse")),
}
LIST = "enter open"
"""What is shown at the bottom of the list of notes."""

HABIT_STOPS = {
    "detail": Stop(ENTER, click("enter details"), "all days", ESCAPE, click("esc back")),
    "month": Stop("v", click("v view"), "10        15", "vv", twice(click("v view"))),
    "year": Stop("vv", twice(click("v view")), "Dec Jan Feb", "v", click("v view")),
}
WEEK = "strength"
"""What is shown above the habits of a week, and on no other screen."""


@pytest.fixture(autouse=True)
def deleted(root: Path) -> None:
    """A note in the trash."""
    (root / ".trash").mkdir()
    (root / ".trash/Old news.md").write_text("Gone, but not for good.\n")


def test_every_place_is_reached_and_left_by_keys(start: Start, root: Path) -> None:
    before = tree(root)
    with start(columns=COLUMNS, lines=LINES) as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gb")
        terminal.until("9 notes", "Water", LIST)
        terminal.send("Gkk")
        terminal.until("Depth needs hours")
        for stop in STOPS.values():
            terminal.send(stop.keys)
            terminal.until(stop.shows)
            terminal.quiet()
            terminal.send(stop.back)
            terminal.until_gone(stop.shows)
            terminal.until(LIST, "Depth needs hours")
        terminal.send(QUIT)
        assert terminal.wait() == 0
    assert tree(root) == before


def test_every_place_is_reached_and_left_by_mouse(start: Start, root: Path) -> None:
    before = tree(root)
    with start(columns=COLUMNS, lines=LINES) as terminal:
        terminal.until("Habits 0 of 2")
        terminal.click("F2 Browse")
        terminal.until("9 notes", LIST)
        terminal.click("Deep Work")
        terminal.until("Depth needs hours")
        for stop in STOPS.values():
            stop.mouse(terminal)
            terminal.until(stop.shows)
            terminal.quiet()
            stop.back_by_mouse(terminal)
            terminal.until_gone(stop.shows)
            terminal.until(LIST, "Depth needs hours")
        choose("quit")(terminal)
        assert terminal.wait() == 0
    assert tree(root) == before


def test_every_view_of_habits_is_reached_and_left_by_keys(start: Start, root: Path) -> None:
    before = tree(root)
    with start(columns=COLUMNS, lines=LINES) as terminal:
        terminal.until("Habits 0 of 2")
        terminal.send("gh")
        terminal.until(WEEK)
        for stop in HABIT_STOPS.values():
            terminal.send(stop.keys)
            terminal.until(stop.shows)
            terminal.quiet()
            terminal.send(stop.back)
            terminal.until_gone(stop.shows)
            terminal.until(WEEK)
        terminal.send(QUIT)
        assert terminal.wait() == 0
    assert tree(root) == before


def test_every_view_of_habits_is_reached_and_left_by_mouse(start: Start, root: Path) -> None:
    before = tree(root)
    with start(columns=COLUMNS, lines=LINES) as terminal:
        terminal.until("Habits 0 of 2")
        terminal.click("F3 Habits")
        terminal.until(WEEK)
        for stop in HABIT_STOPS.values():
            stop.mouse(terminal)
            terminal.until(stop.shows)
            terminal.quiet()
            stop.back_by_mouse(terminal)
            terminal.until_gone(stop.shows)
            terminal.until(WEEK)
        choose("quit")(terminal)
        assert terminal.wait() == 0
    assert tree(root) == before


def test_the_welcome_leads_to_a_vault_by_mouse(start: Start, home: Path) -> None:
    with start(NOTEKEEP_VAULT="") as terminal:
        terminal.click("Create a vault")
        terminal.click("enter choose")
        terminal.click("enter OK")
        terminal.until("Nothing due today.")
        terminal.click("ctrl+p commands")
        terminal.until(PLACEHOLDER)
        terminal.send("quit" + ENTER)
        assert terminal.wait() == 0
    assert (home / "notes").is_dir()


@pytest.mark.parametrize("way", ["Open a folder", "Try the sample"])
def test_each_way_of_the_welcome_is_taken_by_mouse(start: Start, root: Path, way: str) -> None:
    with start(NOTEKEEP_VAULT="") as terminal:
        terminal.click(way)
        terminal.click("enter choose")
        if way == "Open a folder":
            terminal.until("notekeep uses it without changes.")
            terminal.send("\x15")
            terminal.quiet()
            terminal.send(str(root))
            terminal.click("enter OK")
        terminal.until("Habits ")
        terminal.send(QUIT)
        assert terminal.wait() == 0


def test_the_welcome_is_left_by_mouse(start: Start, home: Path) -> None:
    with start(NOTEKEEP_VAULT="") as terminal:
        terminal.click("esc quit")
        assert terminal.wait() == 0
    assert not (home / "notes").exists()
