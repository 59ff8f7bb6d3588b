"""Decides whether a note may be exported. Everything not explicitly allowed is refused.

Naming a note is consent to export it as a draft. A query, a folder or an embed includes only notes
marked `publish: true`. Private notes are never exported, even if they are named or marked.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from os.path import splitext
from urllib.parse import unquote

from rapidfuzz.distance import OSA

from notekeep.errors import Refused
from notekeep.export.source_map import MappedText
from notekeep.markdown.extensions import WIKILINK_PATTERN
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.note import Note
from notekeep.markdown.outline import SCHEME_PATTERN

CONSENT_FIELDS = ("private", "publish")
"""The fields that control who may see a note."""

PRIVATE_MARK = "private"
"""Marks a note, or part of a note, as private. Case is ignored."""

PRIVATE_LABEL = "a private note"
"""Replaces the text of a link to a private note if that text would reveal the note's name."""

CATEGORY_FIELDS = ("category", "categories")

_OTHER_WORDS = frozenset({PRIVATE_MARK, "primate"})
"""Correctly spelled words that are similar to PRIVATE."""
_TRACES = ("priv", "vate", "avte")
_LONGER_TRACE = re.compile(r"p.{1,4}ate")
"""PRIVATE after any single edit contains one of these."""

_NAME_MARKS = frozenset("*_~=`\\-\u2010\u2011\u2013\u2014")
_WORD = re.compile(r"\w+")
_SHORT_NAME = 3
"""Names up to this length count only as whole words."""

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0", "never", "private"})

_WORD_OF_TAG = re.compile(r"[\w-]+")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_KEY_LINE = re.compile(r"[\W_]*(private|publish)[\W_]*?[:=][\W_]*(\w+)[\W_]*(?:#.*)?")
_INLINE_FIELD = re.compile(r"[\[({].*?\b(private|publish)(?:\"\s*|\s*:):\s*(\w+)")
"""An inline field of Dataview, or a JSON key."""


def fold_mark(text: str) -> str:
    """Fold a mark for comparison: ignore case, width, accents and invisible characters.

    Accents include the dot of the Turkish capital I.
    """
    if not text.isascii():
        shown = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
        text = "".join(char for char in shown if unicodedata.category(char) not in {"Cf", "Mn"})
    return text.casefold().strip()


def fold_private_name(text: str) -> str:
    """Fold a name for comparison with private names: also ignore whitespace and punctuation."""
    shown = fold_mark(html.unescape(_HTML_TAG.sub("", text)))
    return "".join(char for char in shown if char not in _NAME_MARKS and not char.isspace())


def holds_name(text: str, names: Iterable[str]) -> bool:
    """Whether a text contains one of the names, compared by `fold_private_name`."""
    shown = fold_private_name(text)
    words = {fold_private_name(word) for word in _WORD.findall(text)}
    for name in filter(None, map(fold_private_name, names)):
        if name == shown or name in words or (len(name) > _SHORT_NAME and name in shown):
            return True
    return False


def is_like_private(word: str) -> bool:
    """Whether a folded word is PRIVATE with one letter missing, added, wrong or transposed."""
    return word not in _OTHER_WORDS and OSA.distance(word, PRIVATE_MARK, score_cutoff=1) == 1


def may_mention_private(text: str) -> bool:
    """Whether a text may contain PRIVATE or a misspelling: a fast check without false negatives."""
    lower = text.lower().replace(" ", "")
    if not text.isascii():
        # Each dropped character is invisible or counts as one edit.
        shown = unicodedata.normalize("NFKC", text).casefold()
        lower = shown.encode("ascii", "ignore").decode().replace(" ", "")
    return any(trace in lower for trace in _TRACES) or _LONGER_TRACE.search(lower) is not None


class UnmarkedNote(Refused):
    """A note is neither named nor marked `publish: true`."""


