"""OpenAI's own client against the gateway: sound is taken while it is made.

pip install openai; kokoroctl gateway &
python examples/openai_client.py "Hello, world." | aplay -f S16_LE -r 24000
"""

from __future__ import annotations

import os
import sys

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:8880/v1"),
    api_key=os.environ.get("OPENAI_API_KEY", "none"),
)
text = " ".join(sys.argv[1:]) or "Hello, world."

with client.audio.speech.with_streaming_response.create(
    model="kokoro", voice="", input=text, response_format="pcm"
) as response:
    print(response.headers["x-kokoro-voice"], "speaks", file=sys.stderr)
    for pcm in response.iter_bytes():
        sys.stdout.buffer.write(pcm)
        sys.stdout.buffer.flush()
