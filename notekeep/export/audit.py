"""The audit: nothing private is in what leaves. It trusts nothing that made the files.

What must not be seen is gathered from the vault's own bytes: titles, paths and lines of private
notes, values of front matter that does not pass, comments. Each is looked for in every byte of
every file. What an exported note says in public itself is no leak, so that a private note called
"Money" does not forbid the word; what it says in public is found here in a way of its own, which
takes out too much rather than too little.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from notekeep.errors import Refused
from notekeep.export.assets import is_image
from notekeep.export.links import PRIVATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from notekeep.export.draft import Draft
    from notekeep.export.source import Source

_NAME, _VALUE, _PART, _LINE = 4, 8, 12, 24
"""How many characters a name, a value, a line of a private part and a line of a private note have
at least; shorter ones are in too many words to say anything."""

_COMMENTS = re.compile(r"(?<!\\)%%.*?(?:%%|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_PRIVATE_PART = re.compile(r"%%\s*private\s*%%.*?%%\s*/private\s*%%", re.DOTALL | re.IGNORECASE)
_CALLOUT = re.compile(
    r"^[ \t>]*>[ \t]*\[!private\b.*(?:\n[ \t]*[^\s].*)*", re.MULTILINE | re.IGNORECASE
)
_SECTION = re.compile(r"^(#{1,6})[ \t].*#private\b.*$", re.MULTILINE | re.IGNORECASE)
_HIDING = re.compile(r"%%|<!--|\[!private|#private", re.IGNORECASE)
"""What every private part has in it: most notes have nothing of it."""
_BEGUN = ("%%", "<!--", "[!p", "[!P", "#p", "#P")
"""How each of these begins, which is quicker to look for."""
_WIKILINK = re.compile(r"!?\[\[([^\]|]*)(?:\|([^\]]*))?\]\]")
_ADDRESS = re.compile(r"\]\((?!<?[A-Za-z][A-Za-z0-9+.-]*:)[^)]*\)")
_BLOCK_ID = re.compile(r"[ \t]\^[\w-]+[ \t]*$", re.MULTILINE)
_PLAIN_VALUE = re.compile(r"[\s\d:.,/TZ+-]*$")
_PLAIN_FIELD = re.compile(rf"[\w-]+:{_PLAIN_VALUE.pattern}")
_WORDS = re.compile(r"[^\W_]+")
_LINES = re.compile(r"[\x00-\x7f]*\n|[^\n]+")
"""As many lines of ASCII as there are, or one line with more."""
_PLAIN = bytes(ord(chr(n).lower()) if chr(n).isalnum() and n < 128 else 32 for n in range(256))
"""The same for ASCII, byte by byte."""
_CODE = re.compile(
    r"^([ \t>]*)(`{3,}|~{3,})[^\n]*\n.*?^\1[ \t]*\2[`~]*[ \t]*$"
    r"|(?<![`\\])(`+)(?!`)[^\n]+?(?<!`)\3(?!`)",
    re.MULTILINE | re.DOTALL,
)
_LONG = 20_000
_LETTERS = r"\w#;\x80-\ufffc\U00010000-\U0010ffff"
_ESCAPED = re.compile(rf"(?<![{_LETTERS}%&\\])[{_LETTERS}]*+[%&\\][{_LETTERS}%&\\]*+")
"""Letters with the beginning of an escape among them, which read as other words than they show."""
_QUOTED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_JSON_BLANK = re.compile(r"\\[nrt]")
_HELD = re.compile("\0(\\d+)\0")


class Needle(NamedTuple):
    """A text that must not be in a file.

    Attributes:
        text: It, as `compared` writes it, or exact.
        what: What it is to the person.
        post: The note whose post it must not be in; "" for any file.
        always: Whether it must not be seen even where a note says it in public.
    """

    text: str
    what: str
    post: str = ""
    always: bool = False


class Leaving(NamedTuple):
    """A file that is to leave: its path, its bytes, and the note whose post it is, if it is one."""

    path: str
    data: bytes
    post: str = ""


def compared(text: str) -> str:
    """Return text as the audit compares it: without case, marks and line ends."""
    if text.isascii():
        return b" ".join(text.encode().translate(_PLAIN).split()).decode()
    text = text.replace("\ufffd", "\n")  # which is what most of a picture reads as
    if "\n" in text:
        return " ".join(filter(None, map(compared, _LINES.findall(text))))
    return " ".join(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold()))


def needles(source: Source, drafts: Iterable[Draft]) -> list[Needle]:
    """Gather what must not be seen in an export of some drafts."""
    found = [Needle(source.root, "the vault's place on this machine")]
    found += [Needle(word, "a word that must never leave", always=True) for word in source.canaries]
    for path in source.notes:
        if source.hidden(path):
            found += _of_private_note(source, path)
    for draft in drafts:
        post = draft.note.path
        parts = [
            part for path in draft.sources for part in private_parts(source_body(source, path))[0]
        ]
        lines = [line for part in [*parts, *draft.removed] for line in part.splitlines()]
        found += _needles(lines, f"a private part of {post}", _PART, post)
        for key, values in _kept_back(draft).items():
            found += _needles(values, f"{key}: of {post}, which does not pass", _VALUE, post)
    return list({(needle.text, needle.post): needle for needle in reversed(found)}.values())


def _of_private_note(source: Source, path: str) -> list[Needle]:
    row = source.notes[path]
    names = [row.title, path.rsplit("/", 1)[-1].removesuffix(".md"), *row.aliases]
    names = [name for name in names if not _PLAIN_VALUE.match(name)]
    lines = [line for line in _text(source, path).splitlines() if not _PLAIN_FIELD.match(line)]
    place = path.removesuffix(".md")
    return [
        *([Needle(place, f"the path of the private note {path}")] if "/" in place else []),
        *_needles(names, f"a name of the private note {path}", _NAME),
        *_needles(lines, f"a line of the private note {path}", _LINE),
    ]


def _needles(texts: Iterable[str], what: str, shortest: int, post: str = "") -> list[Needle]:
    words = (compared(text) for text in texts)
    return [Needle(text, what, post) for text in words if len(text) >= shortest]


def _text(source: Source, path: str) -> str:
    try:
        return source.read(path).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return ""


def _kept_back(draft: Draft) -> dict[str, list[str]]:
    """Return the texts of front matter that stay in the vault, by key."""
    from notekeep.export.properties import PASSING

    passing = PASSING | set(draft.post.extra) | {"sources", "aliases"}
    kept = {}
    for key, value in draft.note.fields.items():
        items = value if isinstance(value, list) else [value]
        texts = [item for item in items if isinstance(item, str) and not _PLAIN_VALUE.match(item)]
        if key not in passing and texts:
            kept[key] = texts
    return kept


def private_parts(text: str) -> tuple[list[str], str]:
    """Return what of a note's text is private, found by patterns alone, and the rest.

    Marks within code are no marks, so code is held out while they are looked for.
    """
    code: list[str] = []

    def hold(match: re.Match[str]) -> str:
        code.append(match[0])
        return f"\0{len(code) - 1}\0"

    def give_back(text: str) -> str:
        return _HELD.sub(lambda match: code[int(match[1])], text)

    text = text.replace("\0", "")
    if not any(begun in text for begun in _BEGUN) or not _HIDING.search(text):
        return [], text
    text = _CODE.sub(hold, text)
    parts: list[str] = []
    for pattern in (_PRIVATE_PART, _COMMENTS, _CALLOUT):
        parts += [match[0] for match in pattern.finditer(text)]
        text = pattern.sub(" ", text)
    while section := _SECTION.search(text):
        rest = text[section.end() :]
        stop = re.search(rf"^#{{1,{len(section[1])}}}[ \t]", rest, re.MULTILINE)
        end = section.end() + (stop.start() if stop else len(rest))
        parts.append(text[section.start() : end])
        text = text[: section.start()] + text[end:]
    return [give_back(part) for part in parts], give_back(text)


def public_words(source: Source, drafts: Iterable[Draft], own: Iterable[str] = ()) -> str:
    """Return what exported notes say in public, as the audit compares it.

    Targets of links are no words that a reader is shown, and are not counted.

    Args:
        source: The vault.
        drafts: The drafts.
        own: Words that the exporter writes itself.
    """
    said = [PRIVATE_WORDS, "unpublished", *own]
    for draft in drafts:
        post = draft.post
        said += [post.title, post.description, post.series, *post.tags, *post.categories]
        said += [post.slug, post.canonical, post.cover, *map(str, post.extra.values()), post.path]
        for path in draft.sources:
            _, text = private_parts(source_body(source, path))
            text = _WIKILINK.sub(partial(_shown, source, path), _BLOCK_ID.sub("", text))
            said.append(_ADDRESS.sub("]", text))
    return compared("\n".join(said))


def source_body(source: Source, path: str) -> str:
    """Return a note's text without its front matter."""
    from notekeep.markdown.frontmatter import split

    data = source.read(path)
    return data[split(data).body :].decode("utf-8", "replace").replace("\r\n", "\n")


