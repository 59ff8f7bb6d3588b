"""Personal settings, notekeep's own folders, known vaults, and the editor command."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from notekeep import cache_files
from notekeep.errors import Failure, NotFound, Refused, UsageError, remedy
from notekeep.locks import hold_lock_file
from notekeep.settings import VaultSettings, read_toml, vault_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tomlkit import TOMLDocument

    from notekeep.own_commands import OwnCommand


APP = "notekeep"
VAULT_MARKS = (".notekeep", ".obsidian")


class Places(NamedTuple):
    """notekeep's own three folders."""

    config: str  # settings
    cache: str  # can be deleted
    state: str  # history and other data that cannot be restored

    @classmethod
    def for_machine(cls, env: Mapping[str, str] | None = None) -> Places:
        """Return the folders for this machine: XDG folders on Linux, or the platform's defaults.

        `NOTEKEEP_HOME` puts all three into one folder, for the demo and tests.
        """
        env = os.environ if env is None else env
        if home := env.get("NOTEKEEP_HOME"):
            return cls(*(os.path.join(home, name) for name in ("config", "cache", "state")))
        if sys.platform == "darwin" or sys.platform == "win32":
            import platformdirs

            dirs = platformdirs.PlatformDirs(APP, appauthor=False)
            return cls(dirs.user_config_dir, dirs.user_cache_dir, dirs.user_state_dir)
        user = env.get("HOME") or os.path.expanduser("~")
        bases = (
            env.get("XDG_CONFIG_HOME") or os.path.join(user, ".config"),
            env.get("XDG_CACHE_HOME") or os.path.join(user, ".cache"),
            env.get("XDG_STATE_HOME") or os.path.join(user, ".local", "state"),
        )
        return cls(*(os.path.join(base, APP) for base in bases))


class Site(NamedTuple):
    """A site for drafts."""

    target: str  # "" to detect it from the folder
    folder: str


class PersonSettings:
    """The personal settings, from `config.toml` in the config folder.

    Attributes:
        path: The file, which may not exist.
        vaults: Names of vaults and their folders.
        default: The name of the vault to open by default.
        sites: The sites of each vault, by its name or folder; the first is the default.
        editor: The command of your editor; empty for $VISUAL or $EDITOR.
        theme: The theme of the interface.
        glyphs: "unicode", "ascii" or "".
        prelude: Show the last screen while starting. Unset: in terminals known to support it
            (xterm and similar, screen, tmux).
        sync_on_open: Sync a vault when the app opens, if `notekeep sync` is set up.
        sync_on_close: Sync it when the app closes.
        keymap: The key map: "default", "vim" or "emacs".
        keys: Your own keys by action id, in addition to the key map.
        commands: Your own commands: a table `[commands.NAME]` for each, with `run`, a list, and
            `key`, `after` or `title`.
        warnings: The ignored settings.
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
        self.sync_on_open = False
        self.sync_on_close = False
        self.keymap = ""
        self.keys: dict[str, str] = {}
        self.commands: dict[str, OwnCommand] = {}
        self.warnings: list[str] = []

    def vault_name(self, root: str) -> str:
        """Return the name of the vault at a resolved path, by default the folder's name."""
        names = {os.path.realpath(path): name for name, path in self.vaults.items()}
        return names.get(root, os.path.basename(root))


class VaultPlaces(NamedTuple):
    """A vault's folder, its cache and state, and its settings."""

    root: str
    id: str
    cache: str
    state: str
    settings: VaultSettings


SITE_KEYS = ("dir", "target")
_SIMPLE_SETTINGS = {
    **dict.fromkeys(("default", "editor", "theme", "glyphs", "keymap"), str),
    **dict.fromkeys(("prelude", "sync_on_open", "sync_on_close"), bool),
}


