"""Who may open the page: a browser with the key, at an address of this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from notekeep.tui.serve import serve_key

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.test_utils import TestClient

    from tests.phone.conftest import Phone

PATHS = (
    "/",
    "/page.js",
    "/worker.js",
    "/style.css",
    "/manifest.webmanifest",
    "/icon.png",
    "/api/today",
    "/api/tasks",
    "/api/search?q=habits",
    "/api/note?name=Deep+Work",
    "/files?name=attention.png&from=books/Deep%20Work.md",
)
ENTRY = {
    "id": "entry-00001",
    "kind": "note",
    "text": "from elsewhere",
    "to": "today",
    "at": "2026-11-24T21:15:00",
}


def is_saved(vault: Path | str) -> bool:
    """Tell whether the entry is in a note of the vault."""
    return any(ENTRY["text"] in file.read_text() for file in Path(vault).rglob("*.md"))


async def test_nothing_is_shown_without_the_key(
    stranger: TestClient[web.Request, web.Application],
) -> None:
    for path in PATHS:
        for key in ("", "wrong", "x" * 4000):
            head = {"Cookie": f"notekeep-8765={key}"} if key else {}
            async with stranger.get(path, headers=head) as answer:
                assert answer.status == 403, path
                assert "Content-Security-Policy" in answer.headers, path


async def test_nothing_is_saved_without_the_key(
    stranger: TestClient[web.Request, web.Application], sample: Path
) -> None:
    for head in ({}, {"Cookie": "notekeep-8765=wrong"}):
        async with stranger.post("/api/entries", json=ENTRY, headers=head) as answer:
            assert answer.status == 403
    assert not is_saved(sample)


async def test_the_key_opens_the_page_and_leaves_the_address(phone: Phone) -> None:
    key = serve_key(phone.vault.places.state)
    phone.client.session.cookie_jar.clear()
    async with phone.client.get("/", params={"key": key}) as answer:
        assert answer.status == 200
        assert key not in str(answer.url)
        assert "Quick note" in await answer.text()
        cookie = answer.history[0].cookies["notekeep-8765"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


async def test_the_page_for_a_wrong_key_asks_for_it(
    stranger: TestClient[web.Request, web.Application],
) -> None:
    async with stranger.get("/?key=wrong") as answer:
        assert answer.status == 403
        assert 'name="key"' in await answer.text()


async def test_a_page_of_another_site_saves_and_reads_nothing(phone: Phone) -> None:
    for origin in ("https://elsewhere.example", "null", "http://["):
        head = {"Origin": origin}
        for path in PATHS:
            async with phone.client.get(path, headers=head) as answer:
                assert answer.status == 403, (origin, path)
        async with phone.client.post("/api/entries", json=ENTRY, headers=head) as answer:
            assert answer.status == 403, origin
    assert not is_saved(phone.vault.root)


async def test_a_page_of_another_port_saves_nothing(phone: Phone) -> None:
    # A browser sends the cookie to all ports of a machine.
    port = (phone.client.port or 0) + 1
    head = {"Origin": f"http://127.0.0.1:{port}"}
    async with phone.client.post("/api/entries", json=ENTRY, headers=head) as answer:
        assert answer.status == 403


async def test_a_form_saves_nothing(phone: Phone) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        async with phone.client.post(
            "/api/entries", data=json.dumps(ENTRY), headers={"Content-Type": kind}
        ) as answer:
            assert answer.status == 415, kind
    assert not is_saved(phone.vault.root)


async def test_a_name_that_is_not_of_this_machine_is_refused(phone: Phone) -> None:
    key = serve_key(phone.vault.places.state)
    for host in ("elsewhere.example", "elsewhere.example:8765", "", "[", "a b"):
        for path in ("/", f"/?key={key}", "/api/today"):
            head = {"Host": host, "Cookie": f"notekeep-8765={key}"}
            async with phone.client.get(path, headers=head, allow_redirects=False) as answer:
                assert answer.status in (400, 421), (host, path)
                assert "Set-Cookie" not in answer.headers


async def test_addresses_of_this_machine_are_answered(phone: Phone) -> None:
    key = serve_key(phone.vault.places.state)
    for host in ("localhost", "127.0.0.1:8765", "192.168.1.20", "[::1]:8765"):
        head = {"Host": host, "Cookie": f"notekeep-8765={key}"}
        async with phone.client.get("/", headers=head) as answer:
            assert answer.status == 200, host


async def test_a_stolen_cookie_is_worth_nothing_after_a_new_key(phone: Phone) -> None:
    await phone.get("/api/today")
    serve_key(phone.vault.places.state, new=True)
    for path in PATHS:
        async with phone.client.get(path) as answer:
            assert answer.status == 403, path
    async with phone.client.post("/api/entries", json=ENTRY) as answer:
        assert answer.status == 403
    assert not is_saved(phone.vault.root)


async def test_no_answer_lets_a_script_of_a_note_or_another_site_run(phone: Phone) -> None:
    for path in PATHS:
        async with phone.client.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"


async def test_only_files_of_the_page_are_sent(phone: Phone) -> None:
    for path in ("/../notekeep/phone/server.py", "/server.py", "/locked.html"):
        async with phone.client.get(path) as answer:
            assert answer.status == 404, path
