"""Marks, and verbs on all marked notes: shown before they are done, one step, one undo."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.tui.render.glyphs import UNICODE
from notekeep.tui.render.plan_lines import notes_plan_lines, summarize_plan
from notekeep.tui.render.styled_text import line_text
from notekeep.tui.screens.note_operations import parse_tag_changes, split_field_changes
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

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)
BROKEN = "---\ntype: book\ntitle: x: y\n---\n"


def marked(app: NotekeepApp) -> set[str]:
    return browse(app).notes.marked


def contents(root: Path) -> dict[str, bytes]:
    """Return every note outside of the trash; nothing while one of them is on its way."""
    found: dict[str, bytes] = {}
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if name != ".trash"]
        for name in names:
            path = Path(folder, name)
            try:
                found[path.relative_to(root).as_posix()] = path.read_bytes()
            except FileNotFoundError:
                return {}
    return {path: data for path, data in found.items() if path.endswith(".md")}


@pytest.fixture
def shelf(root: Path, vault: Vault) -> Path:
    """Twenty-four books, one of which cannot be written to."""
    for number in range(24):
        head = f"---\ntype: book\ntitle: Volume {number:02}\nrating: {number % 5}\n---\n"
        text = f"{head}See [[Volume 00]].\n"
        (root / f"books/Volume {number:02}.md").write_text(text)
    (root / "books/Volume 99.md").write_text(BROKEN)
    changed_at_once(root)
    vault.indexing.refresh()
    return root


async def find(app: NotekeepApp, pilot: Pilot[Any], query: str, count: int) -> None:
    """Search, and go to the list."""
    await until(pilot, lambda: shows(app, " notes"))
    await press(pilot, "slash")
    browse(app).pane.box.set_text(query)
    await until(pilot, lambda: browse(app).notes.note_count == count and shows(app, " of "))
    await press(pilot, "enter")
    await until(pilot, lambda: browse(app).notes.has_focus)


async def ask(app: NotekeepApp, pilot: Pilot[Any], key: str, words: str, plan: str) -> None:
    """Begin a verb, say what it should do, and wait for the plan."""
    await press(pilot, key)
    await until(pilot, lambda: len(app.screen_stack) == 2 and app.screen.is_mounted)
    type_text(app, words)
    await press(pilot, "enter")
    await until(pilot, lambda: shows(app, plan))


async def test_marks_are_set_one_by_one_in_ranges_and_all_at_once(
    make_app: MakeApp, shelf: Path
) -> None:
    before = tree(shelf)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "34 notes"))
        await press(pilot, "home", "m")
        await until(pilot, lambda: shows(app, " 1 marked "))
        # The bottom line has what acts on all of them, and no more.
        await until(pilot, lambda: "d delete" in seen(app)[-1] and "esc unmark" in seen(app)[-1])
        assert "/ search" not in seen(app)[-1]
        await press(pilot, "down", "down", "M")
        await until(pilot, lambda: len(marked(app)) == 4)
        await press(pilot, "asterisk")
        await until(pilot, lambda: len(marked(app)) == 30)
        await press(pilot, "A")
        await until(pilot, lambda: len(marked(app)) == 34)
        await press(pilot, "A")
        await until(pilot, lambda: not marked(app) and not shows(app, " marked"))
        # A mark is on a note, not on a row: it stays while something else is looked for.
        await press(pilot, "end", "m", "up", "m")
        await until(pilot, lambda: len(marked(app)) == 2)
        chosen = {*marked(app)}
        await press(pilot, "slash")
        browse(app).pane.box.set_text("title:deep")
        await until(pilot, lambda: browse(app).note_under_cursor == "books/Deep Work.md")
        assert marked(app) == chosen
        await until(pilot, lambda: shows(app, " 2 marked "))
        # The grid has the same ones; a note that went has none.
        await press(pilot, "enter", "v")
        await until(pilot, lambda: browse(app).pane.grid is not None)
        assert marked(app) == chosen
        gone = min(chosen)
        (shelf / gone).rename(shelf / "gone.txt")
        await press(pilot, "f5")
        await until(pilot, lambda: marked(app) == chosen - {gone})
        (shelf / "gone.txt").rename(shelf / gone)
    assert tree(shelf) == before


async def test_a_range_is_marked_upwards_as_downwards(make_app: MakeApp, shelf: Path) -> None:
    del shelf
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "34 notes"))
        await press(pilot, "home", "j", "j", "j", "j", "m", "home", "j", "M")
        await until(pilot, lambda: shows(app, " 4 marked "))
        listed = [row.path for number in range(6) if (row := browse(app).notes.row_of(number))]
        assert marked(app) == set(listed[1:])
        await press(pilot, "escape")
        await until(pilot, lambda: not marked(app))
        # Of what was found, too.
        await find(app, pilot, "type:book", 27)
        await press(pilot, "home", "j", "j", "m", "home", "M")
        await until(pilot, lambda: shows(app, " 3 marked "))


async def test_a_field_is_set_in_many_notes_after_the_plan_was_seen(
    make_app: MakeApp, shelf: Path
) -> None:
    before = contents(shelf)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await find(app, pilot, "path:books/volume", 25)
        await press(pilot, "A")
        await until(pilot, lambda: len(marked(app)) == 25)
        await ask(app, pilot, "F", "rating=3 status=dropped", "24 files would change")
        # What is left out is said first, with its line and why.
        await until(pilot, lambda: shows(app, "1 refused"))
        await until(pilot, lambda: shows(app, "books/Volume 99.md:3"))
        await until(pilot, lambda: shows(app, "+ rating: 3"))
        assert contents(shelf) == before
        # More than twenty are asked about once more.
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "24 files would change. Press enter again"))
        assert contents(shelf) == before
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Changed 24 notes"))
        after = contents(shelf)
        assert after["books/Volume 04.md"] == before["books/Volume 04.md"].replace(
            b"rating: 4\n", b"rating: 3\nstatus: dropped\n"
        )
        changed = {path for path in after if after[path] != before[path]}
        assert changed == {f"books/Volume {number:02}.md" for number in range(24)}
        # Marks stay for what comes next; one undo takes all of it back.
        assert len(marked(app)) == 25
        await press(pilot, "u")
        await until(pilot, lambda: contents(shelf) == before)


async def test_notes_move_together_with_every_link_to_them(make_app: MakeApp, shelf: Path) -> None:
    (shelf / "inbox/Where.md").write_text("[[books/Volume 00]] and [[books/Volume 01|one]]\n")
    (shelf / "old").mkdir()
    (shelf / "old/Volume 02.md").write_text("taken\n")
    before = contents(shelf)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await find(app, pilot, "path:books/volume", 25)
        browse(app).notes.mark_all({f"books/Volume {number:02}.md" for number in range(3)})
        await ask(app, pilot, "greater_than_sign", "old", "files would change")
        # A name that is taken is left where it is, the others go.
        await until(
            pilot, lambda: shows(app, "books/Volume 02.md: old/Volume 02.md already exists")
        )
        await until(pilot, lambda: shows(app, "books/Volume 00.md → old/Volume 00.md"))
        await press(pilot, "enter")
        await until(pilot, (shelf / "old/Volume 01.md").exists)
        await until(pilot, lambda: shows(app, "Moved 2 notes: old"))
        after = contents(shelf)
        assert after["inbox/Where.md"] == b"[[old/Volume 00]] and [[old/Volume 01|one]]\n"
        assert "books/Volume 00.md" not in after
        assert after["books/Volume 02.md"] == before["books/Volume 02.md"]
        moved = {"old/Volume 00.md", "old/Volume 01.md", "books/Volume 02.md"}
        await until(pilot, lambda: marked(app) == moved)
        await press(pilot, "u")
        await until(pilot, lambda: contents(shelf) == before)


async def test_delete_publish_and_links_of_marked_notes(make_app: MakeApp, shelf: Path) -> None:
    before = contents(shelf)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await find(app, pilot, "path:books/volume", 25)
        pair = {"books/Volume 00.md", "books/Volume 01.md"}
        browse(app).notes.mark_all(pair)
        await press(pilot, "y")
        await until(pilot, lambda: app.clipboard == "[[Volume 00]]\n[[Volume 01]]")
        await press(pilot, "P")
        await until(pilot, lambda: shows(app, "Allow publishing of 2 notes?"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "+ publish: true"))
        await press(pilot, "enter")
        await until(
            pilot, lambda: all(b"publish: true" in contents(shelf).get(path, b"") for path in pair)
        )
        await until(pilot, lambda: shows(app, "publish=true in 2 notes"))
        await press(pilot, "u")
        await until(pilot, lambda: contents(shelf) == before)
        await until(pilot, lambda: shows(app, "Undid"))
        await press(pilot, "d")
        # Volumes 02 to 23 link to the first; the two link to themselves and each other.
        await until(pilot, lambda: shows(app, "22 notes link to them and will have broken links"))
        await press(pilot, "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert contents(shelf) == before
        await press(pilot, "d")
        await until(pilot, lambda: shows(app, "2 files would change"))
        await press(pilot, "enter")
        await until(pilot, lambda: contents(shelf).keys() == before.keys() - pair)
        await until(pilot, lambda: not marked(app) and shows(app, "Moved 2 notes to the trash"))
        await press(pilot, "u")
        await until(pilot, lambda: contents(shelf) == before)


@pytest.mark.slow
async def test_words_that_fit_nothing_are_told_and_can_be_corrected(
    make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await find(app, pilot, "type:book", 2)
        await press(pilot, "A")
        await until(pilot, lambda: len(marked(app)) == 2)
        await press(pilot, "F")
        await until(pilot, lambda: shows(app, "Set a field of 2 notes"))
        type_text(app, "rating=good")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, 'rating is a number, not "good"'))
        line = app.screen.query_one(Input)
        for typed, told in (
            ("rating=9", "rating must be between 0 and 5. Got 9."),
            (
                "status=finishd",
                "status must be to-read, reading, finished or dropped. Got finishd.",
            ),
            ("finished=soon", 'finished is a date, not "soon"'),
        ):
            line.value = typed
            await press(pilot, "enter")
            await until(pilot, partial(shows, app, told))
            assert line.value == typed
        assert not shows(app, "--force")
        await press(pilot, "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        # Escape takes the marks away before it clears the search.
        await press(pilot, "escape")
        await until(pilot, lambda: not marked(app))
        await until(pilot, lambda: shows(app, "type:book"))
    assert tree(root) == before


@pytest.mark.slow
@pytest.mark.parametrize(("key", "dated"), [("enter", 2), ("escape", 0)])
async def test_the_date_of_a_status_is_offered_for_marked_notes(
    make_app: MakeApp, shelf: Path, key: str, dated: int
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await find(app, pilot, "path:books/volume", 25)
        await press(pilot, "home", "m", "j", "m")
        await until(pilot, lambda: len(marked(app)) == 2)
        await ask(app, pilot, "F", "status=finished", "Set finished to today?")
        await press(pilot, key)
        await until(pilot, lambda: shows(app, "2 files would change"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Changed 2 notes"))
        texts = list(contents(shelf).values())
        assert sum(b"status: finished\n" in text for text in texts) == 2
        assert sum(b"finished: 2026-11-24\n" in text for text in texts) == dated


@pytest.mark.slow
async def test_new_field_is_named_in_the_plan(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await find(app, pilot, "type:book", 2)
        await press(pilot, "A")
        await until(pilot, lambda: len(marked(app)) == 2)
        await ask(app, pilot, "F", "ratng=4 series=Work", "2 files would change")
        (line,) = (line for line in seen(app) if "ratng" in line and "new field" in line)
        assert "ratng is a new field. Did you mean rating?" in line
        assert not shows(app, "series is a new field")
        warning = app.theme_variables["ink-amber"]
        strip = next(
            one for one in app.screen._compositor.render_strips() if "new field" in one.text
        )
        said = next(one for one in strip if one.text.startswith(app.glyphs.warning))
        assert said.style is not None
        assert said.style.color is not None
        assert said.style.color.name == warning.lower()


@pytest.mark.slow
async def test_refused_notes_among_hundreds_are_named_and_left(
    make_app: MakeApp, vault: Vault, root: Path
) -> None:
    for number in range(300):
        text = BROKEN if number == 123 else "---\ntype: book\n---\n"
        (root / f"books/Volume {number:03}.md").write_text(text)
    vault.indexing.refresh()
    before = contents(root)
    left = {"books/Volume 123.md", "inbox/broken.md"}
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "309 notes"))
        browse(app).notes.focus()
        await press(pilot, "A")
        await until(pilot, lambda: len(marked(app)) == 309)
        await ask(app, pilot, "F", "rating=3", "307 files would change, 2 refused")
        # They stand first, with their lines and why.
        await until(pilot, lambda: shows(app, "books/Volume 123.md:3:9: A value that contains"))
        await until(pilot, lambda: shows(app, "inbox/broken.md:2:9: A value that contains"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "307 files would change. Press enter again"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Changed 307 notes: rating=3 · 2 unchanged"))
        after = contents(root)
        logs = {path for path in before if path.startswith("habits/log/")}
        assert {path for path in after if after[path] == before[path]} == left | logs
        await press(pilot, "u")
        await until(pilot, lambda: contents(root) == before)


@pytest.mark.parametrize(
    ("typed", "add", "remove"),
    [
        ("+this -that", ["this"], ["that"]),
        ("#a, b -#c", ["a", "b"], ["c"]),
        ("", [], []),
        ("+ -", [], []),
    ],
)
def test_tags_are_typed_with_signs(typed: str, add: list[str], remove: list[str]) -> None:
    assert parse_tag_changes(typed) == (add, remove)


def test_changes_are_typed_as_on_the_command_line() -> None:
    assert split_field_changes("rating=4.5 author+='Ann B' genre-=old x=") == [
        *("rating=4.5", "author+=Ann B", "genre-=old", "x="),
    ]


def test_a_plan_shows_the_lines_that_change(vault: Vault) -> None:
    plan = vault.notes.plan_set(["books/Deep Work.md", "inbox/broken.md"], ["rating=5"])
    shown = [line_text(line).rstrip() for line in notes_plan_lines(plan, 60, UNICODE)]
    assert "books/Deep Work.md" in shown
    at = shown.index("books/Deep Work.md")
    assert shown[at + 1 : at + 3] == ["  - rating: 4", "  + rating: 5"]
    assert any("inbox/broken.md:2" in line for line in shown)
    assert summarize_plan(plan, ["books/Deep Work.md", "inbox/broken.md", "inbox/same.md"]) == (
        "1 file would change, 1 refused, 1 unchanged"
    )


def test_only_what_differs_is_shown_of_a_long_note() -> None:
    lines = [b"%d" % number for number in range(5000)]
    before, after = b"\n".join(lines), b"\n".join([*lines[:2], b"new", *lines[3:]])
    plan = WritePlan("edit", "A", [NoteChange("a.md", before, after)])
    shown = [line_text(line).rstrip() for line in notes_plan_lines(plan, 60, UNICODE)]
    assert shown == ["a.md", "  - 2", "  + new"]


async def test_twenty_notes_are_changed_without_a_second_question(
    make_app: MakeApp, shelf: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await find(app, pilot, "path:books/volume", 25)
        browse(app).notes.mark({f"books/Volume {number:02}.md" for number in range(20)})
        await ask(app, pilot, "F", "mood=good", "20 files would change")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Changed 20 notes"))
        assert b"mood: good" in contents(shelf)["books/Volume 19.md"]


async def test_a_mark_set_while_deleted_notes_lose_theirs_stays(
    make_app: MakeApp, shelf: Path
) -> None:
    del shelf
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await find(app, pilot, "path:books/volume", 25)
        screen = browse(app)
        screen.notes.mark({"books/Volume 00.md", "books/Deleted.md"})
        screen.vault_changed()
        screen.notes.mark(screen.notes.marked | {"books/Volume 01.md"})
        await until(pilot, lambda: "books/Deleted.md" not in marked(app))
        assert marked(app) == {"books/Volume 00.md", "books/Volume 01.md"}


async def test_with_marks_the_bottom_line_publishes_and_a_post_begins_from_them(
    make_app: MakeApp, shelf: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await find(app, pilot, "path:books/volume", 25)
        browse(app).notes.mark({"books/Volume 00.md", "books/Volume 01.md"})
        await until(pilot, lambda: shows(app, "esc unmark"))
        await until(pilot, lambda: shows(app, "p publish"))
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: shows(app, "Commands"))
        type_text(app, "start a post")
        await until(pilot, lambda: shows(app, "Start a post from the marked notes"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Start a post from 2 notes"))
        type_text(app, "Two volumes")
        await press(pilot, "enter")
        await until(pilot, (shelf / "posts/Two volumes.md").exists)
        assert "[[Volume 01]]" in (shelf / "posts/Two volumes.md").read_text("utf-8")
