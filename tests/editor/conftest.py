"""A server for all tests of a session, and a new vault for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.support.editor import Editor, start_client, stop_client
from tests.support.editor_buffers import ALL_CAPABILITIES, answer_server

if TYPE_CHECKING:
    from pytest_lsp import LanguageClient


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LanguageClient]:
    """A server with a home of its own."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("NOTEKEEP_HOME", str(home / "notekeep"))
        started = await start_client(home)
    yield started
    await stop_client(started)


@pytest.fixture
def editor(client: LanguageClient, tmp_path_factory: pytest.TempPathFactory) -> Editor:
    """An editor for a new vault; `index` makes the server read what a test wrote."""
    # It stays until the end of the session: a new folder with the inode of a deleted vault would
    # be recognized as that vault.
    folder = tmp_path_factory.mktemp("vault")
    (folder / "notes" / ".notekeep").mkdir(parents=True)
    return Editor(client, folder / "notes")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def editing_client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LanguageClient]:
    """A server for an editor that can apply all kinds of edits; its day is 2026-11-24."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("NOTEKEEP_HOME", str(home / "notekeep"))
        patch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
        started = await start_client(home, capabilities=ALL_CAPABILITIES)
    answer_server(started)
    yield started
    await stop_client(started)


@pytest.fixture
def editing(editing_client: LanguageClient, tmp_path_factory: pytest.TempPathFactory) -> Editor:
    """An editor that can apply all kinds of edits, for a new vault."""
    folder = tmp_path_factory.mktemp("vault")  # it stays, as that of `editor`
    (folder / "notes" / ".notekeep").mkdir(parents=True)
    return Editor(editing_client, folder / "notes")
