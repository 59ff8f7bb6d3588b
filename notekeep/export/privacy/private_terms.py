"""The private terms and the public text of an export, read directly from the vault's files.

Private terms are titles, paths and lines of private notes, values of fields that are not exported,
and comments. This code shares nothing with the code that writes the files. In doubt, it treats text
as private.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher
from functools import cache, partial
from typing import NamedTuple, TypeAlias

from notekeep.errors import NotFound
from notekeep.export.assets import is_image
from notekeep.export.draft import Draft
from notekeep.export.post import PASSED_FIELDS
from notekeep.export.privacy.consent import PRIVATE_LABEL
from notekeep.export.source import VaultSource
from notekeep.markdown.fields.frontmatter import without_lead
from notekeep.markdown.fields.frontmatter_block import split_frontmatter

_END, _NAME, _VALUE, _PART, _LINE = 3, 4, 8, 12, 24
"""Minimum lengths for the end of a private part, a name, a value, a line of a private part, and a
line of a private note. Shorter texts are too common."""

_WIKILINK = re.compile(r"!?\[\[([^\]|]*)(?:\|([^\]]*))?\]\]")
_ADDRESS = re.compile(r"\]\((?!<?[A-Za-z][A-Za-z0-9+.-]*:)[^)]*\)")
_DEFINED = re.compile(
    r"^([ \t>]*\[[^\]\n^][^\]\n]*\]:)[ \t]*<?(?![A-Za-z][\w+.-]*:)\S+", re.MULTILINE
)
_ATTRIBUTE = re.compile(
    r"\s(?:href|src|srcset|poster|data|cite|action)\s*=\s*"
    r"(?:\"(?![A-Za-z][\w+.-]*:)[^\"]*\"|'(?![A-Za-z][\w+.-]*:)[^']*'|(?![A-Za-z][\w+.-]*:)[^\s>\"']+)",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\]\(<?(/[^)\s]*)")
"""An address from the root: a page of the site."""
_TOML_TABLE = re.compile(r"^\[\[([\w.-]+)\]\](?=\n[\w\"'-]+[ \t]*=)", re.MULTILINE)
_QUERY = re.compile(r"`\s*\$?=\s[^`\n]*`")
_BASE_LINK = re.compile(r"\b(?:link|file|hasLink|linksTo)\(\s*\\?([\"'])[^\"'\n]*\1")
"""The name of a note in the code of a base."""
_BLOCK_ID = re.compile(r"[ \t]\^[\w-]+[ \t]*$", re.MULTILINE)
_PLAIN_VALUE = re.compile(r"[\s\d:.,/TZ+-]*$")
_PLAIN_FIELD = re.compile(rf"[\w-]+:{_PLAIN_VALUE.pattern}")
_WORDS = re.compile(r"[^\W_]+")
_LINES = re.compile(r"[\x00-\x7f]*\n|[^\n]+")
"""Several ASCII lines, or one line with other characters."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_PLAIN = bytes(ord(chr(n).lower()) if chr(n).isalnum() and n < 128 else 32 for n in range(256))
"""Folds ASCII bytes: letters become lower case, punctuation becomes spaces."""
Parts: TypeAlias = "Callable[[str], tuple[list[str], str]]"
"""Returns the private parts of a note, and the remaining text."""


class PrivateTerm(NamedTuple):
    """A text that exported files must not contain."""

    text: str  # normalized by `normalize_for_audit`, or as written
    what: str  # describes the text in messages
    post: str = ""  # the note whose post must not contain it; "" for all files
    always: bool = False  # forbidden even if a note contains it publicly
    is_path: bool = False  # the path of a private note, forbidden in every post
    is_field: bool = False  # the value of a field that is not exported


def normalize_for_audit(text: str) -> str:
    """Normalize text for comparison: ignore case, marks and line ends."""
    return " ".join(words_for_audit(text))


def words_for_audit(text: str) -> list[str]:
    """Return the words of a text, normalized for comparison."""
    if text.isascii():
        return text.encode().translate(_PLAIN).decode().split()
    text = text.replace("\ufffd", "\n")  # most of a picture's bytes
    if "\n" in text:
        return [word for line in _LINES.findall(text) for word in words_for_audit(line)]
    return _WORDS.findall(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold()))


