"""The errors shown to users: what happened, why, and what to do, with an exit code."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

WRITABLE_HINT = "Make the folder writable, or set NOTEKEEP_HOME to another folder."
INSTALL_IMAGES = "pip install 'notekeep[images]'"
INSTALL_LSP = "pip install 'notekeep[lsp]'"
INSTALL_MCP = "pip install 'notekeep[mcp]'"
INSTALL_SERVE = "pip install 'notekeep[serve]'"
SPACE_HINT = "Free some space and try again. Your notes are not affected."


def remedy(error: OSError) -> str:
    """Return the hint for an error when writing one of notekeep's own files."""
    return SPACE_HINT if error.errno in (errno.ENOSPC, errno.EDQUOT) else WRITABLE_HINT


class NotekeepError(Exception):
    """The base class. `message` names the file, key or word, and `hint` says what to do.

    `exit_code` is the exit code of a command.
    """

    exit_code: ClassVar[int] = 5

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(NotekeepError):
    """No note or other object has this name, or matches this query.

    `name` is the input, and `near` the corrected name if there is exactly one.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "", *, name: str = "", near: str = "") -> None:
        super().__init__(message, hint)
        self.name = name
        self.near = near


class UsageError(NotekeepError):
    """An invalid request: an unknown field, an invalid date, an unknown word.

    `position` is the position of the mistake in the input `text`; `near` is the corrected name.
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
    """A name matches several objects (`candidates`, best first)."""

    def __init__(self, message: str, candidates: Sequence[str], hint: str = "") -> None:
        super().__init__(message, hint)
        self.candidates = tuple(candidates)


class Conflict(NotekeepError):
    """A file has changed since it was read; `copy` is the path of the conflict copy, if any."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "", *, copy: str = "") -> None:
        super().__init__(message, hint)
        self.copy = copy


class Refused(NotekeepError):
    """A change would not be safe; `line` and `column` are the position of the cause, if known."""

    exit_code = 4

    def __init__(
        self, message: str, hint: str = "", *, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message, hint)
        self.line = line
        self.column = column


class InvalidValue(Refused):
    """A value is outside the range or the choices of its field; `force` allows it."""


class Failure(NotekeepError):
    """A system error, such as a full disk or a missing permission."""


class IndexBusy(NotekeepError):
    """Another process is writing the full-text index; the change stays pending."""


class IndexUnusable(Failure):
    """The full-text index is missing, outdated or damaged; a refresh rebuilds it."""


SETTINGS: Final = "settings"
"""The code of a problem in a settings file."""


class Problem(NamedTuple):
    """A problem in a file; the fields are the keys in JSON.

    Line and column count from 1 in the whole file. The code is a short stable name, such as
    "front-matter", "not-utf8", "unreadable", "broken-link" or "H001".
    """

    path: str
    line: int | None
    message: str
    hint: str = ""
    code: str = ""
    column: int | None = None

    @property
    def place(self) -> str:
        """Return its position as compilers write it: `path`, `path:line` or `path:line:column`."""
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part)
