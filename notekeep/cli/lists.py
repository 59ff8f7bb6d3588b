"""Lists: `ls`, `fields`, `saved`, `today`, `random`, `onthisday`, `books`."""

from __future__ import annotations

import datetime as dt
import random as chance
import re
from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING, Any

import click

from notekeep.catalog.columns import COLUMNS, column_value
from notekeep.catalog.queries import GROUPINGS, TAG, count_by
from notekeep.catalog.records import Row
from notekeep.cli import output, shell_completion
from notekeep.cli.arguments import (
    DefaultGroup,
    RawCommand,
    answer_options,
    change_options,
    join_query,
    limit_option,
    null_option,
    parse_year,
    template_option,
)
from notekeep.cli.confirmation import apply_plan
from notekeep.cli.context import current_context, is_json
from notekeep.cli.opening import open_refreshed, open_vault
from notekeep.dates import format_short_day, parse_day
from notekeep.errors import NotekeepError, NotFound, UsageError
from notekeep.markdown.task_fields import strip_fields
from notekeep.vault import Vault

if TYPE_CHECKING:
    from notekeep.services.overview import DueTask

PLAIN_COLUMNS = ("title", "type", "path")
NO_NOTE = 'No notes yet. `notekeep new note "A title"` creates one.'

MAX_RECENT = 5  # the number of notes in "Last changed"

_NAME = re.compile(r"\{\{|\}\}|\{([\w-]+)\}")


@click.command(cls=RawCommand, metavar="[QUERY...]", short_help="List notes.")
@click.option(
    "--cols",
    metavar="A,B",
    help="Columns to show, as field names.",
    shell_complete=shell_completion.complete_fields,
)
@click.option(
    "--by",
    metavar="FIELD",
    help="Count notes by a field, type, tag, folder or year.",
    shell_complete=shell_completion.complete_grouping,
)
@click.option(
    "--sort",
    metavar="FIELD",
    help="Field to sort by; -FIELD reverses the order.",
    shell_complete=shell_completion.complete_fields,
)
@limit_option()
@template_option
@null_option
@answer_options
def ls(
    words: tuple[str, ...],
    *,
    cols: str | None,
    by: str | None,
    sort: str | None,
    limit: int | None,
    template: str | None,
    null: bool,
) -> int:
    """List the notes that match QUERY, or all notes, sorted by title.

    \b
    notekeep ls 'type:book rating>=4' --sort -finished
    notekeep ls is:draft --format '{path}'
    notekeep ls type:book --by author
    """
    vault = open_refreshed()
    query = (join_query(words) + (f" sort:{sort}" if sort else "")).strip()
    if by is not None:
        return _count(vault, query, by, limit)
    columns = [canonical_field(vault, name) for name in cols.split(",")] if cols else PLAIN_COLUMNS
    fill = read_template(vault, template or "")
    found = vault.search.rows(query, limit=limit)
    if is_json():
        output.write_json({"total": found.total, "rows": [row.as_object() for row in found.rows]})
    elif null:
        output.write_null(row.path for row in found.rows)
    elif template is not None:
        for row in found.rows:
            output.write(fill(row))
    else:
        output.table(
            [[format_cell(column_value(row, name)) for name in columns] for row in found.rows]
        )
    if not found.total and not is_json():
        is_empty_vault = not query and not current_context().no_refresh
        for remark in found.remarks:
            output.write_message(remark)
        output.write_message(NO_NOTE if is_empty_vault else "No notes found.")
    return 0 if found.total else 1


def _count(vault: Vault, query: str, by: str, limit: int | None) -> int:
    field = {"kind": "type", "tags": TAG}.get(by, by)
    name = canonical_field(vault, field, GROUPINGS)
    rows = vault.search.rows(query).rows
    counts = count_by(rows, name)
    shown = list(counts.items())[:limit]
    listed = [{"value": text, "notes": count} for text, count in shown]
    return output.write_answer(
        [(str(count), text) for text, count in shown],
        json={"by": name, "total": len(counts), "counts": listed},
        empty=f"No notes with {by}." if rows else "No notes found.",
        stretch=1,
    )


