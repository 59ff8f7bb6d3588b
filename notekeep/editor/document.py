"""A note as the editor shows it: the typed text of an open note, or a file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Self, TypeVar

from notekeep.editor.open_vault import OpenVault
from notekeep.editor.positions import TextPositions
from notekeep.markdown.fields.frontmatter_block import find_key_line, split_frontmatter
from notekeep.markdown.note import Note, read_note
from notekeep.markdown.note_names import FIELD_LINK
from notekeep.markdown.outline import Heading, InlineTag, Link, split_fragment
from notekeep.markdown.text_edit import refuse_unreadable
from notekeep.notes.fields_and_tags import read_tags
from notekeep.notes.workspace import check_editable

_Span = TypeVar("_Span", Heading, InlineTag, Link)


class Document:
    """A text and its note. Offsets count the characters of the text, front matter included."""

    def __init__(
        self,
        vault: OpenVault,
        path: str,
        uri: str,
        text: str,
        encoding: str,
        version: int | None = None,
    ) -> None:
        """Use a text as typed in the editor."""
        self.vault, self.path, self.uri = vault, path, uri
        self.text, self.version = text, version
        self.data = text.encode("utf-8", "replace")
        self.is_open = True
        self._encoding = encoding

    @classmethod
    def read(cls, vault: OpenVault, path: str, uri: str, encoding: str) -> Self:
        """Read a file; an error of notekeep if that is not possible."""
        data = vault.workspace.read(path)
        note = vault.workspace.note(path, data)
        front = data[: split_frontmatter(data).body].decode("utf-8-sig", "replace")
        document = cls(vault, path, uri, front + note.body, encoding)
        document.data, document.note, document.is_open = data, note, False
        return document

    @cached_property
    def note(self) -> Note:
        """The parsed note; its own offsets start at its body."""
        return self.vault.workspace.note(self.path, self.data)

    @cached_property
    def positions(self) -> TextPositions:
        """The positions of the text."""
        return TextPositions(self.text, self._encoding)

    def check_editable(self) -> None:
        """Refuse edits of a note that is unreadable, has conflict markers, or is not UTF-8."""
        check_editable(self.note, self.data)
        # An editor may have converted the text; saving an edit would change every such character.
        saved = self.vault.workspace.read_if_exists(self.path) if self.is_open else None
        if saved is not None:
            note = read_note(self.path, saved, in_body=False)
            if note.problem is not None and note.problem.code == "not-utf8":
                raise refuse_unreadable(note.problem)

    @property
    def body_start(self) -> int:
        """The offset of the body."""
        return len(self.text) - len(self.note.body)

    @cached_property
    def links(self) -> list[Link]:
        """The links to notes and files; those in front matter are first."""
        return [*self._field_links(), *self._in_text(self.note.spans.links)]

    @cached_property
    def headings(self) -> list[Heading]:
        """The headings."""
        return self._in_text(self.note.spans.headings)

    @cached_property
    def tags(self) -> list[InlineTag]:
        """The tags, those in front matter first; only tags in the body include their `#`."""
        return [*self._field_tags(), *self._in_text(self.note.spans.tags)]

    def link_at(self, offset: int) -> Link | None:
        """Return the link at an offset, or directly before it."""
        return next((link for link in self.links if link.start <= offset <= link.end), None)

    def tag_at(self, offset: int) -> InlineTag | None:
        """Return the tag at an offset, or directly before it."""
        return next((tag for tag in self.tags if tag.start <= offset <= tag.end), None)

    def _in_text(self, spans: list[_Span]) -> list[_Span]:
        """Convert spans of the body to spans of the text; lines count from the first one."""
        start, line = self.body_start, self.positions.line_of(self.body_start)
        return [
            span._replace(start=span.start + start, end=span.end + start, line=span.line + line)
            for span in spans
        ]

    def _field_tags(self) -> Iterator[InlineTag]:
        key, words, _ = read_tags(self.data)
        at = self.positions.line_start(find_key_line(self.data, key) - 1) if words else 0
        at = self.text.find(":", at) + 1
        for word in words:
            start = self.text.find(word, at, self.body_start)
            if start >= 0:
                at = start + len(word)
                name = word.lstrip("#")
                yield InlineTag(at - len(name), at, self.positions.line_of(start), name)

    def _field_links(self) -> Iterator[Link]:
        for found in FIELD_LINK.finditer(self.text, 0, self.body_start):
            fragment, _, text = found[2].partition("|")
            heading, block = split_fragment(fragment.lstrip("#"))
            line = self.positions.line_of(found.start())
            yield Link(*found.span(), line, found[1].strip(), heading, block, text)
