"""Import: a plan of what other programs' files bring, written by one key, undone by another."""

from __future__ import annotations

import shutil
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from textual.events import Paste
from textual.widgets import Input

from tests.support.import_samples import SAMPLES
from tests.support.import_sources import (
    Book,
    Marked,
    write_clippings,
    write_readwise_csv,
    write_readwise_json,
)
from tests.support.screens import browse, press, shows, tree, type_text, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.importing.import_plan import ImportPlan
    from notekeep.notes.plan import WritePlan, WriteResult
    from notekeep.tui.app import NotekeepApp

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)
BOOKS = (
    Book("Deep Work", "Cal Newport", (Marked(1, "Clarity about what matters."),)),
    Book("The Dispossessed", "Ursula K. Le Guin", (Marked(2, "You are the revolution."),)),
)
NEW = "books/The Dispossessed.md"
OLD = "books/Deep Work.md"


@pytest.fixture
def clippings(tmp_path: Path) -> Path:
    """A Kindle's clippings, in a folder with a blank in its name."""
    folder = tmp_path / "my exports"
    folder.mkdir()
    return write_clippings(folder, BOOKS)


def quoted(path: Path) -> str:
    return f"'{path}'"


def address(path: Path) -> str:
    return f"file://{quote(str(path))}"


def escaped(path: Path) -> str:
    return str(path).replace(" ", "\\ ")


@cases("dropped", [quoted, address, escaped, str], fast=1)
async def test_a_file_that_is_dropped_is_planned_written_and_undone(
    make_app: MakeApp, root: Path, clippings: Path, dropped: Callable[[Path], str]
) -> None:
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).focused)
        app.post_message(Paste(dropped(clippings)))
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "nothing written yet"))
        await until(pilot, lambda: shows(app, "Updates 1") and shows(app, "New notes 1"))
        await until(pilot, lambda: shows(app, "Clarity about what matters."))
        assert tree(root) == before
        await press(pilot, "w")
        await until(
            pilot, lambda: shows(app, "everything is up to date") and shows(app, "Unchanged 2")
        )
        assert "Clarity about what matters." in (root / OLD).read_text("utf-8")
        assert "You are the revolution." in (root / NEW).read_text("utf-8")
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "nothing written yet"))
        assert not (root / NEW).exists()
        assert "Clarity" not in (root / OLD).read_text("utf-8")


@cases("between", [" ", "\n"], fast=1)
@cases("where", ["list", "dialog"], fast=1)
async def test_several_files_are_imported_together(
    make_app: MakeApp, tmp_path: Path, clippings: Path, between: str, where: str
) -> None:
    other = Book("Walden", "Henry David Thoreau", (Marked(3, "I went to the woods."),))
    more = write_readwise_csv(tmp_path, [other])
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).focused)
        if where == "dialog":
            await app.run_action("show_overlay('ask-import')")
            await until(pilot, lambda: shows(app, "Files, folders or archives"))
        app.post_message(Paste(between.join((quoted(clippings), quoted(more)))))
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        await until(pilot, lambda: app.screen.query_one(Input).value)
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "New notes 2") and shows(app, "Walden"))


async def test_other_text_and_pictures_that_are_dropped_open_nothing(
    make_app: MakeApp, root: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "map.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).focused)
        for text in ("some words", str(picture), "/no/such/file.txt", ""):
            app.post_message(Paste(text))
            await until(pilot, lambda: app.screen is browse(app))
    assert tree(root) == before


async def test_the_palette_asks_for_a_path_and_completes_it(
    make_app: MakeApp, root: Path, clippings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clippings.parents[1])
    before = tree(root)
    app = make_app("today")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "Habits"))
        await press(pilot, "ctrl+p")
        type_text(app, "import")
        await until(pilot, lambda: shows(app, "Import from another program"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        type_text(app, "No such file")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "There is no file") and shows(app, "No such file"))
        line = app.screen.query_one(Input)
        line.value = ""
        type_text(app, "my exp")
        await until(pilot, lambda: shows(app, f"{clippings.parent.name}/"))
        await press(pilot, "right")
        type_text(app, "My")
        await until(pilot, lambda: shows(app, clippings.name))
        await press(pilot, "right")
        assert line.value == f"{clippings.parent.name}/{clippings.name}"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "nothing written yet"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "F1 Today") and not shows(app, "w write"))
    assert tree(root) == before


async def test_a_file_that_cannot_be_read_shows_why(
    make_app: MakeApp, root: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "export.zip"
    broken.write_bytes(b"PK\x03\x04 no archive")
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).focused)
        app.post_message(Paste(str(broken)))
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Nothing to import") and shows(app, "not an archive"))
        await press(pilot, "w", "escape")
        await until(pilot, lambda: app.screen is browse(app))
    assert tree(root) == before


@pytest.mark.slow
async def test_leaving_while_files_are_read_ends_the_reading(
    make_app: MakeApp, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "exports"
    for number in range(20):
        (folder / str(number)).mkdir(parents=True)
        write_clippings(folder / str(number), BOOKS)
    before = tree(root)
    app = make_app("browse")
    plan, read, is_read, ended = app.vault.imports.plan, [], Event(), Event()

    def slowly(*args: Any, on_read: Callable[[str], None], **more: Any) -> ImportPlan:
        def wait(name: str) -> None:
            on_read(name)
            read.append(name)
            is_read.wait(60)

        try:
            return plan(*args, on_read=wait, **more)
        finally:
            ended.set()

    monkeypatch.setattr(app.vault.imports, "plan", slowly)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).focused)
        app.post_message(Paste(str(folder)))
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Reading") and read)
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is browse(app))
        is_read.set()
        await until(pilot, ended.is_set)
    assert len(read) == 1
    assert tree(root) == before


