"""What an import brings: habits, what was said of their days, and what is lost on the way.

The shape is that of notekeep, whatever the other program's was. What has no place in it is a
`Loss` with a name, so that a person knows before anything is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from notekeep.habits.definition import fold_name

if TYPE_CHECKING:
    from notekeep.habits.log import Value


class Said(NamedTuple):
    """What was said of one day.

    Attributes:
        day: The day, as an ordinal.
        value: What of it.
        note: A remark, "" without.
        time: As in a log line, "" when it is not known.
        extra: Further `key=word` pairs.
    """

    day: int
    value: Value
    note: str = ""
    time: str = ""
    extra: tuple[tuple[str, str], ...] = ()


class Page(NamedTuple):
    """A note of another program.

    Attributes:
        name: The file, without folder and ending.
        words: Its front matter, each value as text.
        raw: The same, each value as its source text, nested ones whole.
        body: The text after the front matter.
        problem: Why the front matter could not be read, "" when it could.
    """

    name: str
    words: dict[str, str | list[str]]
    raw: dict[str, str]
    body: str
    problem: str = ""

    def word(self, key: str) -> str:
        """A value as one text, "" without."""
        value = self.words.get(key, "")
        return value if isinstance(value, str) else ", ".join(value)


class Loss(NamedTuple):
    """Something that does not come along, or not as it was.

    Attributes:
        message: What it is.
        habit: Whose, "" for the whole source.
        place: Where it stands first, such as `log:12`; "" where there is no place to name.
        times: How often.
    """

    message: str
    habit: str = ""
    place: str = ""
    times: int = 1


@dataclass(slots=True)
class Taken:
    """A habit of another program, in the words of a definition.

    Attributes:
        name: What it is called there.
        source_id: What tells it from others of its name; the name where there is nothing else.
        identity: The id it should have, "" where one is made from its name.
        schedule: As `parse_schedule` reads it, or lines as `parse_rules` does.
        goal: As `parse_goal` reads it.
        unit: The unit of its amounts where the goal names none.
        since: Its first day, None when the source does not say.
        until: Its last day.
        pauses: First and last days of pauses.
        is_archived: Whether it is over.
        counts_silence: Whether a day without an entry is a success; None leaves it to the goal.
        group: The heading it is listed under.
        remind: Times at which to be reminded, as a definition has them.
        aliases: Further names of it in a log.
        about: What was written about it, as Markdown.
        more: Further fields of a definition, as they stand there.
        entries: What was said, in the order of the source.
    """

    name: str
    source_id: str = ""
    identity: str = ""
    schedule: str | list[str] = "daily"
    goal: str = "done"
    unit: str = ""
    since: int | None = None
    until: int | None = None
    pauses: list[tuple[int, int]] = field(default_factory=list)
    is_archived: bool = False
    counts_silence: bool | None = None
    group: str = ""
    remind: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    about: str = ""
    more: dict[str, str] = field(default_factory=dict)
    entries: list[Said] = field(default_factory=list)

    def say(self, day: int, value: Value, note: str = "", *, time: str = "", **extra: str) -> None:
        """Add what was said of a day; `extra` are further `key=word` pairs."""
        self.entries.append(Said(day, value, note, time, tuple(extra.items())))

    def keep_last(self) -> None:
        """Of several entries of one day keep the last, as programs do that overwrite."""
        self.entries = list({said.day: said for said in self.entries}.values())


class Source(NamedTuple):
    """What was read.

    Attributes:
        format: The format's id.
        habits: The habits, in the order of the source.
        losses: What does not come along.
    """

    format: str
    habits: tuple[Taken, ...]
    losses: tuple[Loss, ...]


class Gathering:
    """A source while it is read."""

    def __init__(self, name: str) -> None:
        self._format = name
        self._habits: dict[str, Taken] = {}
        self._by_name: dict[str, Taken] = {}
        self._losses: dict[tuple[str, str], Loss] = {}

    def add(self, habit: Taken) -> Taken:
        """Take a habit; a second one with the same `source_id` gets another."""
        wanted = habit.source_id or habit.name
        habit.source_id, number = wanted, 1
        while habit.source_id in self._habits:
            number += 1
            habit.source_id = f"{wanted}#{number}"
        self._habits[habit.source_id] = habit
        self._by_name.setdefault(fold_name(habit.name), habit)
        return habit

    def named(self, name: str) -> Taken:
        """The habit of a name, compared as names of habits are; made when there is none yet."""
        return self._by_name.get(fold_name(name)) or self.add(Taken(name))

    def lose(self, message: str, habit: str = "", place: str = "", times: int = 1) -> None:
        """Name a loss; the same one again is counted, and its first place kept."""
        key = message, habit
        if key in self._losses:
            self._losses[key] = self._losses[key]._replace(times=self._losses[key].times + times)
        elif times:
            self._losses[key] = Loss(message, habit, place, times)

    def check(self, page: Page) -> None:
        """Name a note whose front matter cannot be read: what stands in it is lost."""
        if page.problem:
            self.lose(f"front matter that cannot be read: {page.problem}", place=page.name)

    def source(self) -> Source:
        """What was gathered."""
        return Source(self._format, tuple(self._habits.values()), tuple(self._losses.values()))
