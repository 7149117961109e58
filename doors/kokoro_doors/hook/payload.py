# pure: no socket, thread or clock.
"""What a coding agent hands to a hook: one JSON object, in either of two shapes.

    {"session_id", "cwd", "hook_event_name", "last_assistant_message" or "message"}
    {"type", "thread-id", "cwd", "last-assistant-message"}

The first comes on standard input, the second as an argument (docs/agents.md).
"""

from __future__ import annotations

import json
from collections import namedtuple
from enum import Enum, auto

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

#: What an agent's longest answer needs, many times over.
MAX_BYTES: Final = 4 * 1024 * 1024

#: Characters of a text that are looked at: what comes after them would not be spoken.
LOOKED_AT: Final = 200_000


class Event(Enum):
    """What has happened, whatever the agent calls it."""

    ANSWER = auto()  # it has answered and waits
    MESSAGE = auto()  # it needs the user: a permission, an input
    PROMPT = auto()  # the user has gone on: what is still being said is of no use
    OTHER = auto()  # nothing to be said


class PayloadError(ValueError):
    """It is not what an agent hands to a hook."""


class Payload(namedtuple("Payload", ("event", "session", "folder", "text"))):
    """event: an Event; session: names the conversation; folder: where the agent works.

    text: Markdown, as the agent wrote it, to LOOKED_AT.
    """

    __slots__ = ()


_EVENTS: Final = {
    "Stop": Event.ANSWER,
    "agent-turn-complete": Event.ANSWER,
    "Notification": Event.MESSAGE,
    "PermissionRequest": Event.MESSAGE,
    "approval-requested": Event.MESSAGE,
    "UserPromptSubmit": Event.PROMPT,
    "SessionEnd": Event.PROMPT,
    # What a helper of the agent says is for the agent.
    "SubagentStop": Event.OTHER,
}


def parse(data: bytes | str) -> Payload:
    """Raises PayloadError for what is no JSON object of a hook."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"what the hook was given is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise PayloadError("what the hook was given is no JSON object")
    fields = {str(key).replace("-", "_"): field for key, field in value.items()}
    name = _text(fields, "hook_event_name") or _text(fields, "type")
    answer, message = _text(fields, "last_assistant_message"), _text(fields, "message")
    event = _EVENTS.get(name)
    if event is None:
        event = Event.ANSWER if answer else Event.MESSAGE if message else Event.OTHER
    text = {Event.ANSWER: answer, Event.MESSAGE: message}.get(event, "")
    folder = _text(fields, "cwd")
    session = _text(fields, "session_id") or _text(fields, "thread_id") or folder
    return Payload(event, session, folder, text[:LOOKED_AT])


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""
