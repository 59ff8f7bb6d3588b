"""Cells of the grid, changed in place by their type: an edit of one key, which undo takes back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

import pytest
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Input

from notekeep.errors import Conflict
from notekeep.tui.app import NotekeepApp
from notekeep.tui.dialogs.cell_editors import (
    ChoiceCellEditor,
    DateCellEditor,
    ListCellEditor,
    StarsCellEditor,
)
from notekeep.tui.messages import OpenNote
from notekeep.tui.screens.grid_mode import cell_field, plan_cell
from notekeep.tui.widgets.calendars import month_days, shift_month
from notekeep.vault import Vault
from tests.support.screens import browse, press, seen, shows, tree, type_text, unpainted, until
from tests.support.sizes import cases
from tests.tui.test_grid import grid, open_grid, to_column

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)
BOOK = "books/Deep Work.md"


def content(root: Path) -> bytes:
    return (root / BOOK).read_bytes()


async def to_cell(app: NotekeepApp, pilot: Pilot[Any], name: str) -> None:
    """Go to a field of the book."""
    await open_grid(app, pilot)
    if browse(app).note_under_cursor != BOOK:
        await press(pilot, "down")
        await until(pilot, lambda: browse(app).note_under_cursor == BOOK)
    await to_column(app, pilot, name)


async def box(app: NotekeepApp, pilot: Pilot[Any], *keys: str) -> Any:
    """Open the cell's editor by keys."""
    await press(pilot, *keys)
    await until(pilot, lambda: len(app.screen_stack) == 2 and app.screen.is_mounted)
    await pilot.pause()
    return app.screen


