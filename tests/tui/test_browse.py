"""Browse, driven by keys: find, read, follow, change, take back."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest
from textual.widgets import Input

from notekeep.tui.messages import OpenNote
from tests.support.screens import (
    browse,
    changed_at_once,
    press,
    seen,
    shows,
    tree,
    type_text,
    until,
)
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.edit import EditScreen
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


async def search(app: NotekeepApp, pilot: Pilot[Any], text: str, finds: str) -> None:
    """Type a query, wait for the note it finds, and go to the list."""
    await press(pilot, "slash")
    browse(app).pane.box.set_text(text)
    await until(pilot, lambda: browse(app).note_under_cursor == finds and shows(app, " of "))
    await press(pilot, "enter")


async def test_typing_finds_titles_words_and_facts(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        await until(pilot, lambda: browse(app).preview.path == browse(app).note_under_cursor)
        await press(pilot, "slash")
        # A word in a body: its note, the words around it, the place in the preview.
        type_text(app, "kettle")
        await until(pilot, lambda: shows(app, "Small habits compound. The kettle"))
        assert browse(app).note_under_cursor == "books/Atomic Habits.md"
        await until(pilot, lambda: shows(app, "1 of 9 notes"))
        await until(pilot, lambda: shows(app, "The kettle is my"))
        browse(app).pane.box.set_text("type:book rating>=4.5")
        await until(pilot, lambda: shows(app, "1 of 9 notes") and shows(app, "★★★★½"))
        # A query that is not finished is no error, whatever it lacks: it is said in the line above.
        browse(app).pane.box.set_text('("deep wor')
        await until(pilot, lambda: shows(app, "These quotes are not closed."))
        assert browse(app).note_under_cursor == "books/Deep Work.md"
        assert not app._notifications


def listed_lines(app: NotekeepApp) -> list[str]:
    """Return the lines of the list, between the sidebar and the preview."""
    return [line.split("│")[1].strip(" ▌▐─") for line in seen(app) if line.count("│") > 1]


AGES = {
    "inbox/markup.md": 0,
    "books/Deep Work.md": 1,
    "posts/A draft.md": 10,
    "habits/water.md": 100,
    "books/Atomic Habits.md": 400,
}
"""How many days ago a note was changed; all others before."""
TITLES = ["[/nope]", "Deep Work", "A draft", "Water", "Atomic Habits"]


def change_days_ago(root: Path, ages: Mapping[str, int]) -> None:
    today = datetime(2026, 11, 24, 8, 30).astimezone()
    for path in root.rglob("*.md"):
        moment = today - timedelta(ages.get(path.relative_to(root).as_posix(), 800))
        os.utime(path, (moment.timestamp(),) * 2)


@pytest.mark.slow
async def test_after_midnight_what_was_just_changed_stands_under_today(
    make_app: MakeApp, vault: Vault, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The day begins at four: at half past one it is still the 24th.
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-25T01:30:00")
    night = datetime(2026, 11, 25, 1, 15).astimezone().timestamp()
    os.utime(root / "books/Deep Work.md", (night, night))
    vault.indexing.refresh()
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        lines = [line for line in listed_lines(app) if line]
        assert "Deep Work" in lines[lines.index("Today") + 1]
        assert "Later" not in lines


async def test_the_list_begins_with_the_latest_changes_in_groups(
    make_app: MakeApp, vault: Vault, root: Path
) -> None:
    change_days_ago(root, AGES)
    vault.indexing.refresh()
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await until(pilot, lambda: shows(app, "↓ changed"))
        lines = [line for line in listed_lines(app) if line]
        names = [line for line in lines if line in {"Today", "This week", "This month"}]
        assert names == ["Today", "This week", "This month"]
        at = [next(n for n, line in enumerate(lines) if text in line) for text in TITLES]
        assert at == sorted(at)
        assert "08:30" in lines[lines.index("Today") + 1]
        assert lines.index("2026") < at[3] < lines.index("2025") < at[4]
        # The cursor goes from note to note, past the names of groups.
        await press(pilot, "down")
        assert browse(app).note_under_cursor == "books/Deep Work.md"
        # By title there are no groups; the date is still that of the last change.
        await press(pilot, "s", "s", "s")
        await until(pilot, lambda: shows(app, "↑ title"))
        assert "Today" not in listed_lines(app)


async def test_daily_notes_are_one_row_until_they_are_asked_for(
    make_app: MakeApp, vault: Vault, root: Path
) -> None:
    for day in range(10, 15):
        (root / f"daily/2026-11-{day}.md").write_text("---\ntype: daily\n---\nA day.\n")
    changed_at_once(root)
    vault.indexing.refresh()
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "14 notes"))
        assert any(line.startswith("▸ Daily notes  6") for line in listed_lines(app))
        assert not any("2026-11-12" in line for line in listed_lines(app))
        await press(pilot, "end")
        while browse(app).notes.folded is None:
            await press(pilot, "up")
        await until(pilot, lambda: shows(app, "6 daily notes."))
        # What works comes first at the bottom, and there is no note to edit.
        await until(pilot, lambda: "T tasks  e edit" in seen(app)[-1])
        await press(pilot, "enter")
        await until(pilot, lambda: any("2026-11-12" in line for line in listed_lines(app)))
        assert browse(app).note_under_cursor.startswith("daily/")
        await press(pilot, "escape")
        await until(pilot, lambda: not any("2026-11-12" in line for line in listed_lines(app)))
        # A search and a kind show them as any other note.
        await search(app, pilot, "type:daily", "daily/2026-11-10.md")
        assert any("2026-11-12" in line for line in listed_lines(app))


@pytest.mark.slow
async def test_the_pane_with_the_focus_has_an_edge_above_it(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))

        def edge() -> tuple[int, int]:
            line = seen(app)[1]
            return len(line) - len(line.lstrip()), len(line)

        assert all(f"F{number} " in seen(app)[0] for number in (1, 2, 3, 4))
        pane = browse(app).pane.region
        await until(pilot, lambda: edge() == (pane.x, pane.right))
        await press(pilot, "slash")
        await until(pilot, lambda: edge() == (pane.x, pane.right))
        await press(pilot, "escape", "enter", "escape", "tab")
        focused = app.focused
        assert focused is not None
        await until(pilot, lambda: edge()[0] == focused.region.x)


async def test_escape_clears_the_search_then_leaves_it(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await press(pilot, "slash")
        type_text(app, "deep")
        await until(pilot, lambda: shows(app, "of 9 notes"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "9 notes") and not shows(app, "of 9"))
        # The note that was found keeps the cursor in the whole list, its marks are gone.
        preview = browse(app).preview
        await until(pilot, lambda: preview.path == "books/Deep Work.md")
        await until(
            pilot, lambda: not any("mark" in piece.role for piece in preview.draw_line(0, 40))
        )
        assert browse(app).note_under_cursor == "books/Deep Work.md"
        assert isinstance(app.focused, Input)
        await press(pilot, "escape")
        await until(pilot, lambda: browse(app).notes.has_focus)


async def test_nothing_found_says_so_and_enter_makes_the_note(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await press(pilot, "slash")
        type_text(app, "Slow Food")
        await until(pilot, lambda: shows(app, 'creates a note "Slow Food"'))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "tab kind"))
        await press(pilot, "enter")
        note = root / "inbox" / "Slow Food.md"
        await until(pilot, note.exists)
        # One writes at once, below the heading; escape saves and closes.
        await until(pilot, lambda: app.editors.here is not None and app.focused is not None)
        type_text(app, "Takes time.")
        await until(pilot, lambda: shows(app, "Takes time."))
        await press(pilot, "escape")
        await until(pilot, lambda: note.read_text().rstrip().endswith("Takes time."))
        await until(pilot, lambda: app.editors.here is None)
        await until(pilot, lambda: browse(app).note_under_cursor == "inbox/Slow Food.md")
        await until(pilot, lambda: shows(app, "10 notes"))


@pytest.mark.slow
async def test_an_empty_note_says_how_to_write_in_it(make_app: MakeApp, root: Path) -> None:
    (root / "inbox/Empty.md").write_text("---\ntags: [new]\n---\n")
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "10 notes"))
        browse(app).open_note(OpenNote("inbox/Empty.md"))
        await until(pilot, lambda: shows(app, "Empty note. Press e to edit it."))


@pytest.mark.slow
async def test_escape_in_the_search_box_clears_the_marks_first(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "m", "slash")
        type_text(app, "deep")
        await until(pilot, lambda: shows(app, " 1 marked ") and shows(app, "1 of 9 notes"))
        await press(pilot, "escape")
        await until(pilot, lambda: not browse(app).notes.marked)
        assert browse(app).pane.typed == "deep"
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "9 notes") and not browse(app).pane.typed)


async def test_the_sidebar_limits_the_list_and_its_searches(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Books"))
        line = next(number for number, text in enumerate(seen(app)) if text.startswith(" ≡ Books"))
        await pilot.click(offset=(3, line))
        await until(pilot, lambda: shows(app, "2 of 9 notes"))
        await press(pilot, "slash")
        type_text(app, "habit")
        # The note of the habit has the word as well, and is no book.
        found = "Small habits compound. The kettle is my"
        await until(pilot, lambda: shows(app, found) and shows(app, "2 of 9 notes"))
        await press(pilot, "escape", "escape", "escape")
        await until(pilot, lambda: shows(app, "9 notes") and not shows(app, "of 9"))


async def test_reading_takes_the_whole_width_and_escape_comes_back(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(70, 20)) as pilot:
        await search(app, pilot, "phone", "books/Deep Work.md")
        assert not browse(app).preview.display
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Depth needs hours without a phone."))
        assert browse(app).preview.has_focus
        assert not browse(app).pane.display
        await press(pilot, "escape")
        assert browse(app).notes.has_focus


async def test_links_are_followed_and_walked_back(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await search(app, pilot, "phone", "books/Deep Work.md")
        await press(pilot, "enter")
        preview = browse(app).preview
        await until(pilot, lambda: not browse(app).pane.display)
        await until(pilot, lambda: shows(app, "phone. See Atomic Habits and No such note."))
        # Two tags come first; one too far, and back.
        await press(pilot, *["right_square_bracket"] * 4, "left_square_bracket", "enter")
        await until(pilot, lambda: preview.path == "books/Atomic Habits.md")
        await press(pilot, "backspace")
        await until(pilot, lambda: preview.path == "books/Deep Work.md")
        await press(pilot, "alt+right")
        await until(pilot, lambda: preview.path == "books/Atomic Habits.md")


async def test_a_note_stays_where_it_was_left_when_the_list_is_read_again(
    make_app: MakeApp, root: Path
) -> None:
    (root / "inbox/n.md").write_text("A walrus.\n\n" + "More.\n\n" * 200 + "The end.\n")
    app = make_app("browse")
    app.vault.indexing.refresh()
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "10 notes"))
        await press(pilot, "slash", *"walrus", "enter")
        await until(pilot, lambda: shows(app, "A walrus."))
        await press(pilot, "tab", "end")
        await until(pilot, lambda: shows(app, "The end."))
        (root / "inbox/other.md").write_text("Another walrus.\n")
        app.action_refresh()
        await until(pilot, lambda: shows(app, "2 of 11 notes"))
        await pilot.pause(0.2)
        await until(pilot, lambda: shows(app, "The end."))


@pytest.mark.slow
async def test_back_from_a_link_are_the_search_its_hits_and_the_cursor(
    make_app: MakeApp, root: Path
) -> None:
    for number in range(30):
        (root / f"inbox/n{number:02}.md").write_text("A phone.\n\n" * 40 + "[[Atomic Habits]]\n")
    app = make_app("browse")
    app.vault.indexing.refresh()
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "39 notes"))
        screen = browse(app)
        screen.choose_scope("path:inbox", "Inbox")
        await press(pilot, "slash", *"phone")
        await until(pilot, lambda: shows(app, "30 of 39 notes"))
        await press(pilot, "enter", *("j",) * 9)
        await until(pilot, lambda: screen.preview.path == screen.note_under_cursor)
        note, line = screen.note_under_cursor, screen.notes.cursor_line
        # The note is read without being opened, from its end on.
        await press(pilot, "tab", "end", "right_square_bracket", "enter")
        await until(pilot, lambda: screen.preview.path == "books/Atomic Habits.md")
        assert not screen.pane.typed
        await press(pilot, "backspace")
        await until(pilot, lambda: screen.pane.typed == "phone")
        assert screen.pane.scope == "path:inbox"
        await until(pilot, lambda: screen.note_under_cursor == note == screen.preview.path)
        assert screen.notes.hit_at(screen.notes.cursor) is not None
        # It is where it was left, and not at the hit.
        await until(pilot, lambda: shows(app, "Atomic Habits"))
        assert screen.preview.scroll_offset.y > 10
        await press(pilot, "escape")
        await until(pilot, lambda: screen.notes.has_focus and screen.notes.cursor_line == line)
        # And on again: the link's target among all notes.
        await press(pilot, "alt+right")
        await until(pilot, lambda: screen.preview.path == "books/Atomic Habits.md")
        await until(pilot, lambda: shows(app, "39 notes") and not shows(app, "of 39"))
        assert not screen.pane.scope


async def test_an_address_is_shown_before_it_is_opened_and_some_never_are(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def remember(link: str) -> bool:
        opened.append(link)
        return True

    monkeypatch.setattr("webbrowser.open", remember)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await pilot.pause()
        preview = browse(app).preview
        for link in ("file:///etc/passwd", "javascript:alert(1)", "//host/share"):
            app.clear_notifications()
            preview.post_message(preview.Followed(link, ""))
            await until(pilot, lambda: app._notifications)
        preview.post_message(preview.Followed("https://jamesclear.com", ""))
        await until(pilot, lambda: shows(app, "https://jamesclear.com"))
        assert not opened
        await press(pilot, "enter")
        await until(pilot, lambda: opened == ["https://jamesclear.com"])


async def test_the_quick_switch_finds_a_title_from_any_screen(make_app: MakeApp) -> None:
    app = make_app("today")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await pilot.pause()
        await press(pilot, "ctrl+o")
        type_text(app, "deep")
        await until(pilot, lambda: shows(app, "▌ Deep Work"))
        await press(pilot, "enter")
        await until(pilot, lambda: app.current_mode == "browse")
        await until(pilot, lambda: bool(app.screen.query("#preview")))
        await until(pilot, lambda: browse(app).preview.path == "books/Deep Work.md")


async def test_a_tag_of_one_note_is_completed_and_written_at_once(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await search(app, pilot, "type:book deep", "books/Deep Work.md")
        await press(pilot, "t")
        await until(pilot, lambda: shows(app, "Now: #attention #work."))
        type_text(app, "learning/b")
        await until(pilot, lambda: shows(app, "learning/behaviour"))
        await press(pilot, "right", "enter")
        note = root / "books/Deep Work.md"
        await until(pilot, lambda: b"[attention, work, learning/behaviour]" in note.read_bytes())
        await until(pilot, lambda: shows(app, "Tagged 1 note: learning/behaviour · u undo"))


async def test_tags_of_marked_notes_are_one_step_and_one_undo(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    before = {path: path.read_bytes() for path in (root / "books").iterdir()}
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await search(app, pilot, "type:book", "books/Atomic Habits.md")
        await press(pilot, "m", "m", "t")
        await until(pilot, lambda: shows(app, "Tags of 2 notes"))
        type_text(app, "classic -work")
        await press(pilot, "enter")
        # What would change is shown before it is done.
        await until(pilot, lambda: shows(app, "2 files would change"))
        assert {path: path.read_bytes() for path in before} == before
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Tagged 2 notes"))
        assert b"tags: [attention, classic]" in (root / "books" / "Deep Work.md").read_bytes()
        assert all(b"classic" in path.read_bytes() for path in before)
        await press(pilot, "u")
        await until(pilot, lambda: {path: path.read_bytes() for path in before} == before)


async def test_delete_moves_to_the_trash_and_undo_brings_back(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    path = root / "posts" / "A draft.md"
    before = path.read_bytes()
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await search(app, pilot, "written in the open", "posts/A draft.md")
        await press(pilot, "d")
        await until(pilot, lambda: shows(app, "Moved A draft.md to the trash · u undo"))
        assert not path.exists()
        assert list((root / ".trash").rglob("A draft.md"))
        await press(pilot, "u")
        await until(pilot, path.exists)
        assert path.read_bytes() == before


async def test_deleting_the_note_that_is_read_leads_to_the_one_next_to_it(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        notes = browse(app).notes
        app.post_message(OpenNote("books/Atomic Habits.md", read=True))
        await until(pilot, lambda: shows(app, "The kettle is my cue."))
        row = notes.cursor
        await press(pilot, "d")
        await until(pilot, lambda: shows(app, "Moved Atomic Habits.md to the trash · u undo"))
        await until(pilot, lambda: notes.has_focus and shows(app, "8 notes"))
        assert notes.cursor == row
        path = browse(app).note_under_cursor
        await press(pilot, "e")
        await until(pilot, lambda: app.editors.here is not None)
        assert cast("EditScreen", app.screen).path == path


async def test_b_shows_the_sidebar_while_a_note_is_read(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await search(app, pilot, "phone", "books/Deep Work.md")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Depth needs hours") and not shows(app, "Results"))
        await press(pilot, "b")
        await until(pilot, lambda: shows(app, "Results") and browse(app).place() == "sidebar")


@cases("key", ["h", "escape"], fast=1)
async def test_where_the_sidebar_is_all_there_is_a_key_leads_back_to_the_list(
    key: str, make_app: MakeApp
) -> None:
    app = make_app("browse")
    async with app.run_test(size=(50, 14)) as pilot:
        await until(pilot, lambda: shows(app, "Deep Work"))
        await press(pilot, "b")
        await until(pilot, lambda: shows(app, "Kinds") and not shows(app, "Deep Work"))
        await until(pilot, lambda: shows(app, "h list"))
        await press(pilot, key)
        await until(pilot, lambda: shows(app, "Deep Work") and browse(app).notes.has_focus)


async def test_rename_carries_the_links_along(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await search(app, pilot, "kettle", "books/Atomic Habits.md")
        await press(pilot, "r")
        await until(pilot, lambda: shows(app, "Links to it are updated."))
        app.screen.query_one(Input).value = "Atomic Notes"
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).note_under_cursor == "books/Atomic Notes.md")
        assert "[[Atomic Notes]]" in (root / "books" / "Deep Work.md").read_text()
        # What was searched for is still searched for.
        assert browse(app).pane.typed == "kettle"
        await until(pilot, lambda: shows(app, "1 of "))


@pytest.mark.slow
async def test_the_grid_is_seen_when_it_is_asked_for_while_a_note_is_read(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24)) as pilot:
        await search(app, pilot, "kettle", "books/Atomic Habits.md")
        await press(pilot, "enter")
        await until(pilot, lambda: not browse(app).pane.display)
        await press(pilot, "v")
        await until(pilot, lambda: shows(app, "rating") and browse(app).pane.display)


async def test_a_broken_note_is_listed_with_its_reason_and_its_text(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await search(app, pilot, "readable", "inbox/broken.md")
        await until(pilot, lambda: shows(app, "Still readable."))
        await until(pilot, lambda: shows(app, "broken !"))
        await until(pilot, lambda: shows(app, "! line 2"))
        await press(pilot, "exclamation_mark")
        await until(pilot, lambda: shows(app, "inbox/broken.md:2"))
        await press(pilot, "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_hostile_titles_and_tags_are_shown_as_they_are_written(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "[/nope]"))
        await until(pilot, lambda: shows(app, "a ␛[31mred␛[0m title"))
        await until(pilot, lambda: shows(app, "[@click=app.quit]x"))
        # Every place a title or a tag can come to: dialogs, the switcher, the palette, toasts.
        for key in ("r", "t", "o", "p", "f2", "ctrl+o", "ctrl+p"):
            await press(pilot, key)
            await until(pilot, lambda: app.is_running)
            assert not any("\x1b" in line for line in seen(app)), key
            if key not in {"p", "f2"}:
                await press(pilot, "escape")
        await press(pilot, "d")
        await until(pilot, lambda: shows(app, "u undo"))
        assert app.is_running


async def test_looking_around_changes_no_byte_of_the_vault(make_app: MakeApp, root: Path) -> None:
    before = tree(root)
    app = make_app("today")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        keys = "f2 down slash k e escape escape enter escape f3 h l f4 down question_mark escape f5"
        await press(pilot, *keys.split(), "ctrl+q")
    assert tree(root) == before


@cases("start", ["today", "browse", "habits", "publish"], fast=1)
async def test_no_terminal_is_too_small(start: str, make_app: MakeApp) -> None:
    app = make_app(start)
    async with app.run_test(size=(80, 24)) as pilot:
        for size in [(60, 20), (40, 12), (20, 5), (1, 1), (200, 60)]:
            await pilot.resize_terminal(*size)
            await press(pilot, "down")
            assert app.is_running


async def test_it_opens_again_where_one_left(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: browse(app).note_under_cursor != "")
        await press(pilot, "down", "down")
        here = browse(app).note_under_cursor
        await press(pilot, "ctrl+q")
    again = make_app("browse")
    async with again.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: browse(again).note_under_cursor == here)


@pytest.mark.slow
@pytest.mark.parametrize("pane", ["sidebar", "preview"])
async def test_keys_go_on_where_the_pane_that_had_them_has_no_room_any_more(
    pane: str, make_app: MakeApp
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Kinds"))
        app.screen.query_one(f"#{pane}").focus()
        await until(pilot, lambda: app.focused is not None and app.focused.id == pane)
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: app.focused is not None and app.focused.id == "note-list")
        await press(pilot, "j", "enter")
        await until(pilot, lambda: app.screen.has_class("-reading"))


async def test_empty_vault_offers_what_to_do_with_the_first_offer_under_the_cursor(
    make_app: MakeApp, vault: Vault, root: Path
) -> None:
    for path in vault.search.paths(""):
        (root / path).unlink()
    vault.indexing.refresh(forget_missing=True)
    app = make_app("browse")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: shows(app, "No notes yet") and shows(app, "empty folder: "))
        await until(pilot, lambda: shows(app, "▌      n  New note"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "enter create"))
        await press(pilot, "escape", "down")
        await until(pilot, lambda: shows(app, "▌ ctrl+n  Quick note"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Quick note") and shows(app, "enter save"))


@pytest.mark.slow
async def test_enter_opens_the_note_wherever_it_is_in_the_list(make_app: MakeApp) -> None:
    app = make_app("browse")
    vault = app.vault
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: browse(app).note_under_cursor)
        for note in vault.search.rows("").rows:
            browse(app).open_note(OpenNote(note.path))
            await until(pilot, partial(_is_under_cursor, app, note.path))
            await press(pilot, "enter")
            assert app.screen is browse(app), note.path
            assert browse(app).preview.has_focus, note.path
            await press(pilot, "escape")


def _is_under_cursor(app: NotekeepApp, path: str) -> bool:
    return browse(app).note_under_cursor == path


@pytest.mark.slow
async def test_a_query_with_fields_that_finds_nothing_offers_no_note(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash", *"status:finishd")
        await until(pilot, lambda: shows(app, "No results"))
        assert not shows(app, "creates a note")
        await press(pilot, "enter")
        await pilot.pause(0.2)
        assert not shows(app, "Title")


@pytest.mark.slow
async def test_results_are_drawn_at_every_size_of_the_terminal(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash", *"deep")
        await until(pilot, lambda: shows(app, "of 9 notes"))
        for size in [(1, 1), (200, 60), (33, 50), (300, 100), (120, 40)]:
            await pilot.resize_terminal(*size)
        await until(pilot, lambda: shows(app, "Deep Work"))


async def test_the_open_note_is_named_at_the_top_while_it_is_read(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await search(app, pilot, "phone", "books/Deep Work.md")
        await press(pilot, "enter")
        await until(pilot, lambda: "≡ books/Deep Work.md" in seen(app)[0])
        await press(pilot, "escape")
        await until(pilot, lambda: "1 of 9 notes" in seen(app)[0])


async def test_sections_without_text_are_left_out_when_reading(
    make_app: MakeApp, root: Path
) -> None:
    text = "# Plan\n\n## Empty\n\n## Written\n\nHere it is.\n\n## Last\n"
    (root / "inbox/Plan.md").write_text(text)
    (root / "inbox/Outline.md").write_text("## Monday\n\n## Tuesday\n")
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "11 notes"))
        app.screen.post_message(OpenNote("inbox/Plan.md", read=True))
        await until(pilot, lambda: shows(app, "Here it is."))
        await until(pilot, lambda: shows(app, "Written ─"))
        assert not shows(app, "Empty ─")
        assert not shows(app, "Last ─")
        # A note that is only an outline is shown.
        app.screen.post_message(OpenNote("inbox/Outline.md", read=True))
        await until(pilot, lambda: shows(app, "Tuesday ─"))


async def test_the_chosen_kind_of_a_new_note_is_seen_on_a_small_terminal(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=(50, 20)) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "n")
        await until(pilot, lambda: shows(app, "New note"))
        assert any(" note " in line for line in seen(app) if "daily" in line)


async def test_a_message_covers_no_keys_of_a_dialog(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await search(app, pilot, "phone", "books/Deep Work.md")
        await press(pilot, "f")
        await until(pilot, lambda: shows(app, "Fields of Deep Work"))
        app.notify("Undid: set rating=5 in Deep Work", timeout=60)
        await until(pilot, lambda: shows(app, "Undid: set rating=5"))
        await until(pilot, lambda: shows(app, "ctrl+s apply  esc cancel"))
