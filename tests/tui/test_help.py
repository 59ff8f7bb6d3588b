"""Help: the keys of where one is, at the bottom and on a page, and a search for what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from notekeep.tui.app import NotekeepApp
from notekeep.tui.widgets.bars import Footer
from notekeep.vault import Vault
from tests.support.screens import press, seen, shows, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (110, 36)


async def test_a_word_finds_an_action_wherever_it_works(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "List of notes"))
        await press(pilot, "slash")
        type_text(app, "rename")
        await until(pilot, lambda: not shows(app, "List of notes"))
        await until(pilot, lambda: shows(app, "Change the title."))
        for _ in "rename":
            await press(pilot, "backspace")
        type_text(app, "ctrl+o")
        await until(pilot, lambda: shows(app, "Switch note"))
        for _ in "ctrl+o":
            await press(pilot, "backspace")
        type_text(app, "due")
        await until(pilot, lambda: shows(app, "due:2026-12-01"))
        for _ in "due":
            await press(pilot, "backspace")
        type_text(app, "ctrl+o")
        await until(pilot, lambda: shows(app, "Switch note"))
        type_text(app, " zzz")
        await until(pilot, lambda: shows(app, "No key or command for ctrl+o zzz"))


@cases(
    ("place", "signs"),
    [("habits", ("✓", "✗", "◐", "○", "–", "!")), ("today", ("□", "!")), ("browse", ("≡",))],  # noqa: RUF001 - a sign
    fast=1,
)
async def test_help_says_what_the_signs_of_a_screen_mean(
    make_app: MakeApp, place: str, signs: tuple[str, ...]
) -> None:
    app = make_app(place)
    async with app.run_test(size=(110, 100)) as pilot:
        await until(pilot, lambda: shows(app, "notes") or shows(app, "Meditate"))
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "Signs"))
        lines = [line.strip(" │") for line in seen(app)]
        for sign in signs:
            found = [line for line in lines if re.search(rf"^{re.escape(sign)} {{5,}}\w", line)]
            assert len([line for line in found if sign != "!" or "Problems" not in line]) == 1, sign


@cases(("place", "last_key"), [("browse", "Allow publishing"), ("habits", "Details")], fast=1)
async def test_help_says_what_signs_mean_behind_the_keys_of_the_screen(
    make_app: MakeApp, place: str, last_key: str
) -> None:
    app = make_app(place)
    async with app.run_test(size=(110, 100)) as pilot:
        await until(pilot, lambda: shows(app, "notes") or shows(app, "Meditate"))
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "Signs"))
        lines = seen(app)
        names = (last_key, "Signs ", "Everywhere ")
        found = [next(at for at, line in enumerate(lines) if name in line) for name in names]
        assert found == sorted(found)


async def test_escape_leaves_the_search_and_then_the_help(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "List of notes"))
        await press(pilot, "slash")
        type_text(app, "undo")
        await until(pilot, lambda: shows(app, "Undo the last change"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "List of notes"))
        await press(pilot, "escape")
        await until(pilot, lambda: not shows(app, "esc close"))


@cases("place", ["today", "browse", "habits", "publish"], fast=1)
async def test_the_bottom_line_shows_faintly_what_has_nothing_to_be_about(
    place: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    vault = Vault.open(tmp_path / "empty")
    vault.indexing.refresh()
    app = NotekeepApp(vault, place)
    idle = {"today": "tick", "browse": "edit", "habits": "done", "publish": "write-export"}[place]
    async with app.run_test(size=(120, 30)) as pilot:
        footer = app.screen.query_one(Footer)
        await until(pilot, lambda: idle in footer.idle)
        shown = footer._keys()
        assert {piece.role for piece in shown[idle]} == {"faint"}
        assert shown["help"][0].role == "key"
        if place in ("habits", "publish"):
            starts = ("import from other apps", "try the sample vault")
            await until(pilot, lambda: all(shows(app, text) for text in starts))
        # What works is said first.
        faint = [one for one in shown if one in footer.idle]
        assert list(shown)[-len(faint) :] == faint


async def test_help_begins_with_what_is_used_most_and_says_what_it_does(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "esc close"))
        texts = ("Read the note.", "Create a note and edit it.", "Undo the last change.", "Quit.")
        await until(pilot, lambda: all(shows(app, text) for text in texts))


async def test_help_says_what_keys_do_where_it_is_narrow(make_app: MakeApp) -> None:
    app = make_app("habits")
    async with app.run_test(size=(44, 40)) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "esc close"))
        await until(pilot, lambda: shows(app, "Edit habit"))
        await until(pilot, lambda: shows(app, "Edit the note that defines the"))


@pytest.mark.slow
async def test_the_way_out_of_the_editor_is_said_first(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(40, 12)) as pilot:
        await until(pilot, lambda: shows(app, "[/nope]"))
        await press(pilot, "e")
        await until(pilot, lambda: shows(app, "esc save"))


@pytest.mark.slow
async def test_the_bottom_line_shows_it_as_ever_where_there_are_notes(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        footer = app.screen.query_one(Footer)
        assert footer._keys()["edit"][0].role == "key"
        await press(pilot, "slash", *"zeppelin")
        await until(pilot, lambda: "edit" in footer.idle)
        await press(pilot, "escape")
        await until(pilot, lambda: not footer.idle)


async def test_help_of_habits_begins_with_the_keys_that_log(make_app: MakeApp) -> None:
    app = make_app("habits")
    async with app.run_test(size=(110, 80)) as pilot:
        await until(pilot, lambda: shows(app, "Meditate"))
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "Most used"))
        lines = seen(app)
        first = next(number for number, line in enumerate(lines) if "Most used" in line) + 1
        names = ("Done", "Amount", "Missed", "Yesterday", "Details")
        rows = [next(row for row in range(first, 80) if name in lines[row]) for name in names]
        assert rows == sorted(rows)
        assert rows[-1] < first + 10
        # What has no key is found in the palette, which has one.
        await press(pilot, "slash")
        type_text(app, "trash")
        await until(pilot, lambda: shows(app, "List deleted notes"))
        (trash,) = [line for line in seen(app) if "List deleted notes" in line]
        assert "ctrl+p" in trash
