"""Rename, move, delete; links follow."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from notekeep.errors import NotFound, Problem, Refused, UsageError
from notekeep.markdown.links import DEFAULT_LINK_STYLE, Resolver, fold_name, note_stem
from notekeep.markdown.sanitize import clean_line
from notekeep.markdown.schema import role
from notekeep.markdown.text_edit import edit_body, require_utf8
from notekeep.notes.plan import NoteChange, WritePlan
from notekeep.storage.file_names import free_path, name_key, portability_problem, safe_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from notekeep.catalog.catalog import Catalog
    from notekeep.catalog.records import Row
    from notekeep.markdown.field_values import Value
    from notekeep.markdown.links import LinkStyle
    from notekeep.markdown.note import Note
    from notekeep.markdown.outline import Link
    from notekeep.notes.workspace import Workspace
    from notekeep.storage.attachments import AttachmentFinder


# Moving a note to another name or folder, with every link to it following.
#
# Links are edited one by one, in bodies and in front matter, and keep their text, their heading
# and the way they are written.


_WIKI = re.compile(r"\[\[([^\[\]|#^]+)([^\[\]]*)\]\]")


def plan_rename(workspace: Workspace, row: Row, title: str) -> WritePlan:
    """Plan another title: in the front matter or the first heading, as the file's name, in links.

    Raises:
        UsageError: The title is empty.
        Refused: The title gives no name that a file can have, the name is taken, or the title
            stands in text that is not UTF-8.
    """
    from notekeep.storage.file_names import safe_name

    if not title.strip():
        raise UsageError("a note needs a title", "`notekeep rename NOTE TITLE`")
    require_utf8(title, "the title")
    folder, _, _ = row.path.rpartition("/")
    name = f"{safe_name(title)}.md"
    target = f"{folder}/{name}" if folder else name
    plan = _move(workspace, "rename", row, target)
    moved = plan.changes[0]
    after = _retitled(workspace, moved.path, moved.after or b"", row.title, title)
    plan.changes[0] = moved._replace(after=after)
    plan.label = f"{row.title} -> {title}"
    return plan


def plan_move(workspace: Workspace, row: Row, folder: str) -> WritePlan:
    """Plan another folder for a note; none where it is there already.

    Raises:
        Refused: The folder is outside the vault, is none, or has a note of that name.
    """
    folder = _folder(workspace, folder)
    name = row.path.rpartition("/")[2]
    target = f"{folder}/{name}" if folder else name
    plan = WritePlan("mv", row.path) if target == row.path else _move(workspace, "mv", row, target)
    plan.label = f"{row.path} -> {folder or '.'}"
    return plan


def plan_moves(workspace: Workspace, paths: Iterable[str], folder: str) -> WritePlan:
    """Plan another folder for several notes, as one step; one that cannot move is left out.

    Raises:
        Refused: The folder is outside the vault, or is none.
    """
    folder = _folder(workspace, folder)
    found = workspace.catalog.rows_of(paths)
    rows = [found[path] for path in sorted(found)]
    plan = WritePlan("mv", f"{len(rows)} notes -> {folder or '.'}")
    moves: dict[str, str] = {}
    taken: set[str] = set()
    for row in rows:
        name = row.path.rpartition("/")[2]
        target = f"{folder}/{name}" if folder else name
        if target == row.path:
            continue
        try:
            _need_place(workspace, row.path, target, taken)
        except Refused as error:
            plan.refuse(row.path, error)
            continue
        taken.add(fold_name(target))
        moves[row.path] = target
    while not _follow_all(workspace, plan, moves):
        pass
    return plan


def _folder(workspace: Workspace, folder: str) -> str:
    """The vault path of the folder that was named; one that is not there yet will be made."""
    from notekeep.storage.file_names import match_spelling, resolve_path, split_path

    path = match_spelling(workspace.root, "/".join(split_path(folder.lstrip("/"))))
    if resolve_path(workspace.root, path).is_dir():
        return path
    is_named = path.endswith(".md") or ("/" not in path and bool(workspace.catalog.named(path)))
    if is_named and not folder.endswith("/"):
        raise Refused(
            f"{folder!r} is the name of a note, not of a folder",
            "`notekeep rename NOTE TITLE` gives a note another name; "
            f"a folder of that name is meant with a / behind it: {path}/",
        )
    return path


def _need_place(workspace: Workspace, path: str, target: str, taken: set[str]) -> None:
    if fold_name(target) != fold_name(path):
        _need_free(workspace, target)
    if fold_name(target) in taken:
        raise Refused(f"two of these notes would be {target}", "rename one of them first")


def plan_delete(workspace: Workspace, paths: Sequence[str]) -> WritePlan:
    """Plan the trash for several notes, as one step."""
    count = "1 note" if len(paths) == 1 else f"{len(paths)} notes"
    plan = WritePlan("rm", paths[0] if len(paths) == 1 else count)
    for path, data in workspace.contents(plan, paths):
        plan.changes.append(NoteChange(path, data, None))
    gone = {change.path for change in plan.changes}
    links = [(link.source, path) for path in gone for link in workspace.catalog.backlinks(path)]
    linking = sorted({source for source, _ in links} - gone)
    if linking:
        many = "1 note links" if len(linking) == 1 else f"{len(linking)} notes link"
        what = "it and" if len(paths) == 1 else "what goes, and"
        named = ", ".join(linking[:3]) + (", …" if len(linking) > 3 else "")
        plan.remarks.append(f"{many} to {what} will lead nowhere: {named}")
    return plan


def _follow_all(workspace: Workspace, plan: WritePlan, moves: dict[str, str]) -> bool:
    """Plan moves, and every link that follows; False when one was taken out of them meanwhile."""
    follow = LinkUpdater(
        moves, workspace.catalog.names(), workspace.link_style, workspace.attachments()
    )
    plan.changes.clear()
    linking = follow.sources(workspace.catalog)
    refused: list[tuple[str, Refused]] = []
    paths = (*moves, *sorted(linking - moves.keys()))
    edited = set(workspace.distinct(paths))
    for path in paths:
        target = moves.get(path, "")
        if not target and path not in edited:
            continue
        try:
            data = workspace.read(path)
            after = data
            if path in edited:
                after = follow.rewrite(workspace.note(path, data), data, target or path)
        except (Refused, NotFound) as error:
            if target:
                # Nothing of what was planned with it holds any more.
                del moves[path]
                plan.refuse(path, error)
                return False
            if isinstance(error, Refused):
                refused.append((path, error))
            continue
        if target or after != data:
            plan.changes.append(NoteChange(path, data, after, target))
    for path, refusal in refused:
        plan.refuse(path, refusal)
    return True


def _move(workspace: Workspace, verb: str, row: Row, target: str) -> WritePlan:
    """Plan a note's move, itself first, then every note whose links follow."""
    plan = WritePlan(verb, row.path)
    if target != row.path and fold_name(target) != fold_name(row.path):
        _need_free(workspace, target)
    names = workspace.catalog.names()
    follow = LinkUpdater({row.path: target}, names, workspace.link_style, workspace.attachments())
    before = workspace.read(row.path)
    own = follow.rewrite(workspace.note(row.path, before), before, target)
    plan.changes.append(NoteChange(row.path, before, own, target if target != row.path else ""))
    linking = follow.sources(workspace.catalog)
    for source in workspace.distinct((row.path, *sorted(linking)))[1:]:
        data = workspace.read(source)
        try:
            after = follow.rewrite(workspace.note(source, data), data, source)
        except Refused as error:
            plan.refuse(source, error)
            continue
        if after != data:
            plan.changes.append(NoteChange(source, data, after))
    return plan


