"""Text whose lines know their origin."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Refused
from notekeep.export.consent import PRIVATE_MARK, fold_mark, is_like_private
from notekeep.markdown.nodes import build_tree
from notekeep.markdown.parser import parse_markdown
from notekeep.markdown.tree import LITERAL_KINDS, find_place_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from notekeep.markdown.nodes import Node, Tree
    from notekeep.markdown.tree import ParsedPage


# Text that knows which file and line each of its lines came from, and splices that say why.
#
# A draft is cut, joined with embedded notes and rewritten for a generator in several passes.
# Every pass hands on a Passage, so that a message, a refusal or `--explain` can name the line
# that the person wrote, whatever was done to it since.


_LINE_ENDS = re.compile("\n")


class Origin(NamedTuple):
    """Where a line came from: a note's path and its line in that file, counted from 1."""

    path: str
    line: int


class SourceEdit(NamedTuple):
    """One replacement of `text[start:end]`.

    Attributes:
        reason: Why, as `--explain` prints it; an empty one is not worth telling.
        origins: For text that came from another note, where each of its lines came from.
    """

    start: int
    end: int
    text: str
    reason: str
    origins: tuple[Origin, ...] = ()


class SourceChange(NamedTuple):
    """What a splice did, in terms of the person's own file.

    Attributes:
        last: The last line that it touched, where these are several; 0 for one.
    """

    path: str
    line: int
    reason: str
    last: int = 0

    @property
    def lines(self) -> str:
        """Its lines, in words: `7` or `7-9`."""
        return f"{self.line}-{self.last}" if self.last else str(self.line)


class MappedText:
    r"""A text and the origin of each of its lines; "\n" is its only line end.

    Attributes:
        text: The text.
        origins: One for each line.
    """

    def __init__(self, text: str, origins: Sequence[Origin]) -> None:
        self.text = text
        self.origins = origins

    @classmethod
    def of_file(cls, path: str, text: str, first_line: int) -> MappedText:
        """Make the passage of a file's text, `first_line` being where that begins, from 1."""
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        return cls(text, [Origin(path, first_line + n) for n in range(text.count("\n") + 1)])

    @cached_property
    def page(self) -> ParsedPage:
        """The text, read; done once.

        Raises:
            Refused: The parser cannot read it, so nothing says what in it is code or a comment.
        """
        page = parse_markdown(self.text)
        if page.problem:
            path = self.origins[0].path if self.origins else ""
            raise Refused(
                f"{path}: {page.problem}",
                "the other notes are not affected; please report this with the note's text",
            )
        return page

    @cached_property
    def tree(self) -> Tree:
        """The text as a tree; made once."""
        return build_tree(self.page)

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins, which an edit asks for and which needs no parser."""
        return [0, *(found.end() for found in _LINE_ENDS.finditer(self.text))]

    def line_of(self, offset: int) -> int:
        """Return the line that a character stands in, counted from 0."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def line_end(self, line: int) -> int:
        """Return one past the last character of a line, its newline not counted."""
        last = line + 1 == len(self.starts)
        return len(self.text) if last else self.starts[line + 1] - 1

    def blank(self, line: int) -> bool:
        """Whether a line holds nothing but the marks of quotes; true beyond the ends."""
        if not 0 <= line < len(self.starts):
            return True
        return not self.text[self.starts[line] : self.line_end(line)].strip("> \t")

    def origin(self, offset: int) -> Origin:
        """Return where the line of this character came from."""
        return self.origins[self.line_of(offset)]

    def changes(self, splices: Iterable[SourceEdit]) -> list[SourceChange]:
        """Return what the splices do, by line; those without a reason are left out."""
        return [self._change(splice) for splice in splices if splice.reason]

    def _change(self, splice: SourceEdit) -> SourceChange:
        start, end = splice.start, splice.end
        gone = self.text[start:end]
        joins = gone.endswith("\n") and not splice.text.endswith("\n") and not self._begins(start)
        if end < len(self.text) and not joins:
            end = max(start, end - 1)
        first, last = self.origin(start), self.origin(end)
        several = last.path == first.path and last.line > first.line
        return SourceChange(*first, splice.reason, last.line if several else 0)

    def _begins(self, offset: int) -> bool:
        """Whether a line begins at a character."""
        return offset == 0 or self.text[offset - 1] == "\n"

    def forget(self) -> None:
        """Forget what was read of the text, which takes much room; it is read again when needed."""
        self.__dict__.pop("page", None)
        if (tree := self.__dict__.pop("tree", None)) is not None:
            for node in tree.nodes:
                node.parent = None  # else they hold each other until a collection

    def splice(self, splices: Iterable[SourceEdit]) -> MappedText:
        """Return the passage with these replacements made.

        Two at the same place without extent are made in the order given.

        Raises:
            ValueError: Two of them overlap.
        """
        ordered = sorted(splices, key=attrgetter("start", "end"))
        if not ordered:
            return self
        pieces: list[str] = []
        origins = [self.origins[0]]
        at = 0
        for splice in ordered:
            if splice.start < at:
                raise ValueError(f"two edits overlap at {splice.start}: {splice.reason}")
            self._keep(at, splice.start, pieces, origins)
            self._insert(splice, pieces, origins)
            at = splice.end
        self._keep(at, len(self.text), pieces, origins)
        return MappedText("".join(pieces), origins)

    def _keep(self, start: int, end: int, pieces: list[str], origins: list[Origin]) -> None:
        kept = self.text[start:end]
        if kept and _at_line_start(pieces):
            origins[-1] = self.origins[self.line_of(start)]
        pieces.append(kept)
        if newlines := kept.count("\n"):
            first = self.line_of(start) + 1
            origins.extend(self.origins[first : first + newlines])

    def _insert(self, splice: SourceEdit, pieces: list[str], origins: list[Origin]) -> None:
        lines = splice.text.count("\n")
        if splice.origins:
            if _at_line_start(pieces):
                origins[-1] = splice.origins[0]
            origins.extend(splice.origins[1 : lines + 1])
        else:
            origins.extend([self.origin(splice.start)] * lines)
        pieces.append(splice.text)


