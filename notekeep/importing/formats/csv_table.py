"""Any CSV file: a note for each row.

`--map COLUMN=FIELD` maps a column to `title`, `body`, `tags`, `created` or another field.
`--map COLUMN=` skips a column. `--id COLUMN` identifies rows when the table is imported again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from notekeep.errors import UsageError
from notekeep.importing.formats.page_fields import field_name, set_field
from notekeep.importing.formats.reading import Records, guard, read_csv, source_text
from notekeep.importing.input_files import InputFiles
from notekeep.importing.records import Format, Loss, Page, one_line
from notekeep.markdown.fields.schema import canonical

_USUAL_NAMES = {"title": ("title", "name"), "body": ("content", "body", "text", "note")}


def _read(files: InputFiles) -> Records:
    known: set[str] = set()
    for name in files.detected:
        rows: list[tuple[int, dict[str, str]]] = []
        yield from guard("files", name, _read_rows, files, name, rows)
        columns: dict[str, str] = {}
        for line, row in rows:
            columns = columns or _name_columns(name, list(row), files.columns, files.id_column)
            page = _make_page(row, columns, files.id_column)
            page.folder = name.rpartition("/")[2].rpartition(".")[0]
            if not page.title:
                yield Loss("rows without a title", place=f"{name}:{line}")
            elif page.key in known:
                yield Loss("rows with a duplicate ID", place=f"{name}:{line}")
            else:
                known.add(page.key)
                yield page


def _read_rows(files: InputFiles, name: str, rows: list[tuple[int, dict[str, str]]]) -> None:
    with files.open_text(name) as text:
        rows.extend(read_csv(text))


def _name_columns(
    name: str, columns: Sequence[str], mapped: Mapping[str, str], id_column: str
) -> dict[str, str]:
    """Return the field of each column, from `--map` or its name."""
    for column in (*mapped, id_column):
        if column and column not in columns:
            raise UsageError(
                f"{name} has no column {column}.", f"Its columns: {', '.join(columns)}"
            )
    found = dict(mapped)
    free = {column.casefold(): column for column in reversed(columns) if column not in mapped}
    for use, names in _USUAL_NAMES.items():
        if use not in found.values():
            known = [free[usual] for usual in names if usual in free]
            found |= dict.fromkeys(known[:1], use)
    if "title" not in found.values():
        raise UsageError(
            f"{name}: no column is called title or name.",
            f"Map one: `--map '{columns[0]}=title'`",
        )
    return {column: found.get(column, column) for column in columns}


def _make_page(row: Mapping[str, str], columns: Mapping[str, str], id_column: str) -> Page:
    by_use = {use: row[column] for column, use in columns.items()}
    title = one_line(by_use.get("title"))
    key = one_line(row[id_column]) if id_column else title
    page = Page(f"csv:{key or title}", title, source_text(by_use.get("body")))
    for column, use in columns.items():
        if not use or use in ("title", "body"):
            continue
        if canonical(use.casefold()) == "tags" and "," not in row[column]:
            page.tags += tuple(row[column].split())
        elif use == column:
            set_field(page, use, row[column], "csv")
        else:
            # The user chose the name.
            set_field(page, use, row[column], field_name(column, "csv"))
    return page


# CSV can be from any program, so it is only read with `--from`, `--map` or `--id`.
FORMATS = (Format("csv", "CSV", "cs", lambda *_: False, _read),)