def canonical_field(vault: Vault, name: str, others: Container[str] = ()) -> str:
    """Return the canonical name of a field; names in `others` are returned unchanged."""
    name = name.strip()
    if name in others:
        return name
    known = vault.search.fields()
    field = known.find(name)
    canonical = field.name if field is not None else name
    if canonical in COLUMNS and COLUMNS[canonical].read is None:
        raise UsageError(f"Notes have no column {name}.", "`notekeep tasks` lists the tasks.")
    if field is not None or name in COLUMNS:
        return canonical
    near = known.nearest_field(name)
    hint = f"Did you mean {near}?" if near else "`notekeep fields` lists the fields."
    raise UsageError(f'There is no field "{name}".', hint)


def format_cell(value: Any) -> str:
    """Format a value for a column."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(format_cell, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def read_template(vault: Vault, template: str, others: Container[str] = ()) -> Callable[..., str]:
    """Return a function that replaces each `{name}` in a template with a field of a row.

    `others` are the names of values that are passed with each row. `{{` and `}}` are braces.
    """
    names = {name: canonical_field(vault, name, others) for name in _NAME.findall(template) if name}

    def fill(row: Row, **more: str) -> str:
        values = {
            name: more[field] if field in more else format_cell(column_value(row, field))
            for name, field in names.items()
        }
        return _NAME.sub(lambda match: values[match[1]] if match[1] else match[0][0], template)

    return fill


@click.command(short_help="List the fields that queries can use.")
@answer_options
def fields() -> int:
    """List the fields in this vault and the type of each."""
    vault = open_refreshed()
    known = vault.search.fields()
    rows = [(name, field.type) for name in known.names() if (field := known.find(name))]
    found = [{"field": name, "type": kind} for name, kind in rows]
    return output.write_answer(rows, json={"total": len(found), "fields": found})


@click.group(
    cls=DefaultGroup,
    default=["run"],
    complete=shell_completion.complete_saved_query,
    invoke_without_command=True,
    short_help="List saved queries, or run one.",
    subcommand_metavar="[NAME | add | rm]",
)
@answer_options
@click.pass_context
def saved(ctx: click.Context) -> int:
    """List the saved queries with their numbers of notes, or run a saved query.

    \b
    notekeep saved add to-read 'type:book status:to-read'
    notekeep saved to-read
    """
    if ctx.invoked_subcommand is not None:
        return 0
    vault = open_refreshed()
    rows: list[tuple[str, str, str]] = []
    for name, query in vault.search.saved.items():
        try:
            count = str(vault.search.rows(query, limit=1).total)
        except NotekeepError as error:
            count = "?"
            output.write_message(f"{name}: {error.message}")
        rows.append((count, name, query))
    found = [
        {"name": name, "query": query, "notes": int(count) if count != "?" else None}
        for count, name, query in rows
    ]
    return output.write_answer(
        rows,
        json={"total": len(found), "saved": found},
        empty="No saved queries. `notekeep saved add NAME QUERY` saves one.",
        stretch=2,
    )


saved_argument = click.argument(
    "name", nargs=-1, required=True, shell_complete=shell_completion.complete_saved_query
)


@saved.command("add", cls=RawCommand, metavar="NAME QUERY...", short_help="Save a query.")
@change_options
def add(words: tuple[str, ...], *, dry_run: bool) -> int:
    """Save QUERY as NAME. An existing query of that name is replaced."""
    query = join_query(words[1:])
    if not words or not query.strip():
        raise UsageError("A name and a query are needed.", "Usage: `notekeep saved add NAME QUERY`")
    vault = open_refreshed()
    vault.search.parse(query)
    plan = vault.notes.plan_save_query(words[0], query)
    return apply_plan(vault, plan, dry_run=dry_run, done=lambda _path: f"saved {words[0]}")


@saved.command("rm", short_help="Remove a saved query.")
@saved_argument
@change_options
def rm(name: tuple[str, ...], *, dry_run: bool) -> int:
    """Remove the saved query NAME. Notes are not changed."""
    vault = open_vault()
    plan = vault.notes.plan_save_query(" ".join(name), "")
    return apply_plan(vault, plan, dry_run=dry_run, done=lambda _path: f"removed {' '.join(name)}")


@saved.command("run", hidden=True)
@saved_argument
@null_option
@answer_options
def run(name: tuple[str, ...], *, null: bool) -> int:
    """List the notes that the saved query NAME finds."""
    vault = open_refreshed()
    title = " ".join(name)
    query = vault.search.saved.get(title)
    if query is None:
        raise NotFound(
            f'There is no saved query "{title}".', "`notekeep saved` lists the saved queries."
        )
    total, found, _ = vault.search.rows(query)
    objects = [row.as_object() for row in found]
    return output.write_answer(
        [(row.title, row.kind, row.path) for row in found],
        json={"query": query, "total": total, "rows": objects},
        null=[row.path for row in found] if null else None,
    )


@click.command(short_help="Show an overview of today.")
@answer_options
def today() -> int:
    """Show habits and tasks due today, books in progress, drafts, changes, and problems."""
    vault = open_refreshed()
    if is_json():
        output.write_json(vault.overview().as_object())
    else:
        print_today(vault)
    return 0


def print_today(vault: Vault) -> None:
    """Print the overview of today as plain lines."""
    from notekeep.cli.habits.output import aim, glyphs
    from notekeep.habits.summary import count_habits, format_run

    view = vault.overview()
    title = f"{view.day:%A} {view.day.day} {view.day:%B %Y}"
    output.write_styled([(title, "bold"), (f"  {vault.root}", "dim")])
    signs = glyphs(vault.settings)
    done, total, _ = count_habits(view.habits)
    habits = [
        (
            signs.marks[habit.today.mark],
            habit.title,
            aim(habit, signs),
            format_run(habit.streak, habit.streak_unit) if habit.streak else "",
            habit.note,
        )
        for habit in view.habits
    ]
    write_part("Habits", habits, f"{done} of {total} done" if habits else "")
    count = f"{view.tasks.open} open; `notekeep tasks` lists them" if view.tasks.open else ""
    write_part("Tasks", _due_rows(view.tasks.due, view.day), count, whole=3)
    write_part("Next seven days", _due_rows(view.tasks.week, view.day), whole=3)
    if view.quote is not None:
        write_part("Quote of the day", [(view.quote.text, view.quote.source.title)])
    if view.to_recall:
        write_part("Recall", [], f"{view.to_recall} left today; `notekeep recall` shows them")
    write_part("Reading", [(row.title, _authors(row)) for row in view.reading])
    notes = {
        "Today's note": [view.daily] if view.daily else [],
        "Drafts": view.drafts,
        "On this day": [found.row for found in view.on_this_day],
        "Last changed": view.recent[:MAX_RECENT],
    }
    for head, found in notes.items():
        write_part(head, [(row.title, row.path) for row in found])
    broken = [(copy, f"copy of {original}") for copy, original in view.conflicts.items()]
    broken += [(problem.place, problem.message) for problem in view.problems]
    write_part("Needs a look", broken)
    if view.is_quiet:
        output.write_message("Nothing due today. `notekeep add TEXT` adds a line to today's note.")


def _due_rows(found: Sequence[DueTask], today: dt.date) -> list[tuple[str, ...]]:
    return [
        (
            f"[{task.mark}]",
            strip_fields(task.text),
            "today"
            if day == today
            else ("late, " if day < today else "") + format_short_day(day, today),
            f"{task.path}:{task.line}",
        )
        for day, task in found
    ]


def write_part(
    head: str, rows: Sequence[Sequence[str]], aside: str = "", whole: int | None = None
) -> None:
    """Print a part of the overview, if it is not empty."""
    if not rows and not aside:
        return
    output.write("")
    output.write_styled([(head, "bold"), *([(f"  {aside}", "dim")] if aside else [])])
    output.table([(f"  {first}", *rest) for first, *rest in rows], stretch=1, whole=whole)


def _authors(row: Row) -> str:
    authors = row.fields.get("author")
    return ", ".join(map(str, authors)) if isinstance(authors, list) else str(authors or "")


@click.command(cls=RawCommand, metavar="[QUERY...]", short_help="Show a random note.")
@template_option
@answer_options
def random(words: tuple[str, ...], *, template: str | None) -> int:
    """Print a random note, from those that match QUERY or from all.

    \b
    notekeep show "$(notekeep random type:book --format '{path}')"
    """
    vault = open_refreshed()
    fill = read_template(vault, template or "")
    found = vault.search.rows(join_query(words)).rows
    row = chance.choice(found) if found else None  # noqa: S311 - no secret
    if is_json():
        output.write_json({"total": len(found), "row": row.as_object() if row else None})
    elif row is None:
        output.write_message("No notes found.")
    elif template is not None:
        output.write(fill(row))
    else:
        output.write_styled([(row.title, "bold"), ("  ", ""), (row.path, "dim")])
    return 0 if row else 1


@click.command(short_help="List notes from this date in other years.")
@click.argument("day", nargs=-1)
@null_option
@answer_options
def onthisday(day: tuple[str, ...], *, null: bool) -> int:
    """List the notes created, finished, listened to or started on DAY in earlier years.

    DAY (default: today) can be yesterday, mon, 11-03 and so on.
    """
    vault = open_refreshed()
    chosen = parse_day(" ".join(day), vault.today()) if day else vault.today()
    found = vault.search.on_this_day(chosen)
    notes = [
        {"year": one.year, "field": one.field, "path": one.row.path, "title": one.row.title}
        for one in found
    ]
    answer = {"day": chosen.isoformat(), "total": len(notes), "notes": notes}
    return output.write_answer(
        [(str(one.year), one.field, one.row.title, one.row.path) for one in found],
        json=answer,
        null=dict.fromkeys(one.row.path for one in found) if null else None,
        empty=f"Nothing from {chosen:%d %B} in other years.",
        stretch=2,
    )


@click.command(short_help="Show a year in books: pages, stars and authors by month.")
@click.argument("year", required=False, metavar="[YEAR]")
@click.option("--md", "markdown", is_flag=True, help="Print Markdown for a note or a post.")
@answer_options
def books(year: str | None, *, markdown: bool) -> int:
    """Show the books finished in YEAR (default: this year), with pages, stars and authors.

    A book counts in the month of its field `finished`. With --md, private books are left out.

    \b
    notekeep books 2025
    notekeep books --md | notekeep new post "My year in books"
    """
    from notekeep.services import books as year_of_books

    vault = open_refreshed()
    number = parse_year(year, vault.today())
    found = year_of_books.gather_book_year(vault.search, number)
    if markdown:
        public = [book for book in found.books if not book.row.private]
        if left_out := len(found.books) - len(public):
            output.write_message(
                f"Left out {left_out} private {'book' if left_out == 1 else 'books'}."
            )
        found = year_of_books.BookList(public)
    if is_json():
        output.write_json(year_of_books.book_year_object(number, found))
    elif not found.books:
        output.write_message(f"No book has `finished` in {number}.")
    elif markdown:
        for line in year_of_books.markdown_lines(found):
            output.write(line)
    else:
        output.write_styled(
            [(f"{number} in books", "bold"), (f"  {year_of_books.format_totals(found)}", "")]
        )
        output.write("")
        output.table(year_of_books.month_rows(found), heads=year_of_books.MONTH_HEADS, stretch=4)
        output.write("")
        titles = [
            (book.finished, book.row.title, format_cell(book.rating), str(book.pages or ""))
            for book in found.books
        ]
        output.table(titles, heads=("finished", "title", "stars", "pages"), stretch=1)
    return 0 if found.books else 1