class LinkUpdater:
    """Rewrites links to notes that move, and to notes whose name they take.

    Attributes:
        moves: Their paths afterwards, by the paths before.
        resolver: Where links led before.
        stems: How many notes will have a file name.
        style: How a link is written that must name more than it did.
        files: Finds the files that links of notes that move lead to, where they lead to no note.
    """

    def __init__(
        self,
        moves: Mapping[str, str],
        names: list[tuple[str, str, list[str]]],
        style: LinkStyle = DEFAULT_LINK_STYLE,
        files: AttachmentFinder | None = None,
    ) -> None:
        self.moves = moves
        self.style = style
        self.files = files
        self.resolver = Resolver(names)
        self.stems = Counter(_stem(moves.get(path, path)) for path, _, _ in names)
        self._names = names
        self._taken = {_stem(path) for path in moves.values()}

    def sources(self, catalog: Catalog) -> set[str]:
        """Return the notes with links that may have to change."""
        linked = {*self.moves, *(row.path for stem in self._taken for row in catalog.named(stem))}
        return {link.source for path in linked for link in catalog.backlinks(path)}

    @cached_property
    def _resolver_after(self) -> Resolver:
        moves = self.moves
        return Resolver((moves.get(path, path), title, rest) for path, title, rest in self._names)

    def rewrite(self, note: Note, data: bytes, path: str) -> bytes:
        """A note's bytes for its path afterwards, its links leading to where they led before."""
        from notekeep.markdown.links import retarget

        edits = retarget(
            note.body,
            note.spans.links if note.spans else [],
            lambda link: self._paths(link, note.path, path),
            from_old=note.path,
            from_new=path,
            unique=lambda stem: self.stems[stem] == 1,
            is_relative=self.style.form == "relative",
        )
        return self._front_matter(note, edit_body(note, data, edits), path)

    def _paths(self, link: Link, source: str, path: str) -> tuple[str, str] | None:
        """Where a link led and should lead; None for one that stays as it is."""
        found = self.resolver.resolve(link.target, source)
        if not found:
            return self._file(link, source, path) if path != source else None
        moved = self.moves.get(found[0])
        if moved is not None:
            return found[0], moved
        stays = path == source and not self._is_lost(link.target, found, path)
        return None if stays else (found[0], found[0])

    def _is_lost(self, target: str, found: list[str], path: str) -> bool:
        """Whether a link to a note that stays will lead to another one, or to several."""
        if fold_name(target.rpartition("/")[2].removesuffix(".md")) not in self._taken:
            return False
        after = self._resolver_after.resolve(target, path)
        return after[:1] != found[:1] or len(after) > len(found)

    def _file(self, link: Link, source: str, path: str) -> tuple[str, str] | None:
        """Where the file is that a link led to, when it leads there no more from the new place."""
        target = link.target
        if self.files is None or "." not in target.rpartition("/")[2]:
            return None
        before, after = (self._found(target, place) for place in (source, path))
        if self.style.form == "relative" and not link.wiki and _from(source, target) == before:
            # It is one for every program, and not only for those that look for a bare name.
            after = _from(path, target)
        return (before, before) if before and before != after else None

    def _found(self, target: str, path: str) -> str | None:
        try:
            return self.files.find(target, path) if self.files is not None else None
        except Refused:
            return None

    def _front_matter(self, note: Note, data: bytes, path: str) -> bytes:
        from notekeep.markdown import field_edit, frontmatter

        for key, value in frontmatter.read_frontmatter(data).fields.items():
            moved = self._value(value, note.path, path)
            if moved != value:
                data = field_edit.set_field(data, key, moved)
        return data

    def _value(self, value: Value, source: str, path: str) -> Value:
        if isinstance(value, list):
            texts = (
                self._text(one, source, path) if isinstance(one, str) else one for one in value
            )
            return list(texts)
        return self._text(value, source, path) if isinstance(value, str) else value

    def _text(self, text: str, source: str, path: str) -> str:
        def moved(match: re.Match[str]) -> str:
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

        return _WIKI.sub(moved, text)


