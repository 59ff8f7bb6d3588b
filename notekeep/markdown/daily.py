"""How daily notes are named and where they lie: from a day to a path, and back."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

USUAL: Final = "%Y-%m-%d"
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Daily:
    """How a vault names its daily notes.

    Attributes:
        folder: Where they lie; "" for the vault itself.
        form: Their names as strftime writes them.
        moment: Their names as Obsidian writes them, which goes before `form`; "" for none.
        week_start: The day that weeks begin with, 0 for Monday.
    """

    folder: str = "daily"
    form: str = USUAL
    moment: str = ""
    week_start: int = 0

    @property
    def depth(self) -> int:
        """How many parts a name has, its folders counted."""
        return (self.moment or self.form).count("/") + 1

    def name(self, day: dt.date) -> str:
        """What the note of a day is called, with the folders that its name makes."""
        if not self.moment:
            return day.strftime(self.form)
        from notekeep.moment import day_named

        return day_named(day, self.moment, self.week_start)

    def day_named(self, name: str) -> dt.date | None:
        """The day whose note is called so; None for any other name."""
        if self.moment:
            from notekeep.moment import day_of

            return day_of(name, self.moment, self.week_start)
        if self.form == USUAL and _ISO_DAY.fullmatch(name):
            return _day(name)
        try:
            return dt.datetime.strptime(name, self.form).date()  # noqa: DTZ007 - a day, no moment
        except ValueError:
            return None

    def day_at(self, path: str) -> dt.date | None:
        """The day that the note at a path is about; None for one that is no daily note's."""
        folder = f"{self.folder}/" if self.folder else ""
        if not path.casefold().startswith(folder.casefold()) or not path.endswith(".md"):
            return None
        return self.day_named(path[len(folder) : -len(".md")])


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
