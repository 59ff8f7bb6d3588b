"""The interface in a browser, through textual-serve: one program for each page that is open.

What a page shows is the person's notes, and what it sends are keys. So a page is served only to who
has the key of the vault, and a connection only to pages of ours: any other page in the same browser
could open one too. The page for a phone is behind the same key and the same checks.
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

COOKIE_SECONDS = 400 * 24 * 3600  # how long a browser keeps the key: as long as browsers allow
KEY_FILE = "serve-key"
KEY_CHECK_SECONDS = 1
NOT_INSTALLED = "The packages that serve pages are not installed."
ANY_ADDRESS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - only compared with


class ServeAddress(NamedTuple):
    """Where pages are served: the address listened at, and what browsers' addresses begin with."""

    host: str
    port: int
    public_url: str

    @property
    def cookie_name(self) -> str:
        """The name of the cookie with the key; browsers send it to all ports of a machine."""
        return f"notekeep-{self.port}"

    def is_known_host(self, host: str) -> bool:
        """Tell whether the host of a request is a name of this machine.

        The name of any website can be made to lead here (DNS rebinding); an IP address cannot.
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
        """Tell whether a request comes from a page of ours; those of no page name no origin."""
        try:
            own = {host, urlsplit(self.public_url).netloc}
            return origin is None or urlsplit(origin).netloc in own
        except ValueError:
            return False


def serve_address(host: str, port: int, url: str = "", *, is_https: bool = False) -> ServeAddress:
    """Return where pages are served; `url` is the address of a proxy in front, "" without one.

    Raises:
        UsageError: No browser could open the proxy's address.
    """
    if not url:
        shown = _find_own_address() if host in ANY_ADDRESS else host
        shown = f"[{shown}]" if ":" in shown else shown
        return ServeAddress(host, port, f"http{'s' if is_https else ''}://{shown}:{port}")
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.path in ("", "/"):
            return ServeAddress(host, port, f"{parts.scheme}://{parts.netloc}")
    raise UsageError(f"not a web address: {url}", "example: https://laptop.example.ts.net")


def _find_own_address() -> str:
    """The address of this machine in its network; asking for it sends nothing."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))
        address: str = asked.getsockname()[0]
        return address
    return "localhost"


def serve_key(state: str, *, new: bool = False) -> str:
    """Return the key of a vault, made when there is none or a `new` one is asked for."""
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
        place = os.path.join(state, KEY_FILE)
        raise Failure(f"{place}: cannot save the key: {error.strerror}", remedy(error)) from error
    return key


def serve_vault(
    root: str, state: str, address: ServeAddress, announce: Callable[[str], None]
) -> None:
    """Serve the interface on a vault until it is ended; Failure where that cannot be done."""
    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise Failure(NOT_INSTALLED, INSTALL_SERVE) from error

    class Served(Server):
        """A server that shows its pages to nobody without the key."""

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            require_key(app, state, address)
            return app

        async def on_startup(self, app: web.Application) -> None:
            del app
            announce(f"{self.public_url}/?key={serve_key(state)}")

        def initialize_logging(self) -> None:
            """Say nothing of pages that are opened, and of programs that end with the server."""
            logging.getLogger("asyncio").setLevel(logging.ERROR)

    command = shlex.join([sys.executable, "-m", "notekeep", "--vault", root])
    host, port, url = address.host, address.port, address.public_url
    try:
        Served(command, host, port, title="notekeep", public_url=url).serve()
    except OSError as error:
        raise cannot_serve(address, error) from error


def cannot_serve(address: ServeAddress, error: OSError) -> Failure:
    """Say that an address cannot be listened at."""
    return Failure(
        f"Cannot serve on {address.host}, port {address.port}: {error.strerror}.",
        "Use another port with --port.",
    )


def require_key(app: web.Application, state: str, address: ServeAddress) -> None:
    """Let only requests through that have the key.

    The key comes in the address of the first page, and then as a cookie that no other site's page
    makes the browser send. It is read for each request: a new one holds at once, and closes the
    connections that were opened with the one before.
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
        given = request.query.get("key", "") if request.path == "/" else ""
        if _is_key(given, key):
            # Seen in no history and in no address that is copied.
            answer = web.HTTPFound("/")
            answer.set_cookie(
                address.cookie_name,
                key,
                max_age=COOKIE_SECONDS,
                httponly=True,
                samesite="Strict",
                secure=address.public_url.startswith("https:"),
            )
            raise answer
        known = _is_key(request.cookies.get(address.cookie_name, ""), key)
        if not known or not address.is_own_page(request.headers.get("Origin"), request.host):
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


def _is_key(given: str, key: str) -> bool:
    """Whether a key is the right one; any text may come from outside, also half a character."""
    return hmac.compare_digest(given.encode("utf-8", "backslashreplace"), key.encode())
