"""The interface in a browser: shown to who has the key, and to nobody else."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import aiohttp
import pexpect
import pyte
import pytest
import segno
import yarl

from tests.conftest import SAMPLE
from tests.support.programs import needed
from tests.support.sizes import cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 60
"""A safety limit: a page takes a second."""


class Served(NamedTuple):
    """A vault that is served: the address that was printed, and what it begins with."""

    address: str
    origin: str

    @property
    def cookie(self) -> str:
        """The name of the cookie that has the key."""
        return f"notekeep-{self.origin.rpartition(':')[2]}"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("localhost", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_until_listening(port: int) -> None:
    until = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("localhost", port)).close()
        except OSError:
            assert time.monotonic() < until, "nothing is served"
            time.sleep(0.02)
        else:
            return


@contextmanager
def serving(vault: Path, *options: str, **env: str) -> Iterator[Served]:
    """Run `notekeep serve` on a vault."""
    port = _free_port()
    command = [sys.executable, "-m", "notekeep", "serve", "--port", str(port), *options]
    with subprocess.Popen(
        [*command, "--vault", str(vault)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            scheme = "https" if "--cert" in options else "http"
            assert re.match(r"https?://[\w.:-]+/\?key=", address), address
            _wait_until_listening(port)
            yield Served(address, f"{scheme}://localhost:{port}")
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample vault, served to all tests that change neither it nor its key."""
    base = tmp_path_factory.mktemp("served")
    shutil.copytree(SAMPLE, base / "notes", ignore=shutil.ignore_patterns(".make"))
    with serving(base / "notes", NOTEKEEP_HOME=str(base / "home")) as address:
        yield address


