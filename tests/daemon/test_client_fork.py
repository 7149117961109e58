"""A client that was used before fork(): the child speaks, the parent is not disturbed."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.daemon.process import PATIENCE_S, DaemonProcess

_BEGIN = """
import multiprocessing, os, sys, traceback, warnings
from kokoro_client import Client, KokoroError
warnings.simplefilter("ignore", DeprecationWarning)  # of fork() beside threads: that is the test
client = Client(start=False, timeout=30)
def spoken(text):
    return len(b"".join(client.speak(text, cache=False)))
first = spoken("Hello there.")
assert first > 24_000, first
"""

_FORK = """
# Not final: one that has come whole by then is the child's to hear, too.
going = client.speak("One. Two. Three. Four. Five.", cache=False, final=False)
frames = iter(going)
heard = len(next(frames))
child = os.fork()
if not child:
    code = 1
    try:
        try:
            list(going)
        except KokoroError as error:
            assert "belongs to the process that began it" in str(error), error
        else:
            raise AssertionError("the child heard the parent's speech")
        if "%s" == "speaks":
            assert spoken("Hello there.") > 24_000
            assert client.status()["pid"]
        going.cancel()
        client.close()
        del going, frames
        code = 0
    except BaseException:
        traceback.print_exc()  # else the parent tells only that the child failed
    finally:
        sys.stderr.flush()
        os._exit(code)
assert os.waitpid(child, 0)[1] == 0
going.finish()
heard += sum(map(len, frames))
assert heard > 2 * first, (heard, first)
assert not going.cancelled
assert spoken("Hello again.") > 24_000
"""

_POOL = """
with multiprocessing.get_context("fork").Pool(4) as pool:
    lengths = pool.map_async(spoken, ["Hello there."] * 8).get(60)
assert all(length > 24_000 for length in lengths), lengths
assert spoken("Hello again.") > 24_000
"""


@pytest.mark.parametrize(
    "program", [_FORK % "speaks", _FORK % "ends", _POOL], ids=["speaks", "ends", "pool"]
)
def test_a_child_speaks_and_leaves_the_parent_alone(
    built_in_daemon: DaemonProcess, program: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _BEGIN + program],
        env=built_in_daemon.environ,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
