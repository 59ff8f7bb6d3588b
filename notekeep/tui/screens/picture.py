"""A picture as large as the screen allows; where the terminal can, in its own pixels."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from notekeep.markdown.sanitize import clean_line
from notekeep.tui import external_programs
from notekeep.tui.dialogs.dialog import Dialog, TextLines
from notekeep.tui.keys import bindings
from notekeep.tui.page.drawn_lines import Picture
from notekeep.tui.widgets.bars import ActionButtons
from notekeep.tui.widgets.pictures import PictureView, pixel_widget
from notekeep.tui.workers import in_background, show_error, show_message

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget

    from notekeep.errors import NotekeepError
    from notekeep.services.media import VaultPicture
    from notekeep.vault import Vault

BUTTONS = (("open-picture", "opens it in the system's viewer"), ("dismiss", "back"))
MAX_PIXELS = 1200
"""The longer side of a picture that is handed to the terminal in its own pixels."""


class PictureScreen(Dialog[None]):
    """One picture over the screen it was chosen on."""

    BINDINGS = bindings("picture")
    CSS_PATH = "picture.tcss"

    def __init__(self, vault: Vault, path: str, *, draws: bool) -> None:
        super().__init__()
        self._vault, self._path, self._draws = vault, path, draws

    def compose(self) -> ComposeResult:
        self._heading = TextLines(self._called, "title")
        yield self._heading

    @property
    def _called(self) -> str:
        return clean_line(self._path.rpartition("/")[2])

    def on_mount(self) -> None:
        in_background(
            self,
            lambda: self._vault.media.picture(f"/{self._path}", ""),
            self._show,
            group="picture",
            failed=self._cannot,
        )

    def _cannot(self, error: NotekeepError) -> None:
        self.dismiss(None)
        show_error(self, error)

    def _show(self, found: VaultPicture) -> None:
        size = f"{found.width} × {found.height}"  # noqa: RUF001 - by
        self._heading.say(f"{self._called} · {size}", "title")
        picture = Picture(*found)
        kind = pixel_widget(self.app) if self._draws else None
        if kind is None:
            view = PictureView(picture, self._vault.media.pixels, draws=self._draws)
            self.mount_all([view, ActionButtons(*BUTTONS)])
            view.focus()
            return
        scale = min(1.0, MAX_PIXELS / max(found.width, found.height))
        width, height = max(1, int(found.width * scale)), max(1, int(found.height * scale))
        in_background(
            self,
            lambda: self._vault.media.pixels(found.path, width, height),
            partial(self._show_pixels, kind, (width, height)),
            group="picture",
            failed=self._cannot,
        )

    def _show_pixels(self, kind: type[Any], size: tuple[int, int], pixels: bytes) -> None:
        from PIL import Image

        widget: Widget = kind(Image.frombytes("RGBA", size, pixels), id="pixels")
        self.mount_all([widget, ActionButtons(*BUTTONS)])

    def action_open_picture(self) -> None:
        in_background(
            self,
            lambda: external_programs.open_file(self._vault.media.picture_place(self._path)),
            lambda _: show_message(self, "Opened in the system's viewer"),
            group="viewer",
        )

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.dismiss(None)
