"""A formula over several lines: fractions, sums with their limits, matrices."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len

from notekeep.tui.render.math import signs
from notekeep.tui.render.math.flat import beside, flat, kind_of, marks, tight
from notekeep.tui.render.math.tree import (
    ALIGNED,
    MATRICES,
    Fenced,
    Fraction,
    Grid,
    Node,
    Root,
    Row,
    Scripts,
    Sign,
)


class Box(NamedTuple):
    """Lines of one width, and which of them stands on the line of writing."""

    lines: tuple[str, ...]
    base: int

    @property
    def width(self) -> int:
        """How many cells it takes."""
        return max(map(cell_len, self.lines))


def box_of(node: Node) -> Box:
    """Return the lines of a part of a formula."""
    match node:
        case Row(nodes):
            return _row_box(nodes)
        case Fraction(above, below):
            if (sign := signs.FRACTIONS.get((flat(above), flat(below)))) is not None:
                return Box((sign,), 0)
            top, bottom = box_of(above), box_of(below)
            width = max(top.width, bottom.width) + 2
            lines = (*_centred(top, width), "─" * width, *_centred(bottom, width))
            return Box(lines, len(top.lines))
        case Scripts(base, up, down):
            return _script_box(base, up, down)
        case Root(inner, _):
            box = box_of(inner)
            return (
                Box((flat(node),), 0)
                if len(box.lines) == 1
                else _joined([Box(("√",), 0), _fence(box, "(", ")")])
            )
        case Fenced(left, inner, right):
            return _fence(box_of(inner), left, right)
        case Grid(name, rows):
            return _grid_box(name, rows)
        case Sign(text):
            return Box((text,), 0)


def _row_box(nodes: tuple[Node, ...]) -> Box:
    """Put things beside each other; a run of what is one line high is spaced as in a line."""
    boxes: list[Box] = []
    run: list[tuple[str, str]] = []
    for node in nodes:
        box = box_of(node)
        if len(box.lines) == 1:
            run.append((box.lines[0], kind_of(node)))
            continue
        if run:
            boxes.append(Box((_spaced(run, first=not boxes),), 0))
            run = []
        boxes.append(box)
    if run:
        boxes.append(Box((_spaced(run, first=not boxes),), 0))
    return _joined(boxes) if boxes else Box(("",), 0)


def _spaced(run: list[tuple[str, str]], *, first: bool) -> str:
    if first:
        return beside(run)
    # What stands before is tall; a sign after it has two sides.
    return beside([("\x00", "plain"), *run])[1:]


def _joined(boxes: list[Box]) -> Box:
    base = max(box.base for box in boxes)
    below = max(len(box.lines) - box.base for box in boxes)
    lines = [""] * (base + below)
    for box in boxes:
        width = box.width
        for number in range(len(lines)):
            inner = number - base + box.base
            text = box.lines[inner] if 0 <= inner < len(box.lines) else ""
            lines[number] += text + " " * (width - cell_len(text))
    return Box(tuple(lines), base)


def _centred(box: Box, width: int) -> list[str]:
    return [_centre(line, box.width, width) for line in box.lines]


def _centre(line: str, own: int, width: int) -> str:
    before = (width - own) // 2
    return " " * before + line + " " * (width - before - cell_len(line))


def _script_box(base: Node, up: Row | None, down: Row | None) -> Box:
    kind = kind_of(base)
    text = flat(base)
    limits = (kind == "big" and "∫" not in text) or text in signs.WORDS
    if limits:
        rows = [tight(flat(row)) if row is not None else "" for row in (up, down)]
        width = max(cell_len(text), *map(cell_len, rows))
        above = [_centre(rows[0], cell_len(rows[0]), width)] if rows[0] else []
        below = [_centre(rows[1], cell_len(rows[1]), width)] if rows[1] else []
        middle = _centre(text, cell_len(text), width)
        lines = [f"{line} " for line in (*above, middle, *below)]
        return Box(tuple(lines), len(above))
    box = box_of(base)
    beside_it = marks(up, down)
    if len(box.lines) == 1:
        return Box((box.lines[0] + beside_it,), 0)
    if up is not None and down is None:
        lines = [
            box.lines[0] + beside_it,
            *(line + " " * cell_len(beside_it) for line in box.lines[1:]),
        ]
        return Box(tuple(lines), box.base)
    return _joined([box, Box((beside_it,), 0)])


_TALL = {
    "(": "⎛⎜⎝",
    ")": "⎞⎟⎠",
    "[": "⎡⎢⎣",
    "]": "⎤⎥⎦",
    "{": "⎧⎪⎩",
    "}": "⎫⎪⎭",
    "|": "│││",
    "‖": "‖‖‖",
    "⌊": "⎢⎢⎣",
    "⌋": "⎥⎥⎦",
    "⌈": "⎡⎢⎢",
    "⌉": "⎤⎥⎥",
}
_MIDDLE = {"{": "⎨", "}": "⎬"}


def _fence(box: Box, left: str, right: str) -> Box:
    height = len(box.lines)

    def side(mark: str) -> list[str]:
        if height == 1 or mark not in _TALL:
            return [mark if number == box.base else " " * len(mark) for number in range(height)]
        tall = _TALL[mark]
        column = [tall[0], *[tall[1]] * (height - 2), tall[2]]
        if mark in _MIDDLE and height > 2:
            column[height // 2] = _MIDDLE[mark]
        return column

    parts = [Box(tuple(side(left)), box.base), box, Box(tuple(side(right)), box.base)]
    return _joined([part for part in parts if part.width])


def _grid_box(name: str, rows: tuple[tuple[Row, ...], ...]) -> Box:
    if not rows:
        return Box(("",), 0)
    boxes = [[box_of(cell) for cell in row] for row in rows]
    columns = max(map(len, boxes))
    widths = [
        max((row[n].width for row in boxes if n < len(row)), default=0) for n in range(columns)
    ]
    aligned = name in ALIGNED
    gap = "" if aligned else "  "
    lines: list[str] = []
    for row in boxes:
        base = max(box.base for box in row)
        below = max(len(box.lines) - box.base for box in row)
        for number in range(base + below):
            parts = []
            for column, box in enumerate(row):
                inner = number - base + box.base
                text = box.lines[inner] if 0 <= inner < len(box.lines) else ""
                parts.append(_in_column(text, box.width, widths[column], name, column))
            lines.append(gap.join(parts))
    left, right = MATRICES[name]
    width = max(map(cell_len, lines))
    lines = [line + " " * (width - cell_len(line)) for line in lines]
    return _fence(Box(tuple(lines), (len(lines) - 1) // 2), left, right)


def _in_column(text: str, own: int, width: int, name: str, column: int) -> str:
    text += " " * (own - cell_len(text))
    if name == "cases" or (name in ALIGNED and column % 2):
        return text + " " * (width - own)
    if name in ALIGNED:
        return " " * (width - own) + text
    return _centre(text, own, width)
