"""A note that moves keeps the pictures and files that it shows, whichever way they are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.storage.attachments import AttachmentFinder
from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path


def made(root: Path, body: str, settings: str = "") -> Vault:
    files = {
        ".notekeep/config.toml": settings,
        "trips/Rome.md": body,
        "trips/map.png": "beside",
        "trips/img/A b.png": "below",
        "trips/img/own.png": "own",
        "far/deep/own.png": "of another",
        "all/only.png": "of all",
        "towns/there.md": "",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    vault = Vault.open(root)
    vault.indexing.refresh()
    return vault


@pytest.mark.parametrize(
    ("link", "moved"),
    [
        # Named from the note on.
        ("![](img/A%20b.png)", "![](../trips/img/A%20b.png)"),
        ("![a b](<img/A b.png>)", "![a b](<../trips/img/A b.png>)"),
        ("[](./img/A%20b.png)", "[](../trips/img/A%20b.png)"),
        ("![](map.png)", "![](map.png)"),
        ("![](../trips/map.png)", "![](../trips/map.png)"),
        ("![[img/A b.png|200]]", "![[trips/img/A b.png|200]]"),
        ("![[./img/A b.png]]", "![[../trips/img/A b.png]]"),
        # Named so that it is found from everywhere.
        ("![[map.png]]", "![[map.png]]"),
        ("![[only.png]]", "![[only.png]]"),
        ("![](all/only.png)", "![](all/only.png)"),
        ("![[trips/map.png]]", "![[trips/map.png]]"),
        # Named as a file elsewhere is, too.
        ("![[own.png]]", "![[trips/img/own.png]]"),
        # Nothing of ours.
        ("![](gone.png)", "![](gone.png)"),
        ("![](https://example.org/img/a.png)", "![](https://example.org/img/a.png)"),
        ("[[Nobody]] and `![](img/A%20b.png)`", "[[Nobody]] and `![](img/A%20b.png)`"),
    ],
)
def test_it_shows_what_it_showed(tmp_path: Path, link: str, moved: str) -> None:
    vault = made(tmp_path, f"See {link} here.\n", 'attachments = "./img"\n')
    shown = AttachmentFinder(vault.root, "./img").find(target_of(link), "trips/Rome.md")
    vault.notes.move("Rome", "towns")
    assert (tmp_path / "towns/Rome.md").read_text("utf-8") == f"See {moved} here.\n"
    if "`" not in link:
        files = AttachmentFinder(vault.root, "./img")
        assert files.find(target_of(moved), "towns/Rome.md") == shown
    vault.history.undo()
    assert (tmp_path / "trips/Rome.md").read_text("utf-8") == f"See {link} here.\n"


def test_where_links_are_relative_those_of_markdown_stay_so(tmp_path: Path) -> None:
    vault = made(tmp_path, "![](map.png) ![[map.png]] ![](only.png)\n", 'link_form = "relative"\n')
    vault.notes.move("Rome", "towns")
    moved = "![](../trips/map.png) ![[map.png]] ![](only.png)\n"
    assert (tmp_path / "towns/Rome.md").read_text("utf-8") == moved


def target_of(link: str) -> str:
    return link.rpartition("[[")[2].rpartition("](")[2].strip("<>()[]").partition("|")[0]


def test_several_notes_and_another_name_take_them_along(tmp_path: Path) -> None:
    vault = made(tmp_path, "![](img/own.png)\n", 'link_form = "relative"\nmarkdown_links = true\n')
    vault.notes.rename("Rome", "Roma")
    assert (tmp_path / "trips/Roma.md").read_text("utf-8") == "![](img/own.png)\n"
    vault.indexing.refresh()
    vault.notes.apply(vault.notes.plan_moves(["trips/Roma.md", "towns/there.md"], "far"))
    assert (tmp_path / "far/Roma.md").read_text("utf-8") == "![](../trips/img/own.png)\n"
