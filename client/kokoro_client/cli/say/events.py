"""What is told while it is spoken: the listeners of a run.

A listener is told of each text in turn: comes(), began(), segment() for each piece of
speech before its sound, ended(). At the end of it all finish(), if it ended well, and
close(), however it ended.
"""

from __future__ import annotations

from typing import Protocol

from ...speech import Speech
from ...wire.choices import Ending
from ...wire.messages import Accepted, Done, SegmentInfo, to_payload
from .texts import Text


class Listener(Protocol):
    @property
    def wants_words(self) -> bool:
        """Whether the segments are to come with the times of their words."""

    def comes(self, text: Text) -> None:
        """A text is next; nothing of it has been sent. To read it, take a reader of `sent` now."""

    def began(self, accepted: Accepted, at_s: float) -> None:
        """The daemon has taken it. at_s: where its sound begins in the sound of the run."""

    def segment(self, info: SegmentInfo) -> None:
        """The sound of this segment comes next."""

    def ended(self, speech: Speech) -> None:
        """No more sound of this text comes."""

    def finish(self) -> None:
        """All of the run has been heard or written."""

    def close(self) -> None:
        """Release everything, at once. After finish() or in the middle. Never raises."""


class JsonLines:
    """Prints each event as a line of JSON."""

    wants_words = False

    def comes(self, text: Text) -> None:
        pass

    def began(self, accepted: Accepted, at_s: float) -> None:
        _print_event("accepted", accepted)

    def segment(self, info: SegmentInfo) -> None:
        _print_event("segment", info)

    def ended(self, speech: Speech) -> None:
        ending = speech.ending or Ending.FINISHED
        done = Done(id=0, cancelled=speech.cancelled, ending=ending, stats=speech.stats)
        _print_event("done", done)

    def finish(self) -> None:
        pass

    def close(self) -> None:
        pass


def _print_event(name: str, message: Accepted | SegmentInfo | Done) -> None:
    import json

    fields = to_payload(message)
    del fields["type"], fields["id"]
    print(json.dumps({"event": name, **fields}), flush=True)
