"""Names that travel between systems, and paths that never lead out of the vault.

A vault path is a `str` relative to the vault with "/" between its parts, exactly as found on disk:
bytes that are not UTF-8 stay as surrogate escapes, and no name that exists is ever normalised.
Only names notekeep makes itself are cleaned.
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
"""How the name of an unfinished file starts; what bears it is never a note."""

NAME_BYTES = 255
"""The longest name of ext4, APFS and NTFS alike, in bytes of UTF-8."""

STEM_BYTES = 240
"""The longest stem notekeep makes: room stays for ".md" and for a number behind a taken name."""

# What Windows forbids, and what breaks a [[link]] to the file in Obsidian.
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
_JOINERS = "\u200c\u200d"  # invisible, but they hold emoji and Persian words together


def safe_name(title: str) -> str:
    """Make the stem of a file name from any title, so that it means the same on every system."""
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
    """Shorten a stem to at most `limit` bytes without tearing a character from its accents."""
    if len(stem.encode("utf-8", "surrogateescape")) <= limit:
        return stem
    end = len(stem.encode("utf-8", "surrogateescape")[:limit].decode("utf-8", "ignore"))
    while end > 0 and (
        combining(stem[end]) or stem[end] in _JOINERS + "\ufe0f" or stem[end - 1] in _JOINERS
    ):
        end -= 1
    return stem[:end]


def portability_problem(name: str) -> str:
    """Return why one part of a path does not travel, to be read after it; "" when it does."""
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
    """Raise Refused for a new vault path of which a part does not travel."""
    for part in path.split("/"):
        problem = portability_problem(part)
        if problem:
            raise Refused(f"The name '{part}' {problem}.", "Choose another name.")


def name_key(name: str) -> str:
    """Return what two names share when APFS or NTFS would take them for one file."""
    if name.isascii():
        return name.lower()
    return normalize("NFC", normalize("NFC", name).casefold())


def split_path(path: str, *, windows: bool = os.name == "nt") -> list[str]:
    """Split a vault path into its parts; Refused for what could lead outside by spelling."""
    plain = path.replace("\\", "/") if windows else path
    parts = [part for part in plain.split("/") if part not in {"", "."}]
    drive = windows and any(":" in part for part in parts)
    device = windows and any(part.partition(".")[0].casefold() in _RESERVED for part in parts)
    if plain.startswith("/") or "\0" in plain or ".." in parts or drive or device:
        raise outside_error(path)
    return parts


def resolve_path(root: str | os.PathLike[str], path: str) -> str:
    """Return the place of a vault path; Refused when it leads out by now (see `open_folder`)."""
    place = os.path.join(os.fspath(root), *split_path(path))
    if not is_within(os.path.realpath(place), os.path.realpath(root)):
        raise outside_error(path)
    return place


def is_within(place: str, base: str) -> bool:
    """Return whether one real path is another or lies below it; both must be free of links."""
    return place == base or place.startswith(base.rstrip(os.sep) + os.sep)


def outside_error(path: str) -> Refused:
    """Make the error for a path that leads out of the vault or site."""
    return Refused(
        f"'{path}' points outside the folder.",
        "Use a path inside it, without '..' or links to other places.",
    )


def vault_path(root: str | os.PathLike[str], path: str | os.PathLike[str]) -> str:
    """Return the vault path of a file; Refused when it is not in the vault, links followed."""
    for resolve in (os.path.abspath, os.path.realpath):
        base, place = resolve(os.fspath(root)), resolve(os.fspath(path))
        if is_within(place, base):
            return place[len(base) :].strip(os.sep).replace(os.sep, "/")
    raise outside_error(os.fspath(path))


def is_hidden(name: str) -> bool:
    """Tell whether a name is hidden: settings, repositories, trash and temporary files are."""
    return name.startswith(".")


def is_skipped(name: str) -> bool:
    """Tell whether a file of this name is an editor's or a download's leaving and never a note."""
    return (
        name.startswith((".", "~$"))
        or name == "4913"  # vim tries under this name whether it may write in the folder
        or name.endswith(("~", ".swp", ".swx", ".tmp", ".crdownload", ".part"))
    )


def is_skipped_folder(name: str) -> bool:
    """Tell whether a folder of this name holds no notes of the vault."""
    return name.startswith(".") or name == "node_modules"


def match_spelling(root: str | os.PathLike[str], path: str) -> str:
    """Spell a path as the vault does, where they differ in case or Unicode form only."""
    # A second folder "books" beside "Books" would be one and the same on the next Mac.
    place, spelt = os.fspath(root), list[str]()
    for part in split_path(path):
        found = part
        if not os.path.lexists(os.path.join(place, part)):
            found = next(iter(find_twins(_names(place), part)), part)
        spelt.append(found)
        place = os.path.join(place, found)
    return "/".join(spelt)


def find_twins(names: Iterable[str], name: str) -> list[str]:
    """Pick the names that APFS or NTFS would take for this one, the name itself included."""
    key, listed = name_key(name), list(names)
    joined = "\0".join(listed)
    # A folder may hold thousands: one search in all of them rules out most names.
    if joined.isascii() and f"\0{key}\0" not in f"\0{joined.lower()}\0":
        return []
    return [other for other in listed if name_key(other) == key]


def free_path(root: str | os.PathLike[str], path: str, taken: Iterable[str] = ()) -> str:
    """Find a path that neither the disk nor `taken` has: itself, or with " 2", " 3", … behind."""
    folder, slash, name = path.rpartition("/")
    place = os.path.join(os.fspath(root), *split_path(folder))
    keys = {name_key(f"{folder}{slash}{other}") for other in _names(place)}
    keys.update(map(name_key, taken))
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


# Names of conflict copies: which mean a second version of a note, and how ours are built.
#
# Every sync tool keeps the losing side of a conflict in a file of its own beside the note. Such
# files are never notes of their own, or each search would find everything twice; they are listed
# apart until a person has chosen.

# Dropbox writes its phrase in the language of the account; Nextcloud, ownCloud and Obsidian Sync
# write the English one at the start of the bracket, Maestral says "conflicting".
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
_HOST = r"(?:desktop|laptop)-[a-z0-9]{7}"  # the names Windows gives a machine

# notekeep's own and those of `notekeep sync` end with a date and time or a commit.
_OURS = r"[ ]\(conflict[ ][^()]+[ ](?:\d{4}-\d{2}-\d{2}[ ]\d{6}|[0-9a-f]{7,40})\)(?:[ ]\d+)?"


@cache
def _sure() -> re.Pattern[str]:
    """Match the tail of a stem that only a conflict leaves behind."""
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
def _likely() -> re.Pattern[str]:
    """Match a tail that means a conflict only beside a file without it: Google Drive, OneDrive."""
    machine = rf"{_HOST}|{re.escape(host())}"
    return re.compile(rf"(?: \(\d{{1,2}}\)|-(?:{machine})(?:-\d+)?)\Z", re.IGNORECASE)


def find_original(name: str, beside: Container[str] = ()) -> str | None:
    """Return the name of the file that a file is a conflict copy of; None for an ordinary file.

    `beside` are the names in the same folder. Some tools leave names a person could have chosen
    ("Rocky (1).md"); they count only when the file they would be a copy of is here.
    """
    stem, dot, suffix = name.rpartition(".")
    original = stem
    if "onfl" in name or not name.isascii():  # what all the phrases in Latin letters share
        while sure := _sure().search(original):
            original = original[: sure.start()]
    if original and original != stem:
        return f"{original}{dot}{suffix}"
    if not _may_be_likely(name):
        return None
    likely = _likely().search(stem)
    if likely and likely.start():
        original = f"{stem[: likely.start()]}{dot}{suffix}"
        return original if original in beside else None
    return None


def is_own_copy(path: str) -> bool:
    """Tell whether a conflict copy is notekeep's own, from a sync or from a save."""
    return re.search(rf"{_OURS}(?:\.[^./]*)?\Z", path) is not None


def copy_origin(path: str) -> str:
    """Say which machine wrote a conflict copy, such as "from laptop"; "" if the name does not."""
    found = re.search(r"\(conflict ([^() ]+) [^()]+\)", path) if is_own_copy(path) else None
    if found is None:
        return ""
    return f"from {'this computer' if found[1] == host() else found[1]}"


def may_be_conflict(name: str) -> bool:
    """Rule out most names in a fraction of a microsecond; takes a whole listing, too."""
    return "onfl" in name or _may_be_likely(name) or not name.isascii()


def _may_be_likely(name: str) -> bool:
    return ")." in name or "TOP-" in name or f"-{host()}" in name


def conflict_name(name: str, when: str, number: int = 1, machine: str = "") -> str:
    """Build the name of a conflict copy, one that travels.

    `when` is "YYYY-MM-DD HHMMSS" or a commit, `machine` the one that wrote it if not this one.
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
    """Return this machine's name as it may stand in a file name."""
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    kept = "".join(char if char.isalnum() or char in "-_" else "-" for char in name.split(".")[0])
    return kept.strip("-")[:32] or "here"
