"""Comments of a note: `%%…%%` and `<!-- … -->`, inline and over lines, taken out.

Where a comment ends is a question of privacy: one that never ends, or whose end could be read in
two ways, is refused with its line rather than guessed at. Code is not looked into.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Refused
from notekeep.export.codes import Codes
from notekeep.export.consent import PRIVATE, folded_mark, is_nearly_private
from notekeep.export.passage import Splice, apart, whole_lines

if TYPE_CHECKING:
    from notekeep.export.passage import Change, Passage

TEASER = "<!-- more -->"
"""How the end of a teaser is written in a draft, whatever the note used."""

TEASER_ENDS = "where the teaser ends"
"""Why a mark of a teaser's end is written anew."""

OPENING = re.compile(r"%%|<!--")
"""How a comment begins."""

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
    `%% private %%` and `%% /private %%` goes as one comment. What is left holds no comment as it
    stands: one that stood in code only as long as another did goes too.

    Raises:
        Refused: A comment or a private part is not closed, or closes what was never opened.
    """
    removed: list[str] = []
    changes: list[Change] = []
    while True:
        found = _join_private_parts(find_comments(passage), passage)
        comments = [one for one in found if not _is_settled(passage, one)]
        if not comments:
            return passage, removed, changes
        splices = apart(_splice(passage, comment) for comment in comments)
        removed += [one.words for one in comments if not _ends_teaser(one)]
        changes += passage.changes(splices)
        passage = passage.splice(splices)


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

    Raises:
        Refused: One is not closed.
    """
    text = passage.text
    comments: list[Comment] = []
    codes = Codes(passage)
    at = hidden = 0
    while opening := OPENING.search(text, at):
        start = opening.start()
        code = codes.around(start)
        if code is not None:
            at = code.end
            continue
        if start and text[start - 1] == "\\":
            at = opening.end()
            continue
        comment = _closed(passage, opening, codes)
        comments.append(comment)
        at = comment.end
        if _DISTURBING.search(comment.words):
            codes.hide((one.start, one.end) for one in comments[hidden:])
            hidden = len(comments)
    return comments


def _closed(passage: Passage, opening: re.Match[str], codes: Codes) -> Comment:
    text, start, inner = passage.text, opening.start(), opening.end()
    if opening[0] == "<!--":
        # HTML has two comments that end as they begin.
        short = re.compile(r"<!--(-?)>").match(text, start)
        end = short.end() if short else text.find("-->", inner) + 3
        if end > 2:
            return Comment(start, end, text[inner : max(inner, end - 3)])
        raise _unclosed(passage, start, "<!--", "-->")
    at = inner
    while (end := text.find("%%", at)) >= 0:
        code = codes.around(end)
        if code is None or ("\n" in text[code.start : code.end] and code.kind == "code_span"):
            return Comment(start, end + 2, text[inner:end])
        at = max(code.end, end + 2)
    raise _unclosed(passage, start, "%%", "%%")


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
