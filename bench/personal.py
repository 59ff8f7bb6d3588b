"""Generates a vault of personal notes with a label for the subject of each note.

    python -m bench.personal DIR --notes 5000 --seed 1

The ranking is tested on it. Labels come from the text that was put into a note, never from search
results. For the topic `sourdough` and its facet `levain`:

    sourdough               the main page of the topic
    sourdough/levain        the note about the facet
    sourdough/levain=       an older copy of that note
    sourdough/levain+1      a later note with its first sentence
    sourdough/levain@2      a note that quotes its second sentence
    sourdough!1             a note with the first stray sentence of the topic
    sourdough~              a daily note that mentions the topic
    Agnes Okafor            a person
    Agnes Okafor/sourdough  a talk with that person

The other notes use the same words for unrelated subjects. The topics are in
tests/search/topics.toml.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

TOPICS = Path(__file__).parent.parent / "tests" / "search" / "topics.toml"
LAST = dt.date(2026, 11, 24)
COPIES = 5
"""One in `COPIES` facets has an older copy of its note."""

DAYS = 0.45
STRAYS = 0.2
BOOKS = 0.1
"""Shares of the notes that are not about a topic; the rest is filler."""

QUOTING = 0.2
"""The share of book notes that quote a sentence from a note about their topic."""

ABOUT = (
    "The {0} matters more than the {1}, or so it seems today.",
    "I keep coming back to the {0}.",
    "First the {0}, then the {1}, and only then anything else.",
    "Nobody told me that the {0} and the {1} belong together.",
    "What I got wrong about the {0} would fill a page.",
    "A better {0} would help, but patience helps more.",
)
ANYTHING = (
    "The morning was grey and the afternoon better.",
    "Wrote to the landlord and heard nothing.",
    "A long walk by the canal, with rain at the end of it.",
    "Must answer three letters this week.",
    "The train was late, so I read on the platform.",
    "Nothing to add to what I said last year.",
    "She laughed and changed the subject.",
    "Bought bread, stamps and a bulb for the hall.",
    "The meeting could have been a postcard.",
    "Slept badly and thought of the sea.",
    "An idea that I had on the stairs and lost in the kitchen.",
    "The neighbours have a new dog, and so do we, by ear.",
    "Finished the soup from Sunday.",
    "I should do this more often.",
    "Not sure that this belongs here, but it has to be somewhere.",
)
ODDMENTS = (
    "Saw a {0} and thought of the {1} for no reason.",
    "Somebody left a {0} on the bench.",
    "The word {0} in the crossword, seven down.",
    "A dream of a {0} with a {1} in it.",
    "They argued about the {0} until the {1} was cold.",
)
BOOK_TITLES = ("The book of {0}", "On {0} and {1}", "A short history of {0}", "{0} for beginners")


class LabelledNote(NamedTuple):
    """A generated note.

    Attributes:
        path: The path in the vault.
        text: The content of the file.
        labels: The labels of its subjects.
        day: The day of its last change.
    """

    path: str
    text: str
    labels: frozenset[str]
    day: dt.date


def write(root: Path, notes: int, seed: int = 1) -> dict[str, frozenset[str]]:
    """Write a vault of `notes` notes.

    Returns:
        The labels of each note, by path.
    """
    written = list(Author(notes, seed).notes())
    for note in written:
        path = root / note.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(note.text, "utf-8")
        # The age of a note affects its rank, so ages do not depend on the day of the run.
        modified = time.time() - 86_400 * (LAST - note.day).days
        os.utime(path, (modified, modified))
    return {note.path: note.labels for note in written}


class Author:
    """Writes the notes of one seed."""

    def __init__(self, notes: int, seed: int) -> None:
        self._count = notes
        self._chance = random.Random(seed)
        topics = tomllib.loads(TOPICS.read_text("utf-8"))
        self._foreign = topics.pop("foreign")
        self._topics: dict[str, dict[str, Any]] = topics
        self._words = sorted({word for topic in topics.values() for word in topic["words"].split()})
        self._titles: set[str] = set()

    def notes(self) -> Iterator[LabelledNote]:
        """Yield all notes: those about a topic first, then the others."""
        topical = [*self._topical(), *self._foreign_notes()]
        rest = self._count - len(topical)
        yield from topical
        for at in range(rest):
            share = at / rest
            if share < DAYS:
                yield self._daily(at)
            elif share < DAYS + STRAYS:
                yield self._stray()
            elif share < DAYS + STRAYS + BOOKS:
                yield self._book()
            else:
                yield self._filler()

    def _topical(self) -> Iterator[LabelledNote]:
        people: dict[str, list[str]] = {}
        at = 0
        for name, topic in self._topics.items():
            people.setdefault(topic["person"], []).append(name)
            yield self._hub(name, topic)
            yield self._talk(name, topic)
            for facet, (title, *sentences) in topic["facets"].items():
                label = f"{name}/{facet}"
                body = self._body(topic, sentences, 6)
                note = self._note("notes", title, topic["tags"], body, label)
                yield note
                yield self._note(
                    "notes",
                    f"More on {title[0].lower()}{title[1:]}",
                    topic["tags"],
                    self._body(topic, sentences[:1], 4),
                    f"{label}+1",
                )
                if at % COPIES == 0:
                    copy = note.text.replace(f"# {title}", f"# {title} (old)")
                    older = note.day - dt.timedelta(days=500)
                    path = f"archive/{note.path.removeprefix('notes/')}"
                    yield LabelledNote(path, copy, frozenset({f"{label}="}), older)
                at += 1
        for person, topics in people.items():
            yield self._person(person, topics)

    def _hub(self, name: str, topic: dict[str, Any]) -> LabelledNote:
        facets = "\n".join(f"- [[{title}]]" for title, *_ in topic["facets"].values())
        facet, (_, _, sentence) = next(iter(topic["facets"].items()))
        quote = f"> {sentence} (p. 9)"
        body = f"{self._body(topic, [], 3)}\n\n{quote}\n\n## Pages\n\n{facets}"
        return self._note("notes", topic["title"], topic["tags"], body, name, f"{name}/{facet}@2")

    def _talk(self, name: str, topic: dict[str, Any]) -> LabelledNote:
        person = topic["person"]
        body = f"{person} explained how it is done. {self._body(topic, [], 4)}"
        title = f"Talk with {person} ({self._day()})"
        return self._note("meetings", title, ["meeting"], body, f"{person}/{name}")

    def _person(self, person: str, topics: list[str]) -> LabelledNote:
        subjects = " and ".join(self._topics[name]["title"] for name in topics)
        body = f"Met through work. Ask about {subjects}.\n\n{self._fill(3)}"
        alias = person.rsplit(maxsplit=1)[-1]
        return self._note("people", person, ["people"], body, person, alias=alias)

    def _foreign_notes(self) -> Iterator[LabelledNote]:
        for language in self._foreign:
            for title, body in language["notes"]:
                label = f"{language['lang']}/{title}"
                yield self._note("abroad", title, [], body, label, lang=language["lang"])

    def _daily(self, at: int) -> LabelledNote:
        """Return a daily note that mentions up to two topics."""
        day = LAST - dt.timedelta(days=at)
        names = self._chance.sample(list(self._topics), self._chance.choice((0, 1, 1, 2)))
        lines = [self._fill(2)]
        for name in names:
            topic = self._topics[name]
            lines.append(f"{topic['title']} again: {self._sentence_about(topic)}")
        lines += [self._oddment(), self._fill(1)]
        labels = frozenset(f"{name}~" for name in names)
        text = f"---\ntype: daily\ndate: {day}\n---\n# {day}\n\n" + "\n\n".join(lines) + "\n"
        return LabelledNote(f"daily/{day}.md", text, labels, day)

    def _stray(self) -> LabelledNote:
        """Return a note that uses words of a topic in another sense."""
        name = self._chance.choice(list(self._topics))
        topic = self._topics[name]
        at = self._chance.randrange(2)
        stray = topic["stray"][at]
        body = " ".join([self._fill(2), stray, self._oddment(), self._fill(2)])
        word = self._chance.choice(topic["words"].split())
        return self._note("inbox", self._title(word), [], body, f"{name}!{at + 1}")

    def _book(self) -> LabelledNote:
        name = self._chance.choice(list(self._topics))
        topic = self._topics[name]
        pattern = self._chance.choice(BOOK_TITLES)
        title = pattern.format(*self._chance.sample(topic["words"].split(), 2))
        author = f"{self._chance.choice('ABCDEFGH')}. {self._chance.choice(self._words).title()}"
        if self._chance.random() < QUOTING:
            facet, (_, *sentences) = self._chance.choice(list(topic["facets"].items()))
            at = self._chance.randrange(2)
            quote, label = sentences[at], f"{name}/{facet}@{at + 1}"
        else:
            quote, label = self._sentence_about(topic), f"{name}~"
        body = f"{self._fill(2)} {self._sentence_about(topic)}\n\n> {quote} (p. 12)"
        return self._note("books", title, topic["tags"], body, label, author=author)

    def _filler(self) -> LabelledNote:
        lines = [self._fill(self._chance.randint(1, 4)) for _ in range(3)]
        lines += [self._oddment() for _ in range(self._chance.randint(1, 5))]
        return self._note(
            "inbox", self._title(self._chance.choice(self._words)), [], "\n\n".join(lines)
        )

    def _note(
        self, folder: str, title: str, tags: list[str], body: str, *labels: str, **fields: str
    ) -> LabelledNote:
        while f"{folder}/{title}" in self._titles:
            title += f" {self._chance.choice(self._words)}"
        self._titles.add(f"{folder}/{title}")
        day = self._day()
        lines = [f'title: "{title}"', f"created: {day}"]
        lines += [f"tags: [{', '.join(tags)}]"] if tags else []
        lines += [f"{key}: {value}" for key, value in fields.items() if key != "alias"]
        lines += [f"aliases: [{fields['alias']}]"] if "alias" in fields else []
        text = "---\n" + "\n".join(lines) + f"\n---\n# {title}\n\n{body}\n"
        return LabelledNote(f"{folder}/{title.replace('/', '-')}.md", text, frozenset(labels), day)

    def _title(self, word: str) -> str:
        """Return a vague title, as is common in an inbox."""
        kinds = ("Note on a {}", "Something about the {}", "{} and other things", "The {} thing")
        return self._chance.choice(kinds).format(word).capitalize()

    def _body(self, topic: dict[str, Any], sentences: list[str], count: int) -> str:
        """Return general sentences about a topic, `sentences` among them, and a filler."""
        lines = [self._sentence_about(topic) for _ in range(count)] + [self._fill(1)]
        for sentence in sentences:
            lines.insert(self._chance.randrange(len(lines)), sentence)
        half = len(lines) // 2
        return " ".join(lines[:half]) + "\n\n" + " ".join(lines[half:])

    def _sentence_about(self, topic: dict[str, Any]) -> str:
        return self._chance.choice(ABOUT).format(*self._chance.sample(topic["words"].split(), 2))

    def _fill(self, count: int) -> str:
        return " ".join(self._chance.sample(ANYTHING, count))

    def _oddment(self) -> str:
        return self._chance.choice(ODDMENTS).format(*self._chance.sample(self._words, 2))

    def _day(self) -> dt.date:
        return LAST - dt.timedelta(days=self._chance.randrange(2000))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--notes", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    write(arguments.root, arguments.notes, arguments.seed)
