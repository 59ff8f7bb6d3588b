"""An export as a whole: planned, written, made again, undone; nothing of a person's is lost."""

from __future__ import annotations

import gc
import json
import weakref
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from notekeep.errors import Conflict, NotekeepError, NotFound, Refused, UsageError
from notekeep.export.audit import Audit
from notekeep.export.manifest import MANIFEST_NAME, Manifest, ManifestEntry, VaultKey
from notekeep.export.pipeline import outgoing_files
from notekeep.export.targets.hugo import Hugo
from tests.support.blog import POST, PUBLISHED, Blog, plan_posts, statuses, write_plan
from tests.support.sites import make_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.post import Post
    from notekeep.export.source import VaultSource
    from notekeep.storage.history import History

    Write = Callable[[dict[str, str]], VaultSource]


LEADING_OUT = {
    "note": "a.md",
    "vault": "v",
    "date": "",
    "draft": True,
    "text": "",
    "ids": [],
    "files": {"../../x": "1"},
}


def test_a_plan_writes_nothing(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    before = blog.tree()
    plan = blog.plan("a.md")
    assert statuses(plan) == {MANIFEST_NAME: "new", "content/posts/a/index.md": "new"}
    assert blog.tree() == before


def test_what_is_written_is_what_was_planned(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    plan = blog.plan("a.md")
    exported = blog.write(plan)
    assert exported.written == [MANIFEST_NAME, "content/posts/a/index.md"]
    assert {f.path: f.after for f in plan.files} == {
        path: data for path, data in blog.tree().items() if path in statuses(plan)
    }


def test_a_plan_holds_nothing_of_what_is_known_of_every_note(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words, [[b]] and ![[b]]")
    blog.put("b.md", f"{PUBLISHED}other")
    gc.disable()
    try:
        source = make_source(blog.root)
        known = weakref.ref(source.notes)
        plan = plan_posts(source, ["a.md", "b.md"], target="hugo", site=blog.site)
        assert Audit(source, plan).find(outgoing_files(plan)) == []
        del source
        assert known() is None, "the names of all notes are kept until a collection"
    finally:
        gc.enable()


def test_a_second_export_writes_nothing(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words, [[b]] and ![[p.png]]")
    blog.put("b.md", f"{POST}other")
    (blog.root / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    blog.export("a.md", "b.md")
    before = {path: path.stat().st_mtime_ns for path in blog.site.rglob("*")}
    plan = blog.plan("b.md", "a.md")
    assert plan.is_empty
    assert blog.write(plan).written == []
    assert {path: path.stat().st_mtime_ns for path in blog.site.rglob("*")} == before


def test_a_change_of_the_note_is_a_change_of_one_file_with_its_diff(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.export("a.md")
    blog.put("a.md", f"{POST}other words")
    plan = blog.plan("a.md")
    assert statuses(plan) == {MANIFEST_NAME: "changed", "content/posts/a/index.md": "changed"}
    diff = next(file for file in plan.files if file.path.endswith("index.md")).diff()
    assert "-words\n+other words\n" in diff


def test_a_file_changed_by_hand_is_left_alone_and_told(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.export("a.md")
    blog.file("a").write_text(blog.text("a") + "by hand\n")
    blog.put("a.md", f"{POST}other words")
    plan = blog.plan("a.md")
    (conflict,) = plan.conflicts
    assert conflict.why == "edited on the site"
    assert "+site: by hand" in conflict.diff()
    exported = blog.write(plan)
    assert exported.conflicts == ["content/posts/a/index.md"]
    assert blog.text("a").endswith("by hand\n")
    assert "other" not in blog.text("a")
    assert blog.plan("a.md").conflicts


def test_a_file_changed_by_hand_is_overwritten_when_it_is_given_up(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.export("a.md")
    blog.file("a").write_text("by hand\n")
    blog.export("a.md", by_hand="overwrite")
    assert "words" in blog.text("a")
    assert b"by hand\n" in [
        blog.history.blobs.read(change.before)
        for listed in blog.history.steps()
        for change in listed.record.changes
        if change.before
    ]


def test_a_file_that_notekeep_did_not_make_is_not_its_own(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.file("a").parent.mkdir(parents=True)
    blog.file("a").write_text("a post of mine\n")
    (conflict,) = blog.plan("a.md").conflicts
    assert conflict.why == "not created by notekeep"
    blog.export("a.md")
    assert blog.text("a") == "a post of mine\n"


def test_line_ends_of_version_control_are_no_change_by_hand(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.export("a.md")
    blog.file("a").write_bytes(blog.file("a").read_bytes().replace(b"\n", b"\r\n"))
    assert blog.plan("a.md").is_empty


def test_an_export_is_one_step_and_undo_takes_it_back(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.put("b.md", f"{POST}words")
    before = blog.tree()
    blog.export("a.md", "b.md")
    (step,) = blog.history.steps()
    assert step.record.label == "2 notes to Hugo"
    blog.history.undo(blog.root)
    assert blog.tree() == before


def test_a_file_that_changes_between_plan_and_writing_is_a_conflict(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.export("a.md")
    blog.put("a.md", f"{POST}other words")
    plan = blog.plan("a.md")
    blog.file("a").write_text("by hand\n")
    before = blog.tree()
    with pytest.raises(Conflict):
        blog.write(plan)
    assert blog.tree() == before


def test_a_site_that_cannot_be_written_stays_as_it_is(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.put("b.md", f"{POST}words")
    plan = blog.plan("a.md", "b.md")
    (blog.site / "content" / "posts").mkdir()
    (blog.site / "content" / "posts" / "b").write_text("a file where a folder should be")
    before = blog.tree()
    with pytest.raises(NotekeepError):
        blog.write(plan)
    assert blog.tree() == before


# Slugs and dates


def test_slug_and_date_are_chosen_once(blog: Blog) -> None:
    blog.put("a.md", "# First title\n\nwords")
    blog.export("a.md")
    entry = blog.manifest.posts["first-title"]
    assert entry.date == "2026-11-24T17:30:00+05:30"
    blog.put("a.md", "# Second title\n\nwords")
    later = replace(blog.options, now=None)
    plan = plan_posts(
        make_source(blog.root), ["a.md"], target="hugo", site=blog.site, options=later
    )
    assert statuses(plan)["content/posts/first-title/index.md"] == "changed"
    blog.write(plan)
    assert blog.manifest.posts["first-title"].date == entry.date
    assert "title: 'Second title'" in blog.text("first-title")


def test_a_new_slug_in_the_note_moves_the_post(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.export("a.md")
    blog.put("a.md", POST.replace("type", "slug: moved\ntype") + "words")
    plan = blog.plan("a.md")
    assert statuses(plan)["content/posts/moved/index.md"] == "new"
    assert statuses(plan)["content/posts/a/index.md"] == "removed"
    blog.write(plan)
    assert not blog.file("a").parent.exists()
    assert list(blog.manifest.posts) == ["moved"]
    assert "aliases" not in blog.text("moved"), "nobody could know the address of a draft"


def test_a_published_post_that_gets_another_slug_leads_visitors_on(blog: Blog) -> None:
    blog.put("a.md", f"{PUBLISHED}words")
    blog.export("a.md")
    for slug in ("second", "third"):
        blog.put("a.md", PUBLISHED.replace("type", f"slug: {slug}\ntype") + "words")
        blog.export("a.md")
    assert "aliases: ['/posts/a/', '/posts/second/']" in blog.text("third")
    assert blog.manifest.posts["third"].former == ["a", "second"]
    blog.put("a.md", PUBLISHED.replace("type", "slug: a\ntype") + "words")
    blog.export("a.md")
    assert "aliases: ['/posts/second/', '/posts/third/']" in blog.text("a")
    assert blog.plan("a.md").is_empty


def test_a_post_that_was_changed_by_hand_stays_when_its_note_gets_another_slug(blog: Blog) -> None:
    blog.put("a.md", f"{PUBLISHED}words")
    blog.export("a.md")
    blog.file("a").write_text(blog.text("a") + "by hand\n")
    blog.put("a.md", PUBLISHED.replace("type", "slug: moved\ntype") + "words")
    plan = blog.export("a.md", prune=True)
    assert statuses(plan)["content/posts/a/index.md"] == "orphan"
    assert "by hand" in blog.text("a")
    assert "aliases" not in blog.text("moved"), "a page is still there"
    assert "content/posts/a/index.md" in statuses(blog.plan("a.md")), "it is told again"


def test_what_a_post_that_stays_links_to_is_not_pruned(blog: Blog) -> None:
    blog.put("a.md", f"{PUBLISHED}see [[b]]")
    blog.put("b.md", f"{PUBLISHED}words")
    blog.put("c.md", f"{PUBLISHED}other")
    blog.export("a.md", "b.md", "c.md")
    (blog.root / "b.md").unlink()
    blog.put("a.md", f"{PUBLISHED}unfinished, see [[b]]")
    plan = blog.export("c.md", prune=True)
    (orphan,) = [file for file in plan.files if file.status == "orphan"]
    assert "the post of a.md links to it" in orphan.why
    blog.export("a.md", prune=True)
    assert not blog.file("b").exists()
    assert "unfinished, see b" in blog.text("a")


@pytest.mark.parametrize("order", [("x/One.md", "y/one.md"), ("y/one.md", "x/One.md")])
def test_two_notes_that_want_one_slug_are_both_refused(blog: Blog, order: tuple[str, str]) -> None:
    for path in order:
        blog.put(path, f"{POST}words")
    plan = blog.plan(*order)
    assert sorted(plan.refused) == ["x/One.md", "y/one.md"]
    assert "slug=one-2" in plan.refused["x/One.md"].hint
    assert plan.is_empty


def test_a_slug_that_another_note_s_post_has_is_refused(blog: Blog) -> None:
    blog.put("x/one.md", f"{POST}words")
    blog.export("x/one.md")
    blog.put("y/One.md", f"{POST}words")
    with pytest.raises(Refused, match=r"x/one\.md"):
        blog.plan("y/One.md")


def test_a_note_that_was_moved_keeps_its_post(blog: Blog) -> None:
    blog.put("x/one.md", f"{POST}words")
    blog.export("x/one.md")
    (blog.root / "x" / "one.md").rename(blog.root / "one.md")
    plan = blog.plan("one.md")
    assert statuses(plan)["content/posts/one/index.md"] == "unchanged"
    blog.write(plan)
    assert blog.manifest.posts["one"].note == "one.md"


def test_what_was_done_in_a_vault_is_read_only_when_a_note_is_gone(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog.put("x/one.md", f"{POST}words")
    blog.export("x/one.md")
    log = Mock(return_value=[])
    monkeypatch.setattr(blog.history, "records", log)
    blog.plan("x/one.md")
    log.assert_not_called()
    (blog.root / "x" / "one.md").unlink()
    blog.put("two.md", f"{POST}words")
    blog.plan("two.md")
    log.assert_called_once()


@pytest.mark.parametrize("slug", ["../../x", "/x", "CON", "x" * 300, "a/b"])
def test_a_slug_that_leads_elsewhere_stops_the_note(blog: Blog, slug: str) -> None:
    blog.put("a.md", f"---\nslug: {slug}\n---\nwords")
    with pytest.raises(Refused, match=r"a\.md: .*slug"):
        blog.plan("a.md")


# Several notes


def test_one_bad_note_hides_none_of_the_others(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words, see [[b]] and [[c]]")
    blog.put("b.md", f"{POST}not closed %% here")
    blog.put("c.md", f"{POST}`{{{{< no end`")
    plan = blog.plan("a.md", "b.md", "c.md")
    assert [planned.post.path for planned in plan.posts] == ["a.md"]
    assert {path: error.line for path, error in plan.refused.items()} == {"b.md": 5, "c.md": 5}
    blog.write(plan)
    assert "words, see b and c" in blog.text("a")


def test_a_query_takes_what_is_marked_and_tells_how_many_are_not(blog: Blog) -> None:
    blog.put("a.md", "---\npublish: true\n---\nwords")
    blog.put("b.md", "words")
    blog.put("c.md", "---\npublish: false\n---\nwords")
    plan = blog.plan("a.md", "b.md", "c.md", named=False)
    assert [planned.post.path for planned in plan.posts] == ["a.md"]
    assert list(plan.refused) == ["c.md"]
    assert "1 of 3 notes were skipped" in plan.warnings[0]


def test_only_what_is_named_may_be_refused_by_an_error(blog: Blog) -> None:
    blog.put("b.md", "words")
    with pytest.raises(Refused, match="not marked publish: true"):
        blog.plan("b.md", named=False)


def test_links_between_posts_are_made_and_links_to_drafts_are_not(blog: Blog) -> None:
    blog.put("a.md", f"{PUBLISHED}[[b]] and [[c]]")
    blog.put("b.md", f"{PUBLISHED}words")
    blog.put("c.md", f"{POST}[[a]]")
    blog.export("a.md", "b.md", "c.md")
    assert '[b]({{< relref "/posts/b" >}}) and c' in blog.text("a")
    assert '[a]({{< relref "/posts/a" >}})' in blog.text("c")


def test_a_post_is_linked_anew_when_the_target_is_published(blog: Blog) -> None:
    blog.put("a.md", f"{PUBLISHED}see [[b#Part]]")
    blog.put("b.md", f"{PUBLISHED}# b\n\nx\n\n## Part\n\ny")
    blog.export("a.md")
    assert "see b > Part" in blog.text("a")
    blog.export("b.md")
    assert '[b > Part]({{< relref "/posts/b#part" >}})' in blog.text("a")
    assert "## Part {#part}" in blog.text("b")
    assert blog.plan("a.md", "b.md").is_empty


def test_a_post_whose_note_has_changed_is_not_written_unasked(blog: Blog) -> None:
    blog.put("a.md", f"{PUBLISHED}see [[b]]")
    blog.put("b.md", f"{PUBLISHED}words")
    blog.export("a.md")
    blog.put("a.md", f"{PUBLISHED}unfinished, see [[b]]")
    blog.export("b.md")
    assert "unfinished" not in blog.text("a")


def test_an_earlier_post_gets_the_id_that_a_new_link_needs(blog: Blog) -> None:
    blog.put("b.md", f"{PUBLISHED}x\n\n## Part\n\ny")
    blog.export("b.md")
    blog.put("a.md", f"{PUBLISHED}see [[b#Part]]")
    blog.export("a.md")
    assert "## Part {#part}" in blog.text("b")


@pytest.mark.parametrize(
    ("policy", "words"),
    [("text", "see b words."), ("strip", "see ."), ("stub", "see b words (unpublished).")],
)
def test_a_link_to_a_note_without_a_post_follows_the_policy(
    blog: Blog, policy: str, words: str
) -> None:
    blog.put("a.md", f"{POST}see [[b|b words]].")
    blog.put("b.md", "x")
    blog.export("a.md", unpublished=policy)
    assert words in blog.text("a")


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        (None, False),
        ("{}", True),
        ('{"strictLineBreaks": false}', True),
        ('{"strictLineBreaks": true}', False),
        ("not json", True),
    ],
)
def test_line_breaks_are_those_that_obsidian_shows(
    blog: Blog, settings: str | None, *, kept: bool
) -> None:
    blog.put("a.md", f"{POST}one\ntwo")
    if settings is not None:
        blog.put(".obsidian/app.json", settings)
    blog.export("a.md")
    assert ("one\\\ntwo" in blog.text("a")) is kept
    blog.export("a.md", linebreaks="join")
    assert "one\ntwo" in blog.text("a")


@pytest.mark.parametrize(
    ("cover", "written"),
    [
        ("p.png", "images: ['p.png']"),
        ('"[[p.png]]"', "images: ['p.png']"),
        ("https://example.org/c.png", "images: ['https://example.org/c.png']"),
        ("gone.png", ""),
        ("../../outside.png", ""),
    ],
)
def test_a_cover_goes_along_when_it_is_in_the_vault(blog: Blog, cover: str, written: str) -> None:
    blog.put("a.md", f"---\ncover: {cover}\n---\nwords")
    (blog.root / "p.png").write_bytes(b"1")
    plan = blog.export("a.md")
    assert written in blog.text("a")
    assert (written == "") == ("images" not in blog.text("a"))
    assert (written == "") == any("cover" in warning for warning in plan.warnings)


def test_a_cover_that_is_not_there_is_told_of_its_own_post_only(blog: Blog) -> None:
    blog.put("a.md", POST.replace("type", "cover: gone.png\ntype") + "words")
    blog.put("b.md", f"{POST}words")
    assert "a.md: The cover 'gone.png' does not exist." in blog.export("a.md").warnings
    assert not [line for line in blog.export("b.md").warnings if "cover" in line]


def test_keys_pass_when_they_are_named(blog: Blog) -> None:
    blog.put("a.md", "---\nmood: calm\n---\nwords")
    blog.export("a.md")
    assert "calm" not in blog.text("a")
    blog.export("a.md", extra_fields=("mood",))
    assert "mood: 'calm'" in blog.text("a")


# What is left behind


def test_the_post_of_a_note_that_is_gone_is_left_until_it_is_pruned(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.put("b.md", f"{POST}words")
    blog.export("a.md", "b.md")
    (blog.root / "b.md").unlink()
    plan = blog.export("a.md")
    (orphan,) = [file for file in plan.files if file.status == "orphan"]
    assert (orphan.path, orphan.why) == (
        "content/posts/b/index.md",
        "still in the site: its note is no longer in the vault",
    )
    assert blog.file("b").exists()
    assert blog.write(blog.plan("a.md", prune=True)).removed == [orphan.path]
    assert not blog.file("b").exists()
    assert list(blog.manifest.posts) == ["a"]


def test_the_post_of_a_note_that_became_private_is_told(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.put("b.md", f"{POST}words")
    blog.export("a.md", "b.md")
    blog.put("b.md", "---\nprivate: true\n---\nwords")
    plan = blog.plan("a.md")
    assert {f.path: f.why for f in plan.files if f.status == "orphan"} == {
        "content/posts/b/index.md": "still in the site: its note may no longer be exported"
    }


def test_pruning_leaves_what_was_changed_by_hand(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.put("b.md", f"{POST}words")
    blog.export("a.md", "b.md")
    blog.file("b").write_text("by hand\n")
    (blog.root / "b.md").unlink()
    blog.export("a.md", prune=True)
    assert blog.text("b") == "by hand\n"


def test_a_picture_that_is_private_by_now_is_called_so(blog: Blog) -> None:
    blog.put("a.md", f"{POST}![[p.png]]")
    (blog.root / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    blog.export("a.md")
    (blog.root / "private").mkdir()
    (blog.root / "p.png").rename(blog.root / "private" / "p.png")
    (left,) = [file for file in blog.plan("a.md").files if file.status == "orphan"]
    assert (left.path, left.why) == ("content/posts/a/p.png", "it is private now")


def test_a_picture_is_not_called_private_for_its_name(blog: Blog) -> None:
    blog.put("a.md", f"{POST}![[p.png]]")
    (blog.root / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    blog.export("a.md")
    (blog.root / "private").mkdir()
    (blog.root / "private/p.png").write_bytes(b"GIF89a of another thing")
    blog.put("a.md", f"{POST}![[private/p.png]]")
    (left,) = [file for file in blog.plan("a.md").files if file.status == "orphan"]
    assert (left.path, left.why) == ("content/posts/a/p.png", "the post no longer uses it")


def test_a_picture_that_a_post_uses_no_more_is_an_orphan(blog: Blog) -> None:
    blog.put("a.md", f"{POST}![[p.png]]")
    (blog.root / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    blog.export("a.md")
    blog.put("a.md", f"{POST}words")
    assert statuses(blog.export("a.md"))["content/posts/a/p.png"] == "orphan"
    assert statuses(blog.export("a.md", prune=True))["content/posts/a/p.png"] == "removed"
    assert statuses(blog.plan("a.md")) == {
        MANIFEST_NAME: "unchanged",
        "content/posts/a/index.md": "unchanged",
    }


def test_a_picture_that_loses_its_width_is_told(blog: Blog) -> None:
    blog.put("a.md", f"{POST}![p|90](https://x.org/b.png)\n\nsee ![p|90](https://x.org/b.png)")
    plan = blog.export("a.md")
    assert blog.text("a").count('width="90"') == 1
    assert [line for line in plan.warnings if "without its width" in line] == [
        "a.md, line 7: The site shows a picture without its width here."
    ]


@pytest.mark.parametrize("folder", ["_posts", "content/posts"])
def test_what_was_published_stays_so_until_the_note_says_otherwise(blog: Blog, folder: str) -> None:
    if folder == "_posts":
        (blog.site / "hugo.toml").unlink()
        (blog.site / "_config.yml").write_text("")
        blog.target = "jekyll"

    def published() -> bool:
        blog.export("a.md", "b.md")
        file = blog.site / blog.plan("b.md").posts[0].path
        if folder == "_posts":
            return file.parent.name == "_posts"
        return "draft: false" in file.read_text()

    blog.put("b.md", f"{POST}words")
    blog.put("a.md", f"{POST}see [[b]]")
    assert not published()
    blog.export("a.md", "b.md", draft=False)
    assert published()
    blog.put("b.md", f"{POST}more words")
    assert published()
    assert blog.plan("a.md", "b.md").is_empty
    blog.put("b.md", f"{POST[:-4]}draft: true\n---\nwords")
    assert not published()
    blog.put("b.md", f"{POST}words")
    assert not published(), "it is a draft like any other"


def test_what_a_note_published_itself_is_a_draft_when_the_note_says_so_no_more(blog: Blog) -> None:
    blog.put("a.md", f"{PUBLISHED}words")
    blog.export("a.md")
    assert "draft: false" in blog.text("a")
    blog.put("a.md", f"{POST}words")
    blog.export("a.md")
    assert "draft: true" in blog.text("a")


# The manifest


def test_the_manifest_knows_exported_notes_only_and_is_sorted(blog: Blog) -> None:
    blog.put("b.md", f"{POST}see [[Secret]]")
    blog.put("a.md", f"{POST}words")
    blog.put("Secret.md", "---\nprivate: true\n---\nx")
    blog.export("b.md", "a.md")
    text = (blog.site / MANIFEST_NAME).read_text()
    assert "Secret" not in text
    assert list(json.loads(text)["posts"]) == ["a", "b"]
    assert text.count("\n") > 20, "one thing a line, for merges"


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n",
        "[]",
        '{"format": 99, "posts": {}}',
        '{"format": 1, "posts": {"a": {}}}',
        json.dumps({"format": 1, "posts": {"a": LEADING_OUT}}),
    ],
)
def test_a_manifest_that_cannot_be_read_stops_the_export(blog: Blog, text: str) -> None:
    blog.put("a.md", f"{POST}words")
    (blog.site / MANIFEST_NAME).write_text(text)
    with pytest.raises(Refused):
        blog.plan("a.md")
    assert (blog.site / MANIFEST_NAME).read_text() == text


def test_a_manifest_reads_back_what_it_wrote(tmp_path: Path) -> None:
    entry = ManifestEntry(
        "a.md", "v", "2026-03-04T00:00:00+00:00", draft=False, text="1", ids=["b", "a"]
    )
    entry.files = {"x.md": "2", "a.png": "3"}
    (tmp_path / MANIFEST_NAME).write_bytes(Manifest({"é": entry, "a": entry}).data())
    back = Manifest.read(str(tmp_path))
    assert list(back.posts) == ["a", "é"]
    assert back.posts["a"].ids == ["a", "b"]
    assert back.posts["a"].files == entry.files
    assert back.data() == Manifest({"é": entry, "a": entry}).data()


# Portable drafts


def test_without_a_site_a_draft_goes_beside_the_vault(write_vault: Write, history: History) -> None:
    source = write_vault({"a.md": "# A\n\nsee [[b]] and ![[p.png|20]]", "b.md": "b", "p.png": "1"})
    plan = plan_posts(source, ["a.md", "b.md"], key=VaultKey.of_folder("mine"))
    folder = Path(f"{source.root}-drafts")
    assert Path(plan.site) == folder
    assert not folder.exists()
    write_plan(plan, source, history)
    assert (folder / "a.md").read_text() == (
        '# A\n\nsee [b](b.md) and <img src="a.assets/p.png" alt="p" width="20">'
    )
    assert (folder / "a.assets" / "p.png").read_bytes() == b"1"
    assert plan_posts(source, ["a.md", "b.md"], key=VaultKey.of_folder("mine")).is_empty


def test_a_portable_note_keeps_its_line_ends_and_its_last_line(
    write_vault: Write, history: History
) -> None:
    text = "\r\n# A\r\n\r\nwords\r\n\r\n"
    source = write_vault({"a.md": text})
    plan = plan_posts(source, ["a.md"], key=VaultKey.of_folder("mine"))
    write_plan(plan, source, history)
    assert (Path(plan.site) / "a.md").read_bytes() == text.encode()


def test_a_target_that_needs_a_site_asks_for_it(write_vault: Write) -> None:
    with pytest.raises(UsageError, match="needs the folder of the site"):
        plan_posts(write_vault({"a.md": "a"}), ["a.md"], target="hugo")


def test_a_site_that_is_none_is_an_error(write_vault: Write, tmp_path: Path) -> None:
    source = write_vault({"a.md": "a"})
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFound):
        plan_posts(source, ["a.md"], site=tmp_path / "gone")
    with pytest.raises(NotFound):
        plan_posts(source, ["a.md"], target="nikola", site=tmp_path / "empty")


def test_an_empty_folder_is_a_site_of_portable_drafts(write_vault: Write, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    plan = plan_posts(write_vault({"a.md": "a"}), ["a.md"], site=tmp_path / "empty")
    assert plan.target == "portable"


@pytest.mark.parametrize("at", ["reading", "writing"])
def test_an_unforeseen_error_refuses_one_note_and_no_other(
    blog: Blog, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    for name in ("a", "b", "c"):
        blog.put(f"{name}.md", f"{POST}words, see [[b]]")
    source = make_source(blog.root)
    if at == "writing":
        head = Hugo.head

        def head_of_others(self: Hugo, post: Post, cover: str) -> str:
            return head(self, post, cover if is_other(post.path) else "")

        monkeypatch.setattr(Hugo, "head", head_of_others)
    else:
        data = source.read
        source = replace(source, read=lambda path: data(path) if is_other(path) else b"")
    plan = plan_posts(
        source, ["a.md", "b.md", "c.md"], target="hugo", site=blog.site, options=blog.options
    )
    assert [*plan.refused] == ["b.md"]
    assert "Internal error: ZeroDivisionError" in plan.refused["b.md"].message
    blog.write(plan)
    assert blog.file("a").exists()
    assert blog.file("c").exists()
    assert not blog.file("b").exists()


def is_other(path: str) -> bool:
    """Whether a note is another than `b.md`, about which it cannot be told."""
    if path == "b.md":
        raise ZeroDivisionError("division by zero")
    return True
