"""Plan what becomes of pages, whole notes of another program, and of addresses that were saved.

All pages get their places first, so that links between them lead to what each is called in the
vault. A page follows its source until the person changes it, as a passage does.
"""

from __future__ import annotations

import io
import os
import posixpath
import re
from collections import Counter
from contextlib import nullcontext
from typing import IO, TYPE_CHECKING

from notekeep.dates import parse_iso
from notekeep.errors import NotekeepError
from notekeep.importing.formats.reading import iso_day
from notekeep.importing.import_state import UNCLAIMED_FIELDS, ImportRow, SourceChange
from notekeep.importing.ledger import digest_text
from notekeep.importing.matching import plain_url
from notekeep.importing.note_text import NoteText
from notekeep.importing.passages import write_tag
from notekeep.importing.records import LINK_PATTERN, Loss, clean_line, passage_id
from notekeep.markdown.field_changes import FieldChange, apply_changes, check_value
from notekeep.markdown.note_names import fold_name
from notekeep.notes.capture import PICTURE_SUFFIXES, daily_path, plan_note_file
from notekeep.notes.plan import FileCopy
from notekeep.storage.content import copy_stream
from notekeep.storage.file_names import match_spelling, name_key, safe_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from notekeep.importing.import_state import ImportState
    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import Bookmark, Format, Page, PageFile
    from notekeep.markdown.field_values import Value
    from notekeep.storage.content import Source


_UNSAFE = re.compile(r"[\s()<>\\]")
"""What ends an address in a link of Markdown."""
_TITLE = re.compile(r"\s*#[ \t][^\r\n]*(?:\r\n|\n|\r)?")


