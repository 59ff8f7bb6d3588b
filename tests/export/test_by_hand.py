"""What a person changed in the site: kept, merged or overwritten, as they say, and never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.export.manifest import MANIFEST_NAME
from notekeep.markdown.text_merge import find_regions, merge_with_site
from tests.support.blog import POST, PUBLISHED, Blog, plan_posts, statuses
from tests.support.sites import make_source

if TYPE_CHECKING:
    from notekeep.export.plan import ExportPlan, SiteChange

FILE = "content/posts/a/index.md"
TEXT = f"{POST}start\n\none\n\ntwo\n\nthree\n\nfour\n"


def by_hand(blog: Blog, old: str = "three\n", new: str = "three, by hand\n") -> None:
    """Change a line of the post in the site."""
    blog.file("a").write_text(blog.text("a").replace(old, new))


def the_post(plan: ExportPlan) -> SiteChange:
    return next(file for file in plan.files if file.path == FILE)


@pytest.fixture
def edited(blog: Blog) -> Blog:
    """A post whose third line was changed in the site and whose first was changed in the note."""
    blog.put("a.md", TEXT)
    blog.export("a.md")
    by_hand(blog)
    blog.put("a.md", TEXT.replace("one\n", "one, in the note\n"))
    return blog


def test_a_conflict_shows_what_each_side_changed_since_the_last_export(edited: Blog) -> None:
    (conflict,) = edited.plan("a.md").conflicts
    assert conflict.can_merge
    lines = edited.text("a").splitlines()
    assert conflict.diff().splitlines()[2:] == [
        " <!--more-->",
        " ",
        f"@@ line {lines.index('one') + 1}: changed in the note @@",
        "-one",
        "+one, in the note",
        *(" ", " two", " "),
        f"@@ line {lines.index('three, by hand') + 1}: changed in the site @@",
        "-three",
        "+three, by hand",
        *(" ", " four"),
    ]


def test_merging_takes_both_changes_and_is_quiet_afterwards(edited: Blog) -> None:
    plan = edited.export("a.md", by_hand="merge")
    assert the_post(plan).why == "merged with your edits on the site"
    assert "one, in the note\n\ntwo\n\nthree, by hand\n" in edited.text("a")
    assert edited.plan("a.md").is_empty
    assert edited.plan("a.md").conflicts == []


def test_after_a_merge_the_next_change_of_the_note_meets_the_hand_s_again(edited: Blog) -> None:
    edited.export("a.md", by_hand="merge")
    edited.put("a.md", TEXT.replace("one\n", "one, once more\n"))
    assert edited.plan("a.md").conflicts
    edited.export("a.md", by_hand="merge")
    assert "one, once more\n\ntwo\n\nthree, by hand\n" in edited.text("a")


def test_keeping_leaves_the_file_and_asks_again_when_the_note_changes(edited: Blog) -> None:
    before = edited.text("a")
    plan = edited.export("a.md", by_hand="keep")
    assert statuses(plan) == {MANIFEST_NAME: "changed", FILE: "unchanged"}
    assert edited.text("a") == before
    assert edited.plan("a.md").is_empty
    by_hand(edited, "four", "four, by hand")
    assert edited.plan("a.md").conflicts, "what was kept is not what is there now"
    edited.export("a.md", by_hand="keep")
    edited.put("a.md", TEXT.replace("two", "two, in the note"))
    assert edited.plan("a.md").conflicts, "what the note says now is not what was known then"
    edited.export("a.md", by_hand="merge")
    assert "two, in the note\n\nthree, by hand\n\nfour, by hand" in edited.text("a")


def test_overwriting_is_what_undo_takes_back(edited: Blog) -> None:
    before = edited.text("a")
    edited.export("a.md", by_hand="overwrite")
    assert "by hand" not in edited.text("a")
    edited.history.undo(edited.root)
    assert edited.text("a") == before


def test_changes_of_the_same_line_are_never_merged(edited: Blog) -> None:
    edited.put("a.md", TEXT.replace("three\n", "three, in the note\n"))
    before = edited.text("a")
    plan = edited.export("a.md", by_hand="merge")
    (conflict,) = plan.conflicts
    assert not conflict.can_merge
    assert "+site: three, by hand\n+note: three, in the note\n" in conflict.diff()
    assert edited.text("a") == before


def test_without_the_history_of_the_last_export_nothing_is_merged(edited: Blog) -> None:
    before = edited.text("a")
    source = make_source(edited.root)
    plan = plan_posts(source, ["a.md"], target="hugo", site=edited.site, options=edited.options)
    (conflict,) = plan.conflicts
    assert conflict.base is None
    assert not conflict.can_merge
    assert "-three, by hand" in conflict.diff()
    edited.write(plan)
    assert edited.text("a") == before


def test_a_file_of_somebody_else_is_neither_merged_nor_kept(blog: Blog) -> None:
    blog.put("a.md", TEXT)
    blog.file("a").parent.mkdir(parents=True)
    blog.file("a").write_text("a post of mine\n")
    for how in ("merge", "keep"):
        plan = blog.plan("a.md", by_hand=how)
        assert [file.why for file in plan.conflicts] == ["not created by notekeep"]


def test_line_ends_of_the_site_stay_as_they_are_when_both_are_merged(edited: Blog) -> None:
    edited.file("a").write_bytes(edited.file("a").read_bytes().replace(b"\n", b"\r\n"))
    edited.export("a.md", by_hand="merge")
    data = edited.file("a").read_bytes()
    assert b"one, in the note\r\n\r\ntwo\r\n\r\nthree, by hand\r\n" in data
    assert data.count(b"\n") == data.count(b"\r\n")


def test_stretches_tell_who_changed_what() -> None:
    base, site, note = b"a\nb\nc\nd\ne\nf\n", b"a\nB\nc\nX\ne\nf\n", b"a\nb\nC\nc\nY\ne\ng\n"
    found = [(one.side, one.base, one.site, one.note) for one in find_regions(base, site, note)]
    assert found == [
        ("same", ["a"], ["a"], ["a"]),
        ("clash", ["b"], ["B"], ["b", "C"]),
        ("same", ["c"], ["c"], ["c"]),
        ("clash", ["d"], ["X"], ["Y"]),
        ("same", ["e"], ["e"], ["e"]),
        ("note", ["f"], ["f"], ["g"]),
    ]
    assert merge_with_site(base, site, note) is None
    assert merge_with_site(b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\nC\n") == b"A\nb\nC\n"


def test_a_note_that_notekeep_renamed_keeps_its_post(blog: Blog) -> None:
    blog.put("a.md", TEXT)
    blog.export("a.md")
    with blog.history.step("rename", "", root=blog.root) as step:
        step.move("a.md", "Another title.md")
    plan = blog.export("Another title.md")
    assert statuses(plan)[FILE] == "changed"
    assert blog.manifest.posts["a"].note == "Another title.md"
    assert list(blog.manifest.posts) == ["a"]


def test_an_edit_that_the_note_has_by_now_is_no_conflict(blog: Blog) -> None:
    blog.put("a.md", TEXT)
    blog.export("a.md")
    by_hand(blog, "title: 'a'", "title: 'A thing'")
    by_hand(blog)
    there = POST.replace("type: post", "type: post\ntitle: A thing\ndraft: false")
    blog.put("a.md", TEXT.replace(POST, there).replace("two", "two, later"))
    assert blog.plan("a.md").conflicts, "one edit of the site is not in the note"
    blog.put("a.md", (blog.root / "a.md").read_text().replace("three", "three, by hand"))
    blog.export("a.md")
    assert "draft: false\n" in blog.text("a")
    assert "two, later\n\nthree, by hand\n" in blog.text("a")


def test_a_teaser_mark_of_a_longer_post_is_nobody_s_edit(blog: Blog) -> None:
    blog.put("a.md", f"{POST}start\n")
    blog.export("a.md")
    by_hand(blog, "start\n", "start\n\nmore\n")
    blog.put("a.md", f"{POST}start\n\nmore\n")
    blog.export("a.md")
    assert blog.text("a").endswith("start\n\n<!--more-->\n\nmore\n")
    by_hand(blog, "<!--more-->\n\n", "")
    assert blog.plan("a.md").conflicts, "who removes the mark does not want it back"


def test_a_post_that_was_published_in_the_site_is_not_called_hidden(blog: Blog) -> None:
    blog.put("a.md", TEXT)
    assert "hides it" in blog.export("a.md").draft_notice
    by_hand(blog, "draft: true", "draft: false")
    blog.put("a.md", TEXT.replace("one", "one, in the note"))
    assert blog.plan("a.md").draft_notice == ""
    assert blog.export("a.md", by_hand="merge").draft_notice == ""


DRAFT, PUBLISHED_AT = "_drafts/a.md", "_posts/2026-03-04-a.md"


@pytest.fixture
def published(blog: Blog) -> Blog:
    """A draft that was edited in a Jekyll site and is published in the note since."""
    blog.target = "jekyll"
    (blog.site / "_config.yml").write_text("title: x\n")
    (blog.site / "Gemfile").touch()
    blog.put("a.md", TEXT)
    blog.export("a.md")
    draft = blog.site / DRAFT
    draft.write_text(draft.read_text().replace("three", "three, by hand"))
    blog.put("a.md", TEXT.replace(POST, PUBLISHED).replace("one", "one, in the note"))
    return blog


@pytest.mark.parametrize("how", ["", "keep"])
def test_an_edited_draft_stays_where_it_is_until_its_edit_is_settled(
    published: Blog, how: str
) -> None:
    draft = published.tree()[DRAFT]
    published.export("a.md", by_hand=how)
    assert published.tree()[DRAFT] == draft
    assert PUBLISHED_AT not in published.tree()
    assert [file.path for file in published.plan("a.md").conflicts] == [DRAFT]


@pytest.mark.parametrize(("how", "third"), [("merge", "three, by hand"), ("overwrite", "three")])
def test_an_edited_draft_is_published_with_what_was_chosen(
    published: Blog, how: str, third: str
) -> None:
    before = published.tree()
    published.export("a.md", by_hand=how)
    tree = published.tree()
    assert DRAFT not in tree
    assert f"one, in the note\n\ntwo\n\n{third}\n" in tree[PUBLISHED_AT].decode()
    assert published.plan("a.md").is_empty
    published.history.undo(published.root)
    assert published.tree() == before
