"""Follow links: definition, references, hover, document links, and the number of backlinks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from lsprotocol import types

from notekeep.catalog.catalog import link_problem
from notekeep.catalog.name_lookup import find_link_states
from notekeep.editor.document import Document
from notekeep.editor.features import Feature
from notekeep.editor.session import Session
from notekeep.markdown.note_parts import extract_part
from notekeep.markdown.outline import Heading, InlineTag, Link
from notekeep.markdown.sanitize import clean
from notekeep.markdown.text_edit import find_line, normalize_heading
from notekeep.query.tree import Tag
from notekeep.services.media import PICTURES

PREVIEW_LINES: Final = 25
PREVIEW_LETTERS: Final = 2_000
"""The longest preview of a note."""

SHOWN_FIELDS: Final = ("author", "show", "status", "rating", "finished", "listened", "date")
"""The fields in the preview of a note."""

_START: Final = types.Range(types.Position(0, 0), types.Position(0, 0))


class Target(NamedTuple):
    """Where a link leads: to a note and a part of it, or to a file of the vault."""

    document: Document | None
    part: str = ""  # `heading`, `^block` or ""
    file: str = ""  # a vault path


def find_target(session: Session, document: Document, link: Link) -> Target | None:
    """Return the target of a link; None if it does not exist or is outside the vault."""
    ((state, path),) = find_link_states(document.vault.catalog, [link], document.path)
    if state == "file":
        file = document.vault.vault.media.find_file(link.target, document.path)
        return Target(None, file=file) if file else None
    if path is None:
        return None
    found = document if path == document.path else session.document_at(document.vault, path)
    return Target(found, f"^{link.block}" if link.block else link.heading) if found else None


def find_definition(session: Session, params: types.DefinitionParams) -> types.Location | None:
    """Return the target of the link at a position: a note, its heading or block, or a file."""
    document = session.document(params.text_document.uri)
    link = document and document.link_at(document.positions.offset(params.position))
    target = link and document and find_target(session, document, link)
    if not document or not target:
        return None
    if target.document is None:
        return types.Location(session.uri(document.vault, target.file), _START)
    return types.Location(target.document.uri, _part_range(target.document, target.part))


def _part_range(document: Document, part: str) -> types.Range:
    note = document.note
    line = find_line(note.body, note.spans, part) if part else None
    if line is None:
        return _START
    return document.positions.line_range(document.positions.line_of(document.body_start) + line)


def find_references(session: Session, params: types.ReferenceParams) -> list[types.Location] | None:
    """Return the links to the note, heading or block at a position, or the notes with its tag.

    The position may be on a link or on a heading. Elsewhere it means the whole note.
    """
    document = session.document(params.text_document.uri)
    if document is None:
        return None
    offset = document.positions.offset(params.position)
    link = document.link_at(offset)
    if link is None and (tag := document.tag_at(offset)):
        return [*_locate_tag(session, document, tag)]
    target: Target | None = Target(document)
    if link is not None:
        target = find_target(session, document, link)
    elif heading := heading_at(document, offset):
        target = Target(document, heading.text)
    if target is None or target.document is None:
        return []
    found = [
        types.Location(other.uri, other.positions.range(one.start, one.end))
        for other, one in find_links_to(session, target)
    ]
    if params.context.include_declaration:
        place = _part_range(target.document, target.part)
        found.insert(0, types.Location(target.document.uri, place))
    return found


def find_links_to(session: Session, target: Target) -> Iterator[tuple[Document, Link]]:
    """Yield the links to a note or a part of it, each with its note; open notes are as typed."""
    if target.document is None:
        return
    vault, path = target.document.vault, target.document.path
    sources = {link.source for link in vault.catalog.backlinks(path)} | {path}
    sources |= {document.path for document in session.open_documents(vault)}
    for source in sorted(sources):
        document = session.document_at(vault, source)
        links = document.links if document is not None else []
        states = find_link_states(vault.catalog, links, source)
        for link, (_, found) in zip(links, states, strict=True):
            if document is not None and found == path and _leads_to(link, target.part):
                yield document, link


def _leads_to(link: Link, part: str) -> bool:
    """Whether a link leads to a part; each link to a note leads to the part ""."""
    if not part:
        return True
    if part.startswith("^"):
        return link.block == part[1:]
    if not link.heading:
        return False
    last = [text.rpartition("#")[2] for text in (link.heading, part)]
    return normalize_heading(last[0]) == normalize_heading(last[1])


def heading_at(document: Document, offset: int) -> Heading | None:
    """Return the heading at an offset."""
    return next((one for one in document.headings if one.start <= offset <= one.end), None)


def find_tags(
    session: Session, document: Document, name: str
) -> Iterator[tuple[Document, InlineTag]]:
    """Yield the places of a tag and its children in all notes, each with its note."""
    vault, parent = document.vault, name.casefold()
    paths = vault.catalog.paths(Tag(name))
    paths |= {one.path for one in session.open_documents(vault)}
    for path in sorted(paths):
        other = session.document_at(vault, path)
        for tag in other.tags if other is not None else ():
            key = tag.name.casefold()
            if other is not None and (key == parent or key.startswith(f"{parent}/")):
                yield other, tag


def _locate_tag(session: Session, document: Document, tag: InlineTag) -> Iterator[types.Location]:
    for other, one in find_tags(session, document, tag.name):
        yield types.Location(other.uri, other.positions.range(one.start, one.end))


def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    """Return a preview of the note, heading or picture that the link at a position leads to."""
    document = session.document(params.text_document.uri)
    if document is None:
        return None
    offset = document.positions.offset(params.position)
    if link := document.link_at(offset):
        text, place = _describe_link(session, document, link), (link.start, link.end)
    elif tag := document.tag_at(offset):
        text, place = _describe_tag(document, tag.name), (tag.start, tag.end)
    else:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, clean(text))
    return types.Hover(content, document.positions.range(*place)) if text else None


def _describe_link(session: Session, document: Document, link: Link) -> str:
    target = find_target(session, document, link)
    if target is None:
        ((state, _),) = find_link_states(document.vault.catalog, [link], document.path)
        if state == "web":
            return ""
        return link_problem(document.path, link.line + 1, link.target, "broken", 0).message
    if target.document is None:
        if target.file.lower().endswith(PICTURES):
            return f"![]({session.uri(document.vault, target.file)})"
        return target.file
    return describe_note(target.document, target.part)


def describe_note(document: Document, part: str = "") -> str:
    """Return the preview of a note or of a part of it, as Markdown."""
    note = document.note
    heads = [f"**{note.title}**"]
    if part:
        heads.append(part.lstrip("^").replace("#", " · "))
    fields = [
        ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name in SHOWN_FIELDS
        if (value := note.fields.get(name)) not in (None, "", [])
    ]
    text = extract_part(note, part)
    if text is None:
        text = "There is no such heading or block."
    lines = text[:PREVIEW_LETTERS].splitlines()
    if len(lines) > PREVIEW_LINES or len(text) > PREVIEW_LETTERS:
        lines = [*lines[:PREVIEW_LINES], "", "…"]
    about = [" · ".join(heads), " · ".join(fields)]
    return "\n\n".join(filter(None, [*about, "\n".join(lines)]))


def _describe_tag(document: Document, name: str) -> str:
    counts = document.vault.catalog.tag_counts()
    count = next((one for tag, one in counts.items() if tag.casefold() == name.casefold()), 0)
    return f"#{name}: {count} note{'' if count == 1 else 's'}"


def list_links(session: Session, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    """Return the links to notes and files."""
    document = session.document(params.text_document.uri)
    if document is None:
        return []
    vault, found = document.vault, []
    states = find_link_states(vault.catalog, document.links, document.path)
    for link, (state, note) in zip(document.links, states, strict=True):
        is_file = state == "file"
        path = vault.vault.media.find_file(link.target, document.path) if is_file else note
        if path:
            place = document.positions.range(link.start, link.end)
            found.append(types.DocumentLink(place, target=session.uri(vault, path)))
    return found


def count_backlinks(session: Session, params: types.CodeLensParams) -> list[types.CodeLens]:
    """Return the number of links from other notes, above the title."""
    document = session.document(params.text_document.uri)
    count = len(document.vault.catalog.backlinks(document.path)) if document else 0
    if document is None or not count:
        return []
    title = next((one.line for one in document.headings if one.level == 1), 0)
    text = f"{count} backlink{'' if count == 1 else 's'}"
    # Without a command, it is only text.
    return [types.CodeLens(document.positions.line_range(title), types.Command(text, ""))]


FEATURES = {
    types.TEXT_DOCUMENT_DEFINITION: Feature(find_definition),
    types.TEXT_DOCUMENT_REFERENCES: Feature(find_references, is_slow=True),
    types.TEXT_DOCUMENT_HOVER: Feature(hover),
    types.TEXT_DOCUMENT_DOCUMENT_LINK: Feature(list_links),
    types.TEXT_DOCUMENT_CODE_LENS: Feature(count_backlinks),
}
