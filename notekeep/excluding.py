"""Notes that lists and searches leave out, in the way Obsidian's "Excluded files" are written.

A text is the beginning of a path, one between slashes a pattern that is found anywhere in it; case
does not count. A vault may come from anybody, so that of patterns only those are heeded that cannot
keep the processor busy: without a repeated group, and with few open repeats.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import Final

MOST_LETTERS: Final = 200
MOST_REPEATS: Final = 3

_REPEATED_GROUP: Final = re.compile(r"\)[*+{?]")
_REPEAT: Final = re.compile(r"[*+]|\{\d*,")
_PLAIN: Final = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]", re.DOTALL)
_BACK: Final = re.compile(r"\\[1-9kg]|\(\?[^:]")


def excludes(filters: tuple[str, ...], path: str) -> bool:
    """Whether one of the filters leaves a path of the vault out."""
    beginnings, patterns = _read(filters)
    return path.casefold().startswith(beginnings) or any(one.search(path) for one in patterns)


def unheeded(filters: tuple[str, ...]) -> list[tuple[str, str]]:
    """The patterns that leave nothing out, each with why."""
    why = (
        f"is none, repeats a group, or repeats more than {MOST_REPEATS} times; nothing is left out"
    )
    return [(one, why) for one in filters if is_pattern(one) and _compiled(one) is None]


def is_pattern(text: str) -> bool:
    """Whether a filter is a pattern: `/^old .*/`."""
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


@lru_cache(8)
def _read(filters: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[re.Pattern[str], ...]]:
    patterns = map(_compiled, filter(is_pattern, filters))
    beginnings = tuple(one.casefold() for one in filters if one and not is_pattern(one))
    return beginnings, tuple(one for one in patterns if one is not None)


def _compiled(text: str) -> re.Pattern[str] | None:
    """A pattern, ready to use; None for one that is not heeded."""
    pattern = text[1:-1]
    plain = _PLAIN.sub("x", pattern)
    is_heavy = (
        len(pattern) > MOST_LETTERS
        or len(_REPEAT.findall(plain)) > MOST_REPEATS
        or _REPEATED_GROUP.search(plain)
        or _BACK.search(pattern)
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about syntax that Python may one day read otherwise
            return None if is_heavy else re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError):
        return None
