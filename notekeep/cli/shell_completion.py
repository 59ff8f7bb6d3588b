"""Shell completion, and its protocol for bash and fish.

A completion makes one query to the existing index, and is empty after an error. All commands import
this module, so each function imports its own dependencies.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, TypeAlias

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    add_completion_class,
    split_arg_string,
)

from notekeep.cli.context import options_of
from notekeep.dates import WEEKDAYS
from notekeep.errors import NotekeepError
from notekeep.markdown.fields.schema import CURRENT_NOTES, canonical
from notekeep.vault import Vault

Completion: TypeAlias = Callable[[click.Context, Any, str], list[str]]
"""Returns completions for a context, a parameter and the typed text."""
MAX_COMPLETIONS = 100


def _completion(find: Callable[[Vault], Iterable[str]]) -> Completion:
    """Return a completion function for the names that `find` returns."""

    def complete(context: click.Context, _parameter: object, typed: str) -> list[str]:
        return _query_vault(context, lambda vault: _filter_by_prefix(find(vault), typed))

    return complete


def _habit_ids(vault: Vault) -> Iterator[str]:
    vault.habits.refresh()
    return (habit.definition.id for habit in vault.habits.known())


def _shown_fields(vault: Vault) -> list[str]:
    from notekeep.catalog.columns import COLUMNS

    hidden = {column.name for column in COLUMNS.values() if column.read is None}
    return [name for name in vault.search.fields().names() if name not in hidden]


def _groupings(vault: Vault) -> list[str]:
    from notekeep.catalog.queries import GROUPINGS

    return sorted({*_shown_fields(vault), *GROUPINGS})


complete_grouping = _completion(_groupings)
complete_kind = _completion(lambda vault: vault.schema.kinds)
complete_saved_query = _completion(lambda vault: vault.search.saved)
complete_habit = _completion(_habit_ids)
complete_day = _completion(lambda _vault: ("today", "yesterday", "tomorrow", *WEEKDAYS))
complete_base = _completion(
    lambda vault: (base.path for base in vault.bases.files() if not base.problem)
)


def complete_view(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """Complete the name of a view of the base in the preceding argument."""
    name = context.params.get("name") or ""

    def views(vault: Vault) -> list[str]:
        return [view.name for view in vault.bases.find(name).base.views]

    return _query_vault(context, lambda vault: _filter_by_prefix(views(vault), typed))


def complete_note(context: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """Complete the name of a note, which may have several words."""
    earlier: tuple[str, ...] = ()
    if parameter.nargs == -1:
        earlier = context.params.get(parameter.name or "") or ()
    return complete_rest_of_name(context, earlier, typed)


def complete_open(context: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """Complete the name of a note, or `today`, `week` or `month`."""
    found = complete_note(context, parameter, typed)
    return (
        found if context.params.get("note") else [*_filter_by_prefix(CURRENT_NOTES, typed), *found]
    )


def complete_each_note(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """Complete the name of a note in a list of notes."""
    return complete_rest_of_name(context, (), typed)


def complete_rest_of_name(context: click.Context, earlier: Iterable[str], typed: str) -> list[str]:
    """Complete the name of a note that starts with the preceding words."""
    from notekeep.catalog.name_lookup import complete_name

    before = "".join(f"{word} " for word in earlier)
    found = _query_vault(
        context, lambda vault: complete_name(vault.catalog, before + typed, MAX_COMPLETIONS)
    )
    return [name[len(before) :] for name in found]


def complete_fields(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """Complete the last field of a list such as `title,aut` or `-aut`."""
    start = typed.rfind(",") + 1
    start += typed.startswith("-", start)
    found = _query_vault(
        context, lambda vault: _filter_by_prefix(_shown_fields(vault), typed[start:])
    )
    return [typed[:start] + name for name in found]


def complete_tag(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """Complete a tag, with or without `#`."""
    mark = typed[: len(typed) - len(typed.lstrip("#"))]
    partial = typed[len(mark) :]
    found = _query_vault(
        context, lambda vault: _filter_by_prefix(vault.catalog.tag_counts(), partial)
    )
    return [mark + tag for tag in found]


def complete_query(context: click.Context, typed: str) -> list[str]:
    """Complete a condition of a query: a tag, kind, state or field value."""
    minus = "-" if typed.startswith("-") else ""
    typed = typed[len(minus) :]
    if typed.startswith("#"):
        return [minus + tag for tag in complete_tag(context, None, typed)]
    field, colon, value = typed.partition(":")
    if not colon:
        return []
    if field == "tag":
        found = complete_tag(context, None, value)
    elif field == "type":
        found = complete_kind(context, None, value)
    elif field == "is":
        from notekeep.catalog.columns import STATES

        found = _filter_by_prefix(STATES, value)
    elif field == "sort":
        found = complete_fields(context, None, value)
    elif field in ("has", "no"):
        found = _query_vault(
            context, lambda vault: _filter_by_prefix(vault.search.fields().things(), value)
        )
    else:
        values = _field_values(context, field, value.lstrip('"'))
        found = [f'"{one}"' if " " in one else one for one in values]
    return [f"{minus}{field}:{one}" for one in found]


def complete_change(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """Complete a change such as `status=` with the field's choices or existing values."""
    key, equals, value = typed.partition("=")
    name = canonical(key.rstrip("+-"))
    if not equals:
        return []
    if name == "tags":
        return [f"{key}={tag}" for tag in complete_tag(context, None, value)]
    return [f"{key}={one}" for one in _field_values(context, name, value)]


