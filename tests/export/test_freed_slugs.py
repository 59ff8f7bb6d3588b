"""A slug that a post has left is free for another post in the next export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.blog import PUBLISHED, Blog, statuses

if TYPE_CHECKING:
    from notekeep.export.plan import ExportPlan


def with_slug(slug: str, head: str = PUBLISHED) -> str:
    return head.replace("type", f"slug: {slug}\ntype")


def told(plan: ExportPlan) -> dict[str, str]:
    """Return the statuses of the posts, by slug."""
    said = statuses(plan).items()
    return {path.split("/")[2]: status for path, status in said if path.endswith("/index.md")}


@pytest.fixture
def two(blog: Blog) -> Blog:
    """Give a site with the posts `one` and `two` and with a third that links to both."""
    blog.put("one.md", f"{PUBLISHED}first words, see [[two]]")
    blog.put("two.md", f"{PUBLISHED}second words")
    blog.put("all.md", f"{PUBLISHED}see [[one]] and [[two]]")
    blog.export("one.md", "two.md", "all.md")
    return blog


def settled(blog: Blog, plan: ExportPlan) -> bool:
    """Whether the same export again would write nothing."""
    return blog.plan(*(planned.post.path for planned in plan.posts)).is_empty


def test_a_post_keeps_its_slug_until_it_has_moved(two: Blog) -> None:
    two.put("one.md", f"{with_slug('new')}first words")
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.export("one.md", "two.md")
    assert told(plan) == {"new": "new", "one": "removed", "all": "changed"}
    assert "is also used by one.md" in plan.refused["two.md"].message
    plan = two.export("two.md")
    assert told(plan) == {"new": "changed", "one": "new", "two": "removed", "all": "changed"}
    assert "aliases" not in two.text("new"), "its old address is another's page"
    assert "second words" in two.text("one")
    assert '[one]({{< relref "/posts/new" >}})' in two.text("all")
    assert settled(two, plan)


def test_pictures_go_along_with_the_post_that_leaves_a_slug(two: Blog) -> None:
    (two.root / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    two.put("one.md", f"{PUBLISHED}![[p.png]]")
    two.export("one.md")
    two.put("one.md", f"{with_slug('new')}![[p.png]]")
    plan = two.export("one.md")
    assert statuses(plan)["content/posts/one/p.png"] == "removed"
    assert two.file("new").with_name("p.png").exists()
    assert settled(two, plan)


def test_two_posts_do_not_exchange_their_slugs(two: Blog) -> None:
    two.put("one.md", f"{with_slug('two')}first words")
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.export("one.md", "two.md")
    assert sorted(plan.refused) == ["one.md", "two.md"]
    assert "first words" in two.text("one")


def test_a_slug_stays_taken_while_a_post_that_stays_links_to_it(two: Blog) -> None:
    """Its visitors would be led to another text than its author meant."""
    two.put("one.md", f"{with_slug('new')}first words")
    two.put("all.md", f"{PUBLISHED}unfinished, see [[one]] and [[two]]")
    two.export("one.md")
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.plan("one.md", "two.md")
    assert "the post of all.md, which still links to it" in plan.refused["two.md"].message
    assert not two.plan("one.md", "two.md", "all.md").refused


def test_a_post_that_was_changed_by_hand_keeps_its_slug(two: Blog) -> None:
    two.file("one").write_text(two.text("one") + "by hand\n")
    two.put("one.md", f"{with_slug('new')}first words")
    two.export("one.md", "all.md", by_hand="overwrite")
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.export("two.md", by_hand="overwrite")
    assert "two.md" in plan.refused
    assert "by hand" in two.text("one")


def test_a_slug_stays_taken_when_the_site_cannot_hold_the_post_that_has_it(two: Blog) -> None:
    """That shows only when its text is written for the generator."""
    two.put("one.md", f"{with_slug('new')}`{{{{< no end`")
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.export("one.md", "two.md", "all.md")
    assert sorted(plan.refused) == ["one.md", "two.md"]
    assert "first words" in two.text("one")
    assert '[one]({{< relref "/posts/one" >}})' in two.text("all")
