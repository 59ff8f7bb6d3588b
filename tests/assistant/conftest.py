"""A vault, and the SDK's real client that runs `notekeep mcp` as an assistant does."""

from __future__ import annotations

import json
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.assistant import is_installed
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

# They need the extra; `make check-mcp` runs them.
collect_ignore = ["test_without_the_extra.py" if is_installed() else "test_client.py"]


class Assistant:
    """A connected client."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool and return its JSON, which every answer is."""
        result = await self.client.call_tool(tool, arguments)
        answer: dict[str, Any] = json.loads(result.content[0].text)
        assert answer["untrusted"] is True
        assert answer["source"]
        assert bool(result.is_error) == ("error" in answer)
        return answer

    async def tools(self) -> dict[str, Any]:
        """Return the listed tools by name."""
        return {tool.name: tool for tool in (await self.client.list_tools()).tools}


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """An empty vault on a fixed day."""
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    (tmp_path / "notes/.notekeep").mkdir(parents=True)
    return Vault.open(tmp_path / "notes")


@pytest.fixture
def write(vault: Vault) -> Callable[[str, str], None]:
    """Write a file of the vault."""

    def write(path: str, text: str) -> None:
        place = os.path.join(vault.root, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))

    return write


@pytest.fixture
def connect() -> Callable[..., AbstractAsyncContextManager[Assistant]]:
    """Start `notekeep mcp` for a vault, and connect the SDK's client to it."""
    from mcp import Client, StdioServerParameters
    from mcp_types import Implementation

    @asynccontextmanager
    async def connect(
        root: str | os.PathLike[str], *options: str, name: str = "otter"
    ) -> AsyncIterator[Assistant]:
        words = ["-m", "notekeep", "--vault", os.fspath(root), "mcp", *options]
        server = StdioServerParameters(command=sys.executable, args=words, env=dict(os.environ))
        about = Implementation(name=name, version="1")
        async with Client(server, client_info=about) as client:
            yield Assistant(client)

    return connect
