"""What is told while it is spoken: the listeners of a run.

A listener is told of each text in turn: began(), segment() for each piece of speech before
its sound, ended() after its last sound went to the sink (and, of the last text, was heard);
and close() at the very end, however that came.
"""

from __future__ import annotations

from typing import Protocol

from ...speech import Speech
from ...wire.messages import Accepted, Done, SegmentInfo, to_payload
from .texts import Text


class Listener(Protocol):
    def began(self, text: Text, accepted: Accepted) -> None:
        """The daemon has taken a text."""

    def segment(self, info: SegmentInfo) -> None:
        """The sound of this segment comes next."""

    def ended(self, speech: Speech) -> None:
        """No more sound of this text comes."""

    def close(self) -> None:
        """Nothing more comes. After ended() or in the middle. Must not raise."""


class JsonLines:
    """Prints each event as a line of JSON."""

    def began(self, text: Text, accepted: Accepted) -> None:
        _print_event("accepted", accepted)

    def segment(self, info: SegmentInfo) -> None:
        _print_event("segment", info)

    def ended(self, speech: Speech) -> None:
        _print_event("done", Done(id=0, cancelled=speech.cancelled, stats=speech.stats))

    def close(self) -> None:
        pass


def _print_event(name: str, message: Accepted | SegmentInfo | Done) -> None:
    import json

    fields = to_payload(message)
    del fields["type"], fields["id"]
    print(json.dumps({"event": name, **fields}), flush=True)
