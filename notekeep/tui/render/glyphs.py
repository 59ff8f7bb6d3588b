"""The characters the interface draws with: one set for Unicode terminals, one for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Glyphs(NamedTuple):
    """One character (of one cell) for each thing that is drawn, those of Unicode unless given."""

    ellipsis: str = "…"
    cursor: str = "▌"
    quote: str = "▎"
    rule: str = "─"
    column: str = "│"
    crossing: str = "┼"
    bullets: tuple[str, ...] = ("•", "◦", "▪")  # the marks of list items, by depth, used in turn
    task_open: str = "☐"
    task_done: str = "☑"
    star: str = "★"
    half_star: str = "½"
    no_star: str = "☆"
    image: str = "▣"
    open: str = "▾"
    closed: str = "▸"
    warning: str = "⚠"
    private: str = "⊘"
    marked: str = "◆"
    full: str = "█"
    empty: str = "░"
    dot: str = "·"
    hollow: str = "▫"
    arrow: str = "→"
    up: str = "↑"
    down: str = "↓"
    before: str = "◂"
    after: str = "▸"
    # Five shades for a heatmap, from nothing to more than asked.
    levels: tuple[str, str, str, str, str] = ("·", "░", "▒", "▓", "█")
    bars: str = "▁▂▃▄▅▆▇█"  # eight heights of a bar, from low to full
    best: float = 5  # the best rating of the vault, which is drawn as five stars

    @property
    def is_ascii(self) -> bool:
        """Whether the terminal shows plain characters only."""
        return self.star.isascii()


UNICODE = Glyphs()
ASCII_GLYPHS = Glyphs(
    ellipsis="~",
    cursor=">",
    quote="|",
    rule="-",
    column="|",
    crossing="+",
    bullets=("-", "*", "+"),
    task_open="o",
    task_done="x",
    star="*",
    half_star="+",
    no_star="-",
    image="#",
    open="v",
    closed=">",
    warning="!",
    private="x",
    marked="*",
    full="#",
    empty="-",
    dot="-",
    hollow="o",
    arrow=">",
    up="^",
    down="v",
    before="<",
    after=">",
    levels=(".", "-", "+", "x", "#"),
    bars="_.-:=+*#",
)


def choose_glyphs(setting: str, environment: Mapping[str, str], best: float = 5) -> Glyphs:
    """Return the set asked for ("unicode" or "ascii"), else the one the locale can show."""
    is_plain = setting == "ascii"
    if setting not in {"ascii", "unicode"}:
        names = ("LC_ALL", "LC_CTYPE", "LANG")
        locale = next((environment[name] for name in names if environment.get(name)), "")
        encoding = locale.partition(".")[2].partition("@")[0].lower().replace("-", "")
        # A locale that names no encoding, such as de_DE, says nothing; C and POSIX mean ASCII.
        is_named = encoding not in {"", "utf8"} or locale in {"C", "POSIX"}
        is_plain = is_named or environment.get("TERM") == "linux"
    return (ASCII_GLYPHS if is_plain else UNICODE)._replace(best=best)
