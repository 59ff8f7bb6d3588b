"""What the interface says of a search, and what it remembers of what was opened."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.errors import NotekeepError
from notekeep.search.meaning import NearNote
from notekeep.tui import external_programs
from notekeep.tui.messages import OpenNote
from tests.support.screens import browse, press, seen, shows, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.search.results import SearchResults
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.widgets.preview import Preview
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


def marked_words(preview: Preview) -> list[str]:
    lines = (preview.draw_line(row, 60) for row in range(preview.line_count()))
    return [piece.text for line in lines for piece in line if "mark" in piece.role.split()]


async def test_a_misspelt_word_is_answered_and_that_is_said(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        await press(pilot, "slash")
        type_text(app, "kettel")
        await until(pilot, lambda: shows(app, 'Showing results for "kettle"'))
        assert browse(app).note_under_cursor == "books/Atomic Habits.md"
        # The note beside the list is marked for the word that was found.
        await until(pilot, lambda: {*marked_words(browse(app).preview)} == {"kettle"})


async def test_earlier_searches_come_back_also_after_a_start(make_app: MakeApp) -> None:
    async with (app := make_app("browse")).run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        for query in ("kettle", "type:book"):
            await press(pilot, "slash")
            browse(app).pane.box.set_text(query)
            await until(pilot, lambda: browse(app).notes.is_search)
            await press(pilot, "enter")
            await until(pilot, lambda: browse(app).notes.has_focus)
        await press(pilot, "ctrl+q")
    async with (app := make_app("browse")).run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        box = browse(app).pane.box
        type_text(app, "dee")
        for key, text in (("up", "type:book"), ("up", "kettle"), ("up", "kettle")):
            await press(pilot, key)
            assert box.text == text
        await until(pilot, lambda: shows(app, "1 of 9 notes"))
        for key, text in (("down", "type:book"), ("down", "dee")):
            await press(pilot, key)
            assert box.text == text
        await press(pilot, "down")
        await until(pilot, lambda: browse(app).notes.has_focus)


async def test_notes_that_were_opened_are_listed_by_a_query(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        app.post_message(OpenNote("books/Atomic Habits.md"))
        app.post_message(OpenNote("daily/2026-11-24.md"))
        await until(pilot, lambda: browse(app).note_under_cursor == "daily/2026-11-24.md")
        await press(pilot, "slash")
        type_text(app, "is:recent")
        await until(pilot, lambda: shows(app, "2 of 9 notes"))
        assert browse(app).note_under_cursor == "daily/2026-11-24.md"


@cases(
    ("size", "said"),
    [
        (WIDE, "Showing notes with some of the words"),
        ((80, 24), "1 with some words"),
    ],
    fast=1,
)
async def test_a_question_shows_notes_with_some_of_its_words(
    make_app: MakeApp, size: tuple[int, int], said: str
) -> None:
    app = make_app("browse")
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "why does the kettle whistle")
        await until(pilot, lambda: shows(app, said))
        assert browse(app).note_under_cursor == "books/Atomic Habits.md"


async def test_the_last_word_is_a_beginning_in_bodies_too(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and shows(app, "Books"))
        await press(pilot, "slash")
        type_text(app, "compound kett")
        await until(pilot, lambda: browse(app).note_under_cursor == "books/Atomic Habits.md")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))


async def test_enter_waits_for_the_text_search_before_it_creates_a_note(
    make_app: MakeApp, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_now, search = threading.Event(), vault.search.search

    def search_slowly(*args: Any, **options: Any) -> SearchResults:
        assert answer_now.wait(60)
        return search(*args, **options)

    monkeypatch.setattr(vault.search, "search", search_slowly)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash", *"kettle", "enter")
        await until(pilot, lambda: not browse(app).notes.note_count)
        await pilot.pause(0.5)
        assert len(app.screen_stack) == 1
        answer_now.set()
        await until(pilot, lambda: browse(app).note_under_cursor == "books/Atomic Habits.md")
        assert browse(app).notes.has_focus
        assert len(app.screen_stack) == 1


@pytest.mark.slow
async def test_enter_creates_no_note_when_the_text_search_fails(
    make_app: MakeApp, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_options: Any) -> SearchResults:
        raise NotekeepError("The index is in use.")

    monkeypatch.setattr(vault.search, "search", fail)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash", *"kettle", "enter")
        await until(pilot, lambda: shows(app, "The index is in use."))
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert browse(app).pane.box.has_text_focus


@pytest.mark.slow
async def test_enter_after_a_failed_text_search_creates_no_note(
    make_app: MakeApp, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_options: Any) -> SearchResults:
        raise NotekeepError("The index is in use.")

    monkeypatch.setattr(vault.search, "search", fail)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash", *"kettle")
        await until(pilot, lambda: shows(app, "The index is in use."))
        await press(pilot, "enter")
        await pilot.pause(0.3)
        assert len(app.screen_stack) == 1
        await until(pilot, lambda: shows(app, "The index is in use."))
        assert browse(app).pane.box.has_text_focus


async def test_a_note_that_is_read_counts_as_opened(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).note_under_cursor != "")
        note = browse(app).note_under_cursor
        before = browse(app).vault.open_counts.times(note)
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).vault.open_counts.times(note) == before + 1)


@cases("how", ["tab", "click"], fast=1)
async def test_misspelt_field_is_named_below_the_box(make_app: MakeApp, how: str) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "ratng:4")
        await until(pilot, lambda: shows(app, 'No field "ratng". Try rating.  tab accept'))
        row = next(n for n, line in enumerate(seen(app)) if "Try rating" in line)
        assert any("/ ratng:4" in line for line in seen(app)[row - 1 : row])
        await until(pilot, lambda: shows(app, "0 of 9 notes"))
        # Nor is a note made of it.
        await press(pilot, "enter")
        assert len(app.screen_stack) == 1
        if how == "tab":
            await press(pilot, "tab")
        else:
            await pilot.click(offset=(seen(app)[row].index("Try"), row))
        await until(pilot, lambda: shows(app, "1 of 9 notes") and shows(app, "/ rating:4"))
        assert not shows(app, "ratng")
        await until(pilot, lambda: shows(app, "▌ ≡ Deep Work"))


@cases("width", [80, 110], fast=1)
async def test_correction_of_a_field_names_its_key_where_there_is_little_room(
    make_app: MakeApp, width: int
) -> None:
    app = make_app("browse")
    async with app.run_test(size=(width, 30)) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "ratng:4")
        await until(pilot, lambda: shows(app, "rating?  tab accept"))


@cases("typed", ["deep -ratng>3", "ratng:", "deep sort:-ratng"], fast=1)
async def test_misspelt_field_is_found_anywhere_in_a_search(make_app: MakeApp, typed: str) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, typed)
        await until(pilot, lambda: shows(app, "rating") and shows(app, "tab accept"))
        await press(pilot, "tab")
        await until(pilot, lambda: shows(app, typed.replace("ratng", "rating")))
        await until(pilot, lambda: not shows(app, "ratng"))


@pytest.mark.slow
async def test_words_with_a_colon_are_searched_for_when_no_field_is_near(
    make_app: MakeApp,
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "https://jamesclear.com")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))
        assert not shows(app, "accept")


@pytest.mark.slow
async def test_the_whole_line_of_the_search_is_its_box(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "≡ Books"))
        line = next(number for number, text in enumerate(seen(app)) if text.startswith(" ≡ Books"))
        await pilot.click(offset=(3, line))
        await until(pilot, lambda: shows(app, "/ Books  Search"))
        row = next(n for n, text in enumerate(seen(app)) if "/ Books  Search" in text)
        await pilot.click(offset=(seen(app)[row].index("/ Books") + 3, row))
        await until(pilot, lambda: app.screen.focused is not None)
        type_text(app, "depth")
        await until(pilot, lambda: shows(app, "/ Books  depth"))
        await until(pilot, lambda: shows(app, "1 of 9 notes"))


@cases(
    ("typed", "said"),
    [
        ("type:bok", 'No kind "bok". Try book.  tab accept'),
        ("rating>=x", 'rating is a number, but "x" is not.'),
        ("finished:last-mnth", 'finished is a date, but "last-mnth" is not.'),
        ("is:reading", 'No state "reading".'),
    ],
    fast=2,
)
async def test_a_search_that_cannot_be_read_shows_no_notes_and_why(
    make_app: MakeApp, typed: str, said: str
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, typed)
        await until(pilot, lambda: shows(app, said) and shows(app, "0 of 9 notes"))
        assert not browse(app).notes.note_count


@cases(
    ("typed", "hint"),
    [
        ("finished:last-mnth", "Write 2026, 2026-03, 2026-03-05, last-week, yesterday or 30d."),
        ("status:finishd", 'No note has the status "finishd". Did you mean finished?'),
        ("is:reading", "For a status, write status:reading."),
    ],
    fast=1,
)
async def test_what_to_write_instead_is_readable_in_a_narrow_list(
    make_app: MakeApp, root: Path, typed: str, hint: str
) -> None:
    (root / "books/Done.md").write_text("---\nstatus: finished\n---\n")
    app = make_app("browse")
    app.vault.indexing.refresh()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "10 notes"))
        await press(pilot, "slash")
        type_text(app, typed)
        await until(pilot, lambda: hint in " ".join(" ".join(seen(app)).replace("│", "").split()))


async def test_results_have_a_row_for_all_kinds(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "deep type:book")
        await until(pilot, lambda: shows(app, "Results") and shows(app, "▌All "))
        browse(app).sidebar.focus()
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).pane.typed == "deep")


async def test_passages_are_shown_down_to_the_last_hit(make_app: MakeApp, vault: Vault) -> None:
    for number in range(90):
        text = f"# Room {number}\n\nThe lantern of room {number} is a{number:02}.\n"
        (Path(vault.root) / f"room {number}.md").write_text(text, "utf-8")
    vault.indexing.refresh()
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "99 notes"))
        await press(pilot, "slash")
        type_text(app, "lantern")
        await until(pilot, lambda: shows(app, "90 of 99 notes"))
        await press(pilot, "down", "end")
        last = browse(app).note_under_cursor.removeprefix("room ").removesuffix(".md")
        await until(pilot, lambda: shows(app, f"The lantern of room {last} is a{int(last):02}."))


class NearBook:
    """The meaning of the notes, which is that of one book."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def is_outdated(self) -> bool:
        return False

    def nearest(self, text: str, limit: int) -> list[NearNote]:
        self.questions.append(text)
        return [NearNote("books/Deep Work.md", 0, 0.5)][:limit]


