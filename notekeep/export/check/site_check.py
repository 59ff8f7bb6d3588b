"""Build a site after an export, and check the pages of its posts.

Each post must have a page with working links and pictures and without private text.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from notekeep.errors import NotFound
from notekeep.export.audit import Audit, OutgoingFile, find_leaks
from notekeep.export.check.site_build import BuildResult, build_site, find_generator, write_pages
from notekeep.export.plan import ExportPlan, PlannedPost
from notekeep.export.post import Post
from notekeep.export.privacy.private_terms import normalize_for_audit
from notekeep.export.targets.target import open_target
from notekeep.markdown.text_edit import normalize_heading

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

CONTENT_CLASSES = (
    *("e-content", "entry-content", "post-content", "article-content", "post-body", "content"),
)
"""CSS classes that themes use for the body of a post, most specific first."""
_WARNING = re.compile(r"\bwarn", re.IGNORECASE)
_NO_LAYOUT = "found no layout file"  # Hugo's warning in a site without templates
_MAX_WARNINGS = 3  # shown if the generator creates no page
_NO_PAGE = "the site has no page for the post"


class CheckResult(NamedTuple):
    """One check of one post; `problem` is "" if it passed."""

    post: str
    name: str
    problem: str


@dataclass(slots=True)
class CheckReport:
    """The result of checking an export."""

    built: bool = False
    message: str = ""  # why the site was not built, or the generator's warnings about missing pages
    notice: str = ""  # about drafts that the site hides
    results: list[CheckResult] = field(default_factory=list)

    @property
    def failed(self) -> list[CheckResult]:
        """The checks that failed."""
        return [result for result in self.results if result.problem]

    @property
    def ok(self) -> bool:
        """Whether the site was built and no check failed."""
        return self.built and not self.failed


def check_export(plan: ExportPlan, audit: Audit, programs: str | None = None) -> CheckReport:
    """Build the site of a written plan, drafts included, and check its posts.

    `programs` are the folders to search for the generator before PATH, separated as in PATH.
    """
    with tempfile.TemporaryDirectory(prefix="notekeep-check-") as folder:
        try:
            built = _build(plan, programs, folder)
        except NotFound as error:
            return CheckReport(message=error.message, notice=plan.draft_notice)
        if not built.ok:
            return CheckReport(message=built.output)
        site = BuiltSite(built.folder, plan.published.values())
        report = CheckReport(built=True)
        for post in plan.posts:
            report.results += _check_post(audit, post, site)
    if any(result.problem == _NO_PAGE for result in report.results):
        report.message = _generator_warnings(built.output)
    if plan.draft_notice:
        report.notice = f"Built in a temporary folder, drafts included. {plan.draft_notice}"
    return report


def _build(plan: ExportPlan, programs: str | None, folder: str) -> BuildResult:
    target = open_target(plan.target, plan.site)
    if target.is_built:
        return write_pages(plan, target, folder)
    program = find_generator(plan.target, programs, plan.site)
    return build_site(target, program, folder, drafts=True)


def _generator_warnings(output: str) -> str:
    """Return the first warnings of a generator, with advice if it found no templates."""
    lines = [line for line in dict.fromkeys(output.splitlines()) if _WARNING.search(line)]
    advice = ["The site has no templates: install a theme."] if _NO_LAYOUT in output else []
    return "\n".join([*lines[:_MAX_WARNINGS], *advice])


class BuiltSite:
    """The files of a built site, and the page of each post ("" for none)."""

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

    def read_page(self, path: str) -> BeautifulSoup:
        """Parse a page."""
        from bs4 import BeautifulSoup

        page = BeautifulSoup(self.read(path).decode("utf-8", "replace"), "html.parser")
        for line_break in page.find_all("br"):
            line_break.replace_with("\n")
        return page

    def _find_page(self, post: Post) -> str:
        """Return the page of a post. If several match, prefer the page with its title."""
        endings = (f"/{post.slug}.html", f"/{post.slug}/index.html")
        found = [path for path in self.files if f"/{path}".endswith(endings)]
        if len(found) > 1:
            title = normalize_heading(post.title)
            for path in found:
                headings = self.read_page(path).find_all("h1")
                if any(normalize_heading(heading.get_text()) == title for heading in headings):
                    return path
        return found[0] if found else ""


def _check_post(audit: Audit, planned: PlannedPost, site: BuiltSite) -> list[CheckResult]:
    path, slug = planned.post.path, planned.post.slug
    file = site.pages[path]
    if not file:
        return [CheckResult(path, "page", _NO_PAGE)]
    content = _find_content(site.read_page(file))
    addresses = [str(link["href"]) for link in content.find_all("a", href=True)]
    addresses += [str(image.get("src", "")) for image in content.find_all("img")]
    own = OutgoingFile(file, content.get_text().encode(), path)
    files = [OutgoingFile(name, site.read(name)) for name in site.files if slug in name]
    return [
        CheckResult(path, "page", ""),
        CheckResult(path, "links and pictures", find_broken_link(site.folder, file, addresses)),
        CheckResult(path, "nothing private", find_private_text(audit, own, files)),
    ]


def _find_content(page: BeautifulSoup) -> Tag:
    """Return the element with the body of the post."""
    found = (page.find(class_=name) for name in CONTENT_CLASSES)
    by_tag = (page.find(tag) for tag in ("article", "main", "body"))
    return next(filter(None, (*found, *by_tag)), page)


def find_broken_link(site: str, page: str, addresses: Sequence[str]) -> str:
    """Describe the first broken internal link on a page; "" for none.

    `site` is the folder of the built site, and `page` a path within it.
    """
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not address:
            continue
        path = unquote(parts.path)
        if path.startswith("/"):
            relative = path.lstrip("/")
        else:
            relative = os.path.join(os.path.dirname(page), path) if path else page
        place = os.path.normpath(os.path.join(site, relative))
        if os.path.isdir(place):
            place = os.path.join(place, "index.html")
        if not os.path.isfile(place):
            return f"{address} is a broken link"
        if parts.fragment and place.endswith(".html"):
            with open(place, encoding="utf-8", errors="replace") as file:
                text = file.read()
            name = re.escape(unquote(parts.fragment))
            if not re.search(rf"\b(?:id|name)=[\"']?{name}[\"'\s>]", text):
                return f"{address} links to a missing section of a page"
    return ""


def find_private_text(audit: Audit, post: OutgoingFile, files: Sequence[OutgoingFile]) -> str:
    """Describe the first private text in a post or its files; "" for none.

    In files, single words are ignored, because a theme may contain any of them.
    """
    terms, public = audit.private_terms, audit.public_text
    several = [term for term in terms if len(normalize_for_audit(term.text).split()) > 1]
    found = find_leaks([post], terms, public) + find_leaks(files, several, public)
    return f"{found[0].file.path} reveals {found[0].term.what}" if found else ""