async def test_new_passages_are_shown_as_quotes_below_their_author(
    make_app: MakeApp, clippings: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).focused)
        app.post_message(Paste(quoted(clippings)))
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Cal Newport · 1 new passage"))
        await until(pilot, lambda: shows(app, "+ ▎ Clarity about what matters."))


async def test_a_book_that_could_be_two_notes_is_decided_here(
    make_app: MakeApp, root: Path, clippings: Path
) -> None:
    shutil.copy(root / OLD, root / "books/Deep Work again.md")
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "10 notes") and browse(app).focused)
        app.post_message(Paste(quoted(clippings)))
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "To decide 1") and shows(app, "which note?"))
        await press(pilot, "end", "m")
        await until(pilot, lambda: shows(app, "Which note?") and shows(app, "New note"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Updates 1") and not shows(app, "To decide"))
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "everything is up to date"))
    found = [path for path in (root / "books").glob("Deep*.md") if "Clarity" in path.read_text()]
    assert len(found) == 1


async def test_what_you_and_the_source_changed_stays_until_you_say_so(
    make_app: MakeApp, root: Path, tmp_path: Path
) -> None:
    app = make_app("browse")
    export = write_readwise_json(tmp_path, BOOKS)
    found = app.vault.imports.plan([str(export)])
    app.vault.notes.apply(found.plan)
    found.close()
    note = root / OLD
    note.write_text(note.read_text("utf-8").replace("Clarity about", "Mine about"), "utf-8")
    changed = (BOOKS[0]._replace(passages=(Marked(1, "Theirs about what matters."),)),)
    write_readwise_json(tmp_path, changed)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "10 notes") and browse(app).focused)
        app.post_message(Paste(str(export)))
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "To decide 1") and shows(app, "+ > Mine about what"))
        await press(pilot, "t")
        await until(pilot, lambda: shows(app, "Updates 1") and not shows(app, "To decide"))
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "everything is up to date"))
    assert "Theirs about what matters." in note.read_text("utf-8")
    assert "Mine about" not in note.read_text("utf-8")


async def test_a_row_is_left_out_and_included_again(
    make_app: MakeApp, root: Path, clippings: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).focused)
        app.post_message(Paste(quoted(clippings)))
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Updates 1") and shows(app, "New notes 1"))
        await press(pilot, "x")
        await until(pilot, lambda: shows(app, "Left out by you") and not shows(app, "Updates"))
        await press(pilot, "x")
        await until(pilot, lambda: shows(app, "Updates 1") and not shows(app, "Left out by you"))
        await press(pilot, "end", "x")
        await until(pilot, lambda: shows(app, "Left out by you") and shows(app, "Updates 1"))
        await press(pilot, "w")
        await until(
            pilot, lambda: shows(app, "everything is up to date") and shows(app, "Unchanged 1")
        )
    assert "Clarity" in (root / OLD).read_text("utf-8")
    assert not (root / NEW).exists()


@pytest.mark.slow
async def test_the_note_under_the_cursor_is_opened(
    make_app: MakeApp, root: Path, clippings: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).focused)
        app.post_message(Paste(quoted(clippings)))
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "New notes 1"))
        await press(pilot, "end", "o")
        await until(pilot, lambda: shows(app, "Not written yet"))
        await press(pilot, "home", "o")
        await until(pilot, lambda: app.screen is browse(app) and shows(app, "Deep Work"))


@cases("is_folder", [False, True], fast=1)
async def test_the_file_is_opened_in_which_something_was_not_imported(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_folder: bool
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    file = Path(shutil.copy(SAMPLES / "kindle-clippings/odd.txt", given))
    opened: list[str] = []
    monkeypatch.setattr(
        "notekeep.tui.external_programs.run_editor",
        lambda _app, _command, path: opened.append(path),
    )
    monkeypatch.setenv("EDITOR", "vi")
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).focused)
        app.post_message(Paste(quoted(given if is_folder else file)))
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        await press(pilot, "enter")
        await until(
            pilot, lambda: shows(app, "Left out") and shows(app, "records that are cut off")
        )
        await press(pilot, "end", "o")
        await until(pilot, lambda: opened)
    assert [Path(path) for path in opened] == [file]


async def test_escape_stops_the_writing_and_keeps_what_is_written(
    make_app: MakeApp, root: Path, clippings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("browse")
    apply, is_begun, is_stopped = app.vault.notes.apply, Event(), Event()

    def slowly(plan: WritePlan, should_continue: Callable[[str], bool]) -> WriteResult:
        def wait(path: str) -> bool:
            if is_begun.is_set():
                is_stopped.wait(60)
            is_begun.set()
            return should_continue(path)

        return apply(plan, wait)

    monkeypatch.setattr(app.vault.notes, "apply", slowly)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes") and browse(app).focused)
        app.post_message(Paste(quoted(clippings)))
        await until(pilot, lambda: shows(app, "Files, folders or archives"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "New notes 1"))
        await press(pilot, "w")
        await until(pilot, is_begun.is_set)
        await press(pilot, "escape")
        is_stopped.set()
        await until(pilot, lambda: shows(app, "Stopped before everything was written"))
        await until(pilot, lambda: shows(app, "Imported 1 file · u undo"))
        await until(pilot, lambda: shows(app, "Updates 1") and shows(app, "Unchanged 1"))
        assert (root / NEW).exists()
        assert "Clarity" not in (root / OLD).read_text("utf-8")
        await press(pilot, "u")
        await until(pilot, lambda: shows(app, "New notes 1"))
        assert not (root / NEW).exists()
