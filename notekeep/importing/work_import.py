"""Plan what becomes of works: notes, their passages under "Quotes", and their fields.

A passage is added once. Afterwards it follows its source until the person changes it: what they
edited stays, what they took out stays out, and what they moved is found by its id where it is now.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError, Refused
from notekeep.importing.formats.reading import fold_letters, isbn13, iso_day, surnames
from notekeep.importing.ledger import Ledger, digest_text
from notekeep.importing.matching import NoteMatcher
from notekeep.importing.note_text import Block, NoteText
from notekeep.importing.passages import write_heading, write_note, write_quote, write_tag
from notekeep.importing.records import Loss, passage_id
from notekeep.markdown import frontmatter
from notekeep.markdown.field_changes import FieldChange, apply_changes, check_value
from notekeep.markdown.field_values import parse_items
from notekeep.markdown.schema import canonical, find_known_keys
from notekeep.markdown.text_merge import merge_texts
from notekeep.notes.capture import plan_note_file
from notekeep.storage.file_names import free_path, match_spelling, name_key, safe_name
from notekeep.storage.scan import list_files

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from notekeep.importing.records import Format, Passage, Work
    from notekeep.markdown.field_values import Value
    from notekeep.notes.plan import FileCopy
    from notekeep.notes.workspace import Workspace

_NOT_CLAIMED = ("status", "listened")
"""Fields that a new note gets a value for which only a person can claim."""


class ImportOptions(NamedTuple):
    """What a person asks of an import."""

    again: bool = False  # bring back what they took out
    prune: bool = False  # take out what is gone in the source and was not changed
    match: Mapping[str, str] = {}  # ids of works and the notes that they are; "" for a new note


class SourceChange(NamedTuple):
    """A passage or note that both the source and the person changed; the person's stays."""

    id: str
    path: str
    yours: str
    theirs: str


@dataclass(slots=True)
class ImportRow:
    """What becomes of one work or page."""

    title: str
    id: str
    path: str = ""  # "" when it is left out
    is_new: bool = False
    is_guess: bool = False
    counts: Counter[str] = field(default_factory=Counter)  # by the words of `COUNTS`


COUNTS = {
    "new": "new",
    "changed": "changed",
    "same": "unchanged",
    "kept": "kept as you changed them",
    "taken out": "taken out by you",
    "gone": "deleted in the source",
    "removed": "removed, since deleted in the source",
    "fields": "fields",
}
"""What can become of a passage, note or field, and how it is said."""


