"""Named moments of a save, so that a test can end the program at any of them.

Production code only says that it got there; what happens then is `reached`, which does nothing
unless a test puts something else in its place.
"""

from __future__ import annotations

POINTS = (
    "kept",  # the old bytes are in history
    "created",  # the temporary file is there, empty
    "written",  # it holds the new bytes
    "synced",  # it is on the disk
    "journaled",  # what a change of several files will do is on the disk
    "swapped",  # the note is the new file
    "checked",  # what came out was what was expected, or is kept as a conflict copy
    "settled",  # the folder is on the disk
    "logged",  # the step is in the log
    "done",  # nothing is left to clean up
)


def reached(point: str) -> None:
    """Say that a save got to a point.

    Args:
        point: One of `POINTS`.
    """
