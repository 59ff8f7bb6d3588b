"""The preview as it is used: folds, tasks, copying, pictures, by keys and by mouse."""

from __future__ import annotations

import asyncio
import sys
import threading
from time import perf_counter
from typing import TYPE_CHECKING, cast

import pytest
from PIL import Image

from notekeep.tui import clipboard
from notekeep.tui.app import NotekeepApp
from notekeep.tui.messages import OpenNote, VaultChanged
from notekeep.tui.page import page as rendering_module
from notekeep.tui.page.blocks import draw_block
from notekeep.tui.screens.browse import BrowseScreen
from notekeep.tui.screens.picture import PictureScreen
from notekeep.vault import Vault
from tests.support.screens import browse, press, seen, shows, until
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.pilot import Pilot

    from notekeep.markdown.tree import Span
    from notekeep.tui.page.page_lines import DrawContext, PageLine
    from notekeep.tui.widgets.preview import Preview

WIDE = (110, 30)
DAILY = "daily/2026-11-24.md"
NOTE = "inbox/Long.md"
LONG = """\
# Long

intro with a [[Deep Work|link]] and a footnote[^1]

## First

- [ ] buy a kettle
- [x] call Mira

## Second

> Depth needs hours. (p. 12)

![[two.png|Two colours]]

[^1]: where it is from
"""


@pytest.fixture
def reading(root: Path) -> Vault:
    """The vault with a note that has everything."""
    (root / NOTE).write_text(LONG)
    (root / "attachments").mkdir()
    Image.new("RGB", (64, 32), (200, 30, 30)).save(root / "attachments/two.png")
    vault = Vault.open(root)
    vault.indexing.refresh()
    return vault


def preview_of(app: NotekeepApp) -> Preview:
    return cast("BrowseScreen", app.screen).preview


async def read(app: NotekeepApp, pilot: Pilot[None], path: str = NOTE) -> Preview:
    """Open a note to read it."""
    await until(pilot, lambda: isinstance(app.screen, BrowseScreen) and app.screen.is_mounted)
    app.post_message(OpenNote(path, read=True))
    await until(pilot, lambda: preview_of(app).path == path and preview_of(app).has_focus)
    await until(pilot, lambda: not cast("BrowseScreen", app.screen).pane.display)
    await until(pilot, lambda: width_of(preview_of(app)) == preview_of(app).text_width)
    return preview_of(app)


def width_of(preview: Preview) -> int:
    """Return the width that the text was drawn for."""
    return preview.rendering.width if preview.rendering is not None else 0


def at(app: NotekeepApp, text: str) -> tuple[int, int]:
    """Return where on the screen a text is: its column and line."""
    for number, line in enumerate(seen(app)):
        if text in line:
            return line.index(text), number
    raise AssertionError(text)


async def test_a_section_folds_by_key_and_by_a_click_on_its_mark(reading: Vault) -> None:
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await read(app, pilot)
        await until(pilot, lambda: shows(app, "buy a kettle"))
        await press(pilot, "right_curly_bracket", "c")
        await until(pilot, lambda: shows(app, "First ▸ 2 lines") and not shows(app, "buy a kettle"))
        column, line = at(app, "▸ 2 lines")
        await pilot.click(offset=(column, line))
        await until(pilot, lambda: shows(app, "First ▾") and shows(app, "buy a kettle"))
        await press(pilot, "C")
        await until(pilot, lambda: shows(app, "Second ▸") and not shows(app, "Depth needs"))
        await press(pilot, "C")
        await until(pilot, lambda: shows(app, "Depth needs"))


@pytest.mark.slow
async def test_a_section_folds_where_next_to_nothing_is_seen(
    reading: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=(110, 12)) as pilot:
        await read(app, pilot)
        preview = browse(app).preview
        rendering = preview.rendering
        assert rendering is not None
        preview.scroll_to(y=6, animate=False, immediate=True)
        await until(pilot, lambda: preview.scroll_offset.y == 6)
        section = rendering.section_at(6)
        assert section is not None
        monkeypatch.setattr(type(preview), "page_height", property(lambda _: 0))
        preview.action_fold()
        assert preview.chosen is not None
        assert preview.chosen.link.endswith(section[0])