async def test_a_rating_is_a_row_of_stars(make_app: MakeApp, root: Path) -> None:
    before = content(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await to_cell(app, pilot, "rating")
        stars = await box(app, pilot, "enter")
        assert isinstance(stars, StarsCellEditor)
        # Add half a star and less, never past five or below none.
        await press(pilot, "right", "right", "right", "left")
        await until(pilot, lambda: stars.rating == 4.5)
        await until(pilot, lambda: shows(app, "★★★★½  4.5"))
        await press(pilot, "2")
        await until(pilot, lambda: stars.rating == 2)
        type_text(app, ".")
        await until(pilot, lambda: stars.rating == 2.5)
        await press(pilot, "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert content(root) == before
        # A digit on the cell begins at once.
        await box(app, pilot, "5")
        await press(pilot, "enter")
        await until(pilot, lambda: content(root) == before.replace(b"rating: 4\n", b"rating: 5\n"))
        await until(pilot, lambda: shows(app, "Deep Work · rating: 5 · u undo"))
        await until(pilot, lambda: any("Deep Work" in x and "★★★★★" in x for x in seen(app)))
        await press(pilot, "u")
        await until(pilot, lambda: content(root) == before)
        await until(pilot, lambda: any("Deep Work" in x and "★★★★·" in x for x in seen(app)))
        # Nothing at all is a value as well.
        await press(pilot, "delete")
        await until(pilot, lambda: content(root) == before.replace(b"rating: 4\n", b""))


async def say_day(app: NotekeepApp, pilot: Pilot[Any], words: str, day: str) -> None:
    """Type a day into the cell, and write it when the calendar shows the one that is meant."""
    await until(pilot, lambda: len(app.screen_stack) == 1)
    date = await box(app, pilot, "enter")
    type_text(app, words)
    await until(pilot, lambda: str(date.calendar.day) == day)
    await press(pilot, "enter")
    await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_a_date_is_chosen_in_a_calendar_or_said_in_words(
    make_app: MakeApp, root: Path
) -> None:
    before = content(root)
    app = make_app("browse")

    def written(day: str) -> bytes:
        return before.replace(b"finished: 2026-05-11\n", f"finished: {day}\n".encode())

    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await to_cell(app, pilot, "finished")
        date = await box(app, pilot, "enter")
        assert isinstance(date, DateCellEditor)
        await until(pilot, lambda: shows(app, "May 2026"))
        await press(pilot, "right", "down", "down", "up", "left", "pagedown", "pageup", "right")
        await until(pilot, lambda: date.calendar.day == dt.date(2026, 5, 19))
        await until(pilot, lambda: shows(app, "Tue 19 May 2026"))
        await press(pilot, "enter")
        await until(pilot, lambda: content(root) == written("2026-05-19"))
        await until(pilot, lambda: len(app.screen_stack) == 1)
        # Words as on the command line; today is 24 November 2026, a Tuesday.
        await say_day(app, pilot, "-3", "2026-11-21")
        await until(pilot, lambda: content(root) == written("2026-11-21"))
        await say_day(app, pilot, "mon", "2026-11-23")
        await until(pilot, lambda: content(root) == written("2026-11-23"))
        await say_day(app, pilot, "today", "2026-11-24")
        await until(pilot, lambda: content(root) == written("2026-11-24"))
        await until(pilot, lambda: shows(app, "2026-11-24"))
        # What is no day is said, and nothing is written.
        await box(app, pilot, "enter")
        type_text(app, "2026-13-40")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "no such date"))
        await press(pilot, "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert content(root) == written("2026-11-24")
        await press(pilot, "u")
        await until(pilot, lambda: content(root) == written("2026-11-23"))


async def test_a_list_takes_and_gives_items(make_app: MakeApp, root: Path) -> None:
    before = content(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await to_cell(app, pilot, "tags")
        items = await box(app, pilot, "enter")
        assert isinstance(items, ListCellEditor)
        # What other notes have is offered, and found by its letters.
        await until(pilot, lambda: shows(app, "□ habit"))
        type_text(app, "+hab -work")
        await until(pilot, lambda: items.query_one(Input).value == "+hab -work")
        await press(pilot, "enter")
        after = before.replace(b"[attention, work]", b"[attention, hab]")
        # Else the box below could open on what is shown of it late.
        await until(pilot, lambda: content(root) == after and shows(app, "#attention #hab"))
        await press(pilot, "u")
        await until(pilot, lambda: content(root) == before)
        await until(pilot, lambda: len(app.screen_stack) == 1 and shows(app, "#attention #work"))
        # By arrows: the second item out, the first of the others in.
        items = await box(app, pilot, "enter")
        assert isinstance(items, ListCellEditor)
        assert items.chosen == ["attention", "work"]
        await until(pilot, lambda: shows(app, "□ habit"))
        await press(pilot, "down", "down", "space")
        await until(pilot, lambda: items.chosen == ["attention"])
        type_text(app, "learning/beh")
        field = items.query_one(Input)
        await until(pilot, lambda: field._suggestion == "learning/behaviour")
        await press(pilot, "right", "enter")
        after = before.replace(b"[attention, work]", b"[attention, learning/behaviour]")
        await until(pilot, lambda: content(root) == after)


@pytest.mark.slow
async def test_what_others_have_may_come_when_the_box_is_on_its_way_out(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await to_cell(app, pilot, "tags")
        items = await box(app, pilot, "enter")
        assert isinstance(items, ListCellEditor)
        await until(pilot, lambda: shows(app, "□ habit"))
        await items.query_one(Input).remove()
        items.offer(["habit", "later"])
        await press(pilot, "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


@cases(("key", "date"), [("enter", b"started: 2026-11-24\n"), ("escape", b"")], fast=1)
async def test_the_date_of_a_status_is_offered(
    make_app: MakeApp, root: Path, key: str, date: bytes
) -> None:
    before = (root / BOOK).read_bytes()
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await to_cell(app, pilot, "status")
        await press(pilot, "enter", "r", "enter")
        await until(pilot, lambda: shows(app, "Set started to today?"))
        # Nothing is written before that is answered, and then all of it as one step.
        assert (root / BOOK).read_bytes() == before
        await press(pilot, key)
        after = before.replace(b"publish: true\n", b"publish: true\nstatus: reading\n" + date)
        await until(pilot, lambda: (root / BOOK).read_bytes() == after)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await press(pilot, "u")
        await until(pilot, lambda: (root / BOOK).read_bytes() == before)


async def test_a_status_is_chosen_and_text_is_typed(make_app: MakeApp, root: Path) -> None:
    before = content(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await to_cell(app, pilot, "status")
        choice = await box(app, pilot, "enter")
        assert isinstance(choice, ChoiceCellEditor)
        await until(pilot, lambda: shows(app, "to-read"))
        await press(pilot, "f", "enter")
        after = before.replace(b"publish: true\n", b"publish: true\nstatus: finished\n")
        await until(pilot, lambda: content(root) == after)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await to_column(app, pilot, "pages")
        await box(app, pilot, "3")
        type_text(app, "04 pages")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, 'pages is a number, not "304 pages"'))
        app.screen.query_one(Input).value = "304"
        await press(pilot, "enter")
        after = after.replace(b"status: finished\n", b"status: finished\npages: 304\n")
        await until(pilot, lambda: content(root) == after)


@pytest.mark.slow
async def test_a_key_that_comes_before_a_choice_is_painted_moves_to_what_enter_takes(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(root)
    app = make_app("browse")
    may_paint: list[bool] = []
    paint = Screen._on_timer_update
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await to_cell(app, pilot, "status")
        monkeypatch.setattr(
            Screen, "_on_timer_update", lambda screen: paint(screen) if may_paint else None
        )
        for key in ("enter", "home"):
            app.post_message(Key(key, None))
            await unpainted(lambda: isinstance(app.screen, ChoiceCellEditor) and app.screen.focused)
        choice = cast("ChoiceCellEditor", app.screen)
        await unpainted(lambda: choice.options.cursor == 0)
        may_paint.append(True)
        await until(pilot, lambda: shows(app, choice.options.value))
        await until(pilot, lambda: not choice._callbacks and not choice.message_queue_size)
        await press(pilot, "enter")
        after = f"publish: true\nstatus: {choice.options.value}\n".encode()
        await until(pilot, lambda: content(root) == before.replace(b"publish: true\n", after))


async def test_rating_out_of_range_is_told_in_its_cell(make_app: MakeApp, root: Path) -> None:
    before = content(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await to_cell(app, pilot, "rating")
        await box(app, pilot, "9")
        await until(pilot, lambda: shows(app, "rating must be between 0 and 5. Got 9."))
        await press(pilot, "3")
        await until(pilot, lambda: shows(app, "arrows for half a star"))
        await press(pilot, "enter")
        await until(pilot, lambda: content(root) == before.replace(b"rating: 4", b"rating: 3"))


@pytest.mark.slow
async def test_value_that_is_refused_stays_in_its_cell(root: Path) -> None:
    (root / ".notekeep").mkdir()
    (root / ".notekeep/config.toml").write_text("rating_max = 10\n")
    vault = Vault.open(root)
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await to_cell(app, pilot, "rating")
        await box(app, pilot, "1")
        line = app.screen.query_one(Input)
        line.value = "11"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "rating must be between 0 and 10. Got 11."))
        assert line.value == "11"
        line.value = "9"
        await press(pilot, "enter")
        await until(pilot, lambda: b"rating: 9\n" in content(root))


async def test_what_cannot_be_written_says_the_line_and_why(make_app: MakeApp, root: Path) -> None:
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "v")
        await until(pilot, lambda: browse(app).pane.grid is not None)
        browse(app).open_note(OpenNote("inbox/broken.md"))
        await until(pilot, lambda: browse(app).note_under_cursor == "inbox/broken.md")
        await to_column(app, pilot, "tags")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "inbox/broken.md:2"))
        await to_column(app, pilot, "type")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "The kind comes from"))
    assert tree(root) == before


