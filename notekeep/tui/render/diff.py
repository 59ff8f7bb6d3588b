"""A plan of an export as lines: what it would do, what a person should know, and the diff."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from notekeep.export.manifest import NAME as MANIFEST
from notekeep.markdown.clean import clean, clean_line
from notekeep.tui.render.patch import patch_rows
from notekeep.tui.render.pieces import Line, Piece, pad, wrap
from notekeep.tui.render.stripped import removed_lines, rewritten_lines
from notekeep.tui.render.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notekeep.errors import Refused
    from notekeep.export.plan import Exported, FileChange, Plan
    from notekeep.tui.render.glyphs import Glyphs

LONGEST_DIFF = 4000
"""Lines of a diff that are shown; what is longer is read in an editor."""

STATUS_WIDTH = 11

_AFTERWARDS = (
    ("o", "opens the post in your editor"),
    ("c", "builds the site and reads it back"),
    ("v", "shows it as the generator's preview"),
    ("u", "takes it back"),
)
"""Keys of what is done next with what was written."""

_BY_HAND = ("s", "says what becomes of what was changed by hand")
"""The key for files that an export leaves alone."""

_STATUS_ROLES = {
    "new": "added",
    "changed": "accent",
    "unchanged": "faint",
    "conflict": "warn",
    "orphan": "warn",
    "removed": "removed",
}


def home_path(path: str) -> str:
    """Return a folder as a person writes it, with ~ for their home."""
    home = os.path.expanduser("~")
    return f"~{path[len(home) :]}" if path == home or path.startswith(home + os.sep) else path


def plan_lines(plan: Plan, width: int, glyphs: Glyphs) -> list[Line]:
    """Return a plan as lines: where it goes, its files, what is refused, the diff of each."""
    titles = ", ".join(clean_line(planned.post.title) for planned in plan.posts)
    lines = [
        *(wrap([Piece(titles, "title")], width) if titles else []),
        *_heading(plan.target_name, plan.site, width),
        _counts(plan),
        [Piece(glyphs.rule * width, "rule")],
    ]
    for note, refusal in plan.refused.items():
        lines += _refusal(note, refusal, width, glyphs)
    for warning in plan.warnings:
        lines += _told(warning, "warn", width, glyphs)
    for file in sorted(plan.files, key=lambda file: file.path == MANIFEST):
        lines += _file(file, width)
    if plan.conflicts:
        lines.append(_key_line(_BY_HAND))
    lines += removed_lines(plan, width, glyphs)
    # The manifest is for notekeep: what it says follows from the other files.
    for file in plan.files:
        if file.status not in {"unchanged", "orphan"} and file.path != MANIFEST:
            lines += _diff(file, width, glyphs)
    return [*lines, *rewritten_lines(plan, width, glyphs)]


def exported_lines(done: Exported, width: int, glyphs: Glyphs) -> list[Line]:
    """Return what an export did as lines, each file from the site's folder on."""
    lines = [*_heading("Written", done.site, width), [Piece(glyphs.rule * width, "rule")]]
    for path in sorted(done.written, key=lambda path: path == MANIFEST):
        role = "faint" if path == MANIFEST else ""
        lines += wrap([Piece("+ ", "added"), Piece(clean_line(path), role)], width)
    for path in done.removed:
        lines += wrap([Piece("- ", "removed"), Piece(clean_line(path))], width)
    for path in done.conflicts:
        lines += _told(f"{path} was changed by hand and is left alone.", "warn", width, glyphs)
    for note, refusal in done.refused.items():
        lines += _refusal(note, refusal, width, glyphs)
    for warning in done.warnings:
        lines += _told(warning, "warn", width, glyphs)
    if done.conflicts:
        lines += [[], _key_line(_BY_HAND)]
    if not (done.written or done.removed):
        if not done.conflicts:
            lines.append([Piece("Everything was there already.", "muted")])
        return lines
    if not done.conflicts:
        lines.append([])
    return [*lines, *map(_key_line, _AFTERWARDS)]


def _key_line(named: tuple[str, str]) -> Line:
    key, about = named
    return [Piece(key, "key"), Piece(f"  {about}", "muted")]


def _heading(name: str, site: str, width: int) -> list[Line]:
    where = Piece(f" · {clean_line(home_path(site))}", "muted")
    line = [Piece(clean_line(name), "bright"), where]
    return wrap(line, width)


def _counts(plan: Plan) -> Line:
    line: Line = []
    for status, count in plan.counts().items():
        line.extend([Piece("  ")] if line else [])
        line.append(Piece(f"{count} {status}", _STATUS_ROLES[status]))
    return line or [Piece("Nothing to write.", "muted")]


def _refusal(note: str, refusal: Refused, width: int, glyphs: Glyphs) -> list[Line]:
    place = f"{note}, line {refusal.line}" if refusal.line else note
    why = refusal.message.removeprefix(f"{note}: ")
    return _told(f"{place}: {why}; {refusal.hint}".removesuffix("; "), "bad", width, glyphs)


def _told(text: str, role: str, width: int, glyphs: Glyphs) -> list[Line]:
    return wrap([Piece(f"{glyphs.warning} {clean_line(text).strip()}", role)], width)


def _file(file: FileChange, width: int) -> list[Line]:
    about: Line = [Piece(clean_line(file.path))]
    if file.why:
        about.append(Piece(f" · {clean_line(file.why)}", "faint"))
    if file.path == MANIFEST:
        about = [Piece(clean_line(file.path), "faint")]
    status = pad([Piece(file.status, _STATUS_ROLES[file.status])], STATUS_WIDTH)
    blank = Piece(" " * STATUS_WIDTH)
    rows = wrap(about, width - STATUS_WIDTH)
    return [[*status, *rows[0]], *([blank, *row] for row in rows[1:])]


def _diff(file: FileChange, width: int, glyphs: Glyphs) -> Iterator[Line]:
    yield []
    yield [Piece(clean_line(file.path), "title")]
    if not file.is_text:
        size = len(file.after or b"")
        yield [Piece(f"{plural(size, 'byte')}, not text", "faint")]
        return
    # The two lines that name the file say nothing that the heading does not.
    shown = [line for line in clean(file.diff()).split("\n")[2:] if line]
    yield from patch_rows(shown[:LONGEST_DIFF], width)
    if len(shown) > LONGEST_DIFF:
        yield [Piece(f"{glyphs.ellipsis} {len(shown) - LONGEST_DIFF} more lines", "faint")]
