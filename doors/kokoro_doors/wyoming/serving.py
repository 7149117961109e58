# process: a command of kokoroctl.
"""The socket, until SIGINT or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Mapping
from typing import Final

from kokoro_client.aio import Client
from kokoro_client.cli.exits import CommandError

from .connection import Connection
from .events import MAX_BYTES

#: Clients at once: satellites of a house, with room.
MAX_CLIENTS: Final = 64


def run(host: str, port: int, voice: str, speed: float, environ: Mapping[str, str]) -> None:
    asyncio.run(_serve(host, port, voice, speed, environ))


async def _serve(
    host: str, port: int, voice: str, speed: float, environ: Mapping[str, str]
) -> None:
    connected: set[asyncio.Task[None]] = set()

    async with Client(name="wyoming", environ=environ) as client:

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(connected) >= MAX_CLIENTS:
                writer.close()
                return
            connection = Connection(client, voice, speed, reader, writer)
            task = asyncio.create_task(connection.run())
            connected.add(task)
            task.add_done_callback(connected.discard)

        try:
            server = await asyncio.start_server(accept, host, port, limit=MAX_BYTES)
        except OSError as error:
            raise CommandError(
                f"cannot listen at {host}:{port}: {error.strerror or error}; choose another --port"
            ) from None
        shown = server.sockets[0].getsockname()
        print(f"listening at tcp://{shown[0]}:{shown[1]}", flush=True)
        await _until_ended()
        server.close()
        for task in connected:
            task.cancel()
        await asyncio.gather(*connected, return_exceptions=True)


async def _until_ended() -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, ended.set)
    await ended.wait()
