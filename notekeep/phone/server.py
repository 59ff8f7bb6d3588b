"""The server behind the page for a phone: its files, what it shows, and the entries that it sends.

Everything is behind the key of `notekeep serve`. All work on the vault is done by one thread, one
request after the other.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import re
import ssl
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notekeep.errors import INSTALL_SERVE, Failure, NotekeepError, NotFound, UsageError
from notekeep.phone import answers
from notekeep.phone.entries import EntryService
from notekeep.tui.serve import NOT_INSTALLED, ServeAddress, cannot_serve, require_key, serve_key

try:
    from aiohttp import web
except ImportError as error:
    raise Failure(NOT_INSTALLED, INSTALL_SERVE) from error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

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
ANSWERS = {
    "/api/today": answers.gather_days,
    "/api/tasks": answers.gather_tasks,
    "/api/search": answers.find_notes,
    "/api/note": answers.read_note,
}
MAX_REQUEST = 33 << 20
"""Bytes of a request: a photo of 24 MB in base64, and what was written with it."""
LOCKED = (FOLDER / "locked.html").read_text(encoding="utf-8")
STYLE, SCRIPT = (
    b64encode(sha256(re.split(f"</?{tag}>", LOCKED)[1].encode()).digest()).decode()
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


def serve_phone(
    vault: Vault,
    address: ServeAddress,
    announce: Callable[[str], None],
    certificate: tuple[str, str] | None = None,
) -> None:
    """Serve the page for a phone until it is ended.

    `announce` is called with its address and key; `certificate` names the files of a certificate
    and its key, for HTTPS. Failure says that one of them, or the port, cannot be used.
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
    """Return the page of a vault as an aiohttp application."""
    entries, thread = EntryService(vault), ThreadPoolExecutor(1)

    async def run(work: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(thread, work, *given)

    async def send_answer(request: web.Request) -> web.Response:
        return web.json_response(await run(ANSWERS[request.path], vault, request.query))

    async def send_picture(request: web.Request) -> web.FileResponse:
        place = await run(answers.find_picture, vault, request.query)
        kind = mimetypes.guess_type(place)[0] or ""
        kind = kind if kind.startswith("image/") else "application/octet-stream"
        return web.FileResponse(place, headers={"Content-Type": kind})

    async def apply_entry(request: web.Request) -> web.Response:
        if request.content_type != "application/json":  # a form of another site is never JSON
            raise web.HTTPUnsupportedMediaType
        try:
            entry = json.loads(await request.read())
        except (ValueError, RecursionError) as error:
            raise UsageError("this is not an entry") from error
        await run(entries.apply, entry)
        return web.json_response({})

    app = web.Application(middlewares=[_harden], client_max_size=MAX_REQUEST)
    require_key(app, vault.places.state, address)
    app.add_routes(web.get(path, _send_file) for path in FILES)
    app.add_routes(web.get(path, send_answer) for path in ANSWERS)
    app.add_routes([web.get("/files", send_picture), web.post("/api/entries", apply_entry)])
    return app


async def _send_file(request: web.Request) -> web.Response:
    name, kind = FILES[request.path]
    return web.Response(body=(FOLDER / name).read_bytes(), content_type=kind)


@web.middleware
async def _harden(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer errors in words, and put the headers on every answer."""
    answer: web.StreamResponse
    try:
        answer = await handler(request)
    except web.HTTPException as refused:
        if request.path.startswith("/api/"):
            answer = _error(refused.reason, refused.status)
        elif refused.status == 403 and request.path == "/":
            answer = web.Response(status=403, text=LOCKED, content_type="text/html")
        else:
            refused.headers.update(HEADERS)
            raise
    except NotekeepError as error:
        answer = _error(error.message, 404 if isinstance(error, NotFound) else 400)
    answer.headers.update(HEADERS)
    return answer


def _error(message: str, status: int) -> web.Response:
    return web.json_response({"error": message}, status=status)
