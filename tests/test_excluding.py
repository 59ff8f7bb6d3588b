"""Notes that lists leave out, as Obsidian's "Excluded files" name them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notekeep.settings import excludes, find_unsupported_patterns
from tests.support.obsidian import obsidian, opened, write

if TYPE_CHECKING:
    from pathlib import Path

    from notekeep.vault import Vault


@pytest.mark.parametrize(
    ("said", "path", "does"),
    [
        ("Archive/", "Archive/a.md", True),
        ("Archive/", "archive/deep/a.md", True),
        ("Archive/", "Archives.md", False),
        ("Archive/", "Old/Archive/a.md", False),
        ("Archive", "Archives.md", True),
        ("README.md", "README.md", True),
        ("/^old/", "Older/a.md", True),
        ("/draft/", "a/My Draft.md", True),
        (r"/\.excalidraw\.md$/", "a/x.excalidraw.md", True),
        (r"/^work\/C-/", "work/C-1/a.md", True),
        ("/^(a|b)\\//", "b/x.md", True),
        ("/[/", "[/a.md", False),
        ("/[[a]/", "[", True),  # Python warns of what it may once read in another way
        ("/", "/", True),
        ("a.c", "abc", False),
    ],
)
def test_a_text_is_a_beginning_and_one_between_slashes_a_pattern(
    said: str, path: str, *, does: bool
) -> None:
    assert excludes((said,), path) is does
    assert excludes(("nothing like it", said), path) is does


@pytest.mark.parametrize(
    "pattern",
    ["/(a+)+$/", "/(a|aa)*$/", "/.*.*.*.*x/", "/([a-z]+){2,}/", "/[/", "/(?<=a)b/", r"/(a)\1/"],
)
def test_a_pattern_that_could_keep_the_processor_busy_leaves_nothing_out(pattern: str) -> None:
    assert find_unsupported_patterns((pattern, "x")) == [pattern]
    begin = time.process_time()
    assert not excludes((pattern,), "a" * 200 + "!.md")
    assert time.process_time() - begin < 10


@given(st.lists(st.text(max_size=20), max_size=4).map(tuple), st.text(max_size=60))
def test_any_list_is_read(said: tuple[str, ...], path: str) -> None:
    excludes(said, path)
    assert set(find_unsupported_patterns(said)) <= set(said)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    root = obsidian(tmp_path / "v", app={"userIgnoreFilters": ["Archive/", "/^old/"]})
    write(
        root,
        {
            "Plan.md": "See [[Past]], [[Older]] and [[Nobody]]\n",
            "Archive/Past.md": "---\ntags: [then]\n---\nNaval: [[Plan]] [[Gone]]\n- [ ] task\n",
            "Older.md": "naval\n",
            "Now.md": "naval #now\n",
        },
    )
    return opened(root)


def test_what_obsidian_excludes_is_in_no_list_and_no_search(vault: Vault) -> None:
    assert [row.title for row in vault.search.rows().rows] == ["Now", "Plan"]
    assert [row.title for row in vault.search.rows("is:excluded").rows] == ["Older", "Past"]
    assert [hit.row.title for hit in vault.search.search("naval").hits] == ["Now"]
    assert [hit.row.title for hit in vault.search.search("past").hits] == ["Plan"]
    assert list(vault.catalog.tag_counts()) == ["now"]
    assert list(vault.search.tasks()) == []
    assert vault.catalog.count() == 2


def test_links_lead_to_it_and_from_it_and_only_others_are_broken(vault: Vault) -> None:
    states = {link.target: link.state for link in vault.catalog.links("Plan.md")}
    assert states == {"Past": "ok", "Older": "ok", "Nobody": "broken"}
    assert [problem.path for problem in vault.catalog.problems()] == ["Plan.md"]
    assert vault.search.read("Past").path == "Archive/Past.md"
    assert [link.source for link in vault.catalog.backlinks("Plan.md")] == ["Archive/Past.md"]


def test_its_links_follow_what_gets_another_name(vault: Vault) -> None:
    vault.notes.rename("Plan", "The plan")
    assert "[[The plan]]" in vault.workspace.read("Archive/Past.md").decode()
    vault.indexing.refresh()
    vault.notes.rename("Past", "The past")
    assert vault.workspace.read("The plan.md").decode().startswith("See [[The past]], [[Older]]")


def test_what_is_excluded_later_goes_from_lists_and_comes_back(vault: Vault) -> None:
    for said, titles in (
        (["Archive/", "Now.md"], ["Older", "Plan"]),
        ([], ["Now", "Older", "Past", "Plan"]),
        (["Plan"], ["Now", "Older", "Past"]),
    ):
        obsidian(_root(vault), app={"userIgnoreFilters": said})
        again = opened(_root(vault))
        assert [row.title for row in again.search.rows().rows] == titles
        naval = {"Now", "Older", "Past"} & set(titles)
        assert {hit.row.title for hit in again.search.search("naval").hits} == naval
        assert again.full_text.count == len(titles)


def test_the_vaults_own_list_goes_before(vault: Vault) -> None:
    write(_root(vault), {".notekeep/config.toml": 'excluded = ["Now", "/(a+)+/"]\n'})
    again = opened(_root(vault))
    assert [row.title for row in again.search.rows().rows] == ["Older", "Past", "Plan"]
    (warning,) = again.settings.warnings
    assert warning.startswith(".notekeep/config.toml: The pattern '/(a+)+/' is invalid")


def _root(vault: Vault) -> Path:
    from pathlib import Path

    return Path(vault.root)
