"""Notes and what they embed, read for the preview: in a thread, and neighbours while nobody waits.

What parses Markdown is imported when a note is read: the first frame comes before.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, NotFound
from notekeep.tui.messages import VaultChanged
from notekeep.tui.page.drawn_lines import NO_SURROUNDINGS, EmbeddedNote, NoteSurroundings, Picture
from notekeep.tui.render.glyphs import ASCII_GLYPHS
from notekeep.tui.widgets.note_page import RenderingKey
from notekeep.tui.workers import WRITE_GROUP, in_background

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from notekeep.catalog.records import Row
    from notekeep.markdown.note import Note
    from notekeep.tracking.habit_details import HabitYear
    from notekeep.tui.clipboard import ClipboardText
    from notekeep.tui.page.page import NoteRendering
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.note_rows import LetterMatcher
    from notekeep.tui.screens.vault_screen import VaultScreen
    from notekeep.tui.widgets.preview import Preview
    from notekeep.vault import Vault


FIRST_LINES = 120
"""Lines that are drawn before a note is shown: more than a tall screen."""


class PreviewLoader:
    """Brings notes into the preview of a screen."""

    def __init__(self, screen: VaultScreen, preview: Preview) -> None:
        self.row: Row | None = None
        self._screen = screen
        self._preview = preview
        self._matcher: LetterMatcher | None = None
        self._line: int | None = None
        self._neighbours: Sequence[Row] = ()
        preview.serve(self)

    def show(
        self,
        row: Row | None,
        *,
        matcher: LetterMatcher | None = None,
        line: int | None = None,
        neighbours: Iterable[Row | None] = (),
    ) -> None:
        """Show a note: at once when it was drawn before, else when it is read."""
        if line is None and row is not None and self.row is not None and row.path == self.row.path:
            # The cursor comes to a note that is on its way to a line of it.
            line = self._line
        self.row, self._matcher, self._line = row, matcher, line
        self._neighbours = [other for other in neighbours if other is not None]
        self.reload()

    def reload(self) -> None:
        """Show the same note, in the width that the preview has by now."""
        row, preview = self.row, self._preview
        if row is None or not preview.is_on_screen:
            return
        key = RenderingKey(row.path, row.mtime_ns, preview.text_width)
        known = preview.known(key)
        if known is None:
            in_background(
                self._screen,
                partial(self._load, row, key.width),
                partial(self._loaded, key),
                group="preview",
                exclusive=True,
                failed=self._cannot,
            )
        elif preview.path == row.path:
            self._present(known)
        else:
            # The cursor is drawn first: what moved it may move it again before this is seen.
            self._screen.call_after_refresh(self._present_if_current, row, known)

    def _load(self, row: Row, width: int) -> NoteRendering:
        screen, toggled = self._screen, self._preview.folds_of(row.path)
        draws = self._draws_pictures()
        return load_note(screen.vault, row, width, screen.glyphs, toggled, draws_pictures=draws)

    def _draws_pictures(self) -> bool:
        """Whether half blocks in true colours would be seen as the picture they are."""
        app = self._screen.app
        if self._screen.glyphs is ASCII_GLYPHS or app.no_color:
            return False
        return app.console.color_system in ("truecolor", "256")

    def _loaded(self, key: RenderingKey, rendering: NoteRendering) -> None:
        self._preview.keep(key, rendering)
        if self.row is not None and self.row.path == key.path:
            self._present(rendering)

    def _present_if_current(self, row: Row, rendering: NoteRendering) -> None:
        if row is self.row:
            self._present(rendering)

    def _present(self, rendering: NoteRendering) -> None:
        self._preview.show(rendering, matcher=self._matcher, line=self._line)
        self._line = None
        # A thread that draws takes the processor from the paint, so it begins after it.
        self._screen.call_after_refresh(self._load_ahead)

    def _load_ahead(self) -> None:
        width = self._preview.text_width
        for row in self._neighbours:
            key = RenderingKey(row.path, row.mtime_ns, width)
            if self._preview.known(key) is None:
                in_background(
                    self._screen,
                    partial(self._load, row, width),
                    partial(self._loaded_ahead, key),
                    group="ahead",
                    exclusive=True,
                    failed=lambda _error: None,
                )
                return

    def _loaded_ahead(self, key: RenderingKey, rendering: NoteRendering) -> None:
        self._preview.keep(key, rendering)
        self._load_ahead()

    # What the preview leaves to its screen.

    def pixels(self, path: str, width: int, height: int) -> bytes:
        """Decode a picture of the vault; see `Vault.pixels`."""
        return self._screen.vault.media.pixels(path, width, height)

    def tick(self, path: str, line: int, text: str) -> None:
        """Tick a task, or open it again, wherever its line is by now."""
        screen = self._screen
        # That it was done is seen on the line itself.
        in_background(
            screen,
            lambda: screen.vault.notes.toggle_task(path, line, text),
            lambda done: screen.post_message(VaultChanged(is_step=bool(done.step))),
            group=WRITE_GROUP,
        )

    def look(self, path: str) -> None:
        """Show a picture large."""
        from notekeep.tui.screens.picture import PictureScreen

        screen = self._screen
        screen.app.push_screen(PictureScreen(screen.vault, path, draws=self._draws_pictures()))

    def copied(self) -> ClipboardText | None:
        """Return what is chosen in the text, as it goes onto the clipboard, or None."""
        from notekeep.tui.clipboard import copy_selection

        rendering, chosen = self._preview.rendering, self._preview.chosen
        if rendering is None or chosen is None:
            return None
        return copy_selection(rendering, chosen)

    def _cannot(self, error: NotekeepError) -> None:
        from notekeep.tui.render.plan_lines import error_lines

        self._preview.say([], *error_lines(error, self._preview.text_width))


def load_note(
    vault: Vault, row: Row, width: int, glyphs: Glyphs, toggled: set[str], *, draws_pictures: bool
) -> NoteRendering:
    """Read a note and draw its beginning; touches no widget, so that a thread may do it.

    Raises:
        NotekeepError: It is gone, or cannot be read.
    """
    from notekeep.tui.page.note_footer import NoteFooter
    from notekeep.tui.page.page import NoteRendering

    note, path = vault.media.read_known(row), row.path
    catalog = vault.catalog
    outline = [head for head in catalog.headings(path) if head[1:] != (1, note.title)]
    foot = NoteFooter(catalog.links(path), catalog.backlinks(path), outline)
    around = load_surroundings(vault, note, toggled, draws_pictures=draws_pictures)
    rendering = NoteRendering(note, width, glyphs, around, foot)
    rendering.draw_lines(FIRST_LINES)
    return rendering


# What the text of a note needs that is not in it.

MAX_EMBED_DEPTH = 3
"""Notes within notes within notes; what they embed in turn is only linked."""
MAX_EMBEDS = 40
MAX_PICTURES = 200
MAX_EMBED_LENGTH = 20_000
"""Characters of a note that are shown in another one."""

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg", ".avif")
_NO_NOTES = (".pdf", ".mp3", ".mp4", ".m4a", ".ogg", ".wav", ".webm", ".mov", ".canvas", ".base")
_EMBED = re.compile(
    r"!\[\[([^\[\]\n|\\]++)[^\[\]\n]*+\]\]"
    r"|!\[[^\[\]\n]*+\]\([ \t]*+(?:<([^<>\n]++)>|([^\s()<>]++))"
)
"""What may be an embed: to read a long note for it takes longer than its first screen."""
_IMG = re.compile(r"<img\s[^<>]*?src\s*=\s*[\"']([^\"'<>]+)[\"']", re.IGNORECASE)


def load_surroundings(
    vault: Vault, note: Note, toggled: set[str], *, draws_pictures: bool, is_live: bool = True
) -> NoteSurroundings:
    """Read what is around a note's text; touches no widget, so that a thread may do it."""
    around = _EmbedLoader(vault, draws_pictures=draws_pictures).around(note.body, (note.path,))
    return replace(around, toggled=toggled, is_live=is_live)


