"""The page in a browser: offline, over plain HTTP, and beside a page of another site."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import re
import subprocess
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

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


@contextmanager
def running(profile: Path, *more: str) -> Iterator[Path]:
    """Run Chromium with a profile; it is killed at the end, as in a crash."""
    profile.mkdir(exist_ok=True)
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
    port_file = profile / "DevToolsActivePort"
    port_file.unlink(missing_ok=True)
    env = {**os.environ, "XDG_CONFIG_HOME": str(profile), "XDG_CACHE_HOME": str(profile)}
    with subprocess.Popen(
        [needed("chromium"), *options, *more, f"--user-data-dir={profile}", "about:blank"],
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
async def browsing(profile: Path, *options: str) -> AsyncIterator[Tab]:
    """Open a page in Chromium with a profile."""
    with running(profile, *options) as port_file:
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


HAS_CARDS = "document.querySelectorAll('#habits .card').length > 0"
IS_SENT = "import('/queue.js').then((queue) => queue.list()).then((all) => !all.length)"
CARD = "document.querySelector('#habits .card:not(:has(.amount))')"
BUTTONS = f"[...{CARD}.querySelectorAll('button')]"
STATUS = "document.querySelector('#status').innerText"


@asynccontextmanager
async def serving(vault: Vault, port: int | None = None, url: str = "") -> AsyncIterator[int]:
    """Serve the page for a phone, and give the port."""
    app = make_app(vault, serve_address("localhost", 8765, url))
    async with TestServer(app, host="127.0.0.1", port=port) as server:
        assert server.port
        yield server.port


def with_key(vault: Vault, port: int, host: str = "localhost") -> str:
    """Return the address that the QR code has."""
    return f"http://{host}:{port}/?key={serve_key(vault.places.state)}"


def click(words: str) -> str:
    """Return a script that clicks a button of the first habit that has no amount."""
    return f"{BUTTONS}.find((one) => one.innerText === '{words}').click()"


async def test_what_is_said_offline_survives_a_crash_and_is_sent_once_days_later(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = dt.datetime.now().astimezone().replace(tzinfo=None)  # as the browser's clock
    monkeypatch.setenv("NOTEKEEP_NOW", now.isoformat())
    vault, profile = Vault.open(sample), tmp_path / "profile"
    day = str(vault.today())
    async with asyncio.timeout(SECONDS * 3):
        async with browsing(profile) as tab:
            async with serving(vault) as port:
                address = with_key(vault, port)
                await tab.command("Page.navigate", url=address)
                await tab.until(HAS_CARDS)
                await tab.run("navigator.serviceWorker.ready.then(() => true)")
                found = await tab.command("Page.getInstallabilityErrors")
                assert found == {"installabilityErrors": []}
            # The server is gone.
            await tab.command("Page.reload")
            await tab.until(HAS_CARDS)
            await tab.run("location.hash = '#tasks'")
            await tab.until("document.querySelector('#tasks').innerText.includes('connection')")
            await tab.run("location.hash = '#today'")
            await tab.until(HAS_CARDS)
            await tab.run(click("Skip"))
            await tab.run(
                "document.querySelector('#text').value = 'said in the tunnel';"
                "document.querySelector('#capture').requestSubmit()"
            )
            await tab.until(f"{STATUS}.includes('2 entries')")
            await asyncio.sleep(2)  # what a browser stores is on the disk a moment later
        assert "said in the tunnel" not in _all_notes(sample)
        later = now + dt.timedelta(days=2)
        monkeypatch.setenv("NOTEKEEP_NOW", later.isoformat())
        async with browsing(profile) as tab:
            await tab.command("Page.navigate", url=f"http://localhost:{port}/")
            await tab.until(f"{STATUS}.includes('2 entries')")
            async with serving(vault, port):
                # A browser writes its cookies later than the entries.
                for place in (address, f"http://localhost:{port}/"):
                    await tab.command("Page.navigate", url=place)
                    await tab.until(HAS_CARDS)
                    await tab.until(IS_SENT)
    notes = _all_notes(sample)
    assert notes.count("said in the tunnel") == 1
    assert "said in the tunnel" in _read(sample / f"daily/{day}.md")
    assert re.findall(r"- (\S+) \S+ skip @\S+ id=", notes) == [day]


async def test_a_tap_without_a_connection_shows_at_once_on_its_card(
    sample: Path, tmp_path: Path
) -> None:
    vault = Vault.open(sample)
    async with asyncio.timeout(SECONDS * 2), browsing(tmp_path / "profile") as tab:
        async with serving(vault) as port:
            await tab.command("Page.navigate", url=with_key(vault, port))
            await tab.until(HAS_CARDS)
        for tapped, sign, left in (
            ("Skip", "\u2013", ["Done", "Clear"]),
            ("Clear", "", ["Done", "Skip", "Missed"]),
            ("Done", "✓", ["✓ Done", "Clear"]),
        ):
            await tab.run(click(tapped))
            await tab.until(f"{CARD}.innerText.includes('Not sent yet')")
            await tab.until(f"{CARD}.querySelector('.sign').innerText === '{sign}'")
            assert await tab.run(f"{BUTTONS}.map((one) => one.innerText)") == left
        assert await tab.run(f"{BUTTONS}[0].disabled")


async def test_a_browser_without_the_key_forgets_what_it_showed(
    sample: Path, tmp_path: Path
) -> None:
    vault = Vault.open(sample)
    async with (
        asyncio.timeout(SECONDS * 2),
        serving(vault) as port,
        browsing(tmp_path / "profile") as tab,
    ):
        await tab.command("Page.navigate", url=with_key(vault, port))
        await tab.until("localStorage.length > 0")
        serve_key(vault.places.state, new=True)
        await tab.run("location.hash = '#tasks'")
        await tab.until(f"{STATUS}.startsWith('Signed out')")
        assert await tab.run("localStorage.length") == 0
        assert await tab.run("document.querySelectorAll('.card').length") == 0


async def test_a_phone_that_was_lost_forgets_what_it_showed_when_it_opens_the_page(
    sample: Path, tmp_path: Path
) -> None:
    vault = Vault.open(sample)
    async with (
        asyncio.timeout(SECONDS * 2),
        serving(vault) as port,
        browsing(tmp_path / "profile") as tab,
    ):
        await tab.command("Page.navigate", url=with_key(vault, port))
        await tab.until("localStorage.length > 0")
        await tab.run("navigator.serviceWorker.ready.then(() => true)")
        await tab.run(
            "import('/queue.js').then((queue) => queue.add({kind: 'note', text: 'kept'}))"
        )
        await tab.command("Page.navigate", url="about:blank")
        serve_key(vault.places.state, new=True)
        await tab.command("Page.navigate", url=f"http://localhost:{port}/")
        await tab.until("document.querySelector('[name=key]') && localStorage.length === 0")
        await tab.command("Page.navigate", url=with_key(vault, port))
        await tab.until(HAS_CARDS)
        await tab.until(IS_SENT)
    assert "kept" in _all_notes(sample)


async def test_over_plain_http_the_page_works_online_and_says_so(
    sample: Path, tmp_path: Path
) -> None:
    vault = Vault.open(sample)
    async with (
        asyncio.timeout(SECONDS * 2),
        serving(vault, url="http://laptop.test") as port,
        browsing(tmp_path / "profile", "--host-resolver-rules=MAP laptop.test 127.0.0.1") as tab,
    ):
        await tab.command("Page.navigate", url=with_key(vault, port, "laptop.test"))
        await tab.until(HAS_CARDS)
        assert "only while it is connected" in await tab.run("document.body.innerText")
        await tab.run(click("Skip"))
        await tab.until(f"{CARD}.querySelector('.sign').innerText === '\u2013'")
        await tab.until(IS_SENT)


async def test_a_photo_and_an_amount_are_saved(sample: Path, tmp_path: Path) -> None:
    picture = tmp_path / "basil on the sill.png"
    Image.new("RGB", (40, 40), "teal").save(picture)
    vault = Vault.open(sample)
    async with (
        asyncio.timeout(SECONDS * 2),
        serving(vault) as port,
        browsing(tmp_path / "profile") as tab,
    ):
        await tab.command("Page.navigate", url=with_key(vault, port))
        await tab.until(HAS_CARDS)
        page = await tab.command("DOM.getDocument")
        root = page["root"]["nodeId"]
        box = await tab.command("DOM.querySelector", nodeId=root, selector="#photo")
        await tab.command("DOM.setFileInputFiles", files=[str(picture)], **box)
        await tab.until("document.querySelector('#photo-label').innerText.startsWith('basil')")
        await tab.run("document.querySelector('#capture').requestSubmit()")
        await tab.until("document.querySelector('#photo-label').innerText === 'Photo'")
        await tab.run(
            "document.querySelector('.amount').value = '2,5';"
            "document.querySelector('.amount ~ .big').click()"
        )
        await tab.until("document.querySelector('#habits').innerText.includes('2.5')")
        await tab.until(IS_SENT)
    assert _find(sample, picture.name).read_bytes() == picture.read_bytes()
    assert "basil on the sill.png" in _all_notes(sample)
    assert re.search(r": 2\.5 \S+ @\S+ id=", _all_notes(sample))


HOSTILE = """<img src="/none.png" onerror="document.title = 'hacked'">
<script>document.title = 'hacked'</script>
[x](javascript:document.title='hacked')
the end
"""


async def test_a_script_does_not_run(sample: Path, tmp_path: Path) -> None:
    (sample / "inbox/Hostile.md").write_text(HOSTILE)
    vault = Vault.open(sample)
    vault.indexing.refresh()
    async with (
        asyncio.timeout(SECONDS * 2),
        serving(vault) as port,
        browsing(tmp_path / "profile") as tab,
    ):
        await tab.command("Page.navigate", url=with_key(vault, port))
        await tab.until(HAS_CARDS)
        await tab.run("location.hash = '#note=inbox/Hostile.md'")
        await tab.until("document.querySelector('#note').innerText.includes('the end')")
        # Nor does one that was not removed.
        await tab.run(
            "const script = document.createElement('script');"
            "script.textContent = 'document.title = \"hacked\"';"
            "document.body.append(script);"
            "const image = '<img src=x onerror=\"document.title = 1\">';"
            "document.querySelector('#note').innerHTML += image"
        )
        await asyncio.sleep(0.5)
        assert await tab.run("document.title") == "notekeep"


ATTACK = """<form action="{0}" method="post" enctype="text/plain">
<input name='{{"id": "attack-1", "kind": "note", "at": "2026-11-24T12:00", "text": "'
 value='attacked"}}'></form>
