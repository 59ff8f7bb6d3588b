"""Loads notes into a preview, in a thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from notekeep.catalog.records import Row
from notekeep.errors import NotekeepError
from notekeep.tui.render.list_rows import error_lines
from notekeep.tui.render.styled_text import FindSpans
from notekeep.tui.screens.vault_screen import VaultScreen
from notekeep.tui.widgets.preview import Preview
from notekeep.tui.workers import in_background

if TYPE_CHECKING:
    from notekeep.search.planner import PlanMatcher
    from notekeep.tui.page.page import NoteRendering

MENTIONS_PAUSE = 0.3
"""Seconds before the mentions of an open note are searched."""


class PreviewLoader:
    """Loads notes into the preview of a screen."""

    def __init__(self, screen: VaultScreen, preview: Preview, *, label: str = "") -> None:
        """`label` is shown after the title of each note."""
        self.row: Row | None = None
        self.preview = preview
        self._screen, self._label = screen, label
        self._find: FindSpans | None = None
        self._line: int | None = None

    def show(
        self, row: Row | None, *, matcher: PlanMatcher | None = None, line: int | None = None
    ) -> None:
        if line is None and row is not None and self.row is not None and row.path == self.row.path:
            line = self._line  # the note is already being opened at a line
        self.row, self._line, self._find = row, line, None
        if matcher is not None and row is not None:
            self._find = partial(matcher.spans, language=row.language)
        self.reload()

    def reload(self) -> None:
        """Show the same note again, for the current width of the preview."""
        row, preview, screen = self.row, self.preview, self._screen
        if row is None or not (preview.inner_width and preview.display):
            return
        label = self._label
        width, toggled = preview.text_width, preview.folds.setdefault(row.path, set())

        def load() -> NoteRendering:
            # The Markdown parser is imported after the first frame.
            from notekeep.tui.screens.note_loader import load_note

            return load_note(screen.vault, row, width, screen.glyphs, toggled, label)

        then = partial(self._present, row, frozenset(toggled))
        in_background(
            screen, load, then, group=preview.id or "preview", exclusive=True, failed=self._cannot
        )

    def _present(self, row: Row, folds: frozenset[str], rendering: NoteRendering) -> None:
        if row is not self.row:
            return
        if rendering.around.toggled != folds:
            self.reload()  # folds changed during the load
        else:
            self.preview.show(rendering, find=self._find, line=self._line)
            self._line = None
            if self.preview.has_focus:
                self._load_mentions(row.path)

    def link_mentions(self) -> None:
        """Show the unlinked mentions of the note, to turn them into links."""
        from notekeep.tui.screens.note_operations import link_mentions  # slow to import

        if self.row is not None:
            link_mentions(self._screen, self.row.path)

    def _load_mentions(self, path: str) -> None:
        """Find the unlinked mentions of the open note, which reads other notes."""
        screen, show = self._screen, partial(self.preview.show_mentions, path)
        screen.load(
            "mentions",
            partial(screen.vault.search.mentions, path),
            show,
            pause=MENTIONS_PAUSE,
            is_quiet=True,
        )

    def _cannot(self, error: NotekeepError) -> None:
        self.preview.show_lines([], *error_lines(error, self.preview.text_width))