class _EmbedLoader:
    """One walk over the embeds of a note, and theirs."""

    def __init__(self, vault: Vault, *, draws_pictures: bool) -> None:
        self._vault = vault
        self._draws_pictures = draws_pictures
        self._left = MAX_EMBEDS

    def around(self, text: str, within: tuple[str, ...]) -> NoteSurroundings:
        """Read what is around a text of the last of the notes `within` each other."""
        pictures: dict[str, Picture] = {}
        embeds: dict[str, EmbeddedNote] = {}
        years: dict[str, HabitYear] = {}
        for target in _targets(text):
            name = target.lower()
            if "://" in target or name.endswith(_NO_NOTES):
                continue
            if name.endswith(_PICTURES):
                if len(pictures) < MAX_PICTURES:
                    pictures[target] = self._picture(target, within[-1])
            elif self._left > 0:
                self._left -= 1
                shown = self._year(target, within[-1]) or self._embedded(target, within)
                if isinstance(shown, EmbeddedNote):
                    embeds[target] = shown
                else:
                    years[target] = shown
        return NoteSurroundings(pictures, embeds, years, draws_pictures=self._draws_pictures)

    def _picture(self, target: str, path: str) -> Picture:
        from notekeep.services.media import picture_error

        try:
            return Picture(*self._vault.media.picture(target, path))
        except NotekeepError as error:
            return Picture(target, problem=picture_error(error))

    def _year(self, target: str, source: str) -> HabitYear | None:
        """Return the year of a habit that a target names, or None when it names anything else."""
        name, _, part = target.partition("#")
        if not name or not part.lower().startswith("year"):
            return None
        try:
            habit = self._vault.search.resolve_link(name, source)
            return self._vault.habits.year(habit.path, part) if habit is not None else None
        except NotekeepError:
            return None

    def _embedded(self, target: str, within: tuple[str, ...]) -> EmbeddedNote:
        name, _, part = target.partition("#")
        link = f"[[{target}]]"

        def failed(title: str, problem: str) -> EmbeddedNote:
            return EmbeddedNote(title, link, "", NO_SURROUNDINGS, problem)

        try:
            row = self._vault.search.resolve_link(name, within[-1])
            if row is None:
                return failed(target, "there is no such note")
            note = self._vault.media.read_known(row)
            text = extract_part(note, part)
        except NotFound:
            return failed(target, "its file is gone")
        except NotekeepError as error:
            return failed(target, error.message)
        title = f"{note.title} · {part.lstrip('^').replace('#', ' · ')}" if part else note.title
        if text is None:
            return failed(title, "there is no such part in it")
        if note.path in within and not part:
            return failed(title, "it is in itself")
        if len(within) > MAX_EMBED_DEPTH:
            return EmbeddedNote(title, link, "", NO_SURROUNDINGS)
        shown = text[:MAX_EMBED_LENGTH]
        return EmbeddedNote(title, link, shown, self.around(shown, (*within, note.path)))