def parse_yes_no(value: Value) -> bool | None:
    """Read a front matter value, such as "false" in quotes, as a boolean; None for neither."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    return True if word in _YES else False if word in _NO else None


def is_draft(fields: Mapping[str, Value]) -> bool:
    """Whether a note is a draft: its front matter does not have `draft: false`."""
    return parse_yes_no(fields.get("draft")) is not False


def is_withheld(fields: Mapping[str, Value]) -> bool:
    """Whether front matter prevents the export of a note."""
    if "private" in fields and parse_yes_no(fields["private"]) is not False:
        return True
    if "publish" in fields and parse_yes_no(fields["publish"]) is False:
        return True
    return any(word == PRIVATE_MARK for _, word in _labels(fields))


def _labels(fields: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """Yield "tag" or a category field's key, with each folded word of the value."""
    for key in ("tags", *CATEGORY_FIELDS):
        value = fields.get(key)
        text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
        for word in _WORD_OF_TAG.findall(fold_mark(text)):
            yield "tag" if key == "tags" else key, word.strip("-_")


def is_marked(note: Note, published: frozenset[str]) -> bool:
    """Whether a note is marked as public."""
    return note.path in published or parse_yes_no(note.fields.get("publish")) is True


def check_readable(note: Note) -> None:
    """Refuse a note whose front matter or text could not be read."""
    problem = note.problem
    if problem is None:
        return
    if problem.code == "markdown":
        raise Refused(
            f"{note.path}: {problem.message}",
            "The other notes are not affected. Please report this with the note's text.",
        )
    raise Refused(
        f"{note.path}: The front matter is invalid (line {problem.line or 1}), so the note may be"
        f" private: {problem.message}",
        "Fix the front matter.",
        line=problem.line,
    )


def check_consent(note: Note, *, named: bool, published: frozenset[str]) -> None:
    """Refuse a note that may not be exported as a draft, or whose marks are ambiguous."""
    path = note.path
    check_readable(note)
    if note.private:
        raise Refused(f"{path}: The note is private.", "Private notes are never exported.")
    if line := _withholding_line(note):
        raise Refused(
            f"{path}: Line {line} marks the note private, but is not in its front matter.",
            "Move the key to the front matter on the first line, or delete it.",
            line=line,
        )
    for what, word in _labels(note.fields):
        if word == PRIVATE_MARK:
            raise Refused(
                f"{path}: The note has the {what} private.", f"To export it, remove the {what}."
            )
        if is_like_private(word):
            raise _typo(path, f"The {what} {word}", PRIVATE_MARK)
    for key in note.fields:
        folded = fold_mark(key)
        if is_like_private(folded) or (folded == PRIVATE_MARK and folded != key):
            raise _typo(path, f"The field {key}", PRIVATE_MARK)
        if folded == "publish" and folded != key:
            raise _typo(path, f"The field {key}", "publish")
    if "private" in note.fields and parse_yes_no(note.fields["private"]) is not False:
        raise Refused(
            f"{path}: private must be true or false. Got {note.fields['private']}.",
            "To export the note, write private: false.",
        )
    _check_publish(note, named=named, published=published)


def _check_publish(note: Note, *, named: bool, published: frozenset[str]) -> None:
    value = note.fields.get("publish")
    publish = parse_yes_no(value)
    if value is not None and publish is False:
        raise Refused(
            f"{note.path}: The field publish: {str(value).lower()} prevents export.",
            "To export the note, write publish: true or delete the line.",
        )
    if value is not None and publish is None:
        raise Refused(
            f"{note.path}: publish must be true or false. Got {value}.",
            "To export the note, write publish: true.",
        )
    if not named and not is_marked(note, published):
        raise UnmarkedNote(
            f"{note.path}: The note is not marked publish: true.",
            "Add publish: true to it, or name it to export it as a draft.",
        )


def _withholding_line(note: Note) -> int:
    """Return the line of a key in the text that would make the note private; 0 for none.

    Such keys may be below a heading, in a second block, or in fields of Dataview. Keys in code do
    not count, except in a code block at the start of the text.
    """
    text = note.body_lf
    folded = fold_mark(text)
    if PRIVATE_MARK not in folded and "publish" not in folded:
        return 0
    fence = ""
    is_first = True
    for number, line in enumerate(text.split("\n"), note.body_line + 1):
        mark = _FENCE.match(line)
        if mark and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else mark[1]
            is_first = is_first and bool(fence)
            continue
        if (not fence or is_first) and _withholds(line):
            return number
        is_first = is_first and (bool(fence) or not line.strip() or line.startswith("#"))
    return 0


def _withholds(line: str) -> bool:
    if line.startswith(("    ", "\t")):  # indented code
        return False
    folded = fold_mark(line)
    found = [_KEY_LINE.fullmatch(folded), *_INLINE_FIELD.finditer(folded)]
    return any(key[2] in (_YES if key[1] == PRIVATE_MARK else _NO) for key in found if key)


