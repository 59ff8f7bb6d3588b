"""Where the person left: written when the interface ends, read when it starts.

It lies in the state folder of the vault, never in the vault, and losing it costs nothing.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from notekeep import kept

if TYPE_CHECKING:
    from datetime import date

FILE = "place.json"
TODAY, BROWSE, HABITS, PUBLISH = "today", "browse", "habits", "publish"
LIST, GRID = "list", "grid"
SCREENS = (TODAY, BROWSE, HABITS, PUBLISH)


@dataclass(slots=True)
class Place:
    """Where the person was.

    Attributes:
        day: The day of it, as ISO text.
        screen: One of SCREENS.
        note: The note under the cursor of the list, or "".
        theme: The theme that was chosen in the interface, or "".
        view: How Browse shows notes: LIST or GRID.
        capture: Where the last thought was written down; one of `capturing.PLACES`, or "".
        used: Ids of the actions that were chosen by name, the last one first, between blanks.
    """

    day: str = ""
    screen: str = BROWSE
    note: str = ""
    theme: str = ""
    view: str = LIST
    capture: str = ""
    used: str = ""

    def opens_with(self, today: date) -> str:
        """Return the screen to open: where the person left, and Today first on a new day."""
        if self.day != today.isoformat() or self.screen not in SCREENS:
            return TODAY
        return self.screen


def load(folder: str) -> Place:
    """Read the place from a state folder; what cannot be read is the first start again."""
    try:
        with open(os.path.join(folder, FILE), encoding="utf-8") as file:
            found: Any = json.load(file)
    except (OSError, ValueError):
        return Place()
    if not isinstance(found, dict):
        return Place()
    names = {one.name for one in fields(Place)}
    return Place(
        **{name: value for name, value in found.items() if name in names and isinstance(value, str)}
    )


def save(folder: str, place: Place) -> None:
    """Write the place; a disk that does not let us is no reason to disturb anyone."""
    try:
        kept.make_folder(folder)
        kept.write(folder, FILE, json.dumps(asdict(place)).encode())
    except OSError:
        return
