"""A vault on disk with its index, as the tests of this room use it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.catalog.catalog import Catalog
from notekeep.catalog.columns import query_fields
from notekeep.catalog.indexer import Indexer, RefreshResult
from notekeep.markdown.fields.schema import DEFAULT_SCHEMA, KINDS
from notekeep.query.grammar import parse_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from notekeep.errors import Problem
    from notekeep.markdown.fields.schema import Schema
    from notekeep.query.tree import Query
    from notekeep.search.whoosh_index import WhooshIndex
    from notekeep.storage.content import OutsideVersion

TODAY = date(2026, 11, 24)


class Vault:
    """A folder of notes and a cache folder beside it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "vault"
        self.cache = folder / "cache"
        self.root.mkdir()
        self.catalog = Catalog(self.cache)

    def write(self, path: str, text: str | bytes = "") -> None:
        """Write a file as another program would."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode() if isinstance(text, str) else text)

    def remove(self, path: str) -> None:
        os.remove(self.root / path)

    def indexer(
        self,
        words: WhooshIndex | None = None,
        schema: Schema = DEFAULT_SCHEMA,
        keep: Callable[[list[OutsideVersion]], list[Problem]] | None = None,
    ) -> Indexer:
        index = (lambda: words) if words is not None else None
        return Indexer(str(self.root), self.catalog, index, schema, keep)

    def refresh(
        self,
        words: WhooshIndex | None = None,
        schema: Schema = DEFAULT_SCHEMA,
        keep: Callable[[list[OutsideVersion]], list[Problem]] | None = None,
        **options: Any,
    ) -> RefreshResult:
        return self.indexer(words, schema, keep).refresh(**options)

    def query(self, text: str, *, typing: bool = False) -> Query:
        kinds = {kind.id: kind.fields for kind in KINDS.values()}
        fields = query_fields(kinds, self.catalog.field_names())
        return parse_query(text, fields, today=TODAY, typing=typing)

    def ls(self, text: str = "") -> list[str]:
        """The paths that a query of facts lists, without `.md`, in order."""
        query = self.query(text)
        total, rows = self.catalog.rows(query.root, query.order, query.limit)
        assert query.limit is not None or total == len(rows)
        return [row.path.removesuffix(".md") for row in rows]


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    made = Vault(tmp_path)
    yield made
    made.catalog.close()


@pytest.fixture(scope="session")
def make_vault() -> Iterator[Callable[[Path], Vault]]:
    """Make a vault in a folder, for fixtures that live longer than a test."""
    made: list[Vault] = []

    def make(folder: Path) -> Vault:
        made.append(Vault(folder))
        return made[-1]

    yield make
    for one in made:
        one.catalog.close()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Enough threads for all that a test lets ask at once."""
    with ThreadPoolExecutor(16) as pool:
        yield pool
