"""Which voices are learned, when, and what everything else does to it."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kokoro_client.wire.choices import Calibration as Step
from kokoro_client.wire.errors import ErrorCode, WireError
from kokorod.config import LiveConfig, load
from kokorod.engine import child
from kokorod.engine.norms import calibrate
from kokorod.engine.norms.calibrations import Calibration, Calibrations
from kokorod.engine.optimised.copies import Copy
from kokorod.lanes import calibrating
from kokorod.lanes.availability import Availability
from kokorod.lanes.calibrating import IDLE_S, Calibrating
from kokorod.models.record import InstalledModel
from kokorod.types import Engine, VoiceInfo
from kokorod.watch.log import Level, Log

MODEL = InstalledModel("m", Path("m.onnx"), None, 1, "a" * 64, 0, "")
COPY = Copy("key", Path("graph.onnx"), 1, parts=True)


@dataclass
class Timer:
    at: float
    call: Any

    def cancel(self) -> None:
        self.call = None


@dataclass
class Clock:
    """A loop's clock, timers and posts, turned by hand."""

    now: float = 100.0
    timers: list[Timer] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def after(self, seconds: float, call: Any) -> Timer:
        self.timers.append(timer := Timer(self.now + seconds, call))
        return timer

    def post(self, call: Any) -> None:
        call()

    def turn(self, seconds: float) -> None:
        self.now += seconds
        due = [timer for timer in self.timers if timer.at <= self.now]
        self.timers = [timer for timer in self.timers if timer.at > self.now]
        for timer in due:
            if timer.call is not None:
                timer.call()


@dataclass
class Place:
    """In place of AfterReady: who has the machine, and what it was told."""

    taken: str = ""
    on_free: Any = None

    @property
    def guarding(self) -> Any:
        return self

    def learned(self, verdict: Any) -> None:
        pass

    def claim(self, what: str) -> bool:
        if self.taken:
            return False
        self.taken = what
        return True

    def give_back(self) -> None:
        self.taken = ""
        self.on_free()

    def on_spoken(self, voice: str, idle: bool) -> None:
        pass


@dataclass
class Lanes:
    """In place of the pool."""

    streaming: set[str] = field(default_factory=set)
    uses_learned: bool = True
    opened: int = 0

    def __post_init__(self) -> None:
        self.lanes = {"cpu": None}
        names = ("af_heart", "am_adam")
        voices = [VoiceInfo(name, "en-us", "", Engine.KOKORO) for name in names]
        self.available = Availability(Engine.KOKORO, voices)

    def streams(self, lane: str, utterance: Any) -> bool:
        return utterance.voice in self.streaming

    def take_up(self, voice: str) -> bool:
        self.streaming.add(voice)
        return self.uses_learned

    def open_kokoro(self, *, anew: bool) -> None:
        self.opened += 1

    def load(self) -> bool:
        return False


@dataclass
class Child:
    """A child that learns: what it was told, and a hand that ends it."""

    voice: str
    hear: Any
    report: Any
    held: bool = False
    ended: bool = False

    def hold(self) -> None:
        self.held = True

    def release(self) -> None:
        self.held = False

    def terminate(self) -> None:
        if not self.ended:
            self.end(child.Stopped())

    def end(self, outcome: child.Report) -> None:
        self.ended = True
        self.report(outcome)


