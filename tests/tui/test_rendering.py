"""A note drawn for reading: its folds, footnotes, foot, and what is shown in place."""

# ruff: noqa: RUF001 - a size is written with a sign that looks like a letter

from __future__ import annotations

import re
import struct
import zlib
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color_triplet import ColorTriplet

from notekeep.catalog.records import Backlink, LinkRow
from notekeep.errors import NotFound, Refused
from notekeep.markdown.note import read_note
from notekeep.tui.clipboard import copy_selection
from notekeep.tui.page.page import LINKS_FOLD, OUTLINE_FOLD, NoteFooter, NoteRendering, NoteText
from notekeep.tui.page.page_lines import NoteSurroundings
from notekeep.tui.page.selection import (
    Selectable,
    find_selectables,
    next_selectable,
    selectable_row,
)
from notekeep.tui.render.glyphs import ASCII_GLYPHS, UNICODE, choose_glyphs
from notekeep.tui.render.styled_text import FOLD_LINK, TASK_LINK, line_text
from notekeep.tui.screens.note_loader import load_surroundings
from notekeep.tui.widgets.pictures import UPPER_HALF, half_blocks
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.markdown.note import Note
    from notekeep.tui.render.glyphs import Glyphs

SECTIONS = """
intro

# One

first

## Inner

second
third

# Two

fourth
"""


def rendering_of(
    text: str, *, glyphs: Glyphs = UNICODE, foot: NoteFooter | None = None
) -> NoteRendering:
    note = read_note("notes/N.md", dedent(text).strip("\n").encode())
    return NoteRendering(note, 40, glyphs, NoteSurroundings(is_live=True), foot)


def shown(rendering: NoteRendering) -> list[str]:
    """Return the text below the head, without the blank lines."""
    rows = rendering.lines[rendering.head_height :]
    lines = [line_text(row.line).rstrip().replace("\xa0", " ") for row in rows]
    # The rule behind a heading is not what it says.
    return [re.sub(r"(?<=\S)  ?─+$", "", line) for line in lines if line]


def key_of(rendering: NoteRendering, text: str) -> str:
    """Return what folds the line with a text."""
    return next(
        piece.link.removeprefix(FOLD_LINK)
        for row in rendering.lines
        if text in line_text(row.line)
        for piece in row.line
        if piece.link.startswith(FOLD_LINK)
    )


def test_a_heading_folds_all_below_it_and_says_how_many_lines() -> None:
    drawn = rendering_of(SECTIONS)
    assert shown(drawn)[1:3] == ["One", "first"]
    drawn.toggle(key_of(drawn, "One"))
    assert shown(drawn) == ["intro", "One ▸ 4 lines", "Two", "fourth"]
    drawn.toggle(key_of(drawn, "One"))
    assert shown(drawn) == [*("intro", "One", "first", "Inner", "second", "third", "Two", "fourth")]


def test_an_inner_section_stays_folded_when_the_outer_is_opened() -> None:
    drawn = rendering_of(SECTIONS)
    drawn.toggle(key_of(drawn, "Inner"))
    outer = key_of(drawn, "One")
    drawn.toggle(outer)
    drawn.toggle(outer)
    assert shown(drawn)[2:4] == ["first", "Inner ▸ 2 lines"]


def test_all_sections_fold_at_once_and_open_again() -> None:
    drawn = rendering_of(SECTIONS)
    before = shown(drawn)
    drawn.toggle_all()
    assert shown(drawn) == ["intro", "One ▸ 4 lines", "Two ▸ 1 line"]
    drawn.toggle_all()
    assert shown(drawn) == before


def test_a_jump_to_a_hit_opens_what_it_is_folded_in() -> None:
    drawn = rendering_of(SECTIONS)
    drawn.toggle(key_of(drawn, "Inner"))
    drawn.toggle(key_of(drawn, "One"))
    line = next(n for n, text in enumerate(SECTIONS.strip().split("\n"), 1) if text == "second")
    assert "second" in line_text(drawn.lines[drawn.reveal_line(line)].line)
    assert "Two" in shown(drawn)


