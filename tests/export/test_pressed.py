"""An export of many notes presses their pages, and makes of each note what it makes of it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from notekeep.export import Options, plan_export, planning
from notekeep.export.parse import parse
from notekeep.export.passage import Passage
from notekeep.export.pressed import press, unpress
from tests.support.markdown_pieces import texts
from tests.support.pages import told
from tests.support.sites import folder_with, make_source

if TYPE_CHECKING:
    from pathlib import Path

SITES = {
    "hugo": "hugo.toml",
    "nikola": "conf.py",
    "jekyll": "_config.yml",
    "mkdocs": "mkdocs.yml",
    "eleventy": "eleventy.config.js",
}


@given(texts())
def test_a_page_is_the_same_after_it_was_pressed(text: str) -> None:
    text = Passage.of_file("n.md", text, 1).text
    assert told(unpress(text, press(parse(text)))) == told(parse(text))


def test_nodes_know_what_they_stand_in_and_lines_whose_they_are() -> None:
    text = "> - a *b*\n>   c\n\nd\n"
    page = unpress(text, press(parse(text)))
    (em,) = page.find("em")
    assert [node.kind for node in em.above()] == ["paragraph", "item", "list", "quote", "root"]
    assert [line.leaf and line.leaf.first for line in page.lines] == [0, 0, None, 3, None]
    assert page.lines[1].leaf is em.parent


@pytest.mark.parametrize("target", SITES)
def test_each_note_becomes_what_it_becomes_when_pages_are_kept(
    target: str, vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: Options
) -> None:
    folder_with(tmp_path / "site", SITES[target], "")
    source = make_source(vault)
    paths = sorted(path for path in source.notes.known(_all(vault)))

    def planned() -> tuple[dict[str, bytes | None], dict[str, str], list[str]]:
        plan = plan_export(source, paths, target=target, site=tmp_path / "site", options=options)
        files = {file.path: file.after for file in plan.files}
        return files, {path: why.message for path, why in plan.refused.items()}, plan.warnings

    kept = planned()
    monkeypatch.setattr(planning, "PAGES_KEPT", 0)
    assert planned() == kept
    assert len(kept[0]) > 10


def _all(vault: Path) -> list[str]:
    return [file.relative_to(vault).as_posix() for file in vault.rglob("*.md")]


def test_a_text_whose_page_was_dropped_is_parsed_again_for_who_asks() -> None:
    passage = Passage.of_file("n.md", "a *b*\n", 1)
    before = told(passage.page)
    passage.drop_page()
    assert told(passage.page) == before
    passage.press_page()
    assert told(passage.page) == before
