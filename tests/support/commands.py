"""What a command left behind."""

from __future__ import annotations

from typing import NamedTuple


class CommandResult(NamedTuple):
    """Exit code, stdout and stderr of a command."""

    code: int
    out: str
    err: str
