"""That nothing has changed is known by stat alone, and whatever changes is seen."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.export.seal import Seal
from notekeep.export.states import states
from notekeep.vault import Vault
from tests.support.sites import make_hugo_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export import Plan

POST = "---\ntype: post\npublish: true\ndate: 2026-03-04\n---\n"
FILE = "content/posts/a/index.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text(f"{POST}words, [[b]] and ![[p.png]]\n")
    (folder / "b.md").write_text(f"{POST}other\n")
    (folder / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_hugo_site(tmp_path / "blog")


def look(root: Path, site: Path, *names: str, **how: object) -> Plan:
    """Plan as a command does: from a vault that was just opened and looked at."""
    vault = Vault.open(root)
    vault.refresh()
    return vault.plan_export(
        names or ("a", "b"), site=str(site), quick=True, options=vault.export_options(**how)
    )


def export(root: Path, site: Path) -> None:
    vault = Vault.open(root)
    vault.refresh()
    vault.export(vault.plan_export(("a", "b"), site=str(site)))


def test_right_after_an_export_nothing_is_read_and_all_is_told(root: Path, site: Path) -> None:
    export(root, site)
    plan = look(root, site)
    assert plan.is_sealed
    assert plan.is_empty
    assert (plan.target, plan.target_name) == ("hugo", "Hugo")
    assert {one.note: one.state for one in states(plan).values()} == {
        "a.md": "unchanged",
        "b.md": "unchanged",
    }
    assert [file.path for file in plan.files if file.is_post] == [FILE, FILE.replace("/a/", "/b/")]


CHANGES: dict[str, Callable[[Path, Path], object]] = {
    "a note": lambda root, _: (root / "a.md").write_text(f"{POST}more\n"),
    "a note that nobody asked for": lambda root, _: (root / "c.md").write_text("c\n"),
    "a note that became private": lambda root, _: (root / "b.md").write_text(
        "---\nprivate: true\n---\n"
    ),
    "a picture": lambda root, _: (root / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n1"),
    "a picture of that name nearer by": lambda root, _: (root / "q.png").write_bytes(b"1"),
    "the vault's settings": lambda root, _: _settings(root),
    "a post": lambda _, site: (site / FILE).write_text("by hand"),
    "a post, back to what it was": lambda _, site: (site / FILE).write_bytes(
        (site / FILE).read_bytes()
    ),
    "a post that is gone": lambda _, site: (site / FILE).unlink(),
    "a picture of a post": lambda _, site: (site / "content/posts/a/p.png").write_bytes(b"2"),
    "the site's settings": lambda _, site: (site / "hugo.toml").write_text("title = 'b'\n"),
    "the manifest": lambda _, site: (site / ".notekeep-export.json").unlink(),
    "a layout": lambda _, site: (site / "layouts" / "single.html").write_text("x"),
}


def _settings(root: Path) -> None:
    with (root / ".notekeep" / "config.toml").open("a") as file:
        file.write("log_links = true\n")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_is_seen(
    root: Path, site: Path, change: Callable[[Path, Path], object]
) -> None:
    export(root, site)
    change(root, site)
    assert not look(root, site).is_sealed


@pytest.mark.parametrize(
    "how", [{"draft": False}, {"unpublished": "strip"}, {"nested_tags": "keep"}, {"prune": True}]
)
def test_another_way_to_export_is_another_question(
    root: Path, site: Path, how: dict[str, object]
) -> None:
    export(root, site)
    assert not look(root, site, **how).is_sealed
    assert not look(root, site, "a").is_sealed
    assert look(root, site).is_sealed


def test_another_day_is_another_question(
    root: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T12:00")
    export(root, site)
    assert look(root, site).is_sealed
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-25T12:00")
    assert not look(root, site).is_sealed
    assert look(root, site).is_sealed


def test_what_a_generator_builds_is_no_change(root: Path, site: Path) -> None:
    export(root, site)
    (site / "public").mkdir()
    (site / "public" / "index.html").write_text("x")
    assert look(root, site).is_sealed


def test_a_plan_that_leaves_something_open_is_not_taken_as_done(root: Path, site: Path) -> None:
    export(root, site)
    (site / FILE).write_text("by hand")
    assert look(root, site).conflicts
    assert look(root, site).conflicts, "it is told again"


def test_what_is_saved_between_the_export_and_its_note_is_seen(root: Path, site: Path) -> None:
    vault = Vault.open(root)
    vault.refresh()
    plan = vault.plan_export(("a", "b"), site=str(site))
    real = plan.seal
    assert real is not None
    plan.seal = None
    vault.export(plan)
    (site / FILE).write_text("by hand")
    real.note(plan)
    assert look(root, site).conflicts


def test_a_note_of_it_that_is_damaged_is_no_note(root: Path, site: Path) -> None:
    export(root, site)
    for file in Path(Vault.open(root).places.cache, "exports").iterdir():
        file.write_text("{")
    plan = look(root, site)
    assert not plan.is_sealed
    assert plan.is_empty
    assert look(root, site).is_sealed


def stand(root: Path, site: Path) -> tuple[dict[str, str], bool]:
    """How each post stands, as a command tells it, and whether a plan was made for that."""
    vault = Vault.open(root)
    vault.refresh()
    with pytest.MonkeyPatch.context() as patch:
        made: list[bool] = []
        real = Vault._plan

        def planned(*args: Any, **how: Any) -> Plan:
            made.append(True)
            return real(*args, **how)

        patch.setattr(Vault, "_plan", planned)
        (standing,) = vault.standings(site=str(site))
    assert standing.error == ""
    return {one.note: f"{one.state} {one.path} {one.why}".strip() for one in standing.posts}, any(
        made
    )


def test_how_posts_stand_is_found_out_once_also_where_there_is_something_to_do(
    root: Path, site: Path
) -> None:
    export(root, site)
    (root / "a.md").write_text(f"{POST}more\n")
    (root / "c.md").write_text(f"{POST}new\n")
    (root / "d.md").write_text(f"---\nslug: a/b\n{POST[4:]}x\n")
    (site / FILE.replace("/a/", "/b/")).write_text("by hand")
    first, made = stand(root, site)
    assert made
    assert first["a.md"].startswith("changed")
    assert first["b.md"].startswith("conflict")
    assert first["c.md"].startswith("new")
    assert first["d.md"].startswith("refused")
    again, made = stand(root, site)
    assert not made
    assert again == first


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_is_asked_about_anew(
    root: Path, site: Path, change: Callable[[Path, Path], object]
) -> None:
    export(root, site)
    (root / "new.md").write_text(f"{POST}new\n")
    assert stand(root, site)[1]
    assert not stand(root, site)[1]
    change(root, site)
    assert stand(root, site)[1]


def test_what_a_status_noted_is_no_reason_to_write_nothing(root: Path, site: Path) -> None:
    export(root, site)
    (root / "a.md").write_text(f"{POST}more\n")
    stand(root, site)
    plan = look(root, site)
    assert not plan.is_sealed
    assert not plan.is_empty
    vault = Vault.open(root)
    vault.export(plan)
    assert stand(root, site)[0]["a.md"].startswith("unchanged")


def test_a_file_that_came_while_a_status_was_found_out_is_seen(root: Path, site: Path) -> None:
    export(root, site)
    (root / "c.md").write_text(f"{POST}new\n")
    vault = Vault.open(root)
    vault.refresh()
    plan = vault.plan_export(("a", "b", "c"), site=str(site), quick=True)
    assert plan.seal is not None
    (site / "content/posts/c").mkdir()
    (site / "content/posts/c/index.md").write_text("by hand")
    plan.seal.tell(plan)
    assert plan.seal.told() is None


def test_a_refused_note_is_told_again_though_the_others_are_known(root: Path, site: Path) -> None:
    (root / "c.md").write_text(f"---\nslug: a/b\n{POST[4:]}x\n")
    vault = Vault.open(root)
    vault.refresh()
    vault.export(vault.plan_export(("a", "b", "c"), site=str(site)))
    plan = look(root, site, "a", "b", "c")
    assert plan.is_sealed
    (why,) = plan.refused.values()
    assert "slug: 'a/b'" in why.message
    assert (why.hint, why.line) != ("", None)


def test_a_post_whose_picture_is_left_over_is_no_orphan(root: Path, site: Path) -> None:
    export(root, site)
    (root / "a.md").write_text(f"{POST}without a picture\n")
    vault = Vault.open(root)
    vault.refresh()
    vault.export(vault.plan_export(("a", "b"), site=str(site)))
    left = "content/posts/a/p.png: the post does not use it any more"
    assert stand(root, site)[0]["a.md"] == f"unchanged {FILE} {left}"
    (root / "a.md").unlink()
    assert stand(root, site)[0]["a"].startswith("orphan")


def test_looking_at_many_files_keeps_nothing_of_them(root: Path, site: Path) -> None:
    for folder in range(20):
        (root / f"{folder}").mkdir()
        for number in range(50):
            (root / f"{folder}" / f"{number}.md").write_text("words")
    first = Seal(str(root.parent), str(root), str(site), ())
    tracemalloc.start()
    second = Seal(str(root.parent), str(root), str(site), ())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert second.vault == first.vault
    assert most < 100 * 1_000, "as much as the lines of a thousand files"


def test_what_is_left_in_a_site_is_told_and_pruned_though_the_only_note_is_refused(
    root: Path, site: Path
) -> None:
    (root / "a.md").write_text(f"{POST}without a link\n")
    export(root, site)
    (root / "b.md").unlink()
    (root / "a.md").write_text(f"---\nslug: x/y\n{POST[4:]}x\n")
    found, _ = stand(root, site)
    assert found["a.md"].startswith("refused  a.md: slug: 'x/y' is a path")
    assert found["b"].startswith("orphan"), "the path of a note that is gone is nowhere kept"
    plan = look(root, site, "a", prune=True)
    assert [file.path for file in plan.files if file.status == "removed"] == [
        FILE.replace("/a/", "/b/")
    ]
    assert [*plan.refused] == ["a.md"]


def test_of_a_note_that_became_private_it_is_told_that_its_post_is_there_still(
    root: Path, site: Path
) -> None:
    export(root, site)
    (root / "b.md").write_text("---\nprivate: true\n---\n")
    there = "still in the site: its note may not leave the vault any more"
    said = stand(root, site)[0]["b.md"]
    assert said.startswith("refused  b.md: it is private; ")
    assert said.endswith(f"{FILE.replace('/a/', '/b/')}: {there}")
    vault = Vault.open(root)
    vault.refresh()
    options = vault.export_options(prune=True)
    vault.export(vault.plan_export(("a", "b"), site=str(site), options=options))
    assert stand(root, site)[0].get("b.md", "") == ""


def test_a_slug_of_another_vault_is_refused_without_its_name(root: Path, site: Path) -> None:
    export(root, site)
    other = root.with_name("others")
    other.mkdir()
    (other / "a.md").write_text(f"{POST}words\n")
    (found, _) = stand(other, site)
    assert "is also that of a post of another vault" in found["a.md"]


def test_an_address_that_leads_on_to_a_post_of_another_vault_is_not_taken(
    root: Path, site: Path
) -> None:
    def publish() -> None:
        vault = Vault.open(root)
        vault.refresh()
        options = vault.export_options(draft=False)
        vault.export(vault.plan_export(("a", "b"), site=str(site), options=options))

    publish()
    (root / "b.md").write_text(f"---\nslug: new\n{POST[4:]}other\n")
    publish()
    assert "aliases: ['/posts/b/']" in (site / FILE.replace("/a/", "/new/")).read_text()
    other = root.with_name("others")
    other.mkdir()
    (other / "b.md").write_text(f"{POST}words\n")
    (found, _) = stand(other, site)
    assert "also that of a post of another vault, which had it before" in found["b.md"]
