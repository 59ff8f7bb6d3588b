"""Publish: the diff is seen first, and what is written is what was seen."""

from __future__ import annotations

import gc
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from textual.widgets import Input

from notekeep.config import Site
from notekeep.export.plan import ExportPlan, ExportResult
from notekeep.tui.screens import publish
from notekeep.vault import Vault
from tests.support.packages import TARGET
from tests.support.screens import press, seen, shows, tree, type_text, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from notekeep.services.publishing import SiteStatus
    from notekeep.tui.app import NotekeepApp
    from notekeep.tui.screens.browse import BrowseScreen
    from notekeep.tui.screens.publish import PublishScreen
    from tests.support.packages import Packages

    MakeApp = Callable[[str], NotekeepApp]

WIDE = (120, 40)


async def test_a_note_is_exported_from_browse_after_its_diff_is_seen(
    make_app: MakeApp, root: Path
) -> None:
    before, drafts = tree(root), root.with_name("notes-drafts")
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        screen = cast("BrowseScreen", app.screen)
        screen.pane.box.set_text("phone")
        await until(pilot, lambda: screen.note_under_cursor == "books/Deep Work.md")
        screen.notes.focus()
        await press(pilot, "p")
        # Nobody chose a folder yet, so it is asked for first.
        await until(pilot, lambda: shows(app, "No site folder yet."))
        assert not shows(app, "notes-drafts")
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "The folder of your site. No site yet? Press enter"))
        assert not shows(app, "the folder from your settings"), "there is none"
        assert not drafts.exists()
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "2 new"))
        await until(pilot, lambda: shows(app, "+ Depth needs hours without a phone."))
        await until(pilot, lambda: shows(app, "+ deep-work.md"))
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "Wrote 2 files"))
        assert "Depth needs hours" in (drafts / "deep-work.md").read_text()
        # What was written stays on the screen to be read, from the site's folder on.
        await until(pilot, lambda: shows(app, "+ deep-work.md"))
        await until(pilot, lambda: shows(app, "+ .notekeep-export.json · records what was written"))
        await until(pilot, lambda: shows(app, "u  undo"))
        after = tree(root)
        # The first export gives the vault its id.
        assert after.pop(".notekeep/config.toml")
        assert after == before
        await press(pilot, "u")
        await until(pilot, lambda: not (drafts / "deep-work.md").exists())


async def test_drafts_and_published_notes_are_listed(make_app: MakeApp) -> None:
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "no site folder · 2 drafts and posts"))
        await until(pilot, lambda: shows(app, "enter open plan"))
        await until(pilot, lambda: shows(app, "A draft"))
        await until(pilot, lambda: shows(app, "Deep Work"))
        assert not shows(app, "Atomic Habits")


async def test_a_vault_without_drafts_is_told_how_one_gets_here(
    make_app: MakeApp, vault: Vault, root: Path
) -> None:
    for name in ("books/Deep Work.md", "posts/A draft.md"):
        (root / name).unlink()
    vault.indexing.refresh()
    app = make_app("publish")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: shows(app, "Nothing to publish yet."))
        await until(pilot, lambda: shows(app, "Posts with draft: true appear here,"))
        await until(pilot, lambda: shows(app, "choose the folder of your site"))


async def test_a_file_that_somebody_else_made_can_only_be_overwritten(
    make_app: MakeApp, vault: Vault, tmp_path: Path
) -> None:
    post = make_blog(tmp_path / "blog", vault)
    other = post.parent.parent / "a-draft" / "index.md"
    other.parent.mkdir()
    other.write_text("mine")
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "not created by notekeep"))
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "Overwrite it"))
        assert not shows(app, "Copy it to the note")
        assert not shows(app, "Keep it on the site")
        assert other.read_text() == "mine"


