"""Build a site, read its pages back, and tell whether a visitor sees what the notes say.

Without the generator only what the drafts themselves show is checked.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from notekeep.errors import NotFound
from notekeep.export.audit import Audit, OutgoingFile, find_leaks
from notekeep.export.check.built_page import Element, read_page
from notekeep.export.check.page_checks import CHECKS, BuiltPost, Check
from notekeep.export.check.site_build import (
    build_site,
    find_program,
    needs_draft_build,
    write_pages,
)
from notekeep.export.plan import ExportPlan, PlannedPost, SiteChange
from notekeep.export.post import Post
from notekeep.export.targets.target import Target, load_target, open_target
from notekeep.markdown.nodes import LITERAL_NODES, Tree, parse_tree
from notekeep.markdown.text_edit import normalize_heading

_LEFT_OVER = re.compile(
    r"\[\[[^\]]+\]\]|%%|(?:^|\s)\^[\w-]+$|\[!private|nk[0-9a-f]{12}:", re.MULTILINE
)
_ADDRESS = re.compile(r"!\[[^\]]*\]\(<?([^)\s>]+)|<img\b[^>]*?\bsrc=\"([^\"]+)\"")
_WARNING = re.compile(r"\bwarn", re.IGNORECASE)
_NO_LAYOUT = "found no layout file"  # Hugo's warning in a site without templates
_MAX_WARNINGS = 3  # of a generator, where it made no page
NO_PAGE = "the site has no page for the post"

_PAGES = (".html", ".htm", ".xml")

State = Literal["passed", "failed", "skipped"]


class CheckResult(NamedTuple):
    """What one check says of one post; skipped are those that the post gives nothing for."""

    post: str
    id: str
    name: str
    state: State
    detail: str = ""


@dataclass(slots=True)
class CheckReport:
    """What the checks say."""

    built: bool = False  # whether the site was built with its generator
    broken: bool = False  # whether the generator was run and could not build it
    # what the generator said then or of a page it did not make, or why it was not run
    message: str = ""
    notice: str = ""  # about drafts, which the site itself hides
    results: list[CheckResult] = field(default_factory=list)  # one for each post and check

    @property
    def failed(self) -> list[CheckResult]:
        """The checks that failed."""
        return [result for result in self.results if result.state == "failed"]

    @property
    def ok(self) -> bool:
        """Whether nothing failed, the build included."""
        return not self.failed and not self.broken


def check_export(
    plan: ExportPlan,
    audit: Audit,
    programs: str | None = None,
    checks: Sequence[Check] = CHECKS,
) -> CheckReport:
    """Check the posts of a plan that was written."""
    program = ""
    if not load_target(plan.target).is_built:
        try:
            program = find_program(plan.target, programs, plan.site)
        except NotFound as error:
            return CheckReport(
                message=error.message, notice=plan.draft_notice, results=lint_drafts(plan, audit)
            )
    target = open_target(plan.target, plan.site)
    with tempfile.TemporaryDirectory(prefix="notekeep-check-") as folder:
        return _check_site(plan, audit, target, program, folder, checks)


def _check_site(
    plan: ExportPlan,
    audit: Audit,
    target: Target,
    program: str,
    folder: str,
    checks: Sequence[Check],
) -> CheckReport:
    places = {name: os.path.join(folder, name) for name in ("drafts", "normal")}
    for place in places.values():
        os.mkdir(place)
    if program:
        drafts = normal = build_site(target, program, places["drafts"], drafts=True)
        if drafts.ok and needs_draft_build(target.id):
            normal = build_site(target, program, places["normal"], drafts=False)
        if not normal.ok:
            return CheckReport(broken=True, message=normal.output, results=lint_drafts(plan, audit))
    else:
        drafts = normal = write_pages(plan, target, places["drafts"])
    posts = plan.published.values()
    with_drafts = _BuiltSite(drafts.folder, posts)
    without = with_drafts if normal is drafts else _BuiltSite(normal.folder, posts)
    report = CheckReport(built=True)
    for post in plan.posts:
        listing = without if post.post.draft else with_drafts
        report.results += _check_post(plan, audit, target, post, with_drafts, listing, checks)
    if any(result.detail == NO_PAGE for result in report.results):
        report.message = _generator_warnings(drafts.output)
    if plan.draft_notice:
        report.notice = f"Built in a temporary folder, drafts included. {plan.draft_notice}"
    return report


def _generator_warnings(output: str) -> str:
    """Return what a generator warned of, and what to do where it found no templates."""
    lines = [line for line in dict.fromkeys(output.splitlines()) if _WARNING.search(line)]
    advice = ["The site has no templates: install a theme."] if _NO_LAYOUT in output else []
    return "\n".join([*lines[:_MAX_WARNINGS], *advice])


class _BuiltSite:
    """A built site: its files, and the page of each post; "" for a post that has none."""

    def __init__(self, folder: str, posts: Iterable[Post]) -> None:
        self.folder = folder
        self.files: list[str] = []
        for base, folders, names in os.walk(folder):
            folders.sort()
            places = (os.path.relpath(os.path.join(base, name), folder) for name in names)
            self.files += (place.replace(os.sep, "/") for place in places)
        self.pages = {post.path: self._find_page(post) for post in posts}

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        with open(os.path.join(self.folder, path), "rb") as file:
            return file.read()

    def read_page(self, path: str) -> Element:
        """Return a page."""
        return read_page(self.read(path).decode("utf-8", "replace"))

    def find_lists(self, slug: str) -> dict[str, Element]:
        """Return the pages that speak of a post and are no posts of the export themselves."""
        return {
            path: read_page(data.decode("utf-8", "replace"))
            for path, data in self._lists.items()
            if slug.encode() in data
        }

    @cached_property
    def _lists(self) -> dict[str, bytes]:
        """What the pages hold that are no posts of the export."""
        own = {*self.pages.values()}
        pages = (path for path in self.files if path.endswith(_PAGES) and path not in own)
        return {path: self.read(path) for path in pages}

    def _find_page(self, post: Post) -> str:
        """Return the page of a post, of several the one with its title."""
        endings = (f"/{post.slug}.html", f"/{post.slug}/index.html")
        found = [path for path in self.files if f"/{path}".endswith(endings)]
        if len(found) > 1:
            wanted = normalize_heading(post.title)
            for path in found:
                headings = self.read_page(path).find("h1")
                if any(normalize_heading(heading.text()) == wanted for heading in headings):
                    return path
        return found[0] if found else ""


def _check_post(
    plan: ExportPlan,
    audit: Audit,
    target: Target,
    planned: PlannedPost,
    site: _BuiltSite,
    listing: _BuiltSite,
    checks: Sequence[Check],
) -> list[CheckResult]:
    """Check one post as built, and the lists of a site that shows it only if it is published."""
    path, slug = planned.post.path, planned.post.slug
    file = site.pages[path]
    if not file:
        return [CheckResult(path, "C01", "title", "failed", NO_PAGE)]
    reached = {
        note: post.slug
        for note, post in plan.published.items()
        if target.reaches(planned.post, post)
    }
    built = BuiltPost(
        planned,
        site.folder,
        file,
        site.read_page(file),
        listing.find_lists(slug),
        reached,
        audit,
        {name: site.read(name) for name in site.files if slug in name},
        _what_ends_teasers(target),
    )
    results = []
    for check in checks:
        problem = check.problem(built)
        state: State = "skipped" if problem is None else "failed" if problem else "passed"
        results.append(CheckResult(path, check.id, check.name, state, problem or ""))
    return results


def _what_ends_teasers(target: Target) -> Literal["lists", "feeds", "themed", ""]:
    if target.teaser_in_head:
        return "themed"
    if not target.dialect.more:
        return ""
    return "feeds" if target.lists_whole else "lists"


# Without its site: what can be said of a draft as it is written.


def lint_drafts(plan: ExportPlan, audit: Audit) -> list[CheckResult]:
    """Check the drafts of a plan as they are written."""
    files = {file.path: file for file in plan.files}
    found = []
    for planned in plan.posts:
        file = files.get(planned.path)
        if file is None or file.after is None:
            continue
        tree = parse_tree(file.after.decode("utf-8", "replace"))
        found += [
            _found(planned, "C06", "pictures", _pictures(tree, files)),
            _found(planned, "C19", "nothing private", _leaks(audit, file)),
            _found(planned, "C25", "no vault syntax left", _left_over(tree)),
        ]
    return found


def _found(planned: PlannedPost, number: str, name: str, problem: str) -> CheckResult:
    return CheckResult(planned.post.path, number, name, "failed" if problem else "passed", problem)


def _pictures(tree: Tree, files: dict[str, SiteChange]) -> str:
    """Return the first picture that is no file of the plan; addresses on the web are not asked."""
    for node in tree.find("image", "html", "html_block"):
        match = _ADDRESS.match(tree.source(node))
        address = (match[1] or match[2]) if match else ""
        if not address or "://" in address or address.startswith(("data:", "//")):
            continue
        name = address.rsplit("/", 1)[-1]
        if not any(path.rsplit("/", 1)[-1] == name for path in files):
            return f"{address} is not a file of the export"
    return ""


def _leaks(audit: Audit, file: SiteChange) -> str:
    leaving = OutgoingFile(file.path, file.after or b"", file.note)
    found = find_leaks([leaving], audit.private_terms, audit.public_text)
    return f"it reveals {found[0].term.what}" if found else ""


def _left_over(tree: Tree) -> str:
    for node in tree.find("text"):
        match = _LEFT_OVER.search(node.content)
        if match is not None and not node.inside(*LITERAL_NODES):
            return f"line {tree.line_of(node.start) + 1}: {match[0].strip()!r}"
    return ""
