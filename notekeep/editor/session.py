"""The state of a connection to an editor: its open notes, and their vaults."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from lsprotocol import types
from pygls import uris

from notekeep import config
from notekeep.editor.document import Document
from notekeep.editor.open_vault import OpenVault
from notekeep.errors import NotekeepError, Refused
from notekeep.storage.file_names import is_hidden, vault_path
from notekeep.storage.scan import NOTE_SUFFIXES
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer


class Session:
    """The open notes and their vaults.

    A note belongs to the vault above it. Other files have no document, and no answers.
    """

    def __init__(
        self, server: LanguageServer, changed: Callable[[OpenVault], None], vault: str | None = None
    ) -> None:
        """Create the state of a server.

        Args:
            server: The server.
            changed: Called in another thread after the index of a vault changed.
            vault: The folder or name of the only vault to use.
        """
        self.server = server
        self._changed = changed
        self._only = Vault.open(vault).root if vault else None
        self._opening = threading.Lock()
        self._vaults: dict[str, OpenVault] = {}
        self._texts: dict[str, tuple[int, str]] = {}  # versions and texts of open files, by address
        self._documents: dict[str, Document] = {}  # of open notes, by address
        self.own_renames: set[tuple[str, str]] = set()
        """Old and new paths of the files that the last edit renames."""

    @property
    def vaults(self) -> list[OpenVault]:
        """The open vaults."""
        return [*self._vaults.values()]

    def vault_above(self, uri: str) -> OpenVault | None:
        """Return the vault of a file or folder, which stays open; None without one."""
        place = to_path(uri)
        if place is None:
            return None
        root = config.nearest_vault(place if os.path.isdir(place) else os.path.dirname(place))
        root = root and os.path.realpath(root)
        if self._only is not None:
            root = self._only
        if not root:
            return None
        with self._opening:
            if root not in self._vaults:
                try:
                    self._vaults[root] = OpenVault(Vault.open(root), self._changed)
                except NotekeepError:
                    return None
            return self._vaults[root]

    def document(self, uri: str) -> Document | None:
        """Return the note at an address, as typed if it is open; None outside a vault."""
        typed = self._texts.get(uri)
        known = self._documents.get(uri)
        if typed is not None and known is not None and known.text == typed[1]:
            known.version = typed[0]
            return known
        vault = known.vault if known else self.vault_above(uri)
        path = vault and _note_path(vault, uri)
        if not vault or not path:
            return None
        if typed is None:
            return self._read(vault, path, uri)
        version, text = typed
        found = Document(vault, path, uri, text, self.encoding, version)
        self._documents[uri] = found
        return found

    def document_at(self, vault: OpenVault, path: str) -> Document | None:
        """Return the note at a vault path, as typed if it is open; None if it is unreadable."""
        uri = self.uri(vault, path)
        if uri in self._documents:
            return self.document(uri)
        return self._read(vault, path, uri)

    def open_documents(self, vault: OpenVault) -> list[Document]:
        """Return the open notes of a vault."""
        found = [self.document(uri) for uri in list(self._documents)]
        return [one for one in found if one is not None and one.vault is vault and one.is_open]

    def uri(self, vault: OpenVault, path: str) -> str:
        """Return the address of a file in a vault; that of the editor if it is open."""
        for uri, document in list(self._documents.items()):  # other threads may add some
            if document.path == path and document.vault is vault:
                return uri
        return Path(vault.root, path).as_uri()

    def use_text(self, uri: str, version: int, text: str) -> None:
        """Use a typed text instead of the file. Some editors send versions in the wrong order."""
        if version >= self._texts.get(uri, (version, ""))[0]:
            self._texts[uri] = (version, text)
            self.document(uri)

    def close(self, uri: str) -> None:
        """Use the file again."""
        self._texts.pop(uri, None)
        self._documents.pop(uri, None)

    def stop(self) -> None:
        """Stop the work of all vaults, without waiting for its end."""
        for vault in self.vaults:
            vault.stop()

    def end(self) -> None:
        """Close all vaults."""
        for vault in self._vaults.values():
            vault.close()
        self._vaults.clear()
        self._documents.clear()
        self._texts.clear()

    @property
    def encoding(self) -> str:
        """The unit of positions, such as `utf-16`."""
        return str(types.PositionEncodingKind(self.server.workspace.position_encoding).value)

    def _read(self, vault: OpenVault, path: str, uri: str) -> Document | None:
        try:
            return Document.read(vault, path, uri, self.encoding)
        except NotekeepError:
            return None


def to_path(uri: str) -> str | None:
    """Return the path of a `file:` address; None for other addresses."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return None
    if os.name == "nt":
        return str(uris.to_fs_path(uri))
    return os.fsdecode(unquote_to_bytes(parts.path))


def _note_path(vault: OpenVault, uri: str) -> str | None:
    """Return the vault path of a note; None for other files."""
    place = to_path(uri)
    try:
        path = vault_path(vault.root, place or "")
    except Refused:
        return None
    if not path.endswith(NOTE_SUFFIXES) or any(map(is_hidden, path.split("/"))):
        return None
    return path
