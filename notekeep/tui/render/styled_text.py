"""Styled lines: pieces of text with roles, and functions that fit, pad, wrap and mark them.

A role is a meaning ("title", "faint", "mark"); the theme defines its style when the line is
painted. Widths are in terminal cells, so that wide characters line up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rich.cells import cell_len, split_graphemes

if TYPE_CHECKING:
    from notekeep.tui.render.glyphs import Glyphs

_WIDE = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf"
    "\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
)
# Ideographic and full-width commas, stops and closing brackets, the long-vowel and repeat marks.
_CLOSING = (
    "\u3001\u3002\uff0c\uff0e\u30fb\uff1a\uff1b\uff01\uff1f\u300d\u300f\uff09\uff3d\uff5d"
    "\u3009\u300b\u3011\u3015\u30fc\u3005"
)
# A line can be broken at blanks and between wide characters, but never before a closing mark. Not
# compiled at import, because that takes as long as drawing a screen of notes.
_TOKEN = f"\n| +|[{_WIDE}][{_CLOSING}]*|[^ \n{_WIDE}]+"
_BLANKS = re.compile("[ \t]+")
_JOINERS = ("\u200d", "\ufe0f")  # characters that change the width of adjacent ones


FindSpans: TypeAlias = Callable[[str], Sequence[tuple[int, int]]]
"""Finds the spans (start, end) of a text that are to be marked."""

BUTTON_PREFIX = "\0"
"""The prefix of links that are buttons; no link in Markdown can contain NUL."""
ACTION_LINK = BUTTON_PREFIX + "action:"  # runs the action with this ID
FOLD_LINK = BUTTON_PREFIX + "fold:"  # folds or unfolds the part of a note with this key
TASK_LINK = BUTTON_PREFIX + "task:"  # ticks the task on this line of the body, counted from 0
FOOTNOTE_LINK = BUTTON_PREFIX + "footnote:"  # goes to the footnote with this name
BACK_LINK = BUTTON_PREFIX + "back:"  # goes from a footnote back to its reference
LINE_LINK = BUTTON_PREFIX + "line:"  # goes to this line of the file, counted from 1
PICTURE_LINK = BUTTON_PREFIX + "picture:"  # shows a picture; see `Picture.link`


class Piece(NamedTuple):
    """A run of text with one role."""

    text: str  # sanitized, without newlines
    role: str = ""  # roles separated by blanks: "heading em" has both
    link: str = ""  # the target of a click


StyledLine: TypeAlias = list[Piece]


def line_text(line: Iterable[Piece]) -> str:
    """Return the text of a line."""
    return "".join(piece.text for piece in line)


def line_width(line: Iterable[Piece]) -> int:
    """Return the width of a line in cells."""
    return sum(cell_len(piece.text) for piece in line)


def add_role(line: Iterable[Piece], role: str) -> StyledLine:
    """Return the line with `role` added to every piece that does not have it."""
    return [
        piece
        if piece.role == role or piece.role.startswith(f"{role} ")
        else Piece(piece.text, f"{role} {piece.role}".rstrip(), piece.link)
        for piece in line
    ]


def fit_line(line: StyledLine, width: int, ellipsis: str = "…") -> StyledLine:
    """Return `line` cut to at most `width` cells, with an ellipsis if it was longer."""
    if line_width(line) <= width:
        return line
    room = width - cell_len(ellipsis)
    head: StyledLine = []
    for piece in line:
        length = cell_len(piece.text)
        if length <= room:
            head.append(piece)
            room -= length
            continue
        head.append(piece._replace(text=_head(piece.text, room)))
        break
    if width > 0:
        head.append(Piece(ellipsis, head[-1].role if head else ""))
    return head


def pad_line(line: StyledLine, width: int) -> StyledLine:
    """Return `line` cut or padded to exactly `width` cells."""
    fitted = fit_line(line, width)
    missing = width - line_width(fitted)
    return [*fitted, Piece(" " * missing)] if missing > 0 else fitted


def spread_line(left: StyledLine, right: StyledLine, width: int, *, gap: int = 2) -> StyledLine:
    """Return one line with `left` at its left edge and `right` at its right edge.

    If both do not fit and `left` would have less than half of the width, `right` is dropped.
    """
    right_width = line_width(right)
    if not right_width or width - right_width - gap < min(line_width(left), width // 2):
        return pad_line(left, width)
    return [*pad_line(left, width - right_width - gap), Piece(" " * gap), *right]


def section_line(title: str, about: str, width: int, glyphs: Glyphs) -> StyledLine:
    """Return the title of a section, a summary, and a rule to the end of the line."""
    line = [Piece(title, "strong"), *([Piece(f" {about}", "muted")] if about else [])]
    rule = width - line_width(line) - 1
    return fit_line([*line, Piece(f" {glyphs.rule * rule}", "rule")] if rule > 1 else line, width)


def wrap_line(line: StyledLine, width: int) -> list[StyledLine]:
    """Break a line into rows of at most `width` cells, preferably at blanks."""
    width = max(1, width)
    text = line_text(line)
    if text and "\n" not in text and "\t" not in text and "" not in text.split(" "):
        if line_width(line) <= width:
            return [_join_pieces(line)]
    else:
        line = [piece._replace(text=_BLANKS.sub(" ", piece.text)) for piece in line]
    line = _join_pieces(line)
    return cut_line(line, _row_spans(line, width))


def _row_spans(line: StyledLine, width: int) -> list[tuple[int, int]]:
    text = line_text(line)
    # The width of a joiner depends on its piece.
    has_joiners = any(joiner in text for joiner in _JOINERS)

    def part(start: int, end: int) -> StyledLine:
        return cut_line(line, [(start, end)])[0] if has_joiners else [Piece(text[start:end])]

    rows: list[tuple[int, int]] = []
    start = end = 0
    for token in re.finditer(_TOKEN, text):
        first, last = token.span()
        if token[0] == "\n":
            rows.append((start, end))
            start = end = last
        elif token[0][0] != " ":
            if end > start and line_width(part(start, last)) > width:
                rows.append((start, end))
                start = end
            if end == start:
                start = first
                if line_width(part(first, last)) > width:
                    for row in chop_line(part(first, last), width)[:-1]:
                        rows.append((start, start + len(line_text(row))))
                        start = rows[-1][1]
            end = last
    return [*rows, (start, end)]


def break_source(text: str, width: int) -> list[tuple[int, int]]:
    """Return the start and end of each row of a text, without omitting characters."""
    width = max(1, width)
    rows: list[tuple[int, int]] = []
    start = 0
    while True:
        end = start + len(_head(text, width, start) or text[start : start + 1])
        if end < len(text) and (blank := text.rfind(" ", start, end)) - start > width // 3:
            end = blank + 1
        rows.append((start, end))
        if end >= len(text):
            return rows
        start = end


def flow_lines(
    parts: Iterable[StyledLine], width: int, gap: Sequence[Piece] = ()
) -> list[StyledLine]:
    """Put parts side by side, and start a new line for each part that does not fit."""
    rows: list[StyledLine] = []
    for part in parts:
        if rows and line_width(longer := [*rows[-1], *gap, *part]) <= width:
            rows[-1] = longer
        else:
            rows.append(fit_line(part, width))
    return rows


def cut_line(line: StyledLine, spans: Iterable[tuple[int, int]]) -> list[StyledLine]:
    """Return the parts of a line at character spans, which must be in order."""
    parts: list[StyledLine] = []
    number = offset = 0
    for start, end in spans:
        part: StyledLine = []
        while number < len(line):
            text, role, link = line[number]
            if inside := text[max(0, start - offset) : max(0, end - offset)]:
                part.append(Piece(inside, role, link))
            if offset + len(text) > end:
                break
            offset += len(text)
            number += 1
        parts.append(part)
    return parts


def chop_line(line: StyledLine, width: int) -> list[StyledLine]:
    """Break a line into rows of `width` cells, even within words, and keep all blanks."""
    width = max(1, width)
    if line_width(line) <= width:
        return [line]
    rows: list[StyledLine] = [[]]
    used = 0
    for piece in line:
        start = 0
        while start < len(piece.text):
            head = _head(piece.text, width - used, start)
            if not head and used:
                rows.append([])
                used = 0
                continue
            # A grapheme that is wider than a row gets its own row.
            head = head or piece.text[start]
            rows[-1].append(piece._replace(text=head))
            used += cell_len(head)
            start += len(head)
    return rows


def mark_matches(line: StyledLine, find: FindSpans) -> StyledLine:
    """Return the line with the matches in its text marked."""
    return mark_spans(line, find(line_text(line)))


def mark_spans(
    line: StyledLine, spans: Sequence[tuple[int, int]], role: str = "mark"
) -> StyledLine:
    """Return the line with `role` added to the characters of each (start, end) of `spans`."""
    if not spans:
        return line
    cuts = {offset for span in spans for offset in span}
    bounds = [*pairwise(sorted({0, len(line_text(line)), *cuts}))]
    marked: StyledLine = []
    for (start, stop), part in zip(bounds, cut_line(line, bounds), strict=True):
        is_inside = any(first <= start and stop <= last for first, last in spans)
        # The last role decides the colour.
        marked += [
            piece._replace(role=f"{piece.role} {role}".lstrip()) if is_inside else piece
            for piece in part
        ]
    return marked


def _head(text: str, width: int, start: int = 0) -> str:
    """Return the whole graphemes that fit into `width` cells, starting at `start`."""
    if width <= 0:
        return ""
    if text.isascii():
        return text[start : start + width]
    # Splitting a long text for each of its rows would be slow.
    size = 2 * width
    while True:
        part = text[start : start + size]
        ends, used = [0], 0
        for _, end, cells in split_graphemes(part)[0]:
            used += cells
            if used > width:
                break
            ends.append(end)
        if used > width or start + size >= len(text):
            break
        size *= 4
    # Rich measures and splits a text that starts with two joiners differently.
    return next(part[:end] for end in reversed(ends) if cell_len(part[:end]) <= width)


def _join_pieces(row: StyledLine) -> StyledLine:
    """Join adjacent pieces with the same look: fewer pieces are faster to paint."""
    if len(row) < 2:
        return row
    return [
        Piece("".join(piece.text for piece in same), role, link)
        for (role, link), same in groupby(row, key=itemgetter(1, 2))
    ]
