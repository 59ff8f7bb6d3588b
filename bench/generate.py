"""Generates a realistic vault of any size. The same seed generates the same vault.

    python bench/generate.py DIR --notes 1000 --seed 1

It imitates the properties that determine the speed of an index: words follow Zipf's law with a long
tail (more than 200,000 distinct words in 10,000 notes), each note repeats a few words, lengths are
log-normal with a median of 3 KB, and notes have the front matter, tags, links, tasks, quotes and
headings of their type. The words are meaningless. The vault includes a habit log.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
from itertools import accumulate, cycle, islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

LAST = dt.date(2026, 11, 24)
VOCABULARY = 600_000
ZIPF = 1.25
MEDIAN_BYTES = 3000
BYTES_PER_WORD = 5.5
"""The average bytes of a word in a finished body, including its space and its share of markup."""

SHARES = {"note": 0.34, "daily": 0.3, "book": 0.2, "podcast": 0.11, "post": 0.05}
STATES = ("finished", "finished", "reading", "to-read", "dropped")
FOLDERS = {"book": "books", "podcast": "podcasts", "post": "posts", "daily": "daily"}
HABITS = 20

COMMON = """
the of and to in a is that it was for on as with be at by this not are but from had have or which
an they one were all there would when who will more no if out so what up about into than them can
only other time new some could these two may first then do any like now my over such our even most
me after also many before must through years where much way well should because each just those
people how too little state good very make still own work long get here between both life being
under never day same another know year while last might great old off come since against go came
right used take three note book read habit idea page chapter week morning evening walk talk write
question answer reason friend city garden music memory practice attention chance number paper
window kitchen river winter summer
"""
ONSETS = (
    "b",
    "br",
    "d",
    "f",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "v",
    "w",
    "z",
)
VOWELS = ("a", "e", "i", "o", "u", "ea")
CODAS = ("", "", "", "l", "n", "r", "s", "mp")


class Summary(NamedTuple):
    """The generated vault: number of notes, their total and median bytes, distinct words."""

    notes: int
    size: int
    median: int
    words: int


class Vocabulary:
    """Words by rank, the most common first, drawn by Zipf's law."""

    def __init__(self, chance: random.Random, size: int = VOCABULARY) -> None:
        self.chance = chance
        self.words = vocabulary(size)
        self._weights = list(accumulate((rank + 2.7) ** -ZIPF for rank in range(size)))
        self.seen: set[str] = set()

    def draw(self, count: int) -> list[str]:
        """Return `count` words, each drawn with the probability of its rank."""
        found = self.chance.choices(self.words, cum_weights=self._weights, k=count)
        self.seen.update(found)
        return found

    def text(self, count: int) -> list[str]:
        """Return `count` words for one note; every thirteenth repeats one of a few rare words."""
        words = self.draw(count)
        own = self.draw(6) + self.chance.choices(self.words, k=4)
        self.seen.update(own)
        places = range(5, count, 13)
        words[5::13] = islice(cycle(own), len(places))
        return words


def vocabulary(size: int) -> list[str]:
    """Return distinct pronounceable words: common words, then invented words of growing length.

    Every fifth word is the plural of the word before it, as work for a stemmer.
    """
    words = dict.fromkeys(COMMON.split())
    chance = random.Random(0)
    syllables = [onset + vowel + coda for onset in ONSETS for vowel in VOWELS for coda in CODAS]
    last = "word"
    while len(words) < size:
        if len(words) % 5 == 0 and last + "s" not in words:
            words[last + "s"] = None
            continue
        count = 1 if len(words) < 400 else 2 if len(words) < 60_000 else 3
        last = "".join(syllables[int(chance.random() * len(syllables))] for _ in range(count))
        words[last] = None
    return list(words)


