"""A speech at the speaker: from the daemon to the device, when its turn comes."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any, Final

from . import errors
from .sound.lead_in import LeadIn
from .sound.pcm import silence
from .sound.player import Player, State
from .speech import Speech
from .wakeup import Wakeup
from .wire.choices import SAMPLE_RATE, Ending, Turn

#: Why the player is paused.
_TURN: Final = "turn"
_CALLER: Final = "caller"

_LEAD_IN: Final = LeadIn()


class AtSpeaker:
    """A player that does as the daemon tells it, and tells the daemon what was heard.

    The caller writes to `player` what the speech brings, then calls finish().

    Owns:       the player.
    Invariants: nothing is heard before the turn, during a pause, and after the end.
    """

    def __init__(
        self,
        speech: Speech,
        device: str | int | None = None,
        volume: int = 100,
        lead_s: float = 0.0,
    ) -> None:
        """Opens the device; `speech` has output="speaker". Raises NoDeviceError.

        lead_s: seconds of silence before the speech, which are no part of it; what an output
        that sleeps needs besides is silent too, and in none of the times.
        """
        self.speech = speech
        #: In which an output wakes: nobody counts these seconds.
        self._wake_s = _LEAD_IN.due_s(time.monotonic())
        self._lead_s = self._wake_s + lead_s
        self.player = Player(
            SAMPLE_RATE, device=device, volume=volume, held_by=_TURN, on_heard=self._heard
        )
        self.player.write(silence(self._lead_s))
        self._seeks = 0  # the number of the last one that was done
        speech.on_turn(self._do, self._seek)

    @property
    def heard_s(self) -> float:
        """Seconds that have been heard, `lead_s` included."""
        return max(0.0, self.player.heard_s - self._wake_s)

    def finish(self) -> None:
        """Wait until all has been heard and the daemon has said how it ended.

        Raises NoDeviceError, and the error that ended the speech.
        """
        self.player.finish()
        # What the daemon cannot know stands beside what it measured.
        self.speech.wait().update(
            played_s=round(max(0.0, self.player.heard_s - self._lead_s), 3),
            underruns=self.player.underruns,
            starved=self.player.starved,
        )

    def close(self) -> None:
        """Silence, at once. The speech is the caller's to cancel."""
        _LEAD_IN.played(time.monotonic())
        self.player.close()

    def _heard(self, seconds: float, final: bool) -> None:
        self.speech.played(max(0.0, seconds - self._lead_s), final, self._seeks)

    def _seek(self, at_s: float, number: int) -> None:
        def done() -> None:
            self._seeks = number

        self.player.seek(at_s + self._lead_s, done)

    def _do(self, turn: Turn | None) -> None:
        match turn:
            case None:
                self.player.silence()
            case Turn.PLAY:
                self.player.resume(_TURN)
            case Turn.WAIT | Turn.PAUSE:
                self.player.pause(_TURN)


class Playing:
    """What Client.play() returns. It plays by itself; leaving its `with` stops it."""

    def __init__(self, speech: Speech, device: str | int | None, volume: int) -> None:
        #: The text may be appended to, the stats be read; the audio is taken here.
        self.speech = speech
        try:
            self._at = AtSpeaker(speech, device, volume)
        except errors.KokoroError:
            speech.cancel()
            raise
        self._failure: errors.KokoroError | None = None
        self._over = False
        self._changed = Wakeup()
        threading.Thread(target=self._run, name="kokoro-playing", daemon=True).start()

    def pause(self) -> None:
        """Be silent at once; it keeps its turn. Client.control("pause") is for any program's."""
        self._at.player.pause(_CALLER)

    def resume(self) -> None:
        """Go on where it was paused."""
        self._at.player.resume(_CALLER)

    def stop(self) -> None:
        """Silence, at once and for good; the next in the queue has the turn. Never waits."""
        self._at.player.silence()
        self.speech.cancel()

    def wait(self, timeout: float | None = None) -> Ending | None:
        """How it ended: wait for that. None after `timeout` seconds.

        Raises what ended it otherwise: NoDeviceError, the errors of iterating a Speech.
        """
        if not self._changed.wait_for(lambda: self._over, timeout):
            return None
        if self._failure is not None:
            raise errors.again(self._failure)
        return self.speech.ending

    @property
    def state(self) -> State:
        """Whether it waits for its turn, plays, is paused, has ended."""
        return self._at.player.state

    @property
    def position(self) -> float:
        """Seconds of its sound that have been heard."""
        return self._at.heard_s

    @property
    def volume(self) -> int:
        """Percent of the amplitude, 0 to 100; may be set while it plays."""
        return self._at.player.volume

    @volume.setter
    def volume(self, percent: int) -> None:
        self._at.player.volume = percent

    @property
    def stats(self) -> dict[str, Any]:
        """The daemon's (docs/protocol.md, `done`), with played_s, underruns, starved."""
        return self.speech.stats

    def _run(self) -> None:
        try:
            for pcm in self.speech:
                self._at.player.write(pcm)
            self._at.finish()
        except errors.KokoroError as error:
            self._failure = error
            self.speech.cancel()
        finally:
            self._at.close()
            self._over = True
            self._changed.notify()

    def __enter__(self) -> Playing:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
