"""Without the extra, the command says how to install it, and proposals still work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notekeep.cli.main import main

if TYPE_CHECKING:
    import pytest

    from notekeep.vault import Vault


def test_the_command_says_how_to_install_the_extra(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--vault", vault.root, "mcp"]) == 2
    error = capsys.readouterr().err
    assert "pip install 'notekeep[mcp]'" in error
    assert main(["--vault", vault.root, "mcp", "log"]) == 1
    assert main(["--vault", vault.root, "proposals"]) == 1
    assert "No proposals are waiting." in capsys.readouterr().err
