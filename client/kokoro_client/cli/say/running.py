"""The run of `say`: each text to the daemon, its sound to the sink, its events to who listens.

Owns:       the client, the sink, the listeners, from the first to the last text.
Invariants: one text at a time, in order; a file gets their sound as one, and at the
            loudspeaker each is heard before the next is asked for.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from typing import Final

from ... import errors
from ...client import Client
from ...sound.pcm import seconds_of
from ...speech import Speech
from ...wire.choices import Output
from ...wire.messages import SegmentInfo
from .. import exits
from ..context import Context
from .flags import speed_of
from .listeners import listeners_of
from .loudspeaker import status_of
from .pause_hint import PauseHint
from .sinks import open_sink
from .texts import Text, open_texts

#: After Ctrl-C the daemon's `done` is awaited this long; closing the connection
#: cancels as well.
_CANCEL_S: Final = 1.0

#: Silence between two texts: what a new paragraph has, and a little.
_BETWEEN_S: Final = 0.8

_BUILT_IN: Final = "built-in"


def speak_texts(args: argparse.Namespace, context: Context) -> int:
    """Speak what the command line asks for, which has no contradiction in it."""
    speed = speed_of(args)
    texts = open_texts(args)
    with contextlib.ExitStack() as stack:
        return _Run(args, context, stack, texts, speed).run()


class _Run:
    def __init__(
        self,
        args: argparse.Namespace,
        context: Context,
        stack: contextlib.ExitStack,
        texts: Sequence[Text],
        speed: float,
    ) -> None:
        self._args = args
        self._context = context
        self._stack = stack
        self._texts = texts
        self._speed = speed
        self._written_s = 0.0
        self._sink = open_sink(args)
        stack.callback(self._sink.close)
        if self._sink.output is Output.STREAM:
            # What ends it from outside is to leave the same as Ctrl-C: no file half named.
            import signal

            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.default_int_handler)
        self._listeners = listeners_of(args, context, texts, lambda: self._sink.heard_s)
        for listener in self._listeners:
            stack.callback(listener.close)
        self._client = stack.enter_context(
            Client(start=not args.no_start, environ=context.environ, name=args.program)
        )

    def run(self) -> int:
        for text in self._texts:
            for listener in self._listeners:
                listener.comes(text)
            speech = self._stack.enter_context(self._speak(text))
            try:
                self._hear(speech, text)
            except KeyboardInterrupt:
                return self._interrupted(speech)
            if status := status_of(speech.ending):
                return status
        for listener in self._listeners:
            listener.finish()
        self._raise_failures()
        return exits.OK

    def _speak(self, text: Text) -> Speech:
        return self._client.speak(
            text.words,
            voice=self._args.voice,
            speed=self._speed,
            markup=text.markup,
            phonemes=self._args.phonemes,
            lang=self._args.lang,
            priority=self._args.priority,
            timings=any(listener.wants_words for listener in self._listeners),
            cache=self._args.cache,
            ttfa_ms=self._args.ttfa_ms,
            output=self._sink.output.value,
            final=text.whole,
        )

    def _hear(self, speech: Speech, text: Text) -> None:
        text.feed(speech)
        lead_s = 0.0 if text is self._texts[0] else _BETWEEN_S
        self._sink.begin(speech, lead_s)
        self._written_s += lead_s
        self._tell_accepted(speech)
        for event in speech.events():
            if isinstance(event, SegmentInfo):
                for listener in self._listeners:
                    listener.segment(event)
            else:
                self._sink.write(event.pcm)
                self._written_s += seconds_of(len(event.pcm))
        self._sink.end()
        if text is self._texts[-1]:
            if self._sink.output is Output.STREAM:
                self._raise_failures()  # a file that lacks some of its text is not whole
            self._sink.finish()
        for listener in self._listeners:
            listener.ended(speech)

    def _tell_accepted(self, speech: Speech) -> None:
        if (accepted := speech.accepted) is None:
            return
        if accepted.engine == _BUILT_IN and accepted.note:
            exits.say_why(accepted.note)
        for listener in self._listeners:
            listener.began(accepted, self._written_s)
        if self._sink.output is Output.SPEAKER:
            hint = PauseHint(self._client.status, lambda: self._sink.heard_s)
            self._stack.callback(hint.close)
        self._context.on_speaking()

    def _raise_failures(self) -> None:
        """Raises CommandError if a text could not be read to its end."""
        if failures := [text.failure for text in self._texts if text.failure]:
            raise exits.CommandError("; ".join(failures))

    def _interrupted(self, speech: Speech) -> int:
        # A second Ctrl-C is in a hurry: the end of the connection cancels as well.
        with contextlib.suppress(KeyboardInterrupt, errors.KokoroError):
            for listener in self._listeners:
                listener.close()
            self._sink.close()
            speech.cancel()
            speech.wait(_CANCEL_S)
        return exits.INTERRUPTED