def _field_values(context: click.Context, name: str, typed: str) -> list[str]:
    """Return the choices or existing values of a field that start with the typed text."""
    name = canonical(name)

    def find_values(vault: Vault) -> list[str]:
        from notekeep.services.completion import field_choices

        if vault.schema.type_of("", name) == "date":
            return ["today", "yesterday"]
        choices = field_choices(vault.schema, name)
        return choices or vault.search.values(name, limit=MAX_COMPLETIONS)

    return _filter_by_prefix(dict.fromkeys(_query_vault(context, find_values)), typed)


def complete_word(context: click.Context, typed: str) -> list[str]:
    """Complete a word of a `RawCommand`."""
    words = context.params.get("words", ())
    name = context.info_name
    if name in ("set", "tag"):
        if "--" in words:
            return complete_rest_of_name(context, words[words.index("--") + 1 :], typed)
        if name == "tag" and typed[:1] in ("+", "-"):
            return [typed[0] + tag for tag in complete_tag(context, None, typed[1:])]
        return complete_change(context, None, typed) if name == "set" else []
    if name in ("check-in", "log", "edit"):
        return complete_habit(context, None, typed)
    return complete_query(context, typed) if name in ("ls", "search", "tasks", "random") else []


def _query_vault(context: click.Context, query: Callable[[Vault], list[str]]) -> list[str]:
    """Query the vault of the command line; return an empty list after an error."""
    with suppress(NotekeepError):
        return query(Vault.open(options_of(context).vault))
    return []


def _filter_by_prefix(names: Iterable[str], typed: str) -> list[str]:
    folded = typed.casefold()
    return [name for name in names if name.casefold().startswith(folded)]


BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' value
    COMPREPLY=()
    for value in $(COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_BREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete $1); do
        case $value in
            file,*) compopt -o default ;;
            dir,*) compopt -o dirnames ;;
            *) COMPREPLY+=("${value#*,}") ;;
        esac
    done
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""
"""click's script, modified to pass the whole line and to accept quoted values."""


class Bash(BashComplete):
    """Completion for bash, which parses the whole line and replaces the last word."""

    source_template = BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the complete words, and the incomplete word."""
        line = os.environ.get("COMP_LINE")
        if line is None:
            return super().get_completion_args()
        # The added letter shows whether a space at the end is inside quotes.
        words = split_arg_string(line + "x")
        return words[1:-1], words[-1][:-1]

    def format_completion(self, item: CompletionItem) -> str:
        """Format a value without the part before bash's last word break."""
        line = os.environ.get("COMP_LINE")
        if line is None or item.type != "plain":
            return super().format_completion(item)
        closed = re.sub(r"""\\.|'[^']*'|"(?:\\.|[^"\\])*\"""", "", line)
        start, quote = 0, next((one for one in closed if one in "'\""), "")
        if not quote:
            breaks = set(os.environ.get("COMP_BREAKS", "")) & set(":=")
            partial = split_arg_string(re.sub(r"\\[:=]", "_", line) + "x")[-1][:-1]
            start = max((partial.rfind(one) for one in breaks), default=-1) + 1
        return f"plain,{_quote(item.value[start:], quote)}"


class Fish(FishComplete):
    """Completion for fish, with commas in names."""

    source_template = FishComplete.source_template.replace(
        'string split ","', 'string split -m 1 ","'
    )


def register_shells() -> None:
    """Register these classes with click, because click's own classes lose some names."""
    add_completion_class(Bash, "bash")
    add_completion_class(Fish, "fish")


def _quote(value: str, quote: str) -> str:
    """Quote a value, so that bash runs no code in it; `quote` is the open quote or ""."""
    if quote == "'":
        text = value.replace("'", "'\\''")
    elif quote:  # a backslash does not escape "!", which starts history expansion
        text = re.sub(r'[\\$`"]', r"\\\g<0>", value).replace("!", "\"'!'\"")
    else:
        text = re.sub(r"[^\w%+,./:=@-]", r"\\\g<0>", value)
    # bash adds the closing quote, unless the value ends with a quote.
    return text + quote if quote and text.endswith(quote) else text
