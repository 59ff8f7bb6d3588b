"""Notes as a grid: which fields are columns, how wide each is, and what a cell shows.

Pure: what a column is and holds comes from rows of the catalog, nothing is read or drawn here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from notekeep.catalog.columns import COLUMNS, column_value
from notekeep.catalog.records import Row
from notekeep.dates import parse_iso
from notekeep.markdown.sanitize import clean_line
from notekeep.markdown.schema import FieldType, Schema
from notekeep.tui.render.formatting import (
    BEST_RATING,
    column_head,
    field_text,
    long_date,
    parse_rating,
    stars,
)
from notekeep.tui.render.glyphs import Glyphs
from notekeep.tui.render.styled_text import Piece, StyledLine, fit_line, line_width, pad_line

GAP = 2  # blanks between columns; the cell under the cursor may lean into them
GUTTER = 2
MIN_TITLE = 10
MIN_COLUMN = 4
MIN_PROSE = 8  # a text that would be seen in fewer cells than this is not begun at the right edge

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
"""How wide a column is at most while others want room."""

FIRST_COLUMNS: dict[str, tuple[str, ...]] = {
    "book": ("author", "rating", "status", "started", "finished", "tags", "pages", "genre"),
    "podcast": ("show", "guest", "rating", "status", "listened", "tags", "published", "duration"),
    "habit": ("schedule", "goal", "since", "until", "archived", "tags"),
    "post": ("date", "draft", "series", "part", "tags", "publish"),
    "daily": ("date", "tags"),
    "note": ("tags", "created"),
}
"""Columns that the notes of a kind always have, in their order: an empty one is there to fill."""

LAST_COLUMNS = ("aliases", "description", "cover", "slug", "source", "url", "feed", "isbn", "asin")
"""Fields that say least at a glance."""

_RANKS = {
    name: rank
    for rank, name in enumerate(
        dict.fromkeys(
            ("rating", "status", *(name for names in FIRST_COLUMNS.values() for name in names))
        )
    )
}
"""Of fields that equally many notes have, which comes first."""

_COMMON_SHARE = 0.2  # of the notes of several kinds, this share has a field that becomes a column
_FOREIGN_SHARE = 0.05
"""Of the notes of one kind, this share has a field the kind does not name, for it to be one."""


class Column(NamedTuple):
    """A column of the grid."""

    name: str  # the field, or one of TITLE, KIND and MODIFIED
    type: FieldType | None  # the type of its values; None for a field that no kind has
    width: int  # the cells its values take, within limits
    most: int  # the cells they would take without

    @property
    def head(self) -> str:
        return column_head(self.name)

    @property
    def is_computed(self) -> bool:
        """Whether it says what a note is, and is no field that can be written."""
        return self.name in COLUMNS and COLUMNS[self.name].is_computed


class ColumnPlace(NamedTuple):
    """Where a column is seen: its number, its first cell and how many it has."""

    column: int
    x: int
    width: int


def choose_columns(rows: Sequence[Row], schema: Schema, glyphs: Glyphs) -> list[Column]:
    """Give the columns that suit some notes: what their kind has, or what they have in common."""
    kinds = Counter(row.kind for row in rows)
    kind = next(iter(kinds)) if len(kinds) == 1 else ""
    fields = (field for row in rows for field in row.fields.items())
    found = Counter(name for name, value in fields if value not in (None, "", []))
    if any(row.tags for row in rows):
        found[TAGS_COLUMN] += 1
    # Those that most notes have come first, in whatever order the notes are.
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
    seen = [cell_len(cell_text(row, column, glyphs)) for row in rows]
    most = max([least, *seen])
    limit = max(seen, default=0) if name == TITLE_COLUMN else MAX_WIDTHS[type_]
    return column._replace(width=max(least, min(most, limit)), most=most)


def cell_text(row: Row, column: Column, glyphs: Glyphs) -> str:
    """Return what a note has in a column, as one line; "" where it has nothing."""
    if column.name == TITLE_COLUMN:
        return clean_line(row.title)
    if column.name == TAGS_COLUMN:
        return " ".join(f"#{clean_line(tag)}" for tag in row.tags)
    value = column_value(row, column.name)
    if column.type == "date" and (day := parse_iso(str(value))):
        return long_date(day)
    if column.name == "rating" and (shown := star_rating(value, glyphs.best)) is not None:
        return stars(shown, glyphs)
    return field_text(value)


def star_rating(value: object, best: float = BEST_RATING) -> float | None:
    """Return a rating that five stars can show, or None for one above the best."""
    rating = parse_rating(value) if isinstance(value, int | float) else None
    return rating if rating is not None and 0 <= rating <= best else None


def grid_cell(row: Row, column: Column, glyphs: Glyphs) -> StyledLine:
    """Return a cell, uncut."""
    text = cell_text(row, column, glyphs)
    role = {"rating": "star", TAGS_COLUMN: "tag", TITLE_COLUMN: ""}.get(column.name)
    if role is None and column.is_computed:
        role = "muted"
    elif role is None:
        role = "muted" if column.type in {"date", "bool"} else ""
    return [Piece(text, role)] if text else []


def lay_out_columns(columns: Sequence[Column], width: int, left: int) -> list[ColumnPlace]:
    """Give each column that is seen its place: the title always, then those from `left` on."""
    if not columns:
        return []
    title, rest = columns[0], columns[left:]
    room = max(0, width - GUTTER)
    wanted = title.width + sum(column.width + GAP for column in rest)
    first = title.width if wanted <= room else max(MIN_TITLE, min(title.width, room * 2 // 5))
    widths = {0: min(first, room)}
    spare = room - widths[0]
    for number, column in enumerate(rest, left):
        wide = min(column.width, spare - GAP)
        if wide < (_least(column) if number > left else min(MIN_COLUMN, column.width)):
            break
        widths[number] = wide
        spare -= wide + GAP
    # What is left goes to those that are cut, the title first.
    for number, wide in widths.items():
        more = min(spare, max(0, columns[number].most - wide))
        widths[number] = wide + more
        spare -= more
    places: list[ColumnPlace] = []
    x = GUTTER
    for number, wide in widths.items():
        places.append(ColumnPlace(number, x, wide))
        x += wide + GAP
    return places


def _least(column: Column) -> int:
    """Return in how many cells a column says something: a date or a number only in all of them."""
    is_prose = column.type in {"text", "list", "links", None} and column.name != "rating"
    return min(MIN_PROSE, column.width) if is_prose else column.width


def first_visible_column(columns: Sequence[Column], width: int, left: int, wanted: int) -> int:
    """Return which column to begin with after the title, so that `wanted` is seen whole."""
    if wanted < left:
        return max(1, wanted)
    while left < wanted:
        place = next((p for p in lay_out_columns(columns, width, left) if p.column == wanted), None)
        if place is not None and place.width >= columns[wanted].width:
            break
        left += 1
    # What there is room for is shown, also when the window grew or the last column was left.
    while left > 1 and _is_whole(columns, width, left - 1, wanted):
        left -= 1
    return left


def _is_whole(columns: Sequence[Column], width: int, left: int, wanted: int) -> bool:
    places = lay_out_columns(columns, width, left)
    is_seen = wanted == 0 or any(place.column == wanted for place in places)
    return is_seen and _is_end_seen(columns, places[-1])


def column_heads(
    columns: Sequence[Column],
    places: Sequence[ColumnPlace],
    width: int,
    glyphs: Glyphs,
    *,
    here: int,
    order: str,
) -> StyledLine:
    """Return what stands above the columns."""
    line: StyledLine = []
    x = 0
    for number, place in enumerate(places):
        column = columns[place.column]
        hides = number == 1 and place.column > 1
        line.append(Piece(" " * (place.x - x - hides)))
        line += [Piece(glyphs.before, "accent")] if hides else []
        name: StyledLine = [Piece(column.head, "bright" if place.column == here else "muted")]
        if order.removeprefix("-") == column.name:
            sign = glyphs.down if order.startswith("-") else glyphs.up
            name = fit_line(name, place.width - 2, glyphs.ellipsis)
            name = [Piece(piece.text, "active") for piece in (*name, Piece(f" {sign}"))]
        line += align_cell(fit_line(name, place.width, glyphs.ellipsis), column, place.width)
        x = place.x + place.width
    last = places[-1] if places else None
    if last is None or _is_end_seen(columns, last):
        return pad_line(line, width)
    return [*pad_line(fit_line(line, width - 1, ""), width - 1), Piece(glyphs.after, "accent")]


def align_cell(line: StyledLine, column: Column, width: int) -> StyledLine:
    """Return a cell filled with blanks to its width, numbers at the right."""
    missing = width - line_width(line)
    if missing <= 0:
        return pad_line(line, width)
    blank = Piece(" " * missing)
    is_number = column.type == "number" and column.name != "rating"
    return [blank, *line] if is_number else [*line, blank]


def _is_end_seen(columns: Sequence[Column], last: ColumnPlace) -> bool:
    return last.column == len(columns) - 1 and last.width >= columns[last.column].width