def _shown(source: Source, path: str, match: re.Match[str]) -> str:
    """Return what a link says: its own words, else its target's name unless that is private."""
    name, _, fragment = match[1].partition("#")
    if match[2] is not None and not is_image(name):
        return match[2]
    found = source.find(name, path) if name else path
    hidden = found is not None and source.hidden(found)
    return match[2] or "" if hidden else f"{name} {fragment} {match[2] or ''}"


class Audit:
    """What an export must not show, gathered when it is first needed.

    Attributes:
        source: The vault.
        drafts: What is exported.
        own: Gives the words that the exporter writes itself.
        listed: What the site's manifest names already: notes that may not leave any more are in it
            until their posts are pruned.
    """

    def __init__(
        self,
        source: Source | None,
        drafts: Sequence[Draft],
        own: Callable[[], Iterable[str]] = tuple,
        listed: Iterable[str] = (),
    ) -> None:
        self.source = source
        self.drafts = drafts
        self.own = own
        self.listed = listed
        self._asked: list[Needle] = []
        self._by_word: _ByWord = {}
        self._looked: dict[tuple[str, str], tuple[bytes, list[Needle]]] = {}

    @cached_property
    def needles(self) -> list[Needle]:
        """What must be in no file."""
        return needles(self.source, self.drafts) if self.source is not None else []

    @cached_property
    def said(self) -> str:
        """What the exported notes say in public."""
        return public_words(self.source, self.drafts, self.own()) if self.source else ""

    def check(self, files: Iterable[Leaving]) -> None:
        """Return when no file holds anything it must not.

        Raises:
            Refused: One does.
        """
        if found := self.find(files):
            raise refusal(found)

    def find(self, files: Iterable[Leaving]) -> list[tuple[Leaving, Needle]]:
        """Return each file that holds something it must not, and what."""
        if self._asked != self.needles:
            self._asked, self._looked = [*self.needles], {}
            self._by_word = _by_longest_word(self._asked)
        hits = [(file, needle) for file in files for needle in self._in(file)]
        if not hits:
            return []
        listed = compared(" ".join(self.listed))
        found = _unsaid([hit for hit in hits if hit[0].post], self.said)
        found += _unsaid([hit for hit in hits if not hit[0].post], f"{self.said} {listed}")
        return found

    def _in(self, file: Leaving) -> list[Needle]:
        """Return what is in a file, looked for once in the same bytes."""
        key = file.path, file.post
        if key not in self._looked or self._looked[key][0] != file.data:
            self._looked[key] = file.data, _found_in(file, self._by_word)
        return self._looked[key][1]


