"""What an export sees of a vault: its notes as of one moment, asked for one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.export.plan import ExportPlan


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    folder.mkdir()
    (folder / "a.md").write_text("---\naliases: [First]\n---\n# One\n", "utf-8")
    (folder / "b.md").write_text("---\nprivate: true\n---\nsee [[First]]\n", "utf-8")
    return folder


@pytest.fixture
def vault(root: Path) -> Vault:
    opened = Vault.open(root)
    opened.indexing.refresh(words=False)
    return opened


def test_notes_are_found_by_path_and_by_name(vault: Vault) -> None:
    with vault.publishing.source() as source:
        assert source.notes.known(["a.md", "b.md", "c.md"]) == {"a.md", "b.md"}
        assert source.find("First", "b.md") == "a.md"
        assert source.find("one", "b.md") == "a.md"
        assert source.find("", "b.md") == "b.md"
        assert source.find("Second", "b.md") is None
        assert source.is_hidden("b.md")
        assert not source.is_hidden("a.md")


def test_they_are_of_one_moment_whoever_writes_meanwhile(vault: Vault, root: Path) -> None:
    with vault.publishing.source() as source:
        assert source.find("First", "b.md") == "a.md"
        (root / "a.md").write_text("---\nprivate: true\n---\n# One\n", "utf-8")
        (root / "c.md").write_text("# Another\n", "utf-8")
        vault.indexing.refresh(words=False)
        assert source.find("Another", "b.md") is None
        assert source.find("First", "b.md") == "a.md"
        assert source.notes.private_paths() == {"b.md"}
    assert source.find("Another", "b.md") == "c.md", "what comes late is answered as of then"
    assert source.notes.private_paths() == {"a.md", "b.md"}
    with vault.publishing.source() as source:
        assert source.find("First", "b.md") is None
        assert source.is_hidden("a.md")


def planned(vault: Vault, site: Path) -> ExportPlan:
    return vault.publishing.plan_export(["post.md"], target="portable", site=str(site))


def text_of(plan: ExportPlan) -> str:
    return next((file.after or b"").decode() for file in plan.files if file.is_post)


def test_a_plan_hides_what_became_private_by_the_time_it_is_made(
    vault: Vault, root: Path, tmp_path: Path
) -> None:
    (root / "post.md").write_text("# A post\n\nsee [[One]] and [[First|words]]\n", "utf-8")
    vault.indexing.refresh(words=False)
    assert "see One and words" in text_of(planned(vault, tmp_path / "site"))
    (root / "a.md").write_text("---\npublish: false\naliases: [First]\n---\n# One\n", "utf-8")
    vault.indexing.refresh(words=False)
    assert "see a private note and words" in text_of(planned(vault, tmp_path / "site"))


def test_what_a_site_says_in_public_is_told_after_the_plan_too(
    vault: Vault, root: Path, tmp_path: Path
) -> None:
    (root / "post.md").write_text("# A post\n\nsee [[One]] and [[b]]\n", "utf-8")
    vault.indexing.refresh(words=False)
    plan = planned(vault, tmp_path / "site")
    (root / "c.md").write_text("# Another\n", "utf-8")
    vault.indexing.refresh(words=False)
    assert "see one and" in vault.publishing.audit(plan).public_text
