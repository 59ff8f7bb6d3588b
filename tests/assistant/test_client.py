"""`notekeep mcp` with the SDK's client, and with clients that misbehave."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from notekeep.assistant.call_log import read_calls
from notekeep.vault import Vault
from tests.assistant.test_proposals import content

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from tests.assistant.conftest import Assistant

    Connect = Callable[..., AbstractAsyncContextManager[Assistant]]

READ_TOOLS = {
    *("search", "get", "list", "outline", "links", "related", "today", "habits", "vocabulary")
}


async def test_an_assistant_searches_reads_and_lists(sample: Path, connect: Connect) -> None:
    async with connect(sample) as assistant:
        found = await assistant.call("search", query="cue craving")
        assert found["hits"][0]["title"] == "Atomic Habits"
        note = await assistant.call("get", note="Atomic Habits", section="The four laws")
        assert note["source"] == "notekeep://note/books%2FAtomic%20Habits.md"
        assert note["fields"]["rating"] == 4.5
        assert "Make it obvious" in note["text"]
        books = await assistant.call("list", query="type:book", fields=["rating"], sort="-rating")
        assert [row["rating"] for row in books["rows"]][:3] == [5, 5, 4.5]
        outline = await assistant.call("outline", note="Atomic Habits")
        assert "The four laws" in [one["text"] for one in outline["headings"]]
        links = await assistant.call("links", note="Atomic Habits")
        assert "habits/coffee.md" in [one["path"] for one in links["links"]]
        related = await assistant.call("related", note="Atomic Habits")
        assert "Tiny Habits" in [one["title"] for one in related["related"]]
        habits = await assistant.call("habits", day="2026-11-10", last="2026-11-16")
        assert [len(one["days"]) for one in habits["habits"]][:1] == [7]
        assert "meditate" in [one["id"] for one in (await assistant.call("today"))["habits"]]
        assert (await assistant.call("vocabulary"))["kinds"]["book"] == 14
        values = await assistant.call("vocabulary", field="author")
        assert "James Clear" in values["values"]


async def test_notes_are_resources(sample: Path, connect: Connect) -> None:
    async with connect(sample) as assistant:
        listed = (await assistant.client.list_resources()).resources
        assert len(listed) == 50
        uri = "notekeep://note/books%2FDeep%20Work.md"
        read = await assistant.client.read_resource(uri)
        answer = json.loads(read.contents[0].text)
        assert answer["untrusted"] is True
        assert answer["title"] == "Deep Work"
        missing = await assistant.client.read_resource("notekeep://note/..%2F..%2Fetc%2Fpasswd")
        assert "error" in json.loads(missing.contents[0].text)
        templates = (await assistant.client.list_resource_templates()).resource_templates
        assert [one.uri_template for one in templates] == ["notekeep://note/{path}"]


async def test_prompts_name_the_tools(sample: Path, connect: Connect) -> None:
    async with connect(sample) as assistant:
        prompts = (await assistant.client.list_prompts()).prompts
        assert {one.name for one in prompts} == {"week-in-review", "draft-from-notes", "quiz-me"}
        found = await assistant.client.get_prompt("quiz-me", {"book": "Deep Work"})
        assert "Deep Work" in found.messages[0].content.text


async def test_only_the_tools_that_the_person_allows_are_listed(
    sample: Path, connect: Connect
) -> None:
    async with connect(sample) as assistant:
        tools = await assistant.tools()
        assert tools.keys() == READ_TOOLS
        assert all(tool.annotations.read_only_hint for tool in tools.values())
        assert (
            "no such tool" in (await assistant.call("propose", kind="capture", text="x"))["error"]
        )
    async with connect(sample, "--propose") as assistant:
        tools = await assistant.tools()
        assert tools.keys() == READ_TOOLS | {"propose"}
        assert tools["propose"].annotations.read_only_hint is False
        assert tools["propose"].annotations.destructive_hint is False
    async with connect(sample, "--propose", "--apply") as assistant:
        tools = await assistant.tools()
        assert tools.keys() == READ_TOOLS | {"propose", "apply_proposal"}
        assert tools["apply_proposal"].annotations.destructive_hint is True


async def test_without_propose_nothing_is_written(sample: Path, connect: Connect) -> None:
    vault = Vault.open(sample)
    before, steps = content(str(sample)), vault.history.steps()
    async with connect(sample) as assistant:
        for tool in sorted(READ_TOOLS | {"propose", "apply_proposal", "delete"}):
            await assistant.call(tool, note="Deep Work", query="deep", kind="capture", text="x")
            await assistant.call(tool, **({"query": "deep"} if tool == "search" else {}))
    assert content(str(sample)) == before
    assert Vault.open(sample).history.steps() == steps
    assert vault.proposals.waiting() == []


async def test_a_proposal_over_the_wire_waits(sample: Path, connect: Connect) -> None:
    before = content(str(sample))
    async with connect(sample, "--propose", name="Claude Desktop") as assistant:
        answer = await assistant.call(
            "propose", kind="set", notes=["Deep Work"], fields={"rating": 1}
        )
        assert "+rating: 1" in answer["diff"]
        assert "error" in await assistant.call("apply_proposal", plan=answer["plan"])
    assert content(str(sample)) == before
    (waiting,) = Vault.open(sample).proposals.waiting()
    assert (waiting.id, waiting.client) == (answer["plan"], "Claude-Desktop")


async def test_a_flood_of_calls_is_refused_and_answered(sample: Path, connect: Connect) -> None:
    async with connect(sample) as assistant:
        answers = [await assistant.call("vocabulary", field="author") for _ in range(65)]
        assert ["error" in answer for answer in answers] == [False] * 60 + [True] * 5
        assert answers[-1]["error"] == "More than 60 calls in a minute."
        assert (await assistant.tools()).keys() == READ_TOOLS
    assert len(read_calls(Vault.open(sample).places.state)) == 65


# Clients without the SDK.


def speak(root: Path, lines: list[bytes], *options: str, last: int = -1) -> list[dict[str, Any]]:
    """Send lines to the server, close its input after the answer `last`; return its messages."""
    words = [sys.executable, "-m", "notekeep", "--vault", str(root), "mcp", *options]
    messages: list[dict[str, Any]] = []
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(b"\n".join([*lines, b""]))
        server.stdin.flush()
        while last >= 0 and (line := server.stdout.readline()):
            messages.append(json.loads(line))
            if messages[-1].get("id") == last:
                break
        server.stdin.close()
        messages += [json.loads(line) for line in server.stdout]
        assert server.wait(60) == 0
    return messages


def request(number: int, method: str, **params: Any) -> bytes:
    """Return a JSON-RPC request."""
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    return json.dumps(message).encode()


HELLO = [
    request(
        0,
        "initialize",
        protocolVersion="2025-06-18",
        capabilities={},
        clientInfo={"name": "junk", "version": "1"},
    ),
    b'{"jsonrpc":"2.0","method":"notifications/initialized"}',
]
JUNK = [
    b"",
    b"\x00\xff\xfe\x80",
    b"not json",
    b"[" * 50_000,
    b"{}" * 10,
    b"null",
    b"[]",
    b'{"jsonrpc":"1.0","id":1,"method":"tools/list"}',
    b'{"jsonrpc":"2.0","id":{},"method":"tools/list"}',
    b'{"jsonrpc":"2.0","id":2,"method":"tools/call"}',
    b'{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":7,"arguments":"x"}}',
    b'{"jsonrpc":"2.0","id":4,"method":"no/such","params":[]}',
    b'{"jsonrpc":"2.0","result":{},"id":99}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"zzz"}}',
    b'{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"arguments":{"__proto__":1}}}',
    b'{"a":"' + b"x" * (3 << 20) + b'"}',
    request(6, "tools/call", name="search", arguments={"query": "(" * 900}),
    request(7, "tools/call", name="search", arguments={"query": "a OR " * 190 + "b"}),
    request(8, "tools/call", name="get", arguments={"note": "\u0000\u202e"}),
    b'{"jsonrpc":"2.0","id":20,"method":"tools/call","params":{"name":"\\ud800"}}',
    request(9, "tools/call", name="list", arguments={"limit": 10**30}),
    request(10, "tools/call", name="habits", arguments={"day": "0001-01-01"}),
    request(11, "tools/call", name="../../bin/sh", arguments={}),
    request(12, "resources/read", uri="file:///etc/passwd"),
    request(13, "prompts/get", name="none", arguments={}),
]


def test_junk_does_not_stop_the_server(sample: Path) -> None:
    before = content(str(sample))
    last = request(77, "tools/call", name="search", arguments={"query": "deep work"})
    messages = speak(sample, [*HELLO, *JUNK, last], "--propose", "--apply", last=77)
    by_id = {message.get("id"): message for message in messages}
    answer = json.loads(by_id[77]["result"]["content"][0]["text"])
    assert answer["hits"][0]["title"] == "Deep Work"
    for number in range(6, 13):
        assert number in by_id, number
    assert "root:" not in str(messages)
    assert content(str(sample)) == before


@pytest.mark.parametrize("lines", [[], [b"junk"], [HELLO[0]], HELLO[1:]], ids=len)
def test_a_client_that_leaves_early_stops_the_server(sample: Path, lines: list[bytes]) -> None:
    speak(sample, lines)
