"""Another program that changes notes, some at a time: `python -m bench.disturb VAULT FILES`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

SECONDS = 20.0
FLUSH_NOW = 50


def disturb(root: Path, files: int) -> None:
    """Add a line to so many notes, over some seconds."""
    notes = sorted(path for path in root.rglob("*.md") if "/." not in str(path))
    notes = [path for path in notes if "habits" not in path.parts][:files]
    for number, path in enumerate(notes):
        with path.open("ab") as file:
            file.write(b"\nchanged by another program\n")
        if number % FLUSH_NOW == FLUSH_NOW - 1:
            time.sleep(SECONDS * FLUSH_NOW / files)


if __name__ == "__main__":
    disturb(Path(sys.argv[1]), int(sys.argv[2]))
