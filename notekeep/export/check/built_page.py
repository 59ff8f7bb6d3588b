"""One built post: tree and questions."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from notekeep.export.check.expectation import Expectation, normalize_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.export.plan import PlannedPost
    from notekeep.export.private_terms import PrivateTerm
    from notekeep.export.references import Ref


# One post as its site was built, and what the checks ask of it.


_CONTENT = ("e-content", "entry-content", "post-content", "article-content", "post-body", "content")


@dataclass(slots=True)
class BuiltPost:
    """One post as built.

    Attributes:
        post: The post.
        expected: What it has to show.
        site: The folder of the built site.
        file: The post's page, from there; "" when there is none.
        page: The page.
        lists: The pages of a normal build that are no posts of this export, by path.
        slugs: The slug of every note that has a post, by path.
        needles: What must be seen nowhere.
        said: What the exported notes say in public.
        files: The bytes of every file of this export's pages and what they show.
        feeds_only: Whether only feeds end posts where their teasers end.
        themed: Whether the theme chooses which lists show a teaser and which a whole post.
    """

    post: PlannedPost
    expected: Expectation
    site: str
    file: str
    page: Element
    lists: dict[str, Element]
    slugs: dict[str, str]
    needles: Sequence[PrivateTerm]
    said: str
    files: dict[str, bytes]
    feeds_only: bool = False
    themed: bool = False

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


def join_blanks(text: str) -> str:
    """Return text with its blanks joined."""
    return " ".join(text.split())


def find_missing_code(look: BuiltPost, wanted: list[str]) -> str | None:
    """Return which code is not shown as it was written; "" for none, None when there is no code."""
    if not wanted:
        return None
    shown = {trim_code(e.text()) for e in look.content.find("pre")}
    missing = [code for code in wanted if trim_code(code) not in shown and code.strip()]
    return f"not shown as written: {missing[0].strip().splitlines()[0]!r}" if missing else ""


def trim_code(text: str) -> str:
    """Return code without blank lines around it and blanks at line ends, which nobody sees."""
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n")).rstrip()


def tex(look: BuiltPost, wanted: list[str], marks: tuple[tuple[str, str], ...]) -> str | None:
    """Return which formula is not in the page between such marks; None when there is none."""
    if not wanted:
        return None
    text = "".join((look.content.text() + _mathml(look.content)).split())
    for formula in wanted:
        plain = "".join(formula.split())
        forms = {plain, plain.replace("|", "\\vert")}
        if not any(first + form + last in text for form in forms for first, last in marks):
            return f"not in the page: {formula[:40]!r}"
    return ""


def _mathml(content: Element) -> str:
    """Return the formulas of a page that are MathML, between the marks that TeX would have."""
    return " ".join(
        f"$${one.attributes.get('alttext', '')}$$"
        if one.attributes.get("display") == "block"
        else f"\\({one.attributes.get('alttext', '')}\\)"
        for one in content.find("math")
    )


def has_fragment(ref: Ref) -> bool:
    """Whether a link leads to a heading or a block."""
    return bool(ref.heading or ref.block)


def find_misled_link(look: BuiltPost, wanted: Sequence[tuple[str, Ref]]) -> str | None:
    """Return which link does not lead to its post's page; "" for none, None when there is none."""
    if not wanted:
        return None
    for words, ref in wanted:
        address = re.compile(rf"(?:^|/){re.escape(look.slugs[ref.path])}\b")
        targets = [
            a.attributes.get("href", "")
            for a in look.content.find("a")
            if normalize_text(a.text()) == words
        ]
        right = [target for target in targets if address.search(unquote(target))]
        if not right:
            return f"the link {words!r} does not lead to {look.slugs[ref.path]}"
        if problem := dead(look, right):
            return problem
    return ""


