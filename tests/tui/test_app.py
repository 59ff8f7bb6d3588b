"""The program: its actions, its help and palette, its themes and its key map."""

from __future__ import annotations

import contextlib
import threading
from functools import partial
from typing import TYPE_CHECKING, cast

import pytest
from textual.widgets import Input

from notekeep.tui.commands.registry import ACTION_PLACES, ACTIONS, actions_in_context, is_offered
from notekeep.tui.styles import ROLES, get_role_styles
from tests.support.screen_tour import OVER, ScreenTour, all_keys_act, dead_keys, open_over
from tests.support.screens import is_settled, press, seen, shows, tree, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


async def test_every_key_of_every_place_leads_to_something(make_app: MakeApp) -> None:
    app = make_app("browse")
    visited = set()
    async with app.run_test(size=WIDE) as pilot:
        async for place in ScreenTour(app, pilot).places():
            with contextlib.suppress(AssertionError):
                await until(pilot, partial(all_keys_act, app, place))
            assert dead_keys(app, place) == {}, place
            visited.add(place)
    assert visited == set(ACTION_PLACES)
    assert {action.context for action in ACTIONS if action.keys} == {
        context for place in visited for context in ACTION_PLACES[place]
    }


@cases("place", ["browse", "today", "habits", "publish", *OVER], fast=3)
async def test_help_shows_the_keys_of_the_place_one_is_in(place: str, make_app: MakeApp) -> None:
    app = make_app("browse" if place in OVER else place)
    async with app.run_test(size=(140, 200)) as pilot:
        await pilot.pause()
        if place in OVER:
            open_over(app, place)
            await until(pilot, lambda: len(app.screen_stack) == 2)
        stack = len(app.screen_stack)
        await press(pilot, "question_mark")
        contexts = ACTION_PLACES["list" if place == "browse" else place]
        await until(pilot, lambda: shows(app, "Everywhere"))
        for context in contexts:
            for action in actions_in_context(context):
                assert shows(app, action.title) == is_offered(action, {}), action.id
        # The key that opened it closes it, and is not taken for another.
        await press(pilot, "question_mark")
        await until(pilot, lambda: len(app.screen_stack) == stack)


async def test_the_palette_finds_actions_and_notes_and_teaches_keys(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: _key_of(app, "Read the note.") == "enter")
        type_text(app, "deep")
        await until(pilot, lambda: shows(app, "Deep Work"))
        await press(pilot, "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: shows(app, "Depth needs hours"))


async def test_the_palette_runs_an_action_where_it_was_opened(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await press(pilot, "ctrl+p")
        type_text(app, "habits")
        await until(pilot, lambda: _key_of(app, "Open the habits of this week.") == "F3, gh")
        await press(pilot, "enter")
        await until(pilot, lambda: app.current_mode == "habits")


def _key_of(app: NotekeepApp, about: str) -> str:
    """Return what stands at the right of what the palette says of an entry."""
    line = next((line for line in seen(app) if about in line), "")
    return line.partition(about)[2].strip(" │▐")


@cases(
    ("width", "seen_whole"),
    [
        (160, "y Books  o Proposals  v Vaults  i Import  d Sample  g Top"),
        (80, "t Today b Browse h Habits p Publish c Conflicts s Steps a x q r y o v i d g"),
        (50, "t Today b Browse h p c s a x q r y o v i d g"),
    ],
    fast=1,
)
async def test_the_go_menu_is_whole_and_goes_with_the_key_that_follows(
    width: int, seen_whole: str, make_app: MakeApp
) -> None:
    app = make_app("today")
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        # Over another screen, and where the second key opens a dialog.
        await press(pilot, "T")
        await until(pilot, lambda: shows(app, "space tick"))
        await press(pilot, "g")
        await until(pilot, lambda: shows(app, seen_whole))
        await press(pilot, "v")
        await until(pilot, lambda: shows(app, "Open another vault"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "? help") and not shows(app, seen_whole))


async def test_the_go_menu_waits_for_a_second_key(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await press(pilot, "g")
        await until(pilot, lambda: shows(app, "t Today b Browse h Habits"))
        await press(pilot, "h")
        await until(pilot, lambda: app.current_mode == "habits" and shows(app, "space done"))
        # However quickly the second key follows, it is the second key.
        type_text(app, "gb")
        await until(pilot, lambda: app.current_mode == "browse")
        type_text(app, "gx")
        await until(pilot, lambda: shows(app, "? help"))
        assert app.current_mode == "browse"


@cases("opens", ["/", "n", "r", "t"], fast=1)
async def test_what_is_typed_right_after_a_key_is_typed_and_never_a_command(
    opens: str, make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "plain"))
        before = tree(root)
        # d alone would delete the note, u would take something back.
        type_text(app, f"{opens}ddu")
        await until(pilot, lambda: isinstance(app.focused, Input))
        await until(pilot, lambda: cast("Input", app.focused).value.endswith("ddu"))
        assert tree(root) == before


async def test_a_persons_own_keys_work_and_are_what_footer_and_help_show(
    vault: Vault, make_app: MakeApp
) -> None:
    vault.person.keys = {"search": "ctrl+g", "show-habits": "f9", "sort": "b"}
    app = make_app("browse")
    async with app.run_test(size=(120, 120), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "ctrl+g search"))
        await until(pilot, lambda: shows(app, "The key b is used by"))
        await press(pilot, "f9")
        await until(pilot, lambda: app.current_mode == "habits")
        await press(pilot, "question_mark")
        await until(pilot, lambda: shows(app, "Everywhere"))
        await until(pilot, lambda: shows(app, "F9"))


async def test_the_footer_is_a_row_of_buttons(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "? help"))
        line = next(text for text in _lines(app) if "? help" in text)
        await pilot.click(offset=(line.index("? help") + 2, 39))
        await until(pilot, lambda: shows(app, "esc close"))


