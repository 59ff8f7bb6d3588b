"""A note as a draft: consented to, without what is private, with what it embeds.

A draft knows no generator yet. Its text is plain Markdown with numbered addresses; what it says of
itself is a `Post`. `body.py` makes a generator's text of it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notekeep.errors import NotekeepError, Refused
from notekeep.export.anchors import find_heading, same_words
from notekeep.export.assets import Attachments
from notekeep.export.comments import OPENING
from notekeep.export.consent import check_consent, marked, may_say_private
from notekeep.export.embeds import DEPTH, Fragment, cut, placed, prefixed
from notekeep.export.footnotes import spelled_out, unused_definitions
from notekeep.export.links import Linker
from notekeep.export.local import has_local_words, kept_here
from notekeep.export.mentions import mentioned, mentions_hidden, refuse_mentions
from notekeep.export.passage import Change, Passage, Splice, apart, whole_lines
from notekeep.export.private import strip_private
from notekeep.export.properties import PASSING, Post, public_title, read_post
from notekeep.export.refs import Ref, Refs, escape, split_fragment
from notekeep.export.remarks import Remarks, grouped
from notekeep.export.slugs import make_slug
from notekeep.markdown.kinds import canonical
from notekeep.markdown.split import line_of_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.export.options import Options
    from notekeep.export.passage import Origin
    from notekeep.export.source import Source
    from notekeep.markdown.nodes import Node
    from notekeep.markdown.note import Note

_ADDRESSED = ("text", "wikilink", "image", "link", "autolink", "html", "html_block", "definition")
"""What an address can stand in, words first."""
_LINKING = frozenset({"wikilink", "image", "link"})
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?= |$)", re.MULTILINE)
_MIDDLE = re.compile(r"^={7}$", re.MULTILINE)


@dataclass(slots=True)
class Draft:
    """A note ready to become a post.

    Attributes:
        note: The note, as read.
        post: What it says of itself.
        passage: Its body; links of the vault have addresses that `refs` explains.
        refs: What it points at.
        sources: The notes whose text it holds, itself first.
        removed: What private text was taken out, for the audit.
        changes: What was done to it, by line of the note.
        warnings: What the person should know.
        digest: The digest of what is exported of the note, whatever a site makes of it.
    """

    note: Note
    post: Post
    passage: Passage
    refs: Refs
    sources: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    digest: str = ""

    def refs_used(self) -> list[Ref]:
        """Return what its text points at; notes it embeds in part pointed at more."""
        return self.refs.used(self.passage.text)


class Drafter:
    """Makes drafts of the notes of one vault, reading each note once.

    Attributes:
        consented: Notes that were named or found and may leave.
    """

    def __init__(self, source: Source, options: Options) -> None:
        self.source = source
        self.options = options
        self.attachments = Attachments(source)
        self.consented: set[str] = set()
        self._notes: dict[str, Note] = {}

    def note(self, path: str) -> Note:
        """Read a note."""
        if path not in self._notes:
            self._notes[path] = self.source.note(path)
        return self._notes[path]

    def consent(self, path: str, *, named: bool) -> None:
        """Note that a note may leave.

        Raises:
            Refused: It may not.
        """
        self.check(path, named=named)
        self.consented.add(path)

    def check(self, path: str, *, named: bool) -> None:
        """Return when a note may leave.

        Raises:
            Refused: It may not.
        """
        note = self.note(path)
        place = self.source.private_name(path)
        if place not in {"", path}:
            raise Refused(
                f"{path}: it is the same file as {place}, which is private",
                "private notes are never exported, whatever they are called",
            )
        check_consent(note, named=named, published=self.source.published)

    def draft(self, path: str) -> Draft:
        """Make the draft of a note that may leave.

        Raises:
            Refused: A private part of it, or of a note it embeds, cannot be told from the rest.
        """
        note = self.note(path)
        if note.problem is not None and note.problem.code == "not-utf8":
            raise Refused(f"{path}: {note.problem.message}", "save it as UTF-8")

        hidden = self.source.hides_from(path)
        post = read_post(note, self.options, hidden)
        self._check_fields(note, hidden)
        draft = Draft(note, post, Passage("", []), Refs.of(note.body))
        remarks = Remarks()
        _Work(self, draft, remarks).run()
        draft.warnings = grouped(remarks.all)
        draft.digest = _digest(draft)
        return draft

    def hides_heading(self, path: str, heading: str) -> bool:
        """Whether a heading is in a part of a note that stays in the vault."""
        note = self.note(path)
        if not (OPENING.search(note.body) or may_say_private(note.body)):
            return False
        try:
            stripped = strip_private(Passage.of_file(path, note.body, note.body_line + 1))
        except Refused:
            return True
        if find_heading(stripped.passage.tree, heading) is not None:
            return False
        wanted = f" {same_words(heading)} "
        return any(wanted in f" {same_words(part)} " for part in stripped.removed)

    def _check_fields(self, note: Note, hidden: Callable[[str], bool]) -> None:
        """Refuse a field that would go out with a comment in it, or with a private name."""
        for key, value in note.fields.items():
            if key not in PASSING | {*self.options.extra_fields}:
                continue
            texts = [str(item) for item in (value if isinstance(value, list) else [value])]
            comment = next((mark for text in texts if (mark := OPENING.search(text))), None)
            if comment is None and not mentions_hidden(" ".join(texts), hidden):
                continue
            own = next((name for name in note.raw if canonical(name) == key), key)
            line = line_of_key(self.source.read(note.path), own)
            if comment is None:
                raise mentioned(note.path, line)
            raise Refused(
                f"{note.path}: line {line} has a comment, {comment[0]}, in {own}, and comments are"
                " left out of the text only",
                "take it out of the field",
                line=line,
            )
        if OPENING.search(note.path.rsplit("/", 1)[-1]) and OPENING.search(note.title):
            raise Refused(
                f"{note.path}: its title is the file's name, which has a comment in it",
                "rename the note, or give it a title of its own",
            )


class _Work:
    """The making of one draft: the note, and the notes it embeds, each in its own context."""

    def __init__(self, drafter: Drafter, draft: Draft, remarks: Remarks) -> None:
        self.drafter = drafter
        self.source = drafter.source
        self.draft = draft
        self.remarks = remarks
        self.linker = Linker(
            drafter.source, drafter.attachments, draft.refs, remarks, drafter.hides_heading
        )

    def run(self) -> None:
        path = self.draft.note.path
        passage = self._linked(self._stripped(path), [Fragment(path)])
        # Links that became words leave their definitions behind.
        unused = apart(
            whole_lines(passage, node.first, last, why)
            for node, last, why in unused_definitions(passage)
        )
        self.draft.changes += passage.changes(unused)
        self.draft.passage = passage.splice(unused)

    def _stripped(self, path: str) -> Passage:
        """Return a note's body without what is private."""
        note = self.drafter.note(path)
        passage = Passage.of_file(path, note.body, note.body_line + 1)
        _refuse_conflict(passage)
        stripped = strip_private(passage)
        if path not in self.draft.sources:
            self.draft.sources.append(path)
            self.draft.removed += stripped.removed
            self.draft.changes += stripped.changes
        hidden = self.source.hides_from(path)
        refuse_mentions(stripped.passage, hidden)
        if path == self.draft.note.path:
            self.draft.post.title = public_title(note, stripped.passage.page, hidden)
        passage, changes = spelled_out(stripped.passage)
        self.draft.changes += changes
        return passage

    def _linked(self, passage: Passage, chain: list[Fragment]) -> Passage:
        """Return a note or a part of one, its links numbered and its embeds in place."""
        path = chain[-1].path
        splices: list[Splice] = []
        kept: list[Splice] = []
        kinds = _ADDRESSED if has_local_words(passage.text) else _ADDRESSED[1:]
        for node in passage.tree.find(*kinds):
            if node.kind not in _LINKING:
                kept += kept_here(passage, node)
                continue
            shown = self.linker.note_of(passage, node, path)
            if shown is None:
                splices += self.linker.neutral(passage, node, path)
            else:
                splices += self._embed(passage, node, Fragment(*shown), chain)
        splices += apart(kept)
        self.draft.changes += passage.changes(splices)
        return passage.splice(splices)

    def _embed(
        self, passage: Passage, node: Node, fragment: Fragment, chain: list[Fragment]
    ) -> list[Splice]:
        origin = passage.origin(node.start)
        picture = self._picture(node, fragment, origin)
        if picture is not None:
            return [picture]
        if not self._may_show(fragment.path):
            hidden = self.source.hidden(fragment.path)
            self.remarks.add(origin, _not_shown(fragment, hidden=hidden))
            return [_left_out(passage, node)]
        if fragment in chain or len(chain) > DEPTH:
            names = " → ".join(str(part) for part in [*chain, fragment])
            why = "shows itself" if fragment in chain else f"goes deeper than {DEPTH} notes"
            self.remarks.add(origin, f"the embed {why} and becomes a link: {names}")
            return [self._as_link(node, fragment, origin)]
        title = self.drafter.note(fragment.path).title
        part = cut(self._stripped(fragment.path), fragment, title)
        if part is None:
            self.remarks.add(origin, f"there is no {fragment} to show; it becomes a link")
            return [self._as_link(node, fragment, origin)]
        part = self._linked(part, [*chain, fragment])
        if fragment.path != chain[0].path:
            part = prefixed(part, make_slug(str(fragment), fragment.path))
        splices = placed(passage, node, part)
        if splices is None:
            self.remarks.add(origin, f"{fragment} does not fit within a line; it becomes a link")
            return [self._as_link(node, fragment, origin)]
        return splices

    def _picture(self, node: Node, fragment: Fragment, origin: Origin) -> Splice | None:
        """What is shown as a picture, such as the year of a habit; None where text is shown.

        Writing such an embed is consent to the picture, unless the note is private.
        """
        if not fragment.heading or self.source.hidden(fragment.path):
            return None
        drawn = self.source.drawn(fragment.path, fragment.heading)
        if drawn is None:
            return None
        self.drafter.attachments.drawn[drawn.name] = drawn.data
        address = self.draft.refs.add(Ref("asset", drawn.name, origin))
        text = f"![{escape(node.title or drawn.alt)}]({address})"
        return Splice(node.start, node.end, text, "a habit's year becomes a picture")

    def _as_link(self, node: Node, fragment: Fragment, origin: Origin) -> Splice:
        name, heading, _ = split_fragment(node.info)
        if heading and self.drafter.hides_heading(fragment.path, heading):
            fragment, heading = Fragment(fragment.path), ""
        words = " > ".join(filter(None, (name.rsplit("/", 1)[-1], heading))) or str(fragment)
        ref = Ref("note", fragment.path, origin, fragment.heading, fragment.block)
        text = f"[{escape(node.title or words)}]({self.draft.refs.add(ref)})"
        return Splice(node.start, node.end, text, "an embed becomes a link")

    def _may_show(self, path: str) -> bool:
        """Whether a note may be shown in another: to name one as a draft is no consent to it."""
        if path == self.draft.note.path:
            return True
        try:
            self.drafter.check(path, named=False)
        except NotekeepError:
            return False
        return marked(self.drafter.note(path), self.source.published)


