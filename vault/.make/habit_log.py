"""Writes the sample vault's habit log: one year of check-ins with good months and bad ones.

    python vault/.make/habit_log.py [FOLDER]

FOLDER is `habits/log` of the vault this script lies in unless it is named. The same year comes out
every time: all chance is drawn from one seeded generator, through `random()` alone, whose sequence
Python promises to keep. What has to be so (the flu, the journeys, the last fortnight) is written
down below and wins over chance.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = dt.date(2025, 11, 24)
LAST = dt.date(2026, 11, 24)
SEED = 20251124


def day(month: int, number: int) -> dt.date:
    """A day of 2026, which is nearly all of the log."""
    return dt.date(2026, month, number)


def between(here: dt.date, first: dt.date, last: dt.date) -> bool:
    return first <= here <= last


def away(here: dt.date) -> bool:
    """Christmas with the family, and a fortnight in July: the phone does the logging."""
    return between(here, dt.date(2025, 12, 22), day(1, 2)) or between(here, day(7, 13), day(7, 26))


def flu(here: dt.date) -> bool:
    return between(here, day(2, 9), day(2, 15))


@dataclass(frozen=True, order=True)
class Line:
    """One line of the log; sorted as it is written, by day and minute."""

    date: dt.date
    minute: int
    habit: str = field(compare=False)
    value: str = field(compare=False)
    attributes: str = field(default="", compare=False)
    note: str = field(default="", compare=False)

    def text(self) -> str:
        clock = f" @{self.minute // 60:02}:{self.minute % 60:02}"
        attributes = f" {self.attributes}" if self.attributes else ""
        note = f" -- {self.note}" if self.note else ""
        return f"- {self.date} {self.habit}: {self.value}{clock}{attributes}{note}\n"


NOTES = {
    "meditate": [
        "rain on the roof, which is cheating",
        "counted to ten once, in ten minutes",
        "on the tram, eyes open",
        "thought about lunch, then about thinking about lunch",
        "the neighbour practises the same bar, and so do I",
        "sleepy; hard chair tomorrow",
        "good, for no reason",
        "before the exam, which helped the exam and not the sitting",
        "after [[Thinking, Fast and Slow]]: who exactly is counting here?",
        "window open, first time this year",
        "short, because of the early train",
        "quiet enough to hear the fridge stop",
    ],
    "floss": [
        "packet in the toilet bag at last",
        "one tooth, then all of them, as planned",
        "in front of the wrong mirror",
        "new packet",
    ],
    "gym": [
        "half the weight, all of the sets",
        "second half of [[The untold story of SQLite]] on the way",
        "too full; rowed instead",
        "first pull-up without the band",
        "only hung from the bar, which counts",
        "new trainer, old mistakes",
        "shoulder says stop, so I stopped",
        "heard [[Knuth on the art of programming]] on the way home, walked the long way",
    ],
    "run": [
        "fog on the river, could have been the sea",
        "with Mira, talking, so slow enough",
        "wind from both sides",
        "new shoes",
        "old shoes again",
        "first one in shorts",
        "a dog joined for a kilometre",
        "in the dark, with the silly lamp",
        "hail",
    ],
    "plants": [
        "the basil is past help",
        "the fern has a new leaf",
        "rain took the balcony",
        "new basil",
        "moved the fern away from the heater",
    ],
    "read": [
        "[[The Dispossessed]] again, slowly",
        "fell asleep over the footnotes",
        "on the balcony until the light went",
        "aloud, half of it",
        "[[Deep Work]] on a train that stood still",
        "library copy, somebody else's pencil",
        "only the pictures",
        "finished the chapter instead of the page count",
    ],
    "coffee": [
        "decaf would have done",
        "walked around the block instead of the third",
        "bad cup, good window",
        "visitors",
    ],
    "sketch": [
        "hand, unrecognisable",
        "hand, recognisable as an attempt",
        "the bakery's awning",
        "a man asleep on the bench",
        "with the left hand",
        "the same tree for the fifth time, and it looks different",
    ],
}


class Year:
    """The year as it is made up: chance, and the lines so far."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)
        self.lines: list[Line] = []
        self.notes = {habit: list(notes) for habit, notes in NOTES.items()}

    def happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    def pick(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.chance.random() * (high - low + 1))

    def minute(self, usual: str, spread: int) -> int:
        hour, minute = usual.split(":")
        return int(hour) * 60 + int(minute) + self.pick(-spread, spread)

    def remark(self, habit: str, probability: float) -> str:
        """A note that has not been used yet, or none."""
        if not self.happens(probability) or not self.notes[habit]:
            return ""
        return self.notes[habit].pop(self.pick(0, len(self.notes[habit]) - 1))

    def add(
        self,
        date: dt.date,
        minute: int,
        habit: str,
        value: str,
        attributes: str = "",
        note: str = "",
    ) -> None:
        self.lines.append(Line(date, minute, habit, value, attributes, note))


