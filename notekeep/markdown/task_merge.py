"""Merges tasks that were ticked on several devices, as if all were ticked on the same device.

The occurrences of a repeating task in a note are a series. If both versions of a note changed a
series, the merge contains each occurrence once. An occurrence with two completion dates keeps the
later date. The merge has as many open occurrences as the version with more of them, and keeps the
latest. So the order of merges does not matter.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from notekeep.markdown.outline import read_body
from notekeep.markdown.task_fields import DATES, find_fields, find_value, strip_fields
from notekeep.markdown.text_edit import TextEdit, apply, line_end, line_start

_TICKED = re.compile(rb"\[[^ ]\][^\n]*\d{4}-\d\d-\d\d")


class _TaskLine(NamedTuple):
    start: int
    end: int
    text: str
    mark: str
    day: str  # the date that the repeat rule uses, or ""

    @property
    def is_done(self) -> bool:
        return self.mark != " "


_Series = dict[str, _TaskLine]
"""Tasks by their text without created, done and cancelled dates."""


def merge_ticks(base: bytes, ours: bytes, theirs: bytes) -> list[bytes]:
    """Return the base and both versions of a body with merged ticks, to merge the rest."""
    if not (_TICKED.search(ours) and _TICKED.search(theirs)):
        return [base, ours, theirs]
    texts = [version.decode("utf-8", "surrogateescape") for version in (base, ours, theirs)]
    versions = [_read_tasks(text) for text in texts]
    edits: list[list[TextEdit]] = [[] for _ in texts]
    for key in versions[1].keys() & versions[2].keys():
        known, mine, other = (version.get(key, {}) for version in versions)
        if _texts(known) in (_texts(mine), _texts(other)) or _texts(mine) == _texts(other):
            continue
        does_repeat = key not in mine
        if _may_merge(known, mine, other, does_repeat=does_repeat):
            merged = _merge_series(known, mine, other)
            for at, series in enumerate((known, mine, other)):
                edits[at] += _write_series(series, merged, line_end(texts[at]))
    return [
        apply(text, found).encode("utf-8", "surrogateescape")
        for text, found in zip(texts, edits, strict=True)
    ]


def _texts(series: _Series) -> dict[str, str]:
    return {name: one.text for name, one in series.items()}


def _may_merge(known: _Series, mine: _Series, other: _Series, *, does_repeat: bool) -> bool:
    """Whether the changes are ticks that can be merged; a single task must be ticked on both."""
    reopened = any(
        one.is_done and name in side and not side[name].is_done
        for side in (mine, other)
        for name, one in known.items()
    )
    both = [(mine[name].mark, other[name].mark) for name in mine.keys() & other.keys()]
    if reopened or any(one != two and " " not in (one, two) for one, two in both):
        return False  # completed on one side, canceled on the other
    return does_repeat or " " not in both[0]


def _merge_series(known: _Series, mine: _Series, other: _Series) -> _Series:
    """Return the merged series, without tasks that one side deleted."""
    names = list(mine)
    following = ""
    for name in reversed(other):
        if name not in mine:
            names.insert(names.index(following) if following else len(names), name)
        following = name
    merged: _Series = {}
    for name in names:
        found = [side[name] for side in (mine, other) if name in side]
        changed = [one for one in found if name not in known or one.text != known[name].text]
        if len(found) == 2 or changed:
            merged[name] = max(changed or found, key=lambda one: (one.is_done, one.text))
    most = max(_count_open(mine), _count_open(other))
    while _count_open(merged) > most:
        left = (name for name, one in merged.items() if not one.is_done)
        del merged[min(left, key=lambda name: (merged[name].day, name))]
    return merged


def _count_open(series: _Series) -> int:
    return sum(not one.is_done for one in series.values())


def _write_series(series: _Series, merged: _Series, eol: str) -> list[TextEdit]:
    """Return the edits that replace the series of a version with the merged series."""
    missing = [name for name, one in merged.items() if not one.is_done and name not in series]
    places = {name: one for name, one in series.items() if name in merged}
    for name, one in series.items():
        # Replace this side's next occurrence, so that it does not remain as a second one.
        if name not in merged and not one.is_done and missing:
            places[missing.pop()] = one
    edits = [TextEdit(one.start, one.end, merged[name].text) for name, one in places.items()]
    added = ""
    last: _TaskLine | None = None
    for name, one in merged.items():
        last = places.get(name, last)
        if name not in places:
            added += one.text + eol
        elif added:
            edits.append(TextEdit(places[name].start, places[name].start, added))
            added = ""
    if added and last:
        edits.append(TextEdit(last.end, last.end, eol + added.removesuffix(eol)))
    return edits


def _read_tasks(text: str) -> dict[str, _Series]:
    """Return the tasks of a body by series; the key is their text, without dates if they repeat.

    Series that contain equal tasks are omitted.
    """
    found: dict[str, _Series] = {}
    unclear: set[str] = set()
    for task in read_body(text).tasks:
        start = line_start(text, task.start)
        words = text[task.mark_at + len(task.mark) : task.end]
        fields = find_fields(words)
        name = text[start : task.mark_at] + strip_fields(words, "done", "cancelled", "created")
        repeats = find_value(fields, "repeat") is not None
        key = strip_fields(name, *DATES) if repeats else name
        dates = [field.value for date in DATES if (field := find_value(fields, date)) is not None]
        series = found.setdefault(key, {})
        if name in series:
            unclear.add(key)
        line = _TaskLine(start, task.end, text[start : task.end], task.mark, "".join(dates[:1]))
        series[name] = line
    return {key: series for key, series in found.items() if key not in unclear}