def _at_line_start(pieces: list[str]) -> bool:
    last = next((piece for piece in reversed(pieces) if piece), "\n")
    return last.endswith("\n")


def separate_removals(splices: Iterable[SourceEdit]) -> list[SourceEdit]:
    """Return removals in order, those trimmed that take the same blank line or space."""
    trimmed: list[SourceEdit] = []
    for splice in sorted(splices, key=attrgetter("start", "end")):
        start = max(splice.start, trimmed[-1].end) if trimmed else splice.start
        trimmed.append(splice._replace(start=start, end=max(start, splice.end)))
    return trimmed


def remove_lines(passage: MappedText, first: int, last: int, reason: str) -> SourceEdit:
    """Return the splice that takes lines [first, last) out, and a blank line that is then double.

    Blank lines around a block keep others apart, so one of them has to stay.
    """
    starts = passage.starts
    if passage.blank(first - 1) and last < len(starts) and passage.blank(last):
        last += 1
    end = starts[last] if last < len(starts) else len(passage.text)
    start = starts[first]
    if end == len(passage.text) and not passage.text.endswith("\n") and first:
        start -= 1
    return SourceEdit(start, end, "", reason)


def dedent_lines(
    passage: MappedText, node: Node, first: int, last: int
) -> tuple[list[str], list[Origin]]:
    """Return lines of a block without the marks of what it stands in, and their origins."""
    tree = passage.tree
    width = node.start - tree.lines[first].start
    lines = []
    for number in range(first, last):
        start, end = tree.lines[number].start, tree.lines[number].end
        line = passage.text[start:end]
        if number == first or not line[:width].strip("> \t"):
            lines.append(line[width:])
        else:
            lines.append(line.lstrip("> \t"))
    return lines, list(passage.origins[first:last])


