"""The server behind the page for a phone: its files, what it shows, and the entries that it sends.

Everything is behind the key of `notekeep serve`. All work on the vault is done by one thread, one
request after the other.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import signal
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from notekeep.errors import INSTALL_SERVE, Failure, NotekeepError, NotFound
from notekeep.habits.amounts import plural_unit
from notekeep.markdown.due_days import find_due_day, strip_due_day
from notekeep.markdown.sanitize import clean, clean_line, plain_text
from notekeep.phone.entries import EntryService
from notekeep.phone.reading import note_html
from notekeep.tui.serve import (
    NOT_INSTALLED,
    ServeAddress,
    cannot_serve,
    require_key,
    serve_key,
)

try:
    from aiohttp import web
    from aiohttp.web_runner import GracefulExit
except ImportError as error:
    raise Failure(NOT_INSTALLED, INSTALL_SERVE) from error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from notekeep.habits.summary import HabitView
    from notekeep.vault import Vault

T = TypeVar("T")

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
LARGEST_REQUEST = 32 << 20
"""Bytes of a request: a photo of 24 MB, as text."""
MAX_ENTRIES = 100
MAX_TASKS = 200
MAX_HITS = 30

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def serve_phone(
    vault: Vault,
    address: ServeAddress,
    announce: Callable[[str], None],
    certificate: tuple[str, str] | None = None,
) -> None:
    """Serve the page for a phone until it is ended.

    Args:
        vault: The vault.
        address: Where to listen, and what browsers open.
        announce: Called with the page's address and key once it is served.
        certificate: The files of a certificate and its key, for HTTPS.

    Raises:
        Failure: The certificate cannot be used, or the port cannot be listened at.
    """
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(*certificate)
        except (OSError, ssl.SSLError) as error:
            raise Failure(
                f"Cannot use the certificate: {error.strerror or error}.",
                "Give the files with --cert and --key.",
            ) from error
    app = make_app(vault, address)

    async def announce_it(_: web.Application) -> None:
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):
                loop.add_signal_handler(ending, _stop)
        announce(f"{address.public_url}/?key={serve_key(vault.places.state)}")

    app.on_startup.append(announce_it)
    try:
        web.run_app(
            app,
            host=address.host,
            port=address.port,
            ssl_context=context,
            handle_signals=False,
            print=None,
            access_log=None,
        )
    except OSError as error:
        raise cannot_serve(address, error) from error


def _stop() -> None:
    raise GracefulExit


def make_app(vault: Vault, address: ServeAddress) -> web.Application:
    """Return the page of a vault as an aiohttp application."""
    app = web.Application(
        middlewares=[_harden, require_key(vault.places.state, address)],
        client_max_size=LARGEST_REQUEST,
    )
    page = _Page(vault)
    for path in FILES:
        app.router.add_get(path, _send_file)
    app.router.add_get("/api/today", page.today)
    app.router.add_get("/api/tasks", page.tasks)
    app.router.add_get("/api/search", page.search)
    app.router.add_get("/api/note", page.note)
    app.router.add_post("/api/entries", page.entries)
    app.router.add_get("/files", page.file)
    app.on_cleanup.append(page.close)
    return app


@web.middleware
async def _harden(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer errors in words, and put the headers on every answer."""
    answer: web.StreamResponse
    try:
        answer = await handler(request)
    except web.HTTPException as refused:
        if refused.status != 403 or request.path != "/":
            refused.headers.update(HEADERS)
            raise
        text = (FOLDER / "locked.html").read_text(encoding="utf-8")
        answer = web.Response(status=403, text=text, content_type="text/html")
    except NotFound as error:
        answer = web.json_response({"error": error.message}, status=404)
    except NotekeepError as error:
        answer = web.json_response({"error": error.message}, status=400)
    answer.headers.update(HEADERS)
    return answer


async def _send_file(request: web.Request) -> web.Response:
    name, kind = FILES[request.path]
    return web.Response(body=(FOLDER / name).read_bytes(), content_type=kind)


