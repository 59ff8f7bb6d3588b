"""R10: however the vault and its index came to be, the index is as if built from the files.

Rows that kill, fail and race compare the two as well; here a vault lives, and its cache dies.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from notekeep.catalog import database
from notekeep.errors import NotekeepError
from reliability import house
from reliability.board import Result, Row, Sizes
from tests.support.random_notes import random_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.vault import Vault

NAMES = ("a", "b", "sub/a", "sub/c", "templates/t", "é", "日本語", "books/Deep Work", "Index")
TEXTS = ("[[a]]", "[[sub/a]]", "[x](c.md)", "![[p.png]]", "#tag/one", "- [ ] do", "work", "`x`")


def run(size: int, folder: Path, check: Callable[[Vault], str] = house.untrue) -> Result:
    """Let `size` vaults live a while, compare, then harm each cache in one of several ways."""
    result = Result()
    for number in range(size):
        chance = random.Random(f"truth/{number}")
        root, home = house.write(folder / "notes"), folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        vault = house.open_house(root, home)
        for _ in range(chance.randint(4, 16)):
            _live(chance, vault, root)
            result.count += 1
        if wrong := check(vault):
            result.fault(f"vault {number}: the index differs in {wrong}")
        harm = HARMS[number % len(HARMS)]
        harm(vault, chance)
        if wrong := check(vault):
            result.fault(f"vault {number} after {harm.__name__}: the index differs in {wrong}")
        house.close(vault)
    result.size = f"{size} vaults, {result.count:,} changes, {len(HARMS)} harms"
    return result


def _live(chance: random.Random, vault: Vault, root: Path) -> None:
    """One thing that happens to a vault: by another program, by a verb, or a refresh."""
    note = root / f"{chance.choice(NAMES)}.md"
    kind = chance.random()
    if kind < 0.5:
        note.parent.mkdir(exist_ok=True)
        text = next(random_notes(chance.randint(0, 10_000), 1))
        note.write_bytes(text + "\n".join(chance.choices(TEXTS, k=3)).encode())
    elif kind < 0.6:
        note.unlink(missing_ok=True)
    elif kind < 0.7 and note.exists():
        other = root / f"{chance.choice(NAMES)}.md"
        other.parent.mkdir(exist_ok=True)
        note.replace(other)
    elif kind < 0.85:
        vault.indexing.refresh(words=chance.random() < 0.5)
    else:
        # A name that is not there, a note that cannot be edited: nothing happens.
        with suppress(NotekeepError):
            _verb(chance, vault)


def _verb(chance: random.Random, vault: Vault) -> None:
    name = chance.choice(NAMES)
    verbs: list[Callable[[], object]] = [
        lambda: vault.notes.tag([f"{name}.md"], ["new"]),
        lambda: vault.notes.rename(name, f"Other {chance.randint(1, 5)}"),
        lambda: vault.notes.move(name, "shelf"),
        lambda: vault.notes.delete(name),
        lambda: vault.notes.create("book", f"New {chance.randint(1, 5)}"),
        vault.history.undo,
    ]
    chance.choice(verbs)()


def deleted(vault: Vault, chance: random.Random) -> None:
    """The cache is removed while it is open."""
    del chance
    shutil.rmtree(vault.places.cache)


def deleted_words(vault: Vault, chance: random.Random) -> None:
    """Only the full text is removed."""
    del chance
    vault.full_text.close()
    shutil.rmtree(f"{vault.places.cache}/words")


def damaged(vault: Vault, chance: random.Random) -> None:
    """Half of the catalog's pages are written over."""
    house.close(vault)
    path = f"{vault.places.cache}/{database.CATALOG_FILE}"
    with open(path, "r+b") as file:
        size = file.seek(0, 2)
        file.seek(4096)
        file.write(chance.randbytes(max(4096, size // 2)))


def cut_short(vault: Vault, chance: random.Random) -> None:
    """The catalog ends somewhere."""
    house.close(vault)
    with open(f"{vault.places.cache}/{database.CATALOG_FILE}", "r+b") as file:
        file.truncate(chance.randint(1, file.seek(0, 2)))


def of_another_version(vault: Vault, chance: random.Random) -> None:
    """The catalog was written by another notekeep."""
    house.close(vault)
    with sqlite3.connect(f"{vault.places.cache}/{database.CATALOG_FILE}") as connection:
        connection.execute(f"PRAGMA user_version = {database.VERSION + chance.randint(1, 9)}")
    connection.close()


def damaged_words(vault: Vault, chance: random.Random) -> None:
    """The files of the full text hold something else."""
    from pathlib import Path

    vault.full_text.close()
    for path in Path(vault.places.cache, "words").rglob("*"):
        if path.is_file() and path.stat().st_size:
            path.write_bytes(chance.randbytes(path.stat().st_size))


HARMS: tuple[Callable[[Vault, random.Random], None], ...] = (
    deleted,
    damaged,
    cut_short,
    of_another_version,
    deleted_words,
    damaged_words,
)

ROW = Row("R10", "the index equals the files", Sizes(6, 120, 3000), run)