async def test_another_folder_is_chosen_and_a_folder_that_is_no_site_is_said(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app("publish")
    site = tmp_path / "blog"
    site.mkdir()
    (site / "notes.txt").write_text("no site")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "no site folder ·"))
        await press(pilot, "f")
        await until(pilot, lambda: shows(app, "The folder of your site."))
        app.screen.query_one(Input).value = str(site)
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Press f to choose the folder"))
        assert not shows(app, "--site"), "that is said on the command line"
        await until(pilot, lambda: shows(app, "A draft"))
        (site / "hugo.toml").write_text('baseURL = "https://example.org/"\n')
        await press(pilot, "t")
        await until(pilot, lambda: shows(app, "Site generator"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Hugo"))
        assert list(site.rglob("*.md")) == []


def make_blog(folder: Path, vault: Vault) -> Path:
    """Make a Hugo site, named in the settings of the person, with a post in it."""
    folder.mkdir()
    (folder / "hugo.toml").write_text('baseURL = "https://example.org/"\n')
    vault.person.sites[vault.name] = (Site("hugo", str(folder)),)
    vault.publishing.export(vault.publishing.plan_export(["Deep Work"]))
    return folder / "content" / "posts" / "deep-work" / "index.md"


async def test_states_are_told_and_an_edit_by_hand_is_brought_back(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    post = make_blog(tmp_path / "blog", vault)
    post.write_text(post.read_text().replace("Depth needs hours", "Depth needs long hours"))
    note = root / "books" / "Deep Work.md"
    before = note.read_text()
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "1 edited on site · 1 new"))
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "changed in the site"))
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "Merge it with the note"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Changes to the note"))
        assert note.read_text() == before, "it is shown first"
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "Changed 1 note"))
        assert "Depth needs long hours" in note.read_text()
        await until(pilot, lambda: shows(app, "1 changed"))
        await press(pilot, "u")
        await until(pilot, lambda: note.read_text() == before)


async def test_edit_in_the_site_changes_the_state_in_the_list(
    make_app: MakeApp, vault: Vault, tmp_path: Path
) -> None:
    post = make_blog(tmp_path / "blog", vault)
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "up to date"))
        await press(pilot, "down")
        await until(pilot, lambda: site_of(app) == str(tmp_path / "blog"))
        await press(pilot, "up")
        post.write_text(post.read_text().replace("Depth needs", "Depth wants"))
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "edited on the site"))
        await until(pilot, lambda: shows(app, "1 edited on site · 1 new"))
        assert not shows(app, "up to date")


async def test_the_targets_of_other_packages_are_listed(
    make_app: MakeApp, packages: Packages
) -> None:
    packages.add("notekeep-burrow", "notekeep.targets", "burrow = {}:Burrow", TARGET)
    packages.add("notekeep-adder", "notekeep.targets", "adder = {}:Adder", "1 / 0")
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "no site folder ·"))
        await press(pilot, "t")
        await until(pilot, lambda: shows(app, "Site generator") and shows(app, "Burrow"))
        await until(pilot, lambda: shows(app, "notekeep-adder 1.0 does not work"))


async def test_target_is_found_by_typing_its_name(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "no site folder ·"))
        await press(pilot, "t")
        await until(pilot, lambda: shows(app, "Site generator") and shows(app, "Eleventy"))
        type_text(app, "hugo")
        await until(pilot, lambda: not shows(app, "Eleventy"))
        type_text(app, "x")
        await until(pilot, lambda: shows(app, "No results"))
        await press(pilot, "enter", "backspace", "enter")
        await until(pilot, lambda: cast("PublishScreen", app.screen).destination.target == "hugo")


async def test_a_chosen_folder_is_remembered_for_the_vault_and_shown_at_once(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    site = tmp_path / "blog"
    site.mkdir()
    (site / "hugo.toml").write_text('baseURL = "https://example.org/"\n')
    app = make_app("publish")
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "No site folder yet"))
        await press(pilot, "f")
        await until(pilot, lambda: shows(app, "The folder of your site."))
        type_text(app, str(site))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Saved as this vault's site."))
        await until(pilot, lambda: shows(app, "Hugo · /"))
    reopened = Vault.open(root)
    assert [one.folder for one in reopened.publishing.sites] == [str(site)]
    assert reopened.publishing.has_site()


async def test_a_folder_that_does_not_exist_is_refused_and_the_old_one_stays(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "+ content/posts/a-draft"))
        await press(pilot, "f")
        await until(pilot, lambda: shows(app, "The folder of your site."))
        type_text(app, str(tmp_path / "nope"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "There is no folder"))
        await until(pilot, lambda: shows(app, "Create it first, or type another."))
        await press(pilot, "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "Wrote 2 files to"))
        assert (tmp_path / "blog/content/posts/a-draft/index.md").exists()
    assert [one.folder for one in vault.publishing.sites] == [str(tmp_path / "blog")]


async def test_a_new_note_on_publish_is_a_post_whose_plan_is_shown(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "A draft"))
        await press(pilot, "n")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        type_text(app, "Fresh words")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Created posts/Fresh words.md"))
        assert (root / "posts/Fresh words.md").exists()
        await until(pilot, lambda: shows(app, "save and close"))
        await press(pilot, "escape")
        await until(pilot, lambda: app.current_mode == "publish" and len(app.screen_stack) == 1)
        screen = cast("PublishScreen", app.screen)
        await until(pilot, lambda: screen.posts.item is not None and screen.shown is not None)
        assert screen.posts.item is not None
        assert screen.posts.item.path == "posts/Fresh words.md"
        await until(pilot, lambda: shows(app, "content/posts/fresh-words/index.md"))


