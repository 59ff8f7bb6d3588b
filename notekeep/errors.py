"""Every error that reaches a person: what happened, why, and what to do; each has an exit code."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

WRITABLE_HINT = "make the folder writable, or set NOTEKEEP_HOME to another folder"
INSTALL_IMAGES = "pip install 'notekeep[images]'"
INSTALL_SERVE = "pip install 'notekeep[serve]'"
SPACE_HINT = "free some space and try again; your notes are not affected"


def remedy(error: OSError) -> str:
    """Return what to do when one of notekeep's own files could not be written."""
    return SPACE_HINT if error.errno in (errno.ENOSPC, errno.EDQUOT) else WRITABLE_HINT


class NotekeepError(Exception):
    """Something notekeep could not do, in a sentence that names the file, key or word it is about.

    `hint` is what the person can do about it, `exit_code` what a command returns to the shell.
    """

    exit_code: ClassVar[int] = 5

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(NotekeepError):
    """Nothing has that name, or nothing matches that query.

    `name` is what was typed, `near` the only name that it must have been meant for.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "", *, name: str = "", near: str = "") -> None:
        super().__init__(message, hint)
        self.name = name
        self.near = near


class UsageError(NotekeepError):
    """The request itself is wrong: an unknown field, a date that does not exist, a bad word.

    `position` is where in `text`, as typed, the fault lies; `near` what was clearly meant by the
    name there.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        text: str = "",
        position: int | None = None,
        near: str = "",
    ) -> None:
        super().__init__(message, hint)
        self.text = text
        self.position = position
        self.near = near


class Ambiguous(UsageError):
    """A name could mean several things (`candidates`, best first), so nothing was done."""

    def __init__(self, message: str, candidates: Sequence[str], hint: str = "") -> None:
        super().__init__(message, hint)
        self.candidates = tuple(candidates)


class Conflict(NotekeepError):
    """A file is no longer what it was when the change was made; `copy` may name the other one."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "", *, copy: str = "") -> None:
        super().__init__(message, hint)
        self.copy = copy


class Refused(NotekeepError):
    """A change was not made because it could not be made safely; line and column say why."""

    exit_code = 4

    def __init__(
        self, message: str, hint: str = "", *, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message, hint)
        self.line = line
        self.column = column


class InvalidValue(Refused):
    """A value is outside the range or the choices of its field; it can be written on request."""


class Failure(NotekeepError):
    """The system did not let notekeep do it: no space, no permission, a broken disk."""


class IndexBusy(NotekeepError):
    """Another process is writing the full-text index; the change stays pending."""


class IndexUnusable(Failure):
    """The full-text index is missing, of another version or damaged; a refresh builds it again."""


SETTINGS: Final = "settings"
"""The code of a problem in a file of settings, which is no note."""


class Problem(NamedTuple):
    """Something wrong in a file, as a person reads it; the fields are the keys of JSON.

    Line and column count from 1 in the whole file. The code is a short stable name: "front-matter",
    "not-utf8", "unreadable", "broken-link", "H001".
    """

    path: str
    line: int | None
    message: str
    hint: str = ""
    code: str = ""
    column: int | None = None

    @property
    def place(self) -> str:
        """Return where it is, as compilers write it: `path`, `path:line` or `path:line:column`."""
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part)
