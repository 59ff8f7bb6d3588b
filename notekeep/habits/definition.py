"""Parse the definition of a habit: the front matter of its note.

An invalid field is reported in `problems` and gets its default, so that a typo never hides a habit
or its history.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from notekeep import dates
from notekeep.errors import UsageError
from notekeep.habits.amounts import to_base_unit
from notekeep.habits.log import FIRST_DAY, LAST_DAY, is_habit_name
from notekeep.habits.schedule import (
    DAILY,
    AsParts,
    Dated,
    Goal,
    Schedule,
    goal_of,
    parse_goal,
    parse_reminders,
    parse_rules,
    parse_schedule,
    rule_on,
)

T = TypeVar("T")
Rule = TypeVar("Rule")
Read = TypeVar("Read")

Fields: TypeAlias = "Mapping[str, str | list[str]]"
"""Flat front matter: every value as text, or a list of texts."""

FOREVER = date.max.toordinal()
RESERVED = frozenset(
    {
        *("add", "ask", "archive", "doctor", "edit", "export", "import", "list", "log"),
        *("month", "pause", "prompt", "remind", "rename", "start", "stats", "stop", "todo", "undo"),
        *("week", "year"),
    }
)
"""Names of commands, which cannot be used as ids."""

_TRUE = frozenset({"true", "yes", "on", "1"})
_RULE_HINT = "Use a date like 2026-07-01, or a pause like 2026-07-01..2026-07-21."


class DefinitionProblem(NamedTuple):
    """An invalid field of a definition, with an error message and a hint."""

    key: str
    message: str
    hint: str = ""


class Definition(NamedTuple):
    """The definition of a habit. Days are ordinals."""

    id: str  # its name in the log; it never changes
    title: str
    aliases: tuple[str, ...] = ()  # other names in the log
    # In order, never empty; the first applies from the beginning.
    schedules: tuple[Dated[Schedule], ...] = (Dated(0, DAILY),)
    goals: tuple[Dated[Goal], ...] = (Dated(0, Goal()),)
    unit: str = ""  # of amounts without a unit
    since: int | None = None  # the first day; None for the day of the first entry
    until: int | None = None  # the last day
    pauses: tuple[tuple[int, int], ...] = ()  # first and last days, both included, in order
    is_archived: bool = False
    unlogged: str = ""  # `met` or `missed`, for past days without an entry; "": set by the goal
    combines: Literal["", "any", "all"] = ""  # how many of its parts must be met
    parts: tuple[str, ...] = ()  # the habits that it combines
    group: str = ""
    order: int | None = None  # position in the group; None comes last, by title
    remind: tuple[str, ...] = ()  # as written
    identity: str = ""  # such as "a person who reads"
    when: str = ""
    after: str = ""  # the habit before it: a name, or the target of a link
    tiny: str = ""
    source: str = ""  # such as a link to the note of a book, as written
    source_id: str = ""  # its id in the program it was imported from
    path: str = ""  # of the note, relative to the vault; "" for a habit without a note
    problems: tuple[DefinitionProblem, ...] = ()

    @property
    def stem(self) -> str:
        """The file name of its note without folder and suffix, as in a link."""
        return _file_stem(self.path)

    def schedule_on(self, day: int) -> Schedule:
        """Return the schedule that applies on a day."""
        return rule_on(self.schedules, day)

    def goal_on(self, day: int) -> Goal:
        """Return the goal that applies on a day."""
        return rule_on(self.goals, day)

    def counts_silence(self, goal: Goal) -> bool:
        """Whether a past day without an entry is a success under a goal."""
        return self.unlogged == "met" or (goal.kind == "most" and not self.unlogged)

    def outside(self, day: int) -> str:
        """Return the reason that a day does not count, such as `after gym ended`, or ""."""
        if self.since is not None and day < self.since:
            return f"before {self.id} starts"
        return f"after {self.id} ended" if self.until is not None and day > self.until else ""

    def is_paused_on(self, day: int) -> bool:
        """Whether a day is in a pause."""
        return self.is_paused_in(day, day)

    def is_paused_in(self, first: int, last: int) -> bool:
        """Whether one pause contains all of these days."""
        return any(start <= first and last <= end for start, end in self.pauses)


def fold_name(name: str) -> str:
    """Return a habit's name for comparison: NFC-normalized and case-folded."""
    return name.casefold() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def is_id(name: str) -> bool:
    """Whether a name can be the id of a habit."""
    return is_habit_name(name) and fold_name(name) not in RESERVED


