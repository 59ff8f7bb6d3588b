"""`doctor`: looks the vault and its index over, layer by layer, and says what it looked at.

It reads and compares, and repairs nothing by itself; each finding says what would. The layers, from
the ground up: the program's own parts, the settings, where index and history lie, the files, the
catalog against the files, the words against the catalog, the habits, links and conflict copies.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import SETTINGS, WRITABLE_HINT, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.vault import Vault

SECONDS = 20.0
"""How long reading files again for comparison may take before the rest is left to the next time."""

CONFLICT = "conflict"
"""The code of a note with conflict marks, and of a conflict copy."""

STOPPED = "doctor.next"
"""The file in the cache that says where a comparison stopped."""


class Layer(NamedTuple):
    """One layer that was looked at.

    Attributes:
        name: What it is.
        checked: What was looked at, with a count.
        findings: What is wrong.
    """

    name: str
    checked: str
    findings: list[Problem]


def check_vault(vault: Vault) -> Iterator[Layer]:
    """Look a vault over, one layer after the other."""
    yield _program()
    yield _settings(vault)
    yield _places(vault)
    refreshed = vault.indexing.refresh()
    changes = refreshed.changes
    unreadable = [
        Problem(path, None, f"cannot be read: {reason}", "look at its permissions", "unreadable")
        for path, reason in changes.unreadable.items()
    ]
    yield Layer("files", f"{changes.total} notes and logs", unreadable)
    yield _catalog(vault)
    yield _words(vault)
    problems = vault.catalog.problems(links=False)
    marked = [problem for problem in problems if problem.code == CONFLICT]
    yield Layer(
        "notes",
        f"{vault.search.count()} notes: front matter and encoding",
        [problem for problem in problems if problem.code != CONFLICT],
    )
    links = [
        problem
        for problem in vault.catalog.problems()
        if problem.code in {"broken-link", "ambiguous-link"}
    ]
    yield Layer("links", "every link to a note", links)
    yield Layer("habits", "definitions and log lines", vault.habits.tracker.problems())
    copies = [
        Problem(copy, None, f"is another program's copy of {of}", "compare the two", CONFLICT)
        for copy, of in vault.catalog.conflicts().items()
    ]
    yield Layer("conflicts", "copies left by sync programs, marks left by git", [*marked, *copies])


def _program() -> Layer:
    import yaml

    findings = []
    if not yaml.__with_libyaml__:
        findings.append(
            Problem("", None, "PyYAML has no libyaml", "front matter is read ten times slower")
        )
    return Layer("program", "the parts notekeep rests on", findings)


def _settings(vault: Vault) -> Layer:
    warnings = [*vault.person.warnings, *vault.settings.warnings]
    return Layer(
        "settings",
        "yours and the vault's",
        [
            Problem("", None, warning, "`notekeep config` says which file", SETTINGS)
            for warning in warnings
        ],
    )


def _places(vault: Vault) -> Layer:
    """Look where index and history lie: on another machine, or synced, they can be torn."""
    from notekeep.storage.filesystem import remote_reason

    findings = [
        Problem("", None, f"{what} cannot be written: {folder}", WRITABLE_HINT, "place")
        for what, folder in (("the index", vault.places.cache), ("history", vault.places.state))
        if not os.access(_nearest(folder), os.W_OK | os.X_OK)
    ]
    findings += [
        Problem("", None, f"{what} lies {where}: {folder}", hint, "place")
        for what, folder, hint in (
            ("the index", vault.places.cache, "set XDG_CACHE_HOME to a folder of this machine"),
            ("history", vault.places.state, "set XDG_STATE_HOME to a folder of this machine"),
        )
        if (where := remote_reason(folder))
    ]
    return Layer("places", "where index and history lie", findings)


def _nearest(folder: str) -> str:
    """A folder, or where it would be made."""
    while not os.path.exists(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def _catalog(vault: Vault) -> Layer:
    """Compare the content of files with what the catalog was made from, for as long as allowed."""
    from notekeep.catalog.documents import read_content

    paths = sorted(vault.catalog.known())
    digests = vault.catalog.digests(paths)
    start, begin = time.monotonic(), _stopped_at(vault)
    begin = begin if begin < len(paths) else 0
    findings, looked_at = [], 0
    for path in paths[begin:] + paths[:begin]:
        looked_at += 1
        content = read_content(vault.root, path)
        if content is not None and content.digest and digests.get(path) != content.digest:
            findings.append(
                Problem(path, None, "the catalog has another content", "`notekeep index --verify`")
            )
        if time.monotonic() - start > SECONDS:
            break
    checked = f"{looked_at} of {len(paths)} files read and compared"
    if looked_at < len(paths):
        checked += "; the next time goes on from here"
        _stop_at(vault, (begin + looked_at) % len(paths))
    return Layer("catalog", checked, sorted(findings, key=lambda finding: finding.path))


def _stopped_at(vault: Vault) -> int:
    """How many files come before the one that the last comparison had no time for."""
    try:
        with open(os.path.join(vault.places.cache, STOPPED), encoding="ascii") as file:
            return max(0, int(file.read(20)))
    except (OSError, ValueError):
        return 0


def _stop_at(vault: Vault, number: int) -> None:
    """Keep where the next comparison goes on: a number, as a name would outlive `forget`."""
    from notekeep.storage.private_files import write_file

    with suppress(OSError):
        write_file(os.path.join(vault.places.cache, STOPPED), b"%d\n" % number)


def _words(vault: Vault) -> Layer:
    missing = vault.catalog.dirty()
    findings = [
        Problem(path, None, "is not in the full text yet", "`notekeep index`", "words")
        for path in sorted(missing)
    ]
    return Layer("words", f"{vault.full_text.count} notes in the full text", findings)
