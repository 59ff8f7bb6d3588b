"""Note to neutral draft."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from notekeep.errors import NotekeepError, Refused
from notekeep.export.assets import Attachments
from notekeep.export.consent import check_consent, marked, may_mention_private
from notekeep.export.embeds import (
    MAX_EMBED_DEPTH,
    Fragment,
    extract_fragment,
    find_heading,
    normalize_heading,
    place_embed,
    prefix_footnotes,
)
from notekeep.export.post import PASSED_FIELDS, Post, public_title, read_post
from notekeep.export.private import strip_private
from notekeep.export.private_terms import mention_error, mentions_hidden, refuse_mentions
from notekeep.export.references import (
    Linker,
    Ref,
    ReferenceTable,
    escape_text,
    has_local_address,
    number_inline_footnotes,
    remove_local_addresses,
    split_fragment,
    unused_definitions,
)
from notekeep.export.slugs import make_slug
from notekeep.export.source_map import (
    COMMENT_OPENING,
    MappedText,
    SourceChange,
    SourceEdit,
    remove_lines,
    separate_removals,
)
from notekeep.markdown.frontmatter_block import find_key_line
from notekeep.markdown.schema import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from notekeep.export.source import Options, VaultSource
    from notekeep.export.source_map import Origin
    from notekeep.markdown.nodes import Node
    from notekeep.markdown.note import Note


# What a person should know though it stops nothing.


_NAMED = re.compile(r"'[^']*'|\"[^\"]*\"|<[^<>]*>|(?<=slug: )[^\s;,]+")
"""What a remark is about: in quotes, as a tag or a slug. Two that differ in nothing else are of one
kind."""
_PLACE = re.compile(r"^.*?(?:, line \d+)?: |, and \d+ more like it$")
"""The note that a text is about, and how often it holds there."""


class ExportWarning(NamedTuple):
    """One remark, and the line it is about if it is about one."""

    origin: Origin | None
    what: str

    def __str__(self) -> str:
        if self.origin is None:
            return self.what
        return f"{self.origin.path}, line {self.origin.line}: {self.what}"


class WarningList:
    """Remarks in order, each once."""

    def __init__(self) -> None:
        self._known: dict[ExportWarning, None] = {}

    @property
    def all(self) -> list[ExportWarning]:
        """All of them, in order."""
        return list(self._known)

    def add(self, origin: Origin | None, what: str) -> None:
        """Note a remark."""
        self._known.setdefault(ExportWarning(origin, what))


def warning_kind(text: str) -> str:
    """Return what a text says, whatever it is about."""
    return _NAMED.sub("…", text)


def group_warnings(remarks: Iterable[ExportWarning]) -> list[str]:
    """Return remarks as text, those of one kind about one note in one line with their number."""
    groups: dict[tuple[str, str], list[ExportWarning]] = {}
    for remark in remarks:
        path = "" if remark.origin is None else remark.origin.path
        groups.setdefault((path, warning_kind(remark.what)), []).append(remark)
    return [
        f"{first}, and {len(more)} more like it" if more else str(first)
        for first, *more in groups.values()
    ]


def condense_warnings(texts: Sequence[str], most: int) -> list[str]:
    """Return texts for a person: all, or one of each kind, the commonest first.

    Args:
        texts: Notices as `group_warnings` writes them, of many notes.
        most: How many there may be before only one of each kind is told, and how many of these.
    """
    if len(texts) <= most:
        return list(texts)
    kinds: dict[str, list[str]] = {}
    for text in texts:
        kinds.setdefault(warning_kind(_PLACE.sub("", text)), []).append(text)
    shown = sorted(kinds.values(), key=len, reverse=True)[:most]
    lines = [
        f"{first}; {len(more)} more in other notes" if more else first for first, *more in shown
    ]
    left = len(texts) - sum(map(len, shown))
    return [*lines, f"and {left} other notices"] if left else lines


# A note as a draft: consented to, without what is private, with what it embeds.
#
# A draft knows no generator yet. Its text is plain Markdown with numbered addresses; what it
# says of itself is a `Post`. `pipeline.py` makes a generator's text of it.


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
    passage: MappedText
    refs: ReferenceTable
    sources: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changes: list[SourceChange] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    digest: str = ""

    def used_references(self) -> list[Ref]:
        """Return what its text points at; notes it embeds in part pointed at more."""
        return self.refs.used(self.passage.text)


class Drafter:
    """Makes drafts of the notes of one vault, reading each note once.

    Attributes:
        consented: Notes that were named or found and may leave.
    """

    def __init__(self, source: VaultSource, options: Options) -> None:
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

        hidden = self.source.make_hidden_check(path)
        post = read_post(note, self.options, hidden)
        self._check_fields(note, hidden)
        draft = Draft(note, post, MappedText("", []), ReferenceTable.of(note.body))
        remarks = WarningList()
        _DraftJob(self, draft, remarks).run()
        draft.warnings = group_warnings(remarks.all)
        draft.digest = _digest(draft)
        return draft

    def hides_heading(self, path: str, heading: str) -> bool:
        """Whether a heading is in a part of a note that stays in the vault."""
        note = self.note(path)
        if not (COMMENT_OPENING.search(note.body) or may_mention_private(note.body)):
            return False
        try:
            stripped = strip_private(MappedText.of_file(path, note.body, note.body_line + 1))
        except Refused:
            return True
        if find_heading(stripped.passage.tree, heading) is not None:
            return False
        wanted = f" {normalize_heading(heading)} "
        return any(wanted in f" {normalize_heading(part)} " for part in stripped.removed)

    def _check_fields(self, note: Note, hidden: Callable[[str], bool]) -> None:
        """Refuse a field that would go out with a comment in it, or with a private name."""
        for key, value in note.fields.items():
            if key not in PASSED_FIELDS | {*self.options.extra_fields}:
                continue
            texts = [str(item) for item in (value if isinstance(value, list) else [value])]
            comment = next((mark for text in texts if (mark := COMMENT_OPENING.search(text))), None)
            if comment is None and not mentions_hidden(" ".join(texts), hidden):
                continue
            own = next((name for name in note.raw if canonical(name) == key), key)
            line = find_key_line(self.source.read(note.path), own)
            if comment is None:
                raise mention_error(note.path, line)
            raise Refused(
                f"{note.path}: line {line} has a comment, {comment[0]}, in {own}, and comments are"
                " left out of the text only",
                "take it out of the field",
                line=line,
            )
        if COMMENT_OPENING.search(note.path.rsplit("/", 1)[-1]) and COMMENT_OPENING.search(
            note.title
        ):
            raise Refused(
                f"{note.path}: its title is the file's name, which has a comment in it",
                "rename the note, or give it a title of its own",
            )


class _DraftJob:
    """The making of one draft: the note, and the notes it embeds, each in its own context."""

    def __init__(self, drafter: Drafter, draft: Draft, remarks: WarningList) -> None:
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
        unused = separate_removals(
            remove_lines(passage, node.first, last, why)
            for node, last, why in unused_definitions(passage)
        )
        self.draft.changes += passage.changes(unused)
        self.draft.passage = passage.splice(unused)

    def _stripped(self, path: str) -> MappedText:
        """Return a note's body without what is private."""
        note = self.drafter.note(path)
        passage = MappedText.of_file(path, note.body, note.body_line + 1)
        _refuse_conflict(passage)
        stripped = strip_private(passage)
        if path not in self.draft.sources:
            self.draft.sources.append(path)
            self.draft.removed += stripped.removed
            self.draft.changes += stripped.changes
        hidden = self.source.make_hidden_check(path)
        refuse_mentions(stripped.passage, hidden)
        if path == self.draft.note.path:
            self.draft.post.title = public_title(note, stripped.passage.page, hidden)
        passage, changes = number_inline_footnotes(stripped.passage)
        self.draft.changes += changes
        return passage

    def _linked(self, passage: MappedText, chain: list[Fragment]) -> MappedText:
        """Return a note or a part of one, its links numbered and its embeds in place."""
        path = chain[-1].path
        splices: list[SourceEdit] = []
        kept: list[SourceEdit] = []
        kinds = _ADDRESSED if has_local_address(passage.text) else _ADDRESSED[1:]
        for node in passage.tree.find(*kinds):
            if node.kind not in _LINKING:
                kept += remove_local_addresses(passage, node)
                continue
            shown = self.linker.resolve_embed(passage, node, path)
            if shown is None:
                splices += self.linker.neutral(passage, node, path)
            else:
                splices += self._embed(passage, node, Fragment(*shown), chain)
        splices += separate_removals(kept)
        self.draft.changes += passage.changes(splices)
        return passage.splice(splices)

    def _embed(
        self, passage: MappedText, node: Node, fragment: Fragment, chain: list[Fragment]
    ) -> list[SourceEdit]:
        origin = passage.origin(node.start)
        picture = self._picture(node, fragment, origin)
        if picture is not None:
            return [picture]
        if not self._may_show(fragment.path):
            hidden = self.source.hidden(fragment.path)
            self.remarks.add(origin, _not_shown(fragment, hidden=hidden))
            return [_left_out(passage, node)]
        if fragment in chain or len(chain) > MAX_EMBED_DEPTH:
            names = " → ".join(str(part) for part in [*chain, fragment])
            why = (
                "shows itself" if fragment in chain else f"goes deeper than {MAX_EMBED_DEPTH} notes"
            )
            self.remarks.add(origin, f"the embed {why} and becomes a link: {names}")
            return [self._as_link(node, fragment, origin)]
        title = self.drafter.note(fragment.path).title
        part = extract_fragment(self._stripped(fragment.path), fragment, title)
        if part is None:
            self.remarks.add(origin, f"there is no {fragment} to show; it becomes a link")
            return [self._as_link(node, fragment, origin)]
        part = self._linked(part, [*chain, fragment])
        if fragment.path != chain[0].path:
            part = prefix_footnotes(part, make_slug(str(fragment), fragment.path))
        splices = place_embed(passage, node, part)
        if splices is None:
            self.remarks.add(origin, f"{fragment} does not fit within a line; it becomes a link")
            return [self._as_link(node, fragment, origin)]
        return splices

    def _picture(self, node: Node, fragment: Fragment, origin: Origin) -> SourceEdit | None:
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
        text = f"![{escape_text(node.title or drawn.alt)}]({address})"
        return SourceEdit(node.start, node.end, text, "a habit's year becomes a picture")

    def _as_link(self, node: Node, fragment: Fragment, origin: Origin) -> SourceEdit:
        name, heading, _ = split_fragment(node.info)
        if heading and self.drafter.hides_heading(fragment.path, heading):
            fragment, heading = Fragment(fragment.path), ""
        words = " > ".join(filter(None, (name.rsplit("/", 1)[-1], heading))) or str(fragment)
        ref = Ref("note", fragment.path, origin, fragment.heading, fragment.block)
        text = f"[{escape_text(node.title or words)}]({self.draft.refs.add(ref)})"
        return SourceEdit(node.start, node.end, text, "an embed becomes a link")

    def _may_show(self, path: str) -> bool:
        """Whether a note may be shown in another: to name one as a draft is no consent to it."""
        if path == self.draft.note.path:
            return True
        try:
            self.drafter.check(path, named=False)
        except NotekeepError:
            return False
        return marked(self.drafter.note(path), self.source.published)


def _refuse_conflict(passage: MappedText) -> None:
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


def _left_out(passage: MappedText, node: Node) -> SourceEdit:
    reason = "an embed of an unpublished note is left out"
    line = passage.tree.line_of(node.start)
    here = passage.tree.lines[line]
    if passage.text[here.start : here.end].strip("> \t") == passage.tree.source(node):
        return remove_lines(passage, line, line + 1, reason)
    return SourceEdit(node.start, node.end, "", reason)


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
    refs = [
        [r.kind, r.path, r.heading, r.block, r.width, r.height] for r in draft.used_references()
    ]
    neutral = draft.passage.text.replace(draft.refs.scheme, "nk")
    text = json.dumps([neutral, refs, said], ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
