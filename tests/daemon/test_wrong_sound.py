"""What no voice can have said is not sent: it is done again, and then its request is told."""

from __future__ import annotations

from pathlib import Path

from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import DaemonProcess

SOUND = "ˈOnli ðˈɪs hˈɜɹd."

#: Runs of what has a letter of the left side go wrong: always, or the first time only.
_WRONG = """
import numpy as np
from kokorod.engine.kokoro import KokoroSynthesizer
from kokorod.engine.parts import PartsSynthesizer
from kokorod.engine.synthesizer import Sound

kinds = {
    "z": lambda pcm: pcm * np.float32(0),
    "ʒ": lambda pcm: pcm * np.float32(np.nan),
    "v": lambda pcm: pcm * np.float32(0) + np.float32(1),
    "θ": lambda pcm: pcm[:50],
    "ʃ": lambda pcm: np.tile(pcm, 60),
    "j": lambda pcm: np.where(np.arange(len(pcm)) == 99, np.float32(np.inf), pcm),
}
wrong_before = set()

def change(phonemes, pcm):
    for letter, wrong in kinds.items():
        if letter in phonemes and not ("ɡ" in phonemes and phonemes in wrong_before):
            wrong_before.add(phonemes)
            return wrong(pcm)
    return pcm

real = KokoroSynthesizer.synthesize
def synthesize(self, segment, *rest):
    sound = real(self, segment, *rest)
    return Sound(change(segment.phonemes, sound.pcm), sound.edges)
KokoroSynthesizer.synthesize = synthesize

fronts = {}
real_front, real_chunk = PartsSynthesizer.front, PartsSynthesizer.chunk
def front(self, segment, *rest):
    made = real_front(self, segment, *rest)
    fronts[id(made.state)] = segment.phonemes
    return made
def chunk(self, front, first, last, run):
    pcm = real_chunk(self, front, first, last, run)
    return pcm if first < 20 else change(fronts[id(front.state)], pcm)
PartsSynthesizer.front, PartsSynthesizer.chunk = front, chunk
"""

LETTERS = "zʒvθʃj"
TEXT = "ˈOnli ðˈɪs hˈɪɹ hˈæd {} hˈɜɹd ænd nˈO mˈɔɹ."


def all_are_told(daemon: DaemonProcess) -> None:
    """Each kind of wrong sound, always and once, beside somebody who is heard on."""
    with Conversation(daemon.socket) as other, Conversation(daemon.socket) as speaker:
        other.speak(1, SOUND, phonemes=True, final=False)
        for id, letter in enumerate(LETTERS):
            speaker.speak(id, TEXT.format(letter), phonemes=True, cache=False)
            end = speaker.end_of(id)
            assert (end["type"], end.get("code")) == ("error", "engine_failed"), letter
            assert not any(abs(speaker.pcm(id).astype(int)) > 32_000), letter
        for id, letter in enumerate(LETTERS, 100):
            text = TEXT.format(f"ɡˈæ{letter}")
            hear(speaker.said(id, text, phonemes=True, cache=False), text)
        other.send("append", 1, text="", final=True)
        assert other.end_of(1)["type"] == "done"
        hear(other.pcm(1), SOUND)
    (cpu,) = (lane for lane in daemon.ask("status")["lanes"] if lane["name"] == "cpu")
    assert cpu["failures"] >= 2 * len(LETTERS)
    assert daemon.alive


def test_whole_segments(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    daemon = make_daemon({"KOKORO_STREAMING": "false"}, home=toy_home(tmp_path))
    all_are_told(daemon.start_after(_WRONG).wait_ready())


def test_chunks(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    daemon = make_daemon(home=toy_home(tmp_path, copied=True)).start_after(_WRONG).wait_ready()
    all_are_told(daemon)
    assert "chunks" in [lane["way"] for lane in daemon.ask("status")["lanes"]]


_SILENT_FROM_THE_START = """
import numpy as np
from kokorod.engine.kokoro import KokoroSynthesizer
from kokorod.engine.synthesizer import Sound
real = KokoroSynthesizer.synthesize
def synthesize(*given):
    sound = real(*given)
    return Sound(np.zeros_like(sound.pcm), sound.edges)
KokoroSynthesizer.synthesize = synthesize
"""


def test_a_model_that_is_wrong_from_the_start_is_not_used(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    """A first inference that is no sound: the built-in voice speaks and says so."""
    daemon = make_daemon(home=toy_home(tmp_path)).start_after(_SILENT_FROM_THE_START).wait_ready()
    assert daemon.ask("status")["engine"] == "built-in"
    with Conversation(daemon.socket) as conversation:
        assert len(conversation.said(1, "Still here."))