@pytest.mark.slow
async def test_folds_stay_while_other_notes_are_read(reading: Vault) -> None:
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await read(app, pilot)
        await press(pilot, "C")
        await until(pilot, lambda: shows(app, "Second ▸"))
        await read(app, pilot, "books/Deep Work.md")
        await read(app, pilot)
        await until(pilot, lambda: shows(app, "Second ▸"))
        app.post_message(OpenNote(NOTE, line=12, read=True))
        await until(pilot, lambda: shows(app, "Depth needs hours"))
        await until(pilot, lambda: shows(app, "First ▸"))


async def test_a_task_is_ticked_in_the_file_and_undo_opens_it(reading: Vault, root: Path) -> None:
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await read(app, pilot)
        # The first time it is chosen only.
        await press(pilot, "x")
        assert (root / NOTE).read_text() == LONG
        await press(pilot, "x")
        done = LONG.replace("[ ] buy", "[x] buy")
        await until(pilot, lambda: (root / NOTE).read_text() == done)
        await until(pilot, lambda: shows(app, "✓ buy a kettle"))
        await press(pilot, "u")
        await until(pilot, lambda: (root / NOTE).read_text() == LONG)
        await until(pilot, lambda: shows(app, "□ buy a kettle"))
        # It is still chosen: space ticks it too, and pages where nothing is.
        await press(pilot, "space")
        await until(pilot, lambda: (root / NOTE).read_text() == done)


async def test_a_click_ticks_a_task(reading: Vault, root: Path) -> None:
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await read(app, pilot)
        await until(pilot, lambda: shows(app, "✓ call Mira"))
        await pilot.click(offset=at(app, "✓ call Mira"))
        await until(pilot, lambda: "- [ ] call Mira" in (root / NOTE).read_text())


async def test_a_task_is_found_again_or_it_is_said(reading: Vault, root: Path) -> None:
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        preview = await read(app, pilot)
        await press(pilot, "x")
        assert preview.rendering is not None
        (root / NOTE).write_text(f"a new line\n{LONG}")
        preview._open_link("\0task:6")
        await until(pilot, lambda: "a new line\n# Long" in (root / NOTE).read_text())
        await until(pilot, lambda: "[x] buy a kettle" in (root / NOTE).read_text())
        await until(pilot, lambda: shows(app, "a new line"))
        other = LONG.replace("buy a kettle", "buy a pot")
        (root / NOTE).write_text(other)
        app.clear_notifications()
        preview.tick(NOTE, 8, "buy a kettle")
        await until(pilot, lambda: shows(app, "The task no longer exists"))
        assert (root / NOTE).read_text() == other


async def test_what_is_chosen_is_copied_a_quote_with_its_source(reading: Vault) -> None:
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await read(app, pilot)
        await press(pilot, *["right_curly_bracket"] * 3, "y")
        await until(pilot, lambda: shows(app, "Copied the quote with its source"))
        assert app.clipboard == "Depth needs hours.\n— Long, p. 12"
        await press(pilot, *["left_square_bracket"] * 4, "y")
        await until(pilot, lambda: app.clipboard == "[[Deep Work]]")
        # A click chooses too, and a second one lets it go.
        await pilot.click(offset=at(app, "Depth needs"))
        await press(pilot, "y")
        await until(pilot, lambda: "p. 12" in app.clipboard)
        await pilot.click(offset=at(app, "Depth needs"))
        await press(pilot, "y")
        await until(pilot, lambda: app.clipboard == "[[Long]]")


async def test_what_is_copied_is_nothing_that_a_terminal_would_obey_when_it_is_pasted(
    reading: Vault, root: Path
) -> None:
    (root / NOTE).write_text('---\ntitle: "a\\n\\e[31mred\\u202e"\n---\n', "utf-8")
    reading.indexing.refresh()
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await read(app, pilot)
        await press(pilot, "y")
        await until(pilot, lambda: app.clipboard == "[[a ␛[31mred�]]")
        clipboard.copy_text(app, "/a/\x1b]0;x\x07\udcff.md")
        assert app.clipboard == "/a/␛]0;x␇�.md"