def _from(note: str, target: str) -> str:
    """The path in the vault that a target means from a note on."""
    return normpath(join(dirname(note), target))


def _stem(path: str) -> str:
    return fold_name(note_stem(path))


def _need_free(workspace: Workspace, target: str) -> None:
    from notekeep.storage.file_names import free_path

    if free_path(workspace.root, target) != target:
        raise Refused(f"{target} exists already", "choose another title, or move that one first")


def _retitled(workspace: Workspace, path: str, data: bytes, old: str, title: str) -> bytes:
    """The note with its title changed where it is written; a file's name needs no change inside."""
    from notekeep.markdown import field_edit
    from notekeep.markdown.sanitize import plain_text
    from notekeep.markdown.text_edit import TextEdit

    note = workspace.note(path, data)
    if "title" in note.raw:
        data = field_edit.set_field(data, "title", title)
        note = workspace.note(path, data)
    first = next((h for h in note.spans.headings if h.level == 1), None) if note.spans else None
    if first is None or plain_text(first.text) != old or "\n" in first.text:
        return data
    written = note.body[first.start : first.end].replace(first.text, title, 1)
    return edit_body(note, data, [TextEdit(first.start, first.end, written, line=first.line)])


# Names that do not travel to other systems, and the ones that notes get instead.
#
# Only a note's own file is renamed. A folder may hold pictures and files of other programs,
# whose links nobody here follows; that one does not travel is said, and a person moves it.


