"""Turns at the loudspeaker, through real PortAudio into a null sink, heard at its monitor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import toy
from support.daemon.process import DaemonProcess, wait_until
from support.speaker.at_speaker import (
    BLOCK,
    ONE,
    THREE,
    TWO,
    Say,
    ctl,
    end_of,
    heard_by,
    parted,
    said,
    streamed,
    tokens_of,
    trimmed,
)
from support.speaker.null_sink import RATE, Recording


def test_every_token_is_heard_once_in_order_and_without_a_gap(
    heard_daemon: DaemonProcess, sink: Recording
) -> None:
    text = f"{ONE} {TWO} {THREE} {ONE}"
    # With time for the longest units: how busy the machine is must not decide where they end.
    expected = toy.decode(streamed(heard_daemon, text, ttfa_ms=60_000))
    # The pauses of the text, and no others. On a busy machine the sound server is late now and
    # then; who leaves gaps leaves them each time.
    pauses = pauses_of(expected)
    for _ in range(3):
        sink.clear()
        assert ctl(heard_daemon, "say", "--json", "--ttfa-ms", "60000", text).returncode == 0
        sink.wait_silence()
        heard = toy.decode(sink.pcm)
        if pauses_of(heard) == pauses:
            break
    assert pauses_of(heard) == pauses
    assert heard.mistakes(expected.tokens) == []
    assert toy.clicks(sink.pcm) == []


def pauses_of(heard: toy.Heard) -> list[float]:
    return [round(silence.length / RATE, 2) for silence in heard.silences]


def test_a_pause_is_silence_and_what_follows_goes_on_where_it_was(
    heard_daemon: DaemonProcess, sink: Recording, say: Say
) -> None:
    expected = trimmed(streamed(heard_daemon, ONE))
    process = say(ONE)
    sink.wait_sound(0.5)
    assert ctl(heard_daemon, "pause").stdout == "paused\n"
    sink.wait_silence(0.5)
    assert heard_daemon.ask("queue")[0]["turn"] == "pause"
    assert ctl(heard_daemon, "resume").stdout == "resumed\n"
    assert end_of(process) == (0, "")
    sink.wait_silence()
    heard = trimmed(sink.pcm)
    broken = int(np.argmax(heard[: len(expected)] != expected))
    silence = int(np.flatnonzero(heard[broken:])[0])  # a player's own has no hiss
    assert silence >= 0.4 * RATE
    again = heard[broken + silence :]
    # The rest is there to the sample, nothing is lost, and at most one block is heard twice.
    resumed = len(expected) - len(again)
    assert np.array_equal(again, expected[resumed:])
    assert 0 <= broken - resumed <= BLOCK


@pytest.mark.parametrize("command", ["stop", "skip"])
def test_stop_ends_what_is_heard_and_says_so(
    heard_daemon: DaemonProcess, sink: Recording, say: Say, command: str
) -> None:
    expected = tokens_of(streamed(heard_daemon, ONE))
    process = say(ONE)
    sink.wait_sound(0.3)
    assert ctl(heard_daemon, command).stdout.split()[1:] == ["1"]
    assert end_of(process) == (5, "")
    heard = heard_by(sink)
    assert 0 < len(heard) < len(expected)
    assert heard[:-1] == expected[: len(heard) - 1]
    assert ctl(heard_daemon, command).stdout == "nothing is being spoken\n"


def test_skip_lets_the_next_one_be_heard_and_stop_all_ends_what_waits(
    heard_daemon: DaemonProcess, sink: Recording, say: Say
) -> None:
    first = tokens_of(streamed(heard_daemon, ONE))
    second = tokens_of(streamed(heard_daemon, TWO))
    waits = [say("--priority", "message", ONE)]
    sink.wait_sound()
    for text in (TWO, ONE):
        waits.append(say("--priority", "message", text))
        wait_until(lambda: len(heard_daemon.ask("queue")) == len(waits), "its place in the queue")
    ctl(heard_daemon, "skip")
    assert end_of(waits[0]) == (5, "")
    wait_until(lambda: heard_daemon.ask("queue")[0]["played_s"] > 0, "the second")
    assert ctl(heard_daemon, "stop", "--all").stdout == "stopped 2\n"
    assert [end_of(process) for process in waits[1:]] == [(5, "")] * 2
    heard = heard_by(sink)
    cut = next(at for at in range(len(heard)) if heard[at : at + 5] == second[:5])
    assert heard[: cut - 1] == first[: cut - 1]
    assert heard[cut:-1] == second[: len(heard) - cut - 1]


def test_two_at_once_are_heard_one_after_the_other(
    heard_daemon: DaemonProcess, sink: Recording, say: Say
) -> None:
    texts = [ONE, TWO, THREE]
    expected = [tokens_of(streamed(heard_daemon, text)) for text in texts]
    for _ in range(3):  # as above
        sink.clear()
        several = [say("--priority", "message", text) for text in texts]
        assert [end_of(process) for process in several] == [(0, "")] * 3
        heard = heard_by(sink)
        found = sorted((str(heard).find(str(tokens)[1:-1]), tokens) for tokens in expected)
        if [token for _, tokens in found for token in tokens] == heard:
            break
    assert [token for _, tokens in found for token in tokens] == heard


def test_what_is_important_interrupts_a_message_which_goes_on(
    heard_daemon: DaemonProcess, sink: Recording, say: Say
) -> None:
    message, important = (tokens_of(streamed(heard_daemon, text)) for text in (ONE, THREE))
    process = say("--priority", "message", ONE)
    sink.wait_sound(0.5)
    assert ctl(heard_daemon, "say", "--priority", "important", THREE).returncode == 0
    assert end_of(process) == (0, "")
    heard = heard_by(sink)
    size = len(important)
    at = next(at for at in range(len(heard)) if heard[at : at + size] == important)
    assert at > 0
    assert parted(heard[:at] + heard[at + size :], message)


def test_a_newer_text_replaces_the_one_before(
    heard_daemon: DaemonProcess, sink: Recording, say: Say
) -> None:
    process = say(ONE)
    sink.wait_sound(0.3)
    assert ctl(heard_daemon, "say", TWO).returncode == 0
    status, said = end_of(process)
    assert status == 5
    assert said == "kokoroctl: not heard to its end: it gave way to other speech at the speaker\n"
    second = tokens_of(streamed(heard_daemon, TWO))
    assert heard_by(sink)[-len(second) :] == second


def test_several_files_are_heard_one_after_the_other(
    heard_daemon: DaemonProcess, sink: Recording, tmp_path: Path
) -> None:
    flags = []
    for text in (TWO, THREE):
        path = tmp_path / f"{len(text)}.txt"
        path.write_text(text)
        flags += ["-f", str(path)]
    assert ctl(heard_daemon, "say", *flags).returncode == 0
    heard = heard_by(sink)
    assert heard == tokens_of(streamed(heard_daemon, TWO)) + tokens_of(
        streamed(heard_daemon, THREE)
    )


def test_back_is_the_sentence_again_and_forward_is_the_next(
    heard_daemon: DaemonProcess, sink: Recording, say: Say
) -> None:
    def letters(tokens: list[int]) -> list[int]:
        """The toy's space between two sentences is heard or not, by where a unit ends."""
        return said([token for token in tokens if token != toy.VOCABULARY[" "]])

    first, *rest = (letters(tokens_of(streamed(heard_daemon, text))) for text in (ONE, TWO, THREE))
    after = [*rest[0], *rest[1]]
    process = say(f"{ONE} {TWO} {THREE}")
    sink.wait_sound(1.5)
    assert ctl(heard_daemon, "back").stdout == "went back\n"
    sink.wait_sound(2.0)
    assert ctl(heard_daemon, "forward").stdout == "went forward\n"
    assert end_of(process) == (0, "")
    heard = letters(heard_by(sink))
    # A part of the first, a part of it once more from its beginning, then all the rest.
    assert heard[-len(after) :] == after
    parts = heard[: -len(after)]
    again = next(at for at in range(2, len(parts)) if parts[at : at + 2] == first[:2])
    assert parts[: again - 1] == first[: again - 1]
    assert parts[again:-1] == first[: len(parts) - again - 1]
    for command in ("back", "forward"):
        assert ctl(heard_daemon, command).stdout == "nothing is being spoken\n"
