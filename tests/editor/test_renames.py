"""Renaming notes, headings and tags in an editor, and what a rename of a file changes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from notekeep.errors import NotekeepError
from notekeep.vault import Vault
from tests.support.editor import Editor
from tests.support.editor_buffers import apply_workspace_edit
from tests.support.sizes import sized

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_lsp import LanguageClient

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTES = {
    "books/Deep Work.md": (
        "---\ntitle: Deep Work\ntags: [focus/deep]\n---\n# Deep Work\n\n"
        "## Rules of work ^r1\n\nSee [[#Rules of work]].\n"
    ),
    "One.md": "# First\n\n👋 [[Deep Work|book]], [[Deep Work#Rules of work]] #focus/deep/x\n",
    "Two.md": "[a](books/Deep%20Work.md#rules-of-work)\r\n\r\n![[Deep Work]] #focus\r\n",
}


@pytest.fixture
def vault(editing: Editor) -> Editor:
    for path, text in NOTES.items():
        editing.write(path, text)
    return editing


def read(editor: Editor) -> dict[str, str]:
    """Return the notes of the vault, by path."""
    return {
        str(place.relative_to(editor.root)): place.read_bytes().decode()
        for place in sorted(editor.root.rglob("*.md"))
    }


async def rename(editor: Editor, cursor: dict[str, Any], name: str) -> types.WorkspaceEdit:
    params = types.RenameParams(new_name=name, **cursor)
    edit = await editor.client.text_document_rename_async(params)
    assert edit is not None
    return edit


@pytest.mark.parametrize(
    ("path", "typed", "name"),
    [
        ("One.md", "👋 [[De¦ep Work#Rules of work]]", ("Deep Work", 0, 5, 14)),
        ("One.md", "[[Deep Work#Ru¦les of work|here]]", ("Rules of work", 0, 12, 25)),
        ("One.md", "[a](books/Deep%20Wo¦rk.md)", ("Deep Work", 0, 4, 24)),
        ("One.md", "#focus/deep/¦x", ("focus/deep/x", 0, 1, 13)),
        ("One.md", "#fo¦cus/deep/x", ("focus", 0, 1, 6)),
        ("One.md", "---\ntags: [a, fo¦cus]\n---\n", ("focus", 1, 10, 15)),
        ("One.md", "text\n\n## Pa¦rt ^id\n", ("Part", 2, 3, 7)),
        ("One.md", "# On¦e\n", ("One", 0, 2, 5)),
        ("One.md", "---\ntitle: Ot¦her\n---\n", ("Other", 1, 7, 12)),
        ("One.md", "plain te¦xt", None),
        ("One.md", "[[No such ¦note]]", None),
        ("One.md", "https://exam¦ple.org", None),
    ],
)
async def test_names_that_can_be_renamed(
    vault: Editor, path: str, typed: str, name: tuple[str, int, int, int] | None
) -> None:
    await vault.index()
    cursor = vault.type(path, typed)
    found = await vault.client.text_document_prepare_rename_async(
        types.PrepareRenameParams(**cursor)
    )
    if name is None:
        assert found is None
        return
    text, line, start, end = name
    assert isinstance(found, types.PrepareRenamePlaceholder)
    place = types.Range(types.Position(line, start), types.Position(line, end))
    assert (found.placeholder, found.range) == (text, place)


async def test_a_renamed_note_has_a_new_file_and_all_links_follow(vault: Editor) -> None:
    cursor = vault.type("One.md", NOTES["One.md"].replace("Deep", "De¦ep", 1))
    apply_workspace_edit(vault.root, await rename(vault, cursor, "Focus"))
    assert read(vault) == {
        "books/Focus.md": NOTES["books/Deep Work.md"].replace("Deep Work", "Focus"),
        "One.md": NOTES["One.md"].replace("Deep Work", "Focus"),
        "Two.md": "[a](books/Focus.md#rules-of-work)\r\n\r\n![[Focus]] #focus\r\n",
    }


async def test_links_to_a_renamed_heading_follow(vault: Editor) -> None:
    cursor = vault.type("One.md", NOTES["One.md"].replace("Rules", "Ru¦les"))
    apply_workspace_edit(vault.root, await rename(vault, cursor, "What matters"))
    found = read(vault)
    assert "## What matters ^r1\n\nSee [[#What matters]]." in found["books/Deep Work.md"]
    assert "[[Deep Work#What matters]]" in found["One.md"]
    assert "(books/Deep%20Work.md#what-matters)" in found["Two.md"]


async def test_a_renamed_tag_changes_in_all_notes(vault: Editor) -> None:
    cursor = vault.type("Two.md", NOTES["Two.md"].replace("#focus", "#fo¦cus"))
    apply_workspace_edit(vault.root, await rename(vault, cursor, "calm"))
    found = read(vault)
    assert "tags: [calm/deep]" in found["books/Deep Work.md"]
    assert "#calm/deep/x" in found["One.md"]
    assert "#calm\r\n" in found["Two.md"]


async def test_unsaved_text_is_changed_as_typed_and_in_this_version_only(vault: Editor) -> None:
    cursor = vault.type("New.md", "Never saved: [[De¦ep Work]]\n")
    edit = await rename(vault, cursor, "Focus")
    changes = [
        one for one in edit.document_changes or () if isinstance(one, types.TextDocumentEdit)
    ]
    (new,) = (one for one in changes if one.text_document.uri == vault.uri("New.md"))
    assert new.text_document.version is not None
    start, end = types.Position(0, 15), types.Position(0, 24)
    assert [*new.edits] == [types.TextEdit(types.Range(start, end), "Focus")]


@pytest.mark.parametrize(
    ("typed", "new", "message"),
    [
        ("[[De¦ep Work]]", "One", "books/One.md already exists."),
        ("[[De¦ep Work]]", " ", "A note needs a title."),
        ("#fo¦cus", "a b", "'a b' is not a tag."),
        ("te¦xt", "new", "There is nothing to rename."),
        ("<<<<<<< a\n[[De¦ep Work]]\n=======\nb\n>>>>>>> b\n", "New", "The note has Git conflict"),
        ("---\ntags: [a\n---\n[[De¦ep Work]]\n", "New", "A [ list is not closed with ]."),
    ],
)
async def test_a_rename_that_is_not_possible_says_why(
    vault: Editor, typed: str, new: str, message: str
) -> None:
    vault.write("books/One.md", "Another note.\n")
    before = read(vault)
    cursor = vault.type("One.md", typed)
    with pytest.raises(JsonRpcException) as error:
        await rename(vault, cursor, new)
    assert error.value.message.startswith(message)
    assert read(vault) == before


async def test_a_note_that_is_not_utf8_is_not_edited(vault: Editor) -> None:
    vault.write("Latin.md", "[[Deep Work]] caf\xe9\n".encode("latin-1"))
    cursor = vault.type("Latin.md", "[[Deep¦ Work]] caf\ufffd\n")
    with pytest.raises(JsonRpcException, match="not valid UTF-8"):
        await rename(vault, cursor, "Focus")
    vault.close("Latin.md")
    cursor = vault.type("One.md", "[[Deep¦ Work]]\n")
    edit = await rename(vault, cursor, "Focus")
    assert vault.uri("Latin.md") not in str(edit)
    assert "Latin.md" in vars(vault.client)["shown"][-1]


async def test_an_editor_that_cannot_rename_files_hears_it(editor: Editor) -> None:
    for path, text in NOTES.items():
        editor.write(path, text)
    cursor = editor.type("One.md", "[[Deep¦ Work]] #focus\n")
    with pytest.raises(JsonRpcException, match="This editor cannot rename files"):
        await rename(editor, cursor, "Focus")
    edit = await rename(editor, editor.type("One.md", "[[Deep Work]] #fo¦cus\n"), "calm")
    assert edit.document_changes is None
    assert set(edit.changes or ()) == {editor.uri(path) for path in NOTES}


async def test_an_editor_that_asks_before_it_renames_files_of_our_edit_gets_no_second_edit(
    vault: Editor,
) -> None:
    cursor = vault.type("One.md", "[[Deep¦ Work]]\n")
    await rename(vault, cursor, "Focus")
    moved = types.FileRename(vault.uri("books/Deep Work.md"), vault.uri("books/Focus.md"))
    files = types.RenameFilesParams([moved])
    assert await vault.client.workspace_will_rename_files_async(files) is None
    assert await vault.client.workspace_will_rename_files_async(files), "the person renames it"


@pytest.mark.parametrize(
    ("moves", "one"),
    [
        ({"books/Deep Work.md": "books/Focus.md"}, "[[Focus|book]], [[Focus#Rules of work]]"),
        ({"books": "library/read"}, "[[Deep Work|book]], [[Deep Work#Rules of work]]"),
    ],
)
async def test_links_follow_a_file_that_the_editor_renames(
    vault: Editor, moves: dict[str, str], one: str
) -> None:
    files = [types.FileRename(vault.uri(old), vault.uri(new)) for old, new in moves.items()]
    edit = await vault.client.workspace_will_rename_files_async(types.RenameFilesParams(files))
    assert edit is not None
    apply_workspace_edit(vault.root, edit)
    found = read(vault)
    assert one in found["One.md"]
    target = next(iter(moves.values())).removesuffix("/Focus.md") + "/"
    assert ("(library/read/Deep%20Work.md" if target == "library/read/" else "(books/Focus.md") in (
        found["Two.md"]
    )
    assert "books/Deep Work.md" in found, "the editor renames it"


NAMES = ("Deep Work", "été 🌱", "A (b)", "a", "C# & D", "日本")
FOLDERS = ("", "books/", "🌱/")
PIECES = st.sampled_from(
    [
        "[[{stem}]]",
        "[[{stem}|text]] 🌱 [[{stem}#Rules]]",
        "![[{path}]]",
        "[[{path}#^id]]",
        "[t](<{path}.md>)",
        "[t]({encoded}.md#rules)",
        "#focus/ml",
        "#Focus, #other",
        "# {stem}",
        "## Rules",
        "- [ ] task [[{stem}]]",
        "`[[{stem}]]`",
        "> [[{stem}]] #focus",
        "\u2028 é 👩‍👩‍👧 text",
        "",
    ]
)
MATTERS = ("", "---\ntags: [focus, b]\nup: '[[{stem}]]'\n---\n", "---\ntitle: {stem}\n---\n")
NOTE = st.tuples(
    st.sampled_from(MATTERS),
    st.lists(st.tuples(PIECES, st.sampled_from(NAMES)), max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
    st.booleans(),  # whether it is open
)


def make_text(
    matter: str, pieces: list[tuple[str, str]], eol: str, mark: str, paths: dict[str, str]
) -> str:
    def fill(piece: str, name: str) -> str:
        path = paths[name]
        encoded = path.replace("%", "%25").replace(" ", "%20").replace("(", "%28")
        encoded = encoded.replace(")", "%29").replace("#", "%23")
        return piece.format(stem=name, path=path, encoded=encoded)

    lines = [fill(piece, name) for piece, name in pieces]
    return mark + fill(matter, NAMES[0]).replace("\n", eol) + eol.join(lines) + eol


@given(
    notes=st.lists(NOTE, min_size=len(NAMES), max_size=len(NAMES)),
    folders=st.lists(st.sampled_from(FOLDERS), min_size=len(NAMES), max_size=len(NAMES)),
    old=st.sampled_from([name for name in NAMES if "#" not in name]),
    new=st.sampled_from(["New 🌱 name", "a", "C#", "Deep work", "[x]"]),
    kind=st.sampled_from(["note", "tag", "file"]),
)
@settings(max_examples=sized(25, 150))
async def test_the_editor_writes_the_same_files_as_the_command(
    editing_client: LanguageClient,
    tmp_path_factory: pytest.TempPathFactory,
    notes: list[Any],
    folders: list[str],
    old: str,
    new: str,
    kind: str,
) -> None:
    base = tmp_path_factory.mktemp("vaults", numbered=True)
    paths = {name: f"{folder}{name}" for name, folder in zip(NAMES, folders, strict=True)}
    editor, typed = open_notes(editing_client, base / "editor", notes, paths)
    link = f"#focus [[{paths[old]}]]\n"
    place = "#fo" if kind == "tag" else "[["
    cursor = editor.type("cursor.md", link.replace(place, f"{place}¦"))
    typed["cursor.md"] = link
    # The command changes a copy in which everything is saved.
    shutil.copytree(editor.root, base / "command")
    save(base / "command", typed)
    error = run_command(base / "command", kind, f"{paths[old]}.md", new)
    try:
        edit = await ask_editor(editor, cursor, kind, f"{paths[old]}.md", new)
    except JsonRpcException as raised:
        message = raised.message
    else:
        message = ""
        save(editor.root, typed)
        apply_workspace_edit(editor.root, edit)
        if kind == "file":
            (editor.root / "moved").mkdir()
            (editor.root / f"{paths[old]}.md").rename(editor.root / f"moved/{old}.md")
    assert bool(message) == bool(error)
    assert message.startswith(error)
    if not error:
        assert read(editor) == read(Editor(editing_client, base / "command"))


def open_notes(
    client: LanguageClient, root: Path, notes: list[Any], paths: dict[str, str]
) -> tuple[Editor, dict[str, str]]:
    """Write a vault, and open some of its notes with unsaved text; return that text by path."""
    editor, typed = Editor(client, root), {}
    (root / ".notekeep").mkdir(parents=True)
    for name, (matter, pieces, eol, mark, is_open) in zip(NAMES, notes, strict=True):
        path, text = f"{paths[name]}.md", make_text(matter, pieces, eol, mark, paths)
        editor.write(path, "Saved before it was edited.\n" if is_open else text)
        if is_open:
            typed[path] = text.removeprefix("\ufeff")
    for path, text in typed.items():
        editor.type(path, text)
    return editor, typed


def save(root: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (root / path).write_bytes(text.encode())


def run_command(root: Path, kind: str, path: str, new: str) -> str:
    """Rename or move a note or rename a tag; return the message of the error."""
    vault = Vault.open(root)
    vault.indexing.refresh(words=False)
    try:
        if kind == "tag":
            vault.notes.apply(vault.notes.plan_rename_tag("focus", new))
        elif kind == "note":
            vault.notes.rename(path, new)
        else:
            vault.notes.apply(vault.notes.plan_moves([path], "moved"))
    except NotekeepError as error:
        return error.message
    return ""


async def ask_editor(
    editor: Editor, cursor: dict[str, Any], kind: str, path: str, new: str
) -> types.WorkspaceEdit:
    if kind != "file":
        return await rename(editor, cursor, new)
    moved = f"moved/{path.rpartition('/')[2]}"
    files = types.RenameFilesParams([types.FileRename(editor.uri(path), editor.uri(moved))])
    edit = await editor.client.workspace_will_rename_files_async(files)
    assert edit is not None
    return edit