class Bench:
    """All of them together."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
        self.clock, self.place, self.pool = Clock(), Place(), Lanes()
        self.children: list[Child] = []
        self.home = home
        config, _ = load({"KOKORO_HOME": str(home), **settings})
        self.live = LiveConfig(config)
        monkeypatch.setattr(calibrate, "start_calibration", self._start)
        self.log = io.StringIO()
        made: Any = (self.clock, self.live, self.pool, self.place, Log(Level.INFO, self.log))
        self.calibrating = Calibrating(*made)
        self.calibrating.begin(MODEL, COPY)

    def _start(self, *args: Any) -> Child:
        voice, hear, report = args[-3:]
        self.children.append(Child(voice, hear, report))
        return self.children[-1]

    @property
    def child(self) -> Child:
        assert not self.children[-1].ended
        return self.children[-1]

    def ask(self, voice: str, step: Step = Step.LOOK) -> dict[str, Any]:
        return self.calibrating.answer(voice, step)

    def speak(self, voice: str, times: int = 1) -> None:
        for _ in range(times):
            self.calibrating.on_busy(True)
            self.calibrating.on_busy(False)
            self.calibrating.on_spoken(voice, True)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def done(voice: str, *, taken: bool = True, before: float | None = None) -> child.Report:
    return child.Done(asdict(Calibration(voice, 150, before, 1.2, 1.5, taken)), 300.0)


def test_a_voice_that_is_spoken_with_and_does_not_stream_is_learned_when_idle(
    bench: Bench,
) -> None:
    bench.speak("af_heart", 2)
    bench.clock.turn(2 * IDLE_S)
    assert not bench.children
    bench.speak("af_heart")
    bench.clock.turn(IDLE_S - 1)
    bench.speak("af_heart")  # it is not idle
    bench.clock.turn(IDLE_S - 1)
    assert not bench.children
    bench.clock.turn(1)
    assert bench.child.voice == "af_heart"
    assert bench.place.taken == "learning af_heart"
    bench.child.hear({"done": 3, "total": 168})
    assert bench.calibrating.value()["done"] == 3
    bench.child.end(done("af_heart"))
    assert bench.pool.streaming == {"af_heart"}
    assert bench.pool.opened == 0
    assert not bench.place.taken
    assert "norms_learned" in bench.log.getvalue()
    (learned,) = bench.calibrating.value()["learned"]
    assert (learned["name"], learned["taken"]) == ("af_heart", True)


def test_what_streams_is_left_alone_and_what_was_tried_is_not_tried_again(bench: Bench) -> None:
    bench.pool.streaming.add("am_adam")
    bench.speak("am_adam", 9)
    bench.clock.turn(IDLE_S)
    assert not bench.children
    bench.speak("af_heart", 3)
    bench.clock.turn(IDLE_S)
    bench.child.end(done("af_heart", taken=False))
    bench.speak("af_heart", 3)
    bench.clock.turn(IDLE_S)
    assert len(bench.children) == 1


def test_one_that_failed_is_not_tried_over_and_over(bench: Bench) -> None:
    bench.speak("af_heart", 3)
    bench.clock.turn(IDLE_S)
    bench.child.end(child.Failed("no memory", answered=True))
    bench.speak("af_heart", 3)
    bench.clock.turn(IDLE_S)
    assert len(bench.children) == 1
    assert "no memory" in bench.log.getvalue()


@pytest.mark.parametrize("ends", ["learned", "failed"])
def test_of_any_number_of_blends_that_are_asked_for_the_last_are_remembered(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    monkeypatch.setattr(calibrating, "_MOST", 3)
    blends = [f"af_heart:{part},am_adam:{100 - part}" for part in range(10, 60, 10)]
    for blend in blends:
        voice = bench.ask(blend, Step.START)["voice"]
        bench.clock.turn(1)
        bench.child.end(done(voice) if ends == "learned" else child.Failed("no", answered=True))
    kept = bench.calibrating._found if ends == "learned" else bench.calibrating._failed
    assert len(kept) == 3
    assert voice in kept


def test_a_request_has_it_stand_still_and_then_give_its_memory_back(bench: Bench) -> None:
    bench.speak("af_heart", 3)
    bench.clock.turn(IDLE_S)
    learning = bench.child
    bench.calibrating.on_busy(True)
    assert learning.held
    bench.calibrating.on_busy(False)
    assert not learning.held
    bench.calibrating.on_busy(True)
    bench.clock.turn(calibrating._MOST_HELD_S)
    assert learning.ended
    assert not bench.place.taken
    bench.clock.turn(IDLE_S)
    assert len(bench.children) == 1  # it is busy
    bench.calibrating.on_busy(False)
    bench.clock.turn(IDLE_S)
    assert bench.child.voice == "af_heart"


def test_it_waits_for_what_else_is_done_after_ready(bench: Bench) -> None:
    bench.place.taken = "optimising the model"
    bench.ask("af_heart", Step.START)
    bench.clock.turn(60)
    assert not bench.children
    bench.place.give_back()
    bench.clock.turn(60)
    assert bench.child.voice == "af_heart"


def test_who_asks_is_told_how_far_it_is_and_what_came_of_it(bench: Bench) -> None:
    bench.pool.streaming.add("am_adam")
    assert bench.ask("am_adam") == {"voice": "am_adam", "state": "none"}
    assert bench.ask("am_adam", Step.START) == {"voice": "am_adam", "state": "waiting"}
    assert bench.ask("am_adam", Step.START)["state"] == "waiting"
    with pytest.raises(WireError) as refused:
        bench.ask("af_heart", Step.START)
    assert refused.value.code is ErrorCode.BUSY
    bench.clock.turn(1)
    bench.child.hear({"done": 7, "total": 168})
    assert bench.ask("am_adam") == {
        "voice": "am_adam",
        "state": "running",
        "done": 7,
        "total": 168,
    }
    bench.calibrating.on_busy(True)
    assert bench.ask("am_adam")["state"] == "held"
    bench.calibrating.on_busy(False)
    bench.child.end(done("am_adam", before=2.0))
    assert bench.ask("am_adam") == {
        "voice": "am_adam",
        "state": "done",
        "rows": 150,
        "before_db": 2.0,
        "after_db": 1.2,
        "worst_db": 1.5,
        "taken": True,
    }
    bench.ask("am_adam", Step.START)
    bench.clock.turn(1)
    bench.child.end(child.Failed("it ended with 1"))
    assert bench.ask("am_adam") == {"voice": "am_adam", "state": "failed", "why": "it ended with 1"}


def test_who_asks_goes_before_what_is_learned_when_idle(bench: Bench) -> None:
    bench.speak("af_heart", 3)
    bench.clock.turn(IDLE_S)
    bench.ask("am_adam", Step.START)
    bench.clock.turn(1)
    assert bench.child.voice == "am_adam"
    bench.child.end(done("am_adam"))
    bench.clock.turn(IDLE_S)
    assert bench.child.voice == "af_heart"


def test_it_may_be_stopped(bench: Bench) -> None:
    bench.ask("am_adam", Step.START)
    bench.clock.turn(1)
    assert bench.ask("am_adam", Step.STOP)["state"] == "failed"
    assert bench.children[0].ended
    bench.clock.turn(IDLE_S)
    assert len(bench.children) == 1


def test_another_copy_or_model_ends_it(bench: Bench) -> None:
    bench.ask("am_adam", Step.START)
    bench.clock.turn(1)
    bench.calibrating.begin(MODEL, COPY)
    assert not bench.children[0].ended
    bench.calibrating.begin(MODEL, None)
    assert bench.children[0].ended
    bench.clock.turn(60)
    assert len(bench.children) == 1
    with pytest.raises(WireError, match="without an optimised copy"):
        bench.ask("am_adam", Step.START)


def test_a_session_that_cannot_use_it_is_opened_anew(bench: Bench) -> None:
    bench.pool.uses_learned = False
    bench.ask("am_adam", Step.START)
    bench.clock.turn(1)
    bench.child.end(done("am_adam"))
    assert bench.pool.opened == 1


@pytest.mark.parametrize("name", ["KOKORO_CALIBRATE", "KOKORO_STREAMING"])
def test_it_can_be_rolled_back(
    name: str, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = Bench(tmp_path, monkeypatch, **{name: "false"})
    off.speak("af_heart", 9)
    off.clock.turn(IDLE_S)
    assert not off.children
    with pytest.raises(WireError, match=f"{name} is false"):
        off.ask("af_heart", Step.START)


def test_an_idle_daemon_learns_nothing_by_itself_if_it_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Bench(tmp_path, monkeypatch, KOKORO_CALIBRATE_WHEN_IDLE="false")
    told.speak("af_heart", 9)
    told.clock.turn(IDLE_S)
    assert not told.children
    told.ask("af_heart", Step.START)
    told.clock.turn(1)
    assert len(told.children) == 1


def test_what_was_found_out_is_known_at_the_next_start(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = bench.live.config.cache_folder
    Calibrations(cache).put("key", Calibration("af_heart", 150, None, 3.0, 4.0, False))
    again = Bench(tmp_path, monkeypatch)
    again.speak("af_heart", 9)
    again.clock.turn(IDLE_S)
    assert not again.children
    assert again.ask("af_heart")["taken"] is False


@pytest.mark.parametrize("voice", ["built-in", "nobody"])
def test_what_is_no_voice_of_kokoros_is_refused(bench: Bench, voice: str) -> None:
    with pytest.raises(WireError):
        bench.ask(voice, Step.START)


def test_voices_that_are_counted_are_bounded(bench: Bench) -> None:
    for number in range(1_000):
        bench.calibrating.on_spoken(f"v{number}", True)
    assert len(bench.calibrating._spoken) <= calibrating._MOST


def test_the_end_of_the_daemon_ends_it(bench: Bench) -> None:
    bench.ask("am_adam", Step.START)
    bench.clock.turn(1)
    bench.calibrating.stop()
    assert bench.children[0].ended