class ImportState:
    """What planning has found and decided so far, of all formats of an import."""

    def __init__(
        self,
        workspace: Workspace,
        now: dt.datetime,
        device: str,
        options: ImportOptions,
        earlier: Callable[[str], Iterable[bytes]] = lambda _: (),
    ) -> None:
        self.workspace = workspace
        self.earlier = earlier  # the versions of a note that history has, newest first
        self.now = now
        self.device = device
        self.options = options
        self.matcher = NoteMatcher(workspace)
        self.rows: list[ImportRow] = []
        self.losses: list[Loss] = []
        self.source_changes: list[SourceChange] = []
        self.questions: list[tuple[str, str, tuple[str, ...]]] = []  # id, title, notes it may be
        self.notes: dict[str, NoteText] = {}
        self.copies: list[FileCopy] = []
        self.refused: list[tuple[str, NotekeepError]] = []
        self.ledgers: dict[str, Ledger] = {}
        self._taken: set[str] = set()
        self._places: dict[str, dict[str, str]] = {}

    def ledger(self, format_id: str) -> Ledger:
        """Return the ledger of a format."""
        if format_id not in self.ledgers:
            day = self.now.date().isoformat()
            self.ledgers[format_id] = Ledger(self.workspace, format_id, self.device, day)
        return self.ledgers[format_id]

    @cached_property
    def files(self) -> list[str]:
        """All files of the vault."""
        return sorted(list_files(self.workspace.root))

    def exists(self, path: str) -> bool:
        """Whether a note is there or planned; the catalog may know one that was just deleted."""
        return path in self.notes or os.path.exists(os.path.join(self.workspace.root, path))

    def note(self, path: str) -> NoteText:
        """Return the text of a note, each read once."""
        if path not in self.notes:
            data = self.workspace.read(path)
            if data.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise Refused(f"{path}: the file is UTF-16, and notes are UTF-8")
            self.notes[path] = NoteText(path, data, data)
        return self.notes[path]

    def settle(self, path: str) -> None:
        """Read a note again as it will be, where another work or format has changed it already."""
        note = self.notes.get(path)
        if note is not None and note.is_edited:
            self.notes[path] = NoteText(path, note.before, note.result())

    def places(self, prefix: str) -> dict[str, str]:
        """Return the note in which each id of a format stands, over the whole vault."""
        if prefix not in self._places:
            pattern = re.compile(
                rb"\^(%s-[a-z2-7]{8}(?:-n)?)[ \t]*\r?$" % prefix.encode(), re.MULTILINE
            )
            found: dict[str, str] = {}
            for path in self.files:
                if path.endswith(".md"):
                    for name in pattern.findall(self._read(path)):
                        found.setdefault(name.decode(), path)
            self._places[prefix] = found
        return self._places[prefix]

    def _read(self, path: str) -> bytes:
        try:
            return self.workspace.read(path)
        except NotekeepError:
            return b""

    def free_path(self, folder: str, *stems: str) -> str:
        """Return the first path that is free; with a number where none of the stems is."""
        folder = match_spelling(self.workspace.root, folder.strip("/"))
        wanted = [f"{folder}/{safe_name(stem)}.md".lstrip("/") for stem in stems]
        for path in wanted:
            if name_key(path) not in self._taken and free_path(self.workspace.root, path) == path:
                break
        else:
            path = free_path(self.workspace.root, wanted[-1], self._taken)
        self._taken.add(name_key(path))
        return path


