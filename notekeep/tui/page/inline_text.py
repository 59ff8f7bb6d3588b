"""Draws the text of a block: emphasis, code, links, tags and math."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Final

from notekeep.markdown.links import link_to_second
from notekeep.markdown.sanitize import clean
from notekeep.markdown.tree import Span
from notekeep.tui.page.formulas import formula_text
from notekeep.tui.page.page_lines import DrawContext
from notekeep.tui.render.styled_text import FOOTNOTE_LINK, Piece, StyledLine

_URL = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")
_SIZE = re.compile(r"\d+(?:x\d+)?")

# Lines of this length look hard-wrapped, so their newlines are drawn as spaces.
_FILLED = range(55, 101)

_ROLES: Final = {
    "strong": "strong",
    "em": "em",
    "strike": "struck",
    "highlight": "highlight",
    "link": "link",
    "autolink": "link",
    "note": "footnote",
}
"""The roles of spans that contain other spans."""


def draw_inline(spans: Sequence[Span], frame: DrawContext) -> StyledLine:
    """Return the inline spans of a block as one line, with newlines for line breaks."""
    walk = _InlineWalk(frame)
    walk.add(spans)
    return walk.line


def starts_with_time(spans: Sequence[Span]) -> bool:
    """Whether spans start with a timestamp, possibly inside a link."""
    return any(span.kind == "timestamp" and span.start <= spans[0].start + 1 for span in spans[:2])


class _InlineWalk:
    """Draws the inline spans of a block in one pass."""

    def __init__(self, frame: DrawContext) -> None:
        self.line: StyledLine = []
        self._frame = frame
        self._text = frame.page.text
        self._glyphs = frame.glyphs
        self._around = frame.around
        self._words: list[str] = []  # pending text
        self._open: list[tuple[int, str, str]] = []  # end, kind and added role of each
        # Kept in step with `_open`: computing the roles for each word is slow in nested text.
        self._roles: list[str] = []
        self._links: list[str] = []
        self._html: dict[str, int] = {}  # counts of open tags by name
        self._anchors: list[str] = []
        self._after = 0  # spans before this offset are already drawn

    def add(self, spans: Sequence[Span]) -> None:
        line_start = spans[0].start if spans else 0
        for number, span in enumerate(spans):
            if span.start < self._after:
                continue
            self._close(span.start)
            kind = span.kind
            if line_start < 0:
                line_start = span.start
            if kind == "text":
                self._words.append(self._frame.text_of(span))
                continue
            if kind == "special":
                self._words.append(span.words)
                continue
            self._add_words()
            if kind in _ROLES:
                self._begin(span)
            elif kind == "soft_break":
                before = self._text[line_start : span.start].strip()
                is_filled = len(before) in _FILLED and not starts_with_time(
                    spans[number + 1 : number + 3]
                )
                self._add(" " if is_filled else "\n")
                line_start = -1
            elif kind == "hard_break":
                self._add("\n")
                line_start = -1
            else:
                getattr(self, f"_add_{kind}")(span)
        self._close(len(self._text))
        self._add_words()

    def _begin(self, span: Span) -> None:
        kind = span.kind
        role = "" if _ROLES[kind] in self._roles else _ROLES[kind]
        self._open.append((span.end, kind, role))
        if role:
            self._roles.append(role)
        if kind in {"link", "autolink"}:
            self._links.append(span.info)
        elif kind == "note":
            self._add("(")

    def _close(self, at: int) -> None:
        while self._open and self._open[-1][0] <= at:
            self._add_words()
            _, kind, role = self._open[-1]
            if kind == "note":
                self._add(")")
            elif kind in {"link", "autolink"}:
                self._links.pop()
            self._open.pop()
            if role:
                self._roles.pop()

    def _add(self, text: str, role: str = "", link: str = "") -> None:
        roles = [*self._roles, role] if role else self._roles
        if self._html:
            own = (HTML_ROLES[name] for name in self._html)
            roles = [*dict.fromkeys(role for role in own if role), *roles]
        stacks = (self._links, self._anchors)
        target = link or next((stack[-1] for stack in stacks if stack), "")
        self.line.append(Piece(clean(text), " ".join(roles), clean(target)))

    def _button(self, text: str, role: str, link: str) -> None:
        """Add a button: only its link may start with `BUTTON_PREFIX`, which `_add` escapes."""
        self._add(text, role)
        self.line[-1] = self.line[-1]._replace(link=link)

    def _add_words(self) -> None:
        if not self._words:
            return
        text = "".join(self._words)
        self._words.clear()
        position = 0
        if "://" in text and not self._links:
            for match in _URL.finditer(text):
                if match.start() > position:
                    self._add(text[position : match.start()])
                self._add(match[0], "link", match[0])
                position = match.end()
        if position < len(text):
            self._add(text[position:])

    def _add_code_span(self, span: Span) -> None:
        self._add(span.words, "code")

    def _add_html(self, span: Span) -> None:
        source = self._frame.text_of(span)
        match = _HTML_TAG.fullmatch(source)
        name = match[2].lower() if match is not None else ""
        if name == "br":
            self._add("\n")
        elif name == "img":
            self._picture(_value(_ALT, source), _value(_SRC, source))
        elif match is None or name not in HTML_ROLES:
            return  # the tag has no effect on the text
        elif name == "a" and not self._is_anchor(source):
            return
        elif not match[1]:
            self._html[name] = self._html.get(name, 0) + 1
        elif name in self._html:
            self._html[name] -= 1
            if not self._html[name]:
                del self._html[name]

    def _is_anchor(self, tag: str) -> bool:
        """Open or close an HTML link; return whether the tag belongs to a link."""
        if tag.startswith("</"):
            return bool(self._anchors and self._anchors.pop())
        address = _value(_HREF, tag)
        if address:
            self._anchors.append(address)
        return bool(address)

    def _add_image(self, span: Span) -> None:
        self._after = span.end
        self._picture(span.words, span.info)

    def _picture(self, text: str, source: str) -> None:
        shown = text.split("|", maxsplit=1)[0].strip()
        if not shown or _SIZE.fullmatch(shown):
            shown = source.rpartition("/")[2] or source
        picture = self._around.pictures.get(source)
        shown = f"{self._glyphs.image} {shown}"
        if picture is not None and picture.width:
            self._button(shown, "image", picture.link)
        else:
            self._add(shown, "image", source)

    def _add_embed(self, span: Span) -> None:
        target, words = span.info, span.words
        if target in self._around.embeds or target in self._around.years:
            self._add(f"{self._glyphs.image} {words or target}", "image", f"[[{target}]]")
        else:
            self._picture(words, target)

    def _add_wikilink(self, span: Span) -> None:
        name = span.info.lstrip("#").replace("#", f" {self._glyphs.closed} ")
        self._add(span.words or name, "link", f"[[{span.info}]]")

    def _add_comment(self, _span: Span) -> None:
        """Omit the comment."""

    def _add_math(self, span: Span) -> None:
        signs = 1 if span.kind == "math" and not span.title else 2
        source = " ".join(self._frame.text_of(span)[signs:-signs].split())
        self._add(source if self._glyphs.is_ascii else formula_text(source), "math")

    _add_math_block = _add_math

    def _add_footnote_ref(self, span: Span) -> None:
        self._button(f"[{span.info}]", "footnote", FOOTNOTE_LINK + span.info)

    def _add_timestamp(self, span: Span) -> None:
        text, episode = self._text[span.start : span.end], self._around.episode
        link = link_to_second(episode, int(span.info)) if episode and not self._links else ""
        self._add(text, "timestamp", link)

    def _add_tag(self, span: Span) -> None:
        tag = self._text[span.start : span.end]
        self._add(tag, "tag", tag)

    def _add_block_id(self, _span: Span) -> None:
        # Block IDs are only link targets. They are not shown.
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

HTML_ROLES: Final = {
    **dict.fromkeys(("b", "strong"), "strong"),
    **dict.fromkeys(("i", "em", "cite", "var", "dfn"), "em"),
    **dict.fromkeys(("s", "del", "strike"), "struck"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
    "mark": "highlight",
    "a": "link",
    **dict.fromkeys(("span", "abbr", "font", "small", "big", "u", "ins", "sub", "sup", "q"), ""),
}
"""The roles of HTML tags."""
