"""Whether what was exported is what a visitor sees: the site is built and its pages are read back.

Without the generator the drafts themselves are read, which finds less but never nothing.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from notekeep.errors import NotFound
from notekeep.export import lint
from notekeep.export.anchors import same_words
from notekeep.export.building import asks_for_drafts, build, can_build, find_program
from notekeep.export.checks import ALL
from notekeep.export.dom import Element, read_page
from notekeep.export.expect import expected
from notekeep.export.look import Look
from notekeep.export.pages import lay_out
from notekeep.export.targets import load, open_target

if TYPE_CHECKING:
    from notekeep.export.building import Built
    from notekeep.export.plan import Plan, PlannedPost
    from notekeep.export.properties import Post
    from notekeep.export.targets.target import Target

State = Literal["passed", "failed", "skipped"]
_PAGES = (".html", ".htm", ".xml")


class Result(NamedTuple):
    """What one check says of one post; skipped are those that the post gives nothing for."""

    post: str
    id: str
    name: str
    state: State
    detail: str = ""


@dataclass(slots=True)
class Report:
    """What the checks say.

    Attributes:
        built: Whether the site was built with its generator.
        broken: Whether the generator was run and could not build it.
        said: What the generator said then, or why it was not run.
        results: One for each post and check.
    """

    built: bool = False
    broken: bool = False
    said: str = ""
    results: list[Result] = field(default_factory=list)

    @property
    def failed(self) -> list[Result]:
        """The checks that failed."""
        return [result for result in self.results if result.state == "failed"]

    @property
    def ok(self) -> bool:
        """Whether nothing failed, the build included."""
        return not self.failed and not self.broken


def check_export(plan: Plan, programs: str | None = None) -> Report:
    """Check the posts of a plan that was written.

    Args:
        plan: The plan.
        programs: A folder to look for the generator in, before PATH.

    Raises:
        Failure: The generator cannot be run.
    """
    if load(plan.target).is_built:
        with tempfile.TemporaryDirectory(prefix="notekeep-check-") as folder:
            return _read_pages(plan, open_target(plan.target, plan.site), folder)
    if not can_build(plan.target):
        return Report(said=f"{plan.target_name} is not built here", results=_linted(plan))
    try:
        program = find_program(plan.target, programs, plan.site)
    except NotFound as error:
        return Report(said=error.message, results=_linted(plan))
    target = open_target(plan.target, plan.site)
    with tempfile.TemporaryDirectory(prefix="notekeep-check-") as folder:
        return _built(plan, target, program, folder)


def _linted(plan: Plan) -> list[Result]:
    return [Result(*found) for found in lint.lint(plan)]


def _read_pages(plan: Plan, target: Target, folder: str) -> Report:
    pages = lay_out(plan, target, folder)
    report = Report(built=True)
    for planned in plan.posts:
        report.results += _checked(plan, target, planned, pages, pages)
    return report


def _built(plan: Plan, target: Target, program: str, folder: str) -> Report:
    places = {name: os.path.join(folder, name) for name in ("drafts", "normal")}
    for place in places.values():
        os.mkdir(place)
    drafts = build(target, program, places["drafts"], drafts=True)
    if not drafts.ok:
        return Report(broken=True, said=drafts.said, results=_linted(plan))
    # A generator that shows drafts only when asked is asked twice.
    normal = drafts
    if asks_for_drafts(target.id):
        normal = build(target, program, places["normal"], drafts=False)
        if not normal.ok:
            return Report(broken=True, said=normal.said, results=_linted(plan))
    report = Report(built=True)
    for planned in plan.posts:
        report.results += _checked(plan, target, planned, drafts, normal)
    return report


def _checked(
    plan: Plan, target: Target, planned: PlannedPost, drafts: Built, normal: Built
) -> list[Result]:
    file = _page_of(drafts.folder, planned.post)
    path = planned.post.path
    if not file:
        return [Result(path, "C01", "title", "failed", "the site has no page for the post")]
    page = _read(os.path.join(drafts.folder, file))
    shown = {
        note: post.slug
        for note, post in plan.published.items()
        if target.reaches(planned.post, post)
    }
    lists = _lists(plan, normal if planned.post.draft else drafts, planned.post.slug)
    wanted = expected(planned.draft)
    if not (target.dialect.more or target.teaser_in_head):
        wanted.teaser = None
    look = Look(
        planned,
        wanted,
        drafts.folder,
        file,
        page,
        lists,
        shown,
        plan.audit.needles,
        plan.audit.said,
        _own_files(drafts.folder, planned.post.slug),
        target.lists_whole,
        target.teaser_in_head,
    )
    results = []
    for number, name, check in ALL:
        problem = check(look)
        state: State = "skipped" if problem is None else "failed" if problem else "passed"
        results.append(Result(path, number, name, state, problem or ""))
    return results


def _read(path: str) -> Element:
    with open(path, encoding="utf-8", errors="replace") as file:
        return read_page(file.read())


def _page_of(site: str, post: Post) -> str:
    """Return the page of a post, whatever the site's addresses look like; "" for none.

    A tag can have the very name of a post, so of several the one with the post's title is it.
    """
    found = []
    for base, folders, files in os.walk(site):
        folders.sort()
        name = os.path.basename(base)
        own = {f"{post.slug}.html"} | ({"index.html"} if name == post.slug else set())
        places = [os.path.join(base, file) for file in files if file in own]
        found += [os.path.relpath(place, site).replace(os.sep, "/") for place in places]
    if len(found) > 1:
        wanted = same_words(post.title)
        for path in found:
            heads = _read(os.path.join(site, path)).find("h1")
            if any(same_words(head.text()) == wanted for head in heads):
                return path
    return found[0] if found else ""


def _lists(plan: Plan, built: Built, slug: str) -> dict[str, Element]:
    """Return the pages that speak of a post and are no posts of the export themselves."""
    own = {_page_of(built.folder, post) for post in plan.published.values()}
    lists = {}
    for base, _, files in os.walk(built.folder):
        for name in files:
            place = os.path.join(base, name)
            path = os.path.relpath(place, built.folder).replace(os.sep, "/")
            if not name.endswith(_PAGES) or path in own:
                continue
            with open(place, encoding="utf-8", errors="replace") as file:
                text = file.read()
            if slug in text:
                lists[path] = read_page(text)
    return lists


def _own_files(site: str, slug: str) -> dict[str, bytes]:
    """Return the files of a post: its page, what lies with it, copies of its source."""
    found = {}
    for base, _, files in os.walk(site):
        for name in files:
            place = os.path.join(base, name)
            path = os.path.relpath(place, site).replace(os.sep, "/")
            if slug in path:
                with open(place, "rb") as file:
                    found[path] = file.read()
    return found
