"""What a text, a run, an answer or a reload raises ends no speech but its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import DaemonProcess, wait_until

#: A daemon with three bugs: a rule and a word that raise, and a sentence that nothing reads.
_BROKEN = """
from kokorod.speech.normalize import grammar
from kokorod.speech.phonemes import phonemizer
from kokorod.speech.phonemes.words import Words

def breaking(cursor, match):
    raise LookupError(match.group())

def breaks(owner, name, when):
    real = getattr(owner, name)
    def broken(*args):
        if when(*args):
            raise LookupError(f"no such thing: {args!r}")
        return real(*args)
    setattr(owner, name, broken)

for start, firsts in grammar._TRIED.items():
    for first in firsts:
        tried = firsts[first] or grammar._tried_at(start, first)
        firsts[first] = tuple(
            (matches, breaking if name == "money.unit_first" else read, name)
            for matches, read, name in tried
        )
breaks(Words, "_say", lambda self, text, *rest: text == "zebras")
breaks(phonemizer, "assemble", lambda tokens, said: any(t.text == "walrus" for t in tokens))
"""
SOUND = "ˈOnli ðˈɪs ɪz hˈɜɹd."


def test_the_daemon_lives_and_serves_the_others(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start_after(_BROKEN).wait_ready()
    assert daemon.ask("status")["reading"] == {"contained": 0}
    with Conversation(daemon.socket) as other, Conversation(daemon.socket) as conversation:
        other.speak(1, SOUND, phonemes=True, final=False)

        assert len(conversation.said(1, "We saw zebras."))
        assert daemon.ask("status")["reading"] == {"contained": 1}

        assert len(conversation.said(4, "It costs $1234."))
        assert daemon.ask("status")["reading"] == {"contained": 2}

        conversation.speak(2, "A walrus is here.")
        end = conversation.end_of(2)
        assert (end["type"], end["code"]) == ("error", "engine_failed")
        assert "walrus" not in end["message"]

        assert len(conversation.said(3, "We saw lions."))
        other.send("append", 1, text="", final=True)
        assert other.end_of(1)["type"] == "done"
        hear(other.pcm(1), SOUND)
    assert daemon.process is not None
    assert daemon.process.poll() is None
    assert daemon.ask("status")["reading"]["contained"] == 4
    lines = [line for line in daemon.log.splitlines() if "contained" in line]
    assert len(lines) == 4
    places = ("word", "rule money.unit_first", "sentence", "request")
    for place, line in zip(places, lines, strict=True):
        assert f"place={place}" in line.replace('"', "")
        assert "error=LookupError" in line
    for written in ("zebras", "1234", "walrus"):
        assert written not in daemon.log


#: A daemon in which runs, answers and timers raise, memory runs out among them.
_BROKEN_ELSEWHERE = """
from kokorod.admin import answer
from kokorod.engine.kokoro import KokoroSynthesizer
from kokorod.maintenance.runner import Maintenance
from kokorod.requests.request import SpeakRequest

def breaks(owner, name, error, when):
    real = getattr(owner, name)
    def broken(*args):
        if when(*args):
            raise error
        return real(*args)
    setattr(owner, name, broken)

