"""Fix misspelled links, and link unlinked mentions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from posixpath import normpath
from typing import NamedTuple

from notekeep.catalog.name_lookup import Mention
from notekeep.catalog.records import Row
from notekeep.errors import Problem, Refused
from notekeep.markdown.fields.frontmatter_block import split_frontmatter
from notekeep.markdown.links import NOT_IN_WIKI_LINK, retarget
from notekeep.markdown.note import Note
from notekeep.markdown.note_names import fold_name, note_stem
from notekeep.markdown.outline import Link
from notekeep.markdown.text_edit import (
    LineEdit,
    TextEdit,
    edit_body,
    edit_lines,
    edits_by_line,
)
from notekeep.notes.plan import WritePlan
from notekeep.notes.workspace import Workspace, check_editable
from notekeep.search.vocabulary import near_words

MIN_LENGTH = 5
"""The minimum length of a name. Shorter names are too similar to each other."""

_DIGITS = re.compile(r"\d+")


class Near(NamedTuple):
    """A note with a similar name."""

    path: str
    name: str  # spelled correctly


class NearNames:
    """The names of all notes, for finding the right spelling of a misspelled name."""

    def __init__(self, notes: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        self._names: dict[str, set[Near]] = {}
        self._paths: dict[str, set[Near]] = {}
        self.stems: Counter[str] = Counter()  # file names, folded and without `.md`
        for path, title, aliases in notes:
            place = path.removesuffix(".md")
            stem = place.rpartition("/")[2]
            self._paths.setdefault(fold_name(place), set()).add(Near(path, place))
            self.stems[fold_name(stem)] += 1
            for name in (stem, title, *aliases):
                self._names.setdefault(fold_name(name), set()).add(Near(path, name))

    def find(self, target: str, folder: str = "") -> Near | None:
        """Return the note with a similar name, or None unless there is exactly one."""
        key = fold_name(resolve_target(target, folder).removesuffix(".md"))
        if len(key) < MIN_LENGTH:
            return None
        names = self._paths if "/" in key else self._names
        # Allow one typo for every five letters, and at most two. Numbers must be equal, so that no
        # chapter, version or day is confused with another. The first letter must also be equal: it
        # is rarely wrong, and distinguishes "internal" from "external".
        most = min(2, len(key) // MIN_LENGTH)
        numbers = _DIGITS.findall(key)
        found = {
            (edits, one.name, one)
            for name, edits in near_words(key, names.keys(), most).items()
            if name[:1] == key[:1] and _DIGITS.findall(name) == numbers
            for one in names[name]
        }
        return min(found)[2] if len({one.path for _, _, one in found}) == 1 else None


def repair_links(
    note: Note, data: bytes, broken: Collection[tuple[int, str]], near: NearNames
) -> tuple[list[Problem], bytes]:
    """Return the misspelled links among the broken ones (line, target), and the fixed note."""
    links = note.spans.links if broken else []
    found: list[Problem] = []
    edits: list[TextEdit] = []
    for link in links:
        line = note.body_line + link.line + 1
        folder = note.path.rpartition("/")[0]
        if (line, link.target) not in broken:
            continue
        target, old = _find_target(link, folder, near)
        edit = _make_edit(note, link, target, near, old) if target else None
        if target and edit:
            message = f'There is no note "{link.target}", but there is "{target.name}".'
            found.append(Problem(note.path, line, message, "", "broken-link"))
            edits.append(edit)
    return found, edit_body(note, data, edits)


def resolve_target(target: str, folder: str) -> str:
    """Return a target as a vault path; `./` and `../` are relative to a folder."""
    if not target.startswith(("./", "../")):
        return target.lstrip("/")
    return normpath(f"{folder}/{target}".lstrip("/"))


def _find_target(link: Link, folder: str, near: NearNames) -> tuple[Near | None, str]:
    """Return the note with a name similar to a link's target, and the target's path."""
    if not link.wiki and not link.target.startswith("/"):
        target = f"./{link.target}"
        if found := near.find(target, folder):
            return found, resolve_target(target, folder)
    return near.find(link.target, folder), resolve_target(link.target, folder)


def _make_edit(note: Note, link: Link, target: Near, near: NearNames, old: str) -> TextEdit | None:
    if link.wiki:
        start = note.body.find(link.target, link.start, link.end)
        if start < 0 or NOT_IN_WIKI_LINK.search(target.name):
            return None
        return TextEdit(start, start + len(link.target), target.name, line=link.line)
    edits = retarget(
        note.body,
        [link],
        lambda _link: (f"{old.removesuffix('.md')}.md", target.path),
        from_old=note.path,
        from_new=note.path,
        unique=lambda stem: near.stems[stem] == 1,
    )
    return edits[0] if edits else None


def find_mention_lines(
    workspace: Workspace, row: Row, mentions: Iterable[Mention]
) -> list[LineEdit]:
    """Return edits that turn mentions of a note into links; the visible text stays the same."""
    name = note_stem(row.path)
    is_only = len(workspace.catalog.named(name)) == 1
    found = {path: list(group) for path, group in groupby(mentions, key=attrgetter("path"))}
    lines: list[LineEdit] = []
    for path in workspace.distinct(found):
        data = workspace.read(path)
        front = data[: split_frontmatter(data).body].decode("utf-8", "replace")
        text, body = front + workspace.note(path, data).body, len(front)
        edits = [
            TextEdit(
                body + mention.start,
                body + mention.end,
                workspace.link_style.link(row.path, path, text=words, is_only=is_only),
            )
            for mention in found[path]
            if (words := " ".join(text[body + mention.start : body + mention.end].split()))
        ]
        lines += edits_by_line(path, text, edits)
    return lines


def plan_mention_lines(workspace: Workspace, row: Row, lines: Iterable[LineEdit]) -> WritePlan:
    """Plan to turn mentions of a note into links, in some of its lines."""
    plan = WritePlan("link", row.title)
    for path, group in groupby(lines, key=attrgetter("path")):
        data = workspace.read(path)
        note = workspace.note(path, data)
        try:
            check_editable(note, data)
            plan.edit(path, data, edit_lines(data, group))
        except Refused as error:
            plan.refuse(path, error)
    return plan
