"""Converts bodies to clean HTML and formulas to MathML, for targets that export pages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final
from urllib.parse import quote

import nh3

from notekeep.export.rewrite.dialect import Dialect, Math
from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.tree import BLOCK_KINDS, ParsedPage, Span

# MathML, which browsers render without a script.

MATHML_TAGS = frozenset(
    "math menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub"  # noqa: SIM905  # a list of words reads better as words
    " msubsup msup mtable mtd mtext mtr munder munderover".split()
)
MATHML_ATTRIBUTES = frozenset(
    "accent alttext columnalign columnlines columnspacing depth display displaystyle fence form"  # noqa: SIM905  # as above
    " frame height largeop linebreak linethickness lspace mathbackground mathcolor mathsize"
    " mathvariant maxsize minsize movablelimits notation rowlines rowspacing rspace scriptlevel"
    " separator stretchy voffset width".split()
)
"""All attributes that latex2mathml writes, except `href`, `class` and `style`."""

_ENVIRONMENTS = {
    "align": "align*",
    "aligned": "split",
    "dcases": "cases",
    "equation": "matrix",
    "equation*": "matrix",
    "gather": "matrix",
    "gather*": "matrix",
    "gathered": "matrix",
}
"""Replacements for environments that latex2mathml does not support, or would number."""
_ENVIRONMENT = re.compile(r"(\\(?:begin|end)\{)([a-z]+\*?)\}")
_UNCONVERTED = re.compile(r"[\\$]|<mi>[&{}]</mi>")
"""TeX that remains in the result after an unknown macro."""


@lru_cache(maxsize=256)
def to_mathml(tex: str, *, display: bool) -> str:
    """Return a formula as MathML; "" for unknown macros or invalid TeX."""
    from latex2mathml.converter import convert

    known = _ENVIRONMENT.sub(
        lambda found: f"{found[1]}{_ENVIRONMENTS.get(found[2], found[2])}}}", tex
    )
    try:
        formula = convert(known, display="block" if display else "inline")
    except Exception:  # noqa: BLE001 - the library raises any exception for invalid TeX
        return ""
    if _UNCONVERTED.search(formula):
        return ""
    return formula.replace("<math ", f'<math alttext="{html.escape(tex.strip())}" ', 1)


# A body is rendered from its spans and then cleaned by nh3. Raw HTML in a note is limited to the
# tags and attributes below: no scripts, handlers, forms or styles, and only safe address schemes.

TEASER_MARKER: Final = "<!--more-->"
"""Marks the end of the teaser. All other comments are removed."""

_TAGS: Final = frozenset(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em"  # noqa: SIM905  # a list of words reads better as words
    " figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp"
    " section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u"
    " ul var wbr".split()
)
_ATTRIBUTES: Final = {
    "*": {"id", "lang", "dir", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "code": {"class"},
    "pre": {"class"},
    "span": {"class"},
    "div": {"class"},
    "section": {"class"},
    "details": {"open"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "time": {"datetime"},
    "col": {"span"},
}
_DROPPED: Final = frozenset(
    {"script", "style", "iframe", "object", "embed", "template", "noscript"}
)
_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
_MARK: Final = '<hr id="nk-more">'
_CARD: Final = {
    '<hr id="nk-card">': "<!--kg-card-begin: html-->",
    '<hr id="nk-card-end">': "<!--kg-card-end: html-->",
}
"""Placeholders for Ghost's card comments while all comments are removed."""
_PAIRED: Final = {
    "em": "em",
    "strong": "strong",
    "strike": "s",
    "highlight": "mark",
    "note": "sup",
    "quote": "blockquote",
    "item": "li",
}
"""Spans written as a pair of tags around their content."""

_MAX_DEPTH: Final = 100
"""Maximum nesting of tags; deeper text gets no tags, because nh3 takes quadratic time for it."""

_MAX_OPEN: Final = 500
"""Maximum number of open raw HTML tags, for the same reason; more are escaped."""

_RAW_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_VOID: Final = frozenset("area br col hr img input link meta source wbr".split())  # noqa: SIM905  # as above

