"""Nothing leaves while notes changed that nobody has read: any of them may be private by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.catalog import Catalog
from notekeep.catalog.database import CatalogBusy
from notekeep.cli.main import main
from notekeep.errors import Conflict, Failure, Refused
from notekeep.services.indexing import ANSWER_BUDGET
from notekeep.vault import Vault
from tests.support.sites import make_hugo_site

if TYPE_CHECKING:
    from pathlib import Path

POST = "---\ntype: post\npublish: true\ndate: 2026-03-04\n---\n"
SECRET = "Bluebird acquisition"
MANY = ANSWER_BUDGET + 20


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A vault with a post that links to a plain note, and many notes beside."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "post.md").write_text(f"{POST}As [[{SECRET}]] says, and more words.\n")
    (folder / f"{SECRET}.md").write_text("plain\n")
    for number in range(MANY):
        (folder / f"n{number}.md").write_text("plain\n")
    vault = Vault.open(folder)
    vault.indexing.refresh(words=False)
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_hugo_site(tmp_path / "blog")


def make_private(root: Path) -> None:
    """Have so many notes change at once that the private one among them is left for later."""
    for number in range(MANY):
        (root / f"n{number}.md").write_text("other\n")
    (root / f"{SECRET}.md").write_text("---\nprivate: true\n---\nplain\n")


def left(site: Path) -> str:
    """All that is in the site."""
    return "\n".join(
        file.read_bytes().decode("utf-8", "replace")
        for file in sorted(site.rglob("*"))
        if file.is_file()
    )


def test_a_command_reads_all_that_waits_before_it_exports(
    root: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_private(root)
    monkeypatch.chdir(root)
    assert main(["export", "post", "--vault", str(root), "--site", str(site), "--yes"]) == 0
    assert "and more words" in left(site)
    assert SECRET not in left(site)


def test_a_plan_of_notes_that_nobody_read_is_not_written(root: Path, site: Path) -> None:
    make_private(root)
    vault = Vault.open(root)
    assert vault.indexing.refresh(words=False, defer=True).pending > MANY
    plan = vault.publishing.plan_export(["post"], site=str(site))
    with pytest.raises(Conflict, match="Notes have changed since the preview"):
        vault.publishing.export(plan)
    assert "and more words" not in left(site)
    vault.publishing.export(vault.publishing.plan_export(["post"], site=str(site)))
    assert "and more words" in left(site)
    assert SECRET not in left(site)


def test_a_note_that_became_private_after_the_plan_does_not_leave(root: Path, site: Path) -> None:
    vault = Vault.open(root)
    plan = vault.publishing.plan_export(["post"], site=str(site))
    (root / "post.md").write_text("---\nprivate: true\n---\nx\n")
    with pytest.raises(Refused, match="private"):
        vault.publishing.export(plan)
    assert "and more words" not in left(site)


def test_one_of_several_that_became_private_holds_back_all(root: Path, site: Path) -> None:
    (root / "second.md").write_text(f"{POST}The second.\n")
    vault = Vault.open(root)
    vault.indexing.refresh(words=False)
    plan = vault.publishing.plan_export(["post", "second"], site=str(site))
    (root / "second.md").write_text("---\nprivate: true\n---\nx\n")
    with pytest.raises(Conflict):
        vault.publishing.export(plan)
    assert "and more words" not in left(site)


def test_a_note_that_is_new_and_private_does_not_leave_by_its_name(root: Path, site: Path) -> None:
    vault = Vault.open(root)
    (root / "post.md").write_text(f"{POST}As [[Kestrel merger]] says, and more words.\n")
    vault.indexing.refresh(words=False)
    plan = vault.publishing.plan_export(["post"], site=str(site))
    (root / "Kestrel merger.md").write_text("---\nprivate: true\n---\nx\n")
    with pytest.raises(Conflict):
        vault.publishing.export(plan)
    vault.publishing.export(vault.publishing.plan_export(["post"], site=str(site)))
    assert "Kestrel" not in left(site)


def test_a_folder_that_became_private_is_known_before_anything_leaves(
    root: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "plans").mkdir()
    (root / f"{SECRET}.md").rename(root / "plans" / f"{SECRET}.md")
    vault = Vault.open(root)
    vault.indexing.refresh(words=False)
    (root / ".notekeep").mkdir()
    (root / ".notekeep/config.toml").write_text('private = ["plans/"]\n')
    monkeypatch.chdir(root)
    assert main(["export", "post", "--vault", str(root), "--site", str(site), "--yes"]) == 0
    assert "and more words" in left(site)
    assert SECRET not in left(site)


def test_what_changed_elsewhere_does_not_hold_a_plan_back(root: Path, site: Path) -> None:
    vault = Vault.open(root)
    plan = vault.publishing.plan_export(["post"], site=str(site))
    (root / "n1.md").write_text("other\n")
    vault.publishing.export(plan)
    assert "and more words" in left(site)


def test_nothing_leaves_while_another_program_keeps_the_changes_from_being_read(
    root: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = Vault.open(root)
    plan = vault.publishing.plan_export(["post"], site=str(site))
    (root / "n1.md").write_text("other\n")

    def busy(_catalog: Catalog) -> object:
        raise CatalogBusy("another program is writing")

    with monkeypatch.context() as held:
        held.setattr(Catalog, "writing", busy)
        with pytest.raises(Failure, match="still being indexed"):
            vault.publishing.export(plan)
    assert "and more words" not in left(site)
    vault.publishing.export(plan)
    assert "and more words" in left(site)


def test_a_site_is_not_noted_as_done_by_a_plan_of_notes_that_nobody_read(
    root: Path, site: Path
) -> None:
    (root / "second.md").write_text(f"{POST}The second.\n")
    vault = Vault.open(root)
    vault.indexing.refresh(words=False)
    names = ("post", "second")
    vault.publishing.export(vault.publishing.plan_export(names, site=str(site)))
    assert SECRET in left(site), "as the note was plain when it was exported"
    make_private(root)
    stale = Vault.open(root)
    stale.indexing.refresh(words=False, defer=True)
    assert stale.publishing.plan_export(names, site=str(site)).is_empty
    stale.indexing.refresh(words=False)
    plan = stale.publishing.plan_export(names, site=str(site))
    stale.publishing.export(plan)
    assert SECRET not in left(site)
