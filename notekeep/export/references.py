"""The link targets of a draft, and its links in a form that does not depend on the site.

The addresses in the site are unknown while a note is drafted. So links and pictures get a numbered
address, `[text](scheme:3)`, which is resolved when the body is rewritten for a generator.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from notekeep.export.source_map import MappedText, Origin, SourceChange, SourceEdit
from notekeep.markdown.tree import Span

_SPECIAL = re.compile(
    r"[\\`*\[\]<|$]"  # Markdown anywhere
    r"|(?<!\w)_|_(?!\w)"  # not Markdown within a word
    r"|&(?=#?\w+;)|~(?=~)|=(?==)|%(?=%)|\^(?=\[)"
    r"|^[#>+-](?=\s|$)|(?<=^\d)[.)]"  # Markdown at the beginning of a line
)
_NUMBER = re.compile(r"\d+")
_UNSAFE = re.compile(r"[<>\\]")
_SIZE = re.compile(r"(\d{1,5})(?:x(\d{1,5}))?")


class Fragment(NamedTuple):
    """A note, a section or a block."""

    path: str
    heading: str = ""
    block: str = ""

    def __str__(self) -> str:
        name = self.path.rsplit("/", 1)[-1].removesuffix(".md")
        return name + _place(self.heading, self.block)


@dataclass(frozen=True, slots=True)
class Ref:
    """The target of a link or picture. "web" is a picture from the web with a size."""

    kind: Literal["note", "asset", "web"]
    path: str  # in the vault, or an address for "web"
    origin: Origin
    heading: str = ""
    block: str = ""
    width: str = ""  # in pixels
    height: str = ""

    @property
    def place(self) -> str:
        """The fragment of the link, such as `#^id`; "" for the whole note."""
        return _place(self.heading, self.block)


def _place(heading: str, block: str) -> str:
    return f"#{heading}" if heading else f"#^{block}" if block else ""


@dataclass(slots=True)
class ReferenceTable:
    """The numbered targets of one draft."""

    # computed from the note's text, so that the text cannot contain it
    scheme: str
    items: list[Ref] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> ReferenceTable:
        """Return an empty table for a note with this text."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        return cls(f"nk{digest[:12]}")

    def add(self, ref: Ref) -> str:
        """Add a target and return its address."""
        self.items.append(ref)
        return f"{self.scheme}:{len(self.items) - 1}"

    def get(self, address: str) -> Ref | None:
        """Return the target with an address; None for other addresses."""
        scheme, colon, number = address.partition(":")
        return self._target(number) if colon and scheme == self.scheme else None

    def used(self, text: str) -> list[Ref]:
        """Return the targets of the addresses in a text, in order."""
        found = (_NUMBER.match(rest) for rest in text.split(f"{self.scheme}:")[1:])
        refs = (self._target(number[0]) for number in found if number)
        return [ref for ref in refs if ref is not None]

    def _target(self, number: str) -> Ref | None:
        is_known = number.isdecimal() and int(number) < len(self.items)
        return self.items[int(number)] if is_known else None


def escape_text(text: str) -> str:
    """Escape text for Markdown, and join its lines."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def destination(address: str) -> str:
    """Return an address escaped for a Markdown link."""
    escaped = _UNSAFE.sub(r"\\\g<0>", address).replace("\n", "%0A")
    return f"<{escaped}>"


def quote_title(title: str) -> str:
    """Return a link's title in quotes, with a space before it; "" for none."""
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    return f' "{quoted}"' if title else ""


def split_size(text: str) -> tuple[str, str, str]:
    """Split the text of a picture, such as `a tree|300x200`, into alt text, width and height."""
    first, _, after = text.partition("|")
    before, _, last = text.rpartition("|")
    for rest, size in ((before, last), (after, first)):
        match = _SIZE.fullmatch(size.strip())
        if match:
            return rest.strip(), match[1], match[2] or ""
    return text.strip(), "", ""


def split_fragment(target: str) -> tuple[str, str, str]:
    """Split a link's target into name, heading (the innermost) and block id."""
    name, _, fragment = target.partition("#")
    last = fragment.rsplit("#", 1)[-1].strip()
    if last.startswith("^"):
        return name.strip(), "", last[1:].strip()
    return name.strip(), last, ""


