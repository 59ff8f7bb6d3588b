"""The server of the phone page: its files, its data, and the entries that phones send.

All requests need the key of `notekeep serve`. A single thread does all work on the vault.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import html
import json
import mimetypes
import os
import re
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from notekeep import dates
from notekeep.catalog.name_lookup import resolve_link
from notekeep.errors import (
    INSTALL_SERVE,
    Conflict,
    Failure,
    NotekeepError,
    NotFound,
    UsageError,
)
from notekeep.export.html_pages import to_html
from notekeep.habits.amounts import plural_unit, pluralize
from notekeep.habits.day_shares import DayShare, find_day_shares
from notekeep.habits.summary import arrange_habits
from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.sanitize import clean, clean_line, plain_text
from notekeep.markdown.task_fields import strip_fields
from notekeep.notes.capture import INBOX, PICTURE_SUFFIXES, TODAYS_NOTE, Attachment
from notekeep.own_commands import take_queued
from notekeep.storage.content import digest_of
from notekeep.tui.serve import NOT_INSTALLED, ServeAddress, cannot_serve, require_key, serve_key

try:
    from aiohttp import web
except ImportError as error:
    raise Failure(NOT_INSTALLED, INSTALL_SERVE) from error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from notekeep.habits.summary import Cell, HabitView
    from notekeep.markdown.tree import Span
    from notekeep.notes.plan import WritePlan
    from notekeep.own_commands import QueuedCommand
    from notekeep.vault import Vault

FOLDER = Path(__file__).parent
FILES = {
    "/": ("page.html", "text/html"),
    "/page.js": ("page.js", "text/javascript"),
    "/queue.js": ("queue.js", "text/javascript"),
    "/worker.js": ("worker.js", "text/javascript"),
    "/style.css": ("style.css", "text/css"),
    "/manifest.webmanifest": ("manifest.webmanifest", "application/manifest+json"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    "/icon.png": ("icon.png", "image/png"),
}
MAX_REQUEST = 33 << 20
"""The maximum size of a request in bytes: a photo of 24 MB in base64, and text."""
LOCKED = (FOLDER / "locked.html").read_text(encoding="utf-8")
STYLE, SCRIPT = (
    base64.b64encode(sha256(re.split(f"</?{tag}>", LOCKED)[1].encode()).digest()).decode()
    for tag in ("style", "script")
)
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'self' 'sha256-{STYLE}'; script-src 'self'"
        f" 'sha256-{SCRIPT}'; img-src 'self'; connect-src 'self'; manifest-src 'self';"
        " worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


# Data for the page: days of habits, tasks, search results, a note, a picture.

MAX_TASKS = 200
MAX_HITS = 30


def gather_days(vault: Vault, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the habits of today and yesterday, and the end of today in milliseconds."""
    today = vault.today()
    days = []
    for day in (today, today - dt.timedelta(1)):
        # For yesterday, list the habits that were due then, with their current marks.
        shown = vault.habits.views(today, first=day, last=day)
        cells = {one.id: one.cells[0] for one in shown}
        (share,) = find_day_shares(shown) or [DayShare(day, 0, 0, 0)]
        views = [one for one in vault.habits.views(day) if not one.is_archived]
        habits = [_habit(one, cells[one.id]) for one, *_ in arrange_habits(views)]
        counts = {"met": share.met, "due": share.due, "open": share.open}
        days.append({"day": day.isoformat(), "habits": habits, "all": counts})
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
        "is_combined": bool(habit.parts),
        "is_due": habit.call != "none" or cell.is_logged,
        "is_logged": cell.is_logged and not cell.is_cleared,
        "mark": cell.mark,
        "amount": clean_line(pluralize(cell.amount)),
    }


