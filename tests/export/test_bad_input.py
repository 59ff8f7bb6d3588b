"""What a note can hold that no site should get: refused or told, with its line and a way out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Refused
from notekeep.export.manifest import VaultKey
from notekeep.export.source import Options
from tests.support.blog import plan_posts, write_plan
from tests.support.sites import INDIA, NOW, make_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.plan import ExportPlan
    from notekeep.export.source import VaultSource
    from notekeep.storage.history import History

    Write = Callable[..., VaultSource]

OUT = "points outside the folder"
WORDS = "---\ntitle: Fine\n---\nWords.\n"


def plan(source: VaultSource, *paths: str) -> ExportPlan:
    return plan_posts(
        source, paths, key=VaultKey.of_folder("mine"), options=Options(zone=INDIA, now=NOW)
    )


def said(made: ExportPlan) -> str:
    return "\n".join(made.warnings)


# Slugs


@pytest.mark.parametrize(
    "slug",
    [
        "../../x",
        "/etc/passwd",
        "..",
        ".",
        "a/b",
        "a\\\\b",
        "C:x",
        "CON",
        "con.txt",
        "nul",
        "x" * 300,
        "index",
        "a b",
        "a?b#c",
        "{{ x }}",
        "x\\0y",
    ],
)
def test_a_slug_that_is_none_is_refused_with_its_line_and_the_others_are_done(
    write_vault: Write, history: History, slug: str
) -> None:
    source = write_vault({"bad.md": f'---\ntitle: B\nslug: "{slug}"\n---\nx\n', "good.md": WORDS})
    made = plan(source, "bad.md", "good.md")
    error = made.refused["bad.md"]
    assert error.message.startswith("bad.md: ")
    assert error.line == 3
    assert error.hint
    write_plan(made, source, history)
    beside = Path(source.root).parent
    assert [file.name for file in Path(made.site).glob("*.md")] == ["fine.md"]
    assert not (beside / "x").exists()
    assert not (beside.parent / "x.md").exists()


def test_slugs_that_clash_are_both_refused_whatever_the_order(write_vault: Write) -> None:
    source = write_vault(
        {"a.md": "---\nslug: same\n---\nx\n", "b.md": "---\nslug: SAME\n---\ny\n", "c.md": WORDS}
    )
    for paths in (("a.md", "b.md", "c.md"), ("b.md", "a.md", "c.md")):
        made = plan(source, *paths)
        assert set(made.refused) == {"a.md", "b.md"}
        assert "is also used by b.md" in made.refused["a.md"].message
        assert "set slug=same-2" in made.refused["a.md"].hint


# Pictures


@pytest.fixture
def pictures(write_vault: Write, tmp_path: Path) -> VaultSource:
    """A vault with a note, and around it whatever a picture can be."""
    source = write_vault({"n.md": WORDS})
    root = Path(source.root)
    (tmp_path / "outside.png").write_bytes(b"OUTSIDE")
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "p.png").write_bytes(b"OUTSIDE")
    (root / "linked.png").symlink_to(tmp_path / "outside.png")
    (root / "folder").symlink_to(tmp_path / "far", target_is_directory=True)
    (root / "loop.png").symlink_to("loop.png")
    (root / "real.png").write_bytes(b"real")
    (root / "inner.png").symlink_to("real.png")
    (root / "dir.png").mkdir()
    (root / ".hidden.png").write_bytes(b"HIDDEN")
    os.mkfifo(root / "pipe.png")
    with (root / "huge.png").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    return source


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        ("../outside.png", OUT),
        ("../../../../../../etc/hostname.png", OUT),
        ("/etc/hostname", ""),
        ("missing.png", "There is no file 'missing.png'"),
        ("linked.png", OUT),
        ("folder/p.png", OUT),
        ("loop.png", "Not exported"),
        ("dir.png", "not a regular file"),
        ("pipe.png", "not a regular file"),
        (".hidden.png", "Hidden files are never exported"),
        ("huge.png", "larger than 64 MB"),
    ],
)
def test_a_picture_that_cannot_go_along_is_told_with_its_line(
    pictures: VaultSource, history: History, picture: str, why: str
) -> None:
    note = Path(pictures.root) / "n.md"
    note.write_text(f"Before.\n\n![a graph]({picture})\n\n![[{picture}]]\n")
    source = make_source(Path(pictures.root))
    made = plan(source, "n.md")
    write_plan(made, source, history)
    written = [file for file in Path(made.site).rglob("*") if file.is_file()]
    assert {file.suffix for file in written} <= {".md", ".json"}
    text = next(file for file in written if file.suffix == ".md").read_text()
    assert "OUTSIDE" not in text
    if why:
        assert why in said(made)
        assert "n.md, line 3" in said(made)
        assert "a graph" in text
        assert picture not in text


def test_a_link_within_the_vault_goes_along_as_what_it_leads_to(
    pictures: VaultSource, history: History
) -> None:
    (Path(pictures.root) / "n.md").write_text("![a](inner.png)\n")
    source = make_source(Path(pictures.root))
    made = plan(source, "n.md")
    write_plan(made, source, history)
    assert (Path(made.site) / "n.assets" / "inner.png").read_bytes() == b"real"


def test_a_cover_that_cannot_go_along_leaves_the_post(pictures: VaultSource) -> None:
    (Path(pictures.root) / "n.md").write_text("---\ncover: ../outside.png\n---\nx\n")
    made = plan(make_source(Path(pictures.root)), "n.md")
    assert "cover" in said(made)
    assert made.posts


# Embeds


def test_embeds_that_lead_back_become_links_and_the_way_is_told(
    write_vault: Write, history: History
) -> None:
    notes = {
        f"{name}.md": f"---\npublish: true\n---\n{name}-words\n\n![[{after}]]\n"
        for name, after in (("a", "b"), ("b", "c"), ("c", "a"))
    }
    source = write_vault(notes)
    made = plan(source, "a.md")
    assert "The embed is circular, so it became a link: a → b → c → a." in said(made)
    write_plan(made, source, history)
    text = (Path(made.site) / "a.md").read_text()
    assert [text.count(f"{name}-words") for name in "abc"] == [1, 1, 1]


def test_a_note_that_shows_itself_is_told(write_vault: Write) -> None:
    made = plan(write_vault({"a.md": "---\npublish: true\n---\nx\n\n![[a]]\n"}), "a.md")
    assert "a → a" in said(made)


def test_fifty_notes_within_each_other_end_where_the_limit_is(
    write_vault: Write, history: History
) -> None:
    notes = {
        f"n{number}.md": f"---\npublish: true\n---\nwords-{number}.\n\n![[n{number + 1}]]\n"
        for number in range(50)
    }
    source = write_vault(notes)
    made = plan(source, "n0.md")
    assert "is nested more than 6 notes deep" in said(made)
    write_plan(made, source, history)
    text = (Path(made.site) / "n0.md").read_text()
    assert "words-6." in text
    assert "words-7." not in text


def test_a_wide_tree_of_embeds_is_written_once_for_each_place(write_vault: Write) -> None:
    """Two embeds a note and six notes deep: 127 parts, in reasonable time."""
    notes = {}
    for level in range(8):
        embed = f"![[n{level + 1}]]\n"
        notes[f"n{level}.md"] = f"---\npublish: true\n---\nL{level}\n\n{embed}\n{embed}"
    source = write_vault(notes)
    made = plan(source, "n0.md")
    (post,) = (file for file in made.files if file.is_post)
    assert post.after is not None
    assert post.after.count(b"L6") == 64


# What is not closed


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x\n\n%% begun", 3),
        ("x\n\n<!-- begun", 3),
        ("x\n%% private %%\ny", 2),
        ("x\n%% /private %%\ny", 2),
        ("x\n\n- a [!private] b", 3),
    ],
)
def test_what_hides_something_and_is_not_closed_stops_the_note(
    write_vault: Write, text: str, line: int
) -> None:
    source = write_vault({"bad.md": text})
    with pytest.raises(Refused) as caught:
        plan(source, "bad.md")
    assert caught.value.line == line
    assert caught.value.hint
    assert not (Path(f"{source.root}-drafts")).exists()