_FOLDER_HINT = "`notekeep mv NOTE FOLDER` moves a note out of it, and links follow"
_FILE_HINT = "give it another name"


def find_portable_names(workspace: Workspace, paths: Iterable[str]) -> dict[str, str]:
    """Give the notes whose own name does not travel a path that is free and does.

    Logs and templates keep their names, which other things refer to.
    """
    moves: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(paths):
        folder, slash, name = path.rpartition("/")
        if not portability_problem(name) or role(path, workspace.schema) != "note":
            continue
        stem = safe_name(name[: -len(".md")])
        number, target = 1, free_path(workspace.root, f"{folder}{slash}{stem}.md")
        while name_key(target) in taken:
            number += 1
            target = free_path(workspace.root, f"{folder}{slash}{stem} {number}.md")
        taken.add(name_key(target))
        moves[path] = target
    return moves


def name_problems(path: str, *, is_mended: bool) -> list[tuple[Problem, bool]]:
    """Tell which parts of a path do not travel, each with whether it is mended."""
    parts = path.split("/")
    found = []
    for depth, part in enumerate(parts, 1):
        reason = portability_problem(part)
        if reason:
            own = depth == len(parts)
            hint = "" if own and is_mended else _FILE_HINT if own else _FOLDER_HINT
            problem = Problem(path, None, f"The name '{part}' {reason}.", hint, "name")
            found.append((problem, own and is_mended))
    return found


def add_moves(workspace: Workspace, plan: WritePlan, moves: dict[str, str]) -> None:
    """Add renames to a plan, with every link to the notes, on top of what it does to them.

    A note that was called by its file's name keeps that as its title.
    """
    if not moves:
        return
    follow = LinkUpdater(moves, workspace.catalog.names())
    changes = {change.path: change for change in plan.changes}
    linking = follow.sources(workspace.catalog)
    for path in sorted(linking | moves.keys()):
        target = moves.get(path, "")
        before = changes[path].before if path in changes else workspace.read(path)
        after = changes[path].after if path in changes else before
        if before is None or after is None:
            continue
        try:
            after = follow.rewrite(workspace.note(path, after), after, target or path)
        except Refused as error:
            plan.refuse(path, error)
        if target:
            after = _titled(workspace, path, after)
        if target or after != before:
            changes[path] = NoteChange(path, before, after, target)
    plan.changes[:] = [changes[path] for path in sorted(changes)]


def _titled(workspace: Workspace, path: str, data: bytes) -> bytes:
    """A note with its file's name as its title, where that is what it is called by."""
    from notekeep.markdown import field_edit

    note = workspace.note(path, data)
    stem = note_stem(path)
    if note.problem is not None or note.title != stem or clean_line(stem) != stem:
        return data
    try:
        after = field_edit.set_field(data, "title", stem)
    except Refused:
        return data
    return after if workspace.note(path, after).title == stem else data
