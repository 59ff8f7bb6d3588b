"""Converts HTML from other programs to Markdown with nh3, Beautiful Soup and markdownify.

A reader receives the cleaned tree first, and can replace its program's own tags with Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import nh3
from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from notekeep.errors import Refused
from notekeep.importing.formats.html_tags import plain_html
from notekeep.importing.formats.reading import Resolve, escape_address, raw_markdown
from notekeep.markdown.sanitize import remove_hidden

_TAGS = frozenset(
    "a abbr article aside b blockquote br caption center cite code col colgroup dd del details div"  # noqa: SIM905 - a list of words reads better as words
    " dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 header hr i img input ins kbd li mark ol p"
    " pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead"
    " time tr u ul math semantics annotation".split()
)
_ATTRIBUTES = {
    "*": {"class", "id", "style"},
    "a": {"href"},
    "img": {"src", "alt"},
    "input": {"type", "checked"},
    "ol": {"start"},
    "td": {"colspan"},
    "th": {"colspan"},
    "annotation": {"encoding"},
}
_DROPPED = {"script", "style", "title", "template", "noscript", "iframe", "object"}
_SCHEMES = {"http", "https", "mailto", "tel", "evernote", "joplin", "file"}
_NUMBER = "nk-number"

_MAX_DEPTH = 200
"""Maximum nesting of tags. Cleaning takes quadratic time for deep nesting."""
_MAX_TAGS = 40_000
"""Maximum number of tags. Each tag needs two kilobytes of memory."""
_PLAIN_TAG = re.compile(
    r"""<(/?)([A-Za-z][\w-]*+)(?:\s+[\w:-]++(?:="[^"<>]*"|='[^'<>]*')?+)*+\s*+(/?)>"""
)
_VOID = frozenset({"br", "col", "hr", "img", "input"})
_UNUSUAL = _DROPPED | {"textarea", "xmp", "plaintext", "noembed", "noframes", "select", "svg"}
_OPTIONAL_END = frozenset({"p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead"})
"""Tags that old pages often do not close."""
_TO_ESCAPE = re.compile(
    r"""(?mx)
      [*\\`]
    | (?<!\w)_ | _(?!\w)
    | <(?=[A-Za-z/!?])
    | (?:%%|\$\$|\[\[|==)(?=\S)
    | ^(?:\#{1,6}(?=\s|$)|>|[-+](?=\s)|\^(?=[A-Za-z0-9-]+\s*$))
    | (?<=^\d)[.)](?=\s)
    """
)
_SPACES = re.compile(r"(?m)^[ \t]+$|(?<! ) $| {2,}(?=\n[ \t]*\n)")
_BOX = re.compile(r"(?m)^([ \t]*(?:-|\d+\.) \[[ x]\]) {2,}")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


