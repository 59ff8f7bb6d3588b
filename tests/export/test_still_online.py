"""What became private since an export is told, taken out by a merge, and not put back unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.cli.main import main
from notekeep.export.plan import list_states
from tests.support.blog import POST, Blog

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "what nobody may read any more"
NOTE = f"{POST}first words\n\n{SECRET}\n\nmiddle\n\nlast words\n"
HIDDEN = NOTE.replace(SECRET, f"> [!private]\n> {SECRET}")
STILL = "text that is now private is still online"


@pytest.fixture
def edited(blog: Blog) -> Blog:
    """A post edited on the site, of whose note a paragraph became private since."""
    blog.put("a.md", NOTE)
    blog.export("a.md")
    blog.file("a").write_text(blog.text("a").replace("last words", "last words, by hand"))
    blog.put("a.md", HIDDEN)
    return blog


@pytest.mark.parametrize("by_hand", ["", "keep"])
def test_a_post_that_stays_is_told_to_show_what_became_private(edited: Blog, by_hand: str) -> None:
    plan = edited.export("a.md", by_hand=by_hand)
    assert f"content/posts/a/index.md: {STILL.capitalize()}." in plan.warnings
    assert STILL in list_states(plan)["a.md"].why


def test_keeping_edits_does_not_end_the_question(edited: Blog) -> None:
    edited.export("a.md", by_hand="keep")
    state = list_states(edited.plan("a.md"))["a.md"]
    assert (state.state, STILL in state.why) == ("conflict", True)


@pytest.mark.parametrize("by_hand", ["merge", "overwrite"])
def test_what_became_private_is_taken_out_without_a_warning(edited: Blog, by_hand: str) -> None:
    plan = edited.export("a.md", by_hand=by_hand)
    assert STILL.capitalize() not in str(plan.warnings)
    assert SECRET not in edited.text("a")
    assert ("last words, by hand" in edited.text("a")) == (by_hand == "merge")
    assert edited.plan("a.md").is_empty


def test_a_merge_takes_it_out_beside_the_edit(blog: Blog) -> None:
    blog.put("a.md", NOTE)
    blog.export("a.md")
    blog.file("a").write_text(blog.text("a").replace("middle", "middle, by hand"))
    blog.put("a.md", HIDDEN)
    blog.export("a.md", by_hand="merge")
    assert (SECRET in blog.text("a"), "middle, by hand" in blog.text("a")) == (False, True)


def test_a_title_that_became_private_is_told(blog: Blog) -> None:
    blog.put("Hushed matter.md", POST + "x\n")
    blog.put("a.md", f"{POST}see [[Hushed matter]]\n\nlast\n")
    blog.export("a.md")
    blog.file("a").write_text(blog.text("a").replace("last", "last, by hand"))
    blog.put("Hushed matter.md", "---\nprivate: true\n---\nx\n")
    assert f"content/posts/a/index.md: {STILL.capitalize()}." in blog.plan("a.md").warnings


def test_an_edit_without_anything_private_is_an_ordinary_one(blog: Blog) -> None:
    blog.put("a.md", HIDDEN)
    blog.export("a.md")
    blog.file("a").write_text(blog.text("a").replace("last", "last, by hand"))
    assert STILL.capitalize() not in str(blog.plan("a.md").warnings)


@pytest.mark.parametrize("answer", [["--yes"], []])
def test_undoing_what_took_private_text_out_asks_first(
    tmp_path: Path, answer: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    vault, site = tmp_path / "vault", tmp_path / "site"
    vault.mkdir()
    site.mkdir()
    there = ["--to", "portable", "--site", str(site), "--vault", str(vault), "--yes"]
    for text in (NOTE, HIDDEN):
        (vault / "a.md").write_text(text)
        assert main(["export", "a.md", *there]) == 0
    assert main(["undo", *answer, "--vault", str(vault)]) == (0 if answer else 4)
    assert (SECRET in (site / "a.md").read_text()) == bool(answer)
    if not answer:
        assert "put private text back into the site" in capsys.readouterr().err
