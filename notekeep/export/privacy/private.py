"""Removes the private parts of a note before any other processing.

These are comments, parts between `%% private %%` marks, `[!private]` callouts, sections whose
heading has the tag `#private`, blocks that only work in the vault (such as Dataview), and unused
footnotes and link definitions.

Case and whitespace in a mark are ignored. A misspelled or misplaced mark is refused, because the
author intended to hide something. Marks in code are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from notekeep.bases.definition import is_base_block
from notekeep.errors import Refused
from notekeep.export.privacy.consent import (
    PRIVATE_MARK,
    fold_mark,
    is_like_private,
    may_mention_private,
)
from notekeep.export.references import unused_definitions
from notekeep.export.source_map import (
    TEASER_COMMENT,
    TEASER_END_REASON,
    MappedText,
    Origin,
    SourceChange,
    SourceEdit,
    remove_lines,
    separate_removals,
)
from notekeep.markdown.nodes import Node
from notekeep.markdown.tree import LITERAL_KINDS, ParsedPage, Span, find_range_at


class PublicBody(NamedTuple):
    """A note's body without its private parts."""

    passage: MappedText
    removed: list[str]  # the text of each private part, for the audit
    changes: list[SourceChange]


def strip_private(passage: MappedText, *, keeps_bases: bool = False) -> PublicBody:
    """Remove all private parts; refuse unclosed parts and marks without effect.

    With `keeps_bases`, base blocks stay, because their tables may be public.
    """
    removed: list[str] = []
    changes: list[SourceChange] = []
    while True:
        passage, comments, cut = _strip_comments(passage)
        removed += comments
        changes += cut
        edits: list[SourceEdit] = []
        may_be_marked = may_mention_private(passage.text)
        blocks = _private_blocks(passage, may_be_marked=may_be_marked, keeps_bases=keeps_bases)
        for found in blocks or unused_definitions(passage):
            edit = remove_block(passage, *found)
            if not edits or edit.start >= edits[-1].end:
                edits.append(edit)
        edits = edits or _hidden_text(passage)
        if not edits:
            break
        removed += [passage.text[edit.start : edit.end] for edit in edits]
        changes += passage.changes(edits)
        passage = passage.splice(edits)  # may now parse differently
    if may_be_marked:
        _refuse_other_marks(passage)
    return PublicBody(passage, removed, changes)


def show_comments(passage: MappedText) -> MappedText:
    """Turn comments into text; the marks of private parts stay, and so do ambiguous comments."""
    for _ in range(_MAX_PASSES):
        edits = separate_removals(
            SourceEdit(one.start, one.end, f"(comment: {one.words.strip()})", "")
            for one in _find_comments(passage)
            if one.words.strip() and not may_mention_private(one.words)
        )
        if not edits:
            break
        passage = passage.splice(edits)
    return passage


# Private blocks.

_TAG = re.compile(
    r"[#\uff03]([\w\u24b6-\u24e9\u00ad\u0300-\u036f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0f\ufeff-]+)"
)
_APART_TAG = re.compile(r"(?<!\S)#[ \t]+(\w+)[ \t]*$", re.MULTILINE)
_CALLOUT = re.compile(r"\[!([^\]\n]*)\]")
_VAULT_BLOCKS = frozenset(
    {"base", "button", "dataview", "dataviewjs", "meta-bind", "query", "tasks"}
)


def _private_blocks(
    passage: MappedText, *, may_be_marked: bool, keeps_bases: bool
) -> list[tuple[int, int, str]]:
    """Return each private block, in order: start offset, line after the end, reason."""
    if not may_be_marked and not any(map(_is_vault_block, passage.find("fence"))):
        return []
    blocks: list[tuple[int, int, str]] = []
    for node in passage.tree.find("quote", "heading", "fence"):
        if node.kind == "quote" and _is_private_callout(passage, node):
            blocks.append((node.start, node.last, "removed a private callout"))
        elif node.kind == "heading" and _has_private_tag(node):
            reason = "removed a private section"
            blocks.append((node.start, _section_end(passage, node), reason))
        elif (
            node.kind == "fence"
            and _is_vault_block(node)
            and not (keeps_bases and is_base_block(node.info))
        ):
            reason = f"removed a {node.info.split()[0]} block"
            blocks.append((node.start, node.last, reason))
    return sorted(blocks, key=lambda block: (passage.line_of(block[0]), -block[1]))


