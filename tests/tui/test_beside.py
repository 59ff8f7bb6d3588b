"""What stands beside the list: pins, saved searches, facets, and what a search means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from textual.widgets import Input

from notekeep.tui.list_model import (
    load_sidebar,
    narrow_to_scope,
    replace_sort,
    toggle_term,
)
from notekeep.tui.messages import OpenNote
from notekeep.tui.screens.help import ExplainScreen
from tests.support.screens import browse, press, seen, shows, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 44)
BOOK = "books/Deep Work.md"


def sidebar_line(app: NotekeepApp, text: str) -> str:
    """Return the line of the sidebar that begins with a text, or ""."""
    lines = (line[:21].strip(" ▌/≡·∞☼¶♪") for line in seen(app)[2:])
    return next((line for line in lines if line.startswith(text)), "")


async def go_to_note(app: NotekeepApp, pilot: Pilot[Any], path: str) -> None:
    await until(pilot, lambda: shows(app, "9 notes"))
    browse(app).open_note(OpenNote(path))
    await until(pilot, lambda: browse(app).note_under_cursor == path)
    await until(pilot, lambda: browse(app).loader.row is not None)


# What is counted.


def test_the_vault_is_counted_by_pin_kind_tag_year_and_saved_query(
    vault: Vault, root: Path
) -> None:
    vault.notes.set_fields([BOOK], ["pinned=yes"])
    vault.notes.apply(vault.notes.plan_save_query("Good ones", "type:book rating>=4 sort:-rating"))
    vault.notes.apply(vault.notes.plan_save_query("Kettles", "kettle"))
    vault.notes.apply(vault.notes.plan_save_query("Wrong", "rating:>>"))
    found = load_sidebar(vault)
    assert (root / BOOK).read_text().count("pinned: true\n") == 1
    assert found.pinned == [(BOOK, "Deep Work")]
    assert sum(found.facets.kinds.values()) == 9
    assert found.facets.kinds["book"] == 2
    assert found.facets.tags["learning"] == 1
    saved = {one.name: one for one in found.saved}
    assert [(name, one.notes) for name, one in saved.items()] == [
        ("Good ones", 2),
        ("Kettles", 1),
        ("Wrong", None),
    ]
    # One of facts is listed, one with words is searched for.
    assert vault.search.rows(saved["Good ones"].scope).total == 2
    assert saved["Kettles"].scope == ""


@pytest.mark.parametrize("tag", ["back\\", "two\\\\", 'in "quotes"', "with space", "日本"])
async def test_a_tag_of_the_sidebar_lists_its_notes(
    make_app: MakeApp, vault: Vault, tag: str
) -> None:
    vault.notes.set_fields([BOOK], [f"tags+={tag}"])
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: sidebar_line(app, "Tags"))
        sidebar = browse(app).sidebar
        row = 0
        while sidebar.entry.text != tag:
            row += 1
            sidebar.move_to(row)
        sidebar.focus()
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).notes.has_focus)
        await until(pilot, lambda: browse(app).note_under_cursor == BOOK)


def test_the_counts_of_a_search_are_those_of_its_results(vault: Vault) -> None:
    whole = vault.search.search("habit", typing=True)
    assert vault.search.facets_of(whole).kinds == {"book": 2}
    # Where the list has only the first of them, too, and in a question.
    for typed in ("habit", "why does the habit", "hab"):
        found = vault.search.search(typed, typing=True)
        first = vault.search.search(typed, limit=1, typing=True)
        counts = vault.search.facets_of(first._replace(hits=first.hits[:1]))
        assert counts == vault.search.facets_of(found)
        assert sum(counts.kinds.values()) == found.total
    assert vault.search.facets_of(None).kinds == {}


@pytest.mark.parametrize(
    ("typed", "term", "becomes"),
    [
        ("sea", "type:book", "sea type:book"),
        ("sea type:book", "type:book", "sea"),
        ("sea OR lake", "tag:x", "(sea OR lake) tag:x"),
        ("(sea OR lake) tag:x", "tag:y", "(sea OR lake) tag:x tag:y"),
        ('"a OR b"', "tag:x", '"a OR b" tag:x'),
        ('sea tag:"two words"', 'tag:"two words"', "sea"),
    ],
)
def test_a_condition_is_added_and_taken_away(typed: str, term: str, becomes: str) -> None:
    assert toggle_term(typed, term) == becomes


def test_a_search_within_a_query_and_its_order() -> None:
    assert narrow_to_scope("type:book", "") == "type:book"
    assert narrow_to_scope("", "a OR b") == "a OR b"
    assert narrow_to_scope("type:book", "a OR b") == "type:book (a OR b)"
    assert replace_sort("a sort:title b", "-rating") == "a b sort:-rating"


# Pins.


async def test_a_pinned_note_stands_first_until_it_is_unpinned(
    make_app: MakeApp, root: Path
) -> None:
    before = (root / BOOK).read_bytes()
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await go_to_note(app, pilot, BOOK)
        await press(pilot, "B")
        await until(pilot, lambda: sidebar_line(app, "Pinned"))
        await until(pilot, lambda: shows(app, "Pinned Deep Work to the sidebar · u undo"))
        assert seen(app)[3][:21].strip() == "Deep Work"
        assert (root / BOOK).read_bytes() == before.replace(
            b"publish: true\n", b"publish: true\npinned: true\n"
        )
        browse(app).open_note(OpenNote("inbox/broken.md"))
        await until(pilot, lambda: browse(app).note_under_cursor == "inbox/broken.md")
        await pilot.click(offset=(3, 3))
        await until(pilot, lambda: browse(app).note_under_cursor == BOOK)
        # A key in the sidebar takes it out again, and so does undo.
        browse(app).sidebar.focus()
        browse(app).sidebar.move_to(1)
        await press(pilot, "delete")
        await until(pilot, lambda: not sidebar_line(app, "Pinned"))
        assert (root / BOOK).read_bytes() == before
        await press(pilot, "u")
        await until(pilot, lambda: sidebar_line(app, "Pinned"))


# Saved searches.


async def test_a_search_is_saved_shown_with_its_count_and_deleted(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "ctrl+s save search"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: shows(app, "Type a search first"))
        await press(pilot, "slash")
        browse(app).pane.box.set_text("kettle OR phone")
        await until(pilot, lambda: shows(app, "2 of 9 notes"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: shows(app, "Save search"))
        type_text(app, "Two things")
        await press(pilot, "enter")
        await until(pilot, lambda: "Two things" in vault.search.saved)
        assert vault.search.saved["Two things"] == "kettle OR phone"
        await until(pilot, lambda: app.screen is browse(app))
        await press(pilot, "escape", "escape")
        await until(pilot, lambda: sidebar_line(app, "Two things").endswith("2"))
        # It counts anew when the vault changes.
        (root / "inbox/more.md").write_text("Another kettle.\n")
        await press(pilot, "f5")
        await until(pilot, lambda: sidebar_line(app, "Two things").endswith("3"))
        line = next(n for n, text in enumerate(seen(app)) if "/ Two things" in text[:21])
        await pilot.click(offset=(3, line))
        await until(pilot, lambda: browse(app).pane.typed == "kettle OR phone")
        await until(pilot, lambda: shows(app, "3 of 10 notes"))
        await press(pilot, "escape")
        await until(pilot, lambda: sidebar_line(app, "Two things"))
        browse(app).sidebar.focus()
        await press(pilot, "end")
        while browse(app).sidebar.entry.text != "Two things":
            await press(pilot, "up")
        await press(pilot, "delete")
        await until(pilot, lambda: "Two things" not in vault.search.saved)
        await until(pilot, lambda: not sidebar_line(app, "Two things"))
        await press(pilot, "u")
        await until(pilot, lambda: sidebar_line(app, "Two things"))


def listed(app: NotekeepApp) -> list[str]:
    notes = browse(app).notes
    return [row.title for row in map(notes.row_of, range(notes.row_count())) if row is not None]


@pytest.mark.slow
async def test_a_search_is_saved_with_the_order_that_was_chosen(
    make_app: MakeApp, vault: Vault
) -> None:
    vault.notes.apply(vault.notes.plan_save_query("Shelf", "type:book"))
    app = make_app("browse")

    async def choose(pilot: Pilot[Any], entry: str) -> None:
        await until(pilot, lambda: sidebar_line(app, entry))
        line = next(n for n, text in enumerate(seen(app)) if entry in text[:21])
        await pilot.click(offset=(3, line))

    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await choose(pilot, "Shelf")
        await until(pilot, lambda: listed(app) == ["Atomic Habits", "Deep Work"])
        await press(pilot, "s", "s")
        await until(pilot, lambda: shows(app, "↓ rating"))
        assert listed(app) == ["Atomic Habits", "Deep Work"]
        await press(pilot, "v", "right")
        await until(pilot, lambda: browse(app).pane.grid is not None)
        while cast("Any", browse(app).notes).current_column.name != "rating":
            await press(pilot, "right")
        # From the best first over the order of the list to the least first.
        await press(pilot, "s", "s")
        await until(pilot, lambda: listed(app) == ["Deep Work", "Atomic Habits"])
        # Under its own name, which is offered: the same search in another order.
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: shows(app, "Save search") and shows(app, "sort:rating"))
        await press(pilot, "enter")
        await until(pilot, lambda: vault.search.saved["Shelf"] == "type=book sort:rating")
        await until(pilot, lambda: app.screen is browse(app))
        # Chosen from anywhere it has that order, and a key gives it another.
        await choose(pilot, "All notes")
        await until(pilot, lambda: len(listed(app)) == 9)
        await press(pilot, "s")
        await choose(pilot, "Shelf")
        await until(pilot, lambda: listed(app) == ["Deep Work", "Atomic Habits"])
        await until(pilot, lambda: shows(app, "rating ↑"))
        await press(pilot, "v")
        await until(pilot, lambda: browse(app).pane.grid is None)
        for _ in range(3):
            await press(pilot, "s")
        await until(pilot, lambda: listed(app) == ["Atomic Habits", "Deep Work"])
        await press(pilot, "s")
        await until(pilot, lambda: listed(app) == ["Deep Work", "Atomic Habits"])


@pytest.mark.slow
async def test_the_day_of_a_row_is_the_one_that_the_list_is_sorted_by(
    make_app: MakeApp, root: Path
) -> None:
    for number, month in enumerate(("01", "03", "02")):
        text = f"---\ncreated: 2024-{month}-15\n---\nText\n"
        (root / f"Note {number}.md").write_text(text)
    app = make_app("browse")

    def days() -> list[str]:
        listed = [line.split("│")[1] for line in seen(app) if line.count("│") > 1]
        return [line.split("Note ")[1][1:].strip() for line in listed if "Note " in line]

    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "12 notes"))
        # When each was changed last.
        assert len(set(days())) == 1
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "↓ created"))
        # The year stands above them.
        assert days() == ["15 Mar", "15 Feb", "15 Jan"]
        await until(pilot, lambda: shows(app, "2024 ───"))


@pytest.mark.slow
async def test_what_was_found_is_sorted_too_and_the_next_search_has_the_best_first(
    make_app: MakeApp, vault: Vault
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "work OR habits")
        # Of the beginning of it as many titles may be found for a moment.
        await until(pilot, lambda: not any(worker.is_running for worker in app.workers))
        await until(pilot, lambda: shows(app, "2 of 9 notes"))
        best = listed(app)
        await press(pilot, "enter", "s", "s", "s")
        await until(pilot, lambda: shows(app, "↓ rating"))
        await until(pilot, lambda: listed(app) == ["Atomic Habits", "Deep Work"])
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: shows(app, "Save search"))
        type_text(app, "Good")
        await press(pilot, "enter")
        await until(pilot, lambda: vault.search.saved.get("Good") == "work OR habits sort:-rating")
        await until(pilot, lambda: app.screen is browse(app))
        await press(pilot, "escape", "slash")
        type_text(app, "work OR habits")
        await until(pilot, lambda: shows(app, "2 of 9 notes"))
        assert not shows(app, "↓ rating")
        await until(pilot, lambda: listed(app) == best)


# Facets.


async def test_what_was_found_is_counted_and_narrowed_by_a_click(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: sidebar_line(app, "Books"))
        await press(pilot, "slash")
        browse(app).pane.box.set_text("kettle OR phone OR plain")
        await until(pilot, lambda: sidebar_line(app, "All").endswith("3"))
        assert sidebar_line(app, "Books").endswith("2")
        assert sidebar_line(app, "Notes").endswith("1")
        assert not sidebar_line(app, "Saved")
        line = next(n for n, text in enumerate(seen(app)) if text[1:].startswith("≡ Books"))
        await pilot.click(offset=(3, line))
        await until(pilot, lambda: shows(app, "2 of 9 notes"))
        assert browse(app).pane.typed == "(kettle OR phone OR plain) type:book"
        await until(pilot, lambda: not sidebar_line(app, "Notes"))
        # Chosen again, the condition is gone.
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "3 of 9 notes"))


def lit(app: NotekeepApp, text: str) -> object:
    """Return the style of a word in the sidebar."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip.crop(0, 21):
            if segment.text.strip() == text:
                return segment.style
    raise AssertionError(text)


