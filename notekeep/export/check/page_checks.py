"""The checks of a built post: its page is there, nothing on it is broken, and nothing private is.

Each returns what is wrong, "" for nothing, or None when the post has nothing of the kind. They know
no generator.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from notekeep.export.audit import Audit, OutgoingFile, find_leaks
from notekeep.export.check.built_page import Element
from notekeep.export.plan import PlannedPost
from notekeep.export.private_terms import normalize_for_audit
from notekeep.markdown.nodes import Node
from notekeep.markdown.text_edit import normalize_heading

_CONTENT = ("e-content", "entry-content", "post-content", "article-content", "post-body", "content")
"""The classes that themes give the element with a post's own body, the surest first."""
_LEFT_OVER = re.compile(
    r"\[\[[^\]]+\]\]|%%|==\S[^=\n]*\S==|(?:^|\s)\^[\w-]+$|\[![a-z]+\]|\{\{[<%]|nk[0-9a-f]{12}:"
    r"|\{(?:filename|static|attach)\}|link://|SHORTCODE[0-9a-f]{32}|HAHAHUGOSHORTCODE",
    re.MULTILINE,
)


@dataclass(slots=True)
class BuiltPost:
    """One post as built."""

    post: PlannedPost
    site: str  # the folder of the built site
    file: str  # the post's page, from there
    page: Element
    # the pages of a normal build that are no posts of this export, by path
    lists: dict[str, Element]
    slugs: dict[str, str]  # the slug of every note that has a post and can be linked, by path
    audit: Audit
    files: dict[str, bytes]  # the bytes of every file of the site whose path has the post's slug
    # what ends posts where their teasers end: lists, feeds alone, those lists that the theme
    # chooses, or nothing
    teasers: Literal["lists", "feeds", "themed", ""] = "lists"

    @property
    def content(self) -> Element:
        """The part of the page that is the post's own body."""
        for name in _CONTENT:
            for element in self.page.walk():
                if element.has_class(name):
                    return element
        for tag in ("article", "main", "body"):
            if found := self.page.find(tag):
                return found[0]
        return self.page

    def nodes(self, *kinds: str) -> list[Node]:
        """Return what the draft holds of some kinds."""
        return self.post.draft.passage.tree.find(*kinds)


def find_dead(built: BuiltPost, targets: Sequence[str]) -> str:
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
            return f"{target} is a broken link"
        if parts.fragment and place.endswith(".html"):
            with open(place, encoding="utf-8", errors="replace") as file:
                text = file.read()
            name = re.escape(unquote(parts.fragment))
            if not re.search(rf"\b(?:id|name)=[\"']?{name}[\"'\s>]", text):
                return f"{target} links to a missing section of a page"
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


def _title(built: BuiltPost) -> str | None:
    wanted = normalize_heading(built.post.post.title)
    headings = built.page.find("h1", "h2", "title")
    found = any(normalize_heading(heading.text()) == wanted for heading in headings)
    return "" if found else "the title is not on the page"


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


def _leaks(built: BuiltPost) -> str | None:
    """Nothing private is in the post's words, and no private name or line in any file of it."""
    own = [OutgoingFile(built.file, built.content.text().encode(), built.post.post.path)]
    files = [OutgoingFile(path, data) for path, data in built.files.items()]
    terms, public = built.audit.private_terms, built.audit.public_text
    several = [term for term in terms if len(normalize_for_audit(term.text).split()) > 1]
    found = find_leaks(own, terms, public) + find_leaks(files, several, public)
    return f"{found[0].file.path} reveals {found[0].term.what}" if found else ""


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
    """One check: its id, its name, and what looks at a post."""

    id: str
    name: str
    problem: Callable[[BuiltPost], str | None]


CHECKS: Final = (
    Check("C01", "title", _title),
    Check("C04", "drafts are not listed", _draft_hidden),
    Check("C06", "pictures", _pictures),
    Check("C19", "nothing private", _leaks),
    Check("C24", "no broken links", _references),
    Check("C25", "no vault syntax left", _leftovers),
)
"""What a person asks of a site. Whether a generator reads all of Markdown right is for tests."""
