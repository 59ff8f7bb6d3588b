"""Plans the notes of an import: the note for each work or page, its fields and its text.

An import updates a field until the user changes it. Empty fields are filled, lists get new items,
and items that the user removed are not added again. The text of a page is updated in the same way.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial

from notekeep.dates import parse_iso
from notekeep.errors import NotekeepError, Refused
from notekeep.importing.formats.reading import (
    escape_address,
    isbn13,
    iso_day,
    letters_of,
    pad_year,
    surnames,
)
from notekeep.importing.import_state import ImportRow, ImportState, TextConflict
from notekeep.importing.input_files import MAX_NOTE, InputFiles
from notekeep.importing.ledger import digest_text
from notekeep.importing.matching import plain_url
from notekeep.importing.note_text import PlannedNote
from notekeep.importing.passage_import import PassagePlanner, write_heading
from notekeep.importing.records import (
    LINK_PATTERN,
    Bookmark,
    Format,
    Loss,
    Page,
    PageFile,
    Work,
    one_line,
    passage_id,
    write_tag,
)
from notekeep.markdown.fields import frontmatter
from notekeep.markdown.fields.field_changes import (
    FieldChange,
    apply_changes,
    check_value,
    typed_value,
)
from notekeep.markdown.fields.field_values import Value, parse_items
from notekeep.markdown.fields.schema import canonical, find_known_keys
from notekeep.markdown.note_names import fold_name
from notekeep.notes.capture import PICTURE_SUFFIXES, attachment_path, plan_note_file, plan_periodic
from notekeep.notes.plan import FileCopy
from notekeep.storage.content import copy_stream
from notekeep.storage.file_names import name_key, safe_name
from notekeep.storage.scan import NOTE_SUFFIXES

RATING_MAX = 5
"""The highest rating in all formats."""

UNCLAIMED_FIELDS = ("status", "listened")
"""Template fields that stay empty, because only the user knows their values."""

_SCRIPT = re.compile(r"(?i)\s*(?:javascript|vbscript|data):")
_ADDRESS = re.compile(r"\]\(<?([^)>]*)>?\)")


class NotePlanner:
    """Plans the notes of one format."""

    def __init__(self, state: ImportState, form: Format, files: InputFiles) -> None:
        self.state = state
        self.format = form
        self.ledger = state.ledger(form.id)
        self.files = files
        self._daily_pages: set[str] = set()  # keys of pages to append to existing daily notes

    @cached_property
    def links(self) -> PageLinks:
        """The links between pages. The first access lists the files of the vault."""
        return PageLinks(self.state, self.files)

    def plan(self, items: Sequence[Work | Page]) -> None:
        """Plan works and pages: first all paths, because links need them, then the texts."""
        rows: list[tuple[Work | Page, ImportRow, dict[str, Value]]] = []
        for number, item in enumerate(items):
            self.state.report(number, len(items))
            author = ", ".join(item.authors) if isinstance(item, Work) else ""
            row = ImportRow(item.title, _ids(item)[0], author)
            self.state.rows.append(row)
            with self._guard(row):
                rows.append((item, row, self._place(item, row)))
        works = [item for item in items if isinstance(item, Work)]
        own = {self._line(passage.key) for work in works for passage in work.passages}
        for message, count in _count_losses(works).items():
            self.state.add_loss(Loss(message, times=count))
        for number, (item, row, fields) in enumerate(rows):
            self.state.report(number, len(rows))
            if not row.path:
                continue
            with self._guard(row), self.state.change(row.path):
                self._set_fields(item, row, fields)
                if isinstance(item, Work):
                    self._plan_work(item, row, own)
                    item.passages = []  # to free memory
                elif item.bookmarks:
                    self._plan_bookmarks(item, row)
                else:
                    self._plan_page(item, row)
                    item.body = ""  # to free memory

    @contextmanager
    def _guard(self, row: ImportRow) -> Iterator[None]:
        """Skip a note that cannot be changed, and report the reason."""
        mark = self.ledger.mark()
        try:
            yield
        except NotekeepError as error:
            self.ledger.roll_back(mark)
            self.state.refused.append((row.path or row.title, error))
            if row.is_new:
                self.state.notes.pop(row.path, None)
            row.path, row.is_new = "", False
            row.counts.clear()
            row.changes.clear()

    def _line(self, key: str) -> str:
        return passage_id(self.format.prefix, key)

    # Paths

    def _place(self, item: Work | Page, row: ImportRow) -> dict[str, Value]:
        """Find or create the note of a work or page, and return the source's fields."""
        if row.id in self.state.options.skip:
            row.is_skipped = True
            return {}
        path = self._find(item, row)
        if path is None:
            return {}
        fields: dict[str, Value] = {}
        day_note = self._day_note(item)
        if path:
            row.path = path
            fields = self._source_fields(item)
        elif day_note and self.state.exists(day_note):
            row.path = day_note
            self._daily_pages.add(row.id)
        elif self._is_deleted(item, row):
            return {}
        elif isinstance(item, Page) and item.heading:
            row.is_new = True
            row.path = day_note
            planned = plan_periodic(self.state.workspace, "daily", parse_iso(item.title)).changes[0]
            self.state.notes[day_note] = PlannedNote(day_note, None, planned.after or b"")
            self._daily_pages.add(row.id)
        else:
            row.is_new = True
            fields = self._source_fields(item)
            row.path = self._make_note(item, fields)
        if fields:
            self.state.matcher.add(row.path, item.kind, item.title, fields)
        if isinstance(item, Page) and not item.bookmarks:
            self.links.add(item, row.path, is_new=row.is_new)
        return fields

    def _find(self, item: Work | Page, row: ImportRow) -> str | None:
        """Return the path of an existing note; "" for none, None if the user must choose."""
        state = self.state
        for source_id in _ids(item):
            if source_id in state.options.match:
                name = state.options.match[source_id]
                return state.workspace.resolve(name).path if name else ""
        path = state.matcher.find(_ids(item), item.fields if isinstance(item, Work) else {})
        if path or isinstance(item, Page):
            return path if state.exists(path) else ""
        paths = tuple(filter(state.exists, state.matcher.guess(item)))
        if len(paths) > 1:
            row.choices = paths
            return None
        row.is_guess = bool(paths)
        return paths[0] if paths else ""

    def _is_deleted(self, item: Work | Page, row: ImportRow) -> bool:
        """Whether the user or the source deleted a work or page."""
        is_deleted = isinstance(item, Work) and item.is_deleted
        if is_deleted or (
            self.ledger.is_known(self._line(row.id)) and not self.state.options.again
        ):
            count = len(item.passages if isinstance(item, Work) else item.bookmarks)
            row.counts["gone" if is_deleted else "deleted"] += max(1, count)
            return True
        return False

    def _day_note(self, item: Work | Page) -> str:
        """Return the path of the daily note for a journal page; "" for other pages."""
        day = parse_iso(item.title) if item.kind == "daily" else None
        return self.state.workspace.daily_path(day) if day else ""

    def _new_path(self, item: Work | Page) -> str:
        workspace = self.state.workspace
        folder = workspace.schema.folders.get(item.kind, "")
        if isinstance(item, Work):
            surname = next(iter(item.authors), "").split()[-1:]
            year = re.sub(r"(?<=\d)-.*", "", str(item.fields.get("published") or ""))
            more = [f"{item.title} ({word})" for word in (*surname, year) if word]
            return self.state.free_path(folder, item.title, *more)
        if day_note := self._day_note(item):
            return day_note
        is_own = item.bookmarks or (item.kind != "note" and folder)
        parts = map(safe_name, filter(str.strip, item.folder.split("/")))
        top = folder if is_own else self.format.title
        return self.state.free_path("/".join([top, *parts]), item.title)

    def _make_note(self, item: Work | Page, fields: dict[str, Value]) -> str:
        state, schema = self.state, self.state.workspace.schema
        path = self._new_path(item)
        body = ""  # use the template's body
        if isinstance(item, Page) and (item.body.strip() or item.bookmarks):
            body = "\n" if item.kind == "daily" else f"# {item.title}\n"
        day = parse_iso(item.title) if item.kind == "daily" else None
        planned = plan_note_file(
            state.workspace,
            item.kind,
            item.title,
            now=dt.datetime.combine(day, state.now.time()) if day else state.now,
            fields=fields,
            body=body,
            path=path,
        ).changes[0]
        empty = [name for name in UNCLAIMED_FIELDS if name not in fields]
        unclaimed = [FieldChange(name, "=", None) for name in empty]
        data = apply_changes(planned.after or b"", unclaimed, schema, item.kind)
        state.notes[path] = PlannedNote(path, None, data)
        return path

    # Fields

    def _field_line(self, item: Work | Page, name: str) -> str:
        return f"{self._line(_ids(item)[0])}:{name}"

    def _source_fields(self, item: Work | Page) -> dict[str, Value]:
        """Return the fields of the source. Values that are invalid in the vault are losses."""
        schema = self.state.workspace.schema
        fields: dict[str, Value] = {}
        if isinstance(item, Page):
            fields.update(item.fields, created=iso_day(item.created) or item.fields.get("created"))
        else:
            if item.kind == "podcast":
                fields["show"] = ", ".join(item.authors)
            elif item.authors:
                fields["author"] = list(item.authors)
            fields["created"] = _first_day(item)
            fields.update({name: value for name, value in item.fields.items() if value != 0})
            rating = fields.get("rating")
            if isinstance(rating, int | float):
                scaled = round(rating * schema.rating_max / RATING_MAX * 2) / 2
                fields["rating"] = int(scaled) if scaled == int(scaled) else scaled
        fields["tags"] = [tag[1:] for tag in map(write_tag, item.tags) if tag]
        fields["source_id"] = list(_ids(item))
        found: dict[str, Value] = {}
        for name, original in fields.items():
            if original in (None, "", []):
                continue
            if canonical(name) == "url" and _SCRIPT.match(str(original)):
                self.state.add_loss(Loss("script addresses", item.title))
                continue
            type_ = schema.type_of(item.kind, canonical(name))
            value = pad_year(str(original)) if type_ == "date" else original
            try:  # an invalid value must not prevent the import of the note
                check_value(name, value, schema, item.kind)
                typed_value(canonical(name), type_, value)
                found[name] = value
            except NotekeepError as error:
                reason = error.message.removesuffix(".")
                self.state.add_loss(Loss(f"values of {name}: {reason}", item.title))
        return found

    def _set_fields(self, item: Work | Page, row: ImportRow, fields: dict[str, Value]) -> None:
        if row.is_new:  # the note already has them
            for name, value in fields.items():
                for part in value if isinstance(value, list) else [value]:
                    self.ledger.add(self._field_line(item, name), digest_text(str(part)))
            return
        note = self.state.note(row.path)
        matter = frontmatter.read_frontmatter(note.data)
        keys = find_known_keys(matter.fields)
        changes: list[FieldChange] = []
        for name, value in fields.items():
            there = matter.words.get(keys.get(canonical(name), name), "")
            line = self._field_line(item, name)
            if isinstance(value, list) or isinstance(there, list):
                changes += self._add_items(line, name, value, there)
            elif name == "created" and isinstance(item, Work) and "" < there[:10] <= str(value):
                continue  # this part of the source contains only later passages
            else:
                changes += self._update_field(row, line, name, value, there)
        if changes:
            note.set_fields(changes, self.state.workspace.schema, item.kind)
            row.counts["fields"] += sum(change.key != "source_id" for change in changes)

    def _add_items(
        self, line: str, name: str, value: Value, there: str | list[str]
    ) -> Iterator[FieldChange]:
        """Yield the missing items of a list, without items that the user removed."""
        listed = there if isinstance(there, list) else parse_items(name, there)
        present = {letters_of(str(item)) for item in listed if item is not None}
        people = surnames(str(item) for item in listed) if name == "author" else frozenset()
        for item in value if isinstance(value, list) else [value]:
            digest = digest_text(str(item))
            # `Example, Ann` may be listed as `Ann Example`.
            is_there = letters_of(str(item)) in present or surnames([str(item)]) & people
            if not is_there and (name == "source_id" or not self.ledger.has(line, digest)):
                yield FieldChange(name, "+=", str(item))
            self.ledger.add(line, digest)

    def _update_field(
        self, row: ImportRow, line: str, name: str, value: Value, there: str
    ) -> Iterator[FieldChange]:
        digest = digest_text(str(value))
        if self.ledger.has(line, digest):
            return  # imported before, so a different value is the user's
        is_same = _is_same_value(name, there, str(value))
        may_write = not there.strip() or self.ledger.has(line, digest_text(there))
        if is_same or may_write:
            self.ledger.add(line, digest)
        elif name != "created":
            row.kept_fields.append(name)
        if may_write and not is_same:
            yield FieldChange(name, "=", value)

    # Texts

    def _plan_work(self, work: Work, row: ImportRow, own: set[str]) -> None:
        if sum(len(item.text) + len(item.note) for item in work.passages) > MAX_NOTE:
            raise Refused(f"{work.title} has more than {MAX_NOTE >> 20} MB of passages.")
        note = self.state.note(row.path)
        self.ledger.add(self._line(row.id), digest_text(work.title))
        for heading, text in work.sections.items():  # such as a review; written only once
            line = self._field_line(work, letters_of(heading))
            if text.strip() and not self.ledger.is_known(line):
                headings = {found.text.casefold() for found in note.facts.headings}
                if heading.casefold() not in headings:
                    note.add_section(heading, text)
                self.ledger.add(line, digest_text(text))
        PassagePlanner(self.state, self.format, work, row, own).plan()

    def _plan_page(self, page: Page, row: ImportRow) -> None:
        line = self._line(page.key)
        body, copies = self.links.write(page, row.path)
        note = self.state.note(row.path)
        start = note.text_start if page.kind != "daily" else 0
        text = ("\n" if start else "") + f"{body}\n"
        if row.id in self._daily_pages:
            if self.ledger.is_known(line):
                is_same = self.ledger.has(line, digest_text(page.body))
                row.counts["unchanged" if is_same else "edited"] += 1
                return
            note.add_section(write_heading(page.heading) or self.format.title, body)
            row.counts["updated"] += not row.is_new
        elif row.is_new:
            if body:
                note.replace_from(start, text)
            else:
                self.ledger.add(line, digest_text(note.body[start:]))  # the template's text
        else:
            there = note.body[start:]
            change = TextConflict(line, row.path, there, body)
            if self.state.resolve_text(self.ledger, row, change, source=page.body) is not None:
                note.replace_from(start, text)
            else:
                copies = []
        new = [copy for copy in copies if not self.state.exists(copy.path)]
        self.state.copies.update((copy.path, copy) for copy in new)
        for written in (body, page.body):
            self.ledger.add(line, digest_text(written))

    def _plan_bookmarks(self, page: Page, row: ImportRow) -> None:
        note = self.state.note(row.path)
        there = {plain_url(found[1]) for found in _ADDRESS.finditer(note.body)}
        added: list[str] = []
        for bookmark in page.bookmarks:
            url = plain_url(bookmark.url)
            line, name = _write_bookmark(bookmark), self._line(url)
            if url in there:
                row.counts["unchanged"] += 1
            elif self.ledger.is_known(name) and not self.state.options.again:
                row.counts["deleted"] += 1
                continue
            else:
                there.add(url)
                added.append(line)
                row.counts["links"] += 1
            self.ledger.add(name, digest_text(line))
        page.bookmarks.clear()  # to free memory
        if added:
            self.ledger.add(self._line(page.key), digest_text(page.title))
            note.add_lines(added)


