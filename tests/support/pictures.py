"""Pictures of the interface for the manual: screens as SVG that load nothing, still or moving."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_FONT_FACE = re.compile(r"\s*@font-face \{.*?\n    \}", re.DOTALL)
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


def standing_alone(drawn: str) -> str:
    """Take out of a picture what would be fetched from elsewhere to show it: its fonts."""
    return _FONT_FACE.sub("", drawn)


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
        groups.append(f'<g class="scene scene-{number}">\n{standing_alone(scene.drawn)}\n</g>')
        begun += scene.seconds
    style = "\n".join([*styles, f"{still} }}"])
    return (
        f'<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">\n'
        f"<style>\n{style}\n</style>\n" + "\n".join(groups) + "\n</svg>\n"
    )
