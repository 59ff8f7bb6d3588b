"""The palette: commands with their words, actions by name, habits and notes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest

from notekeep.tui.messages import OpenNote
from notekeep.tui.screens.history import StepsScreen
from notekeep.tui.screens.palette import Palette
from notekeep.tui.screens.typed_commands import (
    TypedCommand,
    match_verbs,
    parse_typed_command,
)
from notekeep.tui.vault_updates import VaultUpdates
from tests.support.screens import press, seen, shows, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.browse import BrowseScreen
    from notekeep.tui.screens.vault_screen import VaultScreen

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (100, 30)
BOOK = "books/Deep Work.md"


async def at_book(app: NotekeepApp, pilot: Pilot[Any], path: str = BOOK) -> BrowseScreen:
    await until(pilot, lambda: shows(app, "9 notes"))
    screen = cast("BrowseScreen", app.screen)
    screen.open_note(OpenNote(path))
    await until(pilot, lambda: screen.note_under_cursor == path and bool(screen.chosen_notes()))
    return screen


async def command(app: NotekeepApp, pilot: Pilot[Any], text: str) -> None:
    """Type a command as fast as a paste, and press enter right after it."""
    await press(pilot, "colon")
    await until(pilot, lambda: isinstance(app.screen, Palette) and app.focused is not None)
    type_text(app, text)
    await press(pilot, "enter")
    await until(pilot, lambda: not isinstance(app.screen, Palette))


async def test_commands_change_the_note_under_the_cursor(make_app: MakeApp, root: Path) -> None:
    before = (root / BOOK).read_bytes()
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at_book(app, pilot)
        await command(app, pilot, "tag +slow -work")
        tagged = before.replace(b"[attention, work]", b"[attention, slow]")
        await until(pilot, lambda: (root / BOOK).read_bytes() == tagged)
        await until(pilot, lambda: shows(app, "Tagged Deep Work · u undo"))
        await command(app, pilot, "set rating=5")
        rated = tagged.replace(b"rating: 4\n", b"rating: 5\n")
        await until(pilot, lambda: (root / BOOK).read_bytes() == rated)
        await press(pilot, "u")
        await until(pilot, lambda: (root / BOOK).read_bytes() == tagged)


@pytest.mark.slow
@pytest.mark.parametrize(("key", "is_dated"), [("enter", True), ("escape", False)])
async def test_the_date_of_a_status_is_offered(
    make_app: MakeApp, root: Path, key: str, *, is_dated: bool
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at_book(app, pilot, "books/Atomic Habits.md")
        await command(app, pilot, "set status=finished")
        await until(pilot, lambda: shows(app, "Set finished to today?"))
        await press(pilot, key)
        await until(pilot, lambda: shows(app, "Wrote status=finished"))
        text = (root / "books/Atomic Habits.md").read_text()
        assert "status: finished\n" in text
        assert ("finished: 2026-11-24\n" in text) == is_dated


@pytest.mark.slow
async def test_a_field_that_is_set_is_told_as_on_the_command_line(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at_book(app, pilot)
        await command(app, pilot, "set ratng=5 finished=yesterday")
        await until(pilot, lambda: b"\nratng: 5\n" in (root / BOOK).read_bytes())
        assert b"\nfinished: 2026-11-23\n" in (root / BOOK).read_bytes()
        await until(pilot, lambda: shows(app, "ratng is a new field. Did you mean rating?"))
        await until(pilot, lambda: shows(app, "finished: yesterday is Mon 23 Nov"))


@pytest.mark.slow
async def test_marked_notes_move_together_by_a_typed_command(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await at_book(app, pilot)
        screen.notes.marked |= {"books/Deep Work.md", "books/Atomic Habits.md"}
        await command(app, pilot, "mv shelf")
        await until(pilot, lambda: shows(app, "2 files would change"))
        assert not (root / "shelf").exists()
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Moved to shelf · u undo"))
        assert sorted(path.name for path in (root / "shelf").iterdir()) == [
            "Atomic Habits.md",
            "Deep Work.md",
        ]
        await press(pilot, "u")
        await until(pilot, (root / "books/Deep Work.md").exists)
        assert (root / "books/Atomic Habits.md").exists()


@cases("typed", ["tag +slow", "set rating=2"], fast=1)
async def test_typed_changes_of_marked_notes_are_shown_first(
    make_app: MakeApp, root: Path, typed: str
) -> None:
    pair = [root / "books/Deep Work.md", root / "books/Atomic Habits.md"]
    before = [path.read_bytes() for path in pair]
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await at_book(app, pilot)
        screen.notes.mark({path.relative_to(root).as_posix() for path in pair})
        await command(app, pilot, typed)
        await until(pilot, lambda: shows(app, "2 files would change"))
        await press(pilot, "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert [path.read_bytes() for path in pair] == before
        await command(app, pilot, typed)
        await until(pilot, lambda: shows(app, "2 files would change"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "· u undo"))
        changed = [path.read_bytes() for path in pair]
        assert all(now != then for now, then in zip(changed, before, strict=True))


async def test_links_that_another_program_wrote_a_moment_ago_follow_a_note(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing tells the app of a change here, as with a folder on another computer.
    monkeypatch.setattr(VaultUpdates, "start", lambda _updates: None)
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at_book(app, pilot)
        note = root / "inbox/Just written.md"
        note.write_text("[[books/Deep Work|the book]]\n")
        await command(app, pilot, "mv shelf")
        await until(pilot, lambda: shows(app, "2 files would change"))
        await press(pilot, "enter")
        await until(pilot, (root / "shelf/Deep Work.md").exists)
        await until(pilot, lambda: shows(app, "Moved to shelf · u undo"))
        assert note.read_text() == "[[shelf/Deep Work|the book]]\n"


async def test_commands_list_search_and_check_in(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await at_book(app, pilot)
        await command(app, pilot, "sort -rating")
        await until(pilot, lambda: screen.pane.scope == "sort:-rating")
        row = screen.notes.row_of(0)
        assert row is not None
        assert row.title == "Atomic Habits"
        await press(pilot, "escape")
        await command(app, pilot, "search type:post")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))
        await command(app, pilot, "habit water 3 glass yesterday")
        logs = root / "habits/log"
        await until(
            pilot,
            lambda: any("2026-11-23 water: 3 glass" in p.read_text() for p in logs.iterdir()),
        )
        await until(pilot, lambda: shows(app, "Checked in: Water: 3 glass, yesterday"))
        # What needs no more words is done as the action of that name.
        await command(app, pilot, "tasks")
        await until(pilot, lambda: shows(app, "1 open · 0 done"))
        found = parse_typed_command(cast("VaultScreen", app.screen), "tag +now")
        assert isinstance(found, TypedCommand)
        assert found.title.endswith(": +now")
        await command(app, pilot, "open atomic")
        await until(pilot, lambda: screen.preview.path == "books/Atomic Habits.md")


@pytest.mark.slow
async def test_the_tasks_of_a_query_are_listed_over_all_tasks(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at_book(app, pilot)
        await command(app, pilot, "tasks")
        await until(pilot, lambda: shows(app, "1 open · 0 done"))
        await command(app, pilot, "tasks type:book")
        await until(pilot, lambda: shows(app, "type:book · 0 open"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "1 open · 0 done"))


async def test_it_says_how_a_command_goes_on(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at_book(app, pilot)
        await press(pilot, "colon")
        await until(pilot, lambda: isinstance(app.screen, Palette) and app.focused is not None)
        type_text(app, "renam")
        await until(pilot, lambda: shows(app, "rename TITLE"))
        await press(pilot, "enter")
        # Chosen, it waits for the words.
        await until(pilot, lambda: isinstance(app.screen, Palette) and shows(app, "rename "))
        type_text(app, "Deeper Work")
        await until(pilot, lambda: shows(app, "Rename Deep Work to Deeper Work"))


async def test_what_is_no_command_says_why_and_stays_to_be_corrected(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at_book(app, pilot)
        await press(pilot, "colon")
        await until(pilot, lambda: isinstance(app.screen, Palette) and app.focused is not None)
        first = app.screen
        type_text(app, "habit nobody 3 glass")
        await until(pilot, lambda: shows(app, 'There is no habit "nobody".'))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, Palette) and app.screen is not first)
        await until(pilot, lambda: shows(app, "habit nobody 3 glass"))


async def test_what_was_used_last_stands_first_with_its_key(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at_book(app, pilot)
        await command(app, pilot, "steps")
        await until(pilot, lambda: isinstance(app.screen, StepsScreen))
        await press(pilot, "escape")
        await command(app, pilot, "sidebar")
        used = ["toggle-sidebar", "show-steps"]
        await until(pilot, lambda: app.place.used.split()[:2] == used)
        await press(pilot, "colon")
        await until(pilot, lambda: shows(app, "Show or hide"))
        lines = [line.strip(" │") for line in seen(app)]
        recent = next(n for n, line in enumerate(lines) if "Recent ─" in line)
        assert "Sidebar" in lines[recent + 1]
        # The key of a command stands at the right.
        assert " b " in lines[recent + 1]
        assert "Steps" in lines[recent + 2]
        assert "Commands ─" in lines[recent + 3]


async def test_habits_are_found_and_ticked(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at_book(app, pilot)
        await press(pilot, "colon")
        await until(pilot, lambda: isinstance(app.screen, Palette) and app.focused is not None)
        type_text(app, "medita")
        await until(pilot, lambda: shows(app, "Mark as done today"))
        row = next(n for n, line in enumerate(seen(app)) if "Mark as done" in line)
        await pilot.click(offset=(20, row))
        logs = root / "habits/log"
        await until(
            pilot,
            lambda: any("2026-11-24 meditate: done" in p.read_text() for p in logs.iterdir()),
        )
        # The list of notes shows nothing of it.
        await until(pilot, lambda: shows(app, "Checked in: Meditate: done · u undo"))


TYPED = {
    ":tag +x": "Tag Deep Work: +x",
    "tag x": None,
    "tag": None,
    "set rating": None,
    "set status='to read'": "Set fields of Deep Work: status=to read",
    "sort nonsense": None,
    "new book Slow": "New book: Slow",
    "new nonsense Slow": None,
    "habit nobody": None,
    "habit water 3": "Water: 3",
    "habit water 3 24": "Water: 3, 24",
    "habit water skip 3 days ago": "Water: skip, 3 days ago",
    "habit water last tue": "Water: done, last tue",
    "habit add Read a page": "Add a habit: Read a page",
    "mv books/old": "Move Deep Work to books/old",
    "add a line": "Add to today's note: a line",
    "rm": None,
}
"""What is typed, and the title of the command that it is, if it is one."""


async def test_what_is_a_command_and_what_is_none(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await at_book(app, pilot)
        screen.vault.habits.refresh()
        found = {text: parse_typed_command(screen, text) for text in TYPED}
        titles = {
            text: command.title if isinstance(command, TypedCommand) else None
            for text, command in found.items()
        }
        assert titles == TYPED


def test_verbs_are_known_by_their_beginning() -> None:
    assert [verb.usage.split()[0] for verb in match_verbs(":ta")] == ["tag", "tasks"]
    assert match_verbs("") == []


@cases("place", ["list", "search", "preview"], fast=1)
async def test_palette_offers_all_of_the_screen_from_any_place(
    make_app: MakeApp, place: str
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await at_book(app, pilot)
        if place != "list":
            await press(pilot, {"search": "slash", "preview": "enter"}[place])
        await until(pilot, lambda: screen.place() == place)
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette) and app.focused is not None)
        type_text(app, "next link")
        await until(pilot, lambda: shows(app, "Next link or task"))
        await press(pilot, "ctrl+u")
        type_text(app, "grid")
        await until(pilot, lambda: shows(app, "Grid or list"))
        await press(pilot, "enter")
        await until(pilot, lambda: screen.view == "grid")


async def test_the_palette_of_the_editor_offers_what_works_there(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(100, 80), notifications=True) as pilot:
        await at_book(app, pilot)
        await press(pilot, "e")
        await until(pilot, lambda: shows(app, "save and close"))
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette) and app.focused is not None)
        lines = [line.partition("│")[2].strip(" ▌│") for line in seen(app)]
        shown = {line[:20].strip(): line.split()[-1] for line in lines if line}
        assert shown["Save"] == "ctrl+s"
        # Letters are typed into the text, and the editor has other uses for some keys.
        taken = {"New note": "n", "Quick note": "ctrl+n", "Suspend": "ctrl+z"}
        assert not taken.items() & shown.items()
        assert taken.keys() <= shown.keys()
        assert not {"Undo", "Redo", "Line up"} & shown.keys()
        type_text(app, "ta")
        await until(pilot, lambda: shows(app, "tasks QUERY"))
        assert not shows(app, "tag +add")


async def test_palette_finds_actions_by_other_words(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await at_book(app, pilot)
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette) and app.focused is not None)
        titles = {"error": "Problems", "message": "Problems", "table": "Grid or list"}
        titles |= {"exit": "Quit", "bulk": "Set a field", "chart": "Year in books"}
        for word, title in titles.items():
            await press(pilot, "ctrl+u")
            await until(pilot, lambda: shows(app, "Read the note."))
            type_text(app, word)
            await until(pilot, lambda: not shows(app, "Read the note."))
            await until(pilot, partial(shows, app, title))
