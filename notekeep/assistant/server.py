"""Serves a vault over standard input and output with the SDK of the Model Context Protocol."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, BinaryIO, TypeVar, cast
from urllib.parse import unquote

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from notekeep import __version__
from notekeep.assistant.calls import Calls
from notekeep.assistant.read_tools import note_uri
from notekeep.assistant.tools import INSTRUCTIONS, PROMPTS, Tool
from notekeep.vault import Vault

MAX_LINE = 1 << 20
"""The longest message that is accepted from a client, in bytes; longer ones are dropped."""

MAX_RESOURCES = 50
"""The maximum number of notes in the list of resources; others can be read by their URI."""

T = TypeVar("T")

_SCHEME = "notekeep://note/"


def serve(
    vault: Vault, *, proposes: bool = False, applies: bool = False, has_hidden: bool = False
) -> None:
    """Serve a vault until standard input ends."""
    calls = Calls(vault, proposes=proposes, applies=applies, has_hidden=has_hidden)
    anyio.run(AssistantServer(calls).run)


class AssistantServer:
    """Translates the messages of the client that started this process into calls."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._one = anyio.CapacityLimiter(1)  # calls run one after the other

    async def run(self) -> None:
        """Serve the client."""
        server: Server[Any] = Server(
            "notekeep",
            version=__version__,
            instructions=INSTRUCTIONS,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_list_resource_templates=self._list_templates,
            on_read_resource=self._read_resource,
            on_list_prompts=self._list_prompts,
            on_get_prompt=self._get_prompt,
        )
        lines = cast("anyio.AsyncFile[str]", BoundedLines(sys.stdin.buffer))
        async with anyio.create_task_group() as tasks, stdio_server(stdin=lines) as streams:
            tasks.start_soon(self._run, self._calls.warm_up)
            await server.run(*streams, server.create_initialization_options())
            tasks.cancel_scope.cancel()

    # Tools.

    async def _run(self, call: Callable[[], T]) -> T:
        """Run a call in a thread, so that other messages from the client are answered meanwhile."""
        return await anyio.to_thread.run_sync(call, limiter=self._one)

    async def _list_tools(self, _context: Any, _params: Any) -> types.ListToolsResult:
        tools = [_describe(*item) for item in self._calls.tools.items()]
        return types.ListToolsResult(tools=tools)

    async def _call_tool(
        self, context: Any, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        arguments = params.arguments or {}
        call = partial(self._calls.call_tool, _client_of(context), params.name, arguments)
        text, is_error = await self._run(call)
        content: list[Any] = [types.TextContent(type="text", text=text)]
        return types.CallToolResult(content=content, is_error=is_error)

    # Resources.

    async def _list_resources(self, context: Any, _params: Any) -> types.ListResourcesResult:
        call = partial(self._calls.list_notes, _client_of(context), MAX_RESOURCES)
        text, is_error = await self._run(call)
        notes = [] if is_error else json.loads(text)["notes"]
        resources = [
            types.Resource(
                uri=note_uri(one["path"]), name=one["title"], mime_type="application/json"
            )
            for one in notes
        ]
        return types.ListResourcesResult(resources=resources)

    async def _list_templates(
        self, _context: Any, _params: Any
    ) -> types.ListResourceTemplatesResult:
        template = types.ResourceTemplate(
            uri_template=f"{_SCHEME}{{path}}",
            name="note",
            description="A note by its path in the vault",
            mime_type="application/json",
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def _read_resource(
        self, context: Any, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        path = unquote(str(params.uri).removeprefix(_SCHEME))
        text, _ = await self._run(partial(self._calls.read_note, _client_of(context), path))
        content = types.TextResourceContents(
            uri=params.uri, mime_type="application/json", text=text
        )
        return types.ReadResourceResult(contents=[content])

    # Prompts.

    async def _list_prompts(self, _context: Any, _params: Any) -> types.ListPromptsResult:
        prompts = [
            types.Prompt(
                name=name,
                title=prompt.title,
                arguments=[types.PromptArgument(name=prompt.argument, required=True)]
                if prompt.argument
                else [],
            )
            for name, prompt in PROMPTS.items()
        ]
        return types.ListPromptsResult(prompts=prompts)

    async def _get_prompt(
        self, _context: Any, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        prompt = PROMPTS.get(params.name)
        given = (params.arguments or {}).get(prompt.argument, "") if prompt else ""
        text = prompt.text.replace("{}", given) if prompt else "There is no such prompt."
        content = types.TextContent(type="text", text=text)
        return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=content)])


def _describe(name: str, tool: Tool) -> types.Tool:
    return types.Tool(
        name=name,
        description=tool.description,
        input_schema=tool.schema,
        annotations=types.ToolAnnotations(
            read_only_hint=tool.is_reading,
            destructive_hint=tool.is_destructive,
            idempotent_hint=tool.is_reading,
            open_world_hint=False,
        ),
    )


def _client_of(context: Any) -> str:
    """Return the name that the client gives for itself."""
    params = context.session.client_params
    return params.client_info.name if params is not None else ""


class BoundedLines:
    """The lines of standard input; a line that is too long becomes an empty one."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    async def __aiter__(self) -> AsyncIterator[str]:
        """Yield the lines."""
        while line := await anyio.to_thread.run_sync(self._read, abandon_on_cancel=True):
            yield line.decode("utf-8", "replace")

    def _read(self) -> bytes:
        line = self._source.readline(MAX_LINE + 1)
        if len(line) <= MAX_LINE:
            return line
        while line and not line.endswith(b"\n"):
            line = self._source.readline(MAX_LINE)
        return b"\n"