@pytest.mark.slow
async def test_a_plan_says_that_the_site_hides_a_draft_where_it_does(
    make_app: MakeApp, vault: Vault, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    hidden = "Draft: the site hides it until the note says draft: false."
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "a-draft/index.md"))
        await until(pilot, lambda: shows(app, hidden))
        # Who wrote it looks for it in the site next.
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "Written"))
        await until(pilot, lambda: shows(app, hidden))
        await press(pilot, "t")
        await until(pilot, lambda: shows(app, "Site generator"))
        type_text(app, "portable")
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "a-draft.md"))
        assert not shows(app, hidden)


@pytest.mark.slow
async def test_a_changed_post_stands_beside_what_it_would_become_on_a_wide_screen(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    note = root / "books/Deep Work.md"
    note.write_text(note.read_text().replace("Depth needs hours", "Depth needs mornings"))
    vault.indexing.refresh()
    app = make_app("publish")
    async with app.run_test(size=(200, 40)) as pilot:
        await until(pilot, lambda: shows(app, "1 changed"))
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "needs mornings"))
        line = next(line for line in seen(app) if "needs mornings" in line)
        assert line.index("needs hours") < line.index("needs mornings")


@pytest.mark.slow
async def test_typed_folder_replaces_the_one_that_is_there(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "no site folder ·"))
        await press(pilot, "f")
        await until(pilot, lambda: shows(app, "The folder of your site."))
        assert app.screen.query_one(Input).value.endswith("notes-drafts")
        type_text(app, str(tmp_path / "blog"))
        await until(pilot, lambda: app.screen.query_one(Input).value == str(tmp_path / "blog"))


@pytest.mark.slow
async def test_what_an_export_left_alone_can_be_settled_right_after_it(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    post = make_blog(tmp_path / "blog", vault)
    by_hand = post.read_text().replace("Depth needs hours", "Depth needs long hours")
    post.write_text(by_hand)
    note = root / "books" / "Deep Work.md"
    note.write_text(note.read_text().replace("Depth needs hours", "Depth needs many hours"))
    vault.indexing.refresh()
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "1 edited on site · 1 new"))
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "edited on the site"))
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "s  decides what to do with edits made on the site"))
        assert post.read_text() == by_hand
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "Overwrite"))
        await press(pilot, "end", "enter")
        await until(pilot, lambda: shows(app, "+ Depth needs many hours"))
        await press(pilot, "w")
        await until(pilot, lambda: "Depth needs many hours" in post.read_text())


async def test_all_that_changed_is_written_with_two_keys(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    post = make_blog(tmp_path / "blog", vault)
    note = root / "books" / "Deep Work.md"
    note.write_text(note.read_text() + "\nOne more thing. %%and a secret%%\n")
    vault.indexing.refresh()
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "1 changed · 1 new"))
        await press(pilot, "a")
        await until(pilot, lambda: shows(app, "+ One more thing."))
        await until(pilot, lambda: shows(app, "Removed"))
        await until(pilot, lambda: shows(app, "removed a comment"))
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "Written"))
        assert "One more thing." in post.read_text()
        assert not (post.parent.parent / "a-draft").exists(), "nobody named it"
        await until(pilot, lambda: shows(app, "up to date"))


async def test_posts_of_notes_that_are_gone_are_pruned_after_they_are_shown(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    post = make_blog(tmp_path / "blog", vault)
    (root / "books" / "Deep Work.md").unlink()
    vault.indexing.refresh()
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "1 orphan"))
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "The note of this post was deleted."))
        await press(pilot, "x")
        await until(pilot, lambda: shows(app, "1 changed  1 removed"))
        assert post.exists()
        await press(pilot, "w")
        await until(pilot, lambda: not post.exists())


