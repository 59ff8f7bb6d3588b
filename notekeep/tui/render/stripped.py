"""What an export does to a note before anybody else reads it: what is taken out and rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.export.comments import TEASER_ENDS
from notekeep.markdown.clean import clean_line
from notekeep.tui.render.patch import patch_rows
from notekeep.tui.render.pieces import Line, Piece, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notekeep.errors import NotekeepError
    from notekeep.export.check import Report
    from notekeep.export.passage import Change
    from notekeep.export.plan import Plan
    from notekeep.tui.render.glyphs import Glyphs
    from notekeep.writing.plan import WritePlan

_PLACES = 6
"""Lines that are named of one kind of edit; of more their number is."""


def removed_lines(plan: Plan, width: int, glyphs: Glyphs) -> list[Line]:
    """Return what of a note stays in the vault, with reasons and lines."""
    if len(plan.posts) != 1:
        return []
    removed = [change for change in plan.posts[0].draft.changes if change.reason != TEASER_ENDS]
    return _section("Taken out", removed, width, glyphs)


def rewritten_lines(plan: Plan, width: int, glyphs: Glyphs) -> list[Line]:
    """Return what of a note is written in another way for its target, with reasons and lines."""
    if len(plan.posts) != 1:
        return []
    post = plan.posts[0]
    removed = [change for change in post.draft.changes if change.reason != TEASER_ENDS]
    rewritten = [change for change in post.changes if change not in removed]
    return _section(f"Rewritten for {plan.target_name}", rewritten, width, glyphs)


def _section(title: str, changes: list[Change], width: int, glyphs: Glyphs) -> list[Line]:
    if not changes:
        return []
    return [[], [Piece(clean_line(title), "section")], *_by_reason(changes, width, glyphs)]


def _by_reason(changes: Iterable[Change], width: int, glyphs: Glyphs) -> list[Line]:
    """Return each reason once, with the lines of the note that it is about."""
    places: dict[str, list[int]] = {}
    for change in changes:
        places.setdefault(change.reason, []).append(change.line)
    lines: list[Line] = []
    for reason, found in places.items():
        numbers = sorted(set(found))
        shown = ", ".join(map(str, numbers[:_PLACES]))
        more = f" {glyphs.ellipsis} {len(numbers)} in all" if len(numbers) > _PLACES else ""
        where = Piece(f" · line {shown}{more}", "faint")
        lines += wrap([Piece("  "), Piece(clean_line(reason)), where], width)
    return lines


def report_lines(report: Report, width: int, glyphs: Glyphs) -> list[Line]:
    """Return what a check of posts found."""
    failed = report.failed
    passed = sum(result.state == "passed" for result in report.results)
    how = "Built by its generator and read back" if report.built else "Looked over, not built"
    role = "good" if report.ok else "bad"
    lines: list[Line] = [
        [Piece(how, "title")],
        [Piece(f"{passed} checks passed, {len(failed)} failed", role)],
        [Piece(glyphs.rule * width, "rule")],
    ]
    for said in report.said.splitlines():
        lines += wrap([Piece(clean_line(said), "muted")], width)
    for result in failed:
        about = f"{result.post}: {result.name}: {result.detail}".removesuffix(": ")
        lines += wrap([Piece(f"{glyphs.warning} {clean_line(about)}", "bad")], width)
    return lines


def patch_lines(plan: WritePlan, width: int, glyphs: Glyphs) -> list[Line]:
    """Return what would come back into notes, as a diff."""
    lines: list[Line] = [
        [Piece("Back into the note", "title")],
        [Piece("w writes it, u takes it back", "muted")],
        [Piece(glyphs.rule * width, "rule")],
    ]
    for remark in [*plan.remarks, *(f"{p.place}: {p.message}" for p in plan.refused)]:
        lines += wrap([Piece(f"{glyphs.warning} {clean_line(remark)}", "warn")], width)
    lines += patch_rows((clean_line(line.expandtabs(4)) for line in plan.diff()), width)
    return lines


def error_lines(error: NotekeepError, width: int) -> list[Line]:
    """Return why there is no plan, where that lies, and what a person can do."""
    line = getattr(error, "line", None)
    where = f", line {line}" if line and f"line {line}" not in error.message else ""
    lines = wrap([Piece(clean_line(error.message) + where, "warn")], width)
    return [*lines, *(wrap([Piece(clean_line(error.hint), "muted")], width) if error.hint else ())]
