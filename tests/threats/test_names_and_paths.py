"""Titles, folders and slugs that would lead out of the vault: they become harmless, or are refused.

Every spelling is tried on `files.paths` itself in tests/storage/test_paths.py; here they go through
the commands that make files.
"""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

import pytest

from tests.support.screens import tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.commands import CommandResult

    Run = Callable[..., CommandResult]

TITLES = [
    "../../escaped", "..", ".", "...", "/etc/escaped", "//host/share/escaped", "~/escaped",
    "C:\\escaped", "C:escaped", "\\\\host\\share\\escaped", "..\\..\\escaped", "a/../../../escaped",
    "CON", "con.txt", "NUL", "COM1", "LPT9.md", "AUX ", "name.", "name ", " name", ".hidden",
    ".git/config", ".obsidian/x", "-rf", "--help", "a:b", "a*b?", '"quoted"', "<tag>", "a|b",
    "a\nb", "a\tb", "\x1b]0;x\x07", "\u202etxt", "%2e%2e%2fescaped", "%00", "x" * 400, "ä" * 300,
    "🧪" * 90, "$(touch escaped)", "{{title}}", "[[escaped]]", "#^|", "\ufeff", "\u200b",
]  # fmt: skip
FOLDERS = ["..", "../..", "/", "/tmp", "a/../..", "~", "C:\\", "..\\..", "\\\\host\\share", "a/\0"]


def outside(root: Path) -> dict[str, tuple[str, int]]:
    """What lies beside the vault, except for what is the person's own and ours."""
    return {
        name: about
        for name, about in tree(root.parent).items()
        if not name.startswith(f"{root.name}/")
    }


def travels(name: str) -> bool:
    """Whether a name means the same file on Linux, macOS and Windows."""
    return (
        len(name.encode()) <= 255
        and not set(name) & set('<>:"/\\|?*')
        and name.isprintable()
        and name == name.strip(" .")
        and not PureWindowsPath(name).is_reserved()
    )


def test_whatever_the_title_the_note_is_in_its_folder_and_its_name_travels(
    run: Run, root: Path
) -> None:
    before = outside(root)
    known = set(root.rglob("*"))
    for title in TITLES:
        ran = run("new", "note", "--", title)
        new = {path for path in root.rglob("*") if path.is_file()} - known
        if ran.code:
            assert ran.code in {2, 4}, (title, ran)
            assert not new, (title, new)
            continue
        (path,) = new
        known |= new
        assert path.parent == root / "inbox", title
        assert travels(path.name), path.name
    assert len(known) > len(TITLES) * 0.8
    assert outside(root) == before
    assert sorted(path.name for path in root.iterdir()) == [".notekeep", "inbox"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_note_is_moved_out(folder: str, run: Run, root: Path) -> None:
    """A folder is always one of the vault: `/` is the vault itself, and `~` is a name."""
    (root / "a.md").write_text("x\n", "utf-8")
    beside = outside(root)
    ran = run("mv", "--", "a", folder)
    assert ran.code in {0, 2, 4}, ran
    assert [path.name for path in root.rglob("*.md")] == ["a.md"]
    if "." in folder or "\\" in folder or "\0" in folder:
        assert ran.code in {2, 4}, ran
        assert (root / "a.md").exists()
    assert outside(root) == beside


@pytest.mark.parametrize("title", ["../../escaped", "/escaped", "..\\escaped", "a/../../escaped"])
def test_no_note_is_renamed_out(title: str, run: Run, root: Path) -> None:
    (root / "a.md").write_text("# a\n", "utf-8")
    beside = outside(root)
    ran = run("rename", "--", "a", title)
    assert ran.code in {0, 4}, ran
    assert outside(root) == beside
    assert [path.parent for path in root.rglob("*.md")] == [root]


@pytest.mark.parametrize("slug", ["../../escaped", "/escaped", "a/b", "..", "C:\\x", "con", "a\0b"])
def test_no_post_leaves_the_site(slug: str, run: Run, root: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    quoted = slug.replace("\\", "\\\\").replace("\0", "\\0")
    (root / "a.md").write_text(f'---\nslug: "{quoted}"\n---\nA word.\n', "utf-8")
    beside = outside(root)
    ran = run("export", "a", "--to", "portable", "--site", str(site))
    assert ran.code == 4, ran
    assert "slug" in ran.err
    assert outside(root) == beside


@pytest.mark.parametrize("place", ["../..", "/etc", "~", "C:\\", "a/../../.."])
def test_the_settings_of_a_vault_lead_nowhere_else(place: str, run: Run, root: Path) -> None:
    quoted = place.replace("\\", "\\\\")
    (root / ".notekeep/config.toml").write_text(
        f'templates = "{quoted}"\nattachments = "{quoted}"\n[folders]\nnote = "{quoted}"\n', "utf-8"
    )
    (root.parent / "picture.png").write_bytes(b"x")
    beside = outside(root)
    assert run("new", "note", "A title").code in {0, 4}
    assert run("attach", "A title", str(root.parent / "picture.png")).code in {0, 1, 4}
    assert outside(root) == beside
