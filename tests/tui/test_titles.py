"""Titles for what is typed: found beside the keys, and yet what a key after them is about."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.screens import browse, press, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.search.results import SearchResults
    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


def hold_titles(
    app: NotekeepApp, monkeypatch: pytest.MonkeyPatch, until_said: threading.Event, why: str
) -> None:
    """Let titles be found only when that is said; `why` is what is wrong where it never is."""
    suggest = app.vault.search.suggest

    def slowly(text: str, **others: Any) -> SearchResults:
        assert until_said.wait(30), why
        return suggest(text, **others)

    monkeypatch.setattr(app.vault.search, "suggest", slowly)


async def test_a_letter_is_seen_though_titles_take_long(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer = threading.Event()
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        hold_titles(app, monkeypatch, may_answer, "a key waits for titles")
        await press(pilot, "slash")
        type_text(app, "de")
        await until(pilot, lambda: browse(app).pane.box.text == "de")
        await press(pilot, "ctrl+o")
        await until(pilot, lambda: shows(app, "Title of a note"))
        type_text(app, "kettle")
        await until(pilot, lambda: shows(app, "kettle"))
        may_answer.set()
        await until(pilot, lambda: shows(app, "New note kettle"))


@pytest.mark.slow
async def test_titles_for_letters_that_were_typed_on_are_not_looked_for(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer, asked = threading.Event(), []
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        suggest = app.vault.search.suggest

        def slowly(text: str, **others: Any) -> SearchResults:
            asked.append(text)
            assert may_answer.wait(30), "a key waits for titles"
            return suggest(text, **others)

        monkeypatch.setattr(app.vault.search, "suggest", slowly)
        await press(pilot, "ctrl+o")
        await until(pilot, lambda: shows(app, "Title of a note") and asked == [""])
        for typed in ("k", "ke", "ket", "kett"):
            type_text(app, typed[-1])
            await until(pilot, partial(shows, app, f"{typed} "))
        may_answer.set()
        await until(pilot, lambda: shows(app, "New note kett"))
        assert asked == ["", "kett"]


async def test_enter_right_after_the_letters_opens_the_note_that_they_mean(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        await press(pilot, "ctrl+o")
        await until(pilot, lambda: shows(app, "Title of a note"))
        type_text(app, "deep")
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).note_under_cursor == "books/Deep Work.md")


@pytest.mark.slow
async def test_enter_right_after_a_query_makes_no_note_of_it(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        await press(pilot, "slash")
        type_text(app, "zzzz")
        await until(pilot, lambda: browse(app).pane.notes.note_count == 0)
        await press(pilot, "ctrl+u")
        type_text(app, "deep")
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).note_under_cursor == "books/Deep Work.md")
        assert browse(app).pane.notes.has_focus


async def test_keys_after_enter_are_about_what_is_found(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer = threading.Event()
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        pane = browse(app).pane
        second = app.vault.search.suggest("e").hits[1].row.path
        hold_titles(app, monkeypatch, may_answer, "titles wait for keys that wait")
        await press(pilot, "slash")
        type_text(app, "e")
        await until(pilot, lambda: pane.box.text == "e")
        before = pane.notes.note_count
        monkeypatch.setattr("notekeep.tui.keyboard.HOLD_SECONDS", 30.0)
        await press(pilot, "enter", "down", "m")
        assert pane.notes.note_count == before
        assert not pane.notes.marked
        may_answer.set()
        await until(pilot, lambda: pane.notes.marked)
        assert pane.notes.marked == {second}


@pytest.mark.slow
async def test_keys_are_given_back_where_what_they_are_about_takes_long(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer = threading.Event()
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        hold_titles(app, monkeypatch, may_answer, "the keys were kept for good")
        await press(pilot, "slash")
        type_text(app, "e")
        await until(pilot, lambda: browse(app).pane.box.text == "e")
        await press(pilot, "enter", "ctrl+o")
        await until(pilot, lambda: shows(app, "Title of a note"))
        assert not browse(app).pane.notes.note_count
        may_answer.set()


async def test_a_note_that_another_program_makes_is_among_the_titles_that_are_open(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        await press(pilot, "ctrl+o")
        await until(pilot, lambda: shows(app, "Title of a note"))
        type_text(app, "tide")
        await until(pilot, lambda: shows(app, "New note tide"))
        (root / "Tide table.md").write_text("High water.\n")
        await until(pilot, lambda: not shows(app, "New note") and shows(app, "Tide table"))
