"""Embeds, pictures and links that would carry a file from elsewhere into an export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

    Run = Callable[..., CommandResult]

CANARY = "CANARY-7f3a"

EMBEDS = {
    "a path upwards": "![[../outside/secret.md]]",
    "a picture upwards": "![x](../outside/secret.png)",
    "an encoded path": "![x](..%2Foutside%2Fsecret.png)",
    "an absolute path": "![x]({outside}/secret.png)",
    "a file address": "![x](file://{outside}/secret.png)",
    "a link to a file": "![[linked.png]]",
    "a link to a note": "![[linked.md]]",
    "a link to a folder": "![[folder/secret.png]]",
    "a hidden folder": "![[.notekeep/secret.png]]",
    "a private folder": "![[private/secret.png]]",
    "HTML": '<img src="../outside/secret.png">',
    "a link to an attachment": "[x](../outside/secret.png)",
    "a cover": "---\ncover: ../outside/secret.png\nimage: ../outside/secret.png\n---\n",
}


@pytest.fixture
def outside(root: Path) -> Path:
    """A folder beside the vault, and ways into it from the vault."""
    folder = root.parent / "outside"
    (root / "private").mkdir()
    folder.mkdir()
    for place in (folder, root / "private", root / ".notekeep"):
        (place / "secret.png").write_text(CANARY, "utf-8")
    (folder / "secret.md").write_text(f"# Secret\n\n{CANARY}\n", "utf-8")
    (root / "linked.png").symlink_to(folder / "secret.png")
    (root / "linked.md").symlink_to(folder / "secret.md")
    (root / "folder").symlink_to(folder)
    return folder


@pytest.mark.parametrize("kind", list(EMBEDS))
def test_nothing_from_elsewhere_is_exported(kind: str, run: Run, root: Path, outside: Path) -> None:
    site = root.parent / "site"
    site.mkdir()
    text = EMBEDS[kind].replace("{outside}", str(outside))
    front, body = (text, "") if text.startswith("---") else ("", text)
    (root / "post.md").write_text(f"{front}Words before.\n\n{body}\n\nWords after.\n", "utf-8")
    run("export", "post", "--to", "portable", "--site", str(site))
    exported = [path for path in site.rglob("*") if path.is_file()]
    for path in exported:
        assert not path.is_symlink()
        assert CANARY.encode() not in path.read_bytes(), path
    assert not [path for path in exported if path.suffix == ".png"]


def test_a_note_that_is_a_link_to_elsewhere_is_not_exported_itself(
    run: Run, root: Path, outside: Path
) -> None:
    site = root.parent / "site"
    site.mkdir()
    assert run("index").code == 0
    ran = run("export", "linked", "--to", "portable", "--site", str(site))
    assert ran.code in {1, 4}, ran
    assert not any(CANARY in path.read_text("utf-8") for path in site.rglob("*.md"))


def test_this_would_see_what_is_carried_along(run: Run, root: Path) -> None:
    site = root.parent / "site"
    site.mkdir()
    (root / "inside.png").write_text(CANARY, "utf-8")
    (root / "post.md").write_text("Words.\n\n![[inside.png]]\n", "utf-8")
    assert run("export", "post", "--to", "portable", "--site", str(site)).code == 0
    assert any(CANARY.encode() in path.read_bytes() for path in site.rglob("*.png"))
