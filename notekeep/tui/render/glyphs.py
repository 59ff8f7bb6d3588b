"""The characters that the interface uses: one Unicode set and one ASCII set."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from rich.cells import cell_len

KINDS = ("book", "podcast", "daily", "habit", "post", "person", "note")


def _signs(signs: str) -> Mapping[str, str]:
    return MappingProxyType(dict(zip(KINDS, signs, strict=True)))


class Glyphs(NamedTuple):
    """One single-cell character for each purpose; the defaults are the Unicode set."""

    ellipsis: str = "…"
    cursor: str = "▌"
    edge: str = "▔"  # above the focused pane
    thumb: str = "▐"  # of a scrollbar
    band: tuple[str, str] = ("▄", "▀")  # above and below the title of a note
    quote: str = "▎"
    rule: str = "─"
    column: str = "│"
    crossing: str = "┼"
    bullets: tuple[str, ...] = ("•", "◦", "▸")  # cycled by the depth of the list
    task_open: str = "□"
    task_done: str = "✓"
    repeats: str = "↻"
    star: str = "★"
    half_star: str = "½"
    no_star: str = "·"
    image: str = "▣"
    open: str = "▾"
    closed: str = "▸"
    warning: str = "!"
    private: str = "⊘"
    marked: str = "●"
    full: str = "━"  # a progress bar: a full cell, half a cell, the rest
    half_full: str = "╸"
    empty: str = "─"
    dot: str = "·"
    error: str = "✗"
    missed: str = "✗"  # a day of a habit, like `skipped`
    skipped: str = "–"  # noqa: RUF001 - an en dash
    arrow: str = "→"
    up: str = "↑"
    down: str = "↓"
    before: str = "◂"
    after: str = "▸"
    # The levels 0 to 4 of a habit's day, in a year and in week tiles. Only their colours differ;
    # see `without_shades`.
    levels: str = "█████"
    tiles: str = "▆▆▆▆▆"
    bars: str = "▁▂▃▄▅▆▇█"  # eight heights of a bar, from low to full
    kinds: Mapping[str, str] = _signs("≡♪☼∞¶@·")
    best: float = 5  # the best rating of the vault: five stars
    draws_pictures: bool = False  # whether the terminal can show pictures as half blocks

    @property
    def is_ascii(self) -> bool:
        return self.star.isascii()


UNICODE = Glyphs()
ASCII_GLYPHS = Glyphs(
    ellipsis="~",
    cursor=">",
    edge="=",
    thumb="#",
    band=("", "-"),
    quote="|",
    rule="-",
    column="|",
    crossing="+",
    bullets=("-", "*", "+"),
    task_open="o",
    task_done="x",
    repeats="r",
    star="*",
    half_star="+",
    no_star=".",
    image="#",
    open="v",
    closed=">",
    warning="!",
    private="%",
    marked="*",
    full="=",
    half_full="=",
    empty="-",
    dot=".",
    kinds=_signs("bcdhp@."),
    error="X",
    missed="X",
    skipped="-",
    arrow=">",
    up="^",
    down="v",
    before="<",
    after=">",
    levels=" 1234",
    tiles=" 1234",
    bars="_.-:=+*#",
)


def without_shades(glyphs: Glyphs) -> Glyphs:
    """Return glyphs for terminals without colours: days differ in shape, titles have a rule."""
    if glyphs.is_ascii:
        return glyphs
    return glyphs._replace(levels=" ░▒▓█", tiles=" ▂▄▆█", band=("", glyphs.rule))


def choose_glyphs(
    setting: str,
    environment: Mapping[str, str],
    best: float = 5,
    signs: Mapping[str, str] = MappingProxyType({}),
) -> Glyphs:
    """Return the set for the setting ("unicode" or "ascii"), or else for the locale.

    `signs` are the signs of custom kinds; signs that the terminal cannot show are ignored.
    """
    is_plain = setting == "ascii"
    if setting not in {"ascii", "unicode"}:
        names = ("LC_ALL", "LC_CTYPE", "LANG")
        locale = next((environment[name] for name in names if environment.get(name)), "")
        encoding = locale.partition(".")[2].partition("@")[0].lower().replace("-", "")
        # A locale without an encoding, such as de_DE, may be UTF-8; C and POSIX are ASCII.
        is_named = encoding not in {"", "utf8"} or locale in {"C", "POSIX"}
        is_plain = is_named or environment.get("TERM") == "linux"
    chosen = ASCII_GLYPHS if is_plain else UNICODE
    shown = {
        kind: sign
        for kind, sign in signs.items()
        if cell_len(sign) == 1 and (sign.isascii() or not is_plain)
    }
    return chosen._replace(best=best, kinds={**chosen.kinds, **shown})
