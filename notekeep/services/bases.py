"""Find the Obsidian bases in a vault, and show their views as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from notekeep import config
from notekeep.bases.definition import (
    BASE_SUFFIX,
    Base,
    Filter,
    InvalidBase,
    View,
    base_blocks,
    read_base,
)
from notekeep.bases.evaluation import Scope, TooMuchWork
from notekeep.bases.expressions import Call, Literal, Name
from notekeep.bases.table import BaseTable, make_table
from notekeep.bases.values import Facts, Link
from notekeep.catalog.name_lookup import resolve_link
from notekeep.errors import NotekeepError, NotFound, Refused
from notekeep.query.tree import And, Has, Node, Or, Path, Tag
from notekeep.storage.attachments import AttachmentFinder
from notekeep.storage.scan import list_files

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog
    from notekeep.catalog.records import LinkRow, Row
    from notekeep.notes.workspace import Workspace


class BaseSource(NamedTuple):
    """A base in the vault: a base file, or a code block in a note if `line` is above 0."""

    path: str
    line: int = 0  # of the code block, from 1
    base: Base = Base(())
    problem: str = ""  # the reason if it cannot be read
    text: str = ""

    @property
    def place(self) -> str:
        """The name for `BaseService.find`: `Books.base` or `Reading.md:12`."""
        return f"{self.path}:{self.line}" if self.line else self.path


class BaseService:
    """Reads the bases in one vault, and never writes them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def files(self) -> Iterator[BaseSource]:
        """Yield all base files."""
        found = list_files(self._workspace.root)
        paths = sorted(path for path in found if path.lower().endswith(BASE_SUFFIX))
        return map(self._read_file, paths)

    def list(self) -> Iterator[BaseSource]:
        """Yield all base files, then the code blocks of notes."""
        yield from self.files()
        for row in self._workspace.catalog.rows(Has("code"))[1]:
            yield from self.blocks(row.path)

    def find(self, name: str, source: str = "") -> BaseSource:
        """Find a base by path, file name or `NOTE:LINE`; for a note, find its first base.

        Raises NotFound for an unknown name.
        """
        found = self._find(name, source)
        if found is None:
            hint = "`notekeep base` lists the bases of the vault."
            raise NotFound(f'There is no base "{name}".', hint, name=name)
        return found

    def _find(self, name: str, source: str) -> BaseSource | None:
        finder = AttachmentFinder(self._workspace.root, "")
        for target in (name, f"{name}{BASE_SUFFIX}"):
            if target.lower().endswith(BASE_SUFFIX) and (path := finder.find(target, source)):
                return self._read_file(path)
        note, _, line = name.rpartition(":")
        is_place = bool(note) and line.isdecimal()
        try:
            path = self._workspace.resolve(note if is_place else name).path
        except NotFound:
            return None
        blocks = [*self.blocks(path)]
        number = int(line) if is_place else next((block.line for block in blocks), 0)
        return next((block for block in blocks if block.line == number), None)

    def _read_file(self, path: str) -> BaseSource:
        try:
            text = self._workspace.read(path).decode()
        except UnicodeDecodeError:
            return BaseSource(path, problem="It is not valid UTF-8.")
        except NotekeepError as error:
            return BaseSource(path, problem=error.message)
        return read_source(path, text)

    def blocks(self, path: str) -> Iterator[BaseSource]:
        """Yield the bases in a note's code blocks."""
        try:
            data = self._workspace.read(path)
        except NotekeepError:
            return  # `doctor` reports it
        if b"base" in data:
            from notekeep.markdown.parser import parse_markdown  # not needed for base files

            note = self._workspace.note(path, data)
            for line, text in base_blocks(parse_markdown(note.body_lf)):
                yield read_source(path, text, note.body_line + line)

    def table(self, source: BaseSource, view: str = "", this: str = "") -> BaseTable:
        """Return a view, by default the first one, as a table.

        `this` is the path of the note that shows the base, by default the base's own file. Raises
        Refused if the base is invalid.
        """
        if source.problem:
            raise Refused(f"{source.path}: {source.problem}", "Fix it in Obsidian or an editor.")
        chosen = choose_view(source, view)
        vault = CatalogVault(self._workspace.catalog)
        rows = vault.load(narrow(chosen))
        try:
            return make_table(source.base, chosen, rows, self.scope(vault, this or source.path))
        except TooMuchWork as error:
            hint = "Simplify its formulas, or list fewer notes."
            raise Refused(f"{source.place}: {error.message}", hint) from None

    def scope(self, vault: CatalogVault, this: str) -> Scope:
        """Return the scope for evaluating expressions at the current time."""
        now = config.current_time().replace(tzinfo=None)
        return Scope(vault, now, self._workspace.today(), this)


