"""The client for asyncio and trio, before the fake daemon of kokoro_client.testing."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from support.daemon.process import PATIENCE_S, wait_until
from support.loop.scripted_peer import Peer, ScriptedDaemon

from kokoro_client import Audio, SegmentInfo, errors
from kokoro_client.aio import Client, exchange
from kokoro_client.testing import FakeDaemon, pcm_of
from kokoro_client.transport import inbox, speech_state

LONG = "One sentence. And another one. " * 40


#: What runs a test's tasks; see each_backend.
BACKEND = ""


@pytest.fixture(autouse=True, params=["asyncio", "trio"])
def each_backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "BACKEND", request.param)


@pytest.fixture
def daemon() -> Iterator[FakeDaemon]:
    with FakeDaemon() as daemon:
        yield daemon


def run(daemon: FakeDaemon, task: Callable[[Client], Awaitable[None]]) -> None:
    async def main() -> None:
        with anyio.fail_after(PATIENCE_S):
            async with Client(daemon.socket, start=False) as client:
                await task(client)

    anyio.run(main, backend=BACKEND)


async def heard(client: Client, text: str, **fields: Any) -> bytes:
    return b"".join([pcm async for pcm in await client.speak(text, **fields)])


async def until(condition: Callable[[], Any]) -> None:
    while not condition():
        await anyio.sleep(0.005)


def test_a_text_is_heard_whole_with_its_words(daemon: FakeDaemon) -> None:
    async def task(client: Client) -> None:
        speech = await client.speak("Hello, world. Bye.", voice="bf_emma", timings=True)
        assert (speech.voice, speech.engine, speech.sample_rate) == ("bf_emma", "kokoro", 24_000)
        events = [event async for event in speech.events()]
        words = [w for event in events if isinstance(event, SegmentInfo) for w in event.words]
        text = "Hello, world. Bye."
        assert [text[w.start : w.end] for w in words] == ["Hello,", "world.", "Bye."]
        pcm = b"".join(event.pcm for event in events if isinstance(event, Audio))
        assert pcm == pcm_of(text)
        assert speech.ending == "finished"
        assert speech.stats["segments"] == 2

    run(daemon, task)


def test_text_is_appended_while_it_is_spoken(daemon: FakeDaemon) -> None:
    async def task(client: Client) -> None:
        speech = await client.speak("", final=False)

        async def write() -> None:
            for token in ("One. ", "Two ", "and three."):
                await speech.append(token)
            await speech.finish()
            await speech.finish()

        async with anyio.create_task_group() as group:
            group.start_soon(write)
            pcm = b"".join([pcm async for pcm in speech])
        assert pcm == pcm_of("One. Two and three.")
        with pytest.raises(errors.BadRequestError, match="no text can follow"):
            await speech.append("more")

    run(daemon, task)


def test_a_very_long_text_goes_out_in_frames(daemon: FakeDaemon) -> None:
    async def task(client: Client) -> None:
        text = "abcdefghi. " * 6_000
        async with await client.speak(text) as speech:
            await anext(speech)
            await until(lambda: daemon.spoken[0].text == text)

    run(daemon, task)


def test_many_at_once_are_not_mixed(daemon: FakeDaemon) -> None:
    async def task(client: Client) -> None:
        texts = [f"Number {chr(97 + n) * 20}." for n in range(16)]
        sounds: dict[str, bytes] = {}

        async def hear(text: str) -> None:
            sounds[text] = await heard(client, text)

        async with anyio.create_task_group() as group:
            for text in texts:
                group.start_soon(hear, text)
        assert sounds == {text: pcm_of(text) for text in texts}
        assert len({spoken.client for spoken in daemon.spoken}) == 1

    run(daemon, task)


@pytest.mark.parametrize("waits_in", ["iteration", "wait"])
def test_a_task_that_is_cancelled_cancels_its_speech(daemon: FakeDaemon, waits_in: str) -> None:
    async def task(client: Client) -> None:
        daemon.hold()
        speech = await client.speak(LONG)

        # It is held here, too: not the last reference ends it.
        async def wait() -> None:
            await (anext(speech) if waits_in == "iteration" else speech.wait(None))
            pytest.fail("it was not cancelled")

        async with anyio.create_task_group() as group:
            group.start_soon(wait)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
        await until(lambda: daemon.spoken[0].ending == "cancelled")
        assert [pcm async for pcm in speech] == []

    run(daemon, task)


def test_a_task_that_is_cancelled_in_append_cancels_its_speech(socket_path: Path) -> None:
    cancelled = threading.Event()

    def script(peer: Peer) -> None:
        peer.welcome()
        speak = peer.expect("speak")
        peer.accept(speak)
        assert cancelled.wait(PATIENCE_S)  # it reads nothing more until then
        while (request := peer.receive()) is not None and request["type"] != "cancel":
            pass
        assert request == {"type": "cancel", "id": speak["id"]}
        peer.done(speak, cancelled=True, ending="cancelled")
        assert peer.receive() is None

    async def task(client: Client) -> None:
        speech = await client.speak("", final=False)

        async def write() -> None:
            while True:
                await speech.append("x" * 100_000)

        async with anyio.create_task_group() as group:
            group.start_soon(write)
            await until(lambda: speech._inbox.unsent >= inbox.OUTBOX_CHARS)
            group.cancel_scope.cancel()
        cancelled.set()
        await speech.wait()
        assert speech.cancelled

    _scripted(socket_path, script, task)


def test_who_leaves_or_drops_it_cancels_it(daemon: FakeDaemon) -> None:
    async def task(client: Client) -> None:
        daemon.hold()
        async with await client.speak(LONG):
            pass
        await until(lambda: daemon.spoken[0].ending == "cancelled")
        dropped = await client.speak(LONG)
        del dropped
        gc.collect()
        await until(lambda: daemon.spoken[1].ending == "cancelled")
        daemon.release()
        assert await heard(client, "Still there.") == pcm_of("Still there.")

    run(daemon, task)


def test_refusals_are_raised_by_speak(daemon: FakeDaemon) -> None:
    async def task(client: Client) -> None:
        with pytest.raises(errors.UnknownVoiceError, match="nobody"):
            await client.speak("Hi.", voice="nobody")
        daemon.refuse("busy", "too much", retry_after_ms=70)
        with pytest.raises(errors.BusyError) as caught:
            await client.speak("Hi.")
        assert caught.value.retry_after_ms == 70
        with pytest.raises(errors.BadRequestError, match="speed"):
            await client.speak("Hi.", speed=9.0)
        with pytest.raises(errors.BadRequestError, match="surrogate"):
            await client.speak("\ud800")

    run(daemon, task)


def test_questions_have_their_answers(daemon: FakeDaemon) -> None:
    async def task(client: Client) -> None:
        assert (await client.status())["state"] == "ready"
        assert [v["name"] for v in await client.voices()] == ["af_heart", "am_adam", "bf_emma"]
        assert await client.queue() == []
        assert (await client.control("stop"))["stopped"] == 0
        assert (await client.reload())["reloaded"]
        assert await client.warm() == {}
        assert "kokorod_requests_total 0" in await client.metrics()
        assert (await client.welcome()).daemon == "fake"

    run(daemon, task)


def test_at_the_speaker_it_is_told_whose_turn_it_is(daemon: FakeDaemon) -> None:
    async def task(client: Client) -> None:
        told: list[object] = []
        first = await client.speak("First.", output="speaker")
        second = await client.speak("Second.", output="speaker")
        second.on_turn(told.append)
        assert b"".join([pcm async for pcm in first]) == pcm_of("First.")
        first.played(0.3, final=True)
        await first.wait()
        await until(lambda: told[-1:] == ["play"])
        await client.control("stop")
        await until(lambda: told[-1] is None)
        assert second.ending == "stopped"

    run(daemon, task)


def test_back_and_forward_are_told_with_their_number(daemon: FakeDaemon) -> None:
    async def task(client: Client) -> None:
        speech = await client.speak("One man looked for land. Two men did, too.", output="speaker")
        seeks: list[tuple[float, int]] = []
        speech.on_turn(lambda turn: None, lambda at_s, number: seeks.append((at_s, number)))
        begins = [e.start_s async for e in speech.events() if isinstance(e, SegmentInfo)]
        assert (await client.forward())["moved"] is True
        await until(lambda: seeks)
        speech.played(begins[1] + 1.1)  # it counts the last one that came
        # What is asked goes by another connection, and might come before it.
        await until(lambda: daemon._speaker.waiting[0].played_s > begins[1] + 1)
        await client.back()
        await until(lambda: len(seeks) > 1)
        assert seeks == [(begins[1], 1), (begins[1], 2)]

    run(daemon, task)


def test_what_has_not_begun_is_handed_to_the_next_daemon(daemon: FakeDaemon) -> None:
    async def task(client: Client) -> None:
        daemon.hold()
        speech = await client.speak("Hello.")
        daemon.drop()
        daemon.release()
        assert b"".join([pcm async for pcm in speech]) == pcm_of("Hello.")
        assert len(daemon.spoken) == 2

    run(daemon, task)


def test_what_has_begun_ends_with_the_connection(daemon: FakeDaemon) -> None:
    async def task(client: Client) -> None:
        speech = await client.speak("Hello. ", final=False)
        await speech.append("And ")
        assert await anext(speech)
        daemon.drop()
        with pytest.raises(errors.ConnectionLostError):
            async for _ in speech:
                pass
        assert await heard(client, "Again.") == pcm_of("Again.")

    run(daemon, task)


def test_a_client_is_used_in_one_loop_after_the_other(daemon: FakeDaemon) -> None:
    client = Client(daemon.socket, start=False)

    async def task() -> bytes:
        return await heard(client, "Hello.")

    others = {"asyncio": "trio", "trio": "asyncio"}
    for backend in (BACKEND, BACKEND, others[BACKEND]):
        assert anyio.run(task, backend=backend) == pcm_of("Hello.")
    anyio.run(client.close, backend=BACKEND)
    with pytest.raises(errors.KokoroError, match="closed"):
        anyio.run(task, backend=BACKEND)


def test_nobody_listens(tmp_path: Path) -> None:
    async def task() -> None:
        async with Client(tmp_path / "s", start=False) as client:
            with pytest.raises(errors.NoDaemonError):
                await client.speak("Hi.")
            with pytest.raises(errors.NoDaemonError):
                await client.status()

    anyio.run(task, backend=BACKEND)


def _scripted(path: Path, script: Callable[[Peer], None], task: Callable[[Client], Any]) -> None:
    async def main() -> None:
        async with Client(path, start=False, timeout=PATIENCE_S) as client:
            await task(client)

    with ScriptedDaemon(path, script):
        anyio.run(main, backend=BACKEND)


def test_who_does_not_read_holds_up_the_others_for_a_while_only(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "STALL_S", 0.05)

    def script(peer: Peer) -> None:
        peer.welcome()
        speaks = []
        for _ in range(2):
            speaks.append(peer.expect("speak"))
            peer.accept(speaks[-1])
        for seq in range(100):
            peer.audio(speaks[0], seq, bytes(200_000))
        assert peer.expect("cancel")["id"] == speaks[0]["id"]
        peer.audio(speaks[1], 0, b"at last")
        peer.done(speaks[1])
        while peer.receive() is not None:
            pass

    async def task(client: Client) -> None:
        unread, waiting = await client.speak("one"), await client.speak("two")
        assert [pcm async for pcm in waiting] == [b"at last"]
        with pytest.raises(errors.NotReadError):
            async for _ in unread:
                pass

    _scripted(socket_path, script, task)


def test_a_silent_daemon_is_a_timeout(socket_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_state, "SILENCE_S", 0.05)

    def script(peer: Peer) -> None:
        peer.welcome()
        peer.expect("speak")
        while peer.receive() is not None:
            pass

    async def task(client: Client) -> None:
        with pytest.raises(errors.AnswerTimeoutError, match=r"0\.05 s"):
            await client.speak("Hi")

    _scripted(socket_path, script, task)


def test_something_else_that_listens_is_said(socket_path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.expect("hello")
        peer.sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def task(client: Client) -> None:
        with pytest.raises(errors.ProtocolError, match="not kokorod"):
            await client.speak("Hi")

    _scripted(socket_path, script, task)


# asyncio tells its exception handler, when the task is collected.
@pytest.mark.parametrize("each_backend", ["trio"], indirect=True)
def test_a_bug_in_the_client_is_shown_and_ends_no_program(
    daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(requests: Any, answer: Any) -> None:
        raise ZeroDivisionError("a bug")

    async def task(client: Client) -> None:
        await client.welcome()
        with monkeypatch.context() as patched:
            patched.setattr(exchange.Exchange, "_deliver", broken)
            with pytest.raises(errors.KokoroError, match="has a bug"):
                await client.speak("Hi.")
        assert await heard(client, "Hello.") == pcm_of("Hello.")

    run(daemon, task)
    assert "ZeroDivisionError: a bug" in capsys.readouterr().err


def test_who_is_cancelled_while_it_closes_has_closed(daemon: FakeDaemon) -> None:
    async def main() -> None:
        client = Client(daemon.socket, start=False)
        daemon.hold()
        speech = await client.speak(LONG)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await client.close()
        assert speech._exchange._sock.fileno() == -1
        await until(lambda: daemon.spoken[0].ending == "cancelled")
        with pytest.raises(errors.KokoroError, match="closed"):
            await anext(speech)

    anyio.run(main, backend=BACKEND)


_FORK = """
import asyncio, os, sys, warnings
from kokoro_client import KokoroError
from kokoro_client.aio import Client
warnings.simplefilter("ignore", DeprecationWarning)  # of fork() beside threads: that is the test
client = Client(start=False)