def _is_private_callout(passage: MappedText, quote: Node) -> bool:
    first = _first_words(quote)
    mark = None if first is None else _CALLOUT.match(passage.text, first.start)
    if mark is None or fold_mark(mark[1].partition("|")[0]) != PRIVATE_MARK:
        return False
    if not passage.text[mark.end() : quote.end].strip("+-> \t\n") and _is_before_quote(quote):
        raise _hides_nothing(mark[0], passage.origin(quote.start))
    return True


def _is_before_quote(quote: Node) -> bool:
    siblings = quote.parent.children if quote.parent else [quote]
    after = siblings[siblings.index(quote) + 1 :]
    return bool(after) and after[0].kind == "quote"


def _first_words(quote: Node) -> Node | None:
    first = next(iter(quote.children), None)
    begins = first is not None and first.kind == "paragraph" and first.first == quote.first
    return first if begins else None


def _has_private_tag(heading: Node) -> bool:
    words = f" {_tag_text(heading)}"
    return any(
        words[tag.start() - 1].isspace() and _tag_name(tag[1]) == PRIVATE_MARK
        for tag in _TAG.finditer(words)
    )


def _tag_text(node: Node) -> str:
    """Return the text of a heading without code and escapes, which cannot contain a tag."""
    match node.kind:
        case "text":
            return node.content
        case "soft_break" | "hard_break":
            return " "
    return "".join(map(_tag_text, node.children)) or "\0"


def _tag_name(tag: str) -> str:
    return fold_mark(tag).strip("-_")


def _is_vault_block(fence: Node | Span) -> bool:
    words = fence.info.strip("{}. ").split()
    return bool(words) and words[0].lower() in _VAULT_BLOCKS


def _section_end(passage: MappedText, heading: Node) -> int:
    """Return the line after a section: the line of the next heading of the same or a higher level.

    A heading underlined with `---` does not end it: it is a rule on the site (`block_syntax.py`).
    """
    parent = heading.parent
    if parent is None:
        return heading.last

    def is_rule(other: Node) -> bool:
        line = other.last - 1
        text = passage.text[passage.starts[line] : passage.line_end(line)]
        return other.info == "-" and len(text.strip("> \t")) < 4

    following = (
        sibling.first
        for sibling in parent.children
        if sibling.kind == "heading"
        and sibling.first > heading.first
        and sibling.level <= heading.level
        and not is_rule(sibling)
    )
    return next(following, parent.last)


def remove_block(passage: MappedText, start: int, last: int, reason: str) -> SourceEdit:
    """Return the edit that removes a block up to line `last`, but keeps a list bullet."""
    first = passage.line_of(start)
    if not passage.text[passage.starts[first] : start].strip("> \t"):
        return remove_lines(passage, first, last, reason)
    # The block begins after a list bullet, which stays.
    return SourceEdit(start, max(passage.line_end(last - 1), start), "", reason)


# Text that is invisible in the vault but would be in the source of the page: Mermaid and TeX
# comments, words after the language of a fence, and HTML that is neither an element nor text.

_DIAGRAM_COMMENT = re.compile(r"^[ \t>]*%%(?!\{).*\n?", re.MULTILINE)
_TEX_COMMENT = re.compile(
    r"\\(?:href|url)\s*\{[^}]*\}|\\.|(?P<hidden>(?:\n[ \t>]*|[ \t]*)%[^\n]*)", re.DOTALL
)
_FENCE_WORDS = re.compile(r"[`~]{3,}[ \t]*(?:\{[^}\n]*\}|[^\s{]++)(?P<hidden>[ \t{][^\n]*\S|\{\S*)")
_INSTRUCTION = re.compile(
    r"<\?.*?(?:\?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<![a-z][^>]*(?:>|\Z)", re.DOTALL | re.IGNORECASE
)
_STYLE_COMMENT = re.compile(r"/\*.*?(?:\*/|(?=</style)|\Z)", re.DOTALL | re.IGNORECASE)


