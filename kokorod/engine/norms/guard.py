# process: runs in a child process; the verdicts are kept by whoever started it.
"""Is what is predicted for a voice near enough? `python -m kokorod.engine.norms.guard ...`

Another processor, onnxruntime or file of the same weights could make another sound. So a voice
says a few phrases of ours twice on this machine, exactly and with its predicted norms, in a
child of low priority. What came of it is kept for this copy; a voice that is too far off speaks
whole. No text of a user is used or kept.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...errors import EngineError
from ...models.record import InstalledModel
from ...types import Precision, Segment, Utterance
from .. import child
from ..child import Child
from .predictors import SHIPPED, learned_from
from .verdicts import Verdict

if TYPE_CHECKING:
    from ..parts import PartsSynthesizer

#: A word, a sentence, a longer one.
_PHRASES: Final = (
    "hˈI.",
    "ðə kwˈɪk fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ.",
    "wˈʌn, tˈu, θɹˈi: ænd ðə wˈɪnd wəz kˈOld, bˌʌt nˈOwˌʌn wˈɛnt hˈOm.",
)

#: A busy machine of one slow core; who takes longer is stuck.
_PATIENCE_S: Final = 600.0


def examine(synthesizer: PartsSynthesizer, voice: str) -> Verdict:
    """Say the phrases both ways. Raises EngineError."""
    from ..synthesizer import Run
    from .distance import distance

    found = []
    for phrase in _PHRASES:
        known = "".join(symbol for symbol in phrase if symbol in synthesizer.vocabulary)
        segment, utterance = Segment(0, 0, 0, "", known), Utterance(voice, 1.0, "en-us")
        front, exact = synthesizer.exact(segment, utterance, Run())
        norms = synthesizer.predictors.predict(voice, synthesizer.features_of(front))
        told = synthesizer.told(front, norms)
        found.append(distance(exact, synthesizer.chunk(told, 0, told.frames, Run())))
    return Verdict(voice, sum(found) / len(found), max(found))


def due(model: InstalledModel) -> bool:
    """Whether its voices are predicted by what comes with the package."""
    try:
        return model.model_sha256 in learned_from(SHIPPED)[0]
    except EngineError:
        return False


def start_guard(
    models_folder: Path,
    model: str,
    cache: Path,
    precision: Precision,
    voice: str,
    report: Callable[[child.Report], None],
    learned: bool = True,
) -> Child:
    """Examine a voice in the background; one report, Done with the fields of a Verdict.

    learned: with what was learned of it on this machine, as it is spoken.
    """
    arguments = [str(models_folder), model, str(cache), precision.value, voice]
    arguments.append("1" if learned else "")
    trying = Child("kokorod.engine.norms.guard", arguments, _PATIENCE_S, report)
    trying.start()
    return trying


def main(arguments: Sequence[str]) -> int:
    """In the child: models folder, model, cache folder, precision, voice and whether what was
    learned is used.
    """

    def work() -> dict[str, Any]:
        from ..loading import KokoroPlan, open_here
        from ..parts import PartsSynthesizer

        models, name, cache, precision, voice, learned = arguments
        plan = KokoroPlan(
            Path(models),
            name,
            1,
            cache_folder=Path(cache),
            precision=Precision(precision),
            learned=bool(learned),
        )
        synthesizer = open_here(plan).synthesizer
        assert isinstance(synthesizer, PartsSynthesizer), "only a copy in parts is examined"
        return dataclasses.asdict(examine(synthesizer, voice))

    return child.answer(work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
