"""The way of a request through the house: nothing passes through app.py."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from support.daemon.conversation import Conversation
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import wait_until

SAID = "ˈOnli ðˈɪs ɪz hˈɜɹd."

#: The loop's thread writes down the file of each call into the daemon, a line each.
_TRACE = """
import sys
walk = open({path!r}, "w", buffering=1)
def note(frame, event, argument):
    if event == "call" and "/kokorod/" in (name := frame.f_code.co_filename):
        walk.write(name.rpartition("/kokorod/")[2] + "\\n")
sys.setprofile(note)
"""


def test_a_segment_and_a_question_hardly_enter_app(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    path = tmp_path / "walk"
    daemon = make_daemon(home=toy_home(tmp_path)).start_after(_TRACE.format(path=str(path)))
    daemon.wait_ready()
    wait_until(lambda: daemon.ask("status")["startup"]["phase"] in ("", "ready"), "rest", 120)
    with Conversation(daemon.socket) as conversation:
        seen = path.stat().st_size
        assert len(conversation.said(1, SAID, phonemes=True, cache=False))
        rooms = [room for room, _ in groupby(path.read_bytes()[seen:].decode().splitlines())]
        assert "requests/dispatch.py" in rooms
        assert "perform.py" in rooms
        assert rooms.count("app.py") <= 2
        seen = path.stat().st_size
        conversation.send("status", 2)
        assert conversation.end_of(2)["type"] == "result"
        rooms = [room for room, _ in groupby(path.read_bytes()[seen:].decode().splitlines())]
        # From the peer to the answer three files; what they then ask is the parts' own.
        begin = rooms.index("requests/dispatch.py")
        assert rooms[begin : begin + 3] == [
            "requests/dispatch.py",
            "admin/answer.py",
            "admin/status.py",
        ]
        assert "app.py" not in rooms
