"""The parts of a series know each other by one property."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.blog import Blog


def part(words: str, *, number: str = "", date: str = "2026-03-04", draft: str = "false") -> str:
    head = f"type: post\ndate: {date}\ndraft: {draft}\nseries: Habits, from notes\n{number}"
    return f"---\n{head}---\n{words}\n"


def last_line(blog: Blog, slug: str) -> str:
    return blog.text(slug).splitlines()[-1]


@pytest.fixture
def parts(blog: Blog) -> Blog:
    blog.put("Why.md", part("one", number="part: 1\n"))
    blog.put("What.md", part("two", number="part: 2\n"))
    blog.put("How.md", part("three", number="part: 3\n"))
    return blog


def test_each_part_says_which_it_is_and_links_to_its_neighbours(parts: Blog) -> None:
    parts.export("How.md", "Why.md", "What.md")
    assert last_line(parts, "why") == (
        '*Habits, from notes*, part 1 of 3 · next: [What]({{< relref "/posts/what" >}})'
    )
    assert last_line(parts, "what") == (
        '*Habits, from notes*, part 2 of 3 · before it: [Why]({{< relref "/posts/why" >}})'
        ' · next: [How]({{< relref "/posts/how" >}})'
    )
    assert parts.plan("How.md", "Why.md", "What.md").is_empty


def test_a_part_that_comes_later_is_linked_from_those_before_it(parts: Blog) -> None:
    parts.export("Why.md")
    assert last_line(parts, "why") == "one"
    parts.export("What.md")
    assert "part 1 of 2 · next" in last_line(parts, "why")


def test_a_part_that_is_a_draft_is_left_out_of_what_visitors_see(parts: Blog) -> None:
    parts.put("What.md", part("two", number="part: 2\n", draft="true"))
    parts.export("Why.md", "What.md", "How.md")
    assert "part 1 of 2 · next: [How]" in last_line(parts, "why")
    assert "part 2 of 3" in last_line(parts, "what"), "who sees the draft sees them all"


def test_without_numbers_the_dates_put_parts_in_order(blog: Blog) -> None:
    blog.put("B.md", part("one", date="2026-01-01"))
    blog.put("A.md", part("two", date="2026-02-01"))
    blog.export("A.md", "B.md")
    assert "part 1 of 2 · next: [A]" in last_line(blog, "b")


def test_a_series_of_one_and_one_that_is_not_wanted_get_no_line(parts: Blog) -> None:
    parts.export("Why.md")
    assert last_line(parts, "why") == "one"
    parts.export("Why.md", "What.md", series_links=False)
    assert last_line(parts, "what") == "two"


def test_a_block_that_is_open_at_the_end_keeps_the_line_out(parts: Blog) -> None:
    parts.put("Why.md", part("```\nopen", number="part: 1\n"))
    plan = parts.export("Why.md", "What.md")
    assert "part" not in parts.text("why").split("---")[2]
    assert any("ends inside an open block" in warning for warning in plan.warnings)