def _lines(app: NotekeepApp) -> list[str]:
    from tests.support.screens import seen

    return seen(app)


@pytest.mark.slow
async def test_a_list_that_is_opened_later_shows_the_vault_as_it_is_by_then(root: Path) -> None:
    """A first start reads an empty catalog; Browse is opened when the notes have been read."""
    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    fresh = Vault.open(root)
    app = NotekeepApp(fresh, "today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Habits 0 of 2"))
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        await press(pilot, "g", "b")
        await until(pilot, lambda: shows(app, "9 notes"))


async def test_a_start_on_a_new_vault_reads_it_and_shows_what_it_found(
    root: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    fresh = Vault.open(str(root))
    app = NotekeepApp(fresh)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await until(pilot, lambda: not shows(app, "Reading the vault"))


async def test_leaving_does_not_wait_until_the_vault_is_read(
    vault: Vault, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def endless(*, defer: bool, progress: Callable[[int, int], None]) -> None:
        assert defer
        try:
            while not ended.wait(0.01):
                begun.set()
                progress(500, 10_000)
        finally:
            ended.set()

    monkeypatch.setattr(vault.indexing, "refresh", endless)
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: begun.is_set() and shows(app, "Indexing 500 of 10 000"))
        await press(pilot, "ctrl+q")
        assert ended.wait(5)


async def test_without_colour_no_colour_is_sent_and_the_cursor_is_still_seen(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        ink = get_role_styles(app)
        assert all(ink.style(role).color is None for role in ROLES)
        assert ink.style("cursor").reverse
        for strip in app.screen._compositor.render_strips():
            for segment in strip:
                colour = segment.style.color if segment.style else None
                assert colour is None or colour.is_default, segment


@cases("theme", ["ansi", "nord", "notekeep-light", "no such theme"], fast=2)
async def test_any_theme_can_be_chosen_and_an_unknown_one_is_ours(
    theme: str, vault: Vault, make_app: MakeApp
) -> None:
    vault.person.theme = theme
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        expected = {"ansi": "ansi-dark", "no such theme": "notekeep-dark"}.get(theme, theme)
        assert app.theme == expected


@pytest.mark.slow
async def test_a_vault_is_watched_though_the_first_screen_was_covered_at_once(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("browse")
    # Textual forgets what a screen was to call after a frame that it never drew.
    monkeypatch.setattr(app, "call_after_refresh", lambda *_: True)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.editors.open("books/Deep Work.md")
        await until(pilot, lambda: app.editors.here is not None)
        (root / "books" / "Deep Work.md").write_text("Written by another program.\n")
        await until(pilot, lambda: shows(app, "Written by another program."))


async def test_screens_and_help_look_the_same_after_others_were_opened(make_app: MakeApp) -> None:
    app = make_app("habits")
    async with app.run_test(size=WIDE) as pilot:

        async def look() -> list[str]:
            await until(pilot, lambda: shows(app, "Jan") and is_settled(app.screen))
            habits = seen(app)
            await press(pilot, "question_mark")
            await until(pilot, lambda: shows(app, "esc close"))
            help_page = seen(app)
            await press(pilot, "escape")
            await until(pilot, lambda: not shows(app, "esc close"))
            return [*habits, *help_page]

        before = await look()
        others = {"f1": "Tuesday 24", "f2": "9 notes", "f4": "A draft", "T": "basil"}
        for key, shown in others.items():
            await press(pilot, key)
            await until(pilot, partial(shows, app, shown))
        await press(pilot, "escape", "f3")
        after = await look()
        assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == []


async def test_ctrl_c_says_how_to_quit_as_q_does(make_app: MakeApp) -> None:
    for key in ("q", "ctrl+c"):
        app = make_app("today")
        async with app.run_test(size=WIDE, notifications=True) as pilot:
            await until(pilot, partial(shows, app, "Tuesday 24"))
            await press(pilot, key)
            await until(pilot, partial(shows, app, "ctrl+q quits. Everything is saved"))


async def test_a_new_note_leads_back_to_the_screen_it_was_made_from(make_app: MakeApp) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Tuesday 24"))
        await press(pilot, "n", *"Basil", "enter")
        await until(pilot, lambda: shows(app, "esc save and close"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "Tuesday 24") and shows(app, "Basil"))
