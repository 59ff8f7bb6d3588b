"""Something wrong in a file, as every room says it; apart from `note`, which costs more to load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SETTINGS: Final = "settings"
"""The code of what is wrong in a file of settings, which is no note."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file, as a person reads it.

    Attributes:
        path: The file, vault-relative.
        line: The line it is about, counted from 1 in the whole file; None when it has no place.
        message: What is wrong and why.
        hint: What to do about it; may be empty.
        code: A short stable name: "front-matter", "not-utf8", "unreadable", "broken-link", "H001".
        column: The character of that line it is about, counted from 1; None when it has no such.
    """

    path: str
    line: int | None
    message: str
    hint: str = ""
    code: str = ""
    column: int | None = None

    @property
    def place(self) -> str:
        """Where it is, as compilers write it: `path`, `path:line` or `path:line:column`."""
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part)