@pytest.mark.parametrize(
    "words", ["the kettle is on the stove", "how can I become calmer in the afternoon"]
)
async def test_enter_shows_notes_near_in_meaning_below_a_sentence(
    make_app: MakeApp, vault: Vault, words: str
) -> None:
    book = NearBook()
    vault.meaning = book  # type: ignore[assignment]
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, words)
        await until(pilot, lambda: browse(app).pane.found is not None)
        assert book.questions == []
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "near in meaning"))
        assert shows(app, "Deep Work")
        assert browse(app).notes.has_focus
        assert set(book.questions) == {words}, "a list that is read again may ask again"
        # While it is typed on, only words count.
        await press(pilot, "slash")
        type_text(app, " again")
        await until(pilot, lambda: not shows(app, "near in meaning"))
        assert set(book.questions) == {words}


async def test_enter_asks_for_no_meaning_of_words(make_app: MakeApp, vault: Vault) -> None:
    book = NearBook()
    vault.meaning = book  # type: ignore[assignment]
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "kettle")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))
        await press(pilot, "enter")
        await until(pilot, lambda: browse(app).notes.has_focus)
        assert book.questions == []


async def test_a_file_is_found_by_its_name_and_opened(
    make_app: MakeApp, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Invoice 2026.pdf", "Invoice run.sh"):
        (Path(vault.root) / "files").mkdir(exist_ok=True)
        (Path(vault.root) / "files" / name).write_bytes(b"%PDF-1.4")
    opened: list[str] = []
    monkeypatch.setattr(external_programs, "open_file", opened.append)
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "invoice 2026")
        await until(pilot, lambda: shows(app, "Invoice 2026.pdf") and shows(app, "file in files"))
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: opened)
        assert opened == [str(Path(vault.root) / "files" / "Invoice 2026.pdf")]
        assert len(app.screen_stack) == 1, "no note is created"
        await press(pilot, "slash")
        browse(app).pane.box.set_text("invoice run")
        await until(pilot, lambda: shows(app, "Invoice run.sh"))
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: shows(app, "might run a program"))
        assert len(opened) == 1


async def test_a_file_with_the_name_is_above_notes_with_some_of_the_words(
    make_app: MakeApp, vault: Vault
) -> None:
    (Path(vault.root) / "kettle invoice.pdf").write_bytes(b"%PDF-1.4")
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "slash")
        type_text(app, "kettle invoice")
        await until(pilot, lambda: shows(app, "kettle invoice.pdf"))
        assert shows(app, "Small habits compound")
        await press(pilot, "enter", "down")
        assert browse(app).note_under_cursor == "books/Atomic Habits.md"