def _file_stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name[:-3] if name[-3:].lower() == ".md" else name


def read_definition(fields: Fields, path: str = "") -> Definition | None:
    """Read a definition; None if the field `habit` is missing."""
    reader = _DefinitionReader(fields)
    identity = reader.text["habit"]
    if not identity:
        return None
    if not is_habit_name(identity):
        reader.report(
            "habit",
            f'"{identity}" is not a valid id.',
            "Use only letters, digits, dots, - and _. The field `title` has the name to show.",
        )
    elif fold_name(identity) in RESERVED:
        reader.report("habit", f"{identity} is the name of a habit command.", "Choose another id.")
    combines, parts = reader.parts()
    usual: Schedule = AsParts() if combines else DAILY
    schedules = reader.rules("schedule", parse_schedule, usual)
    goals, unit = reader.goals(schedules)
    return Definition(
        id=identity,
        title=reader.text["title"] or _file_stem(path) or identity,
        aliases=tuple(reader.items("aliases")),
        schedules=schedules,
        goals=goals,
        unit=unit,
        since=reader.since(),
        until=reader.day("until"),
        pauses=reader.pauses(),
        is_archived=reader.text["archived"].casefold() in _TRUE,
        unlogged=reader.unlogged(),
        combines=combines,
        parts=parts,
        group=reader.group(),
        order=reader.order(),
        remind=reader.reminders(),
        identity=reader.text["identity"],
        when=reader.text["when"],
        after=reader.after(),
        tiny=reader.text["tiny"],
        source=reader.text["source"],
        source_id=reader.text["source_id"],
        path=path,
        problems=tuple(reader.problems),
    )


def parse_pause(text: str) -> tuple[int, int]:
    """Read `2026-07-01..2026-07-21`, one day, or `2026-07-01..` for a pause without an end."""
    start, dots, end = (part.strip() for part in text.partition(".."))
    first = dates.parse_iso(start)
    if first is not None and end and len(end) in (2, 5):
        end = start[: 10 - len(end)] + end
    last = dates.parse_iso(end) if end else first
    if first is None or last is None or last < first:
        raise UsageError(f'"{text}" is not a pause.', _RULE_HINT, text=text, position=0)
    return first.toordinal(), last.toordinal() if end or not dots else FOREVER


def format_pause(first: int, last: int) -> str:
    """Return a pause as `parse_pause` reads it."""
    if first == last:
        return dates.format_iso(first)
    return f"{dates.format_iso(first)}..{'' if last == FOREVER else dates.format_iso(last)}"


def _link_target(text: str) -> str:
    """Return the name in `[[habits/coffee|Coffee]]`, or the text itself."""
    target = text.removeprefix("[[").removesuffix("]]").partition("|")[0]
    return target.partition("#")[0].rpartition("/")[2].strip()