async def test_what_was_written_is_checked_and_a_preview_without_a_program_says_so(
    make_app: MakeApp, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_blog(tmp_path / "blog", vault)
    monkeypatch.setenv("PATH", str(tmp_path))
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Rewritten for Hugo"))
        await press(pilot, "c")
        await until(pilot, lambda: shows(app, "Write it first"))
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "2 unchanged"))
        await press(pilot, "c")
        await until(pilot, lambda: shows(app, "Site not built"))
        await until(pilot, lambda: shows(app, "hugo is not installed"))
        await until(pilot, lambda: shows(app, "Draft: the site hides it"))
        await press(pilot, "v")
        await until(pilot, lambda: shows(app, "Install hugo"))


def plans(folder: Path) -> list[ExportPlan]:
    """The plans in memory that are for a site in a folder: other tests may keep theirs."""
    gc.unfreeze()  # what an app left alone in a pause holds none, either
    gc.collect()
    every = [one for one in gc.get_objects() if isinstance(one, ExportPlan)]
    return [one for one in every if Path(one.site).is_relative_to(folder)]


@pytest.mark.slow
async def test_a_plan_is_not_kept_after_the_screen_is_left_and_is_there_again(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    note = root / "books" / "Deep Work.md"
    note.write_text(note.read_text() + "\nline\n" * 40)
    vault.indexing.refresh()
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "1 changed · 1 new"))
        await press(pilot, "a")
        await until(pilot, lambda: shows(app, "+ line"))
        screen = cast("PublishScreen", app.screen)
        screen.text.scroll_to(y=9, animate=False, immediate=True)
        assert plans(tmp_path)
        await press(pilot, "f2")
        await until(pilot, lambda: shows(app, "9 notes"))
        await until(pilot, lambda: not plans(tmp_path))
        await press(pilot, "f4")
        await until(pilot, lambda: screen.shown is not None)
        assert screen.text.scroll_offset.y == 9
        await until(pilot, lambda: shows(app, "+ line"))
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "Wrote 2 files"))


@pytest.mark.slow
async def test_a_plan_that_comes_when_the_screen_was_left_is_not_kept(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, vault: Vault, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    asked, go_on, make = threading.Event(), threading.Event(), vault.publishing.plan_export

    def slow(*given: Any, **more: Any) -> ExportPlan:
        asked.set()
        assert go_on.wait(30)
        return make(*given, **more)

    monkeypatch.setattr(vault.publishing, "plan_export", slow)
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "2 drafts and posts"))
        await until(pilot, asked.is_set)
        screen = cast("PublishScreen", app.screen)
        await press(pilot, "f2")
        await until(pilot, lambda: shows(app, "9 notes"))
        go_on.set()
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        assert screen.shown is None
        assert not plans(tmp_path)
        await press(pilot, "f4")
        await until(pilot, lambda: screen.shown is not None)
        assert plans(tmp_path)


@pytest.mark.slow
async def test_what_was_written_stays_to_be_read_and_checked_when_one_comes_back(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_blog(tmp_path / "blog", vault)
    note = root / "books" / "Deep Work.md"
    note.write_text(note.read_text() + "\nOne more thing.\n")
    vault.indexing.refresh()
    monkeypatch.setenv("PATH", str(tmp_path))
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "1 changed · 1 new"))
        await press(pilot, "a")
        await until(pilot, lambda: shows(app, "+ One more thing."))
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "Written"))
        await until(pilot, lambda: shows(app, "up to date"))
        screen = cast("PublishScreen", app.screen)
        await press(pilot, "f2")
        await until(pilot, lambda: shows(app, "9 notes"))
        await until(pilot, lambda: not plans(tmp_path))
        await press(pilot, "f4")
        await until(pilot, lambda: screen.shown is not None)
        await until(pilot, lambda: shows(app, "u  undo"))
        await press(pilot, "c")
        await until(pilot, lambda: shows(app, "Site not built"))


@pytest.mark.slow
async def test_states_are_not_read_while_nobody_sees_them(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, vault: Vault, root: Path
) -> None:
    asked: list[str] = []
    site_statuses = vault.publishing.site_statuses

    def counted(*given: str) -> list[SiteStatus]:
        asked.append("states")
        return site_statuses(*given)

    monkeypatch.setattr(vault.publishing, "site_statuses", counted)
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "no site folder · 2 drafts and posts"))
        await press(pilot, "f2")
        await until(pilot, lambda: shows(app, "9 notes"))
        asked.clear()
        (root / "posts" / "Another.md").write_text("---\ntype: post\ndraft: true\n---\nHello.\n")
        await until(pilot, lambda: shows(app, "10 notes"))
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        assert not asked
        await press(pilot, "f4")
        await until(pilot, lambda: shows(app, "3 drafts and posts"))


