"""Writes `docs/fields.md` from the kinds of notes, and the states that a query knows.

python docs/.make/fields.py [FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from notekeep.catalog.columns import COLUMNS, STATES, THINGS
from notekeep.markdown.fields.schema import COMMON_FIELDS, FIELD_CHOICES, KINDS, other_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from notekeep.markdown.fields.schema import FieldType

PAGE = Path(__file__).resolve().parents[1] / "fields.md"
HEAD = """\
# Fields

Look up the fields of each [kind of note](notes.md#kinds). All are optional. You can use other
fields too: notekeep keeps them, finds them by name, and lists them with `notekeep fields`. Add
kinds and fields in the [settings](settings.md).

The last column lists names of other programs that notekeep also understands. It does not rename
them in the file. Case, spaces, dashes and underscores are ignored: `startReadDate` and
`start_read_date` are the same.

`notekeep set` refuses a value outside the range or choices of its field, unless you use `--force`.
`notekeep lint` lists such values.

<!-- Written by docs/.make/fields.py from markdown/fields/schema.py and catalog/columns.py. -->
"""
TYPES: dict[FieldType, str] = {
    "text": "text",
    "number": "a number",
    "date": "a day (`2026-11-24`), a month or a year",
    "list": "a list, or text with commas",
    "bool": "`true` or `false`",
    "links": "a list of links to notes",
}
HELD = {
    "rating": "a number from 0 to 5, or to the vault's `rating_max`",
    "schedule": "a [schedule](habits.md#schedules), or a list with the first day of each",
    "goal": "a [goal](habits.md#goals), or a list with the first day of each",
}
TITLES = {"note": "Any other note"}


def page() -> str:
    """The whole page."""
    parts = [HEAD, "## Every kind\n", _table("", COMMON_FIELDS)]
    for kind in KINDS.values():
        parts.append(f"## {TITLES.get(kind.id, kind.id.capitalize())}\n")
        parts.append(_table(kind.id, kind.fields) if kind.fields else "No fields of its own.\n")
    parts += [
        "## Columns of every note\n",
        "notekeep sets these. Use them in queries, `sort:`, `ls --cols` and `--by`.\n",
        "\n".join(_columns()) + "\n",
        f"`is:` takes {_named(STATES)}.\n",
        f"`has:` and `no:` take any field, and {_named(sorted(THINGS))}.\n",
    ]
    return "\n".join(parts)


def _table(kind: str, fields: dict[str, FieldType]) -> str:
    return "\n".join(_lines(kind, fields)) + "\n"


def _columns() -> Iterator[str]:
    yield "| column | content | other names |"
    yield "|---|---|---|"
    for column in COLUMNS.values():
        if column.name not in COMMON_FIELDS:
            yield f"| `{column.name}` | {column.description} | {_named(column.aliases)} |"


def _lines(kind: str, fields: dict[str, FieldType]) -> Iterator[str]:
    yield "| field | what it holds | also read as |"
    yield "|---|---|---|"
    for name, type_ in fields.items():
        others = ", ".join(f"`{other}`" for other in other_names(name))
        choices = FIELD_CHOICES.get((kind, name))
        held = _named(choices) if choices else HELD.get(name, TYPES[type_])
        yield f"| `{name}` | {held} | {others} |"


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    (Path(sys.argv[1]) if sys.argv[1:] else PAGE).write_text(page(), "utf-8")
