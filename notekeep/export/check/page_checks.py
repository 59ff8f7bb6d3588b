"""Build a site, read its pages back, and check that a visitor sees what the notes say.

Without the generator the drafts themselves are checked, which finds less but never nothing.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from notekeep.errors import NotFound
from notekeep.export.audit import OutgoingFile, find_leaks
from notekeep.export.check.built_page import BuiltPost, Element, read_page
from notekeep.export.check.expectation import (
    CheckResult,
    State,
    lint_drafts,
    normalize_text,
    read_expectation,
)
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
    from collections.abc import Callable, Iterator, Sequence

    from notekeep.export.audit import Audit
    from notekeep.export.plan import ExportPlan, PlannedPost
    from notekeep.export.post import Post
    from notekeep.export.references import Ref
    from notekeep.export.targets.target import Target

    Check = Callable[[BuiltPost], str | None]

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
_PAGES = (".html", ".htm", ".xml")


@dataclass(slots=True)
class CheckReport:
    """What the checks say.

    Attributes:
        built: Whether the site was built with its generator.
        broken: Whether the generator was run and could not build it.
        message: What the generator said then, or why it was not run.
        results: One for each post and check.
    """

    built: bool = False
    broken: bool = False
    message: str = ""
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
    program = ""
    if not load_target(plan.target).is_built:
        try:
            program = _find_generator(plan, programs)
        except NotFound as error:
            return CheckReport(message=error.message, results=lint_drafts(plan, audit))
    target = open_target(plan.target, plan.site)
    with tempfile.TemporaryDirectory(prefix="notekeep-check-") as folder:
        return _check_site(plan, audit, target, program, folder)


def _find_generator(plan: ExportPlan, programs: str | None) -> str:
    if not can_build(plan.target):
        raise NotFound(f"{plan.target_name} is not built here")
    return find_program(plan.target, programs, plan.site)


def _check_site(
    plan: ExportPlan, audit: Audit, target: Target, program: str, folder: str
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
    report = CheckReport(built=True)
    for post in plan.posts:
        report.results += _check_post(plan, audit, target, post, drafts.folder, normal.folder)
    return report


def _check_post(
    plan: ExportPlan, audit: Audit, target: Target, planned: PlannedPost, drafts: str, normal: str
) -> list[CheckResult]:
    """Check one post, given the folders of a build with drafts and of one without."""
    path, slug = planned.post.path, planned.post.slug
    file = _find_page(drafts, planned.post)
    if not file:
        return [CheckResult(path, "C01", "title", "failed", "the site has no page for the post")]
    expected = read_expectation(planned.draft)
    if not (target.dialect.more or target.teaser_in_head):
        expected.teaser = None
    reached = {
        note: post.slug
        for note, post in plan.published.items()
        if target.reaches(planned.post, post)
    }
    own_files = {name: _read(drafts, name) for name in _files(drafts) if slug in name}
    built = BuiltPost(
        planned,
        expected,
        drafts,
        file,
        _read_page(drafts, file),
        _find_lists(plan, normal if planned.post.draft else drafts, slug),
        reached,
        audit.private_terms,
        audit.public_text,
        own_files,
        target.lists_whole,
        target.teaser_in_head,
    )
    results = []
    for number, name, check in ALL_CHECKS:
        problem = check(built)
        state: State = "skipped" if problem is None else "failed" if problem else "passed"
        results.append(CheckResult(path, number, name, state, problem or ""))
    return results


def _files(site: str) -> Iterator[str]:
    """Yield the paths of a site's files."""
    for base, folders, names in os.walk(site):
        folders.sort()
        for name in names:
            yield os.path.relpath(os.path.join(base, name), site).replace(os.sep, "/")


def _read(site: str, path: str) -> bytes:
    with open(os.path.join(site, path), "rb") as file:
        return file.read()


def _read_page(site: str, path: str) -> Element:
    return read_page(_read(site, path).decode("utf-8", "replace"))


def _find_page(site: str, post: Post) -> str:
    """Return the page of a post, whatever the site's addresses look like; "" for none.

    A tag can have the very name of a post, so of several the one with the post's title is it.
    """
    endings = (f"/{post.slug}.html", f"/{post.slug}/index.html")
    found = [path for path in _files(site) if f"/{path}".endswith(endings)]
    if len(found) > 1:
        wanted = normalize_heading(post.title)
        for path in found:
            headings = _read_page(site, path).find("h1")
            if any(normalize_heading(heading.text()) == wanted for heading in headings):
                return path
    return found[0] if found else ""