def _refuse_conflict(passage: Passage) -> None:
    """Refuse git's marks of a conflict, except where code shows them."""
    text = passage.text
    for mark in _CONFLICT.finditer(text):
        if text[mark.start()] == ">" and not _MIDDLE.search(text, 0, mark.start()):
            continue  # a quote of seven levels
        code = passage.tree.find("fence", "code_block")
        if any(node.start <= mark.start() < node.end for node in code):
            continue
        path, line = passage.origin(mark.start())
        raise Refused(
            f"{path}: line {line} has git's mark of a conflict, {mark[0]}: it may hold both sides",
            "choose what stays with `notekeep conflicts`, then export again",
            line=line,
        )


def _left_out(passage: Passage, node: Node) -> Splice:
    reason = "an embed of an unpublished note is left out"
    line = passage.tree.line_of(node.start)
    here = passage.tree.lines[line]
    if passage.text[here.start : here.end].strip("> \t") == passage.tree.source(node):
        return whole_lines(passage, line, line + 1, reason)
    return Splice(node.start, node.end, "", reason)


def _not_shown(fragment: Fragment, *, hidden: bool) -> str:
    if hidden:
        return "an embed of a private note is left out"
    return f"the embed of {fragment} is left out: that note is not marked publish: true"


def _digest(draft: Draft) -> str:
    post = draft.post
    said = [post.title, post.description, post.tags, post.categories, post.series, post.part]
    said += [
        post.canonical,
        post.lang,
        post.cover,
        str(post.updated),
        str(sorted(post.extra.items())),
    ]
    refs = [[r.kind, r.path, r.heading, r.block, r.width, r.height] for r in draft.refs_used()]
    neutral = draft.passage.text.replace(draft.refs.scheme, "nk")
    text = json.dumps([neutral, refs, said], ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
