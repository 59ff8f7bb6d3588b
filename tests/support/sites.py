"""Vaults and sites as the tests of the exporter make them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from notekeep.export.addresses import AnchorIds, SiteAddresses, name_assets
from notekeep.export.draft import Draft
from notekeep.export.post import Post
from notekeep.export.privacy.consent import is_withheld
from notekeep.export.privacy.private import strip_private
from notekeep.export.references import ReferenceTable, number_inline_footnotes
from notekeep.export.rewrite.body import RewrittenBody, write_body
from notekeep.export.source import Options, VaultSource
from notekeep.export.source_map import MappedText
from notekeep.export.targets.portable import Portable
from notekeep.markdown.fields.schema import DEFAULT_SCHEMA
from notekeep.markdown.note import Note, read_note
from notekeep.markdown.note_names import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL.Image import Exif

    from notekeep.export.rewrite.dialect import Dialect
    from notekeep.export.targets.target import Target

REPOSITORY = Path(__file__).resolve().parent.parent.parent
TRAPS = REPOSITORY / "tests" / "export" / "vault"
INDIA = timezone(timedelta(hours=5, minutes=30))
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

HUGO_SETTINGS = """\
baseURL = "https://example.org/"
title = "A site"
timeZone = "UTC"
"""
HUGO_LAYOUTS = {
    "baseof.html": "<!doctype html><html><head><title>{{ .Title }}</title></head>"
    '<body>{{ block "main" . }}{{ end }}</body></html>',
    "single.html": '{{ define "main" }}<article><h1>{{ .Title }}</h1>'
    '<time datetime="{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}">{{ .Date.Format "2 January'
    ' 2006" }}</time>{{ range .GetTerms "tags" }}<a href="{{ .RelPermalink }}">{{ .LinkTitle }}'
    '</a>{{ end }}<div class="post-content">{{ .Content }}</div></article>{{ end }}',
    "list.html": '{{ define "main" }}<h1>{{ .Title }}</h1>{{ range .RegularPagesRecursive }}'
    '<section><a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ .Summary }}</section>{{ end }}'
    "{{ end }}",
}


class ReadNotes:
    """All notes of a folder, each read: what an export needs to know of them, told plainly."""

    def __init__(self, notes: Iterable[Note]) -> None:
        self.notes = {note.path: note for note in notes}
        self._resolver = Resolver((one.path, one.title, one.aliases) for one in self.notes.values())

    def known(self, paths: Iterable[str]) -> set[str]:
        return {*paths} & self.notes.keys()

    def paths(self) -> Iterable[str]:
        return self.notes

    def names(self, paths: Iterable[str]) -> list[tuple[str, str, list[str]]]:
        notes = sorted((self.notes[path] for path in paths), key=lambda note: note.title)
        return [(note.path, note.title, note.aliases) for note in notes]

    def private_paths(self) -> frozenset[str]:
        return frozenset(
            path for path, note in self.notes.items() if note.private or is_withheld(note.fields)
        )

    def prefetch(self, targets: Iterable[str], from_path: str) -> None:
        pass

    def resolve(self, target: str, from_path: str) -> list[str]:
        return self._resolver.resolve(target, from_path)


def make_source(root: Path, published: frozenset[str] = frozenset()) -> VaultSource:
    """See a folder as the exporter sees a vault."""
    notes: dict[str, Note] = {}
    for base, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if name.endswith(".md"):
                path = (Path(base) / name).relative_to(root).as_posix()
                notes[path] = read_note(path, (root / path).read_bytes(), DEFAULT_SCHEMA)
    return VaultSource(
        str(root),
        ReadNotes(notes.values()),
        lambda path: (root / path).read_bytes(),
        DEFAULT_SCHEMA,
        published,
    )


def exif_with_place() -> Exif:
    """Say where a picture was taken, with what, and that it lies on its side."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "CANARY-camera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    return exif


def draw_pictures(vault: Path) -> None:
    """Draw the pictures of the vault, one of them with what a camera writes into it."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    folder = vault / "attachments"
    (folder / "shots").mkdir(parents=True, exist_ok=True)
    info = PngInfo()
    info.add_text("Author", "CANARY-png-author")
    Image.new("RGB", (8, 6), (200, 30, 30)).save(folder / "My Grid (1).PNG", pnginfo=info)
    Image.new("RGB", (4, 4), (30, 200, 30)).save(folder / "plain.png")
    Image.new("RGB", (4, 4), (30, 30, 200)).save(folder / "図 (1).png")
    Image.new("RGB", (4, 4), (90, 30, 200)).save(folder / "odd #1 50%.png")
    photo = Image.new("RGB", (12, 8), (30, 30, 200))
    photo.save(folder / "shots" / "two words.jpg", exif=exif_with_place())


def make_hugo_site(folder: Path, settings: str = HUGO_SETTINGS) -> Path:
    """Make a small Hugo site with layouts of its own."""
    (folder / "layouts").mkdir(parents=True)
    (folder / "content").mkdir()
    (folder / "hugo.toml").write_text(settings)
    for name, text in HUGO_LAYOUTS.items():
        (folder / "layouts" / name).write_text(text)
    return folder


def addresses_alone(draft: Draft, target: Target) -> SiteAddresses:
    """Return the addresses for a body that is written by itself: no other note has a page."""
    title = None if target.dialect.keep_title else draft.post.title
    files = [ref.path for ref in draft.used_references() if ref.kind == "asset"]
    anchors = AnchorIds.of(draft.passage, title)
    return SiteAddresses(target, draft, {}, {draft.note.path: anchors}.get, name_assets(files))


def write_text(
    text: str,
    dialect: Dialect,
    *,
    wanted: frozenset[str] = frozenset(),
    linebreaks: Literal["keep", "join"] = "join",
    title: str = "A title",
) -> RewrittenBody:
    """Write a body for an engine, as if it were the whole of a note."""
    note = Note("n.md", title, body=text)
    stripped = strip_private(MappedText.of_file("n.md", text, 1)).passage
    draft = Draft(
        note, Post("n.md", title), number_inline_footnotes(stripped)[0], ReferenceTable.of(text)
    )
    target = Portable("")
    target.dialect = dialect
    addresses = addresses_alone(draft, target)
    return write_body(draft, dialect, addresses, wanted, Options(linebreaks=linebreaks))


def folder_with(folder: Path, name: str, text: str) -> Path:
    """Make a folder with one file in it."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder
