"""What a shell may complete a word to: notes, habits, tags, saved queries.

Each answers from the index as it is, with one question, and says nothing where something is wrong:
whoever completes a line reads no errors.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

    from notekeep.vault import Vault

MOST = 100
"""So many notes are offered at once; nobody reads further."""


def kinds(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """The kinds of the vault that begin so."""
    vault = _vault(context)
    return _begun(vault.schema.kinds, typed) if vault else []


def notes(context: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    """The names of notes that begin so; of a name of several words, what is missing."""
    earlier: tuple[str, ...] = ()
    if parameter.nargs == -1:
        earlier = context.params.get(parameter.name or "") or ()
    return rest_of_name(context, earlier, typed)


def each_note(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """The names of notes that begin so, where every word is a note."""
    return rest_of_name(context, (), typed)


def rest_of_name(context: click.Context, earlier: Iterable[str], typed: str) -> list[str]:
    """The names of notes that begin with the words before and with what is typed."""
    from notekeep.index.names import beginning

    vault = _vault(context)
    if vault is None:
        return []
    before = "".join(f"{word} " for word in earlier)
    with suppress(NotekeepError):
        return [name[len(before) :] for name in beginning(vault.catalog, before + typed, MOST)]
    return []


def tags(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """The tags that begin so, with the `#` if it is there."""
    vault = _vault(context)
    if vault is None:
        return []
    mark = typed[: len(typed) - len(typed.lstrip("#"))]
    with suppress(NotekeepError):
        return [mark + tag for tag in _begun(vault.tags(), typed[len(mark) :])]
    return []


def habits(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """The ids of habits that begin so."""
    vault = _vault(context)
    if vault is None:
        return []
    with suppress(NotekeepError):
        vault.habit_index.refresh()
        return _begun((habit.definition.id for habit in vault.habit_index.known()), typed)
    return []


def saved(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """The names of saved queries that begin so."""
    vault = _vault(context)
    return _begun(vault.saved, typed) if vault else []


def query(context: click.Context, typed: str) -> list[str]:
    """A condition of a query that is begun: a tag, a kind or a state."""
    minus = "-" if typed.startswith("-") else ""
    typed = typed[len(minus) :]
    if typed.startswith("#"):
        return [minus + tag for tag in tags(context, None, typed)]
    field, colon, value = typed.partition(":")
    if not colon:
        return []
    if field == "tag":
        found = tags(context, None, value)
    elif field == "type":
        found = kinds(context, None, value)
    elif field == "is":
        from notekeep.query.fields import FLAGS

        found = _begun(FLAGS, value)
    else:
        return []
    return [f"{minus}{field}:{one}" for one in found]


def change(context: click.Context, _parameter: object, typed: str) -> list[str]:
    """A change of a field, such as `status=`, with what the field takes, else what notes have."""
    key, equals, value = typed.partition("=")
    vault = _vault(context) if equals else None
    if vault is None:
        return []
    from notekeep.markdown.kinds import CHOICES, canonical

    name = canonical(key.rstrip("+-"))
    if name == "tags":
        return [f"{key}={tag}" for tag in tags(context, None, value)]
    found = [one for (_, field), said in CHOICES.items() if field == name for one in said]
    if vault.schema.type_of("", name) == "bool":
        found = ["true", "false"]
    elif not found:
        with suppress(NotekeepError):
            found = vault.values(name, limit=MOST)
    return [f"{key}={one}" for one in _begun(dict.fromkeys(found), value)]


def word(context: click.Context, typed: str) -> list[str]:
    """A word of a command that takes its words raw: a note, a habit, a tag or a query."""
    words = context.params.get("words", ())
    name = context.info_name
    if name in ("set", "tag"):
        if "--" in words:
            return rest_of_name(context, words[words.index("--") + 1 :], typed)
        if name == "tag" and typed[:1] in ("+", "-"):
            return [typed[0] + tag for tag in tags(context, None, typed[1:])]
        return change(context, None, typed) if name == "set" else []
    if name in ("check-in", "log", "edit"):
        return habits(context, None, typed)
    return query(context, typed) if name in ("ls", "search", "tasks", "random") else []


def _vault(context: click.Context) -> Vault | None:
    from notekeep.cli.context import open_vault

    with suppress(NotekeepError):
        return open_vault(_meant(context))
    return None


def _meant(context: click.Context) -> str | None:
    """What `--vault` said after the verb, or before it; no verb runs that could ask the scene."""
    found: str | None = context.params.get("vault") or context.find_root().params.get("vault")
    return found


def _begun(names: Iterable[str], typed: str) -> list[str]:
    folded = typed.casefold()
    return [name for name in names if name.casefold().startswith(folded)]
