"""kokoroctl say: text in, sound out.

flags.py          the command line, and what of it excludes each other
texts.py          where the text comes from; tape.py: what of it is kept to be shown
loudspeaker.py    at the loudspeaker; hand_over.py: by a process that goes on alone
sinks.py          where the sound goes else; files.py: into a file; output.py: what they share
events.py         what is told while it is spoken, and to whom: listeners.py
progress.py       a bar
follow.py         the text with the word that is heard; page.py: its lines
caption_files.py  captions and word times
macos.py          the flags of macOS' say that are not ours
run.py            the run: each text to the daemon, its sound to the sink
"""

from .flags import EPILOG, HELP, add_arguments
from .run import run

__all__ = ["EPILOG", "HELP", "add_arguments", "run"]
