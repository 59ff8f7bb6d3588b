"""Following links in an editor: definition, references, preview, links and backlinks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from lsprotocol import types

if TYPE_CHECKING:
    from tests.support.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEEP = """\
---
type: book
title: Deep Work
author: Cal Newport
tags: [focus]
---
# Deep Work

Work without distraction. #focus

## Rules

Rule one. ^rule-1
"""


@pytest_asyncio.fixture(loop_scope="session")
async def vault(editor: Editor) -> Editor:
    editor.write("books/Deep Work.md", DEEP)
    editor.write("one.md", "👋 [[Deep Work]] and [[Deep Work#Rules|rules]].\n")
    editor.write("two.md", "---\nfrom: '[[Deep Work]]'\n---\nText. #focus/more\n")
    editor.write("pictures/cover.png", b"\x89PNG")
    await editor.index()
    return editor


def where(editor: Editor, found: Any) -> list[str]:
    """Return locations as `path:line:column`, counted from 1."""
    places = found if isinstance(found, list | tuple) else [found]
    root = f"{editor.root.as_uri()}/"
    return [
        f"{one.uri.removeprefix(root).replace('%20', ' ')}"
        f":{one.range.start.line + 1}:{one.range.start.character + 1}"
        for one in places
    ]


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("See [[Dee¦p Work]].", "books/Deep Work.md:1:1"),
        ("👋👋 [[Deep Work#Ru¦les]]", "books/Deep Work.md:11:1"),
        ("[[Deep Work#^ru¦le-1]]", "books/Deep Work.md:13:1"),
        ("[rules](<books/Deep Work.md#Ru¦les>)", "books/Deep Work.md:11:1"),
        ("# Here\n\n[[#He¦re]]", "open.md:1:1"),
        ("---\nfrom: '[[Deep¦ Work#Rules]]'\n---\n", "books/Deep Work.md:11:1"),
        ("![[cov¦er.png]]", "pictures/cover.png:1:1"),
    ],
)
async def test_definition_is_the_note_heading_block_or_file(
    vault: Editor, typed: str, target: str
) -> None:
    cursor = vault.type("open.md", typed)
    found = await vault.client.text_document_definition_async(types.DefinitionParams(**cursor))
    assert where(vault, found) == [target]


@pytest.mark.parametrize("typed", ["Te¦xt.", "[[No such ¦note]]", "<https://exam¦ple.org>"])
async def test_other_text_has_no_definition(vault: Editor, typed: str) -> None:
    cursor = vault.type("open.md", typed)
    found = await vault.client.text_document_definition_async(types.DefinitionParams(**cursor))
    assert found is None


async def references(editor: Editor, path: str, text: str, *, declared: bool = False) -> list[str]:
    cursor = editor.type(path, text)
    context = types.ReferenceContext(declared)
    params = types.ReferenceParams(context, **cursor)
    return where(editor, await editor.client.text_document_references_async(params))


async def test_references_of_a_link_are_all_links_to_its_note(vault: Editor) -> None:
    found = await references(vault, "open.md", "Also [[Deep ¦Work]].")
    assert found == ["one.md:1:4", "one.md:1:22", "open.md:1:6", "two.md:2:8"]


async def test_references_of_a_note_include_its_place_on_request(vault: Editor) -> None:
    found = await references(vault, "books/Deep Work.md", DEEP.replace("Work w", "W¦ork w"))
    assert found == ["one.md:1:4", "one.md:1:22", "two.md:2:8"]
    text = DEEP.replace("Work w", "W¦ork w")
    found = await references(vault, "books/Deep Work.md", text, declared=True)
    assert found[0] == "books/Deep Work.md:1:1"


async def test_references_follow_open_notes_as_typed(vault: Editor) -> None:
    vault.type("one.md", "No link any more.\n")
    vault.type("new.md", "-\t[[Deep Work]]\n")
    found = await references(vault, "open.md", "Also [[Deep ¦Work]].")
    assert found == ["new.md:1:3", "open.md:1:6", "two.md:2:8"]


async def test_references_of_a_heading_are_the_links_to_it(vault: Editor) -> None:
    text = DEEP.replace("## Rules", "## Ru¦les")
    assert await references(vault, "books/Deep Work.md", text) == ["one.md:1:22"]


async def test_references_of_a_tag_are_its_places_in_all_notes(vault: Editor) -> None:
    found = await references(vault, "open.md", "About #fo¦cus.")
    assert found == [
        "books/Deep Work.md:5:8",
        "books/Deep Work.md:9:27",
        "open.md:1:7",
        "two.md:4:7",
    ]


async def hover(editor: Editor, text: str) -> str:
    cursor = editor.type("open.md", text)
    found = await editor.client.text_document_hover_async(types.HoverParams(**cursor))
    if found is None:
        return ""
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value


async def test_hover_shows_a_note_or_the_part_that_a_link_leads_to(vault: Editor) -> None:
    text = await hover(vault, "[[Deep ¦Work]]")
    assert text.startswith("**Deep Work**\n\nCal Newport\n\n")
    assert "Work without distraction." in text
    text = await hover(vault, "[[Deep Work#R¦ules]]")
    assert text == "**Deep Work** · Rules\n\nCal Newport\n\nRule one. ^rule-1"
    assert await hover(vault, "[[No such ¦note]]") == 'There is no note "No such note".'
    assert await hover(vault, "#foc¦us") == "#focus: 2 notes"
    assert (await hover(vault, "![[cov¦er.png]]")).endswith("/pictures/cover.png)")
    assert await hover(vault, "Te¦xt.") == ""


async def test_a_preview_shows_an_open_note_as_typed(vault: Editor) -> None:
    vault.type("books/Deep Work.md", "# Deep Work\n\nNot saved.\n")
    assert "Not saved." in await hover(vault, "[[Deep ¦Work]]")


async def test_document_links_open_notes_and_files(vault: Editor) -> None:
    cursor = vault.type("open.md", "[[one]] ![[cover.png]] [[No such note]]")
    params = types.DocumentLinkParams(cursor["text_document"])
    found = await vault.client.text_document_document_link_async(params)
    assert [one.target for one in found or []] == [
        vault.uri("one.md"),
        vault.uri("pictures/cover.png"),
    ]


async def test_the_number_of_backlinks_is_above_the_title(vault: Editor) -> None:
    cursor = vault.type("books/Deep Work.md")
    params = types.CodeLensParams(cursor["text_document"])
    (lens,) = await vault.client.text_document_code_lens_async(params) or []
    assert lens.command is not None
    assert (lens.range.start.line, lens.command.title) == (6, "3 backlinks")
    cursor = vault.type("one.md")
    params = types.CodeLensParams(cursor["text_document"])
    assert not await vault.client.text_document_code_lens_async(params)
