"""Rename, move and delete notes, and update links to them.

Links in bodies and front matter are edited individually: they keep their text, heading and syntax.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from posixpath import basename, dirname, join, normpath

from notekeep.catalog.records import Row
from notekeep.errors import NotekeepError, NotFound, Problem, Refused, UsageError
from notekeep.markdown.fields import field_edit, frontmatter
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.fields.schema import role
from notekeep.markdown.links import retarget
from notekeep.markdown.note import Note
from notekeep.markdown.note_names import FIELD_LINK, Resolver, fold_name, note_stem
from notekeep.markdown.outline import Link
from notekeep.markdown.sanitize import clean_line, plain_text
from notekeep.markdown.text_edit import TextEdit, edit_body, find_heading_text, require_utf8
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.notes.workspace import Workspace
from notekeep.storage.attachments import AttachmentFinder
from notekeep.storage.file_names import (
    free_path,
    match_spelling,
    portability_problem,
    resolve_path,
    safe_name,
    split_path,
)
from notekeep.storage.filesystem import explain_errors


def plan_rename(workspace: Workspace, row: Row, title: str) -> WritePlan:
    """Plan to rename a note: change its title, its file name, and the links to it."""
    if not title.strip():
        raise UsageError("A note needs a title.", "Use `notekeep rename NOTE TITLE`.")
    require_utf8(title, "the title")
    target = join(dirname(row.path), f"{safe_name(title)}.md")
    plan = WritePlan("rename", f"{row.title} -> {title}", whole=True)
    _check_free(workspace, row.path, target, set())
    if failed := _plan_with_links(workspace, plan, {row.path: target}):
        raise failed[1]
    moved = plan.changes[0]
    after = _set_title(workspace, moved.path, moved.after or b"", title)
    plan.changes[0] = moved._replace(after=after)
    return plan


def plan_moves(workspace: Workspace, paths: Iterable[str], folder: str) -> WritePlan:
    """Plan to move notes to a folder; refuse notes that cannot be moved."""
    folder = _find_folder(workspace, folder)
    found = sorted(workspace.catalog.rows_of(paths))
    label = found[0] if len(found) == 1 else f"{len(found)} notes"
    plan = WritePlan("mv", f"{label} -> {folder or '.'}", whole=True)
    moves: dict[str, str] = {}
    targets: set[str] = set()
    for path in found:
        target = join(folder, basename(path))
        if target == path:
            continue
        try:
            _check_free(workspace, path, target, targets)
        except Refused as error:
            if len(found) == 1:
                raise
            plan.refuse(path, error)
            continue
        targets.add(fold_name(target))
        moves[path] = target
    while failed := _plan_with_links(workspace, plan, moves):
        if len(found) == 1:
            raise failed[1]
        del moves[failed[0]]
        plan.refuse(*failed)
    return plan


def plan_links(workspace: Workspace, moves: Mapping[str, str]) -> WritePlan:
    """Plan to move notes to new paths, and update links; raise if one cannot be moved."""
    plan = WritePlan("mv", ", ".join(f"{old} -> {new}" for old, new in moves.items()), whole=True)
    if failed := _plan_with_links(workspace, plan, moves):
        raise failed[1]
    return plan


def _find_folder(workspace: Workspace, folder: str) -> str:
    path = match_spelling(workspace.root, "/".join(split_path(folder.lstrip("/"))))
    if os.path.isdir(resolve_path(workspace.root, path)):
        return path
    is_named = path.endswith(".md") or ("/" not in path and bool(workspace.catalog.named(path)))
    if is_named and not folder.endswith("/"):
        raise Refused(
            f"{folder!r} is a note, not a folder.",
            "Rename a note with `notekeep rename NOTE TITLE`, "
            f"or write `{path}/` for a new folder.",
        )
    return path


def plan_delete(workspace: Workspace, paths: Sequence[str]) -> WritePlan:
    """Plan to move notes to the trash."""
    count = "1 note" if len(paths) == 1 else f"{len(paths)} notes"
    plan = WritePlan("rm", paths[0] if len(paths) == 1 else count)
    for path in dict.fromkeys(paths):
        try:
            with explain_errors(path, "deleted"):
                os.stat(os.path.join(workspace.root, path))
        except NotekeepError as error:
            if len(paths) == 1:
                raise
            plan.refuse(path, error)
        else:
            plan.changes.append(NoteChange(path, b"", None))
    _name_symlinks(workspace, plan, paths)
    deleted = {change.path for change in plan.changes}
    links = [link for path in deleted for link in workspace.catalog.backlinks(path)]
    linking = sorted({link.source for link in links} - deleted)
    if linking:
        many = "1 note links" if len(linking) == 1 else f"{len(linking)} notes link"
        what = "it" if len(paths) == 1 else "them"
        named = ", ".join(linking[:3]) + (" and others" if len(linking) > 3 else "")
        plan.remarks.append(f"{many} to {what} and will have broken links: {named}.")
    return plan


def _plan_with_links(
    workspace: Workspace, plan: WritePlan, moves: Mapping[str, str]
) -> tuple[str, NotekeepError] | None:
    """Plan moves and link updates; return the first note that cannot be moved, and the error."""
    updater = LinkUpdater(workspace, moves)
    linking = (updater.sources() | workspace.open_texts.keys()) - moves.keys()
    edited = set(workspace.distinct((*moves, *sorted(linking))))
    changes: list[NoteChange] = []
    refused: list[tuple[str, Refused]] = []
    for path in (*moves, *sorted(linking & edited)):
        target = moves.get(path, path)
        is_moved = path in moves
        try:
            data = after = workspace.read(path)
        except (Refused, NotFound) as error:
            if is_moved:
                return path, error
            if isinstance(error, NotFound):
                continue
            raise  # its links would break silently
        try:
            if path in edited:
                after = updater.rewrite(workspace.note(path, data), data, target)
        except Refused as error:
            if is_moved:
                return path, error
            refused.append((path, error))
            continue
        if is_moved or after != data:
            changes.append(NoteChange(path, data, after, target if target != path else ""))
    plan.changes = changes
    for path, refusal in refused:
        plan.refuse(path, refusal)
    _name_symlinks(workspace, plan, moves)
    return None


def _name_symlinks(workspace: Workspace, plan: WritePlan, moved: Collection[str]) -> None:
    """Add a remark for each symbolic link to a moved or deleted file, which is not updated."""
    base = os.path.realpath(workspace.root)
    places = {join(base, path) for path in moved}
    for path in sorted(workspace.catalog.paths(None)):
        place = join(base, path)
        if path not in moved and os.path.islink(place) and os.path.realpath(place) in places:
            plan.remarks.append(
                f"{path} is a symbolic link to a file that moves or is deleted, so it will stop"
                " working. Create the link again afterwards, or delete it."
            )


class LinkUpdater:
    """Updates links to moved notes.

    `moves` maps old paths to new paths; `stems` counts the notes with each file name afterwards.
    """

    def __init__(self, workspace: Workspace, moves: Mapping[str, str]) -> None:
        self.catalog = workspace.catalog
        self.moves = moves
        self.style = workspace.link_style
        self.files = AttachmentFinder(workspace.root, workspace.settings.attachments)
        self._names = self.catalog.names()
        self.resolver = Resolver(self._names)
        self.stems = Counter(_stem(moves.get(path, path)) for path, _, _ in self._names)
        self._new_stems = {_stem(path) for path in moves.values()}

    def sources(self) -> set[str]:
        """Return the notes whose links may change."""
        catalog = self.catalog
        namesakes = (row.path for stem in self._new_stems for row in catalog.named(stem))
        linked = {*self.moves, *namesakes}
        return {link.source for path in linked for link in catalog.backlinks(path)}

    @cached_property
    def _resolver_after(self) -> Resolver:
        moves = self.moves
        return Resolver((moves.get(path, path), title, rest) for path, title, rest in self._names)

    def rewrite(self, note: Note, data: bytes, path: str) -> bytes:
        """Return a note with its links updated for its new path and the moves."""
        edits = retarget(
            note.body,
            note.spans.links,
            lambda link: self._link_paths(link, note.path, path),
            from_old=note.path,
            from_new=path,
            unique=lambda stem: self.stems[stem] == 1,
            is_relative=self.style.form == "relative",
        )
        data = edit_body(note, data, edits)
        for key, value in frontmatter.read_frontmatter(data).fields.items():
            moved = self._rewrite_value(value, note.path, path)
            if moved != value:
                data = field_edit.set_field(data, key, moved)
        return data

    def _link_paths(self, link: Link, source: str, path: str) -> tuple[str, str] | None:
        """Return the old and new target of a link; None if it does not change."""
        found = self.resolver.resolve(link.target, source)
        if not found:
            return self._file_paths(link, source, path) if path != source else None
        moved = self.moves.get(found[0])
        if moved is not None:
            return found[0], moved
        stays = path == source and not self._is_lost(link.target, found, path)
        return None if stays else (found[0], found[0])

    def _is_lost(self, target: str, found: list[str], path: str) -> bool:
        """Whether a link to an unmoved note would point to another note, or become ambiguous."""
        if fold_name(target.rpartition("/")[2].removesuffix(".md")) not in self._new_stems:
            return False
        after = self._resolver_after.resolve(target, path)
        return after[:1] != found[:1] or len(after) > len(found)

    def _file_paths(self, link: Link, source: str, path: str) -> tuple[str, str] | None:
        """Return the old and new target of a link to an attachment that the move would break."""
        target = link.target
        if "." not in target.rpartition("/")[2]:
            return None
        before, after = (self._find_attachment(target, place) for place in (source, path))
        relative = normpath(join(dirname(source), target))
        if self.style.form == "relative" and not link.wiki and relative == before:
            # Keep the link relative, because relative links work in all programs.
            after = normpath(join(dirname(path), target))
        return (before, before) if before and before != after else None

    def _find_attachment(self, target: str, path: str) -> str | None:
        try:
            return self.files.find(target, path)
        except Refused:  # outside the vault
            return None

    def _rewrite_value(self, value: Value, source: str, path: str) -> Value:
        def rewrite_link(match: re.Match[str]) -> str:
            target = match[1].strip()
            found = self.resolver.resolve(target, source)
            if not found:
                return match[0]
            new = self.moves.get(found[0])
            if new is None:
                if not self._is_lost(target, found, path):
                    return match[0]
                new = found[0]
            stem = note_stem(new)
            is_path = "/" in match[1] or self.stems[fold_name(stem)] > 1
            name = new.removesuffix(".md") if is_path else stem
            return f"[[{name}{match[2]}]]"

        if isinstance(value, list):
            return [
                re.sub(FIELD_LINK, rewrite_link, one) if isinstance(one, str) else one
                for one in value
            ]
        return re.sub(FIELD_LINK, rewrite_link, value) if isinstance(value, str) else value


def _stem(path: str) -> str:
    return fold_name(note_stem(path))


def _check_free(workspace: Workspace, path: str, target: str, targets: Collection[str]) -> None:
    is_same = fold_name(target) == fold_name(path)
    if not is_same and free_path(workspace.root, target) != target:
        raise Refused(f"{target} already exists.", "Choose another title, or move that note first.")
    if fold_name(target) in targets:
        raise Refused(f"Two of these notes would become {target}.", "Rename one of them first.")


def _set_title(workspace: Workspace, path: str, data: bytes, title: str) -> bytes:
    """Return a note with a new title in its front matter and first heading, where present."""
    note = workspace.note(path, data)
    old = note.title
    if "title" in note.raw:
        data = field_edit.set_field(data, "title", title)
        note = workspace.note(path, data)
    first = next((h for h in note.spans.headings if h.level == 1), None)
    span = find_heading_text(note.body, first) if first and plain_text(first.text) == old else None
    return edit_body(note, data, [TextEdit(*span, title)] if span else [])


# Names that are not portable. Only notes are renamed: a folder may contain files that other
# programs link to, and notekeep cannot update those links.

_FOLDER_HINT = "`notekeep mv NOTE FOLDER` moves a note to another folder and updates links to it."
_FILE_HINT = "Rename the file."


def find_portable_names(workspace: Workspace, paths: Iterable[str]) -> dict[str, str]:
    """Return a portable path for each note that needs one; skip logs and templates."""
    moves: dict[str, str] = {}
    for path in sorted(paths):
        folder, slash, name = path.rpartition("/")
        if not portability_problem(name) or role(path, workspace.schema) != "note":
            continue
        stem = safe_name(name[: -len(".md")])
        moves[path] = free_path(workspace.root, f"{folder}{slash}{stem}.md", moves.values())
    return moves


def find_name_problems(path: str, *, is_fixed: bool) -> list[tuple[Problem, bool]]:
    """Return the parts of a path that are not portable, and whether each is fixed."""
    parts = path.split("/")
    found = []
    for depth, part in enumerate(parts, 1):
        reason = portability_problem(part)
        if reason:
            own = depth == len(parts)
            hint = "" if own and is_fixed else _FILE_HINT if own else _FOLDER_HINT
            problem = Problem(path, None, f"The name '{part}' {reason}.", hint, "name")
            found.append((problem, own and is_fixed))
    return found


def add_moves(workspace: Workspace, plan: WritePlan, moves: dict[str, str]) -> None:
    """Add renames and link updates to a plan; a title that came from the file name is kept."""
    if not moves:
        return
    plan.whole = True  # a move without its link updates would break links
    updater = LinkUpdater(workspace, moves)
    changes = {change.path: change for change in plan.changes}
    for path in sorted(updater.sources() | moves.keys()):
        target = moves.get(path, "")
        before = changes[path].before if path in changes else workspace.read(path)
        after = changes[path].after if path in changes else before
        if before is None or after is None:
            continue
        try:
            after = updater.rewrite(workspace.note(path, after), after, target or path)
        except Refused as error:
            plan.refuse(path, error)
        if target:
            after = _keep_title(workspace, path, after)
        if target or after != before:
            changes[path] = NoteChange(path, before, after, target)
    plan.changes[:] = [changes[path] for path in sorted(changes)]


def _keep_title(workspace: Workspace, path: str, data: bytes) -> bytes:
    """Return a note with an explicit title if its title came from the file name."""
    note = workspace.note(path, data)
    stem = note_stem(path)
    if note.problem is not None or note.title != stem or clean_line(stem) != stem:
        return data
    try:
        after = field_edit.set_field(data, "title", stem)
    except Refused:  # the new file name becomes the title
        return data
    return after if workspace.note(path, after).title == stem else data