_URL_SIGNS: Final = ";/?:@&=+$,!*'()#%"
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def to_html(
    text: str, *, highlight: bool = False, mathml: bool = False, cards: bool = False
) -> str:
    """Return a body as clean HTML."""
    rendered = ""
    for block in _Renderer(parse_markdown(text), highlight=highlight, mathml=mathml).render():
        if cards and "<math" in block:
            # Ghost's importer keeps the content of a card. Outside a card, it turns MathML into
            # loose letters, or refuses the post.
            begin, end = _CARD
            rendered += f"{begin}\n{block}{end}\n"
        else:
            rendered += block
    cleaned = nh3.clean(
        rendered.replace(TEASER_MARKER, _MARK, 1),
        tags={*_TAGS, *MATHML_TAGS},
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()}
        | {tag: set(MATHML_ATTRIBUTES) for tag in MATHML_TAGS},
        clean_content_tags=set(_DROPPED),
        url_schemes=set(_SCHEMES),
        link_rel=None,
        strip_comments=True,
    )
    for mark, comment in _CARD.items() if cards else ():
        cleaned = cleaned.replace(mark, comment)
    return cleaned.replace(_MARK, TEASER_MARKER, 1).strip() + "\n"


def style_sheet() -> str:
    """Return the style sheet for highlighted code."""
    from pygments.formatters.html import HtmlFormatter

    sheet = HtmlFormatter(style="default").get_style_defs(".code")  # type: ignore[no-untyped-call]  # Pygments has no types
    return str(sheet)


