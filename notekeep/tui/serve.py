"""The interface in a browser, through textual-serve: one program for each page that is open.

What a page shows is the person's notes, and what it sends are keys. So a page is served only to who
has the key of this start, and a connection only to pages of ours: any other page in the same
browser could open one too.
"""

from __future__ import annotations

import hmac
import secrets
import shlex
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from notekeep.errors import INSTALL_SERVE, Failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

COOKIE_NAME = "notekeep"


def serve_vault(root: str, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve the interface on a vault until it is ended.

    Raises:
        Failure: textual-serve is not installed, or the port cannot be listened at.
    """
    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise Failure("textual-serve is not installed.", INSTALL_SERVE) from error

    class Served(Server):
        """A server that shows its pages to nobody without the key."""

        key = secrets.token_urlsafe(24)

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(require_key(self.key))
            return app

        async def on_startup(self, app: web.Application) -> None:
            del app
            announce(f"{self.public_url}/?key={self.key}")

        def initialize_logging(self) -> None:
            """Say nothing of each page that is opened."""

    command = shlex.join([sys.executable, "-m", "notekeep", "--vault", root])
    try:
        Served(command, host, port, title="notekeep").serve()
    except OSError as error:
        raise Failure(
            f"Cannot serve on {host}, port {port}: {error.strerror}.",
            "Use another port with --port.",
        ) from error


def require_key(key: str) -> Any:
    """Make what lets a request through that has the key, and turns all others away.

    The key comes in the address of the first page, and then as a cookie that no other site's page
    makes the browser send.
    """
    from aiohttp import web

    @web.middleware
    async def guarded(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        given = request.query.get("key", "") if request.path == "/" else ""
        if _is_key(given, key):
            # Seen in no history and in no address that is copied.
            answer = web.HTTPFound("/")
            answer.set_cookie(COOKIE_NAME, key, httponly=True, samesite="Strict")
            return answer
        known = _is_key(request.cookies.get(COOKIE_NAME, ""), key)
        if not known or not _is_own_page(request.headers.get("Origin"), request.host):
            raise web.HTTPForbidden(text="Open the address that `notekeep serve` printed.")
        return await handler(request)

    return guarded


def _is_key(given: str, key: str) -> bool:
    """Whether a key is the right one; any text may come from outside, also half a character."""
    return hmac.compare_digest(given.encode("utf-8", "backslashreplace"), key.encode())


def _is_own_page(origin: str | None, host: str) -> bool:
    """Whether a request comes from a page of ours; those that no page makes name no origin."""
    try:
        return origin is None or urlsplit(origin).netloc == host
    except ValueError:
        return False
