"""`kokoroctl mcp`, asked by the mcp package's own client over standard input and output."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until
from support.speaker.at_speaker import THREE, heard_by, streamed, tokens_of
from support.speaker.null_sink import Recording

mcp = pytest.importorskip("mcp", reason="the extra kokoro-doors[mcp] is not installed")

#: Up to this number tokens are punctuation and the space.
SIGNS = 16

#: More than is made ahead of who hears it (a minute), so that it is not done when it is ended.
LONG = "Nine men in a small boat looked for land all night and did not find any of it. " * 18

Ask = Callable[[Any], Awaitable[None]]


def asked(daemon: DaemonProcess, ask: Ask, *flags: str) -> None:
    """Run `ask` with a client of a server of its own."""
    from mcp.client import Client, stdio

    async def run() -> None:
        parameters = stdio.StdioServerParameters(
            command="kokoroctl", args=["mcp", *flags], env=daemon.environ
        )
        async with Client(stdio.stdio_client(parameters)) as client:
            await ask(client)

    asyncio.run(run())


def text_of(result: Any) -> str:
    assert not result.is_error, result
    return str(result.content[0].text)


def test_tools_and_the_resource_are_there(heard_daemon: DaemonProcess) -> None:
    async def ask(client: Any) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools) == ["speak", "stop", "pause", "resume", "status", "voices"]
        assert all(tool.description for tool in tools.values())
        assert "\n " not in tools["speak"].description
        speak = tools["speak"].input_schema
        assert list(speak["properties"]) == ["text", "voice", "speed", "priority", "wait"]
        assert speak["required"] == ["text"]
        (resource,) = (await client.list_resources()).resources
        assert str(resource.uri) == "kokoro://reading"
        (page,) = (await client.read_resource(resource.uri)).contents
        assert page.text.startswith("# How text is read")

    asked(heard_daemon, ask)


def test_it_speaks_and_tells_how_it_ended(heard_daemon: DaemonProcess, sink: Recording) -> None:
    async def ask(client: Any) -> None:
        said = await client.call_tool("speak", {"text": THREE, "wait": True})
        assert text_of(said) == "finished"
        (voice, *_) = heard_daemon.ask("voices")
        voices = await client.call_tool("voices", {})
        assert voice["name"] in text_of(voices)
        status = await client.call_tool("status", {})
        assert '"state": "ready"' in text_of(status)
        wrong = await client.call_tool("speak", {"text": "x", "voice": "nobody"})
        assert wrong.is_error
        assert "nobody" in wrong.content[0].text

    asked(heard_daemon, ask)
    # But for the signs: how busy the machine is decides between which sentences a unit ends.
    said = tokens_of(streamed(heard_daemon, THREE))
    assert [t for t in heard_by(sink) if t > SIGNS] == [t for t in said if t > SIGNS]


def test_stop_ends_its_own_speech_and_pause_anybodys(heard_daemon: DaemonProcess) -> None:
    async def ask(client: Any) -> None:
        assert text_of(await client.call_tool("speak", {"text": LONG})).startswith("speaking, ")
        (place,) = heard_daemon.ask("queue")
        assert place["client"] == "agent"
        assert text_of(await client.call_tool("pause", {})) == "paused"
        assert heard_daemon.ask("queue")[0]["turn"] == "pause"
        assert text_of(await client.call_tool("resume", {})) == "resumed"
        assert text_of(await client.call_tool("stop", {})) == "stopped 1"
        wait_until(lambda: heard_daemon.ask("queue") == [], "silence")
        assert text_of(await client.call_tool("stop", {})) == "stopped 0"

    asked(heard_daemon, ask, "--as", "agent")


@pytest.mark.parametrize("keeps", [False, True])
def test_speech_ends_with_the_agent_unless_told_otherwise(
    heard_daemon: DaemonProcess, keeps: bool
) -> None:
    def message(method: str, **fields: Any) -> bytes:
        return json.dumps({"jsonrpc": "2.0", "method": method, **fields}).encode() + b"\n"

    before = heard_daemon.ask("status")["requests"]["cancelled"]
    agent = {"name": "test", "version": "1"}
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": agent}
    with subprocess.Popen(
        ["kokoroctl", "mcp", *(["--keep"] if keeps else [])],
        env=heard_daemon.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        assert server.stdin
        assert server.stdout
        server.stdin.write(message("initialize", id=1, params=about))
        server.stdin.flush()
        server.stdout.readline()
        call = {"name": "speak", "arguments": {"text": THREE if keeps else LONG}}
        server.stdin.write(message("notifications/initialized"))
        server.stdin.write(message("tools/call", id=2, params=call))
        server.stdin.flush()
        assert b"speaking" in server.stdout.readline()
        assert len(heard_daemon.ask("queue")) == 1
        server.stdin.close()
        assert server.wait(PATIENCE_S) == 0
    wait_until(lambda: heard_daemon.ask("queue") == [], "silence")
    cancelled = heard_daemon.ask("status")["requests"]["cancelled"] - before
    assert cancelled == (0 if keeps else 1)
