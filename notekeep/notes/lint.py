"""`lint`: find problems in notes and logs, and fix those with only one possible fix.

`doctor` reports notes that cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from notekeep.errors import InvalidValue, NotFound, Problem, Refused
from notekeep.habits.log import parse_file
from notekeep.habits.repairs import repair_line
from notekeep.log_folders import REVIEW_LOG
from notekeep.markdown.fields import field_edit
from notekeep.markdown.fields.field_changes import check_value
from notekeep.markdown.fields.frontmatter_block import find_key_line
from notekeep.markdown.fields.schema import find_known_keys, is_in_folder, role
from notekeep.markdown.note import Note, read_note
from notekeep.markdown.parser import parse_markdown
from notekeep.notes.fields_and_tags import read_tags
from notekeep.notes.habit_notes import repair_log
from notekeep.notes.link_repair import NearNames, repair_links
from notekeep.notes.moves import add_moves, find_name_problems, find_portable_names
from notekeep.notes.plan import WritePlan
from notekeep.notes.workspace import Workspace

_OPEN_LINK = re.compile(r"\[\[(?=\w)[^\[\]\n]*(?=\n|\Z)")
MAX_LINK_LENGTH = 30
"""The maximum number of characters of a link in a message."""


class LintFinding(NamedTuple):
    """A problem, and whether the plan fixes it."""

    problem: Problem
    has_fix: bool


class FileLint(NamedTuple):
    """The findings in one file, and its content with the fixes."""

    findings: list[LintFinding]
    after: bytes
    refused: Refused | None = None  # why some of it cannot be fixed


class Lint(NamedTuple):
    """The findings of `lint`, and the plan with the fixes."""

    findings: list[LintFinding]
    plan: WritePlan


def lint_notes(workspace: Workspace, paths: Iterable[str], label: str) -> Lint:
    """Find problems in notes and logs."""
    found = Lint([], WritePlan("lint", label))
    near = NearNames(workspace.catalog.names())
    paths = sorted(set(paths))
    moves = find_portable_names(workspace, paths)
    distinct = set(workspace.distinct(paths))
    for path in paths:
        named = find_name_problems(path, is_fixed=path in moves)
        found.findings.extend(LintFinding(problem, is_fixed) for problem, is_fixed in named)
        if path not in distinct:
            continue
        try:
            data = workspace.read(path)
        except NotFound:
            continue
        except Refused as error:
            found.plan.refuse(path, error)
            continue
        if is_in_folder(path, REVIEW_LOG):
            continue
        broken = {
            (link.line, link.target)
            for link in workspace.catalog.links(path)
            if link.state == "broken"
        }
        findings, after, refused = lint_file(workspace, path, data, broken, lambda: near)
        if refused is not None:
            found.plan.refuse(path, refused)
        found.findings.extend(findings)
        found.plan.edit(path, data, after)
    add_moves(workspace, found.plan, moves)
    return found


def lint_file(
    workspace: Workspace,
    path: str,
    data: bytes,
    broken: Collection[tuple[int, str]],
    get_names: Callable[[], NearNames],
) -> FileLint:
    """Find problems in the content of a note or log, saved or not.

    Args:
        workspace: The vault.
        path: The path of the file.
        data: Its content.
        broken: Line and target of its broken links; lines count from 1.
        get_names: Returns the names of all notes; called only if there are broken links.
    """
    if role(path, workspace.schema) == "log":
        return FileLint(*_lint_log(path, data))
    # Parsing the body takes most of the time.
    note = read_note(path, data, workspace.schema, in_body=bool(broken))
    if note.problem is not None:
        return FileLint([], data)
    links, after = repair_links(note, data, broken, get_names()) if broken else ([], data)
    tags: list[Problem] = []
    refused = None
    try:
        tags, after = _lint_tags(path, after)
    except Refused as error:
        refused = error
    found = [LintFinding(problem, has_fix=True) for problem in (*tags, *links)]
    found += [*_lint_open_links(note), *_lint_values(workspace, note, data)]
    return FileLint(found, after, refused)


def _lint_log(path: str, data: bytes) -> tuple[list[LintFinding], bytes]:
    found: list[LintFinding] = []
    codes: dict[int, str] = {}
    for placed in parse_file(data.decode("utf-8-sig", "surrogateescape")):
        report = placed.line.report
        repair = repair_line(report.code, placed.text) if report else None
        if report is None or repair is None or not repair.is_sure:
            continue
        codes[placed.number] = report.code
        problem = Problem(path, placed.number, report.message, repair.label, report.code)
        found.append(LintFinding(problem, has_fix=True))
    return found, repair_log(data, codes)


def _lint_open_links(note: Note) -> Iterator[LintFinding]:
    """Find `[[` without `]]` on its line, except in code and math."""
    opened = [*_OPEN_LINK.finditer(note.body_lf)]
    if not opened:
        return
    words = [(span.start, span.end) for span in parse_markdown(note.body_lf).find("text")]
    for match in opened:
        if any(start <= match.start() < end for start, end in words):
            line = note.body_line + note.body_lf.count("\n", 0, match.start()) + 1
            message = f"The link {match[0].strip()[:MAX_LINK_LENGTH]!r} is not closed."
            problem = Problem(note.path, line, message, "Add ]] after the name.", "open-link")
            yield LintFinding(problem, has_fix=False)


def _lint_values(workspace: Workspace, note: Note, data: bytes) -> Iterator[LintFinding]:
    keys = find_known_keys(note.raw)
    for name, value in note.fields.items():
        try:
            check_value(name, value, workspace.schema, note.kind)
        except InvalidValue as error:
            line = find_key_line(data, keys.get(name, name))
            problem = Problem(note.path, line, error.message, error.hint, "value")
            yield LintFinding(problem, has_fix=False)


def _lint_tags(path: str, data: bytes) -> tuple[list[Problem], bytes]:
    key, words, is_text = read_tags(data)
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(word.lstrip("#").casefold(), word.lstrip("#"))
    tags = list(first.values())
    is_text = is_text and len(words) > 1
    if words == tags and not is_text:
        return [], data
    line = find_key_line(data, key)
    found = []
    if any(word.startswith("#") for word in words):
        found.append(Problem(path, line, f"A tag in `{key}` starts with #.", "", "tag-sign"))
    if len(tags) < len(words):
        found.append(Problem(path, line, f"A tag is listed twice in `{key}`.", "", "tag-twice"))
    if is_text:
        message = f"`{key}` is text, not a list of tags."
        found.append(Problem(path, line, message, "", "tag-text"))
    if len(tags) == len(words) and not is_text:
        for old, new in zip(words, tags, strict=True):
            data = field_edit.replace_item(data, key, old, new)
        return found, data
    return found, field_edit.set_field(data, key, [*tags])
