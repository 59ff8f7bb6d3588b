"""What a sweep of the vault sees: fingerprints of files, and what changed between two sweeps."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Mark: TypeAlias = tuple[int, int, int, int]
"""A fingerprint as a plain tuple, for the many that are only compared: size, mtime_ns, ctime_ns,
inode."""


class Fingerprint(NamedTuple):
    """What `stat` says of a file; two equal ones mean the file need not be read again.

    Times are in nanoseconds, and are only ever compared for equality: clocks may be wrong.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    def unsure(self) -> Fingerprint:
        """Give the same fingerprint made to equal no file.

        A file that changed moments before the sweep could change again within one tick of the
        disk's clock and look the same. Kept like this, the next sweep reports it as modified, and
        whoever reads it then finds out by its content.
        """
        return self._replace(ctime_ns=-1)

    @property
    def sure(self) -> bool:
        """Whether an equal fingerprint means equal content."""
        return self.ctime_ns != -1


class Changes:
    """What differs between the files and what is known of them.

    Attributes:
        added: Paths (vault-relative, "/"-separated) that are new, with their fingerprints.
        modified: Paths whose fingerprint is another. The content may still be the same: a
            fingerprint that was not sure, a file that was only touched.
        removed: Paths that are gone. Nothing below an unreadable folder is among them.
        unreadable: Paths or folders that could not be looked at, each with the system's reason.
        conflicts: Conflict copies of notes, each with the path of the note it is a copy of, which
            need not exist; never among the notes.
        away: Notes a cloud has taken off this machine. Reading one would download it, so each
            stays as it is known, and is neither modified nor removed.
        temps: Files a save left unfinished, by this program or one that was killed.
        known: How many files were known before the sweep, in what was swept.
        moved: How many of the removed ones are among the added, under another path.
        total: How many notes the sweep saw.
        cancelled: Whether the sweep was stopped; then nothing counts as removed.
    """

    # Written out: `dataclasses` costs more to import than all else that a check-in loads of files.
    __slots__ = (
        "added",
        "away",
        "cancelled",
        "conflicts",
        "known",
        "modified",
        "moved",
        "removed",
        "temps",
        "total",
        "unreadable",
    )

    def __init__(self, *, removed: list[str] | None = None, known: int = 0, moved: int = 0) -> None:
        self.added: dict[str, Fingerprint] = {}
        self.modified: dict[str, Fingerprint] = {}
        self.removed: list[str] = removed or []
        self.unreadable: dict[str, str] = {}
        self.conflicts: dict[str, str] = {}
        self.away: list[str] = []
        self.temps: list[str] = []
        self.known = known
        self.moved = moved
        self.total = 0
        self.cancelled = False

    def __len__(self) -> int:
        return len(self.added) + len(self.modified) + len(self.removed)

    @property
    def suspicious(self) -> bool:
        """Whether so many notes are gone that a drive may be missing or a sync half done.

        Whoever keeps rows of them should keep those rows and ask. Files that only moved are not
        missed, and a few files gone from a handful are an ordinary afternoon.
        """
        lost = len(self.removed) - self.moved
        return lost > 50 or (lost > 2 and lost * 5 > self.known) or 0 < lost == self.known
