"""R11: changes that hide from a look at size and time are seen by the next scan."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import partial
from typing import TYPE_CHECKING

from reliability import house
from reliability.board import Result, Row, Sizes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.vault import Vault

DAY = 86_400 * 10**9
OLD, NEW = b"# Old title\n\nold words\n", b"# New title\n\nnew words\n"


def _times(path: Path, nanoseconds: int) -> None:
    os.utime(path, ns=(nanoseconds, nanoseconds))


def same_size_and_time_put_back(note: Path) -> None:
    """Edited in place, the time put back, as some editors and `touch -r` do."""
    time = note.stat().st_mtime_ns
    note.write_bytes(NEW)
    _times(note, time)


def same_size_at_once(note: Path) -> None:
    """Edited in the same tick of a coarse clock."""
    note.write_bytes(NEW)


def moved_over_with_its_time(note: Path) -> None:
    """Replaced by `mv`: size and time are the same."""
    other = note.with_name("other.txt")
    other.write_bytes(NEW)
    _times(other, note.stat().st_mtime_ns)
    other.replace(note)


def copied_over_with_its_time(note: Path) -> None:
    """Written over by `cp -p` or `rsync -t`."""
    other = note.with_name("other.txt")
    other.write_bytes(NEW)
    _times(other, note.stat().st_mtime_ns)
    shutil.copy2(other, note)
    other.unlink()


def renamed(note: Path) -> None:
    """Under another name, with everything else as it was."""
    note.rename(note.with_name("renamed.md"))


def names_swapped(note: Path) -> None:
    """Two notes of the same size and time trade names."""
    other, third = note.with_name("b.md"), note.with_name("c.txt")
    note.rename(third)
    other.rename(note)
    third.rename(other)


def from_tomorrow(note: Path) -> None:
    """Saved on a machine whose clock is a day ahead."""
    note.write_bytes(NEW)
    _times(note, note.stat().st_mtime_ns + DAY)


def from_yesterday(note: Path) -> None:
    """Saved on a machine whose clock is a day behind, or taken out of an archive."""
    note.write_bytes(NEW)
    _times(note, note.stat().st_mtime_ns - DAY)


def on_fat(note: Path) -> None:
    """Saved where times are kept in steps of two seconds."""
    step = 2 * 10**9
    time = note.stat().st_mtime_ns // step * step
    note.write_bytes(NEW)
    _times(note, time)


def folder_renamed(note: Path) -> None:
    """The folder around it gets another name."""
    note.parent.rename(note.parent.with_name("elsewhere"))


def folder_in_its_place(note: Path) -> None:
    """It goes, and a folder of that name comes."""
    note.unlink()
    note.mkdir()
    (note / "inside.md").write_bytes(NEW)


def removed_and_made_again(note: Path) -> None:
    """Another file of the same size and time; often of the same inode, too."""
    time = note.stat().st_mtime_ns
    note.unlink()
    note.write_bytes(NEW)
    _times(note, time)


TRAPS: tuple[Callable[[Path], None], ...] = (
    same_size_and_time_put_back,
    same_size_at_once,
    moved_over_with_its_time,
    copied_over_with_its_time,
    renamed,
    names_swapped,
    from_tomorrow,
    from_yesterday,
    on_fat,
    folder_renamed,
    folder_in_its_place,
    removed_and_made_again,
)


def run(size: int, folder: Path, look: Callable[[Vault], object] | None = None) -> Result:
    """Set each trap in turn, then let git check out another branch of `size` notes."""
    look = look or (lambda vault: vault.indexing.refresh(forget_missing=True))
    result = Result()
    for trap in TRAPS:
        root, home = folder / "notes", folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        house.write(root, {"sub/a.md": OLD, "sub/b.md": NEW, "c.md": b"c\n"})
        time = (root / "sub/a.md").stat().st_mtime_ns
        _times(root / "sub/b.md", time)
        _trapped(result, root, home, partial(trap, root / "sub/a.md"), trap.__name__, look)
    if shutil.which("git"):
        _checkout(result, folder, size, look)
    result.size = f"{result.count} traps, {size:,} notes of a checkout"
    return result


def _trapped(
    result: Result,
    root: Path,
    home: Path,
    trap: Callable[[], object],
    name: str,
    look: Callable[[Vault], object],
) -> None:
    """Look, set the trap, look once more, and compare with what a new index says."""
    result.count += 1
    vault = house.open_house(root, home)
    vault.indexing.refresh()
    trap()
    look(vault)
    seen = house.facts(vault.catalog)
    vault.indexing.refresh(full=True)
    anew = house.facts(vault.catalog)
    for table in ("notes", "links", "tasks"):
        result.expect(seen[table] == anew[table], f"{name} is not seen: {table}")
    house.close(vault)


def _checkout(result: Result, folder: Path, size: int, look: Callable[[Vault], object]) -> None:
    """A branch on which every note is another, of the same size; some come, some go."""
    root = folder / "repository"
    root.mkdir()

    def git(*words: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "core.autocrlf=false")
        subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)

    git("init", "--quiet", "--initial-branch=old")
    for number in range(size):
        (root / f"{number}.md").write_bytes(OLD)
    git("add", "--all")
    git("commit", "--quiet", "--message=old")
    git("checkout", "--quiet", "-b", "new")
    for number in range(size):
        (root / f"{number}.md").write_bytes(NEW)
        if not number % 50:
            (root / f"{number}.md").rename(root / f"new {number}.md")
    git("add", "--all")
    git("commit", "--quiet", "--message=new")
    git("checkout", "--quiet", "old")
    storm = lambda: git("checkout", "--quiet", "new")  # noqa: E731 - a trap without a note
    _trapped(result, root, folder / "git home", storm, "a checkout", look)


ROW = Row("R11", "changes that hide from a scan", Sizes(100, 5000, 20_000), run)