def _count_losses(works: Sequence[Work]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for work in works:
        first = _first_day(work)
        for passage in work.passages:
            counts["colors of highlights"] += bool(passage.color)
            counts["dates of highlights other than the first"] += iso_day(passage.at) > first
            counts["earlier versions of passages"] += len(passage.earlier)
    return +counts


def _first_day(work: Work) -> str:
    """Return the day of the first highlight; "" if it is unknown."""
    return min(filter(None, (iso_day(item.at) for item in work.passages)), default="")


def _ids(item: Work | Page) -> tuple[str, ...]:
    return item.ids if isinstance(item, Work) else (item.key,)


def _write_bookmark(bookmark: Bookmark) -> str:
    title = re.sub(r"([\[\]\\<`])", r"\\\1", one_line(bookmark.title) or bookmark.url)
    day = f" — {bookmark.saved}" if bookmark.saved else ""
    tags = "".join(f" {tag}" for tag in map(write_tag, bookmark.tags) if tag)
    return f"- [{title}]({escape_address(bookmark.url)}){day}{tags}"


def _is_same_value(name: str, there: str, value: str) -> bool:
    if name == "isbn":
        return bool(isbn13(there)) and isbn13(there) == isbn13(value)
    if iso_day(there) and iso_day(there) == iso_day(value):
        return True
    return letters_of(there) == letters_of(value) and bool(letters_of(value))


# Links and files of pages


class PageLinks:
    """Writes the links and files of imported pages in the style of the vault.

    Until the paths of all pages are planned, bodies contain `page_link` and `file_link`. Broken
    links become text, and are losses.
    """

    def __init__(self, state: ImportState, files: InputFiles) -> None:
        self.state = state
        self.files = files
        self._paths: dict[str, str] = {}  # by key and name of a page
        self._name_counts = Counter(name_key(path.rpartition("/")[2]) for path in state.files)
        self._digests: dict[str, str] = {}  # of existing and planned files, by folded path
        self._members: dict[str, set[str]] = {}  # files of the export, by folded name

    def add(self, page: Page, path: str, *, is_new: bool) -> None:
        """Add a page and its path."""
        for name in (page.key, *page.names):
            self._paths.setdefault(name, path)
            self._paths.setdefault(fold_name(name), path)
        self._name_counts[name_key(path.rpartition("/")[2])] += is_new
        for file in page.files.values():
            self._members.setdefault(name_key(_base(file)), set()).add(file.member)

    def write(self, page: Page, path: str) -> tuple[str, list[FileCopy]]:
        """Return the body of a page with resolved links, and the files to copy."""
        copies: list[FileCopy] = []

        def write(match: re.Match[str]) -> str:
            kind, key, text = match.groups()
            link = ""
            if kind != "f":
                link = self._link_page(key, path, text, is_embed=kind == "e")
            elif key in page.files:
                copy = self._copy_file(page.files[key], path)
                if copy is None:
                    return text or key  # already reported as a loss
                copies.append(copy)
                link = self._link_file(copy.path, path, text)
            if not link:
                what = "files that are not in the export" if kind == "f" else "broken links"
                self.state.add_loss(Loss(what, page.title))
                return text or key
            # In tables, a bar would end the cell.
            start = match.string.rfind("\n", 0, match.start()) + 1
            return link.replace("|", "\\|") if match.string.startswith("|", start) else link

        return LINK_PATTERN.sub(write, page.body).strip(), copies

    def _link_file(self, path: str, source: str, text: str) -> str:
        is_picture = path.lower().endswith(PICTURE_SUFFIXES)
        style = self.state.workspace.link_style
        return style.link(path, source, text=text, is_only=True, embed=is_picture)

    def _link_page(self, key: str, source: str, text: str, *, is_embed: bool) -> str:
        name, sign, part = key.partition("#")
        path = self._paths.get(name) or self._paths.get(fold_name(name), "")
        style = self.state.workspace.link_style
        if not path:
            return ""
        if style.is_markdown or not sign:
            is_only = self._name_counts[name_key(path.rpartition("/")[2])] <= 1
            return style.link(path, source, text=text, is_only=is_only, embed=is_embed)
        target = style.target(path, source, is_only=True).removesuffix(".md")
        shown = f"|{text}" if text else ""
        return f"{'!' if is_embed else ''}[[{target}#{part}{shown}]]"

    def _copy_file(self, file: PageFile, note: str) -> FileCopy | None:
        """Plan the copy of a file. If its name is in use, its digest is added to the name."""
        source = partial(self.files.open, file.member)
        try:
            with source() as stream:
                digest = copy_stream(stream, lambda _: None)
        except NotekeepError as error:
            place = error.message.removesuffix(".")
            self.state.add_loss(Loss("files that cannot be read", place=place))
            return None
        base = _base(file)
        stem, suffix = os.path.splitext(base)
        names = (base, f"{stem}-{digest[:8]}{suffix}")
        own, other = (attachment_path(self.state.workspace, name, note) for name in names)
        # If several files have the same name, digests give each file the same name in every import.
        is_only = len(self._members[name_key(base)]) == 1 and self._digest_of(other) != digest
        path = own if self._digest_of(own) in (digest, "" if is_only else digest) else other
        self._digests.setdefault(name_key(path), digest)
        return FileCopy(path, source)

    def _digest_of(self, path: str) -> str:
        """Return the digest of an existing or planned file; "" for none."""
        key = name_key(path)
        if not self._digests.get(key):
            try:
                with open(os.path.join(self.state.workspace.root, path), "rb") as stream:
                    self._digests[key] = copy_stream(stream, lambda _: None)
            except OSError:
                return ""
        return self._digests[key]


def _base(file: PageFile) -> str:
    name = file.name.replace("\\", "/").rpartition("/")[2]
    return f"{name}.txt" if name.endswith(NOTE_SUFFIXES) else name  # an attachment is not a note
