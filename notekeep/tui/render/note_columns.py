"""The grid of notes: which fields are columns, their widths, and their cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from rich.cells import cell_len

from notekeep.catalog.columns import COLUMNS, column_value
from notekeep.catalog.records import Row
from notekeep.dates import parse_iso
from notekeep.habits.calendar import ASCII_MARKS, UNICODE_MARKS, Mark
from notekeep.markdown.fields.schema import FieldType, Schema
from notekeep.markdown.sanitize import clean_line
from notekeep.tui.render.formatting import (
    BEST_RATING,
    column_head,
    field_text,
    kind_name,
    long_date,
    parse_rating,
    plural,
    stars,
)
from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line, line_width, pad_line

GAP = 2  # cells between columns, where the edges of the cursor are drawn
GUTTER = 2
MIN_TITLE = 10
MIN_COLUMN = 4
MAX_LENT = 3  # cells taken from the title for a last column that almost fits
MIN_PROSE = 8  # minimum width of a text that is cut off at the right edge

TITLE_COLUMN, KIND_COLUMN, TAGS_COLUMN, MODIFIED_COLUMN = "title", "type", "tags", "modified"
MAX_WIDTHS: dict[FieldType | None, int] = {
    "number": 10,
    "date": 11,
    "bool": 5,
    "list": 24,
    "links": 24,
    "text": 24,
    None: 18,
}
"""The maximum width of a column while others need space."""

FIRST_COLUMNS: dict[str, tuple[str, ...]] = {
    "book": ("author", "rating", "status", "started", "finished", "tags", "pages", "genre"),
    "podcast": ("show", "guest", "rating", "status", "listened", "tags", "published", "duration"),
    "habit": ("schedule", "goal", "since", "until", "archived", "tags"),
    "post": ("date", "draft", "series", "part", "tags", "publish"),
    "daily": ("date", "tags"),
    "note": ("tags", "created"),
}
"""Columns that are always shown for a kind, even if empty."""

_STATUS_MARKS: dict[str, Mark] = {
    "finished": "done",
    "reading": "partial",
    "listening": "partial",
    "to-read": "open",
    "to-listen": "open",
    "dropped": "skipped",
}

LAST_COLUMNS = ("aliases", "description", "cover", "slug", "source", "url", "feed", "isbn", "asin")
"""The least important fields."""

_RANKS = {
    name: rank
    for rank, name in enumerate(dict.fromkeys(chain(("rating", "status"), *FIRST_COLUMNS.values())))
}
"""The order of fields that occur in the same number of notes."""

# The minimum share of notes with a field for it to become a column: in notes of several kinds, and
# in notes of one kind for a field that the kind does not define.
_COMMON_SHARE = 0.2
_FOREIGN_SHARE = 0.05


class Column(NamedTuple):
    """A column of the grid."""

    name: str  # the field, or one of TITLE_COLUMN, KIND_COLUMN and MODIFIED_COLUMN
    type: FieldType | None  # the type of its values; None for a field that no kind defines
    width: int  # the width of its values, within limits
    most: int  # the width of its values, without limits

    @property
    def head(self) -> str:
        return column_head(self.name)

    @property
    def is_computed(self) -> bool:
        """Whether the column is computed and cannot be edited."""
        return self.name in COLUMNS and COLUMNS[self.name].is_computed


class ColumnPlace(NamedTuple):
    """The position of a visible column: its number, first cell and width."""

    column: int
    x: int
    width: int


def choose_columns(rows: Sequence[Row], schema: Schema, glyphs: Glyphs) -> list[Column]:
    """Return the columns for notes: the fields of their kind, or their common fields."""
    kinds = Counter(row.kind for row in rows)
    kind = next(iter(kinds)) if len(kinds) == 1 else ""
    fields = (field for row in rows for field in row.fields.items())
    found = Counter(name for name, value in fields if value not in (None, "", []))
    if any(row.tags for row in rows):
        found[TAGS_COLUMN] += 1
    ranked = sorted(found, key=lambda name: (-found[name], _RANKS.get(name, len(_RANKS)), name))
    if kind:
        names = _of_kind(kind, ranked, found, len(rows), schema)
    else:
        often = [name for name in ranked if found[name] >= len(rows) * _COMMON_SHARE]
        names = [*(name for name in often if name not in LAST_COLUMNS), TAGS_COLUMN]
    head = [TITLE_COLUMN] if kind else [TITLE_COLUMN, KIND_COLUMN]
    shown = [name for name in dict.fromkeys(names) if name not in {TITLE_COLUMN, KIND_COLUMN}]
    return [
        _column(name, kind or next(iter(kinds), ""), rows, schema, glyphs)
        for name in (*head, *shown, MODIFIED_COLUMN)
    ]


def _of_kind(
    kind: str, ranked: Sequence[str], found: Counter[str], count: int, schema: Schema
) -> list[str]:
    known = schema.kinds.get(kind)
    own = list(known.fields) if known is not None else []
    first = FIRST_COLUMNS.get(kind) or (*own, TAGS_COLUMN)
    foreign = [name for name in ranked if name not in own and found[name] > count * _FOREIGN_SHARE]
    other = sorted((*own, *foreign), key=lambda name: name in LAST_COLUMNS)
    names = [*first, *(name for name in other if found[name])]
    return [name for name in names if name != "habit" or kind != "habit"]


def _column(name: str, kind: str, rows: Sequence[Row], schema: Schema, glyphs: Glyphs) -> Column:
    type_ = "date" if name == MODIFIED_COLUMN else schema.type_of(kind, name)
    column = Column(name, type_, 0, 0)
    least = cell_len(column.head) + 2
    widths = [cell_len(cell_text(row, column, glyphs)) for row in rows]
    most = max([least, *widths])
    limit = max(widths, default=0) if name == TITLE_COLUMN else MAX_WIDTHS[type_]
    return column._replace(width=max(least, min(most, limit)), most=most)


def cell_text(row: Row, column: Column, glyphs: Glyphs) -> str:
    """Return the value of a note in a column as one line, or "" if there is none."""
    if column.name == TITLE_COLUMN:
        return clean_line(row.title)
    if column.name == TAGS_COLUMN:
        return " ".join(f"#{clean_line(tag)}" for tag in row.tags)
    value = column_value(row, column.name)
    if column.type == "date" and (day := parse_iso(field_text(value))):
        return long_date(day)
    if column.name == "status" and (mark := _STATUS_MARKS.get(str(value))):
        marks = (ASCII_MARKS if glyphs.is_ascii else UNICODE_MARKS).marks
        return f"{marks[mark]} {value}"
    if column.name == "rating" and (shown := star_rating(value, glyphs.best)) is not None:
        return stars(shown, glyphs)
    return field_text(value)


def sum_up(rows: Sequence[Row]) -> str:
    """Return the number of notes, their average rating, and the number in progress."""
    kinds = {row.kind for row in rows}
    name = kind_name(kinds.pop()).lower() if len(kinds) == 1 else "notes"
    counts = [plural(len(rows), name.removesuffix("s"), name)]
    found = (star_rating(row.fields.get("rating")) for row in rows)
    ratings = [rating for rating in found if rating is not None]
    counts += [f"{sum(ratings) / len(ratings):.1f} average"] if ratings else []
    for status in ("reading", "listening"):
        begun = sum(row.fields.get("status") == status for row in rows)
        counts += [f"{begun} {status}"] if begun else []
    return " · ".join(counts)


def star_rating(value: object, best: float = BEST_RATING) -> float | None:
    """Return a rating between 0 and `best`, or None."""
    rating = parse_rating(value) if isinstance(value, int | float) else None
    return rating if rating is not None and 0 <= rating <= best else None


def grid_cell(row: Row, column: Column, glyphs: Glyphs) -> StyledLine:
    """Return the content of a cell, not truncated."""
    text = cell_text(row, column, glyphs)
    role = {"rating": "star", TAGS_COLUMN: "tag", TITLE_COLUMN: ""}.get(column.name)
    if role is None:
        role = "muted" if column.is_computed or column.type in {"date", "bool"} else ""
    return [Piece(text, role)] if text else []


def lay_out_columns(columns: Sequence[Column], width: int, left: int) -> list[ColumnPlace]:
    """Return the positions of the title and of the columns that fit, starting with `left`."""
    if not columns:
        return []
    title, rest = columns[0], columns[left:]
    room = max(0, width - GUTTER)
    total = title.width + sum(column.width + GAP for column in rest)
    first = title.width if total <= room else max(MIN_TITLE, min(title.width, room * 2 // 5))
    widths = {0: min(first, room)}
    spare = room - widths[0]
    for number, column in enumerate(rest, left):
        wide = min(column.width, spare - GAP)
        if wide < (_least(column) if number > left else min(MIN_COLUMN, column.width)):
            break
        widths[number] = wide
        spare -= wide + GAP
    last = [*widths][-1]
    missing = columns[last].width - widths[last]
    if last and missing <= MAX_LENT and widths[0] - missing >= MIN_TITLE:
        widths[0] -= missing
        widths[last] += missing
    places: list[ColumnPlace] = []
    x = GUTTER
    for number, wide in widths.items():
        # Remaining space goes to truncated columns, the title first.
        more = min(spare, max(0, columns[number].most - wide))
        spare -= more
        places.append(ColumnPlace(number, x, wide + more))
        x += wide + more + GAP
    return places


def _least(column: Column) -> int:
    """Return the minimum width of a column: dates and numbers are not truncated."""
    is_prose = column.type in {"text", "list", "links", None} and column.name != "rating"
    return min(MIN_PROSE, column.width) if is_prose else column.width


def first_visible_column(columns: Sequence[Column], width: int, left: int, selected: int) -> int:
    """Return the first column after the title that makes the selected column fully visible."""
    if selected < left:
        return max(1, selected)
    while left < selected:
        place = next(
            (p for p in lay_out_columns(columns, width, left) if p.column == selected), None
        )
        if place is not None and place.width >= columns[selected].width:
            break
        left += 1
    # Scroll back while the last column stays visible, for example in a larger window.
    while left > 1:
        places = lay_out_columns(columns, width, left - 1)
        is_visible = selected == 0 or any(place.column == selected for place in places)
        if not (is_visible and _is_end_visible(columns, places[-1])):
            break
        left -= 1
    return left


def column_heads(
    columns: Sequence[Column],
    places: Sequence[ColumnPlace],
    width: int,
    glyphs: Glyphs,
    *,
    selected: int,
    order: str,
) -> StyledLine:
    """Return the names of the columns."""
    line: StyledLine = []
    x = 0
    is_complete = not places or _is_end_visible(columns, places[-1])
    for number, place in enumerate(places):
        column = columns[place.column]
        room = place.width - (place is places[-1] and not is_complete)  # space for the arrow
        hides = number == 1 and place.column > 1
        line.append(Piece(" " * (place.x - x - hides)))
        line += [Piece(glyphs.before, "accent")] if hides else []
        name: StyledLine = [Piece(column.head, "bright" if place.column == selected else "muted")]
        if order.removeprefix("-") == column.name:
            sign = glyphs.down if order.startswith("-") else glyphs.up
            name = fit_line(name, room - 2, glyphs.ellipsis)
            name = [Piece(piece.text, "active") for piece in (*name, Piece(f" {sign}"))]
        line += align_cell(fit_line(name, room, glyphs.ellipsis), column, room)
        x = place.x + room
    if is_complete:
        return pad_line(line, width)
    return [*pad_line(fit_line(line, width - 1, ""), width - 1), Piece(glyphs.after, "accent")]


def align_cell(line: StyledLine, column: Column, width: int) -> StyledLine:
    """Return a cell padded to its width, numbers and dates at the right."""
    missing = width - line_width(line)
    if missing <= 0:
        return pad_line(line, width)
    blank = Piece(" " * missing)
    is_right = column.type in {"number", "date"} and column.name != "rating"
    return [blank, *line] if is_right else [*line, blank]


def _is_end_visible(columns: Sequence[Column], last: ColumnPlace) -> bool:
    return last.column == len(columns) - 1 and last.width >= columns[last.column].width
