"""Each call to the system fails in turn: nothing is lost, nothing is half, and it is said."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest

from reliability.board import Result
from reliability.r05_faults import ACTIONS, ERRORS, each_call

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from notekeep.storage.history import History

pytestmark = pytest.mark.slow

NEW = b"the new text\n"


@pytest.mark.parametrize("number", ERRORS, ids=lambda number: errno.errorcode[number])
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__[3:])
def test_whichever_call_fails(
    quick_path: Path, action: Callable[[Path, History], None], number: int
) -> None:
    """Afterwards each file is old or new, the error names one of them, and a start tidies up."""
    result = Result()
    each_call(result, quick_path, action, number)
    assert result.faults == []
    assert result.count > 10


def naive(vault: Path, history: History, os_like: Any) -> None:
    """Save as most programs do: cut the note to nothing, then write it."""
    del history
    fd = os_like.open(vault / "a.md", os.O_WRONLY | os.O_TRUNC)
    try:
        os_like.write(fd, NEW)
    finally:
        os.close(fd)


def test_a_saver_that_cuts_the_note_first_is_caught_by_this(
    vault: Path, history: History, failing_system: Any
) -> None:
    (vault / "a.md").write_bytes(b"a\n")
    system = failing_system(2, errno.ENOSPC)
    with pytest.raises(OSError, match="No space"):
        naive(vault, history, system)
    assert (vault / "a.md").read_bytes() == b""
