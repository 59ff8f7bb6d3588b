"""Which habit a name means: in the log by its id and aliases, from a person also by a beginning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from notekeep.errors import Ambiguous, NotFound
from notekeep.habits.definition import RESERVED, Definition, fold_name, undefined_habit

_WORD_BREAKS = r"[\s._-]+"


class Habit(NamedTuple):
    """A habit that the index knows."""

    key: str  # its folded id
    definition: Definition  # what its note says, or what its lines alone say
    names: tuple[str, ...]  # the folded names under which the log may have it
    others: tuple[str, ...] = ()  # further notes with the same id; the first by path counts


def known_habits(definitions: Iterable[Definition], logged: Iterable[str]) -> list[Habit]:
    """Put definitions and the folded names of all entries together.

    An id is stronger than an alias, and an alias stronger than the name of a file, which is what
    a link in the log names. First come the habits that a note defines, in the order of their paths.
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
    strangers = sorted(set(logged) - owners.keys())
    return habits + [Habit(name, undefined_habit(name), (name,)) for name in strangers]


def find_habit(habits: Sequence[Habit], name: str) -> Habit:
    """Return the one habit that a person means; NotFound, or Ambiguous for one of several.

    An id or alias first, then a unique beginning of one or of a title, then a unique beginning of a
    word in one. Habits that are archived are only meant when no other is.
    """
    wanted = fold_name(name)
    for habit in habits:
        if wanted in habit.names:
            return habit
    active = [habit for habit in habits if not habit.definition.is_archived]
    for some in (active, habits):
        for words in (False, True):
            found = [habit for habit in some if wanted and _begins(habit, wanted, words=words)]
            if len(found) == 1:
                return found[0]
            if found:
                raise Ambiguous(
                    f'Several habits start with "{name}".',
                    [_label(habit.definition) for habit in found],
                    "Use more of the name.",
                )
    raise NotFound(f'There is no habit "{name}".', _suggestion(habits, wanted))


def is_name(habits: Sequence[Habit], name: str) -> bool:
    """Tell whether a word is the whole name of a habit."""
    wanted = fold_name(name)
    return any(wanted in habit.names for habit in habits)


def _label(definition: Definition) -> str:
    same = fold_name(definition.title) == fold_name(definition.id)
    return definition.id if same else f"{definition.id}  {definition.title}"


def _begins(habit: Habit, wanted: str, *, words: bool) -> bool:
    """Whether a name or the title begins so; with `words`, any word of one."""
    names = [*habit.names, fold_name(habit.definition.title)]
    if words:
        names = [word for name in names for word in re.split(_WORD_BREAKS, name)]
    return any(name.startswith(wanted) for name in names)


def _suggestion(habits: Sequence[Habit], wanted: str) -> str:
    import difflib

    names = [name for habit in habits for name in habit.names]
    near = difflib.get_close_matches(wanted, names, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    near = difflib.get_close_matches(wanted, sorted(RESERVED), n=1)
    if near:
        return f"Did you mean `notekeep habit {near[0]}`?"
    return "`notekeep habit list` lists them. `notekeep habit add` creates one."
