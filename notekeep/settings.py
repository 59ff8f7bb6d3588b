"""Read and validate a vault's settings; some default to Obsidian's settings.

Settings are part of a vault and are not trusted: they cannot contain a command or a path outside
the vault. Nothing here reads a note.
"""

from __future__ import annotations

import os
import re
import stat
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from math import inf
from typing import Any, Final, TypeVar

from notekeep import dates
from notekeep.errors import Failure, UsageError
from notekeep.obsidian import ObsidianSettings, read_obsidian_settings

_Value = TypeVar("_Value")


def as_list(value: str | Sequence[str]) -> tuple[str, ...]:
    """Return a string or a list as a tuple, because settings allow both."""
    return (value,) if isinstance(value, str) else tuple(value)


FIELD_TYPES = ("text", "number", "date", "list", "bool")
KIND_FOLDERS = {
    "book": "books",
    "podcast": "podcasts",
    "habit": "habits",
    "post": "posts",
    "daily": "daily",
    "note": "inbox",
}
"""The default folder for new notes of each kind."""

SIGN = "sign"
"""The key for a kind's sign in lists. If the value is longer than one character, it is a field."""


def _is_one_of(*words: str) -> Callable[[Any], bool]:
    return lambda value: value in words  # not a set, because the value may be a list


def _week_start(value: Any) -> int | None:
    """Parse a weekday: `6`, `sun` or `Sunday`; 0 is Monday."""
    text = "" if isinstance(value, bool) else str(value)
    return int(text) if re.fullmatch("[0-6]", text) else dates.find_weekday(text)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return _is_text(value) or (isinstance(value, list) and all(map(_is_text, value)))


def _stays_inside(folder: Any) -> bool:
    if not isinstance(folder, str) or folder.startswith(("/", "\\", "~")) or ":" in folder:
        return False
    return ".." not in folder.replace("\\", "/").split("/")


def _is_kind(fields: Any) -> bool:
    """Whether a value defines a kind: the types of its fields, and optionally a `sign`."""
    return isinstance(fields, dict) and all(
        word in FIELD_TYPES or (key == SIGN and _is_text(word) and len(word) == 1)
        for key, word in fields.items()
    )


EXPORT: dict[str, Callable[[Any], bool]] = {
    "unpublished": _is_one_of("text", "strip", "stub"),
    "nested_tags": _is_one_of("keep", "last", "dash"),
    "linebreaks": _is_one_of("keep", "join"),
    "series_links": _is_bool,
    "fields": _is_texts,
    "keep_metadata": _is_texts,
    "canaries": _is_texts,
}
"""The keys of `[export]`: how to write links to unpublished notes, nested tags and single newlines;
whether to link the parts of a series; front matter keys to export; files that keep their metadata;
words that must never be exported."""


WEIGHTS = 21
"""The number of weights of FSRS 6."""


def _is_number(value: Any, low: float, high: float) -> bool:
    return type(value) in (int, float) and low <= value <= high


def _are_weights(value: Any) -> bool:
    """Whether these are weights that FSRS accepts."""
    is_list = isinstance(value, list) and len(value) == WEIGHTS
    if not is_list or not all(_is_number(one, 0, 100) for one in value):
        return False
    from fsrs import Scheduler  # slow to import, and few set their own weights

    try:
        Scheduler(parameters=value)
    except ValueError:
        return False
    return True


RECALL: dict[str, Callable[[Any], bool]] = {
    "daily": lambda value: type(value) is int and 1 <= value <= 1000,
    "retention": lambda value: _is_number(value, 0.7, 0.99),
    "max_interval": lambda value: type(value) is int and 1 <= value <= 36500,
    "weights": _are_weights,
    "habit": _is_text,
}
"""The keys of `[recall]`: the number of quotes per day, the share to remember (0.7 to 0.99), the
longest interval in days, the 21 weights of FSRS 6, and the habit that is done after an answer."""


