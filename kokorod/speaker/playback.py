# pure: no socket, thread or clock.
"""A request at the speaker: what its client has, has heard, and when it is to say so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ..net.peer import Peer
from ..types import Priority, RequestKey, Turn
from .sentences import Sentences

#: Who has the turn and says nothing for so long after its sound must be over has hung: a
#: device that opens slowly, a machine that swaps take seconds.
SILENT_S: Final = 60.0

#: The same for a client that has shut down its sending direction and cannot say `played`:
#: what its device still holds.
MUTE_S: Final = 2.0


@dataclass(slots=True)
class Playback:
    """Times in seconds of the request's sound, or of the loop's clock.

    throttled  enough sound is ahead of its listener: no more of it is made for now
    sound_s    sent to its client
    played_s   by its client's last word
    heard_s    by that word, or by the clock, as it was at `since`
    deadline   of its client's next sign of life
    seeks      that its client has been told; seek_s: where the last one led
    """

    key: RequestKey
    priority: Priority
    peer: Peer
    characters: int = 0
    turn: Turn = Turn.WAIT
    rendered: bool = False
    throttled: bool = False
    sound_s: float = 0.0
    played_s: float = 0.0
    heard_s: float = 0.0
    since: float = 0.0
    deadline: float = 0.0
    sentences: Sentences = field(default_factory=Sentences)
    seeks: int = 0
    seek_s: float = 0.0

    def buffered_s(self, now: float) -> float:
        """Sound sent and not heard yet, if the client plays from its turn on."""
        played = now - self.since if self.turn is Turn.PLAY else 0.0
        return max(0.0, self.sound_s - self.heard_s - played)

    def advance(self, now: float) -> None:
        """Count what has been heard until now; before anything of it changes."""
        # A seek may lead beyond what has been sent.
        self.heard_s = max(self.heard_s, self.sound_s - self.buffered_s(now))
        self.since = now

    def seek(self, at_s: float, now: float) -> int:
        """It is to go on from there: the number of that order."""
        self.seeks += 1
        self.seek_s = self.heard_s = at_s
        self.since = now
        return self.seeks

    def told(self, at_s: float, seeks: int, now: float) -> None:
        """Its client has said how much was heard, and by how many seeks."""
        self.advance(now)
        if seeks >= self.seeks:  # else the next word of it will be of the new place
            self.played_s = self.heard_s = min(at_s, max(self.sound_s, self.seek_s))

    def heard_from(self, now: float) -> None:
        """A sign of life, the client's or of its sound's."""
        mute = self.rendered and self.peer.half_closed
        self.deadline = now + self.buffered_s(now) + (MUTE_S if mute else SILENT_S)
