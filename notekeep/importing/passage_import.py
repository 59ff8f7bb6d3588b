"""Plans the passages in the "Quotes" section of a note.

A passage is added once. Later imports update it until the user edits it. Passages that the user
deleted are not added again, and moved passages are found by their ids.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from notekeep.importing.formats.reading import letters_of
from notekeep.importing.import_state import ImportRow, ImportState, TextConflict
from notekeep.importing.ledger import digest_text
from notekeep.importing.note_text import IdBlock, PlannedNote
from notekeep.importing.records import (
    Format,
    Passage,
    Work,
    clean_text,
    one_line,
    passage_id,
    write_tag,
)
from notekeep.markdown.text_merge import merge_words

_TO_ESCAPE = re.compile(
    r"""(?mx)
      (?<!\\)(?:%%|\$\$|\[\[|!\[)      # comments, formulas, links and embeds of notes
    | (?<!\\)<(?=[A-Za-z/!?])         # HTML
    | (?:(?<=\s)|^)\#(?=\w)           # tags
    | ^[ \t]*(?:\#{1,6}(?=\s|$)|```|~~~|\[![\w-]+)  # headings, fences, callouts
    | ^[ \t]*(?:-{2,}|=+)[ \t]*$     # underlines of headings
    | (?:(?<=\s)|^)\^(?=[A-Za-z0-9-]+\s*$)  # ids of blocks
    """
)
_MAY_NEED_ESCAPE = re.compile(r"[%$\[<#`~^=]|--")
_NOTE_TO_ESCAPE = re.compile(
    r"(?m)(?<!\\)(?:%%|\$\$)|^[ \t]*(?:#{1,6}(?=\s|$)|```|~~~|>|(?:-{2,}|=+)\s*$)"
    r"|<(?=!)|(?:(?<=\s)|^)\^(?=[A-Za-z0-9-]+\s*$)"
)


class _Row(NamedTuple):
    """A passage in the order of the work, and the next block in the section."""

    passage: Passage | None  # None if it is not in the source
    name: str
    block: IdBlock | None = None  # its block in the note
    below: IdBlock | None = None  # the next block in the section
    next_chapter: str = ""  # the chapter of `below`


class PassagePlanner:
    """Plans the passages of one work in its note."""

    def __init__(
        self, state: ImportState, form: Format, work: Work, row: ImportRow, claimed: set[str]
    ) -> None:
        self.state = state
        self.ledger = state.ledger(form.id)
        self.note = state.note(row.path)
        self.row = row
        self.claimed = claimed  # ids of all passages in the source
        self.passages = sorted(work.passages, key=lambda passage: passage.order)
        self.ids = [passage_id(form.prefix, passage.key) for passage in self.passages]
        self.places = state.places(form.prefix)
        self._new = {name for name in self.ids if self._is_new(name)}
        self._existing = self._find_existing()

    def _is_new(self, name: str) -> bool:
        """Whether a passage is not in the vault, and was not deleted from it."""
        is_known = self.ledger.is_known(name) or self.ledger.is_known(f"{name}-n")
        if is_known and not self.state.options.again:
            return False
        return self._locate(name)[0] is None and self._locate(f"{name}-n")[0] is None

    def plan(self) -> None:
        """Plan all passages, in the order of the work."""
        chapter: str | None = None
        for row in self._in_order():
            if row.passage is None or self._plan_passage(row.passage, row, chapter):
                chapter = self._chapter(row.passage, row.name, row.block)

    def _plan_passage(self, passage: Passage, row: _Row, chapter: str | None) -> bool:
        """Plan one passage. Return whether the section contains it afterwards."""
        name = row.name
        quote, words = write_quote(passage), write_note(passage)
        if not quote and not words:
            return False
        main, text = (name, quote) if quote else (f"{name}-n", words)
        block, path = self._locate(main)
        if block is not None:
            self._update(main, text, block, path, passage)
            if quote:
                self._plan_note(name, words, block, path, passage)
            return bool(self._new) and path == self.note.path and self._is_in_section(block)
        if passage.is_deleted:
            self.row.counts["gone"] += 1
        elif name in self._existing:
            self._add_id(name, quote, words, passage)
            return True
        elif self.ledger.same(name):
            self._plan_shared_note(name, words, passage)
        elif not self._is_deleted(main):
            self._add(quote, words, passage, row, chapter)
            return True
        return False

    def _in_order(self) -> list[_Row]:
        """Return the passages of the source, and other passages in the section."""
        rows: list[tuple[tuple[float, ...], int, Passage | None, str]] = [
            (passage.order, 1, passage, name)
            for passage, name in zip(self.passages, self.ids, strict=True)
        ]
        if not self._new:
            return [_Row(passage, name) for _, _, passage, name in rows]
        listed = set(self.ids)
        for name, there in self.note.blocks.items():
            order = self.ledger.order(name)
            is_other = name.removesuffix("-n") not in listed
            if order is not None and is_other and self._is_in_section(there):
                rows.append((order, 0, None, name))
        rows.sort(key=lambda row: row[:2])
        found: list[_Row] = []
        below: IdBlock | None = None
        chapter = ""
        for _, _, passage, name in reversed(rows):
            block = self.note.blocks.get(name) or self.note.blocks.get(f"{name}-n")
            if block is None and name in self._existing:
                block = self._existing[name][0]
            found.append(_Row(passage, name, block, below, chapter))
            if block is not None and self._is_in_section(block):
                below = block
                chapter = self._chapter(passage, name, block)
        return found[::-1]

    def _chapter(self, passage: Passage | None, name: str, block: IdBlock | None) -> str:
        """Return the chapter of a passage, or the heading above a block that existed before."""
        if passage is not None and name not in self._existing:
            return write_heading(passage.chapter)
        return self.note.heading_of(block.start) if block is not None else ""

    def _is_in_section(self, block: IdBlock) -> bool:
        section = self.note.section
        return section is not None and section[0] <= block.start < section[1]

    def _locate(self, name: str) -> tuple[IdBlock | None, str]:
        """Find a block by its id, also in other notes. Return the block and the note's path."""
        block = self.note.blocks.get(name)
        if block is not None:
            return block, self.note.path
        path = self.places.get(name, "")
        if path and path != self.note.path:
            return self.state.note(path).blocks.get(name), path
        return None, ""

    def _update(self, name: str, text: str, block: IdBlock, path: str, passage: Passage) -> None:
        note = self.state.note(path)
        if passage.is_deleted:
            is_ours = self.ledger.has(name, digest_text(block.text))
            if is_ours and self.state.options.prune:
                note.remove(block)
                self.row.counts["removed"] += 1
            else:
                self.row.counts["gone" if is_ours else "edited"] += 1
            return
        found = self.state.resolve_text(
            self.ledger,
            self.row,
            TextConflict(name, path, block.text, text),
            merge=lambda: self._merge(name, text, block, path),
        )
        if found is not None:  # keep the indentation of a block in a list
            indent = block.text[: -len(block.text.lstrip())]
            note.replace(block, re.sub(r"(?m)^[ \t]*(?=\S)", indent, found))
        self._record(name, text, passage)

    def _merge(self, name: str, text: str, block: IdBlock, path: str) -> str | None:
        """Merge both versions word by word; None without a base in history, or with conflicts."""
        for data in self.state.earlier(path):
            base = PlannedNote(path, None, data).blocks.get(name)
            if base is not None and self.ledger.has(name, digest_text(base.text)):
                texts = (base.text, block.text, text)
                merged = merge_words(*(part.encode("utf-8", "surrogateescape") for part in texts))
                return None if merged is None else merged.decode("utf-8", "surrogateescape")
        return None

    def _plan_note(
        self, name: str, words: str, block: IdBlock, path: str, passage: Passage
    ) -> None:
        name = f"{name}-n"
        there, other = self._locate(name)
        if there is not None:
            if words or passage.is_deleted:
                self._update(name, words, there, other, passage)
        elif words and not passage.is_deleted and not self._is_deleted(name):
            self.state.note(path).insert_after(block.id_end, f"{words} ^{name}")
            self._record(name, words, passage)
            self.row.counts["passages"] += 1

    def _is_deleted(self, name: str) -> bool:
        """Whether the user deleted a passage that an earlier import added."""
        is_deleted = self.ledger.is_known(name) and not self.state.options.again
        self.row.counts["deleted"] += is_deleted
        return is_deleted

    def _find_existing(self) -> dict[str, tuple[IdBlock, str]]:
        """Find new passages that are already quotes in the note, by their text.

        Return the block and its id in the vault; "" if the user typed the quote.
        """
        new = [
            (passage, name)
            for passage, name in zip(self.passages, self.ids, strict=True)
            if name in self._new and passage.text and not passage.is_deleted
        ]
        found: dict[str, tuple[IdBlock, str]] = {}
        if not new or "> " not in self.note.body:
            return found
        ids = {block.start: name for name, block in self.note.blocks.items()}
        typed: dict[str, tuple[IdBlock, str]] = {}
        for quote in self.note.facts.quotes:
            own_id = ids.get(quote.start) or self.note.other_id(quote.start, quote.end)
            if own_id not in self.claimed and letters_of(quote.text):
                block = IdBlock(quote.start, quote.end, quote.end, quote.text)
                typed.setdefault(letters_of(quote.text), (block, own_id))
        for passage, name in new:
            for words in (passage.text, *passage.earlier):
                if letters_of(words) in typed:
                    found[name] = typed.pop(letters_of(words))
                    break
        return found

    def _add_id(self, name: str, quote: str, words: str, passage: Passage) -> None:
        """Add the id to an existing quote. A quote that has an id keeps it."""
        block, own_id = self._existing[name]
        self.row.counts["unchanged"] += 1
        is_there = letters_of(words) in self.note.letters
        if own_id:
            self.ledger.add(name, digest_text(quote), same=own_id, at=passage.at)
            if words and is_there:
                self.ledger.add(f"{name}-n", digest_text(words), same=own_id, at=passage.at)
            else:
                self._plan_shared_note(name, words, passage, is_counted=False)
            return
        self.note.insert_after(block.end, f"^{name}")
        self._record(name, quote, passage)
        if words and not is_there:
            self.note.insert_after(block.end, f"{words} ^{name}-n")
            self._record(f"{name}-n", words, passage)
            self.row.counts["passages"] += 1

    def _plan_shared_note(
        self, name: str, words: str, passage: Passage, *, is_counted: bool = True
    ) -> None:
        """Plan the reader's note for a passage that another import added first."""
        self.row.counts["unchanged"] += is_counted
        block, path = self._locate(self.ledger.same(name))
        if block is not None and words and not self.ledger.same(f"{name}-n"):
            self._plan_note(name, words, block, path, passage)

    def _record(self, name: str, text: str, passage: Passage) -> None:
        self.ledger.add(name, digest_text(text), at=passage.at, order=passage.order)

    def _add(
        self, quote: str, words: str, passage: Passage, row: _Row, chapter: str | None
    ) -> None:
        name, below, next_chapter = row.name, row.below, row.next_chapter
        parts = [f"{quote}\n\n^{name}"] if quote else []
        parts += [f"{words} ^{name}-n"] if words else []
        own = write_heading(passage.chapter)
        if own and own != (chapter or "") and not (below is not None and own == next_chapter):
            parts.insert(0, f"{'#' * self.note.chapter_level} {own}")
        block = "\n\n".join(parts)
        if below is None:
            self.note.quotes.append(block)
        elif own == next_chapter:
            self.note.insert_before(below.start, block)
        else:
            at = self.note.heading_above(below.start, next_chapter) if next_chapter else below.start
            self.note.insert_before(at, block)
        for id_, text in ((name, quote), (f"{name}-n", words)):
            if text:
                self._record(id_, text, passage)
                self.row.counts["passages"] += 1


# Passages as Markdown, escaped so that it shows their text


def write_quote(passage: Passage) -> str:
    """Return a passage as a block quote with its locator; "" if it has no text."""
    text = clean_text(passage.text).strip()
    if not text:
        return ""
    if _MAY_NEED_ESCAPE.search(text):
        text = _TO_ESCAPE.sub(_escape, text)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    lines[-1] = f"{lines[-1]} {one_line(passage.locator)}".rstrip()
    return "\n".join(f"> {line}".rstrip() for line in lines)


def write_note(passage: Passage) -> str:
    """Return the reader's note and tags as one paragraph; "" if there are none."""
    if not passage.note and not passage.tags:
        return ""
    text = _NOTE_TO_ESCAPE.sub(_escape, clean_text(passage.note))
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    present = {word.casefold() for word in " ".join(lines).split() if word.startswith("#")}
    tags = [tag for tag in map(write_tag, passage.tags) if tag and tag.casefold() not in present]
    if tags and lines:
        lines[-1] += f" {' '.join(tags)}"
    return "\n".join(lines or ([" ".join(tags)] if tags else []))


def write_heading(words: str) -> str:
    """Return the heading text for a chapter."""
    return _TO_ESCAPE.sub(_escape, one_line(words)).rstrip("# ")


def _escape(match: re.Match[str]) -> str:
    lead = match[0][: len(match[0]) - len(match[0].lstrip())]
    return lead + "".join(f"\\{char}" for char in match[0].strip())
