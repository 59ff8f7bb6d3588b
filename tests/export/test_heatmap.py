"""A habit's year in a post: a picture with words for those who cannot see it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from notekeep.export.heatmap import draw_habit_year
from notekeep.export.targets.target import TARGETS
from notekeep.habits.summary import parse_year_heading
from notekeep.vault import Vault
from tests.support.generators import FILES, make_site
from tests.support.sites import folder_with

if TYPE_CHECKING:
    from pathlib import Path

NIKOLA = """\
BLOG_TITLE = "x"
COMPILERS = {"markdown": (".md",)}
POSTS = (("posts/*.md", "posts", "post.tmpl"),)
"""
SVG = "{http://www.w3.org/2000/svg}"
LOG = """\
- 2026-01-01 med: done -- a secret remark
- 2026-01-02 med: miss
- 2026-01-03 med: done
- 2026-01-04 med: done
- 2025-12-31 med: done
"""
POST = "---\ntype: post\ntitle: My year\npublish: true\n---\n"


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """A habit with five days, on 5 January 2026."""
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-01-05T21:15")
    root = tmp_path / "notes"
    (root / "habits/log").mkdir(parents=True)
    (root / "posts").mkdir()
    (root / ".notekeep").mkdir()
    head = '---\nhabit: med\ntitle: "Sit & <breathe>"\nsince: 2025-12-31\n'
    (root / "habits/Meditate.md").write_text(
        head + 'source: "[[Atomic Habits]]"\n---\nWhy I sit.\n'
    )
    (root / "habits/log/2026-01.phone.md").write_text(LOG)
    opened = Vault.open(root)
    opened.indexing.refresh()
    return opened


def export(vault: Vault, tmp_path: Path, body: str, target: str = "portable") -> dict[str, str]:
    """Export a post; give every file that was written by its name."""
    with open(f"{vault.root}/posts/My year.md", "w", encoding="utf-8") as file:
        file.write(POST + body)
    vault.indexing.refresh()
    site = tmp_path / "site"
    if target in FILES or target == "hugo":
        make_site(site, target)
    else:
        site.mkdir()
    if target == "nikola":
        folder_with(site, "conf.py", NIKOLA)
    before = set(site.rglob("*"))
    vault.publishing.export(
        vault.publishing.plan_export(["My year"], target=target, site=str(site))
    )
    made = [path for path in site.rglob("*") if path.is_file() and path not in before]
    return {path.name: path.read_text("utf-8", "replace") for path in made}


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_gets_the_picture_and_its_words(
    vault: Vault, tmp_path: Path, target: str
) -> None:
    files = export(vault, tmp_path, "I sat.\n\n![[habits/Meditate#year]]\n\nEnd.\n", target)
    whole = "\n".join(text for name, text in files.items() if not name.endswith(".svg"))
    assert "kept 3 of 4 days; the longest streak was 2 days." in whole
    drawn = [text for text in files.values() if text.startswith("<svg")]
    if target == "html":  # a page that stands alone has its pictures within
        assert "data:image/svg+xml;base64,PHN2Zy" in whole
    else:
        assert "meditate-2026.svg" in whole
        assert len(drawn) == 1


def test_the_year_of_a_habit_becomes_a_picture_with_words(vault: Vault, tmp_path: Path) -> None:
    files = export(vault, tmp_path, "I sat.\n\n![[habits/Meditate#year]]\n\nEnd.\n")
    text = next(text for name, text in files.items() if name.endswith(".md"))
    alt = "Sit & \\<breathe> in 2026 so far: kept 3 of 4 days; the longest streak was 2 days."
    assert f"![{alt}](" in text
    assert "meditate-2026.svg)" in text
    drawn = ET.fromstring(files["meditate-2026.svg"])  # noqa: S314 - our own
    title = drawn.find(f"{SVG}title")
    assert title is not None
    assert title.text == alt.replace("\\", "")
    classes = [square.get("class") for square in drawn.iter(f"{SVG}rect")]
    assert classes == ["l3", "m", "l3", "l3", "l0"]


def test_no_word_of_the_log_or_the_note_leaves(vault: Vault, tmp_path: Path) -> None:
    files = export(vault, tmp_path, "![[habits/Meditate#year]] and ![[Meditate#year 2025]]\n")
    assert "meditate-2025.svg" in files
    assert "kept 1 of 1 day; the longest streak was 1 day" in files["meditate-2025.svg"]
    whole = "".join(files.values())
    assert "secret" not in whole
    assert "Why I sit" not in whole


def test_a_private_habit_shows_no_year(vault: Vault, tmp_path: Path) -> None:
    path = f"{vault.root}/habits/Meditate.md"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("habit: med\n", "habit: med\nprivate: true\n"))
    files = export(vault, tmp_path, "![[habits/Meditate#year]]\n\nEnd.\n")
    assert not [name for name in files if name.endswith(".svg")]
    assert "breathe" not in "".join(files.values())


@pytest.mark.parametrize(
    ("heading", "year"),
    [("year", 2026), ("Year 2025", 2025), ("year-2024", 2024), ("Years", None), ("year 24", None)],
)
def test_a_fragment_names_a_year(heading: str, year: int | None, vault: Vault) -> None:
    assert parse_year_heading(heading, vault.today()) == year


def test_only_habits_have_a_year(vault: Vault) -> None:
    assert draw_habit_year(vault.habits, "posts/My year.md", "year") is None


def test_a_year_begins_a_draft_that_exports(vault: Vault, tmp_path: Path) -> None:
    from notekeep.notes.habit_reviews import plan_year

    index = vault.habits
    index.refresh()
    done = vault.notes.apply(plan_year(vault.workspace, index, [index.find("med")], 2026))
    text = vault.workspace.read(done.paths[0]).decode()
    assert "kept 3 of 4 days" in text
    assert "![[habits/Meditate#year 2026]]" in text
    assert "| January | 75% |" in text
    assert "sources: ['[[Atomic Habits]]']" in text.replace('"', "'")
    site = tmp_path / "drafts"
    site.mkdir()
    vault.publishing.export(
        vault.publishing.plan_export([done.paths[0]], target="portable", site=str(site))
    )
    assert [path.name for path in site.rglob("*.svg")] == ["meditate-2026.svg"]
    vault.history.undo()
