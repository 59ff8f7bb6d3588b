"""The page in a browser: it works without a connection, and what was said then is sent once."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from notekeep.phone.server import make_app
from notekeep.tui.serve import serve_address, serve_key
from notekeep.vault import Vault
from tests.support.programs import needed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

SECONDS = 60
"""A safety limit: a page takes a second."""

pytestmark = pytest.mark.slow


class Tab:
    """A page of a browser, driven through Chrome's DevTools protocol."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        self._connection = connection
        self._number = 0

    async def command(self, method: str, **given: Any) -> Any:
        """Give the browser a command and return its answer."""
        self._number += 1
        await self._connection.send_json({"id": self._number, "method": method, "params": given})
        async for message in self._connection:
            found = json.loads(message.data)
            if found.get("id") == self._number:
                return found.get("result")
        raise AssertionError("the browser has ended")

    async def run(self, script: str) -> Any:
        """Run a script in the page and return its value."""
        found = await self.command(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        return found["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until a script gives true."""
        for _ in range(SECONDS * 20):
            if await self.run(script):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never true in the page: {script}")

    async def set_offline(self, *, offline: bool) -> None:
        """Take the connection away, or give it back."""
        speeds = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        await self.command("Network.emulateNetworkConditions", offline=offline, **speeds)


@contextmanager
def running(profile: Path) -> Iterator[Path]:
    """Run Chromium with a profile; it is killed at the end, as in a crash."""
    profile.mkdir(exist_ok=True)
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
    port_file = profile / "DevToolsActivePort"
    port_file.unlink(missing_ok=True)
    env = {**os.environ, "XDG_CONFIG_HOME": str(profile), "XDG_CACHE_HOME": str(profile)}
    with subprocess.Popen(
        [needed("chromium"), *options, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=env,
    ) as process:
        try:
            until = time.monotonic() + SECONDS
            while not (port_file.exists() and port_file.read_text()):
                assert time.monotonic() < until, "the browser did not start"
                time.sleep(0.05)
            yield port_file
        finally:
            process.kill()


@asynccontextmanager
async def browsing(profile: Path) -> AsyncIterator[Tab]:
    """Open a page in Chromium with a profile."""
    with running(profile) as port_file:
        port = _read(port_file).split()[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                pages = [one for one in await answer.json() if one["type"] == "page"]
            address = pages[0]["webSocketDebuggerUrl"]
            async with session.ws_connect(address, max_msg_size=0) as connection:
                tab = Tab(connection)
                await tab.command("Network.enable")
                await tab.command("Page.enable")
                yield tab


def _read(file: Path) -> str:
    return file.read_text()


async def test_what_is_said_offline_survives_a_crash_and_is_sent_once(
    sample: Path, tmp_path: Path
) -> None:
    vault = Vault.open(sample)
    profile = tmp_path / "profile"
    is_sent = "import('/queue.js').then((queue) => queue.list()).then((all) => !all.length)"
    has_cards = "document.querySelectorAll('#habits .card').length > 0"
    app = make_app(vault, serve_address("localhost", 8765))
    async with asyncio.timeout(SECONDS * 3), TestServer(app) as server:
        address = f"http://localhost:{server.port}/?key={serve_key(vault.places.state)}"
        async with browsing(profile) as tab:
            await tab.command("Page.navigate", url=address)
            await tab.until(has_cards)
            await tab.run("navigator.serviceWorker.ready.then(() => true)")
            await tab.set_offline(offline=True)
            await tab.run(
                "document.querySelector('#text').value = 'said in the tunnel';"
                "document.querySelector('#capture').requestSubmit()"
            )
            await tab.until("document.querySelector('#status').innerText.includes('1 entry')")
            await tab.command("Page.reload")
            await tab.until(has_cards)
            await asyncio.sleep(2)  # what a browser stores is on the disk a moment later
        assert "said in the tunnel" not in _all_notes(sample)
        async with browsing(profile) as tab:
            await tab.command("Page.navigate", url=address)
            await tab.until(has_cards)
            await tab.until(is_sent)
            await tab.command("Page.reload")
            await tab.until(has_cards)
            await tab.until(is_sent)
    assert _all_notes(sample).count("said in the tunnel") == 1


async def test_a_browser_without_the_key_forgets_what_it_showed(
    sample: Path, tmp_path: Path
) -> None:
    vault = Vault.open(sample)
    app = make_app(vault, serve_address("localhost", 8765))
    async with (
        asyncio.timeout(SECONDS * 2),
        TestServer(app) as server,
        browsing(tmp_path / "profile") as tab,
    ):
        address = f"http://localhost:{server.port}/?key={serve_key(vault.places.state)}"
        await tab.command("Page.navigate", url=address)
        await tab.until("localStorage.length > 0")
        serve_key(vault.places.state, new=True)
        await tab.run("location.hash = '#tasks'")
        await tab.until("document.querySelector('#status').innerText.startsWith('Signed out')")
        assert await tab.run("localStorage.length") == 0
        assert await tab.run("document.querySelectorAll('.card').length") == 0


def _all_notes(vault: Path) -> str:
    files = [*vault.glob("daily/*.md"), *vault.glob("inbox/*.md")]
    return "\n".join(file.read_text() for file in files)
