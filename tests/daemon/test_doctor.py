"""`kokoroctl doctor`: on machines that are whole, and on such as lack something."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.daemon.examined import CHECKS, environ_in, examine, outcomes
from support.daemon.making import MakeDaemon, ToyFiles
from support.daemon.process import DaemonProcess

from kokorod.models.store import Store


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kk-", dir="/tmp") as name:
        yield Path(name)


def test_a_new_machine_has_nothing_that_fails(folder: Path) -> None:
    results = examine(environ_in(folder), status=0)
    parts = ("python", "packages", "hardware", "onnxruntime version", "onnxruntime", "espeak")
    assert outcomes(results, *parts) == ["ok"] * 6
    assert outcomes(results, "configuration", "home", "socket") == ["ok"] * 3
    # Without a service manager there is nothing to install.
    assert outcomes(results, "service") == ["warn" if sys.platform == "darwin" else "ok"]
    assert outcomes(results, "model", "daemon") == ["warn", "warn"]
    assert "kokoroctl setup" in results["model"]["todo"]
    assert not (folder / "home").exists()


def test_for_people_a_line_a_check_and_what_to_do(folder: Path) -> None:
    environ = environ_in(folder, KOKORO_TTFA_MS="soon")
    ended = subprocess.run(["kokoroctl", "doctor"], env=environ, capture_output=True, text=True)
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    assert [line[5:25].strip() for line in lines[:-1] if line[:5].strip()] == CHECKS
    at = next(at for at, line in enumerate(lines) if line.startswith("fail configuration"))
    assert "ttfa_ms" in lines[at]
    assert lines[at + 1].strip().startswith("-> fix the value")
    assert "fail" in lines[-1]


def test_with_a_daemon_and_a_model_all_is_well(
    make_daemon: MakeDaemon, toy_files: ToyFiles, folder: Path
) -> None:
    home = folder / "toy"
    model = Store(home / "models").import_files(toy_files.model, toy_files.voices, "toy")
    daemon = make_daemon(home=home).start().wait_ready()
    environ = environ_in(folder, KOKORO_HOME=str(home), KOKORO_SOCKET=str(daemon.socket))
    results = examine(environ, status=0)
    assert outcomes(results, "model", "daemon", "socket", "home") == ["ok"] * 4
    assert "engine kokoro" in results["daemon"]["found"]
    # A byte more or less is found, and doing what it says repairs it.
    model.model.write_bytes(model.model.read_bytes()[:-1])
    damaged = examine(environ, status=1)
    assert damaged["model"]["outcome"] == "fail"
    assert "expected are" in damaged["model"]["found"]
    assert "kokoroctl models remove toy" in damaged["model"]["todo"]


def test_a_broken_model_beside_a_whole_one(toy_files: ToyFiles, folder: Path) -> None:
    store = Store(folder / "home" / "models")
    store.import_files(toy_files.model, toy_files.voices, "toy")
    (store.folder / "half").mkdir()
    results = examine(environ_in(folder), status=0)
    assert results["model"]["outcome"] == "warn"
    assert results["model"]["todo"] == "kokoroctl models remove half"


def test_a_home_that_others_may_write_in(folder: Path) -> None:
    (folder / "home").mkdir()
    (folder / "home").chmod(0o777)
    home = examine(environ_in(folder), status=1)["home"]
    assert home["outcome"] == "fail"
    assert "chmod go-w" in home["todo"]


def test_a_home_that_is_no_folder(folder: Path) -> None:
    (folder / "home").touch()
    results = examine(environ_in(folder), status=1)
    assert outcomes(results, "home") == ["fail"]


@pytest.mark.parametrize(
    ("name", "why"), [("a file", "is no socket"), ("x" * 120, "at most 103 are possible")]
)
def test_a_socket_that_cannot_be(folder: Path, name: str, why: str) -> None:
    (folder / "a file").touch()
    results = examine(environ_in(folder, KOKORO_SOCKET=str(folder / name)), status=1)
    assert results["socket"]["outcome"] == "fail"
    assert why in results["socket"]["found"]


def test_a_socket_that_others_may_open(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(folder / "s"))
        (folder / "s").chmod(0o666)
    results = examine(environ_in(folder), status=1)
    assert "others may open" in results["socket"]["found"]
    assert results["daemon"]["outcome"] == "warn"  # nobody listens: a stale one


def test_what_answers_nonsense_is_a_line_too(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(folder / "s"))
        (folder / "s").chmod(0o600)
        sock.listen(4)
        with subprocess.Popen(
            ["kokoroctl", "doctor", "--json"], env=environ_in(folder), stdout=subprocess.PIPE
        ) as doctor:
            sock.settimeout(60)
            peer, _ = sock.accept()
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            peer.close()
            out, _ = doctor.communicate()
    daemon = next(f for f in json.loads(out) if f["check"] == "daemon")
    assert daemon["outcome"] == "fail"
    assert doctor.returncode == 1


def test_a_lexicon_that_is_wrong(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    (home / "lexicon.toml").write_text('[en]\nNguyen = "wˈɪn"\n', encoding="utf-8-sig")
    right = examine(environ_in(folder), status=0)["lexicon"]
    assert (right["outcome"], right["found"][:9]) == ("ok", "1 entries")
    (home / "lexicon.toml").write_text("[en]\nFoo = \n")
    wrong = examine(environ_in(folder), status=1)["lexicon"]
    assert wrong["outcome"] == "fail"
    assert "lexicon.toml cannot be read" in wrong["found"]
    assert "kokoroctl reload" in wrong["todo"]


def test_settings_that_the_running_daemon_does_not_have(
    toy_daemon: DaemonProcess, folder: Path
) -> None:
    environ = {**toy_daemon.environ, "KOKORO_SENTENCE_PAUSE_MS": "3000"}
    run = subprocess.run(["kokoroctl", "config"], env=environ, capture_output=True, text=True)
    assert "sentence_pause_ms is 250 in the running daemon, 3000 here" in run.stdout
    same = subprocess.run(
        ["kokoroctl", "config"], env=toy_daemon.environ, capture_output=True, text=True
    )
    assert "in the running daemon" not in same.stdout
    here = environ_in(
        folder,
        KOKORO_HOME=str(toy_daemon.home),
        KOKORO_SOCKET=str(toy_daemon.socket),
        KOKORO_SENTENCE_PAUSE_MS="3000",
    )
    found = examine(here, status=0)["configuration"]
    assert found["outcome"] == "warn"
    assert "3000 here" in found["found"]
    assert "service restart" in found["todo"]
