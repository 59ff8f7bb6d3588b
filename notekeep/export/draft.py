"""Turns notes into drafts: checks consent, removes private parts and resolves embeds.

A draft is independent of the generator. Its text is plain Markdown with numbered addresses, and its
metadata is a `Post`. `rewrite/` turns it into text for a generator.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from weakref import proxy

from notekeep.bases.definition import BASE_SUFFIX, is_base_block
from notekeep.errors import NotekeepError, Refused
from notekeep.export.assets import Attachments
from notekeep.export.base_tables import BaseTables
from notekeep.export.embeds import (
    MAX_EMBED_DEPTH,
    extract_fragment,
    find_empty_headings,
    find_heading,
    place_block,
    place_embed,
    prefix_footnotes,
)
from notekeep.export.linker import Linker
from notekeep.export.metadata import strip_data_addresses
from notekeep.export.post import (
    PASSED_FIELDS,
    Post,
    loses_address,
    make_slug,
    public_title,
    read_post,
)
from notekeep.export.privacy.consent import (
    CONSENT_FIELDS,
    check_consent,
    may_mention_private,
    mention_error,
    mentions_hidden,
    refuse_mentions,
)
from notekeep.export.privacy.local_addresses import has_local_address, remove_local_addresses
from notekeep.export.privacy.private import COMMENT_OPENING, holds_mark, remove_block, strip_private
from notekeep.export.references import (
    Fragment,
    Ref,
    ReferenceTable,
    escape_text,
    number_inline_footnotes,
    split_fragment,
    unused_definitions,
)
from notekeep.export.source import Options, VaultSource
from notekeep.export.source_map import (
    LineWarning,
    MappedText,
    Origin,
    SourceChange,
    SourceEdit,
    group_warnings,
    remove_lines,
    separate_removals,
)
from notekeep.markdown.fields.field_values import Value
from notekeep.markdown.fields.frontmatter_block import find_key_line
from notekeep.markdown.fields.schema import canonical
from notekeep.markdown.note import Note
from notekeep.markdown.sanitize import plain_text
from notekeep.markdown.text_edit import normalize_heading
from notekeep.markdown.tree import Span

_LINKS = ("wikilink", "embed", "image", "link")
_ADDRESSED = (*_LINKS, "autolink", "html", "html_block", "definition")
"""Spans that can contain an address, besides plain text."""
_BASE_REASON = "replaced a base with a table"
_REMOVED_BASE = "removed a base block"
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?= |$)", re.MULTILINE)
_MIDDLE = re.compile(r"^={7}$", re.MULTILINE)


@dataclass(slots=True)
class Draft:
    """A note ready to become a post."""

    note: Note
    post: Post
    passage: MappedText  # the body; vault links have addresses from `refs`
    refs: ReferenceTable
    sources: list[str] = field(default_factory=list)  # the note and all notes it embeds
    listed: list[str] = field(default_factory=list)  # the notes in tables of bases
    removed: list[str] = field(default_factory=list)  # private text, for the audit
    changes: list[SourceChange] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    digest: str = ""  # digest of the exported content, independent of the generator

    def used_references(self) -> list[Ref]:
        """Return the targets of links and pictures in the text."""
        return self.refs.used(self.passage.text)


class Drafter:
    """Creates drafts from the notes of one vault. Reads each note once."""

    def __init__(self, source: VaultSource, options: Options) -> None:
        self.source = source
        self.options = options
        self.attachments = Attachments(source)
        # A weak reference avoids a cycle, so that all notes are freed without garbage collection.
        self.bases = BaseTables(proxy(self))
        self._notes: dict[str, Note] = {}

    def note(self, path: str) -> Note:
        """Read a note."""
        if path not in self._notes:
            self._notes[path] = self.source.note(path)
        return self._notes[path]

    def check_consent(self, path: str, *, named: bool) -> None:
        """Refuse a note that may not be exported."""
        note = self.note(path)
        place = self.source.private_name(path)
        if place not in {"", path}:
            raise Refused(
                f"{path}: This is the same file as {place}, which is private.",
                "Private notes are never exported, under any name.",
            )
        published = self.source.published
        tags = self.source.publish_tags.get(path)
        if tags and not self._has_public_tag(note, tags):
            published = frozenset()
        check_consent(note, named=named, published=published)

    def _has_public_tag(self, note: Note, tags: AbstractSet[str]) -> bool:
        """Whether the public part of a note has one of the tags."""
        if not may_mention_private(note.body):
            return True
        try:
            page = strip_private(MappedText.of_note(note)).passage.page
        except Refused:
            return True  # `draft` refuses it
        names = [*note.tags, *(span.info for span in page.find("tag"))]
        return any(f"{name.casefold()}/".startswith(f"{tag}/") for name in names for tag in tags)

    def draft(self, path: str) -> Draft:
        """Create the draft of a note; refuse ambiguous private parts."""
        note = self.note(path)
        if note.problem is not None and note.problem.code == "not-utf8":
            raise Refused(f"{path}: {note.problem.message}", "Save it as UTF-8.")
        post = read_post(note, self.options, self.source.make_hidden_words(path))
        self.check_fields(note)
        draft = Draft(note, post, MappedText("", []), ReferenceTable.of(note.body))
        _DraftJob(self, draft).run()
        if draft.removed and not draft.passage.text.strip():
            raise _no_text_error(draft)
        draft.warnings += group_warnings(self._removed_addresses(note))
        draft.digest = _digest(draft)
        return draft

    def hides_heading(self, path: str, heading: str) -> bool:
        """Whether a heading is in a private part of a note."""
        note = self.note(path)
        if not (COMMENT_OPENING.search(note.body) or may_mention_private(note.body)):
            return False
        try:
            stripped = strip_private(MappedText.of_note(note))
        except Refused:
            return True
        if find_heading(stripped.passage.tree, heading) is not None:
            return False
        words = f" {normalize_heading(heading)} "
        return any(words in f" {normalize_heading(part)} " for part in stripped.removed)

    def _exported_fields(self, note: Note) -> dict[str, Value]:
        exported = PASSED_FIELDS | {*self.options.extra_fields}
        return {key: value for key, value in note.fields.items() if key in exported}

    def _locate_field(self, key: str, note: Note) -> tuple[str, int]:
        """Return the name of a field as written in the note, and its line."""
        own = next((name for name in note.raw if canonical(name) == key), key)
        return own, find_key_line(self.source.read(note.path), own)

    def _removed_addresses(self, note: Note) -> Iterator[LineWarning]:
        for key, value in self._exported_fields(note).items():
            if loses_address(key, value):
                own, line = self._locate_field(key, note)
                message = f"Removed an address on this machine from `{own}`."
                yield LineWarning(Origin(note.path, line), message)

    def check_fields(self, note: Note) -> None:
        """Refuse an exported field with a comment, a private mark or the name of a private note."""
        hidden = self.source.make_hidden_check(note.path)
        for key, value in self._exported_fields(note).items():
            texts = [str(item) for item in (value if isinstance(value, list) else [value])]
            comment = next((mark for text in texts if (mark := COMMENT_OPENING.search(text))), None)
            is_marked = key not in CONSENT_FIELDS and any(map(holds_mark, texts))
            if comment is None and not is_marked and not mentions_hidden(" ".join(texts), hidden):
                continue
            own, line = self._locate_field(key, note)
            if is_marked:
                raise Refused(
                    f"{note.path}: Line {line} has a private mark in {own}, where it has no"
                    " effect.",
                    "Remove it from the field.",
                    line=line,
                )
            if comment is None:
                raise mention_error(note.path, line)
            raise Refused(
                f"{note.path}: Line {line} has a comment, {comment[0]}, in {own}. Comments are only"
                " removed from the text.",
                "Remove it from the field.",
                line=line,
            )
        name = note.path.rsplit("/", 1)[-1]
        if COMMENT_OPENING.search(name) and COMMENT_OPENING.search(note.title):
            raise Refused(
                f"{note.path}: The title is the file's name, which contains a comment.",
                "Rename the note, or add a title.",
            )


def _remove_heading(passage: MappedText, heading: Span) -> SourceEdit:
    first = passage.line_of(heading.start)
    written = passage.text[heading.start : heading.end].rstrip()
    last = passage.line_of(heading.start + len(written)) + 1
    edit = remove_lines(passage, first, last, "removed a heading without text")
    if passage.blank(first - 1) or passage.blank(last):
        return edit
    # Without the blank line, a rule below would turn a paragraph above into a heading.
    return edit._replace(text="\n")


class _DraftJob:
    """Creates one draft from a note and the notes it embeds, each in its own context."""

    def __init__(self, drafter: Drafter, draft: Draft) -> None:
        self.drafter = drafter
        self.source = drafter.source
        self.draft = draft
        self.linker = Linker(drafter.attachments, draft.refs, drafter.hides_heading)

    def run(self) -> None:
        path = self.draft.note.path
        passage = self._linked(self._public_body(path), [Fragment(path)])
        headings = (
            plain_text(heading.words)
            for heading in passage.find("heading")
            if heading.info == "1" and passage.origin(heading.start).path == path
        )
        self.draft.post.title = public_title(
            self.draft.note,
            next(filter(None, headings), ""),
            self.source.make_hidden_words(path),
        )
        # Links replaced by text leave unused definitions behind.
        removals = [
            remove_lines(passage, passage.line_of(start), last, reason)
            for start, last, reason in unused_definitions(passage)
        ]
        unused = separate_removals([*removals, *self._empty_headings(passage)])
        self.draft.changes += passage.changes(unused)
        self.draft.passage = passage.splice(unused)
        self.draft.warnings = group_warnings(self.linker.warnings)

    def _empty_headings(self, passage: MappedText) -> list[SourceEdit]:
        """Return edits that remove headings without text, which templates leave behind."""
        own = self.draft.note.path
        linked = {
            ref.heading or f"^{ref.block}"
            for ref in self.draft.refs.items
            if ref.path == own and ref.place
        }
        found = find_empty_headings(passage, self.draft.post.title, linked)
        return [_remove_heading(passage, heading) for heading in found]

    def _public_body(self, path: str) -> MappedText:
        note = self.drafter.note(path)
        passage = MappedText.of_note(note)
        refuse_conflict(passage)
        passage = passage.splice(strip_data_addresses(passage))
        stripped = strip_private(passage, keeps_bases=True)
        if path not in self.draft.sources:
            self.draft.sources.append(path)
            self.draft.removed += stripped.removed
            self.draft.changes += stripped.changes
        passage = self._draw_bases(stripped.passage, path)
        refuse_mentions(passage, self.source.make_hidden_check(path))
        passage, changes = number_inline_footnotes(passage)
        self.draft.changes += changes
        return passage

    def _draw_bases(self, passage: MappedText, path: str) -> MappedText:
        """Replace the bases of a note with their tables, or remove them."""
        edits: list[SourceEdit] = []
        for node in passage.tree.find("fence") if "base" in passage.text else ():
            if is_base_block(node.info):
                origin = passage.origin(node.start)
                text = self._draw_base(node.content, origin.line + 1, origin, path)
                if text:
                    edits.append(place_block(passage, node, text, _BASE_REASON))
                else:
                    self.draft.removed.append(node.content)
                    edits.append(remove_block(passage, node.start, node.last, _REMOVED_BASE))
        for embed in passage.find("embed") if BASE_SUFFIX in passage.text.lower() else ():
            edits += self._draw_base_file(passage, embed, path)
        self.draft.changes += passage.changes(edits)
        return passage.splice(edits)

    def _draw_base_file(self, passage: MappedText, embed: Span, path: str) -> list[SourceEdit]:
        """Return the edits for the embed of a base file; empty if it has no table."""
        name, _, view = embed.info.partition("#")
        if not name.lower().endswith(BASE_SUFFIX):
            return []
        origin = passage.origin(embed.start)
        try:
            found = self.drafter.attachments.find(name, path)
            if found is None or self.source.private_name(found):
                return []  # the linker removes it
            definition = self.source.read(found).decode()
        except (NotekeepError, UnicodeDecodeError):
            return []
        text = self._draw_base(definition, 1, origin, path, view, name)
        part = MappedText(text, [origin] * (text.count("\n") + 1))
        edits = place_embed(passage, embed, part) if text else None
        return [edit._replace(reason=_BASE_REASON if edit.reason else "") for edit in edits or ()]

    def _draw_base(
        self,
        definition: str,
        first_line: int,
        origin: Origin,
        path: str,
        view: str = "",
        name: str = "Base",
    ) -> str:
        """Return the table of a base ("" for none), and add its warnings."""
        table = self.drafter.bases.draw(definition, first_line, view, path)
        for warning in table.warnings:
            self.linker.warn(origin, f"{name}: {warning}")
        self.draft.listed += table.notes
        return table.text

    def _linked(self, passage: MappedText, chain: list[Fragment]) -> MappedText:
        """Return a note or part of a note with numbered links and resolved embeds."""
        path = chain[-1].path
        edits: list[SourceEdit] = []
        removals: list[SourceEdit] = []
        words = ("text",) if has_local_address(passage.text) else ()
        spans = passage.find(*words, *_ADDRESSED)
        self.linker.prefetch([span for span in spans if span.kind in _LINKS], path)
        for span in spans:
            if edits and edits[-1].end > span.start:
                continue  # inside a removed link
            if span.kind not in _LINKS:
                removals += remove_local_addresses(passage, span)
                continue
            embedded = self.linker.resolve_embed(passage, span, path)
            if embedded is None:
                edits += self.linker.write_neutral_link(passage, span, path)
            else:
                edits += self._embed(passage, span, embedded, chain)
        edits += separate_removals(removals)
        self.draft.changes += passage.changes(edits)
        return passage.splice(edits)

    def _embed(
        self, passage: MappedText, embed: Span, fragment: Fragment, chain: list[Fragment]
    ) -> list[SourceEdit]:
        origin = passage.origin(embed.start)
        picture = self._picture(embed, fragment, origin)
        if picture is not None:
            return [picture]
        if not self._may_show(fragment.path):
            message = f"Removed the embed of {fragment}, which is not marked publish: true."
            if self.source.is_hidden(fragment.path):
                message = "Removed an embed of a private note."
            self.linker.warn(origin, message)
            return [_remove_embed(passage, embed)]
        if fragment in chain or len(chain) > MAX_EMBED_DEPTH:
            names = " → ".join(str(part) for part in [*chain, fragment])
            why = (
                "is circular"
                if fragment in chain
                else f"is nested more than {MAX_EMBED_DEPTH} notes deep"
            )
            self.linker.warn(origin, f"The embed {why}, so it became a link: {names}.")
            return [self._as_link(embed, fragment, origin)]
        title = self.drafter.note(fragment.path).title
        part = extract_fragment(self._public_body(fragment.path), fragment, title)
        if part is None:
            self.linker.warn(origin, f"{fragment} does not exist. Its embed became a link.")
            return [self._as_link(embed, fragment, origin)]
        part = self._linked(part, [*chain, fragment])
        if fragment.path != chain[0].path:
            part = prefix_footnotes(part, make_slug(str(fragment), fragment.path))
        edits = place_embed(passage, embed, part)
        if edits is None:
            self.linker.warn(origin, f"{fragment} does not fit in a line. Its embed became a link.")
            return [self._as_link(embed, fragment, origin)]
        return edits

    def _picture(self, embed: Span, fragment: Fragment, origin: Origin) -> SourceEdit | None:
        """Return a generated picture for an embed, such as a habit's year, or None."""
        if not fragment.heading or self.source.is_hidden(fragment.path):
            return None
        picture = self.source.draw(fragment.path, fragment.heading)
        if picture is None:
            return None
        self.drafter.attachments.pictures[picture.name] = picture.data
        address = self.draft.refs.add(Ref("asset", picture.name, origin))
        text = f"![{escape_text(embed.words or picture.alt)}]({address})"
        return SourceEdit(
            embed.start, embed.end, text, "replaced the year of a habit with a picture"
        )

    def _as_link(self, embed: Span, fragment: Fragment, origin: Origin) -> SourceEdit:
        name, heading, _ = split_fragment(embed.info)
        if heading and self.drafter.hides_heading(fragment.path, heading):
            fragment, heading = Fragment(fragment.path), ""
        words = " > ".join(filter(None, (name.rsplit("/", 1)[-1], heading))) or str(fragment)
        ref = Ref("note", fragment.path, origin, fragment.heading, fragment.block)
        text = f"[{escape_text(embed.words or words)}]({self.draft.refs.add(ref)})"
        return SourceEdit(embed.start, embed.end, text, "replaced an embed with a link")

    def _may_show(self, path: str) -> bool:
        """Whether a note may be embedded. Naming a note is not consent for its embeds."""
        if path == self.draft.note.path:
            return True
        try:
            self.drafter.check_consent(path, named=False)
        except NotekeepError:
            return False
        return True


