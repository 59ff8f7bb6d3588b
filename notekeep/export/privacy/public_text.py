"""The public text of a note in the vault's own syntax, for an assistant.

It is what an export would publish of the note, without a generator: no private parts, comments and
names of private notes. Other links, embeds and all fields stay.
"""

from __future__ import annotations

import re

import yaml

from notekeep.errors import Refused
from notekeep.export.audit import OutgoingFile, find_canaries, find_leaks
from notekeep.export.draft import Draft, Drafter, refuse_conflict
from notekeep.export.linker import Linker
from notekeep.export.metadata import strip_data_addresses
from notekeep.export.post import read_post
from notekeep.export.privacy.consent import (
    CONSENT_FIELDS,
    may_mention_private,
    mentions_hidden,
    refuse_mentions,
)
from notekeep.export.privacy.local_addresses import remove_local_addresses, strip_local_addresses
from notekeep.export.privacy.private import (
    COMMENT_OPENING,
    holds_mark,
    show_comments,
    strip_private,
)
from notekeep.export.privacy.private_terms import (
    PrivateTerm,
    collect_part_terms,
    collect_public_text,
    read_private_parts,
)
from notekeep.export.references import ReferenceTable, unused_definitions
from notekeep.export.source import HiddenWords, Options, VaultSource
from notekeep.export.source_map import MappedText, remove_lines, separate_removals
from notekeep.markdown.extensions import WIKILINK_PATTERN
from notekeep.markdown.fields.field_values import Scalar, Value
from notekeep.markdown.note import Note

_LINKS = ("wikilink", "embed", "image", "link")
_ADDRESSED = ("text", "autolink", "html", "html_block")
_NAMES = ("title", "aliases", "tags")
_MAX_PASSES = 4
_FOLDED = re.compile(r"\[![^\]\n]*\]-")
"""The mark of a callout that is folded in the preview."""


class PublicNotes:
    """Returns the public text of notes; with `has_hidden`, also comments and folded callouts."""

    def __init__(self, source: VaultSource, *, has_hidden: bool = False) -> None:
        self.source = source
        self._has_hidden = has_hidden
        self._drafter = Drafter(source, Options())
        self._canaries = [
            PrivateTerm(word, "a word that must never be exported", always=True)
            for word in source.canaries
        ]

    def read(self, path: str) -> bytes:
        """Return the public text of a note, with its fields; Refused if it may be private."""
        self._drafter.check_consent(path, named=True)
        note = self._drafter.note(path)
        linker = Linker(
            self._drafter.attachments, ReferenceTable.of(note.body), self._drafter.hides_heading
        )
        text = f"{self._front_matter(note, linker)}{self._body(note, linker)}"
        if find_canaries(text, self._canaries):
            raise Refused(f"{path}: The note contains a word that must never be exported.")
        return text.encode()

    def _front_matter(self, note: Note, linker: Linker) -> str:
        hides = self.source.make_hidden_check(note.path)
        words = self.source.make_hidden_words(note.path)
        fields: dict[str, Value] = {}
        for key, value in note.fields.items():
            items = value if isinstance(value, list) else [value]
            text = " ".join(map(str, [key, *items]))
            if _may_hide(key, text) or mentions_hidden(text, hides):
                continue
            # Also plain names, such as the habit before this one or the file of a cover.
            if key not in _NAMES and any(
                self.source.find_hidden(one) or linker.is_private_file(one, note.path)
                for one in map(str, items)
            ):
                continue
            public = [_public_value(item, words) for item in items]
            fields[key] = public if isinstance(value, list) else public[0]
        return _format_fields(fields)

    def _body(self, note: Note, linker: Linker) -> str:
        passage = MappedText.of_note(note)
        refuse_conflict(passage)
        passage = passage.splice(strip_data_addresses(passage))
        if self._has_hidden:
            passage = show_comments(passage)
        passage, removed, _ = strip_private(passage)
        if not self._has_hidden:
            passage = _strip_folded(passage)
        passage = _hide_links(passage, note, linker)
        refuse_mentions(passage, self.source.make_hidden_check(note.path))
        if removed:
            self._audit(note, passage.text, removed)
        return passage.text

    def _audit(self, note: Note, text: str, removed: list[str]) -> None:
        """Refuse a note whose public text repeats its private parts, as independent code sees it.

        With comments, only the parts that are removed in any case count.
        """
        post = read_post(note, Options(), self.source.make_hidden_words(note.path))
        draft = Draft(note, post, MappedText("", []), ReferenceTable.of(""))
        draft.sources, draft.removed = [note.path], removed

        def parts(path: str) -> tuple[list[str], str]:
            private, rest = read_private_parts(self.source, path)
            return [] if self._has_hidden else private, rest

        terms = collect_part_terms(draft, parts)
        public = collect_public_text(self.source, [draft], parts)
        file = OutgoingFile(note.path, text.encode("utf-8", "replace"), note.path)
        if hits := find_leaks([file], terms, public):
            raise Refused(f"{note.path}: The text would reveal {hits[0].term.what}.")


def _hide_links(passage: MappedText, note: Note, linker: Linker) -> MappedText:
    """Replace links to private notes, files and headings, and local addresses, with text."""
    linker.prefetch(passage.find(*_LINKS), note.path)
    for _ in range(_MAX_PASSES):
        edits = [
            edit
            for span in passage.find(*_LINKS)
            for edit in linker.hide_link(passage, span, note.path)
        ]
        for span in passage.find(*_ADDRESSED):
            edits += remove_local_addresses(passage, span)
        if not edits:
            break
        passage = passage.splice(separate_removals(edits))  # may now parse differently
    else:
        raise Refused(f"{note.path}: The links to private notes are inside each other.")
    removals = [
        remove_lines(passage, passage.line_of(start), last, reason)
        for start, last, reason in unused_definitions(passage)
    ]
    return passage.splice(separate_removals(removals))


def _may_hide(key: str, text: str) -> bool:
    """Whether a field, given as its key and values, has a comment or a private mark.

    A nested value is its source, which may have YAML comments and keys.
    """
    is_nested = "\n" in text
    return (
        COMMENT_OPENING.search(text) is not None
        or holds_mark(text)
        or (key not in CONSENT_FIELDS and may_mention_private(key))
        or (is_nested and ("#" in text or may_mention_private(text)))
    )


def _strip_folded(passage: MappedText) -> MappedText:
    """Remove the text of folded callouts; their titles stay."""
    edits = []
    for quote in passage.tree.find("quote") if "]-" in passage.text else ():
        first = passage.line_of(quote.start)
        line = passage.text[quote.start : passage.line_end(first)]
        if _FOLDED.match(line.lstrip("> \t")) and quote.last > first + 1:
            edits.append(remove_lines(passage, first + 1, quote.last, "removed a folded callout"))
    return passage.splice(separate_removals(edits))


def _public_value(value: Scalar, words: HiddenWords) -> Scalar:
    if not isinstance(value, str):
        return value

    def shown(match: re.Match[str]) -> str:
        public = words(match["target"], match["text"] or "")
        return match[0] if public is None else public

    return strip_local_addresses(re.sub(WIKILINK_PATTERN, shown, value))


def _format_fields(fields: dict[str, Value]) -> str:
    if not fields:
        return ""
    return f"---\n{yaml.safe_dump(fields, allow_unicode=True, sort_keys=False)}---\n"
