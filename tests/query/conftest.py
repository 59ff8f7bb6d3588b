"""The vault that the queries of these tests are asked of: two kinds, and what notes add."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from notekeep.catalog.columns import query_fields
from notekeep.query.grammar import parse_query

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.query.fields import QueryFields
    from notekeep.query.tree import Query

TODAY = date(2026, 11, 24)  # a Tuesday


@pytest.fixture
def fields() -> QueryFields:
    return query_fields(
        {
            "book": {
                "author": "list",
                "rating": "number",
                "pages": "number",
                "status": "text",
                "finished": "date",
            },
            "podcast": {"guest": "list", "url": "text"},
            "post": {"date": "date", "draft": "bool", "sources": "links"},
        },
        seen={"Priority": "any", "read date": "date"},
        aliases={"authors": "author", "myRate": "rating"},
    )


@pytest.fixture
def read(fields: QueryFields) -> Callable[[str], Query]:
    """Read a finished query on Tuesday, 24 November 2026."""
    return lambda text: parse_query(text, fields, today=TODAY)


@pytest.fixture
def read_typing(fields: QueryFields) -> Callable[[str], Query]:
    """Read a query while it is being typed."""
    return lambda text: parse_query(text, fields, today=TODAY, typing=True)
