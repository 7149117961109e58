# pure: no socket, thread or clock.
"""The states of a speak request, and the one table of what leads from each to which.

Rule 1: everything that a request is waiting for is its state; what is known of it beside that
(text, sound, counters) is in request.py.
Rule 2: a state changes by enter() alone, which looks in the table.
Rule 3: a request that has ended changes no more. It was answered one Done or Error, or its
client has gone.

docs/architecture.md shows the table as a picture, drawn by tools/states.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ..errors import BrokenInvariantError


class RequestState(StrEnum):
    """What a request waits for; the last four are ends."""

    ACCEPTED = "accepted"  # its client has been told so; nothing is under way
    QUEUED = "queued"  # text is read and runs, and no sound has been sent
    SPEAKING = "speaking"  # sound has been sent, and more is to come
    RENDERED = "rendered"  # all has been sent; its client plays it at the speaker
    FINISHED = "finished"  # Done
    CANCELLED = "cancelled"  # Done with cancelled: by its client, by control, or replaced
    FAILED = "failed"  # Error
    GONE = "gone"  # its client has left, unanswered


#: What may happen at any time to a request that has not ended.
_ENDS: Final = {
    RequestState.CANCELLED: "cancel, stop, skip, replaced",
    RequestState.FAILED: "error",
    RequestState.GONE: "client gone",
}

#: state -> the states that may follow, each with what leads there.
TRANSITIONS: Final[Mapping[RequestState, Mapping[RequestState, str]]] = {
    RequestState.ACCEPTED: {
        RequestState.QUEUED: "submitted",
        RequestState.SPEAKING: "phrase from the cache",
        **_ENDS,
    },
    RequestState.QUEUED: {
        RequestState.SPEAKING: "first segment",
        RequestState.FINISHED: "nothing to say",
        **_ENDS,
    },
    RequestState.SPEAKING: {
        RequestState.RENDERED: "last segment, at the speaker",
        RequestState.FINISHED: "last segment",
        **_ENDS,
    },
    RequestState.RENDERED: {
        RequestState.FINISHED: "played",
        **_ENDS,
    },
    RequestState.FINISHED: {},
    RequestState.CANCELLED: {},
    RequestState.FAILED: {},
    RequestState.GONE: {},
}


class IllegalTransitionError(BrokenInvariantError):
    """A state was to follow another that it cannot follow: a bug."""


def check(state: RequestState, following: RequestState) -> None:
    """Raises IllegalTransitionError if the table does not lead from `state` to `following`."""
    if following not in TRANSITIONS[state]:
        allowed = ", ".join(TRANSITIONS[state]) or "nothing"
        raise IllegalTransitionError(f"{following} after {state}; what may follow is {allowed}")
