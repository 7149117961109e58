"""A whole daemon as hypothesis drives it: whatever clients do, in any order, all ends well.

Owns:       a daemon, which is killed and started anew now and then, and its clients.
Invariants: the daemon lives but where it was killed; a request is answered one end; what was
            spoken whole is its text; nothing is in flight when all have left.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from support.daemon.conversation import ENDS, Conversation
from support.daemon.hearing import hear
from support.daemon.process import DaemonProcess, wait_until

SENTENCES = ("wˈʌn tˈu θɹˈi fˈoːɹ.", "fˈaɪv, sˈɪks sˈɛvən?", "ˈeɪt nˈaɪn tˈɛn!", "ˈOnli ðˈɪs.")

_CLIENTS = 4
_REQUESTS = 12  # below every limit

_SAID = st.lists(st.sampled_from(SENTENCES), min_size=0, max_size=3)


@dataclass
class Asked:
    """A request as its client knows it."""

    id: int
    text: str
    final: bool
    at_speaker: bool
    cancelled: bool = False


@dataclass
class Client:
    conversation: Conversation
    requests: dict[int, Asked] = field(default_factory=dict)

    def ended(self, id: int) -> bool:
        return any(answer["type"] in ENDS for answer in self.conversation.answers[id])


class DaemonMachine(RuleBasedStateMachine):
    daemon: ClassVar[DaemonProcess]
    kills_left: ClassVar[int] = 3

    def __init__(self) -> None:
        super().__init__()
        self.clients: list[Client] = []
        self.number = 0

    # -- what clients do

    @precondition(lambda self: len(self.clients) < _CLIENTS)
    @rule()
    def connect(self) -> None:
        self.clients.append(Client(Conversation(self.daemon.socket)))

    @precondition(lambda self: self.clients and self.open_requests() < _REQUESTS)
    @rule(
        data=st.data(),
        said=_SAID,
        final=st.booleans(),
        priority=st.sampled_from(["important", "text", "progress"]),
        at_speaker=st.booleans(),
    )
    def speak(
        self, data: st.DataObject, said: list[str], final: bool, priority: str, at_speaker: bool
    ) -> None:
        client = data.draw(st.sampled_from(self.clients))
        self.number += 1
        text = " ".join(said)
        client.requests[self.number] = Asked(self.number, text, final, at_speaker)
        client.conversation.speak(
            self.number,
            text,
            phonemes=True,
            cache=False,
            final=final,
            priority=priority,
            output="speaker" if at_speaker else "stream",
        )

    @precondition(lambda self: self.unfinished())
    @rule(data=st.data(), said=_SAID, final=st.booleans())
    def append(self, data: st.DataObject, said: list[str], final: bool) -> None:
        client, asked = data.draw(st.sampled_from(self.unfinished()))
        more = "".join(f" {sentence}" for sentence in said)
        asked.text += more
        asked.final = final
        client.conversation.send("append", asked.id, text=more, final=final)

    @precondition(lambda self: self.open_requests())
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        client, asked = data.draw(st.sampled_from(self.all_open()))
        asked.cancelled = asked.final = True
        client.conversation.send("cancel", asked.id)

    @precondition(lambda self: self.clients)
    @rule(data=st.data(), action=st.sampled_from(["pause", "resume", "skip", "stop"]))
    def control(self, data: st.DataObject, action: str) -> None:
        client = data.draw(st.sampled_from(self.clients))
        self.number += 1
        client.conversation.send("control", self.number, action=action)
        assert client.conversation.end_of(self.number)["type"] == "result"
        if action in ("skip", "stop"):
            for each in self.clients:
                for asked in each.requests.values():
                    asked.cancelled = asked.cancelled or asked.at_speaker

    @precondition(lambda self: self.heard_out())
    @rule(data=st.data())
    def hear_out(self, data: st.DataObject) -> None:
        client, asked = data.draw(st.sampled_from(self.heard_out()))
        self.check(client, asked)

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def disconnect(self, data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(self.clients))
        self.clients.remove(client)
        client.conversation.close()

    # -- what others do

    @rule()
    def ask(self) -> None:
        status = self.daemon.ask("status")
        assert status["state"] == "ready"
        assert status["requests"]["active"] <= self.open_requests() + self.left_lately()
        assert status["contained"] == 0, self.daemon.log

    @rule()
    def reload(self) -> None:
        assert self.daemon.ask("reload")["reloaded"] is True

    @precondition(lambda self: self.kills_left and self.clients)
    @rule()
    def kill(self) -> None:
        type(self).kills_left -= 1
        self.daemon.stop(signal.SIGKILL)
        for client in self.clients:
            client.conversation.rest()
            client.conversation.close()
        self.clients.clear()
        self.daemon.start().wait_ready()

    @invariant()
    def lives(self) -> None:
        assert self.daemon.alive, self.daemon.log

    def teardown(self) -> None:
        """All is finished or taken back, and nothing is left of it."""
        for client in self.clients:
            for asked in client.requests.values():
                if asked.at_speaker:
                    asked.cancelled = True
                    client.conversation.send("cancel", asked.id)
                elif not asked.final and not client.ended(asked.id):
                    client.conversation.send("append", asked.id, text="", final=True)
        self.unpause()
        for client in self.clients:
            for asked in client.requests.values():
                self.check(client, asked)
            client.conversation.close()

        def idle() -> bool:
            status = self.daemon.ask("status")
            return bool(status["requests"]["active"] == 0 and status["clients"] == 1)

        wait_until(idle, "nothing to be left")
        assert self.daemon.ask("queue") == []
        with Conversation(self.daemon.socket) as witness:
            hear(witness.said(1, SENTENCES[0], phonemes=True, cache=False), SENTENCES[0])

    def unpause(self) -> None:
        self.daemon.ask("control", action="resume")

    # -- what is known

    def left_lately(self) -> int:
        """Requests of clients that have gone may be there for a moment."""
        return self.number

    def all_open(self) -> list[tuple[Client, Asked]]:
        return [
            (client, asked)
            for client in self.clients
            for asked in client.requests.values()
            if not client.ended(asked.id) and not asked.cancelled
        ]

    def open_requests(self) -> int:
        return len(self.all_open())

    def unfinished(self) -> list[tuple[Client, Asked]]:
        return [found for found in self.all_open() if not found[1].final]

    def heard_out(self) -> list[tuple[Client, Asked]]:
        return [f for f in self.all_open() if f[1].final and not f[1].at_speaker]

    def check(self, client: Client, asked: Asked) -> None:
        """It is answered one end; whole, if nobody cancelled it."""
        end: dict[str, Any] = client.conversation.end_of(asked.id)
        if asked.cancelled:
            return  # done, or an error: it had ended before it was appended to
        assert end["type"] == "done", end
        ends = [a for a in client.conversation.answers[asked.id] if a["type"] in ENDS]
        assert len(ends) == 1, ends
        hear(client.conversation.pcm(asked.id), asked.text.strip())
