"""An export that is killed leaves nothing half-written in the site, and nothing to commit there."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from notekeep.export.manifest import MANIFEST_NAME
from notekeep.vault import Vault
from tests.support.crashes import kill_at
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


def staged(site: Path) -> list[Path]:
    """The folders in which an export keeps what is not in its place yet."""
    return [path for path in site.iterdir() if path.is_dir() and path.name.startswith(".notekeep-")]


def left_among_posts(site: Path) -> list[Path]:
    """Files of a killed export that the generator or a commit of the site would meet."""
    known = {"index.md", "_index.md", "hugo.toml", MANIFEST_NAME}
    found = [path for path in site.rglob("*") if path.is_file() and "layouts" not in path.parts]
    return [path for path in found if path.name not in known and path.parent not in staged(site)]


def posts(site: Path) -> list[str]:
    return [path.read_text()[-7:] for path in sorted(site.glob("content/posts/*/index.md"))]


@pytest.mark.parametrize(
    ("point", "count"),
    [
        *(("created", 1), ("written", 2), ("synced", 3)),
        *(("journaled", 1), ("swapped", 1), ("swapped", 3), ("checked", 2), ("logged", 1)),
    ],
)
def test_a_killed_export_leaves_one_folder_that_the_next_export_removes(
    root: Path, site: Path, point: str, count: int
) -> None:
    kill_export(root, site, point, count)
    assert len(staged(site)) == 1
    assert (staged(site)[0] / ".gitignore").read_text() == "*\n"
    assert not left_among_posts(site)
    export(root, site)
    assert not staged(site)
    assert not left_among_posts(site)
    assert posts(site) == ["word 2\n"] * 3


def test_any_start_removes_what_a_killed_export_left(root: Path, site: Path) -> None:
    kill_export(root, site, "written", 2)
    assert staged(site)
    assert Vault.open(root).history.store.records()
    assert not staged(site)


@pytest.mark.parametrize("seconds", [0.0, 0.002, 0.01])
def test_a_commit_of_the_site_takes_no_file_of_an_export_killed_at_any_moment(
    root: Path, site: Path, seconds: float
) -> None:
    subprocess.run(["git", "init", "-q"], cwd=site, check=True)
    before = added(site)
    command = [sys.executable, "-m", "notekeep", "--vault", str(root), "export", "--all"]
    with subprocess.Popen([*command, "--site", str(site)], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and not staged(site):
            time.sleep(0.0005)
        time.sleep(seconds)
        process.kill()
    # The folder may have been made in this moment: its .gitignore is then still empty.
    new = [name for name in added(site) - before if not name.endswith("/.gitignore")]
    assert new == []
    export(root, site)
    assert not staged(site)
    assert posts(site) == ["word 2\n"] * 3


def added(site: Path) -> set[str]:
    """Add all files of the site to git, and name those that it has."""
    for words in (["add", "-A"], ["ls-files"]):
        ran = subprocess.run(["git", *words], cwd=site, check=True, capture_output=True, text=True)
    return set(ran.stdout.split())
