"""`kokoroctl hook` beside a daemon, heard at a null sink."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import psutil
from support.daemon.process import PATIENCE_S, DaemonProcess, wait_until
from support.speaker.at_speaker import THREE, TWO, ctl, heard_by, streamed, tokens_of
from support.speaker.null_sink import Recording

LONG = "Nine men in a small boat looked for land all night and did not find any of it. " * 3


def hook(
    daemon: DaemonProcess, payload: dict[str, Any] | bytes, *flags: str
) -> subprocess.CompletedProcess[str]:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    ended = subprocess.run(
        ["kokoroctl", "hook", *flags],
        env=daemon.environ,
        input=data,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    out, err = ended.stdout.decode(), ended.stderr.decode()
    return subprocess.CompletedProcess(ended.args, ended.returncode, out, err)


def answer(text: str, session: str = "first") -> dict[str, Any]:
    return {
        "session_id": session,
        "cwd": "/home/ann/boat",
        "hook_event_name": "Stop",
        "last_assistant_message": text,
    }


def test_an_answer_is_heard_by_a_process_of_its_own(
    heard_daemon: DaemonProcess, sink: Recording
) -> None:
    # The toy has other voices than the list: the default one speaks instead.
    ended = hook(heard_daemon, answer(f"{TWO} {THREE}"), "--sentences", "1")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "{}\n", "")
    (place,) = wait_until(lambda: heard_daemon.ask("queue"), "the answer at the speaker")
    assert place["client"] == "hook boat"
    assert place["priority"] == "text"
    speaks = psutil.Process(place["pid"])
    assert "boat looked" not in " ".join(speaks.cmdline())
    assert heard_by(sink) == tokens_of(streamed(heard_daemon, TWO))
    wait_until(lambda: not speaks.is_running(), "its end")


def test_a_new_answer_of_the_session_ends_the_old_one_and_a_prompt_both(
    heard_daemon: DaemonProcess,
) -> None:
    def places() -> list[dict[str, Any]]:
        return list(heard_daemon.ask("queue"))

    # As messages they would wait for each other, if they were of two sessions.
    hook(heard_daemon, answer(LONG), "--priority", "message")
    (first,) = wait_until(places, "the first answer")
    hook(heard_daemon, answer(LONG, "second"), "--priority", "message")
    wait_until(lambda: len(places()) == 2, "the answer of the other session")
    hook(heard_daemon, answer(LONG), "--priority", "message")
    wait_until(
        lambda: len(places()) == 2 and first["pid"] not in {p["pid"] for p in places()},
        "the answer that replaces the first",
    )
    for session in ("first", "second"):
        prompt = {"session_id": session, "hook_event_name": "UserPromptSubmit"}
        assert hook(heard_daemon, prompt).stdout == "{}\n"
    wait_until(lambda: not places(), "silence")


def test_an_answer_of_any_length_is_handed_over_whole(heard_daemon: DaemonProcess) -> None:
    """More than a pipe holds; only its whole says that it is mostly code."""
    listing = "```\n" + "const a = 1;\n" * 12_000 + "```"
    began = answer(f"{LONG}\n\n{listing}", "long")
    assert hook(heard_daemon, began).stdout == "{}\n"
    (place,) = wait_until(lambda: heard_daemon.ask("queue"), "the answer at the speaker")
    assert place["characters"] == len("The answer is mostly code: code, 12000 lines.")
    assert ctl(heard_daemon, "stop", "--all").returncode == 0


def test_that_it_needs_the_user_is_a_message(heard_daemon: DaemonProcess) -> None:
    needs = {"session_id": "s", "message": "It needs your permission.", "cwd": "/"}
    assert hook(heard_daemon, {**needs, "hook_event_name": "Notification"}).returncode == 0
    (place,) = wait_until(lambda: heard_daemon.ask("queue"), "the message at the speaker")
    assert (place["client"], place["priority"]) == ("hook", "message")
    assert ctl(heard_daemon, "stop", "--all").returncode == 0


def test_mute_and_quiet_hours_are_kept_and_obeyed(heard_daemon: DaemonProcess) -> None:
    assert ctl(heard_daemon, "hook", "mute").stdout == "muted\nquiet hours: none\n"
    assert hook(heard_daemon, answer(TWO)).stdout == "{}\n"
    assert ctl(heard_daemon, "hook", "quiet", "00:00-23:59").returncode == 0
    assert ctl(heard_daemon, "hook", "unmute").stdout == "not muted\nquiet hours: 00:00-23:59\n"
    assert ctl(heard_daemon, "hook", "quiet", "sometimes").returncode == 2
    assert ctl(heard_daemon, "hook", "quiet", "off").stdout == "not muted\nquiet hours: none\n"
    assert heard_daemon.ask("queue") == []


def test_no_status_keeps_an_agent_from_ending_its_turn(heard_daemon: DaemonProcess) -> None:
    for wrong in (b"", b"{", b"[1]", b"\x00\xff"):
        ended = hook(heard_daemon, wrong)
        assert (ended.returncode, ended.stdout) == (1, "{}\n")
        assert ended.stderr.startswith("kokoroctl: what the hook was given is no JSON")
    assert hook(heard_daemon, answer("x"), "--no-such-flag").returncode == 1
    assert hook(heard_daemon, {"hook_event_name": "PreToolUse"}).stdout == "{}\n"


def test_it_returns_although_the_daemon_hangs(heard_daemon: DaemonProcess) -> None:
    process = psutil.Process(int(heard_daemon.ask("status")["pid"]))
    process.suspend()
    try:
        assert hook(heard_daemon, answer(TWO)).stdout == "{}\n"
    finally:
        process.resume()
    wait_until(lambda: heard_daemon.ask("queue"), "the answer, when the daemon goes on")
    assert ctl(heard_daemon, "stop", "--all").returncode == 0
