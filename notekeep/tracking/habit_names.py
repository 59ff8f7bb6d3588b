"""Find habits by name: in the log by id or alias, in commands also by a prefix of a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from notekeep.errors import Ambiguous, NotFound
from notekeep.habits.definition import RESERVED, Definition, DefinitionProblem, fold_name
from notekeep.habits.schedule import Dated, Schedule, Untracked

_WORD_BREAKS = r"[\s._-]+"


class Habit(NamedTuple):
    """A habit and its names."""

    key: str  # its folded id
    definition: Definition
    names: tuple[str, ...]  # its folded names in the log
    others: tuple[str, ...] = ()  # other notes with the same id; the first path is used


def known_habits(definitions: Iterable[Definition], logged: Iterable[str]) -> list[Habit]:
    """Return all habits, from their definitions and the folded names in the log.

    An id takes precedence over an alias, and an alias over a file name, which links in the log use.
    Habits with a note come first, sorted by path.
    """
    by_key: dict[str, list[Definition]] = {}
    for definition in definitions:
        by_key.setdefault(fold_name(definition.id), []).append(definition)
    owners = {key: key for key in by_key}
    for key, (definition, *_) in by_key.items():
        for alias in definition.aliases:
            owners.setdefault(fold_name(alias), key)
    for key, (definition, *_) in by_key.items():
        owners.setdefault(fold_name(definition.stem), key)
    names: dict[str, list[str]] = {}
    for name, key in owners.items():
        names.setdefault(key, []).append(name)
    habits = [
        Habit(key, first, tuple(names[key]), tuple(other.path for other in rest))
        for key, (first, *rest) in by_key.items()
    ]
    # A habit without a note is never due, but its entries are shown.
    schedules: tuple[Dated[Schedule], ...] = (Dated(0, Untracked()),)
    undefined = [
        Habit(name, Definition(name, name, schedules=schedules), (name,))
        for name in sorted(set(logged) - owners.keys())
    ]
    return _resolve_parts(habits + undefined)


def _resolve_parts(habits: list[Habit]) -> list[Habit]:
    """Replace the names of parts with keys; unknown and circular parts become problems."""
    by_name = {name: habit for habit in habits for name in habit.names}

    def contains(habit: Habit, key: str, seen: frozenset[str] = frozenset()) -> bool:
        inner = (by_name.get(fold_name(name)) for name in habit.definition.parts)
        return habit.key == key or any(
            part is not None and part.key not in seen and contains(part, key, seen | {habit.key})
            for part in inner
        )

    found = []
    for habit in habits:
        definition = habit.definition
        keys, problems = [], list(definition.problems)
        for name in definition.parts:
            part = by_name.get(fold_name(name))
            message = ""
            if part is None:
                message = f'There is no habit "{name}".'
            elif contains(part, habit.key):
                message = f"{name} contains {definition.id} itself."
            else:
                keys.append(part.key)
            if message:
                key, hint = f"{definition.combines} of", "Use the ids of other habits."
                problems.append(DefinitionProblem(key, message, hint))
        if definition.parts:
            parts = [one.definition for one in habits if one.key in keys]
            definition = definition._replace(
                parts=tuple(keys),
                problems=tuple(problems),
                # A combination of limits is met as long as nothing is logged.
                unlogged="met" if parts and all(map(_counts_silence, parts)) else "",
            )
        found.append(habit._replace(definition=definition))
    return found


def _counts_silence(habit: Definition) -> bool:
    return habit.counts_silence(habit.goals[-1].rule)


def find_habit(habits: Sequence[Habit], name: str) -> Habit:
    """Return the habit with a name. Raises NotFound or Ambiguous if there is not exactly one.

    The order is: an id or alias; a unique prefix of an id, alias or title; a unique prefix of a
    word in any of these. Archived habits come last.
    """
    folded = fold_name(name)
    for habit in habits:
        if folded in habit.names:
            return habit
    active = [habit for habit in habits if not habit.definition.is_archived]
    for some in (active, habits):
        for words in (False, True):
            found = [habit for habit in some if folded and _begins(habit, folded, words=words)]
            if len(found) == 1:
                return found[0]
            if found:
                raise Ambiguous(
                    f'Several habits start with "{name}".',
                    [_label(habit.definition) for habit in found],
                    "Type more of the name.",
                )
    raise NotFound(f'There is no habit "{name}".', _suggestion(habits, folded))


def _label(definition: Definition) -> str:
    same = fold_name(definition.title) == fold_name(definition.id)
    return definition.id if same else f"{definition.id}  {definition.title}"


def _begins(habit: Habit, folded: str, *, words: bool) -> bool:
    """Whether a name or the title starts with `folded`; with `words`, any word in them."""
    names = [*habit.names, fold_name(habit.definition.title)]
    if words:
        names = [word for name in names for word in re.split(_WORD_BREAKS, name)]
    return any(name.startswith(folded) for name in names)


def _suggestion(habits: Sequence[Habit], folded: str) -> str:
    import difflib

    names = [name for habit in habits for name in habit.names]
    near = difflib.get_close_matches(folded, names, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    near = difflib.get_close_matches(folded, sorted(RESERVED), n=1)
    if near:
        return f"Did you mean `notekeep habit {near[0]}`?"
    return "`notekeep habit list` lists them. `notekeep habit add` creates one."
