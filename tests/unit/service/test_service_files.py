"""The service's files: what they start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kokoro_service import service_files
from kokoro_service.job import Job, job_from
from kokoro_service.launch_agent import launch_agent_file
from kokoro_service.units import SERVICE, service_file


def job_of(folder: Path, program: Path) -> Job:
    environ = {"KOKORO_HOME": str(folder), "KOKORO_SOCKET": str(folder / "s")}
    return replace(job_from(environ), program=program)


def test_a_program_that_has_gone_is_named(tmp_path: Path) -> None:
    there, gone = tmp_path / "here 100%" / "kokorod", tmp_path / "old" / "kokorod"
    there.parent.mkdir()
    there.touch()
    unit, plist, other = tmp_path / SERVICE, tmp_path / "a.plist", tmp_path / "a.socket"
    other.write_text("[Socket]\n")
    for program, missing in ((there, ""), (gone, str(gone))):
        job = job_of(tmp_path, program)
        unit.write_text(service_file(job))
        plist.write_bytes(launch_agent_file(job))
        assert service_files.missing_program([other, unit]) == missing
        assert service_files.missing_program([plist]) == missing


def test_what_does_not_tell_misses_nothing(tmp_path: Path) -> None:
    unit, plist = tmp_path / SERVICE, tmp_path / "a.plist"
    unit.write_bytes(b"\xff[Service]\nExecStart=")
    plist.write_bytes(b"<plist")
    assert service_files.missing_program([unit, plist, tmp_path / "none"]) == ""