async def begin_post(app: NotekeepApp, pilot: Pilot[Any]) -> None:
    """Start a post called "On depth" from the second draft of the list."""
    await until(pilot, lambda: shows(app, "2 drafts and posts"))
    await press(pilot, "down")
    await press(pilot, "b")
    await until(pilot, lambda: shows(app, "Start a post"))
    app.screen.query_one(Input).value = "On depth"
    await press(pilot, "enter")


async def test_a_post_is_begun_from_a_note(make_app: MakeApp, root: Path) -> None:
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await begin_post(app, pilot)
        await until(pilot, (root / "posts" / "On depth.md").exists)
        # It is opened in the editor, to be gone on with.
        await until(pilot, lambda: shows(app, "By: Cal Newport"))
        await until(pilot, lambda: shows(app, "save and close"))
        await press(pilot, "escape")
        await until(pilot, lambda: app.current_mode == "publish" and len(app.screen_stack) == 1)
        await until(pilot, lambda: highlighted(app) == "posts/On depth.md")
        assert "By: Cal Newport" in (root / "posts" / "On depth.md").read_text()


async def test_marks_go_when_a_post_is_begun_from_the_marked_notes(make_app: MakeApp) -> None:
    app = make_app("browse")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "9 notes"))
        await press(pilot, "m")
        await until(pilot, lambda: shows(app, "1 marked"))
        await press(pilot, "p")
        await until(pilot, lambda: app.current_mode == "publish" and highlighted(app))
        await press(pilot, "b")
        await until(pilot, lambda: shows(app, "Start a post"))
        app.screen.query_one(Input).value = "On depth"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "save and close"))
        await press(pilot, "escape", "f2")
        await until(pilot, lambda: shows(app, "10 notes"))
        assert not shows(app, "1 marked")


@pytest.mark.slow
async def test_a_click_chooses_a_post(make_app: MakeApp) -> None:
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "2 drafts and posts"))
        screen = cast("PublishScreen", app.screen)
        await pilot.click(screen.posts, offset=(4, 1))
        await until(pilot, lambda: screen.chosen == ("books/Deep Work.md",))


def site_of(app: NotekeepApp) -> str:
    return str(getattr(getattr(app.screen, "shown", None), "site", ""))


@pytest.mark.slow
async def test_each_site_has_its_own_state_of_a_post(
    make_app: MakeApp, vault: Vault, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    other = tmp_path / "other"
    other.mkdir()
    (other / "hugo.toml").write_text("")
    vault.publishing.sites += (Site("hugo", str(other)),)
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "+ up to date"))
        await press(pilot, "f")
        await until(pilot, lambda: shows(app, "Another folder"))
        await press(pilot, "down", "enter")
        await until(pilot, lambda: shows(app, "= new"))
        await press(pilot, "down")
        # The diff breaks a long path, so that its folder is asked for where it is whole.
        await until(pilot, lambda: site_of(app) == str(other))


@pytest.mark.slow
async def test_a_key_right_after_the_cursor_is_about_the_draft_it_went_to(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make_blog(tmp_path / "blog", vault)
    other = post.parent.parent / "a-draft" / "index.md"
    monkeypatch.setattr(publish, "QUEUE_SECONDS", 30)
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "+ one") or shows(app, "+ - one"))
        before = post.read_text()
        note = root / "books/Deep Work.md"
        note.write_text(note.read_text() + "\nAnother line.\n")
        vault.indexing.refresh()
        type_text(app, "jw")
        await until(pilot, lambda: post.read_text() != before)
        await until(pilot, lambda: shows(app, "Wrote 2 files"))
        assert "Another line." in post.read_text()
        assert not other.exists(), "the plan that was left is not written"
        # And back, with a key behind that is about what was written then.
        type_text(app, "kwo")
        await until(pilot, other.exists)
        await until(pilot, lambda: not shows(app, "Not in the site yet"))


@pytest.mark.slow
async def test_a_key_for_a_plan_that_takes_long_is_said_to_have_come_too_early(
    make_app: MakeApp, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = make_blog(tmp_path / "blog", vault).parent.parent
    monkeypatch.setattr(publish, "QUEUE_SECONDS", 0.05)
    go_on, plan = threading.Event(), vault.publishing.plan_export

    def slow(*paths: Any, **named: Any) -> ExportPlan:
        assert go_on.wait(30)
        return plan(*paths, **named)

    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "+ - one"))
        monkeypatch.setattr(vault.publishing, "plan_export", slow)
        await press(pilot, "j", "k", "w")
        await until(pilot, lambda: shows(app, "Still loading."))
        go_on.set()
        await until(pilot, lambda: shows(app, "+ - one"))
        assert not (drafts / "a-draft").exists()


