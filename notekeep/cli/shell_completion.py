"""What a shell may complete a word to, and how bash and fish are spoken to.

Each completion answers from the index as it is, with one question, and says nothing where something
is wrong: whoever completes a line reads no errors. Commands import this module for their options,
so what only an answer needs is imported by the answer.
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

from notekeep.cli.context import CommandContext
from notekeep.errors import NotekeepError
from notekeep.markdown.schema import FIELD_CHOICES, canonical
from notekeep.vault import Vault

Completion: TypeAlias = Callable[[click.Context, Any, str], list[str]]
"""Completes what is typed of an argument: the context, its parameter, and the text."""
MAX_COMPLETIONS = 100  # so many notes are offered at once; nobody reads further


def _completion(find: Callable[[Vault], Iterable[str]]) -> Completion:
    """Make what completes one of the names that are found in a vault."""

    def complete(context: click.Context, _parameter: object, typed: str) -> list[str]:
        return _ask(context, lambda vault: _filter_by_prefix(find(vault), typed))

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


def complete_note(context: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """Complete the name of a note; of several words, what is missing."""
    earlier: tuple[str, ...] = ()
    if parameter.nargs == -1:
        earlier = context.params.get(parameter.name or "") or ()
    return complete_rest_of_name(context, earlier, typed)


def complete_each_note(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """Complete the name of a note, where every word is one."""
    return complete_rest_of_name(context, (), typed)


def complete_rest_of_name(context: click.Context, earlier: Iterable[str], typed: str) -> list[str]:
    """Complete the name of a note that begins with the words before."""
    from notekeep.catalog.name_lookup import complete_name

    before = "".join(f"{word} " for word in earlier)
    found = _ask(
        context, lambda vault: complete_name(vault.catalog, before + typed, MAX_COMPLETIONS)
    )
    return [name[len(before) :] for name in found]


def complete_fields(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """Complete the last field of a list such as `title,aut`; a minus may stand before it."""
    start = typed.rfind(",") + 1
    start += typed.startswith("-", start)
    found = _ask(context, lambda vault: _filter_by_prefix(_shown_fields(vault), typed[start:]))
    return [typed[:start] + name for name in found]


def complete_tag(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """Complete a tag, with the `#` if it is there."""
    mark = typed[: len(typed) - len(typed.lstrip("#"))]
    begun = typed[len(mark) :]
    found = _ask(context, lambda vault: _filter_by_prefix(vault.catalog.tag_counts(), begun))
    return [mark + tag for tag in found]


def complete_query(context: click.Context, typed: str) -> list[str]:
    """Complete a condition of a query: a tag, a kind, a state or the value of a field."""
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
        found = _ask(
            context, lambda vault: _filter_by_prefix(vault.search.fields().things(), value)
        )
    else:
        values = _field_values(context, field, value.lstrip('"'))
        found = [f'"{one}"' if " " in one else one for one in values]
    return [f"{minus}{field}:{one}" for one in found]


def complete_change(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """Complete a change such as `status=` by what the field takes, else what notes have."""
    key, equals, value = typed.partition("=")
    name = canonical(key.rstrip("+-"))
    if not equals:
        return []
    if name == "tags":
        return [f"{key}={tag}" for tag in complete_tag(context, None, value)]
    return [f"{key}={one}" for one in _field_values(context, name, value)]


def _field_values(context: click.Context, name: str, typed: str) -> list[str]:
    """The values of a field that begin as typed: what it takes, else what notes have."""
    name = canonical(name)

    def find_values(vault: Vault) -> list[str]:
        usual = {"bool": ["true", "false"], "date": ["today", "yesterday"]}
        values = usual.get(vault.schema.type_of("", name) or "") or [
            one for (_, field), some in FIELD_CHOICES.items() if field == name for one in some
        ]
        return values or vault.search.values(name, limit=MAX_COMPLETIONS)

    return _filter_by_prefix(dict.fromkeys(_ask(context, find_values)), typed)


def complete_word(context: click.Context, typed: str) -> list[str]:
    """Complete a word of a command that takes its words raw."""
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


def _ask(context: click.Context, question: Callable[[Vault], list[str]]) -> list[str]:
    """Put a question to the vault that is meant; where something is wrong nothing is offered."""
    given = context.find_object(CommandContext) or CommandContext()
    with suppress(NotekeepError):  # whoever completes a line reads no errors
        return question(Vault.open(given.vault))
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
"""As click's, but that bash gives the line, and the values are quoted already."""


class Bash(BashComplete):
    """Reads the line as typed, and writes what takes the place of the begun word."""

    source_template = BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before, and the one that is begun."""
        line = os.environ.get("COMP_LINE")
        if line is None:
            return super().get_completion_args()
        # A letter more says whether a blank at the end is within quotes.
        words = split_arg_string(line + "x")
        return words[1:-1], words[-1][:-1]

    def format_completion(self, item: CompletionItem) -> str:
        """One value, without what stands before the place where bash breaks the word."""
        line = os.environ.get("COMP_LINE")
        if line is None or item.type != "plain":
            return super().format_completion(item)
        start, quote = 0, _open_quote(line)
        if not quote:
            breaks = set(os.environ.get("COMP_BREAKS", "")) & set(":=")
            begun = self.get_completion_args()[1]
            start = max((begun.rfind(one) for one in breaks), default=-1) + 1
        return f"plain,{_quote(item.value[start:], quote)}"


class Fish(FishComplete):
    """Keeps the commas of a name."""

    source_template = FishComplete.source_template.replace(
        'string split ","', 'string split -m 1 ","'
    )


def register_shells() -> None:
    """Register the shells with click, in place of its own way, which loses names."""
    add_completion_class(Bash, "bash")
    add_completion_class(Fish, "fish")


def _open_quote(line: str) -> str:
    """Return the quote that a line has not closed, or ""."""
    closed = re.sub(r"""\\.|'[^']*'|"(?:\\.|[^"\\])*\"""", "", line)
    return next((one for one in closed if one in "'\""), "")


def _quote(value: str, quote: str) -> str:
    """Quote a value, so that bash runs nothing of it; `quote` is the one that is open, if any."""
    if quote == "'":
        return value.replace("'", "'\\''")
    return re.sub(r'[\\$`"]' if quote else r"[^\w%+,./:=@-]", r"\\\g<0>", value)