def collect_private_terms(
    source: VaultSource, drafts: Iterable[Draft], parts: Parts
) -> list[PrivateTerm]:
    """Collect the private terms that an export of the drafts must not contain."""
    found = [PrivateTerm(source.root, "the path of the vault on this machine")]
    found += [
        PrivateTerm(word, "a word that must never be exported", always=True)
        for word in source.canaries
    ]
    for path, title, aliases in source.notes.names(source.notes.private_paths()):
        found += _note_terms(source, path, [title, *aliases])
    for draft in drafts:
        post = draft.note.path
        found += collect_part_terms(draft, parts)
        # A value that is also in the address of a page is not secret.
        pages = f" {normalize_for_audit(' '.join(_PAGE.findall(draft.note.body)))} "
        for key, values in _unexported_values(draft).items():
            own = [value for value in values if f" {normalize_for_audit(value)} " not in pages]
            what = f"the value of {key}: in {post}, which is not exported"
            terms = _terms(own, what, _VALUE, post)
            found += [term._replace(is_field=True) for term in terms]
    distinct = {(term.text, term.post, term.is_path): term for term in reversed(found)}
    return list(distinct.values())


def collect_part_terms(draft: Draft, parts: Parts) -> list[PrivateTerm]:
    """Collect the terms of the private parts of a draft's notes."""
    post = draft.note.path
    private = [part for path in draft.sources for part in parts(path)[0]]
    lines = [line for part in [*private, *draft.removed] for line in part.splitlines()]
    # The last line appears if the export ended the part elsewhere.
    ends = map(_last_line, private)
    return [
        *_terms(lines, f"a private part of {post}", _PART, post),
        *_terms(ends, f"the end of a private part of {post}", _END, post),
    ]


def _note_terms(source: VaultSource, path: str, names: Sequence[str]) -> list[PrivateTerm]:
    names = [*names, path.rsplit("/", 1)[-1].removesuffix(".md")]
    names = [name for name in names if not _PLAIN_VALUE.match(name)]
    lines = [line for line in _read(source, path).splitlines() if not _PLAIN_FIELD.match(line)]
    place = path.removesuffix(".md")
    what = f"the path of the private note {path}"
    return [
        *([PrivateTerm(place, what, is_path=True)] if "/" in place else []),
        *_terms(names, f"a name of the private note {path}", _NAME),
        *_terms(lines, f"a line of the private note {path}", _LINE),
    ]


def _terms(texts: Iterable[str], what: str, shortest: int, post: str = "") -> list[PrivateTerm]:
    words = (normalize_for_audit(text) for text in texts)
    return [PrivateTerm(text, what, post) for text in words if len(text) >= shortest]


def _last_line(part: str) -> str:
    """Return the last line of text in a quote or section; "" for a comment."""
    lines = [] if part.startswith(("%%", "<!--")) else part.splitlines()
    words = (line for line in reversed(lines) if _WORDS.search(line))
    return next((line for line in words if not _PLAIN_VALUE.match(line)), "")


def _read(source: VaultSource, path: str) -> str:
    try:
        return source.read(path).decode("utf-8", "replace").replace("\r\n", "\n")
    except (OSError, NotFound):  # the note was deleted
        return ""


def _unexported_values(draft: Draft) -> dict[str, list[str]]:
    exported = PASSED_FIELDS | set(draft.post.extra) | {"sources", "aliases"}
    found = {}
    for key, value in draft.note.fields.items():
        items = value if isinstance(value, list) else [value]
        texts = [item for item in items if isinstance(item, str) and not _PLAIN_VALUE.match(item)]
        if key not in exported and texts:
            found[key] = texts
    return found


def read_private_parts(source: VaultSource, path: str) -> tuple[list[str], str]:
    """Return the private parts of a note in the vault, and the remaining text."""
    data = without_lead(source.read(path))
    text = data[split_frontmatter(data).body :].decode("utf-8", "replace")
    return private_parts(text.replace("\r\n", "\n"))


