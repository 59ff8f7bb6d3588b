"""One post as its site was built, and what the checks ask of it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from notekeep.export.expect import Expected, flat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from notekeep.export.dom import Element
    from notekeep.export.plan import PlannedPost
    from notekeep.export.refs import Ref
    from notekeep.export.unseen import Needle

_CONTENT = ("e-content", "entry-content", "post-content", "article-content", "post-body", "content")


@dataclass(slots=True)
class Look:
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
    expected: Expected
    site: str
    file: str
    page: Element
    lists: dict[str, Element]
    slugs: dict[str, str]
    needles: Sequence[Needle]
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


def joined(text: str) -> str:
    """Return text with its blanks joined."""
    return " ".join(text.split())


def codes(look: Look, wanted: list[str]) -> str | None:
    """Return which code is not shown as it was written; "" for none, None when there is no code."""
    if not wanted:
        return None
    shown = {code_text(e.text()) for e in look.content.find("pre")}
    missing = [code for code in wanted if code_text(code) not in shown and code.strip()]
    return f"not shown as written: {missing[0].strip().splitlines()[0]!r}" if missing else ""


def code_text(text: str) -> str:
    """Return code without blank lines around it and blanks at line ends, which nobody sees."""
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n")).rstrip()


def tex(look: Look, wanted: list[str], marks: tuple[tuple[str, str], ...]) -> str | None:
    """Return which formula is not in the page between such marks; None when there is none."""
    if not wanted:
        return None
    text = "".join(look.content.text().split())
    for formula in wanted:
        plain = "".join(formula.split())
        forms = {plain, plain.replace("|", "\\vert")}
        if not any(first + form + last in text for form in forms for first, last in marks):
            return f"not in the page: {formula[:40]!r}"
    return ""


def has_place(ref: Ref) -> bool:
    """Whether a link leads to a heading or a block."""
    return bool(ref.heading or ref.block)


def links(look: Look, wanted: Sequence[tuple[str, Ref]]) -> str | None:
    """Return which link does not lead to its post's page; "" for none, None when there is none."""
    if not wanted:
        return None
    for words, ref in wanted:
        address = re.compile(rf"(?:^|/){re.escape(look.slugs[ref.path])}\b")
        targets = [
            a.attributes.get("href", "") for a in look.content.find("a") if flat(a.text()) == words
        ]
        right = [target for target in targets if address.search(unquote(target))]
        if not right:
            return f"the link {words!r} does not lead to {look.slugs[ref.path]}"
        if problem := dead(look, right):
            return problem
    return ""


def dead(look: Look, targets: Sequence[str]) -> str:
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


def own_words(item: Element) -> str:
    """Return a list item's words without those of the lists in it and without its box."""
    words = ""
    for child in item.children:
        if isinstance(child, str):
            words += child
        elif child.tag in {"ul", "ol", "pre", "blockquote", "table", "div"}:
            break
        else:
            words += child.text()
    return flat(re.sub(r"[☐☑☒]", "", words))


def ticked(item: Element) -> bool | None:
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
