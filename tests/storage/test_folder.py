"""A place in a vault is opened part by part: links are followed where they lead, and never out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.errors import Refused
from notekeep.storage.open_folder import NameExists, open_place

if TYPE_CHECKING:
    from pathlib import Path


def test_a_way_through_links_is_the_way_to_where_they_lead(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.md").write_text("a")
    (tmp_path / "way").symlink_to("real")
    (tmp_path / "b.md").symlink_to("real/a.md")
    for path in ("real/a.md", "way/a.md", "b.md"):
        with open_place(tmp_path, path) as place:
            assert place.path == "real/a.md"
    with open_place(tmp_path, "b.md", follow=False) as place:
        assert place.path == "b.md"


def test_a_link_that_leads_out_is_refused_however_often_the_root_was_opened(tmp_path: Path) -> None:
    root, other = tmp_path / "vault", tmp_path / "other"
    for folder in (root, other):
        (folder / "in").mkdir(parents=True)
    for _ in range(2):
        with open_place(root, "in/a.md", make=True):
            pass
    (root / "in").rmdir()
    (root / "in").symlink_to(other)
    with pytest.raises(Refused), open_place(root, "in/a.md", make=True):
        pass


def test_a_root_that_became_a_link_is_where_it_leads(tmp_path: Path) -> None:
    root, other = tmp_path / "vault", tmp_path / "other"
    root.mkdir()
    with open_place(root, "one/a.md", make=True):
        pass
    root.rename(other)
    root.symlink_to(other)
    with open_place(root, "two/a.md", make=True):
        pass
    assert sorted(path.name for path in other.iterdir()) == ["one", "two"]
    (other / "three").symlink_to("one")
    with open_place(root, "three/a.md") as place:
        assert place.path == "one/a.md"


def test_of_hundreds_of_new_folders_none_is_the_twin_of_another(tmp_path: Path) -> None:
    for number in range(300):
        with open_place(tmp_path, f"post-{number}/a.md", make=True):
            pass
    with pytest.raises(NameExists), open_place(tmp_path, "POST-7/a.md", make=True):
        pass


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_name_that_another_program_made_meanwhile_is_taken(tmp_path: Path, kind: str) -> None:
    with open_place(tmp_path, "first/a.md", make=True):
        pass
    theirs = tmp_path / "Second"
    if kind == "folder":
        theirs.mkdir()
    else:
        theirs.write_text("")
    with pytest.raises(NameExists), open_place(tmp_path, "second/a.md", make=True):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Second", "first"]


def test_a_name_that_is_free_again_can_be_taken(tmp_path: Path) -> None:
    with open_place(tmp_path, "First/a.md", make=True):
        pass
    (tmp_path / "First").rmdir()
    with open_place(tmp_path, "first/a.md", make=True):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["first"]