def collect_public_text(
    source: VaultSource, drafts: Iterable[Draft], parts: Parts, own: Iterable[str] = ()
) -> str:
    """Return the public text of exported notes, normalized for comparison.

    It includes code, but not vault addresses, links in bases or inline Dataview, which readers do
    not see. `own` are the words that the target itself writes.
    """
    hidden = source.notes.names(source.notes.private_paths())
    names = {
        normalize_for_audit(name) for _, title, aliases in hidden for name in (title, *aliases)
    }

    def texts() -> Iterator[str]:
        yield from (PRIVATE_LABEL, "unpublished", *own)
        for draft in drafts:
            post = draft.post
            yield from (post.title, post.description, post.series, *post.tags, *post.categories)
            yield from (post.slug, post.canonical, post.cover, post.path)
            yield from map(str, post.extra.values())
            for path in draft.listed:
                for text in _table_texts(source, path, draft):
                    yield _WIKILINK.sub(partial(_link_text, source, path, names), text)
            for path in draft.sources:
                _, text = parts(path)
                text = _QUERY.sub(" ", _BLOCK_ID.sub("", text))
                text = _TOML_TABLE.sub(r"\1", _BASE_LINK.sub(" ", text))
                text = _WIKILINK.sub(partial(_link_text, source, path, names), text)
                text, code = _replace_code(text)
                text = _ATTRIBUTE.sub(" ", _DEFINED.sub(r"\1", _ADDRESS.sub("]", text)))
                yield _restore_code(text, code)

    # Text by text, because the notes may be large.
    return " ".join(filter(None, map(normalize_for_audit, texts())))


def _table_texts(source: VaultSource, path: str, draft: Draft) -> Iterator[str]:
    """Yield the title and the exported fields of a note in the table of a base."""
    note = source.note(path)
    if source.is_hidden(path) or note.private:
        return
    yield note.title
    for key in (PASSED_FIELDS | set(draft.post.extra)) & set(note.fields):
        yield str(note.fields[key])


def _link_text(
    source: VaultSource, path: str, hidden_names: AbstractSet[str], match: re.Match[str]
) -> str:
    """Return the text of a link. Without one, use the name of its target unless that is private."""
    name, _, fragment = match[1].partition("#")
    if match[2] is not None and not is_image(name):
        return match[2]
    found = source.find(name, path) if name else path
    if source.is_hidden(found) if found else normalize_for_audit(name) in hidden_names:
        return match[2] or ""
    return f"{name} {fragment} {match[2] or ''}"


# The private parts of a note, found by lines. This second implementation shares nothing with
# `private.py`, which removes private parts, and finds too much rather than too little: a quote or
# section is private if its first line has a mark with a word like "private", and a definition is
# private if its label is unused. Text can leak only if both implementations miss it.

