"""Removing a file of a site: history holds what it held, and nobody else's save goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Conflict, NotekeepError
from notekeep.storage.content import digest_of
from notekeep.storage.history import History
from notekeep.storage.operations import remove_file

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "posts").mkdir(parents=True)
    (folder / "posts" / "a.md").write_text("a post")
    return folder


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "state")


def files(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): path.read_text()
        for path in site.rglob("*")
        if path.is_file()
    }


def test_a_removed_file_leaves_no_trash_in_the_site_and_comes_back(
    site: Path, history: History
) -> None:
    with history.step("export", "", root=site, in_site=True) as step:
        step.trash("posts/a.md")
    assert files(site) == {}
    history.undo(site)
    assert files(site) == {"posts/a.md": "a post"}
    history.redo(site)
    assert files(site) == {}


def test_taking_back_a_new_file_leaves_no_trash_either(site: Path, history: History) -> None:
    with history.step("export", "", root=site, in_site=True) as step:
        step.create("posts/b.md", b"another")
    history.undo(site)
    assert files(site) == {"posts/a.md": "a post"}


def test_what_another_program_saved_meanwhile_stays(site: Path) -> None:
    with pytest.raises(Conflict, match="changed by another program"):
        remove_file(str(site), "posts/a.md", digest_of(b"what it was before"))
    assert files(site) == {"posts/a.md": "a post"}


def test_a_folder_and_a_link_are_not_removed(site: Path, history: History) -> None:
    (site / "link.md").symlink_to(site / "posts" / "a.md")
    for path in ("posts", "link.md"):
        with (
            pytest.raises(NotekeepError),
            history.step("export", "", root=site, in_site=True) as step,
        ):
            step.trash(path)
    assert (site / "link.md").is_symlink()
    assert (site / "posts" / "a.md").read_text() == "a post"


def test_one_step_is_taken_back_though_others_came_after_it(site: Path, history: History) -> None:
    with history.step("export", "first", root=site, in_site=True) as first:
        first.create("posts/b.md", b"first")
    with history.step("export", "second", root=site, in_site=True) as second:
        second.create("posts/c.md", b"second")
    history.undo(site, first.id)
    assert files(site) == {"posts/a.md": "a post", "posts/c.md": "second"}