class _DefinitionReader:
    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.problems: list[DefinitionProblem] = []
        self.text: defaultdict[str, str] = defaultdict(str)
        for key, value in fields.items():
            self.text[key] = (value if isinstance(value, str) else " ".join(value)).strip()

    def report(self, key: str, message: str, hint: str) -> None:
        self.problems.append(DefinitionProblem(key, message, hint))

    def items(self, key: str) -> list[str]:
        value = self.fields.get(key, [])
        items = value.split(",") if isinstance(value, str) else value
        return [item.strip() for item in items if item.strip()]

    def parsed(self, key: str, parse: Callable[[T], Read], value: T, default: Read) -> Read:
        """Parse a value; report an invalid one and return the default."""
        try:
            return parse(value)
        except UsageError as error:
            self.report(key, error.message, error.hint)
            return default

    def parts(self) -> tuple[Literal["", "any", "all"], tuple[str, ...]]:
        """Return `any` or `all`, and the names of the parts of a combined habit."""
        found = {key: self.items(f"{key} of") for key in ("any", "all")}
        if found["any"] and found["all"]:
            hint = "Delete one of them, or combine another combined habit."
            self.report("all of", "The habit has `any of` as well, which is used.", hint)
        if (found["any"] or found["all"]) and self.text["goal"] not in ("", "done"):
            hint = "Delete the goal."
            self.report("goal", "A combined habit is met by its parts.", hint)
            self.fields = {**self.fields, "goal": ""}
        names = tuple(map(_link_target, found["any"] or found["all"]))
        return "any" if found["any"] else "all" if names else "", names

    def rules(
        self, key: str, parse: Callable[[str], Rule], default: Rule
    ) -> tuple[Dated[Rule], ...]:
        value = self.fields.get(key, "")
        lines = [line for line in ([value] if isinstance(value, str) else value) if line.strip()]
        usual = (Dated(0, default),)
        return self.parsed(key, partial(parse_rules, parse=parse), lines, usual) if lines else usual

    def goals(self, schedules: tuple[Dated[Schedule], ...]) -> tuple[tuple[Dated[Goal], ...], str]:
        """Return the goals, or else the goals of the schedules, and the unit of amounts."""
        goals = self.rules("goal", parse_goal, Goal())
        of_schedules = tuple(Dated(start, goal_of(schedule)) for start, schedule in schedules)
        if any(goal.kind != "done" for _, goal in of_schedules):
            if all(goal.kind == "done" for _, goal in goals):
                goals = of_schedules
            elif goals != of_schedules:
                which = "the goal" if len(goals) == 1 else "all goals, also those of earlier days"
                self.report(
                    "goal",
                    "The schedule already says how many times a day.",
                    f"Delete {which}, or write `schedule: daily`.",
                )
        units = [goal.unit for _, goal in goals if goal.unit]
        unit = units[-1] if units else self.text["unit"]
        for other in units:
            if to_base_unit(0, other, unit) is None:
                self.report(
                    "goal",
                    f"{other} cannot be converted to {unit}.",
                    "Use one unit in all goals, or start another habit.",
                )
                return (Dated(0, Goal()),), unit
        return tuple(Dated(start, goal.in_unit(unit)) for start, goal in goals), unit

    def day(self, key: str) -> int | None:
        text = self.text[key]
        day = dates.parse_iso(text[:10])
        if text and day is None:
            self.report(key, f'"{text}" is not a day.', _RULE_HINT)
        return day.toordinal() if day else None

    def since(self) -> int | None:
        day = self.day("since")
        if day is None or FIRST_DAY <= day <= LAST_DAY:
            return day
        self.report("since", f"{self.text['since']} is too far away.", "Use the year it started.")
        return None

    def pauses(self) -> tuple[tuple[int, int], ...]:
        found = [self.parsed("paused", parse_pause, text, None) for text in self.items("paused")]
        return tuple(sorted(pause for pause in found if pause is not None))

    def reminders(self) -> tuple[str, ...]:
        words = self.items("remind")
        for text in parse_reminders(words)[1]:
            self.report(
                "remind", f'"{text}" is not a time.', "Write a time like 07:30 or mon,fri 18:00."
            )
        return tuple(words)

    def after(self) -> str:
        return _link_target(self.text["after"])

    def order(self) -> int | None:
        text = self.text["order"]
        if text.isascii() and text.isdecimal() and len(text) < 6:
            return int(text)
        if text:
            self.report("order", f'"{text}" is not a number.', "Write `order: 1`.")
        return None

    def unlogged(self) -> str:
        text = self.text["unlogged"].casefold()
        if text in ("met", "missed"):
            return text
        if text:
            self.report(
                "unlogged", f'"{text}" is neither met nor missed.', "Write `unlogged: met`."
            )
        return ""

    def group(self) -> str:
        if name := self.text["group"]:
            return name
        tags = (tag.removeprefix("#") for tag in self.items("tags"))
        return next((tag for tag in tags if tag.casefold() != "habit"), "")
