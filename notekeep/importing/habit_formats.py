"""Know the formats of habits that can be read: how each is detected, and what reads it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.errors import Ambiguous, Refused, UsageError
from notekeep.habits.formats import daily_notes, loop, org, own_format, simple_formats
from notekeep.habits.formats.habit_data import HabitSource, SourceNote, read_json
from notekeep.habits.formats.simple_formats import DAY_PATTERN
from notekeep.importing.formats.reading import is_database, read_table
from notekeep.importing.input_files import InputFiles
from notekeep.markdown import frontmatter
from notekeep.markdown.schema import Daily

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from sqlite3 import Connection


_FIELD = re.compile(r"^([^\W\d_][\w-]*):", re.MULTILINE)
_HARSH_HABIT = re.compile(r"[^#!].*: *[0-9]+(?:/[0-9]+)?w?(?:: *[0-9-]{10})?")
_HABITCTL_HABIT = re.compile(r"[0-9]+ \S.*")
_PAIR = ("habits", "log")
_ENDINGS = (".csv", ".json", ".md", ".org")
MAX_SIZE = 256 << 20
"""How many bytes are read in all; the history of a life takes a few megabytes in any format."""


class VaultVocabulary(NamedTuple):
    """What readers may know of the vault."""

    names: Collection[str] = ()  # the folded names of its habits
    daily: Daily = Daily()  # how its daily notes are named


class HabitFiles(NamedTuple):
    """What was given: its path, and its contents by relative path, none for a database."""

    path: str
    files: dict[str, bytes]
    is_database: bool = False

    def texts(self, *endings: str) -> dict[str, str]:
        """Return the files with such an ending, as text; all of them without one."""
        return {
            name: data.decode("utf-8", "replace").removeprefix("\ufeff")
            for name, data in sorted(self.files.items())
            if not endings or name.casefold().endswith(endings)
        }

    def text(self, name: str) -> str:
        """Return the text of the file of a name, whichever folder it lies in; "" without."""
        found = self.texts(name).items()
        return next((text for path, text in found if path.rpartition("/")[2] == name), "")


def read_files(path: str) -> HabitFiles:
    """Read the files of a path that some format has; Refused when they are too large."""
    files: dict[str, bytes] = {}
    paths = [path]
    if os.path.basename(path) in _PAIR and os.path.isfile(path):
        pair = (os.path.join(os.path.dirname(path), name) for name in _PAIR)
        paths = [one for one in pair if os.path.isfile(one)]
    room = MAX_SIZE
    for one in paths:
        with InputFiles(one) as given:
            for name in given.names:
                is_itself = name == os.path.basename(one)
                if is_itself and is_database(given.head(name)):
                    return HabitFiles(path, {}, is_database=True)
                if is_itself or _is_wanted(name):
                    files[name] = given.read(name)
                    room -= len(files[name])
                if room < 0:
                    size = f"{MAX_SIZE >> 20} MB"
                    raise Refused(f"{path}: more than {size} in all", "Use only the export.")
    return HabitFiles(path, files)


def _is_wanted(name: str) -> bool:
    base = name.rpartition("/")[2]
    return base in _PAIR or base.casefold().endswith(_ENDINGS)


def read_source(
    given: HabitFiles, origin: str = "", vocabulary: VaultVocabulary | None = None
) -> HabitSource:
    """Read what was given, in the format that is named or that it has."""
    if origin and origin not in FORMATS:
        raise UsageError(f"there is no format {origin}", f"formats: {', '.join(FORMATS)}")
    form = origin or find_format(given, vocabulary)
    if given.is_database:
        if form != "loop":
            raise UsageError(f"{given.path} is a database, which {form} does not use")
        return read_loop(given.path)
    return FORMATS[form].read(given, vocabulary or VaultVocabulary())


def read_loop(path: str) -> HabitSource:
    """Read the backup of Loop Habit Tracker; Refused for a damaged file, or another."""
    with InputFiles(path) as given, given.database(os.path.basename(path)) as opened:
        try:
            habits = _read_rows(opened, "Habits", loop.HABIT_COLUMNS)
            days = _read_rows(opened, "Repetitions", loop.DAY_COLUMNS)
        except Refused as error:
            raise Refused(
                f"{path}: not a database of Loop ({error.message})",
                "Use Loop's backup: Settings, Export full backup.",
            ) from error
    return loop.read_loop_tables(habits, days)


def _read_rows(opened: Connection, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a table; what a version of Loop does not have yet is missing."""
    rows = read_table(opened, table, columns)
    return [{name: cell for name, cell in row.items() if cell is not None} for row in rows]


# Detection: the formats that some file looks like


def find_format(given: HabitFiles, vocabulary: VaultVocabulary | None = None) -> str:
    """Return the id of the format of what was given.

    Raises:
        Ambiguous: It looks like several.
        UsageError: It looks like none.
    """
    vocabulary = vocabulary or VaultVocabulary()
    if given.is_database:
        return "loop"
    found = sorted(
        {form for name, text in given.texts().items() for form in _guess(name, text, vocabulary)}
    )
    if len(found) > 1:
        raise Ambiguous(
            f"{given.path} matches several formats",
            [f"{form}  {FORMATS[form].title}" for form in found],
            "choose one with --from",
        )
    if not found:
        raise UsageError(
            f"{given.path}: unknown habit format",
            f"choose one with --from: {', '.join(FORMATS)}",
        )
    return found[0]


