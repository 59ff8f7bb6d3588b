"""`notekeep import`: highlights, reading lists, notes and links from other programs."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from notekeep.cache_files import load_state, store_state
from notekeep.cli import output
from notekeep.cli.arguments import dry_run_option, json_options, tag_option
from notekeep.cli.confirmation import create_note, report_refused
from notekeep.cli.context import is_json
from notekeep.cli.opening import open_vault, show_status
from notekeep.errors import NotFound, UsageError
from notekeep.importing.input_files import MAX_SOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from notekeep.importing.import_plan import ImportPlan
    from notekeep.importing.import_state import HabitRow
    from notekeep.notes.plan import WriteResult

_HINT_FILE = "clip.json"
"""Records that the hint about the extra `clip` has been shown."""
_SHOWN = 20
"""The maximum number of notes and losses to list; JSON contains all."""


@click.command("import", short_help="Import from another program.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--from", "format_id", metavar="FORMAT", default="", help="Format (default: detect).")
@click.option("--write", is_flag=True, help="Write the changes (default: show them only).")
@click.option("--again", is_flag=True, help="Restore passages and notes that you deleted.")
@click.option("--prune", is_flag=True, help="Remove passages that were deleted in the source.")
@click.option(
    "--take",
    multiple=True,
    metavar="ID",
    help="Overwrite your changes to ID with the source's text.",
)
@click.option("--skip", multiple=True, metavar="ID", help="Leave out the note with this ID.")
@click.option(
    "--match",
    multiple=True,
    metavar="ID=NOTE",
    help="Use NOTE for the book with this ID. `ID=` creates a new note.",
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="CSV: use COLUMN as title, body, tags, created or another field. `COLUMN=` leaves it out.",
)
@click.option("--id", "id_column", metavar="COLUMN", default="", help="CSV: the column of IDs.")
@dry_run_option
@json_options
def import_(
    paths: Sequence[str], *, format_id: str, write: bool, dry_run: bool, **options: Any
) -> int:
    """Show what would be imported from files, folders or archives, and what would be lost.

    --write imports it as one step that `undo` can revert. Import the same source again at any time:
    new highlights are added, changed ones are updated, and your edits, moves and deletions stay.

    \b
    apple-books       Apple Books: the folder with BKLibrary and AEAnnotation
    apple-journal     Apple Journal: the exported folder, HTML
    bear              Bear: .bear2bk backup
    bookmarks         Browsers: exported bookmarks, HTML
    csv               Any CSV file, with --map and --id
    dayone            Day One: JSON, zip
    evernote          Evernote: ENEX files
    goodreads         Goodreads: goodreads_library_export.csv
    hypothesis        Hypothesis: JSON export
    instapaper        Instapaper: CSV
    joplin            Joplin: JEX file, or the folder of its RAW export
    jrnl              jrnl: JSON export
    keep              Google Keep: Takeout, zip or folder
    kindle-clippings  Kindle: My Clippings.txt
    kindle-notebook   Kindle apps: exported notebook, HTML
    kobo              Kobo: KoboReader.sqlite
    koreader          KOReader: metadata.*.lua, or the folder of books
    librarything      LibraryThing: tab-delimited text
    logseq            Logseq: the folder of a graph
    notion            Notion: Markdown & CSV or HTML, zip
    pdf               Highlights and notes in PDF files
    pocket            Pocket: CSV files, or ril_export.html
    raindrop          Raindrop.io: CSV
    reader            Readwise Reader: CSV or JSON
    readwise          Readwise: CSV or JSON
    simplenote        Simplenote: the exported zip
    snipd             Snipd: Markdown
    standard-notes    Standard Notes: decrypted backup
    storygraph        The StoryGraph: CSV
    textbundle        TextBundle and TextPack

    Files of habits are recognized too; see `notekeep habit import --help`.
    """
    options["take"] = [one.lstrip("^") for one in options["take"]]
    options["match"] = _read_pairs("--match", options["match"], "ID=NOTE", "kindle:123=Soil")
    options["columns"] = _read_pairs("--map", options["columns"], "COLUMN=FIELD", "Name=title")
    is_table = bool(options["columns"] or options["id_column"])
    format_id = format_id or ("csv" if is_table else "")
    return run_import(paths, format_id, write=write and not dry_run, **options)


@click.command(short_help="Save the text of a web page as a note.")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--url", metavar="ADDRESS", default="", help="Address of the page (default: from the page)."
)
@tag_option
@click.option("--again", is_flag=True, help="Save a page that a note already has.")
@dry_run_option
@json_options
def clip(file: str, *, url: str, tags: tuple[str, ...], again: bool, dry_run: bool) -> int:
    """Save the main text of FILE, a web page, as a note with its author, site, day and address.

    `-` reads the page from a pipe. Nothing is downloaded: pictures stay links to the web. A page is
    saved only once, unless you use --again. The extra `clip` finds the main text of more pages.

    \b
    notekeep clip "How worms work.html"
    curl -sL https://example.com/worms | notekeep clip - --url https://example.com/worms
    """
    from notekeep.importing.web_page import has_extra

    vault = open_vault()
    name, data = _read_page(file)
    plan = vault.imports.plan_clip(name, data, address=url, tags=tags, again=again)
    if not (has_extra() or is_json()) and not load_state(vault.places.state, _HINT_FILE):
        plan.remarks.append("`pip install 'notekeep[clip]'` finds the main text of more pages.")
        store_state(vault.places.state, _HINT_FILE, {"shown": True})
    return create_note(vault, plan, dry_run=dry_run)


def _read_page(file: str) -> tuple[str, bytes]:
    """Return the name of a page for messages, and its bytes, truncated if it is too large."""
    if file == "-":
        return "The page on standard input", sys.stdin.buffer.read(MAX_SOURCE + 1)
    try:
        with open(os.path.expanduser(file), "rb") as opened:
            return file, opened.read(MAX_SOURCE + 1)
    except OSError as error:
        raise NotFound(
            f"Cannot read {file}: {error.strerror}.", "Give the path of a saved page."
        ) from error


def run_import(paths: Sequence[str], format_id: str, *, write: bool, **options: Any) -> int:
    """Plan an import, write it if requested, and show it; `options` are of `ImportOptions`."""
    from notekeep.importing.import_state import ImportOptions

    vault = open_vault()
    with show_status() as show:
        found = vault.imports.plan(
            [os.path.expanduser(path) for path in paths],
            format_id,
            options=ImportOptions(**options),
            on_read=lambda name: show(f"reading {name}") if show is not None else None,
        )
    with closing(found):
        done = vault.notes.apply(found.plan) if write else None
    is_for_habits = found.formats[0].is_for_habits
    if is_json():
        output.write_json((_habits_object if is_for_habits else _object)(found, done))
    elif is_for_habits:
        _show_habits(found)
        _report(found, done)
    else:
        if done is None and (found.plan.changes or found.plan.copies):
            output.write_styled([("Would import:", "bold")])
        _show(found)
        _report(found, done)
    return report_refused(found.plan.refused) or (0 if found.rows else 1)


def _read_pairs(option: str, words: Sequence[str], shape: str, example: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        name, sign, value = word.rpartition("=")
        if not sign:
            raise UsageError(f"{option} {word} is not {shape}.", f"For example: {option} {example}")
        found[name] = value
    return found


def _show(found: ImportPlan) -> None:
    from notekeep.importing.import_state import COUNTS, format_loss

    title = ", ".join(form.title for form in found.formats)
    output.write_styled([(title, "bold"), (f": {found.summarize()}", "")])
    rows = [row for row in found.rows if row.path]
    changed = [row for row in rows if row.is_changed]
    names = [name for name in COUNTS if any(row.counts[name] for row in changed)]
    shown = [
        (
            f"{row.path} (new)" if row.is_new else row.path,
            *(str(row.counts[n] or "") for n in names),
        )
        for row in changed[:_SHOWN]
    ]
    output.table(shown, heads=("note", *names) if shown else ())
    _more(len(changed) - _SHOWN)
    for row in [row for row in rows if row.is_guess][:_SHOWN]:
        option, other = shlex.quote(f"{row.id}=NOTE"), shlex.quote(f"{row.id}=")
        output.write_message(f'"{row.title}" matches {row.path} by title and author.')
        output.write_message(f"  If not: --match {option}, or {other} for a new note")
    kept = [row for row in rows if row.kept_fields]
    for row in kept[:_SHOWN]:
        output.write(f"Kept yours in {row.path}: {', '.join(row.kept_fields)}")
    _more(len(kept) - _SHOWN)
    _show_changes(found)
    for row in found.questions:
        output.write_message(f'"{row.title}" is left out, because several notes match:')
        for path in row.choices:
            output.write_message(f"  --match {shlex.quote(f'{row.id}={path}')}")
    if found.losses:
        output.write_styled([("Not imported, or only in part", "bold")])
    for loss in found.losses[:_SHOWN]:
        whose = f" ({loss.title})" if loss.title else ""
        at = "first at" if loss.times > 1 else "at"
        place = f", {at} {loss.place}" if loss.place else ""
        output.write(f"  {format_loss(loss)}{whose}{place}")
    _more(len(found.losses) - _SHOWN)


def _show_habits(found: ImportPlan) -> None:
    days = sum(row.counts.total() for row in found.habits)
    bounds = [day for row in found.habits for day in (row.first, row.last) if day]
    span = f", {min(bounds)} to {max(bounds)}" if bounds else ""
    head = f"{found.formats[0].title}: {output.count_noun(len(found.habits), 'habit')}"
    output.write_styled([(head, "bold"), (f", {output.count_noun(days, 'day')}{span}", "")])
    heads = ("habit", "id", "days", "new", "from", "to", "where")
    output.table([_habit_row(row) for row in found.habits], heads=heads if found.habits else ())
    if found.losses:
        output.write_styled([("Not imported", "bold")])
    for loss in found.losses:
        whose = f"{loss.title}: " if loss.title else ""
        often, at = (f" ({loss.times} times)", "first at") if loss.times > 1 else ("", "at")
        place = f", {at} {loss.place}" if loss.place else ""
        output.write(f"  {whose}{loss.message}{often}{place}")


def _habit_row(row: HabitRow) -> tuple[str, ...]:
    figures = (str(row.counts.total()), str(row.counts["days"]), _iso(row.first), _iso(row.last))
    return (row.title, row.id, *figures, f"{row.path} (new)" if row.is_new else row.path)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _show_changes(found: ImportPlan) -> None:
    if found.changes:
        head = "Changed in the source and by you: yours stay (--take ID uses the source's)"
        output.write_styled([(head, "bold")])
    for change in found.changes[:_SHOWN]:
        output.write(f"  {change.path} ^{change.id}")
        output.write_styled([(f"    - {' '.join(change.theirs.split())}", "red")])
        output.write_styled([(f"    + {' '.join(change.yours.split())}", "green")])
    _more(len(found.changes) - _SHOWN)


def _more(count: int) -> None:
    if count > 0:
        output.write(f"  and {count} more")


def _report(found: ImportPlan, done: WriteResult | None) -> None:
    for remark in done.remarks if done else found.plan.remarks:
        output.write_message(remark)
    if done is None and (found.plan.changes or found.plan.copies):
        output.write_message("Nothing is written yet. Add --write to import.")
    elif done is not None and done.step:
        into = output.count_noun(sum(row.is_changed for row in found.rows), "note")
        if found.habits:
            into = output.count_noun(len(done.paths), "file")
        output.write_message(f"Imported into {into}. `notekeep undo` reverts this.")
    else:
        output.write_message("Nothing new.")


def _object(found: ImportPlan, done: WriteResult | None) -> dict[str, Any]:
    return {
        "formats": [form.id for form in found.formats],
        "written": bool(done and done.step),
        "counts": found.counts(),
        "notes": [
            {
                "title": row.title,
                "id": row.id,
                "path": row.path,
                "is_new": row.is_new,
                "is_guess": row.is_guess,
                "kept": row.kept_fields,
                "counts": dict(row.counts),
            }
            for row in found.rows
        ],
        "losses": [loss._asdict() for loss in found.losses],
        "changes": [change._asdict() for change in found.changes],
        "questions": [
            {"id": row.id, "title": row.title, "paths": row.choices} for row in found.questions
        ],
        "remarks": found.plan.remarks,
        "paths": done.paths if done else [change.path for change in found.plan.changes],
    }


def _habits_object(found: ImportPlan, done: WriteResult | None) -> dict[str, Any]:
    return {
        "format": found.formats[0].id,
        "written": bool(done and done.step),
        "habits": [
            {
                "name": row.title,
                "id": row.id,
                "path": row.path,
                "is_new": row.is_new,
                "entries": row.counts.total(),
                "added": row.counts["days"],
                "same": row.counts["unchanged"],
                "kept": row.counts["edited"],
                "first": _iso(row.first),
                "last": _iso(row.last),
            }
            for row in found.habits
        ],
        "losses": [
            {"message": loss.message, "habit": loss.title, "place": loss.place, "times": loss.times}
            for loss in found.losses
        ],
        "remarks": found.plan.remarks,
        "paths": done.paths if done else [change.path for change in found.plan.changes],
    }
