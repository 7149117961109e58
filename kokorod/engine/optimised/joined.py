# process: runs in a child process, or in a command.
"""Do a copy's parts say what it says, joined and in chunks?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ...errors import EngineError
from ...types import Segment, Utterance
from .comparison import PHRASE
from .copies import GRAPH, loading_options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..synthesizer import Styles

#: What a sample of a chunk may differ from the whole's; measured: 1e-6.
_CHUNK: Final = 1e-4

#: Frames of the first chunk that is compared, and of those after it.
_FRAMES: Final = (6, 11)


def compare_parts(place: Path, voices: Styles) -> None:
    """Load the parts as the daemon would. Raises EngineError if they speak otherwise.

    If the graph is deterministic they must agree with it to the bit, and so must chunks with
    the whole told the same norms, to 1e-4. With a random source they need only sound alike.
    """
    from .. import similarity
    from ..kokoro import KokoroSynthesizer, open_session, session_options
    from ..parts import PartsSynthesizer, open_parts
    from ..synthesizer import Run

    options = loading_options(session_options(1))
    whole = KokoroSynthesizer(open_session(place / GRAPH, options), voices)
    parts = PartsSynthesizer(open_parts(place, options), voices)
    segment = Segment(0, 0, 0, "", "".join(s for s in PHRASE if s in whole.vocabulary))
    utterance = Utterance(voices.names[0], 1.0, "en-us")
    first, second = (whole.synthesize(segment, utterance, Run()).pcm for _ in range(2))
    said = parts.synthesize(segment, utterance, Run()).pcm
    exact = np.array_equal(first, second)
    if exact and not np.array_equal(first, said):
        raise EngineError("its parts do not join to the whole")
    if difference := similarity.difference((first, second), said, similarity.COPY):
        raise EngineError(f"its parts speak otherwise: {difference}")
    front, _ = parts.exact(segment, utterance, Run())
    pieces: list[NDArray[np.float32]] = []
    at = 0
    while at < front.frames:
        last = min(at + _FRAMES[min(len(pieces), 1)], front.frames)
        pieces.append(parts.chunk(front, at, last, Run()))
        at = last
    chunked = np.concatenate(pieces)
    if exact and (len(chunked) != len(said) or np.abs(chunked - said).max() > _CHUNK):
        raise EngineError("its chunks are not the whole")
    if difference := similarity.difference((first, second), chunked, similarity.COPY):
        raise EngineError(f"its chunks speak otherwise: {difference}")
