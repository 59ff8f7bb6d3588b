"""An editor with a language server, for tests: types into notes, and reads the answers."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient

if TYPE_CHECKING:
    from pathlib import Path

CURSOR: Final = "¦"
"""Marks the cursor in the text of a note."""

TIMEOUT_SECONDS: Final = 30.0


class Editor:
    """An editor that has opened a folder of notes."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client, self.root = client, root
        self._texts: dict[str, str] = {}
        self._version = 1

    def uri(self, path: str) -> str:
        """Return the address of a note."""
        return (self.root / path).as_uri()

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file, as another program would."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)

    def type(self, path: str, text: str | None = None) -> dict[str, Any]:
        """Open a note or replace its text; return the cursor as parameters of a request."""
        if text is None:
            text = (self.root / path).read_bytes().decode().replace("\r\n", "\n")
        before, _, after = text.partition(CURSOR)
        uri, whole = self.uri(path), before + after
        self._version += 1
        if uri in self._texts:
            self.client.text_document_did_change(
                types.DidChangeTextDocumentParams(
                    types.VersionedTextDocumentIdentifier(self._version, uri),
                    [types.TextDocumentContentChangeWholeDocument(whole)],
                )
            )
        else:
            self.client.text_document_did_open(
                types.DidOpenTextDocumentParams(
                    types.TextDocumentItem(uri, "markdown", self._version, whole)
                )
            )
        self._texts[uri] = whole
        lines = before.split("\n")
        place = types.Position(len(lines) - 1, len(lines[-1].encode("utf-16-le")) // 2)
        return {"text_document": types.TextDocumentIdentifier(uri), "position": place}

    def close(self, path: str) -> None:
        """Close a note."""
        del self._texts[self.uri(path)]
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(self.uri(path)))
        )

    async def complete(self, path: str, text: str) -> list[str]:
        """Return the line of the cursor after each completion is accepted."""
        cursor = self.type(path, text)
        found = await self.client.text_document_completion_async(types.CompletionParams(**cursor))
        assert isinstance(found, types.CompletionList)
        line = self._texts[self.uri(path)].split("\n")[cursor["position"].line]
        lines = []
        for item in sorted(found.items, key=lambda one: one.sort_text or ""):
            edit = item.text_edit
            assert isinstance(edit, types.TextEdit)
            assert edit.range.end == cursor["position"]
            units = line.encode("utf-16-le")
            start, end = 2 * edit.range.start.character, 2 * edit.range.end.character
            # The editor filters by the text in the range.
            assert (item.filter_text or "").startswith(units[start:end].decode("utf-16-le"))
            changed = units[:start] + edit.new_text.encode("utf-16-le") + units[end:]
            lines.append(changed.decode("utf-16-le"))
        return lines

    async def problems(self, path: str, text: str | None = None) -> list[str]:
        """Return the problems of a note as `line:column message`, counted from 1."""
        self.type(path, text)
        version = self._version
        reports = await self.until(
            lambda: [one for one in self._reports(path) if one.version == version]
        )
        return [
            f"{one.range.start.line + 1}:{one.range.start.character + 1} {one.message}"
            for one in reports[-1].diagnostics
        ]

    async def index(self) -> None:
        """Open the vault, and wait until the server has read all notes."""
        notes = {one.resolve().as_uri() for one in self.root.rglob("*.md")}
        notes = {one for one in notes if "/log/" not in one}
        any_note = types.TextDocumentIdentifier(self.uri("any.md"))
        await self.client.text_document_document_symbol_async(types.DocumentSymbolParams(any_note))
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while (found := {one.location.uri for one in await self.symbols("")}) != notes:
            assert time.monotonic() < deadline, f"indexed {found}, not {notes}"
            await asyncio.sleep(0.01)

    async def symbols(self, query: str) -> list[types.SymbolInformation]:
        """Return the notes that the server finds for a query in this vault."""
        params = types.WorkspaceSymbolParams(query)
        found = await self.client.workspace_symbol_async(params)
        return [
            one
            for one in found or []
            if isinstance(one, types.SymbolInformation)
            and one.location.uri.startswith(self.root.as_uri())
        ]

    def _reports(self, path: str) -> list[types.PublishDiagnosticsParams]:
        return [one for one in reports(self.client) if one.uri == self.uri(path)]

    async def until(self, find: Any) -> Any:
        """Wait until a function returns something."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not (found := find()):
            assert time.monotonic() < deadline, "the server did not report it"
            await asyncio.sleep(0.01)
        return found


def reports(client: LanguageClient) -> list[types.PublishDiagnosticsParams]:
    """Return all reports of problems so far."""
    found: list[types.PublishDiagnosticsParams] = vars(client).setdefault("reports", [])
    return found


async def start_client(
    root: Path, *words: str, capabilities: types.ClientCapabilities | None = None
) -> LanguageClient:
    """Start a server, and initialize it as an editor does that has opened a folder."""
    client = LanguageClient(converter_factory=default_converter)

    def store(params: types.PublishDiagnosticsParams) -> None:
        reports(client).append(params)

    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(store)
    await client.start_io(sys.executable, "-m", "notekeep", "lsp", *words, env=dict(os.environ))
    folder = types.WorkspaceFolder(root.as_uri(), root.name)
    await client.initialize_session(
        types.InitializeParams(
            capabilities or types.ClientCapabilities(), workspace_folders=[folder]
        )
    )
    return client


async def stop_client(client: Any) -> None:
    """End the session, and wait for the end of the server."""
    await client.shutdown_session()
    await client.stop()
