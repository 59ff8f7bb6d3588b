"""The page for authors of extensions: its packages are built, installed, used and removed."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
import sysconfig
import venv
from typing import TYPE_CHECKING

import pytest

from notekeep import extend
from notekeep.extensions import GROUPS
from tests.conftest import REPOSITORY
from tests.docs.conftest import DOCS

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (DOCS / "extending.md").read_text("utf-8")
FILES = dict(
    re.findall(r"`(notekeep-[\w/.-]+)`:\n\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)
CLIPPINGS = re.findall(r"```text\n(Otter.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0]
SAME = [path for path in FILES if "count" not in path]


@pytest.mark.parametrize("path", SAME)
def test_the_page_shows_the_packages_as_they_are(path: str) -> None:
    assert FILES[path] == (REPOSITORY / "tests/extensions" / path).read_text("utf-8")


def test_the_page_has_all_files_of_the_packages() -> None:
    packages = (REPOSITORY / "tests/extensions").glob("notekeep-*")
    files = {f"{one.name}/{file.name}" for one in packages for file in one.glob("*.*")}
    assert set(SAME) == files


def test_the_page_names_all_that_an_extension_may_import() -> None:
    named = " ".join(re.findall(r"`([^`\n]+)`", PAGE))
    assert [name for name in extend.__all__ if not re.search(rf"\b{name}\b", PAGE)] == []
    for record in (extend.Work, extend.Passage, extend.Page, extend.Action):
        fields = [field.name for field in dataclasses.fields(record)]
        assert [name for name in fields if not re.search(rf"\b{name}\b", named)] == []
    assert [group for group in GROUPS if f'"{group}"' not in PAGE] == []


def make_environment(folder: Path) -> Path:
    """Make an environment with notekeep and its dependencies, pip, and no other extension."""
    venv.create(folder, with_pip=False)
    scheme = sysconfig.get_preferred_scheme("prefix")
    paths = sysconfig.get_paths(scheme, vars={"base": str(folder), "platbase": str(folder)})
    ours = sysconfig.get_paths()["purelib"]
    lines = f"{REPOSITORY}\nimport site; site.addsitedir({ours!r})\n"
    (folder / os.path.relpath(paths["purelib"], folder) / "ours.pth").write_text(lines)
    python = f"{paths['scripts']}/python"
    scripts = {
        "notekeep": f'exec {python} -m notekeep "$@"',
        "pip": f"""\
            options=; [ "$1" = install ] && options="--no-index --no-deps --no-build-isolation"
            command=$1; shift
            exec {sys.executable} -m pip --quiet --python {python} $command $options "$@"
        """,
    }
    for name, script in scripts.items():
        file = folder / os.path.relpath(paths["scripts"], folder) / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
    return file.parent


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the steps are for a POSIX shell")
def test_every_step_of_the_page_works(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = make_environment(tmp_path / "environment")
    folder = tmp_path / "work"
    for path, text in {**FILES, "clippings.otter": CLIPPINGS}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("NOTEKEEP_VAULT", str(sample))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    printed = []
    for block in re.findall(r"(?ms)```sh\n(.*?)^```$", PAGE):
        done = subprocess.run(
            ["/bin/sh", "-exc", block],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        printed.append(done.stdout + done.stderr)
    installed, imported, tested, exported, counted, removed = printed
    assert "notekeep-otter  0.1.0  format otter  works" in installed
    assert "1 new note, 2 new passages" in imported
    assert "Nothing new." in imported
    assert "> Worms work at night. (p. 12)" in imported
    assert "1 passed" in tested
    assert "> Worms work at night. (p. 12)" in exported
    assert re.search(r"\d+ words in \d+ notes", counted)
    assert "action finish" in counted
    assert "No extensions are installed." in removed