SETTING_CHECKS: dict[str, Callable[[Any], bool]] = {
    "id": lambda value: _is_text(value) and bool(re.fullmatch(r"[0-9a-f]{16,64}", value)),
    "day_start": lambda value: type(value) is int and 0 <= value <= 23,
    "week_start": lambda value: _week_start(value) is not None,
    "language": _is_text,
    "folders": lambda value: isinstance(value, dict) and all(map(_stays_inside, value.values())),
    "kinds": lambda value: isinstance(value, dict) and all(map(_is_kind, value.values())),
    "private": _is_texts,
    "templates": _stays_inside,
    "attachments": _stays_inside,
    "daily_format": _is_text,
    "link_form": _is_one_of("shortest", "relative", "absolute"),
    "markdown_links": _is_bool,
    "excluded": _is_texts,
    "log_links": _is_bool,
    "search_pdf": _is_bool,
    "cards": _is_text,
    "recall": lambda value: isinstance(value, dict),  # each key is checked on its own
    "rating_max": lambda value: type(value) in (int, float) and 0 < value < inf,
    "glyphs": _is_one_of("", "ascii", "unicode"),
    "publish": _is_texts,
    "export": lambda value: (
        isinstance(value, dict)
        and all(key in EXPORT and EXPORT[key](setting) for key, setting in value.items())
    ),
    "saved": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
}
"""The settings of a vault, with a check for each value."""


MAX_BYTES = 1_000_000
"""The maximum size of a settings file in bytes."""


def read_toml(path: str) -> dict[str, Any]:
    """Read a TOML file; a missing file is empty."""
    try:
        # The vault is not trusted, and the file may be a pipe: do not wait for its writer.
        flags = getattr(os, "O_NONBLOCK", 0)
        with open(path, "rb", opener=lambda place, mode: os.open(place, mode | flags)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Failure(f"{path}: This is not a file.", "Replace it with a file.")
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        hint = "Check its permissions."
        raise Failure(f"{path}: Cannot read the file: {error.strerror}.", hint) from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path}: The file is too large for settings.", f"Shorten it: {path}")
    import tomllib  # 3 ms, and most vaults have no settings

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: The file is not UTF-8.", f"Save it as UTF-8: {path}") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: This is not valid TOML: {error}.", f"Fix it: {path}") from error


VAULT_SETTINGS = ".notekeep/config.toml"
_IGNORED = "Unknown setting or invalid value. Ignored."
EXPORT_KEYS = ("private", "export")
"""The keys that control exports."""


def _obsidian_default(read: Callable[[ObsidianSettings], _Value]) -> cached_property[_Value]:
    """Return an attribute with a default from Obsidian's settings."""
    return cached_property(lambda settings: read(settings.obsidian))


