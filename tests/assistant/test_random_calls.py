"""Random calls of all tools reveal nothing private, and change nothing.

The same calls go to two vaults that differ only in their private text. If an answer depended on it,
through a result, a count, a rank, a suggestion or an error, the answers would differ.
"""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.assistant.answers import CallLimit
from notekeep.assistant.calls import Calls
from notekeep.vault import Vault
from tests.assistant.test_proposals import content
from tests.support.sizes import sized

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = ("zebrafish", "ottershrew")
"""The private word in each of the two vaults."""

FILES = {
    ".notekeep/config.toml": 'excluded = ["old/"]\n',
    "Rivers.md": """---
type: book
author: [Ada Stone]
rating: 4 # § in a comment of YAML
related: "[[§ diary]]"
cover: private/§.png
tags: [water]
---
# Rivers

Water runs %%§%% downhill. <!-- § --> See [[§ diary]], [[Lakes]] and [[Lakes#§ thoughts]].

- [ ] Measure the depth %%§%% due:2026-11-24
- [ ] Ask [[§ diary]] due:2026-11-25

## Quotes

> Slow water runs deep. (p. 12)

> [!private]
> § quote

## § thoughts #private

The § swims here. #§tag

- [ ] § task due:2026-11-24

## Open

Text after it.
""",
    "Lakes.md": """---
type: book
aliases: [Still water]
---
# Lakes

Lakes are still. %%private%%
§ and §
%%/private%%

## § thoughts #private

Hidden.

## Shore

See [[Rivers#Quotes]], ![[private/§.png]] and [a file](private/§.pdf).
""",
    "Folded.md": "# Folded\n\n> [!note]- A title\n> § inside\n\nText about water.\n",
    "private/§ diary.md": "---\naliases: [§ alias]\ntags: [§tag]\nmood: §\n---\n§ [[Rivers]]\n",
    "private/§.png": "no picture",
    "Hidden.md": "---\nprivate: true\n§field: § value\ntype: §kind\n---\n# § title\n\n[[Lakes]]\n",
    "Unpublished.md": "---\npublish: false\n---\n# Not this §\n\n§ water\n",
    "Typo.md": "Words\n\n> [!privat]\n> §\n",
    "Unclosed.md": "Water %% §\n",
    "Tagged.md": "---\ntags: [private, water]\n---\n§\n",
    "old/Old §.md": "# Old §\n\n§ [[Rivers]] water\n",
    "templates/book.md": "---\ntype: book\nmood: §\n---\n# {{title}}\n\n§\n",
    ".trash/Gone §.md": "# Gone §\n\n§\n",
    "daily/2026-11-24.md": "# Today\n\n- Swam. %%§%%\n- Saw [[§ diary]].\n",
    "habits/swim.md": "---\ntype: habit\nhabit: swim\ngoal: '>= 10 min'\nafter: §habit\n---\n",
    "habits/§habit.md": "---\ntype: habit\nhabit: §habit\nprivate: true\n---\n# § habit\n",
    "habits/both.md": "---\ntype: habit\nhabit: both\nall of: [swim, §habit]\n---\n# Both\n",
    "habits/log/pc.md": (
        "- 2026-11-23 swim: 12 min @08:00 -- fine\n- 2026-11-24 swim: 5 min -- with %%§%%\n"
        "- 2026-11-24 §habit: done -- § again\n- 2026-11-22 unknown§: done\n"
        "- 2026-11-22 swim: 20 min -- see [[§ diary]]\n  § below\n"
    ),
    "Board.base": "filters: file.name == '§'\n",
}
WORDS = [
    *("water", "Rivers", "Lakes", "swim", "diary", "thoughts", "hidden", "title", "habit"),
    *("zebra*", "zebrafich~", "otter*", "zebrafish", "ottershrew", "fish", "shrew"),
    *("type:book", "rating>=4", "tag:water", "is:todo", "is:private", "is:orphan", "has:cover"),
    *("to:Lakes", "from:Rivers", "path:private/", "path:old/", "private:true", "mood:sad", "is:"),
    *('"slow water"', "-water", "OR", "(", "task:depth", "sort:-modified", "limit:2", "/fi.h/"),
    *("zebrafishtag", "tag:zebrafishtag", "zebrafishfield:x", "type:zebrafishkind", "has:mood"),
    *("file:diary", "title:old", "created:2026", "modified:today", "words>0", "\u200b", "\0", "%%"),
]
NAMES = [
    *("Rivers", "Lakes", "Still", "zebrafish diary", "ottershrew diary", "Hidden", "Hidden.md"),
    *("private/zebrafish diary.md", "zebrafish alias", "Old zebrafish", "templates/book.md", "D"),
    *("../notes/Hidden.md", ".trash/Gone zebrafish.md", "old", "habits/both.md", "swim", "", "z"),
    *("Typo", "Unclosed", "Tagged", "Unpublished", "daily/2026-11-24.md", "Folded", "zebra"),
]
HABITS = ["swim", "both", "zebrafishhabit", "ottershrewhabit", "s", "zebra", "unknownzebrafish"]