# Comments of a note: `%%…%%` and `<!-- … -->`, inline and over lines, taken out.
#
# Where a comment ends is a question of privacy: one that never ends, or whose end could be read
# in two ways, is refused with its line rather than guessed at. Code is not looked into.


TEASER_COMMENT = "<!-- more -->"
"""How the end of a teaser is written in a draft, whatever the note used."""

TEASER_END_REASON = "where the teaser ends"
"""Why a mark of a teaser's end is written anew."""

COMMENT_OPENING = re.compile(r"%%|<!--")
"""How a comment begins."""

_MOST_READINGS = 10
"""How often a note is read again because its comments hid others."""

_TOKEN = re.compile(
    r"\n[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*(?P<fence>`{3,}|~{3,})|(?P<ticks>`++)|%%"
)
_LONGEST_LEAD = 200
_LEAD = re.compile(rf"[ \t>\-+*\d.)]{{0,{_LONGEST_LEAD}}}")
"""What can stand before indented code on its line."""

_SHORT = re.compile(r"<!--(-?)>")
_TEASER_WORDS = frozenset({"more", "teaser_end", "end_teaser"})
# What can make a parser read the text behind a comment differently with the comment there.
_DISTURBING = re.compile(r"[`~$<\n\\]")
_WORDS = re.compile(r"[^\W\d_]+")
_AROUND = frozenset(
    {"begin", "start", "open", "end", "stop", "close", "part", "section", "block", "note", "notes"}
)
"""Words that people put beside PRIVATE where they mean to open or close a private part."""
_ONLY_MARKS = re.compile(r"[\s>]*(?:(?:[-+*]|\d{1,9}[.)])(?:\s+\[.\])?)?\s*")


class CommentSpan(NamedTuple):
    """One comment: its span, and its words without the marks."""

    start: int
    end: int
    words: str


def strip_comments(passage: MappedText) -> tuple[MappedText, list[str], list[SourceChange]]:
    """Return the passage without comments, what was in them, and what was done.

    A comment that ends the teaser becomes TEASER on a line of its own. The text between
    `%% private %%` and `%% /private %%` goes as one comment. What is left is read again, as a
    comment can open code, or close it, for all that stands behind it.

    Raises:
        Refused: A comment or a private part is not closed, or closes what was never opened.
    """
    removed: list[str] = []
    changes: list[SourceChange] = []
    for _ in range(_MOST_READINGS):
        found = _join_private_parts(find_comments(passage), passage)
        comments = [one for one in found if not _is_settled(passage, one)]
        if not comments:
            return passage, removed, changes
        splices = separate_removals(_splice(passage, comment) for comment in comments)
        removed += [one.words for one in comments if not _ends_teaser(one)]
        changes += passage.changes(splices)
        passage = passage.splice(splices)
    path, line = passage.origin(comments[0].start)
    raise Refused(
        f"{path}: the comments from line {line} on hide the ends of others,"
        " so nothing says where private parts end",
        "put blank lines around each comment",
        line=line,
    )


def _ends_teaser(comment: CommentSpan) -> bool:
    return comment.words.strip().lower() in _TEASER_WORDS


def _is_settled(passage: MappedText, comment: CommentSpan) -> bool:
    """Whether a comment is the end of a teaser as a draft has it."""
    line = passage.line_of(comment.start)
    return passage.text[passage.starts[line] : passage.line_end(line)].strip() == TEASER_COMMENT


def _splice(passage: MappedText, comment: CommentSpan) -> SourceEdit:
    return _teaser(passage, comment) if _ends_teaser(comment) else _cut(passage, comment)


