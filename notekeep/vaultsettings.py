"""What a vault says of itself, and what Obsidian was told of it where the vault says nothing.

Settings of a vault travel with it and are never trusted: they may name folders, kinds and how days
are counted, never a command and never a place outside the vault. Nothing here reads a note.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from notekeep.allowed import CHECKS, KIND_FOLDERS, WEEKDAYS
from notekeep.errors import Failure, UsageError
from notekeep.tomlfile import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notekeep.obsidian import Told

VAULT_SETTINGS = ".notekeep/config.toml"
ABOUT_LEAVING = ("private", "export")
"""The keys that say what must not leave: folders, and words."""

KEPT = "settings.json"
"""The file of a cache folder in which settings are kept as they were read last."""


class VaultSettings:
    """What a vault says of itself, in `.notekeep/config.toml`, every key optional.

    What it leaves open is as Obsidian was told, whose files are read when that is first asked for:
    a check-in and the interface's first frame need nothing of it.

    Attributes:
        id: The vault's own id, by which sites know its posts. The first export writes it; leave it.
        day_start: The hour at which a day begins, 0 to 23.
        week_start: The first day of the week, 0 for Monday (`mon`) to 6 for Sunday (`sun`).
        language: The language of its notes, as a two-letter code, or "" for none.
        folders: For each kind the folder that new notes of it go to; for daily notes and for notes
            without a kind by default the one that Obsidian was told.
        kinds: Kinds and fields the vault adds: kind to field to type (see `allowed.FIELD_TYPES`).
        private: Folders whose notes and files never leave. A name counts at any depth, a path such
            as `work/diary` from the vault's root.
        templates: The folder of templates; by default the one that Obsidian was told.
        attachments: The folder that attached files go to, from the note on where it begins with
            `./`; by default the one that Obsidian was told.
        daily_format: How a daily note is named, as strftime writes it; by default as Obsidian
            names them.
        link_form: How a link names a note: `shortest`, `relative` to the note that links, or
            `absolute` from the vault on; by default as Obsidian was told.
        markdown_links: Whether links are written as Markdown has them and not as `[[file]]`; by
            default as Obsidian was told.
        excluded: What lists and searches leave out, as beginnings of paths or `/patterns/`; by
            default the files that Obsidian excludes.
        log_links: Whether check-ins are written as `[[habit]]:` so that Obsidian links them.
        rating_max: The best rating a note can have; the worst is 0.
        glyphs: "unicode", "ascii" or "" for what the terminal can show.
        publish: Queries whose notes count as published, besides `publish: true`.
        export: How drafts are made; see `allowed.EXPORT`.
        saved: Queries by the name under which they are kept.
        warnings: What was ignored in the file, one sentence each.
        is_unread: Whether the whole file was ignored, since it could not be read.
        unsure: Why it cannot be told what may leave the vault: nothing of the file could be read,
            or not what it says of that; "" where it can.
    """

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
        self.rating_max: float = 5
        self.glyphs = ""
        self.publish: tuple[str, ...] = ()
        self.export: dict[str, Any] = {}
        self.saved: dict[str, str] = {}
        self.said: set[str] = set()
        self.ignored: list[str] = []
        self.is_unread = False
        self.unsure = ""

    @cached_property
    def obsidian(self) -> Told:
        """What Obsidian was told, where nothing else is said."""
        from notekeep import obsidian

        return obsidian.told(self._root) if self._root else obsidian.Told()

    @cached_property
    def folders(self) -> dict[str, str]:  # noqa: D102 - the settings are told of above
        return {**KIND_FOLDERS, **self.obsidian.folders, **self.own_folders}

    @property
    def habit_folder(self) -> str:
        """The folder of habits, of which Obsidian knows nothing."""
        return self.own_folders.get("habit", KIND_FOLDERS["habit"])

    @cached_property
    def templates(self) -> str:  # noqa: D102
        return self.obsidian.templates or "templates"

    @cached_property
    def attachments(self) -> str:  # noqa: D102
        said = self.obsidian.attachments
        return "attachments" if said is None else said

    @cached_property
    def link_form(self) -> str:  # noqa: D102
        return self.obsidian.link_form or "shortest"

    @cached_property
    def markdown_links(self) -> bool:  # noqa: D102
        return self.obsidian.markdown_links

    @cached_property
    def excluded(self) -> tuple[str, ...]:  # noqa: D102
        return self.obsidian.excluded

    @property
    def daily_moment(self) -> str:
        """How a daily note is named as Obsidian writes it; "" where `daily_format` says it."""
        return "" if "daily_format" in self.said else self.obsidian.daily_format

    @property
    def warnings(self) -> list[str]:  # noqa: D102
        found = [*self.ignored, *self.obsidian.problems]
        if self.obsidian.daily_problem and "daily_format" not in self.said:
            found.append(self.obsidian.daily_problem)
        if self.excluded:
            from notekeep.excluding import unheeded

            where = VAULT_SETTINGS if "excluded" in self.said else ".obsidian/app.json"
            found += [f"{where}: the pattern {one!r} {why}" for one, why in unheeded(self.excluded)]
        return found


def vault_settings(root: str, cache: str = "") -> VaultSettings:
    """Read a vault's settings; what it may not set is ignored and named in `warnings`.

    Args:
        root: The vault.
        cache: Its cache folder, in which they are kept as they were read.
    """
    settings = VaultSettings(root)
    settings.language = _language(os.environ)
    path = os.path.join(root, VAULT_SETTINGS)
    try:
        data = read_toml(path, cache and os.path.join(cache, KEPT))
    except (UsageError, Failure) as error:
        settings.ignored.append(error.message)
        settings.is_unread, settings.unsure = True, error.message
        data = {}
    for key, value in data.items():
        if not _apply(settings, key, value):
            message = f"{VAULT_SETTINGS}: {key}: not a setting a vault may make; ignored"
            settings.ignored.append(message)
            if _is_about_leaving(key):
                settings.unsure = message
    return settings


def _is_about_leaving(key: str) -> bool:
    """Whether a key that is not understood may have been one that keeps something back."""
    from difflib import get_close_matches

    return bool(get_close_matches(key.casefold(), ABOUT_LEAVING, n=1, cutoff=0.8))


def _language(env: Mapping[str, str]) -> str:
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    code = locale.split("_")[0].split(".")[0].lower()
    return code if len(code) == 2 and code.isalpha() else "en"


def _apply(settings: VaultSettings, key: str, value: Any) -> bool:
    """Take one key of a vault's settings; False when it is none, or not of its type."""
    check = CHECKS.get(key)
    if check is None or not check(value):
        return False
    if key == "week_start":
        value = WEEKDAYS.index(value)
    elif key in {"private", "publish", "excluded"}:
        value = (value,) if isinstance(value, str) else tuple(value)
    elif key == "folders":
        key = "own_folders"
    settings.said.add(key)
    setattr(settings, key, value)
    return True
