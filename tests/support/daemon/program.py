"""Clients at the speaker, played by a test."""

from __future__ import annotations

from typing import Any

from support.daemon.conversation import Conversation
from support.daemon.process import DaemonProcess

SHORT = "ˈOnli ðˈɪs ɪz hˈɜɹd."
LONG = " ".join(["ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ, ænd slˈips."] * 4)


class Program(Conversation):
    """A client at the speaker: it hears what turn it has and says what it has played."""

    def say(self, id: int, text: str = SHORT, priority: str = "text", **fields: Any) -> str:
        """Ask for the speaker; the first turn, or how it ended at once."""
        fields = {"phonemes": True, "cache": False, **fields}
        self.speak(id, text, output="speaker", priority=priority, **fields)
        answer = self.until(lambda a: a["id"] == id and a["type"] in ("turn", "done", "error"))
        return str(answer.get("turn") or answer["ending"])

    def turn(self, id: int) -> str:
        """The next turn it is told."""
        return str(self.until(lambda a: a["id"] == id and a["type"] == "turn")["turn"])

    def rendered(self, id: int) -> float:
        """Wait until all its sound is there: how long it is, in seconds."""
        for answer in self.answers[id]:
            if answer["type"] == "rendered":
                return float(answer["sound_s"])
        answer = self.until(lambda a: a["id"] == id and a["type"] == "rendered")
        return float(answer["sound_s"])

    def hear_out(self, id: int) -> dict[str, Any]:
        """Play it to its end: how it was answered."""
        self.send("played", id, at_s=self.rendered(id), final=True)
        return self.end_of(id)

    def ending(self, id: int) -> str:
        done = self.end_of(id)
        assert done["type"] == "done", done
        assert done.get("cancelled", False) == (done.get("ending", "finished") != "finished")
        return str(done.get("ending", "finished"))

    def control(self, action: str, **fields: Any) -> dict[str, Any]:
        self.send("control", 999, action=action, **fields)
        result = self.until(lambda a: a["id"] == 999 and a["type"] == "result")
        return dict(result["value"])


def kinds(program: Program, id: int) -> list[str]:
    return [a["type"] for a in program.answers[id] if a["type"] not in ("segment", "audio")]


def plays(daemon: DaemonProcess) -> list[dict[str, Any]]:
    return list(daemon.ask("queue"))


def turn_of(program: Program, id: int) -> str:
    """The turn that a request was told last; empty if it is another program's or over."""
    turns = [a["turn"] for a in program.answers[id] if a["type"] == "turn"]
    ended = any(a["type"] == "done" for a in program.answers[id])
    return "" if ended or not turns else str(turns[-1])
