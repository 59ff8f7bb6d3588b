"""Two imports of the same 20,000 Kindle highlights in 300 books.

The file is generated from a seed. The first import reads it, plans the notes and writes them as one
step with history; the second reads the file, the notes and the import log, and finds nothing new.
"""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

from bench import measure
from bench.table import Line

if TYPE_CHECKING:
    from pathlib import Path

    from bench.ground import Ground

BOOKS = 300
PASSAGES = 20_000
FIRST, SECOND = 400.0, 250.0
"""The budget of each import, in starts of Python."""


def bench(ground: Ground) -> list[Line]:
    """Time both imports, in P of CPU."""
    os.environ.update(ground.env)
    from notekeep.vault import Vault

    root = ground.folder / "import-vault"
    (root / ".notekeep").mkdir(parents=True)
    clippings = ground.folder / "My Clippings.txt"
    write_clippings(clippings, random.Random(1))
    vault = Vault.open(root)
    started = time.process_time()
    first = vault.imports.plan([str(clippings)])
    vault.notes.apply(first.plan)
    between = time.process_time()
    second = vault.imports.plan([str(clippings)])
    ended = time.process_time()
    assert first.counts()["passages"] == second.counts()["unchanged"] == PASSAGES
    vault.history.store.close()
    vault.catalog.close()
    start = measure.start_of_python().cpu
    label = f"{PASSAGES:,} highlights in {BOOKS} books"
    return [
        Line(f"{label}, first import, CPU", between - started, "P", start, FIRST),
        Line("the same file again, CPU", ended - between, "P", start, SECOND),
    ]


def write_clippings(path: Path, chance: random.Random) -> None:
    """Write a clippings file with its records in mixed order, as when reading books in parallel."""
    words = [
        "".join(chance.choices("abcdefghijklmnop", k=chance.randint(2, 9))) for _ in range(5000)
    ]
    places = chance.sample(range(BOOKS * 1000), PASSAGES)
    records = []
    for place in places:
        book, location = divmod(place, 1000)
        text = " ".join(chance.choices(words, k=30))
        records.append(
            f"Book {words[book]} {book} (Ann {words[book + BOOKS].title()})\r\n"
            f"- Your Highlight on page {location // 2} | Location {location * 9}-{location * 9 + 3}"
            f" | Added on Monday, 5 January 2026 10:00:00\r\n\r\n{text}\r\n==========\r\n"
        )
    path.write_bytes("".join(records).encode())