class PagePlanner:
    """Plans the pages of one format."""

    def __init__(self, state: ImportState, form: Format, given: InputFiles) -> None:
        self.state = state
        self.format = form
        self.given = given
        self.ledger = state.ledger(form.id)
        self._paths: dict[str, str] = {}  # by keys and names of pages
        names = (path.rpartition("/")[2] for path in state.files)
        self._file_names = Counter(map(name_key, names))
        self._planned_files: dict[str, str] = {}  # digests by the folded paths of new files

    def plan(self, pages: Sequence[Page]) -> None:
        """Plan all pages of a source."""
        rows: list[tuple[Page, ImportRow]] = []
        for page in pages:
            row = ImportRow(page.title, page.key)
            self.state.rows.append(row)
            rows.append((page, row))
            try:
                self._place(page, row)
            except NotekeepError as error:
                self.state.refused.append((page.title, error))
        for page, row in rows:
            if not row.path:
                continue
            mark = self.ledger.mark()
            try:
                self._plan_page(page, row)
            except NotekeepError as error:
                self.ledger.roll_back(mark)
                self.state.refused.append((row.path, error))
                row.path = ""

    def _place(self, page: Page, row: ImportRow) -> None:
        """Find the note of a page, or a place for it."""
        state = self.state
        path = state.matcher.find_id(page.key)
        if not path or not state.exists(path):
            if self.ledger.is_known(self._line(page)) and not state.options.again:
                row.counts["taken out"] += 1
                return
            path = self._new_place(page)
            row.is_new = not state.exists(path)
        row.path = path
        for name in (page.key, *page.names):
            self._paths.setdefault(name, path)
            self._paths.setdefault(fold_name(name), path)
        if row.is_new:
            self._file_names[name_key(path.rpartition("/")[2])] += 1

    def _new_place(self, page: Page) -> str:
        workspace = self.state.workspace
        day = parse_iso(page.title) if page.kind == "daily" else None
        if day is not None:
            return daily_path(workspace.root, workspace.schema.daily, day)
        folder = workspace.schema.folders.get(page.kind, "") if page.kind != "note" else ""
        parts = [folder or self.format.title, *page.folder.split("/")]
        place = "/".join(safe_name(part) for part in parts if part.strip())
        return self.state.free_path(place, page.title)

    def _line(self, page: Page) -> str:
        return passage_id(self.format.prefix, page.key)

    # One page

    def _plan_page(self, page: Page, row: ImportRow) -> None:
        line = self._line(page)
        files: list[tuple[PageFile, str]] = []
        body = self._write_links(page, row.path, files)
        digest = digest_text(body)
        if page.kind == "daily" and not self.state.matcher.find_id(page.key):
            self._add_to_day(page, row, body, line, files)
            return
        if row.is_new:
            self._make_note(page, row, f"# {page.title}\n\n{body}\n" if body.strip() else "")
            row.counts["new"] += 1
        else:
            note = self.state.note(row.path)
            title = _TITLE.match(note.body)
            start = title.end() if title else 0
            there = note.body[start:]
            found = digest_text(there)
            is_ours = self.ledger.has(line, found)
            wanted = self.state.options.take
            if found == digest:
                row.counts["same"] += 1
            elif line not in wanted and self.ledger.has(line, digest):
                row.counts["same" if is_ours else "kept"] += 1
                return
            elif not is_ours and line not in wanted:
                row.counts["kept"] += 1
                self.state.source_changes.append(SourceChange(line, row.path, there, body))
            else:
                note.replace_from(start, f"\n{body}\n")
                row.counts["changed"] += 1
        if row.is_new or row.counts["changed"]:
            self._copy_files(files)
        self.ledger.add(line, digest)

    def _make_note(self, page: Page, row: ImportRow, body: str) -> None:
        state = self.state
        tags = [tag[1:] for tag in map(write_tag, page.tags) if tag]
        fields: dict[str, Value] = {"source_id": [page.key]}
        for name, value in page.fields.items():
            try:
                check_value(name, value, state.workspace.schema, page.kind)
            except NotekeepError as error:
                state.losses.append(Loss(f"values of {name}: {error.message}", page.title))
            else:
                fields[name] = value
        if iso_day(page.created):
            fields["created"] = iso_day(page.created)
        made = plan_note_file(
            state.workspace,
            page.kind,
            page.title,
            now=state.now,
            fields={name: value for name, value in fields.items() if value not in (None, "", [])},
            tags=tags,
            body=body,
            path=row.path,
        ).changes[0]
        unclaimed = [FieldChange(one, "=", None) for one in UNCLAIMED_FIELDS if one not in fields]
        data = apply_changes(made.after or b"", unclaimed, state.workspace.schema, page.kind)
        state.notes[row.path] = NoteText(row.path, None, data)
        state.matcher.add(row.path, page.kind, page.title, {"source_id": [page.key]})

    def _add_to_day(
        self,
        page: Page,
        row: ImportRow,
        body: str,
        line: str,
        files: Sequence[tuple[PageFile, str]],
    ) -> None:
        """Put a journal page into the note of its day, below a heading of the program's name."""
        if self.ledger.is_known(line):
            row.counts["same" if self.ledger.has(line, digest_text(body)) else "kept"] += 1
            return
        if row.path in self.state.notes or not row.is_new:
            self.state.note(row.path).add_section(self.format.title, body)
        else:
            self._make_note(page, row, f"{body}\n")
        self._copy_files(files)
        self.ledger.add(line, digest_text(body))
        row.counts["new"] += 1

    # Links and files

    def _write_links(self, page: Page, source: str, files: list[tuple[PageFile, str]]) -> str:
        """Write the links of a body as the vault has them; those to nowhere stay as text."""
        known = {file.key: file for file in page.files}
        style = self.state.workspace.link_style

        def write(match: re.Match[str]) -> str:
            link = write_link(match)
            start = match.string.rfind("\n", 0, match.start()) + 1
            # A bar ends a cell of a table.
            return link.replace("|", "\\|") if match.string.startswith("|", start) else link

        def write_link(match: re.Match[str]) -> str:
            kind, key, text = match.groups()
            if kind == "f":
                file = known.get(key)
                path = self._place_file(file, source) if file is not None else ""
                if file is None or not path:
                    self.state.losses.append(Loss("files that are not in the export", page.title))
                    return text or key
                files.append((file, path))
                is_picture = path.lower().endswith(PICTURE_SUFFIXES)
                return style.link(path, source, text=text, is_only=True, embed=is_picture)
            name, sign, part = key.partition("#")
            path = self._paths.get(name) or self._paths.get(fold_name(name), "")
            if not path:
                self.state.losses.append(Loss("links that lead nowhere", page.title))
                return text or key
            if style.is_markdown or not sign:
                is_only = self._file_names[name_key(path.rpartition("/")[2])] <= 1
                return style.link(path, source, text=text, is_only=is_only, embed=kind == "e")
            target = style.target(path, source, is_only=True).removesuffix(".md")
            shown = f"|{text}" if text else ""
            return f"{'!' if kind == 'e' else ''}[[{target}#{part}{shown}]]"

        return LINK_PATTERN.sub(write, page.body).strip()

    def _place_file(self, file: PageFile, note: str) -> str:
        """Find the place of a file: its own name, or one with its digest where that is taken."""
        digest = self._digest(file)
        if not digest:
            return ""
        workspace = self.state.workspace
        folder = workspace.settings.attachments
        if folder.split("/")[0] == ".":
            folder = posixpath.normpath(posixpath.join(posixpath.dirname(note), folder))
        folder = match_spelling(workspace.root, folder.strip("/").removeprefix("."))
        stem, suffix = os.path.splitext(file.name.replace("\\", "/").rpartition("/")[2])
        for end in ("", f"-{digest[:8]}"):
            path = f"{folder}/{safe_name(stem + end)}{suffix.lower()}".lstrip("/")
            taken = self._planned_files.get(name_key(path)) or self._digest_there(path)
            if taken in ("", digest):
                if not taken:
                    self._planned_files[name_key(path)] = digest
                return path
        return path

    def _digest(self, file: PageFile) -> str:
        try:
            with self._source(file)() as stream:
                return copy_stream(stream, lambda _: None)
        except NotekeepError as error:
            self.state.losses.append(Loss("files that cannot be read", place=error.message))
            return ""

    def _digest_there(self, path: str) -> str:
        try:
            with open(os.path.join(self.state.workspace.root, path), "rb") as stream:
                return copy_stream(stream, lambda _: None)
        except OSError:
            return ""

    def _source(self, file: PageFile) -> Source:
        content = file.content
        if isinstance(content, str):
            return lambda: self.given.open(content)

        def open_bytes() -> AbstractContextManager[IO[bytes]]:
            return nullcontext(io.BytesIO(content))

        return open_bytes

    def _copy_files(self, files: Sequence[tuple[PageFile, str]]) -> None:
        planned = {copy.path for copy in self.state.copies}
        for file, path in files:
            if path not in planned and not self._digest_there(path):
                self.state.copies.append(FileCopy(path, self._source(file)))
                planned.add(path)


