"""Answers to a client: marked as untrusted, cleaned, limited in size and in number."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from notekeep.errors import Refused
from notekeep.markdown.sanitize import clean, remove_invisible

MAX_BYTES = 40_000
"""Maximum size of an answer as JSON."""

CALLS_PER_MINUTE = 60

MAX_DEPTH = 12
"""Deeper values, such as nested fields, are left out."""


def clean_value(value: Any, depth: int = 0) -> Any:
    """Return a JSON value whose text has no controls and no invisible characters."""
    if isinstance(value, str):
        return clean(remove_invisible(value, joiners=True))
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {clean_value(str(key)): clean_value(one, depth + 1) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [clean_value(one, depth + 1) for one in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def make_answer(source: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer as it is sent: cleaned, and marked with its source.

    An answer that is too large loses the end of its longest list or text, and has `cut: true`.
    """
    found = {"untrusted": True, "source": source, **clean_value(answer)}
    while (size := _size(found)) > MAX_BYTES:
        found["cut"] = True
        _shorten(found, size)
    return found


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _shorten(answer: dict[str, Any], size: int) -> None:
    """Remove the end of the largest list or text of an answer."""
    parts = {key: _size(one) for key, one in answer.items() if isinstance(one, (list, str, dict))}
    key = max(parts, key=parts.__getitem__)
    part = answer[key]
    if isinstance(part, dict):
        largest = max(part, key=lambda name: _size(part[name]), default=None)
        part.pop(largest, None)
        return
    room = max(0, parts[key] - (size - MAX_BYTES))
    length = min(len(part) - 1, len(part) * room // max(1, parts[key]))
    answer[key] = part[: max(0, length)]


class CallLimit:
    """Allows a number of calls in each minute."""

    def __init__(
        self, most: int = CALLS_PER_MINUTE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._clock = most, clock
        self._times: deque[float] = deque()

    def check(self) -> None:
        """Count a call; Refused if there were too many in the last minute."""
        now = self._clock()
        while self._times and now - self._times[0] >= 60:
            self._times.popleft()
        if len(self._times) >= self._most:
            seconds = int(60 - (now - self._times[0])) + 1
            raise Refused(f"More than {self._most} calls in a minute.", f"Wait {seconds} seconds.")
        self._times.append(now)
