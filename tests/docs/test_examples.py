"""The other pages' examples work, one after the other, in a copy of the sample vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    "page",
    [
        *("index.md", "interface.md", "notes.md", "habits.md", "habits-elsewhere.md"),
        *("export.md", "safety.md", "coming-from-obsidian.md"),
        "two-minutes-of-habits.md",
    ],
)
def test_every_example_works(page: str, failing: Callable[[str], list[str]]) -> None:
    assert failing(page) == []


def test_the_first_post_ends_published_in_the_site(
    sample: Path, failing: Callable[[str], list[str]]
) -> None:
    assert failing("your-first-post.md") == []
    post = sample.parent / "blog/content/posts/what-deep-work-asks/index.md"
    text = post.read_text("utf-8")
    assert "draft: false" in text
    assert "Clarity about what matters" in text
