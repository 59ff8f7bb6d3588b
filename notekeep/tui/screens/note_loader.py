"""Reads and parses a note and its embeds for the preview, in a thread."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from notekeep.catalog.name_lookup import resolve_link
from notekeep.catalog.records import Row, TaskRow
from notekeep.errors import NotekeepError, NotFound, Refused
from notekeep.markdown.note import Note
from notekeep.markdown.note_parts import extract_part
from notekeep.markdown.outline import extract_facts
from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.sanitize import clean
from notekeep.markdown.task_fields import read_dates
from notekeep.markdown.tree import ParsedPage
from notekeep.notes.capture import PICTURE_SUFFIXES
from notekeep.services.media import picture_error
from notekeep.services.overview import Overview
from notekeep.tracking.habit_details import EmbeddedYear, load_habit_year
from notekeep.tui.external_programs import check_address
from notekeep.tui.page.blocks import draw_block
from notekeep.tui.page.page import NoteFooter, NoteRendering, NoteText
from notekeep.tui.page.page_lines import DrawContext, EmbeddedNote, NoteSurroundings, Picture
from notekeep.tui.render.agenda import AgendaItem, DayTexts
from notekeep.tui.render.glyphs import Glyphs
from notekeep.vault import Vault

if TYPE_CHECKING:
    from notekeep.services.bases import BaseSource


def load_note(
    vault: Vault, row: Row, width: int, glyphs: Glyphs, toggled: set[str], label: str = ""
) -> NoteRendering:
    """Read a note and render it for a width; `label` is shown after its title."""
    note, catalog = vault.media.read_from_row(row), vault.catalog
    outline = [head for head in catalog.headings(row.path) if head[1:] != (1, note.title)]
    foot = NoteFooter(catalog.links(row.path), catalog.backlinks(row.path), outline)
    text = NoteText(note.body)
    around = load_surroundings(vault, row.path, text.page, toggled)
    around.label = label
    with suppress(Refused):
        around.episode = check_address(str(note.fields.get("url") or ""))
    return NoteRendering(note, width, glyphs, around, foot, text=text)


def load_day_texts(vault: Vault, day: Overview, width: int, glyphs: Glyphs) -> DayTexts:
    """Read today's note as lines, and a quote from each note with this date in other years."""
    quotes: dict[str, str] = {}
    for _, _, row in day.on_this_day:
        with suppress(NotekeepError):
            found = extract_facts(parse_markdown(vault.media.read_from_row(row).body_lf)).quotes
            quotes[row.path] = found[0].text if found else ""
    lines: list[AgendaItem] = []
    if day.daily is not None:
        with suppress(NotekeepError):
            lines = _day_lines(vault.media.read_from_row(day.daily), width, glyphs)
    return DayTexts(lines, quotes)


def _day_lines(note: Note, width: int, glyphs: Glyphs) -> list[AgendaItem]:
    text = NoteText(note.body)
    context = DrawContext(width, glyphs, page=text.page)
    tasks = {task.line: task for task in extract_facts(text.page).tasks}
    lines: list[AgendaItem] = []
    for block in text.blocks[int(text.starts_with_title(note.title)) :]:
        lines += [AgendaItem([])] if lines else []
        for text_line in draw_block(block.spans, context):
            at = note.body_line + text_line.source + 1
            found = tasks.pop(text_line.source, None)
            task = found and TaskRow(
                *(note.path, note.title, at, found.mark, found.done, found.text),
                *read_dates(found.text),
            )
            # The cursor stops at tasks and at the start of the text.
            opens = task is not None or not any(item.line for item in lines)
            path = note.path if opens and text_line.line else ""
            lines.append(AgendaItem(text_line.line, path, at=at, task=task))
    return lines


# Pictures, notes and habit years that a note embeds.

MAX_EMBED_DEPTH = 3  # deeper embeds are only linked
MAX_EMBEDS = 40
MAX_PICTURES = 200
MAX_BASE_ROWS = 100
MAX_EMBED_LENGTH = 20_000  # characters of an embedded note

_NO_NOTES = (".pdf", ".mp3", ".mp4", ".m4a", ".ogg", ".wav", ".webm", ".mov", ".canvas")
_IMG = re.compile(r"<img\s[^<>]*?src\s*=\s*[\"']([^\"'<>]+)[\"']", re.IGNORECASE)


def load_surroundings(
    vault: Vault, path: str, page: ParsedPage, toggled: set[str]
) -> NoteSurroundings:
    """Read the embeds of a note."""
    around = _EmbedLoader(vault).around(page, (path,))
    return replace(around, toggled=toggled, is_live=True)


