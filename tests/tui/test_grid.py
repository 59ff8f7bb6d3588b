"""The grid of notes: the columns that suit them, where they stand, what they are sorted by."""

from __future__ import annotations

import datetime as dt
import json
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.app import App

from notekeep.catalog.records import Row
from notekeep.markdown.fields.schema import DEFAULT_SCHEMA, Kind, Schema
from notekeep.tui.render.glyphs import ASCII_GLYPHS, UNICODE
from notekeep.tui.render.note_columns import (
    GUTTER,
    Column,
    cell_text,
    choose_columns,
    column_heads,
    first_visible_column,
    lay_out_columns,
)
from notekeep.tui.render.styled_text import line_text, line_width
from notekeep.tui.widgets.note_grid import NoteGrid
from notekeep.tui.widgets.note_list import NoteRows
from tests.support.screens import browse, press, seen, shows, tree, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.browse import BrowseScreen
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)
DAY = 86_400 * 10**9


def note(title: str, kind: str = "book", tags: tuple[str, ...] = (), **fields: object) -> Row:
    facts = json.dumps({"tags": [*tags], "aliases": [], "fields": fields})
    return Row(
        path=f"{title}.md",
        title=title,
        kind=kind,
        mtime_ns=20_000 * DAY,
        size=1,
        private=False,
        problem=None,
        words=1,
        facts=facts,
    )


BOOKS = [
    note("Deep Work", author=["Cal Newport"], rating=4, pages=304, shelf="left"),
    note("Dune", author=["Frank Herbert"], rating=4.5, status="reading", started="2026-11-02"),
    note("Ten", rating=9, tags=("odd",)),
]


def names(rows: list[Row], schema: Schema = DEFAULT_SCHEMA) -> list[str]:
    return [column.name for column in choose_columns(rows, schema, UNICODE)]


def test_notes_of_one_kind_have_its_columns_even_those_that_wait_to_be_filled() -> None:
    assert names(BOOKS) == [
        *("title", "author", "rating", "status", "started", "finished", "tags", "pages", "genre"),
        *("shelf", "modified"),
    ]


def test_a_kind_of_the_vaults_own_has_the_columns_its_settings_give_it() -> None:
    schema = Schema({**DEFAULT_SCHEMA.kinds, "plant": Kind("plant", {"sown": "date"})})
    assert names([note("Basil", "plant", place="window")], schema) == [
        *("title", "sown", "tags", "place", "modified"),
    ]


def test_notes_of_several_kinds_have_what_many_of_them_have() -> None:
    rows = [*BOOKS, note("Today", "daily", date="2026-11-24"), note("Idea", "note", odd=1)]
    found = names(rows)
    assert found[:2] == ["title", "type"]
    assert found[2] == "rating"
    assert "author" in found
    assert found[-1] == "modified"
    assert "tags" in found


def test_columns_stay_where_they_are_when_the_notes_are_sorted() -> None:
    rows = [*BOOKS, note("Today", "daily", date="2026-11-24"), note("Idea", "note", odd=1)]
    assert names(rows[::-1]) == names(rows)
    assert names(BOOKS[::-1]) == names(BOOKS)


@pytest.mark.parametrize(
    ("row", "name", "shown"),
    [
        (0, "rating", "★★★★·"),
        (1, "rating", "★★★★½"),
        # A rating on another scale is no row of stars.
        (2, "rating", "9"),
        (0, "author", "Cal Newport"),
        (2, "tags", "#odd"),
        (0, "pages", "304"),
        (2, "finished", ""),
    ],
)
def test_a_cell_shows_its_field_as_a_person_reads_it(row: int, name: str, shown: str) -> None:
    columns = {column.name: column for column in choose_columns(BOOKS, DEFAULT_SCHEMA, UNICODE)}
    assert cell_text(BOOKS[row], columns[name], UNICODE) == shown


def columns(*widths: int) -> list[Column]:
    return [Column(f"c{number}", "text", width, width) for number, width in enumerate(widths)]


