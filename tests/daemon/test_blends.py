"""Blends in the daemon: heard as loud as their mean, saved in the config, refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support import toy
from support.daemon.conversation import Conversation
from support.daemon.making import MakeDaemon, ToyFiles
from support.daemon.process import DaemonProcess, wait_until

from kokorod.models.store import Store

TEXT = "Hello there, world."
#: The toy's voices: af_heart 0.5, am_adam 0.3, bf_emma 0.7; a mix is as loud as their mean.
TOLERANCE = 0.02


def loudness(pcm: NDArray[np.int16]) -> float:
    """The peak, which for the toy's tones is the amplitude of its voice."""
    return float(np.percentile(np.abs(pcm), 99.9)) / 32768


@pytest.mark.parametrize(
    ("voice", "weights", "spelled"),
    [
        ("am_adam:0.5,bf_emma:0.5", (0, 0.5, 0.5), "am_adam:0.5,bf_emma:0.5"),
        ("am_adam:1,bf_emma:3", (0, 0.25, 0.75), "am_adam:0.25,bf_emma:0.75"),
        ("af_heart,am_adam,bf_emma:2", (0.25, 0.25, 0.5), None),
    ],
)
def test_a_blend_sounds_as_its_voices_mean(
    shared_daemon: DaemonProcess, voice: str, weights: tuple[float, ...], spelled: str | None
) -> None:
    with Conversation(shared_daemon.socket) as conversation:
        alone = [
            loudness(conversation.said(id, TEXT, voice=name, lang="en-us"))
            for id, name in enumerate(("af_heart", "am_adam", "bf_emma"), 1)
        ]
        pcm = conversation.said(9, TEXT, voice=voice, lang="en-us")
        mean = sum(weight * one for weight, one in zip(weights, alone, strict=True))
        assert loudness(pcm) == pytest.approx(mean, abs=TOLERANCE)
        accepted = conversation.answers[9][0]
        assert spelled in (None, accepted["voice"])
        assert toy.decode(pcm).phonemes.startswith("həlˈ")


def test_the_language_is_that_of_the_first_voice(shared_daemon: DaemonProcess) -> None:
    with Conversation(shared_daemon.socket) as conversation:
        heard = {
            voice: toy.decode(conversation.said(id, "Hello.", voice=voice)).phonemes
            for id, voice in enumerate(("bf_emma", "bf_emma,af_heart", "af_heart,bf_emma"))
        }
    assert heard["bf_emma"] == heard["bf_emma,af_heart"] != heard["af_heart,bf_emma"]


@pytest.mark.parametrize(
    ("voice", "code", "named"),
    [
        ("af_heart:0.5,nobody:0.5", "unknown_voice", "no voice 'nobody' in the blend"),
        ("af_heart:0,am_adam:0", "bad_request", "sum to 0"),
        ("af_heart:1", "bad_request", "2 to 4 voices"),
        ("af_heart,built-in", "bad_request", "cannot be mixed"),
    ],
)
def test_what_cannot_be_mixed_is_refused_by_name(
    shared_daemon: DaemonProcess, voice: str, code: str, named: str
) -> None:
    with Conversation(shared_daemon.socket) as conversation:
        conversation.speak(1, TEXT, voice=voice)
        error = conversation.end_of(1)
        assert (error["type"], error["code"]) == ("error", code)
        assert named in error["message"]


def test_without_a_model_the_built_in_voice_speaks_for_a_blend(
    built_in_daemon: DaemonProcess,
) -> None:
    with Conversation(built_in_daemon.socket) as conversation:
        assert len(conversation.said(1, "Hello.", voice="bf_emma,am_adam"))
        assert conversation.answers[1][0]["voice"] == "built-in"
        conversation.speak(2, "Hello.", voice="bf_emma,nobody")
        assert conversation.end_of(2)["code"] == "unknown_voice"


