"""Exports Obsidian Bases as tables of public notes.

Columns are exported fields, and formulas that use only these. Links to hidden notes show their
public text. Filters may use all fields of public notes, but only the links and tags in their public
text. A base with an unsupported filter is not exported, because its rows would be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from notekeep.bases.definition import Base, InvalidBase, View, read_base
from notekeep.bases.evaluation import Scope, TooMuchWork, property_expression, used_properties
from notekeep.bases.expressions import Expression
from notekeep.bases.table import FILE_COLUMNS, make_table, to_markdown
from notekeep.bases.values import Facts, Link
from notekeep.errors import NotekeepError
from notekeep.export.post import PASSED_FIELDS, public_title, unlink
from notekeep.export.privacy.consent import CONSENT_FIELDS
from notekeep.export.privacy.local_addresses import strip_local_addresses
from notekeep.export.privacy.private import strip_private
from notekeep.export.source import HiddenWords
from notekeep.export.source_map import MappedText
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.fields.schema import canonical
from notekeep.markdown.note import Note
from notekeep.markdown.note_names import FIELD_LINK
from notekeep.markdown.sanitize import plain_text

if TYPE_CHECKING:
    import re

    from notekeep.export.draft import Drafter

_FILE_PROPERTIES = frozenset({"file.name", "file.basename", "file.file", "file.ext", "file.tags"})
"""File properties that may be columns; path, dates and size of a file are not published."""


class TableText(NamedTuple):
    """The Markdown table of a base ("" for none), the notes in it, and warnings."""

    text: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class PublicNote(NamedTuple):
    """The parts of a note that a table may use."""

    title: str
    facts: Facts
    links: tuple[Link, ...]
    embeds: tuple[Link, ...]


class BaseTables:
    """Renders the bases of one export. Implements `bases.values.Vault` with public notes only."""

    def __init__(self, drafter: Drafter) -> None:
        self._drafter = drafter
        self._source = drafter.source
        self._notes: dict[str, PublicNote | None] = {}
        options = drafter.options
        self._fields = (PASSED_FIELDS | {*options.extra_fields}) - {*CONSENT_FIELDS}

    def draw(self, definition: str, first_line: int, view_name: str, this: str) -> TableText:
        """Render a view of a base (default: the first view) in the note `this`."""
        try:
            base = read_base(definition, first_line)
        except InvalidBase as error:
            return TableText("", (), (f"Line {error.line}: {error.message}",))
        named = (view for view in base.views if view.name.casefold() == view_name.casefold())
        view = next(named, None) if view_name else base.views[0]
        if view is None:
            return TableText("", (), (f"There is no view {view_name!r}.",))
        if any(missing.is_filter for missing in view.missing):
            return TableText("", (), (*map(str, view.missing),))
        view, hidden = self._public_view(base, view)
        now = self._drafter.options.moment().replace(tzinfo=None)
        try:
            table = make_table(base, view, self._paths, Scope(self, now, now.date(), this))
        except TooMuchWork as error:
            return TableText("", (), (error.message,))
        warnings = [f"Left out {name!r}, which is not an exported field." for name in hidden]
        if not view.columns:
            return TableText("", (), (*warnings,))
        paths = (*(row.path for row in table.rows),)
        return TableText(to_markdown(table, self._title), paths, (*warnings, *table.remarks))

    def _public_view(self, base: Base, view: View) -> tuple[View, list[str]]:
        """Return a view without unpublished properties, and the names of these properties."""
        shown = {name: self._is_public(name, base) for name in view.columns}
        summaries = {
            name: summary
            for name, summary in view.summaries.items()
            if summary not in base.summaries
            or (
                name not in FILE_COLUMNS
                and self._shows_public(base.summaries[summary], base, frozenset({"values"}))
            )
        }
        group = view.group
        if group and (group.name in FILE_COLUMNS or not self._is_public(group.name, base)):
            group = None
        hidden = [name for name, is_public in shown.items() if not is_public]
        if group != view.group and view.group is not None:
            hidden.append(view.group.name)
        columns = (*(name for name, is_public in shown.items() if is_public),)
        public = view._replace(columns=columns, group=group, summaries=summaries)
        return public, [name.removeprefix("note.") for name in dict.fromkeys(hidden)]

    def _is_public(self, name: str, base: Base) -> bool:
        """Whether the values of a property may be published."""
        owner, _, key = name.partition(".")
        if owner == "note":
            return canonical(key) in self._fields
        if owner == "formula":
            return self._shows_public(property_expression(name), base)
        return name in _FILE_PROPERTIES

    def _shows_public(
        self, expression: Expression, base: Base, known: frozenset[str] = frozenset()
    ) -> bool:
        """Whether an expression, and each formula it uses, shows only public values."""
        names = [*used_properties(expression, known)]
        seen: set[str] = set()
        while names:
            name = names.pop()
            owner, _, key = name.partition(".")
            if name in seen:
                continue
            seen.add(name)
            if owner == "formula" and key in base.formulas:
                names += used_properties(base.formulas[key])
            # In expressions, this is the file name. Only a column shows the public title instead.
            elif owner == "formula" or name in FILE_COLUMNS or not self._is_public(name, base):
                return False
        return True

    def _title(self, path: str) -> str:
        note = self._public_note(path)
        return note.title if note else ""

    @cached_property
    def _paths(self) -> list[str]:
        """The notes that may be rows."""
        found = []
        for path in sorted({*self._source.published, *self._source.marked()}):
            try:
                self._drafter.check_consent(path, named=False)
            except NotekeepError:
                continue
            if not self._source.is_hidden(path) and self._public_note(path) is not None:
                found.append(path)
        return found

    def _public_note(self, path: str) -> PublicNote | None:
        """Return the public parts of a note; None if it cannot be exported."""
        if path not in self._notes:
            try:
                self._notes[path] = self._read(path)
            except NotekeepError:
                self._notes[path] = None
        return self._notes[path]

    def _read(self, path: str) -> PublicNote:
        note = self._drafter.note(path)
        self._drafter.check_fields(note)
        passage = strip_private(MappedText.of_note(note)).passage
        headings = (plain_text(span.words) for span in passage.find("heading") if span.info == "1")
        hidden = self._source.make_hidden_words(path)
        fields = {key: _public_value(value, hidden) for key, value in note.fields.items()}
        fields["tags"] = unlink(note.fields.get("tags"), hidden)
        tags = [*note.tags, *(span.info for span in passage.page.find("tag"))]
        embeds = [_link(span.info, span.words, path) for span in passage.find("embed")]
        links = [_link(span.info, span.words, path) for span in passage.find("wikilink", "link")]
        unlinked = (str(unlink(tag, hidden)) for tag in tags)
        return PublicNote(
            public_title(note, next(filter(None, headings), ""), hidden),
            Facts(path, fields, (*dict.fromkeys(filter(None, unlinked)),)),
            (*links, *embeds, *_field_links(note)),
            (*embeds,),
        )

    # The interface of `bases.values.Vault`.

    def facts(self, path: str) -> Facts | None:
        """Return the facts of a note that may be exported."""
        note = self._public_note(path)
        return note.facts if note else None

    def resolve(self, target: str, source: str) -> str | None:
        """Return the path of the note that a link leads to; None if it is hidden."""
        found = self._source.find(target, source)
        return None if found is None or self._source.is_hidden(found) else found

    def links(self, path: str, *, embeds: bool = False) -> list[Link]:
        """Return the links in the public text and the fields of a note."""
        note = self._public_note(path)
        return [] if note is None else [*(note.embeds if embeds else note.links)]

    def backlinks(self, path: str) -> list[str]:
        """Return the public notes that link to a note."""
        return self._backlinks.get(path, [])

    @cached_property
    def _backlinks(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self._paths:
            targets = {self.resolve(link.target, path) for link in self.links(path)}
            for target in targets - {None, path}:
                found.setdefault(str(target), []).append(path)
        return found


def _public_value(value: Value, hidden: HiddenWords) -> Value:
    """Return the value of a field without the names of hidden notes and local addresses."""
    if isinstance(value, list):
        return [_public_text(item, hidden) if isinstance(item, str) else item for item in value]
    return _public_text(value, hidden) if isinstance(value, str) else value


def _public_text(text: str, hidden: HiddenWords) -> str:
    is_link = FIELD_LINK.fullmatch(text.strip()) is not None

    def shown(found: re.Match[str]) -> str:
        target = found[1].strip()
        words = hidden(target, found[2].partition("|")[2].strip())
        if words is None:
            return found[0]
        # Filters need the target of a link.
        return f"[[{target}|{words}]]" if is_link else words

    return strip_local_addresses(FIELD_LINK.sub(shown, text))


def _link(target: str, text: str, path: str) -> Link:
    return Link(target.partition("#")[0], text, path)


def _field_links(note: Note) -> Iterable[Link]:
    for value in note.fields.values():
        for item in value if isinstance(value, list) else [value]:
            for found in FIELD_LINK.finditer(item) if isinstance(item, str) else ():
                yield Link(found[1].strip(), "", note.path)
