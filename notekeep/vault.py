"""`Vault`: the one object that the verbs, the interface and a Python program call.

It knows which room answers what; how they are opened is in `rooms`, and what they do is theirs.
Each is imported when it is first needed, so that a verb pays only for what it uses.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from notekeep import config
from notekeep.rooms import Rooms

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from notekeep.config import Places
    from notekeep.export import Exported, Options, Plan
    from notekeep.index.habits import HabitView, Logged
    from notekeep.index.refresh import Refreshed
    from notekeep.index.rows import Backlink, LinkRow, Row
    from notekeep.index.search import Found
    from notekeep.index.words import Words
    from notekeep.markdown.note import Note, Problem, Value
    from notekeep.overview import Overview
    from notekeep.query.tree import Query
    from notekeep.writing.plan import Done, WritePlan
    from notekeep.writing.steps import Taken

ANSWER_BUDGET = 500
"""With more changed notes than this an answer comes from what is there, and says so."""


class Rows(NamedTuple):
    """A page of a list: how many rows there are in all, and those of the page."""

    total: int
    rows: list[Row]


class Vault(Rooms):
    """A folder of notes, and what can be asked of it."""

    @classmethod
    def open(
        cls, path: str | os.PathLike[str] | None = None, *, places: Places | None = None
    ) -> Self:
        """Open a vault; nothing in it is read yet, and reading it never writes to it.

        Args:
            path: Its folder or its name in the settings; None finds the one that is meant here.
            places: Where settings, cache and state are; None asks the machine.

        Raises:
            NotFound: There is no such vault.
        """
        places = places or config.Places.of_machine()
        person = config.person_settings(places)
        given = None if path is None else os.fspath(path)
        root = config.find_vault(given, os.environ, os.getcwd(), person)
        return cls(config.vault_places(root, places), person)

    # Reading.

    def refresh(
        self,
        *,
        full: bool = False,
        verify: bool = False,
        forget_missing: bool = False,
        words: bool = True,
        for_answer: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Refreshed:
        """Bring the index up to date with the files.

        Args:
            full: Throw the index away and build it from the files.
            verify: Read every file, also those that look unchanged.
            forget_missing: Take it as meant that many notes are gone at once.
            words: Take changed notes into the full text too, which only `search` needs.
            for_answer: Leave more than ANSWER_BUDGET changed notes for later; `pending` says so.
            progress: Called now and then with the notes done and their total.

        Returns:
            What changed, and what could not be read.
        """
        from notekeep.index.refresh import refresh

        refreshed = refresh(
            self.root,
            self.catalog,
            self.words if words else None,
            self.schema,
            full=full,
            verify=verify,
            forget_missing=forget_missing,
            budget=ANSWER_BUDGET if for_answer else None,
            progress=progress,
        )
        if refreshed.changes.temps:
            self.history.sweep_temps(self.root, refreshed.changes.temps)
        return refreshed

    def rows(self, query: str = "", *, limit: int | None = None, offset: int = 0) -> Rows:
        """List the notes that match a query, sorted by title unless it says `sort:`.

        Raises:
            UsageError: The query cannot be understood; it says where and what is near.
        """
        from notekeep.index.listing import listing

        return Rows(
            *listing(
                self.query(query),
                self.catalog,
                self._ready_words,
                self.root,
                limit=limit,
                offset=offset,
            )
        )

    def _ready_words(self) -> Words:
        """The full text, with what changed taken in."""
        if self.catalog.dirty() or self.words.generation is None:
            self.refresh(for_answer=True)
        return self.words

    def search(self, query: str, *, limit: int = 20, explain: bool = False) -> Found:
        """Find what a query is about, best first, each hit with a snippet.

        Raises:
            UsageError: The query cannot be understood; it says where and what is near.
        """
        from notekeep.index.search import search

        return search(
            self.query(query), self.catalog, self.words, self.root, limit=limit, explain=explain
        )

    def suggest(self, typed: str, *, limit: int = 50) -> Found:
        """Find notes while a query is being typed: by title, alias and tag, from the catalog alone.

        Never raises on what is typed: an unfinished query is treated kindly.
        """
        from notekeep.index.search import suggest

        return suggest(self.query(typed, typing=True), typed, self.catalog, limit=limit)

    def query(self, text: str, *, typing: bool = False) -> Query:
        """Read a query with this vault's fields and today's date.

        Raises:
            UsageError: It cannot be understood; never while typing.
        """
        from notekeep.query.grammar import parse

        return parse(
            text,
            self.fields(),
            today=self.today(),
            week_start=self.settings.week_start,
            typing=typing,
        )

    def resolve(self, name: str) -> Row:
        """Find the one note that a name means: a path, title, alias, or a unique beginning.

        Raises:
            NotFound: No note has that name.
            Ambiguous: Several have it.
        """
        from notekeep.index.names import resolve

        return resolve(self.catalog, name)

    def select(self, words: str) -> list[Row]:
        """The notes that words mean: one note by its name, else all that a query matches.

        Raises:
            NotFound: Neither a name nor a query finds any.
            Ambiguous: The words are the beginning of several names, and no query.
            UsageError: The words are no name, and no query that can be understood.
        """
        from notekeep.index.names import select

        return select(self.catalog, words, lambda: self.rows(words).rows)

    def read(self, name: str) -> Note:
        """Read the note that a name means, body and all.

        Raises:
            NotFound: No note has that name, or its file is gone.
        """
        from notekeep.markdown.note import read_note

        path = self.resolve(name).path
        return read_note(path, self.bytes_of(path), self.schema)

    def bytes_of(self, path: str) -> bytes:
        """The bytes of a file of the vault, read while nobody was writing it.

        Raises:
            NotFound: It is gone.
            Failure: It cannot be read.
        """
        from notekeep.files import save

        return save.read(self.absolute(path))[0]

    def count(self) -> int:
        """How many notes the catalog knows."""
        return self.catalog.count()

    def kinds(self) -> dict[str, int]:
        """How many notes each kind has."""
        return self.catalog.kind_counts()

    def tags(self) -> dict[str, int]:
        """How many notes have each tag, its children included, sorted by tag."""
        return self.catalog.tag_counts()

    def links(self, name: str) -> list[LinkRow]:
        """What a note links to."""
        return self.catalog.links(self.resolve(name).path)

    def backlinks(self, name: str) -> list[Backlink]:
        """What links to a note."""
        return self.catalog.backlinks(self.resolve(name).path)

    def problems(self) -> list[Problem]:
        """Files that could not be read whole, each with its line, reason and remedy."""
        return self.catalog.problems()

    def overview(self) -> Overview:
        """What today is about: habits due, books in progress, drafts, what is broken."""
        from notekeep.overview import overview

        return overview(self)

    def sql(self, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Ask the catalog one question in SQL, read-only: column names and rows.

        Raises:
            UsageError: SQLite does not understand it, or it would write.
        """
        return self.catalog.sql(query)

    # Writing: every verb is a plan carried out; `plan` alone shows what would be written.

    def carry_out(self, plan: WritePlan) -> Done:
        """Write a plan as one step that `undo` takes back, and take it into the catalog.

        Raises:
            Conflict: A file is no longer what it was; both versions are kept.
            Failure: The system did not let us; nothing is half-written.
        """
        from notekeep.writing.carry_out import carry_out

        done = carry_out(plan, self.root, self.history)
        self.refresh(words=False)
        return done

    def create(
        self,
        kind: str,
        title: str,
        *,
        fields: Mapping[str, Value] | None = None,
        tags: Sequence[str] = (),
        body: str = "",
    ) -> Done:
        """Make a new note, named by its title, in the folder of its kind.

        Raises:
            UsageError: There is no such kind.
            Refused: The title gives no name that a file can have.
        """
        return self.carry_out(self.plan.new(kind, title, fields=fields, tags=tags, body=body))

    def add(self, text: str, to: str = "") -> Done:
        """Add a line to a note or one of its sections (`NOTE#Section`), by default today's."""
        return self.carry_out(self.plan.add(text, to))

    def attach(self, name: str, file: str) -> Done:
        """Copy a file into the attachments and link it at the end of a note."""
        return self.carry_out(self.plan.attach(name, file))

    def set_fields(self, paths: Iterable[str], changes: Sequence[str]) -> Done:
        """Edit front matter: `rating=5`, `author+=Ann`, `genre-=old`, `status=` (delete)."""
        return self.carry_out(self.plan.set_fields(paths, changes))

    def tag(self, paths: Iterable[str], add: Sequence[str], remove: Sequence[str] = ()) -> Done:
        """Add and remove tags in the front matter of notes."""
        return self.carry_out(self.plan.tag(paths, add, remove))

    def rename(self, name: str, title: str) -> Done:
        """Give a note another title and file name; links to it follow."""
        return self.carry_out(self.plan.rename(name, title))

    def move(self, name: str, folder: str) -> Done:
        """Move a note into another folder of the vault; links to it follow."""
        return self.carry_out(self.plan.move(name, folder))

    def delete(self, name: str) -> Done:
        """Move a note to the vault's trash."""
        return self.carry_out(self.plan.delete(name))

    def toggle_task(self, path: str, line: int) -> Done:
        """Tick or untick the task on a line of a note, counted from 1 in the whole file."""
        return self.carry_out(self.plan.toggle_task(path, line))

    def undo(self, count: int = 1) -> list[Taken]:
        """Take back the newest steps, check-ins included; give what was taken back.

        Raises:
            NotFound: There is nothing to take back.
            Conflict: A file changed since in the same place; that step was not taken back.
        """
        taken = self.steps.undo(count)
        self.refresh(words=False)
        return taken

    def redo(self) -> Taken:
        """Do the step again that was taken back last."""
        step = self.steps.redo()
        self.refresh(words=False)
        return step

    # Habits.

    def habits(self, day: dt.date | None = None) -> list[HabitView]:
        """All habits as a day shows them: state, goal, streak, strength, the days around it."""
        return self.habit_index.habits(day or self.today())

    def log(self, habit: str, value: str = "done", day: dt.date | None = None) -> Logged:
        """Check in: append one line to this device's log.

        Args:
            habit: An id, an alias, or a unique beginning.
            value: As it stands in a log line: `done`, `12 min`, `skip`, `miss`, `clear`.
            day: The day it counts for; None is today.

        Raises:
            NotFound: There is no such habit.
            Ambiguous: The beginning is that of several; nothing is written.
            UsageError: The value cannot be understood.
        """
        return self.habit_index.log(habit, value, day)

    # Publishing.

    def plan_export(
        self,
        names: Sequence[str],
        *,
        target: str = "",
        site: str = "",
        options: Options | None = None,
    ) -> Plan:
        """Plan drafts of notes: which files would be new, changed, unchanged or in conflict.

        Args:
            names: Notes, by name.
            target: The id of a target; empty takes the settings', or asks the site.
            site: Its folder; empty takes the settings', else one of portable drafts.
            options: What the person chose; by default the notes count as named.

        Raises:
            Refused: A note must not leave.
            NotFound: There is no such note, or no site.
        """
        from notekeep.export import plan_export

        target, site = self.site(target, site)
        return plan_export(
            self.source(),
            [self.resolve(name).path for name in names],
            target=target or None,
            site=site or None,
            options=options,
            vault=os.path.basename(self.root),
        )

    def export(self, plan: Plan) -> Exported:
        """Write a plan's drafts, then look through every written byte for what is private.

        Raises:
            Conflict: A file of the site changed since; nothing was written.
            Refused: Something private was about to leave; nothing is left of the export.
        """
        from notekeep.export import write

        return write(plan, self.history)
