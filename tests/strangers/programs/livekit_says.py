"""LiveKit's text to speech against our gateway: python livekit_says.py URL FORMAT TEXT > PCM."""

import asyncio
import sys

from livekit.plugins import openai


async def main(url: str, format: str, text: str) -> None:
    speech = openai.TTS(
        base_url=f"{url}/v1", api_key="none", model="tts-1", voice="alloy", response_format=format
    )
    frames = 0
    async for said in speech.synthesize(text):
        assert (said.frame.sample_rate, said.frame.num_channels) == (24_000, 1)
        sys.stdout.buffer.write(bytes(said.frame.data))
        frames += 1
    assert frames, "no audio frames"
    await speech.aclose()


asyncio.run(main(*sys.argv[1:]))