class Author:
    """Writes the notes; chooses all titles, tags and names first, so that notes can link to any."""

    def __init__(self, seed: int, count: int) -> None:
        self.chance = random.Random(seed)
        self.vocabulary = Vocabulary(self.chance)
        self.kinds = self._kinds(count)
        self.people = [self._name() for _ in range(200)]
        self.tags = [f"{area}/{word}" if word else area for area, word in self._tags()]
        self.titles = self._titles()

    def _kinds(self, count: int) -> list[str]:
        kinds = [kind for kind, share in SHARES.items() for _ in range(int(count * share))]
        kinds += ["note"] * (count - len(kinds))
        self.chance.shuffle(kinds)
        return kinds

    def _name(self) -> str:
        return " ".join(self._middling(2)).title()

    def _middling(self, count: int) -> list[str]:
        """Return words of medium frequency, for titles and names."""
        return [
            self.vocabulary.words[200 + int(self.chance.random() * 20_000)] for _ in range(count)
        ]

    def _tags(self) -> list[tuple[str, str]]:
        areas = self._middling(24)
        return [(area, word) for area in areas for word in ("", *self._middling(4))]

    def _titles(self) -> list[str]:
        titles: dict[str, None] = {}
        days = 0
        for kind in self.kinds:
            if kind == "daily":
                title = (LAST - dt.timedelta(days=days)).isoformat()
                days += 1
            else:
                title = " ".join(self._middling(2 + int(self.chance.random() * 3))).capitalize()
                while title in titles:
                    title += f" {self._middling(1)[0]}"
            titles[title] = None
        return list(titles)

    def path(self, number: int) -> str:
        """Return the path of a note: in the folder of its type, by year or by first letter."""
        kind, title = self.kinds[number], self.titles[number]
        if kind == "daily":
            return f"daily/{title[:4]}/{title}.md"
        return f"{FOLDERS.get(kind) or f'notes/{title[0].lower()}'}/{title}.md"

    def some_tags(self, limit: int) -> list[str]:
        """Return up to `limit` tags, some of them far more often than others."""
        count = int(self.chance.random() * (limit + 1))
        return list(
            dict.fromkeys(self.tags[int(self._skewed() * len(self.tags))] for _ in range(count))
        )

    def _skewed(self) -> float:
        return self.chance.random() ** 2

    def some_day(self) -> dt.date:
        """Return a day in the last five and a half years."""
        return LAST - dt.timedelta(days=int(self.chance.random() * 2000))

    def link(self) -> str:
        """Return a link to a note of the vault."""
        title = self.titles[int(self._skewed() * len(self.titles))]
        return (
            f"[[{title}|{self._middling(1)[0]}]]" if self.chance.random() < 0.2 else f"[[{title}]]"
        )

    def write(self, number: int) -> str:
        """Return the text of a note."""
        kind, title = self.kinds[number], self.titles[number]
        size = MEDIAN_BYTES * self.chance.lognormvariate(0, 0.75)
        head = self.front_matter(kind, title)
        count = max(12, int((size - len(head)) / BYTES_PER_WORD))
        return f"---\n{head}---\n# {title}\n\n{self.body(kind, count)}"

    def front_matter(self, kind: str, title: str) -> str:
        """Return the front matter of a type, without the delimiters."""
        chance, day = self.chance.random, self.some_day()
        later = day + dt.timedelta(days=int(chance() * 40))
        rating = int(chance() * 9) / 2 + 1
        fields: dict[str, object] = {"type": kind, "title": title}
        if kind == "book":
            fields["author"] = f"[{self.person()}]"
            fields |= {"pages": 80 + int(chance() * 700), "published": 1960 + int(chance() * 66)}
            fields["status"] = STATES[int(chance() * len(STATES))]
            if fields["status"] == "finished":
                fields |= {"rating": f"{rating:g}", "finished": later}
            fields["started"] = day
        elif kind == "podcast":
            fields |= {"show": f"{self.person()} talks", "episode": 1 + int(chance() * 900)}
            fields |= {"host": f"[{self.person()}]", "guest": f"[{self.person()}]"}
            fields |= {"published": day, "listened": later, "rating": f"{rating:g}"}
        elif kind == "post":
            fields |= {"date": day, "draft": "true" if chance() < 0.5 else "false"}
        elif kind == "daily":
            fields = {"type": kind, "date": title}
        fields |= {"tags": f"[{', '.join(self.some_tags(4))}]", "created": day}
        return "".join(f"{key}: {value}\n" for key, value in fields.items())

    def person(self) -> str:
        """Return a name, some of them more often than others."""
        return self.people[int(self._skewed() * len(self.people))]

    def body(self, kind: str, count: int) -> str:
        """Return blocks of 30 to 120 words, `count` words in total."""
        words = self.vocabulary.text(count)
        blocks: list[str] = []
        at = 0
        while at < count:
            step = 30 + int(self.chance.random() * 90)
            blocks.append(self.block(kind, words[at : at + step], len(blocks)))
            at += step
        return "\n\n".join(blocks) + "\n"

    def block(self, kind: str, words: list[str], number: int) -> str:
        """Return a paragraph, or sometimes a heading, a list, tasks, a quote or code."""
        pick = self.chance.random()
        if number and pick < 0.16:
            return f"## {' '.join(words[:3]).capitalize()}\n\n{self.sentences(words[3:])}"
        if pick < 0.28:
            return self.listing(words, "- ")
        if pick < 0.34:
            return self.listing(words, "- [ ] ") if pick < 0.31 else self.listing(words, "- [x] ")
        if pick < 0.4:
            return f"> {self.sentences(words)} (p. {1 + int(self.chance.random() * 400)})"
        if pick < 0.42:
            code = f"{words[0]} = {words[-1]!r}\nprint({words[0]})"
            return f"```python\n{code}\n```\n\n{self.sentences(words)}"
        if kind == "podcast" and pick < 0.7:
            minute, second = divmod(number * 173, 60)
            return f"[{minute // 60:02}:{minute % 60:02}:{second:02}] {self.sentences(words)}"
        return self.sentences(words)

    def listing(self, words: list[str], mark: str) -> str:
        """Return a list with nine words per line."""
        lines = [words[at : at + 9] for at in range(0, len(words), 9)]
        return "\n".join(f"{mark}{' '.join(line).capitalize()}" for line in lines)

    def sentences(self, words: list[str]) -> str:
        """Return words as sentences, half of the time with a link, sometimes with a tag."""
        parts = []
        at = 0
        while at < len(words):
            step = 6 + int(self.chance.random() * 14)
            parts.append(" ".join(words[at : at + step]).capitalize())
            at += step
        if parts and self.chance.random() < 0.5:
            parts[-1] += f", see {self.link()}"
        text = ". ".join(parts) + "."
        if self.chance.random() < 0.04:
            text += f" #{self.tags[int(self._skewed() * len(self.tags))]}"
        return text