def find_comments(passage: MappedText) -> list[CommentSpan]:
    """Return the comments in order; what is in code or math is none.

    Those behind one that changes how they read are not among them.

    Raises:
        Refused: One is not closed.
    """
    text = passage.text
    if COMMENT_OPENING.search(text) is None:
        return []
    may_be_code = _code_finder(text)
    places: _Places | None = None
    comments: list[CommentSpan] = []
    at = 0
    while opening := COMMENT_OPENING.search(text, at):
        start, at = opening.span()
        if places is None and may_be_code(start):
            places = _places(passage.page)
            if any(map(places.is_changed_by, comments)):
                break
        if places is not None and (inside := find_place_at(places.literal, start)):
            at = inside[1]
        elif not (start and text[start - 1] == "\\"):
            comment = _closed(passage, opening, places)
            comments.append(comment)
            at = comment.end
            if places is not None and places.is_changed_by(comment):
                break
    return comments


class _Places(NamedTuple):
    """What the reader says of a text.

    Attributes:
        literal: Where code and math are, in order.
        html: Where HTML is, in order.
        comments: The ends of comments by their starts.
    """

    literal: list[tuple[int, int]]
    html: list[tuple[int, int]]
    comments: dict[int, int]

    def is_changed_by(self, comment: CommentSpan) -> bool:
        """Whether what stands behind a comment may read otherwise without it."""
        if not _DISTURBING.search(comment.words) or self.comments.get(comment.start) == comment.end:
            return False
        inside = find_place_at(self.html, comment.start)
        return inside is None or comment.end > inside[1]


def _places(page: ParsedPage) -> _Places:
    places = _Places([], [], {})
    for span in [*page.plain, *page.added]:
        if span.kind == "comment":
            places.comments[span.start] = span.end
        elif span.kind in {"html", "html_block"}:
            places.html.append((span.start, span.end))
        elif span.kind in LITERAL_KINDS:
            places.literal.append((span.start, span.end))
    places.literal.sort()
    return places


def _code_finder(text: str) -> Callable[[int], bool]:
    """Return what tells whether code or math may be at a place; most notes need no reading then."""
    begins = [at for sign in ("```", "~~~", "$$") if (at := text.find(sign)) >= 0]
    block = min(begins, default=len(text))
    spans = [(text.find(mark), text.rfind(mark)) for mark in "`$"]
    line = seen = 0

    def may_be_code(at: int) -> bool:
        nonlocal line, seen
        line, seen = max(line, text.rfind("\n", seen, at) + 1), at
        lead = _LEAD.match(text, line, at)
        return (
            at > block
            or any(0 <= first < at < last for first, last in spans)
            or lead is None
            or lead.end() - line == _LONGEST_LEAD
            or "    " in lead[0]
            or "\t" in lead[0]
        )

    return may_be_code


def _closed(passage: MappedText, opening: re.Match[str], places: _Places | None) -> CommentSpan:
    text, start, inner = passage.text, opening.start(), opening.end()
    if opening[0] == "<!--":
        # HTML has two comments that end as they begin.
        short = _SHORT.match(text, start)
        end = short.end() if short else text.find("-->", inner) + 3
        if end > 2:
            return CommentSpan(start, end, text[inner : max(inner, end - 3)])
        raise _unclosed(passage, start, "<!--", "-->")
    # What the reader does not take for a comment may go on over blocks all the same.
    is_over_blocks = places is not None and start not in places.comments
    end = _closing_mark(text, inner, places.literal if places and is_over_blocks else ())
    if end < 0:
        raise _unclosed(passage, start, "%%", "%%")
    return CommentSpan(start, end + 2, text[inner:end])


def _closing_mark(text: str, at: int, literal: Sequence[tuple[int, int]]) -> int:
    """Return where the mark stands that closes a comment, and not in code in it; -1 for none."""
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
        elif inside := find_place_at(literal, token.start()):
            at = max(at, inside[1])
        else:
            return token.start()
    return -1


def _unclosed(passage: MappedText, start: int, mark: str, end: str) -> Refused:
    path, line = passage.origin(start)
    return Refused(
        f"{path}: the comment that {mark} opens on line {line} is not closed,"
        " so nothing says where the private part ends",
        f"close it with {end}, or write the mark as code or with a backslash before it",
        line=line,
    )


