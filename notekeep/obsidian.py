"""Read a vault's Obsidian settings, which are the defaults for notekeep's own settings.

A damaged file is reported and counts as empty.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
from typing import Any, Final, NamedTuple

FOLDER: Final = ".obsidian"
MAX_BYTES: Final = 1_000_000
"""The maximum size of a settings file in bytes."""
LINK_FORMS: Final = ("shortest", "relative", "absolute")
"""The forms of link targets: the shortest unique path, relative to the note, or from the vault."""
PERIODS: Final = {"daily": "day", "weekly": "week", "monthly": "month"}
"""The kinds of periodic notes, and the period of each kind."""
DEFAULT_NAMES: Final = {"daily": "YYYY-MM-DD", "weekly": "gggg-[W]ww", "monthly": "YYYY-MM"}
"""The default names of periodic notes, as Moment formats."""

_TYPES: Final = {
    "text": "text",
    "multitext": "list",
    "number": "number",
    "checkbox": "bool",
    "date": "date",
    "datetime": "date",
    "tags": "list",
    "aliases": "list",
}
_PERIODIC: Final = "periodic-notes"
_TEMPLATER: Final = "templater-obsidian"
_PLUGINS: Final = "community-plugins.json"
_FORBIDDEN: Final = frozenset('\\:*?"<>|')
_WORDS: Final = {str: "text", bool: "true or false", list: "a list", dict: "a table"}


class PeriodicSettings(NamedTuple):
    """Obsidian's settings for daily, weekly or monthly notes."""

    folder: str  # "" for the vault
    format: str = ""  # of the names, as a Moment format with folders; "" for the default
    template: str = ""  # a vault path


class ObsidianSettings:
    """Obsidian's settings for a vault. A setting that is not set is empty."""

    def __init__(self) -> None:
        self.folders: dict[str, str] = {}  # for "daily" and other new notes; "" is the vault
        self.periodic: dict[str, PeriodicSettings] = {}  # the enabled periodic notes, by kind
        self.daily_problem = ""  # the reason why the format of daily notes cannot be used
        self.templates = ""
        self.date_format = ""  # of `{{date}}` in templates, as a Moment format
        self.time_format = ""
        # A folder in the vault, or after "./" relative to the note; None if it is not set.
        self.attachments: str | None = None
        self.link_form = ""  # one of `LINK_FORMS`, or ""
        self.markdown_links = False
        self.types: dict[str, str] = {}  # by field
        self.excluded: tuple[str, ...] = ()  # path prefixes, and patterns between slashes
        self.problems: list[str] = []  # one sentence for each invalid setting


def read_obsidian_settings(root: str) -> ObsidianSettings:
    """Read the settings of a vault. Without a folder `.obsidian`, all are empty."""
    found = ObsidianSettings()
    if os.path.isdir(os.path.join(root, FOLDER)):
        plugins = _File(root, _PLUGINS, found, list).data
        _read_link_settings(found, _File(root, "app.json", found))
        _read_periodic_settings(found, root, plugins)
        templates = _File(root, "templates.json", found)
        found.templates = templates.folder("folder") or ""
        if not found.templates and _TEMPLATER in plugins:
            templater = _File(root, f"plugins/{_TEMPLATER}/data.json", found)
            found.templates = templater.folder("templates_folder") or ""
        found.date_format, found.time_format = (
            templates.text(f"{name}Format").strip() for name in ("date", "time")
        )
        types = _File(root, "types.json", found).value("types", dict) or {}
        found.types = {
            name: _TYPES[kind]
            for name, kind in types.items()
            if isinstance(kind, str) and kind in _TYPES
        }
    return found


class _File:
    """A settings file. `data` is empty if the file cannot be read."""

    def __init__(
        self,
        root: str,
        path: str,
        found: ObsidianSettings,
        kind: type[dict[str, Any] | list[Any]] = dict,
    ) -> None:
        self.name = f"{FOLDER}/{path}"
        self._problems = found.problems
        self.data: Any = kind()
        try:
            self.data = read_settings_file(os.path.join(root, FOLDER, path), kind)
        except ValueError as error:
            self.report(f"{error}; ignored")

    def report(self, what: str) -> None:
        self._problems.append(f"{self.name}: {what}.")

    def text(self, key: str) -> str:
        return str(self.value(key, str) or "")

    def folder(self, key: str) -> str | None:
        """Return a folder as a vault path ("" is the vault); None if it is not set."""
        folder = self.value(key, str)
        if folder is None:
            return None
        folder = folder.strip().replace("\\", "/")
        if ".." in folder.split("/") or folder[1:2] == ":":
            self.report(f"{key} is outside the vault; ignored")
            return None
        return "/".join(part for part in folder.split("/") if part not in ("", "."))

    def value(self, key: str, kind: type) -> Any:
        """Return a value; report a value of the wrong type, and return None."""
        value = self.data.get(key)
        if value is None or isinstance(value, kind):
            return value
        self.report(f"{key} is not {_WORDS[kind]}; ignored")
        return None