def random_call(chance: random.Random) -> tuple[str, dict[str, Any]]:
    """Return a tool, and arguments that it may or may not accept."""
    note, day = chance.choice(NAMES), f"2026-11-{chance.randrange(18, 26)}"
    query = " ".join(chance.choices(WORDS, k=chance.randrange(1, 4)))
    field = chance.choice(
        ["title", "tags", "mood", "author", "zebrafishfield", "cover", "after", ""]
    )
    kind = chance.choice(["capture", "add", "set", "tag", "quote", "checkin", "new", "rm"])
    calls: list[tuple[str, dict[str, Any]]] = [
        ("search", {"query": query, "limit": chance.randrange(-1, 30)}),
        ("get", {"note": note}),
        ("get", {"note": note, "section": chance.choice(["Quotes", "zebrafish thoughts", "Open"])}),
        ("get", {"note": note, "lines": chance.choice(["1-5", "0", "7", "9-2", "x"])}),
        (
            "list",
            {"query": query, "fields": [field], "sort": chance.choice(["", "-rating", "mood"])},
        ),
        ("outline", {"note": note}),
        ("links", {"note": note}),
        ("related", {"note": note}),
        ("today", {"day": chance.choice(["", day, "yesterday", "zebrafish"])}),
        ("habits", {"day": day, "last": chance.choice(["", "2026-11-24", "2030-01-01"])}),
        ("vocabulary", {"field": field}),
        (
            "propose",
            {
                "kind": kind,
                **chance.choice(
                    [
                        {"note": note, "text": query},
                        {"note": note, "text": query, "section": "zebrafish thoughts"},
                        {"notes": [note], "fields": {field: "x"}},
                        {"notes": [note], "add": ["x"], "remove": ["zebrafishtag"]},
                        {"habit": chance.choice(HABITS), "value": "12 min", "day": day},
                        {"text": query},
                        {"title": note, "type": chance.choice(["book", "zebrafishkind", "note"])},
                    ]
                ),
            },
        ),
        (chance.choice(["delete", "sql", "export", "shell"]), {"note": note}),
    ]
    tool, given = chance.choice(calls)
    if chance.random() < 0.05:
        given[chance.choice([*given, "zebra"])] = chance.choice(
            [None, 7, [], {}, "x" * 5_000, True]
        )
    return tool, given


@pytest.fixture
def vaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Vault]]:
    """Two vaults that differ only in their private text."""
    monkeypatch.setenv("NOTEKEEP_NOW", "2026-11-24T21:15")
    found = []
    for secret in SECRETS:
        root = tmp_path / secret / "notes"
        for path, text in FILES.items():
            place = root / path.replace("§", secret)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text.replace("§", secret), "utf-8")
            os.utime(place, ns=(10**18, 10**18))
        found.append(Vault.open(root))
    yield found
    for vault in found:
        vault.catalog.close()


