"""Whether a terminal shows pictures in its own pixels, and the widget that does it there.

textual-image, where the person has installed it, draws them. It asks the terminal what it can do
when it is imported and waits a tenth of a second, which a terminal on another machine does not keep
to: its late answer would be taken for keys. So we ask, and wait for the one answer that comes last.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from textual.app import SuspendNotSupported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

Can: TypeAlias = Literal["sixel", "kitty", ""]
"""How a terminal shows pictures: as sixels, by kitty's protocol, or not at all."""

SECONDS = 2.0
"""How long a terminal may take to answer. Nearly all answer at once; no other is asked twice."""

# Who are you: every terminal answers this, and a 4 among its numbers are sixels.
_WHO = "\x1b[c"
_WHO_ANSWER = re.compile(r"\x1b\[\?([0-9;]*)c")
# May I send a picture of one pixel (https://sw.kovidgoyal.net/kitty/graphics-protocol/)?
_MAY_I = "\x1b_Gi=4207,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_YOU_MAY = "\x1b_Gi=4207;OK\x1b\\"

_known: dict[str, type[Any] | None] = {}


def pixel_widget(app: App[Any]) -> type[Any] | None:
    """Return the widget that shows a picture in pixels, or None where the terminal cannot.

    The terminal is asked the first time, while nobody else reads from it.
    """
    if "widget" not in _known:
        if app.is_headless or find_spec("textual_image") is None:
            return None
        try:
            with app.suspend():
                _known["widget"] = _find()
        except SuspendNotSupported:
            return None
    return _known["widget"]


def _find() -> type[Any] | None:
    # What a terminal does not answer is no news: without this, the log writes it there.
    logging.getLogger("textual_image").addHandler(logging.NullHandler())
    if sys.platform == "win32":
        from textual_image import renderable, widget

        can = renderable.Image in (renderable.SixelImage, renderable.TGPImage)
        return widget.Image if can else None
    can = ask(os.environ)
    if not can:
        return None
    stdout = sys.__stdout__
    try:
        # Without a terminal it asks nothing.
        sys.__stdout__ = None  # type: ignore[misc]
        import textual_image.renderable  # noqa: F401
    finally:
        sys.__stdout__ = stdout  # type: ignore[misc]
    from textual_image import widget

    # It asks how large a cell is where the system does not say; that answer, too, is waited for.
    ask(os.environ)
    return widget.SixelImage if can == "sixel" else widget.TGPImage


def ask(environment: Mapping[str, str]) -> Can:
    """Ask the terminal how it shows pictures, and wait until it has answered everything.

    Args:
        environment: Says whether it is one within tmux or screen, which know nothing of kitty.

    Returns:
        How; "" where it does not answer within `SECONDS` either.
    """
    import termios
    import tty

    if sys.__stdin__ is None or sys.__stdout__ is None:
        return ""
    is_within = "TMUX" in environment or environment.get("TERM", "").startswith("screen")
    file = sys.__stdin__.fileno()
    before = termios.tcgetattr(file)
    try:
        tty.setcbreak(file, termios.TCSANOW)
        # Answers come in the order of the questions, and this one always comes.
        sys.__stdout__.write(_WHO if is_within else f"{_MAY_I}{_WHO}")
        sys.__stdout__.flush()
        answer = _answer(file)
    finally:
        termios.tcsetattr(file, termios.TCSANOW, before)
    who = _WHO_ANSWER.search(answer)
    # Some claim kitty's protocol without the part of it that text can be put over; they do sixels.
    if who is not None and "4" in who[1].split(";"):
        return "sixel"
    return "kitty" if who is not None and _YOU_MAY in answer else ""


def _answer(file: int) -> str:
    """Read until the terminal has said who it is, or the time is over."""
    from select import select

    answer, end = "", monotonic() + SECONDS
    while _WHO_ANSWER.search(answer) is None:
        ready, _, _ = select([file], [], [], max(0.0, end - monotonic()))
        if not ready:
            break
        answer += os.read(file, 1024).decode("latin-1")
    return answer