async def test_facets_have_the_most_notes_first_and_the_chosen_one_is_lit(
    make_app: MakeApp, root: Path
) -> None:
    (root / "Other.md").write_text("---\ntags: [work]\n---\nA phone, too.\n")
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "10 notes"))
        await press(pilot, "slash")
        browse(app).pane.box.set_text("phone OR kettle")
        await until(pilot, lambda: sidebar_line(app, "All").endswith("3"))
        lines = (line[:21].strip(" ▌≡·") for line in seen(app))
        names = [line.split()[0] for line in lines if line]
        assert names.index("Books") < names.index("Notes")
        assert names.index("work") < names.index("attention") < names.index("habit")
        unlit = lit(app, "work")
        assert lit(app, "attention") == unlit
        line = next(n for n, text in enumerate(seen(app)) if text.startswith(" work"))
        await pilot.click(offset=(3, line))
        await until(pilot, lambda: shows(app, "2 of 10 notes"))
        await until(pilot, lambda: lit(app, "work") != unlit)
        assert lit(app, "attention") == unlit


# What a search means.


async def test_a_question_mark_is_typed_into_the_search(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(100, 40)) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        await until(pilot, lambda: shows(app, "F6 explain"))
        await press(pilot, *"kettle", "question_mark")
        await until(pilot, lambda: browse(app).pane.typed == "kettle?")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))


