"""Notes brought into the preview: read in a thread, and neighbours while nobody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from notekeep.tui.render.list_rows import error_lines
from notekeep.tui.widgets.preview import RenderingKey
from notekeep.tui.workers import in_background

if TYPE_CHECKING:
    from notekeep.catalog.records import Row
    from notekeep.errors import NotekeepError
    from notekeep.tui.page.page import NoteRendering
    from notekeep.tui.render.note_rows import LetterMatcher
    from notekeep.tui.screens.vault_screen import VaultScreen
    from notekeep.tui.widgets.preview import Preview


LONG = 32_000  # characters of a body from which on its beginning is shown while all of it is parsed


class PreviewLoader:
    """Brings notes into the preview of a screen."""

    def __init__(self, screen: VaultScreen, preview: Preview) -> None:
        self.row: Row | None = None
        self._screen = screen
        self._preview = preview
        self._matcher: LetterMatcher | None = None
        self._line: int | None = None
        self._neighbours: Sequence[Row] = ()

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
        if row is None or not (preview.inner_width and preview.display):
            return
        if (known := preview.known(self._key(row))) is None:
            self._load(row, self._loaded)
        elif preview.path == row.path:
            self._present(known)
        else:
            # The cursor is drawn first: what moved it may move it again before this is seen.
            self._screen.call_after_refresh(
                lambda: self._present(known) if row is self.row else None
            )

    def _key(self, row: Row) -> RenderingKey:
        return RenderingKey(row.path, row.mtime_ns, self._preview.text_width)

    def _load(
        self,
        row: Row,
        then: Callable[[RenderingKey, NoteRendering], None],
        *,
        is_ahead: bool = False,
        most: int | None = LONG,
    ) -> None:
        key, screen = self._key(row), self._screen
        toggled = self._preview.folds.setdefault(row.path, set())

        def load() -> NoteRendering:
            # What parses Markdown is imported when a note is read: the first frame comes before.
            from notekeep.tui.screens.note_loader import load_note

            return load_note(screen.vault, row, key.width, screen.glyphs, toggled, most=most)

        group, failed = ("ahead", lambda _: None) if is_ahead else ("preview", self._cannot)
        in_background(screen, load, partial(then, key), group=group, exclusive=True, failed=failed)

    def _loaded(self, key: RenderingKey, rendering: NoteRendering) -> None:
        if rendering.is_whole:
            self._preview.keep(key, rendering)
        if self.row is not None and self.row.path == key.path:
            self._present(rendering)

    def _present(self, rendering: NoteRendering) -> None:
        if (row := self.row) is not None and not rendering.is_whole:
            self._preview.show(rendering, matcher=self._matcher)
            self._load(row, self._loaded, most=None)
            return
        self._preview.show(rendering, matcher=self._matcher, line=self._line)
        self._line = None
        # A thread that draws takes the processor from the paint, so it begins after it.
        self._screen.call_after_refresh(self._load_ahead)

    def _load_ahead(self) -> None:
        for row in self._neighbours:
            if self._preview.known(self._key(row)) is None:
                self._neighbours = [other for other in self._neighbours if other is not row]
                self._load(row, self._loaded_ahead, is_ahead=True)
                return

    def _loaded_ahead(self, key: RenderingKey, rendering: NoteRendering) -> None:
        if rendering.is_whole:
            self._preview.keep(key, rendering)
        self._load_ahead()

    def _cannot(self, error: NotekeepError) -> None:
        self._preview.say([], *error_lines(error, self._preview.text_width))
