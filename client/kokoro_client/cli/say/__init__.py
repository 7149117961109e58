"""kokoroctl say: text in, sound out.

flags.py          the command line, and what of it excludes each other
selection.py      what is selected in a window
texts.py          where the text comes from; sent_text.py: what of it is kept to be shown
loudspeaker.py    at the loudspeaker; hand_over.py: by a process that goes on alone
pause_hint.py     says that the speaker is paused, when nothing is heard
sinks.py          where the sound goes otherwise; files.py: into a file; output.py: what they share
events.py         what is told while it is spoken, and to whom: listeners.py
progress.py       a bar
follow.py         the text with the word that is heard; screen_lines.py: its lines
caption_files.py  captions and word times
macos.py          the flags of macOS' say that are not ours
running.py        the run: each text to the daemon, its sound to the sink
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .flags import EPILOG, HELP, add_arguments

if TYPE_CHECKING:
    import argparse

    from ..context import Context

__all__ = ["EPILOG", "HELP", "add_arguments", "run"]


def run(args: argparse.Namespace, context: Context) -> int:
    """Speak what the command line asks for; returns the exit status."""
    from . import macos
    from .flags import refuse_contradictions

    macos.settle(args)
    if args.voice == "?":
        return macos.list_voices(args, context)
    if args.device == "?":
        from .loudspeaker import list_devices

        return list_devices()
    refuse_contradictions(args)
    if args.selection:
        from .selection import selected

        args.text, args.selection = [selected(context.environ)], False
    if args.no_wait:
        from .hand_over import hand_over

        return hand_over(args)
    from .running import speak_texts

    return speak_texts(args, context)
