"""Parse and run a check-in, without click.

The first word is a habit. A value, a day, a time and `key=word` pairs can follow, in any order. Any
other word is the next habit. The note after `--` is for all of the habits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from notekeep import dates
from notekeep.cli import output
from notekeep.cli.context import current_context, is_json
from notekeep.cli.habits.output import check_in_object, write_check_in
from notekeep.errors import NotFound, UsageError
from notekeep.habits import amounts
from notekeep.habits.log import PAIR_PATTERN, LogValue, read_value
from notekeep.tracking import checkin
from notekeep.tracking.checkin import VALUE_HINT, CheckIn, add_unit, read_typed_value
from notekeep.tracking.habit_names import Habit
from notekeep.tracking.tracker import HabitIndex
from notekeep.vault import Vault

NOTE_MARKS = ("--", "—")
DAY_OPTIONS = ("-d", "--date")
DONE = LogValue("done")

_TIME = r"@([0-2]?[0-9]|3[0-5]):([0-5][0-9])(:[0-5][0-9])?"


def read_words(
    words: Sequence[str], index: HabitIndex, *, day: date | None = None, is_forced: bool = False
) -> list[CheckIn]:
    """Parse the words of a check-in, which can contain several habits.

    A day after several bare names applies to all of them; `day` is the default for other habits.
    With `is_forced`, future days and units that do not convert are accepted.
    """
    note = ""
    words = list(words)
    for place, word in enumerate(words):
        if word in NOTE_MARKS:
            words, note = words[:place], " ".join(words[place + 1 :])
            break
    parsed: list[CheckIn] = []
    reader = _WordsParser(words, index)
    while reader.rest():
        found = reader.habit()
        if found.day is not None:
            _set_day_of_bare_names(parsed, found.day)
        parsed.append(found)
    return [one._replace(day=one.day or day, note=note, is_forced=is_forced) for one in parsed]


def _set_day_of_bare_names(parsed: list[CheckIn], day: date) -> None:
    """Set the day of the bare names at the end: in `med floss yesterday`, it is for both."""
    for place in range(len(parsed) - 1, -1, -1):
        one = parsed[place]
        if one.is_typed or one.day is not None or one.time or one.extra:
            break
        parsed[place] = one._replace(day=day)


class _WordsParser:
    def __init__(self, words: Sequence[str], index: HabitIndex) -> None:
        self.words = list(words)
        self.index = index
        self.today = index.today()
        self.place = 0

    def rest(self) -> list[str]:
        return self.words[self.place :]

    def habit(self) -> CheckIn:
        """Parse one habit, its value, day, time and pairs."""
        habit = self._name()
        value: LogValue | None = None
        day: date | None = None
        time = ""
        extra: list[tuple[str, str]] = []
        while self.rest():
            # "3 days ago" is a day, but "3" alone is an amount.
            if day is None and (phrase := self._day(shortest=2)) is not None:
                day = phrase
            elif value is None and (read := self._value(habit)) is not None:
                value = read
            elif day is None and (named := self._day()) is not None:
                day = named
            elif not time and (moment := self._time()):
                time = moment
            elif pair := re.fullmatch(PAIR_PATTERN, self.rest()[0]):
                extra.append((pair[1], pair[2]))
                self.place += 1
            else:
                break
        typed = add_unit(value or DONE, habit.definition.unit)
        return CheckIn(habit, typed, day, time, extra=tuple(extra), is_typed=value is not None)

    def _name(self) -> Habit:
        word = self.rest()[0]
        is_like_value = word[:1] in ("+", "=", "@") or word.removeprefix("-")[:1].isdigit()
        if self.place and is_like_value and not self.index.is_name(word):
            hint = VALUE_HINT
            if "," in word:
                hint = f"Use {word.replace(',', '.')}."
            text = " ".join(self.words)
            position = len(" ".join([*self.words[: self.place], ""]))
            raise UsageError(f'"{word}" is not a value.', hint, text=text, position=position)
        try:
            habit = self.index.find(word)
        except NotFound as error:
            if self.place:
                error.message = f'"{word}" is not a habit, a value or a day.'
            raise
        self.place += 1
        return habit

    def _value(self, habit: Habit) -> LogValue | None:
        words = self.rest()
        if " " in words[0] and (whole := read_value(words[0].removeprefix("+").split())):
            if whole[1] != len(words[0].split()):
                return None
            self.place += 1
            return whole[0]
        first = words[0].removeprefix("+") if words[0][1:2].isdigit() else words[0]
        if first.casefold() == "x" and self.index.is_name(first):
            return None
        size = 2 if first == "=" else 1
        found = read_typed_value([first, *words[1:size]])
        both = read_value([first, *words[1 : size + 1]])
        if both is not None and both[1] > size and self._is_unit(words[size], habit):
            found = both
        if found is None:
            return None
        self.place += found[1]
        return found[0]

    def _is_unit(self, word: str, habit: Habit) -> bool:
        """Whether the word after a number is its unit, rather than a day or the next habit."""
        if re.fullmatch(amounts.MINUTES, word):
            return True  # "1h 20m"
        own = habit.definition.unit
        if own and amounts.normalize_unit(word) == amounts.normalize_unit(own):
            return True
        if not re.fullmatch(amounts.UNIT, word) or self.index.is_name(word):
            return False
        return dates.try_parse_day(word, self.today) is None

    def _day(self, shortest: int = 1) -> date | None:
        """Parse the longest day of at least `shortest` words."""
        words = self.rest()
        if words[0] in DAY_OPTIONS and len(words) > 1:
            self.place += 2
            return dates.parse_day(words[1], self.today)
        for count in range(min(dates.MAX_DAY_WORDS, len(words)), shortest - 1, -1):
            day = dates.try_parse_day(" ".join(words[:count]), self.today)
            if day is not None and words[0]:
                self.place += count
                return day
        return None

    def _time(self) -> str:
        found = re.fullmatch(_TIME, self.rest()[0])
        if found is None:
            return ""
        self.place += 1
        return f"{int(found[1]):02}:{found[2]}{found[3] or ''}"


def run_check_in(
    words: Sequence[str],
    *,
    day: str = "",
    force: bool = False,
    dry_run: bool = False,
    vault: str | None = None,
) -> int:
    """Check in all of the habits or none, print a line for each, and return the exit code."""
    opened = Vault.open(vault or current_context().vault)
    index = opened.habits
    index.refresh()
    default_day = dates.parse_day(day, index.today()) if day else None
    try:
        parsed = read_words(words, index, day=default_day, is_forced=force)
    except NotFound:
        # New habits outside the habits folder are only found by updating the catalog.
        opened.indexing.refresh(words=False, for_answer=True)
        index.refresh()
        parsed = read_words(words, index, day=default_day, is_forced=force)
    for one in parsed:
        try:
            checkin.validate_check_in(index, one)
        except UsageError as error:
            checkin.validate_check_in(index, one._replace(is_forced=True))
            error.hint = f"{error.hint} --force logs it anyway.".strip()
            raise
    done = [checkin.append_check_in(index, one, dry_run=dry_run) for one in parsed]
    if is_json():
        output.write_json({"entries": [check_in_object(one) for one in done]})
        return 0
    for entry in done:
        write_check_in(entry, index)
        if dry_run:
            output.write_message(f"{entry.path}: {entry.line}")
    return 0
