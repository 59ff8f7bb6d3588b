"""Where one is: the place kept from one start to the next, and the way from note to note."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import NamedTuple

from notekeep import cache_files

PLACE_FILE = "place.json"
TODAY_SCREEN, BROWSE_SCREEN, HABITS_SCREEN, PUBLISH_SCREEN = "today", "browse", "habits", "publish"
LIST_VIEW, GRID_VIEW = "list", "grid"
SCREENS = (TODAY_SCREEN, BROWSE_SCREEN, HABITS_SCREEN, PUBLISH_SCREEN)


@dataclass
class LastPlace:
    """Where the person was: written when the interface ends, read when it starts.

    It lies in the state folder of the vault, never in the vault, and losing it costs nothing.
    """

    day: str = ""
    screen: str = BROWSE_SCREEN
    note: str = ""  # the note under the cursor of the list, or ""
    theme: str = ""  # the theme that was chosen in the interface, or ""
    view: str = LIST_VIEW
    capture: str = ""  # where the last thought was written down; one of CAPTURE_TARGETS, or ""
    used: str = ""
    """Ids of the actions that were chosen by name, the last one first, between blanks."""

    def screen_to_open(self, today: date) -> str:
        """Return the screen to open: where the person left, and Today first on a new day."""
        if self.day != today.isoformat() or self.screen not in SCREENS:
            return TODAY_SCREEN
        return self.screen


def load_place(folder: str) -> LastPlace:
    """Read the place from a state folder; what cannot be read is the first start again."""
    found = cache_files.kept_state(folder, PLACE_FILE)
    names = {one.name for one in fields(LastPlace)}
    return LastPlace(
        **{name: value for name, value in found.items() if name in names and isinstance(value, str)}
    )


def save_place(folder: str, place: LastPlace) -> None:
    """Write the place into a state folder."""
    cache_files.keep_state(folder, PLACE_FILE, asdict(place))


class ListState(NamedTuple):
    """What a list shows: what it is limited to, what that is called, what is searched in it."""

    scope: str = ""
    name: str = ""
    typed: str = ""


class NoteLocation(NamedTuple):
    """A note that was opened, what was listed beside it last, and the line of its cursor there."""

    path: str
    asked: ListState
    line: int


class NoteHistory:
    """The notes that were opened, to go back along and on again, and where one is by now."""

    def __init__(self) -> None:
        self._locations: list[NoteLocation] = []
        self._at = -1

    def visit(self, location: NoteLocation) -> None:
        """Go on to a note, or to another list beside it; the ways that led on are forgotten."""
        if self._at < 0 or self._locations[self._at][:2] != location[:2]:
            del self._locations[self._at + 1 :]
            self._locations.append(location)
            self._at += 1

    def update(self, location: NoteLocation) -> None:
        """Keep the list beside the note that is left, if the way leads over it."""
        if self._at >= 0 and self._locations[self._at].path == location.path:
            self._locations[self._at] = location

    def go(self, steps: int) -> NoteLocation | None:
        """Go along the way, back where `steps` is negative; None at its ends."""
        if not 0 <= self._at + steps < len(self._locations):
            return None
        self._at += steps
        return self._locations[self._at]