def test_what_changed_underneath_is_never_overwritten(root: Path, vault: Vault) -> None:
    row = vault.workspace.resolve(BOOK)
    from notekeep.tui.render.glyphs import UNICODE
    from notekeep.tui.render.note_columns import choose_columns

    columns = {column.name: column for column in choose_columns([row], vault.schema, UNICODE)}
    rating = cell_field(row, columns["rating"], vault.schema)
    tags = cell_field(row, columns["tags"], vault.schema)
    # Another program rates the book, and tags it.
    changed = content(root).replace(b"rating: 4\n", b"rating: 1 # mine\n")
    changed = changed.replace(b"[attention, work]", b"[attention, work, theirs]")
    (root / BOOK).write_bytes(changed)
    with pytest.raises(Conflict, match=r"rating of books/Deep Work\.md is now 1"):
        plan_cell(vault, BOOK, rating, "5")
    assert content(root) == changed
    # To a list both is done.
    vault.notes.apply(plan_cell(vault, BOOK, tags, "work, ours"))
    assert b"tags: [work, theirs, ours]" in content(root)
    assert b"rating: 1 # mine" in content(root)


@pytest.mark.parametrize("start", range(7))
def test_a_month_has_its_days_in_their_weeks(start: int) -> None:
    for month in (dt.date(2026, 2, 9), dt.date(2024, 2, 1), dt.date(2026, 11, 30)):
        days = month_days(month, start)
        assert len(days) == 42
        real = [day for day in days if day is not None]
        assert real[0].day == 1
        assert (real[-1] + dt.timedelta(1)).day == 1
        assert all(day.weekday() == (n + start) % 7 for n, day in enumerate(days) if day)


def test_a_month_later_is_the_same_day_or_the_last() -> None:
    assert shift_month(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)
    assert shift_month(dt.date(2026, 1, 31), -1) == dt.date(2025, 12, 31)


@cases("size", [(20, 5), (40, 12), (80, 24)], fast=1)
async def test_every_box_has_room_at_any_size(
    make_app: MakeApp, root: Path, size: tuple[int, int]
) -> None:
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await press(pilot, "v")
        await until(pilot, lambda: browse(app).pane.grid is not None and grid(app).columns)
        browse(app).open_note(OpenNote(BOOK))
        await until(pilot, lambda: browse(app).note_under_cursor == BOOK)
        for _ in grid(app).columns[1:]:
            await press(pilot, "right", "enter")
            await pilot.pause()
            if len(app.screen_stack) == 2:
                await until(pilot, lambda: app.screen.query("#cell"))
                cell = app.screen.query_one("#cell").region
                assert app.screen.region.contains_region(cell)
                await press(pilot, "escape")
                await until(pilot, lambda: len(app.screen_stack) == 1)
    assert tree(root) == before


async def test_stars_follow_the_best_rating_of_the_vault(root: Path) -> None:
    (root / ".notekeep").mkdir(exist_ok=True)
    (root / ".notekeep/config.toml").write_text("rating_max = 10\n")
    for title, rating in (("Nine", 9), ("Eleven", 11)):
        (root / f"books/{title}.md").write_text(f"---\ntype: book\nrating: {rating}\n---\n")
    vault = Vault.open(root)
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await open_grid(app, pilot)
        await until(pilot, lambda: shows(app, "★★★★½") and shows(app, "11"))
