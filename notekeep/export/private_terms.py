"""What an export must not show, and what it says in public, from the vault's own bytes.

Titles, paths and lines of private notes, values of front matter that does not pass, comments: found
in a way of its own, which trusts nothing that makes the files and takes out too much rather than
too little.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple, TypeAlias

from notekeep.errors import NotFound
from notekeep.export.assets import is_image
from notekeep.export.draft import Draft
from notekeep.export.post import PASSED_FIELDS
from notekeep.export.private_parts import outside_code, private_parts
from notekeep.export.references import PRIVATE_LABEL
from notekeep.export.source import NoteRow, VaultSource
from notekeep.markdown.frontmatter_block import split_frontmatter

_NAME, _VALUE, _PART, _LINE = 4, 8, 12, 24
"""How many characters a name, a value, a line of a private part and a line of a private note have
at least; shorter ones are in too many words to say anything."""

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
_QUERY = re.compile(r"`\s*\$?=\s[^`\n]*`")
_BLOCK_ID = re.compile(r"[ \t]\^[\w-]+[ \t]*$", re.MULTILINE)
_PLAIN_VALUE = re.compile(r"[\s\d:.,/TZ+-]*$")
_PLAIN_FIELD = re.compile(rf"[\w-]+:{_PLAIN_VALUE.pattern}")
_WORDS = re.compile(r"[^\W_]+")
_LINES = re.compile(r"[\x00-\x7f]*\n|[^\n]+")
"""As many lines of ASCII as there are, or one line with more."""
_PLAIN = bytes(ord(chr(n).lower()) if chr(n).isalnum() and n < 128 else 32 for n in range(256))
"""ASCII as it is compared, byte by byte: letters and digits without case, else blanks."""
Parts: TypeAlias = "Callable[[str], tuple[list[str], str]]"
"""Gives what of a note is private, and the rest."""


class PrivateTerm(NamedTuple):
    """A text that must not be in a file."""

    text: str  # as `normalize_for_audit` writes it, or exact
    what: str  # what the text is to the person
    post: str = ""  # the note whose post it must not be in; "" for any file
    always: bool = False  # whether it must not be seen even where a note says it in public
    # whether it is the path of a private note, which must be in no post as it is spelt, whatever a
    # note says
    is_path: bool = False


def normalize_for_audit(text: str) -> str:
    """Return text as the audit compares it: without case, marks and line ends."""
    if text.isascii():
        return b" ".join(text.encode().translate(_PLAIN).split()).decode()
    text = text.replace("\ufffd", "\n")  # which is what most of a picture reads as
    if "\n" in text:
        return " ".join(filter(None, map(normalize_for_audit, _LINES.findall(text))))
    return " ".join(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold()))


def collect_private_terms(
    source: VaultSource, drafts: Iterable[Draft], parts: Parts
) -> list[PrivateTerm]:
    """Gather what must not be seen in an export of some drafts."""
    found = [PrivateTerm(source.root, "the path of the vault on this machine")]
    found += [
        PrivateTerm(word, "a word that must never be exported", always=True)
        for word in source.canaries
    ]
    for row in source.notes.rows(source.notes.withheld()):
        found += _of_private_note(source, row)
    for draft in drafts:
        post = draft.note.path
        private = [part for path in draft.sources for part in parts(path)[0]]
        lines = [line for part in [*private, *draft.removed] for line in part.splitlines()]
        found += _terms(lines, f"a private part of {post}", _PART, post)
        for key, values in _kept_back(draft).items():
            found += _terms(
                values, f"the value of {key}: in {post}, which is not exported", _VALUE, post
            )
    distinct = {(one.text, one.post, one.is_path): one for one in reversed(found)}
    return list(distinct.values())


def _of_private_note(source: VaultSource, row: NoteRow) -> list[PrivateTerm]:
    path = row.path
    names = [row.title, path.rsplit("/", 1)[-1].removesuffix(".md"), *row.aliases]
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


def _read(source: VaultSource, path: str) -> str:
    try:
        return source.read(path).decode("utf-8", "replace").replace("\r\n", "\n")
    except (OSError, NotFound):  # it is gone, and what it held with it
        return ""


def _kept_back(draft: Draft) -> dict[str, list[str]]:
    """Return the texts of front matter that stay in the vault, by key."""
    passing = PASSED_FIELDS | set(draft.post.extra) | {"sources", "aliases"}
    kept = {}
    for key, value in draft.note.fields.items():
        items = value if isinstance(value, list) else [value]
        texts = [item for item in items if isinstance(item, str) and not _PLAIN_VALUE.match(item)]
        if key not in passing and texts:
            kept[key] = texts
    return kept


def read_private_parts(source: VaultSource, path: str) -> tuple[list[str], str]:
    """Return what of a note of the vault is private, and the rest."""
    data = source.read(path)
    text = data[split_frontmatter(data).body :].decode("utf-8", "replace")
    return private_parts(text.replace("\r\n", "\n"))


def collect_public_text(
    source: VaultSource, drafts: Iterable[Draft], parts: Parts, own: Iterable[str] = ()
) -> str:
    """Return what exported notes say in public, as the audit compares it.

    Addresses within the vault and inline Dataview are no words that a reader is meant to see, and
    are not counted. Code is: it shows what it holds. `own` are the exporter's own words.
    """

    def texts() -> Iterator[str]:
        yield from (PRIVATE_LABEL, "unpublished", *own)
        for draft in drafts:
            post = draft.post
            yield from (post.title, post.description, post.series, *post.tags, *post.categories)
            yield from (post.slug, post.canonical, post.cover, post.path)
            yield from map(str, post.extra.values())
            for path in draft.sources:
                _, text = parts(path)
                text = _QUERY.sub(" ", _BLOCK_ID.sub("", text))
                text = _WIKILINK.sub(partial(_shown, source, path), text)
                yield outside_code(text, _without_addresses)

    # One by one, as the texts of all notes together are large.
    return " ".join(filter(None, map(normalize_for_audit, texts())))


def _without_addresses(text: str) -> str:
    return _ATTRIBUTE.sub(" ", _DEFINED.sub(r"\1", _ADDRESS.sub("]", text)))


def _shown(source: VaultSource, path: str, match: re.Match[str]) -> str:
    """Return what a link says: its own words, else its target's name unless that is private."""
    name, _, fragment = match[1].partition("#")
    if match[2] is not None and not is_image(name):
        return match[2]
    found = source.find(name, path) if name else path
    hidden = found is not None and source.is_hidden(found)
    return match[2] or "" if hidden else f"{name} {fragment} {match[2] or ''}"
