"""What the system says, told as a person can act on it: the file, the reason, the remedy.

Everything in this room that may meet an `OSError` of a file a person named goes through here, so
that no errno reaches anybody bare and no failure is silent.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from notekeep.errors import Conflict, Failure, NotekeepError, NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_SPACE = ("there is no space left on its disk", "Free some space, then do it again.")
_TOO_MANY_FILES = ("too many files are open", "Close some programs, then do it again.")
_NOT_ALLOWED = (
    "you may not change it or its folder",
    "Look at its owner and permissions; notekeep changes neither behind your back.",
)
_DISK = (
    "the disk reported an error",
    "Copy what matters elsewhere, then check the disk.",
)
_GONE = ("the place it is on does not answer", "Is the drive or the network share connected?")

_FAILURES = {
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: ("your disk quota is used up", "Free some space, then do it again."),
    errno.EFBIG: ("it would be larger than a file may be here", "Raise the limit or split it."),
    errno.EMFILE: _TOO_MANY_FILES,
    errno.ENFILE: _TOO_MANY_FILES,
    errno.EIO: _DISK,
    errno.ENXIO: _GONE,
    errno.ENODEV: _GONE,
    errno.ENOTCONN: _GONE,
    errno.ESTALE: _GONE,
    errno.EHOSTDOWN: _GONE,
    errno.ETIMEDOUT: _GONE,
}
_REFUSALS = {
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EROFS: ("its disk is mounted read-only", "Mount it for writing, then do it again."),
    errno.ENAMETOOLONG: ("its name or path is longer than the system allows", "Shorten the name."),
    errno.EISDIR: ("it is a folder", "Give the path of a file."),
    errno.ENOTDIR: ("a part of its path is a file, not a folder", "Give another path."),
    errno.ELOOP: (
        "a link on its path leads in a circle or away from where it should",
        "Replace the link by a file or a folder.",
    ),
    errno.EILSEQ: ("its disk does not take such a name", "Choose another name."),
}


def explain(error: OSError, path: str, action: str) -> NotekeepError:
    """Tell a failure of the system as an error a person can act on.

    Args:
        error: What the system said.
        path: The file as the person knows it.
        action: What did not happen, to be read after "could not be": "saved", "moved".

    Returns:
        A `Refused` for what the system will never allow as it stands, `NotFound` for a file that is
        not there, else a `Failure`; to be raised from `error`.
    """
    number = error.errno or 0
    kind: type[NotekeepError] = Failure
    if number == errno.ENOENT:
        kind, reason, hint = NotFound, "it is not there", "It may have been moved or deleted."
    elif number in _REFUSALS:
        kind, (reason, hint) = Refused, _REFUSALS[number]
        if (reason, hint) == _NOT_ALLOWED and action in ("read", "looked at"):
            reason = "you may not read it"
    elif number in _FAILURES:
        reason, hint = _FAILURES[number]
    else:
        reason, hint = (error.strerror or str(error)).rstrip("."), "Try again."
    told = os.fspath(path)
    return kind(f"'{told}' could not be {action}: {reason}.", hint)


@contextmanager
def explained(path: str, action: str) -> Iterator[None]:
    """Turn an `OSError` of what runs inside into an error that names the file and the remedy.

    Raises:
        NotekeepError: As `explain` says, from the system's own error.
    """
    try:
        yield
    except OSError as error:
        raise explain(error, path, action) from error


def changed(path: str, what: str, hint: str, copy: str = "") -> Conflict:
    """Make the error for a file that is no longer what it was when the change was made.

    Args:
        path: The file.
        what: What happened to it.
        hint: What the person can do.
        copy: The file that was made of the other version, if any.
    """
    return Conflict(f"'{path}' {what}.", hint, copy=copy)