def write_habits(root: Path, chance: random.Random, years: int) -> None:
    """Write twenty habits and their log, in which each habit has a line on 90% of the days."""
    folder = root / "habits"
    (folder / "log").mkdir(parents=True)
    names = ["meditate", *(f"habit-{number}" for number in range(2, HABITS + 1))]
    schedules = ("daily", "mon,wed,fri", "3/week", "every 2d", "daily")
    for number, name in enumerate(names):
        goal = 'goal: ">= 10 min"\n' if number % 5 == 0 else ""
        schedule = f"schedule: {schedules[number % 5]}\n"
        text = f"---\ntype: habit\nhabit: {name}\n{schedule}{goal}tags: [habit]\n---\n# {name}\n"
        (folder / f"{name}.md").write_text(text, "utf-8")
    months: dict[str, list[str]] = {}
    for back in range(years * 365, -1, -1):
        day = LAST - dt.timedelta(days=back)
        lines = months.setdefault(f"{day:%Y-%m}", [])
        for number, name in enumerate(names):
            if chance.random() < 0.9:
                value = f"{5 + int(chance.random() * 20)} min" if number % 5 == 0 else "done"
                lines.append(
                    f"- {day} {name}: {value} @{7 + number // 2:02}:{number * 3 % 60:02}\n"
                )
    for month, lines in months.items():
        text = f"# Habit log {month}\n\n{''.join(lines)}"
        (folder / "log" / f"{month}.laptop.md").write_text(text, "utf-8")


def generate(root: Path, notes: int, seed: int = 1, years: int = 3) -> Summary:
    """Write a vault into an empty or new folder.

    Args:
        root: The folder.
        notes: The number of notes, not counting those of habits.
        seed: The seed of the random numbers.
        years: The length of the habit log in years.

    Raises:
        FileExistsError: The folder is not empty.
    """
    if root.exists() and any(root.iterdir()):
        raise FileExistsError(f"{root} is not empty")
    (root / ".notekeep").mkdir(parents=True)
    (root / ".notekeep" / "config.toml").write_text('language = "en"\n', "utf-8")
    author = Author(seed, notes)
    sizes = []
    for number in range(notes):
        path = root / author.path(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        sizes.append(path.write_bytes(author.write(number).encode()))
    write_habits(root, author.chance, years)
    return Summary(
        notes, sum(sizes), round(median(sizes)) if sizes else 0, len(author.vocabulary.seen)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Generate a vault of any size.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--notes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--years", type=int, default=3, help="length of the habit log")
    arguments = parser.parse_args()
    summary = generate(arguments.folder, arguments.notes, arguments.seed, arguments.years)
    print(
        f"{summary.notes:,} notes, {summary.size / 1e6:.1f} MB, median {summary.median:,} bytes, "
        f"{summary.words:,} distinct words"
    )


if __name__ == "__main__":
    main()
