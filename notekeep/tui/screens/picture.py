"""A picture as large as the screen allows."""

from __future__ import annotations

from functools import partial

from textual import events
from textual.app import ComposeResult

from notekeep.errors import NotekeepError
from notekeep.markdown.sanitize import clean_line
from notekeep.services.media import VaultPicture
from notekeep.tui import external_programs
from notekeep.tui.dialogs.dialog import Dialog, TextLines, hints
from notekeep.tui.keyboard import bindings
from notekeep.tui.page.page_lines import Picture
from notekeep.tui.widgets.pictures import PictureView
from notekeep.tui.workers import in_background, show_message


class PictureScreen(Dialog[None]):
    """One picture, over the screen where it was selected."""

    BINDINGS = bindings("picture")
    CSS_PATH = "picture.tcss"

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._file_name = clean_line(path.rpartition("/")[2])

    def compose(self) -> ComposeResult:
        self._heading = TextLines(self._file_name, "title")
        yield self._heading

    def on_mount(self) -> None:
        load = partial(self.vault.media.picture, f"/{self._path}", "")
        self.load("picture", load, self._show)

    def show_problem(self, error: NotekeepError) -> None:
        self.dismiss(None)
        super().show_problem(error)

    def _show(self, found: VaultPicture) -> None:
        size = f"{found.width} × {found.height}"  # noqa: RUF001 - multiplication sign
        self._heading.show_text(f"{self._file_name} · {size}", "title")
        view = PictureView(Picture(*found))
        view.border_subtitle = hints(("o", "open in system viewer"), ("esc", "back"))
        self.mount(view)
        view.focus()

    def action_open_picture(self) -> None:
        in_background(
            self,
            lambda: external_programs.open_file(self.vault.media.picture_path(self._path)),
            lambda _: show_message(self, "Opened in the system viewer"),
            group="viewer",
        )

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.dismiss(None)
