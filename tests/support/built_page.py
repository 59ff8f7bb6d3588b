"""A page of a built site as a small tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

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
"""Start tags that close an element without an end tag."""
_INVISIBLE = frozenset({"script", "style", "template", "noscript", "head"})


@dataclass(slots=True, eq=False)
class Element:
    """An element; attribute names are in lower case."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    parent: Element | None = None

    def walk(self) -> Iterator[Element]:
        """Yield the element and its descendants in order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def find(self, *tags: str) -> list[Element]:
        """Return the descendants with one of these tags."""
        return [element for element in self.walk() if element.tag in tags and element is not self]

    def values(self, attribute: str, *tags: str) -> list[str]:
        """Return an attribute of the descendants with one of these tags; "" for none."""
        return [element.attributes.get(attribute, "") for element in self.find(*tags)]

    def ids(self) -> set[str]:
        """Return the ids of the element and its descendants."""
        return {e.attributes["id"] for e in self.walk() if "id" in e.attributes}

    def above(self) -> Iterator[Element]:
        """Yield its ancestors, nearest first."""
        here = self.parent
        while here is not None:
            yield here
            here = here.parent

    def text(self) -> str:
        """Return the visible text, with blanks as written."""
        if self.tag in _INVISIBLE:
            return ""
        if self.tag == "br":
            return "\n"
        return "".join(c if isinstance(c, str) else c.text() for c in self.children)

    @property
    def classes(self) -> str:
        """The class attribute."""
        return self.attributes.get("class", "")

    def has_class(self, name: str) -> bool:
        """Whether it has a class."""
        return name in self.classes.split()


def read_page(text: str) -> Element:
    """Parse a page; invalid HTML is parsed as browsers do."""
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

    def handle_endtag(self, tag: str) -> None:
        ended = next((one for one in (self.here, *self.here.above()) if one.tag == tag), None)
        if ended is not None and ended.parent is not None:
            self.here = ended.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)