async def test_a_key_explains_the_search_and_typing_goes_on(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=(100, 40), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash", "f6")
        await until(pilot, lambda: shows(app, "How to search"))
        await press(pilot, "escape")
        browse(app).pane.box.set_text("phone -tag:attention (type:book OR type:post) sort:-ratin")
        await press(pilot, "f6")
        await until(pilot, lambda: shows(app, "all of"))
        said = [line.strip(" │▌") for line in seen(app)]
        # Two notes of nine are books or posts... three: two books and a post.
        assert any("word phone" in line and "1 note" in line for line in said)
        assert any("not" in line and "8 notes" in line for line in said)
        assert any("any of" in line and "3 notes" in line for line in said)
        assert any("all of" in line and "0 notes" in line for line in said)
        # What is wrong is named, with a mark below its place.
        lines = seen(app)
        row = next(number for number, line in enumerate(lines) if "^" in line)
        assert lines[row - 1][lines[row].index("^") :].startswith("-ratin")
        await until(pilot, lambda: shows(app, 'no field "ratin"'))
        # Who types on is in the box again, and nothing is lost however fast.
        type_text(app, "g x")
        await until(pilot, lambda: not isinstance(app.screen, ExplainScreen))
        await until(pilot, lambda: browse(app).pane.typed.endswith("sort:-rating x"))
        assert isinstance(app.focused, Input)