def read_settings_file(place: str, kind: type) -> Any:
    """Read a settings file, which may be missing; raise ValueError with a reason if invalid."""
    try:
        with open(place, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return kind()
    except OSError as error:
        raise ValueError(f"cannot read the file: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise ValueError("is too large")
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON (line {error.lineno}): {error.msg}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise ValueError("is not JSON") from error
    if not isinstance(value, kind):
        raise ValueError(f"is not {_WORDS[kind]}")  # noqa: TRY004 - a file, not an argument
    return value


def _read_link_settings(found: ObsidianSettings, app: _File) -> None:
    found.attachments = app.folder("attachmentFolderPath")
    place = str(app.data.get("attachmentFolderPath")).strip()
    if found.attachments is not None and place.split("/")[0] == ".":
        found.attachments = f"./{found.attachments}"
    found.link_form = app.text("newLinkFormat")
    if found.link_form not in ("", *LINK_FORMS):
        app.report(f"newLinkFormat {found.link_form!r} is not supported; ignored")
        found.link_form = ""
    found.markdown_links = bool(app.value("useMarkdownLinks", bool))
    place = app.text("newFileLocation")
    if place == "root":
        found.folders["note"] = ""
    elif place == "folder" and (folder := app.folder("newFileFolderPath")) is not None:
        found.folders["note"] = folder
    excluded = app.value("userIgnoreFilters", list) or ()
    found.excluded = tuple(one for one in excluded if isinstance(one, str) and one.strip())


def _read_periodic_settings(found: ObsidianSettings, root: str, plugins: list[Any]) -> None:
    files = _find_periodic_files(found, root) if _PERIODIC in plugins else {}
    if "daily" not in files:
        files["daily"] = _File(root, "daily-notes.json", found)
    for kind, file in files.items():
        if not file.data:
            continue
        # If there are settings but no folder, Obsidian puts the notes at the vault root.
        folder = file.folder("folder") or ""
        template = file.folder("template") or file.folder("templatePath") or ""
        template = f"{template.removesuffix('.md')}.md" if template else ""
        form = file.text("format").strip().strip("/")
        if form == DEFAULT_NAMES[kind]:
            form = ""
        elif form and (reason := _reject_format(form, kind)):
            problem = f"{file.name}: names such as {form!r} {reason}"
            if kind == "daily":
                found.daily_problem = f"{problem}; set daily_format instead."
            else:
                found.problems.append(f"{problem}; {DEFAULT_NAMES[kind]} is used instead.")
            form = ""
        found.periodic[kind] = PeriodicSettings(folder, form, template)
    if "daily" in found.periodic:
        found.folders["daily"] = found.periodic["daily"].folder


def _find_periodic_files(found: ObsidianSettings, root: str) -> dict[str, _File]:
    """Return the plug-in's settings for the kinds of notes that it manages."""
    data = _File(root, f"plugins/{_PERIODIC}/data.json", found)
    active = data.data.get("activeCalendarSet")
    sets = [one for one in data.value("calendarSets", list) or () if isinstance(one, dict)]
    chosen = next((one for one in sets if one.get("id") == active), None)
    files = {}
    for kind, period in PERIODS.items():
        settings = chosen.get(period) if chosen else data.data.get(kind)
        if isinstance(settings, dict) and settings.get("enabled"):
            files[kind] = copy.copy(data)
            files[kind].data = settings
    return files


def _reject_format(form: str, kind: str) -> str:
    """Return why a format cannot be used for the names of notes, or ""."""
    from notekeep.date_formats import can_name, format_day_name  # 5 ms, rarely needed

    if not can_name(form, kind):
        return f"do not name one {PERIODS[kind]} each"
    name = format_day_name(dt.date(2026, 3, 7), form)
    parts = name.split("/")
    if _FORBIDDEN & set(name) or not name.isprintable():
        return "have a character that is not allowed in file names"
    if any(not part.strip() or part.startswith(".") or part != part.strip() for part in parts):
        return "would hide the note or name no file"
    return ""
