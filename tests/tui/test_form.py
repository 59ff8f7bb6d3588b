"""The form of a note's fields: typed by the kind, written key by key, taken back byte for byte."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from notekeep.errors import UsageError
from notekeep.markdown.fields.field_changes import apply_changes
from notekeep.markdown.fields.schema import DEFAULT_SCHEMA
from notekeep.markdown.note import read_note
from notekeep.tui.field_forms import (
    FormField,
    check_field_text,
    format_value,
    list_form_fields,
    make_field_changes,
    parse_field_text,
    parse_list_items,
    step_value,
)
from notekeep.tui.widgets.note_list import NoteList
from tests.support.screens import press, seen, shows, tree, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)
BOOK = "books/Deep Work.md"
TODAY = dt.date(2026, 11, 24)

SOURCE = b"""\
---
type: book # a comment
title: "Deep Work"
author: ['Cal Newport', "Ann, the other"] # two of them
rating: 4.50
tags:
  - attention # first
  - work
shelf: left
---
Body.
"""


def fields(source: bytes = SOURCE) -> dict[str, FormField]:
    note = read_note(BOOK, source, DEFAULT_SCHEMA)
    return {field.name: field for field in list_form_fields(note, DEFAULT_SCHEMA)}


def written(name: str, text: str) -> bytes:
    return apply_changes(SOURCE, make_field_changes(fields()[name], text), DEFAULT_SCHEMA, "book")


def content(path: Path) -> bytes:
    return path.read_bytes()


def test_a_form_has_the_fields_of_the_kind_then_others_then_those_of_every_note() -> None:
    names = list(fields())
    assert names.index("rating") < names.index("shelf") < names.index("tags")
    assert "type" not in names
    assert fields()["rating"].text == "4.5"
    assert fields()["author"].text == "Cal Newport; Ann, the other"
    assert fields()["status"].choices == ("to-read", "reading", "finished", "dropped")


@pytest.mark.parametrize(
    ("name", "text", "before", "after"),
    [
        ("rating", "5", b"rating: 4.50\n", b"rating: 5\n"),
        ("shelf", "right", b"shelf: left\n", b"shelf: right\n"),
        ("shelf", "", b"shelf: left\n", b""),
        ("tags", "attention, work, slow", b"  - work\n", b"  - work\n  - slow\n"),
        ("tags", "attention", b"  - work\n", b""),
        ("finished", "2026-11-24", b"shelf: left\n", b"shelf: left\nfinished: 2026-11-24\n"),
        ("author", "Cal Newport;", b"""['Cal Newport', "Ann, the other"]""", b"['Cal Newport']"),
    ],
)
def test_only_the_edited_key_changes(name: str, text: str, before: bytes, after: bytes) -> None:
    assert written(name, text) == SOURCE.replace(before, after)


def test_a_field_that_is_left_as_it_is_is_no_change() -> None:
    for field in fields().values():
        assert make_field_changes(field, field.text) == []


@given(st.lists(st.text("ab ,x", min_size=1, max_size=6).map(str.strip).filter(bool), max_size=4))
def test_a_list_is_typed_as_it_is_shown(items: list[str]) -> None:
    text = format_value(list(items))
    assert parse_list_items("genre", text) == items


@pytest.mark.parametrize(
    ("name", "text"), [("rating", "good"), ("finished", "2026-13-40"), ("publish", "perhaps")]
)
def test_what_does_not_fit_is_refused_with_what_would(name: str, text: str) -> None:
    with pytest.raises(UsageError, match=name) as error:
        check_field_text(fields()[name], text)
    assert error.value.hint


def test_a_date_may_be_said_in_words() -> None:
    found = fields()
    assert parse_field_text(found["finished"], "yesterday", TODAY) == "2026-11-23"
    assert parse_field_text(found["finished"], "2026-11", TODAY) == "2026-11"
    assert parse_field_text(found["shelf"], "yesterday", TODAY) == "yesterday"
    with pytest.raises(UsageError, match="finished is a date"):
        parse_field_text(found["finished"], "soon", TODAY)


@pytest.mark.parametrize(
    ("name", "text", "more", "less"),
    [
        ("rating", "4.5", "5", "4"),
        ("rating", "5", "5", "4.5"),
        ("rating", "", "0.5", "0"),
        ("pages", "9", "10", "8"),
        ("finished", "", "2026-11-24", "2026-11-24"),
        ("finished", "2026-03-01", "2026-03-02", "2026-02-28"),
        ("finished", "2026", None, None),
        ("publish", "", "yes", "no"),
        ("publish", "yes", "no", "no"),
        ("status", "reading", "finished", "to-read"),
        ("status", "dropped", "", "finished"),
        ("subtitle", "x", None, None),
    ],
)
def test_values_have_neighbours(name: str, text: str, more: str | None, less: str | None) -> None:
    field = fields()[name]
    assert step_value(field, text, 1, TODAY) == more
    assert step_value(field, text, -1, TODAY) == less


# On the screen.


async def form(app: NotekeepApp, pilot: Pilot[Any], query: str = "phone") -> None:
    """Find a note, and open the form of its fields."""
    await until(pilot, lambda: shows(app, "9 notes"))
    await press(pilot, "slash")
    type_text(app, query)
    await until(pilot, lambda: shows(app, "1 of 9 notes"))
    await press(pilot, "enter")
    await until(pilot, lambda: isinstance(app.focused, NoteList))
    await press(pilot, "f")
    await until(pilot, lambda: shows(app, "Fields of"))


async def to_field(app: NotekeepApp, pilot: Pilot[Any], name: str) -> None:
    """Put the cursor on a field."""
    rows = app.screen.fields._rows  # type: ignore[attr-defined]
    app.screen.fields.move_to(next(n for n, f in enumerate(rows) if getattr(f, "name", "") == name))  # type: ignore[attr-defined]
    await pilot.pause()


async def test_fields_are_set_by_keys_and_written_as_one_step(
    make_app: MakeApp, root: Path
) -> None:
    note = root / BOOK
    before = content(note)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await form(app, pilot)
        await to_field(app, pilot, "rating")
        await press(pilot, "right", "right")
        await until(pilot, lambda: shows(app, "★★★★★"))
        await to_field(app, pilot, "status")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "to-read"))
        await press(pilot, "down", "down", "enter")
        await until(pilot, lambda: shows(app, "finished") and not shows(app, "to-read"))
        await to_field(app, pilot, "author")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Separate with commas"))
        type_text(app, ", Jam")
        # What another note has is offered.
        await until(pilot, lambda: shows(app, "Jam"))
        await until(pilot, lambda: "James Clear" in " ".join(seen(app)))
        await press(pilot, "right", "enter")
        await until(pilot, lambda: shows(app, "Cal Newport, James Clear"))
        assert content(note) == before
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: b"rating: 5\n" in content(note))
        assert content(note) == (
            before.replace(b"rating: 4\n", b"rating: 5\n")
            .replace(b"[Cal Newport]", b"[Cal Newport, James Clear]")
            .replace(b"publish: true\n", b"publish: true\nstatus: finished\n")
        )
        await press(pilot, "u")
        await until(pilot, lambda: content(note) == before)


@pytest.mark.slow
async def test_the_date_of_a_status_is_one_key_away(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await form(app, pilot)
        await to_field(app, pilot, "status")
        await press(pilot, "right", "right", "right")
        # It has that date already.
        await until(pilot, lambda: shows(app, "finished"))
        assert not shows(app, "is empty")
        await press(pilot, "left")
        await until(pilot, lambda: shows(app, "started is empty · t sets it to today"))
        await press(pilot, "t")
        await until(pilot, lambda: not shows(app, "is empty"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: b"\nstarted: 2026-11-24\n" in content(root / BOOK))
        assert b"\nstatus: reading\n" in content(root / BOOK)


async def test_a_day_said_in_words_is_shown_and_written_as_its_date(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await form(app, pilot)
        await to_field(app, pilot, "started")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "yesterday, mon"))
        type_text(app, "3 days ago")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "2026-11-21"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: b"\nstarted: 2026-11-21\n" in content(root / BOOK))


async def test_what_does_not_fit_is_said_and_can_be_corrected(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await form(app, pilot)
        await to_field(app, pilot, "started")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "A date: 2026-11-24"))
        type_text(app, "soon")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, 'started is a date, not "soon"'))
        app.screen.query_one(Input).value = "2026-11-01"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Fields of") and shows(app, "2026-11-01"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: b"started: 2026-11-01\n" in content(root / BOOK))


async def test_rating_out_of_range_stays_to_be_corrected(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await form(app, pilot)
        await to_field(app, pilot, "rating")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "A number, 0 to 5."))
        line = app.screen.query_one(Input)
        line.value = "9"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "rating must be between 0 and 5. Got 9."))
        assert line.value == "9"
        line.value = "3"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "★★★··"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: b"rating: 3\n" in content(root / BOOK))


@pytest.mark.slow
async def test_form_that_cannot_be_written_stays_open(make_app: MakeApp, root: Path) -> None:
    app, note = make_app("browse"), root / BOOK
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await form(app, pilot)
        await to_field(app, pilot, "rating")
        await press(pilot, "right")
        await until(pilot, lambda: shows(app, "★★★★½"))
        before = content(note)
        note.write_bytes(before.replace(b"rating: 4", b"rating: 4: x"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: shows(app, "needs quotes."))
        await until(pilot, lambda: shows(app, "★★★★½"))
        note.write_bytes(before)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: b"rating: 4.5\n" in content(note))


@cases("leave", ["escape", "q"], fast=1)
async def test_a_form_that_is_left_writes_nothing(
    make_app: MakeApp, root: Path, leave: str
) -> None:
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await form(app, pilot)
        await to_field(app, pilot, "rating")
        await press(pilot, "d", "right", "backspace")
        await until(pilot, lambda: shows(app, "esc cancel"))
        await press(pilot, "d")
        await until(pilot, lambda: shows(app, "esc discard"))
        await press(pilot, leave)
        await until(pilot, lambda: shows(app, "Discarded 1 change"))
        assert not shows(app, "Fields of")
    assert tree(root) == before


@pytest.mark.slow
async def test_the_form_by_mouse_alone(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")

    async def click(text: str, times: int = 1) -> None:
        await until(pilot, lambda: shows(app, text))
        row = next(row for row, line in enumerate(seen(app)) if text in line)
        await pilot.click(offset=(seen(app)[row].index(text) + 2, row), times=times)

    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await form(app, pilot)
        await click("rating ")
        await click("→ next value")
        await until(pilot, lambda: shows(app, "★★★★½"))
        await click(" publish ", times=2)
        await click("  no  ", times=2)
        await click("ctrl+s apply")
        await until(pilot, lambda: b"rating: 4.5\n" in content(root / BOOK))
        assert b"publish: false\n" in content(root / BOOK)


async def test_front_matter_that_cannot_be_read_is_told_with_its_line(
    make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "readable")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.focused, NoteList))
        await press(pilot, "f")
        await until(pilot, lambda: shows(app, "Press e to open it in the editor."))
        await press(pilot, "e")
        await until(pilot, lambda: app.editors.here is not None)
        await press(pilot, "ctrl+g")
        await until(pilot, lambda: shows(app, "It is line 2 of the note."))
        await press(pilot, "escape")
    assert tree(root) == before


async def test_in_the_editor_the_form_changes_the_text_that_is_typed(
    make_app: MakeApp, root: Path
) -> None:
    note = root / BOOK
    before = content(note)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.editors.open(BOOK)
        await until(pilot, lambda: app.editors.here is not None and shows(app, "esc save"))
        await press(pilot, "ctrl+end")
        type_text(app, "more")
        await until(pilot, lambda: shows(app, "unsaved"))
        await press(pilot, "ctrl+g")
        await until(pilot, lambda: shows(app, "Fields of"))
        await to_field(app, pilot, "rating")
        await press(pilot, "left", "ctrl+s")
        await until(pilot, lambda: shows(app, "rating: 3.5"))
        # It is typed text: not in the file yet, and taken out by one key.
        assert content(note) == before
        await press(pilot, "ctrl+z")
        await until(pilot, lambda: shows(app, "rating: 4"))
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: shows(app, "rating: 3.5"))
        await press(pilot, "escape")
        await until(pilot, lambda: content(note) != before)
    assert content(note) == before.replace(b"rating: 4\n", b"rating: 3.5\n") + b"more"


@pytest.mark.slow
async def test_rating_out_of_range_is_refused_in_the_editor_too(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.editors.open(BOOK)
        await until(pilot, lambda: app.editors.here is not None and shows(app, "esc save"))
        await press(pilot, "ctrl+g")
        await until(pilot, lambda: shows(app, "Fields of"))
        await to_field(app, pilot, "rating")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "A number, 0 to 5."))
        app.screen.query_one(Input).value = "9"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "rating must be between 0 and 5. Got 9."))


@cases(
    ("columns", "before"),
    # One space follows the border, two are between keys.
    [(100, "del empty  "), (66, "→ next value  "), (40, "── ")],
    fast=1,
)
async def test_the_keys_of_the_form_are_shown_whole_or_not_at_all(
    make_app: MakeApp, columns: int, before: str
) -> None:
    app = make_app("browse")
    async with app.run_test(size=(columns, 24)) as pilot:
        await pilot.pause()
        await press(pilot, "f")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await until(pilot, lambda: shows(app, f"{before}ctrl+s apply  esc cancel ─"))


@cases("size", [(20, 5), (40, 12), (80, 24), (200, 60)], fast=1)
async def test_the_form_has_room_at_any_size(
    make_app: MakeApp, root: Path, size: tuple[int, int]
) -> None:
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await press(pilot, "f")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await press(pilot, "down", "end", "home", "pagedown", "q")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert tree(root) == before
