"""What is reached from everywhere: quick capture, tasks, other vaults, errors that stay."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import pytest
from textual.events import Paste

from notekeep.catalog.records import TaskRow
from notekeep.notes.capture import INBOX, make_title
from notekeep.services import demo
from notekeep.tui import location as places
from notekeep.tui.app import NotekeepApp
from notekeep.tui.completion import first_text_position
from notekeep.tui.dialogs.quick_capture import CaptureScreen
from notekeep.tui.messages import OpenNote
from notekeep.tui.render.list_rows import TaskGroup, group_tasks
from notekeep.tui.screens.browse import BrowseScreen
from notekeep.tui.screens.welcome import list_known_vaults
from notekeep.vault import Vault
from tests.support.screens import browse, press, seen, shows, type_text, until, write_notes
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.screens.tasks import TasksScreen

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (100, 30)
DAILY = "daily/2026-11-24.md"
PNG = b"\x89PNG\r\n\x1a\n and so on"


# Quick capture.


async def capture(app: NotekeepApp, pilot: Pilot[Any], text: str) -> None:
    await press(pilot, "ctrl+n")
    await until(pilot, lambda: isinstance(app.screen, CaptureScreen))
    type_text(app, text)


@cases("start", ["today", "browse", "habits", "publish"], fast=2)
async def test_a_thought_goes_into_todays_note_from_anywhere(
    make_app: MakeApp, root: Path, start: str
) -> None:
    before = (root / DAILY).read_bytes()
    app = make_app(start)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: app.focused is not None)
        await capture(app, pilot, "ask Mira")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, f"Saved to {DAILY} · u undo"))
        # The note ends in a list, which grows by an item.
        assert (root / DAILY).read_bytes() == before + b"- ask Mira\n"
        assert app.current_mode == start
        await press(pilot, "u")
        await until(pilot, lambda: (root / DAILY).read_bytes() == before)


async def test_a_thought_becomes_a_note_in_the_inbox_and_the_place_is_kept(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("today")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: app.focused is not None)
        await capture(app, pilot, "Basil")
        await press(pilot, "tab", "enter")
        await until(pilot, (root / "inbox/Basil.md").exists)
        # Lines that are pasted stay lines; the first of them gives the title.
        await press(pilot, "ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, CaptureScreen))
        app.post_message(Paste("- [ ] Two \u200fthings\r\nto\rdo\x1b"))
        await until(pilot, lambda: shows(app, "Two things") and shows(app, "do"))
        await press(pilot, "enter")
        await until(pilot, (root / "inbox/Two things.md").exists)
        assert (root / "inbox/Two things.md").read_text().endswith("- [ ] Two things\nto\ndo\n")
        assert app.place.capture == INBOX


async def test_a_quick_note_has_several_lines_and_goes_into_any_note(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("today")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: app.focused is not None)
        await capture(app, pilot, "One")
        await press(pilot, "ctrl+j")
        type_text(app, "Two")
        await press(pilot, "tab", "tab")
        await until(pilot, lambda: shows(app, "Title of the note"))
        # The key is about what is found, however soon it comes.
        await pilot.press(*"atomic", "enter")
        note = root / "books/Atomic Habits.md"
        await until(pilot, lambda: note.read_text().endswith("\nOne\nTwo\n"))
        await until(pilot, lambda: shows(app, "Saved to books/Atomic Habits.md · u undo"))
        assert app.place.capture != "books/Atomic Habits.md"


@pytest.mark.slow
async def test_a_quick_note_stays_open_while_no_note_has_the_title(make_app: MakeApp) -> None:
    app = make_app("today")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: app.focused is not None)
        await capture(app, pilot, "One")
        await press(pilot, "tab", "tab")
        await pilot.press(*"zzqq", "ctrl+s")
        await until(pilot, lambda: shows(app, "No note has this title."))
        await press(pilot, "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_a_thought_that_cannot_be_kept_is_not_lost(make_app: MakeApp, root: Path) -> None:
    away = root.with_name("elsewhere")
    app = make_app("today")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: app.focused is not None)
        await capture(app, pilot, "Basil")
        await press(pilot, "tab")
        root.rename(away)  # noqa: ASYNC240 - as another program would
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "it does not exist"))
        assert isinstance(app.screen, CaptureScreen)
        await until(pilot, lambda: shows(app, "Basil"))
        await until(pilot, lambda: shows(app, "Inbox"))
        away.rename(root)
        type_text(app, " wilts")
        await until(pilot, lambda: shows(app, "Basil wilts"))
        await press(pilot, "enter")
        await until(pilot, (root / "inbox/Basil wilts.md").exists)


@pytest.mark.slow
async def test_a_dropped_picture_goes_along_as_one_step(
    make_app: MakeApp, root: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "A map.png"
    picture.write_bytes(PNG)
    before = (root / DAILY).read_bytes()
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await capture(app, pilot, "The way")
        app.post_message(Paste(str(picture)))
        await until(pilot, lambda: shows(app, "With A map.png"))
        await press(pilot, "enter")
        await until(pilot, (root / "attachments/A map.png").exists)
        await until(pilot, lambda: (root / DAILY).read_bytes() != before)
        assert (root / DAILY).read_bytes() == before + b"- The way\n![[A map.png]]\n"
        await until(pilot, lambda: shows(app, "u undo"))
        await press(pilot, "u")
        await until(pilot, lambda: not (root / "attachments/A map.png").exists())
        assert (root / DAILY).read_bytes() == before


@pytest.mark.slow
async def test_in_the_editor_the_key_captures_while_nothing_is_offered(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        app.editors.open("books/Deep Work.md")
        await until(pilot, lambda: app.editors.here is not None and app.focused is not None)
        await capture(app, pilot, "by the way")
        await press(pilot, "enter")
        await until(pilot, lambda: "by the way" in (root / DAILY).read_text())
        await until(pilot, lambda: app.editors.here is not None)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Basil", "Basil"),
        ("- [ ] water: the/basil", "water the basil"),
        ("# Heading\nmore", "Heading"),
        ("word " * 30, ("word " * 12).strip()),
        ("???", ""),
    ],
)
def test_a_title_is_the_first_line_of_a_thought(text: str, title: str) -> None:
    assert make_title(text) == title


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("no front matter", (0, 0)),
        ("---\ntitle: x\n---\nText\n", (3, 0)),
        ("---\ntitle: x\n---\n# New\n\n", (5, 0)),
        ("---\ntitle: x", (0, 0)),
        ("---\ntype: book\n---\n# New\n\n## Summary\n\n## Related\n", (6, 0)),
        ("---\ntype: book\n---\n## Related\n", (4, 0)),
        ("---\nx: 1\n---\n# New\n\n## Takeaways\n\n[00:00:00] \n\n## Quotes\n", (7, 11)),
        ("---\nx: 1\n---\n# New\n\n## Takeaways\n\n- [00:00:00] \n\n## Quotes\n", (7, 13)),
        ("---\ntype: book\n---\n## Summary\n\n\n\n## Related\n", (5, 0)),
        ("---\ntype: book\n---\n# Old\n\nText\n", (5, 0)),
        ("---\ntype: book\n---\n# Old\nText\n", (4, 0)),
        ("---\ntype: post\n---\n# New\n\n\n\n## Before\n\n- [ ] a check\n", (5, 0)),
    ],
)
def test_writing_begins_below_the_front_matter(text: str, place: tuple[int, int]) -> None:
    assert first_text_position(text.split("\n")) == place


# Tasks.


def task(path: str, line: int, text: str, *, done: bool = False) -> TaskRow:
    return TaskRow(path, path, line, "x" if done else " ", done, text)


DAY = date(2026, 11, 28)
TASKS = [
    task("a", 1, "old", done=True),
    task("b", 2, "done", done=True),
    task("b", 3, "open one"),
    task("c", 1, "open two"),
]


def texts(rows: object) -> list[str]:
    assert isinstance(rows, list)
    return [getattr(row, "text", getattr(row, "title", "")) for row in rows]


def test_notes_with_open_tasks_stand_first_and_open_ones_before_done_ones() -> None:
    found = group_tasks(TASKS, "", DAY, with_done=True, ticked=())
    assert texts(found.rows) == ["b", "open one", "done", "", "c", "open two", "", "a", "old"]
    assert (found.open, found.done) == (2, 2)
    assert found.rows[0] == TaskGroup("b", "b", 1)
    only = group_tasks(TASKS, "", DAY, with_done=False, ticked=())
    assert texts(only.rows) == ["b", "open one", "", "c", "open two"]


def test_a_task_that_was_ticked_just_now_keeps_its_row() -> None:
    ticked = [*TASKS[:2], TASKS[2]._replace(done=True), TASKS[3]]
    kept = {("b", "open one")}
    found = group_tasks(ticked, "", DAY, with_done=False, ticked=kept)
    assert texts(found.rows) == ["b", "open one", "", "c", "open two"]


def test_tasks_are_filtered_by_words_of_text_and_note() -> None:
    assert texts(group_tasks(TASKS, "ONE op", DAY, with_done=False, ticked=()).rows) == [
        "b",
        "open one",
    ]
    assert group_tasks(TASKS, "nothing", DAY, with_done=True, ticked=()).rows == []


async def test_tasks_are_listed_ticked_taken_back_and_opened(make_app: MakeApp, root: Path) -> None:
    (root / "inbox/plans.md").write_text(
        "# Plans\n\n- [ ] pay the rent due:2026-11-20\n- [x] sleep\n- [ ] 買い物 and more\n"
    )
    before = (root / "inbox/plans.md").read_bytes()
    app = make_app("today")
    app.vault.indexing.refresh()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "T tasks"))
        await press(pilot, "g", "x")
        await until(pilot, lambda: shows(app, "3 open · 1 done"))
        screen = cast("TasksScreen", app.screen)
        await until(pilot, lambda: shows(app, "! 20 Nov"))
        assert not any("sleep" in line[:40] for line in seen(app))
        await press(pilot, "slash")
        type_text(app, "rent")
        await until(pilot, lambda: shows(app, "1 open · 0 done"))
        await press(pilot, "enter")
        await until(pilot, lambda: screen.tasks.has_focus)
        await press(pilot, "space")
        ticked = before.replace(b"- [ ] pay", b"- [x] pay")
        await until(pilot, lambda: (root / "inbox/plans.md").read_bytes() == ticked)
        # It stays where it is, so that the next key is not about another one.
        await until(pilot, lambda: shows(app, "✓ pay the rent"))
        assert screen.tasks.current is not None
        assert screen.tasks.current.text.startswith("pay the rent")
        await press(pilot, "u")
        await until(pilot, lambda: (root / "inbox/plans.md").read_bytes() == before)
        await press(pilot, "escape", "v")
        await until(pilot, lambda: any("✓ sleep" in line[:40] for line in seen(app)))
        await until(pilot, lambda: shows(app, "□ 買い物 and more"))
        row = next(n for n, line in enumerate(seen(app)) if "買い物 and" in line[:40])
        await pilot.click(offset=(3, row))
        await until(pilot, lambda: b"- [x] \xe8\xb2\xb7" in (root / "inbox/plans.md").read_bytes())
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))
        await until(
            pilot, lambda: cast("BrowseScreen", app.screen).preview.path == "inbox/plans.md"
        )


async def test_today_has_the_tasks_that_are_due_and_ticks_them(
    make_app: MakeApp, root: Path
) -> None:
    plans = root / "inbox/plans.md"
    plans.write_text("- [ ] pay due:2026-11-20\n- [ ] rest due:2026-12-24\n- [ ] some day\n")
    app = make_app("today")
    app.vault.indexing.refresh()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        # One more is in today's note.
        await until(pilot, lambda: shows(app, "Tasks 4 open, 1 late"))
        await until(pilot, lambda: shows(app, "! 20 Nov"))
        await until(pilot, lambda: shows(app, "□ rest"))
        row = next(number for number, line in enumerate(seen(app)) if "□ pay" in line)
        await pilot.click(offset=(3, row))
        await until(pilot, lambda: plans.read_text().startswith("- [x] pay due:2026-11-20\n"))
        await until(pilot, lambda: shows(app, "Ticked pay · u undo"))
        await until(pilot, lambda: shows(app, "Tasks 3 open "))
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "Tasks 4 open, 1 late"))


async def test_where_there_are_no_tasks_it_says_how_to_have_one(
    make_app: MakeApp, root: Path
) -> None:
    (root / DAILY).write_text("nothing\n")
    app = make_app("browse")
    app.vault.indexing.refresh()
    async with app.run_test(size=(40, 12), notifications=True) as pilot:
        await until(pilot, lambda: app.focused is not None)
        await press(pilot, "T")
        await until(pilot, lambda: shows(app, "- [ ] water the basil"))
        await until(pilot, lambda: shows(app, "ctrl+n"))


# Other vaults.


async def test_another_vault_is_chosen_and_this_one_left_in_order(
    make_app: MakeApp, tmp_path: Path, vault: Vault
) -> None:
    other = Vault.open(write_notes(tmp_path / "second"))
    (tmp_path / "third").mkdir()
    Vault.open(tmp_path / "third")
    places.save_place(other.places.state, places.LastPlace())
    # That which was left last stands first.
    assert next(one.name for one in list_known_vaults()) == "second"
    assert {one.name for one in list_known_vaults()} == {"second", "third", "notes"}
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "g", "v")
        await until(pilot, lambda: shows(app, "Open another vault"))
        assert not any(line.strip(" │▌").startswith("notes ") for line in seen(app)[3:8])
        await press(pilot, "enter")
        await until(pilot, lambda: not app.is_running)
    assert app.next_vault == other.root
    assert places.load_place(vault.places.state).screen == "browse"
    assert places.load_place(vault.places.state).day == "2026-11-24"


async def test_from_the_sample_the_way_leads_to_vaults_of_ones_own(tmp_path: Path) -> None:
    own = Vault.open(write_notes(tmp_path / "mine"))
    sample = demo.copy_sample_vault(own.today(), str(tmp_path))
    demo.use_home_of(sample)
    try:
        app = NotekeepApp(Vault.open(sample), "browse")
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await until(pilot, lambda: app.focused is not None)
            await press(pilot, "g", "v")
            await until(pilot, lambda: shows(app, "Open another vault") and shows(app, "mine"))
            assert not shows(app, "  sample")
            await press(pilot, "down", "enter")
            await until(pilot, lambda: shows(app, "~/notes"))
            await press(pilot, "escape", "g", "v")
            await until(pilot, lambda: shows(app, "mine"))
            await press(pilot, "enter")
            await until(pilot, lambda: not app.is_running)
        assert app.next_vault == own.root
    finally:
        demo.use_home_of(own.root)


async def test_leaving_for_a_vault_saves_what_is_typed_first(
    make_app: MakeApp, tmp_path: Path, root: Path
) -> None:
    folder = tmp_path / "second"
    folder.mkdir()
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        app.editors.open("inbox/markup.md")
        await until(pilot, lambda: app.editors.here is not None and app.focused is not None)
        type_text(app, "typed ")
        await until(pilot, lambda: shows(app, "unsaved"))
        await app.leave_for(str(folder))
        await until(pilot, lambda: not app.is_running)
    assert app.next_vault == str(folder)
    assert "typed plain" in (root / "inbox/markup.md").read_text()


# Errors.


async def test_an_error_stays_until_it_was_seen(make_app: MakeApp) -> None:
    from notekeep.errors import Refused
    from notekeep.tui.workers import show_error

    app = make_app("browse")
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        show_error(app, Refused("The disk is full.", "Make room, then try again."))
        await until(pilot, lambda: shows(app, "! 1 error"))
        app.clear_notifications()
        await press(pilot, "f3")
        await until(pilot, lambda: app.current_mode == "habits")
        await until(pilot, lambda: shows(app, "! 1 error"))
        await press(pilot, "exclamation_mark")
        await until(pilot, lambda: shows(app, "The disk is full. Make room, then try again."))
        await press(pilot, "escape")
        await until(pilot, lambda: not shows(app, "! 1 error"))


async def test_dialogs_are_answered_with_the_mouse_alone(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))

        async def click(text: str) -> None:
            await until(pilot, lambda: shows(app, text))
            lines = seen(app)
            row = next(number for number, line in enumerate(lines) if text in line)
            await pilot.click(offset=(lines[row].index(text) + 1, row))

        await press(pilot, "ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, CaptureScreen))
        type_text(app, "By mouse")
        await click("Inbox")
        await click("enter save")
        await until(pilot, (root / "inbox/By mouse.md").exists)
        await press(pilot, "n")
        await click("esc cancel")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))


@cases(("key", "shown"), [("T", "esc back"), ("f3", "space done")], fast=1)
async def test_the_bottom_line_names_no_way_to_where_one_is(
    make_app: MakeApp, key: str, shown: str
) -> None:
    app = make_app("browse")
    async with app.run_test(size=(200, 24)) as pilot:
        await until(pilot, lambda: shows(app, "T tasks"))
        await press(pilot, key)
        await until(pilot, lambda: shows(app, shown))
        assert shows(app, "T tasks") is (key != "T")


async def test_the_bottom_line_has_the_key_for_quotes_where_a_book_is_shown(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=(200, 24)) as pilot:
        await until(pilot, lambda: shows(app, "p publish"))
        app.post_message(OpenNote("books/Deep Work.md"))
        await until(pilot, lambda: shows(app, '" quote'))
        app.post_message(OpenNote("daily/2026-11-24.md"))
        await until(pilot, lambda: not shows(app, '" quote'))


@pytest.mark.slow
async def test_where_there_is_little_room_the_open_tasks_are_counted_and_not_the_done_ones(
    make_app: MakeApp, root: Path
) -> None:
    (root / "inbox/plans.md").write_text("- [ ] one\n" + "- [x] done\n" * 100)
    app = make_app("browse")
    app.vault.indexing.refresh()
    async with app.run_test(size=(120, 20)) as pilot:
        await until(pilot, lambda: app.focused is not None)
        await press(pilot, "T")
        await until(pilot, lambda: shows(app, "2 open · 100 done"))
        await pilot.resize_terminal(45, 20)
        await until(pilot, lambda: seen(app)[0].endswith(" 2 open"))


@cases("width", [40, 80], fast=1)
async def test_what_to_do_about_a_problem_can_be_read_to_its_end(
    make_app: MakeApp, width: int
) -> None:
    problem = next(
        one for one in make_app("browse").vault.search.problems() if "broken.md" in one.path
    )
    app = make_app("browse")
    async with app.run_test(size=(width, 24)) as pilot:
        await until(pilot, lambda: app.focused is not None)
        await press(pilot, "exclamation_mark")
        await until(pilot, lambda: shows(app, "inbox/broken"))
        inside = " ".join(re.findall(r"│ ▌?(.*?)▂?│", "\n".join(seen(app))))
        assert f"{problem.message} {problem.hint}" in " ".join(inside.split())


async def test_a_year_in_books_is_two_keys_away_and_leads_to_a_book(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("today")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: shows(app, "Reading"))
        await press(pilot, "g", "y")
        await until(
            pilot, lambda: shows(app, "Year in books · 2026 · 1 book") and shows(app, "Deep Work")
        )
        row = next(line for line in seen(app) if "Deep Work" in line)
        assert "★★★★" in row
        await until(pilot, lambda: shows(app, "Cal Newport"))
        assert not shows(app, "Atomic Habits"), "it is not finished yet"
        await press(pilot, "left_square_bracket")
        await until(pilot, lambda: shows(app, "No books finished in 2025."))
        await press(pilot, "right_square_bracket", "right_square_bracket")
        await until(pilot, lambda: shows(app, "Deep Work"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Depth needs hours"))
        assert app.current_mode == "browse"


async def test_a_quick_note_goes_into_the_note_in_front_and_its_quotes_under_quotes(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        app.post_message(OpenNote("books/Deep Work.md"))
        await until(pilot, lambda: browse(app).preview.path == "books/Deep Work.md")
        await press(pilot, "ctrl+n")
        await until(pilot, lambda: shows(app, "This note (Deep Work)"))
        await press(pilot, "tab")
        type_text(app, "> Clarity matters.")
        await press(pilot, "ctrl+j")
        type_text(app, "My own thought")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Saved to books/Deep Work.md"))
        text = (root / "books/Deep Work.md").read_text()
        assert text.endswith("\n\nMy own thought\n\n## Quotes\n\n> Clarity matters.\n")
        await press(pilot, "u")
        await until(pilot, lambda: (root / "books/Deep Work.md").read_text() != text)
        assert "Clarity" not in (root / "books/Deep Work.md").read_text()


async def test_a_quote_with_its_page_is_added_to_the_note(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        app.post_message(OpenNote("books/Deep Work.md"))
        await until(pilot, lambda: browse(app).preview.path == "books/Deep Work.md")
        for passage, page in (("Clarity matters.", "38"), ("Go deep.", "12:34")):
            await press(pilot, "quotation_mark")
            await until(pilot, lambda: shows(app, "Quote from Deep Work"))
            await until(pilot, lambda: shows(app, "e.g. 38"))
            await press(pilot, "enter")  # nothing to add yet
            type_text(app, passage)
            await press(pilot, "tab")
            type_text(app, page)
            await press(pilot, "enter")
            await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: shows(app, "Added a quote to Deep Work"))
        text = (root / "books/Deep Work.md").read_text()
        assert "## Quotes\n\n> Clarity matters. (p. 38)\n\n> Go deep. [00:12:34]\n" in text


@pytest.mark.parametrize(
    ("screen", "keys"),
    [
        ("today", ()),
        ("browse", ()),
        ("habits", ()),
        ("publish", ()),
        ("browse", ("T",)),
        ("browse", ("g", "y")),
    ],
)
async def test_an_empty_screen_offers_import_and_sample(
    tmp_path: Path, screen: str, keys: tuple[str, ...]
) -> None:
    (tmp_path / "new").mkdir()
    app = NotekeepApp(Vault.open(tmp_path / "new"), screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.indexed is None)
        await press(pilot, *keys)
        hints = (r"gi +[Ii]mport", r"gd +.*[Ss]ample vault", r"(?:n|a|p) +\S+ \S+")
        await until(pilot, lambda: all(re.search(one, "\n".join(seen(app))) for one in hints))
