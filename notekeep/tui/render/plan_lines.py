"""Plans and results of commands and exports as lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from notekeep.export.manifest import MANIFEST_NAME as MANIFEST
from notekeep.export.post_identity import SlugClash
from notekeep.export.source_map import TEASER_END_REASON, SourceChange
from notekeep.markdown.sanitize import clean, clean_line
from notekeep.tui.render.formatting import plural, shorten_home
from notekeep.tui.render.list_rows import STATE_SIGNS
from notekeep.tui.render.note_rows import band_lines
from notekeep.tui.render.styled_text import (
    Piece,
    StyledLine,
    fit_line,
    line_width,
    section_line,
    spread_line,
    wrap_line,
)
from notekeep.tui.render.text_diff import (
    changes_lines,
    compare,
    side_by_side,
    unified,
    wrap_patch,
)

if TYPE_CHECKING:
    from notekeep.errors import NotekeepError
    from notekeep.export.check.site_check import CheckReport
    from notekeep.export.plan import ExportPlan, ExportResult, SiteChange
    from notekeep.notes.plan import NoteChange, WritePlan
    from notekeep.tui.render.glyphs import Glyphs


def report_lines(report: CheckReport, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return the results of the checks of posts."""
    failed = report.failed
    passed = len(report.results) - len(failed)
    counts = f"{plural(passed, 'check')} passed, {len(failed)} failed"
    notice = "Built in a temporary folder." if report.built else ""
    lines: list[StyledLine] = [
        [Piece("Site built and checked" if report.built else "Site not built", "title")],
        [Piece(counts if report.built else "Nothing was checked", "good" if report.ok else "bad")],
        *_muted(_with_key(report.notice) or notice, width),
        [Piece(glyphs.rule * width, "rule")],
    ]
    for text in report.message.splitlines():
        lines += _muted(text, width)
    for result in failed:
        about = f"{result.post}: {result.name}: {result.problem}"
        lines += _remark(about, "bad", width, glyphs)
    names = dict.fromkeys(result.name for result in report.results if not result.problem)
    return lines + _muted(f"Passed: {', '.join(names)}." if names else "", width)


