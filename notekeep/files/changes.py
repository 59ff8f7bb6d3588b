"""What a sweep of the vault sees: fingerprints of files, and what changed between two sweeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Fingerprint(NamedTuple):
    """What `stat` says of a file; two equal ones mean the file need not be read again.

    Times are in nanoseconds, and are only ever compared for equality: clocks may be wrong.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(slots=True)
class Changes:
    """What differs between the files and what is known of them.

    Attributes:
        added: Paths (vault-relative, "/"-separated) that are new, with their fingerprints.
        modified: Paths whose fingerprint is another.
        removed: Paths that are gone.
        unreadable: Paths or folders that could not be looked at, each with the system's reason.
        total: How many files the sweep saw.
    """

    added: dict[str, Fingerprint] = field(default_factory=dict)
    modified: dict[str, Fingerprint] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    total: int = 0

    def __len__(self) -> int:
        return len(self.added) + len(self.modified) + len(self.removed)
