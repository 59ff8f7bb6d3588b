"""The Quotes and Recall screens, and what Today shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.tui.screens.browse import BrowseScreen
from notekeep.tui.screens.today import TodayScreen
from tests.support.screens import press, seen, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

WIDE, SMALL = (120, 40), (80, 24)
DEEP = "> We have enough hours. (p. 44)\n\n> Write down what is still open. (p. 151)\n"
ATOMIC = "> Every act is a vote.\n"


@pytest.fixture
def app(make_app: MakeApp, root: Path) -> NotekeepApp:
    """A program on Today, with three quotes in two books."""
    for name, text in (("Deep Work", DEEP), ("Atomic Habits", ATOMIC)):
        with (root / f"books/{name}.md").open("a") as file:
            file.write(f"\n## Quotes\n\n{text}")
    made = make_app("today")
    made.vault.indexing.refresh()
    return made


def log(root: Path) -> list[str]:
    """The answers, without day, time and text."""
    files = (root / "review" / "log").glob("*.md")
    lines = (line for file in files for line in file.read_text().splitlines())
    return [line.split(" ~")[0].split(" ", 3)[3] for line in lines if line.startswith("-")]


async def test_quotes_are_listed_by_source_marked_copied_and_opened(
    app: NotekeepApp, root: Path
) -> None:
    before = (root / "books/Deep Work.md").read_bytes()
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await press(pilot, "g", "q")
        await until(pilot, lambda: shows(app, "3 quotes · 0 favourites"))
        await until(pilot, lambda: shows(app, "≡ Deep Work Cal Newport ──"))
        await press(pilot, "j")
        await until(pilot, lambda: any("We have enough" in line[70:] for line in seen(app)))
        await press(pilot, "asterisk")
        await until(pilot, lambda: shows(app, "3 quotes · 1 favourite"))
        await until(pilot, lambda: shows(app, "★ We have enough hours."))
        await press(pilot, "y")
        copied = "We have enough hours.\n— Cal Newport, Deep Work, p. 44"
        await until(pilot, lambda: app.clipboard == copied)
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "3 quotes · 0 favourites"))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        await until(pilot, lambda: shows(app, "We have enough hours."))
    assert (root / "books/Deep Work.md").read_bytes() == before


async def test_quotes_are_ordered_and_filtered(app: NotekeepApp) -> None:
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await press(pilot, "g", "q")
        await until(pilot, lambda: shows(app, "3 quotes"))
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "  Cal Newport ──"))
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "  #attention ──"))
        await press(pilot, "slash")
        type_text(app, "vote")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "vote · 1 quote"))
        assert not shows(app, "enough hours")
        await press(pilot, "slash")
        type_text(app, "x")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "No quotes found."))


async def test_in_a_narrow_window_enter_shows_the_quote_then_opens_the_note(
    app: NotekeepApp,
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "g", "q")
        await until(pilot, lambda: shows(app, "Write down what is still open."))
        assert not shows(app, "#habit")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "#habit"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "Write down what is still open."))
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))


async def test_recall_goes_through_the_day_and_back_with_undo(app: NotekeepApp, root: Path) -> None:
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await press(pilot, "g", "r")
        await until(pilot, lambda: shows(app, "1 of 3"))
        await until(pilot, lambda: shows(app, "3 good"))
        first = [line for line in seen(app) if "▎" in line]
        await press(pilot, "3")
        await until(pilot, lambda: shows(app, "2 of 3"))
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "1 of 3"))
        assert [line for line in seen(app) if "▎" in line] == first
        await press(pilot, "space")
        await until(pilot, lambda: shows(app, "2 of 3"))
        await press(pilot, "k")
        await until(pilot, lambda: shows(app, "3 of 3"))
        await press(pilot, "f")
        await until(pilot, lambda: shows(app, "★"))
        await press(pilot, "l")
        await until(pilot, lambda: shows(app, "Days until it comes back."))
        type_text(app, "7")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Done for today."))
        assert [*log(root)] == ["good", "clear", "keep", "favourite", "later 7d"]
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, TodayScreen))


async def test_a_thought_and_a_tag_are_written_into_the_note(app: NotekeepApp, root: Path) -> None:
    for path in (root / "books").iterdir():
        if path.name != "Atomic Habits.md":
            path.unlink()
    app.vault.indexing.refresh(forget_missing=True)
    note = root / "books/Atomic Habits.md"
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await press(pilot, "g", "r")
        await until(pilot, lambda: shows(app, "1 of 1"))
        await press(pilot, "n")
        await until(pilot, lambda: shows(app, "A paragraph below the quote"))
        type_text(app, "Mine.")
        await press(pilot, "enter")
        await until(pilot, lambda: note.read_text().endswith(f"{ATOMIC}\nMine.\n"))
        await press(pilot, "t")
        await until(pilot, lambda: shows(app, "Tag the note"))
        type_text(app, "#vote")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "#vote"))
        await press(pilot, "o")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))


async def test_today_shows_a_quote_and_what_is_left_to_recall(app: NotekeepApp) -> None:
    app.vault.recall.answer(app.vault.recall.queue()[0].passage.key, "good")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Quote of the day ──"))
        await until(pilot, lambda: shows(app, "□ 2 to recall"))
        row = next(number for number, line in enumerate(seen(app)) if "to recall" in line)
        await pilot.click(offset=(75, row))
        await until(pilot, lambda: shows(app, "1 of 2"))


async def test_today_asks_nobody_who_never_recalled_anything(app: NotekeepApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await until(pilot, lambda: shows(app, "Reading"))
        assert not shows(app, "to recall")
        assert not shows(app, "Quote of the day")


async def test_empty_screens_say_what_fills_them(make_app: MakeApp) -> None:
    app = make_app("today")
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "g", "q")
        await until(pilot, lambda: shows(app, "No quotes yet."))
        await press(pilot, "y", "asterisk", "enter", "escape", "g", "r")
        await until(pilot, lambda: shows(app, "Nothing is due today."))
        await press(pilot, "3", "k", "space", "n", "t", "e", "escape")
        await until(pilot, lambda: isinstance(app.screen, TodayScreen))


async def test_the_answer_of_a_card_is_shown_with_space(make_app: MakeApp, root: Path) -> None:
    (root / ".notekeep").mkdir(exist_ok=True)
    (root / ".notekeep/config.toml").write_text('cards = "path:inbox/card.md"\n')
    (root / "inbox/card.md").write_text("Who?:: Mira.\n")
    app = make_app("today")
    app.vault.settings.cards = "path:inbox/card.md"
    app.vault.indexing.refresh()
    async with app.run_test(size=SMALL) as pilot:
        await press(pilot, "g", "r")
        await until(pilot, lambda: shows(app, "Who?") and shows(app, "space shows the answer"))
        assert not shows(app, "Mira.")
        await press(pilot, "space")
        await until(pilot, lambda: shows(app, "Mira.") and shows(app, "3 good"))
        await press(pilot, "3")
        await until(pilot, lambda: shows(app, "Done for today."))
