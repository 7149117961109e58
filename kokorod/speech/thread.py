# worker: a worker thread.
"""The speech thread: the one place where text becomes sentences and phonemes.

Owns:       its worker, the phonemizer (espeak-ng keeps process-global state: one thread
            may use it), and the reader of every request that is being read.
Invariants: commands are done in the order they came; every want() is answered by one
            report; one that takes long gives way to what waits: its report is then short, and
            who wants the rest queues behind the others.
Never:      reads ahead unasked: a text of a megabyte is read as fast as it is spoken.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from ..errors import EngineError, KokorodError
from ..safety.faults import Faults, why
from ..types import CodeBlocks, Markup, Reading, RequestKey, Sentence
from ..worker import InboxFullError, Worker

# The rest of this room is loaded on the thread: its tables of patterns take 0.1 s, which
# would hold up the binding of the socket.
if TYPE_CHECKING:
    from .markup.fragments import Fragment
    from .reader import Reader


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How a request's text is to be read.

    lang       of the text
    phonemes   the text is phonemes already
    text_only  for the built-in voice, which needs no phonemes
    markup     how the text is written
    emoji      whether they are said by their names
    code       what becomes of Markdown's code blocks
    thoughts   a model's, between their tags, are said
    """

    lang: str
    phonemes: bool = False
    text_only: bool = False
    markup: Markup = Markup.AUTO
    emoji: bool = True
    code: CodeBlocks = CodeBlocks.SKIP
    thoughts: bool = False


class FrontEnd(Protocol):
    """Text to sentences (frontend.py); made and used on the speech thread."""

    def begin(self) -> None:
        """A reading begins: what the user has changed since the last one counts."""

    def say(self, options: ReadingOptions, fragment: Fragment) -> Sentence: ...


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """The text cannot be read; the request is to be given up."""

    error: KokorodError


@dataclass(frozen=True, slots=True)
class ReadCrashed:
    """A bug outside of any text: whatever waits for the thread is to be given up."""

    error: Exception


#: A command a frame of text and a few a request, which admission bounds; each but want()
#: takes microseconds. So many wait only for a thread that hangs, and half a minute at least.
_INBOX: Final = 1_000_000

#: What a want() may take when other commands wait; then it ends with its next step.
_TURN_S: Final = 0.05

#: A command that is about to begin has taken.
_ALMOST_S: Final = 0.001

Report = Reading | ReadFailed | ReadCrashed


class SpeechThread:
    def __init__(
        self,
        make: Callable[[], FrontEnd],
        report: Callable[[RequestKey | None, Report], None],
        faults: Faults,
    ) -> None:
        """make() and faults run on the thread; report(key, ...) must be safe from there."""
        self._make = make
        self._report = report
        self._faults = faults
        self._front_end: FrontEnd | None = None
        self._readers: dict[RequestKey, Reader] = {}
        self._since: float | None = None  # when the command under way began; set on the thread
        self._worker = Worker(
            "speech",
            _INBOX,
            lambda error: report(None, ReadCrashed(error)),
            begin=self._load,
            goes_on=True,
        )

    # -- for the loop's thread

    def open(self) -> None:
        self._worker.start()

    def begin(self, key: RequestKey, options: ReadingOptions) -> None:
        self._do(key, lambda: self._begin(key, options))

    def feed(self, key: RequestKey, text: str, final: bool) -> None:
        self._do(key, lambda: self._feed(key, text, final))

    def flush_idle(self, key: RequestKey) -> None:
        """No text has come for a while: what looks whole may be read."""
        self._do(key, lambda: self._flush_idle(key))

    def want(self, key: RequestKey) -> None:
        """Read on; a Reading or ReadFailed is reported."""
        self._do(key, lambda: self._read(key))

    def forget(self, key: RequestKey) -> None:
        with contextlib.suppress(InboxFullError):  # it hangs, and is told so by what follows
            self._worker.do(lambda: self._forget(key))

    def busy_s(self) -> float:
        """How long the command under way has taken; 0 if there is none and none waits."""
        since = self._since
        if since is None:
            return _ALMOST_S if self._worker.waiting else 0.0
        return max(time.monotonic() - since, _ALMOST_S)

    def close(self) -> None:
        self._worker.close()

    def join(self, timeout: float) -> bool:
        """True if the thread has ended within `timeout` seconds."""
        return self._worker.join(timeout)

    def _do(self, key: RequestKey, command: Callable[[], None]) -> None:
        try:
            self._worker.do(lambda: self._contain(key, command))
        except InboxFullError as error:
            self._report(key, ReadFailed(EngineError(f"texts are not read: {error}")))

    # -- on the speech thread

    def _load(self) -> bool:
        self._since = time.monotonic()
        try:
            self._open_front_end()
        except Exception as error:  # noqa: BLE001 - tried again by each request, which is told
            self._faults.caught("loading", error)
        finally:
            self._since = None
        return True

    def _open_front_end(self) -> FrontEnd:
        if self._front_end is None:
            self._front_end = self._make()
            from . import reader  # noqa: F401 - now, not at the first request
            from .markup import sources  # noqa: F401
        return self._front_end

    def _contain(self, key: RequestKey, command: Callable[[], None]) -> None:
        """Whatever a text makes the readers raise ends its request, and no other."""
        self._since = time.monotonic()
        try:
            command()
        except KokorodError as error:
            self._fail(key, error)
        except Exception as error:  # noqa: BLE001 - see above
            self._faults.caught("request", error)
            self._fail(key, EngineError(why("the text could not be read", error)))
        finally:
            self._since = None

    def _fail(self, key: RequestKey, error: KokorodError) -> None:
        self._forget(key)
        self._report(key, ReadFailed(error))

    def _begin(self, key: RequestKey, options: ReadingOptions) -> None:
        from .markup.sources import ContainedSource, open_source
        from .reader import Reader
        from .sentences import PHONEMES

        front_end = self._open_front_end()
        # Phonemes are no markup: a bracket among them is one of the user's.
        lang = PHONEMES if options.phonemes else options.lang
        markup = Markup.PLAIN if options.phonemes else options.markup
        text = open_source(markup, lang, options.code, thoughts=options.thoughts, spent=self._spent)
        source = ContainedSource(text, lang, self._faults)
        self._readers[key] = Reader(
            source, lambda fragment: front_end.say(options, fragment), self._spent
        )

    def _feed(self, key: RequestKey, text: str, final: bool) -> None:
        if (reader := self._readers.get(key)) is not None:
            reader.feed(text, final)

    def _flush_idle(self, key: RequestKey) -> None:
        if (reader := self._readers.get(key)) is not None:
            reader.flush_idle()

    def _read(self, key: RequestKey) -> None:
        if (reader := self._readers.get(key)) is not None:
            self._open_front_end().begin()
            self._report(key, reader.read())

    def _spent(self) -> bool:
        """Others wait, and the command under way has had its turn."""
        if not self._worker.waiting or self._since is None:
            return False
        return time.monotonic() - self._since >= _TURN_S

    def _forget(self, key: RequestKey) -> None:
        self._readers.pop(key, None)
