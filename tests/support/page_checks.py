"""26 checks of a built post: a visitor sees what the note says, and nothing else.

`notekeep export --check` asks less: these also test that a generator reads Markdown as the vault
does.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from notekeep.export.audit import OutgoingFile
from notekeep.export.check.site_build import build_site, find_generator, write_pages
from notekeep.export.check.site_check import (
    CONTENT_CLASSES,
    BuiltSite,
    find_broken_link,
    find_private_text,
)
from notekeep.export.embeds import BLOCK_ID
from notekeep.export.rewrite.block_syntax import CALLOUT_MARK, callout, callout_title, is_diagram
from notekeep.export.targets.front_matter import join_blanks
from notekeep.export.targets.target import open_target
from notekeep.markdown.text_edit import normalize_heading
from tests.support.built_page import read_page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.export.audit import Audit
    from notekeep.export.plan import ExportPlan, PlannedPost
    from notekeep.export.references import Ref
    from notekeep.export.targets.target import Target
    from notekeep.markdown.nodes import Node
    from tests.support.built_page import Element

_INLINE = (("\\(", "\\)"), ("$", "$"))
_DISPLAYED = (
    *(("$$", "$$"), ("\\[", "\\]")),
    *(("$\\displaystyle", "$"), ("\\(\\displaystyle", "\\)"), ("\\[\\displaystyle", "\\]")),
)
_MARKUP = re.compile(r"</?[A-Za-z][^>]*>")
_TAG_PAGE = re.compile(r"(?:^|/)(?:tags?|categories|topics?)/")
_DOLLARS = re.compile(r"\$\d[\d.,]*\d|\$\d")
_TYPOGRAPHY = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\xa0", "''\"\"-- ", "")
_TASK = re.compile(r"\[(.)\]\s+(.*)", re.DOTALL)
_SHOWN_DIFFERENTLY = frozenset({"math", "math_double", "footnote_ref", "html", "image"})
_MORE = re.compile(r"<!--\s*more\s*-->")
_LEFT_OVER = re.compile(
    r"\[\[[^\]]+\]\]|%%|==\S[^=\n]*\S==|(?:^|\s)\^[\w-]+$|\[![a-z]+\]|\{\{[<%]|nk[0-9a-f]{12}:"
    r"|\{(?:filename|static|attach)\}|link://|SHORTCODE[0-9a-f]{32}|HAHAHUGOSHORTCODE",
    re.MULTILINE,
)


@dataclass(slots=True)
class BuiltPost:
    """One post as built.

    Attributes:
        site: The folder of the built site.
        file: The page of the post, from there.
        lists: The pages of a normal build that are no posts of this export, by path.
        slugs: The slug of every note that has a post and can be linked, by path.
        files: The bytes of every file of the site whose path has the slug of the post.
        teasers: What ends posts at their teasers: lists, feeds only, lists that the theme chooses,
            or nothing.
    """

    post: PlannedPost
    site: str
    file: str
    page: Element
    lists: dict[str, Element]
    slugs: dict[str, str]
    audit: Audit
    files: dict[str, bytes]
    teasers: Literal["lists", "feeds", "themed", ""] = "lists"

    @property
    def content(self) -> Element:
        """The element with the body of the post."""
        for name in CONTENT_CLASSES:
            for element in self.page.walk():
                if element.has_class(name):
                    return element
        for tag in ("article", "main", "body"):
            if found := self.page.find(tag):
                return found[0]
        return self.page

    def nodes(self, *kinds: str) -> list[Node]:
        """Return the nodes of some kinds in the draft."""
        return self.post.draft.passage.tree.find(*kinds)


def find_dead(built: BuiltPost, addresses: Sequence[str]) -> str:
    """Return the first address that leads nowhere in the site; "" for none."""
    return find_broken_link(built.site, built.file, addresses)


# What the draft says.


def normalize_text(text: str) -> str:
    """Return text as pages are compared: typographic marks plain, blanks joined."""
    plain = text.translate(_TYPOGRAPHY).replace("\u2026", "...")
    return join_blanks(plain.replace("--", "-").replace("--", "-"))


def _words(node: Node) -> str:
    """Return words without formulas and footnotes, which each site shows in its own way."""
    if node.kind in _SHOWN_DIFFERENTLY:
        return ""
    if node.children:
        return "".join(_words(child) for child in node.children)
    return node.plain()


def _runs(paragraph: Node) -> list[str]:
    """Return the words of a paragraph between its formulas, pictures and footnotes."""
    runs = [""]
    for child in paragraph.children:
        if any(below.kind in _SHOWN_DIFFERENTLY for below in child.walk()):
            runs.append("")
        else:
            runs[-1] += _words(child)
    return runs


def _links(built: BuiltPost) -> list[tuple[str, Ref]]:
    refs = [(node, built.post.draft.refs.get(node.info)) for node in built.nodes("link")]
    return [
        (normalize_text(_words(node)), ref)
        for node, ref in refs
        if ref is not None and ref.kind == "note"
    ]


def _items(built: BuiltPost) -> list[tuple[Node, str, str]]:
    """Return the list items with the mark of their task, or "", and the words they begin with."""
    found = []
    for node in built.nodes("item"):
        first = node.children[0] if node.children else None
        if first is None or first.kind != "paragraph" or node.inside("footnote"):
            continue
        words = normalize_text(BLOCK_ID.sub("", _runs(first)[0]))
        task = _TASK.match(words)
        found.append((node, task[1], task[2]) if task else (node, "", words))
    return found


def find_teaser(blocks: list[Node]) -> tuple[str, str] | None:
    """Return the words before the end of the teaser, and the first words behind; None for none."""
    for number, node in enumerate(blocks):
        if node.kind == "html_block" and _MORE.search(node.content):
            before, after = _longest_runs(blocks[:number]), _longest_runs(blocks[number:])
            return (before[-1], after[0]) if before and after else None
    return None


def _longest_runs(blocks: list[Node]) -> list[str]:
    paragraphs = (block for block in blocks if block.kind == "paragraph")
    runs = (normalize_text(max(_runs(paragraph), key=len)) for paragraph in paragraphs)
    return [run for run in runs if run]


# What the page shows.


def _find_missing(
    wanted: Sequence[str], is_shown: Callable[[str], bool], what: str = "not shown"
) -> str | None:
    if not wanted:
        return None
    missing = next((one for one in wanted if one.strip() and not is_shown(one)), None)
    return f"{what}: {missing.strip().splitlines()[0][:40]!r}" if missing else ""


def _trim_code(text: str) -> str:
    """Return code without blank lines around it and blanks at line ends, which nobody sees."""
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n")).rstrip()


def _addresses_of(built: BuiltPost, words: str) -> list[str]:
    links = built.content.find("a")
    return [a.attributes.get("href", "") for a in links if normalize_text(a.text()) == words]


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
    for box in item.find("input"):
        return "checked" in box.attributes
    return {"☑": True, "☒": True, "☐": False}.get(item.text().strip()[:1])


# The checks.


def _day(built: BuiltPost) -> str | None:
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


def _tags(built: BuiltPost) -> str | None:
    wanted = built.post.post.tags
    if not wanted:
        return None
    shown = [a for a in built.page.find("a") if _TAG_PAGE.search(a.attributes.get("href", ""))]
    if not shown:
        return None  # a theme that shows no tags
    words = {normalize_text(a.text()).removeprefix("#").casefold() for a in shown}
    missing = [tag for tag in wanted if normalize_text(tag).casefold() not in words]
    return f"missing: {', '.join(missing)}" if missing else ""


def _teaser(built: BuiltPost) -> str | None:
    teaser = find_teaser(built.post.draft.passage.tree.root.children)
    if teaser is None or not built.teasers:
        return None
    before, after = teaser
    in_feeds = built.teasers == "feeds"
    ending = ".xml" if in_feeds else (".html", ".htm")  # most feeds hold whole posts
    pages = [page.text() for path, page in built.lists.items() if path.endswith(ending)]
    # A feed holds its posts as the text of HTML.
    shown = [normalize_text(_MARKUP.sub("", text) if in_feeds else text) for text in pages]
    lists = [
        text
        for text in shown
        if normalize_text(built.post.post.title) in text and before[:60] in text
    ]
    whole = [text for text in lists if after[:60] in text]
    is_themed = built.teasers == "themed"
    if not lists or (is_themed and len(whole) == len(lists)):
        return None
    return "a list shows text after the teaser" if whole and not is_themed else ""


def _code(built: BuiltPost, *, nested: bool) -> str | None:
    """Look for the code blocks at the margin, or those within others; diagrams aside."""
    wanted = [
        node.content
        for node in built.nodes("fence", "code_block")
        if not (node.kind == "fence" and is_diagram(node))
        and node.inside("item", "quote", "footnote") == nested
    ]
    shown = {_trim_code(e.text()) for e in built.content.find("pre")}
    return _find_missing(wanted, lambda code: _trim_code(code) in shown, "not shown unchanged")


def _code_spans(built: BuiltPost) -> str | None:
    shown = {join_blanks(e.text()) for e in built.content.find("code", "tt")}
    spans = [node.content for node in built.nodes("code_span")]
    return _find_missing(spans, lambda span: join_blanks(span) in shown)


def _tex(
    built: BuiltPost, kinds: tuple[str, ...], marks: tuple[tuple[str, str], ...]
) -> str | None:
    # What is MathML stands between the marks that TeX would have.
    mathml = [
        f"$${one.attributes.get('alttext', '')}$$"
        if one.attributes.get("display") == "block"
        else f"\\({one.attributes.get('alttext', '')}\\)"
        for one in built.content.find("math")
    ]
    text = "".join((built.content.text() + " ".join(mathml)).split())

    def is_shown(formula: str) -> bool:
        plain = "".join(formula.split())
        forms = (plain, plain.replace("|", "\\vert"))
        return any(first + form + last in text for form in forms for first, last in marks)

    return _find_missing(
        [node.content for node in built.nodes(*kinds)], is_shown, "not in the page"
    )


def _dollars(built: BuiltPost) -> str | None:
    text = normalize_text(built.content.text())
    dollars = [one for node in built.nodes("text") for one in _DOLLARS.findall(node.content)]
    return _find_missing(dollars, text.__contains__)


def _footnotes(built: BuiltPost) -> str | None:
    referred = {node.info for node in built.nodes("footnote_ref")}
    wanted = len({node.info for node in built.nodes("footnote")} & referred)
    if not wanted:
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
    if len(there) < wanted:
        return f"{len(there)} of {wanted} footnotes are linked"
    return "" if len(back) >= wanted else f"{len(back)} of {wanted} footnotes link back"


def _tables(built: BuiltPost) -> str | None:
    """Tables have the cells that were written; a theme may add to what a cell says."""
    if not built.nodes("table"):
        return None
    shown = [
        [normalize_text(cell.text()) for cell in table.find("th", "td")]
        for table in built.content.find("table")
    ]
    for node in built.nodes("table"):
        wanted = [normalize_text(_words(cell)) for row in node.children for cell in row.children]
        if not any(_has_cells(table, wanted) for table in shown):
            return f"the table with {wanted[:3]} is missing"
    return ""


def _has_cells(table: list[str], wanted: list[str]) -> bool:
    return len(table) == len(wanted) and all(
        word in cell for words, cell in zip(wanted, table, strict=True) for word in words.split()
    )


def _callouts(built: BuiltPost) -> str | None:
    boxes = [
        normalize_text(e.text())
        for e in built.content.find("blockquote", "aside", "details", "div")
        if e.tag != "div" or re.search(r"admonition|alert|callout", e.classes)
    ]
    titles = [title for node in built.nodes("quote") if (title := _callout_title(built, node))]
    return _find_missing(titles, lambda name: any(name in box for box in boxes))


def _callout_title(built: BuiltPost, quote: Node) -> str:
    match = callout(built.post.draft.passage.text, quote)
    if match is None:
        return ""
    words = []
    for child in quote.children[0].children:
        if child.kind in {"soft_break", "hard_break"}:
            break
        words.append(_words(child))
    title = normalize_text(BLOCK_ID.sub("", CALLOUT_MARK.sub("", "".join(words), count=1)))
    return title or callout_title(match[1])


def _links_to_posts(built: BuiltPost, *, places: bool) -> str | None:
    """Follow the links to other posts, or to headings and blocks of them."""
    wanted = [
        (words, ref)
        for words, ref in _links(built)
        if ref.path != built.post.post.path
        and ref.path in built.slugs
        and bool(ref.heading or ref.block) == places
    ]
    if not wanted:
        return None
    for words, ref in wanted:
        address = re.compile(rf"(?:^|/){re.escape(built.slugs[ref.path])}\b")
        right = [one for one in _addresses_of(built, words) if address.search(unquote(one))]
        if not right:
            return f"the link {words!r} does not go to {built.slugs[ref.path]}"
        if problem := find_dead(built, right):
            return problem
    return ""


def _own_anchors(built: BuiltPost) -> str | None:
    own = [words for words, ref in _links(built) if ref.path == built.post.post.path]
    if not own:
        return None
    ids = built.page.ids()
    for words in own:
        targets = [unquote(address).partition("#") for address in _addresses_of(built, words)]
        if not any(mark and (not place or place in ids) for _, mark, place in targets):
            return f"the link {words!r} is broken"
    return ""


def _nesting(built: BuiltPost) -> str | None:
    items = _items(built)
    if not items:
        return None
    shown: dict[str, set[int]] = {}
    for item in built.content.find("li"):
        depth = 1 + sum(1 for above in item.above() if above.tag == "li")
        shown.setdefault(_item_text(item)[:40], set()).add(depth)
    for node, _, words in items:
        depth = sum(1 for above in node.above() if above.kind == "list")
        if words and not any(
            depth in depths for text, depths in shown.items() if text.startswith(words[:30])
        ):
            return f"{words[:30]!r} is not at depth {depth}"
    return ""


def _tasks(built: BuiltPost) -> str | None:
    tasks = [(words, mark != " ") for _, mark, words in _items(built) if mark]
    if not tasks:
        return None
    items = built.content.find("li")
    for words, done in tasks:
        like = [item for item in items if words[:30] in normalize_text(item.text())]
        if not any(_task_state(item) is done for item in like):
            return f"{words[:30]!r} has no checkbox, or the wrong one"
    return ""


def _highlights(built: BuiltPost) -> str | None:
    shown = {normalize_text(e.text()) for e in built.content.find("mark", "strong", "b", "em")}
    marks = [normalize_text(_words(node)) for node in built.nodes("mark")]
    return _find_missing(marks, shown.__contains__, "not highlighted")


def _diagrams(built: BuiltPost) -> str | None:
    texts = {
        e.text().strip()
        for e in built.content.find("pre", "div", "code")
        if "mermaid" in e.classes or (e.parent and "mermaid" in e.parent.classes)
    }
    diagrams = [node.content for node in built.nodes("fence") if is_diagram(node)]
    return _find_missing(diagrams, lambda text: text.strip() in texts)


def _quotes(built: BuiltPost) -> str | None:
    """Quotes and rules are what they were; a rule made no heading of the words above it."""
    quotes, rules = built.nodes("quote"), built.nodes("rule")
    if not quotes and not rules:
        return None
    shown = [
        e
        for e in built.content.find("hr")
        if not any("footnote" in above.classes for above in e.above())
    ]
    if len(shown) < len(rules):
        return f"{len(shown)} of {len(rules)} horizontal lines shown"
    shown = built.content.find("blockquote", "aside", "details")
    if len(shown) < len(quotes) and not any(_callout_title(built, one) for one in quotes):
        return f"{len(shown)} of {len(quotes)} quotes shown"
    return ""


# Checks of the whole page.


def _title(built: BuiltPost) -> str | None:
    wanted = normalize_heading(built.post.post.title)
    headings = built.page.find("h1", "h2", "title")
    found = any(normalize_heading(heading.text()) == wanted for heading in headings)
    return "" if found else "the title is not on the page"


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


def _draft_hidden(built: BuiltPost) -> str | None:
    if not built.post.post.draft:
        return None
    for path, page in built.lists.items():
        found = page.values("href", "a", "link")
        found += [e.text() for e in page.find("loc", "guid", "link")]
        if any(_leads_to(built.file, path, link) for link in found):
            return f"{path} lists the draft"
    return ""


def _pictures(built: BuiltPost) -> str | None:
    sources = built.content.values("src", "img")
    wanted = len(built.nodes("image"))
    if not wanted and not sources:
        return None
    if len(sources) < wanted:
        return f"{len(sources)} of {wanted} pictures shown"
    return find_dead(built, sources)


def _private_text(built: BuiltPost) -> str | None:
    own = OutgoingFile(built.file, built.content.text().encode(), built.post.post.path)
    files = [OutgoingFile(path, data) for path, data in built.files.items()]
    return find_private_text(built.audit, own, files)


def _references(built: BuiltPost) -> str | None:
    return find_dead(built, built.content.values("href", "a") + built.content.values("src", "img"))


def _leftovers(built: BuiltPost) -> str | None:
    own = "\n".join(node.content for node in built.nodes("text", "special"))
    for element in built.content.walk():
        if any(one.tag in {"code", "pre", "script"} for one in (element, *element.above())):
            continue
        for text in (child for child in element.children if isinstance(child, str)):
            for match in _LEFT_OVER.finditer(text):
                if match[0].strip() not in own:
                    return f"left over: {match[0].strip()!r}"
    return ""


class Check(NamedTuple):
    """One check; `problem` returns "" for none, or None for a post with nothing of the kind."""

    id: str
    name: str
    problem: Callable[[BuiltPost], str | None]


ALL_CHECKS: Final = (
    Check("C01", "title", _title),
    Check("C02", "date", _day),
    Check("C03", "tags", _tags),
    Check("C04", "drafts are not listed", _draft_hidden),
    Check("C05", "lists end at the teaser", _teaser),
    Check("C06", "pictures", _pictures),
    Check("C07", "code blocks unchanged", partial(_code, nested=False)),
    Check("C08", "code in lists and quotes unchanged", partial(_code, nested=True)),
    Check("C09", "inline code unchanged", _code_spans),
    Check("C10", "inline math", partial(_tex, kinds=("math",), marks=_INLINE)),
    Check(
        "C11", "display math", partial(_tex, kinds=("math_double", "math_block"), marks=_DISPLAYED)
    ),
    Check("C12", "prices", _dollars),
    Check("C13", "footnotes and their back links", _footnotes),
    Check("C14", "tables", _tables),
    Check("C15", "callouts", _callouts),
    Check("C16", "links to other posts", partial(_links_to_posts, places=False)),
    Check("C17", "links to sections of other posts", partial(_links_to_posts, places=True)),
    Check("C18", "links to sections of the post", _own_anchors),
    Check("C19", "nothing private", _private_text),
    Check("C20", "nested lists", _nesting),
    Check("C21", "tasks", _tasks),
    Check("C22", "highlights", _highlights),
    Check("C23", "diagrams", _diagrams),
    Check("C24", "no broken links", _references),
    Check("C25", "no vault syntax left", _leftovers),
    Check("C26", "quotes and horizontal lines", _quotes),
)


class Result(NamedTuple):
    """The result of one check of one post; skipped if the post has nothing of the kind."""

    post: str
    id: str
    name: str
    state: Literal["passed", "failed", "skipped"]
    detail: str = ""


@dataclass(slots=True)
class Report:
    """The results of all checks; `message` is the output of a build that failed."""

    built: bool
    message: str = ""
    results: list[Result] = field(default_factory=list)

    @property
    def failed(self) -> list[Result]:
        """The checks that failed."""
        return [result for result in self.results if result.state == "failed"]


_BUILDS_ALL_DRAFTS: Final = frozenset({"nikola", "pelican"})
"""Generators that build the same site with and without drafts."""


def check_pages(plan: ExportPlan, audit: Audit, programs: str | None = None) -> Report:
    """Build the site of a plan with and without drafts, and run all checks."""
    target = open_target(plan.target, plan.site)
    with tempfile.TemporaryDirectory(prefix="notekeep-check-") as folder:
        places = {name: os.path.join(folder, name) for name in ("drafts", "normal")}
        for place in places.values():
            os.mkdir(place)
        if target.is_built:
            drafts = normal = write_pages(plan, target, places["drafts"])
        else:
            program = find_generator(plan.target, programs, plan.site)
            drafts = normal = build_site(target, program, places["drafts"], drafts=True)
            if drafts.ok and target.id not in _BUILDS_ALL_DRAFTS:
                normal = build_site(target, program, places["normal"], drafts=False)
        if not normal.ok:
            return Report(built=False, message=normal.output)
        posts = plan.published.values()
        with_drafts, without = BuiltSite(drafts.folder, posts), BuiltSite(normal.folder, posts)
        report = Report(built=True)
        for post in plan.posts:
            listing = without if post.post.draft else with_drafts
            report.results += _check_post(plan, audit, target, post, with_drafts, listing)
    return report


def _check_post(
    plan: ExportPlan,
    audit: Audit,
    target: Target,
    planned: PlannedPost,
    site: BuiltSite,
    listing: BuiltSite,
) -> list[Result]:
    path, slug = planned.post.path, planned.post.slug
    if not site.pages[path]:
        return [Result(path, "C01", "title", "failed", "the site has no page for the post")]
    shows_whole = any("shows whole posts" in warning for warning in target.warnings)
    teasers: Literal["lists", "feeds", "themed", ""] = "feeds" if shows_whole else "lists"
    if target.teaser_in_head:
        teasers = "themed"
    elif not target.dialect.more:
        teasers = ""
    built = BuiltPost(
        planned,
        site.folder,
        site.pages[path],
        read_page(site.read(site.pages[path]).decode("utf-8", "replace")),
        _find_lists(listing, slug),
        {
            note: post.slug
            for note, post in plan.published.items()
            if target.reaches(planned.post, post)
        },
        audit,
        {name: site.read(name) for name in site.files if slug in name},
        teasers,
    )
    results = []
    for number, name, check in ALL_CHECKS:
        problem = check(built)
        state: Literal["passed", "failed", "skipped"] = "failed" if problem else "passed"
        results.append(
            Result(path, number, name, "skipped" if problem is None else state, problem or "")
        )
    return results


def _find_lists(site: BuiltSite, slug: str) -> dict[str, Element]:
    """Return the pages that name a post and are no posts of the export themselves."""
    own = {*site.pages.values()}
    pages = (p for p in site.files if p.endswith((".html", ".htm", ".xml")) and p not in own)
    held = ((path, site.read(path)) for path in pages)
    return {
        path: read_page(data.decode("utf-8", "replace"))
        for path, data in held
        if slug.encode() in data
    }