async def test_a_footnote_is_jumped_to_and_back(reading: Vault) -> None:
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=(110, 12)) as pilot:
        preview = await read(app, pilot)
        await press(pilot, *["right_square_bracket"] * 2, "enter")
        await until(pilot, lambda: shows(app, "where it is from"))
        assert not shows(app, "intro with a")
        assert preview.chosen is not None
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "intro with a"))


async def test_a_small_picture_is_a_caption_and_shown_large(reading: Vault) -> None:
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await read(app, pilot)
        # Of eight cells nothing could be made out: only its caption is shown in the text.
        await until(pilot, lambda: shows(app, "▣ Two colours · 64×32"))  # noqa: RUF001 - by
        await press(pilot, "I")
        await until(pilot, lambda: isinstance(app.screen, PictureScreen))
        await until(pilot, lambda: shows(app, "▀" * 30) and shows(app, "64 × 32"))  # noqa: RUF001
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))


@pytest.mark.slow
async def test_the_keys_of_a_large_picture_can_be_clicked(
    reading: Vault, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "notekeep.tui.external_programs.open_file", lambda path: opened.append(str(path))
    )
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await read(app, pilot)
        await until(pilot, lambda: shows(app, "Two colours · 64×32"))  # noqa: RUF001 - by
        await press(pilot, "I")
        await until(pilot, lambda: shows(app, "o open in system viewer") and shows(app, "▀" * 30))
        await pilot.click(offset=at(app, "open in system"))
        await until(pilot, lambda: opened == [str(root / "attachments/two.png")])
        assert isinstance(app.screen, PictureScreen)
        await pilot.click(offset=at(app, "esc back"))
        await until(pilot, lambda: isinstance(app.screen, BrowseScreen))


@pytest.mark.slow
async def test_a_note_without_a_picture_says_so_where_one_is_to_be_shown(reading: Vault) -> None:
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await read(app, pilot, "books/Deep Work.md")
        await press(pilot, "I")
        await until(pilot, lambda: shows(app, "There is no picture in this note."))


@pytest.mark.slow
async def test_a_picture_without_pillow_names_the_extra(
    reading: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await read(app, pilot)
        await until(pilot, lambda: shows(app, "Pictures need the extra notekeep[images]"))


@cases("how", ["NO_COLOR", "ascii"], fast=1)
async def test_without_colours_or_shapes_a_picture_is_words(
    reading: Vault, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "NO_COLOR":
        monkeypatch.setenv("NO_COLOR", "1")
    else:
        reading.person.glyphs = "ascii"
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await read(app, pilot)
        await until(pilot, lambda: shows(app, "Two colours"))
        assert not shows(app, "▀")


@cases("size", [(80, 24), (40, 12), (20, 5), (200, 60)], fast=1)
async def test_it_reads_at_any_size(reading: Vault, size: tuple[int, int]) -> None:
    app = NotekeepApp(reading, "browse")
    async with app.run_test(size=size) as pilot:
        await read(app, pilot)
        await press(pilot, "right_square_bracket", "right_curly_bracket", "c", "C", "G", "I")
        await until(pilot, lambda: any(line.strip() for line in seen(app)))


@pytest.mark.slow
async def test_a_long_note_holds_up_no_key(root: Path, vault: Vault) -> None:
    parts = (f"## Part {n}\n\nSome *words* of `{n}`.\n\n- [ ] one\n- two\n" for n in range(1500))
    (root / NOTE).write_text("\n".join(parts))
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=WIDE) as pilot:
        preview = await read(app, pilot)
        await until(pilot, lambda: shows(app, "Part 0"))
        await press(pilot, "j")
        assert await stall(0.5) < 5
        await until(pilot, lambda: line_count(preview) > 6000)


@pytest.mark.slow
async def test_to_fold_all_of_a_long_note_folds_what_was_not_read_yet_too(
    root: Path, vault: Vault
) -> None:
    parts = (f"## Part {n}\n\nSome *words* of `{n}`.\n\n- [ ] one\n- two\n" for n in range(1500))
    (root / NOTE).write_text("\n".join(parts))
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=WIDE) as pilot:
        preview = await read(app, pilot)
        await press(pilot, "C")
        await until(pilot, lambda: 1500 < line_count(preview) < 1600)
        assert not shows(app, "Some words")
        await press(pilot, "C")
        await until(pilot, lambda: line_count(preview) > 6000)


