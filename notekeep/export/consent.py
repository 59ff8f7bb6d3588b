"""Whether a note may leave the vault. Everything that is not allowed is refused.

Naming a note is consent to that note as a draft. A query, a folder or an embed takes only what is
marked `publish: true`. What is marked as private, in any of the ways people mark it, never leaves.
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
from notekeep.markdown.field_values import Value
from notekeep.markdown.note import Note
from notekeep.markdown.outline import SCHEME_PATTERN

CONSENT_FIELDS = ("private", "publish")
"""The fields in which front matter says who may see a note."""

PRIVATE_MARK = "private"
"""The word that marks notes and parts of them, in any case."""

PRIVATE_LABEL = "a private note"
"""What stands for a link to a private note where its words would tell the note's name."""

CATEGORY_FIELDS = ("category", "categories")
"""The fields that sort a note besides its tags."""

_OTHER_WORDS = frozenset({PRIVATE_MARK, "primate"})
"""Words that are no misspelling: they are spelt as they are meant."""
_TRACES = ("priv", "vate", "avte")
_LONGER_TRACE = re.compile(r"p.{1,4}ate")
"""What is left of PRIVATE after any one edit: one of these."""

_NAME_MARKS = frozenset("*_~=`\\-\u2010\u2011\u2013\u2014")
_WORD = re.compile(r"\w+")
_SHORT_NAME = 3
"""How many characters a name has that counts only as a word of its own."""

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0", "never", "private"})

_WORD_OF_TAG = re.compile(r"[\w-]+")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_KEY_LINE = re.compile(r"[\W_]*(private|publish)[\W_]*?[:=][\W_]*(\w+)[\W_]*(?:#.*)?")
_INLINE_FIELD = re.compile(r"[\[({].*?\b(private|publish)(?:\"\s*|\s*:):\s*(\w+)")
"""A field of Dataview in a sentence, or a key of JSON in a line."""


def fold_mark(text: str) -> str:
    """Return the words of a mark as they are compared: without case, width and invisible signs.

    Accents go as well, as a capital letter of Turkish has a dot that no other one has.
    """
    if not text.isascii():
        shown = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
        text = "".join(char for char in shown if unicodedata.category(char) not in {"Cf", "Mn"})
    return text.casefold().strip()


def fold_name(text: str) -> str:
    """Return a name as it is compared with names of private notes: without blanks and marks too."""
    shown = fold_mark(html.unescape(_HTML_TAG.sub("", text)))
    return "".join(char for char in shown if char not in _NAME_MARKS and not char.isspace())


def holds_name(text: str, names: Iterable[str]) -> bool:
    """Whether a text is or holds one of some names, however it is written."""
    shown = fold_name(text)
    words = {fold_name(word) for word in _WORD.findall(text)}
    for name in filter(None, map(fold_name, names)):
        if name == shown or name in words or (len(name) > _SHORT_NAME and name in shown):
            return True
    return False


def is_like_private(word: str) -> bool:
    """Whether a folded word is PRIVATE with one letter missing, added, wrong or swapped."""
    return word not in _OTHER_WORDS and OSA.distance(word, PRIVATE_MARK, score_cutoff=1) == 1


def may_mention_private(text: str) -> bool:
    """Whether PRIVATE, or nearly it, can be in a text: a quick look that misses none."""
    lower = text.lower().replace(" ", "")
    if not text.isascii():
        # A sign that is no letter of it is one edit, or hides within it.
        shown = unicodedata.normalize("NFKC", text).casefold()
        lower = shown.encode("ascii", "ignore").decode().replace(" ", "")
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
    if "publish" in fields and parse_yes_no(fields["publish"]) is False:
        return True
    return any(word == PRIVATE_MARK for _, word in _sorted_under(fields))


def _sorted_under(fields: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """Yield the folded words of tags and categories, and which of these they are of."""
    for key in ("tags", *CATEGORY_FIELDS):
        value = fields.get(key)
        text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
        for word in _WORD_OF_TAG.findall(fold_mark(text)):
            yield "tag" if key == "tags" else key, word.strip("-_")


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
    if line := _withholding_line(note):
        raise Refused(
            f"{path}: line {line} marks the note private, but is not in its front matter",
            "move the key to the front matter on the first line, or delete it",
            line=line,
        )
    for what, word in _sorted_under(note.fields):
        if word == PRIVATE_MARK:
            raise Refused(f"{path}: it has the {what} private", f"remove the {what} to export it")
        if is_like_private(word):
            raise _nearly(path, f"the {what} {word}", PRIVATE_MARK)
    for key in note.fields:
        folded = fold_mark(key)
        if is_like_private(folded) or (folded == PRIVATE_MARK and folded != key):
            raise _nearly(path, f"the field {key}", PRIVATE_MARK)
        if folded == "publish" and folded != key:
            raise _nearly(path, f"the field {key}", "publish")
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


def _withholding_line(note: Note) -> int:
    """Return the line of the text that withholds the note as a key would; 0 for none.

    People write such keys below a heading, in a second block, or as fields of Dataview. Code is no
    place for one, but for a fence that the text begins with.
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
    """Whether a line has a key of front matter, or a field of Dataview, that withholds the note."""
    if line.startswith(("    ", "\t")):  # indented code
        return False
    folded = fold_mark(line)
    found = [_KEY_LINE.fullmatch(folded), *_INLINE_FIELD.finditer(folded)]
    return any(key[2] in (_YES if key[1] == PRIVATE_MARK else _NO) for key in found if key)


def _nearly(path: str, what: str, meant: str) -> Refused:
    return Refused(f"{path}: {what} looks like a typo of “{meant}”", "correct or rename it")


# Names of private notes where no link is made of them: HTML attributes, inline Dataview, code. A
# link in Markdown to a private note becomes words (`references.py`). These would go out as they are
# written, so a note that has one is refused with its line. Plain words are no mention, not in code
# either: a private note called "Notes" forbids nobody the word.

_MENTIONED_LINK = re.compile(WIKILINK_PATTERN)
_TOML_TABLE = re.compile(r"(?<=\n)\[\[[\w.-]+\]\]\n[\w\"'-]+[ \t]*=")
"""A table of TOML, which is spelt as a link is."""
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
    """Refuse a note without its private parts that names a hidden note which would be published."""
    text = passage.text
    if not ("[[" in text or "=" in text):
        return
    for span in passage.find("html", "html_block", "code_span", "fence", "code_block"):
        source = text[span.start : span.end]
        targets = [*_named_in_html(source)] if span.kind.startswith("html") else []
        targets += _named_in_query(source) if span.kind == "code_span" else ()
        links = _MENTIONED_LINK.finditer(source)
        is_code = span.kind == "fence"
        targets += (
            (link.start(), link["target"])
            for link in links
            if not (is_code and _TOML_TABLE.match(source, link.start()))
        )
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