def read_source(path: str, text: str, line: int = 0) -> BaseSource:
    """Parse the definition of a base; `line` is the line of a code block."""
    try:
        return BaseSource(path, line, read_base(text, line + 1), text=text)
    except InvalidBase as error:
        return BaseSource(path, line, problem=f"Line {error.line}: {error.message}", text=text)


def choose_view(source: BaseSource, name: str) -> View:
    """Return the view with this name, or the first view for ""; raise NotFound if unknown."""
    views = source.base.views
    for view in views:
        if not name or view.name.casefold() == name.casefold():
            return view
    hint = f"Its views are {', '.join(view.name for view in views)}."
    raise NotFound(f'{source.place} has no view "{name}".', hint, name=name)


def narrow(view: View) -> Node | None:
    """Return a catalog query for all notes of a view and perhaps others; None matches all."""
    parts = (*(node for part in view.filters if (node := _as_query(part)) is not None),)
    return And(parts) if parts else None


def _as_query(part: Filter) -> Node | None:
    match part:
        case Call("hasTag", names, Name("file")):
            tags = [one.value for one in names if isinstance(one, Literal)]
            if len(tags) == len(names):
                return Or((*(Tag(str(tag).lstrip("#")) for tag in tags),))
        case Call("inFolder", (Literal(str(folder)),), Name("file")):
            return Path(folder.strip("/"))
    return None


class CatalogVault:
    """The notes in the catalog, for the expressions in bases."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._facts: dict[str, Facts | None] = {}
        self._resolved: dict[tuple[str, str], str | None] = {}

    def load(self, node: Node | None) -> Iterable[str]:
        """Load the facts of many notes at once; return their paths."""
        rows = self._catalog.rows(node)[1]
        self._facts.update((row.path, facts_of(row)) for row in rows)
        return [row.path for row in rows]

    def facts(self, path: str) -> Facts | None:
        """Return the facts of a file. Files other than notes have no properties."""
        if path not in self._facts:
            row = self._catalog.row(path)
            self._facts[path] = facts_of(row) if row else Facts(path)
        return self._facts[path]

    def resolve(self, target: str, source: str) -> str | None:
        """Return the path of the note that a link points to."""
        if target in self._facts:
            return target  # a path, as in `links`
        if (source, target) in self._targets:
            return self._targets[source, target]
        key = target, source.rpartition("/")[0]
        if key not in self._resolved:
            row = resolve_link(self._catalog, target, source)
            self._resolved[key] = row.path if row else None
        return self._resolved[key]

    def links(self, path: str, *, embeds: bool = False) -> list[Link]:
        """Return the links of a note, or only its embeds."""
        return [
            Link(link.path or link.target, link.text, path)
            for link in self._links.get(path, ())
            if link.state != "web" and (link.embed or not embeds)
        ]

    def backlinks(self, path: str) -> list[str]:
        """Return the paths of the notes that link to a note."""
        return self._backlinks.get(path, [])

    @cached_property
    def _links(self) -> dict[str, list[LinkRow]]:
        return self._catalog.all_links()

    @cached_property
    def _targets(self) -> dict[tuple[str, str], str | None]:
        """The path of each link by note and target, because a query for each link would be slow."""
        return {
            (path, link.target): link.path for path, links in self._links.items() for link in links
        }

    @cached_property
    def _backlinks(self) -> dict[str, list[str]]:
        found: dict[str, dict[str, None]] = {}
        for source, links in self._links.items():
            for link in links:
                if link.path and link.path != source:
                    found.setdefault(link.path, {})[source] = None
        return {path: [*sources] for path, sources in found.items()}


def facts_of(row: Row) -> Facts:
    """Return the facts of a note from its row in the catalog.

    Syncing and copying change a file's creation time, so bases use the field `created` instead.
    """
    modified = dt.datetime.fromtimestamp(row.mtime_ns // 1_000_000_000)  # noqa: DTZ006 - local
    return Facts(row.path, row.fields, (*row.tags,), row.size, modified)
