"""Reads the definition of a base: filters, formulas and views in YAML.

The format is documented at help.obsidian.md/bases/syntax. Unsupported parts are reported as
`Missing` with their line; the rest is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from notekeep.bases.evaluation import FILE_PROPERTIES, find_unknown
from notekeep.bases.expressions import Expression, ExpressionError, parse_expression
from notekeep.bases.summaries import SUMMARIES
from notekeep.markdown.fields.frontmatter_block import UnreadableBlock

if TYPE_CHECKING:
    import yaml

    from notekeep.markdown.fields.yaml_reader import YamlEntry
    from notekeep.markdown.tree import ParsedPage

BASE_SUFFIX: Final = ".base"
"""File extension for bases."""
SHOWN_TYPES: Final = ("", "table")
"""The types of views that look the same as in Obsidian; other views become tables."""


MAX_CONDITIONS: Final = 1_000
_MAX_DIGITS: Final = 12  # in `limit`
_KEYS: Final = frozenset({"filters", "formulas", "properties", "summaries", "views"})
_KINDS: Final[dict[str, Literal["and", "or", "not"]]] = {"and": "and", "or": "or", "not": "not"}


class Missing(NamedTuple):
    """An ignored part of a definition: its line, from 1, its source, and the reason."""

    line: int
    source: str
    reason: str
    is_filter: bool = False

    def __str__(self) -> str:
        return f"Line {self.line}: `{self.source}` is left out, because {self.reason}."


class Group(NamedTuple):
    """Conditions of which all, any or none must be true."""

    kind: Literal["and", "or", "not"]
    parts: tuple[Filter, ...]


Filter: TypeAlias = Expression | Group


class Sort(NamedTuple):
    """A property to sort by."""

    name: str
    descending: bool = False


class View(NamedTuple):
    """One view of a base."""

    name: str
    type: str = "table"
    filters: tuple[Filter, ...] = ()
    columns: tuple[str, ...] = ("file.name",)
    sort: tuple[Sort, ...] = ()
    group: Sort | None = None
    limit: int | None = None
    summaries: Mapping[str, str] = {}
    missing: tuple[Missing, ...] = ()


class Base(NamedTuple):
    """A base; each view includes the filters and missing parts of the whole base."""

    views: tuple[View, ...]
    formulas: Mapping[str, Expression] = {}
    names: Mapping[str, str] = {}  # display names, by property
    summaries: Mapping[str, Expression] = {}


class InvalidBase(Exception):
    """A definition that is not valid YAML; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message, self.line = message, line


def read_base(text: str, first_line: int = 1) -> Base:
    """Read a definition that starts on `first_line`. Raises InvalidBase for invalid YAML."""
    from notekeep.markdown.fields.yaml_reader import Document  # slow to import

    try:
        document = Document(text.removeprefix("\ufeff"))
    except UnreadableBlock as error:
        raise InvalidBase(error.message, first_line + error.line) from error
    reader = _Reader(first_line)
    parts = {entry.name: entry.value for entry in document.entries}
    shared = reader.filters(parts.get("filters"))
    reader.check_keys(document.entries)
    reader.formulas = {name for name, _ in _pairs(parts.get("formulas"))}
    formulas = dict(reader.expressions(parts.get("formulas")))
    summaries = dict(reader.expressions(parts.get("summaries")))
    reader.summaries = {*summaries}
    names = {
        property_name(key): shown
        for key, value in _pairs(parts.get("properties"))
        if (shown := _text(dict(_pairs(value)).get("displayName")))
    }
    common, reader.missing = reader.missing, []
    views = []
    for number, node in enumerate(_items(parts.get("views")), 1):
        view = reader.view(dict(_pairs(node)), f"View {number}")
        views.append(
            view._replace(
                filters=(*shared, *view.filters), missing=(*sorted([*common, *reader.missing]),)
            )
        )
        reader.missing = []
    return Base(
        tuple(views) or (View("Table", filters=shared, missing=tuple(common)),),
        formulas,
        names,
        summaries,
    )


def base_blocks(page: ParsedPage) -> Iterator[tuple[int, str]]:
    """Yield the line, from 1, and the text of each code block that defines a base."""
    for span in page.find("fence"):
        if is_base_block(span.info):
            yield page.line_of(span.start) + 1, span.words


def is_base_block(info: str) -> bool:
    """Whether a code block with this info string defines a base."""
    return info.split()[:1] == ["base"]


def property_name(name: str) -> str:
    """Return the full name of a property: `rating` is `note.rating`."""
    return name if name.partition(".")[0] in ("note", "file", "formula") else f"note.{name}"