def patch_lines(plan: WritePlan, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return the changes that edits on a site would make to notes, as a diff."""
    lines: list[StyledLine] = [
        *band_lines([[Piece(" Changes to the note", "title")]], width, glyphs),
        [Piece("w", "key"), Piece(" write  ", "muted"), Piece("u", "key"), Piece(" undo", "muted")],
        [],
    ]
    for remark in [*plan.remarks, *(f"{p.place}: {p.message}" for p in plan.refused)]:
        lines += _remark(remark, "warn", width, glyphs)
    return lines + changes_lines(plan.changes, width, glyphs)


def export_hint(error: NotekeepError) -> str:
    """Return the hint of an error, reworded for the app if it is about the command line."""
    if isinstance(error, SlugClash):
        return error.advise(" (ctrl+p)")
    return "Press f to choose the folder of your site." if "--site" in error.hint else error.hint


SPLIT_WIDTH = 120  # from this width, the versions of a post are shown side by side

_NEXT_KEYS = (
    ("o", "open the post in your editor"),
    ("c", "build the site and check the pages"),
    ("v", "preview the site"),
    ("u", "undo"),
)
"""Keys for the next steps after an export."""

_SITE_EDITS_HINT = ("s", "decides what to do with edits made on the site")

_NOT_A_POST = "This note is a habit, not a post."


def _with_key(notice: str) -> str:
    """Return a notice about drafts, with the key that changes the setting."""
    return f"{notice} D changes it." if notice else ""


def plan_lines(plan: ExportPlan, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return an export plan as lines: the site, refused notes, the files, and their diffs."""
    titles = ", ".join(clean_line(planned.post.title) for planned in plan.posts)
    counts, room = _counts(plan), width - 2
    title = wrap_line([Piece(titles, "title")], room) if titles else []
    if len(title) == 1 and line_width([*title[0], *counts]) + 2 <= room:
        head = [spread_line(title[0], counts, room)]
    else:
        head = [*title, counts]
    head += _heading(plan.target_name, plan.site, room)
    head += _muted(_with_key(plan.draft_notice), room)
    if [planned.draft.note.kind for planned in plan.posts] == ["habit"]:
        head += _muted(_NOT_A_POST, room)
    lines = [*band_lines([[Piece(" "), *row] for row in head], width, glyphs), []]
    lines += _problems(plan, width, glyphs)
    for file in sorted(plan.files, key=lambda file: file.path == MANIFEST):
        lines += _file(file, width)
    if plan.conflicts:
        lines.append(_key_line(_SITE_EDITS_HINT))
    removed: list[SourceChange] = []
    rewritten: list[SourceChange] = []
    if len(plan.posts) == 1:
        post = plan.posts[0]
        removed = [each for each in post.draft.changes if each.reason != TEASER_END_REASON]
        rewritten = [each for each in post.changes if each not in removed]
    lines += _edits("Removed", removed, width, glyphs)
    # The content of the manifest is implied by the other files.
    for file in plan.files:
        if file.status not in {"unchanged", "orphan"} and file.path != MANIFEST and file.is_text:
            lines += _diff(file, width, glyphs)
    return lines + _edits(f"Rewritten for {plan.target_name}", rewritten, width, glyphs)


def _muted(text: str, width: int) -> list[StyledLine]:
    return wrap_line([Piece(clean_line(text), "muted")], width) if text else []


_MAX_PLACES = 6  # line numbers to list for one reason; the rest is counted


def _edits(title: str, changes: list[SourceChange], width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return each reason for a change once, with the changed lines of the note."""
    if not changes:
        return []
    places: dict[str, list[int]] = {}
    for change in changes:
        places.setdefault(change.reason, []).append(change.line)
    lines: list[StyledLine] = [[], [Piece(clean_line(title), "section")]]
    for reason, found in places.items():
        numbers = sorted(set(found))
        shown = ", ".join(map(str, numbers[:_MAX_PLACES]))
        more = f" {glyphs.ellipsis} {len(numbers)} in all" if len(numbers) > _MAX_PLACES else ""
        where = Piece(f" · line {shown}{more}", "faint")
        lines += wrap_line([Piece("  "), Piece(clean_line(reason)), where], width)
    return lines


def exported_lines(
    done: ExportResult, width: int, glyphs: Glyphs, new: Collection[str]
) -> list[StyledLine]:
    """Return the result of an export as lines; written files that are not `new` were changed."""
    lines = _heading("Written", done.site, width)
    if done.written:
        lines += _muted(_with_key(done.draft_notice), width)
    lines.append([Piece(glyphs.rule * width, "rule")])
    for path in sorted(done.written, key=lambda path: path == MANIFEST):
        about = " · records what was written; commit it with the site" if path == MANIFEST else ""
        name = Piece(f"{clean_line(path)}{about}", "muted" if about else "")
        sign = STATE_SIGNS["new" if path in new else "changed"]
        lines += wrap_line([sign, name], width)
    for path in done.removed:
        lines += wrap_line([STATE_SIGNS["removed"], Piece(clean_line(path))], width)
    for path in done.conflicts:
        lines += _remark(f"{path} was edited on the site and is unchanged.", "warn", width, glyphs)
    lines += _problems(done, width, glyphs)
    keys = [_SITE_EDITS_HINT] if done.conflicts else []
    if done.written or done.removed:
        keys += _NEXT_KEYS
    elif not keys:
        return [*lines, [Piece("Everything is up to date.", "muted")]]
    return [*lines, [], *map(_key_line, keys)]


def _key_line(hint: tuple[str, str]) -> StyledLine:
    return [Piece(hint[0], "key"), Piece(f"  {hint[1]}", "muted")]


def _heading(name: str, site: str, width: int) -> list[StyledLine]:
    where = Piece(f" · {clean_line(shorten_home(site))}", "muted")
    return wrap_line([Piece(clean_line(name), "bright"), where], width)


def _counts(plan: ExportPlan) -> StyledLine:
    line: StyledLine = []
    for status, count in plan.counts().items():
        line.extend([Piece("  ")] if line else [])
        line.append(Piece(f"{count} {status}", STATE_SIGNS[status].role))
    return line or [Piece("Nothing to write.", "muted")]


def _problems(
    export: ExportPlan | ExportResult, width: int, glyphs: Glyphs
) -> Iterator[StyledLine]:
    for note, refusal in export.refused.items():
        place = f"{note}, line {refusal.line}" if refusal.line else note
        why = refusal.message.removeprefix(f"{note}: ")
        yield from _remark(f"{place}: {why} {export_hint(refusal)}", "bad", width, glyphs)
    for warning in export.warnings:
        yield from _remark(warning, "warn", width, glyphs)


def _remark(text: str, role: str, width: int, glyphs: Glyphs) -> list[StyledLine]:
    rows = wrap_line([Piece(clean_line(text).strip())], width - 2)
    return [[Piece(f"{glyphs.warning} ", role), *rows[0]], *([Piece("  "), *r] for r in rows[1:])]


def _file(file: SiteChange, width: int) -> list[StyledLine]:
    about = [Piece(clean_line(file.path), "faint" if file.path == MANIFEST else "")]
    if file.why and file.path != MANIFEST:
        about.append(Piece(f" · {clean_line(file.why)}", "faint"))
    if not file.is_text and file.after:
        about.append(Piece(f" · {plural(len(file.after), 'byte')}", "muted"))
    rows = wrap_line(about, width - 2)
    return [[STATE_SIGNS[file.status], *rows[0]], *([Piece("  "), *row] for row in rows[1:])]


def _diff(file: SiteChange, width: int, glyphs: Glyphs) -> Iterator[StyledLine]:
    yield []
    yield section_line(clean_line(file.path), "", width, glyphs)
    if file.status == "conflict" and file.base is not None:
        # The changes on the site and in the note since the last export.
        yield from wrap_patch(clean(file.diff()).split("\n")[2:], width)
        return
    has_both = file.status == "changed" and file.before and file.after
    draw = side_by_side if has_both and width >= SPLIT_WIDTH else unified
    yield from draw(compare(file.before or b"", file.after or b""), width, glyphs)


MAX_FILES = 500  # notes to list; the rest is counted
MAX_FILE_LINES = 12  # changed lines to show for each note


def notes_plan_lines(plan: WritePlan, width: int, glyphs: Glyphs) -> list[StyledLine]:
    """Return a plan for notes as lines, refused notes first."""
    lines: list[StyledLine] = []
    for problem in plan.refused:
        lines += _remark(f"{problem.place}: {problem.message}", "warn", width, glyphs)
        if problem.hint:
            lines += wrap_line([Piece(f"  {clean_line(problem.hint)}", "muted")], width)
    for remark in plan.new_fields:
        lines += _remark(remark, "warn", width, glyphs)
    others = [remark for remark in plan.remarks if remark not in plan.new_fields]
    for remark in others[:MAX_FILE_LINES]:
        lines += wrap_line([Piece(clean_line(remark), "muted")], width)
    if lines and plan.changes:
        lines.append([])
    for change in plan.changes[:MAX_FILES]:
        lines += _change(change, width, glyphs)
    if (more := len(plan.changes) - MAX_FILES) > 0:
        lines.append([Piece(f"{glyphs.ellipsis} and {plural(more, 'more')}")])
    return lines


def summarize_plan(plan: WritePlan, paths: Sequence[str]) -> str:
    """Return a plan in one sentence."""
    touched = {change.path for change in plan.changes}
    touched.update(problem.path for problem in plan.refused)
    same = sum(path not in touched for path in paths)
    parts = [f"{plural(len(plan.changes), 'file')} would change" if plan.changes else "No change"]
    if left := len(plan.refused):
        parts.append(f"{left} refused")
    if same:
        parts.append(f"{same} unchanged")
    return ", ".join(parts)


def _change(change: NoteChange, width: int, glyphs: Glyphs) -> Iterator[StyledLine]:
    where = ".trash" if change.after is None else change.target
    line = [Piece(clean_line(change.path), "bright")]
    if where:
        line.append(Piece(f" {glyphs.arrow} {clean_line(where)}", "accent"))
    yield from wrap_line(line, width)
    changed: StyledLine = []
    if change.after:
        for pair in compare(change.before or b"", change.after, context=0).pairs:
            if pair.before is not None and not pair.same:
                changed.append(Piece(f"  - {pair.before.text}", "removed-line"))
            if pair.after is not None and not pair.same:
                changed.append(Piece(f"  + {pair.after.text}", "added-line"))
    for piece in changed[:MAX_FILE_LINES]:
        line = fit_line([piece], width, glyphs.ellipsis)
        yield [
            *line,
            Piece(" " * (width - line_width(line)), piece.role),
        ]  # extend the tint to the edge
    if len(changed) > MAX_FILE_LINES:
        yield [Piece(f"  {glyphs.ellipsis} {len(changed) - MAX_FILE_LINES} more lines", "faint")]
