"""What an assistant proposes waits for the person, and is one step of history."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.assistant.answers import CallLimit
from notekeep.assistant.calls import Calls
from notekeep.cli.main import main
from notekeep.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from notekeep.services.history import HistoryStep

PROPOSALS: dict[str, dict[str, Any]] = {
    "capture": {"kind": "capture", "text": "Ask about the otters"},
    "capture in the inbox": {"kind": "capture", "text": "Ask about it", "to": "inbox"},
    "add": {"kind": "add", "note": "Rivers", "text": "A line.", "section": "Ideas"},
    "set": {"kind": "set", "notes": ["Rivers"], "fields": {"rating": 4}},
    "tag": {"kind": "tag", "notes": ["Rivers"], "add": ["water"]},
    "quote": {"kind": "quote", "note": "Rivers", "text": "Slow is deep.", "page": "12"},
    "checkin": {"kind": "checkin", "habit": "swim", "value": "20 min"},
    "new": {"kind": "new", "title": "Lakes", "tags": ["water"], "text": "Still."},
}


@pytest.fixture
def calls(vault: Vault, write: Callable[[str, str], None]) -> Calls:
    """The calls of a client that may propose, in a vault with a few notes."""
    write("Rivers.md", "---\ntype: book\n---\n# Rivers\n\nText.\n\n## Ideas\n\n- One.\n")
    write("habits/swim.md", "---\ntype: habit\nhabit: swim\ngoal: '>= 10 min'\n---\n# Swim\n")
    write("private/Diary.md", "# Diary\n\nzebrafish\n")
    return Calls(vault, proposes=True, limit=CallLimit(10**9))


def ask(calls: Calls, tool: str, *, client: str = "Otter 1.0", **given: Any) -> dict[str, Any]:
    """Call a tool and return its JSON."""
    answer: dict[str, Any] = json.loads(calls.call_tool(client, tool, given).text)
    return answer


def content(root: str) -> dict[str, str]:
    """Return the digest of each file of a vault."""
    return {
        str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in Path(root).rglob("*")
        if file.is_file() and ".trash" not in file.parts
    }


def steps(vault: Vault) -> list[HistoryStep]:
    """Return the steps of history, newest first."""
    return Vault.open(vault.root).history.steps()


@pytest.mark.parametrize("name", PROPOSALS)
def test_a_proposal_waits_until_the_person_applies_it_as_one_step(
    vault: Vault, calls: Calls, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(vault.root)
    answer = ask(calls, "propose", **PROPOSALS[name])
    assert answer["files"] == 1, answer
    assert any(line.startswith("+") for line in answer["diff"].splitlines())
    assert content(vault.root) == before
    assert steps(vault) == []

    assert main(["--vault", vault.root, "proposals", "apply", answer["plan"]]) == 0
    assert content(vault.root) != before
    assert [step.verb for step in steps(vault)] == ["mcp:Otter-1.0"]
    assert main(["--vault", vault.root, "proposals", "--json"]) == 1
    assert '"total": 0' in capsys.readouterr().out.replace(":0", ": 0")

    assert main(["--vault", vault.root, "undo"]) == 0
    after = {path: digest for path, digest in content(vault.root).items() if path in before}
    assert after == before


def test_the_person_sees_the_changes_and_rejects_them(
    vault: Vault, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = ask(calls, "propose", **PROPOSALS["set"])["plan"]
    before = content(vault.root)
    assert main(["--vault", vault.root, "proposals"]) == 0
    assert "Otter-1.0  set  Rivers.md" in capsys.readouterr().out
    assert main(["--vault", vault.root, "proposals", plan]) == 0
    assert "+rating: 4" in capsys.readouterr().out
    assert main(["--vault", vault.root, "proposals", "apply", plan, "--dry-run"]) == 0
    assert main(["--vault", vault.root, "proposals", "reject", plan]) == 0
    assert main(["--vault", vault.root, "proposals", plan]) == 1
    assert content(vault.root) == before


def test_the_changes_are_planned_again_when_they_are_applied(vault: Vault, calls: Calls) -> None:
    plan = ask(calls, "propose", **PROPOSALS["add"])["plan"]
    note = Path(vault.root, "Rivers.md")
    note.write_text(note.read_text().replace("- One.", "- One.\n- Two."))
    assert main(["--vault", vault.root, "proposals", "apply", plan]) == 0
    assert note.read_text().endswith("- One.\n- Two.\n- A line.\n")


def test_a_note_that_became_private_is_refused(vault: Vault, calls: Calls) -> None:
    plan = ask(calls, "propose", **PROPOSALS["set"])["plan"]
    note = Path(vault.root, "Rivers.md")
    note.write_text("---\nprivate: true\n---\n# Rivers\n")
    assert main(["--vault", vault.root, "proposals", "apply", plan]) == 4
    assert note.read_text() == "---\nprivate: true\n---\n# Rivers\n"


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "delete", "note": "Rivers"},
        {"kind": "set", "notes": ["Rivers"], "fields": {"publish": True}},
        {"kind": "set", "notes": ["Rivers"], "fields": {"Private": False}},
        {"kind": "new", "title": "X", "fields": {"publish": "yes"}},
        {"kind": "set", "notes": ["Diary"], "fields": {"rating": 1}},
        {"kind": "add", "note": "private/Diary.md", "text": "x"},
        {"kind": "add", "note": "../../etc/passwd", "text": "x"},
        {"kind": "add", "note": "Rivers"},
        {"kind": "add", "note": "Rivers", "text": "x" * 100_000},
        {"kind": "set", "notes": ["Rivers"] * 100, "fields": {"rating": 1}},
        {"kind": "set", "notes": ["Rivers"], "fields": {"rating": 17}},
        {"kind": "checkin", "habit": "nobody"},
        {"kind": "capture", "text": "\ud800"},
        {"kind": "capture", "text": "x", "to": "elsewhere"},
        {"kind": "tag", "notes": ["Rivers"]},
        {"kind": 3},
        {},
    ],
    ids=lambda given: str(given)[:60],
)
def test_what_may_not_be_proposed(vault: Vault, calls: Calls, given: dict[str, Any]) -> None:
    before = content(vault.root)
    answer = ask(calls, "propose", **given)
    assert "error" in answer, answer
    assert "zebrafish" not in str(answer)
    assert content(vault.root) == before
    assert vault.proposals.waiting() == []


def test_proposals_stop_when_too_many_wait(vault: Vault, calls: Calls) -> None:
    for number in range(60):
        ask(calls, "propose", kind="capture", text=f"Line {number}")
    assert len(vault.proposals.waiting()) == 50
    assert "50 proposals are waiting" in ask(calls, "propose", **PROPOSALS["tag"])["error"]


def test_invisible_text_is_removed_from_a_proposal(vault: Vault, calls: Calls) -> None:
    hidden = "".join(chr(0xE0000 + ord(char)) for char in "send it")
    text = f"Seen\u200b{hidden}\u202e and \x1b[31mred"
    plan = ask(calls, "propose", kind="add", note="Rivers", text=text)["plan"]
    vault.proposals.apply(vault.proposals.find(plan))
    assert Path(vault.root, "Rivers.md").read_text().endswith("\n- Seen and [31mred\n")


def test_forgetting_a_note_removes_its_proposals(vault: Vault, calls: Calls) -> None:
    ask(calls, "propose", **PROPOSALS["set"])
    ask(calls, "propose", **PROPOSALS["capture"])
    assert main(["--vault", vault.root, "forget", "Rivers.md", "--yes"]) == 0
    assert [one.kind for one in vault.proposals.waiting()] == ["capture"]
    assert not os.path.exists(os.path.join(vault.places.cache, "assistant"))


# With `--apply`.


@pytest.fixture
def applying(vault: Vault, calls: Calls) -> Calls:
    """The calls of a client that may apply its proposals."""
    del calls
    return Calls(vault, proposes=True, applies=True, limit=CallLimit(10**9))


def test_the_client_applies_small_proposals_if_it_may(vault: Vault, applying: Calls) -> None:
    plan = ask(applying, "propose", **PROPOSALS["set"])["plan"]
    assert ask(applying, "apply_proposal", plan=plan)["applied"] is True
    assert "rating: 4" in Path(vault.root, "Rivers.md").read_text()
    assert [step.verb for step in steps(vault)] == ["mcp:Otter-1.0"]
    assert "error" in ask(applying, "apply_proposal", plan=plan)


def test_the_client_applies_only_its_own_proposals(applying: Calls) -> None:
    plan = ask(applying, "propose", **PROPOSALS["set"])["plan"]
    assert "error" in ask(applying, "apply_proposal", client="Mink", plan=plan)


def test_large_proposals_and_changes_of_who_may_read_wait_for_the_person(
    vault: Vault, applying: Calls, write: Callable[[str, str], None]
) -> None:
    names = [f"Note {number}" for number in range(6)]
    for name in names:
        write(f"{name}.md", f"# {name}\n")
    write("Empty.md", "")
    given: list[dict[str, Any]] = [
        {"kind": "set", "notes": names, "fields": {"rating": 3}},
        {"kind": "set", "notes": ["Rivers"], "fields": {"draft": False}},
        {"kind": "add", "note": "Empty", "text": "---\npublish: true\n---"},
    ]
    for one in given:
        before = content(vault.root)
        plan = ask(applying, "propose", **one)["plan"]
        assert "Only the person" in ask(applying, "apply_proposal", plan=plan)["error"], one
        assert content(vault.root) == before
    assert len(vault.proposals.waiting()) == 3


def test_the_plan_of_a_new_note_does_not_reveal_the_name_of_a_private_note(
    vault: Vault, applying: Calls, write: Callable[[str, str], None]
) -> None:
    folder = ask(applying, "propose", kind="new", title="Other plan")["diff"].split("+++ ")[1]
    path = folder.split("\n")[0].replace("Other", "Secret")
    write(path, "---\nprivate: true\n---\n# Secret plan\n")
    taken = ask(applying, "propose", kind="new", title="Secret plan")
    assert f"+++ {path}" in taken["diff"]
    assert "notes/" not in str(ask(applying, "apply_proposal", plan=taken["plan"]))
    assert Path(vault.root, path).read_text() == "---\nprivate: true\n---\n# Secret plan\n"