async def spoken(text):
    return len(b"".join([pcm async for pcm in await client.speak(text)]))

def child(going):
    try:
        async def main():
            try:
                async for _ in going:
                    pass
            except KokoroError as error:
                assert "belongs to the process that began it" in str(error), error
            else:
                raise AssertionError("the child heard the parent's speech")
            assert await spoken("In the child.") > 10_000
            await client.close()
        asyncio.run(main())
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(locals().get("code", 1))

async def main():
    going = await client.speak("One. Two. Three. " * 20)
    heard = len(await anext(going))
    pid = os.fork()
    if not pid:
        asyncio.events._set_running_loop(None)
        child(going)
    assert (await asyncio.to_thread(os.waitpid, pid, 0))[1] == 0
    async for pcm in going:
        heard += len(pcm)
    assert heard == 2 * 1200 * 17 * 20, heard
    assert await spoken("Hello again.") > 10_000
    await client.close()

asyncio.run(main())
"""


# In the child of a run of trio no other one can be begun.
@pytest.mark.parametrize("each_backend", ["asyncio"], indirect=True)
def test_a_child_of_fork_speaks_and_leaves_the_parent_alone(daemon: FakeDaemon) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _FORK],
        env={**daemon.environ},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    wait_until(lambda: len(daemon.spoken) == 3, "what both said")