def _targets(text: str) -> Iterable[str]:
    """Give the targets of the embeds of a text, each once."""
    found: dict[str, None] = {}
    if "![" in text:
        targets = (match[1] or match[2] or match[3] for match in _EMBED.finditer(text))
        found.update((target.strip(), None) for target in targets)
    if "<" in text:
        found.update((match[1], None) for match in _IMG.finditer(text))
    return found


def extract_part(note: Note, part: str) -> str | None:
    """Return the text of a note that a link names; None when it has no such part.

    Args:
        note: The note.
        part: What stands behind the `#` of a link: a heading, or `^` and the name of a block; ""
            is all of it.
    """
    from notekeep.markdown.outline import extract_facts
    from notekeep.markdown.parser import parse_markdown
    from notekeep.markdown.text_edit import find_section

    body = note.body_lf
    if not part:
        first, _, rest = body.lstrip("\n").partition("\n")
        says_title = first.startswith("# ") and first[2:].strip() == note.title.strip()
        return (rest if says_title else body).strip("\n")
    page = parse_markdown(body)
    if not part.startswith("^"):
        place = find_section(body, extract_facts(page), part)
        return body[place[0] : place[1]].strip("\n") if place is not None else None
    name = next((span for span in page.find("block_id") if span.info == part[1:]), None)
    if name is None:
        return None
    blocks = [span for span in page.spans if span.start <= name.start and not span.depth]
    block = blocks[-1]
    # A name that stands alone is that of the block before it.
    if body[block.start : block.end].strip() == part and len(blocks) > 1:
        block = blocks[-2]
    elif block.kind == "list":
        items = [span for span in page.find("item") if span.start <= name.start]
        return body[items[-1].start : name.end]
    return body[block.start : block.end].rstrip()
