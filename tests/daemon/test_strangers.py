"""Another user of the machine, a real one: not let into the folder; refused before a byte."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.daemon.conversation import Conversation
from support.daemon.homes import speaking, toy_home, with_copy
from support.daemon.process import PATIENCE_S

#: Becomes another user, connects as often as it is told, says something, and prints what became
#: of each. It is root until its modules are loaded: they may lie in root's own folder.
STRANGER = """
import os, socket, sys
os.setgroups([])
os.setgid(int(sys.argv[4]))
os.setuid(int(sys.argv[3]))
for _ in range(int(sys.argv[2])):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(60)
        try:
            sock.connect(sys.argv[1])
            sock.sendall(b"\\x00\\x00\\x00\\x0e\\x82\\xa4type\\xa6status")
            print(len(sock.recv(1)))
        except OSError as error:
            print(type(error).__name__)
"""

SAID = "ˈOnli ðˈɪs ɪz hˈɜɹd."

#: What starts a process as root, who alone can become another user: CI's own may by sudo.
AS_ROOT = () if os.getuid() == 0 else ("sudo", "-n")
TIMES = 150


def may_be_root() -> bool:
    if not AS_ROOT:
        return True
    if not shutil.which(AS_ROOT[0]):
        return False
    return subprocess.run([*AS_ROOT, "true"], capture_output=True).returncode == 0


def as_stranger(path: Path, times: int) -> list[str]:
    """What each connection of a user who is neither root nor this one came to."""
    nobody = pwd.getpwnam("nobody")
    who = (str(nobody.pw_uid), str(nobody.pw_gid))
    ended = subprocess.run(
        [*AS_ROOT, sys.executable, "-c", STRANGER, str(path), str(times), *who],
        cwd="/",
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    return ended.stdout.split()


@pytest.mark.skipif(not may_be_root(), reason="only root may start a process of another user")
def test_a_stranger_is_refused_before_a_byte_and_named_seldom(tmp_path: Path) -> None:
    with speaking(with_copy(toy_home(tmp_path))) as daemon:
        folder = daemon.socket.parent
        assert as_stranger(daemon.socket, 1) == ["PermissionError"]  # the folder is its user's
        folder.chmod(0o711)
        assert as_stranger(daemon.socket, 1) == ["PermissionError"]  # so is the socket
        # As if somebody had opened both.
        daemon.socket.chmod(0o666)
        answers = as_stranger(daemon.socket, TIMES)
        assert len(answers) == TIMES
        assert set(answers) <= {"0", "ConnectionResetError", "BrokenPipeError"}
        # The first, the tenth and the hundredth are told of, by number.
        told = [line for line in daemon.log.splitlines() if "foreign_user" in line]
        assert len(told) == 3
        assert all(str(pwd.getpwnam("nobody").pw_uid) in line for line in told)
        assert daemon.ask("status")["clients"] == 1
        with Conversation(daemon.socket) as conversation:
            assert len(conversation.said(1, SAID, phonemes=True, cache=False))
