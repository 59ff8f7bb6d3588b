"""The best weekdays of a habit, and pairs of habits that go together.

Consecutive days are similar, and so are days with the same weekday; twenty habits have hundreds of
pairs. So a pair is compared within weekdays and within weekends, against the same weeks in random
order, and the false discovery rate is limited (Y. Benjamini and Y. Hochberg, "Controlling the False
Discovery Rate", 1995). The remaining pairs are worth a try, no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from random import Random
from typing import NamedTuple, TypeAlias

from notekeep.habits.days import DayHistory
from notekeep.habits.evaluation import Timeline

Counts: TypeAlias = "Sequence[tuple[int, int]]"
"""The numbers of done and due days for each weekday, Monday first."""

Z = 1.96  # the normal quantile of a 95 % interval
FEWEST = 8  # minimum number of days for the best weekday
MIN_DAYS = 30
MIN_DAYS_IN_ROW = 5  # with fewer days, a pair is noise

LAGS = (0, 1)  # days from the first habit to the second
SHUFFLES_PER_PAIR, MAX_SHUFFLES = 200, 5000
"""Minimum and maximum number of random orders of the weeks to try for a pair."""
NEAR = 4  # stop after this many random orders that are as extreme as the pair
FALSE_SHARE = 0.1  # the false discovery rate
SEED = 20260105  # fixed, so that the same days have the same result

_NOT_DONE = ("missed", "covered", "gap", "open", "overdue")
_WEEKDAYS, _WEEKEND = 0b001_1111, 0b110_0000


def count_weekdays(timeline: Timeline) -> list[tuple[int, int]]:
    """Count the done and the due days of each weekday.

    Days under a schedule without weekdays, such as `3/week` or `every 2d`, do not count.
    """
    done, due = [0] * 7, [0] * 7
    results = (
        unit for part in timeline.segments if part.unit == "due days" for unit in part.results
    )
    for day, is_met in results:
        done[(day - 1) % 7] += is_met
        due[(day - 1) % 7] += 1
    return list(zip(done, due, strict=True))


def lower_bound(done: int, due: int) -> float:
    """Return the lower end of the Wilson score interval (1927) of a share; 0.0 for no days."""
    if not due:
        return 0.0
    share = done / due
    centre = share + Z * Z / (2 * due)
    spread = Z * sqrt(share * (1 - share) / due + Z * Z / (4 * due * due))
    return (centre - spread) / (1 + Z * Z / due)


def best_weekdays(found: Counts) -> tuple[int, ...]:
    """Return the weekdays with the best lower bound; empty without enough days."""
    if max(due for _, due in found) < FEWEST or not any(done for done, _ in found):
        return ()
    bounds = [lower_bound(done, due) for done, due in found]
    all_done, all_due = (sum(counts) for counts in zip(*found, strict=True))
    return tuple(
        day
        for day, (done, due) in enumerate(found)
        # A weekday that is not better than the average only had more days.
        if bounds[day] == max(bounds) and done * all_due > all_done * due
    )


class PairCounts(NamedTuple):
    """The number of days on which two habits were both done, only one of them, or neither."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def days(self) -> int:
        """The number of compared days."""
        return sum(self)

    @property
    def phi(self) -> float | None:
        """The correlation of the two, -1.0 to 1.0; None if one of them never changes."""
        first, second = self.both + self.only_first, self.both + self.only_second
        product = first * (self.days - first) * second * (self.days - second)
        if not product:
            return None
        return (self.both * self.neither - self.only_first * self.only_second) / sqrt(product)

    @property
    def rate_with(self) -> float | None:
        """The share of days on which the second was done, among those with the first."""
        return _share(self.both, self.only_first)

    @property
    def rate_without(self) -> float | None:
        """The share of days on which the second was done, among those without the first."""
        return _share(self.only_second, self.neither)

    @property
    def is_enough(self) -> bool:
        """Whether there are enough days with and without the first."""
        rows = (self.both + self.only_first, self.only_second + self.neither)
        return self.days >= MIN_DAYS and min(rows) >= MIN_DAYS_IN_ROW


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None


class HabitPair(NamedTuple):
    """The comparison of two habits."""

    first: str  # the id of the habit that may affect the other
    second: str
    lag: int  # days from the first to the second
    table: PairCounts
    # The share of random orders of the weeks that are as extreme; None if there are too few days.
    chance: float | None = None
    is_worth_a_try: bool = False  # whether it is significant among all compared pairs