class VaultSettings:
    """The settings of a vault, from `.notekeep/config.toml`. All are optional.

    Some default to Obsidian's settings. Those are read only when needed: not for a check-in, and
    not for the first frame of the interface.

    Attributes:
        id: The id by which sites recognize posts of this vault. Written by the first export; do
            not change it.
        day_start: The hour at which a day starts, 0 to 23.
        week_start: The first day of the week, 0 for Monday (`mon`) to 6 for Sunday (`sun`).
        language: The language of the notes as a two-letter code, or "" for none.
        folders: The folder for new notes of each kind. Default for daily notes and notes without a
            kind: as in Obsidian's settings. `weekly` and `monthly` turn on weekly and monthly
            notes.
        kinds: More kinds and fields: kind to field to type (see `FIELD_TYPES`).
        private: Folders that are never exported. A name counts at any depth; a path such as
            `work/diary` starts at the vault.
        templates: The folder of templates. Default: as in Obsidian's settings.
        attachments: The folder for attached files; with `./` it is relative to the note. Default:
            as in Obsidian's settings.
        daily_format: The names of daily notes, in strftime format. Default: as in Obsidian.
        link_form: How links name notes: `shortest`, `relative` to the linking note, or `absolute`
            in the vault. Default: as in Obsidian's settings.
        markdown_links: Write Markdown links instead of `[[file]]`. Default: as in Obsidian's
            settings.
        excluded: Files to hide from lists and searches, as the start of a path or a `/pattern/`.
            Default: the files that Obsidian excludes.
        log_links: Write check-ins as `[[habit]]:` so that Obsidian links them.
        search_pdf: Search the text of PDF files that notes link to.
        cards: A query; lines of its notes are cards for `recall`.
        recall: Options for `recall`; see `RECALL`.
        rating_max: The best rating a note can have. The lowest is 0.
        glyphs: "unicode" or "ascii"; "" detects what the terminal supports.
        publish: Queries whose notes count as published, in addition to `publish: true`.
        export: Options for exports; see `EXPORT`.
        saved: Saved queries by name.
        warnings: The ignored settings, one sentence each.
        is_unreadable: Whether the whole file was ignored because it could not be read.
        export_problem: Why the settings that control exports could not be read; "" if they could.
    """

    templates = _obsidian_default(lambda obsidian: obsidian.templates or "templates")
    attachments = _obsidian_default(
        lambda obsidian: "attachments" if obsidian.attachments is None else obsidian.attachments
    )
    link_form = _obsidian_default(lambda obsidian: obsidian.link_form or "shortest")
    markdown_links = _obsidian_default(lambda obsidian: obsidian.markdown_links)
    excluded = _obsidian_default(lambda obsidian: obsidian.excluded)

    def __init__(self, root: str = "") -> None:
        self._root = root
        self.id = ""
        self.day_start = 4
        self.week_start = 0
        self.language = "en"
        self.own_folders: dict[str, str] = {}
        self.kinds: dict[str, dict[str, str]] = {}
        self.private: tuple[str, ...] = ("private",)
        self.daily_format = "%Y-%m-%d"
        self.log_links = False
        self.search_pdf = True
        self.cards = ""
        self.recall: dict[str, Any] = {}
        self.rating_max: float = 5
        self.glyphs = ""
        self.publish: tuple[str, ...] = ()
        self.export: dict[str, Any] = {}
        self.saved: dict[str, str] = {}
        self.set_keys: set[str] = set()
        self.ignored: list[str] = []
        self.is_unreadable = False
        self.export_problem = ""

    @property
    def signs(self) -> dict[str, str]:
        """The signs by kind, for kinds that have a sign."""
        signs = {name: fields.get(SIGN, "") for name, fields in self.kinds.items()}
        return {name: sign for name, sign in signs.items() if len(sign) == 1}

    @cached_property
    def obsidian(self) -> ObsidianSettings:
        """Obsidian's settings."""
        return read_obsidian_settings(self._root) if self._root else ObsidianSettings()

    @cached_property
    def folders(self) -> dict[str, str]:
        """The folder for new notes of each kind."""
        return {**KIND_FOLDERS, **self.obsidian.folders, **self.own_folders}

    @property
    def habit_folder(self) -> str:
        """The folder for habits; Obsidian's settings are not read."""
        return self.own_folders.get("habit", KIND_FOLDERS["habit"])

    @property
    def daily_moment(self) -> str:
        """Obsidian's format for the names of daily notes; "" if `daily_format` is set."""
        settings = self.obsidian.periodic.get("daily")
        return "" if "daily_format" in self.set_keys or not settings else settings.format

    @property
    def warnings(self) -> list[str]:
        """The ignored settings, one sentence each."""
        found = [*self.ignored, *self.obsidian.problems]
        if self.obsidian.daily_problem and "daily_format" not in self.set_keys:
            found.append(self.obsidian.daily_problem)
        if self.excluded:
            where = VAULT_SETTINGS if "excluded" in self.set_keys else ".obsidian/app.json"
            found += [
                f"{where}: The pattern {one!r} is invalid, repeats a group, or repeats more than"
                f" {MAX_REPEATS} times. Ignored."
                for one in find_unsupported_patterns(self.excluded)
            ]
        return found


