"""Silence before speech after a rest, for outputs that sleep."""

from __future__ import annotations

from typing import Any

import pytest

from kokoro_client import playing
from kokoro_client.errors import BadRequestError
from kokoro_client.sound.lead_in import LEAD_IN, LeadIn


@pytest.mark.parametrize(("written", "seconds"), [(None, 0), ("", 0), ("0", 0), (" 800 ", 0.8)])
def test_it_is_as_long_as_it_is_set(written: str | None, seconds: float) -> None:
    environ = {} if written is None else {LEAD_IN: written}
    assert LeadIn(environ).due_s(100.0) == seconds


@pytest.mark.parametrize("written", ["2001", "-1", "1.5", "soon", "٥", "9" * 5000])
def test_what_it_cannot_be_is_refused(written: str) -> None:
    with pytest.raises(BadRequestError, match=r"KOKORO_LEAD_IN_MS is .* allowed are 0 to 2000"):
        LeadIn({LEAD_IN: written}).due_s(0.0)


def test_only_after_a_rest() -> None:
    lead = LeadIn({LEAD_IN: "500"})
    assert lead.due_s(10.0) == 0.5
    lead.played(20.0)
    assert lead.due_s(24.0) == 0.0
    assert lead.due_s(26.0) == 0.5


class FakePlayer:
    """Plays all it is given at once."""

    def __init__(self, rate: int, *, on_heard: Any, **_: Any) -> None:
        self.heard_s = 0.0
        self.underruns = self.starved = 0
        self._rate = rate

    def write(self, pcm: bytes) -> None:
        self.heard_s += len(pcm) / 2 / self._rate

    def close(self) -> None:
        pass


class FakeSpeech:
    def on_turn(self, do: Any, seek: Any) -> None:
        pass


def test_it_is_in_none_of_the_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "Player", FakePlayer)
    monkeypatch.setattr(playing, "_LEAD_IN", LeadIn({LEAD_IN: "1000"}))
    first = playing.AtSpeaker(FakeSpeech(), lead_s=0.25)  # type: ignore[arg-type]
    assert first.player.heard_s == pytest.approx(1.25)
    assert first.heard_s == pytest.approx(0.25)
    first.close()
    second = playing.AtSpeaker(FakeSpeech())  # type: ignore[arg-type]
    assert second.player.heard_s == 0.0
