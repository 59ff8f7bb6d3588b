"""The parts of a vault that plans for changes need. Nothing here writes.

The modules that parse notes are imported inside functions, because lists and searches do not need
them.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from notekeep import config
from notekeep.catalog import name_lookup
from notekeep.catalog.records import Row
from notekeep.dates import habit_day
from notekeep.errors import NotekeepError, NotFound, Refused, UsageError
from notekeep.markdown.fields.schema import Schema
from notekeep.notes.plan import WritePlan
from notekeep.settings import VAULT_SETTINGS, VaultSettings
from notekeep.storage.content import read_file
from notekeep.storage.file_names import match_spelling, resolve_path, safe_name

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog
    from notekeep.markdown.links import LinkStyle
    from notekeep.markdown.note import Note


class Workspace(NamedTuple):
    """A vault: its folder, settings, kinds and catalog.

    `open_texts` has the texts of files that are open in an editor, by path. Plans are made from
    these texts, not from the files; the catalog describes the files.
    """

    root: str
    settings: VaultSettings
    schema: Schema
    catalog: Catalog
    state: str  # the state folder, with history and other data of this machine
    open_texts: Mapping[str, bytes] = MappingProxyType({})

    @property
    def link_style(self) -> LinkStyle:
        """The vault's style of links."""
        from notekeep.markdown.links import LinkStyle  # not needed for lists

        return LinkStyle(self.settings.link_form, self.settings.markdown_links)

    def today(self) -> dt.date:
        """Return the current day; it starts at the vault's `day_start`."""
        return habit_day(config.current_time(), self.settings.day_start)

    def daily_path(self, day: dt.date, kind: str = "daily") -> str:
        """Return the path of the note for a day, or for its week or month.

        Raises UsageError if weekly or monthly notes are turned off.
        """
        names = self.schema.periodic.get(kind)
        if names is None:
            raise UsageError(
                f"{kind.capitalize()} notes are turned off.",
                f'Add `{kind} = "{kind}"`, their folder, below [folders] in {VAULT_SETTINGS}, or'
                " turn them on in Obsidian's plug-in Periodic Notes.",
            )
        name = names.name(day)
        if not names.moment:
            name = "/".join(map(safe_name, name.split("/")))
        return match_spelling(self.root, f"{names.folder}/{name}.md".lstrip("/"))

    def resolve(self, name: str) -> Row:
        """Find a note by path, title or alias, or by the start of a name if it is unique."""
        return name_lookup.resolve(self.catalog, name, self.root)

    def read(self, path: str) -> bytes:
        """Read a note or log; raise TooLarge for a large file."""
        if (text := self.open_texts.get(path)) is not None:
            return text
        return read_file(resolve_path(self.root, path), path)[0]

    def read_if_exists(self, path: str) -> bytes | None:
        """Read a note; return None if it does not exist."""
        try:
            return self.read(path)
        except NotFound:
            return None

    def note(self, path: str, data: bytes) -> Note:
        """Parse a note."""
        from notekeep.markdown.note import read_note

        return read_note(path, data, self.schema)

    def distinct(self, paths: Iterable[str]) -> list[str]:
        """Return each file once, preferably not by a symbolic link; keep missing files."""
        names: dict[object, str] = {}
        for path in dict.fromkeys(paths):
            try:
                found = os.stat(os.path.join(self.root, path))
            except OSError:
                names[path] = path
                continue
            file = (found.st_dev, found.st_ino)
            known = names.setdefault(file, path)
            if known != path and os.path.islink(os.path.join(self.root, known)):
                names[file] = path
        return list(names.values())

    def edit_each(
        self, plan: WritePlan, paths: Sequence[str], edit: Callable[[str, bytes], bytes]
    ) -> None:
        """Add the result of `edit` for each note to a plan; record the notes it refuses."""
        files = self.distinct(paths)
        for path in files:
            try:
                data = self.read(path)
            except NotekeepError as error:
                if len(files) == 1:
                    raise
                plan.refuse(path, error)
                continue
            try:
                plan.edit(path, data, edit(path, data))
            except Refused as error:
                plan.refuse(path, error)


def check_editable(note: Note, data: bytes) -> None:
    """Raise Refused for a note that is unreadable or has conflict markers."""
    from notekeep.markdown.text_edit import refuse_unreadable
    from notekeep.markdown.text_merge import find_note_hunks

    if note.problem is not None:
        raise refuse_unreadable(note.problem)
    text, _, hunks = find_note_hunks(data)
    if hunks:
        line = text.count("\n", 0, hunks[0].start) + 1
        hint = "Resolve them with `notekeep conflicts`."
        raise Refused("The note has Git conflict markers.", hint, line=line)