def test_a_jump_into_a_long_paragraph_ends_at_the_very_row() -> None:
    words = " ".join(f"word{n}" for n in range(200))
    drawn = rendering_of(f"intro\n\n{words}\n\nlast")
    line = drawn.file_line(2)
    row = drawn.reveal_line(line, lambda text: [(0, 1)] if "word150" in text else [])
    assert "word150" in line_text(drawn.lines[row].line)
    first = drawn.reveal_line(line)
    assert line_text(drawn.lines[first].line).startswith("word0 ")
    # What is not there leaves one at its beginning.
    assert drawn.reveal_line(line, lambda _text: []) == first


def test_folds_are_the_same_at_another_width() -> None:
    around = NoteSurroundings(toggled=set())
    note = read_note("notes/N.md", SECTIONS.encode())
    wide = NoteRendering(note, 40, UNICODE, around)
    wide.toggle(key_of(wide, "One"))
    narrow = NoteRendering(note, 20, UNICODE, around)
    assert not any("first" in line_text(row.line) for row in narrow.lines)


def test_a_fold_of_one_note_is_none_of_another() -> None:
    one, other = (read_note(f"notes/{name}.md", SECTIONS.encode()) for name in "AB")
    folded = NoteRendering(one, 40, UNICODE)
    folded.toggle(key_of(folded, "One"))
    shown = NoteRendering(other, 40, UNICODE)
    assert any("first" in line_text(row.line) for row in shown.lines)


def test_code_that_looks_like_a_heading_folds_nothing() -> None:
    drawn = rendering_of("## One\n\n```sh\n# no heading\n```\n\nend")
    drawn.toggle(key_of(drawn, "One"))
    assert shown(drawn) == ["One ▸ 4 lines"]


def test_a_callout_is_folded_as_it_is_written() -> None:
    drawn = rendering_of("> [!tip]- Closed\n> hidden\n\n> [!faq]+ Open\n> seen\n\n> [!bug]\n> firm")
    assert shown(drawn) == [
        *("▌ → Closed ▸ 1 line", "▌ ? Open", "▌ seen", "▌ ✗ Bug", "▌ firm"),
    ]
    drawn.toggle(key_of(drawn, "Closed"))
    drawn.toggle(key_of(drawn, "Open"))
    assert shown(drawn)[:3] == ["▌ → Closed", "▌ hidden", "▌ ? Open ▸ 1 line"]


def test_a_jump_into_a_closed_callout_opens_it() -> None:
    drawn = rendering_of("> [!tip]- Closed\n> hidden")
    assert "hidden" in line_text(drawn.lines[drawn.reveal_line(2)].line)


def test_a_footnote_leads_there_and_back() -> None:
    drawn = rendering_of("Said[^a] so.\n\nmore\n\n[^a]: The source.\n[^b]: Another.")
    assert drawn.find_line("footnote", "a") == 5
    assert drawn.find_line("footnote", "b") == 6
    assert drawn.find_line("footnote_ref", "a") == 1
    assert drawn.find_line("footnote", "c") is None
    assert shown(drawn)[-2:] == ["[a] The source.", "[b] Another."]


def test_block_ids_are_not_shown() -> None:
    assert shown(rendering_of("A line. ^id\n\n- item ^other")) == ["A line.", "• item"]


def test_a_task_below_one_that_is_done_is_not_done() -> None:
    drawn = rendering_of("- [x] done\n  - [ ] open")
    roles = {line_text(row.line).strip(): {p.role for p in row.line} for row in drawn.lines}
    assert "finished" in roles["✓ done"]
    assert "finished" not in roles["□ open"]


def test_formulas_are_readable_and_stay_source_with_plain_characters() -> None:
    text = "Is $x^2$.\n\n$$\n\\frac{a}{b}\n$$"
    assert shown(rendering_of(text)) == ["Is x².", "    a/b"]
    plain_ones = rendering_of(text, glyphs=choose_glyphs("ascii", {}, best=10))
    assert [line_text(row.line).strip() for row in plain_ones.lines][-3:] == [
        *("Is x^2.", "", "\\frac{a}{b}")
    ]


