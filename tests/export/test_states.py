"""How drafts and posts stand in a site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.vault import Vault
from tests.support.sites import make_hugo_site

if TYPE_CHECKING:
    from pathlib import Path

POST = "---\ntype: post\npublish: true\ndate: 2026-03-04\n---\n"
FILE = "content/posts/a/index.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text(f"{POST}words, [[b]] and ![[p.png]]\n")
    (folder / "b.md").write_text(f"{POST}other\n")
    (folder / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_hugo_site(tmp_path / "blog")


def export(root: Path, site: Path, *names: str, **how: object) -> None:
    vault = Vault.open(root)
    vault.indexing.refresh()
    options = vault.publishing.export_options(**how)
    vault.publishing.export(
        vault.publishing.plan_export(names or ("a", "b"), site=str(site), options=options)
    )


def stand(root: Path, site: Path) -> dict[str, str]:
    """Return how each post stands, as a command tells it."""
    vault = Vault.open(root)
    vault.indexing.refresh()
    (standing,) = vault.publishing.site_statuses(site=str(site))
    assert standing.error == ""
    return {one.note: f"{one.state} {one.path} {one.why}".strip() for one in standing.posts}


def test_right_after_an_export_all_posts_are_unchanged(root: Path, site: Path) -> None:
    export(root, site)
    assert stand(root, site) == {
        "a.md": f"unchanged {FILE}",
        "b.md": f"unchanged {FILE.replace('/a/', '/b/')}",
    }


def test_each_state_is_told(root: Path, site: Path) -> None:
    export(root, site)
    (root / "a.md").write_text(f"{POST}more\n")
    (root / "c.md").write_text(f"{POST}new\n")
    (root / "d.md").write_text(f"---\nslug: a/b\n{POST[4:]}x\n")
    (site / FILE.replace("/a/", "/b/")).write_text("by hand")
    found = stand(root, site)
    assert found["a.md"].startswith("changed")
    assert found["b.md"].startswith("conflict")
    assert found["c.md"].startswith("new")
    assert found["d.md"].startswith("refused")
    assert stand(root, site) == found


def test_a_change_that_is_exported_is_unchanged_after(root: Path, site: Path) -> None:
    export(root, site)
    (root / "a.md").write_text(f"{POST}more\n")
    assert stand(root, site)["a.md"].startswith("changed")
    export(root, site)
    assert stand(root, site)["a.md"].startswith("unchanged")


def test_a_refused_note_is_told_at_each_export(root: Path, site: Path) -> None:
    (root / "c.md").write_text(f"---\nslug: a/b\n{POST[4:]}x\n")
    export(root, site, "a", "b", "c")
    vault = Vault.open(root)
    vault.indexing.refresh()
    plan = vault.publishing.plan_export(("a", "b", "c"), site=str(site))
    assert plan.is_empty
    (why,) = plan.refused.values()
    assert "slug must not be a path. Got 'a/b'" in why.message
    assert (why.hint, why.line) != ("", None)


def test_a_post_whose_picture_is_left_over_is_no_orphan(root: Path, site: Path) -> None:
    export(root, site)
    (root / "a.md").write_text(f"{POST}without a picture\n")
    export(root, site)
    left = "content/posts/a/p.png: the post no longer uses it"
    assert stand(root, site)["a.md"] == f"unchanged {FILE} {left}"
    (root / "a.md").unlink()
    assert stand(root, site)["a"].startswith("orphan")


def test_what_is_left_in_a_site_is_told_and_pruned_though_the_only_note_is_refused(
    root: Path, site: Path
) -> None:
    (root / "a.md").write_text(f"{POST}without a link\n")
    export(root, site)
    (root / "b.md").unlink()
    (root / "a.md").write_text(f"---\nslug: x/y\n{POST[4:]}x\n")
    found = stand(root, site)
    assert found["a.md"].startswith("refused  a.md: slug must not be a path")
    assert found["b"].startswith("orphan"), "the path of a note that is gone is nowhere kept"
    vault = Vault.open(root)
    vault.indexing.refresh()
    options = vault.publishing.export_options(prune=True)
    plan = vault.publishing.plan_export(("a",), site=str(site), options=options)
    assert [file.path for file in plan.files if file.status == "removed"] == [
        FILE.replace("/a/", "/b/")
    ]
    assert [*plan.refused] == ["a.md"]


def test_of_a_note_that_became_private_it_is_told_that_its_post_is_there_still(
    root: Path, site: Path
) -> None:
    export(root, site)
    (root / "b.md").write_text("---\nprivate: true\n---\n")
    there = "still in the site: its note may no longer be exported"
    said = stand(root, site)["b.md"]
    assert said.startswith("refused  b.md: The note is private. ")
    assert said.endswith(f"{FILE.replace('/a/', '/b/')}: {there}")
    export(root, site, prune=True)
    assert stand(root, site).get("b.md", "") == ""


def test_a_slug_of_another_vault_is_refused_without_its_name(root: Path, site: Path) -> None:
    export(root, site)
    other = root.with_name("others")
    other.mkdir()
    (other / "a.md").write_text(f"{POST}words\n")
    found = stand(other, site)
    assert "is also used by a post from another vault" in found["a.md"]


def test_an_address_that_leads_on_to_a_post_of_another_vault_is_not_taken(
    root: Path, site: Path
) -> None:
    export(root, site, draft=False)
    (root / "b.md").write_text(f"---\nslug: new\n{POST[4:]}other\n")
    export(root, site, draft=False)
    assert "aliases: ['/posts/b/']" in (site / FILE.replace("/a/", "/new/")).read_text()
    other = root.with_name("others")
    other.mkdir()
    (other / "b.md").write_text(f"{POST}words\n")
    found = stand(other, site)
    assert "also used by a post from another vault, which used it before" in found["b.md"]
