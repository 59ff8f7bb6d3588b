"""Whether a note may leave the vault. Everything that is not allowed is refused.

Naming a note is consent to that note as a draft. A query, a folder or an embed takes only what is
marked `publish: true`. What is marked as private, in any of the ways people mark it, never leaves.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from os.path import splitext
from urllib.parse import unquote

from rapidfuzz.distance import OSA

from notekeep.errors import Refused
from notekeep.export.source_map import MappedText
from notekeep.markdown.field_values import Value
from notekeep.markdown.frontmatter import read_frontmatter
from notekeep.markdown.links import WIKILINK_PATTERN
from notekeep.markdown.note import Note
from notekeep.markdown.outline import SCHEME_PATTERN
from notekeep.markdown.schema import canonical

CONSENT_FIELDS = ("private", "publish")
"""The fields in which front matter says who may see a note."""

PRIVATE_MARK = "private"
"""The word that marks notes and parts of them, in any case."""

_OTHER_WORDS = frozenset({PRIVATE_MARK, "primate"})
"""Words that are no misspelling: they are spelt as they are meant."""
_TRACES = ("priv", "vate", "avte")
_LONGER_TRACE = re.compile(r"p.{1,4}ate")
"""What is left of PRIVATE after any one edit: one of these."""

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0", "never", "private"})


def fold_mark(text: str) -> str:
    """Return the words of a mark as they are compared: without case, width and invisible signs."""
    if not text.isascii():
        shown = unicodedata.normalize("NFKC", text)
        text = "".join(char for char in shown if unicodedata.category(char) != "Cf")
    return text.casefold().strip()


def is_like_private(word: str) -> bool:
    """Whether a folded word is PRIVATE with one letter missing, added, wrong or swapped."""
    return word not in _OTHER_WORDS and OSA.distance(word, PRIVATE_MARK, score_cutoff=1) == 1


def may_mention_private(text: str) -> bool:
    """Whether PRIVATE, or nearly it, can be in a text: a quick look that misses none."""
    lower = text.lower()
    if not text.isascii():
        # A sign that is no letter of it is one edit, or hides within it.
        shown = unicodedata.normalize("NFKC", text).casefold()
        lower = shown.encode("ascii", "ignore").decode()
    return any(trace in lower for trace in _TRACES) or _LONGER_TRACE.search(lower) is not None


class UnmarkedNote(Refused):
    """A note that nobody named says neither that it may leave nor that it may not."""


def parse_yes_no(value: Value) -> bool | None:
    """Read a front matter value as yes or no: also "false" in quotes; None is neither."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    return True if word in _YES else False if word in _NO else None


def is_draft(fields: Mapping[str, Value]) -> bool:
    """Whether front matter makes a note a draft, as it does unless it says `draft: false`."""
    return parse_yes_no(fields.get("draft")) is not False


def is_withheld(fields: Mapping[str, Value]) -> bool:
    """Whether front matter says that a note is not for others."""
    if "private" in fields and parse_yes_no(fields["private"]) is not False:
        return True
    return "publish" in fields and parse_yes_no(fields["publish"]) is False


def is_marked(note: Note, published: frozenset[str]) -> bool:
    """Whether a note is marked for others to read."""
    return note.path in published or parse_yes_no(note.fields.get("publish")) is True


def check_readable(note: Note) -> None:
    """Refuse a note whose front matter or text could not be read."""
    problem = note.problem
    if problem is None:
        return
    if problem.code == "markdown":
        raise Refused(
            f"{note.path}: {problem.message}",
            "the other notes are not affected; please report this with the note's text",
        )
    raise Refused(
        f"{note.path}: its front matter is invalid (line {problem.line or 1}), so it"
        f" may be private: {problem.message}",
        "fix the front matter",
        line=problem.line,
    )


def check_consent(note: Note, *, named: bool, published: frozenset[str]) -> None:
    """Refuse a note that may not leave as a draft, or of which that cannot be understood."""
    path = note.path
    check_readable(note)
    if note.private:
        raise Refused(f"{path}: it is private", "private notes are never exported")
    if _second_block_withholds(note):
        text = note.body_lf
        line = note.body_line + text.count("\n", 0, len(text) - len(text.lstrip())) + 1
        raise Refused(
            f"{path}: line {line} starts a second front matter block that marks it private",
            "move its keys to the first block, or delete it",
            line=line,
        )
    for tag in _tags(note):
        if tag == PRIVATE_MARK:
            raise Refused(f"{path}: it has the tag private", "remove the tag to export the note")
        if is_like_private(tag):
            raise _nearly(path, f"the tag {tag}")
    for key in note.fields:
        if is_like_private(fold_mark(key)):
            raise _nearly(path, f"the field {key}")
    if "private" in note.fields and parse_yes_no(note.fields["private"]) is not False:
        raise Refused(
            f"{path}: private: {note.fields['private']} is neither true nor false",
            "write private: false to export the note",
        )
    _check_publish(note, named=named, published=published)