def _hidden_text(passage: MappedText) -> list[SourceEdit]:
    edits = []
    for span in passage.find("fence", "math", "math_double", "math_block", "html", "html_block"):
        text = passage.text[span.start : span.end]
        found: list[re.Match[str]] = []
        if span.kind == "fence":
            words = _FENCE_WORDS.match(text)
            found = [words] if words else []
            if span.info.split()[:1] == ["mermaid"]:
                found += _DIAGRAM_COMMENT.finditer(text)
        elif span.kind.startswith("math"):
            found = [m for m in _TEX_COMMENT.finditer(text.rstrip("$\n")) if m["hidden"]]
        else:
            found += _INSTRUCTION.finditer(text)
            found += _STYLE_COMMENT.finditer(text) if text[:6].lower() == "<style" else ()
        if span.kind.startswith("math") and found:
            left = _TEX_COMMENT.sub(lambda m: "" if m["hidden"] else m[0], text.rstrip("$\n"))
            if not left.strip("$ \t>\n"):  # empty dollar signs would open other math
                edits.append(SourceEdit(span.start, span.end, "", "removed a comment"))
                continue
        for match in found:
            start, end = match.span("hidden" if "hidden" in match.re.groupindex else 0)
            reason = "removed text that is not shown in the vault"
            edits.append(SourceEdit(span.start + start, span.start + end, "", reason))
    return separate_removals(edits)


# Comments: `%%…%%` and `<!-- … -->`, inline and over several lines. Privacy depends on where they
# end, so an unclosed or ambiguous comment is refused. Code is skipped.

COMMENT_OPENING = re.compile(r"%%|<!--")

_MAX_PASSES = 3
"""The maximum number of passes. Removing a comment may reveal others."""
_TOKEN = re.compile(
    r"\n[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*(?P<fence>`{3,}|~{3,})|(?P<ticks>`++)|%%"
)
_SHORT = re.compile(r"<!--(-?)>")
_TEASER_WORDS = frozenset({"more", "teaser_end", "end_teaser"})
_AMBIGUOUS = re.compile(r"[`~$<\n\\]")
"""Characters in a comment that can change how the text after it is parsed."""
_LETTERS = re.compile(r"[^\W\d_]+")
_AROUND = frozenset(
    {"begin", "start", "open", "end", "stop", "close", "part", "section", "block", "note", "notes"}
)
"""Words next to PRIVATE in comments that try to open or close a private part."""
_ONLY_MARKS = re.compile(r"[\s>]*(?:(?:[-+*]|\d{1,9}[.)])(?:\s+\[.\])?)?\s*")


class _Comment(NamedTuple):
    """The span of a comment, and its text without the marks."""

    start: int
    end: int
    words: str

    @property
    def ends_teaser(self) -> bool:
        return self.words.strip().lower() in _TEASER_WORDS


def _strip_comments(passage: MappedText) -> tuple[MappedText, list[str], list[SourceChange]]:
    """Remove the comments; return the passage, their text and the changes."""
    removed: list[str] = []
    changes: list[SourceChange] = []
    for _ in range(_MAX_PASSES):
        found = _join_private_parts(_find_comments(passage), passage)
        comments = [comment for comment in found if not _is_teaser_comment(passage, comment)]
        if not comments:
            return passage, removed, changes
        edits = separate_removals(
            _rewrite_teaser(passage, comment) if comment.ends_teaser else _cut(passage, comment)
            for comment in comments
        )
        removed += [comment.words for comment in comments if not comment.ends_teaser]
        changes += passage.changes(edits)
        passage = passage.splice(edits)
    path, line = passage.origin(comments[0].start)
    raise Refused(
        f"{path}: The comments from line {line} on overlap, so it is unclear where private parts"
        " end.",
        "Put blank lines around each comment.",
        line=line,
    )


def _is_teaser_comment(passage: MappedText, comment: _Comment) -> bool:
    line = passage.line_of(comment.start)
    return passage.text[passage.starts[line] : passage.line_end(line)].strip() == TEASER_COMMENT