def _find_lists(plan: ExportPlan, site: str, slug: str) -> dict[str, Element]:
    """Return the pages that speak of a post and are no posts of the export themselves."""
    own = {_find_page(site, post) for post in plan.published.values()}
    pages = (path for path in _files(site) if path.endswith(_PAGES) and path not in own)
    return {path: _read_page(site, path) for path in pages if slug.encode() in _read(site, path)}


# The checks. Each returns what is wrong, "" for nothing, or None when the post has nothing of the
# kind. They know no generator.

ALL_CHECKS: list[tuple[str, str, Check]] = []
"""Number, name and check, in order."""


def _check(number: str, name: str) -> Callable[[Check], Check]:
    def add(check: Check) -> Check:
        ALL_CHECKS.append((number, name, check))
        return check

    return add


def _find_missing(
    wanted: Sequence[str], is_shown: Callable[[str], bool], what: str = "not shown"
) -> str | None:
    if not wanted:
        return None
    missing = next((one for one in wanted if one.strip() and not is_shown(one)), None)
    return f"{what}: {missing.strip().splitlines()[0][:40]!r}" if missing else ""


def _join_blanks(text: str) -> str:
    return " ".join(text.split())


def _find_missing_code(built: BuiltPost, wanted: list[str]) -> str | None:
    shown = {_trim_code(e.text()) for e in built.content.find("pre")}
    return _find_missing(wanted, lambda code: _trim_code(code) in shown, "not shown as written")


def _trim_code(text: str) -> str:
    """Return code without blank lines around it and blanks at line ends, which nobody sees."""
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n")).rstrip()


def _find_missing_tex(
    built: BuiltPost, wanted: list[str], marks: tuple[tuple[str, str], ...]
) -> str | None:
    # What is MathML stands between the marks that TeX would have.
    formulas = [
        f"$${one.attributes.get('alttext', '')}$$"
        if one.attributes.get("display") == "block"
        else f"\\({one.attributes.get('alttext', '')}\\)"
        for one in built.content.find("math")
    ]
    text = "".join((built.content.text() + " ".join(formulas)).split())

    def is_shown(formula: str) -> bool:
        plain = "".join(formula.split())
        forms = (plain, plain.replace("|", "\\vert"))
        return any(first + form + last in text for form in forms for first, last in marks)

    return _find_missing(wanted, is_shown, "not in the page")


def _links_to_others(built: BuiltPost, *, places: bool) -> list[tuple[str, Ref]]:
    """Return the links to other posts, or to headings and blocks of them."""
    return [
        (words, ref)
        for words, ref in built.expected.links
        if ref.path != built.post.post.path
        and ref.path in built.slugs
        and bool(ref.heading or ref.block) == places
    ]


def _addresses_of(built: BuiltPost, words: str) -> list[str]:
    """Return where the links with these words lead."""
    links = built.content.find("a")
    return [a.attributes.get("href", "") for a in links if normalize_text(a.text()) == words]


def _find_misled_link(built: BuiltPost, wanted: Sequence[tuple[str, Ref]]) -> str | None:
    if not wanted:
        return None
    for words, ref in wanted:
        address = re.compile(rf"(?:^|/){re.escape(built.slugs[ref.path])}\b")
        right = [one for one in _addresses_of(built, words) if address.search(unquote(one))]
        if not right:
            return f"the link {words!r} does not lead to {built.slugs[ref.path]}"
        if problem := _find_dead(built, right):
            return problem
    return ""


def _find_dead(built: BuiltPost, targets: Sequence[str]) -> str:
    """Return the first of some addresses that leads to nothing in the site; "" for none."""
    for target in targets:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc or not target:
            continue
        path = unquote(parts.path)
        if path.startswith("/"):
            relative = path.lstrip("/")
        else:
            relative = os.path.join(os.path.dirname(built.file), path) if path else built.file
        place = os.path.normpath(os.path.join(built.site, relative))
        if os.path.isdir(place):
            place = os.path.join(place, "index.html")
        if not os.path.isfile(place):
            return f"{target} leads nowhere"
        if parts.fragment and place.endswith(".html"):
            with open(place, encoding="utf-8", errors="replace") as file:
                text = file.read()
            name = re.escape(unquote(parts.fragment))
            if not re.search(rf"\b(?:id|name)=[\"']?{name}[\"'\s>]", text):
                return f"{target} leads to a page without that place"
    return ""


