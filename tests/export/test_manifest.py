"""What a site knows of the vaults that export to it: which posts are whose, and nothing else."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.errors import NotFound
from notekeep.export.plan import list_states
from notekeep.vault import Vault
from tests.support.sites import make_hugo_site

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.export.plan import ExportPlan

NAME = ".notekeep-export.json"
POST = "---\ntype: post\npublish: true\ndraft: false\ndate: 2026-03-04\n---\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_hugo_site(tmp_path / "blog")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_vault(tmp_path / "work" / "notes", "from A")


def make_vault(folder: Path, words: str) -> Path:
    (folder / "diary").mkdir(parents=True)
    (folder / "diary" / "first.md").write_text(f"{POST}{words}\n")
    (folder / "second.md").write_text(f"{POST}{words}, more\n")
    return folder


def opened(root: Path) -> Vault:
    vault = Vault.open(root)
    vault.indexing.refresh()
    return vault


def plan(root: Path, site: Path, **how: object) -> ExportPlan:
    vault = opened(root)
    names = vault.publishing.publishable(site=str(site))
    return vault.publishing.plan_export(
        names, site=str(site), options=vault.publishing.export_options(**how)
    )


def export(root: Path, site: Path, **how: object) -> ExportPlan:
    made = plan(root, site, **how)
    opened(root).publishing.export(made)
    return made


def post(site: Path, slug: str) -> str:
    return (site / "content" / "posts" / slug / "index.md").read_text()


def settings(root: Path) -> Path:
    return root / ".notekeep" / "config.toml"


def written(site: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((site / NAME).read_text())
    return data


def make_old(root: Path, site: Path, names: dict[str, str]) -> None:
    """Write a site's manifest as it was before vaults had ids: with paths and a folder's name."""
    data = written(site)
    data["format"] = 1
    for slug, path in names.items():
        data["posts"][slug] |= {"note": path, "vault": root.name}
    (site / NAME).write_text(json.dumps(data))
    settings(root).unlink()


def test_a_manifest_has_no_path_and_no_vault_name(root: Path, site: Path) -> None:
    export(root, site)
    text = (site / NAME).read_text()
    identity = settings(root).read_text().split('"')[1]
    assert len(identity) >= 16
    for word in ("diary", "first.md", "second.md", '"notes"', identity):
        assert word not in text
    assert [*written(site)["posts"]] == ["first", "second"]


def test_two_vaults_write_other_digests_for_one_path(
    root: Path, site: Path, tmp_path: Path
) -> None:
    """So that who reads the site cannot tell whether a path they guess is in the vault."""
    export(root, site)
    other_site = make_hugo_site(tmp_path / "other blog")
    export(make_vault(tmp_path / "home" / "notes", "from A"), other_site)
    one, two = (written(where)["posts"]["first"] for where in (site, other_site))
    assert one["note"] != two["note"]
    assert one["vault"] != two["vault"]


def test_the_first_export_writes_the_id_beside_other_settings(root: Path, site: Path) -> None:
    settings(root).parent.mkdir()
    before = "# my own words\nday_start = 3  # early\n\n[export]\nfields = ['mood']\n"
    settings(root).write_text(before)
    export(root, site)
    first, _, rest = settings(root).read_text().partition("\n")
    assert first.startswith('id = "')
    assert rest == before
    vault = opened(root)
    assert vault.settings.day_start == 3
    assert not vault.settings.warnings
    export(root, site)
    assert settings(root).read_text().count("id = ") == 1


def test_a_plan_writes_no_id_and_undo_keeps_it(root: Path, site: Path) -> None:
    made = plan(root, site)
    assert not settings(root).exists()
    opened(root).publishing.export(made)
    vault = opened(root)
    vault.history.undo()
    assert not (site / NAME).exists()
    with pytest.raises(NotFound):
        vault.history.undo()
    assert settings(root).exists()
    assert export(root, site).counts() == {"new": 3}


def test_a_vault_whose_settings_are_read_only_keeps_its_posts(
    root: Path, site: Path, tmp_path: Path
) -> None:
    settings(root).parent.mkdir()
    (tmp_path / "elsewhere.toml").write_text("day_start = 3\n")
    settings(root).symlink_to(tmp_path / "elsewhere.toml")
    vault = opened(root)
    done = vault.publishing.export(vault.publishing.plan_export(["second"], site=str(site)))
    (told,) = [line for line in done.warnings if "id" in line]
    assert "Cannot write" in told
    assert (tmp_path / "elsewhere.toml").read_text() == "day_start = 3\n"
    assert opened(root).publishing.plan_export(["second"], site=str(site)).is_empty


def test_a_copy_of_a_vault_is_the_same_vault(root: Path, site: Path, tmp_path: Path) -> None:
    export(root, site)
    copy = tmp_path / "laptop" / "my notes"
    shutil.copytree(root, copy)
    (copy / "second.md").write_text(f"{POST}changed on the laptop\n")
    made = export(copy, site)
    assert not made.refused
    assert "changed on the laptop" in post(site, "second")
    assert plan(copy, site).is_empty


def test_an_id_that_another_device_brings_counts_at_once(
    root: Path, site: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "laptop" / "notes"
    shutil.copytree(root, copy)
    vault = opened(root)
    export(copy, site)
    shutil.copytree(copy / ".notekeep", root / ".notekeep")
    made = vault.publishing.plan_export(["second"], site=str(site))
    assert not made.refused
    assert made.is_empty


def test_two_vaults_of_one_name_leave_each_other_s_posts(
    root: Path, site: Path, tmp_path: Path
) -> None:
    export(root, site)
    other = make_vault(tmp_path / "home" / "notes", "from B")
    (other / "third.md").write_text(f"{POST}from B\n")
    made = export(other, site, prune=True)
    assert sorted(made.refused) == ["diary/first.md", "second.md"]
    assert "another vault" in made.refused["second.md"].message
    assert "from A" in post(site, "first")
    assert "from B" in post(site, "third")
    (root / "second.md").unlink()
    export(root, site, prune=True)
    assert [*written(site)["posts"]] == ["first", "third"]
    assert "from B" in post(site, "third")


def test_an_old_manifest_is_read_and_upgraded(root: Path, site: Path) -> None:
    export(root, site)
    make_old(root, site, {"first": "diary/first.md", "second": "second.md"})
    (root / "second.md").write_text(f"{POST}changed\n")
    made = export(root, site)
    assert not made.refused
    assert "changed" in post(site, "second")
    text = (site / NAME).read_text()
    assert "diary" not in text
    assert '"notes"' not in text
    assert plan(root, site).is_empty


def test_posts_of_an_old_manifest_whose_notes_are_gone_are_pruned(root: Path, site: Path) -> None:
    export(root, site)
    make_old(root, site, {"first": "diary/first.md", "second": "second.md"})
    (root / "second.md").unlink()
    export(root, site)
    assert "second.md" not in (site / NAME).read_text()
    stand = list_states(plan(root, site))
    assert stand["second"].state == "orphan"
    assert "still online: its note is no longer in the vault" in stand["second"].why
    export(root, site, prune=True)
    assert [*written(site)["posts"]] == ["first"]


def test_an_old_manifest_keeps_the_posts_of_another_vault(
    root: Path, site: Path, tmp_path: Path
) -> None:
    export(root, site)
    make_old(root, site, {"first": "diary/first.md", "second": "second.md"})
    other = make_vault(tmp_path / "home" / "recipes", "from B")
    made = export(other, site, prune=True)
    assert sorted(made.refused) == ["diary/first.md", "second.md"]
    assert "from A" in post(site, "second")
    (root / "second.md").write_text(f"{POST}changed\n")
    assert not export(root, site).refused
    assert "changed" in post(site, "second")


def test_a_renamed_note_keeps_its_post_and_slug(root: Path, site: Path) -> None:
    export(root, site)
    vault = opened(root)
    vault.notes.rename("diary/first.md", "Another title")
    export(root, site)
    assert [*written(site)["posts"]] == ["first", "second"]
    assert plan(root, site).is_empty


def test_a_renamed_note_of_an_old_manifest_keeps_its_post(root: Path, site: Path) -> None:
    export(root, site)
    make_old(root, site, {"first": "diary/first.md", "second": "second.md"})
    opened(root).notes.rename("diary/first.md", "Another title")
    export(root, site)
    assert [*written(site)["posts"]] == ["first", "second"]