class WorkPlanner:
    """Plans the works of one format."""

    def __init__(self, state: ImportState, form: Format) -> None:
        self.state = state
        self.format = form
        self.ledger = state.ledger(form.id)

    def plan(self, works: Sequence[Work]) -> None:
        """Plan all works of a source."""
        claimed = {
            passage_id(self.format.prefix, one.key) for work in works for one in work.passages
        }
        for work in works:
            row = ImportRow(work.title, work.ids[0])
            self.state.rows.append(row)
            mark = self.ledger.mark()
            try:
                self._plan_work(work, row, claimed)
            except NotekeepError as error:
                self.ledger.roll_back(mark)
                self.state.refused.append((row.path or work.title, error))
                row.path = ""
        colors = sum(bool(one.color) for work in works for one in work.passages)
        if colors:
            self.state.losses.append(Loss("colors of highlights", times=colors))

    def _plan_work(self, work: Work, row: ImportRow, claimed: set[str]) -> None:
        path = self._find(work, row)
        if path is None:
            return
        key = passage_id(self.format.prefix, work.ids[0])
        if not path and self._is_deleted(work, key, row):
            return
        if path:
            row.path = path
            self.state.settle(path)
            self._set_fields(path, work, key, row)
        else:
            row.is_new = True
            path = row.path = self._make_note(work, key)
        note = self.state.note(path)
        self._add_sections(note, work, key)
        _PassagePlanner(self, note, work, row, claimed).plan()

    def _find(self, work: Work, row: ImportRow) -> str | None:
        """Find the note of a work: its path, "" for a new one, None when only a person can say."""
        for source_id in work.ids:
            if source_id in self.state.options.match:
                name = self.state.options.match[source_id]
                return self.state.workspace.resolve(name).path if name else ""
        match = self.state.matcher.find(work)
        paths = tuple(path for path in match.paths if self.state.exists(path))
        if len(paths) > 1:
            self.state.questions.append((work.ids[0], work.title, paths))
            return None
        row.is_guess = match.is_guess and bool(paths)
        return paths[0] if paths else ""

    def _is_deleted(self, work: Work, key: str, row: ImportRow) -> bool:
        """Whether there is nothing to make a note of: the person or the source deleted it."""
        if work.is_gone or (self.ledger.is_known(key) and not self.state.options.again):
            row.counts["gone" if work.is_gone else "taken out"] += max(1, len(work.passages))
            return True
        return False

    # Notes and their fields

    def _make_note(self, work: Work, key: str) -> str:
        state = self.state
        schema = state.workspace.schema
        names = sorted(surnames(work.authors))
        author = work.authors[0].split()[-1] if names and work.authors[0].split() else ""
        year = str(work.fields.get("published") or "")[:4]
        more = [f"{work.title} ({word})" for word in (author, year) if word]
        path = state.free_path(schema.folders.get(work.kind, ""), work.title, *more)
        fields = self._wanted(work)
        for name, value in fields.items():
            self._record(key, name, value)
        self.ledger.add(key, digest_text(work.title))
        made = plan_note_file(
            state.workspace, work.kind, work.title, now=state.now, fields=fields, path=path
        ).changes[0]
        data = made.after or b""
        unclaimed = [FieldChange(one, "=", None) for one in _NOT_CLAIMED if one not in fields]
        data = apply_changes(data, unclaimed, schema, work.kind)
        state.notes[path] = NoteText(path, None, data)
        state.matcher.add(path, work.kind, work.title, fields)
        return path

    def _wanted(self, work: Work) -> dict[str, Value]:
        """What the front matter should say; values that the vault refuses are losses."""
        fields: dict[str, Value] = {}
        if work.kind == "podcast":
            fields["show"] = ", ".join(work.authors)
        elif work.authors:
            fields["author"] = list(work.authors)
        fields.update(work.fields)
        fields["tags"] = [tag[1:] for tag in map(write_tag, work.tags) if tag]
        fields["source_id"] = list(work.ids)
        best = self.state.workspace.schema.rating_max
        rating = fields.get("rating")
        if isinstance(rating, int | float):
            fields["rating"] = _plain_number(round(rating * best / work.rating_max * 2) / 2)
        found: dict[str, Value] = {}
        for name, value in fields.items():
            if value in (None, "", [], 0):
                continue
            try:
                check_value(name, value, self.state.workspace.schema, work.kind)
            except NotekeepError as error:
                self.state.losses.append(Loss(f"values of {name}: {error.message}", work.title))
                continue
            found[name] = value
        return found

    def _set_fields(self, path: str, work: Work, key: str, row: ImportRow) -> None:
        """Plan fields of a note that is there: blanks are filled, lists gain, ours follow."""
        note = self.state.note(path)
        matter = frontmatter.read_frontmatter(note.data)
        keys = find_known_keys(matter.fields)
        changes: list[FieldChange] = []
        for name, value in self._wanted(work).items():
            there = matter.words.get(keys.get(canonical(name), name), "")
            if isinstance(value, list) or isinstance(there, list):
                changes += self._gain(key, name, value, there)
            elif change := self._follow(key, name, value, there):
                changes.append(change)
        self.ledger.add(key, digest_text(work.title))
        if changes:
            note.set_fields(changes, self.state.workspace.schema, work.kind)
            row.counts["fields"] += len(changes)
            self.state.matcher.add(path, work.kind, work.title, dict(work.fields))
        for source_id in work.ids:
            self.state.matcher.add(path, work.kind, work.title, {"source_id": [source_id]})

    def _gain(
        self, key: str, name: str, value: Value, there: str | list[str]
    ) -> Iterator[FieldChange]:
        """Yield the items that a list lacks, but for those that the person took out."""
        listed = there if isinstance(there, list) else parse_items(name, there)
        present = {fold_letters(str(item)) for item in listed if item is not None}
        people = surnames(str(item) for item in listed)
        for item in value if isinstance(value, list) else [value]:
            line, digest = f"{key}:{name}", digest_text(str(item))
            # `Example, Ann` is there as `Ann Example`.
            is_there = fold_letters(str(item)) in present or (
                name == "author" and bool(surnames([str(item)]) & people)
            )
            if not is_there and (name == "source_id" or not self.ledger.has(line, digest)):
                yield FieldChange(name, "+=", str(item))
            self.ledger.add(line, digest)

    def _follow(self, key: str, name: str, value: Value, there: str) -> FieldChange | None:
        line, digest = f"{key}:{name}", digest_text(str(value))
        if self.ledger.has(line, digest):
            return None  # it was written once: what is there now is what the person wants
        is_ours = self.ledger.has(line, digest_text(there))
        is_same = _is_same_value(name, there, str(value))
        if not there.strip() or is_ours or is_same:
            self.ledger.add(line, digest)
        if is_same or (there.strip() and not is_ours):
            return None
        return FieldChange(name, "=", value)

    def _record(self, key: str, name: str, value: Value) -> None:
        for item in value if isinstance(value, list) else [value]:
            self.ledger.add(f"{key}:{name}", digest_text(str(item)))

    def _add_sections(self, note: NoteText, work: Work, key: str) -> None:
        """Add sections such as a review at the end, once."""
        if not work.sections:
            return
        there = {heading.text.casefold() for heading in note.facts.headings}
        for heading, text in work.sections.items():
            line = f"{key}:{fold_letters(heading)}"
            if text.strip() and not self.ledger.is_known(line):
                if heading.casefold() not in there:
                    note.add_section(heading, text)
                self.ledger.add(line, digest_text(text))


