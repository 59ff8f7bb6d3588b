"""The text of a paragraph into pieces: emphasis, code, links, tags, mathematics.

CommonMark comes from markdown-it; what Obsidian writes besides (wikilinks, highlights, comments,
tags, `$math$`, footnotes, block ids) is one inline rule here. This is for showing only: what the
index knows of a note comes from its own scanner.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin

from notekeep.markdown.clean import clean
from notekeep.tui.render.around import NOTHING, Around
from notekeep.tui.render.glyphs import ASCII
from notekeep.tui.render.math import in_line
from notekeep.tui.render.pieces import FOOTNOTE_LINK, Line, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from notekeep.tui.render.glyphs import Glyphs

_WIKILINK = re.compile(r"(!?)\[\[([^\[\]\n|]*)(?:\|([^\]\n]*))?\]\]")
_HIGHLIGHT = re.compile(r"==(?=\S)(.+?)(?<=\S)==")
_COMMENT = re.compile(r"%%(.+?)%%", re.DOTALL)
_MATH = re.compile(r"\$\$(.+?)\$\$|\$(?!\s)([^$\n]+?)(?<![\s\\])\$(?!\d)", re.DOTALL)
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]|\^\[([^\]\n]+)\]")
_TAG = re.compile(r"#([\w/-]*[^\W\d][\w/-]*)")
_BLOCK_ID = re.compile(r"\^[A-Za-z0-9-]+[ \t]*(?=\n|$)")
_URL = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")
_TIMESTAMP = re.compile(r"\[\d{1,2}:\d{2}(?::\d{2})?\]")
_SIZE = re.compile(r"\d+(?:x\d+)?")

# Lines of a paragraph that were filled by hand are about this long; their ends are no line breaks.
_FILLED = range(55, 101)


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """Return the one parser for showing notes."""
    md = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(deflist_plugin)
    md.inline.ruler.before("strikethrough", "notekeep", _rule)
    return md


def pieces(token: Token, glyphs: Glyphs, around: Around = NOTHING) -> Line:
    """Return the content of an "inline" token as one line; breaks in it are newlines."""
    walk = _Walk(glyphs, token.content.split("\n"), around)
    walk.tokens(token.children or ())
    return walk.line


def _rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls it so
    """Read what Obsidian adds to CommonMark; one rule, chosen by the character it starts with."""
    forms = _FORMS.get(state.src[state.pos])
    if forms is None:
        return False
    for kind, pattern in forms:
        match = pattern.match(state.src, state.pos, state.posMax)
        if match is None or not _stands_alone(kind, state.src, state.pos):
            continue
        if not silent:
            token = state.push(kind, "", 0)
            token.content = match[0]
            token.meta = {"groups": match.groups()}
            if kind == "highlight":
                inner = state.md.parseInline(match[1], state.env)
                token.children = inner[0].children
        state.pos = match.end()
        return True
    return False


_FORMS: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "[": (("wikilink", _WIKILINK), ("footnote", _FOOTNOTE), ("timestamp", _TIMESTAMP)),
    "!": (("wikilink", _WIKILINK),),
    "=": (("highlight", _HIGHLIGHT),),
    "%": (("comment", _COMMENT),),
    "$": (("math", _MATH),),
    "#": (("tag", _TAG),),
    "^": (("footnote", _FOOTNOTE), ("block-id", _BLOCK_ID)),
}


def _stands_alone(kind: str, source: str, position: int) -> bool:
    """Tell whether a form may begin here: a tag or a block id never begins inside a word."""
    before = source[position - 1 : position]
    if kind == "tag":
        return not before or before.isspace() or before in "([{,;"
    if kind == "block-id":
        return not before or before.isspace()
    return True


class _Walk:
    """One walk over the children of an inline token."""

    def __init__(self, glyphs: Glyphs, source: Sequence[str], around: Around) -> None:
        self.line: Line = []
        self._around = around
        self._glyphs = glyphs
        self._source = source
        self._breaks = 0
        self._roles: list[str] = []
        self._links: list[str] = []
        self._html: list[str] = []
        self._anchors: list[str] = []

    def tokens(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            handler = getattr(self, f"_{token.type.replace('-', '_')}", None)
            if handler is not None:
                handler(token)
            elif token.type in _SPANS:
                self._open(_SPANS[token.type])
            elif token.type.endswith("_close"):
                self._roles.pop()
            elif token.content:
                self._add(token.content)

    def _add(self, text: str, role: str = "", link: str = "") -> None:
        roles = [*self._roles, role] if role else self._roles
        if self._html:
            roles = [*(HTML_ROLES[name] for name in self._html), *roles]
        target = link or next((one[-1] for one in (self._links, self._anchors) if one), "")
        self.line.append(Piece(clean(text), " ".join(roles), clean(target)))

    def _button(self, text: str, role: str, link: str) -> None:
        """Add what does something when it is chosen; only here a link may begin so."""
        self._add(text, role)
        self.line[-1] = self.line[-1]._replace(link=link)

    def _open(self, role: str) -> None:
        self._roles.append(role)

    def _text(self, token: Token) -> None:
        position = 0
        if "://" in token.content and not self._links:
            for match in _URL.finditer(token.content):
                self._plain(token.content[position : match.start()])
                self._add(match[0], "link", match[0])
                position = match.end()
        self._plain(token.content[position:])

    def _plain(self, text: str) -> None:
        if text:
            self._add(text)

    def _softbreak(self, _token: Token) -> None:
        before, after = self._around_break()
        filled = len(before) in _FILLED and not _TIMESTAMP.match(after)
        self._add(" " if filled else "\n")

    def _hardbreak(self, _token: Token) -> None:
        self._around_break()
        self._add("\n")

    def _around_break(self) -> tuple[str, str]:
        """Return the source lines before and after this break, and count it."""
        index = self._breaks
        self._breaks += 1
        if index + 1 >= len(self._source):
            return "", ""
        return self._source[index].strip(), self._source[index + 1].strip()

    def _code_inline(self, token: Token) -> None:
        self._add(token.content, "code")

    def _html_inline(self, token: Token) -> None:
        match = _HTML_TAG.fullmatch(token.content)
        name = match[2].lower() if match is not None else ""
        if name == "br":
            self._add("\n")
        elif name == "img":
            self._picture(_value(_ALT, token.content), _value(_SRC, token.content))
        elif name == "a" and not self._is_anchor(token.content):
            return
        elif match is None or name not in HTML_ROLES:
            self._add(token.content, "faint")
        elif not match[1]:
            self._html.append(name)
        elif name in self._html:
            self._html.reverse()
            self._html.remove(name)
            self._html.reverse()

    def _is_anchor(self, tag: str) -> bool:
        """Open or close a link that is written as HTML; tell whether the tag is part of one."""
        if tag.startswith("</"):
            return bool(self._anchors and self._anchors.pop())
        address = _value(_HREF, tag)
        if address:
            self._anchors.append(address)
        return bool(address)

    def _link_open(self, token: Token) -> None:
        self._open("link")
        self._links.append(str(token.attrGet("href") or ""))

    def _link_close(self, _token: Token) -> None:
        self._roles.pop()
        self._links.pop()

    def _image(self, token: Token) -> None:
        self._picture(token.content, str(token.attrGet("src") or ""))

    def _picture(self, text: str, source: str) -> None:
        shown = text.split("|", maxsplit=1)[0].strip()
        if not shown or _SIZE.fullmatch(shown):
            shown = source.rpartition("/")[2] or source
        picture = self._around.pictures.get(source)
        shown = f"{self._glyphs.image} {shown}"
        if picture is not None and picture.width:
            self._button(shown, "image", picture.link())
        else:
            self._add(shown, "image", source)

    def _wikilink(self, token: Token) -> None:
        bang, target, text = token.meta["groups"]
        if bang:
            if target in self._around.embeds or target in self._around.years:
                self._add(f"{self._glyphs.image} {text or target}", "image", f"[[{target}]]")
            else:
                self._picture(text or "", target)
            return
        self._add(
            text or target.lstrip("#").replace("#", f" {self._glyphs.closed} "),
            "link",
            f"[[{target}]]",
        )

    def _highlight(self, token: Token) -> None:
        self._open("highlight")
        self.tokens(token.children or ())
        self._roles.pop()

    def _comment(self, token: Token) -> None:
        self._add(token.content, "comment")

    def _math(self, token: Token) -> None:
        display, inline = token.meta["groups"]
        source = (display or inline).strip()
        self._add(source if self._glyphs is ASCII else in_line(source), "math")

    def _footnote(self, token: Token) -> None:
        name, text = token.meta["groups"]
        if name:
            self._button(f"[{name}]", "footnote", FOOTNOTE_LINK + name)
        else:
            self._add(f"({text})", "footnote")

    def _timestamp(self, token: Token) -> None:
        self._add(token.content, "timestamp")

    def _tag(self, token: Token) -> None:
        self._add(token.content, "tag", token.content)

    def _block_id(self, _token: Token) -> None:
        # It is there for links; a person has no use for it.
        if self.line and not self.line[-1].text.strip(" "):
            self.line.pop()
        elif self.line:
            self.line[-1] = self.line[-1]._replace(text=self.line[-1].text.rstrip(" "))


def _value(attribute: re.Pattern[str], tag: str) -> str:
    match = attribute.search(tag)
    return unescape(match[1]) if match is not None else ""


_HTML_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")

_HTML_VALUE = r"""\s%s\s*=\s*["']([^"'<>]*)["']"""
_HREF, _SRC, _ALT = (
    re.compile(_HTML_VALUE % name, re.IGNORECASE) for name in ("href", "src", "alt")
)

HTML_ROLES = {
    **dict.fromkeys(("b", "strong"), "strong"),
    **dict.fromkeys(("i", "em", "cite", "var", "dfn"), "em"),
    **dict.fromkeys(("s", "del", "strike"), "struck"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
    "mark": "highlight",
    "a": "link",
    **dict.fromkeys(("span", "abbr", "font", "small", "big", "u", "ins", "sub", "sup", "q"), ""),
}
"""What a tag of HTML says of its text; what only names or colours it says nothing here."""

_SPANS = {"strong_open": "strong", "em_open": "em", "s_open": "struck"}