class Page:
    """A page that is open, as the terminal in it shows what it is sent."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        self._connection = connection
        self._screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self._screen)

    async def until(self, text: str) -> None:
        """Wait until the page shows a text."""
        while not any(text in line for line in self._screen.display):
            message = await self._connection.receive()
            assert message.type is aiohttp.WSMsgType.BINARY, self._screen.display
            self._stream.feed(message.data)

    async def press(self, *keys: str) -> None:
        """Send keys as a browser does."""
        for key in keys:
            await self._connection.send_json(["stdin", key])

    async def closed(self) -> None:
        """Wait until the program has ended."""
        async for _ in self._connection:
            pass


async def test_a_page_shows_the_interface_and_takes_keys(served: Served) -> None:
    limit = aiohttp.ClientTimeout(total=SECONDS)
    async with asyncio.timeout(SECONDS), aiohttp.ClientSession(timeout=limit) as browser:
        async with browser.get(served.address) as answer:
            assert answer.status == 200
            assert "key=" not in str(answer.url)
            assert "notekeep" in await answer.text()
        place = f"{served.origin}/ws?width=100&height=30"
        async with browser.ws_connect(place, origin=served.origin) as connection:
            page = Page(connection)
            await page.until("Browse")
            await page.press("\x1bOQ")  # F2
            await page.until(" notes")
            await page.press("/", *"pragmatic")
            await page.until("The Pragmatic Programmer")
            await page.press("\x11")  # ctrl+q
            await page.closed()


async def test_without_the_key_there_is_nothing_to_see(served: Served) -> None:
    async with aiohttp.ClientSession(cookies={served.cookie: "wrong"}) as browser:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await browser.ws_connect(f"{served.origin}/ws", origin=served.origin)
    async with aiohttp.ClientSession() as stranger:
        for path in ("/", "/?key=guessed", "/static/css/xterm.css"):
            async with stranger.get(served.origin + path) as page:
                assert page.status == 403, path
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await stranger.ws_connect(f"{served.origin}/ws")


async def test_a_page_of_another_site_gets_no_connection(served: Served) -> None:
    async with aiohttp.ClientSession() as browser:
        await browser.get(served.address)
        for origin in ("http://elsewhere.example", "null", "http://localhost:1"):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await browser.ws_connect(f"{served.origin}/ws", origin=origin)


async def test_any_wrong_key_is_forbidden(served: Served) -> None:
    async with aiohttp.ClientSession() as stranger:
        for key in ("", "schlüssel", "%C3%BC", "%FF%FE", "%ED%A0%80", "x" * 4000, "a&key=b"):
            address = yarl.URL(f"{served.origin}/?key={key}", encoded=key.startswith("%"))
            async with stranger.get(address) as page:
                assert page.status == 403, key
            for path in ("/", "/ws", "/static/css/xterm.css"):
                head = {"Cookie": f"{served.cookie}={key}"}
                async with stranger.get(served.origin + path, headers=head) as page:
                    assert page.status == 403, (path, key)


async def test_a_page_of_no_address_gets_no_connection(served: Served) -> None:
    async with aiohttp.ClientSession() as browser:
        await browser.get(served.address)
        for origin in ("null", "http://[", "http://ü:x"):
            async with browser.get(served.origin, headers={"Origin": origin}) as page:
                assert page.status == 403, origin


async def test_a_name_that_is_not_of_this_machine_is_refused(served: Served) -> None:
    async with aiohttp.ClientSession() as browser:
        await browser.get(served.address)
        async with browser.get(served.origin, headers={"Host": "elsewhere.example"}) as page:
            assert page.status == 421


@pytest.mark.slow
async def test_the_key_stays_until_a_new_one_is_made(sample: Path) -> None:
    with serving(sample) as first:
        pass
    with serving(sample) as second:
        assert second.address.partition("=")[2] == first.address.partition("=")[2]
        async with aiohttp.ClientSession() as browser:
            await browser.get(second.address)
            with serving(sample, "--new-key") as third:
                assert third.address.partition("=")[2] != first.address.partition("=")[2]
            async with browser.get(second.origin) as page:
                assert page.status == 403  # although that one was already running


@pytest.mark.slow
async def test_two_vaults_on_one_machine_keep_their_browsers(sample: Path, tmp_path: Path) -> None:
    (tmp_path / "other/.notekeep").mkdir(parents=True)
    with serving(sample) as one, serving(tmp_path / "other", "--phone") as other:
        async with aiohttp.ClientSession() as browser:
            for served in (one, other):
                await browser.get(served.address)
            for served in (one, other):
                async with browser.get(served.origin) as page:
                    assert page.status == 200


@pytest.mark.slow
async def test_a_new_key_closes_the_pages_that_are_open(sample: Path) -> None:
    with serving(sample) as first:
        async with asyncio.timeout(SECONDS), aiohttp.ClientSession() as browser:
            await browser.get(first.address)
            place = f"{first.origin}/ws?width=100&height=30"
            async with browser.ws_connect(place, origin=first.origin) as connection:
                page = Page(connection)
                await page.until("Browse")
                with serving(sample, "--new-key"):
                    await page.closed()
                with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                    await browser.ws_connect(place, origin=first.origin)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """A certificate for localhost, and its key."""
    cert, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    made = ["-keyout", key, "-out", cert]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [needed("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", *made, *name],
        check=True,
        capture_output=True,
    )
    return cert, key


async def test_the_page_for_a_phone_is_served_over_https(
    sample: Path, certificate: tuple[str, str]
) -> None:
    cert, key = certificate
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=cert))
    with serving(sample, "--phone", "--cert", cert, "--key", key) as served:
        assert served.origin.startswith("https://")
        async with aiohttp.ClientSession(connector=connector) as browser:
            async with browser.get(served.address) as page:
                assert "Quick note" in await page.text()
                assert page.history[0].cookies[served.cookie]["secure"]
            async with browser.get(f"{served.origin}/api/today") as answer:
                assert "meditate" in await answer.text()


@pytest.mark.slow
async def test_a_proxy_in_front_is_answered(sample: Path) -> None:
    proxy = "https://laptop.example.ts.net"
    with serving(sample, "--phone", "--url", proxy) as served:
        assert served.address.startswith(f"{proxy}/?key=")
        cookie = f"{served.cookie}={served.address.partition('=')[2]}"
        entry = {"id": "entry-00001", "kind": "habit", "habit": "floss", "value": "done"}
        entry |= {"day": "2026-11-24", "at": "2026-11-24T21:15:00"}
        async with aiohttp.ClientSession() as browser:
            # Some proxies pass their own name on as the host, others only as the origin.
            for head in ({"Host": "laptop.example.ts.net"}, {}):
                async with browser.post(
                    f"{served.origin}/api/entries",
                    json=entry,
                    headers={**head, "Cookie": cookie, "Origin": proxy},
                ) as answer:
                    assert answer.status == 200, head


@cases(
    "options",
    [
        ("--phone", "--cert", "missing.pem", "--key", "missing.pem"),
        ("--phone", "--cert", "missing.pem"),
        ("--cert", "missing.pem", "--key", "missing.pem"),
        ("--url", "laptop"),
        ("--url", "file:///etc"),
    ],
    fast=1,
)
def test_what_cannot_be_served_says_why(sample: Path, options: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "notekeep", "serve", *options, "--vault", str(sample)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode in (2, 5)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_the_address_is_shown_as_a_code_on_a_terminal(sample: Path) -> None:
    words = ["-m", "notekeep", "serve", "--phone", "--host", "127.0.0.1"]
    words += ["--port", str(_free_port()), "--vault", str(sample)]
    env = {**os.environ, "TERM": "xterm-256color"}
    program = pexpect.spawn(
        sys.executable, words, env=env, encoding="utf-8", timeout=SECONDS, dimensions=(60, 100)
    )
    try:
        program.expect_exact("ctrl+c stops it")
        shown = str(program.before)
    finally:
        program.close(force=True)
    address = re.search(r"http://\S+", shown)
    assert address
    squares: list[list[int]] = []
    for line in re.findall("[█▀▄ ]{20,}", shown):
        squares.append([int(sign in "▄ ") for sign in line])
        squares.append([int(sign in "▀ ") for sign in line])
    code = [list(row) for row in segno.make(address[0], micro=False).matrix_iter(border=2)]
    assert squares[: len(code)] == code