def _find_comments(passage: MappedText) -> list[_Comment]:
    """Return the comments outside code and math, up to one that affects how the rest is parsed."""
    text = passage.text
    if "%%" not in text and "<!--" not in text:
        return []
    places = _Places.of(passage.page)
    comments: list[_Comment] = []
    at = 0
    while opening := COMMENT_OPENING.search(text, at):
        start, at = opening.span()
        if inside := find_range_at(places.literal, start):
            at = inside[1]
        elif not (start and text[start - 1] == "\\"):
            comment = _read_comment(passage, opening, places)
            comments.append(comment)
            at = comment.end
            if places.are_changed_by(comment):
                break
    return comments


class _Places(NamedTuple):
    """The spans of code or math, and of HTML, in order; the ends of comments by start."""

    literal: list[tuple[int, int]]
    html: list[tuple[int, int]]
    comments: dict[int, int]

    @classmethod
    def of(cls, page: ParsedPage) -> _Places:
        places = cls([], [], {})
        for span in [*page.plain, *page.added]:
            if span.kind == "comment":
                places.comments[span.start] = span.end
            elif span.kind in {"html", "html_block"}:
                places.html.append((span.start, span.end))
            elif span.kind in LITERAL_KINDS:
                places.literal.append((span.start, span.end))
        places.literal.sort()
        return places

    def are_changed_by(self, comment: _Comment) -> bool:
        """Whether the text after a comment may parse differently without it."""
        if not _AMBIGUOUS.search(comment.words) or self.comments.get(comment.start) == comment.end:
            return False
        inside = find_range_at(self.html, comment.start)
        return inside is None or comment.end > inside[1]


def _read_comment(passage: MappedText, opening: re.Match[str], places: _Places) -> _Comment:
    text, start, inner = passage.text, opening.start(), opening.end()
    if opening[0] == "<!--":
        # `<!-->` and `<!--->` are complete comments.
        short = _SHORT.match(text, start)
        end = short.end() if short else text.find("-->", inner) + 3
        if end > 2:
            return _Comment(start, end, text[inner : max(inner, end - 3)])
        raise _unclosed(passage, start, "<!--", "-->")
    # A comment that the parser does not recognize may still span several blocks.
    end = _closing_mark(text, inner, () if start in places.comments else places.literal)
    if end < 0:
        raise _unclosed(passage, start, "%%", "%%")
    return _Comment(start, end + 2, text[inner:end])


def _closing_mark(text: str, at: int, literal: Sequence[tuple[int, int]]) -> int:
    """Return the offset of the mark that closes a comment, ignoring code in it; -1 for none."""
    fence = ""
    while token := _TOKEN.search(text, at):
        at = token.end()
        if mark := token["fence"]:
            if not fence:
                fence = mark
            elif mark.startswith(fence):
                fence = ""
        elif fence:
            continue
        elif ticks := token["ticks"]:
            line = text.find("\n", at)
            rest = text[at : line if line >= 0 else len(text)]
            if span := re.search(rf"(?<!`){ticks}(?!`)", rest):
                at += span.end()
        elif inside := find_range_at(literal, token.start()):
            at = max(at, inside[1])
        else:
            return token.start()
    return -1


def _unclosed(passage: MappedText, start: int, mark: str, end: str) -> Refused:
    path, line = passage.origin(start)
    return Refused(
        f"{path}: The comment that {mark} opens on line {line} is not closed, so it is unclear"
        " where the private part ends.",
        f"Close it with {end}, or escape the mark with a backslash or as code.",
        line=line,
    )


def _join_private_parts(comments: list[_Comment], passage: MappedText) -> list[_Comment]:
    joined: list[_Comment] = []
    opened: _Comment | None = None
    for comment in comments:
        words = comment.words.strip().lower()
        if words == "private" and opened is None:
            opened = comment
        elif words == "/private":
            if opened is None:
                raise _unbalanced(passage, comment, "has no opening mark")
            inner = passage.text[opened.start : comment.end]
            joined.append(_Comment(opened.start, comment.end, inner))
            opened = None
        elif opened is None:
            joined.append(comment)
        elif words == "private":
            raise _unbalanced(passage, comment, "is inside another private part")
        if _is_nearly_mark(words):
            raise _unbalanced(passage, comment, "looks like a misspelled mark")
    if opened is not None:
        raise _unbalanced(passage, opened, "has no closing mark")
    return joined


