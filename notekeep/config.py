"""Settings, and where things live: config, cache and state of the person, settings of a vault.

A vault's own settings travel with it and are never trusted: they may name folders, kinds and how
days are counted, never a command and never a place outside the vault. Nothing here reads a note.
"""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep.allowed import CHECKS, WEEKDAYS
from notekeep.errors import Failure, NotFound, Refused, UsageError
from notekeep.tomlfile import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from notekeep.obsidian import Told

APP = "notekeep"
VAULT_SETTINGS = ".notekeep/config.toml"
KEPT = "settings.json"
"""The file of a cache folder in which settings are kept as they were read last."""
VAULT_MARKS = (".notekeep", ".obsidian")
KIND_FOLDERS = {
    "book": "books",
    "podcast": "podcasts",
    "habit": "habits",
    "post": "posts",
    "daily": "daily",
    "note": "inbox",
}


class Places(NamedTuple):
    """The three folders of the program: settings, what can be deleted, and what must be kept."""

    config: str
    cache: str
    state: str

    @classmethod
    def of_machine(cls, env: Mapping[str, str] | None = None) -> Places:
        """Where this machine keeps such things: XDG on Linux, the system's own places elsewhere.

        `NOTEKEEP_HOME` puts all three into one folder, which is how a demo or a test stays apart.
        """
        env = os.environ if env is None else env
        if home := env.get("NOTEKEEP_HOME"):
            return cls(*(os.path.join(home, name) for name in ("config", "cache", "state")))
        if sys.platform == "darwin" or sys.platform == "win32":
            return cls._of_system()
        user = env.get("HOME") or os.path.expanduser("~")
        bases = (
            env.get("XDG_CONFIG_HOME") or os.path.join(user, ".config"),
            env.get("XDG_CACHE_HOME") or os.path.join(user, ".cache"),
            env.get("XDG_STATE_HOME") or os.path.join(user, ".local", "state"),
        )
        return cls(*(os.path.join(base, APP) for base in bases))

    @classmethod
    def _of_system(cls) -> Places:
        import platformdirs

        dirs = platformdirs.PlatformDirs(APP, appauthor=False)
        return cls(dirs.user_config_dir, dirs.user_cache_dir, dirs.user_state_dir)


class Site(NamedTuple):
    """A blog that a vault's drafts go to.

    Attributes:
        target: The id of its target, or "" when the folder says it.
        folder: Where it is.
        address: Where visitors find it, such as `https://example.org`, or "".
    """

    target: str
    folder: str
    address: str = ""


class VaultSettings:
    """What a vault says of itself, in `.notekeep/config.toml`, every key optional.

    What it leaves open is as Obsidian was told, whose files are read when that is first asked for:
    a check-in and the interface's first frame need nothing of it.

    Attributes:
        day_start: The hour at which a day begins, 0 to 23.
        week_start: The first day of the week, 0 for Monday (`mon`) to 6 for Sunday (`sun`).
        language: The language of its notes, as a two-letter code, or "" for none.
        folders: For each kind the folder that new notes of it go to; for daily notes and for notes
            without a kind by default the one that Obsidian was told.
        kinds: Kinds and fields the vault adds: kind to field to type (see `allowed.FIELD_TYPES`).
        private: Folders whose notes never leave.
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
        glyphs: "unicode", "ascii" or "" for what the terminal can show.
        publish: Queries whose notes count as published, besides `publish: true`.
        export: How drafts are made; see `allowed.EXPORT`.
        saved: Queries by the name under which they are kept.
        warnings: What was ignored in the file, one sentence each.
    """

    def __init__(self, root: str = "") -> None:
        self._root = root
        self.day_start = 4
        self.week_start = 0
        self.language = "en"
        self.own_folders: dict[str, str] = {}
        self.kinds: dict[str, dict[str, str]] = {}
        self.private: tuple[str, ...] = ("private",)
        self.daily_format = "%Y-%m-%d"
        self.log_links = False
        self.glyphs = ""
        self.publish: tuple[str, ...] = ()
        self.export: dict[str, Any] = {}
        self.saved: dict[str, str] = {}
        self.said: set[str] = set()
        self.ignored: list[str] = []

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


class PersonSettings:
    """What a person chose, in `config.toml` of the config folder.

    Attributes:
        path: The file, whether it exists or not.
        vaults: Names of vaults and their folders.
        default: The name of the vault that opens when no other is meant.
        sites: For each vault, by name or folder, the sites its drafts go to, the usual one first.
        editor: The command that edits a file; empty for $VISUAL, $EDITOR.
        theme: The theme of the interface.
        glyphs: "unicode", "ascii" or "".
        prelude: Whether the interface shows its last frame while it starts; unset,
            where that was tried: in xterm and its like, screen and tmux.
        keymap: The map of keys to start from: "default", "vim" or "emacs".
        keys: Action ids and the keys the person gave them, over those of the map.
        warnings: What was ignored in the file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.vaults: dict[str, str] = {}
        self.default = ""
        self.sites: dict[str, tuple[Site, ...]] = {}
        self.editor = ""
        self.theme = ""
        self.glyphs = ""
        self.prelude: bool | None = None
        self.keymap = ""
        self.keys: dict[str, str] = {}
        self.warnings: list[str] = []


class VaultPlaces(NamedTuple):
    """One vault: its folder, what is kept about it elsewhere, and its settings."""

    root: str
    id: str
    cache: str
    state: str
    settings: VaultSettings


def person_settings(places: Places) -> PersonSettings:
    """Read the person's settings; what is not understood is kept out and named in `warnings`."""
    settings = PersonSettings(os.path.join(places.config, "config.toml"))
    data = read_toml(settings.path, places.cache and os.path.join(places.cache, KEPT))
    for key, value in data.items():
        if key in {"default", "editor", "theme", "glyphs", "keymap"} and isinstance(value, str):
            setattr(settings, key, value)
        elif key == "prelude" and isinstance(value, bool):
            settings.prelude = value
        elif key == "vaults" and isinstance(value, dict):
            settings.vaults = {name: os.path.expanduser(str(path)) for name, path in value.items()}
        elif key == "keys" and isinstance(value, dict):
            settings.keys = {str(action): str(keys) for action, keys in value.items()}
        elif key == "sites" and isinstance(value, dict):
            for name, said in value.items():
                sites = tuple(map(_site, said if isinstance(said, list) else [said]))
                settings.sites[name] = tuple(site for site in sites if site is not None)
                if None in sites:
                    settings.warnings.append(f"sites.{name}: needs dir = and target =; ignored")
        else:
            settings.warnings.append(f"{key}: not a setting, or not of its type; ignored")
    return settings


