"""With 64 descriptors it serves on; who leaves while it is spoken to leaves nothing."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import psutil
from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import DaemonProcess, wait_until

from kokoro_client import errors

SAID = "ˈOnli ðˈɪs ɪz hˈɜɹd."
LONG = " ".join(["ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ, ænd slˈips."] * 20)
LEFT = 200

_FEW = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))"


def is_answered(conversation: Conversation) -> bool:
    try:
        conversation.send("status", 1)
    except (BrokenPipeError, ConnectionResetError):
        return False
    answer = conversation.next()
    return answer is not None and answer["type"] == "result"


def test_with_64_descriptors_it_serves_on_and_recovers(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start_after(_FEW).wait_ready()
    with ExitStack() as stack:
        clients = [stack.enter_context(Conversation(daemon.socket)) for _ in range(100)]
        let_in = [client for client in clients if is_answered(client)]
        assert 16 <= len(let_in) <= 24
        # Those who are in have all there is: voices, a reload, a language that loads more.
        one, two = let_in[:2]
        hear(one.said(2, SAID, phonemes=True, cache=False), SAID)
        for number, lang in enumerate(("fr", "es", "it", "hi", "en-gb")):
            assert len(two.said(10 + number, "un", lang=lang, cache=False))
        one.send("reload", 3)
        assert one.end_of(3)["value"]["reloaded"] is True

    def recovered() -> bool:
        try:
            return bool(daemon.ask("status")["clients"] == 1)
        except errors.BusyError:
            return False

    wait_until(recovered, "the others to have left")
    with Conversation(daemon.socket) as conversation:
        hear(conversation.said(1, SAID, phonemes=True, cache=False), SAID)
    assert daemon.ask("status")["contained"] == 0
    assert "Traceback" not in daemon.log


def test_who_leaves_while_it_is_spoken_to_leaves_nothing(toy_daemon: DaemonProcess) -> None:
    assert toy_daemon.process is not None
    process = psutil.Process(toy_daemon.process.pid)
    with Conversation(toy_daemon.socket) as conversation:
        hear(conversation.said(1, SAID, phonemes=True, cache=False), SAID)
    descriptors, threads = process.num_fds(), process.num_threads()
    for number in range(LEFT):
        with Conversation(toy_daemon.socket) as conversation:
            conversation.speak(1, LONG, phonemes=True, cache=False)
            if number % 5:
                conversation.first_audio(1)

    def calm() -> bool:
        status = toy_daemon.ask("status")
        busy = any(lane["state"] == "busy" for lane in status["lanes"])
        return status["clients"] == 1 and not status["requests"]["active"] and not busy

    wait_until(calm, "nothing to be left")
    with Conversation(toy_daemon.socket) as conversation:
        hear(conversation.said(1, SAID, phonemes=True, cache=False), SAID)
    # What is done after ready has a pipe and a thread of its own, and may have opened the copy
    # meanwhile, with the threads of its sessions.
    assert process.num_fds() <= descriptors + 4
    assert process.num_threads() <= threads + 16
