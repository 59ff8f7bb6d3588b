"""Patterns that Textual and its kin define while they are imported, compiled when first used.

To compile them takes eight milliseconds of every start, and hardly any is asked before the first
frame: the styles were parsed by an earlier start, and most of the others are for rare events.
"""

from __future__ import annotations

import contextlib
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

LATE = ("textual", "rich", "fractions", "platform", "platformdirs", "textwrap")
"""The packages whose patterns wait."""

_compile = re.compile


class LatePattern:
    """A pattern that is compiled when something is first asked of it."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._pattern, self._flags = pattern, flags
        self._compiled: re.Pattern[Any] | None = None

    # By name, since who defines a pattern often keeps one of these and not the pattern.

    def match(self, *about: Any, **where: int) -> re.Match[Any] | None:
        """Match, as `re.Pattern.match` does."""
        return self._found().match(*about, **where)

    def search(self, *about: Any, **where: int) -> re.Match[Any] | None:
        """Search, as `re.Pattern.search` does."""
        return self._found().search(*about, **where)

    @property
    def is_compiled(self) -> bool:
        """Whether something was asked of it already."""
        return self._compiled is not None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._found(), name)

    def _found(self) -> re.Pattern[Any]:
        if self._compiled is None:
            self._compiled = _compile(self._pattern, self._flags)
        return self._compiled


@contextlib.contextmanager
def compiled_late() -> Iterator[None]:
    """Within it, modules of LATE that are imported compile no pattern yet."""

    def compile_late(pattern: Any, flags: int = 0) -> Any:
        # A frame of another thread may pass by here, too.
        module = sys._getframe(1).f_globals.get("__name__", "")  # noqa: SLF001 - nothing else tells
        if module.partition(".")[0] in LATE:
            return LatePattern(pattern, flags)
        return _compile(pattern, flags)

    re.compile = compile_late
    try:
        yield
    finally:
        re.compile = _compile