def refusal(found: Sequence[tuple[Leaving, Needle]]) -> Refused:
    """Return the error for what was found; the text itself is not in it, as it may be logged."""
    file, needle = found[0]
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return Refused(
        f"{file.path} would show {needle.what}{more}; nothing was written",
        "look at the note's links, embeds and comments, and at the words around them",
    )


def nothing_hidden() -> Audit:
    """Return the audit of an export of nothing."""
    return Audit(None, ())


def leaks(
    files: Iterable[Leaving], unseen: Iterable[Needle], said: str
) -> list[tuple[str, Needle]]:
    """Return every file that holds something it must not, and what.

    Args:
        files: What is to leave.
        unseen: What must not be seen.
        said: What the notes say in public, from `public_words`.
    """
    return [(file.path, needle) for file, needle in _unsaid(_hits(files, unseen), said)]


_ByWord: TypeAlias = "dict[str, dict[str, list[tuple[str, Needle]]]]"
"""Needles by the note whose post they must not be in, then by a word of theirs: what notes have of
one template is asked of each one's own post."""


def _hits(files: Iterable[Leaving], unseen: Iterable[Needle]) -> list[tuple[Leaving, Needle]]:
    """Return which needles are in which files."""
    by_word = _by_longest_word(unseen)
    return [(file, needle) for file in files for needle in _found_in(file, by_word)]