class _Reader:
    """Reads the parts of one definition, and records unsupported parts."""

    def __init__(self, first_line: int) -> None:
        self._first_line = first_line
        self.formulas: set[str] = set()  # including unsupported formulas
        self.summaries: set[str] = set()  # those defined in the base
        self.missing: list[Missing] = []
        self._conditions = 0

    def check_keys(self, entries: Iterable[YamlEntry]) -> None:
        """Record the unknown keys."""
        for entry in entries:
            if entry.name not in _KEYS:
                self._miss(entry.key, entry.name, "a base has no such key")

    def view(self, parts: Mapping[str, yaml.Node], name: str) -> View:
        limit = _text(parts.get("limit"))[:_MAX_DIGITS]
        grouped = [*self._sorts(parts.get("groupBy"))]
        summaries = {}
        for key, value in _pairs(parts.get("summaries")):
            summary = _text(value)
            if summary in self.summaries or summary.lower() in SUMMARIES:
                summaries[property_name(key)] = summary
            else:
                self._miss(value, summary, "there is no such summary")
        order = (*(name for item in _items(parts.get("order")) if (name := self._property(item))),)
        return View(
            _text(parts.get("name")) or name,
            _text(parts.get("type")).lower(),
            self.filters(parts.get("filters")),
            order or ("file.name",),
            tuple(self._sorts(parts.get("sort"))),
            grouped[0] if grouped else None,
            int(limit) if limit.isdecimal() else None,
            summaries,
        )

    def filters(self, node: yaml.Node | None) -> tuple[Filter, ...]:
        """Return the conditions of a filter, all of which must be true."""
        if node is None:
            return ()
        try:
            found = self._filter(node)
        except RecursionError as error:  # an alias that contains itself
            raise self._too_many_conditions(node) from error
        if isinstance(found, Group) and found.kind == "and":
            return found.parts
        return () if found is None else (found,)

    def _too_many_conditions(self, node: yaml.Node) -> InvalidBase:
        line = self._first_line + node.start_mark.line
        return InvalidBase(f"It has more than {MAX_CONDITIONS} conditions.", line)

    def _filter(self, node: yaml.Node) -> Filter | None:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise self._too_many_conditions(node)
        pairs = [*_pairs(node)]
        if not pairs:
            return self._expression(node, is_filter=True) if _text(node) else None
        groups: list[Filter] = []
        for kind, value in pairs:
            items = _items(value) or [value]
            if kind in _KINDS:
                parts = (*(part for item in items if (part := self._filter(item)) is not None),)
                if parts:
                    groups.append(Group(_KINDS[kind], parts))
            else:
                self._miss(value, kind, "it is not `and`, `or` or `not`", is_filter=True)
        return groups[0] if len(groups) == 1 else Group("and", tuple(groups)) if groups else None

    def expressions(self, node: yaml.Node | None) -> Iterator[tuple[str, Expression]]:
        """Yield each expression with its name."""
        for name, value in _pairs(node):
            found = self._expression(value)
            if found is not None:
                yield name, found

    def _expression(self, node: yaml.Node, *, is_filter: bool = False) -> Expression | None:
        source = _text(node)
        try:
            found = parse_expression(source)
        except ExpressionError as error:
            self._miss(node, source, str(error), is_filter=is_filter)
            return None
        if unknown := [*dict.fromkeys(find_unknown(found))]:
            reason = f"{', '.join(unknown)} {'is' if len(unknown) == 1 else 'are'} not supported"
            self._miss(node, source, reason, is_filter=is_filter)
            return None
        return found

    def _sorts(self, node: yaml.Node | None) -> Iterator[Sort]:
        """Yield the properties of `sort` or `groupBy`; early versions call them `column`."""
        for item in [] if node is None else _items(node) or [node]:
            parts = dict(_pairs(item))
            name = self._property(parts.get("property") or parts.get("column") or item)
            if name:
                yield Sort(name, _text(parts.get("direction")).upper() == "DESC")

    def _property(self, node: yaml.Node) -> str:
        """Return the full name of a property; "" if there is no such property."""
        name = property_name(_text(node))
        owner, _, key = name.partition(".")
        if owner == "file" and key not in FILE_PROPERTIES:
            self._miss(node, name, "there is no such property")
        elif owner == "formula" and key not in self.formulas:
            self._miss(node, name, "there is no such formula")
        elif key:
            return name
        return ""

    def _miss(self, node: yaml.Node, source: str, reason: str, *, is_filter: bool = False) -> None:
        line = self._first_line + node.start_mark.line
        self.missing.append(Missing(line, " ".join(source.split()), reason, is_filter))


def _pairs(node: Any) -> list[tuple[str, Any]]:
    """Return the keys and values of a mapping; nothing for other nodes."""
    if node is None or node.id != "mapping":
        return []
    return [(str(key.value), value) for key, value in node.value if key.id == "scalar"]


def _items(node: Any) -> list[Any]:
    return node.value if node is not None and node.id == "sequence" else []


def _text(node: Any) -> str:
    return str(node.value).strip() if node is not None and node.id == "scalar" else ""
