"""Names of conflict copies: which mean a second version of a note, and how ours are built.

Every sync tool keeps the losing side of a conflict in a file of its own beside the note. Such files
are never notes of their own, or each search would find everything twice; they are listed apart
until a person has chosen.
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import TYPE_CHECKING

from notekeep.storage.file_names import NAME_BYTES, shorten

if TYPE_CHECKING:
    from collections.abc import Container

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


def may_be_conflict(name: str) -> bool:
    """Rule out most names in a fraction of a microsecond; takes a whole listing, too."""
    return "onfl" in name or _may_be_likely(name) or not name.isascii()


def _may_be_likely(name: str) -> bool:
    return ")." in name or "TOP-" in name or f"-{host()}" in name


def conflict_name(name: str, when: str, number: int = 1) -> str:
    """Build the name of the copy that keeps the losing side of a conflict: one that travels.

    `when` is local date and time as "YYYY-MM-DD HHMMSS", so that copies sort by age.
    """
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    tail = f" (conflict {host()} {when}){f' {number}' if number > 1 else ''}{dot}{suffix}"
    return shorten(stem, NAME_BYTES - len(os.fsencode(tail))) + tail


@cache
def host() -> str:
    """Return this machine's name as it may stand in a file name."""
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    kept = "".join(char if char.isalnum() or char in "-_" else "-" for char in name.split(".")[0])
    return kept.strip("-")[:32] or "here"
