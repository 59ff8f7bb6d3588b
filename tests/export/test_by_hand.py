"""What a person changed in the site: kept, merged or overwritten, as they say, and never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notekeep.export.manifest import MANIFEST_NAME
from notekeep.markdown.text_merge import find_regions, merge_with_site
from tests.support.desk import POST, PUBLISHED, Desk, plan_posts, statuses
from tests.support.sites import make_source

if TYPE_CHECKING:
    from notekeep.export.plan import ExportPlan, SiteChange

FILE = "content/posts/a/index.md"
TEXT = f"{POST}start\n\none\n\ntwo\n\nthree\n\nfour\n"


def by_hand(desk: Desk, old: str = "three\n", new: str = "three, by hand\n") -> None:
    """Change a line of the post in the site."""
    desk.file("a").write_text(desk.text("a").replace(old, new))


def the_post(plan: ExportPlan) -> SiteChange:
    return next(file for file in plan.files if file.path == FILE)


@pytest.fixture
def edited(desk: Desk) -> Desk:
    """A post whose third line was changed in the site and whose first was changed in the note."""
    desk.put("a.md", TEXT)
    desk.export("a.md")
    by_hand(desk)
    desk.put("a.md", TEXT.replace("one\n", "one, in the note\n"))
    return desk


def test_a_conflict_shows_what_each_side_changed_since_the_last_export(edited: Desk) -> None:
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


def test_merging_takes_both_changes_and_is_quiet_afterwards(edited: Desk) -> None:
    plan = edited.export("a.md", by_hand="merge")
    assert the_post(plan).why == "merged with your edits on the site"
    assert "one, in the note\n\ntwo\n\nthree, by hand\n" in edited.text("a")
    assert edited.plan("a.md").is_empty
    assert edited.plan("a.md").conflicts == []


def test_after_a_merge_the_next_change_of_the_note_meets_the_hand_s_again(edited: Desk) -> None:
    edited.export("a.md", by_hand="merge")
    edited.put("a.md", TEXT.replace("one\n", "one, once more\n"))
    assert edited.plan("a.md").conflicts
    edited.export("a.md", by_hand="merge")
    assert "one, once more\n\ntwo\n\nthree, by hand\n" in edited.text("a")


def test_keeping_leaves_the_file_and_asks_again_when_the_note_changes(edited: Desk) -> None:
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


def test_overwriting_is_what_undo_takes_back(edited: Desk) -> None:
    before = edited.text("a")
    edited.export("a.md", by_hand="overwrite")
    assert "by hand" not in edited.text("a")
    edited.history.undo(edited.root)
    assert edited.text("a") == before


def test_changes_of_the_same_line_are_never_merged(edited: Desk) -> None:
    edited.put("a.md", TEXT.replace("three\n", "three, in the note\n"))
    before = edited.text("a")
    plan = edited.export("a.md", by_hand="merge")
    (conflict,) = plan.conflicts
    assert not conflict.can_merge
    assert "+site: three, by hand\n+note: three, in the note\n" in conflict.diff()
    assert edited.text("a") == before


def test_without_the_history_of_the_last_export_nothing_is_merged(edited: Desk) -> None:
    before = edited.text("a")
    source = make_source(edited.root)
    plan = plan_posts(source, ["a.md"], target="hugo", site=edited.site, options=edited.options)
    (conflict,) = plan.conflicts
    assert conflict.base is None
    assert not conflict.can_merge
    assert "-three, by hand" in conflict.diff()
    edited.write(plan)
    assert edited.text("a") == before


def test_a_file_of_somebody_else_is_neither_merged_nor_kept(desk: Desk) -> None:
    desk.put("a.md", TEXT)
    desk.file("a").parent.mkdir(parents=True)
    desk.file("a").write_text("a post of mine\n")
    for how in ("merge", "keep"):
        plan = desk.plan("a.md", by_hand=how)
        assert [file.why for file in plan.conflicts] == ["not created by notekeep"]


def test_line_ends_of_the_site_stay_as_they_are_when_both_are_merged(edited: Desk) -> None:
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


def test_a_note_that_notekeep_renamed_keeps_its_post(desk: Desk) -> None:
    desk.put("a.md", TEXT)
    desk.export("a.md")
    with desk.history.step("rename", "", root=desk.root) as step:
        step.move("a.md", "Another title.md")
    plan = desk.export("Another title.md")
    assert statuses(plan)[FILE] == "changed"
    assert desk.manifest.posts["a"].note == "Another title.md"
    assert list(desk.manifest.posts) == ["a"]


def test_an_edit_that_the_note_has_by_now_is_no_conflict(desk: Desk) -> None:
    desk.put("a.md", TEXT)
    desk.export("a.md")
    by_hand(desk, "title: 'a'", "title: 'A thing'")
    by_hand(desk)
    there = POST.replace("type: post", "type: post\ntitle: A thing\ndraft: false")
    desk.put("a.md", TEXT.replace(POST, there).replace("two", "two, later"))
    assert desk.plan("a.md").conflicts, "one edit of the site is not in the note"
    desk.put("a.md", (desk.root / "a.md").read_text().replace("three", "three, by hand"))
    desk.export("a.md")
    assert "draft: false\n" in desk.text("a")
    assert "two, later\n\nthree, by hand\n" in desk.text("a")


def test_a_teaser_mark_of_a_longer_post_is_nobody_s_edit(desk: Desk) -> None:
    desk.put("a.md", f"{POST}start\n")
    desk.export("a.md")
    by_hand(desk, "start\n", "start\n\nmore\n")
    desk.put("a.md", f"{POST}start\n\nmore\n")
    desk.export("a.md")
    assert desk.text("a").endswith("start\n\n<!--more-->\n\nmore\n")
    by_hand(desk, "<!--more-->\n\n", "")
    assert desk.plan("a.md").conflicts, "who removes the mark does not want it back"


def test_a_post_that_was_published_in_the_site_is_not_called_hidden(desk: Desk) -> None:
    desk.put("a.md", TEXT)
    assert "hides it" in desk.export("a.md").draft_notice
    by_hand(desk, "draft: true", "draft: false")
    desk.put("a.md", TEXT.replace("one", "one, in the note"))
    assert desk.plan("a.md").draft_notice == ""
    assert desk.export("a.md", by_hand="merge").draft_notice == ""


DRAFT, PUBLISHED_AT = "_drafts/a.md", "_posts/2026-03-04-a.md"


@pytest.fixture
def published(desk: Desk) -> Desk:
    """A draft that was edited in a Jekyll site and is published in the note since."""
    desk.target = "jekyll"
    (desk.site / "_config.yml").write_text("title: x\n")
    (desk.site / "Gemfile").touch()
    desk.put("a.md", TEXT)
    desk.export("a.md")
    draft = desk.site / DRAFT
    draft.write_text(draft.read_text().replace("three", "three, by hand"))
    desk.put("a.md", TEXT.replace(POST, PUBLISHED).replace("one", "one, in the note"))
    return desk


@pytest.mark.parametrize("how", ["", "keep"])
def test_an_edited_draft_stays_where_it_is_until_its_edit_is_settled(
    published: Desk, how: str
) -> None:
    draft = published.tree()[DRAFT]
    published.export("a.md", by_hand=how)
    assert published.tree()[DRAFT] == draft
    assert PUBLISHED_AT not in published.tree()
    assert [file.path for file in published.plan("a.md").conflicts] == [DRAFT]


@pytest.mark.parametrize(("how", "third"), [("merge", "three, by hand"), ("overwrite", "three")])
def test_an_edited_draft_is_published_with_what_was_chosen(
    published: Desk, how: str, third: str
) -> None:
    before = published.tree()
    published.export("a.md", by_hand=how)
    tree = published.tree()
    assert DRAFT not in tree
    assert f"one, in the note\n\ntwo\n\n{third}\n" in tree[PUBLISHED_AT].decode()
    assert published.plan("a.md").is_empty
    published.history.undo(published.root)
    assert published.tree() == before