def find_logged_days(histories: Iterable[DayHistory]) -> set[int]:
    """Return the days with any entry. Days without entries are missing data, not misses."""
    return {day for days in histories for day, _ in days.logged_days()}


def compare_pairs(
    timelines: Mapping[str, Timeline], logged: set[int], pairs: Iterable[tuple[str, str, int]]
) -> list[HabitPair]:
    """Compare pairs of habits on the closed days on which both were due.

    A pair consists of the ids of both habits and one of LAGS; `logged` is the result of
    `find_logged_days`. The pairs least likely to be chance come first.
    """
    if not logged:
        return []
    first = min(logged) - (min(logged) - 1) % 7
    weeks = range(first, max(logged) + 1, 7)
    packed = {
        (name, lag): _pack(timeline, logged, weeks, lag)
        for name, timeline in timelines.items()
        for lag in LAGS
    }
    found = []
    for one, other, lag in pairs:
        mine, theirs = packed[one, 0], packed[other, lag]
        cells = _count(mine, theirs)
        table = PairCounts(*map(sum, zip(*cells, strict=True)))
        chance = _chance(mine, theirs, _difference(cells)) if table.is_enough else None
        found.append(HabitPair(one, other, lag, table, chance))
    tested = sorted(
        (pair for pair in found if pair.chance is not None), key=lambda pair: pair.chance or 0.0
    )
    last = 0
    for rank, pair in enumerate(tested, 1):
        if (pair.chance or 0.0) <= FALSE_SHARE * rank / len(tested):
            last = rank
    worth = [pair._replace(is_worth_a_try=True) for pair in tested[:last]]
    return [*worth, *tested[last:], *(pair for pair in found if pair.chance is None)]


class _PackedWeeks(NamedTuple):
    """The weeks of a habit, one byte each with a bit per day: done, and done or missed."""

    done: bytes
    known: bytes


def _pack(timeline: Timeline, logged: set[int], weeks: range, lag: int) -> _PackedWeeks:
    done, known = bytearray(), bytearray()
    for week in weeks:
        was_done = was_known = 0
        for number in range(7):
            day = week + number
            status = (
                timeline.status(day + lag)
                if day in logged and day + lag <= timeline.today
                else None
            )
            # The next day is known only if it has an entry too.
            if status in ("done", *_NOT_DONE) and (not lag or day + lag in logged):
                was_known |= 1 << number
                was_done |= (status == "done") << number
        done.append(was_done)
        known.append(was_known)
    return _PackedWeeks(bytes(done), bytes(known))


def _count(mine: _PackedWeeks, theirs: _PackedWeeks) -> list[tuple[int, int, int, int]]:
    """Count both, only the first, only the second, neither: on weekdays, and on weekends."""
    numbers = (int.from_bytes(weeks, "little") for weeks in (*mine, *theirs))
    done, known, other, other_known = numbers
    cells = []
    for weekdays in (_WEEKDAYS, _WEEKEND):
        stratum = int.from_bytes(bytes([weekdays]) * len(mine.done), "little")
        days = known & other_known & stratum
        with_first, with_second = done & days, other & days
        both = (with_first & with_second).bit_count()
        firsts, seconds = with_first.bit_count(), with_second.bit_count()
        neither = days.bit_count() - firsts - seconds + both
        cells.append((both, firsts - both, seconds - both, neither))
    return cells


def _difference(cells: Sequence[tuple[int, int, int, int]]) -> float:
    """Return the Mantel-Haenszel risk difference (1959) of the second habit with the first."""
    total = weights = 0.0
    for both, only_first, only_second, neither in cells:
        with_first, without = both + only_first, only_second + neither
        if with_first and without:
            weight = with_first * without / (with_first + without)
            total += weight * (both / with_first - only_second / without)
            weights += weight
    return total / weights if weights else 0.0


def _chance(mine: _PackedWeeks, theirs: _PackedWeeks, difference: float) -> float:
    """Return the share of random orders of the second's weeks with at least this difference."""
    dice = Random(SEED)  # noqa: S311 - a shuffle, not a secret
    order = list(range(len(mine.done)))
    reached = tries = 0
    while tries < MAX_SHUFFLES:
        dice.shuffle(order)
        done, known = (bytes([weeks[week] for week in order]) for weeks in theirs)
        cells = _count(mine, _PackedWeeks(done, known))
        reached += abs(_difference(cells)) >= abs(difference) - 1e-12
        tries += 1
        if tries >= SHUFFLES_PER_PAIR and reached >= NEAR:
            break
    return (1 + reached) / (1 + tries)
