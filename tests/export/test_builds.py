"""The vault of traps, exported to real sites, built by the real generators, read back."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from notekeep.export.check.site_build import build_site, find_generator, write_pages
from notekeep.export.source import Options
from notekeep.export.targets.target import open_target
from notekeep.storage.history import History
from tests.support.blog import plan_posts, write_plan
from tests.support.built_page import read_page
from tests.support.built_sites import (
    FURTHER,
    IN_CHECK,
    PAGES,
    POSTS,
    Done,
    export_to,
    generator,
    new_site,
    programs_of,
)
from tests.support.programs import needed
from tests.support.sites import INDIA, NOW, folder_with, make_hugo_site, make_source

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_SHOWN = {
    "html": {"C03", "C05"},  # a page of its own has no lists
    "ghost": {"C02", "C03", "C05"},  # day and tags stand beside the text
    "wordpress": {"C02", "C03", "C05"},
}
"""Checks that a site gives nothing to look at for."""

pytestmark = [pytest.mark.generator, pytest.mark.slow]


def programs_for(kind: str) -> str:
    """Return where the generator of a kind of site is; the test is skipped where it is not."""
    if kind in FURTHER and "NOTEKEEP_EXPORT_ALL" not in os.environ:
        pytest.skip("NOTEKEEP_EXPORT_ALL names no folder with the further generators")
    if kind == "zola" and shutil.which("zola") is None:
        pytest.skip("zola is not here, and no registry has it")
    programs = programs_of(kind)
    if kind not in PAGES:
        needed(generator(kind), path=os.pathsep.join([programs, os.environ.get("PATH", "")]))
    return programs


@pytest.fixture(scope="session")
def built(drawn_vault: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Done]:
    """Export to a kind of site, build and check it: once in a session."""
    made: dict[str, Done] = {}

    def build_once(kind: str) -> Done:
        programs = programs_for(kind)
        if kind not in made:
            site = new_site(kind, tmp_path_factory.mktemp("built") / "site")
            made[kind] = export_to(drawn_vault, site, generator(kind), programs)
        return made[kind]

    return build_once


@pytest.fixture(params=[*IN_CHECK, *PAGES, *FURTHER])
def done(request: pytest.FixtureRequest, built: Callable[[str], Done]) -> Done:
    return built(request.param)


def test_the_site_builds_unaided_and_every_check_passes(done: Done) -> None:
    assert done.report.built
    assert done.report.message == ""
    assert [(r.post, r.id, r.detail) for r in done.report.failed] == []


def test_every_check_has_something_to_look_at(done: Done) -> None:
    passed = {result.id for result in done.report.results if result.state == "passed"}
    missing = {f"C{number:02}" for number in range(1, 27)} - passed
    assert missing == NOT_SHOWN.get(done.plan.target, set())


def test_checking_leaves_the_site_as_it_is(done: Done) -> None:
    assert done.touched == []


def test_no_canary_is_in_any_file_of_the_built_site(done: Done, tmp_path: Path) -> None:
    target = open_target(done.plan.target, done.plan.site)
    if target.is_built:
        result = write_pages(done.plan, target, str(tmp_path))
    else:
        program = find_generator(target.id, programs_of(target.id))
        result = build_site(target, program, str(tmp_path), drafts=True)
    assert result.ok
    for file in Path(result.folder).rglob("*"):
        if file.is_file() and "assets" not in file.parts:
            data = file.read_bytes()
            assert b"CANARY" not in data, file
            assert b"UNPUBLISHED-WORDS" not in data, file


def test_a_generator_that_is_too_old_is_skipped_by_name(tmp_path: Path) -> None:
    program = folder_with(tmp_path, "hugo", "#!/bin/sh\necho hugo v0.131.0+extended linux/amd64\n")
    (program / "hugo").chmod(0o755)
    with pytest.raises(pytest.skip.Exception, match=r"hugo is too old: 0\.131\.0 is here.*0\.146"):
        needed("hugo", path=str(tmp_path))


LINES = """\
---
title: Breaks
draft: false
date: 2026-03-04
---
Opening words.

first line
second line

> quoted one
> quoted two

- item one
  item two
"""


@pytest.mark.parametrize("kind", ["hugo", "pelican", *PAGES, *FURTHER])
@pytest.mark.parametrize(("linebreaks", "shown"), [("keep", 3), ("join", 0)])
def test_single_newlines_are_shown_as_the_person_chose(
    kind: str, linebreaks: Literal["keep", "join"], shown: int, tmp_path: Path
) -> None:
    programs = programs_for(kind)
    source = make_source(folder_with(tmp_path / "notes", "n.md", LINES))
    options = Options(zone=INDIA, now=NOW, linebreaks=linebreaks)
    site = new_site(kind, tmp_path / "site")
    plan = plan_posts(source, ["n.md"], target=generator(kind), site=site, options=options)
    write_plan(plan, source, History(tmp_path / "state"))
    target = open_target(plan.target, plan.site)
    folder = tmp_path / "built"
    folder.mkdir()
    if target.is_built:
        result = write_pages(plan, target, str(folder))
    else:
        program = find_generator(target.id, programs)
        result = build_site(target, program, str(folder), drafts=False)
    pages = [path for path in Path(result.folder).rglob("*.html") if "breaks" in str(path)]
    texts = [page for path in pages if "second line" in (page := path.read_text())]
    bodies = [e for e in read_page(texts[0]).walk() if e.has_class("post-content")]
    bodies += read_page(texts[0]).find("article", "body")
    assert len(bodies[0].find("br")) == shown


def test_the_same_body_without_care_does_not_build(
    drawn_vault: Path, empty_nikola: Path, generators: str, tmp_path: Path
) -> None:
    """The vault's own text under right metadata: what the exporter is for."""
    body = (drawn_vault / POSTS[0]).read_text().split("---\n", 2)[2]
    site = tmp_path / "nikola"
    shutil.copytree(empty_nikola, site)
    head = "<!--\n.. title: x\n.. slug: x\n.. date: 2026-03-04\n-->\n\n"
    (site / "posts" / "x.md").write_text(head + body)
    command = [needed("nikola", path=generators), "build", "--strict"]
    assert subprocess.run(command, cwd=site, capture_output=True, check=False).returncode != 0
    site = make_hugo_site(tmp_path / "hugo")
    (site / "content" / "x.md").write_text("---\ntitle: x\n---\n" + body)
    command = [needed("hugo", path=generators)]
    assert subprocess.run(command, cwd=site, capture_output=True, check=False).returncode != 0


def test_a_site_that_does_not_build_is_told_with_what_the_generator_said(
    drawn_vault: Path, hugo_site: Path, generators: str
) -> None:
    needed("hugo", path=generators)
    (hugo_site / "content" / "broken.md").write_text("---\ntitle: x\n---\n{{< nothing >}}")
    done = export_to(drawn_vault, hugo_site, "hugo", generators)
    assert not done.report.built
    assert "nothing" in done.report.message