def gather_tasks(vault: Vault, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the open tasks, late and due tasks first."""
    vault.indexing.refresh(words=False)
    found = vault.overview().tasks
    tasks = [
        {
            "path": task.path,
            "line": task.line,
            "text": task.text,
            "shown": clean_line(plain_text(strip_fields(task.text))),
            "title": clean_line(task.title),
            "due": task.planned.isoformat() if task.planned else "",
        }
        for task in [*(one.task for one in (*found.due, *found.week)), *found.others][:MAX_TASKS]
    ]
    return {"open": found.open, "tasks": tasks}


def find_notes(vault: Vault, request: Mapping[str, str]) -> dict[str, Any]:
    """Return the results of the query `q`; without a query, recent notes."""
    query = request.get("q", "").strip()
    vault.indexing.refresh(words=bool(query), for_answer=True)
    if not query:
        rows = vault.search.rows("sort:-modified", limit=MAX_HITS).rows
        return {"notes": [_note(row.path, row.title) for row in rows], "remarks": []}
    found = vault.search.search(query, limit=MAX_HITS, typing=True)
    # For attached files, only the name is sent.
    notes = [
        _note(hit.row.path, hit.row.title, hit.passage.attachment or hit.snippet.plain().text)
        for hit in found.hits
    ]
    return {"notes": notes, "remarks": list(found.remarks)}


def _note(path: str, title: str, snippet: str = "") -> dict[str, str]:
    return {"path": path, "title": clean_line(title), "snippet": clean_line(snippet)}


def read_note(vault: Vault, request: Mapping[str, str]) -> dict[str, Any]:
    """Return a note as safe HTML, by its `name`, or by a link `from` another note."""
    vault.indexing.refresh(words=False)
    name, source = request.get("name", ""), request.get("from", "")
    row = resolve_link(vault.catalog, name, source) if source else vault.workspace.resolve(name)
    if row is None:
        raise NotFound(f"No note matches {clean_line(name)}.")
    body = _link_pages(vault.search.read(row.path).body, row.path)
    return {"path": row.path, "title": clean_line(row.title), "html": clean(to_html(body))}


def _link_pages(body: str, path: str) -> str:
    """Convert the links and pictures of a note to URLs of this server."""
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
    """Return the path of a picture, by its `name` in the note `from`."""
    picture = vault.media.picture(request.get("name", ""), request.get("from", ""))
    return vault.media.picture_path(picture.path)


HANDLERS = {
    "/api/today": gather_days,
    "/api/tasks": gather_tasks,
    "/api/search": find_notes,
    "/api/note": read_note,
}


# Entries from a phone: check-ins, quick notes and ticked tasks. A phone resends an entry if it gets
# no response, so the id is stored with the change: in the line of a check-in, which is synced to
# all devices, or in the history step.

MAX_AGE = dt.timedelta(days=400)
PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".heic", ".avif"})
MAX_TEXT = 100_000
MAX_NAME = 100
MAX_VALUE = 40

_ID = re.compile(r"[\w-]{8,64}", re.ASCII)


class EntryService:
    """Applies entries from phones to a vault; used by one thread."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @cached_property
    def _applied(self) -> set[str]:
        return {step.request for step in self._vault.history.store.records()}

    def apply(self, entry: Any) -> None:
        """Apply an entry, unless it was already applied. Raises NotekeepError if it is invalid.

        An entry has an `id`, a `kind` ("habit", "note" or "task") and the fields of its kind; see
        `page.js`.
        """
        name = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not _ID.fullmatch(name):
            raise UsageError("The entry has no id.")
        kind = _text(entry, "kind")
        if kind == "habit":
            self._check_in(name, entry)
        elif kind == "note":
            self._write(name, lambda: self._plan_note(entry))
        elif kind == "task":
            self._write(name, lambda: self._plan_task(entry))
        else:
            raise UsageError(f"Unknown kind of entry: {kind}")

    def _check_in(self, name: str, entry: dict[str, Any]) -> None:
        tracker, value = self._vault.habits, _text(entry, "value")
        day = dates.parse_iso(_text(entry, "day"))
        if day is None or len(value) > MAX_VALUE or not value.isprintable():
            raise UsageError(f"Invalid day or value: {value[:MAX_VALUE]}")
        if day > tracker.today():
            # The phone is in another time zone and will send the entry again later.
            raise Failure(f"{day.isoformat()} is in the future on this computer.")
        # Every device writes the same line for an entry, so it counts only once after a sync.
        mark = ("id", digest_of(name.encode())[:8])
        time = dates.format_clock(_moment(entry), day, self._vault.settings.day_start)
        habit = tracker.resolve(_text(entry, "habit"))
        if all(mark not in one.extra for one in tracker.day_entries(habit, day.toordinal())):
            tracker.check_in(habit.definition.id, value, day, time=time, extra=(mark,))

    def _write(self, name: str, make_plan: Callable[[], WritePlan]) -> None:
        if name in self._applied:
            return
        try:
            self._vault.notes.apply_again(lambda: replace(make_plan(), request=name))
        except Conflict as error:
            if not error.copy:  # with a copy, the entry is applied
                raise
        self._applied.add(name)

    def _plan_note(self, entry: dict[str, Any]) -> WritePlan:
        text, photo = _text(entry, "text").strip(), _photo(entry)
        if not text and photo is None:
            raise UsageError("There is nothing to add.")
        if len(text) > MAX_TEXT:
            raise UsageError(f"The text is longer than {MAX_TEXT:,} characters.")
        to = INBOX if _text(entry, "to") == "inbox" else TODAYS_NOTE
        return self._vault.notes.plan_capture(text, to, photo, self._day(entry))

    def _day(self, entry: dict[str, Any]) -> dt.date:
        today = self._vault.today()
        day = dates.habit_day(_moment(entry), self._vault.settings.day_start)
        # Ignore a wrong clock of the phone.
        return day if today - MAX_AGE <= day <= today else today

    def _plan_task(self, entry: dict[str, Any]) -> WritePlan:
        path, text, line = _text(entry, "path"), _text(entry, "text"), entry.get("line")
        if not text or not isinstance(line, int):
            raise UsageError("This is not a task.")
        day = self._day(entry)
        return self._vault.notes.plan_toggle_task(path, line, text, day=day, keep_done=True)


def _text(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"{name} is not a text.")
    return value.encode("utf-8", "replace").decode()


def _moment(entry: dict[str, Any]) -> dt.datetime:
    """Return the time of an entry according to the phone's clock."""
    try:
        moment = dt.datetime.fromisoformat(_text(entry, "at"))
        dates.habit_day(moment, dates.LATEST_NIGHT)
    except (ValueError, OverflowError) as error:
        raise UsageError("The entry has no time.") from error
    return moment


def _photo(entry: dict[str, Any]) -> Attachment | None:
    photo = entry.get("photo")
    if photo is None:
        return None
    if not isinstance(photo, dict):
        raise UsageError("The photo is not a file.")
    stem, suffix = os.path.splitext(_text(photo, "name"))
    if suffix.lower() not in PHOTO_SUFFIXES:
        raise UsageError(f"Not a supported picture: {stem[:MAX_NAME]}{suffix[:MAX_NAME]}")
    try:
        data = base64.b64decode(_text(photo, "data"), validate=True)
    except ValueError as error:
        raise UsageError("The photo is damaged.") from error
    if not data:
        raise UsageError("The photo is empty.")
    return Attachment((stem[:MAX_NAME].lstrip(".") or "photo") + suffix, data=data)


# The server


def serve_phone(
    vault: Vault,
    address: ServeAddress,
    announce: Callable[[str], None],
    certificate: tuple[str, str] | None = None,
) -> None:
    """Serve the page for a phone until it is stopped.

    `announce` is called with the URL, which includes the key. `certificate` contains the paths of
    an HTTPS certificate and its key. Raises Failure if the certificate or port cannot be used.
    """
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(*certificate)
        except OSError as error:
            raise Failure(
                f"Cannot use the certificate: {error.strerror or error}.",
                "Give the files with --cert and --key.",
            ) from error
    try:
        web.run_app(
            make_app(vault, address),
            host=address.host,
            port=address.port,
            ssl_context=context,
            print=lambda _: announce(f"{address.public_url}/?key={serve_key(vault.places.state)}"),
            access_log=None,
        )
    except OSError as error:
        raise cannot_serve(address, error) from error


def make_app(vault: Vault, address: ServeAddress) -> web.Application:
    """Return the aiohttp application for a vault."""
    entries, thread = EntryService(vault), ThreadPoolExecutor(1)

    async def run(work: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(thread, work, *args)

    async def send_data(request: web.Request) -> web.Response:
        return web.json_response(await run(HANDLERS[request.path], vault, request.query))

    async def send_picture(request: web.Request) -> web.FileResponse:
        place = await run(find_picture, vault, request.query)
        kind = mimetypes.guess_type(place)[0] or ""
        kind = kind if kind.startswith("image/") else "application/octet-stream"
        return web.FileResponse(place, headers={"Content-Type": kind})

    async def apply_entry(request: web.Request) -> web.Response:
        if request.content_type != "application/json":  # a form on another site cannot send JSON
            raise web.HTTPUnsupportedMediaType
        try:
            entry = json.loads(await request.read())
        except (ValueError, RecursionError) as error:
            raise UsageError("This is not an entry.") from error
        await run(entries.apply, entry)
        for queued in take_queued():
            asyncio.get_running_loop().run_in_executor(None, _run_own_command, queued)
        return web.json_response({})

    app = web.Application(middlewares=[_harden], client_max_size=MAX_REQUEST)
    require_key(app, vault.places.state, address)
    app.add_routes(web.get(path, _send_file) for path in FILES)
    app.add_routes(web.get(path, send_data) for path in HANDLERS)
    app.add_routes([web.get("/files", send_picture), web.post("/api/entries", apply_entry)])
    return app


def _run_own_command(queued: QueuedCommand) -> None:
    """Run a user's command; the phone does not wait for it, so its output goes to the terminal."""
    try:
        text = queued.start()
    except NotekeepError as error:
        text = f"{error.message} {error.hint}\n"
    sys.stderr.write(clean(text))


async def _send_file(request: web.Request) -> web.Response:
    name, kind = FILES[request.path]
    return web.Response(body=(FOLDER / name).read_bytes(), content_type=kind)


@web.middleware
async def _harden(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Convert errors to responses, and add headers to all responses."""
    response: web.StreamResponse
    try:
        response = await handler(request)
    except web.HTTPException as http_error:
        if request.path.startswith("/api/"):
            response = _error(http_error.reason, http_error.status)
        elif http_error.status == 403 and request.path == "/":
            response = web.Response(status=403, text=LOCKED, content_type="text/html")
        else:
            http_error.headers.update(HEADERS)
            raise
    except NotekeepError as error:
        response = _error(error.message, 404 if isinstance(error, NotFound) else 400)
    response.headers.update(HEADERS)
    return response


def _error(message: str, status: int) -> web.Response:
    return web.json_response({"error": message}, status=status)
