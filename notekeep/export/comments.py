"""Comments of a note: `%%…%%` and `<!-- … -->`, inline and over lines, taken out.

Where a comment ends is a question of privacy: one that never ends, or whose end could be read in
two ways, is refused with its line rather than guessed at. Code is not looked into.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Refused
from notekeep.export.consent import PRIVATE, folded_mark, is_nearly_private
from notekeep.export.passage import Splice, apart, whole_lines
from notekeep.markdown.tree import LITERAL, around

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from notekeep.export.passage import Change, Passage
    from notekeep.markdown.tree import Page

TEASER = "<!-- more -->"
"""How the end of a teaser is written in a draft, whatever the note used."""

TEASER_ENDS = "where the teaser ends"
"""Why a mark of a teaser's end is written anew."""

OPENING = re.compile(r"%%|<!--")
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


class Comment(NamedTuple):
    """One comment: its span, and its words without the marks."""

    start: int
    end: int
    words: str


def strip_comments(passage: Passage) -> tuple[Passage, list[str], list[Change]]:
    """Return the passage without comments, what was in them, and what was done.

    A comment that ends the teaser becomes TEASER on a line of its own. The text between
    `%% private %%` and `%% /private %%` goes as one comment. What is left is read again, as a
    comment can open code, or close it, for all that stands behind it.

    Raises:
        Refused: A comment or a private part is not closed, or closes what was never opened.
    """
    removed: list[str] = []
    changes: list[Change] = []
    for _ in range(_MOST_READINGS):
        found = _join_private_parts(find_comments(passage), passage)
        comments = [one for one in found if not _is_settled(passage, one)]
        if not comments:
            return passage, removed, changes
        splices = apart(_splice(passage, comment) for comment in comments)
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


def _ends_teaser(comment: Comment) -> bool:
    return comment.words.strip().lower() in _TEASER_WORDS


def _is_settled(passage: Passage, comment: Comment) -> bool:
    """Whether a comment is the end of a teaser as a draft has it."""
    line = passage.line_of(comment.start)
    return passage.text[passage.starts[line] : passage.line_end(line)].strip() == TEASER


def _splice(passage: Passage, comment: Comment) -> Splice:
    return _teaser(passage, comment) if _ends_teaser(comment) else _cut(passage, comment)


def find_comments(passage: Passage) -> list[Comment]:
    """Return the comments in order; what is in code or math is none.

    Those behind one that changes how they read are not among them.

    Raises:
        Refused: One is not closed.
    """
    text = passage.text
    if OPENING.search(text) is None:
        return []
    may_be_code = _code_finder(text)
    places: _Places | None = None
    comments: list[Comment] = []
    at = 0
    while opening := OPENING.search(text, at):
        start, at = opening.span()
        if places is None and may_be_code(start):
            places = _places(passage.page)
            if any(map(places.is_changed_by, comments)):
                break
        if places is not None and (inside := around(places.literal, start)):
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

    def is_changed_by(self, comment: Comment) -> bool:
        """Whether what stands behind a comment may read otherwise without it."""
        if not _DISTURBING.search(comment.words) or self.comments.get(comment.start) == comment.end:
            return False
        inside = around(self.html, comment.start)
        return inside is None or comment.end > inside[1]


def _places(page: Page) -> _Places:
    places = _Places([], [], {})
    for span in [*page.plain, *page.added]:
        if span.kind == "comment":
            places.comments[span.start] = span.end
        elif span.kind in {"html", "html_block"}:
            places.html.append((span.start, span.end))
        elif span.kind in LITERAL:
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


def _closed(passage: Passage, opening: re.Match[str], places: _Places | None) -> Comment:
    text, start, inner = passage.text, opening.start(), opening.end()
    if opening[0] == "<!--":
        # HTML has two comments that end as they begin.
        short = _SHORT.match(text, start)
        end = short.end() if short else text.find("-->", inner) + 3
        if end > 2:
            return Comment(start, end, text[inner : max(inner, end - 3)])
        raise _unclosed(passage, start, "<!--", "-->")
    # What the reader does not take for a comment may go on over blocks all the same.
    is_over_blocks = places is not None and start not in places.comments
    end = _closing_mark(text, inner, places.literal if places and is_over_blocks else ())
    if end < 0:
        raise _unclosed(passage, start, "%%", "%%")
    return Comment(start, end + 2, text[inner:end])


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
        elif inside := around(literal, token.start()):
            at = max(at, inside[1])
        else:
            return token.start()
    return -1


def _unclosed(passage: Passage, start: int, mark: str, end: str) -> Refused:
    path, line = passage.origin(start)
    return Refused(
        f"{path}: the comment that {mark} opens on line {line} is not closed,"
        " so nothing says where the private part ends",
        f"close it with {end}, or write the mark as code or with a backslash before it",
        line=line,
    )


def _join_private_parts(comments: list[Comment], passage: Passage) -> list[Comment]:
    joined: list[Comment] = []
    opened: Comment | None = None
    for comment in comments:
        words = comment.words.strip().lower()
        if words == "private" and opened is None:
            opened = comment
        elif words == "/private":
            if opened is None:
                raise _unbalanced(passage, comment, "closes a part that nothing opens")
            inner = passage.text[opened.start : comment.end]
            joined.append(Comment(opened.start, comment.end, inner))
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
    if len(words) > 30 or words in {PRIVATE, f"/{PRIVATE}"}:
        return False
    found = _WORDS.findall(folded_mark(words))
    marks = [word for word in found if word == PRIVATE or is_nearly_private(word)]
    return bool(marks) and all(word in marks or word in _AROUND for word in found)


def _unbalanced(passage: Passage, comment: Comment, what: str) -> Refused:
    path, line = passage.origin(comment.start)
    mark = passage.text[comment.start : comment.end]
    return Refused(
        f"{path}: {mark} on line {line} {what}",
        "write %% private %% before and %% /private %% after what is private",
        line=line,
    )


def _cut(passage: Passage, comment: Comment) -> Splice:
    """Take a comment out without leaving a hole: its line if it is alone there, a double space."""
    text, starts = passage.text, passage.starts
    first, last = passage.line_of(comment.start), passage.line_of(comment.end)
    before = text[starts[first] : comment.start]
    after = text[comment.end : passage.line_end(last)]
    if not after.strip() and _ONLY_MARKS.fullmatch(before):
        alone = not before.strip("> \t") or _ends_item(passage, last)
        if alone:
            return whole_lines(passage, first, last + 1, "a comment stays in the vault")
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
    return Splice(start, end, "", "a comment stays in the vault")


def _ends_item(passage: Passage, line: int) -> bool:
    """Whether nothing of the list item goes on below the line."""
    starts = passage.starts
    if line + 1 >= len(starts):
        return True
    below = passage.text[starts[line + 1] : passage.line_end(line + 1)]
    indent = len(below) - len(below.lstrip())
    own = passage.text[starts[line] : passage.line_end(line)]
    return not below.strip() or indent <= len(own) - len(own.lstrip())


def _teaser(passage: Passage, comment: Comment) -> Splice:
    first, last = passage.line_of(comment.start), passage.line_of(comment.end)
    before = passage.text[passage.starts[first] : comment.start]
    after = passage.text[comment.end : passage.line_end(last)]
    lead = "\n\n" if before.strip() else ""
    start = comment.start - (len(before) - len(before.rstrip(" \t")) if lead else 0)
    tail = "\n\n" if after.strip() else ""
    end = comment.end + len(after) - len(after.lstrip(" \t"))
    return Splice(start, end, lead + TEASER + tail, TEASER_ENDS)