def _join_private_parts(comments: list[CommentSpan], passage: MappedText) -> list[CommentSpan]:
    joined: list[CommentSpan] = []
    opened: CommentSpan | None = None
    for comment in comments:
        words = comment.words.strip().lower()
        if words == "private" and opened is None:
            opened = comment
        elif words == "/private":
            if opened is None:
                raise _unbalanced(passage, comment, "closes a part that nothing opens")
            inner = passage.text[opened.start : comment.end]
            joined.append(CommentSpan(opened.start, comment.end, inner))
            opened = None
        elif opened is None:
            joined.append(comment)
        elif words == "private":
            raise _unbalanced(passage, comment, "opens a part inside another")
        if _is_nearly_mark(words):
            raise _unbalanced(passage, comment, "opens and closes nothing, and it seems meant to")
    if opened is not None:
        raise _unbalanced(passage, opened, "opens a part that nothing closes")
    return joined


def _is_nearly_mark(words: str) -> bool:
    """Whether a comment is a private part's mark that somebody misspelt."""
    if len(words) > 30 or words in {PRIVATE_MARK, f"/{PRIVATE_MARK}"}:
        return False
    found = _WORDS.findall(fold_mark(words))
    marks = [word for word in found if word == PRIVATE_MARK or is_like_private(word)]
    return bool(marks) and all(word in marks or word in _AROUND for word in found)


def _unbalanced(passage: MappedText, comment: CommentSpan, what: str) -> Refused:
    path, line = passage.origin(comment.start)
    mark = passage.text[comment.start : comment.end]
    return Refused(
        f"{path}: {mark} on line {line} {what}",
        "write %% private %% before and %% /private %% after what is private",
        line=line,
    )


def _cut(passage: MappedText, comment: CommentSpan) -> SourceEdit:
    """Take a comment out without leaving a hole: its line if it is alone there, a double space."""
    text, starts = passage.text, passage.starts
    first, last = passage.line_of(comment.start), passage.line_of(comment.end)
    before = text[starts[first] : comment.start]
    after = text[comment.end : passage.line_end(last)]
    if not after.strip() and _ONLY_MARKS.fullmatch(before):
        alone = not before.strip("> \t") or _ends_item(passage, last)
        if alone:
            return remove_lines(passage, first, last + 1, "a comment stays in the vault")
    start, end = comment.start, comment.end
    while (
        start > starts[first]
        and text[start - 1] in " \t"
        and (not after.strip() or after[0] in " \t.,;:!?")
    ):
        start -= 1
    if not before.strip("> \t") and after.strip():
        end += len(after) - len(after.lstrip(" \t"))
        start = comment.start
    return SourceEdit(start, end, "", "a comment stays in the vault")


def _ends_item(passage: MappedText, line: int) -> bool:
    """Whether nothing of the list item goes on below the line."""
    starts = passage.starts
    if line + 1 >= len(starts):
        return True
    below = passage.text[starts[line + 1] : passage.line_end(line + 1)]
    indent = len(below) - len(below.lstrip())
    own = passage.text[starts[line] : passage.line_end(line)]
    return not below.strip() or indent <= len(own) - len(own.lstrip())


def _teaser(passage: MappedText, comment: CommentSpan) -> SourceEdit:
    first, last = passage.line_of(comment.start), passage.line_of(comment.end)
    before = passage.text[passage.starts[first] : comment.start]
    after = passage.text[comment.end : passage.line_end(last)]
    lead = "\n\n" if before.strip() else ""
    start = comment.start - (len(before) - len(before.rstrip(" \t")) if lead else 0)
    tail = "\n\n" if after.strip() else ""
    end = comment.end + len(after) - len(after.lstrip(" \t"))
    return SourceEdit(start, end, lead + TEASER_COMMENT + tail, TEASER_END_REASON)