def days(first: dt.date = FIRST, last: dt.date = LAST) -> Iterator[dt.date]:
    here = first
    while here <= last:
        yield here
        here += dt.timedelta(days=1)


def meditate(year: Year) -> None:
    def probability(here: dt.date) -> float:
        weekend = here.weekday() >= 5
        if here >= day(11, 13) or between(here, day(1, 8), day(1, 18)):
            return 1.0
        if between(here, day(1, 19), day(1, 22)) or here == day(11, 12):
            return 0.0
        if here < day(1, 8):
            return 0.45 if weekend else 0.75
        if between(here, day(5, 1), day(5, 31)):
            return 0.35 if weekend else 0.92
        if between(here, day(9, 14), day(10, 24)):
            return 1.0
        return 0.97 if here >= day(6, 1) else 0.88

    year.add(FIRST, 7 * 60 + 12, "meditate", "10 min", note="first one, fidgety")
    for here in days(FIRST + dt.timedelta(days=1)):
        if not year.happens(probability(here)):
            continue
        minute = year.minute("21:40", 25) if here < day(1, 23) else year.minute("07:10", 8)
        if year.happens(0.05) and probability(here) < 1:
            year.add(here, minute, "meditate", f"{year.pick(2, 5)} min", "size=tiny")
            continue
        length = 10 if year.happens(0.55) else (12, 15, 20, 11)[year.pick(0, 3)]
        year.add(here, minute, "meditate", f"{length} min", note=year.remark("meditate", 0.05))
    year.add(day(11, 12), 8 * 60 + 5, "meditate", "miss", note="dentist at half past eight")


def floss(year: Year) -> None:
    for here in days(last=LAST - dt.timedelta(days=1)):
        minute = year.minute("07:32", 9)
        collapsed = between(here, day(2, 9), day(2, 24)) or between(here, day(8, 3), day(8, 20))
        done = year.happens(0.93 if here >= day(9, 1) else 0.86)
        if here == day(11, 23):
            year.add(here, 23 * 60 + 10, "floss", "miss", note="asleep before I was in bed")
        elif collapsed or not (done or here >= day(11, 15)):
            continue
        else:
            tiny = "size=tiny" if year.happens(0.08) else ""
            year.add(here, minute, "floss", "done", tiny, year.remark("floss", 0.015))


def gym(year: Year) -> None:
    for here in days():
        due = (0, 3) if here < day(3, 2) else (0, 2, 4)
        minute = year.minute("18:55", 20)
        if between(here, day(7, 13), day(7, 26)):
            continue
        if here.weekday() not in due:
            if here.weekday() == 5 and year.happens(0.08):
                year.add(here, year.minute("11:20", 30), "gym", "done")
        elif flu(here):
            year.add(here, 9 * 60, "gym", "skip", "reason=flu", "doctor said rest")
        elif here == day(11, 20):
            year.add(
                here, 22 * 60 + 15, "gym", "miss", note="the talk ran long, and the wine after it"
            )
        elif here in {day(11, 16), day(11, 23)} or year.happens(0.86):
            if here != LAST:
                year.add(here, minute, "gym", "done", note=year.remark("gym", 0.09))
        elif year.happens(0.3):
            year.add(here, year.minute("21:30", 20), "gym", "miss")
    year.add(day(6, 2), 19 * 60 + 2, "gym", "done")
    year.add(day(6, 2), 19 * 60 + 5, "gym", "clear", "~1", "ticked the wrong line")