sizes = st.lists(st.integers(4, 30), min_size=1, max_size=9)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sizes, st.integers(1, 200), st.data())
def test_every_column_can_be_brought_into_view_at_any_width(
    widths: list[int], width: int, data: st.DataObject
) -> None:
    made = columns(*widths)
    wanted = data.draw(st.integers(0, len(made) - 1))
    left = first_visible_column(made, width, data.draw(st.integers(1, len(made))), wanted)
    places = lay_out_columns(made, width, left)
    assert places[0].column == 0
    # Nothing lies over anything else, or outside.
    ends = [GUTTER]
    for place in places:
        assert place.x >= ends[-1]
        ends.append(place.x + place.width)
    assert ends[-1] <= max(width, GUTTER)
    if width >= 50:
        assert wanted in {place.column for place in places}
    line = column_heads(made, places, width, UNICODE, selected=wanted, order="")
    assert line_width(line) == width


def test_the_heads_say_the_order_and_that_there_is_more() -> None:
    made = columns(12, 10, 10, 10, 10)
    head = line_text(
        column_heads(made, lay_out_columns(made, 40, 1), 40, UNICODE, selected=0, order="-c1")
    )
    assert head.split() == ["c0", "c1", "↓", "c2", "▸"]
    head = line_text(
        column_heads(made, lay_out_columns(made, 40, 4), 40, ASCII_GLYPHS, selected=4, order="c4")
    )
    assert head.split() == ["c0", "<c4", "^"]


# On the screen.


def grid(app: NotekeepApp) -> NoteGrid:
    found = browse(app).pane.grid
    assert found is not None
    return found


async def open_grid(app: NotekeepApp, pilot: Pilot[Any], query: str = "type:book") -> None:
    """Find the books, and show them as a grid."""
    await until(pilot, lambda: shows(app, " notes"))
    await press(pilot, "slash")
    type_text(app, query)
    await until(pilot, lambda: shows(app, f"/ {query}") and shows(app, " of "))
    await press(pilot, "enter")
    await until(pilot, lambda: browse(app).notes.has_focus)
    await press(pilot, "v")
    await until(pilot, lambda: browse(app).pane.grid is not None and grid(app).has_focus)
    await until(pilot, lambda: shows(app, "author"))


async def to_column(app: NotekeepApp, pilot: Pilot[Any], name: str) -> None:
    """Go to a column by keys."""
    wanted = [column.name for column in grid(app).columns].index(name)
    key = "right" if wanted > grid(app).column else "left"
    await press(pilot, *[key] * abs(wanted - grid(app).column))
    await until(pilot, lambda: grid(app).column == wanted)


async def test_v_shows_a_grid_and_the_same_note_in_the_list_again(
    make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await open_grid(app, pilot)
        head = next(line for line in seen(app) if "author" in line)
        assert head.split("│")[-1].split()[:4] == ["title", "author", "rating", "status"]
        assert any("Cal Newport" in line and "★★★★·" in line for line in seen(app))
        assert not browse(app).preview.display
        first = browse(app).note_under_cursor
        await press(pilot, "down")
        await until(pilot, lambda: browse(app).note_under_cursor != first)
        here = browse(app).note_under_cursor
        await press(pilot, "v")
        await until(pilot, lambda: browse(app).pane.grid is None)
        await until(pilot, lambda: browse(app).notes.has_focus)
        assert browse(app).note_under_cursor == here
        await until(pilot, lambda: browse(app).preview.display)
        # A title is read, a space reads it as well where the preview has no room.
        await press(pilot, "v")
        await until(pilot, lambda: browse(app).pane.grid is not None)
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).preview.has_focus)
        await press(pilot, "escape")
        await until(pilot, lambda: grid(app).has_focus)
    assert tree(root) == before


@pytest.mark.slow
async def test_the_grid_is_where_one_left_it(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "v")
        await until(pilot, lambda: browse(app).pane.grid is not None and shows(app, "kind"))
        app._remember()
    again = make_app("browse")
    async with again.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(again, "kind") and grid(again).has_focus)
        await until(pilot, lambda: any("daily" in line for line in seen(again)))


