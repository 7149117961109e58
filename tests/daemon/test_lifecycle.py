"""From start to end: what is there is spoken with, what is owed is answered, the exit is clean."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import toy
from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import toy_home, wait_for_changed_copy
from support.daemon.making import MakeDaemon, ToyFiles
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until

from kokorod.models.store import Store
from kokorod.net.descriptors import OWN

SAID = "ðə kwˈɪk bɹˈWn fˈɑks."
LONG = " ".join(["ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ."] * 40)


@pytest.fixture
def slow_daemon(make_daemon: MakeDaemon, tmp_path: Path) -> DaemonProcess:
    """Its runs take about real time: there is always one to end."""
    home = toy_home(tmp_path, cost=400)
    return make_daemon(home=home).start().wait_ready()


@pytest.fixture
def stopped(make_daemon: MakeDaemon, tmp_path: Path) -> Iterator[DaemonProcess]:
    """It has bound its socket and stands still before it knows what can speak."""
    daemon = make_daemon(home=toy_home(tmp_path)).start()
    assert daemon.process is not None
    wait_until(daemon.socket.exists, "the socket")
    daemon.process.send_signal(signal.SIGSTOP)
    yield daemon
    daemon.process.send_signal(signal.SIGCONT)


def speaks(daemon: DaemonProcess, **fields: Any) -> str:
    """What is heard of SAID."""
    with Conversation(daemon.socket) as conversation:
        pcm = conversation.said(1, SAID, phonemes=True, cache=False, **fields)
    return toy.decode(pcm).phonemes


def speaks_built_in(daemon: DaemonProcess) -> dict[str, Any]:
    """The `accepted` of a text that the built-in voice then speaks."""
    with Conversation(daemon.socket) as conversation:
        assert np.abs(conversation.said(1, "Hello there.")).max() > 1_000
        return conversation.answers[1][0]


# What there is to speak with


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("int_speed", [False, True])
def test_every_kind_of_export_speaks(
    make_daemon: MakeDaemon, tmp_path: Path, version: str, int_speed: bool
) -> None:
    home = toy_home(tmp_path, version, int_speed=int_speed)
    daemon = make_daemon(home=home).start().wait_ready()
    if version == "1.0":  # which keeps its durations to itself: the copy tells
        wait_for_changed_copy(daemon)
    with Conversation(daemon.socket) as conversation:
        text = f"{SAID} {LONG[:400].rpartition('.')[0]}."
        pcm = conversation.said(1, text, phonemes=True, timings=True)
        segments = [a for a in conversation.answers[1] if a["type"] == "segment"]
        heard = toy.decode(pcm)
        assert heard.phonemes.replace(" ", "") == text.replace(" ", "")
        assert heard.mistakes(heard.tokens) == []
        assert toy.clicks(pcm) == []
        assert all(segment["exact"] for segment in segments)
        hear(pcm, text)
        pauses = [s.length / 24 for s in heard.silences if s.length > 24 * 15]
        assert all(abs(pause - 250) <= 5 for pause in pauses)


@pytest.mark.parametrize("quantized", [False, True])
def test_a_copy_that_tells_more_is_taken_up_in_the_middle_of_a_request(
    make_daemon: MakeDaemon, tmp_path: Path, quantized: bool
) -> None:
    """What was cut without context, for want of durations, is still said once."""
    home = toy_home(tmp_path, "1.0", quantized=quantized, cost=30)
    daemon = make_daemon(home=home).start().wait_ready()
    with Conversation(daemon.socket) as conversation:
        # More than a peer is sent ahead: its end is spoken after the copy was taken up.
        conversation.speak(1, LONG, phonemes=True, timings=True, final=False)
        conversation.first_audio(1)
        wait_for_changed_copy(daemon)
        conversation.send("append", 1, text=LONG, final=True)
        assert conversation.end_of(1)["type"] == "done"
        segments = [a for a in conversation.answers[1] if a["type"] == "segment"]
        heard = toy.decode(conversation.pcm(1))
    assert heard.phonemes.replace(" ", "") == (2 * LONG).replace(" ", "")
    assert heard.mistakes(heard.tokens) == []
    assert segments[-1]["exact"]
    assert daemon.ask("status")["requests"]["failed"] == 0


def test_on_request_an_8_bit_model_speaks_as_it_is(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    home = toy_home(tmp_path, quantized=True)
    daemon = make_daemon({"KOKORO_PRECISION": "file"}, home=home).start().wait_ready()
    wait_until(lambda: "info optimised" in daemon.log, "the copy is made")
    with Conversation(daemon.socket) as conversation:
        pcm = conversation.said(1, SAID, phonemes=True)
    assert toy.decode(pcm).phonemes == SAID
    assert daemon.ask("status")["sessions"]["created"] == 1


def test_without_a_model_the_built_in_voice_speaks_and_says_so(make_daemon: MakeDaemon) -> None:
    daemon = make_daemon().start().wait_ready()
    accepted = speaks_built_in(daemon)
    assert (accepted["engine"], accepted["voice"]) == ("built-in", "built-in")
    assert "kokoroctl setup" in accepted["note"]
    status = daemon.ask("status")
    assert (status["engine"], status["model"], status["problem"]) == (
        "built-in",
        None,
        "model_missing",
    )
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, SAID, phonemes=True)
        assert conversation.end_of(1)["code"] == "model_missing"
        conversation.speak(2, "Hello.", voice="af_typo")
        assert conversation.end_of(2)["code"] == "unknown_voice"


def damage(home: Path) -> None:
    path = home / "models" / "toy" / "model.onnx"
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_damaged_model_is_refused_and_the_built_in_voice_speaks(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    home = toy_home(tmp_path)
    damage(home)
    daemon = make_daemon(home=home).start().wait_ready()
    status = daemon.ask("status")
    assert (status["engine"], status["problem"]) == ("built-in", "model_damaged")
    assert "toy" in status["note"]
    assert speaks_built_in(daemon)["engine"] == "built-in"
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, SAID, phonemes=True)
        assert conversation.end_of(1)["code"] == "model_damaged"


def test_a_model_is_taken_up_without_a_restart(
    make_daemon: MakeDaemon, toy_files: ToyFiles
) -> None:
    daemon = make_daemon().start().wait_ready()
    assert daemon.ask("status")["engine"] == "built-in"
    Store(daemon.home / "models").import_files(toy_files.model, toy_files.voices, "toy")
    assert daemon.ask("reload")["reloaded"] is True
    wait_until(lambda: daemon.ask("status")["engine"] == "kokoro", "the model")
    assert speaks(daemon) == SAID
    status = daemon.ask("status")
    assert (status["model"], status["problem"], status["note"]) == ("toy", None, "")


def test_a_signal_reloads_too(make_daemon: MakeDaemon, toy_files: ToyFiles) -> None:
    daemon = make_daemon().start().wait_ready()
    Store(daemon.home / "models").import_files(toy_files.model, toy_files.voices, "toy")
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: daemon.ask("status")["engine"] == "kokoro", "the model")
    (daemon.home / "config.toml").write_text("nonsense = 1\n")
    assert daemon.ask("reload")["reloaded"] is False
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "reload_refused" in daemon.log, "the refusal")
    assert speaks(daemon) == SAID


def test_a_reload_changes_how_much_is_logged_and_says_what_waits(
    make_daemon: MakeDaemon,
) -> None:
    daemon = make_daemon().start().wait_ready()
    daemon.home.mkdir(exist_ok=True)
    (daemon.home / "config.toml").write_text('log_level = "debug"\nthreads = 1\nlanes = "cpu"\n')
    assert daemon.ask("reload") == {"reloaded": True, "needs_restart": ["threads", "lanes"]}
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGHUP)
    (daemon.home / "config.toml").write_text('log_level = "error"\n')
    wait_until(lambda: "waits_for_restart=threads,lanes" in daemon.log, "the first reload")
    assert daemon.ask("reload")["reloaded"] is True
    logged = daemon.log
    daemon.ask("reload")
    assert daemon.log == logged


def test_a_model_that_goes_away_leaves_nobody_without_an_answer(
    slow_daemon: DaemonProcess,
) -> None:
    """What is being spoken and what waits is told; what comes then is spoken otherwise."""
    with Conversation(slow_daemon.socket) as conversation:
        conversation.speak(1, LONG, phonemes=True)
        conversation.speak(2, LONG, phonemes=True)
        conversation.first_audio(1)
        damage(slow_daemon.home)
        conversation.send("reload", 3)
        assert conversation.end_of(1)["code"] == "model_damaged"
        assert conversation.end_of(2)["code"] == "model_damaged"
    assert speaks_built_in(slow_daemon)["engine"] == "built-in"
    assert slow_daemon.ask("status")["requests"]["active"] == 0


def test_another_model_is_taken_up_in_the_middle_of_a_request(
    slow_daemon: DaemonProcess, tmp_path: Path
) -> None:
    """The new one knows no durations: what was cut with context is still said once."""
    other = tmp_path / "other"
    other.mkdir()
    model = toy.build(other / "old.onnx", "1.0")
    voices = toy.write_voices(other / "voices.bin")
    store = Store(slow_daemon.home / "models")
    with Conversation(slow_daemon.socket) as conversation:
        conversation.speak(1, LONG, phonemes=True)
        conversation.first_audio(1)
        store.import_files(model, voices, "old")
        store.use("old")
        conversation.send("reload", 2)
        assert conversation.end_of(1)["type"] == "done"
        pcm = conversation.pcm(1)
    heard = toy.decode(pcm)
    assert heard.phonemes.replace(" ", "") == LONG.replace(" ", "")
    assert heard.mistakes(heard.tokens) == []
    assert slow_daemon.ask("status")["model"] == "old"


# Before it is ready


def test_who_asks_before_it_is_ready_is_answered(stopped: DaemonProcess) -> None:
    assert stopped.process is not None
    with Conversation(stopped.socket) as one, Conversation(stopped.socket) as two:
        one.speak(1, SAID, phonemes=True)
        one.speak(2, SAID, phonemes=True, final=False)
        one.send("append", 2, text=f" {SAID}", final=True)
        one.speak(3, SAID, phonemes=True)
        one.send("cancel", 3)
        two.send("status", 1)
        stopped.process.send_signal(signal.SIGCONT)
        assert two.end_of(1)["value"]["state"] in ("starting", "ready")
        assert [one.end_of(id)["type"] for id in (1, 2, 3)] == ["done"] * 3
        assert one.end_of(3)["cancelled"] is True
        assert toy.decode(one.pcm(1)).phonemes == SAID
        hear(one.pcm(2), f"{SAID} {SAID}")


def test_who_asks_and_stops_sending_before_it_is_ready_is_answered(
    stopped: DaemonProcess,
) -> None:
    """As `echo request | nc -U` does."""
    assert stopped.process is not None
    with Conversation(stopped.socket) as conversation:
        conversation.speak(1, SAID, phonemes=True)
        conversation.speak(2, SAID, phonemes=True, final=False)
        conversation.end_of_input()
        stopped.process.send_signal(signal.SIGCONT)
        assert [conversation.end_of(id)["type"] for id in (1, 2)] == ["done", "done"]
        assert toy.decode(conversation.pcm(2)).phonemes == SAID
        assert conversation.rest() == []


def test_who_asks_before_it_is_ready_is_told_that_it_stops(stopped: DaemonProcess) -> None:
    assert stopped.process is not None
    with Conversation(stopped.socket) as conversation:
        conversation.speak(1, SAID, phonemes=True)
        conversation.send("status", 2)
        stopped.process.send_signal(signal.SIGCONT)
        conversation.end_of(2)
        stopped.process.send_signal(signal.SIGTERM)
        end = conversation.end_of(1)
        # It may have become ready in between; then it has spoken.
        assert end["type"] == "done" or end["code"] == "shutting_down"
    assert stopped.process.wait(PATIENCE_S) == 0


# The end


def test_on_sigterm_the_segment_ends_and_the_rest_is_told(slow_daemon: DaemonProcess) -> None:
    assert slow_daemon.process is not None
    with Conversation(slow_daemon.socket) as one, Conversation(slow_daemon.socket) as two:
        one.speak(1, LONG, phonemes=True)
        one.speak(2, LONG, phonemes=True)
        one.speak(3, LONG, phonemes=True)
        one.first_audio(1)
        two.speak(1, SAID, phonemes=True, final=False)
        two.until(lambda a: a["type"] == "accepted")
        slow_daemon.process.send_signal(signal.SIGTERM)
        for conversation, id in ((one, 1), (one, 2), (one, 3), (two, 1)):
            assert conversation.end_of(id)["code"] == "shutting_down"
        assert one.rest() == []
        assert two.rest() == []
        # Whole segments came: nothing is cut off in the middle of a token.
        heard = toy.decode(one.pcm(1))
        assert heard.mistakes(heard.tokens) == []
    assert slow_daemon.process.wait(PATIENCE_S) == 0
    assert not slow_daemon.socket.exists()
    assert "stopped status=0 threads_left=0" in slow_daemon.log


def test_while_it_stops_it_takes_nothing_new(slow_daemon: DaemonProcess) -> None:
    assert slow_daemon.process is not None
    with Conversation(slow_daemon.socket) as conversation:
        conversation.speak(1, LONG, phonemes=True)
        conversation.first_audio(1)
        slow_daemon.process.send_signal(signal.SIGSTOP)
        conversation.speak(2, SAID, phonemes=True)
        slow_daemon.process.send_signal(signal.SIGTERM)
        slow_daemon.process.send_signal(signal.SIGCONT)
        assert conversation.end_of(2)["code"] == "shutting_down"
        assert conversation.end_of(1)["code"] == "shutting_down"
    assert slow_daemon.process.wait(PATIENCE_S) == 0


def test_an_idle_daemon_ends_at_once(toy_daemon: DaemonProcess) -> None:
    with Conversation(toy_daemon.socket) as conversation:
        conversation.send("status", 1)
        conversation.end_of(1)
        assert toy_daemon.stop() == 0
        assert conversation.rest() == []


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_without_waiting(
    make_daemon: MakeDaemon, tmp_path: Path, second: signal.Signals
) -> None:
    """A run that would take minutes: only the second signal ends the process in time."""
    home = toy_home(tmp_path, cost=100_000)
    daemon = make_daemon(home=home).start()
    assert daemon.process is not None
    wait_until(daemon.socket.exists, "the socket")
    daemon.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "stopping" in daemon.log, "the first signal")
    daemon.process.send_signal(second)
    assert daemon.process.wait(PATIENCE_S) == 0


def test_a_second_signal_does_not_wait_for_threads_either(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    """Its threads get an hour to end, and the lane, deep in a run, would use it."""
    daemon = make_daemon(home=toy_home(tmp_path, cost=2_000_000))
    daemon.start_after("import kokorod.app as a\na._JOIN_S = 3600.0")
    assert daemon.process is not None
    wait_until(lambda: "bound" in daemon.log, "the socket")
    wait_until(lambda: daemon.ask("status")["startup"]["session_ms"], "the first inference")
    daemon.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not daemon.socket.exists(), "the loop's end")
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(PATIENCE_S) == 0


def test_a_second_signal_in_the_middle_of_a_run_that_hangs(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    daemon = make_daemon(
        {"KOKORO_SKIP_EXTENDED_WARMING": "true"}, home=toy_home(tmp_path, cost=3_000)
    )
    daemon.start_after(
        "import kokorod.app as a, kokorod.engine.lane as l\n"
        "a._JOIN_S = a.DRAIN_S = 3600.0\n"
        "l.Lane.terminate = lambda self: None\n"
    ).wait_ready()
    assert daemon.process is not None
    with Conversation(daemon.socket) as conversation:
        # Word by word it would be spoken for minutes.
        conversation.speak(1, LONG, phonemes=True, speed=0.5, ttfa_ms=60_000)
        wait_until(
            lambda: any(lane["state"] == "busy" for lane in daemon.ask("status")["lanes"]), "a run"
        )
        daemon.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "stopping" in daemon.log, "the first signal")
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(PATIENCE_S) == 0
    assert "stopping_at_once" in daemon.log
    assert "threads_left=0" not in daemon.log


def test_a_client_that_does_not_read_does_not_keep_it(slow_daemon: DaemonProcess) -> None:
    assert slow_daemon.process is not None
    with Conversation(slow_daemon.socket) as conversation:
        for id in range(20):
            conversation.speak(id, "Hello.", voice="nobody" * 40)
        conversation.speak(30, LONG, phonemes=True)
        conversation.first_audio(30)
        slow_daemon.process.send_signal(signal.SIGTERM)
        assert slow_daemon.process.wait(PATIENCE_S) == 0


# Two daemons, wrong settings, no descriptors, bugs


def test_the_second_daemon_leaves_and_names_the_first(toy_daemon: DaemonProcess) -> None:
    assert toy_daemon.process is not None
    second = subprocess.run(
        ["kokorod"], env=toy_daemon.environ, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert second.returncode == 0
    (line,) = second.stderr.splitlines()
    assert "already_running" in line
    assert f"pid={toy_daemon.process.pid}" in line
    assert speaks(toy_daemon) == SAID


@pytest.mark.parametrize(
    ("settings", "flags", "says"),
    [
        ({"KOKORO_TTFA_MS": "soon"}, [], "ttfa_ms"),
        ({}, ["--threads", "-1"], "threads"),
        ({"KOKORO_SOCKET": "/tmp/" + "x" * 200}, [], "KOKORO_SOCKET"),
        ({"KOKORO_SOCKET": "/proc/none/s"}, [], "KOKORO_SOCKET"),
    ],
)
def test_a_wrong_setting_is_one_line(
    make_daemon: MakeDaemon, settings: dict[str, str], flags: list[str], says: str
) -> None:
    environ = {**make_daemon().environ, **settings}
    ended = subprocess.run(
        ["kokorod", *flags], env=environ, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert line.startswith("kokorod: ")
    assert says in line


def test_an_unknown_key_in_the_file_is_one_line(make_daemon: MakeDaemon) -> None:
    daemon = make_daemon()
    daemon.home.mkdir(parents=True)
    (daemon.home / "config.toml").write_text("vioce = 'af_sky'\n")
    ended = subprocess.run(["kokorod"], env=daemon.environ, capture_output=True, text=True)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "no setting vioce" in line


def test_with_few_descriptors_it_lets_in_fewer_clients(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    daemon = make_daemon(home=toy_home(tmp_path))
    assert shutil.which("kokorod", path=daemon.environ["PATH"])
    with daemon.log_path.open("ab") as log:
        daemon.process = subprocess.Popen(
            ["sh", "-c", "ulimit -n 48 && exec kokorod"],
            env=daemon.environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    daemon.wait_ready()
    wait_until(lambda: daemon.ask("status")["clients"] == 1, "the others to have left")
    with ExitStack() as clients:
        for _ in range(48 - OWN):
            client = clients.enter_context(Conversation(daemon.socket))
            client.send("status", 1)
            client.end_of(1)
        for _ in range(60):
            with Conversation(daemon.socket) as one_more:
                answer = one_more.next()
                assert answer is not None
                assert answer["code"] == "busy"
    wait_until(lambda: _is_let_in(daemon), "a free place")
    assert speaks(daemon) == SAID
    assert "accept_failed" not in daemon.log


def test_too_many_clients_are_told(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    daemon = make_daemon({"KOKORO_MAX_CLIENTS": "3"}, home=toy_home(tmp_path))
    daemon.start().wait_ready()
    wait_until(lambda: daemon.ask("status")["clients"] == 1, "the others to have left")
    clients = [Conversation(daemon.socket) for _ in range(3)]
    for number, client in enumerate(clients):
        client.send("status", number)
        client.end_of(number)
    with Conversation(daemon.socket) as one_more:
        (answer,) = one_more.rest()
        assert (answer["code"], answer["retry_after_ms"]) == ("busy", 1000)
    clients[0].close()
    for client in clients[1:]:
        hear(client.said(10, SAID, phonemes=True), SAID)
    wait_until(lambda: daemon.alive and _is_let_in(daemon), "a free place")
    for client in clients:
        client.close()


def _is_let_in(daemon: DaemonProcess) -> bool:
    with Conversation(daemon.socket) as conversation:
        conversation.send("status", 1)
        answer = conversation.next()
        return answer is not None and answer["type"] == "result"


#: The one kind of bug that is not contained: what decides for all is left half done.
_BROKEN_SCHEDULER = """
from kokorod.schedule.scheduler import Scheduler

