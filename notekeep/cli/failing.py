"""Errors as a person reads them: what, why, and what to do, on stderr."""

from __future__ import annotations

import errno

from notekeep.errors import Ambiguous, NotekeepError, Refused, UsageError

SYSTEM_HINTS = {
    errno.ENOSPC: "free some space and try again; nothing was left half-written",
    errno.EDQUOT: "free some of your quota and try again; nothing was left half-written",
    errno.EACCES: "its permissions do not allow it",
    errno.EROFS: "the disk is mounted read-only",
    errno.EMFILE: "too many files are open; close some programs and try again",
}
FAILURE = 5


def explain(error: Exception) -> int:
    """Say on stderr what went wrong.

    Returns:
        The exit code that belongs to it.
    """
    if isinstance(error, NotekeepError):
        _say(error.message, _place(error), error.hint)
        return error.exit_code
    import click

    if isinstance(error, click.ClickException):
        from notekeep.cli.misused import said

        message, hint = said(error)
        _say(message, "", hint)
        return error.exit_code
    if isinstance(error, click.Abort):
        return 130
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        hint = SYSTEM_HINTS.get(error.errno or 0, "")
        _say(f"{name}{error.strerror or error}", "", hint)
        return FAILURE
    _say(
        f"something in notekeep broke: {type(error).__name__}: {error}",
        "",
        "your notes are as they were; run it again with --debug to see where, and report it",
    )
    return FAILURE


def _place(error: NotekeepError) -> str:
    """The lines under a message that show where: a caret under the query, a line, or candidates."""
    if isinstance(error, Refused) and error.line and f"line {error.line}" not in error.message:
        return f"  line {error.line}"
    if isinstance(error, Ambiguous):
        return "\n".join(f"  {candidate}" for candidate in error.candidates)
    if isinstance(error, UsageError) and error.position is not None and error.text:
        from notekeep.cli.output import width

        text = error.text.replace("\n", " ")
        return f"  {text}\n  {' ' * width(text[: error.position])}^"
    return ""


def _say(message: str, place: str, hint: str) -> None:
    from notekeep.cli import output

    output.note("\n".join(line for line in (f"notekeep: {message}", place, hint) if line))
