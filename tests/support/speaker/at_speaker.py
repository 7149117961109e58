"""kokoroctl at the loudspeaker: what is run there, and what of it is heard."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokoro_client import Client
from support import toy
from support.daemon.process import PATIENCE_S, DaemonProcess
from support.speaker.null_sink import RATE, Recording, loud

ONE = "The quick brown fox jumps over the lazy dog, and runs away."
TWO = "Nine men in a small boat looked for land all night."
THREE = "Stop that now."

Say = Callable[..., subprocess.Popen[bytes]]

#: What a sound server takes at once and plays on, whatever it is told: 25 ms, and a little.
BLOCK = RATE // 30


@contextmanager
def saying(daemon: DaemonProcess) -> Iterator[Say]:
    started: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            ["kokoroctl", "say", *arguments],
            env=daemon.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def ctl(daemon: DaemonProcess, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["kokoroctl", *arguments],
        env=daemon.environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        **({"stdin": subprocess.DEVNULL} | options),
    )


def end_of(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, said = process.communicate(timeout=PATIENCE_S)
    return process.returncode, said.decode()


def streamed(daemon: DaemonProcess, text: str, **fields: Any) -> NDArray[np.int16]:
    """The text's sound as it is sent to a client that plays nothing."""
    with Client(daemon.socket, start=False) as client:
        return np.frombuffer(b"".join(client.speak(text, **fields)), "<i2")


def trimmed(pcm: NDArray[np.int16]) -> NDArray[np.int16]:
    """Without the silence at both ends."""
    sound = np.flatnonzero(loud(pcm))
    return pcm[sound[0] : sound[-1] + 1] if len(sound) else pcm[:0]


def said(tokens: list[int]) -> list[int]:
    """Without repeats: sound has gaps if the machine is busy, and each cuts a tone in two."""
    return [token for at, token in enumerate(tokens) if tokens[at - 1 : at] != [token]]


def tokens_of(pcm: NDArray[np.int16]) -> list[int]:
    """What was said, without repeats: what is heard is compared with what was sent."""
    return said(toy.decode(pcm).tokens)


def heard_by(sink: Recording) -> list[int]:
    """The tokens that were heard, when it is over."""
    sink.wait_silence()
    return tokens_of(sink.pcm)


def parted(heard: Sequence[int], whole: Sequence[int]) -> bool:
    """Whether `whole` was heard, in two parts of which the second may begin with the token
    in which the first was broken off, and with the one before if that was just over."""
    rest = len(heard) - len(whole)
    return any(
        list(whole) == [*heard[:at], *heard[at + rest :]] for at in range(len(whole) + 1)
    ) and rest in (0, 1, 2)
