"""Plan what becomes of works: their notes and fields.

A field follows its source until the person changes it: blanks are filled, lists gain, and what
they took out stays out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError
from notekeep.importing.formats.reading import fold_letters, isbn13, iso_day, surnames
from notekeep.importing.import_state import UNCLAIMED_FIELDS, ImportRow
from notekeep.importing.ledger import digest_text
from notekeep.importing.note_text import NoteText
from notekeep.importing.passage_import import PassagePlanner
from notekeep.importing.passages import write_tag
from notekeep.importing.records import Loss, passage_id
from notekeep.markdown import frontmatter
from notekeep.markdown.field_changes import FieldChange, apply_changes, check_value
from notekeep.markdown.field_values import parse_items
from notekeep.markdown.schema import canonical, find_known_keys
from notekeep.notes.capture import plan_note_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notekeep.importing.import_state import ImportState
    from notekeep.importing.records import Format, Work
    from notekeep.markdown.field_values import Value


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
        prefix = self.format.prefix
        PassagePlanner(self.state, self.ledger, prefix, note, work, row, claimed).plan()

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
        unclaimed = [FieldChange(one, "=", None) for one in UNCLAIMED_FIELDS if one not in fields]
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
            row.counts["fields"] += sum(change.key != "source_id" for change in changes)
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


def _plain_number(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _is_same_value(name: str, there: str, value: str) -> bool:
    if name == "isbn":
        return bool(isbn13(there)) and isbn13(there) == isbn13(value)
    if iso_day(there) and iso_day(there) == iso_day(value):
        return True
    return fold_letters(there) == fold_letters(value) and bool(fold_letters(value))
