"""Which listeners the command line asks for. Loads the files of those alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from ..context import Context
from .events import JsonLines, Listener
from .texts import Text


def listeners_of(
    args: argparse.Namespace,
    context: Context,
    texts: Sequence[Text],
    heard_s: Callable[[], float],
) -> list[Listener]:
    """heard_s: seconds of the run's sound that have been heard or written."""
    listeners: list[Listener] = []
    colour = not context.environ.get("NO_COLOR")
    if args.json:
        listeners.append(JsonLines())
    if args.srt or args.vtt or args.timings:
        from .caption_files import CaptionFile, TimingsFile

        if args.srt:
            listeners.append(CaptionFile(args.srt, web=False))
        if args.vtt:
            listeners.append(CaptionFile(args.vtt, web=True))
        if args.timings:
            listeners.append(TimingsFile(args.timings))
    if args.follow:
        from .follow import Follow

        listeners.append(Follow(sys.stdout, heard_s, colour))
    if args.progress:
        from .progress import Progress

        listeners.append(Progress(texts, heard_s, colour))
    return listeners