def _guess(name: str, text: str, vocabulary: VaultVocabulary) -> Iterator[str]:
    base = name.rpartition("/")[2].casefold()
    if base.endswith(".csv"):
        yield from _guess_csv(base, text)
    elif base.endswith(".json"):
        yield from _guess_json(text)
    elif base.endswith(".org"):
        if org.ORG_HABIT_PATTERN.search(text):
            yield "org"
    elif base.endswith(".md"):
        yield from _guess_note(name, text, vocabulary)
    else:
        yield from _guess_pair(base, text)


def _guess_csv(base: str, text: str) -> Iterator[str]:
    first = text[:4096].partition("\n")[0].strip()
    if base == loop.HABITS_FILE.casefold() and first.startswith("Position,Name"):
        yield "loop"
    elif first.startswith("HabitName,"):
        yield "habitbull"
    elif first.startswith(",".join(own_format.CSV_HEAD[:3])):
        yield "notekeep"


def _guess_json(text: str) -> Iterator[str]:
    head = text[:4096]
    if re.match(r'\s*\{\s*"notekeep"', head):
        yield "notekeep"
    elif re.match(r"\s*\[", head):
        if '"stats"' in head:
            yield "dijo"
    elif '"habits"' in head and ('"records"' in head or '"period"' in head):
        yield "beaver"


def _guess_note(name: str, text: str, vocabulary: VaultVocabulary) -> Iterator[str]:
    head = text.partition("\n---")[0] if text.startswith("---") else ""
    keys = set(_FIELD.findall(head))
    whole = name[: -len(".md")]
    stem = whole.rpartition("/")[2]
    if "habit" in keys and keys & {"records", "startDate"}:
        yield "obsidian-habits"
    elif "entries" in keys:
        yield "tracker21"
    elif DAY_PATTERN.search(stem) or _day_in(whole, vocabulary.daily):
        tag = daily_notes.HABIT_TAG_PATTERN
        if vocabulary.names or "habits" in keys or any(map(tag.search, text.splitlines())):
            yield "daily"


def _guess_pair(base: str, text: str) -> Iterator[str]:
    """`habits` and `log`, which two programs have; their lines tell which."""
    for line in text.splitlines():
        plain = line.strip()
        if base == "log":
            if simple_formats.HARSH_LINE.fullmatch(plain):
                yield "harsh"
            elif simple_formats.HABITCTL_LINE.fullmatch(line):
                yield "habitctl"
        elif _HABITCTL_HABIT.fullmatch(plain):
            yield "habitctl"
        elif _HARSH_HABIT.fullmatch(plain):
            yield "harsh"


# Readers of the files of each format


def _read_daily(given: HabitFiles, vocabulary: VaultVocabulary) -> HabitSource:
    # Where names make folders, these say the day with them.
    pages = _pages(given, is_whole_name=vocabulary.daily.depth > 1)
    return daily_notes.read_daily_notes(
        pages, vocabulary.names, lambda name: _day_in(name, vocabulary.daily)
    )


def _read_own(given: HabitFiles, _: VaultVocabulary) -> HabitSource:
    text, name = _only_file(given, ".csv", ".json")
    if name.casefold().endswith(".csv"):
        return own_format.read_own_csv(text, name)
    return own_format.read_own_json(read_json(text, name))


def _only_file(given: HabitFiles, *endings: str) -> tuple[str, str]:
    """The text and the name of the one file that was given."""
    found = given.texts(*endings) or given.texts()
    if len(found) != 1:
        raise UsageError(f"{given.path}: contains {len(found)} files instead of one", "choose one")
    name, text = next(iter(found.items()))
    return text, name


def _pages(given: HabitFiles, *, is_whole_name: bool = False) -> Iterator[SourceNote]:
    for name, data in sorted(given.files.items()):
        if name.casefold().endswith(".md"):
            matter = frontmatter.read_frontmatter(data)
            body = data[matter.split.body :].decode("utf-8", "replace")
            stem = (name if is_whole_name else name.rpartition("/")[2])[: -len(".md")]
            problem = matter.error.message if matter.error else ""
            yield SourceNote(stem, matter.words, matter.raw, body, problem)


def _day_in(name: str, form: Daily) -> int | None:
    day = form.day_named("/".join(name.split("/")[-form.depth :]))
    return day.toordinal() if day else None


class Format(NamedTuple):
    """A format: what it is called, and what reads its files; a database has its own reader."""

    title: str
    read: Callable[[HabitFiles, VaultVocabulary], HabitSource]


FORMATS = {
    "loop": Format("Loop Habit Tracker", lambda given, _: loop.read_loop_csv(given.texts(".csv"))),
    "harsh": Format(
        "harsh", lambda given, _: simple_formats.read_harsh(given.text("habits"), given.text("log"))
    ),
    "habitctl": Format(
        "habitctl",
        lambda given, _: simple_formats.read_habitctl(given.text("habits"), given.text("log")),
    ),
    "org": Format("org-habit", lambda given, _: org.read_org(given.texts())),
    "tracker21": Format(
        "Habit Tracker 21", lambda given, _: simple_formats.read_tracker21(_pages(given))
    ),
    "obsidian-habits": Format(
        "Obsidian habits plug-in",
        lambda given, _: simple_formats.read_obsidian_habits(_pages(given)),
    ),
    "daily": Format("daily notes", _read_daily),
    "beaver": Format(
        "Beaver Habit Tracker",
        lambda given, _: simple_formats.read_beaver(read_json(*_only_file(given, ".json"))),
    ),
    "habitbull": Format(
        "HabitBull", lambda given, _: simple_formats.read_habitbull(*_only_file(given, ".csv"))
    ),
    "dijo": Format(
        "dijo",
        lambda given, _: simple_formats.read_dijo(
            {name: read_json(text, name) for name, text in given.texts(".json").items()}
        ),
    ),
    "notekeep": Format("notekeep", _read_own),
}
"""The formats by their ids."""
