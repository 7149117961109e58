"""The run of `say`: each text to the daemon, its sound to the sink, its events to who listens.

Owns:       the client, the sink, the listeners, from the first to the last text.
Invariants: one text at a time, in order; the sink gets their sound as one.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from typing import Final

from ... import errors
from ...client import Client
from ...speech import Speech
from ...wire.messages import SegmentInfo
from .. import exits
from ..context import Context
from . import macos
from .files import SAMPLE_BYTES, SAMPLE_RATE
from .flags import refuse_contradictions, speed_of
from .listeners import listeners_of
from .sinks import Sink, device_or_fallback, file_sink
from .texts import Text, open_texts

#: After Ctrl-C the daemon's `done` is awaited this long; closing the connection
#: cancels as well.
_CANCEL_S: Final = 1.0

#: Silence between two texts: what a new paragraph has, and a little.
_BETWEEN_S: Final = 0.8

_BUILT_IN: Final = "built-in"


def run(args: argparse.Namespace, context: Context) -> int:
    macos.settle(args)
    if args.voice == "?":
        return macos.list_voices(args, context)
    refuse_contradictions(args)
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
        self._stack = stack
        self._texts = texts
        self._speed = speed
        self._written_s = 0.0
        self._sink: Sink | None = None
        if (sink := file_sink(args)) is not None:
            self._take(sink)
        self._listeners = listeners_of(args, context, texts, self._heard_s)
        for listener in self._listeners:
            stack.callback(listener.close)
        self._client = stack.enter_context(Client(start=not args.no_start, environ=context.environ))

    def run(self) -> int:
        for text in self._texts:
            for listener in self._listeners:
                listener.comes(text)
            speech = self._stack.enter_context(self._speak(text))
            try:
                self._hear(speech, text)
            except KeyboardInterrupt:
                return self._interrupted(speech)
        for listener in self._listeners:
            listener.finish()
        if failures := [text.failure for text in self._texts if text.failure]:
            raise exits.CommandError("; ".join(failures))
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
            final=text.whole,
        )

    def _hear(self, speech: Speech, text: Text) -> None:
        text.feed(speech)
        # Now that the daemon is at work: opening a device takes a while.
        sink = self._sink or self._take(device_or_fallback(self._args))
        if text is not self._texts[0]:
            self._write(sink, bytes(round(_BETWEEN_S * SAMPLE_RATE) * SAMPLE_BYTES))
        accepted = speech.accepted
        if accepted is not None:
            if accepted.engine == _BUILT_IN and accepted.note:
                exits.say_why(accepted.note)
            for listener in self._listeners:
                listener.began(accepted, self._written_s)
        for event in speech.events():
            if isinstance(event, SegmentInfo):
                for listener in self._listeners:
                    listener.segment(event)
            else:
                self._write(sink, event.pcm)
        if text is self._texts[-1]:
            sink.finish()
        for listener in self._listeners:
            listener.ended(speech)

    def _write(self, sink: Sink, pcm: bytes) -> None:
        sink.write(pcm)
        self._written_s += len(pcm) / SAMPLE_BYTES / SAMPLE_RATE

    def _heard_s(self) -> float:
        return self._sink.heard_s if self._sink else 0.0

    def _take(self, sink: Sink) -> Sink:
        self._stack.callback(sink.close)
        self._sink = sink
        return sink

    def _interrupted(self, speech: Speech) -> int:
        # A second Ctrl-C is in a hurry: the end of the connection cancels as well.
        with contextlib.suppress(KeyboardInterrupt, errors.KokoroError):
            for listener in self._listeners:
                listener.close()
            if self._sink is not None:
                self._sink.close()
            speech.cancel()
            speech.wait(_CANCEL_S)
        return exits.INTERRUPTED
