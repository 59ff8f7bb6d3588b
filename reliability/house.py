"""Vaults that rows work on: small ones written by hand, and what a person sees of them."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

from notekeep.catalog.database import TABLES
from notekeep.config import Places
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from notekeep.catalog.catalog import Catalog

TRASH = ".trash"

NOTES = {
    "books/Atomic Habits.md": b"---\ntype: book\ntitle: Atomic Habits\nrating: 4.5\n"
    b"tags: [habit, learning]\nup: '[[Index]]'\n---\n# Atomic Habits\n\nSee [[Deep Work#Rules]].\n",
    "books/Deep Work.md": b"---\r\ntype: book # why\r\ntags:\r\n  - focus\r\n---\r\n"
    b"# Deep Work\r\n\r\n- [ ] read\r\n\r\n## Rules\r\n[again](Atomic%20Habits.md)\r\n",
    "Index.md": b"# Index\n\n- [[Atomic Habits|habits]] and [[books/Deep Work]]\n"
    b"- ![[Atomic Habits#^one]]\n- [ ] tidy up\n",
    "daily/2026-11-24.md": b"---\ndate: 2026-11-24\n---\nRead in [[Atomic Habits]]. #habit\n",
    "posts/A draft.md": b"---\ntype: post\ntitle: A draft\ndate: 2026-11-20\npublish: true\n---\n"
    b"Written in the open, after [[Deep Work]].\n",
    "habits/meditate.md": b"---\ntype: habit\nhabit: meditate\ntitle: Meditate\nschedule: daily\n"
    b"since: 2026-11-01\n---\nSit.\n",
    "habits/log/2026-11.desk.md": b"# Habit log 2026-11\n\n- 2026-11-22 meditate: done @07:10\n"
    b"- 2026-11-23 meditate: done @07:12\n",
    "odd/no end.md": b"---\ntags: [a]\n---\nno newline at the end",
    "odd/broken.md": b"---\ntitle: x: y\n---\nStill readable.\n",
}
"""A vault with a note of each kind, links of each kind, and something that is broken."""


def write(root: Path, notes: Mapping[str, bytes] = NOTES) -> Path:
    """Make a vault anew with these notes; give its folder."""
    shutil.rmtree(root, ignore_errors=True)
    for name, data in notes.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def open_house(root: Path | str, home: Path | str) -> Vault:
    """Open a vault whose settings, cache and state are below a folder."""
    base = os.fspath(home)
    return Vault.open(root, places=Places(*(f"{base}/{name}" for name in Places._fields)))


def close(vault: Vault) -> None:
    """Let go of what a vault has open."""
    vault.full_text.close()
    vault.catalog.close()
    vault.history.store.close()


def snapshot(root: Path) -> dict[str, bytes]:
    """What a person sees of a vault: files by path, the trash and temporary files left out."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and TRASH not in path.parts and not path.name.startswith(".nk-tmp-")
    }


def trashed(root: Path) -> dict[str, bytes]:
    """What lies in a vault's trash."""
    found = (root / TRASH).rglob("*")
    return {str(path.relative_to(root)): path.read_bytes() for path in found if path.is_file()}


def fingerprint(root: Path) -> str:
    """A hash over every name and byte of a folder, empty folders included, the trash left out.

    What undoing takes away goes to the trash, as everything that notekeep takes away does.
    """
    found = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if TRASH in path.parts:
            continue
        found.update(os.fsencode(path.relative_to(root)) + b"\0")
        found.update(path.read_bytes() if path.is_file() else b"/")
    return found.hexdigest()


def facts(catalog: Catalog) -> dict[str, list[object]]:
    """All that a catalog holds, but for numbers that only tell when."""
    ids = dict(catalog.ask("SELECT id, path FROM notes"))
    found: dict[str, list[object]] = {}
    for table, columns in TABLES.items():
        if table in ("meta", "dirty", "keys"):
            continue
        kept = [name for name in columns if name not in ("id", "ctime_ns", "note", "found")]
        numbers = [name for name in columns if name in ("note", "found")]
        rows = catalog.ask(
            f"SELECT {', '.join(kept + numbers)} FROM {table}"  # noqa: S608 - names of the schema
        )
        if (
            table == "habit_files"
        ):  # its mark is a fingerprint; its third number tells when, as `ctime_ns` does
            place = kept.index("mark")
            rows = [(*row[:place], _without_ctime(row[place]), *row[place + 1 :]) for row in rows]
        named = [(*row[: len(kept)], *map(ids.get, row[len(kept) :])) for row in rows]
        found[table] = sorted(named, key=repr)
    return found


def _without_ctime(mark: str) -> str:
    size, mtime, _, inode = mark.split()
    return f"{size} {mtime} {inode}"


def untrue(vault: Vault) -> str:
    """Bring the index up to date and compare it with one built from nothing.

    Returns:
        Which table differs, or which word finds other notes; empty when index and files agree.
    """
    vault.indexing.refresh(forget_missing=True)
    vault.habits.refresh()
    grown, words = facts(vault.catalog), _found(vault)
    vault.indexing.refresh(full=True)
    vault.habits.refresh()
    anew = facts(vault.catalog)
    tables = [table for table in anew if anew[table] != grown[table]]
    if tables:
        return f"the catalog's {', '.join(tables)}"
    return "" if words == _found(vault) else "the words"


def _found(vault: Vault) -> list[set[str]]:
    asked = ("habit", "work", "read", "new", "tidy", "written", "the", "note", "theirs")
    # What is found instead of nothing depends on which words are known by then, as it may.
    found = (vault.search.search(word, limit=10_000, relax=False) for word in asked)
    return [{hit.row.path for hit in one.hits} for one in found]


def contents(root: Path) -> set[bytes]:
    """Every content that a file of a vault has, the trash and conflict copies included."""
    return {path.read_bytes() for path in root.rglob("*") if path.is_file()}


def kept(vault: Vault) -> set[str]:
    """The digests of all contents that history keeps."""
    return {"".join(path.parts[-2:]) for path in _blobs(vault)}


def _blobs(vault: Vault) -> list[Path]:
    from pathlib import Path

    return [path for path in Path(vault.history.store.blobs.folder).rglob("*") if path.is_file()]
