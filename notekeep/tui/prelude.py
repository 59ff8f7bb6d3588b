"""The last frame, painted before Textual is imported.

Importing Textual takes most of the time from a key to a frame. So the frame that was on the screen
when the person left is kept, and shown again at once when the same screen will open at the same
size on the same day; the real frame then takes its place. Keys typed meanwhile wait in the
terminal. Nothing here imports Textual.
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
TRIED = ("xterm", "screen", "tmux")
"""How the names of terminals begin in which it was seen to do no harm."""
LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"


_COLOURS = ("TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM")


def frame_key(
    day: str, screen: str, theme: str, size: tuple[int, int], env: Mapping[str, str]
) -> list[str | int]:
    """Return what must be the same for a frame to be shown again."""
    colours = "\n".join([theme, *(f"{name}={env.get(name)}" for name in _COLOURS)])
    return [day, screen, *size, colours]


def frame_of(screen: Screen[Any]) -> str:
    """Return what a screen shows, as the terminal would get it."""
    # The compositor has no public way to give its frame.
    frame: Any = screen._compositor.render_update(full=True)  # noqa: SLF001 - see above
    shown: str = frame.render_segments(screen.app.console)
    return shown


def save_frame(folder: str, key: list[str | int], frame: str) -> None:
    """Keep a frame in a cache folder."""
    cache_files.keep_state(folder, FILE, {"key": key, "frame": frame})


def forget_frame(folder: str) -> None:
    """Drop the frame: what will open is not what was seen last."""
    with contextlib.suppress(OSError):
        os.unlink(os.path.join(folder, FILE))


def load_frame(folder: str, key: list[str | int]) -> str | None:
    """Return the frame that was kept, if it looks as what will open."""
    found = cache_files.kept_state(folder, FILE)
    frame = found.get("frame") if found.get("key") == key else None
    return frame if isinstance(frame, str) else None


@contextlib.contextmanager
def show_last_frame(folder: str, key: list[str | int], *, wanted: bool | None) -> Iterator[None]:
    """Show the kept frame while the interface starts; leave the terminal as it was afterwards."""
    frame = load_frame(folder, key) if can_paint(os.environ, wanted=wanted) else None
    if frame is None or sys.platform == "win32":
        yield
        return
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        # Keys wait unseen, each as it was pressed: nothing is echoed over the frame, no line is
        # waited for, enter stays enter, ctrl+q is no sign of flow control. ctrl+c ends the program.
        quiet = list(before)
        quiet[0] &= ~(termios.IXON | termios.ICRNL | termios.INLCR)
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(terminal, termios.TCSANOW, quiet)
        _write(ENTER + frame)
        yield
    finally:
        # The interface found the terminal as it was left here, so it cannot restore more.
        _write(LEAVE)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def can_paint(env: Mapping[str, str], *, wanted: bool | None = None) -> bool:
    """Tell whether there is a terminal to paint on, of a kind where that was tried or is wanted."""
    kind = env.get("TERM", "dumb")
    if sys.platform == "win32" or kind == "dumb":
        return False
    if wanted is False or env.get("NOTEKEEP_NO_PRELUDE"):
        return False
    if wanted is None and not kind.startswith(TRIED):
        return False
    return sys.stdin.isatty() and sys.stdout.isatty()


def _write(text: str) -> None:
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), text.encode("utf-8", "replace"))
