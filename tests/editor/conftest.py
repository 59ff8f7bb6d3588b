"""A server for all tests of a session, and a new vault for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.support.editor import Editor, start_client, stop_client

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
