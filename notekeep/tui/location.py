"""The place where the user quit, restored at the next start, and the back-forward list."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import NamedTuple

from notekeep import cache_files

PLACE_FILE = "place.json"
TODAY_SCREEN, BROWSE_SCREEN, HABITS_SCREEN, PUBLISH_SCREEN = "today", "browse", "habits", "publish"
LIST_VIEW, GRID_VIEW = "list", "grid"
SCREENS = (TODAY_SCREEN, BROWSE_SCREEN, HABITS_SCREEN, PUBLISH_SCREEN)

MAX_SEARCHES = 50
"""The number of searches to remember."""


@dataclass
class LastPlace:
    """The place where the user quit, saved in the state folder and not in the vault."""

    day: str = ""
    screen: str = BROWSE_SCREEN
    note: str = ""  # the note at the cursor of the list
    theme: str = ""  # the theme chosen in the app
    view: str = LIST_VIEW
    capture: str = ""  # the last target of a quick note, one of CAPTURE_TARGETS
    searches: str = ""  # the last searches, newest first, one per line
    used: str = ""  # IDs of actions run from the palette, newest first, separated by spaces

    def remember_search(self, query: str) -> None:
        """Add a search to the front of the last searches."""
        query = " ".join(query.split())
        others = [other for other in self.searches.split("\n") if other not in ("", query)]
        self.searches = "\n".join([query, *others][:MAX_SEARCHES])

    def screen_to_open(self, today: date) -> str:
        """Return the screen to open: the last screen, or Today on a new day."""
        if self.day != today.isoformat() or self.screen not in SCREENS:
            return TODAY_SCREEN
        return self.screen


def load_place(folder: str) -> LastPlace:
    """Read the place from a state folder; return the default if it cannot be read."""
    found = cache_files.load_state(folder, PLACE_FILE)
    names = {field.name for field in fields(LastPlace)}
    return LastPlace(
        **{name: value for name, value in found.items() if name in names and isinstance(value, str)}
    )


def save_place(folder: str, place: LastPlace) -> None:
    """Write the place to a state folder."""
    cache_files.store_state(folder, PLACE_FILE, asdict(place))


class ListState(NamedTuple):
    """The scope and the search of a list."""

    scope: str = ""  # the query that limits the list
    name: str = ""  # the name of the scope
    typed: str = ""  # the text in the search box


class NoteLocation(NamedTuple):
    """An opened note, the list next to it, and the cursor line in that list."""

    path: str
    list_state: ListState
    line: int


class NoteHistory:
    """The back-forward list and the current position in it."""

    def __init__(self) -> None:
        self._locations: list[NoteLocation] = []
        self._at = -1

    def visit(self, location: NoteLocation) -> None:
        """Add a note and its list as a new entry, and drop the forward entries."""
        if self._at < 0 or self._locations[self._at][:2] != location[:2]:
            del self._locations[self._at + 1 :]
            self._locations.append(location)
            self._at += 1

    def update(self, location: NoteLocation) -> None:
        """Update the list of the current entry if it is for the same note."""
        if self._at >= 0 and self._locations[self._at].path == location.path:
            self._locations[self._at] = location

    def go(self, steps: int) -> NoteLocation | None:
        """Go forward, or back if `steps` is negative; return None at the ends."""
        if not 0 <= self._at + steps < len(self._locations):
            return None
        self._at += steps
        return self._locations[self._at]
