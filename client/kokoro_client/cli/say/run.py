"""The run of `say`: each text to the daemon, its sound to the sink, its events to who listens."""

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
from .events import JsonLines, Listener
from .files import SAMPLE_BYTES, SAMPLE_RATE
from .flags import refuse_contradictions, speed_of
from .sinks import Sink, device_or_fallback, file_sink
from .texts import Text, open_texts

#: After Ctrl-C the daemon's `done` is awaited this long; closing the connection
#: cancels as well.
_CANCEL_S: Final = 1.0

#: Silence between two texts: what a new paragraph has, and a little.
_BETWEEN_S: Final = 0.8

_BUILT_IN: Final = "built-in"


def run(args: argparse.Namespace, context: Context) -> int:
    refuse_contradictions(args)
    with contextlib.ExitStack() as stack:
        texts = open_texts(args)
        sink = file_sink(args)
        if sink is not None:
            stack.callback(sink.close)
        listeners = _listeners(args)
        for listener in listeners:
            stack.callback(listener.close)
        client = stack.enter_context(Client(start=not args.no_start, environ=context.environ))
        for text in texts:
            speech = stack.enter_context(_speak(client, text, args))
            try:
                text.feed(speech)
                if sink is None:
                    # Now that the daemon is at work: opening a device takes a while.
                    sink = device_or_fallback(args)
                    stack.callback(sink.close)
                if text is not texts[0]:
                    sink.write(bytes(round(_BETWEEN_S * SAMPLE_RATE) * SAMPLE_BYTES))
                _play(speech, text, sink, listeners)
                if text is texts[-1]:
                    sink.finish()
                for listener in listeners:
                    listener.ended(speech)
            except KeyboardInterrupt:
                return _interrupted(speech, sink)
        if failures := [text.failure for text in texts if text.failure]:
            raise exits.CommandError("; ".join(failures))
    return exits.OK


def _speak(client: Client, text: Text, args: argparse.Namespace) -> Speech:
    return client.speak(
        text.words,
        voice=args.voice,
        speed=speed_of(args),
        markup=text.markup,
        phonemes=args.phonemes,
        lang=args.lang,
        priority=args.priority,
        cache=args.cache,
        ttfa_ms=args.ttfa_ms,
        final=text.whole,
    )


def _listeners(args: argparse.Namespace) -> list[Listener]:
    return [JsonLines()] if args.json else []


def _play(speech: Speech, text: Text, sink: Sink, listeners: Sequence[Listener]) -> None:
    accepted = speech.accepted
    if accepted is not None:
        if accepted.engine == _BUILT_IN and accepted.note:
            exits.say_why(accepted.note)
        for listener in listeners:
            listener.began(text, accepted)
    for event in speech.events():
        if isinstance(event, SegmentInfo):
            for listener in listeners:
                listener.segment(event)
        else:
            sink.write(event.pcm)


def _interrupted(speech: Speech, sink: Sink | None) -> int:
    # A second Ctrl-C is in a hurry: the end of the connection cancels as well.
    with contextlib.suppress(KeyboardInterrupt, errors.KokoroError):
        if sink is not None:
            sink.close()
        speech.cancel()
        speech.wait(_CANCEL_S)
    return exits.INTERRUPTED
