"""The manual's examples, as a newcomer types them in a copy of the sample vault."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path(__file__).resolve().parents[2] / "docs"
NOW = "2026-11-24T21:15"


def examples(page: str) -> list[str]:
    """Every `notekeep …` line in a page's blocks of code that name no language, in order."""
    text = (DOCS / page).read_text("utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [
        line
        for language, block in blocks
        for line in block.splitlines()
        if not language and line.startswith("notekeep ")
    ]


@pytest.fixture
def failing(
    sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], list[str]]:
    """`failing(page)` runs a page's examples, and gives those that did not exit with 0."""
    (sample.parent / "blog").mkdir()
    (sample.parent / "blog/hugo.toml").write_text('baseURL = "https://example.org/"\n', "utf-8")
    monkeypatch.chdir(sample)
    monkeypatch.setenv("NOTEKEEP_NOW", NOW)

    def run(page: str) -> list[str]:
        lines = examples(page)
        assert lines, f"{page} has no examples"
        wrong = []
        for line in lines:
            monkeypatch.setattr("sys.stdin", io.StringIO())
            code = main(shlex.split(line, comments=True)[1:])
            printed = capsys.readouterr()
            if code:
                wrong.append(f"{line} [{code}]\n{printed.err}")
        return wrong

    return run