@given(
    st.lists(
        st.sampled_from(
            [
                *("", "text", "# One", "## Two", "Under", "===", "---", "> q", "> [!tip]- T"),
                *(
                    "- [ ] do",
                    "  - in",
                    "```",
                    "$$",
                    "[^1]: note",
                    "![[A]]",
                    "<div>",
                    "| a |",
                    ": b",
                ),
            ]
        ),
        max_size=20,
    ),
    st.integers(8, 30),
)
def test_whatever_is_folded_and_opened_everything_is_back(lines: list[str], width: int) -> None:
    note = read_note("n.md", "\n".join(lines).encode())
    drawn = NoteRendering(note, width, UNICODE, NoteSurroundings(is_live=True))
    before = [line_text(row.line) for row in drawn.lines]
    drawn.toggle_all()
    drawn.toggle_all()
    for row in list(drawn.lines):
        for piece in row.line:
            if piece.link.startswith(FOLD_LINK):
                drawn.toggle(piece.link.removeprefix(FOLD_LINK))
                drawn.toggle(piece.link.removeprefix(FOLD_LINK))
    assert [line_text(row.line) for row in drawn.lines] == before
    for line in range(len(lines) + 2):
        assert 0 <= drawn.reveal_line(line) < len(drawn.lines)


# What can be chosen.


def test_links_and_tasks_follow_each_other_and_passages_are_others() -> None:
    text = "## Head\n\n[[A]] and [[B]]\n\n- [ ] do\n\n> a quote\n\n```\ncode\n```"
    lines = rendering_of(text).lines
    links: list[Selectable] = []
    passages: list[Selectable] = []
    for found, is_passage in ((links, False), (passages, True)):
        row, stop = 0, None
        while (after := next_selectable(lines, row, 1, stop, passages=is_passage)) is not None:
            row, stop = after
            found.append(stop)
    assert [stop.link for stop in links] == ["[[A]]", "[[B]]", f"{TASK_LINK}4"]
    kinds = [stop.passage.kind if stop.passage else stop.link for stop in passages]
    assert kinds == [f"{FOLD_LINK}heading 1 ## Head", "quote", "code"]
    back = next_selectable(
        lines, selectable_row(lines, links[2]) or 0, -1, links[2], passages=False
    )
    assert back is not None
    assert back[1] == links[1]


def test_an_earlier_version_has_nothing_to_tick() -> None:
    note = read_note("n.md", b"- [ ] do")
    drawn = NoteRendering(note, 40, UNICODE)
    assert not [
        s
        for row in range(len(drawn.lines))
        for s in find_selectables(drawn.lines, row, passages=False)
    ]


# Copying.

BOOK = """
---
type: book
title: Atomic Habits
author: [James Clear]
---
> Make it **regular** first. (p. 163)

```sh
ls
```

| a |
|---|
| 1 |

[a site](https://example.org)
"""


def copy_of(drawn: NoteRendering, kind: str) -> str:
    passage = next(row.passage for row in drawn.lines if row.passage and row.passage.kind == kind)
    found = copy_selection(drawn, Selectable(passage.line, "", passage))
    assert found is not None
    return found[0]


def test_a_quote_is_copied_with_its_source() -> None:
    drawn = rendering_of(BOOK)
    assert copy_of(drawn, "quote") == (
        "Make it **regular** first.\n— James Clear, Atomic Habits, p. 163"
    )


def test_what_was_said_at_a_time_is_copied_with_the_episode() -> None:
    front = "---\ntype: podcast\ntitle: On reading\nguest: [Naval]\nshow: The Show\n---\n"
    drawn = rendering_of(f"{front}- [01:02:33] Read what you love.")
    assert copy_of(drawn, "moment") == (
        "Read what you love.\n— Naval, On reading, The Show, 01:02:33"
    )


def test_code_a_table_and_a_link_are_copied_as_they_are() -> None:
    drawn = rendering_of(BOOK)
    assert copy_of(drawn, "code") == "ls"
    assert copy_of(drawn, "table") == "| a |\n|---|\n| 1 |"
    link = copy_selection(drawn, Selectable(10, "https://example.org"))
    assert link == ("https://example.org", "the link")


# The foot.


def test_the_foot_counts_and_opens() -> None:
    links = [
        LinkRow(1, "A", "a.md", "ok", "", "", embed=False),
        LinkRow(2, "No", None, "broken", "", "", embed=False),
    ]
    foot = NoteFooter(links, [Backlink("b.md", "B", 3, "")], [(1, 1, "One"), (5, 2, "Two")])
    drawn = rendering_of("text", foot=foot)
    assert shown(drawn)[-2:] == ["▸ Links 2 (1 broken)   ▸ Backlinks 1", "▸ Outline 2"]
    drawn.toggle(LINKS_FOLD)
    assert shown(drawn)[-2:] == ["  A", "  No  broken"]
    drawn.toggle(OUTLINE_FOLD)
    assert shown(drawn)[-2:] == ["  One", "    Two"]