class _Renderer:
    """Writes a page as HTML, span by span, with a stack of open tags."""

    def __init__(self, page: ParsedPage, *, highlight: bool, mathml: bool) -> None:
        self._text = page.text
        self._spans = page.spans
        self._highlight = highlight
        self._mathml = mathml
        self._out: list[str] = []  # HTML of the current block
        self._ends: list[str] = []  # end tags of open spans
        # Offsets of the last span of each kind.
        self._link_start = self._image_end = self._paragraph_end = -1
        self._cell_end = -1
        self._raw_open = 0  # open tags of raw HTML
        self._sides: list[str] = []  # alignment of the columns
        self._column = 0
        self._cell_tag = ""

    def render(self) -> Iterator[str]:
        """Yield the HTML of each top-level block."""
        for span in self._spans:
            self._close(span.depth)
            if span.depth == 0:
                yield self._take()
            end = ""
            if span.start < self._image_end:
                self._alt_text(span)
            elif span.depth > _MAX_DEPTH and (span.kind in _PAIRED or span.kind == "list"):
                self._out.append(" ")
            elif (leaf := self._leaf(span)) is not None:
                is_inline = span.kind not in BLOCK_KINDS or span.start < self._paragraph_end
                self._out.append(leaf) if is_inline else self._begin(leaf)
            elif tag := _PAIRED.get(span.kind):
                end = self._open(span, f"<{tag}>", f"</{tag}>")
            else:
                end = self._container(span)
            self._ends.append(end)
        self._close(0)
        yield self._take()

    def _take(self) -> str:
        block = "".join(self._out)
        self._out.clear()
        return block

    def _close(self, depth: int) -> None:
        while len(self._ends) > depth:
            self._out.append(self._ends.pop())

    def _begin(self, block: str) -> None:
        if self._out and not self._out[-1].endswith("\n"):
            self._out.append("\n")
        self._out.append(block)

    def _open(self, span: Span, first: str, last: str) -> str:
        """Write the beginning of a span; return its end."""
        if span.kind in BLOCK_KINDS:
            self._begin(first)
            return f"{last}\n"
        self._out.append(first)
        return last

    def _leaf(self, span: Span) -> str | None:
        """Return the HTML of a span without content; None for containers."""
        match span.kind:
            case "rule":
                return "<hr>\n"
            case "hard_break":
                return "<br>\n"
            case "html" | "html_block":
                return self._raw(span)
            case "fence" | "code_block":
                return self._code(span)
            case "code_span":
                return f"<code>{html.escape(span.words)}</code>"
            case "footnote_ref":  # footnotes were already converted to a list
                return f"<sup>{html.escape(span.info)}</sup>"
            case "math" | "math_block":
                return self._formula(span)
        return None

    def _container(self, span: Span) -> str:
        """Write the beginning of a container; return its end."""
        match span.kind:
            case "paragraph":
                self._paragraph_end = span.end
                return "" if span.title == "tight" else self._open(span, "<p>", "</p>")
            case "heading":
                return self._open(span, f"<h{span.info}>", f"</h{span.info}>")
            case "list":
                tag = "ol" if span.info else "ul"
                start = f' start="{span.info}"' if span.info not in {"", "1"} else ""
                return self._open(span, f"<{tag}{start}>\n", f"</{tag}>")
            case "table":
                self._sides = span.info.split(",")
                return self._open(span, "<table>\n", "</tbody>\n</table>")
            case "row":
                return self._row()
            case "cell":
                return self._cell(span)
            case "link" | "autolink":
                self._link_start = span.start
                title = f' title="{html.escape(span.title)}"' if span.title else ""
                return self._open(span, f'<a href="{_address(span.info)}"{title}>', "</a>")
            case "image":
                self._image_end = span.end
                title = f' title="{html.escape(span.title)}"' if span.title else ""
                return self._open(span, f'<img src="{_address(span.info)}" alt="', f'"{title}>')
        self._alt_text(span)
        return ""

    def _alt_text(self, span: Span) -> None:
        if words := self._words(span):
            self._out.append(html.escape(words))

    def _words(self, span: Span) -> str:
        """Return the visible text of a span, without marks."""
        match span.kind:
            case "text" | "tag" | "block_id" | "timestamp":
                words = self._text[span.start : span.end]
                # If a timestamp is a link, its brackets belong to the link.
                is_linked = span.kind == "timestamp" and span.start == self._link_start
                return words[1:-1] if is_linked else words
            case "special" | "code_span" | "math" | "math_block":
                return span.words
            case "wikilink" | "embed":
                return span.words or span.info
            case "soft_break" | "hard_break":
                return "\n"
        return ""

    def _row(self) -> str:
        self._column = 0
        if self._out[-1] == "<table>\n":
            self._cell_tag = "th"
            self._out.append("<thead>\n<tr>\n")
            return "</tr>\n</thead>\n<tbody>\n"
        self._cell_tag = "td"
        self._out.append("<tr>\n")
        return "</tr>\n"

    def _cell(self, span: Span) -> str:
        if self._column == len(self._sides):
            return ""  # an empty cell in a row hidden by a comment
        self._cell_end = span.end
        side = self._sides[self._column]
        self._column += 1
        align = f' align="{side}"' if side != "none" else ""
        self._out.append(f"<{self._cell_tag}{align}>")
        return f"</{self._cell_tag}>\n"

    def _code(self, span: Span) -> str:
        name = (span.info.split() or [""])[0]
        code = span.words
        if code and not code.endswith("\n"):
            code += "\n"  # an unclosed fence
        body = _highlighted(name, code) if self._highlight else ""
        body = body or html.escape(code, quote=False)
        language = f' class="language-{html.escape(name)}"' if name else ""
        marked = ' class="code"' if self._highlight else ""
        return f"<pre{marked}><code{language}>{body}</code></pre>\n"

    def _raw(self, span: Span) -> str:
        """Return raw HTML, escaped if too many tags are open."""
        tags = [tag for tag in _RAW_TAG.finditer(span.words) if tag[2].lower() not in _VOID]
        opened = self._raw_open + sum(-1 if tag[1] else 1 for tag in tags)
        if opened > _MAX_OPEN:
            return html.escape(span.words)
        self._raw_open = max(0, opened)
        return span.words

    def _formula(self, span: Span) -> str:
        is_display = span.kind == "math_block" or span.title == "display"
        tex = span.words
        if span.start < self._cell_end:
            tex = tex.replace("\\|", "|")  # bars are escaped in tables
        formula = to_mathml(tex, display=is_display) if self._mathml else ""
        if not formula:
            first, last = ("$$", "$$") if is_display else ("\\(", "\\)")
            formula = f'<span class="math">{html.escape(first + tex + last)}</span>'
        is_block = span.kind == "math_block" and span.start >= self._paragraph_end
        return f"<p>{formula}</p>\n" if is_block else formula


def _address(address: str) -> str:
    return html.escape(_LONE_PERCENT.sub("%25", quote(address, safe=_URL_SIGNS)))


def _highlighted(name: str, code: str) -> str:
    """Return code with classes for highlighting; "" for an unknown language."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return ""
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True)))


# For targets whose posts are HTML.

HTML_DIALECT: Final = Dialect(
    footnotes=False,
    heading_ids=False,
    task_lists=False,
    bare_urls=False,
    more="",
    default_teaser=False,
)
"""The vault's own Markdown, except for syntax that is converted to HTML before rendering."""

MATHML_DIALECT: Final = replace(HTML_DIALECT, math=Math(mathml=True))

TEASER_DIALECT: Final = replace(
    HTML_DIALECT, more=TEASER_MARKER, more_in_code=False, default_teaser=True
)


def format_bare_page(title: str, text: str) -> str:
    """Return HTML with only a title and a text."""
    return f'<h1>{html.escape(title)}</h1>\n<div class="post-content">{text}</div>\n'
