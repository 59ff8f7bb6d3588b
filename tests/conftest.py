"""What all tests share: a home of their own, and vaults to work on."""

from __future__ import annotations

import os
import shutil
import signal
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from notekeep import extensions
from notekeep.search import meaning
from tests.support.indexed_vaults import copy_indexed, index_once
from tests.support.packages import Packages
from tests.support.programs import may_be_skipped
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from notekeep.vault import Vault

# How long an example takes says nothing on a busy machine; speed is measured in `bench/`.
settings.register_profile(
    "patient",
    max_examples=sized(20, 100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")

# A shell starts what runs in the background with ctrl+c ignored, and programs inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Their tests need extras; `make check-meaning` and `make check-lsp` run them.
collect_ignore = [] if meaning.is_installed() else ["search/test_meaning.py"]
if find_spec("lsprotocol") is None:
    collect_ignore.append("editor")

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLE = REPOSITORY / "vault"


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New folders, one after the other; pytest's own way lists thousands of them to find a name."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, so that none sees the settings of a person or a test."""
    folder = next(homes)
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("NOTEKEEP_HOME", str(folder / "notekeep"))
    for name in ("NOTEKEEP_VAULT", "VISUAL", "EDITOR", "PAGER", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    # Else what a program writes to a pipe comes behind its notes, which are not buffered.
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    return folder


@pytest.fixture
def sample(sample_indexed: Vault, tmp_path: Path) -> Path:
    """A copy of the sample vault as it is committed, and indexed: its last day is 2026-11-24."""
    folder = tmp_path / "notes"
    copied = copy_indexed(sample_indexed, folder)
    copied.catalog.close()
    copied.full_text.close()
    return folder


@pytest.fixture(scope="session")
def sample_indexed(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The sample vault with its index; to be copied, not changed."""
    base = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, base / "notes", ignore=shutil.ignore_patterns(".make"))
    return index_once(base / "notes", base / "home")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    """An empty folder for packages with extensions."""
    yield Packages(tmp_path / "packages", monkeypatch)
    # What an app could not load is reported by the next command of this process.
    extensions.take_failures()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With NOTEKEEP_NO_SKIPS, as in continuous integration, only skips of a list are skips."""
    del item, call
    report = yield
    if (
        report.skipped
        and os.environ.get("NOTEKEEP_NO_SKIPS")
        and not hasattr(report, "wasxfail")
        and isinstance(report.longrepr, tuple)
        and not may_be_skipped(reason := report.longrepr[2].removeprefix("Skipped: "))
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped, which NOTEKEEP_NO_SKIPS forbids: {reason}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the reliability scorecard of this run, when its rows were run."""
    lines: list[Any] = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == "scorecard"
    ]
    if lines:
        from reliability.board import Result, render

        lines.sort(key=lambda line: int(line[0].split()[0][1:]))
        terminalreporter.write_sep("=", "reliability")
        terminalreporter.write_line(render([(name, Result(**found)) for name, found in lines]))
