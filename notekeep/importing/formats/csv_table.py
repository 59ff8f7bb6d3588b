"""Any CSV file: a note for each row, where a person says which column is the title.

`--map COLUMN=FIELD` names what a column is: `title`, `body`, `tags`, `created`, another field, or
nothing. `--id COLUMN` names the column that tells rows apart when the same table comes again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import UsageError
from notekeep.importing.formats.page_fields import field_name, set_field, split_list
from notekeep.importing.formats.reading import guard, read_csv
from notekeep.importing.records import Format, Loss, Page, clean_line, clean_text
from notekeep.markdown.schema import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Record

_TITLES = ("title", "name")
_BODIES = ("content", "body", "text", "note")


def detect(_: str, __: bytes) -> bool:
    """Never say yes: a table is any program's, so a person names this format."""
    return False


def read(given: InputFiles) -> Iterator[Record | Loss]:
    """Read the rows.

    Raises:
        UsageError: No column is the title, or one that a person named is not there.
    """
    known: set[str] = set()
    for name in given.detected:
        rows: list[tuple[int, dict[str, str]]] = []
        yield from guard(name, lambda name=name, rows=rows: _read_rows(given, name, rows))  # type: ignore[misc]
        if not rows:
            continue
        columns = _name_columns(name, list(rows[0][1]), given.columns, given.id_column)
        stem = name.rpartition("/")[2].rpartition(".")[0]
        for line, row in rows:
            place = f"{name}:{line}"
            page = _make_page(row, columns, given.id_column)
            if not page.title:
                yield Loss("rows without a title", place=place)
            elif page.key in known:
                yield Loss("rows with the ID of another row", place=place)
            else:
                known.add(page.key)
                page.folder = stem
                yield page


def _read_rows(
    given: InputFiles, name: str, rows: list[tuple[int, dict[str, str]]]
) -> Iterator[Loss]:
    rows.extend(read_csv(given.text(name)))
    yield from ()


def _name_columns(
    name: str, columns: Sequence[str], asked: Mapping[str, str], id_column: str
) -> dict[str, str]:
    """Return what each column is: what a person said, else what its name says."""
    for column in (*asked, id_column):
        if column and column not in columns:
            raise UsageError(
                f"{name} has no column {column}.", f"Its columns: {', '.join(columns)}"
            )
    found = dict(asked)
    free = [column for column in columns if column not in asked]
    for wanted, names in (("title", _TITLES), ("body", _BODIES)):
        if wanted not in found.values():
            known = [one for one in free if one.casefold() in names]
            known.sort(key=lambda one, names=names: names.index(one.casefold()))  # type: ignore[misc]
            found |= dict.fromkeys(known[:1], wanted)
    if "title" not in found.values():
        raise UsageError(
            f"{name}: no column is called title or name.",
            f"Say which is: --map '{columns[0]}=title'",
        )
    return {column: found.get(column, column) for column in columns}


def _make_page(row: Mapping[str, str], columns: Mapping[str, str], id_column: str) -> Page:
    by_use = {use: row[column] for column, use in columns.items()}
    title = clean_line(by_use.get("title"))
    key = clean_line(row[id_column]) if id_column else title
    page = Page(f"csv:{key or title}", title, clean_text(by_use.get("body")).strip())
    for column, use in columns.items():
        if not use or use in ("title", "body"):
            continue
        if canonical(use.casefold()) == "tags" and "," not in row[column]:
            page.tags += tuple(split_list(row[column].replace(" ", ",")))
        elif use == column:
            set_field(page, use, row[column], "csv")
        else:
            # A person chose the name.
            set_field(page, use, row[column], field_name(column, "csv"))
    return page


FORMAT = Format("csv", "CSV", "cs", detect, read)
