"""What a shell completes: commands, kinds, shells, habits; for both names of the program."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.ran import Ran

    Run = Callable[..., Ran]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "Meditate.md").write_text("---\nhabit: meditate\n---\n", "utf-8")
    return root


@pytest.mark.parametrize(
    ("words", "begun", "offered"),
    [
        ("", "sa", ["saved"]),
        ("new", "bo", ["book"]),
        ("completion", "", ["bash", "zsh", "fish"]),
        ("habit", "m", ["meditate", "month"]),
        ("habit", "im", ["import"]),
        ("ls", "--js", ["--json"]),
    ],
)
def test_what_is_begun_is_offered(
    notekeep: Run, root: Path, words: str, begun: str, offered: list[str]
) -> None:
    assert notekeep("index", at=root).code == 0
    line = ["notekeep", *words.split(), begun]
    ran = notekeep(
        at=root,
        COMP_WORDS=" ".join(line),
        COMP_CWORD=str(len(line) - 1),
        _NOTEKEEP_COMPLETE="bash_complete",
    )
    assert ran.out.splitlines() == [f"plain,{word}" for word in offered]


def test_without_a_vault_the_commands_are_still_offered(notekeep: Run, tmp_path: Path) -> None:
    for line, offered in (("notekeep habit mo", "plain,month\n"), ("notekeep new bo", "")):
        ran = notekeep(COMP_WORDS=line, COMP_CWORD="2", _NOTEKEEP_COMPLETE="bash_complete")
        assert (ran.code, ran.out.strip(), ran.err) == (0, offered.strip(), ""), ran


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_both_names_of_the_program_are_completed(notekeep: Run, root: Path) -> None:
    script = notekeep("completion", "bash", at=root).out
    done = subprocess.run(
        ["bash", "-c", f"{script}\ncomplete -p notekeep nk"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert [line.split()[-1] for line in done.stdout.splitlines()] == ["notekeep", "nk"]
    assert notekeep("completion", "zsh", at=root).out.startswith("#compdef notekeep nk\n")
    assert "--command nk" in notekeep("completion", "fish", at=root).out