def _leads_to(file: str, page: str, link: str) -> bool:
    """Whether a link on one page of a site leads to another, whatever host or folder it names."""
    path = unquote(urlsplit(link.strip()).path)
    if not path:
        return False
    wanted = file.removesuffix("index.html").rstrip("/")
    if path.startswith("/"):
        return path.rstrip("/").endswith(f"/{wanted}")
    relative = os.path.normpath(os.path.join(os.path.dirname(page), path))
    return relative.removesuffix("/index.html") == wanted


def _item_text(item: Element) -> str:
    """Return a list item's words without those of the lists in it and without its box."""
    words = ""
    for child in item.children:
        if isinstance(child, str):
            words += child
        elif child.tag in {"ul", "ol", "pre", "blockquote", "table", "div"}:
            break
        else:
            words += child.text()
    return normalize_text(re.sub(r"[☐☑☒]", "", words))


def _task_state(item: Element) -> bool | None:
    """Return whether a task is ticked; None when it has no box."""
    for box in item.find("input"):
        return "checked" in box.attributes
    return {"☑": True, "☒": True, "☐": False}.get(item.text().strip()[:1])


def _classes(element: Element) -> str:
    """Return the classes of an element and of what it stands in."""
    parent = element.parent.attributes.get("class", "") if element.parent else ""
    return f"{element.attributes.get('class', '')} {parent}"


def _in_footnotes(element: Element) -> bool:
    return any("footnote" in above.attributes.get("class", "") for above in element.above())


@_check("C01", "title")
def _title(built: BuiltPost) -> str | None:
    wanted = normalize_heading(built.post.post.title)
    headings = built.page.find("h1", "h2", "title")
    found = any(normalize_heading(heading.text()) == wanted for heading in headings)
    return "" if found else "no heading has the title"


@_check("C02", "calendar day")
def _day(built: BuiltPost) -> str | None:
    """The page has the calendar day that the author meant."""
    when = built.post.post.date
    if when is None:
        return None
    stamps = [
        f"{e.attributes.get('datetime', '')} {e.attributes.get('title', '')} "
        f"{normalize_text(e.text())}"
        for e in built.page.find("time", "abbr")
    ]
    stamps += built.page.values("content", "meta")
    forms = (
        f"{when:%Y-%m-%d}",
        f"{when:%B} {when.day}, {when:%Y}",
        f"{when.day} {when:%B} {when:%Y}",
    )
    if any(form in stamp for stamp in stamps for form in forms):
        return ""
    return f"{when:%Y-%m-%d} is not on the page" if stamps else None


@_check("C03", "tags")
def _tags(built: BuiltPost) -> str | None:
    """Every tag is on the page, as written."""
    wanted = built.post.post.tags
    if not wanted:
        return None
    shown = [a for a in built.page.find("a") if _TAG_PAGE.search(a.attributes.get("href", ""))]
    if not shown:
        return None  # a theme that shows no tags
    words = {normalize_text(a.text()).removeprefix("#").casefold() for a in shown}
    missing = [tag for tag in wanted if normalize_text(tag).casefold() not in words]
    return f"missing: {', '.join(missing)}" if missing else ""


@_check("C04", "a draft is on no list")
def _draft_hidden(built: BuiltPost) -> str | None:
    """A draft is on no list, feed or map of a normal build."""
    if not built.post.post.draft:
        return None
    for path, page in built.lists.items():
        found = page.values("href", "a", "link")
        found += [e.text() for e in page.find("loc", "guid", "link")]
        if any(_leads_to(built.file, path, link) for link in found):
            return f"{path} lists the draft"
    return ""


@_check("C05", "the teaser ends on lists")
def _teaser(built: BuiltPost) -> str | None:
    """A list shows the teaser and stops there."""
    if built.expected.teaser is None:
        return None
    before, after = built.expected.teaser
    ending = ".xml" if built.feeds_only else (".html", ".htm")  # most feeds hold whole posts
    pages = [page.text() for path, page in built.lists.items() if path.endswith(ending)]
    # A feed holds its posts as the text of HTML.
    shown = [normalize_text(_MARKUP.sub("", text) if built.feeds_only else text) for text in pages]
    lists = [
        text
        for text in shown
        if normalize_text(built.post.post.title) in text and before[:60] in text
    ]
    whole = [text for text in lists if after[:60] in text]
    if not lists or (built.themed and len(whole) == len(lists)):
        return None
    return "a list goes on behind the teaser" if whole and not built.themed else ""