def without_ids(text: str) -> str:
    """Return an answer without what differs by chance."""
    return re.sub(r'"plan": "[0-9a-f]{6}"', '"plan": ""', text)


def test_answers_depend_on_nothing_private(vaults: list[Vault]) -> None:
    before = [content(vault.root) for vault in vaults]
    clients = [Calls(vault, proposes=True, limit=CallLimit(10**9)) for vault in vaults]
    chance = random.Random(7)
    kinds: set[tuple[str, bool]] = set()
    for _ in range(sized(250, 5_000)):
        tool, given = random_call(chance)
        first, second = (client.call_tool("otter", tool, given) for client in clients)
        assert without_ids(first.text) == without_ids(second.text), (tool, given)
        if not any(secret in str(given) for secret in SECRETS):
            assert not any(secret in first.text.casefold() for secret in SECRETS), (tool, given)
        kinds.add((tool, first.is_error))
        for vault in vaults if len(vaults[0].proposals.waiting()) > 40 else ():
            for one in vault.proposals.waiting():
                vault.proposals.reject(one)
    assert {tool for tool, is_error in kinds if not is_error} == clients[0].tools.keys()
    assert [content(vault.root) for vault in vaults] == before
    assert [vault.history.steps() for vault in vaults] == [[], []]


def test_public_text_is_there(vaults: list[Vault]) -> None:
    client = Calls(vaults[0], limit=CallLimit(10**9))

    def ask(tool: str, **given: Any) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(client.call_tool("otter", tool, given).text)
        return answer

    rows = ask("list")["rows"]
    assert {row["path"] for row in rows} == {
        *("Rivers.md", "Lakes.md", "Folded.md", "daily/2026-11-24.md", "habits/swim.md")
    }
    text = ask("get", note="Rivers")["text"]
    assert "See a private note, [[Lakes]] and Lakes.\n" in text
    assert "Text after it." in text
    assert [hit["path"] for hit in ask("search", query="slow deep")["hits"]] == ["Rivers.md"]
    assert ask("search", query="zebrafish")["hits"] == []
    assert "[!note]- A title" in ask("get", note="Folded")["text"]
    assert [one["id"] for one in ask("habits")["habits"]] == ["swim"]
    due = ask("today")["tasks"]["due"]
    assert [task["text"] for task in due] == ["Measure the depth due:2026-11-24"]


def test_comments_are_included_only_if_the_person_says_so(vaults: list[Vault]) -> None:
    client = Calls(vaults[0], has_hidden=True, limit=CallLimit(10**9))
    text = json.loads(client.call_tool("otter", "get", {"note": "Rivers"}).text)["text"]
    assert "runs (comment: zebrafish) downhill. (comment: zebrafish)" in text
    assert "The zebrafish swims here." not in text
    assert "diary" not in text
    folded = json.loads(client.call_tool("otter", "get", {"note": "Folded"}).text)["text"]
    assert "> zebrafish inside" in folded
    lakes = json.loads(client.call_tool("otter", "get", {"note": "Lakes"}).text)["text"]
    assert "zebrafish" not in lakes


def test_a_note_that_becomes_private_is_gone_at_once(vaults: list[Vault]) -> None:
    client = Calls(vaults[0], limit=CallLimit(10**9))
    assert client.call_tool("otter", "get", {"note": "Lakes"}).is_error is False
    note = Path(vaults[0].root, "Lakes.md")
    note.write_text(note.read_text().replace("type: book", "private: true"))
    assert client.call_tool("otter", "get", {"note": "Lakes"}).is_error is True
    text = json.loads(client.call_tool("otter", "get", {"note": "Rivers"}).text)["text"]
    assert "Lakes" not in text
    note.write_text(note.read_text().replace("private: true", "type: book"))
    assert client.call_tool("otter", "get", {"note": "Still water"}).is_error is False
