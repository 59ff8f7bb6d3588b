"""A vault that is served to a phone, and what a phone sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from aiohttp.test_utils import TestClient, TestServer

from notekeep.phone.server import make_app
from notekeep.tui.serve import serve_address, serve_key
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import web

NOW = "2026-11-24T21:15:00"


class Phone(NamedTuple):
    """A phone with the key, and the vault that it is connected with."""

    client: TestClient[web.Request, web.Application]
    vault: Vault

    async def get(self, path: str, **query: str) -> Any:
        """Ask for something; it is answered."""
        async with self.client.get(path, params=query) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def send(self, entry: Any) -> tuple[int, str]:
        """Send an entry as the page does; return the status of the answer and the error in it."""
        async with self.client.post("/api/entries", json=entry) as answer:
            return answer.status, (await answer.json()).get("error", "")

    async def sent(self, *entries: dict[str, Any]) -> None:
        """Send entries, all of which are applied."""
        for entry in entries:
            assert await self.send(entry) == (200, "")

    def habit_lines(self) -> list[str]:
        """Return all lines of the log of this device."""
        folder = self.vault.root
        name = (self.vault.places.state, "device")
        with open("/".join(name), encoding="utf-8") as file:
            device = file.read().strip()
        place = f"{folder}/habits/log/2026-11.{device}.md"
        with open(place, encoding="utf-8") as file:
            return [line for line in file.read().splitlines() if line.startswith("- ")]


@pytest.fixture
async def stranger(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """A browser without the key."""
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)
    vault = Vault.open(sample)
    app = make_app(vault, serve_address("localhost", 8765))
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
async def phone(sample: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Phone]:
    """A phone that has opened the address with the key."""
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)
    vault = Vault.open(sample)
    app = make_app(vault, serve_address("localhost", 8765))
    async with TestClient(TestServer(app), cookie_jar=None) as client:
        key = serve_key(vault.places.state)
        client.session.cookie_jar.update_cookies({"notekeep-8765": key}, client.make_url("/"))
        yield Phone(client, vault)
