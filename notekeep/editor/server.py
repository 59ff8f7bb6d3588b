"""The language server: its lifecycle, open notes, and when their problems are reported.

Features are answered by functions of the other modules, which list them in `FEATURES`. The texts of
open notes come before the index, which comes before the files. Only `commands` writes files.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from notekeep import __version__
from notekeep.editor import actions, completion, navigation, renames, symbols
from notekeep.editor.commands import COMMANDS, run_own_commands
from notekeep.editor.diagnostics import find_diagnostics
from notekeep.editor.features import Feature
from notekeep.editor.open_vault import OpenVault
from notekeep.editor.session import Session
from notekeep.errors import NotekeepError

MODULES: Final = (actions, completion, navigation, renames, symbols)
"""The modules with features."""

QUIET_SECONDS: Final = 0.15
"""Seconds after the last letter until a note is checked for problems."""

log = logging.getLogger(__name__)


class EditorServer:
    """A server for one editor."""

    def __init__(self, vault: str | None = None) -> None:
        """`vault` is the folder or name of the only vault to use, by default that of each note."""
        # pygls splits lines at more characters than the protocol, so an editor sends whole texts.
        self.protocol = LanguageServer(
            "notekeep", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full
        )
        self.session = Session(self.protocol, self._vault_changed, vault)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._checks: dict[str, asyncio.Task[None]] = {}  # by address
        handlers: dict[str, Callable[..., Any]] = {
            types.INITIALIZED: self._initialized,
            types.SHUTDOWN: self._shut_down,
            types.TEXT_DOCUMENT_DID_OPEN: self._opened,
            types.TEXT_DOCUMENT_DID_CHANGE: self._typed,
            types.TEXT_DOCUMENT_DID_SAVE: self._saved,
            types.TEXT_DOCUMENT_DID_CLOSE: self._closed,
        }
        for method, handle in handlers.items():
            self.protocol.feature(method)(partial(handle))  # pygls sets attributes of it
        for module in MODULES:
            for method, feature in module.FEATURES.items():
                self._register(method, feature)
        for name, answer in COMMANDS.items():
            self._register_command(name, answer)

    def run(self) -> None:
        """Serve an editor on stdin and stdout until it ends the connection."""
        # pygls closes the stream at the end, but the program still flushes its own.
        with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as stdout:
            try:
                self.protocol.start_io(stdout=stdout)
            finally:
                self.session.end()

    def _register(self, method: str, feature: Feature) -> None:
        def handle(params: Any) -> Any:
            try:
                return feature.answer(self.session, params)
            except NotekeepError as error:
                if feature.shows_errors:
                    raise _to_response(error) from error
                log.warning("%s: %s %s", method, error.message, error.hint)
                return None

        answer: Callable[[Any], Any] = self.protocol.thread()(handle) if feature.is_slow else handle
        self.protocol.feature(method, feature.options)(answer)

    def _register_command(self, name: str, answer: Callable[..., Any]) -> None:
        def handle(*words: Any) -> Any:
            try:
                return answer(self.session, *words)
            except NotekeepError as error:
                raise _to_response(error) from error
            finally:
                run_own_commands()

        self.protocol.command(name)(self.protocol.thread()(handle))

    # The lifecycle.

    def _initialized(self, _params: types.InitializedParams) -> None:
        self._loop = asyncio.get_running_loop()
        workspace = self.protocol.workspace
        for uri in workspace.folders or ([workspace.root_uri] if workspace.root_uri else []):
            self.session.vault_above(uri)

    def _shut_down(self, _params: None) -> None:
        for task in self._checks.values():
            task.cancel()
        self.session.stop()

    # Open notes.

    def _opened(self, params: types.DidOpenTextDocumentParams) -> None:
        opened = params.text_document
        self.session.use_text(opened.uri, opened.version, opened.text)
        self._check_later(opened.uri, 0.0)

    def _typed(self, params: types.DidChangeTextDocumentParams) -> None:
        changed = params.text_document
        self.session.use_text(changed.uri, changed.version, params.content_changes[-1].text)
        self._check_later(changed.uri, QUIET_SECONDS)

    async def _saved(self, params: types.DidSaveTextDocumentParams) -> None:
        document = self.session.document(params.text_document.uri)
        self.session.own_renames.clear()  # an edit is complete before the editor saves it
        if document is not None:
            await asyncio.to_thread(document.vault.refresh)

    def _closed(self, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        if task := self._checks.pop(uri, None):
            task.cancel()
        self.session.close(uri)
        self._publish(types.PublishDiagnosticsParams(uri, []))

    def _check_later(self, uri: str, pause: float) -> None:
        if task := self._checks.get(uri):
            task.cancel()
        self._checks[uri] = asyncio.get_running_loop().create_task(self._check(uri, pause))

    async def _check(self, uri: str, pause: float) -> None:
        """Report the problems of an open note, unless it is changed meanwhile."""
        await asyncio.sleep(pause)
        document = self.session.document(uri)
        if document is None or not document.is_open:
            return
        try:
            found = await asyncio.to_thread(find_diagnostics, document)
        except NotekeepError as error:
            log.warning("%s: %s %s", document.path, error.message, error.hint)
        else:
            self._publish(types.PublishDiagnosticsParams(uri, found, document.version))

    def _publish(self, problems: types.PublishDiagnosticsParams) -> None:
        self.protocol.text_document_publish_diagnostics(problems)

    def _vault_changed(self, vault: OpenVault) -> None:
        """Check all open notes of a vault again; called in the thread of the vault."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._check_all, vault)

    def _check_all(self, vault: OpenVault) -> None:
        for document in self.session.open_documents(vault):
            self._check_later(document.uri, QUIET_SECONDS)
        workspace = self.protocol.client_capabilities.workspace
        if workspace and workspace.code_lens and workspace.code_lens.refresh_support:
            self.protocol.workspace_code_lens_refresh(None)


def _to_response(error: NotekeepError) -> JsonRpcException:
    """Return an error that the editor shows."""
    message = f"{error.message} {error.hint}".rstrip()
    return JsonRpcException(message, types.LSPErrorCodes.RequestFailed.value)
