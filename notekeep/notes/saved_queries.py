"""Saved queries, by name in the vault's settings."""

from __future__ import annotations

from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable

from notekeep.errors import NotFound, UsageError
from notekeep.notes.plan import WritePlan
from notekeep.notes.workspace import Workspace
from notekeep.settings import VAULT_SETTINGS

TABLE = "saved"


def plan_save_query(workspace: Workspace, name: str, query: str) -> WritePlan:
    """Plan to save a query under a name, or to remove it for an empty query."""
    name = name.strip()
    if not name or not name.isprintable():
        raise UsageError("The name of a saved query must be one line.", "Use a short name.")
    before = workspace.read_if_there(VAULT_SETTINGS)
    try:
        document: Any = tomlkit.parse((before or b"").decode("utf-8-sig"))
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{VAULT_SETTINGS} is not valid TOML: {error}.", "Fix it, then save again."
        ) from error
    table = document.setdefault(TABLE, tomlkit.table())
    if not isinstance(table, AbstractTable):
        raise UsageError(
            f"In {VAULT_SETTINGS}, `{TABLE}` is not a table.", "Fix it, then save again."
        )
    if query:
        table[name] = query
    elif table.pop(name, None) is None:
        raise NotFound(f"There is no saved query {name!r}.", "`notekeep saved` lists them.")
    plan = WritePlan("saved", name)
    plan.edit(VAULT_SETTINGS, before, tomlkit.dumps(document).encode("utf-8"))
    return plan