def person_settings(places: Places) -> PersonSettings:
    """Read the personal settings; invalid ones are ignored and listed in `warnings`."""
    settings = PersonSettings(os.path.join(places.config, "config.toml"))
    data = read_toml(settings.path)
    settings.warnings += _misplaced(data)
    for key, value in data.items():
        if isinstance(value, _SIMPLE_SETTINGS.get(key, ())):
            setattr(settings, key, value)
        elif key == "vaults" and isinstance(value, dict):
            settings.vaults = {name: os.path.expanduser(str(path)) for name, path in value.items()}
        elif key == "keys" and isinstance(value, dict):
            own = value.keys() - _SIMPLE_SETTINGS.keys()
            settings.keys = {str(action): _keys(value[action]) for action in value if action in own}
        elif key == "commands":
            from notekeep.own_commands import read_commands  # most users have none

            settings.commands, wrong = read_commands(value, places.config)
            settings.warnings += wrong
        elif key == "sites" and isinstance(value, dict):
            for name, tables in value.items():
                sites = tuple(map(_site, tables if isinstance(tables, list) else [tables]))
                settings.sites[name] = tuple(site for site in sites if site is not None)
                if None in sites:
                    settings.warnings.append(f"sites.{name}: Needs dir = and target =. Ignored.")
        else:
            settings.warnings.append(f"{key}: Unknown setting or wrong type. Ignored.")
    return settings


def _misplaced(data: dict[str, Any]) -> Iterator[str]:
    """Yield warnings about settings in the wrong table, usually below the last one."""
    sites = data.get("sites")
    tables = {name: data.get(name) for name in ("keys", "vaults")}
    for name, site in sites.items() if isinstance(sites, dict) else ():
        tables |= {f"sites.{name}": one for one in (site if isinstance(site, list) else [site])}
    for where, table in tables.items():
        for name, value in table.items() if isinstance(table, dict) else ():
            is_setting = name in _SIMPLE_SETTINGS and not os.path.isdir(str(value))
            if is_setting or (where.startswith("sites.") and name not in SITE_KEYS):
                yield f"{where}.{name}: Unknown setting. Put settings above the first [table]."


