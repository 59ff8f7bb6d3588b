"""Notes with two names, by a hard or a symbolic link: edited once, reported once, undone once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from notekeep.cli.main import main
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = "---\ntags: [a]\n---\n# n\n\nSee [[Hub]] and #a.\n"


@pytest.fixture(params=["hard", "symbolic"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vault with one note under two names, and one that it links to, as the current folder."""
    folder = tmp_path / "vault"
    (folder / ".notekeep").mkdir(parents=True)
    (folder / "Hub.md").write_text("# Hub\n")
    (folder / "n.md").write_text(TEXT)
    if request.param == "hard":
        os.link(folder / "n.md", folder / "a.md")
    else:
        (folder / "a.md").symlink_to("n.md")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run a command; give its exit code and all that it said."""

    def run(*words: str) -> tuple[int, str]:
        code = main(words)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.mark.parametrize(
    ("words", "edited"),
    [
        (("tag", "+p", "--yes", "--", "tag:a"), "tags: [a, p]"),
        (("set", "--yes", "status=new", "--", "tag:a"), "status: new"),
        (("tags", "rename", "a", "b"), "#b."),
        (("rename", "Hub", "Wheel"), "[[Wheel]]"),
    ],
    ids=["tag", "set", "rename-tag", "rename"],
)
def test_file_with_two_names_is_edited_once(
    root: Path, run: Callable[..., tuple[int, str]], words: tuple[str, ...], edited: str
) -> None:
    before = sorted(path.name for path in root.iterdir())
    is_link = (root / "a.md").is_symlink()
    code, said = run(*words)
    assert code == 0, said
    assert ("n.md" in said, "a.md" in said) == ((True, False) if is_link else (False, True))
    assert edited in (root / "n.md").read_text()
    assert (root / "a.md").read_text() == (root / "n.md").read_text()
    assert os.path.samefile(root / "a.md", root / "n.md")
    assert not [path for path in root.iterdir() if "conflict" in path.name]
    code, said = run("undo")
    assert code == 0, said
    assert (root / "n.md").read_text() == (root / "a.md").read_text() == TEXT
    assert [name for name in sorted(path.name for path in root.iterdir()) if name != ".trash"] == (
        before
    )


@pytest.fixture
def vault(root: Path) -> Vault:
    opened = Vault.open(root)
    opened.indexing.refresh(words=False)
    return opened


def test_both_names_of_a_file_are_deleted(root: Path, vault: Vault) -> None:
    vault.notes.apply(vault.notes.plan_delete(["a.md", "n.md"]))
    assert [path.name for path in root.glob("*.md")] == ["Hub.md"]
    vault.history.undo()
    assert (root / "n.md").read_text() == (root / "a.md").read_text() == TEXT


def test_both_names_of_a_file_are_moved(root: Path, vault: Vault) -> None:
    vault.notes.apply(vault.notes.plan_moves(["a.md", "n.md"], "shelf"))
    assert sorted(path.name for path in (root / "shelf").iterdir()) == ["a.md", "n.md"]
    vault.history.undo()
    assert (root / "n.md").read_text() == (root / "a.md").read_text() == TEXT
