"""What the page shows of a vault: days of habits, tasks, search results, a note, a picture."""

from __future__ import annotations

import datetime as dt
import html
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from notekeep.catalog.name_lookup import resolve_link
from notekeep.dates import find_due_day, strip_due_day
from notekeep.errors import NotFound
from notekeep.export.html_pages import to_html
from notekeep.habits.amounts import plural_unit, pluralize
from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.sanitize import clean, clean_line, plain_text
from notekeep.notes.capture import PICTURE_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.habits.summary import Cell, HabitView
    from notekeep.markdown.tree import Span
    from notekeep.vault import Vault

MAX_TASKS = 200
MAX_HITS = 30


def gather_days(vault: Vault, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the habits of today and yesterday, and when today ends, in milliseconds."""
    today = vault.today()
    days = []
    for day in (today, today - dt.timedelta(1)):
        # What yesterday asked for is as of yesterday, and what it was as of now.
        cells = {one.id: one.cells[0] for one in vault.habits.views(today, first=day, last=day)}
        views = [one for one in vault.habits.views(day) if not one.is_archived]
        habits = [_habit(one, cells[one.id]) for one in views]
        days.append({"day": day.isoformat(), "habits": habits})
    end = dt.datetime.combine(today + dt.timedelta(1), dt.time(vault.settings.day_start))
    return {"end": end.timestamp() * 1000, "days": days}


def _habit(habit: HabitView, cell: Cell) -> dict[str, Any]:
    unit = habit.unit
    amounts = [one.amount for one in habit.cells if one.amount]
    return {
        "id": habit.id,
        "title": clean_line(habit.title),
        "aim": clean_line(habit.aim),
        "note": clean_line(habit.note),
        "unit": unit,
        "units": clean_line(plural_unit(0, unit)),
        "usual": amounts[-1] if amounts else habit.day_goal,
        "is_due": habit.call != "none" or cell.is_logged,
        "is_logged": cell.is_logged and not cell.is_cleared,
        "mark": cell.mark,
        "amount": clean_line(pluralize(cell.amount)),
    }


def gather_tasks(vault: Vault, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the open tasks, late and due ones first."""
    vault.indexing.refresh(words=False)
    found = vault.overview().tasks
    tasks = [
        {
            "path": task.path,
            "line": task.line,
            "text": task.text,
            "shown": clean_line(plain_text(strip_due_day(task.text))),
            "title": clean_line(task.title),
            "due": day.isoformat() if (day := find_due_day(task.text)) else "",
        }
        for task in [*(one.task for one in found.due), *found.others][:MAX_TASKS]
    ]
    return {"open": found.open, "tasks": tasks}


def find_notes(vault: Vault, request: Mapping[str, str]) -> dict[str, Any]:
    """Return the notes that the query `q` finds; without one, those changed last."""
    query = request.get("q", "").strip()
    vault.indexing.refresh(words=bool(query), for_answer=True)
    if not query:
        rows = vault.search.rows("sort:-modified", limit=MAX_HITS).rows
        return {"notes": [_note(row.path, row.title) for row in rows], "remarks": []}
    found = vault.search.search(query, limit=MAX_HITS, typing=True)
    notes = [_note(hit.row.path, hit.row.title, hit.snippet.plain().text) for hit in found.hits]
    return {"notes": notes, "remarks": list(found.remarks)}


def _note(path: str, title: str, snippet: str = "") -> dict[str, str]:
    return {"path": path, "title": clean_line(title), "snippet": clean_line(snippet)}


def read_note(vault: Vault, request: Mapping[str, str]) -> dict[str, Any]:
    """Return a note as HTML that is safe to show: by its `name`, or a link `from` a note."""
    vault.indexing.refresh(words=False)
    name, source = request.get("name", ""), request.get("from", "")
    row = resolve_link(vault.catalog, name, source) if source else vault.workspace.resolve(name)
    if row is None:
        raise NotFound(f"{clean_line(name)}: note not found")
    body = _link_pages(vault.search.read(row.path).body, row.path)
    return {"path": row.path, "title": clean_line(row.title), "html": clean(to_html(body))}


def _link_pages(body: str, path: str) -> str:
    """The body of a note with links and pictures as addresses of the page."""
    parts: list[str] = []
    at = 0
    for span in parse_markdown(body).spans:
        is_picture = span.kind == "image" and ":" not in span.info
        if span.start >= at and (is_picture or span.kind in ("wikilink", "embed")):
            parts += [body[at : span.start], _link(span, path)]
            at = span.end
    return "".join([*parts, body[at:]])


def _link(span: Span, path: str) -> str:
    is_image = span.kind == "image"
    target = span.info if is_image else span.info.partition("#")[0].strip()
    words = html.escape(span.words or span.info)
    if is_image or (span.kind == "embed" and target.lower().endswith(PICTURE_SUFFIXES)):
        address = "/files?" + urlencode({"name": target, "from": path}, errors="surrogateescape")
        return f'<img src="{html.escape(address)}" alt="{words}">'
    return f'<a href="{quote(target)}">{words}</a>' if target else words


def find_picture(vault: Vault, request: Mapping[str, str]) -> str:
    """Return where the picture is that the note `from` shows by a `name`."""
    picture = vault.media.picture(request.get("name", ""), request.get("from", ""))
    return vault.media.picture_place(picture.path)
