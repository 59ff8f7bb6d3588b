"""What the tests of this room share: a vault that holds every trap, and sites to export it to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.export.source import Options, VaultSource
from notekeep.export.targets.hugo import Hugo
from notekeep.export.targets.nikola import Nikola
from notekeep.export.targets.portable import Portable
from notekeep.storage.history import History
from tests.support.blog import Blog
from tests.support.programs import needed
from tests.support.sites import (
    INDIA,
    NOW,
    REPOSITORY,
    TRAPS,
    draw_pictures,
    folder_with,
    make_hugo_site,
    make_source,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notekeep.export.rewrite.dialect import Dialect


@pytest.fixture(scope="session")
def drawn_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vault with its pictures, to copy from."""
    vault = tmp_path_factory.mktemp("drawn") / "notes"
    shutil.copytree(TRAPS, vault)
    draw_pictures(vault)
    return vault


@pytest.fixture
def vault(drawn_vault: Path, tmp_path: Path) -> Path:
    """A vault of the test's own, with every trap in it."""
    folder = tmp_path / "notes"
    shutil.copytree(drawn_vault, folder)
    return folder


@pytest.fixture
def write_vault(tmp_path: Path) -> Callable[..., VaultSource]:
    """Make a small vault of the texts given by path, and see it as the exporter does."""

    def write(notes: dict[str, str], published: frozenset[str] = frozenset()) -> VaultSource:
        root = tmp_path / "small"
        root.mkdir(exist_ok=True)
        for path, text in notes.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode("utf-8", "surrogatepass"))
        return make_source(root, published)

    return write


@pytest.fixture
def history(tmp_path: Path) -> History:
    """A history of the test's own."""
    return History(tmp_path / "state")


@pytest.fixture
def blog(tmp_path: Path, hugo_site: Path, history: History, options: Options) -> Blog:
    """Give a vault without notes and a Hugo site without posts."""
    root = tmp_path / "vault"
    root.mkdir()
    return Blog(root, hugo_site, history, options)


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


@pytest.fixture
def hugo_site(tmp_path: Path) -> Path:
    """A Hugo site of the test's own."""
    return make_hugo_site(tmp_path / "blog")


@pytest.fixture
def nikola_dialect(tmp_path: Path) -> Dialect:
    """What a Nikola site reads that `nikola init` made."""
    return Nikola(str(folder_with(tmp_path / "n", "conf.py", 'BLOG_TITLE = "x"\n'))).dialect


@pytest.fixture
def hugo_dialect(tmp_path: Path) -> Dialect:
    """What a Hugo site reads that has no settings of its own."""
    return Hugo(str(folder_with(tmp_path / "h", "hugo.toml", ""))).dialect


@pytest.fixture
def portable_dialect(tmp_path: Path) -> Dialect:
    """What portable Markdown is."""
    return Portable(str(tmp_path)).dialect


_ENGINE = """\
import json, sys
import markdown
from nikola.plugins.compile.markdown.mdx_nikola import NikolaExtension
names = ["fenced_code", "codehilite", "extra"]
engine = markdown.Markdown(extensions=[*names, NikolaExtension()], output_format="html5")
for line in sys.stdin:
    engine.reset()
    print(json.dumps(engine.convert(json.loads(line))), flush=True)
"""


@pytest.fixture(scope="session")
def python_markdown(generators: str) -> Iterator[Callable[[str], str]]:
    """Python-Markdown as Nikola sets it up: text in, HTML out."""
    program = Path(needed("nikola", path=generators)).with_name("python")
    with subprocess.Popen(
        [program, "-c", _ENGINE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as engine:

        def convert(text: str) -> str:
            assert engine.stdin is not None
            assert engine.stdout is not None
            engine.stdin.write(json.dumps(text) + "\n")
            engine.stdin.flush()
            return str(json.loads(engine.stdout.readline()))

        yield convert
        assert engine.stdin is not None
        engine.stdin.close()
