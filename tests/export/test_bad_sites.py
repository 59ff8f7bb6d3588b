"""A site that is none, is closed, or is in a merge: told, and nothing is half-written."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import NotekeepError, NotFound, Refused, UsageError
from notekeep.export.manifest import MANIFEST_NAME
from tests.support.blog import POST, PUBLISHED, Blog, plan_posts
from tests.support.programs import needed
from tests.support.sites import folder_with, make_source

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_that_is_no_site_is_told_with_what_is_missing(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    (blog.site / "hugo.toml").unlink()
    before = blog.tree()
    with pytest.raises(
        NotFound, match=r"does not look like a site of Hugo: there is no hugo\.toml"
    ):
        blog.plan("a.md")
    source = make_source(blog.root)
    with pytest.raises(NotFound, match="does not look like a site of") as caught:
        plan_posts(source, ["a.md"], site=blog.site)
    assert "--to" in caught.value.hint
    with pytest.raises(NotFound, match="There is no folder"):
        plan_posts(source, ["a.md"], site=blog.site / "nowhere")
    assert blog.tree() == before


def test_settings_with_marks_of_a_merge_are_told_with_their_line(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    (blog.site / "hugo.toml").write_text('title = "a"\n<<<<<<< ours\nx = 1\n=======\n>>>>>>> b\n')
    before = blog.tree()
    with pytest.raises(UsageError, match=r"hugo\.toml.*line 2"):
        blog.plan("a.md")
    assert blog.tree() == before


@pytest.mark.parametrize("inner", ["", "drafts"])
def test_drafts_that_would_be_notes_are_kept_out_of_the_vault(blog: Blog, inner: str) -> None:
    blog.put("a.md", f"{POST}words")
    folder = blog.root / inner
    folder.mkdir(exist_ok=True)
    with pytest.raises(UsageError, match="is in the vault"):
        plan_posts(make_source(blog.root), ["a.md"], target="portable", site=folder)
    hidden = blog.root / ".out"
    hidden.mkdir()
    assert plan_posts(make_source(blog.root), ["a.md"], target="portable", site=hidden).posts


SITES = {
    "hugo": ("hugo.toml", 'baseURL = "https://example.org/"\n'),
    "jekyll": ("_config.yml", "title: x\nexclude: [left-out]\n"),
    "eleventy": ("eleventy.config.js", "export default () => ({})\n"),
    "mkdocs": ("mkdocs.yml", "site_name: x\nplugins: [blog]\n"),
}


def make_site(folder: Path, target: str) -> Path:
    name, settings = SITES[target]
    folder.mkdir(parents=True)
    (folder / name).write_text(settings)
    return folder


@pytest.mark.parametrize("target", SITES)
def test_a_site_inside_the_vault_is_refused_with_the_way_out(blog: Blog, target: str) -> None:
    blog.put("a.md", f"{POST}words")
    site = make_site(blog.root / "blog", target)
    source = make_source(blog.root)
    with pytest.raises(UsageError, match="is in the vault") as caught:
        plan_posts(source, ["a.md"], target=target, site=site)
    assert "or add blog/" in caught.value.hint
    (blog.root / ".notekeepignore").write_text("blog/\n")
    assert plan_posts(source, ["a.md"], target=target, site=site).posts


@pytest.mark.parametrize(
    ("target", "inner"),
    [
        ("hugo", "content/notes"),
        ("jekyll", "notes"),
        ("jekyll", "_drafts/notes"),
        ("eleventy", "src/notes"),
        ("mkdocs", "docs/notes"),
    ],
)
def test_a_vault_where_a_site_makes_pages_is_refused(
    tmp_path: Path, target: str, inner: str
) -> None:
    site = make_site(tmp_path / "blog", target)
    root = folder_with(site / inner, "a.md", f"{POST}words")
    with pytest.raises(UsageError, match=f"in the folder {inner} of the site") as caught:
        plan_posts(make_source(root), ["a.md"], target=target, site=site)
    assert "Move the vault out of the site" in caught.value.hint


@pytest.mark.parametrize(
    ("target", "inner"),
    [("hugo", "notes"), ("jekyll", "_notes"), ("jekyll", "left-out"), ("mkdocs", "notes")],
)
def test_a_vault_where_a_site_makes_no_pages_is_exported(
    tmp_path: Path, target: str, inner: str
) -> None:
    site = make_site(tmp_path / "blog", target)
    root = folder_with(site / inner, "a.md", f"{POST}words")
    assert plan_posts(make_source(root), ["a.md"], target=target, site=site).posts


def test_what_was_exported_is_not_guessed_at_when_its_list_is_damaged(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.export("a.md")
    (blog.site / MANIFEST_NAME).write_text('{\n"format": 1,\n<<<<<<< ours\n')
    with pytest.raises(Refused, match=r"line 3: Cannot read the manifest") as caught:
        blog.plan("a.md")
    assert "keep the lines of both" in caught.value.hint


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write every folder"
)
def test_a_site_that_is_read_only_is_told_and_holds_nothing_of_the_export(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.put("b.md", f"{POST}words")
    before = blog.tree()
    (blog.site / "content").chmod(0o500)
    try:
        with pytest.raises(NotekeepError, match="content/posts"):
            blog.export("a.md", "b.md")
    finally:
        (blog.site / "content").chmod(0o700)
    assert blog.tree() == before


def test_a_post_in_the_middle_of_a_merge_is_neither_merged_nor_lost(blog: Blog) -> None:
    blog.put("a.md", f"{POST}one\n\ntwo\n")
    blog.export("a.md")
    text = blog.text("a").replace("two", "<<<<<<< ours\ntwo\n=======\n2\n>>>>>>> theirs")
    blog.file("a").write_text(text)
    blog.put("a.md", f"{POST}one more\n\ntwo\n")
    line = text.splitlines().index("<<<<<<< ours") + 1
    for how in ("", "merge", "keep"):
        (conflict,) = blog.export("a.md", by_hand=how).conflicts
        assert conflict.why == (
            f"it has merge conflict markers from line {line}: resolve them first"
        )
        assert blog.text("a") == text


def test_marks_within_code_of_a_post_are_no_merge(blog: Blog) -> None:
    blog.put("a.md", f"{POST}one\n\n    <<<<<<< ours\n    =======\n    >>>>>>> theirs\n")
    blog.export("a.md")
    blog.file("a").write_text(blog.text("a").replace("one", "one, by hand"))
    (conflict,) = blog.plan("a.md").conflicts
    assert conflict.why == "edited on the site"


def test_a_file_where_a_folder_has_to_be_stops_the_whole_export(blog: Blog) -> None:
    blog.put("a.md", f"{POST}words")
    blog.put("b.md", f"{POST}words")
    (blog.site / "content" / "posts").mkdir()
    (blog.site / "content" / "posts" / "b").write_text("mine")
    before = blog.tree()
    with pytest.raises(NotekeepError):
        blog.export("a.md", "b.md")
    assert blog.tree() == before


def test_a_site_that_leads_out_through_a_link_is_not_written_through_it(
    blog: Blog, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    blog.put("a.md", f"{POST}words")
    (blog.site / "content" / "posts").symlink_to(outside)
    with pytest.raises(Refused):
        blog.export("a.md")
    assert list(outside.iterdir()) == []


def test_git_status_shows_exactly_the_files_of_the_plan(blog: Blog) -> None:
    git = needed("git")

    def run(*words: str) -> str:
        config = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.quotepath=off"]
        done = subprocess.run(
            [git, *config, *words], cwd=blog.site, check=True, capture_output=True, text=True
        )
        return done.stdout

    def shown() -> set[str]:
        lines = run("status", "--porcelain", "--untracked-files=all", "--ignored").splitlines()
        return {line[3:] for line in lines}

    def changed() -> set[str]:
        return {file.path for file in plan.files if file.status in {"new", "changed", "removed"}}

    run("init", "--quiet")
    run("add", "-A")
    run("commit", "--quiet", "-m", "a site")
    blog.put("a.md", f"{PUBLISHED}see [[b]] and ![[p.png]]")
    blog.put("b.md", f"{PUBLISHED}words")
    (blog.root / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    plan = blog.plan("a.md", "b.md")
    assert shown() == set()
    blog.write(plan)
    assert shown() == changed()
    run("add", "-A")
    run("commit", "--quiet", "-m", "posts")
    (blog.root / "b.md").unlink()
    blog.put("a.md", PUBLISHED.replace("type", "slug: moved\ntype") + "other words")
    plan = blog.plan("a.md", prune=True)
    blog.write(plan)
    assert shown() == changed()
    assert len(changed()) == 5, "manifest, the new post, the old one, its picture, the other post"
    blog.history.undo(blog.root)
    assert shown() == set()