class _EmbedLoader:
    """Reads the embeds of a note and, recursively, their embeds."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._left = MAX_EMBEDS

    def around(self, page: ParsedPage, within: tuple[str, ...]) -> NoteSurroundings:
        """Read the embeds of a page; `within` are the embedding notes, ending with its own."""
        pictures: dict[str, Picture] = {}
        embeds: dict[str, EmbeddedNote] = {}
        years: dict[str, EmbeddedYear] = {}
        bases = self._bases(page, within[-1]) if "base" in page.text else {}
        for target in _targets(page):
            name = target.lower()
            if "://" in target or name.endswith(_NO_NOTES):
                continue
            if name.endswith(PICTURE_SUFFIXES):
                if len(pictures) < MAX_PICTURES:
                    pictures[target] = self._picture(target, within[-1])
            elif self._left > 0:
                self._left -= 1
                if name.partition("#")[0].endswith(".base"):
                    embeds[target] = self._base_file(target, within[-1])
                elif (year := self._year(target, within[-1])) is not None:
                    years[target] = year
                else:
                    embeds[target] = self._embedded(target, within)
        return NoteSurroundings(pictures, embeds, years, bases)

    def _bases(self, page: ParsedPage, path: str) -> dict[str, EmbeddedNote]:
        """Draw the bases in the code blocks of a page of the note `path`, by block text."""
        from notekeep.bases.definition import base_blocks  # few notes have a base

        texts = {text for _, text in base_blocks(page)}
        blocks = self._vault.bases.blocks(path) if texts else ()
        return {base.text: self._base(base, "", path) for base in blocks if base.text in texts}

    def _base_file(self, target: str, path: str) -> EmbeddedNote:
        name, _, view = target.partition("#")
        try:
            source = self._vault.bases.find(name, path)
        except NotekeepError:
            return EmbeddedNote(target, f"[[{target}]]", problem="base not found")
        return self._base(source, view, path)

    def _base(self, source: BaseSource, view: str, path: str) -> EmbeddedNote:
        """Draw a view of a base in the note `path`."""
        from notekeep.bases.table import escape_cell, to_markdown

        link = f"[[{source.place}{'#' if view else ''}{view}]]"
        try:
            table = self._vault.bases.table(source, view, path)
        except NotekeepError as error:
            return EmbeddedNote(source.place, link, problem=error.message)
        remarks = table.remarks
        if (left := len(table.rows) - MAX_BASE_ROWS) > 0:
            remarks = [f"{left} more rows.", *remarks]
        lines = [to_markdown(table.first(MAX_BASE_ROWS)), *map(escape_cell, remarks)]
        page = parse_markdown(clean("\n\n".join(lines)))
        name = source.path.rpartition("/")[2]
        title = table.view.name if source.line else f"{name} · {table.view.name}"
        return EmbeddedNote(title, link, page, NoteSurroundings())

    def _picture(self, target: str, path: str) -> Picture:
        try:
            return Picture(*self._vault.media.picture(target, path))
        except NotekeepError as error:
            return Picture(target, problem=picture_error(error))

    def _year(self, target: str, source: str) -> EmbeddedYear | None:
        """Return the habit year for a target, or None for other targets."""
        name, _, part = target.partition("#")
        if not name or not part.lower().startswith("year"):
            return None
        try:
            habit = resolve_link(self._vault.catalog, name, source)
            return load_habit_year(self._vault.habits, habit.path, part) if habit else None
        except NotekeepError:
            return None

    def _embedded(self, target: str, within: tuple[str, ...]) -> EmbeddedNote:
        name, _, part = target.partition("#")
        link = f"[[{target}]]"
        try:
            if (row := resolve_link(self._vault.catalog, name, within[-1])) is None:
                return EmbeddedNote(target, link, problem="note not found")
            note = self._vault.media.read_from_row(row)
        except NotFound:
            return EmbeddedNote(target, link, problem="its file was deleted")
        except NotekeepError as error:
            return EmbeddedNote(target, link, problem=error.message)
        text = extract_part(note, part)
        title = f"{note.title} · {part.lstrip('^').replace('#', ' · ')}" if part else note.title
        if text is None:
            return EmbeddedNote(title, link, problem="section not found")
        if note.path in within and not part:
            return EmbeddedNote(title, link, problem="circular embed")
        if len(within) > MAX_EMBED_DEPTH:
            return EmbeddedNote(title, link)
        page = parse_markdown(clean(text[:MAX_EMBED_LENGTH]))
        return EmbeddedNote(title, link, page, self.around(page, (*within, note.path)))


def _targets(page: ParsedPage) -> Iterable[str]:
    found = [span.info.strip() for kind in ("embed", "image") for span in page.find(kind)]
    for kind in ("html", "html_block"):
        for span in page.find(kind):
            found += _IMG.findall(page.text, span.start, span.end)
    return dict.fromkeys(found)
