# pure: no socket, thread or clock.
"""How text is read, as a resource for agents that write what is to be spoken."""

from __future__ import annotations

from typing import Any, Final

URI: Final = "kokoro://reading"

READING: Final = """\
# How text is read

- Write sentences. The first is heard while the rest is made; three say more than ten.
- Markdown is read: headings and items get pauses, emphasis is heard, of a link only its words.
- Numbers, money, dates, times, units, versions, addresses, file names and identifiers are read in
  words: `$5.30`, `2024-03-05`, `20 km/h`, `v1.2.3`, `get_user_name`. Write them as usual.
- Do not send code, tables or long paths; say what they are.
- A word can be given its sound: `[Kokoro](/kˈOkəɹO/)`.
- A pause: an empty line, or in SSML `<break time="500ms"/>`. A text that begins with
  `<speak>` is SSML: break, emphasis, prosody rate, say-as, sub, phoneme, voice, mark.
- Languages: en-us, en-gb, es, fr, hi, it, pt-br, ja, zh. A voice speaks its own; `voices`
  tells which. Text of another language wants a voice of that language.
- `important` is heard at once; `message` waits for messages and ends lower; `text` (the
  default) replaces the text before it; `notification` and `progress` are heard if all is quiet.
"""


def add_reading(server: Any) -> None:
    """server: an MCPServer."""
    from mcp.server.mcpserver.resources import TextResource

    server.add_resource(
        TextResource(
            uri=URI,
            name="reading",
            title="How text is read",
            description="How to write what is to be spoken",
            mime_type="text/markdown",
            text=READING,
        )
    )
