"""Private text stays in the vault: tables of attempts to get it out, over all targets.

Each attempt has a secret word of its own, looked for in every byte of every exported file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from notekeep.vault import Vault
from tests.support.leak_words import words_in, write_attempt
from tests.support.leaks import ABOUT_PRIVACY, ATTEMPTS
from tests.support.leaks_by_syntax import ATTEMPTS_BY_SYNTAX, SETTINGS
from tests.support.leaks_combined import ATTEMPTS_COMBINED
from tests.support.sites import folder_with, make_hugo_site
from tests.support.sizes import cases

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.errors import Refused

SITES = {
    "html": {},
    "nikola": {"conf.py": 'POSTS = (("posts/*.md", "posts", "post.tmpl"),)\n'},
    "portable": {},
    "ghost": {},
    "wordpress": {},
    "jekyll": {"_config.yml": "title: x\n"},
    "pelican": {"pelicanconf.py": ""},
    "mkdocs": {"mkdocs.yml": "site_name: x\n"},
    "zensical": {"zensical.toml": ""},
    "eleventy": {"eleventy.config.js": ""},
    "astro": {"astro.config.mjs": "", "src/content.config.ts": ""},
    "hexo": {"_config.yml": "title: x\n"},
    "zola": {"config.toml": ""},
}
TARGETS = ("hugo", *SITES)
TABLES = {
    "by what is hidden": ATTEMPTS,
    "by syntax": ATTEMPTS_BY_SYNTAX,
    "combined": ATTEMPTS_COMBINED,
}


class Exported(NamedTuple):
    """What came of all notes in one target.

    Attributes:
        words: The secrets and public words of attempts that are in the files, with a file each.
        refused: Why notes were refused, by path.
    """

    words: dict[str, str]
    refused: dict[str, Refused]


def export(root: Path, site: Path, target: str, paths: list[str], *, named: bool) -> Exported:
    """Export notes, and look at every file that was written."""
    if target == "hugo":
        make_hugo_site(site)
    else:
        site.mkdir()
        for name, text in SITES[target].items():
            folder_with(site, name, text)
    vault = Vault.open(root)
    vault.indexing.refresh()
    options = vault.publishing.export_options(named=named)
    plan = vault.publishing.plan_export(paths, target=target, site=str(site), options=options)
    vault.publishing.export(plan)
    words = {
        word: str(file.relative_to(site))
        for file in site.rglob("*")
        if file.is_file()
        for word in words_in(file.read_bytes()) | words_in(str(file.relative_to(site)).encode())
    }
    return Exported(words, plan.refused)


@cases("chosen", ["by publish: true", "by name"], fast=1)
@cases("target", TARGETS, fast=2)
@pytest.mark.parametrize("table", TABLES)
def test_no_attempt_gets_a_secret_out(tmp_path: Path, table: str, target: str, chosen: str) -> None:
    root = tmp_path / "notes"
    folder_with(root, ".notekeep/config.toml", SETTINGS)
    attempts = TABLES[table]
    paths = [write_attempt(root, number, attempt) for number, attempt in enumerate(attempts)]
    exported = export(root, tmp_path / "site", target, paths, named=chosen == "by name")
    wrong = []
    for number, (attempt, path) in enumerate(zip(attempts, paths, strict=True)):
        if file := exported.words.get(f"zebrafish{number:03}"):
            wrong.append(f"{attempt.name}: the secret is in {file}")
        if attempt.outcome == "refused" and path not in exported.refused:
            wrong.append(f"{attempt.name}: not refused")
        if attempt.outcome == "hidden" and path in exported.refused:
            wrong.append(f"{attempt.name}: refused, {exported.refused[path]}")
        if attempt.outcome == "hidden" and f"openwater{number:03}" not in exported.words:
            wrong.append(f"{attempt.name}: the public words are gone")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("target", TARGETS)
def test_notes_about_privacy_are_exported(tmp_path: Path, target: str) -> None:
    root = tmp_path / "notes"
    (root / "private").mkdir(parents=True)
    for name in ("notes", "Ledgers"):
        (root / "private" / f"{name}.md").write_text("What nobody else is to read of it.\n")
    for title, text in ABOUT_PRIVACY.items():
        head = f"---\ntitle: {title}\npublish: true\n---\n\n"
        (root / f"{title}.md").write_text(f"{head}{text}\n")
    paths = [f"{title}.md" for title in ABOUT_PRIVACY]
    exported = export(root, tmp_path / "site", target, paths, named=False)
    assert {path: str(error) for path, error in exported.refused.items()} == {}


def test_the_tables_are_as_long_as_promised() -> None:
    for table, length in zip(TABLES.values(), (240, 630, 150), strict=True):
        assert length <= len({attempt.name for attempt in table}) == len(table)
    assert len(ABOUT_PRIVACY) == 40