async def test_a_typed_command_changes_the_selected_draft(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "+ content/posts/a-draft"))
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "u  undo"))
        await press(pilot, "colon")
        await until(pilot, lambda: shows(app, "Command, note or habit"))
        type_text(app, "set draft=false")
        await until(pilot, lambda: shows(app, "Set fields of A draft: draft=false"))
        await press(pilot, "enter")
        await until(pilot, lambda: "draft: false" in (root / "posts/A draft.md").read_text())
        # The plan is of the note as it is now.
        await until(pilot, lambda: shows(app, "~ content/posts/a-draft"))
        assert not shows(app, "Draft: the site hides it")


@pytest.mark.slow
async def test_two_posts_of_one_title_are_told_apart_and_their_clash_is_explained(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    (root / "posts/Deep Work.md").write_text("---\ntype: post\ndraft: true\n---\nMore of it.\n")
    vault.indexing.refresh()
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "Deep Work  books"))
        await until(pilot, lambda: shows(app, "Deep Work  posts"))
        await press(pilot, "end")
        await until(pilot, lambda: shows(app, "set slug=deep-work-2 (ctrl+p)"))
        assert not shows(app, "--fix-slugs")
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "Not written: "))


@pytest.mark.slow
async def test_a_result_goes_when_the_export_is_undone(
    make_app: MakeApp, vault: Vault, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    post = tmp_path / "blog/content/posts/a-draft/index.md"
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "+ content/posts/a-draft"))
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "u  undo"))
        await press(pilot, "u")
        await until(pilot, lambda: not post.exists())
        await until(pilot, lambda: shows(app, "+ content/posts/a-draft"))
        await until(pilot, lambda: not shows(app, "u  undo"))


def highlighted(app: NotekeepApp) -> str:
    """Return the path of the post under the cursor, or ""."""
    posts = getattr(app.screen, "posts", None)
    return posts.item.path if posts is not None and posts.item is not None else ""


def planned(app: NotekeepApp) -> list[str]:
    """Return the notes that `w` would write."""
    shown = getattr(app.screen, "shown", None)
    return [one.post.path for one in shown.posts] if isinstance(shown, ExportPlan) else []


async def publish_from_browse(app: NotekeepApp, pilot: Pilot[Any], words: str, path: str) -> None:
    """Go to a note in Browse and press `p`."""
    await press(pilot, "f2")
    await until(pilot, lambda: app.current_mode == "browse" and shows(app, "notes"))
    screen = cast("BrowseScreen", app.screen)
    screen.pane.box.set_text(words)
    await until(pilot, lambda: screen.note_under_cursor == path)
    screen.notes.focus()
    await press(pilot, "p")
    await until(pilot, lambda: app.current_mode == "publish")


async def test_a_note_that_is_no_post_is_under_the_cursor_while_its_plan_is_shown(
    make_app: MakeApp, vault: Vault, tmp_path: Path
) -> None:
    blog = make_blog(tmp_path / "blog", vault).parent.parent
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "1 new · 2 drafts and posts"))
        await press(pilot, "down")
        await until(pilot, lambda: planned(app) == ["books/Deep Work.md"])
        # Its row comes before the one that had the cursor.
        await publish_from_browse(app, pilot, "kettle", "books/Atomic Habits.md")
        await until(pilot, lambda: planned(app) == ["books/Atomic Habits.md"])
        assert highlighted(app) == "books/Atomic Habits.md"
        await press(pilot, "j")
        await until(pilot, lambda: planned(app) == ["books/Deep Work.md"])
        assert highlighted(app) == "books/Deep Work.md"
        await press(pilot, "k")
        await until(pilot, lambda: planned(app) == ["books/Atomic Habits.md"])
        await press(pilot, "w")
        await until(pilot, (blog / "atomic-habits/index.md").exists)
        assert highlighted(app) == "books/Atomic Habits.md"
        assert not (blog / "a-draft").exists()


async def test_a_plan_of_a_habit_says_that_it_is_one(
    make_app: MakeApp, vault: Vault, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "+ content/posts/a-draft"))
        assert not shows(app, "This note is a habit")
        await publish_from_browse(app, pilot, "meditate", "habits/meditate.md")
        await until(pilot, lambda: shows(app, "This note is a habit, not a post."))
        assert highlighted(app) == "habits/meditate.md"


