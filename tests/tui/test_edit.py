"""Editing a note: only what was edited changes, and what others do meanwhile is not lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from textual.events import Paste

from notekeep.errors import NotekeepError
from notekeep.services.completion import Completer, CompletionWords
from notekeep.storage.autosave import AutosaveFile, UnsavedText
from tests.support.screens import press, seen, shows, tree, type_text, until
from tests.support.sizes import cases, sized

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.edit import EditScreen
    from notekeep.vault import Vault

    MakeApp = Callable[[str], NotekeepApp]

SIZE = (90, 24)
ODD = "inbox/odd.md"
ODD_LINES = [
    b"\xef\xbb\xbf---\r\n",
    b"title: odd\r\n",
    b"---\n",
    b"one \x1b]52;c;aGk=\x07 two\r\n",
    b"nel\xc2\x85ls\xe2\x80\xa8ff\x0cvt\x0bfs\x1cend\n",
    b"caf\xe9 is not UTF-8\r\n",
    b"nul \x00, cr \r, del \x7f, turned \xe2\x80\xae\n",
    "e\u0301 \U0001f469\u200d\U0001f680 \u6f22\u5b57\t\u241b\r\n".encode(),
    b"last without an end",
]


@pytest.fixture
def odd(root: Path) -> Path:
    """A note with every kind of line end and character that is hard on editors."""
    path = root / ODD
    path.write_bytes(b"".join(ODD_LINES))
    return path


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def editor(app: NotekeepApp) -> EditScreen:
    screen = app.editors.here
    assert screen is not None
    return screen


async def edit(app: NotekeepApp, pilot: Pilot[Any], path: str) -> EditScreen:
    """Open a note in the editor and wait until it can be typed into."""
    await until(pilot, lambda: shows(app, " notes"))
    app.editors.open(path)
    await until(pilot, lambda: app.focused is not None and app.focused is editor(app).area)
    return editor(app)


async def press_all(app: NotekeepApp, pilot: Pilot[Any], text: str) -> None:
    """Type, and wait until it is in the text."""
    area = editor(app).area
    before = sum(map(len, area.lines))
    type_text(app, text)
    await until(pilot, lambda: sum(map(len, area.lines)) == before + len(text))


async def test_e_edits_the_note_and_escape_saves_and_leaves(make_app: MakeApp, root: Path) -> None:
    path = root / "books" / "Deep Work.md"
    before = path.read_bytes()
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await press(pilot, "slash")
        type_text(app, "phone")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))
        await press(pilot, "enter", "e")
        await until(pilot, lambda: shows(app, "esc save") and shows(app, "15 words"))
        await until(pilot, lambda: shows(app, "title: Deep Work"))
        await press(pilot, "ctrl+end")
        await press_all(app, pilot, "Read it again.")
        await until(pilot, lambda: shows(app, "unsaved · 18 words"))
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is None)
        assert path.read_bytes() == before + b"Read it again."
        await press(pilot, "u")
        await until(pilot, lambda: path.read_bytes() == before)


@pytest.mark.slow
async def test_a_book_without_text_opens_at_its_first_section_and_counts_no_words(
    make_app: MakeApp, vault: Vault, root: Path
) -> None:
    head = "---\ntype: book\ntitle: New\n---\n# New\n\n## Quick summary\n"
    (root / "books/New.md").write_text(f"{head}\n## Related\n")
    vault.indexing.refresh()
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await edit(app, pilot, "books/New.md")
        await until(pilot, lambda: shows(app, "New · 8:1"))
        await press_all(app, pilot, "Good.")
        await until(pilot, lambda: shows(app, " words · 8:6"))
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is None)
        assert (root / "books/New.md").read_text() == f"{head}Good.\n## Related\n"


async def test_what_is_typed_into_a_new_book_stands_apart_from_the_next_heading(
    make_app: MakeApp, vault: Vault, root: Path
) -> None:
    vault.notes.apply(vault.notes.plan_new("book", "New"))
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await edit(app, pilot, "books/New.md")
        await press_all(app, pilot, "Good.")
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is None)
    assert "## Quick summary\n\nGood.\n\n## Takeaways\n" in (root / "books/New.md").read_text()


@pytest.mark.slow
async def test_the_palette_of_the_editor_adds_a_quote_to_what_is_typed(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, "books/Deep Work.md")
        await press_all(app, pilot, "Typed. ")
        await press(pilot, "ctrl+p")
        type_text(app, "quote")
        await until(pilot, lambda: shows(app, "Add quote"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Quote from Deep Work"))
        type_text(app, "Be deep.")
        await press(pilot, "tab")
        type_text(app, "62")
        await press(pilot, "enter")
        await until(pilot, lambda: "> Be deep. (p. 62)" in screen.area.lines)
        assert "Typed. " in screen.area.text
        await press(pilot, "ctrl+z")
        await until(pilot, lambda: "> Be deep. (p. 62)" not in screen.area.lines)
        assert "Typed. " in screen.area.text


async def test_keys_pressed_right_after_e_are_typed(make_app: MakeApp, root: Path) -> None:
    """`d` would delete the note, had it gone to the list."""
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await press(pilot, "slash")
        type_text(app, "phone")
        await until(pilot, lambda: shows(app, "1 of 9 notes"))
        await press(pilot, "enter")
        type_text(app, "eddu")
        await until(pilot, lambda: shows(app, "dduDepth needs hours"))
        await press(pilot, "ctrl+s")
        path = root / "books" / "Deep Work.md"
        await until(pilot, lambda: b"\ndduDepth needs" in path.read_bytes())


@pytest.mark.usefixtures("odd")
async def test_looking_at_a_note_in_the_editor_changes_nothing(
    make_app: MakeApp, root: Path
) -> None:
    before = tree(root)
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await edit(app, pilot, ODD)
        await press(pilot, "down", "end", "x", "backspace", "ctrl+s", "pagedown", "escape")
        await until(pilot, lambda: app.editors.here is None)
    assert tree(root) == before


async def test_an_edited_line_is_the_only_one_that_changes(make_app: MakeApp, odd: Path) -> None:
    app = make_app("browse")
    expected = list(ODD_LINES)
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, ODD)
        for line in range(len(ODD_LINES)):
            screen.area.go_to((line, 0))
            screen.area.insert("X")
            screen.save()
            await until(pilot, lambda: not screen.is_changed)
            mark = b"\xef\xbb\xbf" if line == 0 else b""
            expected[line] = mark + b"X" + expected[line].removeprefix(mark)
            assert bytes_of(odd) == b"".join(expected)


async def test_what_a_terminal_would_obey_is_shown_and_kept(make_app: MakeApp, odd: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await edit(app, pilot, ODD)
        await until(pilot, lambda: shows(app, "one ␛]52;c;aGk=␇ two"))
        await until(pilot, lambda: shows(app, "nel�ls�ff␌vt␋fs␜end"))
        await until(pilot, lambda: shows(app, "caf� is not UTF-8"))
        for text in seen(app):
            assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in text)
            assert not any(0xE000 <= ord(char) < 0xF900 for char in text)
    assert bytes_of(odd) == b"".join(ODD_LINES)


async def test_a_moved_line_and_a_hostile_paste_keep_their_characters(
    make_app: MakeApp, odd: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, ODD)
        screen.area.go_to((3, 0))
        await press(pilot, "ctrl+x", "ctrl+home", "ctrl+v")
        app.post_message(Paste("\x1b[2J\r\nnew\rline"))
        await until(pilot, lambda: shows(app, "␛[2J"))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: not screen.is_changed)
    after = bytes_of(odd)
    assert after.startswith(b"\xef\xbb\xbf" + ODD_LINES[3] + b"\x1b[2J\r\nnew\r\nline---\r\n")
    assert after.endswith(b"".join(ODD_LINES[4:]))


@pytest.mark.slow
async def test_text_that_is_no_utf_8_can_be_copied_and_cut(make_app: MakeApp, odd: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        area = (await edit(app, pilot, ODD)).area
        for take in (area.action_copy, area.action_cut):
            area.select_all()
            take()
            assert "caf? is not UTF-8" in app.clipboard
            assert "\x1b]52;c;aGk=\x07" in app.clipboard
        area.undo()
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is None)
        assert bytes_of(odd) == b"".join(ODD_LINES)


async def test_offers_are_taken_with_tab(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, "daily/2026-11-24.md")
        await until(pilot, lambda: screen.area.completer.offers(["[[dee"], 0, 5))
        await press(pilot, "ctrl+end")
        await press_all(app, pilot, "See [[dee")
        await until(pilot, lambda: shows(app, "See [[deep Work]]"))
        await press(pilot, "tab")
        await press_all(app, pilot, " #att")
        await press(pilot, "tab", "ctrl+s")
        await until(pilot, lambda: not screen.is_changed)
    assert (root / "daily/2026-11-24.md").read_text().endswith("See [[Deep Work]] #attention")


async def test_several_suggestions_are_a_list(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, "daily/2026-11-24.md")
        await until(pilot, lambda: screen.area.completer.offers(["[[dee"], 0, 5))
        await press(pilot, "ctrl+end")
        await press_all(app, pilot, "[[a")
        await until(pilot, lambda: shows(app, "Atomic Habits") and shows(app, "A draft"))
        # Escape closes the list, and not the editor.
        await press(pilot, "escape")
        await until(pilot, lambda: not shows(app, "Atomic Habits"))
        assert app.editors.here is screen
        await press_all(app, pilot, "t")
        # One that can only be meant needs no list.
        await until(pilot, lambda: screen.area.suggestion != "")
        await press(pilot, "backspace", "down", "up", "down")
        titles = ["A draft", "Atomic Habits"]
        chosen = screen.area.listed_offers[screen.area.chosen_offer].text
        await press(pilot, "enter")
        await until(pilot, lambda: screen.area.lines[-1] == f"[[{chosen}")
        assert any(title in chosen for title in titles)
        assert not screen.area.listed_offers
        # An arrow moves in the text again.
        await press(pilot, "up")
        assert screen.area.cursor_location[0] == len(screen.area.lines) - 2


@cases("key", ["enter", "tab"], fast=1)
async def test_a_later_word_of_a_title_is_enough_for_a_suggestion(
    make_app: MakeApp, root: Path, key: str
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, "daily/2026-11-24.md")
        await until(pilot, lambda: screen.area.completer.offers(["[[dee"], 0, 5))
        await press(pilot, "ctrl+end")
        await press_all(app, pilot, "See [[habits")
        await until(pilot, lambda: shows(app, "Atomic Habits"))
        await press(pilot, key, "ctrl+s")
        await until(pilot, lambda: not screen.is_changed)
    assert (root / "daily/2026-11-24.md").read_text().endswith("See [[Atomic Habits]]")


@pytest.mark.slow
async def test_enter_behind_a_whole_tag_is_a_new_line(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, "daily/2026-11-24.md")
        screen.area.completer = Completer(CompletionWords(tags=["work", "work/late", "work/soon"]))
        await press(pilot, "ctrl+end")
        await press_all(app, pilot, " #work")
        assert len(screen.area.listed_offers) == 3
        await press(pilot, "enter")
        await until(pilot, lambda: screen.area.lines[-1] == "")
        assert screen.area.lines[-2].endswith(" #work")


@pytest.mark.slow
async def test_a_suggestion_is_clicked(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, "daily/2026-11-24.md")
        screen.area.completer = Completer(CompletionWords(tags=["work/late", "work/soon"]))
        await press(pilot, "ctrl+end")
        await press_all(app, pilot, " #wo")
        await until(pilot, lambda: shows(app, "work/soon"))
        row = next(n for n, line in enumerate(seen(app)) if "work/soon" in line)
        await pilot.click(offset=(seen(app)[row].index("work/soon"), row))
        await until(pilot, lambda: screen.area.lines[-1].endswith(" #work/soon"))
        assert app.focused is screen.area


async def test_quitting_saves(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        await edit(app, pilot, "books/Deep Work.md")
        await press_all(app, pilot, "!")
        await press(pilot, "ctrl+q")
        await until(pilot, lambda: not app.is_running)
    assert b"# Deep Work\n\n!Depth needs" in (root / "books/Deep Work.md").read_bytes()


def by_another_program(path: Path, old: str, new: str) -> None:
    """Change a file as an editor would: read it, write another one, put it in place."""
    code = (
        "import os, sys\n"
        "path, old, new = sys.argv[1:]\n"
        "data = open(path, 'rb').read()\n"
        "open(path + '~', 'wb').write(data.replace(old.encode(), new.encode()))\n"
        "os.replace(path + '~', path)\n"
    )
    subprocess.run([sys.executable, "-c", code, path, old, new], check=True)


async def test_a_note_that_is_not_edited_follows_the_file(make_app: MakeApp, root: Path) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, "posts/A draft.md")
        screen.area.go_to((8, 2))
        by_another_program(root / "posts/A draft.md", "Written in", "Above.\n\nWritten in")
        await until(pilot, lambda: shows(app, "Above."))
        assert not screen.is_changed
        # The cursor stands in the line it stood in.
        assert screen.area.lines[screen.area.cursor_location[0]] == "- one"


async def test_changes_in_other_places_are_merged(make_app: MakeApp, root: Path) -> None:
    path = root / "posts/A draft.md"
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await edit(app, pilot, "posts/A draft.md")
        await press(pilot, "ctrl+end")
        await press_all(app, pilot, "- three")
        by_another_program(path, "Written in", "Said in")
        await until(pilot, lambda: shows(app, "Said in the open") and shows(app, "- three"))
        await until(pilot, lambda: shows(app, "Merged with changes by another program"))
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is None)
        await until(pilot, lambda: not screen.is_attached)
    text = path.read_text()
    assert "Said in the open" in text
    assert text.endswith("- two\n- three")


@pytest.mark.slow
async def test_lines_added_at_the_same_place_are_both_kept(make_app: MakeApp, root: Path) -> None:
    path = root / "posts/A draft.md"
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await edit(app, pilot, "posts/A draft.md")
        await press(pilot, "ctrl+end")
        await press_all(app, pilot, "- three")
        by_another_program(path, "- two\n", "- two\n- four\n")
        await until(pilot, lambda: shows(app, "- four") and shows(app, "- three"))
        await press(pilot, "escape")
        await until(pilot, lambda: not screen.is_attached)
    assert path.read_text().endswith("- two\n- three\n- four\n")


@pytest.mark.parametrize("choice", ["mine", "theirs", "both"])
async def test_changes_of_the_same_line_are_asked_about(
    make_app: MakeApp, root: Path, vault: Vault, choice: str
) -> None:
    path = root / "posts/A draft.md"
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await edit(app, pilot, "posts/A draft.md")
        screen.area.go_to((6, 0))
        await press_all(app, pilot, "Mine: ")
        by_another_program(path, "Written in", "Theirs: Written in")
        await until(pilot, lambda: shows(app, "Another program changed the same lines"))
        for _ in range(["mine", "theirs", "both"].index(choice)):
            await press(pilot, "down")
        await press(pilot, "enter")
        shown = "Mine: Written" if choice == "mine" else "Theirs: Written"
        await until(pilot, lambda: shows(app, shown) and app.screen is screen)
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is None)
    texts = {file.name: file.read_text() for file in (root / "posts").glob("*.md")}
    now = texts.pop("A draft.md")
    assert ("Mine: Written" in now) == (choice == "mine")
    assert ("Theirs: Written" in now) == (choice != "mine")
    assert len(texts) == (choice == "both")
    assert all("Mine: Written" in text for text in texts.values())
    # Whatever was chosen, the other version is in history.
    kept = [
        vault.history.store.blobs.read(one.digest)
        for one in vault.history.store.versions("posts/A draft.md")
    ]
    for version in (b"Mine: Written", b"Theirs: Written"):
        assert version in path.read_bytes() or any(version in text for text in kept)


async def test_a_note_that_is_gone_is_made_again_by_a_save(make_app: MakeApp, root: Path) -> None:
    path = root / "posts/A draft.md"
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await edit(app, pilot, "posts/A draft.md")
        await press_all(app, pilot, "Still ")
        path.unlink()
        await until(pilot, lambda: shows(app, "was deleted · ctrl+s creates it again"))
        await press(pilot, "ctrl+s")
        await until(pilot, path.exists)
    assert b"---\nStill Written in the open" in path.read_bytes()


# What cannot be saved.


def take_away(root: Path) -> None:
    root.rename(root.with_name("elsewhere"))


def put_back(root: Path) -> None:
    root.with_name("elsewhere").rename(root)


async def type_and_lose_the_vault(app: NotekeepApp, pilot: Pilot[Any], root: Path) -> None:
    """Type into the draft, whose vault is gone before it is saved."""
    await edit(app, pilot, "posts/A draft.md")
    await press_all(app, pilot, "Still ")
    take_away(root)


@pytest.mark.slow
async def test_a_vault_that_is_gone_is_told_and_not_asked_for_ever(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await type_and_lose_the_vault(app, pilot, root)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: app.unseen == 1 and not editor(app).is_busy)
        assert tree(root) == {}
        put_back(root)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: not editor(app).is_changed)
    assert b"---\nStill Written in the open" in (root / "posts/A draft.md").read_bytes()


@pytest.mark.slow
async def test_quitting_keeps_what_cannot_be_saved_and_does_not_ask(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await type_and_lose_the_vault(app, pilot, root)
        await press(pilot, "ctrl+q")
        await until(pilot, lambda: not app.is_running)
    put_back(root)
    unsaved = AutosaveFile(vault.places.state, "posts/A draft.md").claim()
    assert unsaved is not None
    assert b"---\nStill Written in the open" in unsaved.data


@pytest.mark.slow
async def test_escape_closes_and_says_where_the_text_is_that_could_not_be_saved(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await type_and_lose_the_vault(app, pilot, root)
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is None and shows(app, "Your text is kept"))
        put_back(root)
        app.editors.open("posts/A draft.md")
        await until(pilot, lambda: shows(app, "Unsaved text from"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Still Written in the open"))


async def test_text_that_nothing_can_keep_is_not_lost_without_a_question(
    make_app: MakeApp, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise NotekeepError("The disk is full.")

    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await type_and_lose_the_vault(app, pilot, root)
        monkeypatch.setattr(AutosaveFile, "write", fail)
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "The note could not be saved"))
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is not None)
        await press_all(app, pilot, "being ")
        await until(pilot, lambda: shows(app, "Still being Written"))


@pytest.mark.slow
async def test_closing_keeps_both_versions_of_a_line_that_another_program_changed(
    make_app: MakeApp, root: Path
) -> None:
    path = root / "posts/A draft.md"
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        screen = await edit(app, pilot, "posts/A draft.md")
        app.updates.close()  # the save is the first to notice
        screen.area.go_to((6, 0))
        await press_all(app, pilot, "Mine: ")
        by_another_program(path, "Written in", "Theirs: Written in")
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is None and len(app.conflicts) == 1)
        await until(pilot, lambda: shows(app, "Your text is in"))
    (copy,) = path.parent.glob("A draft (conflict *).md")
    assert b"\nMine: Written in" in copy.read_bytes()
    assert b"\nTheirs: Written in" in path.read_bytes()


# Crashes.

CHILD = """
import asyncio, os, sys
from notekeep.vault import Vault
from notekeep.tui.app import NotekeepApp
from tests.support.screens import type_text, until
async def main():
    app = NotekeepApp(Vault.open(sys.argv[1]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.editors.open("books/Deep Work.md")
        await until(pilot, lambda: app.focused and app.editors.here)
        type_text(app, "typed before the crash ")
        def holds(text):
            return app.editors.here and text in app.editors.here.area.text
        await until(pilot, lambda: holds("typed before the c"))
        print("typed", flush=True)
        if sys.argv[2] == "raise":
            await until(pilot, lambda: holds("crash Depth"))
            app.call_later(lambda: 1 / 0)
        while app.is_running:
            await asyncio.sleep(0.02)
asyncio.run(main())
"""


def crash(root: Path, how: str) -> str:
    """Type in another process and let it die; give what the swap file then holds."""
    code = [sys.executable, "-c", CHILD, str(root), how]
    from notekeep import config

    state = config.vault_places(str(root), config.Places.for_machine()).state
    swap = AutosaveFile(state, "books/Deep Work.md")
    with subprocess.Popen(
        code, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=os.getcwd(), text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "typed\n"
        if how == "kill":
            import time

            deadline = time.monotonic() + 30
            # On a busy machine the first letters are saved before the last ones are typed.
            while time.monotonic() < deadline:
                saved = swap.read()
                if saved is not None and "crash Depth" in saved.text:
                    break
                time.sleep(0.01)
            child.kill()
        child.wait(30)
    unsaved = swap.read()
    assert unsaved is not None
    return unsaved.text


@cases("how", ["kill", "raise"], fast=1)
async def test_a_crash_loses_nothing_that_was_typed_two_seconds_before(
    make_app: MakeApp, root: Path, how: str
) -> None:
    path = root / "books/Deep Work.md"
    before = path.read_bytes()
    assert "# Deep Work\n\ntyped before the crash Depth needs" in crash(root, how)
    assert path.read_bytes() == before
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.editors.open("books/Deep Work.md")
        await until(pilot, lambda: shows(app, "Unsaved text from "))
        await press(pilot, "down", "enter")
        await until(pilot, lambda: shows(app, "+ typed before the crash Depth"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "Unsaved text from "))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "typed before the crash Depth"))
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is None)
    assert path.read_bytes() == before.replace(b"Depth", b"typed before the crash Depth")


async def test_a_program_told_to_end_keeps_what_is_typed(make_app: MakeApp, vault: Vault) -> None:
    """As a closed terminal or a shutdown tells it, moments after the last key."""
    app = make_app("browse")
    swap = AutosaveFile(vault.places.state, "books/Deep Work.md")
    async with app.run_test(size=SIZE) as pilot:
        await edit(app, pilot, "books/Deep Work.md")
        await press_all(app, pilot, "typed ")
        assert swap.read() is None
        app._end(signal.SIGTERM)
        unsaved = swap.read()
        assert unsaved is not None
        assert "# Deep Work\n\ntyped Depth needs" in unsaved.text


async def unsaved_of(vault: Vault, data: bytes, base: bytes) -> AutosaveFile:
    swap = AutosaveFile(vault.places.state, "posts/A draft.md")
    swap.write(UnsavedText.of("posts/A draft.md", data, base, (0, 0)))
    swap.release()
    return swap


async def test_unsaved_text_is_merged_with_what_the_file_became(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    path = root / "posts/A draft.md"
    base = path.read_bytes()
    swap = await unsaved_of(vault, base + b"- three\n", base)
    path.write_bytes(base.replace(b"Written in", b"Said in"))
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        app.editors.open("posts/A draft.md")
        await until(pilot, lambda: shows(app, "Unsaved text from "))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Said in the open") and shows(app, "- three"))
        await press(pilot, "escape")
        await until(pilot, lambda: app.editors.here is None)
    assert path.read_bytes() == base.replace(b"Written in", b"Said in") + b"- three\n"
    assert swap.read() is None


async def test_unsaved_text_can_be_left_for_later_and_discarded(
    make_app: MakeApp, root: Path, vault: Vault
) -> None:
    path = root / "posts/A draft.md"
    base = path.read_bytes()
    swap = await unsaved_of(vault, b"typed\n", base)
    app = make_app("browse")
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, " notes"))
        for keys in (["escape"], ["down", "down", "enter"]):
            app.editors.open("posts/A draft.md")
            await until(pilot, lambda: shows(app, "Unsaved text from "))
            assert swap.read() is not None
            await press(pilot, *keys)
            await until(pilot, lambda: not shows(app, "Unsaved text from "))
        assert swap.read() is None
        await until(pilot, lambda: shows(app, "Written in the open"))
    assert path.read_bytes() == base


# Random keys: R13 of the reliability scorecard at a small size.

KEYS = (
    *("x", "space", "enter", "backspace", "delete", "left", "right", "up", "down", "home", "end"),
    *("ctrl+z", "ctrl+y", "ctrl+k", "ctrl+u", "ctrl+w", "ctrl+x", "ctrl+v", "ctrl+home"),
    *("shift+down", "shift+right", "ctrl+end", "tab", "ctrl+shift+k", "é", "漢"),
)


@pytest.mark.parametrize("seed", range(sized(1, 2)))
async def test_random_keys_leave_other_lines_as_they_were(
    make_app: MakeApp, odd: Path, seed: int
) -> None:
    dice = random.Random(seed)
    lines = [b"%d " % n + dice.choice(ODD_LINES).removeprefix(b"\xef\xbb\xbf") for n in range(30)]
    lines = [line if line.endswith(b"\n") else line + b"\n" for line in lines]
    write(odd, b"".join(lines))
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, ODD)
        shown = list(screen.area.lines)
        screen.area.go_to((dice.randrange(30), 0))
        await press(pilot, *dice.choices(KEYS, k=25))
        edited = list(screen.area.lines)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: not screen.is_changed)
    after = bytes_of(odd).split(b"\n")
    assert len(after) == len(edited)
    was = dict(zip(shown, b"".join(lines).split(b"\n"), strict=True))
    for text, data in zip(edited[:-1], after[:-1], strict=True):
        if text in was and text:
            assert data == was[text]


async def test_tab_without_a_suggestion_writes_no_blanks_into_a_link(
    make_app: MakeApp, root: Path
) -> None:
    (root / "inbox/note.md").write_text("one\n")
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, "inbox/note.md")
        type_text(app, "[[Zzz")
        await press(pilot, "tab")
        assert screen.area.lines[0] == "[[Zzzone"
        await press(pilot, "home", "tab")
        assert screen.area.lines[0] == "  [[Zzzone"


async def test_the_bottom_line_says_that_escape_closes_the_suggestions(
    make_app: MakeApp, root: Path
) -> None:
    (root / "inbox/note.md").write_text("one \n")
    app = make_app("browse")
    async with app.run_test(size=SIZE) as pilot:
        screen = await edit(app, pilot, "inbox/note.md")
        await until(pilot, lambda: screen.area.completer.offers(["[[work"], 0, 6))
        await until(pilot, lambda: shows(app, "esc save and close"))
        type_text(app, "[[work")
        await until(pilot, lambda: shows(app, "esc close list"))
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "esc save and close"))
