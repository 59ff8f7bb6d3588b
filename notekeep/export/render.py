"""A body as HTML that may stand on any page: rendered, then cleaned of all that could act.

Raw HTML of a note comes through as far as the list of nh3 lets it: no script, no handler, no
form, no style, no address but of the web and of mail. It is the last step, so nothing that was
made before it is trusted.
"""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from notekeep.export.mathml import ATTRIBUTES, TAGS, to_mathml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

TEASER: Final = "<!--more-->"
"""How the end of the teaser is written in a body; the only comment that comes through."""

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
"""What stands for Ghost's marks of a card until all other comments are gone."""
_STYLED = re.compile(r'style="text-align:(left|right|center)"')


def to_html(
    text: str, *, highlight: bool = False, mathml: bool = False, cards: bool = False
) -> str:
    """Return a body as clean HTML.

    Args:
        text: The body, in the Markdown of the vault.
        highlight: Whether code gets the classes of Pygments, for a page that has its style sheet.
        mathml: Whether formulas become MathML; those with unknown macros stay TeX in any case.
        cards: Whether blocks with MathML are marked as HTML cards, for Ghost.
    """
    import nh3

    md = _engine(highlight=highlight, mathml=mathml)
    rendered = _with_cards(md, text) if cards else str(md.render(text))
    rendered = _STYLED.sub(r'align="\1"', rendered.replace(TEASER, _MARK, 1))
    cleaned = nh3.clean(
        rendered,
        tags={*_TAGS, *TAGS},
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()}
        | {tag: set(ATTRIBUTES) for tag in TAGS},
        clean_content_tags=set(_DROPPED),
        url_schemes=set(_SCHEMES),
        link_rel=None,
        strip_comments=True,
    )
    for mark, comment in _CARD.items() if cards else ():
        cleaned = cleaned.replace(mark, comment)
    return cleaned.replace(_MARK, TEASER, 1).strip() + "\n"


def _with_cards(md: MarkdownIt, text: str) -> str:
    """Return a body with marks around each block that holds MathML.

    Ghost's importer takes what stands between them as it is; of MathML anywhere else it makes loose
    letters, or refuses the post.
    """
    env: dict[str, Any] = {}
    begin, end = _CARD
    parts: list[str] = []
    block: list[Token] = []
    for token in md.parse(text, env):
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            part = str(md.renderer.render(block, md.options, env))
            parts.append(f"{begin}\n{part}{end}\n" if "<math" in part else part)
            block = []
    return "".join(parts)


def style_sheet() -> str:
    """Return the style sheet for highlighted code."""
    from pygments.formatters.html import HtmlFormatter

    sheet = HtmlFormatter(style="default").get_style_defs(".code")  # type: ignore[no-untyped-call]  # Pygments has no types
    return str(sheet)


@cache
def _engine(*, highlight: bool, mathml: bool) -> MarkdownIt:
    from notekeep.export.rules import engine

    md = engine()
    rules: dict[str, Callable[..., str]] = {
        "math_inline": lambda tokens, at, *_: _formula(tokens[at], mathml=mathml),
        "math_inline_double": lambda tokens, at, *_: _formula(tokens[at], mathml=mathml),
        "math_block": lambda tokens, at, *_: f"<p>{_formula(tokens[at], mathml=mathml)}</p>\n",
        "fence": lambda tokens, at, *_: _code(tokens[at], highlight=highlight),
        "code_block": lambda tokens, at, *_: _code(tokens[at], highlight=highlight),
        "footnote_ref": _footnote_ref,
    }
    for name, rule in rules.items():
        md.renderer.rules[name] = rule  # type: ignore[attr-defined]  # the protocol has no rules
    return md


def _formula(token: Token, *, mathml: bool) -> str:
    display = token.type != "math_inline"
    if mathml and (made := to_mathml(token.content, display=display)):
        return made
    first, last = ("$$", "$$") if display else ("\\(", "\\)")
    return f'<span class="math">{html.escape(first + token.content + last, quote=False)}</span>'


def _code(token: Token, *, highlight: bool) -> str:
    """Return code: coloured where the page can show it, else named by its language."""
    name = (token.info.split() or [""])[0]
    body = _coloured(name, token.content) if highlight else ""
    body = body or html.escape(token.content, quote=False)
    language = f' class="language-{html.escape(name)}"' if name else ""
    marked = ' class="code"' if highlight else ""
    return f"<pre{marked}><code{language}>{body}</code></pre>\n"


def _coloured(name: str, code: str) -> str:
    """Return code in spans of classes; "" for a language that nobody knows."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return ""
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True)))


def _footnote_ref(tokens: Sequence[Token], at: int, *_: Any) -> str:
    """A reference without its note, which is written out before: its number alone."""
    return f"<sup>{html.escape(str(tokens[at].meta.get('label', '')))}</sup>"