@_check("C06", "pictures are there")
def _pictures(built: BuiltPost) -> str | None:
    """Every picture that the page shows is a file of the site."""
    sources = built.content.values("src", "img")
    if not built.expected.pictures and not sources:
        return None
    if len(sources) < built.expected.pictures:
        return f"{built.expected.pictures} pictures, and the page shows {len(sources)}"
    return _find_dead(built, sources)


@_check("C07", "code blocks, to the byte")
def _code_blocks(built: BuiltPost) -> str | None:
    return _find_missing_code(built, built.expected.blocks)


@_check("C08", "code in lists and quotes, to the byte")
def _nested_code(built: BuiltPost) -> str | None:
    return _find_missing_code(built, built.expected.nested)


@_check("C09", "code in lines, to the byte")
def _code_spans(built: BuiltPost) -> str | None:
    shown = {_join_blanks(e.text()) for e in built.content.find("code", "tt")}
    return _find_missing(built.expected.spans, lambda span: _join_blanks(span) in shown)


@_check("C10", "TeX in lines")
def _inline_tex(built: BuiltPost) -> str | None:
    """Formulas within lines are in the page as TeX, between marks that scripts know."""
    return _find_missing_tex(built, built.expected.inline_tex, (("\\(", "\\)"), ("$", "$")))


@_check("C11", "TeX on its own")
def _display_tex(built: BuiltPost) -> str | None:
    return _find_missing_tex(built, built.expected.display_tex, _DISPLAYED)


@_check("C12", "prices")
def _dollars(built: BuiltPost) -> str | None:
    text = normalize_text(built.content.text())
    return _find_missing(built.expected.dollars, text.__contains__)


@_check("C13", "footnotes, both ways")
def _footnotes(built: BuiltPost) -> str | None:
    """Every footnote is reached from the text, and leads back."""
    if not built.expected.footnotes:
        return None
    ids = built.page.ids()
    there, back = set(), set()
    for link in built.page.values("href", "a"):
        target = unquote(link).partition("#")[2]
        if target not in ids:
            continue
        target = target.removeprefix("user-content-")
        if target.startswith("fnref"):
            back.add(target)
        elif target.startswith("fn"):
            there.add(target)
    wanted = built.expected.footnotes
    if len(there) < wanted:
        return f"{len(there)} of {wanted} notes are reached"
    return "" if len(back) >= wanted else f"{len(back)} of {wanted} notes lead back"


@_check("C14", "tables")
def _tables(built: BuiltPost) -> str | None:
    """Tables have the cells that were written; a theme may add to what a cell says."""
    if not built.expected.tables:
        return None
    shown = [
        [normalize_text(cell.text()) for cell in table.find("th", "td")]
        for table in built.content.find("table")
    ]
    for wanted in built.expected.tables:
        if not any(_has_cells(table, wanted) for table in shown):
            return f"a table with {wanted[:3]} is not shown"
    return ""


def _has_cells(table: list[str], wanted: list[str]) -> bool:
    return len(table) == len(wanted) and all(
        word in cell for words, cell in zip(wanted, table, strict=True) for word in words.split()
    )


@_check("C15", "callouts")
def _callouts(built: BuiltPost) -> str | None:
    """Callouts are set apart and have their titles."""
    boxes = [
        normalize_text(e.text())
        for e in built.content.find("blockquote", "aside", "details", "div")
        if e.tag != "div" or re.search(r"admonition|alert|callout", e.attributes.get("class", ""))
    ]
    return _find_missing(built.expected.callouts, lambda name: any(name in box for box in boxes))


@_check("C16", "links to other posts")
def _sibling_links(built: BuiltPost) -> str | None:
    return _find_misled_link(built, _links_to_others(built, places=False))


@_check("C17", "links to places in other posts")
def _sibling_anchors(built: BuiltPost) -> str | None:
    """Links to a heading or block of another post lead to an id that is there."""
    return _find_misled_link(built, _links_to_others(built, places=True))


