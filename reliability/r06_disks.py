"""R6: a disk without room, one that may not be written, one that is gone: nothing is lost."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.storage import append
from notekeep.storage.content import digest_of
from reliability import house, saves
from reliability.board import Result, Row, Sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from notekeep.notes.plan import WriteResult
    from notekeep.vault import Vault

SMALL, SMALL_CACHE = "256k", "2m"
BIG = b"much more than fits\n" * 20_000
FILLER = "filler"


class NoDisk(Exception):
    """Small disks cannot be made here."""


@contextmanager
def disk(place: Path, size: str = SMALL) -> Iterator[Path]:
    """A disk of its own, of 256 KB where nothing else is said.

    Raises:
        NoDisk: This system, or this person, cannot mount one.
    """
    place.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise NoDisk("this system has no mount") from error
    if done.returncode:
        raise NoDisk("mounting a small disk needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path) -> None:
    """Write until there is no room."""
    with (place / FILLER).open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def replace_a_note(vault: Vault) -> WriteResult | None:
    """Save a note that has grown beyond what fits."""
    saves.replace("Index.md", BIG, None, root=vault.root, history=vault.history.store)
    return None


def create(vault: Vault) -> WriteResult | None:
    """Make a note."""
    return vault.notes.create("note", "One more", body="words " * 2000)


def retag(vault: Vault) -> WriteResult | None:
    """Change several notes in one step."""
    return vault.notes.tag(["Index.md", "books/Atomic Habits.md", "books/Deep Work.md"], ["x"])


def rename(vault: Vault) -> WriteResult | None:
    """Rename a note, and the links to it."""
    return vault.notes.rename("Atomic Habits", "Tiny Habits")


def delete(vault: Vault) -> WriteResult | None:
    """Move a note to the trash."""
    return vault.notes.delete("Deep Work")


def check_in(vault: Vault) -> WriteResult | None:
    """Append a long line to a log."""
    log = f"{vault.root}/habits/log/2026-11.desk.md"
    append.append_line(log, "- 2026-11-24 meditate: done " + "y" * 8000)
    return None


VERBS: list[Callable[[Vault], WriteResult | None]] = [
    replace_a_note,
    create,
    retag,
    rename,
    delete,
    check_in,
]


def run(
    size: int, folder: Path, verbs: list[Callable[[Vault], WriteResult | None]] = VERBS
) -> Result:
    """Do the first `size` verbs on each kind of disk."""
    result = Result()
    try:
        for verb in verbs[:size]:
            for place in ("notes", "home/state"):
                _full(result, folder / f"{verb.__name__} {place[-5:]}", verb, place)
            _read_only(result, folder / f"{verb.__name__} ro", verb)
        _full_cache(result, folder / "cache")
        _gone(result, folder / "gone")
    except NoDisk as error:
        return Result(skipped=str(error))
    result.size = f"{result.count} cases"
    return result


def _full(
    result: Result, folder: Path, verb: Callable[[Vault], WriteResult | None], place: str
) -> None:
    """The vault, or what is kept of it, lies on a disk without room."""
    with disk(folder / place):
        vault = _opened(folder)
        fill(folder / place)
        _try(result, vault, verb, f"{verb.__name__}, {place} full")
        (folder / place / FILLER).unlink()
        result.expect(not house.untrue(vault), f"{verb.__name__}, {place} full: the index differs")
        house.close(vault)


def _read_only(result: Result, folder: Path, verb: Callable[[Vault], WriteResult | None]) -> None:
    """The vault is mounted read-only: all can be read, nothing is written."""
    where = f"{verb.__name__}, read-only"
    with disk(folder / "notes") as root:
        vault = _opened(folder)
        subprocess.run(["mount", "-o", "remount,ro", str(root)], check=True)
        told = _try(result, vault, verb, where)
        result.expect(told, f"{where}: it is not said")
        result.expect(vault.search.search("habit").total, f"{where}: nothing is found")
        house.close(vault)


def _full_cache(result: Result, folder: Path) -> None:
    """There is no room for the index: the notes stay as they are, and the index comes back."""
    with disk(folder / "home" / "cache", SMALL_CACHE) as cache:
        vault = _opened(folder)
        fill(cache)
        for number in range(40):
            (folder / "notes" / f"n{number}.md").write_bytes(b"# One\n\nwork\n" + b"words " * 500)
        before = house.snapshot(folder / "notes")
        try:
            vault.indexing.refresh()
        except NotekeepError as error:
            result.expect(str(cache) in error.message, f"{error} names no place")
        result.count += 1
        result.expect(house.snapshot(folder / "notes") == before, "a full cache changed notes")
        (cache / FILLER).unlink()
        result.expect(not house.untrue(vault), "the index does not come back after a full cache")
        house.close(vault)


def _gone(result: Result, folder: Path) -> None:
    """The disk with the vault is unplugged: nothing is forgotten, and all is there when it is."""
    with disk(folder / "drive") as drive:
        house.write(drive / "notes")
        root = folder / "notes"
        root.mkdir()
        bind = ["mount", "--bind", str(drive / "notes"), str(root)]
        subprocess.run(bind, check=True)
        vault = house.open_house(root, folder / "home")
        vault.indexing.refresh()
        known = vault.catalog.count()
        subprocess.run(["umount", "-l", str(root)], check=True)
        for act in (vault.indexing.refresh, lambda: retag(vault)):
            try:
                act()
            except NotekeepError as error:
                result.refused += 1
                result.expect(error.hint, f"unplugged: {error} says no remedy")
        result.count += 1
        result.expect(vault.catalog.count() == known, "unplugged: notes are forgotten")
        result.expect(not list(root.iterdir()), "unplugged: something was written below it")
        subprocess.run(bind, check=True)
        try:
            if house.snapshot(root) != house.NOTES:
                result.lose("unplugged: the notes are others")
            vault.indexing.refresh()
            result.expect(vault.catalog.count() == known, "plugged in again: notes are missing")
        finally:
            house.close(vault)
            subprocess.run(["umount", "-l", str(root)], check=True)


def _opened(folder: Path) -> Vault:
    root = folder / "notes"
    for name, data in house.NOTES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    vault = house.open_house(root, folder / "home")
    vault.indexing.refresh()
    return vault


def _try(
    result: Result, vault: Vault, verb: Callable[[Vault], WriteResult | None], where: str
) -> bool:
    """Do a verb; afterwards each note is old, or the verb was done and says so."""
    from pathlib import Path

    result.count += 1
    root = Path(vault.root)
    told = False
    try:
        done = verb(vault)
        told = bool(done and done.refused)
        result.refused += told
    except NotekeepError as error:
        told = True
        result.refused += 1
        result.expect(error.hint, f"{where}: {error} says no remedy")
        result.expect("/" in error.message or ".md" in error.message, f"{where}: {error}")
    except OSError as error:
        result.fault(f"{where}: a bare {error!r}")
    found = {name: data for name, data in house.snapshot(root).items() if name != FILLER}
    if told and found != house.NOTES:
        result.damage(f"{where}: {sorted(set(found.items()) ^ set(house.NOTES.items()))[:4]}")
    temps = [path.name for path in root.rglob(".nk-tmp-*")]
    result.expect(not temps, f"{where}: {temps} stay")
    for name, data in house.NOTES.items():
        contents = house.contents(root)
        grown = "/log/" in name and any(text.startswith(data) for text in contents)
        if not (grown or data in contents or digest_of(data) in house.kept(vault)):
            result.lose(f"{where}: {name}")
    return told


ROW = Row("R6", "256 KB disk, read-only, unplugged", Sizes(2, 6, 6), run)
