"""The names that a query, or a change of a field, may mean in one vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.markdown.schema import other_names
from notekeep.query.fields import QueryFields

if TYPE_CHECKING:
    from notekeep.catalog.catalog import Catalog
    from notekeep.markdown.schema import Schema


def known_fields(catalog: Catalog, schema: Schema) -> QueryFields:
    """The fields that kinds have and those that notes have, kinds, and flags."""
    kinds = {kind.id: kind.fields for kind in schema.kinds.values()}
    kin = {
        other: name for fields in kinds.values() for name in fields for other in other_names(name)
    }
    return QueryFields.of(kinds, {**catalog.field_names(), **schema.types}, kin)