def _is_nearly_mark(words: str) -> bool:
    if len(words) > 30 or words in {PRIVATE_MARK, f"/{PRIVATE_MARK}"}:
        return False
    found = _LETTERS.findall(fold_mark(words))
    marks = [word for word in found if _is_private_or_like(word)]
    return bool(marks) and all(word in marks or word in _AROUND for word in found)


def _unbalanced(passage: MappedText, comment: _Comment, what: str) -> Refused:
    path, line = passage.origin(comment.start)
    mark = passage.text[comment.start : comment.end]
    return Refused(
        f"{path}: {mark} on line {line} {what}.",
        "Put %% private %% before and %% /private %% after the private part.",
        line=line,
    )


def _cut(passage: MappedText, comment: _Comment) -> SourceEdit:
    """Remove a comment, and its line if nothing else is on it, or a double space."""
    reason = "removed a comment"
    text, starts = passage.text, passage.starts
    first, last = passage.line_of(comment.start), passage.line_of(comment.end)
    before = text[starts[first] : comment.start]
    after = text[comment.end : passage.line_end(last)]
    is_alone = not after.strip() and _ONLY_MARKS.fullmatch(before)
    if is_alone and (not before.strip("> \t") or _ends_item(passage, last)):
        return remove_lines(passage, first, last + 1, reason)
    start, end = comment.start, comment.end
    if not before.strip("> \t") and after.strip():
        end += len(after) - len(after.lstrip(" \t"))
    elif not after.strip() or after[0] in " \t.,;:!?":
        start = starts[first] + len(before.rstrip(" \t"))
    return SourceEdit(start, end, "", reason)


def _ends_item(passage: MappedText, line: int) -> bool:
    """Whether a list item ends with a line."""
    starts = passage.starts
    if line + 1 >= len(starts):
        return True
    below = passage.text[starts[line + 1] : passage.line_end(line + 1)]
    indent = len(below) - len(below.lstrip())
    own = passage.text[starts[line] : passage.line_end(line)]
    return not below.strip() or indent <= len(own) - len(own.lstrip())


def _rewrite_teaser(passage: MappedText, comment: _Comment) -> SourceEdit:
    first, last = passage.line_of(comment.start), passage.line_of(comment.end)
    before = passage.text[passage.starts[first] : comment.start]
    after = passage.text[comment.end : passage.line_end(last)]
    lead = "\n\n" if before.strip() else ""
    start = comment.start - (len(before) - len(before.rstrip(" \t")) if lead else 0)
    tail = "\n\n" if after.strip() else ""
    end = comment.end + len(after) - len(after.lstrip(" \t"))
    return SourceEdit(start, end, lead + TEASER_COMMENT + tail, TEASER_END_REASON)


# Marks without effect: misspelled or misplaced.

