"""kokoroctl bench: on a daemon of its own for each setup, or on the one that runs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.daemon.making import ToyFiles
from support.daemon.process import DaemonProcess

from kokorod.models.store import Store


def _bench(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["kokoroctl", "bench", "--trials", "1", *arguments],
        env=environ,
        capture_output=True,
        text=True,
    )


def _check(measured: dict[str, Any]) -> None:
    assert measured["first_sound_s"].keys() == {"12", "60", "400", "2000"}
    assert all(seconds > 0 for seconds in measured["first_sound_s"].values())
    assert measured["rtf"] > 0
    assert measured["peak_mb"] > 10


def test_it_tries_each_setup_and_recommends_one(
    make_daemon: Any, toy_files: ToyFiles, tmp_path: Path
) -> None:
    daemon = make_daemon(home=tmp_path / "home")
    store = Store(tmp_path / "home" / "models")
    for name in ("one", "two"):
        store.import_files(toy_files.model, toy_files.voices, name)
    ended = _bench(daemon.environ, "--threads", "2", "--json")
    assert ended.returncode == 0, ended.stderr
    value = json.loads(ended.stdout)
    assert [(m["model"], m["threads"]) for m in value["measured"]] == [("one", 2), ("two", 2)]
    for measured in value["measured"]:
        _check(measured)
    recommended = value["recommended"]
    assert recommended["config"] == [f'model = "{recommended["model"]}"', "threads = 2"]
    assert not value["problems"]


def test_it_measures_the_running_daemon_as_it_is(toy_daemon: DaemonProcess) -> None:
    ended = _bench(toy_daemon.environ, "--running", "--json")
    assert ended.returncode == 0, ended.stderr
    value = json.loads(ended.stdout)
    (measured,) = value["measured"]
    _check(measured)
    assert value["recommended"] is None
    assert toy_daemon.ask("status")["requests"]["total"] >= 6


def test_the_table_ends_with_the_lines_for_the_config(
    make_daemon: Any, toy_files: ToyFiles, tmp_path: Path
) -> None:
    daemon = make_daemon(home=tmp_path / "home")
    Store(tmp_path / "home" / "models").import_files(toy_files.model, toy_files.voices, "toy")
    ended = _bench(daemon.environ, "--threads", "1")
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[lines.index('model = "toy"') + 1] == "threads = 1"
    assert str(tmp_path / "home" / "config.toml") in ended.stdout


@pytest.mark.parametrize("flag", ["--running", "--json"])
def test_with_nothing_to_measure_it_fails(make_daemon: Any, flag: str) -> None:
    ended = _bench(make_daemon().environ, flag)
    assert ended.returncode == 1
    assert ended.stdout == ""
    wanted = "no daemon runs" if flag == "--running" else "no model is installed"
    assert wanted in ended.stderr
