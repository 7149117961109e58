"""What hangs holds up no others for long: a run, a reading, the loop itself."""

from __future__ import annotations

import os
from pathlib import Path

from support.daemon.conversation import Conversation
from support.daemon.hearing import hear
from support.daemon.homes import toy_home
from support.daemon.making import MakeDaemon
from support.daemon.process import PATIENCE_S

SOUND = "ˈOnli ðˈɪs ɪz hˈɜɹd."

#: A run that never comes back, as one in native code: terminating it does nothing.
_HUNG_RUN = """
import time
from kokorod.engine.kokoro import KokoroSynthesizer
from kokorod.lanes import overdue

overdue.LEAST_S, overdue.GRACE_S, overdue.FACTOR = 2.0, 0.5, 1.0
real = KokoroSynthesizer.synthesize
def hanging(self, segment, *rest):
    while "zˈibɹə" in segment.phonemes:
        time.sleep(3600)
    return real(self, segment, *rest)
KokoroSynthesizer.synthesize = hanging
"""


def test_a_run_that_hangs_costs_its_request_and_a_lane(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start_after(_HUNG_RUN).wait_ready()
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, "ə zˈibɹə", phonemes=True)
        end = conversation.end_of(1)
        assert (end["type"], end["code"]) == ("error", "engine_failed")
        hear(conversation.said(2, SOUND, phonemes=True), SOUND)
    assert daemon.ask("status")["engine"] == "kokoro"
    assert "lane_given_up" in daemon.log


#: A front end that never comes back from one text.
_HUNG_READING = """
import time
from kokorod.lanes import overdue
from kokorod.speech.frontend import KokoroFrontEnd

overdue.LEAST_S = overdue.READING_S = 0.5
real = KokoroFrontEnd.say
def hanging(self, options, fragment):
    while "walrus" in fragment.text:
        time.sleep(3600)
    return real(self, options, fragment)
KokoroFrontEnd.say = hanging
"""


def test_a_reading_that_hangs_is_told_and_the_daemon_begins_anew(
    make_daemon: MakeDaemon, tmp_path: Path
) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start_after(_HUNG_READING).wait_ready()
    with Conversation(daemon.socket) as conversation:
        conversation.speak(1, "A walrus.")
        end = conversation.end_of(1)
        assert (end["type"], end["code"]) == ("error", "engine_failed")
    assert daemon.process is not None
    assert daemon.process.wait(PATIENCE_S) == os.EX_TEMPFAIL
    assert "walrus" not in daemon.log


_HUNG_LOOP = """
import time
from kokorod import config
from kokorod.watch import watchdog

watchdog.EVERY_S, watchdog.LIMIT_S = 0.5, 5.0
real = config.load
def hanging(environ, flags=None):
    while (real(environ, flags)[0].home / "hang").exists():
        time.sleep(3600)
    return real(environ, flags)
config.load = hanging
"""


def test_a_loop_that_hangs_ends_the_process(make_daemon: MakeDaemon, tmp_path: Path) -> None:
    daemon = make_daemon(home=toy_home(tmp_path)).start_after(_HUNG_LOOP).wait_ready()
    (daemon.home / "hang").touch()
    with Conversation(daemon.socket) as conversation:
        conversation.send("reload", 1)
        assert conversation.next() is None
    assert daemon.process is not None
    assert daemon.process.wait(PATIENCE_S) == os.EX_SOFTWARE
    assert "loop_hangs" in daemon.log