async def test_a_column_sorts_both_ways_and_then_as_before(make_app: MakeApp) -> None:
    app = make_app("browse")

    def titles() -> list[str]:
        notes = grid(app)
        rows = map(notes.row_of, range(notes.note_count))
        return [row.title for row in rows if row is not None]

    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "v")
        await until(pilot, lambda: browse(app).pane.grid is not None and shows(app, "kind"))
        before = titles()
        await to_column(app, pilot, "rating")
        await press(pilot, "s")
        await until(pilot, lambda: titles()[:2] == ["Deep Work", "Atomic Habits"])
        await until(pilot, lambda: shows(app, "rating ↑"))
        await press(pilot, "s")
        await until(pilot, lambda: titles()[:2] == ["Atomic Habits", "Deep Work"])
        # Notes without a rating stay behind.
        assert set(titles()[2:]) == set(before) - {"Deep Work", "Atomic Habits"}
        await press(pilot, "s")
        await until(pilot, lambda: titles() == before)
        # The name of a column is a button for the same.
        row = next(n for n, line in enumerate(seen(app)) if "title" in line and "rating" in line)
        await pilot.click(offset=(seen(app)[row].index("rating") + 1, row))
        await until(pilot, lambda: titles()[:2] == ["Deep Work", "Atomic Habits"])
        # What is found is sorted as the rest was.
        await press(pilot, "slash")
        type_text(app, "type:book")
        await until(pilot, lambda: shows(app, "2 of 9 notes"))
        await until(pilot, lambda: titles() == ["Deep Work", "Atomic Habits"])


@pytest.mark.slow
async def test_tags_sort_by_the_first_one_in_lists_and_in_what_is_found(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    (root / "books/a.md").write_text("---\ntype: book\ntags: [attention/deep, zoo]\n---\n")
    (root / "books/b.md").write_text("---\ntype: book\ntags: [attention-span]\n---\n")
    vault.indexing.refresh()
    app = make_app("browse")

    def titles() -> list[str]:
        notes = grid(app)
        rows = map(notes.row_of, range(notes.note_count))
        return [row.title for row in rows if row is not None and row.kind == "book"]

    # A tag, what is below it, and only then one that begins with the same letters.
    upwards = ["Deep Work", "a", "b", "Atomic Habits"]
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "11 notes"))
        await press(pilot, "v")
        await until(pilot, lambda: browse(app).pane.grid is not None and shows(app, "kind"))
        await to_column(app, pilot, "tags")
        await press(pilot, "s")
        await until(pilot, lambda: titles() == upwards)
        await until(pilot, lambda: shows(app, "tags ↑"))
        await press(pilot, "s")
        await until(pilot, lambda: titles() == upwards[::-1])
        await press(pilot, "slash")
        type_text(app, "type:book")
        await until(pilot, lambda: shows(app, "4 of 11 notes"))
        await until(pilot, lambda: titles() == upwards[::-1])