def refuse_conflict(passage: MappedText) -> None:
    """Refuse a note with conflict markers of git, between which private parts are ambiguous."""
    text = passage.text
    if "<<<<<<<" not in text and ">>>>>>>" not in text:
        return
    for mark in _CONFLICT.finditer(text):
        if text[mark.start()] == ">" and not _MIDDLE.search(text, 0, mark.start()):
            continue  # a seven-level quote
        code = passage.find("fence", "code_block")
        if any(span.start <= mark.start() < span.end for span in code):
            continue
        path, line = passage.origin(mark.start())
        raise Refused(
            f"{path}: Line {line} has a git conflict marker, {mark[0]}.",
            "Resolve it with `notekeep conflicts`, then export again.",
            line=line,
        )


def _remove_embed(passage: MappedText, embed: Span) -> SourceEdit:
    reason = "removed an embed of an unpublished note"
    line = passage.line_of(embed.start)
    content = passage.text[passage.starts[line] : passage.line_end(line)]
    if content.strip("> \t") == passage.text[embed.start : embed.end]:
        return remove_lines(passage, line, line + 1, reason)
    return SourceEdit(embed.start, embed.end, "", reason)


def _no_text_error(draft: Draft) -> Refused:
    path = draft.note.path
    if any(change.reason == _REMOVED_BASE for change in draft.changes):
        message = f"{path}: The base has no table, and no other text is public."
        return Refused(message, " ".join(draft.warnings))
    return Refused(f"{path}: All of its text is private.", "Private text is never exported.")


def _digest(draft: Draft) -> str:
    post = draft.post
    fields = [post.title, post.description, post.tags, post.categories, post.series, post.part]
    fields += [post.canonical, post.lang, post.cover, str(post.updated)]
    fields += [str(sorted(post.extra.items()))]
    refs = [
        [r.kind, r.path, r.heading, r.block, r.width, r.height] for r in draft.used_references()
    ]
    neutral = draft.passage.text.replace(draft.refs.scheme, "nk")
    text = json.dumps([neutral, refs, fields], ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
