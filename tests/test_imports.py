"""What a one-line command loads: a deferred import is invisible to a contract, a run is not."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from notekeep import extensions
from notekeep.tui.app import NotekeepApp
from notekeep.vault import Vault
from tests.support.screens import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.packages import Packages

HEAVY = {
    "PIL",
    "dateutil",
    "frontmatter",
    "fsrs",
    "latex2mathml",
    "markdown_it",
    "lsprotocol",
    "numpy",
    "platformdirs",
    "pygls",
    "pypdf",
    "rapidfuzz",
    "rich",
    "safetensors",
    "slugify",
    "sqlite_utils",
    "textual",
    "tokenizers",
    "tomlkit",
    "watchfiles",
    "whoosh",
    "wordllama",
}


def loaded(vault: Path, *words: str) -> set[str]:
    """Run a verb in a fresh process; give the top-level modules that it loaded."""
    script = (
        "import json, sys\n"
        "from notekeep.cli.main import main\n"
        "code = main(sys.argv[1:])\n"
        "names = sorted({name.partition('.')[0] for name in sys.modules})\n"
        "sys.stderr.write('\\nLOADED ' + json.dumps([code, names]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--vault", str(vault), *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
        cwd=vault.parent,
    )
    code, names = json.loads(done.stderr.rpartition("LOADED ")[2])
    assert code == 0, done.stderr
    return set(names)


@pytest.fixture
def twenty(packages: Packages) -> Packages:
    """Twenty installed packages, each with extensions of every group."""
    for number in range(20):
        name = f"notekeep-otter-{number}"
        entries = f"otter{number} = {{0}}:OTTER"
        for group in sorted(extensions.GROUPS):
            packages.add(f"{name}-{extensions.GROUPS[group]}", group, entries, "OTTER = 1")
    return packages


@pytest.mark.parametrize(
    "words",
    [("habit", "meditate", "2026-11-20", "12"), ("search", "cue"), ("ls",), ("today",)],
    ids=lambda words: words[0],
)
def test_no_daily_command_imports_or_looks_for_an_extension(
    sample: Path, twenty: Packages, words: tuple[str, ...]
) -> None:
    names = loaded(sample, *words)
    assert not {name for name in names if name.startswith("notekeep_otter")}
    assert "zipfile" not in names, "importlib.metadata imports it"


def test_the_list_of_commands_imports_no_extension(sample: Path, twenty: Packages) -> None:
    names = loaded(sample, "--help")
    assert "click" in names
    assert not {name for name in names if name.startswith("notekeep_otter")}


@pytest.mark.parametrize("words", [("habit", "meditate", "2026-11-20", "12"), ("search", "cue")])
def test_commands_of_the_person_cost_nothing_without_one(
    sample: Path, words: tuple[str, ...]
) -> None:
    script = (
        "import sys\n"
        "from notekeep.cli.main import main\n"
        "main(sys.argv[1:])\n"
        "sys.exit('notekeep.own_commands' in sys.modules)"
    )
    words = ("--vault", str(sample), *words)
    run = [sys.executable, "-c", script, *words]
    assert subprocess.run(run, check=False, capture_output=True, timeout=120).returncode == 0


@pytest.mark.parametrize(
    "words", [("--version",), ("habit", "meditate", "2026-11-20", "12"), ("ls",)]
)
def test_other_commands_load_nothing_of_the_servers(sample: Path, words: tuple[str, ...]) -> None:
    script = (
        "import sys\n"
        "from notekeep.cli.main import main\n"
        "main(sys.argv[1:])\n"
        "libraries = {'mcp', 'pydantic', 'anyio', 'pygls'} & sys.modules.keys()\n"
        "servers = ('notekeep.assistant', 'notekeep.editor')\n"
        "sys.exit(bool(libraries) or any(name.startswith(servers) for name in sys.modules))"
    )
    run = [sys.executable, "-c", script, "--vault", str(sample), *words]
    assert subprocess.run(run, check=False, capture_output=True, timeout=120).returncode == 0


async def test_the_first_frame_imports_no_extension(sample: Path, twenty: Packages) -> None:
    app = NotekeepApp(Vault.open(sample), "today")
    show, imported = app.first_frame.set, []
    before = set(sys.modules)

    def showing() -> None:
        imported.append({name for name in sys.modules if name.startswith("notekeep_otter")})
        show()

    app.first_frame.set = showing  # type: ignore[method-assign]
    async with app.run_test() as pilot:
        await until(pilot, app.first_frame.is_set)
    assert imported[0] <= before


def test_importing_notekeep_loads_nothing_else() -> None:
    script = (
        "import sys; before = set(sys.modules); import notekeep; "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["__future__", "notekeep"]


@pytest.mark.parametrize(
    "words",
    [
        ("habit", "meditate", "2026-11-20", "12", "min"),
        ("ls", "type:book rating>=4"),
        ("new", "book", "A new one"),
        ("show", "Atomic Habits"),
    ],
    ids=lambda words: words[0],
)
def test_the_verbs_of_every_day_load_nothing_heavy(sample: Path, words: tuple[str, ...]) -> None:
    loaded(sample, "index")
    reads_notes = words[0] == "new"  # and takes what it wrote into the catalog
    allowed = {"frontmatter"} if reads_notes else set()
    assert loaded(sample, *words) & HEAVY <= allowed


def test_the_merge_driver_loads_nothing_heavy(sample: Path) -> None:
    note = str(sample / "books/Deep Work.md")
    names = loaded(sample, "merge-file", note, note, note, "books/Deep Work.md")
    assert names & (HEAVY | {"sqlite3", "yaml"}) == set()


@pytest.mark.parametrize(
    "words",
    [
        ("search", "cue craving"),
        ("export", "Atomic Habits", "--dry-run"),
        ("today",),
        ("tags",),
        ("doctor",),
        ("set", "rating=5", "--", "Deep Work"),
        ("index", "--rebuild"),
    ],
    ids=lambda words: words[0],
)
def test_no_verb_loads_the_interface(sample: Path, words: tuple[str, ...]) -> None:
    assert "textual" not in loaded(sample, *words)


@pytest.mark.parametrize("target", ["hugo", "html"])
def test_an_export_loads_no_reader_that_its_note_does_not_need(
    sample: Path, tmp_path: Path, target: str
) -> None:
    (tmp_path / "hugo.toml").touch()
    words = ("export", "Deep Work", "--dry-run", "--to", target, "--site", str(tmp_path))
    assert loaded(sample, *words) & {"latex2mathml", "pypdf"} == set()


def test_an_import_without_html_loads_no_library_for_it(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    (vault / ".notekeep").mkdir(parents=True)
    links = tmp_path / "pocket.csv"
    links.write_text("title,url,time_added,tags,status\nWorms,https://example.com,1,,unread\n")
    assert not loaded(vault, "import", str(links)) & {"bs4", "markdownify", "nh3"}
