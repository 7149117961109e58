# process: runs in a child process, or in a command.
"""Does a copy say what its original says, and does the graph it was made from?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...errors import EngineError
from ...types import Segment, Utterance
from .copies import loading_options

if TYPE_CHECKING:
    import numpy as np
    import onnxruntime as ort
    from numpy.typing import NDArray

    from ..kokoro import KokoroSynthesizer
    from ..synthesizer import Styles

#: What both speak: 15 tokens, about a second, enough to tell sounds apart.
PHRASE: Final = "ðə kwˈɪk fˈɑks."

#: Short phrases and speeds, for what must hold at each.
_SHORT: Final = ((PHRASE[:4], 1.0), (PHRASE[:9], 1.3))


class UnlikeError(EngineError):
    """The rewritten graph is not what the model computes: optimising it is no use."""


def compare(
    graph: Path, voices: Styles, runs: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> None:
    """Load the copy as the daemon would; raises EngineError if it speaks otherwise.

    runs: PHRASE as the original said it, twice.
    """
    from .. import similarity
    from ..kokoro import open_session, session_options

    session = open_session(graph, loading_options(session_options(1)))
    if difference := similarity.difference(runs, speak(session, voices), similarity.COPY):
        raise EngineError(f"its copy speaks otherwise: {difference}")


def compare_float(
    model: Path, voices: Styles, runs: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> None:
    """Raises UnlikeError if the quantized model says otherwise than its float form.

    runs: PHRASE as the float form said it, twice.
    """
    from .. import similarity
    from ..kokoro import open_session, session_options

    session = open_session(model, session_options(1))
    said = speak(session, voices)
    if difference := similarity.difference(runs, said, similarity.DEQUANTIZED):
        raise UnlikeError(f"its float form speaks otherwise: {difference}")


def speak(session: ort.InferenceSession, voices: Styles) -> NDArray[np.float32]:
    """PHRASE by the first voice, float32 [samples] at 24 kHz."""
    from ..kokoro import KokoroSynthesizer
    from ..synthesizer import Run

    synthesizer = KokoroSynthesizer(session, voices)
    segment = Segment(0, 0, 0, "", _known(PHRASE, synthesizer))
    return synthesizer.synthesize(segment, _utterance(voices), Run()).pcm


def check_durations(session: ort.InferenceSession, voices: Styles) -> None:
    """Raises UnlikeError unless a frame of the durations always has as many samples."""
    from ..kokoro import KokoroSynthesizer
    from ..synthesizer import Run

    synthesizer = KokoroSynthesizer(session, voices)
    lengths = set()
    for phrase, speed in _SHORT:
        tokens = synthesizer.tokens(_known(phrase, synthesizer))
        try:
            pcm, frames = synthesizer.infer(tokens, _utterance(voices, speed), Run())
        except EngineError as error:  # their number or kind is that of no durations
            raise UnlikeError(f"what looked like durations is of no use: {error}") from None
        if frames is None:
            raise UnlikeError("what looked like durations are none")
        lengths.add(len(pcm) / max(int(frames.sum()), 1))
    if len(lengths) > 1:
        raise UnlikeError("what looked like durations does not add up to the sound")


def _known(phrase: str, synthesizer: KokoroSynthesizer) -> str:
    return "".join(symbol for symbol in phrase if symbol in synthesizer.vocabulary)


def _utterance(voices: Styles, speed: float = 1.0) -> Utterance:
    return Utterance(voices.names[0], speed, "en-us")
