"""Check a vault layer by layer: the program, settings, places, files, catalog, full text, notes.

It reads and compares, and repairs nothing by itself; each finding says what would.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import yaml

from notekeep.config import DAMAGED
from notekeep.errors import SETTINGS, WRITABLE_HINT, Problem
from notekeep.notes.conflict_pairs import (
    CONFLICT_PROBLEM,
    find_conflict_problems,
    find_unfinished_problem,
)
from notekeep.settings import VAULT_SETTINGS
from notekeep.storage.content import read_content
from notekeep.storage.filesystem import remote_reason

if TYPE_CHECKING:
    from notekeep.vault import Vault


class Layer(NamedTuple):
    """One layer: what was looked at, with a count, and what is wrong."""

    name: str
    checked: str
    findings: list[Problem]
    is_calm: bool = False  # what it found is no problem: it is only counted


def check_vault(vault: Vault) -> Iterator[Layer]:
    """Check a vault, one layer after the other."""
    yield _program()
    yield _settings(vault)
    yield _places(vault)
    refreshed = vault.indexing.refresh()
    changes = refreshed.changes
    unreadable = [
        Problem(
            path, None, f"cannot read the file: {reason}", "check its permissions", "unreadable"
        )
        for path, reason in changes.unreadable.items()
    ]
    yield Layer("files", f"{changes.total} notes and logs", unreadable)
    yield _catalog(vault)
    yield _words(vault)
    problems = vault.catalog.problems(links=False)
    marked = [problem for problem in problems if problem.code == CONFLICT_PROBLEM]
    yield Layer(
        "notes",
        f"{vault.catalog.count()} notes: front matter and encoding",
        [problem for problem in problems if problem.code != CONFLICT_PROBLEM],
    )
    yield _ratings(vault)
    links = vault.catalog.problems()
    broken = [problem for problem in links if problem.code in {"broken-link", "ambiguous-link"}]
    yield Layer("links", "every link to a note", broken)
    unmade = [problem for problem in links if problem.code == "broken-property"]
    yield Layer(
        "properties", "links in properties to notes that are not made yet", unmade, is_calm=True
    )
    yield Layer("habits", "definitions and log lines", vault.habits.problems())
    damage = vault.history.find_damage()
    yield Layer("history", "the log of steps, for undo", [damage] if damage else [])
    found = [*marked, *find_conflict_problems(vault.workspace, "See `notekeep conflicts`.")]
    if unfinished := find_unfinished_problem(vault.workspace):
        found.append(unfinished)
    yield Layer("conflicts", "conflict copies, git conflict markers and unfinished merges", found)


def _ratings(vault: Vault) -> Layer:
    """Check whether the notes of a vault have ratings above its best one."""
    best = vault.schema.rating_max
    rows = vault.search.rows(f"rating>{best:g}").rows
    numbers = (row.fields.get("rating") for row in rows)
    highest = max((one for one in numbers if isinstance(one, (int, float))), default=best)
    hint = (
        f"If your ratings go up to {highest:g}, set rating_max = {highest:g} in {VAULT_SETTINGS}."
    )
    message = f"The rating is above {best:g}."
    findings = [Problem(row.path, None, message, hint, "rating") for row in rows]
    return Layer("ratings", f"ratings from 0 to {best:g}", findings)


def _program() -> Layer:
    findings = []
    if not yaml.__with_libyaml__:
        findings.append(
            Problem("", None, "PyYAML has no libyaml", "reading front matter is ten times slower")
        )
    return Layer("program", "required libraries", findings)


def _settings(vault: Vault) -> Layer:
    warnings = [*vault.person.warnings, *vault.settings.warnings]
    return Layer(
        "settings",
        "yours and the vault's",
        [
            Problem("", None, warning, "`notekeep config` shows which file", SETTINGS)
            for warning in warnings
        ],
    )


def _places(vault: Vault) -> Layer:
    """Check the folders of index and history: on another machine, or synced, they can be torn."""
    findings = [
        Problem("", None, f"{what} is not writable: {folder}", WRITABLE_HINT, "place")
        for what, folder in (("the index", vault.places.cache), ("history", vault.places.state))
        if not os.access(_nearest(folder), os.W_OK | os.X_OK)
    ]
    findings += [
        Problem("", None, f"{what} is {where}: {folder}", hint, "place")
        for what, folder, hint in (
            ("the index", vault.places.cache, "set XDG_CACHE_HOME to a folder on this machine"),
            ("history", vault.places.state, "set XDG_STATE_HOME to a folder on this machine"),
        )
        if (where := remote_reason(folder))
    ]
    damaged = os.path.join(os.path.dirname(vault.places.state), DAMAGED)
    if os.path.exists(damaged):
        message = f"The list of vaults was damaged and made again. The old one is {damaged}."
        hint = "Delete it if `notekeep vaults` lists all your vaults."
        findings.append(Problem("", None, message, hint, "place"))
    return Layer("places", "where the index and history are stored", findings)


def _nearest(folder: str) -> str:
    while not os.path.exists(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def _catalog(vault: Vault) -> Layer:
    paths = sorted(vault.catalog.marks())
    digests = vault.catalog.digests(paths)
    findings = []
    for path in paths:
        content = read_content(vault.root, path)
        if content is not None and content.digest and digests.get(path) != content.digest:
            findings.append(
                Problem(path, None, "the index has different content", "`notekeep index --verify`")
            )
    return Layer("catalog", f"{len(paths)} files read and compared", findings)


def _words(vault: Vault) -> Layer:
    missing = vault.catalog.dirty()
    findings = [
        Problem(path, None, "not in the full-text index yet", "`notekeep index`", "words")
        for path in sorted(missing)
    ]
    return Layer("words", f"{vault.full_text.count} notes in the full-text index", findings)
