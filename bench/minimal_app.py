"""A minimal Textual app, the peer of the interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult

TEXT = "nothing but this"


class Minimal(App[None]):
    """An app that shows one line of text."""

    def compose(self) -> ComposeResult:
        """Create the line."""
        yield Static(TEXT)


if __name__ == "__main__":
    Minimal().run()