@_check("C18", "links to places in the post")
def _own_anchors(built: BuiltPost) -> str | None:
    own = [words for words, ref in built.expected.links if ref.path == built.post.post.path]
    if not own:
        return None
    ids = built.page.ids()
    for words in own:
        targets = [unquote(address).partition("#") for address in _addresses_of(built, words)]
        if not any(mark and (not place or place in ids) for _, mark, place in targets):
            return f"the link {words!r} leads nowhere"
    return ""


@_check("C19", "nothing private")
def _leaks(built: BuiltPost) -> str | None:
    """Nothing private is in the post's words, and no private name or line in any file of it.

    What surrounds a post are the words of a theme, in which a single word says nothing.
    """
    own = [OutgoingFile(built.file, built.content.text().encode(), built.post.post.path)]
    files = [OutgoingFile(path, data) for path, data in built.files.items()]
    terms, public = built.private_terms, built.public_text
    several = [term for term in terms if len(normalize_for_audit(term.text).split()) > 1]
    found = find_leaks(own, terms, public) + find_leaks(files, several, public)
    return f"{found[0].file.path} shows {found[0].term.what}" if found else ""


@_check("C20", "lists nest")
def _nesting(built: BuiltPost) -> str | None:
    """List items are as deep in lists as they were written."""
    if not built.expected.nesting:
        return None
    shown: dict[str, set[int]] = {}
    for item in built.content.find("li"):
        depth = 1 + sum(1 for above in item.above() if above.tag == "li")
        shown.setdefault(_item_text(item)[:40], set()).add(depth)
    for words, depth in built.expected.nesting:
        if words and not any(
            depth in depths for text, depths in shown.items() if text.startswith(words[:30])
        ):
            return f"{words[:30]!r} is not at depth {depth}"
    return ""


@_check("C21", "tasks")
def _tasks(built: BuiltPost) -> str | None:
    """Tasks have a box that is ticked or not, and no brackets."""
    if not built.expected.tasks:
        return None
    items = built.content.find("li")
    for words, done in built.expected.tasks:
        like = [item for item in items if words[:30] in normalize_text(item.text())]
        if not any(_task_state(item) is done for item in like):
            return f"{words[:30]!r} has no box, or the wrong one"
    return ""


@_check("C22", "highlights")
def _highlights(built: BuiltPost) -> str | None:
    shown = {normalize_text(e.text()) for e in built.content.find("mark", "strong", "b", "em")}
    return _find_missing(built.expected.marks, shown.__contains__, "not marked")


@_check("C23", "diagrams")
def _diagrams(built: BuiltPost) -> str | None:
    """Mermaid diagrams are in the page as Mermaid reads them."""
    shown = [e for e in built.content.find("pre", "div", "code") if "mermaid" in _classes(e)]
    texts = {e.text().strip() for e in shown}
    return _find_missing(built.expected.diagrams, lambda text: text.strip() in texts)


@_check("C24", "no dead references")
def _references(built: BuiltPost) -> str | None:
    """No link or picture of the post leads to a page of the site that is not there."""
    return _find_dead(built, built.content.values("href", "a") + built.content.values("src", "img"))


@_check("C25", "nothing of the vault left over")
def _leftovers(built: BuiltPost) -> str | None:
    """No sign of the vault or of a template is left in the words."""
    for element in built.content.walk():
        if any(one.tag in {"code", "pre", "script"} for one in (element, *element.above())):
            continue
        for text in (child for child in element.children if isinstance(child, str)):
            for match in _LEFT_OVER.finditer(text):
                if match[0].strip() not in built.expected.words:
                    return f"left over: {match[0].strip()!r}"
    return ""


@_check("C26", "quotes and rules")
def _quotes(built: BuiltPost) -> str | None:
    """Quotes and rules are what they were; a rule made no heading of the words above it."""
    wanted = built.expected
    if not wanted.quotes and not wanted.rules:
        return None
    rules = [e for e in built.content.find("hr") if not _in_footnotes(e)]
    if len(rules) < wanted.rules:
        return f"{wanted.rules} rules, and the page shows {len(rules)}"
    quotes = built.content.find("blockquote", "aside", "details")
    if len(quotes) < wanted.quotes and not wanted.callouts:
        return f"{wanted.quotes} quotes, and the page shows {len(quotes)}"
    return ""
