"""The names that extensions may import; everything else in notekeep is private.

`docs/extending.md` is the manual. Until version 1.0, the changelog lists changes here.

Formats (group `notekeep.formats`): a `Format` yields `Work`, `Page`, `Bookmark`, `ImportedHabit`
and `Loss`; `each_text`, `each_file` and `each_row` create its reader, `has_words` and `has_columns`
its detection. Targets (`notekeep.targets`): a subclass of `Target` with a `Dialect`. Commands
(`notekeep.commands`): a click command, whose `context.obj` is the open `Vault`. Actions
(`notekeep.actions`): an `Action`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from notekeep.extensions import API

if TYPE_CHECKING:
    from notekeep.errors import NotekeepError, NotFound, Refused, UsageError
    from notekeep.export.draft import Draft
    from notekeep.export.post import Post
    from notekeep.export.rewrite.dialect import Dialect, Math
    from notekeep.export.targets.front_matter import EMPTY_TEXT, drop_empty, format_yaml_head
    from notekeep.export.targets.target import Target
    from notekeep.importing.formats.json_items import read_json
    from notekeep.importing.formats.reading import (
        each_file,
        each_row,
        each_text,
        has_columns,
        has_words,
        head_text,
    )
    from notekeep.importing.input_files import InputFiles
    from notekeep.importing.records import (
        Bookmark,
        Format,
        ImportedDay,
        ImportedHabit,
        Loss,
        Page,
        PageFile,
        Passage,
        Record,
        Work,
        clean_text,
        file_link,
        one_line,
        page_link,
    )
    from notekeep.markdown.fields.field_values import BareText
    from notekeep.notes.plan import WritePlan
    from notekeep.vault import Vault

__all__ = [
    "API",
    "EMPTY_TEXT",
    "Action",
    "BareText",
    "Bookmark",
    "Dialect",
    "Draft",
    "Format",
    "ImportedDay",
    "ImportedHabit",
    "InputFiles",
    "Loss",
    "Math",
    "NotFound",
    "NotekeepError",
    "Page",
    "PageFile",
    "Passage",
    "Post",
    "Record",
    "Refused",
    "Target",
    "UsageError",
    "Vault",
    "Work",
    "WritePlan",
    "clean_text",
    "drop_empty",
    "each_file",
    "each_row",
    "each_text",
    "file_link",
    "format_yaml_head",
    "has_columns",
    "has_words",
    "head_text",
    "one_line",
    "page_link",
    "read_json",
]


# Imported on first use: an action needs none of the export modules.
_MODULES = (
    *("errors", "vault", "notes.plan", "markdown.fields.field_values"),
    *("importing.records", "importing.input_files"),
    *("export.post", "export.rewrite.dialect", "export.targets.front_matter"),
    *("export.targets.target", "export.draft"),
    *("importing.formats.reading", "importing.formats.json_items"),
)


def __getattr__(name: str) -> object:
    """Import a name on first use."""
    for module in _MODULES if name in __all__ else ():
        found: object = getattr(import_module(f"notekeep.{module}"), name, None)
        if found is not None:
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@dataclass(frozen=True, slots=True)
class Action:
    """A command of the app, for the group `notekeep.actions`.

    `run` gets the open vault and the vault-relative paths of the selected notes. It runs in a
    background thread and must not write anything: a returned plan is shown and applied as
    one step that `undo` reverts, a returned text is shown, and None shows nothing.
    """

    id: str  # letters, digits and "-"; unique in the app
    title: str  # in the palette and the help, such as "Count words"
    key: str | None  # the default key, or None; it cannot replace a key of notekeep
    run: Callable[[Vault, Sequence[str]], WritePlan | str | None]


def check_action(value: object) -> Action:
    """Return an action unchanged; raise TypeError for any other object."""
    if not isinstance(value, Action):
        raise TypeError(f"it is of type {type(value).__name__}, not an Action")
    return value