<script>
const body = '{{"id": "attack-2", "kind": "note", "at": "2026-11-24T12:00", "text": "attacked"}}';
const headers = {{ "Content-Type": "application/json" }};
const options = {{ method: "POST", credentials: "include", body }};
Promise.allSettled([
  fetch("{0}", {{ ...options, mode: "no-cors" }}),
  fetch("{0}", {{ ...options, headers }}),
]).then(() => document.forms[0].submit());
</script>"""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])  # another site; another port
async def test_a_page_of_another_site_saves_nothing(
    sample: Path, tmp_path: Path, host: str
) -> None:
    vault = Vault.open(sample)

    async def attack(_: web.Request) -> web.Response:
        text = ATTACK.format(f"http://localhost:{port}/api/entries")
        return web.Response(text=text, content_type="text/html")

    other = web.Application()
    other.router.add_get("/", attack)
    async with (
        asyncio.timeout(SECONDS * 2),
        serving(vault) as port,
        TestServer(other, host="127.0.0.1") as elsewhere,
        browsing(tmp_path / "profile") as tab,
    ):
        await tab.command("Page.navigate", url=with_key(vault, port))
        await tab.until(HAS_CARDS)
        await tab.command("Page.navigate", url=f"http://{host}:{elsewhere.port}/")
        await tab.until("location.pathname === '/api/entries'")
        assert "error" in await tab.run("document.body.innerText")
    assert "attacked" not in _all_notes(sample)


def _find(vault: Path, name: str) -> Path:
    (found,) = vault.rglob(name)
    return found


def _all_notes(vault: Path) -> str:
    folders = ("daily", "inbox", "habits/log")
    files = [file for folder in folders for file in vault.glob(f"{folder}/*.md")]
    return "\n".join(file.read_text() for file in files)
