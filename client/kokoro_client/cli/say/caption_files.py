"""Listeners that write what is said with its times: captions, and word times as JSON.

Owns:       the file, until the run has ended well.
Invariants: the times are those of all the sound of the run, so that they fit the file of
            -o, whatever number of texts it holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ... import captions
from ...atomic_file import AtomicFile
from ...speech import Speech
from ...transcript import Spoken, Timed, Transcript, shared_out, trimmed
from ...wire.choices import SAMPLE_RATE, Markup
from ...wire.messages import Accepted, SegmentInfo
from .output import saying_which, standard_output
from .sent_text import SentTextReader
from .texts import Text


class _TextFile:
    """A file of text that gets its name when it is whole; `-` is standard output."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._whole: AtomicFile | None = None
        with saying_which(name):
            if name == "-":
                self._stream = standard_output()
            else:
                self._whole = AtomicFile(Path(name))
                self._stream = self._whole.stream

    def write(self, text: str) -> None:
        with saying_which(self._name):
            self._stream.write(text.encode("utf-8", "replace"))
            if self._whole is None:
                self._stream.flush()

    def finish(self) -> None:
        with saying_which(self._name):
            if self._whole is None:
                self._stream.close()
            else:
                self._whole.commit()

    def close(self) -> None:
        if self._whole is not None:
            self._whole.discard()
        else:
            with suppress(OSError):
                self._stream.close()


class CaptionFile:
    """Captions in SubRip or WebVTT."""

    wants_words = True

    def __init__(self, name: str, web: bool) -> None:
        self._web = web
        self._file = _TextFile(name)
        self._number = 0
        if web:
            self._file.write(captions.VTT_HEADER)

    def comes(self, text: Text) -> None:
        self._sent = text.sent.reader()
        self._markup = text.markup

    def began(self, accepted: Accepted, at_s: float) -> None:
        self._at_s = at_s
        self._transcript = Transcript(self._sent.text, plain=self._is_plain())
        self._captions = captions.Captions()

    def segment(self, info: SegmentInfo) -> None:
        self._say(self._transcript.add(_words(info, self._sent)))
        self._sent.forget(self._transcript.place)

    def ended(self, speech: Speech) -> None:
        self._say(self._transcript.finish(self._sent.end))
        self._write(self._captions.finish())

    def finish(self) -> None:
        self._file.finish()

    def close(self) -> None:
        self._file.close()

    def _is_plain(self) -> bool:
        """Whether the text, whose first words are there, is read as plain text."""
        if self._markup != Markup.AUTO.value:
            return self._markup == Markup.PLAIN.value
        return not self._sent.text(0, _FIRST_CHARS).lstrip().startswith("<speak")

    def _say(self, words: Iterable[Spoken]) -> None:
        self._write(self._captions.add(words))

    def _write(self, cues: Iterable[captions.Cue]) -> None:
        for cue in cues:
            self._number += 1
            moved = captions.Cue(cue.start_s + self._at_s, cue.end_s + self._at_s, cue.lines)
            self._file.write(
                captions.vtt(moved) if self._web else captions.srt(self._number, moved)
            )


#: Enough to see whether a text begins as SSML does.
_FIRST_CHARS: Final = 200

#: Microseconds: a sample is 42 of them.
_DIGITS: Final = 6


class TimingsFile:
    """The words and their times, as one JSON object."""

    wants_words = True

    def __init__(self, name: str) -> None:
        self._file = _TextFile(name)
        self._between = ""
        self._file.write(f'{{"sample_rate": {SAMPLE_RATE}, "texts": [')

    def comes(self, text: Text) -> None:
        self._source = text.name
        self._sent = text.sent.reader()

    def began(self, accepted: Accepted, at_s: float) -> None:
        self._at_s = at_s
        about = {
            "source": self._source,
            "voice": accepted.voice,
            "engine": accepted.engine,
            "start_s": round(at_s, _DIGITS),
        }
        self._file.write(f'{self._between}\n{_json(about)[:-1]}, "words": [')
        self._between = ","
        self._word_between = ""
        self._word: dict[str, Any] = {}

    def segment(self, info: SegmentInfo) -> None:
        for word in _words(info, self._sent):
            if self._word and word.start < self._word["end"]:
                # It goes on from the segment before.
                self._word["end_s"] = round(self._at_s + word.end_s, _DIGITS)
                continue
            self._write_word()
            self._word = {
                "text": self._sent.text(word.start, word.end),
                "start": word.start,
                "end": word.end,
                "start_s": round(self._at_s + word.start_s, _DIGITS),
                "end_s": round(self._at_s + word.end_s, _DIGITS),
                "exact": info.exact,
            }
        self._sent.forget(info.end)

    def ended(self, speech: Speech) -> None:
        self._write_word()
        self._file.write("\n]}")

    def finish(self) -> None:
        self._file.write("\n]}\n")
        self._file.finish()

    def close(self) -> None:
        self._file.close()

    def _write_word(self) -> None:
        if self._word:
            self._file.write(f"{self._word_between}\n  {_json(self._word)}")
            self._word_between = ","
            self._word = {}


def _words(info: SegmentInfo, sent: SentTextReader) -> Iterable[Timed]:
    if info.words or not info.duration_s:
        return [trimmed(word, sent.text) for word in info.words]
    said = sent.text(info.start, info.end)
    return shared_out(said, info.start, info.start_s, info.start_s + info.duration_s)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