def _check_publish(note: Note, *, named: bool, published: frozenset[str]) -> None:
    said = parse_yes_no(note.fields.get("publish"))
    if "publish" in note.fields and note.fields["publish"] is not None:
        if said is False:
            raise Refused(
                f"{note.path}: publish: {str(note.fields['publish']).lower()} prevents export",
                "write publish: true or delete the line to export the note",
            )
        if said is None:
            raise Refused(
                f"{note.path}: publish: {note.fields['publish']} is neither true nor false",
                "write publish: true to export the note",
            )
    if not named and not is_marked(note, published):
        raise UnmarkedNote(
            f"{note.path}: it is not marked publish: true",
            "write publish: true in it, or give its name to export it as a draft",
        )


def _second_block_withholds(note: Note) -> bool:
    """Whether the text begins with keys that say it is private, as a template leaves them."""
    body = note.body_lf.lstrip()
    if not body.startswith(("---", "+++")):
        return False
    fields = read_frontmatter(body.encode("utf-8", "surrogateescape")).fields
    return is_withheld({canonical(key): value for key, value in fields.items()})


def _tags(note: Note) -> list[str]:
    """Return the first part of each tag of the front matter, folded."""
    tags = note.fields.get("tags")
    listed = tags if isinstance(tags, list) else str(tags or "").replace(",", " ").split()
    return [fold_mark(str(tag).lstrip("#").split("/")[0]) for tag in listed]


def _nearly(path: str, what: str) -> Refused:
    return Refused(
        f"{path}: {what} looks like a typo of “private”",
        "correct or rename it",
    )


# Names of private notes where no link is made of them: HTML attributes, inline Dataview, code. A
# link in Markdown to a private note becomes words (`references.py`). These would go out as they are
# written, so a note that has one is refused with its line. Plain words are no mention, not in code
# either: a private note called "Notes" forbids nobody the word.

_MENTIONED_LINK = re.compile(WIKILINK_PATTERN)
_HTML_TAG = re.compile(r"<[A-Za-z][^>]*>", re.DOTALL)
_ADDRESS_ATTRIBUTE = re.compile(
    r"\s(?:href|xlink:href|src|srcset|poster|data|cite|action|formaction|longdesc|background"
    r"|data-(?:href|src|link|path|file|note))\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))",
    re.IGNORECASE,
)
_LINK = re.compile(r"\]\(\s*<?([^)>\n]+)")
_INLINE_QUERY = re.compile(r"`+\s*\$?=(?P<inside>[^`]*)`")
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")


def refuse_mentions(passage: MappedText, hidden: Callable[[str], bool]) -> None:
    """Refuse a note without its private parts that names a hidden note which would be published."""
    text = passage.text
    if not ("[[" in text or "=" in text):
        return
    for span in passage.find("html", "html_block", "code_span", "fence", "code_block"):
        source = text[span.start : span.end]
        targets = [*_named_in_html(source)] if span.kind.startswith("html") else []
        targets += _named_in_query(source) if span.kind == "code_span" else ()
        targets += ((link.start(), link["target"]) for link in _MENTIONED_LINK.finditer(source))
        for at, target in targets:
            if _leads_to_hidden(target, hidden):
                path, line = passage.origin(span.start + at)
                raise mention_error(path, line)


def mentions_hidden(value: str, hidden: Callable[[str], bool]) -> bool:
    """Whether a field's text names a private note in an address or in inline Dataview."""
    targets = [*_named_in_html(value), *_named_in_query(value)]
    targets += ((link.start(), unquote(link[1].split(" ")[0])) for link in _LINK.finditer(value))
    return any(_leads_to_hidden(target, hidden) for _, target in targets)


def mention_error(path: str, line: int) -> Refused:
    """Return the error for a note that names a private note on a line."""
    return Refused(
        f"{path}: line {line} has the name of a private note in an address, a query or code,"
        " which would be published",
        "use a Markdown link, which becomes plain text, or remove the name",
        line=line,
    )


def _named_in_html(text: str) -> Iterator[tuple[int, str]]:
    for tag in _HTML_TAG.finditer(text):
        for found in _ADDRESS_ATTRIBUTE.finditer(text, tag.start(), tag.end()):
            value = html.unescape(found[1] or found[2] or found[3] or "").strip()
            yield found.start() + 1, unquote(value)
            for one in value.split(","):  # as `srcset` has several, each with its width behind it
                yield found.start() + 1, unquote(one.strip().split(" ")[0])


def _named_in_query(text: str) -> Iterator[tuple[int, str]]:
    for query in _INLINE_QUERY.finditer(text):
        for quoted in _QUOTED.finditer(query["inside"]):
            yield query.start(), quoted[1] or quoted[2] or ""
        for link in _MENTIONED_LINK.finditer(query["inside"]):
            yield query.start(), link["target"]


def _leads_to_hidden(target: str, hidden: Callable[[str], bool]) -> bool:
    """Whether an address leads to a hidden note, or to a file that has its name."""
    if SCHEME_PATTERN.match(target):
        return False
    name = re.split(r"[#?]", target, maxsplit=1)[0].strip()
    if not name:
        return False
    last = splitext(name.rsplit("/", 1)[-1])[0]
    # From the root it is a page of the person's own site, unless a note is right there.
    return hidden(name) or (not name.startswith("/") and bool(last) and hidden(last))
