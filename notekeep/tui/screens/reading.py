"""A note read for the preview: in a thread, and its neighbours while nobody waits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from notekeep.tui.jobs import in_background
from notekeep.tui.messages import VaultChanged
from notekeep.tui.render.glyphs import ASCII
from notekeep.tui.widgets.note_page import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from notekeep.errors import NotekeepError
    from notekeep.index.rows import Row
    from notekeep.tui.copying import Copied
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.tui.render.matching import Matcher
    from notekeep.tui.render.rendering import Rendering
    from notekeep.tui.screens.base import VaultScreen
    from notekeep.tui.widgets.preview import Preview
    from notekeep.vault import Vault

FIRST_LINES = 120
"""Lines that are drawn before a note is shown: more than a tall screen."""


class Reader:
    """Brings notes into the preview of a screen.

    Attributes:
        row: The note that is shown, or that will be when it is read.
    """

    def __init__(self, screen: VaultScreen, preview: Preview) -> None:
        self.row: Row | None = None
        self._screen = screen
        self._preview = preview
        self._matcher: Matcher | None = None
        self._line: int | None = None
        self._neighbours: Sequence[Row] = ()
        preview.serve(self)

    def show(
        self,
        row: Row | None,
        *,
        matcher: Matcher | None = None,
        line: int | None = None,
        neighbours: Iterable[Row | None] = (),
    ) -> None:
        """Show a note: at once when it was drawn before, else when it is read.

        Args:
            row: The note; None leaves what is shown.
            matcher: What to mark in its text.
            line: The line of the file to begin at, counted from 1; None is where it was left.
            neighbours: Notes to read ahead, likeliest first.
        """
        if line is None and _is_same(row, self.row):
            # The cursor comes to a note that is on its way to a line of it.
            line = self._line
        self.row, self._matcher, self._line = row, matcher, line
        self._neighbours = [other for other in neighbours if other is not None]
        self.again()

    def again(self) -> None:
        """Show the same note, in the width that the preview has by now."""
        row, preview = self.row, self._preview
        if row is None or not preview.is_on_screen:
            return
        key = Key(row.path, row.mtime_ns, preview.text_width)
        known = preview.known(key)
        if known is not None:
            if preview.path == row.path:
                self._present(known)
            else:
                # The cursor is drawn first: what moved it may move it again before this is seen.
                self._screen.call_after_refresh(self._present_of, row, known)
            return
        in_background(
            self._screen,
            self._reading(row, key.width),
            partial(self._was_read, key),
            group="preview",
            exclusive=True,
            failed=self._cannot,
        )

    def _reading(self, row: Row, width: int) -> Callable[[], Rendering]:
        screen, toggled = self._screen, self._preview.folds_of(row.path)
        return partial(
            read_note,
            screen.vault,
            row,
            width,
            screen.glyphs,
            toggled,
            draws_pictures=self._draws_pictures(),
        )

    def _draws_pictures(self) -> bool:
        """Whether half blocks in true colours would be seen as the picture they are."""
        app = self._screen.app
        if self._screen.glyphs is ASCII or app.no_color:
            return False
        return app.console.color_system in ("truecolor", "256")

    def _was_read(self, key: Key, rendering: Rendering) -> None:
        self._preview.keep(key, rendering)
        if self.row is not None and self.row.path == key.path:
            self._present(rendering)

    def _present_of(self, row: Row, rendering: Rendering) -> None:
        if row is self.row:
            self._present(rendering)

    def _present(self, rendering: Rendering) -> None:
        self._preview.show(rendering, matcher=self._matcher, line=self._line)
        self._line = None
        # A thread that draws takes the processor from the paint, so it begins after it.
        self._screen.call_after_refresh(self._read_ahead)

    def _read_ahead(self) -> None:
        width = self._preview.text_width
        for row in self._neighbours:
            key = Key(row.path, row.mtime_ns, width)
            if self._preview.known(key) is None:
                in_background(
                    self._screen,
                    self._reading(row, width),
                    partial(self._was_read_ahead, key),
                    group="ahead",
                    exclusive=True,
                    failed=lambda _error: None,
                )
                return

    def _was_read_ahead(self, key: Key, rendering: Rendering) -> None:
        self._preview.keep(key, rendering)
        self._read_ahead()

    # What the preview leaves to its screen.

    def pixels(self, path: str, width: int, height: int) -> bytes:
        """Decode a picture of the vault; see `Vault.pixels`."""
        return self._screen.vault.pixels(path, width, height)

    def tick(self, path: str, line: int, text: str) -> None:
        """Tick a task, or open it again, wherever its line is by now."""
        screen = self._screen
        # That it was done is seen on the line itself.
        in_background(
            screen,
            lambda: screen.vault.toggle_task(path, line, text),
            lambda done: screen.post_message(VaultChanged(is_step=bool(done.step))),
            group="write",
        )

    def look(self, path: str) -> None:
        """Show a picture large."""
        from notekeep.tui.screens.picture import PictureScreen

        screen = self._screen
        screen.app.push_screen(PictureScreen(screen.vault, path, draws=self._draws_pictures()))

    def copied(self) -> Copied | None:
        """Return what is chosen in the text, as it goes onto the clipboard; None when nothing is.

        Of a quote its source goes along.
        """
        from notekeep.tui.copying import copied

        rendering, chosen = self._preview.rendering, self._preview.chosen
        return copied(rendering, chosen) if rendering is not None and chosen is not None else None

    def _cannot(self, error: NotekeepError) -> None:
        from notekeep.tui.render.stripped import error_lines

        self._preview.say([], *error_lines(error, self._preview.text_width))


def _is_same(row: Row | None, other: Row | None) -> bool:
    return row is not None and other is not None and row.path == other.path


def read_note(
    vault: Vault, row: Row, width: int, glyphs: Glyphs, toggled: set[str], *, draws_pictures: bool
) -> Rendering:
    """Read a note and draw its beginning; touches no widget, so that a thread may do it.

    Args:
        vault: The vault.
        row: The note.
        width: How many cells a line may take.
        glyphs: The characters to draw with.
        toggled: Its folds that are not as they were written.
        draws_pictures: Whether the terminal can show pictures in colour.

    Raises:
        NotekeepError: It is gone, or cannot be read.
    """
    from notekeep.tui.render.foot import Foot
    from notekeep.tui.render.rendering import Rendering
    from notekeep.tui.surroundings import around_of

    note, path = vault.read_known(row), row.path
    catalog = vault.catalog
    outline = [head for head in catalog.headings(path) if head[1:] != (1, note.title)]
    foot = Foot(catalog.links(path), catalog.backlinks(path), outline)
    around = around_of(vault, note, toggled, draws_pictures=draws_pictures)
    rendering = Rendering(note, width, glyphs, around, foot)
    rendering.draw_first(FIRST_LINES)
    return rendering