async def test_the_grid_by_mouse(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await open_grid(app, pilot)

        async def click(text: str, times: int = 1) -> None:
            row = next(n for n, line in enumerate(seen(app)) if text in line)
            await pilot.click(offset=(seen(app)[row].index(text) + 1, row), times=times)

        await click("Cal Newport")
        await until(pilot, lambda: grid(app).column == 1)
        assert browse(app).note_under_cursor == "books/Deep Work.md"
        await click("★★★★½", times=2)
        await until(pilot, lambda: shows(app, "A digit"))
        # The second star, then half of it.
        await click("★★★★½  4.5")
        await until(pilot, lambda: shows(app, "★★···  2"))
        await click("★★···  2")
        await until(pilot, lambda: shows(app, "★½···  1.5"))
        await press(pilot, "escape")
        await until(pilot, lambda: not shows(app, "A digit"))
        # Left of the title is where notes are marked.
        row = next(n for n, line in enumerate(seen(app)) if "Deep Work" in line)
        left = grid(app).content_region.x
        await pilot.click(offset=(left + 1, row))
        await until(pilot, lambda: grid(app).marked == {"books/Deep Work.md"})
        await pilot.click(offset=(left + 1, row))
        await until(pilot, lambda: not grid(app).marked)


@cases("size", [(20, 5), (40, 12), (80, 24), (200, 60)], fast=1)
async def test_the_grid_at_any_size_with_any_characters(
    make_app: MakeApp, root: Path, vault: Vault, size: tuple[int, int]
) -> None:
    (root / "books/wide.md").write_text(
        "---\ntype: book\ntitle: 三体問題は長い題名であり\nauthor: [劉慈欣, é́e, 👩\u200d🚀]\n---\n"
    )
    vault.indexing.refresh()
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await press(pilot, "v")
        await until(pilot, lambda: browse(app).pane.grid is not None and grid(app).columns)
        for _ in grid(app).columns:
            await press(pilot, "right")
        await until(pilot, lambda: grid(app).column == len(grid(app).columns) - 1)
        await press(pilot, "end", "home", "ctrl+left", "pagedown")
        await until(pilot, lambda: grid(app).column == 0)
        for row in range(grid(app).note_count):
            for width in (size[0], 33):
                assert line_width(grid(app).draw_row(row, width)[0]) == width
        await press(pilot, "v")
        await until(pilot, lambda: browse(app).pane.grid is None)
    assert tree(root) == before


class Many:
    """A hundred thousand notes, and which of them were asked for."""

    total = 100_000

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def page(self, offset: int, limit: int) -> list[Row]:
        self.asked.append((offset, limit))
        return [note(f"Note {n}", rating=n % 6) for n in range(offset, offset + limit)]

    def paths(self) -> list[str]:
        return []

    def find(self, path: str) -> None:
        del path


class Bare(App[None]):
    """A grid, and nothing else."""

    glyphs, today = UNICODE, dt.date(2026, 11, 24)
    vault = SimpleNamespace(schema=DEFAULT_SCHEMA)

    def compose(self) -> ComposeResult:
        yield NoteGrid()


async def test_only_the_rows_on_the_screen_are_read() -> None:
    source = Many()
    app = Bare()
    async with app.run_test(size=(80, 24)) as pilot:
        shown = app.query_one(NoteGrid)
        shown.set_columns(source.page(0, 200), "")
        shown.show(NoteRows(source))
        await until(pilot, lambda: shows(app, "Note 0 "))

        def sees(row: int) -> bool:
            # The view knows how far it goes only once it was laid out.
            shown.scroll_to_line(row)
            return shows(app, f"Note {row} ")

        await until(pilot, lambda: sees(99_999))
        await until(pilot, lambda: sees(0))
        assert sum(limit for _, limit in source.asked) <= 1_000


@pytest.mark.slow
async def test_what_was_scrolled_past_is_not_kept() -> None:
    source = Many()
    app = Bare()
    async with app.run_test(size=(80, 24)):
        shown = app.query_one(NoteGrid)
        shown.show(NoteRows(source))
        for row in range(0, source.total, 200):
            assert shown.row_of(row) is not None
        assert sum(map(len, shown._rows._pages.values())) <= 4_000
        last = shown.row_of(source.total - 1)
        assert last is not None
        assert last.title == f"Note {source.total - 1}"


@pytest.mark.slow
@pytest.mark.parametrize("search", ["", "many"])
async def test_the_row_of_the_cursor_stays_where_it_is_when_list_and_grid_change(
    make_app: MakeApp, root: Path, search: str
) -> None:
    for number in range(100):
        (root / f"n{number:02}.md").write_text("One of many.\n")
    app = make_app("browse")
    app.vault.indexing.refresh()

    def place() -> int:
        return next(
            (y for y, line in enumerate(seen(app)) if re.search(r"▌[ \[](· )?n\d", line)), -1
        )

    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: shows(app, "109 notes"))
        if search:
            await press(pilot, "slash", *search)
            await until(pilot, lambda: shows(app, "100 of 109 notes"))
            await press(pilot, "enter")
        screen = cast("BrowseScreen", app.screen)
        screen.notes.move_to(60)
        await press(pilot, *("k",) * 7)
        await until(pilot, lambda: screen.notes.cursor == 53 and place() > 2)
        before = place()
        for _ in range(2):
            await press(pilot, "v")
            await until(pilot, lambda: screen.pane.grid is not None and place() == before)
            await press(pilot, "v")
            await until(pilot, lambda: screen.pane.grid is None and place() == before)


async def test_the_grid_shows_signs_of_a_status_and_sums_up_the_notes(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "type:book")
        await until(pilot, lambda: shows(app, "2 of 9 notes"))
        await press(pilot, "enter", "v")
        await until(pilot, lambda: shows(app, "2 books · 4.2 average · 1 reading"))
        await until(pilot, lambda: shows(app, "◐ reading"))
        await press(pilot, "v")
        await until(pilot, lambda: shows(app, "best match"))