secret = "my secret"
runs = KokoroSynthesizer, "synthesize"
breaks(*runs, MemoryError(secret), lambda _, segment, *__: "zˈibɹə" in segment.phonemes)
breaks(SpeakRequest, "answers", MemoryError(secret), lambda request, *_: request.key.id == 77)
breaks(SpeakRequest, "done", LookupError(secret), lambda request, *_: request.key.id == 78)
breaks(answer, "voices_value", ValueError(secret), lambda *_: True)
breaks(Maintenance, "look", MemoryError(secret), lambda *_: True)
"""


def test_what_runs_and_answers_raise_ends_them_alone(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start_after(_BROKEN_ELSEWHERE).wait_ready()
    with Conversation(daemon.socket) as other, Conversation(daemon.socket) as conversation:
        other.speak(1, SOUND, phonemes=True, final=False)
        for id, phonemes in ((5, "ə zˈibɹə"), (77, SOUND), (78, SOUND)):
            conversation.speak(id, phonemes, phonemes=True)
            end = conversation.end_of(id)
            assert (end["type"], end["code"]) == ("error", "engine_failed"), id
            assert "secret" not in end["message"]
        conversation.send("voices", 6)
        end = conversation.end_of(6)
        assert (end["type"], end["code"]) == ("error", "engine_failed")
        (daemon.home / "config.toml").write_text("ttfa_ms = " + "[" * 5_000)
        conversation.send("reload", 7)
        assert conversation.end_of(7)["value"]["reloaded"] is False
        (daemon.home / "config.toml").write_text("ttfa_ms = " + "9" * 5_000)
        conversation.send("reload", 8)
        assert conversation.end_of(8)["value"]["reloaded"] is False
        (daemon.home / "config.toml").unlink()
        os.mkfifo(daemon.home / "config.toml")
        conversation.send("reload", 10)
        assert "no regular file" in conversation.end_of(10)["value"]["message"]
        (daemon.home / "config.toml").unlink()
        assert len(conversation.said(9, SOUND, phonemes=True))
        other.send("append", 1, text="", final=True)
        assert other.end_of(1)["type"] == "done"
        hear(other.pcm(1), SOUND)
    assert daemon.alive
    status = daemon.ask("status")
    assert status["contained"] >= 5
    assert status["reading"] == {"contained": 0}
    assert "secret" not in daemon.log
    for place in ("run", "answer", "action", "answering Voices", "loop"):
        assert f"place={place} " in daemon.log.replace('"', ""), place


def test_more_marks_than_an_answer_holds_end_their_request(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start().wait_ready()
    marks = '<mark name="' + "m" * 250 + '"/>'
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, "<speak>", markup="ssml", final=False)
        for _ in range(20):
            conversation.send("append", 1, text=marks * 200, final=False)
        conversation.send("append", 1, text="x</speak>", final=True)
        end = conversation.end_of(1)
        assert (end["type"], end["code"]) == ("error", "engine_failed")
        assert len(conversation.said(2, SOUND, phonemes=True))
    assert daemon.alive


#: Texts over which espeak-ng 1.52 ends its process, or did.
DEADLY = [
    ("'s" * 68, {"lang": "fr"}),
    ("I." * 198, {"lang": "es"}),
    ("U.S." * 99, {"lang": "it"}),
    ("⅞-नम", {"lang": "fr"}),
    ("½C of milk, 19.5/20", {}),
    ('<speak><lang xml:lang="fr">' + "'s" * 68 + "</lang></speak>", {"markup": "ssml"}),
]


@pytest.mark.parametrize("voice", ["", "built-in"])
def test_a_text_that_ends_espeak_ends_nothing_else(
    shared_daemon: DaemonProcess, voice: str
) -> None:
    with Conversation(shared_daemon.socket) as other, Conversation(shared_daemon.socket) as speaker:
        other.speak(1, SOUND, phonemes=True, final=False)
        for id, (text, fields) in enumerate(DEADLY):
            speaker.speak(id, text, voice=voice, cache=False, **fields)
            end = speaker.end_of(id)
            assert end["type"] == "done" or end["code"] == "engine_failed", end
            if not voice:
                assert end["type"] == "done"
        assert len(speaker.said(99, "un", lang="fr", voice=voice))
        other.send("append", 1, text="", final=True)
        assert other.end_of(1)["type"] == "done"
        hear(other.pcm(1), SOUND)
    assert shared_daemon.alive


#: One that loses what two reports are for, and whose finalizers and threads raise.
_LOSING = """
import sys
import threading
from kokorod.perform import Performer

def loses(name, when):
    real = getattr(Performer, name)
    def losing(*args):
        if when(*args):
            raise MemoryError("walrus")
        return real(*args)
    setattr(Performer, name, losing)

def read(report):
    return "".join(sentence.phonemes for sentence in getattr(report, "sentences", ()))

loses("on_read", lambda self, key, report: "ɹˈid" in read(report))
for step in ("on_chunked", "on_spoken"):
    loses(step, lambda self, lane, done: "ɹˈʌn" in done.task.segment.phonemes)

class Ending:
    def __del__(self):
        raise LookupError("walrus")

def end():
    while sys.unraisablehook is sys.__unraisablehook__:
        threading.Event().wait(0.01)
    Ending()
    raise LookupError("walrus")

threading.Thread(target=end, daemon=True).start()
"""


def test_a_lost_report_is_waited_for_by_nobody(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start_after(_LOSING).wait_ready()
    with Conversation(daemon.socket) as conversation:
        for id, lost in enumerate(("ðə ɹˈid.", "ðə ɹˈʌn.", "ðə ɹˈʌn.", "ðə ɹˈid.")):
            conversation.speak(2 * id, lost, phonemes=True, cache=False)
            end = conversation.end_of(2 * id)
            assert (end["type"], end["code"]) == ("error", "engine_failed")
            hear(conversation.said(2 * id + 1, SOUND, phonemes=True, cache=False), SOUND)
    status = daemon.ask("status")
    assert {lane["state"] for lane in status["lanes"]} == {"idle"}
    for place in ("reading", "report", "finalizer", "thread"):
        wait_until(lambda place=place: f"contained place={place} " in daemon.log, place)  # type: ignore[misc]
    assert "walrus" not in daemon.log
    assert daemon.stop() == 0
