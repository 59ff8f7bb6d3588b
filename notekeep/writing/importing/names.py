"""Which habit of the vault an imported one is, and which names are left for a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.habits.definition import RESERVED, fold_name, is_id

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from notekeep.habits.imports.source import Taken
    from notekeep.index.habits import Habit

OWN = "notekeep"
"""The format of our own exports, whose ids are those of the log."""


class Names:
    """The names of the habits of a vault while an import is planned.

    Args:
        known: The habits that there are.
        form: The format of the source.
    """

    def __init__(self, known: Sequence[Habit], form: str) -> None:
        self._free = list(known)
        self._given = {name for habit in known for name in habit.names}
        self._form = form

    def match(self, habit: Taken) -> Habit | None:
        """The habit of the vault that this one is: by where it came from, else by its name.

        None is matched twice, so that two of one name in a source stay two.
        """
        found = self._match(habit)
        if found is not None:
            self._free.remove(found)
        return found

    def _match(self, habit: Taken) -> Habit | None:
        origin = self.origin(habit)
        for each in self._free:
            if origin and each.definition.source_id == origin:
                return each
        wanted = {fold_name(name) for name in (habit.identity or habit.name, habit.name)}
        has_id = bool(origin) and not _is_named_after(origin, wanted)
        for each in self._free:
            names = {*each.names, fold_name(each.definition.title)}
            other = each.definition.source_id
            is_of_form = other.partition(":")[0] == self._form
            is_another = has_id and is_of_form and not _is_named_after(other, names)
            if wanted & names and not is_another:
                return each
        return None

    def origin(self, habit: Taken) -> str:
        """What a definition keeps of where it came from; of our own exports the id is enough."""
        return "" if self._form == OWN else f"{self._form}:{habit.source_id}"

    def new_id(self, habit: Taken) -> str:
        """An id that no habit has: the one it wants, or one made from its name."""
        from notekeep.markdown.note import slug

        wanted = habit.identity if is_id(habit.identity) else slug(habit.name)
        identity, number = wanted, 1
        while fold_name(identity) in self._given | RESERVED or not is_id(identity):
            number += 1
            identity = f"{wanted}-{number}" if is_id(f"{wanted}-{number}") else f"habit-{number}"
        self._given.add(fold_name(identity))
        return identity

    def take(self, name: str) -> bool:
        """Give a further name away; False when it is taken, or none that a log can have."""
        folded = fold_name(name)
        if not is_id(name) or folded in self._given:
            return False
        self._given.add(folded)
        return True


def _is_named_after(source_id: str, names: Collection[str]) -> bool:
    """Whether a format that has no ids for its habits gave this one its name as id."""
    return fold_name(source_id.partition(":")[2].partition("#")[0]) in names
