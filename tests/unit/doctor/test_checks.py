"""Single checks, when the machine at hand cannot show what they look for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from kokorod import __version__
from kokorod.doctor import checks, files, machine, parts, running
from kokorod.doctor.result import Outcome, ok


@pytest.mark.parametrize(
    ("version", "system", "arch", "outcome"),
    [
        ("1.32.0", "darwin", "arm64", Outcome.OK),
        ("1.28.0", "darwin", "arm64", Outcome.OK),
        ("1.27.0", "darwin", "arm64", Outcome.FAIL),
        ("1.26.1", "darwin", "arm64", Outcome.FAIL),
        ("1.24.1", "darwin", "arm64", Outcome.FAIL),
        ("1.23.2", "darwin", "arm64", Outcome.WARN),
        ("1.25.0", "darwin", "x86_64", Outcome.WARN),
        ("1.25.0", "linux", "aarch64", Outcome.WARN),
        ("1.9.0", "linux", "x86_64", Outcome.WARN),
        ("2.0", "linux", "x86_64", Outcome.OK),
    ],
)
def test_versions_of_onnxruntime(version: str, system: str, arch: str, outcome: Outcome) -> None:
    result = machine.check_onnxruntime_version(version, system, arch)
    assert result.outcome is outcome
    assert version in result.found
    assert ("onnxruntime>=1.28" in result.todo) == (outcome is not Outcome.OK)


def test_pythons() -> None:
    assert machine.check_python((3, 11), 64).outcome is not Outcome.FAIL
    assert machine.check_python((3, 10), 64).outcome is Outcome.FAIL
    assert machine.check_python((3, 12), 32).outcome is Outcome.FAIL
    assert machine.check_python().outcome is not Outcome.FAIL


@pytest.mark.parametrize(
    ("free", "outcome"), [(0, "fail"), (50 * 2**20, "fail"), (2**29, "warn"), (2**34, "ok")]
)
def test_disks_and_memories(free: int, outcome: str) -> None:
    assert machine.judge_disk(free, Path("/")).outcome == outcome
    assert machine.judge_memory(free, 2**34).outcome == outcome


def test_the_disk_of_a_home_that_is_not_there_yet(tmp_path: Path) -> None:
    assert str(tmp_path) in machine.check_disk(tmp_path / "not" / "yet").found


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("raise SystemExit('broken part')", "broken part"),
        ("import os; os.abort()", "signal 6"),
        ("print('no json')", "said nothing"),
        ("", "said nothing"),
        ("import no_such_part", "No module named 'no_such_part'"),
    ],
)
def test_a_part_that_does_not_answer(
    program: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, check in (
        ("_HARDWARE", parts.check_hardware),
        ("_ONNXRUNTIME", parts.check_onnxruntime),
        ("_ESPEAK", parts.check_espeak),
        ("_SOUND", parts.check_sound),
    ):
        monkeypatch.setattr(parts, name, program)
        result = check()
        assert said in result.found
        assert result.todo
        # Without sound a file can be written, and hardware unknown is a CPU; without the
        # others nothing speaks.
        speaks = name in ("_SOUND", "_HARDWARE")
        assert result.outcome is (Outcome.WARN if speaks else Outcome.FAIL)


def test_a_part_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_PATIENCE_S", 0.5)
    monkeypatch.setattr(parts, "_SOUND", "import signal; signal.pause()")
    assert "hangs" in parts.check_sound().found


@pytest.mark.parametrize(
    ("answer", "outcome", "shown"),
    [
        ('{"device": "Null", "rate": 48000.0}', Outcome.OK, "Null, 48000 Hz"),
        ('{"library": "PortAudio library not found"}', Outcome.WARN, "PortAudio"),
        ('{"none": "Error querying device -1"}', Outcome.WARN, "no output device"),
    ],
)
def test_sound_devices(
    answer: str, outcome: Outcome, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_SOUND", f"print('a library talks'); print('{answer}')")
    result = parts.check_sound()
    assert (result.outcome, shown in result.found) == (outcome, True)


def test_espeak_without_its_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import espeakng_loader

    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path))
    monkeypatch.setattr(parts, "_probe", lambda program: pytest.fail("it would have aborted"))
    result = parts.check_espeak()
    assert (result.outcome, str(tmp_path) in result.found) == (Outcome.FAIL, True)


def test_espeak_that_is_silent_and_onnxruntime_without_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_ESPEAK", "print([24000, 0.0])")
    assert "silence" in parts.check_espeak().found
    monkeypatch.setattr(parts, "_ONNXRUNTIME", 'print(\'["1.30", ["X"]]\')')
    assert parts.check_onnxruntime().outcome is Outcome.FAIL


def test_hardware_with_a_gap_is_told_with_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_HARDWARE", """print('["Linux 6, x86_64", ["no memory: why"]]')""")
    result = parts.check_hardware()
    assert result.outcome is Outcome.WARN
    assert result.found == "Linux 6, x86_64; no memory: why"


def test_what_belongs_to_others(tmp_path: Path) -> None:
    stranger = tmp_path.stat().st_uid + 1
    assert "not to you" in files.check_home(tmp_path, stranger).found
    (tmp_path / "s").touch()
    assert files.check_socket(tmp_path / "s" / "below").outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("status", "outcome", "shown"),
    [
        (None, Outcome.WARN, "none runs"),
        ("what", Outcome.FAIL, "nonsense"),
        ({"state": "ready", "version": __version__, "engine": "kokoro"}, Outcome.OK, "kokoro"),
        ({"state": "ready", "version": "0.0.1"}, Outcome.WARN, f"installed is {__version__}"),
        ({"state": "ready", "version": __version__, "note": "no model"}, Outcome.WARN, "no model"),
    ],
)
def test_daemons(status: Any, outcome: Outcome, shown: str) -> None:
    result = running.check_daemon(lambda request: status)
    assert (result.outcome, shown in result.found) == (outcome, True)


def test_a_daemon_of_another_version_is_to_be_restarted() -> None:
    result = running.check_daemon(lambda request: {"version": "9.9"})
    assert result.todo == "`kokoroctl service restart`"


def test_a_check_that_raises_is_a_line_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> Any:
        raise RuntimeError("a\nlong " + "story " * 200)

    monkeypatch.setattr(
        checks,
        "checks",
        lambda environ, ask: {"one": broken, "two": lambda: ok("two", "well")},
    )
    first, second = checks.run_checks({}, lambda request: None)
    assert (first.check, first.outcome) == ("one", Outcome.FAIL)
    assert "RuntimeError: a long story" in first.found
    assert len(first.found) < 400
    assert "\n" not in first.found
    assert second == ok("two", "well")


def test_each_result_bears_the_name_of_its_check() -> None:
    environ = {"HOME": "/nonexistent", "PATH": ""}
    named = checks.checks(environ, lambda request: None)
    for name, check in named.items():
        if name not in ("hardware", "onnxruntime", "espeak", "sound"):  # they take a second each
            assert checks._alone(name, check).check == name


def test_what_a_terminal_would_act_on_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    from kokorod.commands import doctor

    doctor._print(ok("home", "a\x1b[2Jb"))
    assert "\x1b" not in capsys.readouterr().out


def test_what_cannot_be_made_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "a" / "b"
    assert files.check_home(home).outcome is Outcome.OK
    assert files.check_socket(home / "s").outcome is Outcome.OK
    # Root may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    for result, variable in (
        (files.check_home(home), "KOKORO_HOME"),
        (files.check_socket(home / "s"), "KOKORO_SOCKET"),
    ):
        assert result.outcome is Outcome.FAIL
        assert f"{tmp_path} cannot be written" in result.found
        assert variable in result.todo
