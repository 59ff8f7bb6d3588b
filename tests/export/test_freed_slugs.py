"""A slug that a post leaves with an export is free for another post in the same export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.desk import POST, PUBLISHED, Desk, statuses

if TYPE_CHECKING:
    from notekeep.export.plan import ExportPlan


def with_slug(slug: str, head: str = PUBLISHED) -> str:
    return head.replace("type", f"slug: {slug}\ntype")


def told(plan: ExportPlan) -> dict[str, str]:
    """Return the statuses of the posts, by slug."""
    said = statuses(plan).items()
    return {path.split("/")[2]: status for path, status in said if path.endswith("/index.md")}


@pytest.fixture
def two(desk: Desk) -> Desk:
    """Give a site with the posts `one` and `two` and with a third that links to both."""
    desk.put("one.md", f"{PUBLISHED}first words, see [[two]]")
    desk.put("two.md", f"{PUBLISHED}second words")
    desk.put("all.md", f"{PUBLISHED}see [[one]] and [[two]]")
    desk.export("one.md", "two.md", "all.md")
    return desk


def settled(desk: Desk, plan: ExportPlan) -> bool:
    """Whether the same export again would write nothing."""
    return desk.plan(*(planned.post.path for planned in plan.posts)).is_empty


def test_two_posts_exchange_their_slugs_and_links_follow(two: Desk) -> None:
    two.put("one.md", f"{with_slug('two')}first words, see [[two]]")
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.export("one.md", "two.md")
    assert told(plan) == {"one": "changed", "two": "changed", "all": "changed"}
    assert "first words" in two.text("two")
    assert "second words" in two.text("one")
    assert '[two]({{< relref "/posts/one" >}})' in two.text("two")
    assert '[one]({{< relref "/posts/two" >}})' in two.text("all")
    notes = {slug: entry.note for slug, entry in two.manifest.posts.items()}
    assert notes == {"one": "two.md", "two": "one.md", "all": "all.md"}
    assert "aliases" not in two.text("one") + two.text("two"), "both addresses have a page"
    assert settled(two, plan)


def test_a_post_takes_the_slug_that_another_leaves(two: Desk) -> None:
    two.put("one.md", f"{with_slug('new')}first words")
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.export("one.md", "two.md")
    assert told(plan) == {"new": "new", "one": "changed", "two": "removed", "all": "changed"}
    assert "aliases: ['/posts/two/']" in two.text("one")
    assert "aliases" not in two.text("new"), "its old address is another's page"
    assert settled(two, plan)


def test_pictures_go_along_with_the_post_that_leaves_a_slug(two: Desk) -> None:
    (two.root / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    two.put("one.md", f"{PUBLISHED}![[p.png]]")
    two.export("one.md")
    two.put("one.md", f"{with_slug('new')}![[p.png]]")
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.export("one.md", "two.md")
    assert statuses(plan)["content/posts/one/p.png"] == "removed"
    assert two.file("new").with_name("p.png").exists()
    assert settled(two, plan)


def test_a_new_post_takes_the_slug_of_one_that_moves_and_not_its_date(two: Desk) -> None:
    two.put("one.md", f"{with_slug('new')}first words")
    two.put("x/One.md", "---\ntype: post\n---\nthird words")
    date = two.manifest.posts["one"].date
    plan = two.export("one.md", "x/One.md")
    assert told(plan)["one"] == "changed"
    assert two.manifest.posts["one"].date != date
    assert two.manifest.posts["new"].date == date


def test_a_post_takes_the_slug_of_one_whose_note_is_gone(two: Desk) -> None:
    (two.root / "one.md").unlink()
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.export("two.md", "all.md", prune=True)
    assert told(plan) == {"one": "changed", "two": "removed", "all": "changed"}
    assert "see one and [two]" in two.text("all")
    assert settled(two, plan)


def test_a_slug_stays_taken_while_a_post_that_stays_links_to_it(two: Desk) -> None:
    """Its visitors would be led to another text than its author meant."""
    two.put("all.md", f"{PUBLISHED}unfinished, see [[one]] and [[two]]")
    two.put("one.md", f"{with_slug('new')}first words")
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.plan("one.md", "two.md")
    assert "the post of all.md links" in plan.refused["two.md"].message
    assert not two.plan("one.md", "two.md", "all.md").refused


@pytest.mark.parametrize("prune", [False, True])
def test_a_post_takes_the_slug_of_one_that_may_not_leave_when_that_is_pruned(
    two: Desk, *, prune: bool
) -> None:
    two.put("one.md", "---\nprivate: true\n---\nfirst words")
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.plan("two.md", "all.md", prune=prune)
    assert ("two.md" in plan.refused) is not prune
    if prune:
        assert told(plan)["one"] == "changed"


def test_a_post_that_was_changed_by_hand_keeps_its_slug(two: Desk) -> None:
    two.file("one").write_text(two.text("one") + "by hand\n")
    two.put("one.md", f"{with_slug('new')}first words")
    two.put("two.md", f"{with_slug('one')}second words")
    plan = two.export("one.md", "two.md", overwrite=frozenset("*"))
    assert "changed by hand" in plan.refused["two.md"].message
    assert "by hand" in two.text("one")
    assert "second words" in two.text("two")


@pytest.mark.parametrize("stays", [f"{with_slug('new')}not closed %% here", f"{with_slug('/')}x"])
def test_a_slug_stays_taken_when_the_post_that_has_it_cannot_move(two: Desk, stays: str) -> None:
    two.put("one.md", stays)
    two.put("two.md", f"{with_slug('one')}second words")
    two.put("three.md", f"{with_slug('two', POST)}third words")
    plan = two.export("one.md", "two.md", "three.md", "all.md")
    assert sorted(plan.refused) == ["one.md", "three.md", "two.md"]
    assert "first words" in two.text("one")
    assert "second words" in two.text("two")


def test_a_slug_stays_taken_when_the_site_cannot_hold_the_post_that_has_it(two: Desk) -> None:
    """That shows only when its text is written for the generator."""
    two.put("one.md", f"{with_slug('new')}`{{{{< no end`")
    two.put("two.md", f"{with_slug('one')}second words")
    two.put("three.md", f"{with_slug('two', POST)}third words")
    plan = two.export("one.md", "two.md", "three.md", "all.md")
    assert sorted(plan.refused) == ["one.md", "three.md", "two.md"]
    assert "first words" in two.text("one")
    assert '[one]({{< relref "/posts/one" >}})' in two.text("all")