@pytest.mark.parametrize("path", ["posts/A draft.md", "books/Atomic Habits.md"])
async def test_a_note_that_was_renamed_is_shown_under_its_new_name(
    make_app: MakeApp, vault: Vault, tmp_path: Path, path: str
) -> None:
    make_blog(tmp_path / "blog", vault)
    words = {"posts/A draft.md": "one list", "books/Atomic Habits.md": "kettle"}[path]
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "1 new · 2 drafts and posts"))
        await publish_from_browse(app, pilot, words, path)
        await until(pilot, lambda: planned(app) == [path])
        await press(pilot, "f2")
        await until(pilot, lambda: app.current_mode == "browse")
        await press(pilot, "r")
        await until(pilot, lambda: shows(app, "Links to it are updated."))
        app.screen.query_one(Input).value = "Zebra"
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "Renamed to Zebra"))
        await press(pilot, "f4")
        renamed = f"{path.partition('/')[0]}/Zebra.md"
        await until(pilot, lambda: planned(app) == [renamed])
        assert highlighted(app) == renamed
        assert not shows(app, "there is no note")


async def test_a_draft_is_published_and_hidden_with_a_key(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    hidden = "until the note says draft: false."
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, hidden))
        await press(pilot, "D")
        await until(pilot, lambda: "draft: false" in (root / "posts/A draft.md").read_text())
        await until(pilot, lambda: planned(app) and not shows(app, "the site hides it"))
        # It stays under the cursor, although it is no draft now and nowhere in the site yet.
        await until(pilot, lambda: shows(app, "2 drafts and posts"))
        assert planned(app) == [highlighted(app)] == ["posts/A draft.md"]
        await press(pilot, "D")
        await until(pilot, lambda: "draft: true" in (root / "posts/A draft.md").read_text())
        await until(pilot, lambda: shows(app, hidden))
        # It is found by the words one looks for.
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: shows(app, "Command, note or habit"))
        type_text(app, "draft")
        await until(pilot, lambda: shows(app, "Draft: on or off"))


async def test_drafts_of_several_notes_are_shown_before_they_are_changed(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    (root / "posts/More.md").write_text("---\ntype: post\npublish: true\n---\nMore of it.\n")
    vault.indexing.refresh()
    before = tree(root)
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "3 drafts and posts") and planned(app))
        await press(pilot, "a")
        await until(pilot, lambda: len(planned(app)) == 2)
        await press(pilot, "D")
        await until(pilot, lambda: shows(app, "Set draft: false in 2 notes"))
        await until(pilot, lambda: shows(app, "2 files would change"))
        assert tree(root) == before
        await press(pilot, "enter")
        await until(pilot, lambda: "draft: false" in (root / "posts/More.md").read_text())
        assert "draft: false" in (root / "books/Deep Work.md").read_text()


async def test_the_note_of_a_post_is_edited_and_its_plan_is_there_again(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "+ - one"))
        await press(pilot, "e")
        await until(pilot, lambda: shows(app, "save and close"))
        await press(pilot, "ctrl+end")
        type_text(app, "Typed here.")
        await press(pilot, "escape")
        await until(pilot, lambda: shows(app, "Typed here.") and planned(app))
        assert app.current_mode == "publish"
        assert highlighted(app) == "posts/A draft.md"
        assert "Typed here." in (root / "posts/A draft.md").read_text()


async def test_a_post_without_edits_in_the_site_is_named(
    make_app: MakeApp, vault: Vault, tmp_path: Path
) -> None:
    post = make_blog(tmp_path / "blog", vault)
    post.write_text(post.read_text().replace("Depth needs", "Depth wants"))
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "1 edited on site") and planned(app))
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "A draft: not edited on the site"))
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "changed in the site"))
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "you see the changes first"))


async def test_posts_of_one_long_title_are_told_apart_by_their_folders(
    make_app: MakeApp, vault: Vault, root: Path, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    title = "The Pragmatic Programmer: your journey to mastery, part 2"
    for folder in ("books", "posts"):
        place = root / folder / "The Pragmatic Programmer - your journey to mastery, part 2.md"
        place.write_text(f'---\ntitle: "{title}"\npublish: true\ndraft: true\n---\nText.\n')
    vault.indexing.refresh()
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "4 drafts and posts"))
        rows = [line for line in seen(app) if "The Pragmatic" in line]
        assert any("  books" in line for line in rows)
        assert any("  posts" in line for line in rows)