def vault_settings(root: str) -> VaultSettings:
    """Read a vault's settings; invalid ones are ignored and listed in `warnings`."""
    settings = VaultSettings(root)
    settings.language = _language(os.environ)
    path = os.path.join(root, VAULT_SETTINGS)
    try:
        data = read_toml(path)
    except (UsageError, Failure) as error:
        settings.ignored.append(error.message)
        settings.is_unreadable, settings.export_problem = True, error.message
        data = {}
    for key, value in data.items():
        names = [] if _apply(settings, key, value) else [key, *_names_in(value)]
        if key == "folders" and not names:  # a setting in the wrong table
            kinds = data.get("kinds", ())
            names = [name for name in value if name in SETTING_CHECKS and name not in kinds]
        if names:
            name = key if names[0] == key else f"{key}.{names[0]}"
            message = f"{VAULT_SETTINGS}: {name}: {_IGNORED}"
            settings.ignored.append(message)
            from difflib import get_close_matches  # rarely needed

            near = (get_close_matches(one.casefold(), EXPORT_KEYS, cutoff=0.8) for one in names)
            if any(near):
                settings.export_problem = message  # perhaps a typo in `private` or `export`
    return settings


def _names_in(value: Any) -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield name
        yield from _names_in(inner)


def _language(env: Mapping[str, str]) -> str:
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    code = locale.split("_")[0].split(".")[0].lower()
    return code if len(code) == 2 and code.isalpha() else "en"


def _apply(settings: VaultSettings, key: str, value: Any) -> bool:
    """Apply a setting; return False if it is unknown or invalid."""
    check = SETTING_CHECKS.get(key)
    if check is None or not check(value):
        return False
    if key == "week_start":
        value = _week_start(value)
    elif key in {"private", "publish", "excluded"}:
        value = as_list(value)
    elif key == "folders":
        key = "own_folders"
    elif key == "recall":
        wrong = [name for name, one in value.items() if not RECALL.get(name, _never)(one)]
        settings.ignored += [f"{VAULT_SETTINGS}: recall.{name}: {_IGNORED}" for name in wrong]
        value = {name: one for name, one in value.items() if name not in wrong}
    settings.set_keys.add(key)
    setattr(settings, key, value)
    return True


def _never(_value: Any) -> bool:
    return False


# Filters that hide notes, as in Obsidian's "Excluded files": the start of a path, or a pattern
# between slashes that matches anywhere. Case is ignored. Vaults are not trusted, so only fast
# patterns are allowed: no repeated groups, and few repetitions.

MAX_LETTERS: Final = 200
MAX_REPEATS: Final = 3

_REPEATED_GROUP: Final = r"\)[*+{?]"
_REPEAT: Final = r"[*+]|\{\d*,"
_PLAIN: Final = r"(?s)\\.|\[(?:\\.|[^\]\\])*\]"
_BACK: Final = r"\\[1-9kg]|\(\?[^:]"


def excludes(filters: tuple[str, ...], path: str) -> bool:
    """Whether a filter hides a vault path."""
    beginnings, patterns = _read(filters)
    return path.casefold().startswith(beginnings) or any(one.search(path) for one in patterns)


def find_unsupported_patterns(filters: tuple[str, ...]) -> list[str]:
    """Return the patterns that are not supported."""
    return [one for one in filters if is_regex_filter(one) and _compile(one) is None]


def is_regex_filter(text: str) -> bool:
    """Whether a filter is a pattern, such as `/^old .*/`."""
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


@lru_cache(8)
def _read(filters: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[re.Pattern[str], ...]]:
    patterns = map(_compile, filter(is_regex_filter, filters))
    beginnings = tuple(one.casefold() for one in filters if one and not is_regex_filter(one))
    return beginnings, tuple(one for one in patterns if one is not None)


def _compile(text: str) -> re.Pattern[str] | None:
    pattern = text[1:-1]
    plain = re.sub(_PLAIN, "x", pattern)
    is_heavy = (
        len(pattern) > MAX_LETTERS
        or len(re.findall(_REPEAT, plain)) > MAX_REPEATS
        or re.search(_REPEATED_GROUP, plain)
        or re.search(_BACK, pattern)
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about deprecated syntax
            return None if is_heavy else re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError):
        return None
