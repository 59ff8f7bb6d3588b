"""Replace text in many notes: find the lines that would change, and plan the changes.

Code, addresses, tags and names of notes are left unchanged unless `everywhere` is set, because only
renaming a note or tag updates the references to it.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from notekeep.errors import NotekeepError, NotFound, Refused, UsageError
from notekeep.markdown.fields.frontmatter import read_frontmatter
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.fields.schema import role
from notekeep.markdown.note import Note
from notekeep.markdown.protected import (
    NAME,
    TAG,
    ProtectedRanges,
    find_protected,
    keeps_outline,
)
from notekeep.markdown.text_edit import (
    LineEdit,
    TextEdit,
    apply,
    edits_by_line,
    require_utf8,
)
from notekeep.notes.heading_links import update_heading_links
from notekeep.notes.plan import WritePlan
from notekeep.notes.workspace import Workspace, check_editable
from notekeep.search.text_filter import FileReplacements, find_regex_replacements

_GROUP: Final = re.compile(r"\\(?:0|.)|\$\$|\$(\d+)|\$\{(\w+)\}", re.DOTALL)
"""Matches a group, an escape or a dollar sign in the replacement for a regular expression."""

MAX_LABEL = 40
"""The maximum number of characters of each text in the label of a step."""

_HINTS: Final = {
    NAME: "`notekeep rename` changes a title and updates links to it.",
    TAG: "`notekeep tags rename` renames a tag.",
}


class Replacement(NamedTuple):
    """The text to find, the new text, and the options."""

    old: str
    new: str
    is_regex: bool = False  # in `new`, \1 or $1 is a group
    whole_words: bool = False
    ignore_case: bool = False
    everywhere: bool = False  # also in front matter keys, code, addresses, tags and titles

    @property
    def label(self) -> str:
        """The label of the step in history, with both texts."""
        return " -> ".join(
            text if len(text) <= MAX_LABEL else f"{text[:MAX_LABEL]}…"
            for text in (self.old, self.new)
        )

    @property
    def pattern(self) -> str:
        """The regular expression to find, with accents in every Unicode form."""
        found = self.old.replace("\r\n", "\n")
        if not self.is_regex:
            found = "".join(map(_forms, unicodedata.normalize("NFC", found)))
        return rf"(?<!\w)(?:{found})(?!\w)" if self.whole_words else found

    @property
    def template(self) -> str:
        """The new text as a template for the module `re`."""
        new = self.new.replace("\r\n", "\n")
        return _GROUP.sub(_template_part, new) if self.is_regex else new.replace("\\", "\\\\")


def _forms(character: str) -> str:
    apart = unicodedata.normalize("NFD", character)
    one = re.escape(character)
    return one if apart == character else f"(?:{one}|{re.escape(apart)})"


def _template_part(match: re.Match[str]) -> str:
    group = "0" if match[0] == r"\0" else match[1] or match[2]
    return rf"\g<{group}>" if group else match[0].replace("$$", "$")


class ProtectedMatch(NamedTuple):
    """A match in a protected part of a note."""

    path: str
    start: int
    end: int
    kind: str

    def is_in(self, later: Iterable[TextEdit], earlier: Iterable[TextEdit]) -> bool:
        """Whether one of the later edits, after the earlier ones, replaces the match."""
        shift = sum(
            len(edit.text) - (edit.end - edit.start) for edit in earlier if edit.end <= self.start
        )
        start, end = self.start + shift, self.end + shift
        return any(edit.start <= start and end <= edit.end for edit in later)


@dataclass
class Replacements:
    """The lines that would change. `plan` plans changes to all or some of them."""

    workspace: Workspace
    request: Replacement
    lines: list[LineEdit] = field(default_factory=list)  # by path and line
    base: WritePlan = field(init=False)  # without changes, only with the refused notes
    protected: list[ProtectedMatch] = field(default_factory=list)
    unchanged: Counter[str] = field(default_factory=Counter)  # by the last plan: matches by kind
    is_same: bool = False  # whether a match is the same as the new text
    _files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.base = WritePlan("replace", self.request.label)

    def add(self, path: str, data: bytes, found: FileReplacements) -> None:
        """Add the lines of a note that have matches; raise Refused if it cannot be edited."""
        workspace = self.workspace
        note = workspace.note(path, data)
        _check_found(workspace, note, data, found)
        text, eol = data.decode(), split_frontmatter(data).eol.decode()
        ranges = ProtectedRanges(())
        if not self.request.everywhere:
            ranges = find_protected(note, data, workspace.schema)
        edits = []
        for start, end, new in found.matches:
            edit = TextEdit(start, end, new.replace("\n", eol))
            if self._splits_character(text, start, end):
                continue
            if edit.text == text[start:end]:
                self.is_same = True
            elif kind := ranges.find(start, end):
                self.protected.append(ProtectedMatch(path, start, end, kind))
            else:
                edits.append(edit)
        if edits:
            self._files[path] = data
            self.lines += edits_by_line(path, text, edits)

    def _splits_character(self, text: str, start: int, end: int) -> bool:
        """Whether a match ends before a combining accent, or a whole word starts after one."""
        before = text[max(start - 1, 0) : start] if self.request.whole_words else ""
        return start < end and any(map(unicodedata.combining, before + text[end : end + 1]))

    def plan(self, lines: Sequence[LineEdit] | None = None) -> WritePlan:
        """Plan to change these lines (default: all), and the links to changed headings."""
        plan = WritePlan("replace", self.request.label, refused=[*self.base.refused])
        chosen = self.lines if lines is None else sorted(lines, key=lambda one: one[:2])
        edited: dict[str, list[TextEdit]] = {}
        for path, group in groupby(chosen, key=attrgetter("path")):
            data = self._files[path]
            edits = [edit for line in group for edit in line.edits]
            try:
                plan.edit(path, data, self._apply(path, data, edits))
                edited[path] = edits
            except Refused as error:
                plan.refuse(path, error)
        updated: dict[str, list[TextEdit]] = {}
        if not self.request.everywhere:
            updated = update_heading_links(self.workspace, plan)
        self.unchanged = Counter(
            match.kind
            for match in self.protected
            if not match.is_in(updated.get(match.path, ()), edited.get(match.path, ()))
        )
        plan.remarks[:0] = _unchanged_remarks(self.unchanged)
        return plan

    def _apply(self, path: str, data: bytes, edits: Sequence[TextEdit]) -> bytes:
        text = data.decode()
        after = apply(text, edits).encode()
        old, new = (self.workspace.note(path, one) for one in (data, after))
        problem = ""
        if new.problem is not None:
            problem = "The front matter would be unreadable."
        elif old.private and not new.private:
            problem = "The note would no longer be private."
        elif not self.request.everywhere:
            body = len(text) - len(old.body)
            in_matter = [edit.text for edit in edits if edit.start < body]
            in_body = [
                edit._replace(start=edit.start - body, end=edit.end - body)
                for edit in edits
                if edit.start >= body
            ]
            if not _keeps_fields(data, after, in_matter):
                problem = "Other parts of the front matter would change."
            elif not keeps_outline(old, new, in_body):
                problem = "A link, a tag or a task would be lost."
        if problem:
            raise Refused(problem, "Edit this note by hand.", line=1)
        return after


def _unchanged_remarks(unchanged: Counter[str]) -> list[str]:
    """Return messages about the matches left unchanged and the commands that change them."""
    if not unchanged:
        return []
    counts = ", ".join(f"{count} in {kind}" for kind, count in unchanged.most_common())
    hints = [hint for kind, hint in _HINTS.items() if kind in unchanged]
    return [f"Left unchanged: {counts}.", *hints]


def _keeps_fields(before: bytes, after: bytes, texts: Iterable[str]) -> bool:
    """Whether front matter keeps its keys and value types, and contains the new texts."""
    fields = [
        [(key, type(value), isinstance(value, list) and len(value)) for key, value in each.items()]
        for each in (read_frontmatter(before).fields, read_frontmatter(after).fields)
    ]
    words = read_frontmatter(after).words.values()
    joined = "\n".join(one if isinstance(one, str) else "\n".join(one) for one in words)
    return fields[0] == fields[1] and all(text in joined for text in texts)


def _check_found(workspace: Workspace, note: Note, data: bytes, found: FileReplacements) -> None:
    if zlib.crc32(data) != found.checksum:
        raise Refused("The note has changed since it was searched.", "Try again.")
    if role(note.path, workspace.schema) == "log":
        raise Refused("This is a habit log.", "`notekeep habit` changes its entries.")
    check_editable(note, data)


def find_replacements(
    workspace: Workspace, request: Replacement, paths: Iterable[str]
) -> Replacements:
    """Find the lines of notes that a replacement would change.

    Raises UsageError for an invalid or very slow regular expression, and NotFound if nothing
    matches.
    """
    if not request.old:
        raise UsageError("The text to replace is empty.", "Type a word, or `--regex '^'`.")
    for text in (request.old, request.new):
        require_utf8(text, "the text")
    files = workspace.distinct(sorted(paths))
    found = Replacements(workspace, request)
    for path, matches in _search(workspace, request, files):
        try:
            found.add(path, workspace.read(path), matches)
        except NotFound:
            continue  # it has just been deleted
        except NotekeepError as error:
            found.base.refuse(path, error)
    if not (found.lines or found.base.refused or found.protected):
        if found.is_same:
            raise NotFound("The new text is the same as the old one.", "Type another text.")
        raise NotFound(*_explain_no_match(workspace, request, files))
    return found


def _search(
    workspace: Workspace, request: Replacement, paths: Sequence[str]
) -> Iterator[tuple[str, FileReplacements]]:
    found = find_regex_replacements(
        request.pattern,
        request.template,
        workspace.root,
        paths,
        ignore_case=request.ignore_case,
    )
    return ((path, found[path]) for path in paths if path in found)


def _explain_no_match(
    workspace: Workspace, request: Replacement, paths: Sequence[str]
) -> tuple[str, str]:
    if not request.ignore_case:
        other = list(_search(workspace, request._replace(ignore_case=True), paths))
        if other:
            notes = "1 note has" if len(other) == 1 else f"{len(other)} notes have"
            hint = f"{notes} it in another case. Ignore case to find them."
            return f'No note has "{request.old}".', hint
    return f'No note has "{request.old}".', "Check the spelling, or use another query."
