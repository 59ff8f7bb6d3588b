"""Pictures of the interface: screens as text, or as SVG that load nothing, still or moving.

`NOTEKEEP_WRITE_PICTURES=1` writes them, to be looked at before they are committed.
"""

from __future__ import annotations

import asyncio
import difflib
import os
import re
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from rich.style import Style
from textual.widgets import Input, TextArea

from tests.support.screens import seen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.app import App
    from textual.geometry import Region
    from textual.pilot import Pilot

STILL = 10
"""So many drawings in a row that are the same, a tenth of a second apart, are the picture."""
ALIKE = 3
"""So many drawings in a row look like the picture, or it flickers."""
LIMIT = 30.0
"""Seconds after which a screen that does not look like its picture never will."""

_ID = re.compile(r"terminal-\d+")
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\n    \}", re.DOTALL)
_UNSEEN = re.compile(r'<rect [^>]*\bwidth="0"[^>]*/>')
"""What has no width: how many there are tells in which pieces the screen was painted before."""
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")


class Scene(NamedTuple):
    """A screen that is shown for a while.

    Attributes:
        drawn: The screen as SVG.
        seconds: How long it is shown.
    """

    drawn: str
    seconds: float


def picture_of(app: App[Any], name: str = "terminal") -> str:
    """Draw the screen; nothing is fetched from elsewhere to show it, and its ids begin as given."""
    for field in app.screen.query("Input, TextArea"):
        if isinstance(field, Input | TextArea):
            field.cursor_blink = False  # else it is on one drawing and not on the next
    drawn = app.export_screenshot(title="notekeep")
    return _UNSEEN.sub("", _ID.sub(name, _FONT_FACE.sub("", drawn)))


def text_of(app: App[Any], name: str = "") -> str:
    """Write the screen as text, under its size and what has the focus.

    Lines of what has the focus that are lit, as the row of a cursor is, begin with `>`.
    """
    del name
    focused = app.focused
    where = [f"{app.size.width} x {app.size.height}"]
    lit: set[int] = set()
    if focused is not None:
        where.append(f"focus: {type(focused).__name__}" + (f" #{focused.id}" * bool(focused.id)))
        lit = _lit(app, focused.region)
    if isinstance(focused, Input | TextArea):
        column, line = focused.cursor_screen_offset
        where.append(f"cursor: line {line + 1}, column {column + 1}")
        lit = set()
    lines = [f"{'>' if y in lit else ' '} {line}".rstrip() for y, line in enumerate(seen(app))]
    return "\n".join([", ".join(where), *lines]) + "\n"


def _lit(app: App[Any], region: Region) -> set[int]:
    """Lines of a region that are for the most part drawn on another background than most are."""
    strips = app.screen._compositor.render_strips()
    grounds = {}
    for y in range(region.y, min(region.bottom, len(strips))):
        cells: Counter[object] = Counter()
        for segment in strips[y].crop(region.x, region.right):
            style = segment.style or Style()
            cells[style.bgcolor, style.reverse] += segment.cell_length
        grounds[y] = cells.most_common(1)[0][0] if cells else None
    usual = Counter(grounds.values()).most_common(1)
    return {y for y, ground in grounds.items() if ground != usual[0][0]}


async def check_picture(
    app: App[Any], pilot: Pilot[Any], place: Path, name: str = "terminal"
) -> None:
    """Wait until the screen looks like the picture in a file: text, or SVG, colours included.

    When pictures are written, it is drawn as it is once it stays the same, and the test skipped.
    """
    draw = partial(text_of if place.suffix == ".txt" else picture_of, app, name)
    if is_written():
        write_picture(place, await settled(draw, pilot))
        pytest.skip("written, to be looked at")
    await like(draw, pilot, read_picture(place))


def write_picture(place: Path, drawn: str) -> None:
    """Write a picture, for the person who looks at it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(drawn, "utf-8")


def read_picture(place: Path) -> str:
    """Read a committed picture."""
    assert place.exists(), f"there is no {place.name} yet: run `make pictures`, and look at it"
    return place.read_text("utf-8")


async def like(draw: Callable[[], str], pilot: Pilot[Any], wanted: str) -> None:
    """Wait until the screen looks like a picture, and stays so."""
    wanted = _UNSEEN.sub("", wanted)
    end = asyncio.get_running_loop().time() + LIMIT
    alike = 0
    while alike < ALIKE:
        drawn = draw()
        alike = alike + 1 if drawn == wanted else 0
        if not alike and asyncio.get_running_loop().time() > end:
            raise AssertionError(f"it looks otherwise by now\n{told(wanted, drawn)}")
        await pilot.pause(0.05)


def is_written() -> bool:
    """Whether pictures are drawn anew rather than compared."""
    return bool(os.environ.get("NOTEKEEP_WRITE_PICTURES"))


async def settled(draw: Callable[[], str], pilot: Pilot[Any]) -> str:
    """Draw until nothing changes any more: a long note is laid out bit by bit."""
    drawn, same = "", 0
    while same < STILL:
        before, drawn = drawn, draw()
        same = same + 1 if drawn == before else 0
        await pilot.pause(0.1)
    return drawn


def told(wanted: str, drawn: str) -> str:
    """Tell in which lines two screens differ; SVGs of the same words differ in place or colour."""
    said = words if wanted.startswith("<svg") else str.splitlines
    lines = list(difflib.unified_diff(said(wanted), said(drawn), lineterm="", n=1))
    return "\n".join(lines) or "the words are the same"


def words(picture: str) -> list[str]:
    """What a picture says, in the order of its lines."""
    return [text for text in _TEXT.findall(picture) if text.strip("\u00a0 &#160;")]


def moving(scenes: Sequence[Scene]) -> str:
    """Join pictures of one size into one that shows them in turn, by styles and without a script.

    Who asked their system for less motion sees the first scene alone.
    """
    sizes = {size.groups() for scene in scenes if (size := _SIZE.search(scene.drawn))}
    ((width, height),) = sizes
    total = sum(scene.seconds for scene in scenes)
    styles = [".scene { visibility: hidden; }", ".scene-0 { visibility: visible; }"]
    groups = []
    begun = 0.0
    still = "@media (prefers-reduced-motion: no-preference) {"
    for number, scene in enumerate(scenes):
        first, last = 100 * begun / total, 100 * (begun + scene.seconds) / total
        styles.append(
            f"@keyframes scene-{number} {{ 0% {{ visibility: hidden; }} "
            f"{first:.3f}% {{ visibility: visible; }} {last:.3f}% {{ visibility: hidden; }} "
            "100% { visibility: hidden; } }"
            if number
            else f"@keyframes scene-0 {{ 0% {{ visibility: visible; }} "
            f"{last:.3f}% {{ visibility: hidden; }} 100% {{ visibility: hidden; }} }}"
        )
        still += f" .scene-{number} {{ animation: scene-{number} {total:g}s step-end infinite; }}"
        groups.append(f'<g class="scene scene-{number}">\n{scene.drawn}\n</g>')
        begun += scene.seconds
    style = "\n".join([*styles, f"{still} }}"])
    return (
        f'<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">\n'
        f"<style>\n{style}\n</style>\n" + "\n".join(groups) + "\n</svg>\n"
    )


def scenes_of(picture: str) -> list[str]:
    """Take apart what `moving` joined."""
    return re.findall(
        r'<g class="scene scene-\d+">\n(.*?)\n</g>\n(?=<g class="scene|</svg>)', picture, re.DOTALL
    )
