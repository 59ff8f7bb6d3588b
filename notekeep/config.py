"""The person's settings, the folders of the program, the known vaults, the editor's command."""

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


APP = "notekeep"
VAULT_MARKS = (".notekeep", ".obsidian")


class Places(NamedTuple):
    """The three folders of the program: settings, what can be deleted, and what must be kept."""

    config: str
    cache: str
    state: str

    @classmethod
    def for_machine(cls, env: Mapping[str, str] | None = None) -> Places:
        """Return where this machine keeps such things: XDG on Linux, else the system's places.

        `NOTEKEEP_HOME` puts all three into one folder, which is how a demo or a test stays apart.
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
    """A blog that drafts go to: its target, "" when the folder says it, and its folder."""

    target: str
    folder: str


class PersonSettings:
    """The personal settings, from `config.toml` in the config folder.

    Attributes:
        path: The file, whether it exists or not.
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
        self.sync_on_open = False
        self.sync_on_close = False
        self.keymap = ""
        self.keys: dict[str, str] = {}
        self.warnings: list[str] = []

    def vault_name(self, root: str) -> str:
        """Return what the person calls the vault at a real path: its name, else its folder's."""
        names = {os.path.realpath(path): name for name, path in self.vaults.items()}
        return names.get(root, os.path.basename(root))


class VaultPlaces(NamedTuple):
    """One vault: its folder, what is kept about it elsewhere, and its settings."""

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
    """Read the person's settings; what is not understood is kept out and named in `warnings`."""
    settings = PersonSettings(os.path.join(places.config, "config.toml"))
    given = read_toml(settings.path)
    settings.warnings += _misplaced(given)
    for key, value in given.items():
        if isinstance(value, _SIMPLE_SETTINGS.get(key, ())):
            setattr(settings, key, value)
        elif key == "vaults" and isinstance(value, dict):
            settings.vaults = {name: os.path.expanduser(str(path)) for name, path in value.items()}
        elif key == "keys" and isinstance(value, dict):
            own = value.keys() - _SIMPLE_SETTINGS.keys()
            settings.keys = {str(action): _keys(value[action]) for action in value if action in own}
        elif key == "sites" and isinstance(value, dict):
            for name, tables in value.items():
                sites = tuple(map(_site, tables if isinstance(tables, list) else [tables]))
                settings.sites[name] = tuple(site for site in sites if site is not None)
                if None in sites:
                    settings.warnings.append(f"sites.{name}: needs dir = and target =; ignored")
        else:
            settings.warnings.append(f"{key}: unknown setting or wrong type; ignored")
    return settings


def _misplaced(given: dict[str, Any]) -> Iterator[str]:
    """Yield what names are wrong in their tables: usually settings put below the last table."""
    sites = given.get("sites")
    tables = {name: given.get(name) for name in ("keys", "vaults")}
    for name, site in sites.items() if isinstance(sites, dict) else ():
        tables |= {f"sites.{name}": one for one in (site if isinstance(site, list) else [site])}
    for where, table in tables.items():
        for name, value in table.items() if isinstance(table, dict) else ():
            is_setting = name in _SIMPLE_SETTINGS and not os.path.isdir(str(value))
            if is_setting or (where.startswith("sites.") and name not in SITE_KEYS):
                yield f"{where}.{name}: unknown setting; put settings above the first [table]"


