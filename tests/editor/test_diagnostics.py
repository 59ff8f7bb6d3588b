"""The problems of open notes, as an editor shows them."""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.support.editor import Editor, reports

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def vault(editor: Editor) -> Editor:
    editor.write("books/Deep Work.md", "---\ntype: book\nrating: 4\n---\n")
    editor.write("a/Same.md", "Text.\n")
    editor.write("b/Same.md", "Text.\n")
    editor.write("habits/meditate.md", "---\ntype: habit\nhabit: meditate\n---\n")
    await editor.index()
    return editor


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("A [[Deep Work]] and ![[picture.png]].", []),
        (
            "👋 [[No such note]]",
            ['1:4 There is no note "No such note". Fix the name, or create the note.'],
        ),
        ("[[Deep Wrok]]", ['1:1 There is no note "Deep Wrok", but there is "Deep Work".']),
        (
            "[[Same]]",
            [
                (
                    '1:1 "Same" matches several notes; the nearest one is used. '
                    "Add the folder before the name."
                )
            ],
        ),
        ("---\nfrom: '[[Gone]]'\n---\n", ['2:8 There is no note "Gone".']),
        ("See [[Deep Work\n", ["1:1 The link '[[Deep Work' is not closed. Add ]] after the name."]),
        ("---\ntags: [a, '#b']\n---\n", ["2:1 A tag in `tags` starts with #."]),
    ],
)
async def test_it_reports_links_and_tags(vault: Editor, text: str, problems: list[str]) -> None:
    assert await vault.problems("open.md", text) == problems


async def test_it_reports_front_matter_that_cannot_be_read(vault: Editor) -> None:
    (problem,) = await vault.problems("open.md", "---\ntitle: x\ntags: [a\n---\nText.\n")
    assert problem.startswith(("3:", "4:"))
    (problem,) = await vault.problems("open.md", "---\ntitle: x\n\nText.\n")
    assert problem.startswith("1:1 The front matter that starts here is not closed")


async def test_it_reports_a_value_outside_its_range(vault: Editor) -> None:
    text = "---\ntype: book\nrating: 9\n---\n"
    (problem,) = await vault.problems("open.md", text)
    assert problem.startswith("3:1 rating must be between 0 and 5.".replace("rating", "Rating"))


async def test_it_reports_lines_of_the_habit_log(vault: Editor) -> None:
    text = "- 2026-11-24 meditate: done\n- 2026-13-24 meditate: done\n- 2026-11-24 yoga: done\n"
    assert await vault.problems("habits/log/2026-11.laptop.md", text) == [
        "2:1 No such date 2026-13-24 (fix the date)",
        "3:1 There is no habit yoga.",
    ]


async def test_it_reports_nothing_in_templates(vault: Editor) -> None:
    assert await vault.problems("templates/daily.md", "[[{{yesterday}}]]") == []


async def test_problems_follow_the_text_and_end_with_the_note(vault: Editor) -> None:
    assert len(await vault.problems("open.md", "[[Gone]]")) == 1
    assert await vault.problems("open.md", "[[Deep Work]]") == []
    assert len(await vault.problems("open.md", "[[Gone]]")) == 1
    vault.close("open.md")
    uri = vault.uri("open.md")
    await vault.until(
        lambda: not [one for one in reports(vault.client) if one.uri == uri][-1].diagnostics
    )


async def test_a_new_file_mends_the_links_to_it(vault: Editor) -> None:
    assert len(await vault.problems("open.md", "[[Later]]")) == 1
    vault.write("Later.md", "Text.\n")
    uri = vault.uri("open.md")
    await vault.until(
        lambda: not [one for one in reports(vault.client) if one.uri == uri][-1].diagnostics
    )


async def test_notes_that_are_not_open_have_no_reports(vault: Editor) -> None:
    vault.write("broken.md", "[[Gone]]\n")
    await vault.index()
    await vault.problems("open.md", "Text.")
    assert not [one for one in reports(vault.client) if one.uri == vault.uri("broken.md")]