# Pictures and notes shown in place.


def png(width: int, height: int, claimed: tuple[int, int] | None = None) -> bytes:
    """Write a PNG of red on the left and blue on the right; it may claim another size."""
    row = b"\0" + b"\xff\0\0" * (width // 2) + b"\0\0\xff" * (width - width // 2)

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", *(claimed or (width, height)), 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


@pytest.fixture
def pictured(root: Path, tmp_path: Path) -> Vault:
    (root / "attachments").mkdir()
    (root / "attachments/two.png").write_bytes(png(16, 8))
    (root / "attachments/bomb.png").write_bytes(png(8, 8, (60_000, 60_000)))
    (root / "attachments/text.png").write_text("not a supported picture")
    (root / ".hidden").mkdir()
    (root / ".hidden/x.png").write_bytes(png(8, 8))
    (tmp_path / "outside.png").write_bytes(png(8, 8))
    (root / "attachments/away.png").symlink_to(tmp_path / "outside.png")
    vault = Vault.open(root)
    vault.indexing.refresh()
    return vault


def test_a_picture_is_found_by_its_name_and_decoded_small(pictured: Vault) -> None:
    found = pictured.media.picture("two.png", "inbox/N.md")
    assert found[:3] == ("attachments/two.png", 16, 8)
    pixels = pictured.media.pixels(found.path, 4, 2)
    assert (pixels[:4], pixels[12:16]) == (b"\xff\0\0\xff", b"\0\0\xff\xff")


def test_a_cell_is_two_pixels_over_the_ground_and_like_neighbours_are_one() -> None:
    red, blue, clear = b"\xff\0\0\xff", b"\0\0\xff\xff", b"\0\0\0\0"
    (row,) = half_blocks(red * 2 + blue + red * 2 + clear, 3, 1, ColorTriplet(0, 248, 0))
    assert [segment.text for segment in row] == [UPPER_HALF * 2, UPPER_HALF]
    style = row[1].style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    assert (style.color.triplet, style.bgcolor.triplet) == ((0, 0, 248), (0, 248, 0))


@pytest.mark.parametrize(
    ("target", "error", "why"),
    [
        ("bomb.png", Refused, "million pixels"),
        ("text.png", Refused, "not a supported picture"),
        ("away.png", Refused, "points outside the folder"),
        ("../../outside.png", Refused, "points outside the folder"),
        (".hidden/x.png", Refused, "hidden"),
        ("none.png", NotFound, "file was not found"),
    ],
)
def test_some_pictures_are_never_read(
    pictured: Vault, target: str, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        pictured.media.picture(target, "inbox/N.md")


def around_of(vault: Vault, note: Note) -> NoteSurroundings:
    return load_surroundings(vault, note.path, NoteText(note.body).page, set())


def in_place(vault: Vault, path: str, *, draws: bool = False) -> list[str]:
    return shown(drawn_note(vault, path, draws=draws))


def drawn_note(vault: Vault, path: str, *, draws: bool) -> NoteRendering:
    note: Note = vault.search.read(path)
    glyphs = UNICODE._replace(draws_pictures=draws)
    return NoteRendering(note, 40, glyphs, around_of(vault, note))


def put(vault: Vault, path: str, text: str) -> None:
    place = vault.absolute(path)
    with open(place, "w", encoding="utf-8") as file:
        file.write(text)
    vault.indexing.refresh()


def test_a_picture_has_its_words_and_size_where_it_cannot_be_drawn(pictured: Vault) -> None:
    put(pictured, "inbox/N.md", "![[two.png|Two colours]]\n*Credit: me.*\n\n![gone](none.png)")
    assert in_place(pictured, "inbox/N.md") == [
        *("▣ Two colours · 16×8", "Credit: me.", "▣ gone · The file was not found."),
    ]
    # Sixteen pixels are two cells, twice as wide as high.
    assert in_place(pictured, "inbox/N.md", draws=True)[0] == "▣ Two colours · 16×8"


def test_a_wide_diagram_is_a_caption_where_it_would_have_few_rows(pictured: Vault) -> None:
    for name, height in (("wide.png", 80), ("high.png", 160)):
        with open(pictured.absolute(f"attachments/{name}"), "wb") as file:
            file.write(png(320, height))
    put(pictured, "inbox/N.md", "![[wide.png]]\n\n![[high.png]]")
    # In 40 cells the first has 5 rows, the second 10.
    rows = [row.picture for row in drawn_note(pictured, "inbox/N.md", draws=True).lines]
    assert [row.picture.path for row in rows if row] == ["attachments/high.png"] * 10


def test_a_note_is_shown_in_place_by_its_heading_or_block(pictured: Vault) -> None:
    put(pictured, "inbox/A.md", "# A\n\nintro ^first\n\n## Part\n\nthe part\n\n## Other\n\nno\n")
    put(pictured, "inbox/N.md", "![[A#Part]]\n\n![[A#^first]]\n\n![[A#None]]\n\n![[Nowhere]]")
    assert in_place(pictured, "inbox/N.md") == [
        *("▎ A · Part", "▎ the part", "▎ A · first", "▎ intro"),
        *("▎ A · None · section not found", "▎ Nowhere · note not found"),
    ]


def test_notes_that_embed_each_other_come_to_an_end(pictured: Vault) -> None:
    put(pictured, "inbox/A.md", "a\n\n![[B]]")
    put(pictured, "inbox/B.md", "b\n\n![[A]]")
    assert in_place(pictured, "inbox/A.md") == [
        *("a", "▎ B", "▎ b", "▎", "▎ ▎ A · circular embed"),
    ]


# Years of habits.


def put_habit(vault: Vault) -> None:
    put(vault, "habits/run.md", "---\nhabit: run\ntitle: Run\nsince: 2026-01-05\n---\nWhy.\n")
    put(
        vault,
        "habits/log/2026-01.laptop.md",
        "- 2026-01-05 run: done\n- 2026-01-06 run: done\n- 2026-01-07 run: miss\n",
    )


def test_a_year_of_a_habit_is_a_calendar_with_words(pictured: Vault) -> None:
    put_habit(pictured)
    put(pictured, "inbox/N.md", "before\n\n![[habits/run#year]]\nafter")
    note: Note = pictured.search.read("inbox/N.md")
    around = around_of(pictured, note)
    drawn = NoteRendering(note, 60, UNICODE, around)
    lines = [line_text(row.line).rstrip() for row in drawn.lines]
    at = next(n for n, line in enumerate(lines) if line.startswith("Run  2026"))
    assert lines[at + 1].split()[:3] == ["Jan", "Feb", "Mar"]
    # The year begins with a Thursday, and the fifth is the first Monday.
    assert lines[at + 2].startswith("Mo   █")
    assert lines[at + 3].startswith("Tu   █")
    assert lines[at + 4].startswith("We   ✗")
    assert lines[at + 9].split()[0] == "less"
    sentence = " ".join(" ".join(lines[at + 10 : lines.index("after")]).split())
    assert sentence.startswith("Run in 2026 so far: kept 2 of ")
    assert sentence.endswith("the longest streak was 2 days.")
    head = drawn.lines[at].line[0]
    assert (head.text, head.link) == ("Run", "[[habits/run#year]]")


def test_a_year_is_plain_characters_where_they_are_asked_for_and_its_end_where_it_is_narrow(
    pictured: Vault,
) -> None:
    put_habit(pictured)
    put(pictured, "inbox/N.md", "![[run#year 2025]]\n\n![[run#year]]\n\nIs ![[run#year]] said.")
    note: Note = pictured.search.read("inbox/N.md")
    drawn = NoteRendering(note, 30, ASCII_GLYPHS, around_of(pictured, note))
    text = "\n".join(line_text(row.line).rstrip() for row in drawn.lines)
    assert text.isascii()
    assert "Run in 2025: nothing yet." in text
    assert "Run  2026" in text
    assert "Jan" not in text.partition("Run  2026")[2]
    assert "# run#year said" in text


def test_a_year_of_what_is_no_habit_is_a_part_that_is_not_there(pictured: Vault) -> None:
    put(pictured, "inbox/A.md", "# A\n")
    put(pictured, "inbox/N.md", "![[A#year]]\n\n![[Nowhere#year]]")
    assert in_place(pictured, "inbox/N.md") == [
        *("▎ A · year · section not found", "▎ Nowhere#year · note not found"),
    ]
