"""What the text of a note needs that is not in it: pictures, notes shown in place, open folds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from notekeep.tui.render.pieces import PICTURE_LINK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.index.habit_year import HabitYear


class Picture(NamedTuple):
    """A picture of the vault.

    Attributes:
        path: Where it is, vault-relative.
        width: Its width in pixels, 0 when it is not shown.
        height: Its height in pixels.
        stamp: When it was changed last, in nanoseconds.
        problem: Why it is not shown, or "".
    """

    path: str
    width: int = 0
    height: int = 0
    stamp: int = 0
    problem: str = ""

    def link(self, row: int = 0, rows: int = 0, columns: int = 0) -> str:
        """Return the link of a part of it, or of all when no part is named."""
        return f"{PICTURE_LINK}{row}:{rows}:{columns}:{self.stamp}:{self.path}"


class Part(NamedTuple):
    """A row of a picture: which of how many, how wide, and of which picture."""

    row: int
    rows: int
    columns: int
    stamp: int
    path: str


def part_of(link: str) -> Part | None:
    """Read the link of a picture, or None when it is another."""
    if not link.startswith(PICTURE_LINK):
        return None
    row, rows, columns, stamp, path = link.removeprefix(PICTURE_LINK).split(":", 4)
    return Part(int(row), int(rows), int(columns), int(stamp), path)


class Embedded(NamedTuple):
    """A note, or a part of one, that is shown in place.

    Attributes:
        title: What it is called.
        link: What leads to it, as `[[path#heading]]`.
        text: Its text, "" when it is not shown.
        around: What that text needs in turn.
        problem: Why it is not shown, or "".
    """

    title: str
    link: str
    text: str
    around: Around
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a text.

    Attributes:
        pictures: Pictures by the target that the text gives.
        embeds: Notes shown in place, by target.
        years: Years of habits shown in place, by target.
        toggled: Keys of folds that are not as they were written; shared with who shows the text.
        is_live: Whether tasks can be ticked in it, as in no earlier version and no embed.
        draws_pictures: Whether pictures are drawn, and not only named.
    """

    pictures: Mapping[str, Picture] = field(default_factory=dict)
    embeds: Mapping[str, Embedded] = field(default_factory=dict)
    years: Mapping[str, HabitYear] = field(default_factory=dict)
    toggled: set[str] = field(default_factory=set)
    is_live: bool = False
    draws_pictures: bool = False

    @property
    def shows_any(self) -> bool:
        """Whether anything is shown in place."""
        return bool(self.pictures or self.embeds or self.years)


NOTHING = Around()
"""Around a text of which nothing is known."""