def _by_longest_word(unseen: Iterable[Needle]) -> _ByWord:
    """Sort needles by a word that they need.

    A file is asked for a needle only when it has the longest word of it, so that thousands of
    private lines cost no more than the words of the file.
    """
    by_word: _ByWord = {}
    for needle in unseen:
        text = compared(needle.text)
        if text:
            known = by_word.setdefault(needle.post, {})
            known.setdefault(max(text.split(), key=len), []).append((text, needle))
    return by_word


def _found_in(file: Leaving, by_word: _ByWord) -> list[Needle]:
    text = file.data.decode("utf-8", "replace")
    shown = compared(f"{file.path} {text}")
    # All of a picture read in each way takes a quarter of a second a megabyte, and says nothing.
    part = text if len(text) < _LONG else "\n".join(_ESCAPED.findall(text))
    read = "\n".join(_readings(part))
    meant = compared(read)
    known = {*shown.split(), *meant.split()}
    likely = [
        (said, needle)
        for post in dict.fromkeys(("", file.post))
        if (wanted := by_word.get(post)) is not None
        for word in wanted.keys() & known
        for said, needle in wanted[word]
    ]
    if not likely:
        return []
    if part is not text:
        read = "\n".join(_readings(text))
        meant = compared(read)
    plain, words = f"{text}\n{read}", f" {shown} {meant} "
    return [needle for said, needle in likely if _is_in(needle.text, said, plain, words)]


def _readings(text: str) -> list[str]:
    """Return what a browser or a reader of JSON makes of a text, where that is another."""
    found = {text}
    blank = _JSON_BLANK.sub(" ", text) if "\\" in text else text
    found.add(blank)
    if "%" in blank:
        found.add(_QUOTED.sub(_unquoted, blank))
    if "&" in blank:
        found.add(html.unescape(blank))
    return [*(found - {text})]


def _unquoted(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace")


def _unsaid(hits: Iterable[tuple[Leaving, Needle]], said: str) -> list[tuple[Leaving, Needle]]:
    """Return the hits that no exported note says in public, in the order of the files."""
    found = [
        (file, needle)
        for file, needle in hits
        if needle.always or not _within(compared(needle.text), said)
    ]
    return sorted(found, key=lambda hit: (hit[0].path, hit[1].what))


def _is_in(exact: str, text: str, plain: str, words: str) -> bool:
    return ("/" in exact and exact in plain) or _within(text, words)


def _within(text: str, words: str) -> bool:
    """Whether words hold a text, not as part of longer words."""
    at = words.find(text)
    while at >= 0:
        before = words[at - 1] if at else " "
        after = words[at + len(text)] if at + len(text) < len(words) else " "
        if not (before.isalnum() and text[0].isalnum()) and not (
            after.isalnum() and text[-1].isalnum()
        ):
            return True
        at = words.find(text, at + 1)
    return False
