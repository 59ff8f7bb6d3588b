"""`python -m notekeep`, and what the commands `notekeep` and `nk` run."""

from __future__ import annotations

import gc
import sys

FEW_COLLECTIONS = 100_000
"""A start makes tens of thousands of objects that all stay; looking through them finds nothing."""


def collect_seldom() -> None:
    """Look for objects that nothing uses any more as seldom as a start wants it."""
    gc.set_threshold(FEW_COLLECTIONS, 50, 50)


def run() -> None:
    """Run the command line and leave with its exit code."""
    collect_seldom()
    from notekeep.cli.main import main

    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
