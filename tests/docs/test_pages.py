"""Generated pages are what their scripts write, and links between pages lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from notekeep.cli.command_tree import VERBS
from notekeep.tui.commands.action import GO_KEYS
from notekeep.tui.commands.registry import ACTIONS_BY_ID, key_labels, keymaps, wrong_keys
from tests.support.programs import needed

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))


@pytest.mark.parametrize("name", ["commands", "fields", "keys", "settings"])
def test_the_committed_page_is_what_its_script_writes(name: str, tmp_path: Path) -> None:
    script, written = DOCS / ".make" / f"{name}.py", tmp_path / "page.md"
    subprocess.run([sys.executable, script, written], check=True, timeout=60)
    committed = (DOCS / f"{name}.md").read_text("utf-8")
    assert written.read_text("utf-8") == committed, "run `make docs`, and commit what it writes"


def test_committed_manual_pages_and_completions_are_up_to_date(tmp_path: Path) -> None:
    script = DOCS / ".make/share.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, timeout=60)
    assert files(tmp_path) == files(DOCS / "share"), "run `make docs`, and commit what it writes"


@pytest.mark.parametrize(
    ("page", "example"),
    [
        ("man1/notekeep.1", "pbpaste | notekeep new note"),
        ("man7/notekeep-query.7", "notekeep search naval leverage"),
    ],
)
def test_man_reads_the_manual_pages_without_warnings(page: str, example: str) -> None:
    done = subprocess.run(
        [needed("man"), "--warnings", "--local-file", DOCS / "share/man" / page],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"},
    )
    assert done.stderr == ""
    assert f"\n           {example}" in done.stdout, "examples keep their lines"


def test_manual_page_describes_every_command() -> None:
    page = (DOCS / "share/man/man1/notekeep.1").read_text("utf-8").replace("\\-", "-")
    sections = re.findall(r"^\.SS (.*)", page, re.MULTILINE)
    assert set(VERBS) <= {name.replace("\\-", "-") for name in sections}
    assert "habit log" in sections


def test_workflows_and_issue_forms_are_valid_and_pin_every_action() -> None:
    github = DOCS.parent / ".github"
    pages = sorted(github.rglob("*.yml"))
    assert len(pages) > 3
    for page in pages:
        text = page.read_text("utf-8")
        assert yaml.safe_load(text), page
        for action in re.findall(r"uses: *(\S+)", text):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), f"{page.name}: {action}"


def files(folder: Path) -> dict[str, str]:
    """The text of every file under a folder, by its path in it."""
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
@pytest.mark.parametrize("map_", keymaps())
def test_examples_of_keys_are_valid_and_clash_with_nothing(page: Path, map_: str) -> None:
    for example in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        said = tomllib.loads(example)
        assert said.get("keymap", map_) in keymaps()
        assert wrong_keys(map_, said.get("keys", {})) == []
        for name in re.findall(r"^([\w-]+) = .*# no key otherwise", example, re.MULTILINE):
            assert key_labels(ACTIONS_BY_ID[name], {}) == ""


def test_keys_of_two_in_a_row_are_listed_with_their_action() -> None:
    rows = (DOCS / "keys.md").read_text("utf-8").splitlines()
    for second in GO_KEYS:
        (row,) = (row for row in rows if row.endswith(f"| `{second.action}` |"))
        assert f"`g{second.key}`" in row.split("|")[1]


def test_every_key_in_the_tables_of_the_app_page_does_something() -> None:
    cells = re.findall(r"^\| (`.*?) \|", (DOCS / "interface.md").read_text("utf-8"), re.MULTILINE)
    named = re.findall(r"`([^`]+)`", " ".join(cells))
    labels = " ".join(key_labels(action, {}) for action in ACTIONS_BY_ID.values())
    assert named
    assert [key for key in named if key not in re.split("[ ,]+", labels)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_first_page_links_every_page_and_the_readme_links_it() -> None:
    first = (DOCS / "index.md").read_text("utf-8")
    others = [page.name for page in PAGES if page.name != "index.md"]
    assert [name for name in others if f"]({name})" not in first] == []
    assert "(docs/index.md)" in (DOCS.parent / "README.md").read_text("utf-8")


def test_the_changelog_says_in_a_few_lines_what_a_version_is() -> None:
    text = (DOCS.parent / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[\d.+?(?=^##)", text + "\n##", re.MULTILINE | re.DOTALL)
    assert len(versions) > 1
    assert [version for version in versions if len(version.strip().splitlines()) > 25] == []


def test_the_architecture_names_what_is_there() -> None:
    repository = DOCS.parent
    text = (repository / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(r"`([a-z][a-z_/]*(?:/|\.py))`", text)
    assert len(named) > 40
    places = (repository, repository / "notekeep")
    assert [name for name in named if not any((one / name).exists() for one in places)] == []
