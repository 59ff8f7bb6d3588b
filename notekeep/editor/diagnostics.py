"""Problems of open notes, as typed: front matter, links, lint, and lines of the habit log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lsprotocol import types

from notekeep.catalog.catalog import link_problem
from notekeep.catalog.documents import find_problem
from notekeep.catalog.name_lookup import find_link_states
from notekeep.editor.document import Document
from notekeep.errors import Problem
from notekeep.habits.log import parse_file
from notekeep.log_folders import HABIT_LOG
from notekeep.markdown.fields.schema import is_in_folder, role
from notekeep.markdown.outline import Link
from notekeep.notes.lint import lint_file
from notekeep.storage.content import Content
from notekeep.tracking.habit_table import find_line_problems

SOURCE: Final = "notekeep"
_ERRORS: Final = frozenset({"front-matter", "not-utf8", "conflict", "markdown"})
_REMARKS: Final = frozenset({"broken-property", "ambiguous-link"})


def find_diagnostics(document: Document) -> list[types.Diagnostic]:
    """Return the problems of a note, by position."""
    if is_in_folder(document.path, HABIT_LOG):
        found = [_diagnose(document, problem) for problem in _log_problems(document)]
    elif role(document.path, document.vault.workspace.schema) == "note":
        found = [*_find_note_problems(document)]
    else:
        return []  # templates, for example, have links that only become complete in a note
    return sorted(found, key=lambda one: (one.range.start.line, one.range.start.character))


def find_unclear_links(document: Document) -> dict[Link, str]:
    """Return the links of a note that are "broken" or "ambiguous", each with its state.

    There are none before the vault is indexed, because all links would be broken.
    """
    vault = document.vault
    if not vault.is_indexed:
        return {}
    states = find_link_states(vault.catalog, document.links, document.path)
    return {
        link: state
        for link, (state, _) in zip(document.links, states, strict=True)
        if state in ("broken", "ambiguous")
    }


def _find_note_problems(document: Document) -> Iterator[types.Diagnostic]:
    problem = find_problem(document.note, Content(document.data, ""))
    if problem is not None:
        yield _diagnose(document, problem)
    unclear = find_unclear_links(document)
    broken = {(link.line + 1, link.target) for link, state in unclear.items() if state == "broken"}
    lint = lint_file(
        document.vault.workspace,
        document.path,
        document.data,
        broken,
        document.vault.near_names,
    )
    misspelled = [one.problem for one in lint.findings if one.problem.code == "broken-link"]
    for link, state in unclear.items():
        in_field = link.start < document.body_start
        found = link_problem(document.path, link.line + 1, link.target, state, in_field)
        near = (one for one in misspelled if _is_about(one, found))
        yield _diagnose(document, next(near, found), link)
    for one in lint.findings:
        if one.problem.code != "broken-link":
            yield _diagnose(document, one.problem)


def _is_about(misspelled: Problem, broken: Problem) -> bool:
    """Whether a finding of lint has the correct name for a broken link."""
    start = broken.message.removesuffix(".")
    return misspelled.line == broken.line and misspelled.message.startswith(start)


def _log_problems(document: Document) -> Iterator[Problem]:
    placed = parse_file(document.text)
    for line, code, message, hint in find_line_problems(placed):
        yield Problem(document.path, line, message, hint, code)
    habits = document.vault.vault.habits
    habits.refresh()
    for one in placed:
        entry = one.line.entry
        if entry is not None and not habits.is_name(entry.habit):
            message = f"There is no habit {entry.habit}."
            yield Problem(document.path, one.number, message, "", "W105")


def _diagnose(document: Document, problem: Problem, link: Link | None = None) -> types.Diagnostic:
    if link is not None:
        place = document.positions.range(link.start, link.end)
    else:
        place = document.positions.line_range((problem.line or 1) - 1, (problem.column or 1) - 1)
    text = f"{problem.message[:1].upper()}{problem.message[1:]}"
    if problem.hint:
        text += f" {problem.hint}" if text.endswith(".") else f" ({problem.hint})"
    return types.Diagnostic(
        place, text, severity=_severity(problem.code), code=problem.code, source=SOURCE
    )


def _severity(code: str) -> types.DiagnosticSeverity:
    if code in _ERRORS or code.startswith("H"):
        return types.DiagnosticSeverity.Error
    if code in _REMARKS:
        return types.DiagnosticSeverity.Information
    return types.DiagnosticSeverity.Warning
