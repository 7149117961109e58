"""The shell transcripts in transcripts/, each against the daemon it names."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.daemon.transcript import Step, play, read_steps

_FOLDER = Path(__file__).parent / "transcripts"


def _named(beginning: str) -> list[Path]:
    found = sorted(_FOLDER.glob(f"{beginning}-*.txt"))
    assert found
    return found


@pytest.mark.parametrize("path", _named("built-in"), ids=lambda path: path.stem)
def test_with_the_built_in_voice(
    path: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    daemon = request.getfixturevalue("built_in_daemon")
    _play(path, daemon.environ, tmp_path)
    assert daemon.alive


@pytest.mark.parametrize("path", _named("toy"), ids=lambda path: path.stem)
def test_with_the_toy_model(path: Path, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    daemon = request.getfixturevalue("toy_daemon")
    _play(path, daemon.environ, tmp_path)
    assert daemon.alive


@pytest.mark.parametrize("path", _named("none"), ids=lambda path: path.stem)
def test_without_a_daemon(path: Path, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    daemon = request.getfixturevalue("make_daemon")()
    _play(path, daemon.environ, tmp_path)


def _play(path: Path, environ: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    play(path, environ, folder)


def test_a_transcript_is_read_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_text("# prose\n$ ls\na\n...\n\n! oh\n? 2\n$ true\n")
    assert read_steps(path) == [
        Step("ls", 2, out=["a", "..."], err=["oh"], status=2),
        Step("true", 8),
    ]


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ("$ echo a\nb", "standard output"),
        ("$ echo a", "standard output"),
        ("$ true\na", "standard output"),
        ("$ echo a >&2", "standard error"),
        ("$ false", "exit status"),
        ("$ true\n? 1", "exit status"),
        ("$ printf 'a\\nb\\n'\na", "standard output"),
        ("$ echo abc\na...d", "standard output"),
    ],
)
def test_a_transcript_that_is_wrong_fails(tmp_path: Path, wrong: str, what: str) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text(wrong)
    with pytest.raises(AssertionError, match=what):
        play(path, {"PATH": "/usr/bin:/bin"}, tmp_path)


def test_a_transcript_that_is_right_passes(tmp_path: Path) -> None:
    path = tmp_path / "right.txt"
    path.write_text("$ printf 'a\\nb\\nc\\n'; echo no >&2; exit 3\na\n...\nc\n! n...\n? 3\n")
    play(path, {"PATH": "/usr/bin:/bin"}, tmp_path)
