"""`lsp` without its extra; its sessions are in tests/editor."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from tests.support.commands import CommandResult


def test_without_the_extra_it_says_how_to_install_it(
    notekeep: Callable[..., CommandResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "notekeep.cli.editors.find_spec", lambda name: None if name == "pygls" else find(name)
    )
    done = notekeep("lsp")
    assert done.code == 5
    assert "The packages of the language server are not installed." in done.err
    assert "pip install 'notekeep[lsp]'" in done.err