def parse_html(
    html: str, *, tags: Iterable[str] = (), attributes: Iterable[str] = ()
) -> BeautifulSoup:
    """Clean HTML and parse it.

    Args:
        html: A document or a fragment.
        tags: More tags to allow.
        attributes: More attributes to allow for all tags.

    Raises:
        Refused: The HTML is nested too deeply, or has too many tags.
    """
    allowed = {tag: set(names) for tag, names in _ATTRIBUTES.items()}
    allowed["*"] |= set(attributes)
    cleaned = nh3.clean(
        _close_tags(plain_html(html)),
        tags={*_TAGS, *tags},
        attributes=allowed,
        clean_content_tags=_DROPPED,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    # Here, characters written as entities are plain text, and Markdown is not yet escaped.
    soup = BeautifulSoup(remove_hidden(cleaned), "html.parser")
    for formula in soup.find_all("annotation"):
        shown = formula.find_parent(class_="katex") or formula.find_parent("math") or formula
        is_block = shown.find_parent("figure") is not None
        sign = "$$" if is_block else "$"
        shown.replace_with(raw_markdown(soup, f"{sign}{formula.get_text().strip()}{sign}"))
    return soup


def write_markdown(root: Tag, resolve: Resolve) -> str:
    """Return a tree as Markdown. `resolve` returns links to pages and files of the export."""
    _prepare(root)
    text = _Converter(resolve).convert_soup(root)
    text = _BOX.sub(r"\1 ", _SPACES.sub("", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


class _Converter(MarkdownConverter):
    """Writes Markdown for Obsidian."""

    def __init__(self, resolve: Resolve) -> None:
        super().__init__(
            heading_style="atx", bullets="-", wrap=True, wrap_width=None, table_infer_header=True
        )
        self._resolve = resolve

    def escape(self, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 - markdownify's
        return _TO_ESCAPE.sub(lambda match: "".join(f"\\{sign}" for sign in match[0]), text)

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el.get("href") or "")
        words = " ".join(text.split())
        if "_noformat" in parent_tags or not href or not words or el.find("img"):
            return text
        written = self._resolve(href, words, False)
        if not written and not re.match(r"(?i)(?:https?|mailto|tel):", href):
            return text
        before, after = (" " if text[at].isspace() else "" for at in (0, -1))
        return f"{before}{written or f'[{words}]({escape_address(href)})'}{after}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        source, words = str(el.get("src") or ""), " ".join(str(el.get("alt") or "").split())
        own = self._resolve(source, words, True)
        if own or not re.match("(?i)https?:", source):
            return own or words
        return f"![{words}]({escape_address(source)})"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        plain = re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))
        columns = min(int(span), 100) if (span := str(el.get("colspan"))).isdecimal() else 1
        return f" {plain}{' |' * max(1, columns)}"

    def convert_th(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self.convert_td(el, text, parent_tags)

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        bullet = f"{el[_NUMBER]}. " if el.has_attr(_NUMBER) else "- "
        first, *rest = text.strip().split("\n")
        indent = " " * len(bullet)
        lines = [f"{bullet}{first}".rstrip(), *(f"{indent}{line}".rstrip() for line in rest)]
        return "\n".join(lines) + "\n"

    def convert_mark(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        return f"=={text.strip()}==" if text.strip() else ""

    def convert_input(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        if el.get("type") != "checkbox":
            return text
        return "[x] " if el.has_attr("checked") else "[ ] "

    def convert_nk_raw(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        return str(el["text"])


def _is_well_formed(html: str) -> bool:
    """Whether all tags are nested correctly, and there are no comments or scripts."""
    names: list[str] = []
    count = 0
    for found in _PLAIN_TAG.finditer(html):
        count += 1
        is_end, name, is_alone = found[1], found[2].casefold(), found[3]
        if name in _VOID:
            continue
        if is_alone or name in _UNUSUAL or len(names) >= _MAX_DEPTH:
            return False
        if not is_end:
            names.append(name)
        elif not names or names.pop() != name:
            return False
    return count == html.count("<") and not names


def check_tags(html: str) -> None:
    """Raise Refused if HTML has too many tags."""
    if html.count("<") > 2 * _MAX_TAGS:
        raise Refused(f"HTML with more than {_MAX_TAGS} tags")


def _close_tags(html: str) -> str:
    """Return correctly nested HTML, so that cleaning does not take quadratic time.

    Raises Refused for too many tags or levels.
    """
    check_tags(html)
    if _is_well_formed(html):
        return html
    soup = BeautifulSoup(html, "html.parser")
    waiting: list[tuple[Tag, int, bool]] = [(soup, 0, False)]
    while waiting:
        tag, depth, is_foreign = waiting.pop()
        if depth > _MAX_DEPTH:
            raise Refused("HTML that is nested too deeply")
        is_foreign |= tag.name in ("math", "svg")
        for child in tag.find_all(recursive=False):
            is_level = is_foreign or child.name not in _OPTIONAL_END
            waiting.append((child, depth + is_level, is_foreign))
    return str(soup)


def _prepare(root: Tag) -> None:
    """Prepare a tree for markdownify and the limits of Markdown.

    List items get their numbers, and table heads with several rows become bodies. Headings in links
    become links in headings, and adjacent marks are joined.
    """
    for link in root.find_all("a"):
        for heading in link.find_all(re.compile("h[1-6]")):
            inner = Tag(name="a", attrs={"href": link.get("href") or ""})
            inner.extend(list(heading.contents))
            heading.append(inner)
        if link.find(re.compile("h[1-6]")):
            link.unwrap()
    for mark in root.find_all(["b", "strong", "i", "em", "s", "del", "strike", "mark"]):
        while isinstance(after := mark.next_sibling, Tag) and after.name == mark.name:
            mark.extend(list(after.extract().contents))
    for head in root.find_all("thead"):
        if len(head.find_all("tr", limit=2)) > 1:
            head.name = "tbody"
    for numbered in root.find_all("ol"):
        start = str(numbered.get("start") or "1")
        first = int(start) if start.isdecimal() and len(start) < 9 else 1
        for number, item in enumerate(numbered.find_all("li", recursive=False), first):
            item[_NUMBER] = str(number)