def submit(*_):
    raise AssertionError("a secret of somebody")
Scheduler.submit = submit
"""


def test_a_broken_scheduler_ends_it_with_the_trace_in_the_log(make_daemon: MakeDaemon) -> None:
    """A supervisor starts it anew; somebody must be able to find out why."""
    daemon = make_daemon().start_after(_BROKEN_SCHEDULER).wait_ready()
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, "Hello.")
        while conversation.next() is not None:
            pass
    assert daemon.process is not None
    assert daemon.process.wait(PATIENCE_S) == 1
    assert "crashed why=AssertionError" in daemon.log
    assert "speak.py" in daemon.log
    assert "secret" not in daemon.log
    assert not daemon.socket.exists()


def test_it_starts_as_a_module_too(make_daemon: MakeDaemon) -> None:
    version = subprocess.run(
        [sys.executable, "-m", "kokorod", "--version"], capture_output=True, text=True
    )
    assert version.stdout.startswith("kokorod ")
    described = subprocess.run(
        ["kokorod", "--help"], env=make_daemon().environ, capture_output=True
    )
    assert b"--ttfa-ms" in described.stdout


def test_a_stale_socket_and_lock_do_no_harm(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start().wait_ready()
    assert daemon.process is not None
    daemon.process.kill()
    daemon.process.wait()
    assert daemon.socket.exists()
    began = time.monotonic()
    daemon.start().wait_ready()
    assert time.monotonic() - began < PATIENCE_S
    assert speaks(daemon) == SAID
