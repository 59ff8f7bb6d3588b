"""Portable file names, and paths that never lead out of the vault.

A vault path is a `str` relative to the vault, with "/" between its parts and spelled as on disk:
bytes that are not UTF-8 are surrogate escapes, and existing names are never normalized. Only the
names of new files are cleaned. Twins are names that are the same file on APFS or NTFS, because they
differ only in case or Unicode form.
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable
from functools import cache
from unicodedata import category, combining, normalize

from notekeep.errors import Refused
from notekeep.storage.filesystem import explain_os_error

TEMP_PREFIX = ".nk-tmp-"
"""The start of the names of temporary files, which are never notes."""

NAME_BYTES = 255
"""The maximum length of a name on ext4, APFS and NTFS, in bytes of UTF-8."""

STEM_BYTES = 240
"""The maximum length of the stem of a new file, which leaves room for ".md" and a number."""

# Characters that Windows forbids, or that break a [[link]] in Obsidian.
_IN_A_NAME = str.maketrans(
    {
        **dict.fromkeys(":/\\|", " - "),
        **dict.fromkeys("<[", "("),
        **dict.fromkeys(">]", ")"),
        **dict.fromkeys("?*#^", ""),
        '"': "'",
    }
)
_FORBIDDEN = frozenset('<>:"/\\|?*')
_DIGITS = "0123456789\u00b9\u00b2\u00b3"  # Windows reads COM¹ as COM1
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [device + digit for device in ("com", "lpt") for digit in _DIGITS]
)
_JOINERS = "\u200c\u200d"  # invisible, but needed in emoji and Persian words


def safe_name(title: str) -> str:
    """Return a portable stem of a file name for a title."""
    spaced = "".join(
        " " if category(char) in {"Cc", "Zl", "Zp", "Zs"} else char
        for char in normalize("NFC", title)
        if char in _JOINERS or category(char) not in {"Cf", "Cs"}
    )
    stem = " ".join(spaced.translate(_IN_A_NAME).split())
    stem = shorten(stem.lstrip(" .-~").rstrip(" .-"), STEM_BYTES).rstrip(" .-")
    first, dot, rest = stem.partition(".")
    if first.rstrip().casefold() in _RESERVED:
        stem = f"{first.rstrip()}_{dot}{rest}"
    return stem or "Untitled"


def shorten(stem: str, limit: int) -> str:
    """Shorten a stem to `limit` bytes without splitting a character from its accents."""
    if len(stem.encode("utf-8", "surrogateescape")) <= limit:
        return stem
    end = len(stem.encode("utf-8", "surrogateescape")[:limit].decode("utf-8", "ignore"))
    while end > 0 and (
        combining(stem[end]) or stem[end] in _JOINERS + "\ufe0f" or stem[end - 1] in _JOINERS
    ):
        end -= 1
    return stem[:end]


def portability_problem(name: str) -> str:
    """Return why a part of a path is not portable, as in "ends with a dot …", or ""."""
    bad = sorted({char for char in name if char in _FORBIDDEN or ord(char) < 32})
    if bad:
        shown = " ".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in bad)
        return f"has characters that Windows does not allow: {shown}"
    if name.endswith((".", " ")):
        return "ends with a dot or a space, which Windows removes"
    if name.partition(".")[0].rstrip().casefold() in _RESERVED:
        return "is a reserved name on Windows"
    try:
        too_long = len(os.fsencode(name)) > NAME_BYTES
    except UnicodeEncodeError:
        return "contains an incomplete character"
    return f"is longer than {NAME_BYTES} bytes" if too_long else ""


def check_portable(path: str) -> None:
    """Raise Refused if a new vault path is not portable."""
    for part in path.split("/"):
        problem = portability_problem(part)
        if problem:
            raise Refused(f"The name '{part}' {problem}.", "Choose another name.")


def name_key(name: str) -> str:
    """Return a key that is the same for twins."""
    if name.isascii():
        return name.lower()
    return normalize("NFC", normalize("NFC", name).casefold())


def split_path(path: str, *, windows: bool = os.name == "nt") -> list[str]:
    """Split a vault path into its parts; raise Refused if it could lead outside the vault."""
    plain = path.replace("\\", "/") if windows else path
    parts = [part for part in plain.split("/") if part not in {"", "."}]
    drive = windows and any(":" in part for part in parts)
    device = windows and any(part.partition(".")[0].casefold() in _RESERVED for part in parts)
    if plain.startswith("/") or "\0" in plain or ".." in parts or drive or device:
        raise outside_error(path)
    return parts


def resolve_path(root: str | os.PathLike[str], path: str) -> str:
    """Return the absolute path of a vault path; raise Refused if links lead out of the vault."""
    place = os.path.join(os.fspath(root), *split_path(path))
    if not is_within(os.path.realpath(place), os.path.realpath(root)):
        raise outside_error(path)
    return place


def is_within(place: str, base: str) -> bool:
    """Whether a path is `base` or inside it; both paths must be resolved."""
    return place == base or place.startswith(base.rstrip(os.sep) + os.sep)


def outside_error(path: str) -> Refused:
    """Return the error for a path outside the vault or site."""
    return Refused(
        f"'{path}' points outside the folder.",
        "Use a path inside it, without '..' or links to other places.",
    )


def vault_path(root: str | os.PathLike[str], path: str | os.PathLike[str]) -> str:
    """Return the vault path of a file; raise Refused if it is not in the vault, even by a link."""
    for resolve in (os.path.abspath, os.path.realpath):
        base, place = resolve(os.fspath(root)), resolve(os.fspath(path))
        if is_within(place, base):
            return place[len(base) :].strip(os.sep).replace(os.sep, "/")
    raise outside_error(os.fspath(path))


def is_hidden(name: str) -> bool:
    """Whether a name is hidden, as are settings, repositories, trash and temporary files."""
    return name.startswith(".")


def is_skipped(name: str) -> bool:
    """Whether a file is hidden, or a temporary file of an editor or a download."""
    return (
        name.startswith((".", "~$"))
        or name == "4913"  # vim uses it to test whether the folder is writable
        or name.endswith(("~", ".swp", ".swx", ".tmp", ".crdownload", ".part"))
    )


def is_skipped_folder(name: str) -> bool:
    """Whether a folder with this name is not part of the vault."""
    return name.startswith(".") or name == "node_modules"


def match_spelling(root: str | os.PathLike[str], path: str) -> str:
    """Return a path with the spelling of its twin on disk, if there is one."""
    # On macOS, "books" and "Books" are the same folder.
    place, spelt = os.fspath(root), list[str]()
    for part in split_path(path):
        found = part
        if not os.path.lexists(os.path.join(place, part)):
            found = next(iter(find_twins(_names(place), part)), part)
        spelt.append(found)
        place = os.path.join(place, found)
    return "/".join(spelt)


def find_twins(names: Iterable[str], name: str) -> list[str]:
    """Return the twins of a name, including the name itself."""
    key, listed = name_key(name), list(names)
    joined = "\0".join(listed)
    # A folder may have thousands of names, so search all of them at once first.
    if joined.isascii() and f"\0{key}\0" not in f"\0{joined.lower()}\0":
        return []
    return [other for other in listed if name_key(other) == key]


def free_path(root: str | os.PathLike[str], path: str, used: Iterable[str] = ()) -> str:
    """Return a path that is free on disk and not in `used`, with " 2", " 3" … if necessary."""
    folder, slash, name = path.rpartition("/")
    place = os.path.join(os.fspath(root), *split_path(folder))
    keys = {name_key(f"{folder}{slash}{other}") for other in _names(place)}
    keys.update(map(name_key, used))
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    number, candidate = 1, path
    while name_key(candidate) in keys:
        number += 1
        candidate = f"{folder}{slash}{stem} {number}{dot}{suffix}"
    return candidate


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise explain_os_error(error, folder, "listed") from error


# Names of conflict copies: those of sync tools, and our own.
#
# A sync tool stores one side of a conflict in a second file in the same folder. Such a file is
# listed as a conflict, not as a note: searches would find everything twice.

# Dropbox uses the language of the account; Nextcloud, ownCloud and Obsidian Sync use English at the
# start of the parentheses, Maestral uses "conflicting".
_PHRASES = (
    "conflicted copy",
    "conflicting copy",
    "case conflict",
    "unicode encoding conflict",
    "in konflikt stehende kopie",
    "copie en conflit",
    "copia en conflicto",
    "copia in conflitto",
    "cópia em conflito",
    "cópia em conflitante",
    "conflicterende kopie",
    "konfliktkopia",
    "konfliktkopi",
    "kopia powodująca konflikt",
    "конфликтующая копия",
    "конфліктна копія",
    "競合コピー",
    "冲突副本",
    "衝突複本",
    "충돌된 사본",
    "salinan konflik",
)
_HOST = r"(?:desktop|laptop)-[a-z0-9]{7}"  # default names of Windows

# Our own names end with a date and time, those of `notekeep sync` with a commit.
_OURS = r"[ ]\(conflict[ ][^()]+[ ](?:\d{4}-\d{2}-\d{2}[ ]\d{6}|[0-9a-f]{7,40})\)(?:[ ]\d+)?"


@cache
def _certain_endings() -> re.Pattern[str]:
    """Match name endings that only conflict copies have."""
    phrases = "|".join(map(re.escape, _PHRASES))
    return re.compile(
        rf"""(?:
            {_OURS}
          | \.sync-conflict-\d{{8}}-\d{{6}}(?:-[a-z0-9]+)?       # Syncthing
          | [ ]\((?:[^()]|\([^()]*\))*(?:{phrases})
                (?:[^()]|\([^()]*\))*\)(?:[ ]?\(\d+\))?          # Dropbox, Nextcloud, Obsidian Sync
          | _conflict-(?:[^-/]+-)?\d{{8}}-\d{{6}}                # ownCloud before 2018
          | [ ]\(sfconflict[ ][^()]+\)                           # Seafile
          | --conflicted-copy(?:-\d+)?                           # nb
        )\Z""",
        re.VERBOSE | re.IGNORECASE,
    )


@cache
def _possible_endings() -> re.Pattern[str]:
    """Match endings that mean a conflict copy only if the original exists (Google, OneDrive)."""
    machine = rf"{_HOST}|{re.escape(host())}"
    return re.compile(rf"(?: \(\d{{1,2}}\)|-(?:{machine})(?:-\d+)?)\Z", re.IGNORECASE)


def find_original(name: str, names: Container[str] = ()) -> str | None:
    """Return the name of a conflict copy's original; None for any other file.

    `names` are the names in the same folder. Some tools use names that a user could have chosen
    ("Rocky (1).md"); these count only if the original exists.
    """
    stem, dot, suffix = name.rpartition(".")
    original = stem
    if "onfl" in name or not name.isascii():  # in all phrases with Latin letters
        while sure := _certain_endings().search(original):
            original = original[: sure.start()]
    if original and original != stem:
        return f"{original}{dot}{suffix}"
    if not _has_possible_ending(name):
        return None
    likely = _possible_endings().search(stem)
    if likely and likely.start():
        original = f"{stem[: likely.start()]}{dot}{suffix}"
        return original if original in names else None
    return None


def is_own_copy(path: str) -> bool:
    """Whether notekeep made a conflict copy, during a sync or a save."""
    return re.search(rf"{_OURS}(?:\.[^./]*)?\Z", path) is not None


def copy_origin(path: str) -> str:
    """Return the origin of a conflict copy, as in "from laptop", or "" if unknown."""
    found = re.search(r"\(conflict ([^() ]+) [^()]+\)", path) if is_own_copy(path) else None
    if found is None:
        return ""
    return f"from {'this computer' if found[1] == host() else found[1]}"


def may_be_conflict(name: str) -> bool:
    """Whether a name, or one of several joined names, may be a conflict copy (a fast check)."""
    return "onfl" in name or _has_possible_ending(name) or not name.isascii()


def _has_possible_ending(name: str) -> bool:
    return ")." in name or "TOP-" in name or f"-{host()}" in name


def conflict_name(name: str, when: str, number: int = 1, machine: str = "") -> str:
    """Return the portable name for a conflict copy.

    `when` is "YYYY-MM-DD HHMMSS" or a commit; `machine` is its origin, by default this machine.
    """
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    tail = (
        f" (conflict {machine or host()} {when}){f' {number}' if number > 1 else ''}{dot}{suffix}"
    )
    return shorten(stem, NAME_BYTES - len(os.fsencode(tail))) + tail


@cache
def host() -> str:
    """Return this machine's name in a form that file names allow."""
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    safe = "".join(char if char.isalnum() or char in "-_" else "-" for char in name.split(".")[0])
    return safe.strip("-")[:32] or "here"