def run(year: Year) -> None:
    knee = (day(9, 7), day(9, 27))
    likely = (0.25, 0.5, 0.25, 0.5, 0.2, 0.75, 0.55)
    for here in days(dt.date(2025, 12, 1)):
        minute = year.minute("18:10", 35) if here.weekday() < 5 else year.minute("10:30", 50)
        runs = year.happens(likely[here.weekday()])
        metres = 4000 + 200 * year.pick(0, 14) + (2000 if here.weekday() == 5 else 0)
        if between(here, *knee) or flu(here):
            if here.weekday() in {1, 3, 5}:
                reason = "flu" if flu(here) else "knee"
                note = "heard it before I felt it" if here == day(9, 8) else ""
                year.add(here, 9 * 60 + 5, "run", "skip", f"reason={reason}", note)
        elif here in {day(11, 14), day(11, 22)} or here == LAST:
            continue
        elif runs:
            distance = f"{metres / 1000:g} km"
            year.add(here, minute, "run", distance, note=year.remark("run", 0.08))
    year.add(day(11, 14), 10 * 60 + 44, "run", "9.4 km", note="along the river and back by mistake")
    year.add(day(11, 22), 11 * 60 + 30, "run", "5 km")
    year.add(day(11, 22), 20 * 60 + 2, "run", "= 6.2 km", "~1", "watch said 6.2, I had typed 5")


def plants(year: Year) -> None:
    for here in days():
        due = (here - FIRST).days % 2 == 0
        if due and between(here, day(7, 13), day(7, 26)):
            note = "Mira waters" if here <= day(7, 14) else ""
            year.add(here, 12 * 60, "plants", "skip", "reason=away", note)
        elif due and (year.happens(0.91) or here == day(11, 17)) and here != day(11, 19):
            year.add(
                here, year.minute("14:20", 25), "plants", "done", note=year.remark("plants", 0.04)
            )


def read(year: Year) -> None:
    for here in days(last=LAST - dt.timedelta(days=1)):
        minute = year.minute("22:40", 25)
        keen = between(here, day(7, 13), day(7, 25)) or here.weekday() == 6
        tired = between(here, day(4, 13), day(5, 3))
        if year.happens(0.95 if keen else 0.3 if tired else 0.86):
            pages = year.pick(24, 48) if keen else year.pick(14, 36)
            if here == day(11, 21):
                minute, pages = 24 * 60 + 55, 6
            year.add(here, minute, "read", f"{pages} page", note=year.remark("read", 0.04))


def coffee(year: Year) -> None:
    for here in days():
        first, second = year.minute("07:02", 8), year.minute("14:05", 20)
        weak = here < day(2, 23) and not flu(here)
        third = year.happens(0.3 if weak else 0.07)
        if year.happens(0.05) and here < day(11, 13):
            continue
        if here == LAST:
            year.add(here, 7 * 60 + 1, "coffee", "1 cup")
            continue
        if year.happens(0.2) and not third and here != day(11, 18):
            year.add(here, second, "coffee", "2 cup")
            continue
        year.add(here, first, "coffee", "1 cup")
        if year.happens(0.85) or third or here == day(11, 18):
            year.add(here, second, "coffee", "1 cup", note=year.remark("coffee", 0.012))
        if third and here < day(11, 13):
            year.add(here, year.minute("16:40", 25), "coffee", "1 cup")
    year.add(day(11, 18), 16 * 60 + 2, "coffee", "1 cup", note="knew it while pouring")
    year.add(day(11, 21), 24 * 60 + 40, "coffee", "1 cup", note="at Mira's; still Saturday for me")


def sketch(year: Year) -> None:
    for here in days(day(1, 5), day(10, 11)):
        if between(here, day(5, 18), day(5, 31)) or flu(here):
            continue
        weekday = here.weekday() < 5
        keen = 0.8 if here < day(4, 1) else 0.6 if here < day(8, 1) else 0.4
        if year.happens(keen if weekday else keen / 2):
            pages = ("1", "1", "1", "2", "0.5")[year.pick(0, 4)]
            note = year.remark("sketch", 0.05)
            year.add(here, year.minute("12:50", 20), "sketch", f"{pages} page", note=note)


HABITS = (meditate, floss, gym, run, plants, read, coffee, sketch)


def device(line: Line) -> str:
    """The laptop, except on journeys, and at weekends since October."""
    weekend = line.date.weekday() >= 5 and line.date >= day(10, 1)
    return "phone" if away(line.date) or weekend else "laptop"


def make() -> dict[str, str]:
    """The log: the name of each file and its text."""
    year = Year()
    for habit in HABITS:
        habit(year)
    files: dict[str, str] = {}
    for line in sorted(year.lines):
        month = f"{line.date:%Y-%m}"
        name = f"{month}.{device(line)}.md"
        files[name] = files.get(name, f"# Habit log {month}\n\n") + line.text()
    return files


def main() -> None:
    default = Path(__file__).parent.parent / "habits" / "log"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    for name, text in make().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
