"""What the tests of this room share: a vault that holds every trap, and sites to export it to."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.export import Options, Source
from notekeep.files.history import History
from notekeep.markdown.kinds import DEFAULT_SCHEMA
from notekeep.markdown.note import Note, read_note
from notekeep.markdown.resolve import Resolver
from tests.support.programs import needed

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Exif

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
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


def make_source(root: Path, published: frozenset[str] = frozenset()) -> Source:
    """See a folder as the exporter sees a vault."""
    notes: dict[str, Note] = {}
    for base, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if name.endswith(".md"):
                path = (Path(base) / name).relative_to(root).as_posix()
                notes[path] = read_note(path, (root / path).read_bytes(), DEFAULT_SCHEMA)
    return Source(
        str(root),
        notes,
        lambda path: (root / path).read_bytes(),
        Resolver((note.path, note.title, note.aliases) for note in notes.values()),
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
    photo = Image.new("RGB", (12, 8), (30, 30, 200))
    photo.save(folder / "shots" / "two words.jpg", exif=exif_with_place())


@pytest.fixture(scope="session")
def drawn_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vault with its pictures, to copy from."""
    vault = tmp_path_factory.mktemp("drawn") / "notes"
    shutil.copytree(HERE / "vault", vault)
    draw_pictures(vault)
    return vault


@pytest.fixture
def vault(drawn_vault: Path, tmp_path: Path) -> Path:
    """A vault of the test's own, with every trap in it."""
    folder = tmp_path / "notes"
    shutil.copytree(drawn_vault, folder)
    return folder


@pytest.fixture
def write_vault(tmp_path: Path) -> Callable[..., Source]:
    """Make a small vault of the texts given by path, and see it as the exporter does."""

    def write(notes: dict[str, str], published: frozenset[str] = frozenset()) -> Source:
        root = tmp_path / "small"
        root.mkdir(exist_ok=True)
        for path, text in notes.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode())
        return make_source(root, published)

    return write


@pytest.fixture
def history(tmp_path: Path) -> History:
    """A history of the test's own."""
    return History(tmp_path / "state")


@pytest.fixture
def options() -> Options:
    """An author in India at a fixed moment."""
    return Options(zone=INDIA, now=NOW)


@pytest.fixture(scope="session")
def generators() -> str:
    """The folder that the generators are in, as a search path."""
    own = os.environ.get("NOTEKEEP_GENERATORS") or str(REPOSITORY / ".venv" / "export" / "bin")
    return os.pathsep.join([own, os.environ.get("PATH", "")])


@pytest.fixture(scope="session")
def empty_nikola(tmp_path_factory: pytest.TempPathFactory, generators: str) -> Path:
    """A Nikola site as `nikola init` makes it, to copy from."""
    program = needed("nikola", path=generators)
    folder = tmp_path_factory.mktemp("nikola")
    command = [program, "init", "--quiet", "site"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "site"


@pytest.fixture
def nikola_site(empty_nikola: Path, tmp_path: Path) -> Path:
    """A Nikola site of the test's own."""
    folder = tmp_path / "blog"
    shutil.copytree(empty_nikola, folder)
    return folder


def make_hugo_site(folder: Path, settings: str = HUGO_SETTINGS) -> Path:
    """Make a small Hugo site with layouts of its own."""
    (folder / "layouts").mkdir(parents=True)
    (folder / "content").mkdir()
    (folder / "hugo.toml").write_text(settings)
    for name, text in HUGO_LAYOUTS.items():
        (folder / "layouts" / name).write_text(text)
    return folder


@pytest.fixture
def hugo_site(tmp_path: Path) -> Path:
    """A Hugo site of the test's own."""
    return make_hugo_site(tmp_path / "blog")
