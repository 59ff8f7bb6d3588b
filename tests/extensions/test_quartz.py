"""The target for Quartz, checked against its documented front matter and folders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from notekeep.cli.main import main
from tests.conftest import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.packages import Packages

DOCUMENTED = {
    *("title", "description", "permalink", "lang", "publish", "draft", "enableToc", "tags"),
    *("aliases", "cssclasses", "socialDescription", "socialImage", "image", "cover"),
    *("created", "date", "modified", "lastmod", "updated", "published", "publishDate"),
}
"""The fields on https://quartz.jzhao.xyz/plugins/Frontmatter."""


@pytest.fixture
def garden(sample: Path, packages: Packages) -> Path:
    """A Quartz site with every note of the sample vault that may be exported by name."""
    code = (REPOSITORY / "tests/extensions/notekeep-quartz/notekeep_quartz.py").read_text("utf-8")
    packages.add("notekeep-quartz", "notekeep.targets", "quartz = {}:Quartz", code)
    site = sample.parent / "garden"
    (site / "content").mkdir(parents=True)
    (site / "quartz.config.ts").touch()
    words = ("Atomic Habits", "Deep Work", "The Dispossessed")
    assert main(["--vault", str(sample), "export", *words, "--site", str(site)]) == 0
    return site


def test_a_post_has_only_fields_that_quartz_reads(garden: Path) -> None:
    posts = list(garden.glob("content/*.md"))
    assert len(posts) == 3
    for post in posts:
        _, head, _ = post.read_text("utf-8").split("---\n", 2)
        fields = yaml.safe_load(head)
        assert fields["title"]
        assert fields["draft"] is True
        assert set(fields) <= DOCUMENTED


def test_pictures_and_links_are_paths_below_content(garden: Path) -> None:
    found = []
    for post in garden.glob("content/*.md"):
        text = post.read_text("utf-8")
        found += re.findall(r'\]\(<?([^)>:]+?)>?\)|src="([^":]+)"', text)
    addresses = ["".join(one).partition("#")[0] for one in found]
    assert any(one.startswith("attachments/") for one in addresses)
    assert any(one.endswith(".md") for one in addresses)
    assert [one for one in addresses if one and not (garden / "content" / one).exists()] == []


def test_headings_have_no_attributes(garden: Path) -> None:
    for post in garden.glob("content/*.md"):
        assert not re.search(r"^#+ .*\{#", post.read_text("utf-8"), re.MULTILINE)
