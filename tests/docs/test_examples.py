"""The other pages' examples work, one after the other, in a copy of the sample vault."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import REPOSITORY
from tests.support.import_sources import (
    Book,
    Marked,
    write_clippings,
    write_goodreads,
    write_kobo,
    write_notion,
    write_pocket,
    write_readwise_csv,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOOP = REPOSITORY / "tests/habits/imports/samples/loop.db"
PAGE = REPOSITORY / "tests/importing/pages/article.html"
SOIL = [Book("Soil", "Ann Soiler", (Marked(1, "Worms work at night."),))]


@pytest.mark.parametrize(
    "page",
    [
        *("index.md", "interface.md", "notes.md", "habits.md", "habits-elsewhere.md"),
        *("export.md", "safety.md", "coming-from-obsidian.md"),
        *("two-minutes-of-habits.md", "agenda.md"),
    ],
)
def test_every_example_works(page: str, failing: Callable[[str], list[str]]) -> None:
    assert failing(page) == []


def test_the_examples_of_recall_work_with_review_days_of_other_programs(
    sample: Path, failing: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(sample.parent))
    planned = "\n<!--SR:!2026-12-16,51,230-->\n"
    (sample / "books" / "Soil.md").write_text(f"> Worms work at night.{planned}\n> Rain helps.\n")
    (graph := sample.parent / "logseq-graph").mkdir()
    (graph / "Soil.md").write_text(f"> Rain helps.{planned}")
    assert failing("recall.md") == []


def test_the_first_post_ends_published_in_the_site(
    sample: Path, failing: Callable[[str], list[str]]
) -> None:
    assert failing("your-first-post.md") == []
    post = sample.parent / "blog/content/posts/what-deep-work-asks/index.md"
    text = post.read_text("utf-8")
    assert "draft: false" in text
    assert "Clarity about what matters" in text


@pytest.mark.parametrize(
    ("page", "arrives"),
    [
        ("import-highlights.md", "Worms work at night."),
        ("import-links.md", "[Soil]("),
        ("import-notes.md", "Worms work at night."),
        ("import-reading-lists.md", "status: finished"),
        ("habits-elsewhere.md", "habit: "),
    ],
)
def test_every_import_brings_the_file_it_names_into_the_vault(
    page: str,
    arrives: str,
    sample: Path,
    failing: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(sample.parent))
    (sample.parent / "Downloads").mkdir()
    write_readwise_csv(sample.parent / "Downloads", SOIL)
    write_clippings(sample, SOIL)
    write_kobo(sample, SOIL)
    write_goodreads(sample, SOIL).rename(sample / "goodreads_library_export.csv")
    for name, write in (("Export-0123abcd", write_notion), ("pocket", write_pocket)):
        (folder := sample.parent / name).mkdir()
        write(folder, SOIL)
        shutil.make_archive(str(sample / name), "zip", folder)
    (sample / "table.csv").write_text("title,color\nRose,red\n", "utf-8")
    (sample / "list.csv").write_text("No;Was;Wie;Preis\n1;Rose;red;3\n", "utf-8")
    shutil.copy(LOOP, sample / "Loop Habits Backup.db")
    shutil.copy(PAGE, sample / "How worms work.html")
    before = {path: path.read_text("utf-8") for path in sample.rglob("*.md")}
    assert failing(page, "sh") == []
    now = {path: path.read_text("utf-8") for path in sample.rglob("*.md")}
    assert any(arrives in text for path, text in now.items() if text != before.get(path))
