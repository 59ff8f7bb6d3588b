"""Packages of other authors: how they are found, and what a broken one costs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notekeep import extensions
from notekeep.config import Places
from notekeep.extend import check_action
from notekeep.extensions import ExtensionFailed

if TYPE_CHECKING:
    from tests.support.packages import Packages


def as_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"it is {type(value).__name__}, not a text")
    return value


def install(packages: Packages, name: str, code: str) -> None:
    """Install a package with an action `thing`, called by the last word of the package."""
    packages.add(name, extensions.ACTIONS, f"{name.rpartition('-')[2]} = {{}}:thing", code)


def test_names_are_read_without_importing_a_package(packages: Packages) -> None:
    install(packages, "notekeep-otter", "thing = 'wet'")
    install(packages, "notekeep-heron", "raise SystemExit('imported')")
    heron, otter = extensions.installed(extensions.ACTIONS)
    assert (heron.package, heron.version, heron.name) == ("notekeep-heron", "1.0", "heron")
    assert str(otter) == 'The action "otter" of notekeep-otter 1.0'
    assert "notekeep_otter" not in sys.modules
    assert otter.load(as_text) == "wet"
    assert extensions.installed(extensions.TARGETS) == ()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import nonsense_of_nobody", "ModuleNotFoundError: No module named 'nonsense_of_nobody'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("other = 1", "AttributeError: "),
        ("thing = 7", "TypeError: it is int, not a text"),
        ("thing = 'x'\nNOTEKEEP_API = 2", "it requires version 2 of the interface, and this is 1"),
        ("raise ValueError('two\\nlines')", "ValueError: two lines"),
    ],
)
def test_a_broken_extension_costs_itself(packages: Packages, code: str, reason: str) -> None:
    install(packages, "notekeep-otter", "thing = 'wet'")
    install(packages, "notekeep-heron", code)
    found = [(one.name, text) for one, text in extensions.load_working(extensions.ACTIONS, as_text)]
    assert found == [("otter", "wet")]
    (failed,) = extensions.take_failures()
    assert failed.message.startswith('The action "heron" of notekeep-heron 1.0 does not work: ')
    assert reason in failed.message
    assert "\n" not in failed.message
    assert extensions.take_failures() == []
    log = Path(Places.for_machine().state, extensions.LOG).read_text()
    assert failed.message in log
    assert "Traceback (most recent call last)" in log
    with pytest.raises(ExtensionFailed, match="heron"):
        extensions.installed(extensions.ACTIONS)[0].load(as_text)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("heron = notekeep_heron.nothing-", "ModuleNotFoundError: "),
        ("heron", "Extensions cannot be listed, as a package has damaged metadata"),
    ],
)
def test_damaged_metadata_of_a_package_is_named(packages: Packages, line: str, reason: str) -> None:
    packages.add("notekeep-heron", extensions.ACTIONS, line, "")
    assert list(extensions.load_working(extensions.ACTIONS, as_text)) == []
    (failed,) = extensions.take_failures()
    assert reason in failed.message


def test_the_required_version_of_the_interface_may_be_the_present_one(packages: Packages) -> None:
    install(packages, "notekeep-otter", f"thing = 'x'\nNOTEKEEP_API = {extensions.API}")
    assert extensions.installed(extensions.ACTIONS)[0].load(as_text) == "x"


@pytest.mark.parametrize(("value", "count"), [("1", 0), ("0", 1), ("", 1)])
def test_the_variable_starts_without_extensions(
    packages: Packages, monkeypatch: pytest.MonkeyPatch, value: str, count: int
) -> None:
    install(packages, "notekeep-otter", "thing = 'wet'")
    monkeypatch.setenv("NOTEKEEP_NO_EXTENSIONS", value)
    assert len(extensions.installed(extensions.ACTIONS)) == count


@pytest.mark.parametrize("first", ["", "here"])
def test_nothing_is_found_in_the_current_folder(
    packages: Packages, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """`python -m notekeep` puts the current folder into the path, and it may be a vault."""
    install(packages, "notekeep-otter", "thing = 'wet'")
    monkeypatch.chdir(packages.folder)
    monkeypatch.setattr(sys, "path", [first and str(packages.folder), *sys.path[:-1]])
    assert extensions.installed(extensions.ACTIONS) == ()


def test_an_action_is_checked(packages: Packages) -> None:
    code = "from notekeep.extend import Action\nthing = Action('dive', 'Dive', None, print)\n"
    install(packages, "notekeep-otter", code)
    install(packages, "notekeep-heron", "thing = print")
    ((_, action),) = extensions.load_working(extensions.ACTIONS, check_action)
    assert (action.id, action.title, action.key) == ("dive", "Dive", None)
    (failed,) = extensions.take_failures()
    assert "it is of type builtin_function_or_method, not an Action" in failed.message
