"""Files in an editor that applies edits as the Language Server Protocol defines them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from lsprotocol import types as lsp

if TYPE_CHECKING:
    from pytest_lsp import LanguageClient

_EOL = re.compile(r"\r\n|\n|\r")
BOM = "\ufeff"

ALL_CAPABILITIES = lsp.ClientCapabilities(
    workspace=lsp.WorkspaceClientCapabilities(
        apply_edit=True,
        workspace_edit=lsp.WorkspaceEditClientCapabilities(
            document_changes=True,
            resource_operations=[
                lsp.ResourceOperationKind.Create,
                lsp.ResourceOperationKind.Rename,
            ],
        ),
    ),
    window=lsp.WindowClientCapabilities(
        show_document=lsp.ShowDocumentClientCapabilities(support=True)
    ),
)
"""What an editor can do that applies all kinds of edits."""


def answer_server(client: LanguageClient) -> None:
    """Store what the server asks an editor to show or to edit, in `client.shown`."""
    shown: list[Any] = []
    vars(client)["shown"] = shown

    def show_message(params: lsp.ShowMessageParams) -> None:
        shown.append(params.message)

    def show_document(params: lsp.ShowDocumentParams) -> lsp.ShowDocumentResult:
        shown.append(params.uri)
        return lsp.ShowDocumentResult(success=True)

    def apply_edit(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
        shown.append(params.edit)
        return lsp.ApplyWorkspaceEditResult(applied=True)

    client.feature(lsp.WINDOW_SHOW_MESSAGE)(show_message)
    client.feature(lsp.WINDOW_SHOW_DOCUMENT)(show_document)
    client.feature(lsp.WORKSPACE_APPLY_EDIT)(apply_edit)


def apply_edits(text: str, edits: Iterable[lsp.TextEdit]) -> str:
    """Apply edits to a text: positions count UTF-16 units, edits must not overlap."""
    starts = [0, *(match.end() for match in _EOL.finditer(text))]
    ends = [*(match.start() for match in _EOL.finditer(text)), len(text)]

    def offset(position: lsp.Position) -> int:
        line = text[starts[position.line] : ends[position.line]].encode("utf-16-le")
        assert position.character * 2 <= len(line), "the position is behind the end of its line"
        return starts[position.line] + len(line[: position.character * 2].decode("utf-16-le"))

    places = [(offset(edit.range.start), offset(edit.range.end), edit.new_text) for edit in edits]
    places.sort(key=lambda place: place[:2])
    for (_, end, _), (start, _, _) in pairwise(places):
        assert end <= start, "two edits overlap"
    for start, end, new in reversed(places):
        text = text[:start] + new + text[end:]
    return text


def apply_workspace_edit(root: Path, edit: lsp.WorkspaceEdit) -> None:
    """Apply an edit to files, in order. An editor keeps the byte order mark of a file."""
    for change in edit.document_changes or ():
        match change:
            case lsp.RenameFile():
                target = path_of(change.new_uri)
                assert not target.exists() or target.samefile(path_of(change.old_uri))
                path_of(change.old_uri).rename(target)
            case lsp.CreateFile():
                path = path_of(change.uri)
                assert not path.exists()
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"")
            case lsp.TextDocumentEdit():
                path = path_of(change.text_document.uri)
                assert path.is_relative_to(root)
                text = path.read_bytes().decode()
                mark = BOM if text.startswith(BOM) else ""
                after = mark + apply_edits(
                    text.removeprefix(BOM),
                    [one for one in change.edits if isinstance(one, lsp.TextEdit)],
                )
                path.write_bytes(after.encode())
            case _:
                raise AssertionError(change)


def path_of(uri: str) -> Path:
    """Return the path of a file URI."""
    return Path(unquote(urlsplit(uri).path))
