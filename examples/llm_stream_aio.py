"""Text that is still being written, with asyncio: its first sentence is heard at once."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator

from kokoro_client.aio import Client

ANSWER = "The first sentence is heard while the others are written. Here is one. And the last."


async def tokens() -> AsyncIterator[str]:
    """What a language model would send."""
    for word in ANSWER.split(" "):
        await asyncio.sleep(0.02)
        yield f"{word} "


async def main() -> None:
    async with Client() as client, await client.speak("", final=False) as speech:

        async def write() -> None:
            async for token in tokens():
                await speech.append(token)
            await speech.finish()

        async with asyncio.TaskGroup() as group:
            group.create_task(write())
            began = time.perf_counter()
            async for pcm in speech:
                if began:
                    after = 1000 * (time.perf_counter() - began)
                    print(f"first sound after {after:.0f} ms", file=sys.stderr)
                    began = 0.0
                sys.stdout.buffer.write(pcm)


asyncio.run(main())
