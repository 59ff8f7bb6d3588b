"""The formats of habits that can be read, how each is known, and which reader it has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import Ambiguous, UsageError
from notekeep.habits.importers import daily_notes, loop, org, own_format, simple_formats
from notekeep.habits.importers.habit_data import SourceNote, read_json
from notekeep.importing.given_files import read_loop
from notekeep.markdown.schema import Daily

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from notekeep.habits.importers.habit_data import HabitSource
    from notekeep.importing.given_files import GivenFiles

FORMAT_NAMES = {
    "loop": "Loop Habit Tracker",
    "harsh": "harsh",
    "habitctl": "habitctl",
    "org": "org-habit",
    "tracker21": "Habit Tracker 21",
    "obsidian-habits": "the habits plug-in of Obsidian",
    "daily": "daily notes",
    "beaver": "Beaver Habit Tracker",
    "habitbull": "HabitBull",
    "dijo": "dijo",
    "notekeep": "notekeep",
}
"""The ids of formats, and what they are called."""

_IN_MATTER = re.compile(r"^([^\W\d_][\w-]*):", re.MULTILINE)
_DAY_NAME = re.compile(r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")


class VaultVocabulary(NamedTuple):
    """What readers may know of the vault.

    Attributes:
        names: The folded names of its habits.
        daily: How its daily notes are named.
    """

    names: Collection[str] = ()
    daily: Daily = Daily()


def read_source(
    given: GivenFiles, origin: str = "", vocabulary: VaultVocabulary | None = None
) -> HabitSource:
    """Read what was given, in the format that is named or that it has.

    Raises:
        UsageError: There is no such format, or it has none that is known.
        Ambiguous: It could be several.
        Refused: It is damaged.
    """
    if origin and origin not in FORMAT_NAMES:
        raise UsageError(f"there is no format {origin}", f"one of {', '.join(FORMAT_NAMES)}")
    vocabulary = vocabulary or VaultVocabulary()
    form = origin or _detected(given, vocabulary)
    if given.is_database:
        if form != "loop":
            raise UsageError(f"{given.path} is a database, and {form} has none")
        return read_loop(given.path)
    return READERS[form](given, vocabulary)


def _detected(given: GivenFiles, vocabulary: VaultVocabulary) -> str:
    if given.is_database:
        return "loop"
    found = sorted(set(_guesses(given, vocabulary)))
    if len(found) > 1:
        raise Ambiguous(
            f"{given.path} could be of several formats",
            [f"{form}  {FORMAT_NAMES[form]}" for form in found],
            "say which with --from",
        )
    if not found:
        raise UsageError(
            f"{given.path}: not a format of habits that is known",
            f"say which with --from: {', '.join(FORMAT_NAMES)}",
        )
    return found[0]


def _guesses(given: GivenFiles, vocabulary: VaultVocabulary) -> Iterator[str]:
    """The formats that some file looks like."""
    for name, text in given.texts().items():
        base = name.rpartition("/")[2].casefold()
        head = text[:4096]
        if base.endswith(".csv"):
            yield from _csv(base, head)
        elif base.endswith(".json"):
            yield from _json(head)
        elif base.endswith(".org"):
            if org.ORG_HABIT_PATTERN.search(text):
                yield "org"
        elif base.endswith(".md"):
            yield from _note(name, text, vocabulary)
        else:
            yield from _pair(base, text)


def _csv(base: str, head: str) -> Iterator[str]:
    first = head.partition("\n")[0].strip()
    if base == loop.HABITS_FILE.casefold() and first.startswith("Position,Name"):
        yield "loop"
    elif first.startswith("HabitName,"):
        yield "habitbull"
    elif first.startswith(",".join(own_format.CSV_HEAD[:3])):
        yield "notekeep"


def _json(head: str) -> Iterator[str]:
    if re.match(r'\s*\{\s*"notekeep"', head):
        yield "notekeep"
    elif re.match(r"\s*\[", head):
        if '"stats"' in head:
            yield "dijo"
    elif '"habits"' in head and ('"records"' in head or '"period"' in head):
        yield "beaver"


def _note(name: str, text: str, vocabulary: VaultVocabulary) -> Iterator[str]:
    head = text.partition("\n---")[0] if text.startswith("---") else ""
    keys = set(_IN_MATTER.findall(head))
    stem, whole = name.rpartition("/")[2][: -len(".md")], name[: -len(".md")]
    if "habit" in keys and keys & {"records", "startDate"}:
        yield "obsidian-habits"
    elif "entries" in keys:
        yield "tracker21"
    elif _DAY_NAME.search(stem) or _day_in(whole, vocabulary.daily):
        is_about = "habits" in keys or any(
            daily_notes.HABIT_TAG_PATTERN.search(line) for line in text.splitlines()
        )
        if is_about or vocabulary.names:
            yield "daily"


def _pair(base: str, text: str) -> Iterator[str]:
    """`habits` and `log`, which two programs have; their lines tell which."""
    for line in text.splitlines():
        plain = line.strip()
        if base == "log":
            if simple_formats.HARSH_LINE.fullmatch(plain):
                yield "harsh"
            elif simple_formats.HABITCTL_LINE.fullmatch(line):
                yield "habitctl"
        elif re.fullmatch(r"[0-9]+ \S.*", plain):
            yield "habitctl"
        elif re.fullmatch(r"[^#!].*: *[0-9]+(?:/[0-9]+)?w?(?:: *[0-9-]{10})?", plain):
            yield "harsh"


def _read_habitbull(given: GivenFiles, _: VaultVocabulary) -> HabitSource:
    name, text = _only(given, ".csv")
    return simple_formats.read_habitbull(text, name)


def _read_beaver(given: GivenFiles, _: VaultVocabulary) -> HabitSource:
    name, text = _only(given, ".json")
    return simple_formats.read_beaver(read_json(text, name))


def _read_dijo(given: GivenFiles, _: VaultVocabulary) -> HabitSource:
    files = given.texts(".json")
    return simple_formats.read_dijo({name: read_json(text, name) for name, text in files.items()})


def _read_daily(given: GivenFiles, vocabulary: VaultVocabulary) -> HabitSource:
    # Where names make folders, these say the day with them.
    pages = _pages(given, whole=vocabulary.daily.depth > 1)
    return daily_notes.read_daily_notes(
        pages, vocabulary.names, lambda name: _day_in(name, vocabulary.daily)
    )


def _read_own(given: GivenFiles, _: VaultVocabulary) -> HabitSource:
    name, text = _only(given, ".csv", ".json")
    if name.casefold().endswith(".csv"):
        return own_format.read_own_csv(text, name)
    return own_format.read_own_json(read_json(text, name))


READERS: dict[str, Callable[[GivenFiles, VaultVocabulary], HabitSource]] = {
    "loop": lambda given, _: loop.read_loop_csv(given.texts(".csv")),
    "harsh": lambda given, _: simple_formats.read_harsh(given.text("habits"), given.text("log")),
    "habitctl": lambda given, _: simple_formats.read_habitctl(
        given.text("habits"), given.text("log")
    ),
    "org": lambda given, _: org.read_org(given.texts()),
    "tracker21": lambda given, _: simple_formats.read_tracker21(_pages(given)),
    "obsidian-habits": lambda given, _: simple_formats.read_obsidian_habits(_pages(given)),
    "daily": _read_daily,
    "beaver": _read_beaver,
    "habitbull": _read_habitbull,
    "dijo": _read_dijo,
    "notekeep": _read_own,
}
"""What reads the files of each format; a database has a reader of its own."""


def _only(given: GivenFiles, *endings: str) -> tuple[str, str]:
    """The one file of a format that is one file."""
    found = given.texts(*endings) or given.texts()
    if len(found) != 1:
        raise UsageError(f"{given.path}: not one file but {len(found)}", "give the file itself")
    return next(iter(found.items()))


def _pages(given: GivenFiles, *, whole: bool = False) -> Iterator[SourceNote]:
    """The notes that were given, named by their files, or by the whole way to them."""
    from notekeep.markdown import frontmatter

    for name, data in sorted(given.files.items()):
        if name.casefold().endswith(".md"):
            matter = frontmatter.read_frontmatter(data)
            body = data[matter.split.body :].decode("utf-8", "replace")
            stem = (name if whole else name.rpartition("/")[2])[: -len(".md")]
            problem = matter.error.message if matter.error else ""
            yield SourceNote(stem, matter.words, matter.raw, body, problem)


def _day_in(name: str, form: Daily) -> int | None:
    """The day that a name of a daily note means, in the form that the vault has."""
    day = form.day_named("/".join(name.split("/")[-form.depth :]))
    return day.toordinal() if day else None
