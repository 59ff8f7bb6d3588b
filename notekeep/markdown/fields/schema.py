"""Kinds of notes, their fields, aliases of fields, and names of daily, weekly and monthly notes.

A schema determines the types of values and the kind of note for a path. No note is invalid: every
field is optional, and unknown fields are kept.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

from notekeep.dates import parse_iso, start_of_week
from notekeep.log_folders import LOG_FOLDERS
from notekeep.markdown.note_names import fold_name
from notekeep.obsidian import DEFAULT_NAMES, PeriodicSettings
from notekeep.settings import KIND_FOLDERS, VaultSettings, excludes

USUAL: Final = "%Y-%m-%d"


class DatedNames(NamedTuple):
    """Names of daily, weekly or monthly notes: a strftime format, and a folder ("" for the root).

    Obsidian's format, `moment`, takes precedence over `format`; `week_start` is 0 for Monday.
    """

    folder: str = "daily"
    format: str = USUAL
    moment: str = ""
    week_start: int = 0
    kind: str = "daily"  # a key of `obsidian.PERIODS`

    @property
    def depth(self) -> int:
        """The number of path components in a name."""
        return (self.moment or self.format).count("/") + 1

    def first_day(self, day: dt.date) -> dt.date:
        """Return the first day of the week or month of a day; for daily notes, the day."""
        if self.kind == "weekly":
            return start_of_week(day, self.week_start)
        return day.replace(day=1) if self.kind == "monthly" else day

    def name(self, day: dt.date) -> str:
        """Return the name of the note for a day, week or month, including folders."""
        day = self.first_day(day)
        if not self.moment:
            return day.strftime(self.format)
        from notekeep.date_formats import format_day_name

        return format_day_name(day, self.moment, self.week_start)

    def day_named(self, name: str) -> dt.date | None:
        """Return the day of a note with this name, or None."""
        if self.moment:
            from notekeep.date_formats import parse_day_name

            return parse_day_name(name, self.moment, self.week_start)
        if self.format == USUAL and (day := parse_iso(name)):
            return day
        try:
            return dt.datetime.strptime(name, self.format).date()  # noqa: DTZ007 - only the day is used
        except ValueError:
            return None

    def day_at(self, path: str) -> dt.date | None:
        """Return the day of the daily note at a path, or None."""
        folder = f"{self.folder}/" if self.folder else ""
        if not path.casefold().startswith(folder.casefold()) or not path.endswith(".md"):
            return None
        return self.day_named(path[len(folder) : -len(".md")])


FieldType: TypeAlias = Literal["text", "number", "date", "list", "bool", "links"]
Role: TypeAlias = Literal["note", "log", "template", "excluded"]

FIELD_TYPES: Final[tuple[FieldType, ...]] = ("text", "number", "date", "list", "bool", "links")


class Kind(NamedTuple):
    """A kind of note: its id in `type:`, and its fields in addition to the common fields."""

    id: str
    fields: Mapping[str, FieldType] = {}


COMMON_FIELDS: Final[dict[str, FieldType]] = {
    "title": "text",
    "type": "text",
    "aliases": "list",
    "tags": "list",
    "created": "date",
    "description": "text",
    "cover": "text",
    "slug": "text",
    "lang": "text",
    "publish": "bool",
    "private": "bool",
    "pinned": "bool",
}
"""Fields of all kinds."""

_READING: Final[dict[str, FieldType]] = {"rating": "number", "status": "text"}

FIELD_CHOICES: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("book", "status"): ("to-read", "reading", "finished", "dropped"),
    ("podcast", "status"): ("to-listen", "listening", "finished", "dropped"),
}
"""The choices by kind and field; other values need confirmation."""

STATUS_DATES: Final[dict[str, tuple[str, ...]]] = {
    "reading": ("started",),
    "listening": ("started",),
    "finished": ("finished", "listened"),
}
"""The date fields for each status; the first of them that the kind has is used."""

KINDS: Final[dict[str, Kind]] = {
    kind.id: kind
    for kind in (
        Kind(
            "book",
            {
                "author": "list",
                **_READING,
                "started": "date",
                "finished": "date",
                "genre": "list",
                "pages": "number",
                "published": "date",
                "subtitle": "text",
                "series": "text",
                "publisher": "text",
                "isbn": "text",
                "asin": "text",
                "reads": "list",
                "source": "text",
            },
        ),
        Kind(
            "podcast",
            {
                "show": "text",
                "episode": "text",
                "host": "list",
                "guest": "list",
                **_READING,
                "listened": "date",
                "published": "date",
                "duration": "text",
                "url": "text",
                "feed": "text",
            },
        ),
        Kind(
            "habit",
            {
                "habit": "text",
                "schedule": "list",
                "goal": "text",
                "any of": "list",
                "all of": "list",
                "since": "date",
                "until": "date",
                "archived": "bool",
                "paused": "list",
                "unlogged": "text",
                "remind": "list",
                "identity": "text",
                "when": "text",
                "after": "text",
                "tiny": "text",
                "cue": "text",
                "craving": "text",
                "response": "text",
                "reward": "text",
                "source": "text",
            },
        ),
        Kind(
            "post",
            {
                "date": "date",
                "draft": "bool",
                "series": "text",
                "part": "number",
                "canonical": "text",
                "sources": "links",
            },
        ),
        Kind("daily", {"date": "date"}),
        Kind("note"),
    )
}

FIXED_KINDS: Final = ("note", "daily", "habit")
"""Kinds whose folder is known even if it does not exist."""

CURRENT_NOTES: Final = {"today": "daily", "week": "weekly", "month": "monthly"}
"""Short names of the current notes, and their kinds."""

KINDS_IN_WORDS: Final = {"podcast episode": "podcast", "daily note": "daily"}
"""Other names of kinds."""

_ALIASES: Final[dict[str, str]] = {
    "title": "episode_title book_title full_title",
    "aliases": "alias",
    "tags": "tag keywords keyword",
    "created": "created_at date_created creation_date created_date create_date ctime",
    "description": "summary abstract excerpt",
    "cover": "cover_url cover_image image thumbnail local_cover_image",
    "lang": "language",
    "author": "authors book_author writer writers",
    "isbn": "isbn13 isbn_13 isbn10 isbn_10",
    "pages": "page_count total_page total_pages num_pages number_of_pages",
    "publisher": "publishers publishing_house",
    "published": "publish_date published_date publication_date date_published pub_date"
    " episode_publish_date release_date published_at year_published",
    "genre": "genres",
    "rating": "my_rate my_rating personal_rating stars",
    "status": "reading_status read_status",
    "started": "start_read_date start_reading started_reading date_started start_date"
    " reading_started",
    "finished": "finish_read_date finished_reading date_finished finish_date date_read read_date"
    " date_completed end_read_date",
    "show": "show_title show_name podcast podcast_title podcast_name",
    "episode": "episode_number episode_no episode_num",
    "host": "hosts",
    "guest": "guests",
    "listened": "listened_on date_listened listen_date",
    "duration": "length runtime episode_duration",
    "url": "link episode_url source_url",
    "feed": "rss feed_url rss_feed",
}


def _folded(key: str) -> str:
    """Fold a key: ignore case, spaces, dashes and underscores."""
    return re.sub(r"[\s_-]+", "", key.casefold())


_FIELDS: Final[dict[str, FieldType]] = {
    name: type_
    for fields in (*(kind.fields for kind in KINDS.values()), COMMON_FIELDS)
    for name, type_ in fields.items()
}
_NAMES: Final[dict[str, str]] = {
    **{_folded(alias): name for name, aliases in _ALIASES.items() for alias in aliases.split()},
    **{_folded(name): name for name in _FIELDS},
}


def canonical(key: str) -> str:
    """Return the canonical name of a field: `started` for `startReadDate`; unknown names stay."""
    return _NAMES.get(key) or _NAMES.get(_folded(key), key)


def other_names(field_name: str) -> list[str]:
    """Return the other names of a field."""
    return _ALIASES.get(field_name, "").split()


@dataclass
class Schema:
    """The rules for reading the notes of a vault."""

    kinds: Mapping[str, Kind] = field(default_factory=lambda: dict(KINDS))
    # the folder for new notes of each kind. Notes in it without `type:` are of that kind, except
    # habits, which need `habit:`
    folders: Mapping[str, str] = field(default_factory=lambda: dict(KIND_FOLDERS))
    # folders of private notes: a bare name at any depth, or a path from the root
    private_folders: tuple[str, ...] = ("private",)
    templates: str = "templates"
    # the names of daily notes, and of weekly and monthly notes if they are turned on
    periodic: Mapping[str, DatedNames] = field(default_factory=lambda: {"daily": DatedNames()})
    # the types of fields that belong to no kind
    types: Mapping[str, FieldType] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()  # excluded from lists and searches; see `notekeep.settings`
    rating_max: float = 5

    @classmethod
    def of(cls, settings: VaultSettings) -> Schema:
        """Return the schema for the settings of a vault; unknown types are treated as text."""
        kinds = dict(KINDS)
        for name, fields in settings.kinds.items():
            known = kinds[name].fields if name in kinds else {}
            own = {key: _type(word) for key, word in fields.items() if len(word) > 1}
            kinds[name] = Kind(name, {**known, **own})
        start, theirs, folders = settings.week_start, settings.obsidian.periodic, settings.folders
        periodic = {
            "daily": DatedNames(
                folders["daily"].strip("/"), settings.daily_format, settings.daily_moment, start
            )
        }
        for kind in ("weekly", "monthly"):
            if kind in settings.own_folders or kind in theirs:
                found = theirs.get(kind, PeriodicSettings(""))
                folder = settings.own_folders.get(kind, found.folder).strip("/")
                form = found.format or DEFAULT_NAMES[kind]
                periodic[kind] = DatedNames(folder, moment=form, week_start=start, kind=kind)
        types = {canonical(name): _type(word) for name, word in settings.obsidian.types.items()}
        return cls(
            kinds,
            {one: folder for one, folder in folders.items() if one in kinds or one not in periodic},
            tuple(settings.private),
            settings.templates,
            periodic,
            {name: types[name] for name in sorted(types) if name not in {*COMMON_FIELDS, *_FIELDS}},
            settings.excluded,
            settings.rating_max,
        )

    @property
    def daily(self) -> DatedNames:
        """The names of daily notes."""
        return self.periodic["daily"]

    def type_of(self, kind: str, name: str) -> FieldType | None:
        """Return the type of a field in notes of a kind; None if no kind has that field."""
        own = self.kinds.get(kind)
        if own is not None and name in own.fields:
            return own.fields[name]
        found = COMMON_FIELDS.get(name) or _FIELDS.get(name)
        if found is not None:
            return found
        known = next((k.fields[name] for k in self.kinds.values() if name in k.fields), None)
        return known or self.types.get(name)

    def named(self, word: str) -> str | None:
        """Return the kind for a value of `type:`, ignoring case, links and plural."""
        name = word.strip().removeprefix("[[").removesuffix("]]").casefold()
        single = name.removesuffix("s")
        names = (name, single, KINDS_IN_WORDS.get(single, ""))
        return next((one for one in names if one in self.kinds), None)

    def kind_at(self, path: str) -> str | None:
        """Return the kind for a folder, deepest folder first, or None."""
        best, depth = None, -1
        for kind, folder in self.folders.items():
            if kind not in ("note", "habit") and is_in_folder(path, folder) and len(folder) > depth:
                best, depth = kind, len(folder)
        if best is None and not self.daily.folder and self.daily.day_at(path):
            return "daily"
        return best

    def is_folder_of_kind(self, folder: str) -> bool:
        """Whether a folder is set for a kind, or is inside the folder for dated notes."""
        dated = (names.folder for names in self.periodic.values())
        own = {one.strip("/").casefold() for one in self.folders.values()}
        return folder.casefold() in own or any(is_in_folder(f"{folder}/", one) for one in dated)

    def is_private(self, path: str) -> bool:
        """Whether a file is in a private folder."""
        place = fold_name(f"/{path}")
        for folder in self.private_folders:
            name = fold_name(folder.rstrip("/"))
            if "/" in name:
                if place.startswith(f"/{name.lstrip('/')}/"):
                    return True
            elif name and f"/{name}/" in place:
                return True
        return False


DEFAULT_SCHEMA: Final = Schema()


def role(path: str, schema: Schema = DEFAULT_SCHEMA) -> Role:
    """Return the role of a file: log, template, excluded note or note."""
    if any(is_in_folder(path, folder) for folder in LOG_FOLDERS):
        return "log"
    if is_in_folder(path, schema.templates):
        return "template"
    if schema.excluded and excludes(schema.excluded, path):
        return "excluded"
    return "note"


def is_in_folder(path: str, folder: str) -> bool:
    """Whether a vault-relative path is below a folder, ignoring case."""
    folder = folder.strip("/")
    return bool(folder) and path.casefold().startswith(folder.casefold() + "/")


def find_known_keys(keys: Iterable[str]) -> dict[str, str]:
    """Return the key used in a file for each known field; the canonical name wins over aliases."""
    found: dict[str, str] = {}
    for key in keys:
        name = canonical(key)
        if name not in found or key == name:
            found[name] = key
    return found


def _type(word: str) -> FieldType:
    return next((known for known in FIELD_TYPES if known == word), "text")