async def test_a_jump_to_the_end_of_a_long_note_arrives_while_keys_are_answered(
    root: Path, vault: Vault
) -> None:
    parts = (f"## Part {n}\n\nSome *words* of `{n}`.\n" for n in range(1500))
    text = "\n".join(parts)
    (root / NOTE).write_text(text)
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=WIDE) as pilot:
        preview = await read(app, pilot)
        app.post_message(OpenNote(NOTE, line=text.split("\n").index("## Part 1490") + 1, read=True))
        await until(pilot, lambda: shows(app, "Part 1490"))
        assert preview.scroll_offset.y > 1490
        # Drawn by now, it is gone to from wherever one is, and found again where it was left.
        await press(pilot, "home")
        await until(pilot, lambda: preview.scroll_offset.y == 0)
        app.post_message(OpenNote(NOTE, line=1, read=True))
        await read(app, pilot, "books/Deep Work.md")
        app.post_message(OpenNote(NOTE, line=text.split("\n").index("## Part 700") + 1, read=True))
        await until(pilot, lambda: shows(app, "Part 700"))
        await read(app, pilot, "books/Deep Work.md")
        await read(app, pilot)
        await until(pilot, lambda: shows(app, "Part 700"))


PROSE = "\n\n".join(
    f"## Part {n}\n\n" + " ".join(f"word{n}.{m}" for m in range(60)) for n in range(40)
)


@pytest.mark.slow
async def test_the_same_words_are_read_on_in_another_width(root: Path, vault: Vault) -> None:
    (root / NOTE).write_text(PROSE)
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(70, 20)) as pilot:
        preview = await read(app, pilot)
        await until(pilot, lambda: preview.rendering is not None)

        def top() -> str:
            return seen(app)[2].strip()

        # In the middle of a paragraph, a dozen pages down: about those words stay at the top.
        preview.scroll_to(y=202, animate=False, immediate=True)
        await until(pilot, lambda: top().startswith("word"))
        part, word = map(int, top().split()[0].removeprefix("word").split("."))
        assert part > 10
        assert word > 10
        for columns in (130, 40, 70):
            await pilot.resize_terminal(columns, 20)
            await until(pilot, lambda: width_of(preview) == preview.text_width)
            await until(pilot, lambda: top().startswith(f"word{part}."))
            assert abs(int(top().split()[0].split(".")[1]) - word) < 25


async def test_the_outline_stands_in_a_wide_margin_and_a_click_goes_there(
    root: Path, vault: Vault
) -> None:
    (root / NOTE).write_text(PROSE)
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(200, 30)) as pilot:
        await read(app, pilot)

        def margin() -> list[str]:
            return [line[:40].strip() for line in seen(app)]

        await until(pilot, lambda: {"Part 0", "Part 20"} <= set(margin()))
        assert margin().count("Part 1") == 1, "it is not in the text as well"
        await pilot.click(offset=(4, margin().index("Part 20")))
        await until(pilot, lambda: any("Part 20 ─" in line[40:] for line in seen(app)))
        # It stays while one scrolls, around the heading that is read.
        await press(pilot, "end")
        await until(pilot, lambda: "Part 39" in margin() and "Part 0" not in margin())
        await pilot.resize_terminal(120, 30)
        await until(pilot, lambda: "Part 38" not in margin())


@pytest.mark.slow
async def test_a_line_that_was_gone_to_stays_on_the_screen_in_another_width(
    root: Path, vault: Vault
) -> None:
    (root / NOTE).write_text(PROSE)
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=(130, 30)) as pilot:
        preview = await read(app, pilot)
        line = PROSE.split("\n").index("## Part 30") + 1
        app.post_message(OpenNote(NOTE, line=line))
        await until(pilot, lambda: shows(app, "Part 30"))
        for columns in (60, 130):
            await pilot.resize_terminal(columns, 30)
            await until(pilot, lambda: width_of(preview) == preview.text_width)
            await until(pilot, lambda: shows(app, "Part 30"))


