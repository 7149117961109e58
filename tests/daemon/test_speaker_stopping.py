"""The end of a daemon while it is heard: what is played on, and who is told that it stops."""

from __future__ import annotations

import signal

from support.daemon.process import DaemonProcess, wait_until
from support.daemon.program import LONG, SHORT, Program, kinds


def stops(daemon: DaemonProcess) -> None:
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "stopping" in daemon.log, "the drain")


def test_what_is_rendered_whole_is_heard_to_its_end(toy_daemon: DaemonProcess) -> None:
    with Program(toy_daemon.socket) as one, Program(toy_daemon.socket) as two:
        assert one.say(1, priority="message") == "play"
        assert two.say(1, priority="message") == "wait"
        one.rendered(1)
        two.rendered(1)
        stops(toy_daemon)
        assert two.end_of(1)["code"] == "shutting_down"
        assert kinds(two, 1) == ["accepted", "turn", "rendered", "error"], "it is told no turn"
        assert one.hear_out(1)["type"] == "done"
        assert one.ending(1) == "finished"
        assert one.rest() == []
    assert toy_daemon.process is not None
    assert toy_daemon.process.wait(60) == 0


def test_a_client_that_plays_on_is_not_waited_for_longer_than_the_drain(
    toy_daemon: DaemonProcess,
) -> None:
    with Program(toy_daemon.socket) as one:
        assert one.say(1, LONG) == "play"
        one.rendered(1)
        stops(toy_daemon)
        assert one.ending(1) == "finished"
    assert toy_daemon.process is not None
    assert toy_daemon.process.wait(60) == 0


def test_nobody_gets_the_turn_of_who_is_told_that_it_stops(toy_daemon: DaemonProcess) -> None:
    with Program(toy_daemon.socket) as one, Program(toy_daemon.socket) as two:
        assert one.say(1, "", "message", final=False) == "play"
        assert two.say(1, priority="message") == "wait"
        two.rendered(1)
        stops(toy_daemon)
        assert one.end_of(1)["code"] == "shutting_down"
        assert two.end_of(1)["code"] == "shutting_down"
        assert kinds(two, 1) == ["accepted", "turn", "rendered", "error"]


def test_what_is_not_rendered_is_told_that_it_stops(toy_daemon: DaemonProcess) -> None:
    with Program(toy_daemon.socket) as one, Program(toy_daemon.socket) as two:
        assert one.say(1, SHORT, "message", final=False) == "play"
        assert two.say(1, priority="important") == "play"
        two.control("pause")
        two.rendered(1)
        stops(toy_daemon)
        assert one.end_of(1)["code"] == "shutting_down"
        # Paused, nobody could let it go on.
        assert two.end_of(1)["code"] == "shutting_down"
    assert toy_daemon.process is not None
    assert toy_daemon.process.wait(60) == 0