class _PassagePlanner:
    """Plans the passages of one work in its note."""

    def __init__(
        self,
        planner: WorkPlanner,
        note: NoteText,
        work: Work,
        row: ImportRow,
        claimed: set[str],
    ) -> None:
        self.state = planner.state
        self.ledger = planner.ledger
        self.prefix = planner.format.prefix
        self.note = note
        self.row = row
        self.claimed = claimed
        self.passages = sorted(work.passages, key=lambda one: one.order)
        self.ids = [passage_id(self.prefix, one.key) for one in self.passages]
        self.places = self.state.places(self.prefix)
        self._new = {name for name in self.ids if self._is_new(name)}
        self._typed = self._find_typed()

    def _is_new(self, name: str) -> bool:
        """Whether a passage is nowhere in the vault, and was not taken out of it."""
        is_known = self.ledger.is_known(name) or self.ledger.is_known(f"{name}-n")
        if is_known and not self.state.options.again:
            return False
        return self._locate(name)[0] is None and self._locate(f"{name}-n")[0] is None

    def plan(self) -> None:
        """Plan every passage in the order of the work."""
        chapter: str | None = None
        for passage, name, there, following in self._in_order():
            if passage is None or self._plan_passage(passage, name, following, chapter):
                is_own = passage is not None and name not in self._typed
                chapter = self._chapter(passage if is_own else None, there)

    def _plan_passage(
        self,
        passage: Passage,
        name: str,
        following: tuple[Block | None, str],
        chapter: str | None,
    ) -> bool:
        """Plan one passage; whether the section has it afterwards."""
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
        if passage.is_gone:
            self.row.counts["gone"] += 1
        elif name in self._typed:
            self._adopt(name, quote, words, passage)
            return True
        elif self.ledger.same(name):
            self._follow_note(name, words, passage)
        elif self._may_add(main):
            self._add(name, quote, words, passage, following, chapter)
            return True
        return False

    def _in_order(
        self,
    ) -> list[tuple[Passage | None, str, Block | None, tuple[Block | None, str]]]:
        """The passages, and those of the section that this source lacks, with what comes next.

        What comes next is the next block that the section has, and its chapter.
        """
        rows: list[tuple[tuple[float, ...], int, Passage | None, str]] = [
            (passage.order, 1, passage, name)
            for passage, name in zip(self.passages, self.ids, strict=True)
        ]
        if not self._new:
            return [(passage, name, None, (None, "")) for _, _, passage, name in rows]
        listed = set(self.ids)
        for name, there in self.note.blocks.items():
            order = self.ledger.order(name)
            is_other = name.removesuffix("-n") not in listed
            if order is not None and is_other and self._is_in_section(there):
                rows.append((order, 0, None, name))
        rows.sort(key=lambda row: row[:2])
        found: list[tuple[Passage | None, str, Block | None, tuple[Block | None, str]]] = []
        below: Block | None = None
        chapter = ""
        for _, _, passage, name in reversed(rows):
            block = self.note.blocks.get(name) or self.note.blocks.get(f"{name}-n")
            if block is None and name in self._typed:
                block = self._typed[name][0]
            found.append((passage, name, block, (below, chapter)))
            if block is not None and self._is_in_section(block):
                below = block
                is_own = passage is not None and name not in self._typed
                chapter = self._chapter(passage if is_own else None, block)
        return found[::-1]

    def _chapter(self, passage: Passage | None, block: Block | None) -> str:
        """The chapter of a passage of the source; of any other block, the heading above it."""
        if passage is not None:
            return write_heading(passage.chapter)
        return self.note.heading_of(block.start) if block is not None else ""

    def _is_in_section(self, block: Block) -> bool:
        section = self.note.section
        return section is not None and section[0] <= block.start < section[1]

    def _locate(self, name: str) -> tuple[Block | None, str]:
        """Find a block by its id, in the work's note or wherever it was moved."""
        block = self.note.blocks.get(name)
        if block is not None:
            return block, self.note.path
        path = self.places.get(name, "")
        if path and path != self.note.path:
            return self.state.note(path).blocks.get(name), path
        return None, ""

    def _update(self, name: str, text: str, block: Block, path: str, passage: Passage) -> None:
        """Plan what becomes of a block that is there."""
        digest, there = digest_text(text), digest_text(block.text)
        note = self.state.note(path)
        untouched = self.ledger.has(name, there)
        if passage.is_gone:
            if untouched and self.state.options.prune:
                note.remove(block)
                self.row.counts["removed"] += 1
            else:
                self.row.counts["gone" if untouched else "kept"] += 1
        elif digest == there:
            self.row.counts["same"] += 1
            self._record(name, text, passage)
        elif self.ledger.has(name, digest):  # the source is as it was
            self.row.counts["same" if untouched else "kept"] += 1
        elif untouched and not note.is_indented(block):
            note.replace(block, text)
            self.row.counts["changed"] += 1
            self._record(name, text, passage)
        elif (merged := self._merge(name, text, block, path)) is not None:
            note.replace(block, merged)
            self.row.counts["changed"] += 1
            self._record(name, text, passage)
        else:
            self.row.counts["kept"] += 1
            self.state.source_changes.append(SourceChange(name, path, block.text, text))
            self._record(name, text, passage)

    def _merge(self, name: str, text: str, block: Block, path: str) -> str | None:
        """Merge both sides' words where history has the text that they come from."""
        for data in self.state.earlier(path):
            base = NoteText(path, None, data).blocks.get(name)
            if base is not None and self.ledger.has(name, digest_text(base.text)):
                return merge_words(base.text, block.text, text)
        return None

    def _plan_note(self, name: str, words: str, block: Block, path: str, passage: Passage) -> None:
        """Plan what the reader wrote of a passage that is there."""
        name = f"{name}-n"
        there, other = self._locate(name)
        if there is not None:
            if words or passage.is_gone:
                self._update(name, words, there, other, passage)
            return
        if not words or passage.is_gone:
            return
        if self.ledger.is_known(name) and not self.state.options.again:
            self.row.counts["taken out"] += 1
            return
        self.state.note(path).insert_after(block.id_end, f"{words} ^{name}")
        self._record(name, words, passage)
        self.row.counts["new"] += 1

    def _may_add(self, name: str) -> bool:
        """Whether a passage that is nowhere is new."""
        if self.ledger.is_known(name) and not self.state.options.again:
            self.row.counts["taken out"] += 1
        else:
            return True
        return False

    def _find_typed(self) -> dict[str, tuple[Block, str]]:
        """Find passages by their text that have no id of this source, whoever wrote them there.

        Each has the id that it has in the vault, "" for one that a person typed.
        """
        new = [
            (passage, name)
            for passage, name in zip(self.passages, self.ids, strict=True)
            if name in self._new and passage.text and not passage.is_gone
        ]
        found: dict[str, tuple[Block, str]] = {}
        if not new or "> " not in self.note.body:
            return found
        ids = {block.start: name for name, block in self.note.blocks.items()}
        typed: dict[str, tuple[Block, str]] = {}
        for quote in self.note.facts.quotes:
            own_id = ids.get(quote.start) or self.note.other_id(quote.start, quote.end)
            if own_id not in self.claimed and fold_letters(quote.text):
                block = Block(quote.start, quote.end, quote.end, quote.text)
                typed.setdefault(fold_letters(quote.text), (block, own_id))
        for passage, name in new:
            for words in (passage.text, *passage.earlier):
                if fold_letters(words) in typed:
                    found[name] = typed.pop(fold_letters(words))
                    break
        return found

    def _adopt(self, name: str, quote: str, words: str, passage: Passage) -> None:
        """Give a passage that a person typed its id; one with an id keeps that."""
        block, own_id = self._typed[name]
        self.row.counts["same"] += 1
        is_there = fold_letters(words) in fold_letters(self.note.body)
        if own_id:
            self.ledger.add(name, digest_text(quote), same=own_id, at=passage.at)
            if words and is_there:
                self.ledger.add(f"{name}-n", digest_text(words), same=own_id, at=passage.at)
            else:
                self._follow_note(name, words, passage, is_counted=False)
            return
        self.note.insert_after(block.end, f"^{name}")
        self._record(name, quote, passage)
        if words and not is_there:
            self.note.insert_after(block.end, f"{words} ^{name}-n")
            self._record(f"{name}-n", words, passage)
            self.row.counts["new"] += 1

    def _follow_note(
        self, name: str, words: str, passage: Passage, *, is_counted: bool = True
    ) -> None:
        """Plan what the reader wrote here of a passage that another program brought first."""
        self.row.counts["same"] += is_counted
        block, path = self._locate(self.ledger.same(name))
        if block is not None and words and not self.ledger.same(f"{name}-n"):
            self._plan_note(name, words, block, path, passage)

    def _record(self, name: str, text: str, passage: Passage) -> None:
        self.ledger.add(name, digest_text(text), at=passage.at, order=passage.order)

    def _add(
        self,
        name: str,
        quote: str,
        words: str,
        passage: Passage,
        following: tuple[Block | None, str],
        chapter: str | None,
    ) -> None:
        parts = [f"{quote}\n\n^{name}"] if quote else []
        parts += [f"{words} ^{name}-n"] if words else []
        below, next_chapter = following
        own = write_heading(passage.chapter)
        if own and own != (chapter or "") and not (below is not None and own == next_chapter):
            parts.insert(0, f"{'#' * self.note.chapter_level} {own}")
        block = "\n\n".join(parts)
        if below is None:
            self.note.add_to_quotes(block)
        elif own == next_chapter:
            self.note.insert_before(below.start, block)
        else:
            at = self.note.heading_above(below.start, next_chapter) if next_chapter else below.start
            self.note.insert_before(at, block)
        for one, text in ((name, quote), (f"{name}-n", words)):
            if text:
                self._record(one, text, passage)
                self.row.counts["new"] += 1


def merge_words(base: str, yours: str, theirs: str) -> str | None:
    """Apply the changes of both sides, word by word; None where they touch each other."""
    sides = [
        "\n".join(word.replace("\n", "\0") for word in re.findall(r"\s*\S+\s*", side))
        for side in (base, yours, theirs)
    ]
    merged = merge_texts(*(f"{side}\n".encode("utf-8", "surrogateescape") for side in sides))
    if merged is None:
        return None
    text = merged.decode("utf-8", "surrogateescape")
    return text.replace("\n", "").replace("\0", "\n").rstrip()


def _plain_number(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _is_same_value(name: str, there: str, value: str) -> bool:
    if name == "isbn":
        return bool(isbn13(there)) and isbn13(there) == isbn13(value)
    if iso_day(there) and iso_day(there) == iso_day(value):
        return True
    return fold_letters(there) == fold_letters(value) and bool(fold_letters(value))
