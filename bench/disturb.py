"""Changes notes in batches, like another program: `python -m bench.disturb VAULT FILES`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

SECONDS = 20.0
BATCH = 50


def disturb(root: Path, files: int) -> None:
    """Append a line to `files` notes over `SECONDS` seconds."""
    notes = sorted(path for path in root.rglob("*.md") if "/." not in str(path))
    notes = [path for path in notes if "habits" not in path.parts][:files]
    for number, path in enumerate(notes):
        with path.open("ab") as file:
            file.write(b"\nchanged by another program\n")
        if number % BATCH == BATCH - 1:
            time.sleep(SECONDS * BATCH / files)


if __name__ == "__main__":
    disturb(Path(sys.argv[1]), int(sys.argv[2]))
