"""An export that is killed leaves nothing half-written in the site, and nothing to commit there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from notekeep.vault import Vault
from tests.support.killed import kill_at
from tests.support.sites import make_hugo_site

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PLAN = """
site = given[0]
vault.indexing.refresh()
plan = vault.publishing.plan_export(vault.publishing.publishable(site=site), site=site)
"""
NOTE = "---\npublish: true\ndate: 2026-03-04\n---\nword {}\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_hugo_site(tmp_path / "blog")


@pytest.fixture
def root(tmp_path: Path, site: Path) -> Path:
    """Give a vault whose notes were exported, and changed since."""
    folder = tmp_path / "notes"
    folder.mkdir()
    write_notes(folder, 1)
    export(folder, site)
    write_notes(folder, 2)
    return folder


def write_notes(root: Path, word: int) -> None:
    for name in ("a", "b", "c"):
        (root / f"{name}.md").write_text(NOTE.format(word))


def export(root: Path, site: Path) -> None:
    vault = Vault.open(root)
    vault.indexing.refresh()
    vault.publishing.export(
        vault.publishing.plan_export(vault.publishing.publishable(site=str(site)), site=str(site))
    )


def kill_export(root: Path, site: Path, point: str, count: int) -> None:
    kill_at(point, count, root, "vault.publishing.export(plan)", site, prepare=PLAN)


def unfinished(site: Path) -> list[Path]:
    return [path for path in site.rglob("*") if path.name.startswith(".nk-tmp-")]


def posts(site: Path) -> list[str]:
    return [path.read_text()[-7:] for path in sorted(site.glob("content/posts/*/index.md"))]


@pytest.mark.parametrize(
    ("point", "count"), [("journaled", 1), ("swapped", 1), ("swapped", 3), ("checked", 2)]
)
def test_the_next_export_finishes_a_killed_one_and_clears_its_files(
    root: Path, site: Path, point: str, count: int
) -> None:
    kill_export(root, site, point, count)
    assert unfinished(site)
    export(root, site)
    assert not unfinished(site)
    assert posts(site) == ["word 2\n"] * 3


def test_unfinished_files_that_are_nobody_s_go_after_an_hour(
    root: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill_export(root, site, "written", 2)
    left = unfinished(site)
    assert left
    export(root, site)
    assert unfinished(site) == left, "another program may be at work"
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 7200)
    export(root, site)
    assert not unfinished(site)
    assert posts(site) == ["word 2\n"] * 3
