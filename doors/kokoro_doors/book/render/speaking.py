# process: waits for the daemon, writes files.
"""A part spoken by the daemon, at the priority of what nobody waits for, into the work folder.

A daemon that ends meanwhile is begun anew, or waited for; what it had not spoken whole is spoken
again from the part's beginning.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Final, Protocol

from kokoro_client import Client, SegmentInfo, errors
from kokoro_client.cli import exits
from kokoro_client.transcript import Timed, shared_out, trimmed
from kokoro_client.wire.choices import MAX_TTFA_MS, Priority

from .plan import Manner, Part
from .work import Spoken, Word

#: Seconds before a part is tried again, each once: together longer than a restart of the daemon
#: takes, and short enough that a part of which it dies is told soon.
_WAITS_S: Final = (0.2, 1.0, 3.0, 6.0, 12.0)

#: Longest wait that a busy daemon may ask for.
_MOST_BUSY_S: Final = 60.0

#: A daemon checks and optimises its model for so long, at most; if others speak meanwhile it
#: takes longer, and is not waited for.
_SETTLING_S: Final = 120.0
_LOOK_S: Final = 0.1
#: Looks at which it must be at rest: between two steps it is, too.
_LOOKS: Final = 4

#: Another try can help.
_PASSING: Final = (
    errors.BusyError,
    errors.ConnectionLostError,
    errors.ShuttingDownError,
    errors.AnswerTimeoutError,
    errors.NotReadError,
    errors.EngineFailedError,
    errors.CancelledError,
)


class Keeping(Protocol):
    """A part that is being spoken; as work.PartFile."""

    def write(self, pcm: bytes) -> None: ...
    def commit(self, words: Collection[Word]) -> Spoken: ...
    def discard(self) -> None: ...


class Keeper(Protocol):
    """Where parts are kept; as work.Work."""

    def begin(self, key: str) -> Keeping: ...


class Speaker:
    def __init__(
        self,
        client: Client,
        work: Keeper,
        manner: Manner,
        markup: str,
        on_wait: Callable[[str], None],
    ) -> None:
        """on_wait: told in words why a part is to be tried again."""
        self._client = client
        self._work = work
        self._manner = manner
        self._markup = markup
        self._on_wait = on_wait

    def speak(self, part: Part) -> Spoken:
        """Raises KokoroError if the daemon will not, CommandError if it is another one now, and
        OSError if there is no room."""
        for wait_s in _WAITS_S:
            try:
                return self._try(part)
            except _PASSING as error:
                failure: errors.KokoroError = error
            except errors.NoDaemonError as error:
                if type(error) is not errors.NoDaemonError:
                    raise  # the address is wrong, or somebody else's
                failure = error
            self._on_wait(exits.one_line(failure))
            time.sleep(max(wait_s, min((failure.retry_after_ms or 0) / 1000, _MOST_BUSY_S)))
            self.check_model()
        return self._try(part)

    def check_model(self) -> None:
        """Raises CommandError if the daemon has another model than the book was begun with."""
        asked = self._manner
        try:
            now, note = manner_of(self._client, asked.voice, asked.speed, asked.lang)
        except (errors.NoDaemonError, *_PASSING):
            return  # the next try will tell
        if (now.engine, now.model) != (asked.engine, asked.model):
            raise exits.CommandError(
                f"the book was begun with {_named(asked)}, and {_named(now)} speaks now; run the"
                f" command again to have all of it spoken by that {note}".rstrip()
            )

    def _try(self, part: Part) -> Spoken:
        file = self._work.begin(part.key)
        try:
            return file.commit(self._write(part, file))
        finally:
            file.discard()

    def _write(self, part: Part, file: Keeping) -> list[Word]:
        manner = self._manner
        words: list[Word] = []
        with self._client.speak(
            part.text,
            voice=manner.voice,
            speed=manner.speed,
            lang=manner.lang,
            markup=self._markup,
            priority=Priority.PROGRESS.value,
            timings=True,
            cache=False,
            # Nobody waits: it is then cut in the same places on a busy machine too.
            ttfa_ms=MAX_TTFA_MS,
        ) as speech:
            for event in speech.events():
                if isinstance(event, SegmentInfo):
                    words += _words(event, part.text)
                else:
                    file.write(event.pcm)
            if speech.engine != manner.engine:
                raise exits.CommandError(
                    f"{speech.engine} speaks now instead of {manner.engine}: {speech.note};"
                    " what was spoken is kept"
                )
            if speech.cancelled:
                raise errors.CancelledError("the daemon ended the speech early")
        return words


def manner_of(client: Client, voice: str, speed: float, lang: str) -> tuple[Manner, str]:
    """What will speak, as the daemon says before anything is spoken, and why it is not Kokoro.

    Raises KokoroError if there is no such voice or language, or no daemon.
    """
    with client.speak("", voice=voice, speed=speed, lang=lang) as speech:
        accepted = speech.accepted
        for _ in speech:
            pass
    if accepted is None:
        raise errors.CancelledError("the daemon ended before it said what would speak; try again")
    model = _settled(client)
    return Manner(voice or accepted.voice, speed, lang, accepted.engine, model), accepted.note


def _settled(client: Client) -> str:
    """The name of its model, empty for none, once the daemon is at rest: one that has just begun
    speaks as well, but may sound otherwise when its faster copy of the model is taken up.
    """
    deadline = time.monotonic() + _SETTLING_S
    at_rest = 0
    while True:
        status = client.status()
        at_rest = 0 if status["startup"]["phase"] else at_rest + 1
        settled = at_rest >= _LOOKS or (at_rest and status["uptime_s"] > _SETTLING_S)
        if settled or time.monotonic() > deadline:
            return str(status["model"] or "")
        time.sleep(_LOOK_S)


def _named(manner: Manner) -> str:
    return manner.model or f"the {manner.engine} voice"


def _words(info: SegmentInfo, text: str) -> list[Word]:
    def source(start: int, end: int) -> str:
        return text[start:end]

    if info.words or not info.duration_s:
        found: list[Timed] = [trimmed(word, source) for word in info.words]
    else:
        said = source(info.start, info.end)
        found = list(shared_out(said, info.start, info.start_s, info.start_s + info.duration_s))
    return [Word(word.start, word.end, word.start_s, word.end_s) for word in found]