def _site(said: Any) -> Site | None:
    if not isinstance(said, dict) or not isinstance(said.get("dir"), str):
        return None
    address = str(said.get("address", "")).rstrip("/")
    return Site(str(said.get("target", "")), os.path.expanduser(said["dir"]), address)


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
    except UsageError as error:
        settings.ignored.append(error.message)
        data = {}
    for key, value in data.items():
        if not _apply(settings, key, value):
            settings.ignored.append(
                f"{VAULT_SETTINGS}: {key}: not a setting a vault may make; ignored"
            )
    return settings


def find_vault(
    explicit: str | None, env: Mapping[str, str], folder: str, person: PersonSettings
) -> str:
    """Find the vault that is meant.

    In order: a folder or a name that was given, `$NOTEKEEP_VAULT`, the nearest parent of `folder`
    with `.notekeep` or `.obsidian` in it, the default of the person's settings.

    Returns:
        Its real path.

    Raises:
        NotFound: There is none, or what was given is no folder.
    """
    for given, source in ((explicit, "--vault"), (env.get("NOTEKEEP_VAULT"), "NOTEKEEP_VAULT")):
        if given:
            path = person.vaults.get(given) or os.path.expanduser(given)
            if not os.path.isdir(path):
                raise NotFound(
                    f"{source}: there is no vault at {path}",
                    "give its folder, or a name that `notekeep vaults` lists",
                )
            return os.path.realpath(path)
    if nearest := _nearest_vault(folder):
        return os.path.realpath(nearest)
    if person.default:
        path = person.vaults.get(person.default, os.path.expanduser(person.default))
        if os.path.isdir(path):
            return os.path.realpath(path)
        raise NotFound(f"the default vault is gone: {path}", f"change `default` in {person.path}")
    raise NotFound(
        "there is no vault here",
        "`notekeep init DIR` makes one, `notekeep demo` opens a sample, --vault DIR names one",
    )


def vault_places(root: str, places: Places) -> VaultPlaces:
    """Where the things about one vault are; its folders exist afterwards, for this person only.

    Raises:
        Failure: The folders cannot be made.
    """
    from notekeep import vaults

    identity = vaults.vault_id(root, places.state)
    cache, state = (os.path.join(base, identity) for base in (places.cache, places.state))
    try:
        for folder in (places.cache, places.state, cache, state):
            os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"{error.filename}: cannot be made: {error.strerror}",
            "make it writable, or set NOTEKEEP_HOME to a folder that is",
        ) from error
    return VaultPlaces(root, identity, cache, state, vault_settings(root, cache))


def now() -> datetime:
    """The wall clock, without a zone; `NOTEKEEP_NOW` (ISO) sets it, so that a test can freeze it.

    Raises:
        UsageError: `NOTEKEEP_NOW` is no such time.
    """
    from datetime import datetime

    frozen = os.environ.get("NOTEKEEP_NOW")
    if not frozen:
        return datetime.now()  # noqa: DTZ005 - a day is what the person's own clock says
    try:
        return datetime.fromisoformat(frozen)
    except ValueError as error:
        raise UsageError(f"NOTEKEEP_NOW: {frozen!r} is no time", "2026-11-24T21:15") from error


def remember_vault(root: str, places: Places) -> None:
    """Name a vault in the person's settings, comments kept; the first one becomes the default.

    Args:
        root: The real path of the vault.
        places: Where the settings are.

    Raises:
        Refused: The settings cannot be written; the vault itself is untouched.
    """
    person = person_settings(places)
    if root in map(os.path.realpath, person.vaults.values()):
        return
    import tomlkit

    document = tomlkit.document()
    if os.path.exists(person.path):
        with open(person.path, encoding="utf-8") as file:
            document = tomlkit.parse(file.read())
    name = os.path.basename(root)
    while name in person.vaults:
        name += "-2"
    if not person.default:
        document["default"] = name
    document.setdefault("vaults", tomlkit.table())[name] = root
    temporary = f"{person.path}.{os.getpid()}"
    try:
        os.makedirs(places.config, mode=0o700, exist_ok=True)
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(tomlkit.dumps(document))
        os.replace(temporary, person.path)
    except OSError as error:
        raise Refused(
            f"{person.path}: cannot be written: {error.strerror}",
            f"the vault is made; use it with --vault {root}",
        ) from error


def _nearest_vault(folder: str) -> str | None:
    while True:
        if any(os.path.isdir(os.path.join(folder, mark)) for mark in VAULT_MARKS):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


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
