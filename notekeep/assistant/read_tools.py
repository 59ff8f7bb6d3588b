"""The tools that read. All of them see only the public copy of the vault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from notekeep.assistant.public_vault import PublicVault
from notekeep.catalog.columns import COLUMNS, column_value
from notekeep.catalog.records import Row
from notekeep.dates import parse_iso
from notekeep.errors import NotFound, UsageError
from notekeep.markdown.text_edit import find_section
from notekeep.query.tree import Node, Regex, children
from notekeep.vault import Vault

MAX_ROWS = 200
"""Maximum number of rows in an answer."""

MAX_DAYS = 366
"""Longest span of days for habits."""

MAX_QUERY = 1_000
"""Maximum length of a query or a name."""

PLAIN_FIELDS = ("path", "title", "type")


class ReadTools:
    """The tools by name; each returns a JSON object."""

    def __init__(self, public: PublicVault) -> None:
        self._public = public

    def search(self, query: str, limit: int = 20) -> dict[str, Any]:
        """Search notes; the hits have snippets, best first."""
        vault = self._public.refresh(words=True)
        _check_query(vault, query)
        found = vault.search.search(query, limit=_bounded(limit)).as_object(query)
        for hit in found["hits"]:
            hit["uri"] = note_uri(hit["path"])
        return found

    def get(self, note: str, section: str = "", lines: str = "") -> dict[str, Any]:
        """Return the text and the fields of a note, or a section, or some lines of it."""
        vault = self._public.refresh()
        row = _resolve(vault, note)
        found = vault.workspace.note(row.path, vault.workspace.read(row.path))
        text, first = found.body_lf, 1
        if section and lines:
            raise UsageError("Use either section or lines.")
        if section:
            span = find_section(text, found.spans, section)
            if span is None:
                raise NotFound(
                    f'The note has no section "{section}".', "The tool outline lists them."
                )
            first += text.count("\n", 0, span[0])
            text = text[slice(*span)]
        elif lines:
            first, last = _read_span(lines)
            text = "\n".join(text.split("\n")[first - 1 : last])
        return {**_describe(row), "fields": row.fields, "first_line": first, "text": text}

    def list(
        self, query: str = "", fields: Sequence[str] = (), sort: str = "", limit: int = 100
    ) -> dict[str, Any]:
        """List the notes that match a query, with some of their fields."""
        vault = self._public.refresh()
        asked = f"{query} sort:{sort}".strip() if sort else query
        _check_query(vault, asked)
        names = [*PLAIN_FIELDS, *(_field_name(vault, name) for name in fields)]
        found = vault.search.rows(asked, limit=_bounded(limit))
        rows = [{name: column_value(row, name) for name in names} for row in found.rows]
        return {"total": found.total, "rows": rows, "remarks": [*found.remarks]}

    def outline(self, note: str) -> dict[str, Any]:
        """Return the headings of a note, with their lines in the text."""
        vault = self._public.refresh()
        row = _resolve(vault, note)
        found = vault.workspace.note(row.path, vault.workspace.read(row.path))
        headings = [
            {
                "level": one.level,
                "text": one.text,
                "line": found.body_lf.count("\n", 0, one.start) + 1,
            }
            for one in found.spans.headings
        ]
        return {**_describe(row), "headings": headings}

    def links(self, note: str) -> dict[str, Any]:
        """Return the links of a note, and the links to it."""
        vault = self._public.refresh()
        row = _resolve(vault, note)
        links = [one._asdict() for one in vault.search.links(row.path)]
        backlinks = [one._asdict() for one in vault.search.backlinks(row.path)]
        return {**_describe(row), "links": links, "backlinks": backlinks}

    def related(self, note: str, limit: int = 10) -> dict[str, Any]:
        """Return similar notes, and what they share."""
        vault = self._public.refresh(words=True)
        row = _resolve(vault, note)
        found = vault.search.related(row.path, limit=_bounded(limit))
        related = [
            {**_describe(one.row), "score": round(one.score, 4), "why": [*one.why]} for one in found
        ]
        return {**_describe(row), "related": related}

    def today(self, day: str = "") -> dict[str, Any]:
        """Return the habits and tasks that are due on a day, and what happened."""
        from notekeep.services.overview import gather_overview

        vault = self._public.refresh(log=True)
        shown = _parse_day(vault, day) if day else vault.today()
        found = gather_overview(vault.search, vault.habits, vault.recall, shown).as_object()
        del found["to_recall"], found["conflicts"]  # the copy has no answers and no copies
        return found

    def habits(self, day: str = "", last: str = "") -> dict[str, Any]:
        """Return all habits as of a day, or their days from `day` to `last`."""
        vault = self._public.refresh(log=True)
        first = _parse_day(vault, day) if day else vault.today()
        end = _parse_day(vault, last) if last else first
        if not 0 <= (end - first).days < MAX_DAYS:
            raise UsageError(f"A span has 1 to {MAX_DAYS} days.")
        views = vault.habits.views(end, first=first if last else None, last=end)
        return {"day": end.isoformat(), "habits": [one.as_object() for one in views]}

    def vocabulary(self, field: str = "") -> dict[str, Any]:
        """Return the kinds, tags and fields of the vault, or the values of a field."""
        vault = self._public.refresh()
        if field:
            name = _field_name(vault, field)
            return {"field": name, "values": vault.search.values(name, limit=MAX_ROWS)}
        facets, known = vault.search.facets(), vault.search.fields()
        used = vault.catalog.field_names()
        fields = [
            {"field": name, "type": found.type}
            for name in known.names()
            if (found := known.find(name)) and (name in used or name in COLUMNS)
        ]
        return {
            "kinds": facets.kinds,
            "tags": facets.tags,
            "folders": facets.folders,
            "fields": fields,
        }

    # For resources and proposals.

    def recent(self, limit: int) -> dict[str, Any]:
        """Return the notes that changed last."""
        rows = self._public.refresh().search.rows("sort:-modified", limit=limit).rows
        return {"notes": [_describe(row) for row in rows]}

    def name_paths(self, arguments: Mapping[str, Any]) -> tuple[Vault, dict[str, Any]]:
        """Return the copy, and arguments of a proposal with paths and ids for names."""
        vault = self._public.refresh(log="habit" in arguments)
        found = dict(arguments)
        if "note" in found:
            found["note"] = _resolve(vault, found["note"]).path
        if "notes" in found:
            paths = [_resolve(vault, name).path for name in found["notes"]]
            found["notes"] = [*dict.fromkeys(paths)]
        if "habit" in found:
            habit = vault.habits.resolve(found["habit"])
            found["habit"] = habit.definition.id
        return vault, found


def note_uri(path: str) -> str:
    """Return the address of a note as a resource."""
    from urllib.parse import quote

    return f"notekeep://note/{quote(path, safe='', errors='replace')}"


def _describe(row: Row) -> dict[str, Any]:
    return {
        "path": row.path,
        "title": row.title,
        "kind": row.kind,
        "tags": row.tags,
        "uri": note_uri(row.path),
    }


def _resolve(vault: Vault, name: str) -> Row:
    if len(name) > MAX_QUERY:
        raise UsageError("That name is too long.")
    return vault.workspace.resolve(name)


def _check_query(vault: Vault, query: str) -> None:
    """Refuse regular expressions, which may take long, and very long queries."""
    if len(query) > MAX_QUERY:
        raise UsageError(f"A query has at most {MAX_QUERY} characters.", "Shorten it.")
    root = vault.search.parse(query, pasted=True).root
    if root is not None and _has_regex(root):
        raise UsageError("Regular expressions are not available here.", "Use words or prefix*.")


def _has_regex(node: Node) -> bool:
    return isinstance(node, Regex) or any(map(_has_regex, children(node)))


def _field_name(vault: Vault, name: str) -> str:
    known = vault.search.fields()
    field = known.find(name.strip())
    if field is None or (field.name in COLUMNS and COLUMNS[field.name].read is None):
        near = known.nearest_field(name)
        hint = f"Did you mean {near}?" if near else "The tool vocabulary lists the fields."
        raise UsageError(f'There is no field "{name}".', hint)
    return field.name


def _bounded(limit: int) -> int:
    return max(1, min(limit, MAX_ROWS))


def _parse_day(vault: Vault, text: str) -> dt.date:
    words = {"today": 0, "yesterday": 1}
    if text.strip().lower() in words:
        return vault.today() - dt.timedelta(words[text.strip().lower()])
    day = parse_iso(text.strip())
    if day is None or not 1900 <= day.year <= 2199:
        raise UsageError(f'"{text}" is not a date.', "Write it as 2026-11-24.")
    return day


def _read_span(lines: str) -> tuple[int, int]:
    first, _, last = lines.partition("-")
    try:
        span = int(first), int(last or first)
    except ValueError:
        raise UsageError(f'"{lines}" are not lines.', "Write them as 10-25.") from None
    if not 1 <= span[0] <= span[1]:
        raise UsageError(f'"{lines}" are not lines.', "Lines start at 1.")
    return span
