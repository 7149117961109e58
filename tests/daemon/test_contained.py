"""A text that makes the reader raise ends no speech but its own."""

from __future__ import annotations

from pathlib import Path

from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon

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

for firsts in grammar._TRIED.values():
    for first, tried in firsts.items():
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
