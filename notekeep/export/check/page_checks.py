"""Build, read posts, the 26 checks, report."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from urllib.parse import unquote

from notekeep.errors import NotFound
from notekeep.export.audit import OutgoingFile, find_leaks
from notekeep.export.check import expectation
from notekeep.export.check.built_page import (
    BuiltPost,
    Element,
    classes,
    dead,
    find_misled_link,
    find_missing_code,
    has_fragment,
    in_footnotes,
    item_text,
    join_blanks,
    leads_to,
    read_page,
    task_state,
    tex,
)
from notekeep.export.check.expectation import normalize_text, read_expectation
from notekeep.export.check.site_build import (
    build_site,
    can_build,
    find_program,
    needs_draft_build,
    write_pages,
)
from notekeep.export.embeds import normalize_heading
from notekeep.export.private_terms import normalize_for_audit
from notekeep.export.targets.target import load_target, open_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.audit import Audit
    from notekeep.export.check.site_build import Built
    from notekeep.export.plan import ExportPlan, PlannedPost
    from notekeep.export.post import Post
    from notekeep.export.targets.target import Target


# The 26 checks of a built page: does a visitor see what the person wrote, and nothing else?
#
# Each is a function of one `Look` and returns what is wrong, "" for nothing, or None when the
# post has nothing of the kind. They know no generator.


_LEFT_OVER = re.compile(
    r"\[\[[^\]]+\]\]|%%|==\S[^=\n]*\S==|(?:^|\s)\^[\w-]+$|\[![a-z]+\]|\{\{[<%]|nk[0-9a-f]{12}:"
    r"|\{(?:filename|static|attach)\}|link://|SHORTCODE[0-9a-f]{32}|HAHAHUGOSHORTCODE",
    re.MULTILINE,
)

_DISPLAYED = (
    *(("$$", "$$"), ("\\[", "\\]")),
    *(("$\\displaystyle", "$"), ("\\(\\displaystyle", "\\)"), ("\\[\\displaystyle", "\\]")),
)
_MARKUP = re.compile(r"</?[A-Za-z][^>]*>")
_TAG_PAGE = re.compile(r"(?:^|/)(?:tags?|categories|topics?)/")


def check_title(look: BuiltPost) -> str | None:
    """The title is a heading of the page."""
    wanted = normalize_heading(look.post.post.title)
    headings = look.page.find("h1", "h2", "title")
    return (
        ""
        if any(normalize_heading(h.text()) == wanted for h in headings)
        else "no heading has the title"
    )


def check_day(look: BuiltPost) -> str | None:
    """The page has the calendar day that the author meant."""
    when = look.post.post.date
    if when is None:
        return None
    html = look.page
    stamps = [
        f"{e.attributes.get('datetime', '')} {e.attributes.get('title', '')} "
        f"{normalize_text(e.text())}"
        for e in html.find("time", "abbr")
    ]
    stamps += [e.attributes.get("content", "") for e in html.find("meta")]
    months = f"{when:%B} {when.day}, {when:%Y}", f"{when.day} {when:%B} {when:%Y}"
    if any(f"{when:%Y-%m-%d}" in stamp or any(m in stamp for m in months) for stamp in stamps):
        return ""
    return f"{when:%Y-%m-%d} is not on the page" if stamps else None


def check_tags(look: BuiltPost) -> str | None:
    """Every tag is on the page, as written."""
    wanted = look.post.post.tags
    if not wanted:
        return None
    shown = [a for a in look.page.find("a") if _TAG_PAGE.search(a.attributes.get("href", ""))]
    if not shown:
        return None  # a theme that shows no tags
    words = {normalize_text(a.text()).removeprefix("#").casefold() for a in shown}
    missing = [tag for tag in wanted if normalize_text(tag).casefold() not in words]
    return f"missing: {', '.join(missing)}" if missing else ""


def check_draft_hidden(look: BuiltPost) -> str | None:
    """A draft is on no list, feed or map of a normal build."""
    if not look.post.post.draft:
        return None
    for path, page in look.lists.items():
        found = [a.attributes.get("href", "") for a in page.find("a", "link")]
        found += [e.text() for e in page.find("loc", "guid", "link")]
        if any(leads_to(look.file, path, link) for link in found):
            return f"{path} lists the draft"
    return ""


def check_teaser(look: BuiltPost) -> str | None:
    """A list shows the teaser and stops there."""
    if look.expected.teaser is None:
        return None
    before, after = look.expected.teaser
    ending = ".xml" if look.feeds_only else (".html", ".htm")  # most feeds hold whole posts
    pages = [page.text() for path, page in look.lists.items() if path.endswith(ending)]
    # A feed holds its posts as the text of HTML.
    shown = [normalize_text(_MARKUP.sub("", text) if look.feeds_only else text) for text in pages]
    lists = [
        text
        for text in shown
        if normalize_text(look.post.post.title) in text and before[:60] in text
    ]
    whole = [text for text in lists if after[:60] in text]
    if not lists or (look.themed and len(whole) == len(lists)):
        return None
    return "a list goes on behind the teaser" if whole and not look.themed else ""


def check_pictures(look: BuiltPost) -> str | None:
    """Every picture that the page shows is a file of the site."""
    sources = [e.attributes.get("src", "") for e in look.content.find("img")]
    if not look.expected.pictures and not sources:
        return None
    if len(sources) < look.expected.pictures:
        return f"{look.expected.pictures} pictures, and the page shows {len(sources)}"
    return dead(look, sources)


def check_code_blocks(look: BuiltPost) -> str | None:
    """Code at the margin is shown to the byte."""
    return find_missing_code(look, look.expected.blocks)


def check_nested_code(look: BuiltPost) -> str | None:
    """Code within lists and quotes is shown to the byte."""
    return find_missing_code(look, look.expected.nested)


def check_code_spans(look: BuiltPost) -> str | None:
    """Code within lines is shown to the byte."""
    if not look.expected.spans:
        return None
    shown = {join_blanks(e.text()) for e in look.content.find("code", "tt")}
    missing = [span for span in look.expected.spans if join_blanks(span) not in shown]
    return f"not shown: {missing[0]!r}" if missing else ""


def check_inline_tex(look: BuiltPost) -> str | None:
    """Formulas within lines are in the page as TeX, between marks that scripts know."""
    return tex(look, look.expected.inline_tex, (("\\(", "\\)"), ("$", "$")))


def check_display_tex(look: BuiltPost) -> str | None:
    """Formulas on their own are in the page as TeX."""
    return tex(look, look.expected.display_tex, _DISPLAYED)


def check_dollars(look: BuiltPost) -> str | None:
    """Prices are prices."""
    text = normalize_text(look.content.text())
    missing = [price for price in look.expected.dollars if price not in text]
    if not look.expected.dollars:
        return None
    return f"not shown: {missing[0]}" if missing else ""


def check_footnotes(look: BuiltPost) -> str | None:
    """Every footnote is reached from the text, and leads back."""
    if not look.expected.footnotes:
        return None
    ids = {e.attributes["id"] for e in look.page.walk() if "id" in e.attributes}
    there, back = set(), set()
    for link in look.page.find("a"):
        target = unquote(link.attributes.get("href", "")).partition("#")[2]
        if target not in ids:
            continue
        target = target.removeprefix("user-content-")
        if target.startswith("fnref"):
            back.add(target)
        elif target.startswith("fn"):
            there.add(target)
    wanted = look.expected.footnotes
    if len(there) < wanted:
        return f"{len(there)} of {wanted} notes are reached"
    return "" if len(back) >= wanted else f"{len(back)} of {wanted} notes lead back"


def check_tables(look: BuiltPost) -> str | None:
    """Tables have the cells that were written."""
    if not look.expected.tables:
        return None
    shown = [
        [normalize_text(cell.text()) for cell in table.find("th", "td")]
        for table in look.content.find("table")
    ]
    for wanted in look.expected.tables:
        like = [t for t in shown if len(t) == len(wanted)]
        if not any(
            all(
                all(word in cell for word in want.split())
                for want, cell in zip(wanted, t, strict=True)
            )
            for t in like
        ):
            return f"a table with {wanted[:3]} is not shown"
    return ""


def check_callouts(look: BuiltPost) -> str | None:
    """Callouts are set apart and have their titles."""
    if not look.expected.callouts:
        return None
    boxes = [
        normalize_text(e.text())
        for e in look.content.find("blockquote", "aside", "details", "div")
        if e.tag != "div" or re.search(r"admonition|alert|callout", e.attributes.get("class", ""))
    ]
    missing = [name for name in look.expected.callouts if not any(name in box for box in boxes)]
    return f"not shown: {missing[0]!r}" if missing else ""


def check_sibling_links(look: BuiltPost) -> str | None:
    """Links to other posts lead to their pages."""
    wanted = [
        (words, ref)
        for words, ref in look.expected.links
        if ref.path != look.post.post.path and ref.path in look.slugs and not has_fragment(ref)
    ]
    return find_misled_link(look, wanted)


def check_sibling_anchors(look: BuiltPost) -> str | None:
    """Links to a heading or block of another post lead to an id that is there."""
    wanted = [
        (words, ref)
        for words, ref in look.expected.links
        if ref.path != look.post.post.path and ref.path in look.slugs and has_fragment(ref)
    ]
    return find_misled_link(look, wanted)


def check_own_anchors(look: BuiltPost) -> str | None:
    """Links to a heading or block of the post itself lead to an id that is there."""
    wanted = [(words, ref) for words, ref in look.expected.links if ref.path == look.post.post.path]
    if not wanted:
        return None
    ids = {e.attributes["id"] for e in look.page.walk() if "id" in e.attributes}
    for words, _ in wanted:
        like = [a for a in look.content.find("a") if normalize_text(a.text()) == words]
        targets = [unquote(a.attributes.get("href", "")).partition("#") for a in like]
        if not any(mark and (not place or place in ids) for _, mark, place in targets):
            return f"the link {words!r} leads nowhere"
    return ""


def check_leaks(look: BuiltPost) -> str | None:
    """Nothing private is in the post's words, and no private name or line in any file of it.

    What surrounds a post are the words of a theme, in which a single word says nothing.
    """
    note = look.post.post.path
    own = [OutgoingFile(look.file, look.content.text().encode(), note)]
    files = [OutgoingFile(path, data) for path, data in look.files.items()]
    several = [
        needle for needle in look.needles if len(normalize_for_audit(needle.text).split()) > 1
    ]
    found = find_leaks(own, look.needles, look.said) + find_leaks(files, several, look.said)
    return f"{found[0].file.path} shows {found[0].term.what}" if found else ""


def check_nesting(look: BuiltPost) -> str | None:
    """List items are as deep in lists as they were written."""
    if not look.expected.nesting:
        return None
    shown: dict[str, set[int]] = {}
    for item in look.content.find("li"):
        depth = 1 + sum(1 for above in item.above() if above.tag == "li")
        shown.setdefault(item_text(item)[:40], set()).add(depth)
    for words, depth in look.expected.nesting:
        if words and not any(
            depth in depths for text, depths in shown.items() if text.startswith(words[:30])
        ):
            return f"{words[:30]!r} is not at depth {depth}"
    return ""


def check_tasks(look: BuiltPost) -> str | None:
    """Tasks have a box that is ticked or not, and no brackets."""
    if not look.expected.tasks:
        return None
    items = look.content.find("li")
    for words, done in look.expected.tasks:
        like = [item for item in items if words[:30] in normalize_text(item.text())]
        if not any(task_state(item) is done for item in like):
            return f"{words[:30]!r} has no box, or the wrong one"
    return ""


def check_highlights(look: BuiltPost) -> str | None:
    """Highlighted words stand out."""
    if not look.expected.marks:
        return None
    shown = {normalize_text(e.text()) for e in look.content.find("mark", "strong", "b", "em")}
    missing = [words for words in look.expected.marks if words not in shown]
    return f"not marked: {missing[0]!r}" if missing else ""


def check_diagrams(look: BuiltPost) -> str | None:
    """Mermaid diagrams are in the page as Mermaid reads them."""
    if not look.expected.diagrams:
        return None
    shown = [e for e in look.content.find("pre", "div", "code") if "mermaid" in classes(e)]
    texts = {e.text().strip() for e in shown}
    missing = [text for text in look.expected.diagrams if text.strip() not in texts]
    return "a diagram is not shown" if missing else ""


def check_references(look: BuiltPost) -> str | None:
    """No link or picture of the post leads to a page of the site that is not there."""
    targets = [e.attributes.get("href", "") for e in look.content.find("a")]
    return dead(look, targets + [e.attributes.get("src", "") for e in look.content.find("img")])


def check_leftovers(look: BuiltPost) -> str | None:
    """No sign of the vault or of a template is left in the words."""
    for element in look.content.walk():
        if element.tag in {"code", "pre", "script"} or any(
            above.tag in {"code", "pre"} for above in element.above()
        ):
            continue
        for child in element.children:
            found = _LEFT_OVER.finditer(child) if isinstance(child, str) else ()
            for match in found:
                if match[0].strip() not in look.expected.words:
                    return f"left over: {match[0].strip()!r}"
    return ""


def check_quotes(look: BuiltPost) -> str | None:
    """Quotes and rules are what they were; a rule made no heading of the words above it."""
    wanted = look.expected
    if not wanted.quotes and not wanted.rules:
        return None
    rules = [e for e in look.content.find("hr") if not in_footnotes(e)]
    if len(rules) < wanted.rules:
        return f"{wanted.rules} rules, and the page shows {len(rules)}"
    quotes_ = look.content.find("blockquote", "aside", "details")
    if len(quotes_) < wanted.quotes and not wanted.callouts:
        return f"{wanted.quotes} quotes, and the page shows {len(quotes_)}"
    return ""


ALL_CHECKS: Final[tuple[tuple[str, str, Callable[[BuiltPost], str | None]], ...]] = (
    ("C01", "title", check_title),
    ("C02", "calendar day", check_day),
    ("C03", "tags", check_tags),
    ("C04", "a draft is on no list", check_draft_hidden),
    ("C05", "the teaser ends on lists", check_teaser),
    ("C06", "pictures are there", check_pictures),
    ("C07", "code blocks, to the byte", check_code_blocks),
    ("C08", "code in lists and quotes, to the byte", check_nested_code),
    ("C09", "code in lines, to the byte", check_code_spans),
    ("C10", "TeX in lines", check_inline_tex),
    ("C11", "TeX on its own", check_display_tex),
    ("C12", "prices", check_dollars),
    ("C13", "footnotes, both ways", check_footnotes),
    ("C14", "tables", check_tables),
    ("C15", "callouts", check_callouts),
    ("C16", "links to other posts", check_sibling_links),
    ("C17", "links to places in other posts", check_sibling_anchors),
    ("C18", "links to places in the post", check_own_anchors),
    ("C19", "nothing private", check_leaks),
    ("C20", "lists nest", check_nesting),
    ("C21", "tasks", check_tasks),
    ("C22", "highlights", check_highlights),
    ("C23", "diagrams", check_diagrams),
    ("C24", "no dead references", check_references),
    ("C25", "nothing of the vault left over", check_leftovers),
    ("C26", "quotes and rules", check_quotes),
)
"""Number, name and check, in order."""


# Whether what was exported is what a visitor sees: the site is built and its pages are read
# back.
#
# Without the generator the drafts themselves are read, which finds less but never nothing.


State = Literal["passed", "failed", "skipped"]
_PAGES = (".html", ".htm", ".xml")


class CheckResult(NamedTuple):
    """What one check says of one post; skipped are those that the post gives nothing for."""

    post: str
    id: str
    name: str
    state: State
    detail: str = ""


@dataclass(slots=True)
class CheckReport:
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
    results: list[CheckResult] = field(default_factory=list)

    @property
    def failed(self) -> list[CheckResult]:
        """The checks that failed."""
        return [result for result in self.results if result.state == "failed"]

    @property
    def ok(self) -> bool:
        """Whether nothing failed, the build included."""
        return not self.failed and not self.broken


def check_export(plan: ExportPlan, audit: Audit, programs: str | None = None) -> CheckReport:
    """Check the posts of a plan that was written.

    Args:
        plan: The plan.
        audit: Its audit.
        programs: A folder to look for the generator in, before PATH.

    Raises:
        Failure: The generator cannot be run.
    """
    if load_target(plan.target).is_built:
        with tempfile.TemporaryDirectory(prefix="notekeep-check-") as folder:
            return _read_pages(plan, audit, open_target(plan.target, plan.site), folder)
    if not can_build(plan.target):
        return CheckReport(
            said=f"{plan.target_name} is not built here", results=_linted(plan, audit)
        )
    try:
        program = find_program(plan.target, programs, plan.site)
    except NotFound as error:
        return CheckReport(said=error.message, results=_linted(plan, audit))
    target = open_target(plan.target, plan.site)
    with tempfile.TemporaryDirectory(prefix="notekeep-check-") as folder:
        return _built(plan, audit, target, program, folder)


def _linted(plan: ExportPlan, audit: Audit) -> list[CheckResult]:
    return [CheckResult(*found) for found in expectation.lint_drafts(plan, audit)]


def _read_pages(plan: ExportPlan, audit: Audit, target: Target, folder: str) -> CheckReport:
    pages = write_pages(plan, target, folder)
    report = CheckReport(built=True)
    for planned in plan.posts:
        report.results += _checked(plan, audit, target, planned, pages, pages)
    return report


def _built(
    plan: ExportPlan, audit: Audit, target: Target, program: str, folder: str
) -> CheckReport:
    places = {name: os.path.join(folder, name) for name in ("drafts", "normal")}
    for place in places.values():
        os.mkdir(place)
    drafts = build_site(target, program, places["drafts"], drafts=True)
    if not drafts.ok:
        return CheckReport(broken=True, said=drafts.said, results=_linted(plan, audit))
    # A generator that shows drafts only when asked is asked twice.
    normal = drafts
    if needs_draft_build(target.id):
        normal = build_site(target, program, places["normal"], drafts=False)
        if not normal.ok:
            return CheckReport(broken=True, said=normal.said, results=_linted(plan, audit))
    report = CheckReport(built=True)
    for planned in plan.posts:
        report.results += _checked(plan, audit, target, planned, drafts, normal)
    return report


def _checked(
    plan: ExportPlan,
    audit: Audit,
    target: Target,
    planned: PlannedPost,
    drafts: Built,
    normal: Built,
) -> list[CheckResult]:
    file = _page_of(drafts.folder, planned.post)
    path = planned.post.path
    if not file:
        return [CheckResult(path, "C01", "title", "failed", "the site has no page for the post")]
    page = _read(os.path.join(drafts.folder, file))
    shown = {
        note: post.slug
        for note, post in plan.published.items()
        if target.reaches(planned.post, post)
    }
    lists = _lists(plan, normal if planned.post.draft else drafts, planned.post.slug)
    wanted = read_expectation(planned.draft)
    if not (target.dialect.more or target.teaser_in_head):
        wanted.teaser = None
    look = BuiltPost(
        planned,
        wanted,
        drafts.folder,
        file,
        page,
        lists,
        shown,
        audit.private_terms,
        audit.public_text,
        _own_files(drafts.folder, planned.post.slug),
        target.lists_whole,
        target.teaser_in_head,
    )
    results = []
    for number, name, check in ALL_CHECKS:
        problem = check(look)
        state: State = "skipped" if problem is None else "failed" if problem else "passed"
        results.append(CheckResult(path, number, name, state, problem or ""))
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
        wanted = normalize_heading(post.title)
        for path in found:
            heads = _read(os.path.join(site, path)).find("h1")
            if any(normalize_heading(head.text()) == wanted for head in heads):
                return path
    return found[0] if found else ""


def _lists(plan: ExportPlan, built: Built, slug: str) -> dict[str, Element]:
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