# Footnotes and link definitions.

_LABEL = re.compile(r"\[((?:\\.|[^\[\]\\])*)\](?:\[\])?\Z", re.DOTALL)
_QUOTE_MARKS = re.compile(r"\n[ \t>]*")


def number_inline_footnotes(passage: MappedText) -> tuple[MappedText, list[SourceChange]]:
    """Convert inline footnotes, `text^[a note]`, to numbered footnotes, and list the changes."""
    inline = passage.find("note") if "^[" in passage.text else []
    if not inline:
        return passage, []
    used = {span.info for span in passage.find("footnote")}
    numbers: dict[Span, int] = {}
    number = 0
    for note in inline:
        number += 1
        while str(number) in used:
            number += 1
        numbers[note] = number
    outer, within = _nested(inline)
    reason = "numbered an inline footnote"
    edits = [SourceEdit(note.start, note.end, f"[^{numbers[note]}]", reason) for note in outer]
    notes = []
    for note in inline:
        words, at = "", note.start + 2
        for inner in within.get(note, []):
            words += f"{passage.text[at : inner.start]}[^{numbers[inner]}]"
            at = inner.end
        words = " ".join(f"{words}{passage.text[at : note.end - 1]}".split())
        notes.append((f"[^{numbers[note]}]: {words}", passage.origin(note.start)))
    body = passage.text.rstrip("\n")
    text = "".join(f"\n\n{note}" for note, _ in notes) + "\n"
    first = passage.origin(len(body))
    origins = [first, *(origin for _, origin in notes for _ in range(2)), notes[-1][1]]
    reason = "moved inline footnotes to the end"
    edits.append(SourceEdit(len(body), len(passage.text), text, reason, tuple(origins)))
    return passage.splice(edits), passage.changes(edits)


def _nested(notes: list[Span]) -> tuple[list[Span], dict[Span, list[Span]]]:
    """Return the outermost footnotes, and the footnotes directly within each footnote."""
    outer: list[Span] = []
    within: dict[Span, list[Span]] = {}
    open_: list[Span] = []
    for note in notes:
        while open_ and open_[-1].end <= note.start:
            open_.pop()
        (within.setdefault(open_[-1], []) if open_ else outer).append(note)
        open_.append(note)
    return outer, within


def unused_definitions(passage: MappedText) -> list[tuple[int, int, str]]:
    """Return unused footnotes and link definitions: start offset, line after the end, reason.

    A footnote that only unused footnotes reference is unused too.
    """
    if "]:" not in passage.text:
        return []
    used = _used_footnotes(passage)
    links = {_label(passage.text[link.start : link.end]) for link in passage.find("link", "image")}
    found = []
    for span in passage.find("footnote", "definition"):
        if span.kind == "footnote":
            reason = "removed an unused footnote"
            is_used = span.info in used
        else:
            reason = "removed an unused link address"
            label = fold_label(span.words)
            is_used = label in links
            links.discard(label)  # of duplicates, the first counts
        if not is_used:
            end = len(passage.text[: span.end].rstrip("> \t\n"))
            found.append((span.start, passage.line_of(end) + 1, reason))
    return found


def _used_footnotes(passage: MappedText) -> set[str]:
    """Return the labels of the footnotes that the text uses, also through other footnotes."""
    refs: dict[str | None, set[str]] = {}
    label, end = None, 0  # of the enclosing footnote
    for span in passage.find("footnote", "footnote_ref"):
        if span.kind == "footnote":
            label, end = span.info, span.end
        else:
            refs.setdefault(label if span.start < end else None, set()).add(span.info)
    used, new = set[str](), refs.get(None, set())
    while new:
        used |= new
        new = set().union(*(refs.get(label, set()) for label in new)) - used
    return used


def _label(source: str) -> str:
    match = _LABEL.search(_QUOTE_MARKS.sub(" ", source))
    return fold_label(match[1]) if match else ""


def fold_label(label: str) -> str:
    """Fold a label for comparison, as Markdown does."""
    return " ".join(label.split()).casefold()