_CALLOUT_START = re.compile(r"\[[ \t]*!([^\]\n]*)(\]?)")
_BRACKETS = re.compile(r"!?\[([^\]\n]*)\]")
_OTHER_SYNTAX = re.compile(
    r"^[ \t>]*(?:[-+*][ \t]+)?(?::::+|!!!|\?\?\?\+?)[ \t]*\{?\.?(\w+)|</?(\w+)>|\{[.!](\w+)\}"
    r"|\[/(\w+)\]|^[ \t>]*[\[\uff3b{][ \t]*!([^\]\uff3d}\n]*)[\]\uff3d}]|(?<![\w:]):(\w+):(?![\w:])"
    r"|^[ \t]*>[ \t>]*\\\[!(\w+)|&(?:#35|#x23|num);(\w+)"
    r"|<(?:div|section|article|aside|details|p|span)\b[^>]*\bclass\s*=\s*[\"']?(\w+)",
    re.MULTILINE | re.IGNORECASE,
)
"""Marks of other programs, and marks altered by a keyboard or converter."""
_OPENING = frozenset("\0([<\"'“«*_~|,;:")
"""Characters that can precede a tag."""
_HTML_CODE = re.compile(
    r"<(pre|code|kbd|samp|script|style|textarea)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE
)
_HTML_HEADING = re.compile(r"<h([1-6])\b.*?(?:</h\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_MASKED = re.compile(r"[^\n]+")


def _refuse_other_marks(passage: MappedText) -> None:
    words, headings = _visible_text(passage)
    found = [mark for mark in _CALLOUT_START.finditer(words) if _looks_private(mark)]
    found += [
        mark
        for quote in passage.tree.find("quote")
        if (first := _first_words(quote))
        if (mark := _BRACKETS.match(words, first.start))
        if _is_private_or_like(fold_mark(mark[1]))
    ]
    for tag in _TAG.finditer(words):
        in_heading = any(start <= tag.start() < end for start, end in headings)
        if _is_stray_tag(words[tag.start() - 1 : tag.start()], tag[1], in_heading=in_heading):
            found.append(tag)
    for start, end in headings:
        tag_apart = _APART_TAG.search(words, start, end)
        if tag_apart and _is_private_or_like(fold_mark(tag_apart[1])):
            found.append(tag_apart)
    literal = _Places.of(passage.page).literal
    found += [
        mark
        for mark in _OTHER_SYNTAX.finditer(passage.text)
        if _is_private_or_like("".join(fold_mark(mark[mark.lastindex or 0]).split()))
        and not find_range_at(literal, mark.end() - 1)
    ]
    if found:
        start, end = min(mark.span() for mark in found)
        raise _hides_nothing(passage.text[start : min(end, start + 40)], passage.origin(start))


def _is_private_or_like(word: str) -> bool:
    return word == PRIVATE_MARK or is_like_private(word)


def _looks_private(mark: re.Match[str]) -> bool:
    """Whether a word of a callout's mark is like PRIVATE, or starts with it."""
    words = _LETTERS.findall(fold_mark(mark[1]))
    # After an unclosed mark, the other words are ordinary text.
    return any(
        word.startswith(PRIVATE_MARK) or _is_private_or_like(word)
        for word in (words if mark[2] else words[:1])
    )


def _is_stray_tag(before: str, tag: str, *, in_heading: bool) -> bool:
    name = _tag_name(tag)
    if before == "{":  # an id, such as `## Private methods {#private}`
        return False
    if in_heading:
        return _is_private_or_like(name) or name.startswith(PRIVATE_MARK)
    return _is_private_or_like(name) and (not before.strip() or before in _OPENING)


def _visible_text(passage: MappedText) -> tuple[str, list[tuple[int, int]]]:
    """Return the text with everything except visible words masked, and the spans of headings."""
    text, tree = passage.text, passage.tree
    pieces, at = [], 0
    headings = [(node.start, node.end) for node in tree.find("heading")]
    for node in tree.find("text", "html_block"):
        shown = text[node.start : node.end]
        if node.kind == "html_block":
            spans = _HTML_HEADING.finditer(shown)
            headings += [(node.start + found.start(), node.start + found.end()) for found in spans]
            shown = _HTML_CODE.sub(lambda match: _masked(match[0]), shown)
        pieces += [_masked(text[at : node.start]), shown]
        at = node.end
    return "".join([*pieces, _masked(text[at:])]), headings


def holds_mark(words: str) -> bool:
    """Whether a text where marks have no effect, such as a field, contains a private mark."""
    marks = [mark for mark in _CALLOUT_START.finditer(words) if _looks_private(mark)]
    tags = [tag for tag in _TAG.finditer(words) if _is_private_or_like(_tag_name(tag[1]))]
    return bool(marks or tags)


def _masked(text: str) -> str:
    return _MASKED.sub(lambda match: "\0" * len(match[0]), text)


def _hides_nothing(mark: str, origin: Origin) -> Refused:
    path, line = origin
    return Refused(
        f"{path}: {mark.strip()} on line {line} looks like a private mark, but hides nothing.",
        "Start a callout with [!private], put #private after a heading, or put %% private %%"
        " before and %% /private %% after. If it is not meant to hide anything, write it as code.",
        line=line,
    )
