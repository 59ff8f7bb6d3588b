"""Renaming a tag: front matter and text, children too, nothing else, whatever ends the process."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.errors import NotFound, UsageError
from notekeep.vault import Vault
from tests.support.crashes import kill_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TAGGED = {
    "inbox/block.md": (
        "---\ntags:\n  # why\n  - work   # daily\n  - 'Work/deep'\n  - other\n---\nx\n",
        "---\ntags:\n  # why\n  - craft   # daily\n  - 'craft/deep'\n  - other\n---\nx\n",
    ),
    "inbox/flow.md": (
        '---\ntags: ["#work", other,  workshop]\n---\n',
        '---\ntags: ["#craft", other,  workshop]\n---\n',
    ),
    "inbox/text.md": (
        "---\ntags: other, work/a, x\n---\n",
        "---\ntags: other, craft/a, x\n---\n",
    ),
    "inbox/both.md": ("---\ntags: [craft, work]\n---\n", "---\ntags: [craft]\n---\n"),
    "inbox/kin.md": ("---\nkeywords:\n- work\n---\n", "---\nkeywords:\n- craft\n---\n"),
    "inbox/toml.md": (
        '+++\ntags = ["work", "x"] # why\n+++\nText #work.\n',
        '+++\ntags = ["craft", "x"] # why\n+++\nText #craft.\n',
    ),
    "inbox/inline.md": (
        "A #work, #WORK/Deep and (#workshop).\r\n`#work` and `x`\r\n\r\n```\r\n#work\r\n```\r\n",
        "A #craft, #craft/Deep and (#workshop).\r\n`#work` and `x`\r\n\r\n```\r\n#work\r\n```\r\n",
    ),
}


@pytest.fixture
def tagged(vault: Vault) -> Vault:
    for path, (text, _) in TAGGED.items():
        Path(vault.root, path).write_bytes(text.encode())
    vault.indexing.refresh(words=False)
    return vault


def test_only_the_tag_changes_wherever_it_stands(
    tagged: Vault, texts: Callable[[], dict[str, bytes]]
) -> None:
    before = texts()
    done = tagged.notes.apply(tagged.notes.plan_rename_tag("#work", "craft"))

    after = texts()
    for path, (_, wanted) in TAGGED.items():
        assert after[path].decode() == wanted, path
    assert set(done.paths) == {*TAGGED, "books/Deep Work.md"}
    assert {path for path in before if before[path] != after[path]} == set(done.paths)
    assert "work" not in tagged.catalog.tag_counts()

    tagged.history.undo()
    assert texts() == before


def test_a_note_that_must_be_refused_leaves_the_others(tagged: Vault) -> None:
    broken = Path(tagged.root, "inbox/Broken.md")
    broken.write_text("---\ntags: [unclosed\n---\nSome #work.\n", "utf-8")
    tagged.indexing.refresh(words=False)
    done = tagged.notes.apply(tagged.notes.plan_rename_tag("work", "craft"))
    assert [(problem.path, problem.line) for problem in done.refused] == [("inbox/Broken.md", 3)]
    assert "#work" in broken.read_text("utf-8")
    assert len(done.paths) == len(TAGGED) + 1


@pytest.mark.parametrize(
    ("old", "new", "tag", "wanted"),
    [
        ("a", "b", "a", "b"),
        ("a", "b", "A/x/Y", "b/x/Y"),
        ("a", "b", "ab", None),
        ("a/x", "b", "a/x/y", "b/y"),
        ("a/x", "b", "a", None),
        ("a", "a/b", "a/c", "a/b/c"),
        ("plain text", "plain", "Plain text", "plain"),
        ("#a", "#b", "a", "b"),
    ],
)
def test_children_follow(vault: Vault, old: str, new: str, tag: str, wanted: str | None) -> None:
    Path(vault.root, "Tagged.md").write_text(f"---\ntags: ['{tag}']\n---\n", "utf-8")
    vault.indexing.refresh(words=False)
    with suppress(NotFound):  # no note has it: then this one keeps its own
        vault.notes.apply(vault.notes.plan_rename_tag(old, new))
    assert vault.search.read("Tagged.md").tags == [wanted or tag]


@pytest.mark.parametrize("name", ["", "two words", "a,b", "12", "a//b", "x y", "a#b"])
def test_a_name_that_no_text_could_hold_is_refused(vault: Vault, name: str) -> None:
    with pytest.raises(UsageError, match="is not a tag"):
        vault.notes.plan_rename_tag("a", name)


def test_a_tag_that_nobody_has_is_named(vault: Vault) -> None:
    with pytest.raises(NotFound, match="#nobody"):
        vault.notes.plan_rename_tag("nobody", "somebody")


PLAN = """
vault.indexing.refresh(words=False)
plan = vault.notes.plan_rename_tag("work", "craft")
vault.history
"""


def killed(vault: Vault) -> Iterator[str]:
    """Rename in a process that dies at each point of the step, early and late."""
    last = len(TAGGED) + 1
    places = [("written", 2), ("journaled", 1), ("swapped", 1), ("swapped", last // 2)]
    places += [("swapped", last), ("settled", 1), ("logged", 1), ("done", 1)]
    for point, time in places:
        kill_at(point, time, vault.root, "vault.notes.apply(plan)", prepare=PLAN)
        yield point


def test_killed_anywhere_the_next_start_finishes_or_nothing_has_begun(
    tagged: Vault, texts: Callable[[], dict[str, bytes]]
) -> None:
    before = texts()
    tagged.notes.apply(tagged.notes.plan_rename_tag("work", "craft"))
    after = texts()
    tagged.history.undo()
    for point in killed(tagged):
        next_start = Vault.open(tagged.root)
        next_start.history.store.sweep_temps(next_start.root, min_age=-1)
        now = texts()
        assert now == (before if point == "written" else after), point
        if now == after:
            next_start.history.undo()
        assert texts() == before, point


def test_notes_that_are_gone_since_hide_no_other(vault: Vault) -> None:
    """As many that are gone at once are: they stay in lists until that is said to be meant."""
    Path(vault.root, "inbox/Windows.md").unlink()
    for plan in (
        vault.notes.plan_set(["books/Deep Work.md", "inbox/Windows.md"], ["rating=1"]),
        vault.notes.plan_tag(["inbox/Windows.md", "books/Deep Work.md"], ["new"]),
    ):
        assert [change.path for change in plan.changes] == ["books/Deep Work.md"]
        assert [problem.path for problem in plan.refused] == ["inbox/Windows.md"]
    with pytest.raises(NotFound):
        vault.notes.plan_tag(["inbox/Windows.md"], ["new"])
