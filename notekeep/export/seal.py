"""How posts stand in a site, and that nothing is to do, known by stat until something changes.

After a plan or an export everything that the plan came from is noted by name, size, times and
inode: the files of the vault and of the site, and what was chosen. As long as a sweep of both finds
the same, nothing has to be read. The note lies in the cache and may go.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from notekeep import __version__, kept
from notekeep.errors import Refused
from notekeep.export.manifest import NAME
from notekeep.export.plan import FileChange, Plan
from notekeep.giving_way import give_way

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from notekeep.export.options import Options
    from notekeep.export.plan import Status

FORMAT = 4
_SETTINGS = (".notekeep/config.toml", ".obsidian/app.json")
_BUILT = frozenset(
    {"node_modules", "public", "output", "_site", "resources", "dist", "__pycache__"}
)
"""Folders of a site that generators fill; nothing that is exported depends on what is in them."""


class Seal:
    """What is noted of one way to export one vault into one site.

    Attributes:
        vault: A digest of the vault's files, as of when it was made, and how much of them is known.
    """

    def __init__(
        self, cache: str, root: str, site: str, chosen: Iterable[object], generation: int = 0
    ) -> None:
        """Sweep the vault.

        Args:
            cache: The vault's own cache folder.
            root: The vault.
            site: The site's folder.
            chosen: What else the plan depends on: the notes, target and options.
            generation: What the catalog counts: a file may have changed long before it is read.
        """
        self._root = root
        self._generation = generation
        self._site = site
        text = "\0".join(map(repr, (__version__, FORMAT, os.path.realpath(site), *chosen)))
        self._chosen = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        self._path = os.path.join(cache, "exports", f"{self._chosen[:32]}.json")
        self._settings = self._sweep_settings()
        self.vault = self._sweep_vault()

    def knows_settings(self) -> bool:
        """Whether the vault's settings are as they were when it was swept."""
        return self._settings == self._sweep_settings()

    def take_settings(self) -> None:
        """Take the settings as they are by now, since the export has written the vault's id."""
        before, self._settings = self._settings, self._sweep_settings()
        self.vault = self.vault.removesuffix(before) + self._settings

    def plan(self) -> Plan | None:
        """Return a plan with nothing to do, when nothing has changed; its files are not read."""
        plan = self.told()
        return plan if plan is not None and plan.is_empty and not plan.conflicts else None

    def told(self) -> Plan | None:
        """Return a plan that tells how each post stands, when nothing has changed.

        Its files are not read, so that it says no more than that.
        """
        said = self._read()
        if said is None or said.get("vault") != self.vault:
            return None
        files = [_file(*row) for row in said["files"]]
        if said["site"] != self._sweep_site(files):
            return None
        plan = Plan(said["target"], said["name"], self._site, files, warnings=said["warnings"])
        plan.refused = {
            path: Refused(message, hint, line=line) for path, message, hint, line in said["refused"]
        }
        plan.is_sealed = True
        return plan

    def note(self, plan: Plan) -> None:
        """Note that the site is as this plan made it."""
        made = [_made(file) for file in plan.files if file.status != "removed"]
        if not plan.conflicts:
            self._note(plan, made)

    def tell(self, plan: Plan) -> None:
        """Note what this plan would do to the site, which is as it was when it was made."""
        self._note(plan, [replace(file, after=file.before) for file in plan.files])

    def _note(self, plan: Plan, files: Sequence[FileChange]) -> None:
        """Note a plan, unless vault or site have changed meanwhile.

        Args:
            plan: The plan.
            files: Its files with their state from now on; `after` is what each holds by now.
        """
        if self._sweep_vault() != self.vault:
            return
        swept = self._sweep_site(files)
        # What was saved there meanwhile must not be taken for what was written.
        if not all(map(self._is_as_planned, files)):
            return
        said = {
            "vault": self.vault,
            "site": swept,
            "target": plan.target,
            "name": plan.target_name,
            "warnings": plan.warnings,
            "refused": [
                [path, why.message, why.hint, why.line] for path, why in plan.refused.items()
            ],
            "files": [[f.path, f.status, f.note, f.why, f.is_post] for f in files],
        }
        # What cannot be noted is found out again next time.
        with suppress(OSError):
            kept.make_folder(os.path.dirname(self._path))
            data = json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogateescape")
            kept.write(*os.path.split(self._path), data)

    def _is_as_planned(self, file: FileChange) -> bool:
        try:
            with open(os.path.join(self._site, *file.path.split("/")), "rb") as opened:
                return opened.read() == file.after
        except FileNotFoundError:
            return file.after is None
        except OSError:
            return False

    def _read(self) -> dict[str, Any] | None:
        try:
            with open(self._path, encoding="utf-8", errors="surrogateescape") as file:
                said = json.load(file)
        except (OSError, ValueError):
            return None
        return said if isinstance(said, dict) else None

    def _sweep_vault(self) -> str:
        return f"{self._generation} {_digest(_sweep(self._root))} {self._sweep_settings()}"

    def _sweep_settings(self) -> str:
        return _digest(_line(self._root, path) for path in _SETTINGS)

    def _sweep_site(self, files: Iterable[FileChange]) -> str:
        """Digest the site's files, and those of the plan wherever they are."""
        built = sorted(file.path for file in files if file.path.split("/")[0] in _BUILT)
        known = (_line(self._site, path) for path in (NAME, *built))
        return _digest(chain(_sweep(self._site, _BUILT), known))


def _made(file: FileChange) -> FileChange:
    """Return a file as it is after an export."""
    if file.status == "orphan":
        return replace(file, after=file.before)
    return replace(file, status="unchanged")


def _file(path: str, status: Status, note: str, why: str, is_post: bool) -> FileChange:  # noqa: FBT001 - a row of a file
    return FileChange(path, status, None, None, note, why, is_post)


def chosen_of(options: Options) -> tuple[object, ...]:
    """Return what of the options a plan depends on; of the time it is made only the day.

    A year of habits ends today, and a post's date lies ahead until it comes.
    """
    from dataclasses import fields

    day = options.moment().date().isoformat()
    return day, *(getattr(options, one.name) for one in fields(options) if one.name != "now")


def _sweep(root: str, skipped: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield a line for each file below a folder, always in the same order; not for hidden ones."""
    stack = [("", root)]
    while stack:
        above, folder = stack.pop()
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=attrgetter("name"), reverse=True)
        except OSError as error:
            yield f"{above}!{error.errno}"
            continue
        while listed:
            give_way()
            entry = listed.pop()  # with it goes what `stat` says of it
            name = entry.name
            if name[0] == "." or (name in skipped and not above):
                continue
            if entry.is_dir(follow_symlinks=False):
                if name != "node_modules":
                    stack.append((f"{above}{name}/", entry.path))
                continue
            try:
                found = entry.stat()
            except OSError as error:
                yield f"{above}{name}!{error.errno}"
                continue
            yield f"{above}{name}\0{_stamp(found)}"


def _line(root: str, path: str) -> str:
    try:
        return f"{path}\0{_stamp(os.stat(os.path.join(root, path)))}"
    except OSError as error:
        return f"{path}!{error.errno}"


def _stamp(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def _digest(lines: Iterable[str]) -> str:
    """Digest lines one by one: together those of a large vault are fifty megabytes."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(f"{line}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
