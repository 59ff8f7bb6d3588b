"""The manual's examples, as a newcomer types them in a copy of the sample vault."""

from __future__ import annotations

import io
import itertools
import os
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.cli.main import main
from tests.conftest import SAMPLE
from tests.support.indexed_vaults import copy_indexed, index_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notekeep.vault import Vault

DOCS = Path(__file__).resolve().parents[2] / "docs"
NOW = "2026-11-24T21:15"
SAVED_AT = 1_795_000_000
"""When the notes of the pictures were written, in seconds since 1970: November 2026."""


def examples(page: str, *languages: str) -> list[str]:
    """Every `notekeep …` line in a page's code blocks of some languages, by default of none."""
    text = (DOCS / page).read_text("utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [
        line
        for language, block in blocks
        for line in block.splitlines()
        if language in (languages or ("",)) and line.startswith("notekeep ")
    ]


def _piped(words: list[str]) -> Iterator[list[str]]:
    """Yield the words of each notekeep of a pipe, up to the first other program."""
    for is_pipe, stage in itertools.groupby(words, "|".__eq__):
        name, *rest = stage
        if not is_pipe and name != "notekeep":
            return
        if not is_pipe:
            yield rest


@pytest.fixture
def failing(
    sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[str]]:
    """`failing(page, …languages)` runs a page's examples, and returns those that failed."""
    (sample.parent / "blog").mkdir()
    (sample.parent / "blog/hugo.toml").write_text('baseURL = "https://example.org/"\n', "utf-8")
    monkeypatch.chdir(sample)
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)

    def run(page: str, *languages: str) -> list[str]:
        lines = examples(page, *languages)
        assert lines, f"{page} has no examples"
        wrong = []
        for line in lines:
            given = ""
            for words in _piped(shlex.split(line, comments=True)):
                stdin = io.TextIOWrapper(io.BytesIO(given.encode()), "utf-8")
                monkeypatch.setattr("sys.stdin", stdin)
                code = main([os.path.expanduser(word) for word in words])
                printed = capsys.readouterr()
                given = printed.out
                if code:
                    wrong.append(f"{line} [{code}]\n{printed.err}")
        return wrong

    return run


@pytest.fixture(scope="session")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The sample vault with its index, saved when the pictures say; to be copied, not changed."""
    base = tmp_path_factory.mktemp("pictured")
    shutil.copytree(SAMPLE, base / "notes", ignore=shutil.ignore_patterns(".make"))
    for path in (base / "notes").rglob("*.md"):
        os.utime(path, (SAVED_AT, SAVED_AT))
    return index_once(base / "notes", base / "home")


@pytest.fixture
def still_vault(pictured: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """The sample vault on an evening and a terminal of which the manual has pictures."""
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("NO_COLOR", "COLORFGBG", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    return copy_indexed(pictured, tmp_path / "notes")