def _keys(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _site(value: Any) -> Site | None:
    if not isinstance(value, dict) or not isinstance(value.get("dir"), str):
        return None
    return Site(str(value.get("target", "")), os.path.expanduser(value["dir"]))


def find_vault(explicit: str | None, person: PersonSettings) -> str:
    """Find the vault that is meant.

    In order: a folder or a name that was given, `$NOTEKEEP_VAULT`, the nearest folder around the
    current one with `.notekeep` or `.obsidian` in it, the default of the person's settings.
    """
    named = os.environ.get("NOTEKEEP_VAULT")
    for given, source in ((explicit, "--vault"), (named, "NOTEKEEP_VAULT")):
        if given:
            path = person.vaults.get(given) or os.path.expanduser(given)
            if not os.path.isdir(path):
                raise NotFound(
                    f"{source}: no vault at {path}",
                    "use its folder, or a name from `notekeep vaults`",
                )
            return os.path.realpath(path)
    if nearest := _nearest_vault(os.getcwd()):
        return os.path.realpath(nearest)
    if person.default:
        path = person.vaults.get(person.default, os.path.expanduser(person.default))
        if os.path.isdir(path):
            return os.path.realpath(path)
        raise NotFound(
            f"the default vault does not exist: {path}", f"change `default` in {person.path}"
        )
    raise NotFound(
        "no vault found here",
        "create one with `notekeep init DIR`, try `notekeep demo`, or use --vault DIR",
    )


def vault_places(root: str, places: Places) -> VaultPlaces:
    """Return where the things about one vault are; make its folders, for this person only."""
    identity = vault_id(root, places.state)
    cache, state = (os.path.join(base, identity) for base in (places.cache, places.state))
    home = os.path.dirname(places.state)
    try:
        # One that NOTEKEEP_HOME names is closed too, if nothing of anybody else's lies in it.
        is_own = set(os.listdir(home)) <= {"config", "cache", "state"}
        for folder in (*([home] if is_own else []), places.cache, places.state, cache, state):
            cache_files.make_cache_folder(folder)
    except OSError as error:
        raise Failure(
            f"{error.filename}: cannot create it: {error.strerror}", remedy(error)
        ) from error
    return VaultPlaces(root, identity, cache, state, vault_settings(root))


def current_time() -> datetime:
    """Return the wall clock, without a zone; `NOTEKEEP_NOW` (ISO) sets it for tests."""
    frozen = os.environ.get("NOTEKEEP_NOW")
    if not frozen:
        return datetime.now()  # noqa: DTZ005 - a day is what the person's own clock says
    try:
        return datetime.fromisoformat(frozen)
    except ValueError as error:
        raise UsageError(f"NOTEKEEP_NOW: {frozen!r} is not a time", "2026-11-24T21:15") from error


def end_of_day(day: date, day_start: int) -> str:
    """Return what is said after a day that goes on after midnight; "" before."""
    return f" (day ends at {day_start:02}:00)" if current_time().date() > day else ""


def remember_vault(root: str, places: Places) -> None:
    """Name a vault in the person's settings, comments kept; the first one becomes the default."""
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

    _edit(person, "vaults", add, f"the vault was created; open it with --vault {root}")


def remember_site(person: PersonSettings, vault: str, site: Site) -> None:
    """Make a site the default of a vault in the person's settings, comments kept.

    A site that is in the same folder gets the target instead.
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

    _edit(person, "sites", add, "name the site with --site instead")
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
    """Change one table of the person's settings, and perhaps what stands beside it."""
    import tomlkit

    try:
        cache_files.make_cache_folder(os.path.dirname(person.path))
        document = tomlkit.document()
        if os.path.exists(person.path):
            with open(person.path, "rb") as file:
                document = tomlkit.parse(file.read().decode("utf-8-sig"))
        table = document.setdefault(name, tomlkit.table())
        if not isinstance(table, dict):
            raise Refused(f"{person.path}: `{name}` is not a table", hint)
        change(document, table)
        # What keeps a person's settings in one folder links to them from here.
        place = os.path.split(os.path.realpath(person.path))
        cache_files.write_cache_file(*place, tomlkit.dumps(document).encode("utf-8"), durable=True)
    except OSError as error:
        raise Refused(f"{person.path}: cannot write the file: {error.strerror}", hint) from error


def _nearest_vault(folder: str) -> str | None:
    while True:
        if any(os.path.isdir(os.path.join(folder, mark)) for mark in VAULT_MARKS):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


# The list of known vaults: which random id belongs to which folder. The id names a vault's cache
# and state folders. It is kept outside the vault, so that a copy of a vault never shares a cache,
# and a vault that was moved is known again by its inode. The first export also writes it into the
# vault's settings; from then on a copy or a clone is the same vault to every site.

LIST = "vaults.json"

DAMAGED = f"{LIST}.damaged"
"""A list that could not be read, set aside."""

_ENTRY = "vault.json"  # in a vault's state folder: its entry, to make the list again from


def vault_id(root: str, state: str) -> str:
    """Return the id of the vault at a real path, made and written down when it is new."""
    info = os.stat(root)
    place = {"path": root, "device": info.st_dev, "inode": info.st_ino}
    known = _read_list(state)
    for identity, entry in known.items():
        if entry == place:
            if not os.path.exists(os.path.join(state, identity, _ENTRY)):
                cache_files.keep_state(os.path.join(state, identity), _ENTRY, place)
            return identity
    for identity, entry in known.items():
        is_same = (entry.get("device"), entry.get("inode")) == (info.st_dev, info.st_ino)
        is_moved = is_same and not os.path.exists(entry.get("path", ""))
        if entry.get("path") == root or is_moved:
            return _write_list(state, identity, place)
    return _write_list(state, os.urandom(8).hex(), place)


def known_vaults(state: str) -> dict[str, str]:
    """Return ids and folders of the vaults that were ever opened and still exist."""
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
        raise Failure(f"{path}: cannot read the list of vaults: {reason}", remedy(error)) from error
    # It is damaged: set aside, and made again of what each vault's folder says.
    with suppress(OSError), open(path, "rb") as damaged:
        cache_files.write_cache_file(state, DAMAGED, damaged.read())
    entries = {
        name: cache_files.kept_state(os.path.join(state, name), _ENTRY)
        for name in os.listdir(state)
    }
    known = {name: entry for name, entry in entries.items() if entry}
    cache_files.keep_state(state, LIST, known)
    return known


def _write_list(state: str, identity: str, place: dict[str, Any]) -> str:
    """Add one vault to the list, under a lock; return the id that the list then has."""
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
            cache_files.keep_state(os.path.join(state, identity), _ENTRY, place)
    except OSError as error:
        raise Failure(f"{path}: cannot write the file: {error.strerror}", remedy(error)) from error
    return identity


EDITORS = ("nano", "vim", "vi")


def editor_command(chosen: str, environment: Mapping[str, str]) -> list[str]:
    """Return the words of the command that edits a file.

    `chosen` is what the person's settings say; a vault's settings are never asked.
    """
    import shutil  # a check-in does without it

    given = (chosen, environment.get("VISUAL", ""), environment.get("EDITOR", ""))
    command = next((text for text in given if text.strip()), "")
    if not command:
        command = next((name for name in EDITORS if shutil.which(name)), "")
    if not command:
        raise UsageError("No editor found.", 'Set EDITOR, or `editor = "…"` in your settings.')
    return split_command(command, "the editor")


def split_command(command: str, what: str) -> list[str]:
    """Split a person's own command as a shell would; `what` names it in the message."""
    import shlex  # a check-in does without it

    try:
        return shlex.split(command)
    except ValueError:
        raise UsageError(
            f"{what} has an unclosed quote: {command}",
            "Close the quote.",
        ) from None