_CODE = re.compile(
    r"^([ \t>]*)(`{3,}|~{3,})[^\n]*\n.*?^\1[ \t]*\2[`~]*[ \t]*$"
    r"|(?<![`\\])(`+)(?!`)[^\n]+?(?<!`)\3(?!`)",
    re.MULTILINE | re.DOTALL,
)
_CODE_NUMBER = re.compile("\0(\\d+)\0")
_TRACES = ("priv", "vate", "avte")
_LONGER_TRACE = re.compile(r"p.{1,4}ate")
"""Every word like "private" contains one of these."""
_HIDING = ("%%", "<!--", "]:")
"""Every other private part contains one of these. Most notes contain none."""
_PART_MARK = re.compile(r"%%\W*(\w+)\W*%%|<!--\W*(\w+)\W*-->")
_COMMENTS = re.compile(r"%%(?<!\\%%).*?(?:%%|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_PREFIX = re.compile(r"(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*")
_CALLOUT = re.compile(r"!?\[[ \t]*(!?)(?!\[)([^\]\n]*)(\](?![(\[:])|$)")
_LIST = re.compile(r"[>\s]*(?:[-*+]|\d{1,9}[.)]|\[\^[^\]]+\]:)(?:\s|$)")
_ATX = re.compile(r"(#{1,6})[ \t]")
_HTML_HEADING = re.compile(r"<h([1-6])\b", re.IGNORECASE)
_UNDERLINE = re.compile(r"(=+|-+)[ \t]*")
_RULE = re.compile(r"-{1,3}")
"""Does not end a section, because it is a rule on the site."""
_NO_WORDS = re.compile(r"\]\([^)\n]*\)|\[\[[^\]\n]*\]\]|<[^>\n]*>|\\.|\{#[^}\n]*\}")
_TAG = re.compile(r"[#\uff03]([\w-]+)")
_DEFINITION = re.compile(
    r"^(?:[ \t]*>)*[ ]{0,3}\[(?:(\^[^\]\n]+)\]:[ \t]*(.*(?:\n(?:[ \t>]*\n)*[ \t>]*(?: {2,}|\t).*)*)"
    r"|([^\]\n^][^\]\n]*)\]:[ \t]*(<[^>\n]*>|\S+)[ \t]*(\"[^\"]*\"|'[^']*'|\([^)]*\))?[ \t]*)$",
    re.MULTILINE,
)
_LABEL = re.compile(r"\[([^\[\]]+)\]")


def private_parts(text: str) -> tuple[list[str], str]:
    """Return the private parts of a text, except in code, and the remaining text."""
    text = text.replace("\0", "")
    if not _may_be_marked(text) and not any(sign in text for sign in _HIDING):
        return [], text
    text, code = _replace_code(text)
    parts: list[str] = []
    for extract in (_extract_marked, _extract_comments, _extract_blocks, _extract_definitions):
        found, text = extract(text)
        parts += found
    return [_restore_code(part, code) for part in parts], _restore_code(text, code)


def _may_be_marked(text: str) -> bool:
    lower = text.lower()
    return any(trace in lower for trace in _TRACES) or _LONGER_TRACE.search(lower) is not None


def _replace_code(text: str) -> tuple[str, list[str]]:
    """Replace each piece of code with a number; return the text and the code."""
    code: list[str] = []

    def replace(match: re.Match[str]) -> str:
        code.append(match[0])
        return f"\0{len(code) - 1}\0"

    if "`" in text or "~~~" in text:
        text = _CODE.sub(replace, text)
    return _replace_indented(text, code), code


def _restore_code(text: str, code: Sequence[str]) -> str:
    while _CODE_NUMBER.search(text):  # indented code may contain other code
        text = _CODE_NUMBER.sub(lambda match: code[int(match[1])], text)
    return text


def _replace_indented(text: str, code: list[str]) -> str:
    """Replace indented code: lines with four spaces after a blank line, except in lists."""
    if "    " not in text and "\t" not in text:
        return text
    lines, is_list, follows = text.split("\n"), False, True
    for number, line in enumerate(lines):
        if line.strip() and not line[0].isspace():
            is_list = _LIST.match(line) is not None
        if line.startswith(("    ", "\t")) and line.strip() and follows and not is_list:
            code.append(line)
            lines[number] = f"\0{len(code) - 1}\0"
        else:
            follows = not line.strip()
    return "\n".join(lines)


def _extract_marked(text: str) -> tuple[list[str], str]:
    """Extract the text between private marks, including misspelled marks."""
    marks = [
        mark for mark in _PART_MARK.finditer(text) if _is_like_private(mark[1] or mark[2] or "")
    ]
    parts = []
    for first, last in reversed([*zip(marks[::2], marks[1::2], strict=False)]):
        parts.append(text[first.end() : last.start()])
        text = f"{text[: first.start()]} {text[last.end() :]}"
    return parts, text


def _extract_comments(text: str) -> tuple[list[str], str]:
    return [match[0] for match in _COMMENTS.finditer(text)], _COMMENTS.sub(" ", text)


def _extract_blocks(text: str) -> tuple[list[str], str]:
    if not _may_be_marked(text):
        return [], text
    lines = text.split("\n")
    parts, public, at = [], [], 0
    while at < len(lines):
        mark = _mark_of(lines, at)
        if mark is None:
            public.append(lines[at])
            at += 1
            continue
        words, end = mark
        parts.append("\n".join([words, *lines[at + 1 : end]]))
        at = end
    return parts, "\n".join(public)


def _mark_of(lines: list[str], at: int) -> tuple[str, int] | None:
    """Return the text of a private line without its mark, and the line after its block."""
    prefix, words = _split(lines[at])
    callout = _CALLOUT.match(words)
    if callout is not None and (callout[1] or ">" in prefix) and _is_marked(callout):
        return words[callout.end() :], _quote_end(lines, at)
    level = _level(lines, at)
    if not level:
        return None
    shown = _NO_WORDS.sub(" ", words)
    tags = [tag for tag in _TAG.finditer(shown) if _looks_private(tag[1])]
    if not tags:
        return None
    end = _quote_end(lines, at) if prefix.strip() else _section_end(lines, at, level)
    return shown[: tags[0].start()] + shown[tags[0].end() :], end


def _split(line: str) -> tuple[str, str]:
    """Split a line into its quote and list marks, and its text."""
    prefix = _PREFIX.match(line)
    end = prefix.end() if prefix else 0
    return line[:end], line[end:]


def _quote_end(lines: list[str], at: int) -> int:
    """Return the line after the quote that contains a line."""
    depth = _split(lines[at])[0].count(">")
    for number in range(at + 1, len(lines)):
        prefix, words = _split(lines[number])
        if not lines[number].strip() or (prefix.count(">") < depth and not words.strip()):
            return number
    return len(lines)


def _section_end(lines: list[str], at: int, level: int) -> int:
    """Return the line of the next heading of the same or a higher level."""
    for number in range(at + 1 + (not _ATX.match(lines[at])), len(lines)):
        below = _split(lines[number + 1])[1].strip() if number + 1 < len(lines) else ""
        is_rule = not _ATX.match(_split(lines[number])[1]) and _RULE.fullmatch(below)
        if not is_rule and 0 < _level(lines, number) <= level:
            return number
    return len(lines)


def _level(lines: list[str], at: int) -> int:
    """Return the heading level of a line; 0 for other lines."""
    words = _split(lines[at])[1]
    if heading := _ATX.match(words):
        return len(heading[1])
    if heading := _HTML_HEADING.search(words):
        return int(heading[1])
    below = _split(lines[at + 1])[1] if at + 1 < len(lines) and words.strip() else ""
    return (1 if below[0] == "=" else 2) if _UNDERLINE.fullmatch(below) else 0


def _extract_definitions(text: str) -> tuple[list[str], str]:
    """Extract footnotes and link definitions whose labels are not used in the remaining text."""
    found = [*_DEFINITION.finditer(text)]
    if not found:
        return [], text
    labels = {match: _fold(match[1] or match[3]) for match in found}
    used = {*map(_fold, _LABEL.findall(_DEFINITION.sub(" ", text)))}
    unused = found
    while more := [match for match in unused if labels[match] in used]:
        unused = [match for match in unused if labels[match] not in used]
        for match in more:
            used |= {*map(_fold, _LABEL.findall(match[2] or ""))}
    for match in reversed(unused):
        text = text[: match.start()] + text[match.end() :]
    return [match[2] or f"{match[4]} {match[5] or ''}" for match in unused], text


def _fold(label: str) -> str:
    return " ".join(label.replace(">", " ").split()).casefold()


def _is_marked(mark: re.Match[str]) -> bool:
    """Whether a word in brackets at the start of a quote is like "private"."""
    words = re.findall(r"[^\W\d_]+", mark[2])
    if not mark[1]:
        return len(words) == 1 and _is_like_private(words[0])
    return any(map(_looks_private, words if mark[3] else words[:1]))


def _looks_private(word: str) -> bool:
    return word.casefold().startswith("private") or _is_like_private(word)


@cache
def _is_like_private(word: str) -> bool:
    """Whether a word contains nearly all letters of "private" in order."""
    word = word.casefold().strip("-_")
    if word == "primate" or abs(len(word) - len("private")) > 1:
        return False
    return SequenceMatcher(None, word, "private").ratio() > 0.85
