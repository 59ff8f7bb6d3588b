"""Commands come from the person only, never from a vault, and never pass through a shell."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from notekeep.settings import vault_settings
from reliability.r16_terminal import environment
from reliability.terminal import on_terminal, unsafe
from tests.support.programs import write_program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

    Run = Callable[..., CommandResult]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX has pseudoterminals")

HOSTILE = "a $(touch canary) `touch canary`; touch canary & 'x'.md"


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    """An editor that writes down its arguments, beside itself."""
    program = tmp_path / "my editor"
    said = str(tmp_path / "said.json")
    code = f"import json, sys\nopen({said!r}, 'w').write(json.dumps(sys.argv[1:]))"
    write_program(program, code)
    return program


def said(editor: Path) -> list[str]:
    words: list[str] = json.loads(editor.with_name("said.json").read_text())
    return words


@pytest.mark.parametrize("name", ["VISUAL", "EDITOR"])
def test_the_editor_is_a_list_of_words_and_no_path_is_an_option(
    name: str, run: Run, root: Path, editor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / HOSTILE).write_text("x\n", "utf-8")
    monkeypatch.setenv(name, f"'{editor}' --wait '; touch canary' $HOME")
    assert run("open", "--", HOSTILE).code == 0
    assert said(editor) == ["--wait", "; touch canary", "$HOME", "--", str(root / HOSTILE)]
    assert not list(root.parent.rglob("canary"))


def test_the_definition_of_a_habit_is_opened_the_same_way(
    run: Run, root: Path, editor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", f"'{editor}'")
    (root / "habits").mkdir()
    path = root / "habits/-sit $(touch canary).md"
    path.write_text("---\nhabit: sit\nschedule: daily\nsince: 2026-11-01\n---\n", "utf-8")
    assert run("habit", "edit", "sit").code == 0
    assert said(editor) == ["--", str(path)]


def test_a_vault_sets_no_command(
    run: Run, root: Path, editor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = tmp_path / "canary"
    keys = ("editor", "pager", "browser", "shell", "hook", "sync", "build")
    (root / ".notekeep/config.toml").write_text(
        "".join(f'{key} = "touch {canary}"\n' for key in keys)
        + f'[sites.blog]\ndir = "/"\ntarget = "touch {canary}"\n[commands]\nx = "touch {canary}"\n',
        "utf-8",
    )
    (root / "a.md").write_text("x\n", "utf-8")
    monkeypatch.setenv("VISUAL", f"'{editor}'")
    assert run("open", "a").code == 0
    assert said(editor) == ["--", str(root / "a.md")]
    assert not canary.exists()
    warnings = vault_settings(str(root)).warnings
    for key in (*keys, "sites", "commands"):
        assert any(f"{key}:" in warning for warning in warnings), (key, warnings)


def test_the_pager_is_given_clean_text_and_no_shell(
    root: Path, home: Path, editor: Path, tmp_path: Path
) -> None:
    (root / "a.md").write_text("title \x1b]0;owned\x07 \u202e end\n", "utf-8")
    pager = tmp_path / "my pager"
    write_program(pager, "import sys\nprint(sys.argv[1:])\nprint(sys.stdin.read())")
    env = environment(home) | {"PAGER": f"'{pager}' '; touch canary'"}
    command = [sys.executable, "-P", "-m", "notekeep", "show", "a"]
    code, sent = on_terminal(command, str(root), env)
    assert code == 0, sent
    assert b"['; touch canary']" in sent
    assert "title ␛]0;owned␇ � end".encode() in sent
    assert unsafe(sent) == []
    assert not list(tmp_path.rglob("canary"))
