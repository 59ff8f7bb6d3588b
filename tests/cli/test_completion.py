"""What a shell completes: commands, kinds, shells, habits; for both names of the program."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.catalog.catalog import Catalog
from notekeep.catalog.name_lookup import complete_name
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.commands import CommandResult

    Run = Callable[..., CommandResult]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    (root / ".notekeep").mkdir(parents=True)
    (root / "Meditate.md").write_text("---\nhabit: meditate\n---\n", "utf-8")
    (root / "Books.base").write_text("views: [{name: All}]\n", "utf-8")
    (root / "Broken.base").write_text("views: [\n", "utf-8")
    return root


@pytest.mark.parametrize(
    ("words", "begun", "offered"),
    [
        ("", "sa", ["saved"]),
        ("new", "bo", ["book"]),
        ("completion", "", ["bash", "zsh", "fish"]),
        ("habit", "m", ["meditate", "month"]),
        ("habit", "im", ["import"]),
        ("add --day", "tu", ["tuesday"]),
        ("ls", "--js", ["--json"]),
        ("base", "B", ["Books.base"]),  # and not Broken.base
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


def offered(notekeep: Run, root: Path, line: str) -> list[str]:
    """What bash is given for a line, as it stands behind the place where bash breaks the word."""
    ran = notekeep(
        at=root, COMP_LINE=line, COMP_BREAKS=" \"'=:", _NOTEKEEP_COMPLETE="bash_complete"
    )
    assert (ran.code, ran.err) == (0, ""), ran
    return [row.removeprefix("plain,") for row in ran.out.splitlines() if row]


@pytest.fixture
def named(root: Path, notekeep: Run) -> Path:
    (root / "books").mkdir()
    for name, text in {
        "books/Bayes' theorem.md": "---\ntags: [maths, learning/ml]\n---\n",
        "books/Thinking, fast.md": "---\naliases: [Kahneman]\n---\n",
        "books/Thin air.md": "---\ngenre: [Old maps, novel]\npublish: true\n---\na book",
        "Thin air.md": "another one of that name",
        "Floss.md": "---\nhabit: floss\n---\n",
        ".notekeep/config.toml": '[saved]\n"To read" = "type:book"\n',
    }.items():
        (root / name).write_text(text, "utf-8")
    assert notekeep("index", at=root).code == 0
    return root


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("notekeep show bay", ["Bayes' theorem"]),
        ('notekeep show "Bay', ["Bayes' theorem"]),
        ("notekeep show 'Bay", ["Bayes' theorem"]),
        ("notekeep show Bayes\\'\\ th", ["Bayes' theorem"]),
        ("notekeep show Thinking, ", ["fast"]),
        ("notekeep show Kah", ["Kahneman"]),
        ("notekeep show Thin\\ a", ["books/Thin air.md", "Thin air.md"]),
        ("notekeep show books/B", ["books/Bayes' theorem.md"]),
        ("notekeep rm Meditate Flo", ["Floss"]),
        ("notekeep set rating=5 -- Thinki", ["Thinking, fast"]),
        ("notekeep add x --to Flo", ["Floss"]),
        ("notekeep habit meditate fl", ["floss"]),
        ("notekeep habit year fl", ["floss"]),
        ("notekeep ls tag:ma", ["maths"]),
        ('notekeep ls "tag:ma', ["tag:maths"]),
        ("notekeep ls -tag:learning/", ["learning/ml"]),
        ("notekeep search is:unt", ["untagged"]),
        ("notekeep ls type:po", ["podcast", "post"]),
        ("notekeep tag +ma", ["+maths"]),
        ("notekeep tags rename learning/", ["learning/ml"]),
        ("notekeep saved T", ["To read"]),
        ("notekeep set status=fin", ["finished"]),
        ("notekeep set rating=5 status=to-", ["to-listen", "to-read"]),
        ("notekeep set genre+=", ["Old maps", "novel"]),
        ("notekeep set tags-=ma", ["maths"]),
        ("notekeep set publish=", ["false", "true"]),
        ("notekeep set finished=y", ["yesterday"]),
        ("notekeep set nosuch=", []),
        ("notekeep ls status:rea", ["reading"]),
        ("notekeep ls -genre:Old", ['"Old maps"']),
        ("notekeep ls nosuch:x", []),
        ("notekeep ls --cols wo", ["words"]),
        ("notekeep ls --cols title,gen", ["title,genre"]),
        ("notekeep ls --cols task", []),
        ("notekeep ls --by ye", ["year"]),
        ("notekeep ls --sort mod", ["modified"]),
        ("notekeep ls sort:-siz", ["-size"]),
        ("notekeep ls no:aut", ["author"]),
        ("notekeep new book Dune --set status=to-", ["to-listen", "to-read"]),
        ("notekeep show nothing", []),
    ],
)
def test_what_the_vault_has_is_offered_and_read_back_by_the_shell(
    notekeep: Run, named: Path, line: str, expected: list[str]
) -> None:
    quote = next((one for one in "'\"" if f" {one}" in line), "")
    words = [shlex.split(f"{quote}{one}{quote}") for one in offered(notekeep, named, line)]
    assert sorted(words) == sorted([one] for one in expected)


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_bash_runs_nothing_of_what_was_completed(
    notekeep: Run, root: Path, tmp_path: Path, quote: str
) -> None:
    tags = ["o`touch ran` a", "o$(touch ran)b", "o'; touch ran; 'c", 'o"; touch ran; "d', "o`e"]
    (root / "a.md").write_text(f"---\ntags: {json.dumps(tags)}\n---\n", "utf-8")
    assert notekeep("index", at=root).code == 0
    found = offered(notekeep, root, f"notekeep tag {quote}+o")
    assert len(found) == len(tags)
    lines = "\n".join(f"printf '%s\\n' {quote}{one}{quote}" for one in found)
    done = subprocess.run(
        ["bash", "-c", lines], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert sorted(done.stdout.splitlines()) == sorted(f"+{tag}" for tag in tags)
    assert not (tmp_path / "ran").exists()


def test_names_are_found_by_one_question(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many notes there are, the beginning is looked up and no other name is read."""
    asked: list[str] = []
    collect = Catalog.collect

    def counted(catalog: Catalog, make: Any, sql: str, *values: Any) -> Any:
        asked.append(sql)
        return collect(catalog, make, sql, *values)

    vault = Vault.open(str(root))
    vault.indexing.refresh()
    monkeypatch.setattr(Catalog, "collect", counted)
    monkeypatch.setattr(Catalog, "names", None)
    assert complete_name(vault.catalog, "Medi", 10) == ["Meditate"]
    assert len(asked) == 1


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
def test_fish_keeps_the_comma_of_a_name(notekeep: Run, named: Path, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "notekeep"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m notekeep "$@"\n', "utf-8")
    program.chmod(0o755)
    script = notekeep("completion", "fish", at=named).out
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"{script}\ncomplete -C 'notekeep show Thinki'"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=named,
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"},
    )
    assert done.stdout.splitlines() == ["Thinking, fast"]