def _typo(path: str, what: str, word: str) -> Refused:
    return Refused(f"{path}: {what} looks like a typo of “{word}”.", "Correct or rename it.")


# Names of private notes may also be in HTML attributes, inline Dataview or code. A Markdown link to
# a private note becomes plain text (`linker.py`), but these would be exported unchanged, so the
# note is refused. A plain word is not a mention, not even in code: a private note called "Notes"
# does not prevent the use of that word.

_MENTIONED_LINK = re.compile(WIKILINK_PATTERN)
_TOML_TABLE = re.compile(r"(?<=\n)\[\[[\w.-]+\]\]\n[\w\"'-]+[ \t]*=")
"""A TOML table, which looks like a wikilink."""
_HTML_TAG = re.compile(r"</?[A-Za-z][^>]*>", re.DOTALL)
_ADDRESS_ATTRIBUTE = re.compile(
    r"\s(?:href|xlink:href|src|srcset|poster|data|cite|action|formaction|longdesc|background"
    r"|data-(?:href|src|link|path|file|note))\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))",
    re.IGNORECASE,
)
_LINK = re.compile(r"\]\(\s*<?([^)>\n]+)")
_INLINE_QUERY = re.compile(r"`+\s*\$?=(?P<inside>[^`]*)`")
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")


def refuse_mentions(passage: MappedText, hidden: Callable[[str], bool]) -> None:
    """Refuse a note whose public text would reveal the name of a private note."""
    text = passage.text
    if not ("[[" in text or "=" in text):
        return
    for span in passage.find("html", "html_block", "code_span", "fence", "code_block"):
        source = text[span.start : span.end]
        targets = [*_html_targets(source)] if span.kind.startswith("html") else []
        targets += _query_targets(source) if span.kind == "code_span" else ()
        targets += (
            (link.start(), link["target"])
            for link in _MENTIONED_LINK.finditer(source)
            if not (span.kind == "fence" and _TOML_TABLE.match(source, link.start()))
        )
        for at, target in targets:
            if _leads_to_hidden(target, hidden):
                path, line = passage.origin(span.start + at)
                raise mention_error(path, line)


def mentions_hidden(value: str, hidden: Callable[[str], bool]) -> bool:
    """Whether a field's text names a private note in an address or in inline Dataview."""
    targets = [*_html_targets(value), *_query_targets(value)]
    targets += ((link.start(), unquote(link[1].split(" ")[0])) for link in _LINK.finditer(value))
    return any(_leads_to_hidden(target, hidden) for _, target in targets)


def mention_error(path: str, line: int) -> Refused:
    """Return the error for a private note named on a line."""
    return Refused(
        f"{path}: Line {line} has the name of a private note in an address, a query or code. It"
        " would be published.",
        "Use a Markdown link, which becomes plain text, or remove the name.",
        line=line,
    )


def _html_targets(text: str) -> Iterator[tuple[int, str]]:
    for tag in _HTML_TAG.finditer(text):
        for found in _ADDRESS_ATTRIBUTE.finditer(text, tag.start(), tag.end()):
            value = html.unescape(found[1] or found[2] or found[3] or "").strip()
            yield found.start() + 1, unquote(value)
            for part in value.split(","):  # `srcset` has several addresses with widths
                yield found.start() + 1, unquote(part.strip().split(" ")[0])


def _query_targets(text: str) -> Iterator[tuple[int, str]]:
    for query in _INLINE_QUERY.finditer(text):
        for quoted in _QUOTED.finditer(query["inside"]):
            yield query.start(), quoted[1] or quoted[2] or ""
        for link in _MENTIONED_LINK.finditer(query["inside"]):
            yield query.start(), link["target"]


def _leads_to_hidden(target: str, hidden: Callable[[str], bool]) -> bool:
    """Whether an address points to a private note, or to a file with its name."""
    if SCHEME_PATTERN.match(target):
        return False
    name = re.split(r"[#?]", target, maxsplit=1)[0].strip()
    if not name:
        return False
    last = splitext(name.rsplit("/", 1)[-1])[0]
    # An address from the root is a page of the site, unless a note has that path.
    return hidden(name) or (not name.startswith("/") and bool(last) and hidden(last))