def dead(look: BuiltPost, targets: Sequence[str]) -> str:
    """Return the first of some addresses that leads to nothing in the site; "" for none."""
    for target in targets:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc or not target:
            continue
        path = unquote(parts.path)
        base = os.path.dirname(look.file)
        relative = path.lstrip("/") if path.startswith("/") else os.path.join(base, path)
        place = (
            os.path.normpath(os.path.join(look.site, relative))
            if path
            else (os.path.join(look.site, look.file))
        )
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


def leads_to(file: str, page: str, link: str) -> bool:
    """Whether a link on one page of a site leads to another, whatever host or folder it names."""
    path = unquote(urlsplit(link.strip()).path)
    if not path:
        return False
    wanted = file.removesuffix("index.html").rstrip("/")
    if path.startswith("/"):
        return path.rstrip("/").endswith(f"/{wanted}")
    relative = os.path.normpath(os.path.join(os.path.dirname(page), path))
    return relative.removesuffix("/index.html") == wanted


def item_text(item: Element) -> str:
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


def task_state(item: Element) -> bool | None:
    """Return whether a task is ticked; None when it has no box."""
    for box in item.find("input"):
        return "checked" in box.attributes
    text = item.text().strip()
    return True if text[:1] in {"☑", "☒"} else False if text[:1] == "☐" else None


def classes(element: Element) -> str:
    """Return the classes of an element and of what it stands in."""
    parent = element.parent.attributes.get("class", "") if element.parent else ""
    return f"{element.attributes.get('class', '')} {parent}"


def in_footnotes(element: Element) -> bool:
    """Whether an element is part of the list of footnotes."""
    return any("footnote" in above.attributes.get("class", "") for above in element.above())


# A built page as a small tree: enough of a reader to ask what a visitor would see.


_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905  # a list of words reads better as words
)
_CLOSED_BY = {
    "li": {"li"},
    "p": {"p", "ul", "ol", "pre", "blockquote", "table", "div", "h1", "h2", "h3", "h4", "hr"},
    "td": {"td", "th", "tr"},
    "th": {"td", "th", "tr"},
    "tr": {"tr"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "option": {"option"},
}
"""What ends an element whose end tag was left away."""
_UNSEEN = frozenset({"script", "style", "template", "noscript", "head"})


@dataclass(slots=True, eq=False)
class Element:
    """One element.

    Attributes:
        tag: Its name in lower case.
        attributes: As written, names in lower case.
        children: Elements and texts.
        parent: What it stands in.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    parent: Element | None = None

    def walk(self) -> Iterator[Element]:
        """Yield the element and all below it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def find(self, *tags: str) -> list[Element]:
        """Return the elements below with one of these names."""
        return [element for element in self.walk() if element.tag in tags and element is not self]

    def above(self) -> Iterator[Element]:
        """Yield what it stands in, nearest first."""
        here = self.parent
        while here is not None:
            yield here
            here = here.parent

    def text(self) -> str:
        """Return what a visitor reads in it; blanks as written."""
        if self.tag in _UNSEEN:
            return ""
        if self.tag == "br":
            return "\n"
        return "".join(c if isinstance(c, str) else c.text() for c in self.children)

    def has_class(self, name: str) -> bool:
        """Whether it has a class."""
        return name in self.attributes.get("class", "").split()


def read_page(text: str) -> Element:
    """Read a page; broken HTML is read as far as browsers agree on it."""
    reader = _PageParser()
    reader.feed(text)
    reader.close()
    return reader.root


class _PageParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root")
        self.here = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _CLOSED_BY.get(self.here.tag, ()) and self.here.parent is not None:
            self.here = self.here.parent
        element = Element(tag, {key: value or "" for key, value in attrs}, parent=self.here)
        self.here.children.append(element)
        if tag not in _VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID and self.here.parent is not None:
            self.here = self.here.parent

    def handle_endtag(self, tag: str) -> None:
        here: Element | None = self.here
        while here is not None and here.tag != tag:
            here = here.parent
        if here is not None and here.parent is not None:
            self.here = here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)
