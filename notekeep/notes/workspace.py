"""`Workspace`: what each verb would write in one vault."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from notekeep import config
from notekeep.errors import NotekeepError, NotFound, Refused
from notekeep.markdown.links import note_stem
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.storage.content import read_file
from notekeep.storage.file_names import resolve_path

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from notekeep.catalog.catalog import Catalog
    from notekeep.catalog.name_lookup import Mention
    from notekeep.catalog.records import Row
    from notekeep.errors import Problem
    from notekeep.markdown.field_changes import FieldChange
    from notekeep.markdown.field_values import Value
    from notekeep.markdown.links import LinkStyle
    from notekeep.markdown.note import Note
    from notekeep.markdown.schema import Schema
    from notekeep.notes.habit_notes import RepairOffer
    from notekeep.notes.lint import Lint
    from notekeep.settings import VaultSettings
    from notekeep.storage.attachments import AttachmentFinder
    from notekeep.tracking.tracker import HabitIndex


class Workspace:
    """Plans the verbs of one vault; nothing here writes.

    Attributes:
        root: The vault.
        settings: Its settings.
        schema: How its notes are read.
        catalog: What is known of its notes.
    """

    def __init__(
        self, root: Path, settings: VaultSettings, schema: Schema, catalog: Catalog
    ) -> None:
        self.root = root
        self.settings = settings
        self.schema = schema
        self.catalog = catalog

    def new(
        self,
        kind: str,
        title: str,
        *,
        fields: Mapping[str, Value] | None = None,
        tags: Sequence[str] = (),
        body: str = "",
    ) -> WritePlan:
        """A new note of a kind, named by its title."""
        import datetime as dt

        from notekeep.markdown.field_changes import FieldChange, resolve_date
        from notekeep.notes.capture import plan_new

        asked = [FieldChange(name, "=", value) for name, value in (fields or {}).items()]
        dated = [resolve_date(change, self.schema, self.today()) for change in asked]
        now = config.current_time()
        if kind == "habit":
            # One that is made in the night is due at once, on the day that still counts.
            now = dt.datetime.combine(self.today(), now.time())
        return plan_new(
            self.root,
            self.schema,
            kind,
            title,
            now=now,
            fields={change.key: change.value for change in dated},
            tags=tags,
            body=body,
            formats=self._formats,
        )

    def add(self, text: str, to: str = "") -> WritePlan:
        """A line at the end of a note or section (`NOTE#Section`); today's note by default."""
        from notekeep.notes.capture import plan_add

        name, _, section = to.partition("#")
        if name:
            path, section = self._place(to)
            return plan_add(path, self.read(path), text, section)
        path = self.daily_path()
        try:
            before = self.read(path)
        except NotFound:
            plan = self._new_daily(path)
            made = plan.changes[0]
            added = plan_add(made.path, made.after or b"", text, section).changes[0]
            plan.verb, plan.label = "add", made.path
            plan.changes = [made._replace(after=added.after)]
            return plan
        return plan_add(path, before, text, section)

    def daily_path(self) -> str:
        """Where today's note lies, or will."""
        from notekeep.notes.capture import daily_path

        return daily_path(self.root, self.schema.daily, self.today())

    def _new_daily(self, path: str) -> WritePlan:
        """Today's note, from the vault's template, else from the one that Obsidian was told."""
        import datetime as dt

        from notekeep.notes.capture import find_template, plan_new, read_template

        day = self.today()
        told = self.settings.obsidian.daily_template
        template = None
        if told and find_template(self.root, self.schema, "daily") is None:
            template = read_template(self.root, told)
        plan = plan_new(
            self.root,
            self.schema,
            "daily",
            note_stem(path),
            now=dt.datetime.combine(day, config.current_time().time()),
            fields={} if template is not None else {"date": day.isoformat()},
            path=path,
            template=template,
            formats=self._formats,
            names={
                name: self.schema.daily.name(day + dt.timedelta(away))
                for name, away in (("yesterday", -1), ("tomorrow", 1))
            },
        )
        if told and template is None and not os.path.exists(os.path.join(self.root, told)):
            plan.remarks.append(f"{told}: Obsidian's template of daily notes is not there")
        return plan

    @property
    def links(self) -> LinkStyle:
        """How this vault writes links."""
        from notekeep.markdown.links import LinkStyle

        return LinkStyle(self.settings.link_form, self.settings.markdown_links)

    def attached(self) -> AttachmentFinder:
        """The files of this vault that are no notes, as they are by now."""
        from notekeep.storage.attachments import AttachmentFinder

        return AttachmentFinder(str(self.root), self.settings.attachments)

    @property
    def _formats(self) -> tuple[str, str]:
        told = self.settings.obsidian
        return told.date_format, told.time_format

    def quote(
        self, name: str, text: str, *, page: str = "", loc: str = "", at: str = ""
    ) -> WritePlan:
        """Somebody's words with their page, location or second, at a note's quotes or its end."""
        from notekeep.notes.capture import plan_quote

        path = self._row(name).path
        return plan_quote(path, self.read(path), text, page=page, loc=loc, at=at)

    def attach(self, name: str, file: str) -> WritePlan:
        """A file copied into the attachments and linked at the end of a note."""
        from notekeep.notes.capture import plan_attach

        path = self._row(name).path
        return plan_attach(self.root, self.settings, path, self.read(path), file)

    def store(self, name: str, data: bytes, note: str) -> WritePlan:
        """A file among the attachments of a note, not linked yet; its label is its name there."""
        from notekeep.notes.capture import plan_store

        return plan_store(self.root, self.settings, name, data, note)

    def link_to(self, path: str, note: str) -> str:
        """A link from a note to a file of the vault that is attached to it."""
        from notekeep.notes.capture import make_attachment_link

        return make_attachment_link(self.root, self.settings, path, note)

    def set_fields(
        self,
        paths: Iterable[str],
        changes: Sequence[str | FieldChange],
        *,
        force: bool = False,
    ) -> WritePlan:
        """Front matter edited in each note: `rating=5`, `author+=Ann`, `genre-=old`, `status=`.

        Args:
            paths: The notes.
            changes: The changes.
            force: Write values outside the range or the choices of their field, too.

        Raises:
            UsageError: One is no change, or its value does not fit its field.
            InvalidValue: A value is outside the range or the choices of its field in every note.
        """
        from notekeep.notes.fields_and_tags import plan_set

        return plan_set(self, paths, changes, force=force)

    def tag(
        self, paths: Iterable[str], add: Sequence[str], remove: Sequence[str] = ()
    ) -> WritePlan:
        """Tags added to and removed from the front matter of each note."""
        from notekeep.notes.fields_and_tags import plan_tag

        return plan_tag(self, paths, add, remove)

    def rename_tag(self, old: str, new: str) -> WritePlan:
        """A tag and its children under another name, in front matter and in the text."""
        from notekeep.notes.fields_and_tags import plan_rename_tag

        return plan_rename_tag(self, old, new)

    def lint(self, paths: Iterable[str], label: str = "") -> Lint:
        """What is wrong in notes and logs, and the edits that mend what can be mended."""
        from notekeep.notes.lint import lint_notes

        return lint_notes(self, paths, label)

    def review(self, habits: HabitIndex, words: str = "week") -> WritePlan:
        """A week or a month of habits as a note: `week`, `month yesterday`, `week 11-03`."""
        from notekeep.notes.habit_reviews import parse_bounds, plan_review

        return plan_review(self, habits, parse_bounds(habits, words))

    def mend(self, habits: HabitIndex, problem: Problem) -> RepairOffer | None:
        """What can be done about one report of habits; None where only a person can tell."""
        from notekeep.notes.habit_notes import offer

        return offer(self, habits, problem)

    def mend_all(self, problems: Iterable[Problem]) -> WritePlan:
        """All that can be mended of what was reported of habits without a guess."""
        from notekeep.notes.habit_notes import plan_repairs

        return plan_repairs(self, problems)

    def rename(self, name: str, title: str) -> WritePlan:
        """A note under another title and file name, with links to it following."""
        from notekeep.notes.moves import plan_rename

        return plan_rename(self, self._row(name), title)

    def move(self, name: str, folder: str) -> WritePlan:
        """A note in another folder, with links to it following."""
        from notekeep.notes.moves import plan_move

        return plan_move(self, self._row(name), folder)

    def move_all(self, paths: Iterable[str], folder: str) -> WritePlan:
        """Notes in another folder, as one step, with links to them following."""
        from notekeep.notes.moves import plan_moves

        rows = self.catalog.rows_of(paths)
        return plan_moves(self, [rows[path] for path in sorted(rows)], folder)

    def delete_all(self, paths: Iterable[str]) -> WritePlan:
        """Notes in the trash, as one step; what links to them is said."""
        from notekeep.notes.moves import plan_delete

        return plan_delete(self, sorted(set(paths)))

    def delete(self, name: str) -> WritePlan:
        """A note in the trash; what links to it is said."""
        return self.delete_all([self._row(name).path])

    def link_mentions(self, row: Row, mentions: Iterable[Mention]) -> WritePlan:
        """Links where notes mention a note without linking to it."""
        from notekeep.notes.link_repair import plan_link_mentions

        return plan_link_mentions(self, row, mentions)

    def save_query(self, name: str, query: str) -> WritePlan:
        """A query under a name, in the vault's own settings; an empty one takes the name away."""
        from notekeep.notes.saved_queries import plan_save_query

        return plan_save_query(self, name, query)

    def toggle_task(self, path: str, line: int, text: str = "") -> WritePlan:
        """A task ticked, or opened again.

        Args:
            path: The note.
            line: The line of the file, counted from 1.
            text: What the task says, as it was seen: when the file has changed meanwhile, it is
                the nearest line that still says so.

        Raises:
            NotFound: There is no such task any more.
        """
        from notekeep.markdown.sanitize import clean
        from notekeep.markdown.text_edit import edit_body, toggle_task

        data = self.read(path)
        note = self.note(path, data)
        places = [
            (abs(task.line + note.body_line + 1 - line), task)
            for task in (note.spans.tasks if note.spans else ())
            if not text or text in (task.text, clean(task.text))
        ]
        away, task = min(places, default=(None, None), key=lambda place: place[0] or 0)
        if task is None or (away and not text):
            raise NotFound(f"{path}:{line}: there is no task here any more", "look at it again")
        after = edit_body(note, data, [toggle_task(task)])
        return WritePlan("tick", task.text, [NoteChange(path, data, after)])

    def read(self, path: str) -> bytes:
        """The bytes of a file of the vault.

        Raises:
            NotFound: It is gone.
            Refused: The path leads out of the vault.
        """
        return read_file(resolve_path(self.root, path))[0]

    def distinct(self, paths: Iterable[str]) -> list[str]:
        """Return each file once: of several names of one file the first that is no symbolic link.

        Args:
            paths: The names; those that lead to no file are kept.
        """
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
        """The bytes of many notes, each once; one that cannot be read is left out, with the reason.

        Raises:
            NotekeepError: The only one is gone, or cannot be read.
        """
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
        """Put into a plan what an edit makes of each note; one that must be refused is left out.

        Args:
            plan: The plan.
            paths: The notes.
            edit: Takes a note's path and bytes; gives the bytes it should have, or raises Refused.

        Raises:
            NotekeepError: The only one is gone, or cannot be read.
        """
        for path, data in self.contents(plan, self.distinct(paths)):
            try:
                after = edit(path, data)
            except Refused as error:
                plan.refuse(path, error)
                continue
            if after != data:
                plan.changes.append(NoteChange(path, data, after))

    def note(self, path: str, data: bytes) -> Note:
        """Read bytes as the note at a path."""
        from notekeep.markdown.note import read_note

        return read_note(path, data, self.schema)

    def today(self) -> dt.date:
        """The day it is, by the hour at which the vault's days start."""
        from notekeep.dates import habit_day

        return habit_day(config.current_time(), self.settings.day_start)

    def _row(self, name: str) -> Row:
        from notekeep.catalog.name_lookup import resolve

        return resolve(self.catalog, name, str(self.root))

    def _place(self, to: str) -> tuple[str, str]:
        """Split `NOTE#Section`; where a note's path holds a `#`, the longest such path wins."""
        ends = [len(to), *(at for at in range(len(to) - 1, 0, -1) if to[at] == "#")]
        for end in ends:
            if self.catalog.row(to[:end]) is not None:
                return to[:end], to[end + 1 :]
        name, _, section = to.partition("#")
        return self._row(name).path, section
