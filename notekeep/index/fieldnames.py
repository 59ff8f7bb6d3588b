"""The names that a query, or a change of a field, may mean in one vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.markdown.kinds import known_names
from notekeep.query.fields import Fields

if TYPE_CHECKING:
    from notekeep.index.catalog import Catalog
    from notekeep.markdown.kinds import Schema


def known_fields(catalog: Catalog, schema: Schema) -> Fields:
    """The fields that kinds have and those that notes have, kinds, and flags."""
    kinds = {kind.id: kind.fields for kind in schema.kinds.values()}
    kin = {
        other: name for fields in kinds.values() for name in fields for other in known_names(name)
    }
    return Fields.of(kinds, {**catalog.field_names(), **schema.types}, kin)
