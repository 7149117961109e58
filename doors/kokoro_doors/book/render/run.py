# process: a command of kokoroctl.
"""The run of `book render`: each part that is not there yet is spoken, then the files are made.

Owns:       the work folder, the client.
Invariants: a file of sound that has its name is whole; what was spoken is never spoken again.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import hashlib
import json
import signal
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

from kokoro_client import Client
from kokoro_client.cli import exits
from kokoro_client.cli.context import Context
from kokoro_client.sound.encoded import check_installed
from kokoro_client.sound.formats import SoundFormat
from kokoro_client.sound.pcm import seconds_of
from kokoro_client.wire.choices import Markup

from ..parts import Book, BookError
from ..plain import read_book
from ..wide import opening
from . import ffmpeg, overlays
from .captions import write_captions
from .choices import EPUB, MPEG4, Target, chosen, target_of
from .files import PlainFile, SoundFile, SpokenChapter, remove_leftovers, write_sound
from .plan import Manner, Part, PlannedChapter, plan_of
from .progress import Progress
from .speaking import Speaker, manner_of
from .wording import Wording, read_wording, reworded
from .work import Spoken, Work

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_BUILT_IN: Final = "built-in"

_UNUSED: Final = "{!r} of --substitutions or --cast is nowhere in the book"


def render(args: argparse.Namespace, context: Context) -> int:
    """Raises CommandError and KokoroError."""
    target = target_of(args.output, args.format)
    program = _program(target, args.file)
    _check_loudness(args.loudness)
    opening.check(args)
    beside = target.path.absolute()
    folder = args.work or beside.with_name(f"{beside.name}.work")
    # What ends it from outside is to leave the same as Ctrl-C.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with _telling(folder), contextlib.ExitStack() as stack:
        wording = read_wording(args.substitutions, args.cast)
        book = _read(args.file, args.alt, wording)
        if target.format == EPUB:
            overlays.check_book(args.file)
        numbers = chosen(args.chapters, len(book.chapters))
        if not target.whole:
            target.path.mkdir(parents=True, exist_ok=True)
        work = stack.enter_context(Work(folder))
        run = _Run(args, context, target, program, book, work, stack)
        try:
            run.run(numbers, set(wording.voices.values()))
        except KeyboardInterrupt:
            run.progress.note("stopped; the same command goes on where it was")
            return exits.INTERRUPTED
    return exits.OK


class Speaking(Protocol):
    """What speaks parts: the daemon here (speaking.py), or a cluster (wide/)."""

    def speak(self, part: Part) -> Spoken: ...

    def check_model(self) -> None:
        """Raises CommandError if another one speaks than the book was begun with."""


class _Run:
    def __init__(
        self,
        args: argparse.Namespace,
        context: Context,
        target: Target,
        program: str | None,
        book: Book,
        work: Work,
        stack: contextlib.ExitStack,
    ) -> None:
        """program: ffmpeg, if it is to make the file."""
        self._args = args
        self._target = target
        self._program = program
        self._book = book
        self._work = work
        self._context = context
        self._stack = stack
        self._missing: dict[str, Part] = {}  # to be spoken by this run
        self._files: dict[str, Any] = {}  # path -> [recipe, size] of what was made
        self.progress = Progress(args.json)
        stack.callback(self.progress.close)
        self._client = stack.enter_context(
            Client(start=not args.no_start, environ=context.environ, name="kokoroctl book")
        )

    def run(self, numbers: Sequence[int], voices: Collection[str]) -> None:
        """voices: beside the one that is asked for."""
        args = self._args
        manner, note = manner_of(self._client, args.voice, args.speed, args.lang)
        for voice in voices:
            manner_of(self._client, voice, 1.0, "")  # there is such a one
        for warning in self._book.warnings:
            self.progress.note(warning)
        if note and manner.engine == _BUILT_IN:
            self.progress.note(note)
        plan = plan_of(self._book, manner)
        files = self._work.read_manifest().get("files") or {}
        self._files = {name: made for name, made in files.items() if Path(name).exists()}
        self._manifest = _manifest(self._book, manner, plan)
        self._write_manifest()
        wanted = [plan[number - 1] for number in numbers]
        self._begin(wanted, manner.voice)
        speaker = self._speaker(manner)
        done: list[SpokenChapter] = []
        sound_s = 0.0
        for chapter in wanted:
            spoken = self._speak(chapter, speaker)
            sound_s += spoken.seconds
            if self._target.whole:
                done.append(spoken)
            else:  # its words need not be kept
                self._make(self._target.file_of(chapter, len(plan)), chapter.title, [spoken])
        if self._target.whole:
            self._make(self._target.path, self._book.title, done)
        self._work.keep_only({part.key for chapter in plan for part in chapter.parts})
        self.progress.end(sound_s)

    def _write_manifest(self) -> None:
        self._work.write_manifest({**self._manifest, "files": self._files})

    def _speaker(self, manner: Manner) -> Speaking:
        note = self.progress.note
        if self._args.on is None or not self._missing:
            return Speaker(self._client, self._work, manner, self._book.markup, note)
        speaker = opening.open_speaker(
            self._args, self._context.environ, self._client, self._work, manner,
            self._book.markup, list(self._missing.values()), note, self.progress.workers,
        )  # fmt: skip
        return self._stack.enter_context(speaker)

    def _begin(self, wanted: Sequence[PlannedChapter], voice: str) -> None:
        parts = {part.key: part for chapter in wanted for part in chapter.parts}
        lengths = {key: len(part.text) for key, part in parts.items()}
        self._missing = {key: p for key, p in parts.items() if self._work.spoken(key) is None}
        there = sum(length for key, length in lengths.items() if key not in self._missing)
        about = {"title": self._book.title, "voice": voice, "work": str(self._work.folder)}
        self.progress.begin(len(wanted), sum(lengths.values()), there, about)

    def _speak(self, chapter: PlannedChapter, speaker: Speaking) -> SpokenChapter:
        found: list[Spoken] = []
        for number, part in enumerate(chapter.parts):
            # What a cluster has spoken may be there sooner than it is asked for.
            ahead = self._missing.pop(part.key, None) is not None
            spoken = None if ahead else self._work.spoken(part.key)
            if spoken is None:
                if number == 0:
                    speaker.check_model()
                spoken = speaker.speak(part)
                self.progress.part(chapter, part, spoken)
            found.append(spoken)
        return SpokenChapter(chapter, tuple(found))

    def _make(self, path: Path, title: str, chapters: Sequence[SpokenChapter]) -> None:
        """The file and its captions, unless the very same is there."""
        for kind in self._args.captions or ():
            write_captions(path.with_suffix(f".{kind}"), chapters, self._book.markup, kind)
        name, recipe = str(path.resolve()), self._recipe(path, title, chapters)
        made = self._files.get(name)
        fresh = made is None or made != [recipe, _size(path)]
        if fresh:
            remove_leftovers(path)
            self._write(path, title, chapters)
            self._files[name] = [recipe, _size(path)]
            self._write_manifest()
        self.progress.file(str(path), sum(one.seconds for one in chapters), fresh)

    def _write(self, path: Path, title: str, chapters: Sequence[SpokenChapter]) -> None:
        args, book, work = self._args, self._book, self._work
        if self._target.format == EPUB:
            overlays.write_overlaid(
                path, args.file, book, chapters, work, args.loudness, args.words
            )
        else:
            write_sound(self._begun(path, title, chapters), chapters, work, args.loudness)

    def _begun(self, path: Path, title: str, chapters: Sequence[SpokenChapter]) -> SoundFile:
        format = self._target.format
        if self._target.whole and self._program is not None:
            return ffmpeg.MarkedFile(self._program, path, format, self._book, chapters, self._work)
        return PlainFile(path, format, title)

    def _recipe(self, path: Path, title: str, chapters: Sequence[SpokenChapter]) -> str:
        """Stands for all that decides what is in the file."""
        cover = self._book.cover
        author, lufs = self._book.author, self._args.loudness
        said: list[Any] = [self._target.format, title, author, bool(self._program), lufs]
        said.append(self._target.format == EPUB and [self._args.words, _stamp(self._args.file)])
        said.append(hashlib.sha256(cover.data).hexdigest() if cover else None)
        for one in chapters:
            said.append(one.chapter.title)
            said += [
                [part.key, part.pause_s, spoken.bytes, spoken.crc]
                for part, spoken in zip(one.chapter.parts, one.spoken, strict=True)
            ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def _program(target: Target, source: Path) -> str | None:
    """ffmpeg, if it is to make the file. Raises CommandError if what is needed is missing."""
    if target.format == EPUB:
        if source.suffix.lower() != ".epub":
            raise exits.CommandError(
                "only an .epub becomes one that reads itself; render an .m4b", exits.USAGE
            )
        check_installed(SoundFormat.MP3)
        return None
    program = ffmpeg.found() if target.whole and target.format != SoundFormat.WAV.value else None
    if program is None:
        if target.format in MPEG4:
            raise exits.CommandError(
                f"{target.path.name} needs the program ffmpeg, which is not installed; install it,"
                " or write an .opus, or name a folder for a file a chapter"
            )
        check_installed(SoundFormat(target.format))
    return program


def _check_loudness(lufs: float | None) -> None:
    """Raises CommandError if what changes it is missing."""
    if lufs is not None and find_spec("numpy") is None:
        raise exits.CommandError(
            "--loudness needs the package numpy; pip install 'kokoro-doors[book]'"
        )


def _read(path: Path, alt: bool, wording: Wording) -> Book:
    """The book as it is to be said; its warnings tell what of the wording it has no use for."""
    try:
        book = read_book(path, alt)
    except OSError as error:
        raise exits.CommandError(f"cannot read {path}: {error.strerror or error}") from None
    if wording.voices and book.markup == Markup.MARKDOWN.value:
        raise exits.CommandError("Markdown changes no voices; --cast is for other books")
    book, unused = reworded(book, wording)
    return replace(book, warnings=(*book.warnings, *map(_UNUSED.format, unused)))


def _manifest(book: Book, manner: Manner, plan: Sequence[PlannedChapter]) -> dict[str, Any]:
    chapters = [
        {
            "number": chapter.number,
            "title": chapter.title,
            "parts": [part.key for part in chapter.parts],
        }
        for chapter in plan
    ]
    return {
        "version": 1,
        "title": book.title,
        "manner": manner.as_json(),
        "chapters": chapters,
    }


@contextlib.contextmanager
def _telling(folder: Path) -> Iterator[None]:
    """What goes wrong with the book or a disk becomes one line."""
    try:
        yield
    except BookError as error:
        raise exits.CommandError(str(error)) from None
    except BrokenPipeError:
        raise  # who read what is told has gone
    except OSError as error:
        if error.errno in _FULL:
            raise exits.CommandError(
                f"no room is left ({error.strerror}); free some and run the same command again:"
                f" what was spoken is kept in {folder}, an hour takes"
                f" {3600 / seconds_of(1_000_000):.0f} MB there"
            ) from None
        where = error.filename or folder
        raise exits.CommandError(f"cannot write {where}: {error.strerror or error}") from None


def _stamp(path: Path) -> list[int]:
    """Of a file that is changed, another."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