def plan_bookmarks(state: ImportState, form: Format, bookmarks: Sequence[Bookmark]) -> None:
    """Plan addresses as lines of one note of their program."""
    key = f"{form.id}:links"
    ledger = state.ledger(form.id)
    row = ImportRow(f"Links from {form.title}", key)
    state.rows.append(row)
    path = state.matcher.find_id(key)
    if not path or not state.exists(path):
        if ledger.is_known(passage_id(form.prefix, key)) and not state.options.again:
            row.counts["taken out"] += len(bookmarks)
            return
        path = ""
    state.settle(path)
    there = state.note(path).body if path else ""
    lines = {
        plain_url(found[1]): line
        for line in there.splitlines()
        if (found := re.search(r"\]\(<?([^)>]*)>?\)", line))
    }
    added: list[str] = []
    for one in bookmarks:
        line, name = _write_bookmark(one), passage_id(form.prefix, plain_url(one.url))
        if plain_url(one.url) in lines:
            row.counts["same"] += 1
        elif ledger.is_known(name) and not state.options.again:
            row.counts["taken out"] += 1
            continue
        else:
            lines[plain_url(one.url)] = line
            added.append(line)
            row.counts["new"] += 1
        ledger.add(name, digest_text(line))
    row.path = path
    if not added:
        return
    ledger.add(passage_id(form.prefix, key), digest_text(row.title))
    if path:
        state.note(path).add_lines(added)
        return
    row.is_new = True
    row.path = state.free_path(state.workspace.schema.folders.get("note", ""), row.title)
    made = plan_note_file(
        state.workspace,
        "note",
        row.title,
        now=state.now,
        fields={"source_id": [key]},
        body=f"# {row.title}\n\n" + "\n".join(added) + "\n",
        path=row.path,
    ).changes[0]
    state.notes[row.path] = NoteText(row.path, None, made.after or b"")


def _write_bookmark(one: Bookmark) -> str:
    title = re.sub(r"([\[\]\\<`])", r"\\\1", clean_line(one.title) or one.url)
    day = f" — {one.saved}" if one.saved else ""
    tags = "".join(f" {tag}" for tag in map(write_tag, one.tags) if tag)
    return f"- [{title}]({_UNSAFE.sub(lambda sign: f'%{ord(sign[0]):02X}', one.url)}){day}{tags}"