def test_the_phrase_cache_knows_blends_by_their_one_spelling(shared_daemon: DaemonProcess) -> None:
    with Conversation(shared_daemon.socket) as conversation:

        def cached(id: int, voice: str) -> bool:
            conversation.said(id, "Good morning.", voice=voice)
            return bool(conversation.end_of(id)["stats"]["cached"])

        assert not cached(1, "af_heart:0.6,am_adam:0.4")
        assert cached(2, "af_heart:3,am_adam:2")
        assert not cached(3, "af_heart:0.4,am_adam:0.6")
        assert not cached(4, "af_heart")


def save(daemon: DaemonProcess, lines: str) -> Any:
    (daemon.home / "config.toml").write_text(lines, encoding="utf-8")
    return daemon.ask("reload")


def test_a_saved_blend_is_a_voice_and_reload_takes_changes(toy_daemon: DaemonProcess) -> None:
    assert save(toy_daemon, '[blends]\nwarm = "am_adam:1,bf_emma:3"\n')["reloaded"]
    (listed,) = [v for v in toy_daemon.ask("voices") if "blend" in v]
    assert (listed["name"], listed["blend"]) == ("warm", "am_adam:0.25,bf_emma:0.75")
    ssml = '<speak><voice name="warm">Hello there, world.</voice></speak>'
    with Conversation(toy_daemon.socket) as conversation:
        louder = conversation.said(1, TEXT, voice="warm")
        marked = conversation.said(2, ssml)
        # Said the same, after the blend has changed: neither comes from the phrase cache.
        assert save(toy_daemon, '[blends]\nwarm = "am_adam:3,bf_emma:1"\n')["reloaded"]
        softer = conversation.said(3, TEXT, voice="warm")
        softer_marked = conversation.said(4, ssml)
    assert loudness(louder) == pytest.approx(loudness(marked), abs=TOLERANCE)
    assert loudness(softer) == pytest.approx(loudness(softer_marked), abs=TOLERANCE)
    assert loudness(louder) > loudness(softer) + 0.1


def test_a_wrong_saved_blend_leaves_the_configuration_as_it_was(
    toy_daemon: DaemonProcess,
) -> None:
    assert save(toy_daemon, '[blends]\nwarm = "am_adam,bf_emma"\n')["reloaded"]
    refused = save(toy_daemon, '[blends]\nwarm = "am_adam:0"\n')
    assert not refused["reloaded"]
    assert "warm" in refused["message"]
    assert any(v["name"] == "warm" for v in toy_daemon.ask("voices"))


def test_the_default_voice_may_be_a_saved_blend(
    make_daemon: MakeDaemon, toy_files: ToyFiles
) -> None:
    daemon = make_daemon({"KOKORO_VOICE": "warm", "KOKORO_BLENDS": "warm=bf_emma:1,am_adam:1"})
    Store(daemon.home / "models").import_files(toy_files.model, toy_files.voices, "toy")
    daemon.start().wait_ready()
    # The first warm-up speaks with it too.
    wait_until(lambda: any(lane["runs"] + lane["failures"] for lane in lanes(daemon)), "a run")
    with Conversation(daemon.socket) as conversation:
        conversation.said(1, TEXT)
        assert conversation.answers[1][0]["voice"] == "bf_emma:0.5,am_adam:0.5"
    assert not any(lane["failures"] for lane in lanes(daemon))


def lanes(daemon: DaemonProcess) -> Any:
    return daemon.ask("status")["lanes"]


def test_ssml_names_a_blend_or_speaks_on_with_the_requests_voice(
    shared_daemon: DaemonProcess,
) -> None:
    with Conversation(shared_daemon.socket) as conversation:
        plain = loudness(conversation.said(1, TEXT, voice="af_heart"))
        for id, (voice, factor) in enumerate(
            [("bf_emma:1,am_adam:0", 1.4), ("bf_emma,nobody", 1.0), ("bf_emma:x,", 1.0)], 2
        ):
            ssml = f'<speak><voice name="{voice}">Hello there, world.</voice></speak>'
            pcm = conversation.said(id, ssml, voice="af_heart")
            assert loudness(pcm) == pytest.approx(plain * factor, abs=TOLERANCE)
