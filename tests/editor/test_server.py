"""The language server as a program: its vaults, unusual files, and its extra."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

from tests.support.editor import Editor, start_client, stop_client

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_files_outside_a_vault_have_no_answers(editor: Editor, tmp_path: Path) -> None:
    outside = Editor(editor.client, tmp_path)
    cursor = outside.type("a.md", "[[No such note]]¦")
    params = types.CompletionParams(**cursor)
    assert await editor.client.text_document_completion_async(params) is None
    links = types.DocumentLinkParams(cursor["text_document"])
    assert not await editor.client.text_document_document_link_async(links)


async def test_each_note_belongs_to_the_vault_above_it(editor: Editor) -> None:
    other = Editor(editor.client, editor.root.parent / "other")
    (other.root / ".obsidian").mkdir(parents=True)
    editor.write("Here.md", "Text.\n")
    other.write("There.md", "Text.\n")
    await editor.index()
    await other.index()
    assert await editor.complete("open.md", "[[he¦") == ["[[Here]]"]
    assert await other.complete("open.md", "[[¦") == ["[[There]]"]


async def test_an_old_version_of_a_text_that_arrives_late_is_ignored(editor: Editor) -> None:
    editor.write("Rivers.md", "Water.\n")
    await editor.index()
    cursor = editor.type("open.md", "[[Riv¦ers]]")
    editor.client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(1, cursor["text_document"].uri),
            [types.TextDocumentContentChangeWholeDocument("[[Ri")],
        )
    )
    found = await editor.client.text_document_hover_async(types.HoverParams(**cursor))
    assert found is not None


async def test_windows_line_ends_and_a_byte_order_mark_keep_positions(editor: Editor) -> None:
    text = "---\r\ntitle: A\r\n---\r\n\r\n👋 [[Deep]]\r\n"
    editor.write("Deep.md", "Text.\n")
    editor.write("windows.md", b"\xef\xbb\xbf" + text.encode())
    await editor.index()
    cursor = editor.type("open.md", "[[De¦ep]]")
    context = types.ReferenceContext(include_declaration=False)
    params = types.ReferenceParams(context, **cursor)
    found = await editor.client.text_document_references_async(params) or []
    places = {one.uri.rpartition("/")[2]: one.range for one in found}
    assert places["windows.md"] == types.Range(types.Position(4, 3), types.Position(4, 11))


async def test_a_file_that_is_not_utf8_has_answers(editor: Editor) -> None:
    editor.write("latin.md", "# Z\xfcrich\n\nText.\n".encode("latin-1"))
    await editor.index()
    cursor = editor.type("open.md", "[[lat¦in]]")
    found = await editor.client.text_document_hover_async(types.HoverParams(**cursor))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "Text." in found.contents.value


async def test_private_notes_are_visible_to_their_owner(editor: Editor) -> None:
    editor.write("private/Letter.md", "---\nprivate: true\n---\nText.\n")
    await editor.index()
    assert await editor.complete("open.md", "[[let¦") == ["[[Letter]]"]


async def test_the_server_uses_the_encoding_that_the_editor_prefers(
    editor: Editor, home: Path
) -> None:
    editor.write("Deep.md", "Text.\n")
    capabilities = types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=["utf-8", "utf-16"])
    )
    client = await start_client(editor.root, capabilities=capabilities)
    other = Editor(client, editor.root)
    await other.index()
    other.type("open.md", "👋 [[Deep]]")
    links = types.DocumentLinkParams(types.TextDocumentIdentifier(other.uri("open.md")))
    (link,) = await client.text_document_document_link_async(links) or []
    assert (link.range.start.character, link.range.end.character) == (5, 13)
    await stop_client(client)


async def test_one_vault_can_be_set_for_all_files(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    client = await start_client(folder, "--vault", str(folder))
    editor = Editor(client, folder)
    editor.write("Deep.md", "Text.\n")
    await editor.index()
    assert await editor.complete("open.md", "[[de¦") == ["[[Deep]]"]
    await stop_client(client)


async def test_it_writes_no_file(editor: Editor) -> None:
    editor.write("Deep.md", "Text.\n")
    await editor.index()
    await editor.complete("open.md", "[[de¦")
    await editor.problems("open.md", "[[Gone]]")
    assert sorted(one.name for one in editor.root.iterdir()) == [".notekeep", "Deep.md"]