class _Page:
    """What the page asks for and sends."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._thread = ThreadPoolExecutor(1)
        self._entries: EntryService | None = None

    async def close(self, _: web.Application) -> None:
        """Finish what is being done."""
        self._thread.shutdown()
        if self._entries is not None:
            self._entries.close()

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def today(self, _: web.Request) -> web.Response:
        """Send the habits of today and yesterday."""
        return _json(await self._run(self._gather_today))

    def _gather_today(self) -> dict[str, Any]:
        vault = self._vault
        vault.habits.tracker.refresh()
        today = vault.today()
        days = [today, today - dt.timedelta(1)]
        return {
            "vault": clean_line(vault.name),
            "day_start": vault.settings.day_start,
            "days": [
                {
                    "day": day.isoformat(),
                    "habits": [
                        _habit(habit) for habit in vault.habits.views(day) if not habit.is_archived
                    ],
                }
                for day in days
            ],
        }

    async def tasks(self, _: web.Request) -> web.Response:
        """Send the open tasks: late and due ones first."""
        return _json(await self._run(self._gather_tasks))

    def _gather_tasks(self) -> dict[str, Any]:
        self._vault.indexing.refresh(words=False)
        found = self._vault.overview().tasks
        due = [one.task for one in found.due]
        return {
            "open": found.open,
            "tasks": [
                {
                    "path": task.path,
                    "line": task.line,
                    "text": task.text,
                    "shown": clean_line(plain_text(strip_due_day(task.text))),
                    "title": clean_line(task.title),
                    "due": day.isoformat() if (day := find_due_day(task.text)) else "",
                }
                for task in [*due, *found.others][:MAX_TASKS]
            ],
        }

    async def search(self, request: web.Request) -> web.Response:
        """Send the notes that a query finds, or those changed last."""
        query = request.query.get("q", "").strip()
        return _json(await self._run(lambda: self._find(query)))

    def _find(self, query: str) -> dict[str, Any]:
        search = self._vault.search
        self._vault.indexing.refresh(words=bool(query), for_answer=True)
        if not query:
            rows = search.rows("sort:-modified", limit=MAX_HITS).rows
            return {"notes": [_note(row.path, row.title) for row in rows]}
        found = search.search(query, limit=MAX_HITS, typing=True)
        return {
            "notes": [
                _note(hit.row.path, hit.row.title, clean_line(plain_text(hit.snippet.text)))
                for hit in found.hits
            ],
            "remarks": list(found.remarks),
        }

    async def note(self, request: web.Request) -> web.Response:
        """Send a note as HTML: by its path, or by a link of another note."""
        name, source = request.query.get("name", ""), request.query.get("from", "")
        return _json(await self._run(lambda: self._read(name, source)))

    def _read(self, name: str, source: str) -> dict[str, Any]:
        search = self._vault.search
        row = search.resolve_link(name, source) if source else search.resolve(name)
        if row is None:
            raise NotFound(f"{clean_line(name)}: note not found")
        return {
            "path": row.path,
            "title": clean_line(row.title),
            "html": clean(note_html(self._vault, row.path)),
        }

    async def file(self, request: web.Request) -> web.Response:
        """Send a picture that a note shows."""
        name, source = request.query.get("name", ""), request.query.get("from", "")
        data, kind = await self._run(lambda: self._read_picture(name, source))
        return web.Response(body=data, content_type=kind)

    def _read_picture(self, name: str, source: str) -> tuple[bytes, str]:
        media = self._vault.media
        place = media.picture_place(media.picture(name, source).path)
        with open(place, "rb") as file:
            data = file.read()
        return data, _picture_type(data)

    async def entries(self, request: web.Request) -> web.Response:
        """Apply entries, one step each, and say of each whether it is applied."""
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="Send JSON.")
        try:
            entries = json.loads(await request.read())["entries"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise web.HTTPBadRequest(text="These are no entries.") from error
        if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
            raise web.HTTPBadRequest(text=f"Send a list of up to {MAX_ENTRIES} entries.")
        return _json({"results": await self._run(lambda: self._apply(entries))})

    def _apply(self, entries: list[Any]) -> list[dict[str, Any]]:
        if self._entries is None:
            self._entries = EntryService(self._vault)
        return [self._entries.apply(entry) for entry in entries]


def _json(value: Any) -> web.Response:
    text = json.dumps(value)  # ASCII, so that no odd byte of a path stands in the way
    return web.Response(text=text, content_type="application/json")


def _habit(habit: HabitView) -> dict[str, Any]:
    cell = habit.today
    amounts = [one.amount for one in habit.cells if one.amount]
    return {
        "id": habit.id,
        "title": clean_line(habit.title),
        "group": clean_line(habit.group),
        "aim": clean_line(habit.aim),
        "note": clean_line(habit.note),
        "tiny": clean_line(habit.tiny),
        "unit": habit.unit,
        "units": clean_line(plural_unit(0, habit.unit)),
        "usual": clean_line(amounts[-1] if amounts else ""),
        "is_asked": habit.call != "none" or cell.is_logged,
        "is_logged": cell.is_logged and not cell.is_cleared,
        "mark": cell.mark,
        "amount": clean_line(_in_words(cell.amount, habit.unit)),
    }


def _in_words(amount: str, unit: str) -> str:
    """An amount with its unit as it is read: `17 pages`."""
    number = amount.removesuffix(unit).strip()
    return f"{number} {unit if number == '1' else plural_unit(0, unit)}" if number else ""


def _note(path: str, title: str, snippet: str = "") -> dict[str, str]:
    return {"path": path, "title": clean_line(title), "snippet": snippet}


def _picture_type(data: bytes) -> str:
    """The type of a picture that was found to be one, by its first bytes."""
    starts = {
        b"\x89PNG": "image/png",
        b"\xff\xd8": "image/jpeg",
        b"GIF8": "image/gif",
        b"RIFF": "image/webp",
        b"BM": "image/bmp",
    }
    found = (kind for start, kind in starts.items() if data.startswith(start))
    return next(found, "application/octet-stream")
