"""What every verb needs to plan a change of notes; nothing here writes.

What reads notes is imported where it is used: a list and a search read none.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from notekeep import config
from notekeep.catalog import name_lookup
from notekeep.catalog.records import Row
from notekeep.dates import habit_day
from notekeep.errors import NotekeepError, NotFound, Refused
from notekeep.markdown.schema import Schema
from notekeep.notes.plan import WritePlan
from notekeep.settings import VaultSettings
from notekeep.storage.content import read_file
from notekeep.storage.file_names import match_spelling, resolve_path, safe_name

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog
    from notekeep.markdown.links import LinkStyle
    from notekeep.markdown.note import Note


class Workspace(NamedTuple):
    """One vault as the verbs see it: folder, settings, kinds, and what is known of its notes."""

    root: str
    settings: VaultSettings
    schema: Schema
    catalog: Catalog
    state: str  # the folder of history and what else only this machine knows

    @property
    def link_style(self) -> LinkStyle:
        """How this vault writes links."""
        # The readers are half of a start, and a list of notes needs none of them.
        from notekeep.markdown.links import LinkStyle

        return LinkStyle(self.settings.link_form, self.settings.markdown_links)

    def today(self) -> dt.date:
        """Return the day it is, by the hour at which the vault's days start."""
        return habit_day(config.current_time(), self.settings.day_start)

    def daily_path(self, day: dt.date) -> str:
        """Return where the note of a day lies, or will."""
        daily = self.schema.daily
        name = daily.name(day)
        if not daily.moment:
            name = "/".join(map(safe_name, name.split("/")))
        return match_spelling(self.root, f"{daily.folder}/{name}.md".lstrip("/"))

    def resolve(self, name: str) -> Row:
        """Find the one note that a name means: a path, title, alias, or a unique beginning."""
        return name_lookup.resolve(self.catalog, name, self.root)

    def read(self, path: str) -> bytes:
        """Read the bytes of a note or a log; TooLarge for a file that is none."""
        return read_file(resolve_path(self.root, path), path)[0]

    def read_if_there(self, path: str) -> bytes | None:
        """Read the bytes of a note; None when it is gone."""
        try:
            return self.read(path)
        except NotFound:
            return None

    def note(self, path: str, data: bytes) -> Note:
        """Read bytes as the note at a path."""
        from notekeep.markdown.note import read_note

        return read_note(path, data, self.schema)

    def distinct(self, paths: Iterable[str]) -> list[str]:
        """Return each file once, by a name that is no link; names that lead to no file are kept."""
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

    def contents(self, plan: WritePlan, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the bytes of notes, each once; one that cannot be read is refused in the plan."""
        once = dict.fromkeys(paths)
        for path in once:
            try:
                yield path, self.read(path)
            except NotekeepError as error:
                if len(once) == 1:
                    raise
                plan.refuse(path, error)

    def edit_each(
        self, plan: WritePlan, paths: Sequence[str], edit: Callable[[str, bytes], bytes]
    ) -> None:
        """Put into a plan what an edit makes of each note; one that it refuses is left out."""
        for path, data in self.contents(plan, self.distinct(paths)):
            try:
                plan.edit(path, data, edit(path, data))
            except Refused as error:
                plan.refuse(path, error)
