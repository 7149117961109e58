"""`kokoroctl gateway`: what HTTP costs beyond the daemon, many clients at once, who leaves."""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import psutil

from bench.metric import Metric, at_most, percentile
from bench.speaker import VOICE
from bench.stage import Stage

_CHARS: Final = 60

#: Kept by the daemon: two seconds of sound.
_PHRASE_CHARS: Final = 24
_STREAMS: Final = 16
_STREAMED_CHARS: Final = 200

#: A client leaves a long text at a moment of its first segments.
_LEFT_CHARS: Final = (400, 2_000)
_LATEST_S: Final = 1.5

#: Of a solo run's length: less is the same text, cut into other segments.
_SAME: Final = 0.05

#: Of the texts that are spoken again alone.
_SOLO: Final = 4

#: Sixteen texts of 200 characters take minutes on a machine that is busy.
_PATIENCE_S: Final = 600.0
_MOST_MS: Final = {"pcm": 15.0, "mp3": 60.0, "opus": 60.0}


@dataclass(frozen=True, slots=True)
class _Gateway:
    address: tuple[str, int]
    process: psutil.Process

    def begin(self, text: str, format: str) -> tuple[http.client.HTTPConnection, bytes]:
        """A connection whose answer has begun, and its first piece."""
        connection = http.client.HTTPConnection(*self.address, timeout=_PATIENCE_S)
        body = json.dumps({"input": text, "voice": VOICE, "response_format": format}).encode()
        connection.request("POST", "/v1/audio/speech", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            raise OSError(f"the gateway answers {response.status}: {response.read()[:200]!r}")
        return connection, response.read1(65_536)

    def spoken(self, text: str) -> int:
        """Bytes of PCM."""
        connection = http.client.HTTPConnection(*self.address, timeout=_PATIENCE_S)
        body = json.dumps({"input": text, "voice": VOICE, "response_format": "pcm"}).encode()
        connection.request("POST", "/v1/audio/speech", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        data = response.read()
        connection.close()
        return len(data) if response.status == 200 else 0

    def memory_mb(self) -> float:
        return float(self.process.memory_info().rss) / 1e6


@contextmanager
def _running(socket: Path) -> Iterator[_Gateway]:
    process = subprocess.Popen(
        [Path(sys.executable).with_name("kokoroctl"), "gateway", "--port", "0"],
        env={**os.environ, "KOKORO_SOCKET": str(socket), "KOKORO_NO_START": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        host, _, port = process.stdout.readline().strip().rpartition("/")[2].rpartition(":")
        yield _Gateway((host, int(port)), psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(_PATIENCE_S)


def measure_first_byte(stage: Stage) -> list[Metric]:
    with _running(stage.kokorod.socket) as gateway:
        gateway.spoken(stage.texts.next(_CHARS))  # its first answer opens its connection
        return [metric for format in _MOST_MS for metric in _first_byte(stage, gateway, format)]


def measure(stage: Stage) -> list[Metric]:
    with _running(stage.kokorod.socket) as gateway:
        return [
            *_streams(stage, gateway),
            _leaving(stage, gateway),
            *_voices(stage, gateway),
        ]


def _first_byte(stage: Stage, gateway: _Gateway, format: str) -> list[Metric]:
    """Of texts that are spoken anew, and of phrases that the daemon keeps.

    The same text on both sides, each first in turn. Spoken anew one first sound differs by 70 ms
    from the next of the same text, so that their median shows no 15 ms: it is told, and what is
    asked for is held to phrases that are kept, which the daemon answers at once.
    """
    count = max(7, stage.effort.trials) * 3 if stage.effort.trials > 1 else 1
    stage.note(f"first byte of {format}, {count} times, alternating with the daemon's own")
    taken: dict[bool, tuple[list[float], list[float]]] = {False: ([], []), True: ([], [])}
    for number in range(count):
        anew = stage.texts.next(_CHARS)
        phrase = stage.texts.next(_PHRASE_CHARS)
        with stage.kokorod.client.speak(phrase, voice=VOICE) as speech:
            deque(speech, maxlen=0)
        stage.kokorod.wait_idle()
        for kept, text in ((False, anew), (True, phrase)):
            ours, daemons = taken[kept]
            sides = [
                (daemons, partial(_direct_ms, stage, text, kept)),
                (ours, partial(_gateway_ms, gateway, text, format)),
            ]
            for samples, taken_ms in sides[:: -1 if number % 2 else 1]:
                samples.append(taken_ms())
                stage.kokorod.wait_idle()
    return [
        Metric(
            name=f"gateway: first byte of {format} beyond the daemon's first sound, "
            + ("a phrase that is kept" if kept else "spoken anew"),
            unit="ms",
            value=statistics.median(o - d for o, d in zip(ours, daemons, strict=True)),
            asked=(at_most(_MOST_MS[format]),) if kept else (),
            samples={"gateway, ms": ours, "daemon, ms": daemons},
        )
        for kept, (ours, daemons) in taken.items()
    ]


def _direct_ms(stage: Stage, text: str, kept: bool) -> float:
    began = time.perf_counter()
    # Not kept: read from no cache, and what the gateway then asks for lies in none.
    with stage.kokorod.client.speak(text, voice=VOICE, cache=kept) as speech:
        next(iter(speech))
        return (time.perf_counter() - began) * 1000


def _gateway_ms(gateway: _Gateway, text: str, format: str) -> float:
    began = time.perf_counter()
    connection, _ = gateway.begin(text, format)
    taken_ms = (time.perf_counter() - began) * 1000
    connection.close()
    return taken_ms


def _streams(stage: Stage, gateway: _Gateway) -> list[Metric]:
    stage.note(f"{_STREAMS} streams at once")
    chars = _STREAMED_CHARS if stage.effort.trials > 1 else _CHARS
    texts = [stage.texts.next(chars) for _ in range(_STREAMS)]
    together = threading.Barrier(_STREAMS)

    def one(text: str) -> int:
        together.wait()
        return gateway.spoken(text)

    with ThreadPoolExecutor(_STREAMS) as pool:
        at_once = list(pool.map(one, texts))
    memory = gateway.memory_mb()
    solo = [gateway.spoken(text) for text in texts[:_SOLO]]
    wrong = [a for a, s in zip(at_once, solo, strict=False) if abs(a - s) > _SAME * s]
    wrong += [a for a in at_once if not a]
    return [
        Metric(
            name=f"gateway: of {_STREAMS} streams at once failed, or not as long as alone",
            unit="",
            value=len(wrong),
            asked=(at_most(0),),
            samples={"bytes at once": [float(n) for n in at_once]},
        ),
        Metric(
            name=f"gateway: memory after {_STREAMS} streams",
            unit="MB",
            value=memory,
            asked=(at_most(120.0),),
            samples={"MB": [memory]},
        ),
    ]


def _leaving(stage: Stage, gateway: _Gateway) -> Metric:
    stage.note(f"{stage.effort.cancels} clients that leave")
    free_ms = []
    for _ in range(stage.effort.cancels):
        text = stage.texts.next(stage.random.randint(*_LEFT_CHARS))
        connection, _ = gateway.begin(text, "pcm")
        stage.kokorod.wait_busy()
        time.sleep(stage.random.uniform(0.0, _LATEST_S))
        began = time.perf_counter()
        connection.close()
        stage.kokorod.wait_idle()
        free_ms.append((time.perf_counter() - began) * 1000)
    return Metric(
        name="gateway: a client leaves, to lane free, p99",
        unit="ms",
        value=percentile(free_ms, 99),
        asked=(at_most(150.0),),
        samples={"ms": free_ms},
    )


def _voices(stage: Stage, gateway: _Gateway) -> list[Metric]:
    count = stage.effort.asked
    stage.note(f"{count} requests of /v1/audio/voices")
    connection = http.client.HTTPConnection(*gateway.address, timeout=_PATIENCE_S)
    taken = []
    memory = 0.0
    for number in range(count):
        if number == count // 10:
            memory = gateway.memory_mb()  # what is kept once is there by now
        began = time.perf_counter()
        connection.request("GET", "/v1/audio/voices")
        connection.getresponse().read()
        taken.append((time.perf_counter() - began) * 1000)
    connection.close()
    grown = gateway.memory_mb() - memory
    return [
        Metric(
            name=f"gateway: {count} requests of /v1/audio/voices, p99",
            unit="ms",
            value=percentile(taken, 99),
            asked=(at_most(20.0),),
            samples={"ms": taken[:: max(1, count // 200)]},
        ),
        Metric(
            name="gateway: memory grown over the last nine tenths of them",
            unit="MB",
            value=grown,
            asked=(at_most(2.0),),
            samples={"MB": [memory, memory + grown]},
            note="2 MB are what an allocator's pages come to",
        ),
    ]