def _keys(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _site(value: Any) -> Site | None:
    if not isinstance(value, dict) or not isinstance(value.get("dir"), str):
        return None
    return Site(str(value.get("target", "")), os.path.expanduser(value["dir"]))


def find_vault(explicit: str | None, person: PersonSettings) -> str:
    """Find the vault to open.

    In order: an explicit folder or name, `$NOTEKEEP_VAULT`, the nearest parent folder with
    `.notekeep` or `.obsidian`, the default in the personal settings.
    """
    from_env = os.environ.get("NOTEKEEP_VAULT")
    for name, source in ((explicit, "--vault"), (from_env, "NOTEKEEP_VAULT")):
        if name:
            path = person.vaults.get(name) or os.path.expanduser(name)
            if not os.path.isdir(path):
                raise NotFound(
                    f"{source}: There is no vault at {path}.",
                    "Use its folder, or a name from `notekeep vaults`.",
                )
            return os.path.realpath(path)
    if nearest := nearest_vault(os.getcwd()):
        return os.path.realpath(nearest)
    if person.default:
        path = person.vaults.get(person.default, os.path.expanduser(person.default))
        if os.path.isdir(path):
            return os.path.realpath(path)
        raise NotFound(
            f"The default vault does not exist: {path}", f"Change `default` in {person.path}."
        )
    raise NotFound(
        "No vault was found here.",
        "Create one with `notekeep init DIR`, try `notekeep demo`, or use --vault DIR.",
    )


def vault_places(root: str, places: Places) -> VaultPlaces:
    """Return the folders and settings of a vault; create its private folders."""
    identity = vault_id(root, places.state)
    cache, state = (os.path.join(base, identity) for base in (places.cache, places.state))
    home = os.path.dirname(places.state)
    try:
        # NOTEKEEP_HOME becomes private, too, if it contains nothing else.
        is_own = set(os.listdir(home)) <= {"config", "cache", "state"}
        for folder in (*([home] if is_own else []), places.cache, places.state, cache, state):
            cache_files.make_cache_folder(folder)
    except OSError as error:
        raise Failure(
            f"Cannot create {error.filename}: {error.strerror}.", remedy(error)
        ) from error
    return VaultPlaces(root, identity, cache, state, vault_settings(root))


def current_time() -> datetime:
    """Return the local time without a time zone; tests set it with `NOTEKEEP_NOW`."""
    frozen = os.environ.get("NOTEKEEP_NOW")
    if not frozen:
        return datetime.now()  # noqa: DTZ005 - days follow the local clock
    try:
        return datetime.fromisoformat(frozen)
    except ValueError as error:
        raise UsageError(
            f"NOTEKEEP_NOW: {frozen!r} is not a time.", "For example: 2026-11-24T21:15"
        ) from error


def end_of_day(day: date, day_start: int) -> str:
    """Return " (day ends at 04:00)" if `day` continues after midnight now, or ""."""
    return f" (day ends at {day_start:02}:00)" if current_time().date() > day else ""


def remember_vault(root: str, places: Places) -> None:
    """Add a vault to the personal settings, keeping comments; the first becomes the default."""
    person = person_settings(places)
    if root in map(os.path.realpath, person.vaults.values()):
        return

    def add(document: TOMLDocument, vaults: dict[str, Any]) -> None:
        name = os.path.basename(root)
        while name in person.vaults:
            name += "-2"
        if not person.default:
            document["default"] = name
        vaults[name] = root

    _edit(person, "vaults", add, f"The vault was created. Open it with --vault {root}.")


def remember_site(person: PersonSettings, vault: str, site: Site) -> None:
    """Make a site the default of a vault in the personal settings, keeping comments.

    If there is already a site with this folder, set its target.
    """

    def add(_document: TOMLDocument, sites: dict[str, Any]) -> None:
        known = sites.get(vault, [])
        tables = known if isinstance(known, list) else [known]
        for table in tables:
            one = _site(table)
            if one is not None and one.folder == site.folder:
                table["target"] = site.target
                return
        entry = {"dir": site.folder, **({"target": site.target} if site.target else {})}
        sites[vault] = [entry, *tables] if tables else entry

    _edit(person, "sites", add, "Name the site with --site instead.")
    known = person.sites.get(vault, ())
    if any(one.folder == site.folder for one in known):
        known = tuple(site if one.folder == site.folder else one for one in known)
    else:
        known = (site, *known)
    person.sites[vault] = known


def _edit(
    person: PersonSettings,
    name: str,
    change: Callable[[TOMLDocument, dict[str, Any]], None],
    hint: str,
) -> None:
    """Change a table in the personal settings; `change` may also set other keys."""
    import tomlkit

    try:
        cache_files.make_cache_folder(os.path.dirname(person.path))
        document = tomlkit.document()
        if os.path.exists(person.path):
            with open(person.path, "rb") as file:
                document = tomlkit.parse(file.read().decode("utf-8-sig"))
        table = document.setdefault(name, tomlkit.table())
        if not isinstance(table, dict):
            raise Refused(f"In {person.path}, `{name}` is not a table.", hint)
        change(document, table)
        # The file may be a symbolic link, for example into a dotfiles repository.
        place = os.path.split(os.path.realpath(person.path))
        cache_files.write_cache_file(*place, tomlkit.dumps(document).encode("utf-8"), durable=True)
    except OSError as error:
        raise Refused(f"Cannot write {person.path}: {error.strerror}.", hint) from error


def nearest_vault(folder: str) -> str | None:
    """Return the nearest folder that is a vault: this one or one above it."""
    while True:
        if any(os.path.isdir(os.path.join(folder, mark)) for mark in VAULT_MARKS):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


# The list of known vaults, with a random id for each folder. The id names a vault's cache and state
# folders. It is outside the vault, so that a copy of a vault never shares a cache; a moved vault is
# recognized by its inode. The first export also writes the id into the vault's settings; from then
# on, a site treats copies and clones as the same vault.

LIST = "vaults.json"

DAMAGED = f"{LIST}.damaged"
"""The name of a copy of an unreadable list."""

_ENTRY = "vault.json"  # a copy of the entry in a vault's state folder, to restore the list


def vault_id(root: str, state: str) -> str:
    """Return the id of the vault at a resolved path; create and store an id for a new vault."""
    info = os.stat(root)
    place = {"path": root, "device": info.st_dev, "inode": info.st_ino}
    known = _read_list(state)
    for identity, entry in known.items():
        if entry == place:
            if not os.path.exists(os.path.join(state, identity, _ENTRY)):
                cache_files.store_state(os.path.join(state, identity), _ENTRY, place)
            return identity
    for identity, entry in known.items():
        is_same = (entry.get("device"), entry.get("inode")) == (info.st_dev, info.st_ino)
        is_moved = is_same and not os.path.exists(entry.get("path", ""))
        if entry.get("path") == root or is_moved:
            return _write_list(state, identity, place)
    return _write_list(state, os.urandom(8).hex(), place)


def known_vaults(state: str) -> dict[str, str]:
    """Return the ids and folders of opened vaults that still exist."""
    return {
        identity: entry["path"]
        for identity, entry in _read_list(state).items()
        if os.path.isdir(entry.get("path", ""))
    }


def _read_list(state: str) -> dict[str, dict[str, Any]]:
    path = os.path.join(state, LIST)
    try:
        with open(path, encoding="utf-8") as file:
            data: Any = json.load(file)
        if isinstance(data, dict) and all(isinstance(entry, dict) for entry in data.values()):
            return data
    except FileNotFoundError:
        return {}
    except ValueError:
        pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise Failure(
            f"Cannot read the list of vaults, {path}: {reason}.", remedy(error)
        ) from error
    # The list is damaged: copy it, and restore it from the state folders.
    with suppress(OSError), open(path, "rb") as damaged:
        cache_files.write_cache_file(state, DAMAGED, damaged.read())
    entries = {
        name: cache_files.load_state(os.path.join(state, name), _ENTRY)
        for name in os.listdir(state)
    }
    known = {name: entry for name, entry in entries.items() if entry}
    cache_files.store_state(state, LIST, known)
    return known


def _write_list(state: str, identity: str, place: dict[str, Any]) -> str:
    """Add a vault to the list, under a lock; return its id in the list."""
    path = os.path.join(state, LIST)
    try:
        with hold_lock_file(f"{path}.lock"):
            known = _read_list(state)
            for other, entry in known.items():
                if entry == place:
                    return other
            known[identity] = place
            data = json.dumps(known, indent=1, sort_keys=True).encode("ascii")
            cache_files.write_cache_file(state, LIST, data, durable=True)
            cache_files.store_state(os.path.join(state, identity), _ENTRY, place)
    except OSError as error:
        raise Failure(f"Cannot write {path}: {error.strerror}.", remedy(error)) from error
    return identity


EDITORS = ("nano", "vim", "vi")


def editor_command(chosen: str, environment: Mapping[str, str]) -> list[str]:
    """Return the editor command as words; `chosen` is from the personal settings."""
    import shutil  # slow to import

    commands = (chosen, environment.get("VISUAL", ""), environment.get("EDITOR", ""))
    command = next((text for text in commands if text.strip()), "")
    if not command:
        command = next((name for name in EDITORS if shutil.which(name)), "")
    if not command:
        raise UsageError("No editor found.", 'Set EDITOR, or `editor = "…"` in your settings.')
    return split_command(command, "the editor")


def split_command(command: str, what: str) -> list[str]:
    """Split a command as a shell would; `what` is its name in messages, such as "the editor"."""
    import shlex  # slow to import

    try:
        return shlex.split(command)
    except ValueError:
        raise UsageError(
            f"{what[:1].upper()}{what[1:]} has an unclosed quote: {command}",
            "Close the quote.",
        ) from None
