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

    async def send(self, *entries: dict[str, Any]) -> list[dict[str, Any]]:
        """Send entries as the page does."""
        async with self.client.post("/api/entries", json={"entries": entries}) as answer:
            assert answer.status == 200, await answer.text()
            found: list[dict[str, Any]] = (await answer.json())["results"]
            return found

    async def sent(self, *entries: dict[str, Any]) -> None:
        """Send entries, all of which are applied."""
        results = await self.send(*entries)
        assert [one["ok"] for one in results] == [True] * len(entries), results

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
        client.session.cookie_jar.update_cookies({"notekeep": key}, client.make_url("/"))
        yield Phone(client, vault)
