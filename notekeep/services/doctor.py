"""Check a vault layer by layer: the program, settings, places, files, catalog, full text, notes.

Nothing is changed; each finding has a hint for the fix.
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
from notekeep.storage.content import read_content, unreadable_problem
from notekeep.storage.filesystem import remote_reason

if TYPE_CHECKING:
    from notekeep.vault import Vault


BROKEN = ("broken-link", "ambiguous-link")
NO_NOTE = "broken-property"


class Layer(NamedTuple):
    """A layer and its findings."""

    name: str
    checked: str  # a description, with a count
    findings: list[Problem]
    is_calm: bool = False  # whether findings are counted, but not listed


def check_vault(vault: Vault) -> Iterator[Layer]:
    """Check a vault and yield its layers."""
    slow = Problem(
        "", None, "PyYAML has no libyaml.", "Reading front matter takes ten times longer."
    )
    yield Layer("program", "required libraries", [] if yaml.__with_libyaml__ else [slow])
    ignored = [
        Problem("", None, warning, "`notekeep config` shows which file.", SETTINGS)
        for warning in (*vault.person.warnings, *vault.settings.warnings)
    ]
    yield Layer("settings", "yours and the vault's", ignored)
    yield Layer("places", "where the index and history are stored", _check_places(vault))
    changes = vault.indexing.refresh().changes
    unreadable = [
        unreadable_problem(path, f"Cannot read the file: {reason}.")
        for path, reason in changes.unreadable.items()
    ]
    yield Layer("files", f"{changes.total} notes and logs", unreadable)
    yield _check_catalog(vault)
    missing = [
        Problem(path, None, "Not in the full-text index yet.", "Run `notekeep index`.", "words")
        for path in sorted(vault.catalog.dirty())
    ]
    yield Layer("words", f"{vault.full_text.count} notes in the full-text index", missing)
    attached = vault.indexing.attached.problems()
    yield Layer("attached", "the text of attached PDF files", attached)
    problems = vault.catalog.problems()
    marked = [problem for problem in problems if problem.code == CONFLICT_PROBLEM]
    broken = [problem for problem in problems if problem.code in BROKEN]
    without_note = [problem for problem in problems if problem.code == NO_NOTE]
    others = [one for one in problems if one.code not in {CONFLICT_PROBLEM, NO_NOTE, *BROKEN}]
    yield Layer("notes", f"{vault.catalog.count()} notes: front matter and encoding", others)
    yield _check_ratings(vault)
    yield Layer("links", "every link to a note", broken)
    about = "links in properties to notes that do not exist yet"
    yield Layer("properties", about, without_note, is_calm=True)
    yield Layer("habits", "definitions and log lines", vault.habits.problems())
    damage = vault.history.find_damage()
    yield Layer("history", "the log of steps, for undo", [damage] if damage else [])
    found = [*marked, *find_conflict_problems(vault.workspace, "See `notekeep conflicts`.")]
    if unfinished := find_unfinished_problem(vault.workspace):
        found.append(unfinished)
    yield Layer("conflicts", "conflict copies, git conflict markers and unfinished merges", found)


def _check_ratings(vault: Vault) -> Layer:
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


def _check_places(vault: Vault) -> list[Problem]:
    """Check the folders of index and history, which sync programs and network disks can damage."""
    findings = []
    for what, folder, variable in (
        ("index", vault.places.cache, "XDG_CACHE_HOME"),
        ("history", vault.places.state, "XDG_STATE_HOME"),
    ):
        existing = folder
        while not os.path.exists(existing) and os.path.dirname(existing) != existing:
            existing = os.path.dirname(existing)
        if not os.access(existing, os.W_OK | os.X_OK):
            message = f"The {what} is not writable: {folder}"
            findings.append(Problem("", None, message, WRITABLE_HINT, "place"))
        if where := remote_reason(folder):
            hint = f"Set {variable} to a folder on this machine."
            findings.append(Problem("", None, f"The {what} is {where}: {folder}", hint, "place"))
    damaged = os.path.join(os.path.dirname(vault.places.state), DAMAGED)
    if os.path.exists(damaged):
        message = f"The list of vaults was damaged and has been rebuilt. The old one is {damaged}."
        hint = "Delete it if `notekeep vaults` lists all your vaults."
        findings.append(Problem("", None, message, hint, "place"))
    return findings


def _check_catalog(vault: Vault) -> Layer:
    paths = sorted(vault.catalog.marks())
    digests = vault.catalog.digests(paths)
    message, hint = "The index has different content.", "Run `notekeep index --verify`."
    findings = []
    for path in paths:
        content = read_content(vault.root, path)
        if content is not None and content.digest and digests.get(path) != content.digest:
            findings.append(Problem(path, None, message, hint))
    return Layer("catalog", f"{len(paths)} files read and compared", findings)