@pytest.fixture
def edited_post(vault: Vault, root: Path, tmp_path: Path) -> Path:
    """A post with an edit of its own in the site, whose note was changed elsewhere."""
    post = make_blog(tmp_path / "blog", vault)
    post.write_text(post.read_text().replace("title: 'Deep Work'", "title: 'Deeper Work'"))
    note = root / "books" / "Deep Work.md"
    note.write_text(note.read_text() + "\nOne more thing.\n")
    vault.indexing.refresh()
    return post


async def test_what_was_chosen_for_an_edit_can_be_chosen_again(
    make_app: MakeApp, edited_post: Path
) -> None:
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "1 edited on site · 1 new"))
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "edited on the site"))
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "Merge it with the note"))
        await press(pilot, "down", "enter")
        await until(pilot, lambda: shows(app, "merged with your edits"))
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "Merge it with the note"))
        await press(pilot, "end", "enter")
        await until(pilot, lambda: shows(app, "- title: 'Deeper Work'"))
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "Merge it with the note"))
        await until(pilot, lambda: "Deeper Work" in edited_post.read_text())


async def test_after_a_pull_the_post_is_written_without_a_question(
    make_app: MakeApp, root: Path, edited_post: Path
) -> None:
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "1 edited on site · 1 new"))
        await press(pilot, "down")
        await until(pilot, lambda: shows(app, "edited on the site"))
        await press(pilot, "s")
        await until(pilot, lambda: shows(app, "Copy it to the note"))
        await press(pilot, "enter")
        await until(pilot, lambda: shows(app, "+ title: Deeper Work"))
        await press(pilot, "w")
        note = root / "books" / "Deep Work.md"
        await until(pilot, lambda: "Deeper Work" in note.read_text())
        await until(pilot, lambda: shows(app, "1 changed · 1 new"))
        await until(pilot, lambda: shows(app, "+ One more thing."))
        await press(pilot, "w")
        wanted = {"One more thing.", "title: 'Deeper Work'"}
        await until(pilot, lambda: wanted <= {*edited_post.read_text().splitlines()})


async def test_the_title_that_is_typed_for_a_new_post_replaces_the_note_s(
    make_app: MakeApp, root: Path
) -> None:
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "A draft"))
        await press(pilot, "b")
        await until(pilot, lambda: shows(app, "Start a post"))
        await press(pilot, *"New", "enter")
        await until(pilot, lambda: [*root.rglob("New.md")])


async def test_a_plan_that_was_made_before_the_export_is_not_written_after_it(
    make_app: MakeApp, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_blog(tmp_path / "blog", vault)
    app = make_app("publish")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: shows(app, "+ - one"))
        screen = cast("PublishScreen", app.screen)
        before, export = screen.shown, vault.publishing.export
        may_export, is_planning, may_plan = threading.Event(), threading.Event(), threading.Event()

        def export_late(plan: ExportPlan) -> ExportResult:
            assert may_export.wait(60)
            return export(plan)

        def plan_late(*_: object, **__: object) -> ExportPlan:
            is_planning.set()
            assert may_plan.wait(60)
            assert isinstance(before, ExportPlan)
            return before

        with monkeypatch.context() as late:
            late.setattr(vault.publishing, "export", export_late)
            late.setattr(vault.publishing, "plan_export", plan_late)
            await press(pilot, "w")
            screen.make_plan(screen.chosen)
            await until(pilot, is_planning.is_set)
        planning = [one for one in app.workers if one.group.endswith("-export")]
        assert planning
        may_export.set()
        await until(pilot, lambda: shows(app, "Wrote ") and shows(app, "up to date"))
        may_plan.set()
        await until(pilot, lambda: all(one.is_finished for one in planning))
        app.clear_notifications()
        await press(pilot, "w")
        await until(pilot, lambda: shows(app, "everything is up to date"))


async def test_the_palette_shows_what_keys_do_on_this_screen(
    make_app: MakeApp, vault: Vault, tmp_path: Path
) -> None:
    make_blog(tmp_path / "blog", vault)
    app = make_app("publish")
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: shows(app, "enter open plan"))
        await press(pilot, "ctrl+p")
        await until(pilot, lambda: shows(app, "Open plan"))
        rows = {
            line.split()[1]: line for line in seen(app) if "│" in line and len(line.split()) > 2
        }
        (opens,) = [line for line in seen(app) if "Open plan" in line]
        (writes,) = [line for line in seen(app) if "Write the changes shown" in line]
        assert "enter" in opens, rows
        assert "enter" not in writes