@pytest.mark.slow
async def test_links_and_folds_of_a_very_long_note(root: Path, vault: Vault) -> None:
    parts = (f"## Part {n}\n\nSome *words* of `{n}`[^{n}].\n" for n in range(3000))
    (root / NOTE).write_text("\n".join(parts) + "\n[^0]: where it is from\n")
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=WIDE) as pilot:
        preview = await read(app, pilot)
        await until(pilot, lambda: shows(app, "Part 0"))
        preview._open_link("\0footnote:0")
        await until(pilot, lambda: shows(app, "where it is from"))
        assert not shows(app, "Part 0")
        await press(pilot, "home", "C")
        await until(pilot, lambda: shows(app, "Part 0 ▸") and shows(app, "Part 9 ▸"))


@pytest.mark.slow
async def test_a_block_that_takes_long_is_drawn_where_it_holds_up_no_key(
    root: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = "\n".join(f"| {n} | *some* words of `{n}` |" for n in range(2000))
    before = "words\n\n" * 200
    (root / NOTE).write_text(f"{before}| a | b |\n|---|---|\n{table}\n\nthe end\n")
    vault.indexing.refresh()
    drawn_by: list[threading.Thread] = []

    def draw(part: Sequence[Span], frame: DrawContext) -> list[PageLine]:
        if part[0].kind == "table":
            drawn_by.append(threading.current_thread())
        return draw_block(part, frame)

    monkeypatch.setattr(rendering_module, "draw_block", draw)
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await read(app, pilot)
        await press(pilot, "end")
        await until(pilot, lambda: bool(drawn_by))
        await until(pilot, lambda: line_count(preview_of(app)) > 2000)
        await press(pilot, "end")
        await until(pilot, lambda: shows(app, "the end"))
    assert threading.main_thread() not in drawn_by


def line_count(preview: Preview) -> int:
    return len(preview.rendering.lines) if preview.rendering is not None else 0


async def stall(seconds: float) -> float:
    """Return the longest time in which nothing else could be done."""
    longest, begun = 0.0, perf_counter()
    while perf_counter() - begun < seconds:
        before = perf_counter()
        await asyncio.sleep(0.005)
        longest = max(longest, perf_counter() - before)
    return longest


def test_a_program_of_the_system_takes_the_text_too(tmp_path: Path) -> None:
    program = tmp_path / "wl-copy"
    program.write_text(f'#!/bin/sh\ncat > "{tmp_path}/taken"\n')
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "WAYLAND_DISPLAY": "wayland-0"}
    command = clipboard.clipboard_command(environment)
    assert command == [str(program)]
    clipboard.run_clipboard_command(command, "words é")
    assert (tmp_path / "taken").read_text() == "words é"
    assert clipboard.clipboard_command({"PATH": str(tmp_path)}) == []
    clipboard.run_clipboard_command([str(tmp_path / "none")], "x")


async def test_a_check_in_shows_in_the_year_of_a_habit_that_a_note_has(
    root: Path, vault: Vault
) -> None:
    (root / NOTE).write_text("My year:\n\n![[habits/water#year]]\n")
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await read(app, pilot)
        await until(pilot, lambda: shows(app, "Water in 2026 so far: kept 1 of"))
        vault.habits.check_in("water", "8 glass")
        app.post_message(VaultChanged())
        await until(pilot, lambda: shows(app, "Water in 2026 so far: kept 2 of"))


@pytest.mark.slow
async def test_a_note_that_is_one_huge_table(root: Path, vault: Vault) -> None:
    table = "\n".join(f"| row {n} | *some* words |" for n in range(4000))
    (root / NOTE).write_text(f"| a | b |\n|---|---|\n{table}\n")
    vault.indexing.refresh()
    app = NotekeepApp(vault, "browse")
    async with app.run_test(size=WIDE) as pilot:
        await read(app, pilot)
        await until(pilot, lambda: shows(app, "row 3 "))
        await press(pilot, "end")
        await until(pilot, lambda: shows(app, "row 3999"))
