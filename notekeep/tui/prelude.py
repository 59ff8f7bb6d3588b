"""Shows the last frame of the last session until Textual is imported.

Importing Textual takes most of the start-up time. So the last frame is saved on exit and shown
at the next start, if the same screen opens at the same size on the same day. The real frame
replaces it. Keys typed in the meantime wait in the terminal. This module does not import Textual.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from notekeep import cache_files

if TYPE_CHECKING:
    from textual.screen import Screen

FILE = "frame.json"
ENTER = "\x1b[?1049h\x1b[?25l\x1b[H"
TESTED = ("xterm", "screen", "tmux")  # prefixes of tested TERM values
LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"


_COLOURS = ("TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM")


def frame_key(
    day: str, screen: str, theme: str, size: tuple[int, int], env: Mapping[str, str]
) -> list[str | int]:
    """Return the values that must be unchanged for the frame to be shown again."""
    colours = "\n".join([theme, *(f"{name}={env.get(name)}" for name in _COLOURS)])
    return [day, screen, *size, colours]


def frame_of(screen: Screen[Any]) -> str:
    """Return the content of a screen as terminal output."""
    frame: Any = screen._compositor.render_update(full=True)  # noqa: SLF001 - no public name
    shown: str = frame.render_segments(screen.app.console)
    return shown


def save_frame(folder: str, key: list[str | int], frame: str) -> None:
    """Save a frame in a cache folder; pass "" if the next start will look different."""
    cache_files.store_state(folder, FILE, {"key": key, "frame": frame})


def load_frame(folder: str, key: list[str | int]) -> str | None:
    """Return the saved frame if its key is the same, or None."""
    found = cache_files.load_state(folder, FILE)
    frame = found.get("frame") if found.get("key") == key else None
    return frame if frame and isinstance(frame, str) else None


@contextlib.contextmanager
def show_last_frame(
    folder: str, key: list[str | int], *, is_enabled: bool | None
) -> Iterator[None]:
    """Show the saved frame while the app starts; restore the terminal afterwards."""
    frame = load_frame(folder, key) if can_paint(os.environ, is_enabled=is_enabled) else None
    if frame is None or sys.platform == "win32":
        yield
        return
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        # Keys must wait unchanged: no echo, no line mode, no translation of enter, and no flow
        # control by ctrl+q. ctrl+c still ends the program.
        raw = list(before)
        raw[0] &= ~(termios.IXON | termios.ICRNL | termios.INLCR)
        raw[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(terminal, termios.TCSANOW, raw)
        _write(ENTER + frame)
        yield
    finally:
        # Textual restores the raw state in which it found the terminal, so undo that state here.
        _write(LEAVE)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def can_paint(env: Mapping[str, str], *, is_enabled: bool | None = None) -> bool:
    """Return whether to paint: on a tested terminal, or on any terminal if the setting is on."""
    kind = env.get("TERM", "dumb")
    if sys.platform == "win32" or kind == "dumb":
        return False
    if is_enabled is False or env.get("NOTEKEEP_NO_PRELUDE"):
        return False
    if is_enabled is None and not kind.startswith(TESTED):
        return False
    return sys.stdin.isatty() and sys.stdout.isatty()


def _write(text: str) -> None:
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), text.encode("utf-8", "replace"))
