"""How much a test tries: little while one works, all of it before a change goes in."""

from __future__ import annotations

import os
from typing import Final

FULL: Final = os.environ.get("NOTEKEEP_SIZE") == "full"
"""Whether all is tried, as `make check` asks."""


def sized(quick: int, full: int) -> int:
    """Give how many to try in this run."""
    return full if FULL else quick
