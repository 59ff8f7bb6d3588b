"""The app in a browser, through textual-serve: one process for each open page.

A page shows private notes and sends keys, so it needs the key of the vault. Connections are
accepted only from our own pages, because any page in the browser could open a connection. The
phone page has the same checks.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import secrets
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from notekeep import cache_files
from notekeep.errors import INSTALL_SERVE, Failure, UsageError, remedy

if TYPE_CHECKING:
    from aiohttp import web

COOKIE_SECONDS = 400 * 24 * 3600  # the maximum that browsers allow
KEY_FILE = "serve-key"
KEY_CHECK_SECONDS = 1
NOT_INSTALLED = "The packages that serve pages are not installed."
ANY_ADDRESS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - only compared with


class ServeAddress(NamedTuple):
    """The address of the served pages."""

    host: str  # the address to listen on
    port: int
    public_url: str  # the URL in the browser, without a path

    @property
    def cookie_name(self) -> str:
        """The name of the key's cookie, with the port, because ports share cookies."""
        return f"notekeep-{self.port}"

    def is_known_host(self, host: str) -> bool:
        """Return whether the host of a request is a name of this machine or an IP address.

        Other names are refused, because any website's name can resolve to this machine (DNS
        rebinding).
        """
        machine = socket.gethostname().lower()
        names = {"localhost", machine, f"{machine}.local", self.host.lower()}
        try:
            name = urlsplit(f"//{host}").hostname or ""
            if name not in {*names, urlsplit(self.public_url).hostname}:
                ip_address(name)
        except ValueError:
            return False
        return True

    def is_own_page(self, origin: str | None, host: str) -> bool:
        """Return whether a request comes from our own page; other clients send no origin."""
        try:
            own = {host, urlsplit(self.public_url).netloc}
            return origin is None or urlsplit(origin).netloc in own
        except ValueError:
            return False


def serve_address(host: str, port: int, url: str = "", *, is_https: bool = False) -> ServeAddress:
    """Return the address of the pages; `url` is the URL of a reverse proxy, if any.

    Raises:
        UsageError: The URL is invalid.
    """
    if not url:
        name = _find_own_address() if host in ANY_ADDRESS else host
        name = f"[{name}]" if ":" in name else name
        return ServeAddress(host, port, f"http{'s' if is_https else ''}://{name}:{port}")
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.path in ("", "/"):
            return ServeAddress(host, port, f"{parts.scheme}://{parts.netloc}")
    raise UsageError(f"Not a web address: {url}", "For example: https://laptop.example.ts.net")


def _find_own_address() -> str:
    """Return the address of this machine in its network, without sending anything."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        address: str = probe.getsockname()[0]
        return address
    return "localhost"


def serve_key(state: str, *, new: bool = False) -> str:
    """Return the key of a vault; create it if missing, or replace it with `new`."""
    key = ""
    with suppress(OSError, UnicodeDecodeError):
        if not new:
            with open(os.path.join(state, KEY_FILE), encoding="ascii") as file:
                key = file.read().strip()
    if key:
        return key
    key = secrets.token_urlsafe(24)
    try:
        cache_files.make_cache_folder(state)
        cache_files.write_cache_file(state, KEY_FILE, key.encode(), durable=True)
    except OSError as error:
        path = os.path.join(state, KEY_FILE)
        raise Failure(f"Cannot save the key {path}: {error.strerror}.", remedy(error)) from error
    return key


def serve_vault(
    root: str, state: str, address: ServeAddress, announce: Callable[[str], None]
) -> None:
    """Serve the app on a vault until it is stopped; raise Failure if it cannot be served."""
    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise Failure(NOT_INSTALLED, INSTALL_SERVE) from error

    class Served(Server):
        """A server whose pages need the key."""

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            require_key(app, state, address)
            return app

        async def on_startup(self, app: web.Application) -> None:
            del app
            announce(f"{self.public_url}/?key={serve_key(state)}")

        def initialize_logging(self) -> None:
            """Do not log opened pages or processes that end with the server."""
            logging.getLogger("asyncio").setLevel(logging.ERROR)

    command = shlex.join([sys.executable, "-m", "notekeep", "--vault", root])
    host, port, url = address.host, address.port, address.public_url
    try:
        Served(command, host, port, title="notekeep", public_url=url).serve()
    except OSError as error:
        raise cannot_serve(address, error) from error


def cannot_serve(address: ServeAddress, error: OSError) -> Failure:
    """Return the error for an address that the server cannot listen on."""
    return Failure(
        f"Cannot serve on {address.host}, port {address.port}: {error.strerror}.",
        "Use another port with --port.",
    )


def require_key(app: web.Application, state: str, address: ServeAddress) -> None:
    """Reject requests without the key.

    The first page has the key in its URL. Later requests have it in a cookie that browsers do not
    send for pages of other sites. The key is read for each request, so a new key is valid
    immediately and closes connections that were opened with the old key.
    """
    from aiohttp import web

    requests: set[asyncio.Future[web.StreamResponse]] = set()

    @web.middleware
    async def guarded(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if not address.is_known_host(request.host):
            raise web.HTTPMisdirectedRequest(text="Not an address of this machine. See --url.")
        key = serve_key(state)
        if request.path == "/" and _is_key(request.query.get("key", ""), key):
            # The redirect keeps the key out of the browser's history and of copied URLs.
            redirect = web.HTTPFound("/")
            redirect.set_cookie(
                address.cookie_name,
                key,
                max_age=COOKIE_SECONDS,
                httponly=True,
                samesite="Strict",
                secure=address.public_url.startswith("https:"),
            )
            raise redirect
        is_valid = _is_key(request.cookies.get(address.cookie_name, ""), key)
        if not is_valid or not address.is_own_page(request.headers.get("Origin"), request.host):
            raise web.HTTPForbidden(text="Open the address that `notekeep serve` printed.")
        task = asyncio.ensure_future(handler(request))
        requests.add(task)
        try:
            while not task.done() and serve_key(state) == key:
                await asyncio.wait({task}, timeout=KEY_CHECK_SECONDS)
        finally:
            requests.discard(task)
            task.cancel()
        return await task

    async def end_requests(_: web.Application) -> None:
        for task in requests:
            task.cancel()

    app.middlewares.append(guarded)
    app.on_shutdown.append(end_requests)


def _is_key(text: str, key: str) -> bool:
    """Compare in constant time; a request may contain any text, even lone surrogates."""
    return hmac.compare_digest(text.encode("utf-8", "backslashreplace"), key.encode())
