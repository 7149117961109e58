"""The fake daemon answers as the real one does: the same kinds in the same order, the same keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.daemon.conversation import Conversation
from support.daemon.process import DaemonProcess

from kokoro_client.testing import FakeDaemon


def _kinds(answers: list[dict[str, Any]]) -> list[str]:
    """Without the repetitions of what comes as often as it comes."""
    kinds: list[str] = []
    for answer in answers:
        if answer["type"] not in kinds[-1:]:
            kinds.append(answer["type"])
    return kinds


def _conversation(path: Path) -> dict[str, Any]:
    """What was answered to what every client does, by what it was."""
    with Conversation(path) as talk:
        talk.send("hello", 0, client="test")
        talk.end_of(0)
        talk.speak(1, "Hello there.", timings=True)
        talk.end_of(1)
        talk.speak(2, "One ", final=False)
        talk.send("append", 2, text="sentence.", final=True)
        talk.end_of(2)
        talk.speak(3, "To be cancelled.", final=False)
        talk.send("cancel", 3)
        talk.end_of(3)
        talk.speak(4, "Hello.", voice="nobody")
        talk.end_of(4)
        talk.speak(5, "At the speaker.", output="speaker", priority="message")
        sound_s = talk.until(lambda a: a["id"] == 5 and a["type"] == "rendered")["sound_s"]
        talk.speak(6, "Behind it.", output="speaker", priority="message")
        talk.send("queue", 7)
        (first, *_) = talk.end_of(7)["value"]
        talk.send("played", 5, at_s=sound_s, final=True)
        talk.end_of(5)
        talk.send("control", 8, action="stop", all=True)
        talk.end_of(8)
        talk.end_of(6)
        talk.send("voices", 9)
        talk.end_of(9)
        answers = talk.answers
        return {
            "kinds": {id: _kinds(answers[id]) for id in range(6)},
            "keys": {
                answer["type"]: set(answer) - {"cached", "note", "marks", "exact"}
                for id in (0, 1, 5)
                for answer in answers[id]
            },
            "code": answers[4][-1]["code"],
            "endings": {id: answers[id][-1].get("ending", "finished") for id in (1, 2, 3, 5, 6)},
            "place": set(first),
            "controlled": set(answers[8][-1]["value"]),
            "voice": set(answers[9][-1]["value"][0]),
        }


def test_the_same_is_answered(shared_daemon: DaemonProcess) -> None:
    with FakeDaemon() as fake:
        assert _conversation(fake.socket) == _conversation(shared_daemon.socket)
