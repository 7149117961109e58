# worker: `make` runs on the speech thread; the rest is asked on the loop.
"""The front end as the daemon opens it, and what is wrong with the lexicon it reads.

Owns:       nothing; it is handed the live configuration and whom to tell.
Never:      loads what reads text before it is asked for: the socket is bound first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from ..config import LiveConfig
from ..errors import KokorodError
from ..safety.faults import Faults
from .thread import FrontEnd

#: numpy and onnxruntime, from a slow disk. Then speech is loaded beside them.
_LIBRARIES_S: Final = 2.0


class FrontEndOpening:
    def __init__(
        self,
        live: LiveConfig,
        libraries: threading.Event,
        faults: Faults,
        on_lexicon: Callable[[str], None],
    ) -> None:
        """libraries: set once numpy and onnxruntime are loaded.

        on_lexicon: told on the speech thread what is wrong with the lexicon, "" if it was read
        """
        self._live = live
        self._libraries = libraries
        self._faults = faults
        self._on_lexicon = on_lexicon

    def make(self) -> FrontEnd:
        # Both threads would load Python code in turns, and the one that counts take longer.
        self._libraries.wait(_LIBRARIES_S)
        from .frontend import make_front_end
        from .normalize.faults import FAULTS

        faults = self._faults
        FAULTS.tell = lambda rule, error: faults.caught(f"rule {rule}", error)
        config = self._live.config
        return make_front_end(
            config.phonemes,
            config.cache_folder,
            config.lexicon_file,
            self._on_lexicon,
            faults,
            isolated=True,
            taken=lambda: self._on_lexicon(""),
        )

    def lexicon_problem(self) -> str:
        """Of the file as it is now; the speech thread takes it in at the next sentence."""
        if self._live.config.phonemes != "kokoro":
            return ""  # nobody reads it
        from ..vocabulary import alphabet
        from .lexicon import read

        try:
            read(self._live.config.lexicon_file, alphabet())
        except KokorodError as error:
            return str(error)
        return ""
