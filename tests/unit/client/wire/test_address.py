"""Where client and daemon meet: the home folder and the socket, from the environment alone."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from kokoro_client.wire.address import (
    MAX_SOCKET_PATH,
    home_folder,
    socket_path,
    socket_path_problem,
    user_home,
    xdg_folder,
)
from kokoro_client.wire.errors import WireError


@pytest.mark.parametrize(
    ("environ", "platform", "home"),
    [
        ({"HOME": "/u"}, "linux", "/u/.local/share/kokorod"),
        ({"HOME": "/u", "XDG_DATA_HOME": "/data"}, "linux", "/data/kokorod"),
        ({"HOME": "/u", "XDG_DATA_HOME": ""}, "linux", "/u/.local/share/kokorod"),
        ({"HOME": "/u", "XDG_DATA_HOME": "data"}, "linux", "/u/.local/share/kokorod"),
        ({"HOME": "/u", "XDG_DATA_HOME": "./d"}, "linux", "/u/.local/share/kokorod"),
        ({"HOME": "/u", "KOKORO_HOME": "~/k"}, "linux", "/u/k"),
        ({"HOME": "/u", "KOKORO_HOME": "~"}, "linux", "/u"),
        ({"HOME": "/u"}, "darwin", "/u/Library/Application Support/kokorod"),
        ({"HOME": "/u", "XDG_DATA_HOME": "/d"}, "darwin", "/u/Library/Application Support/kokorod"),
        ({"HOME": "/u", "XDG_DATA_HOME": "/d", "KOKORO_HOME": "/k"}, "linux", "/k"),
        ({"HOME": "/u", "KOKORO_HOME": "/k"}, "darwin", "/k"),
    ],
)
def test_the_home_folder_is_the_first_that_the_environment_names(
    environ: dict[str, str], platform: str, home: str
) -> None:
    assert home_folder(environ, platform) == Path(home)
    assert socket_path(environ, platform) == Path(home) / "kokorod.sock"


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "rel"}, {"HOME": "./rel"}])
def test_without_an_absolute_home_it_is_the_user_s_own(environ: dict[str, str]) -> None:
    own = Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert home_folder(environ, "linux") == own / ".local" / "share" / "kokorod"
    assert home_folder(environ, "darwin") == own / "Library" / "Application Support" / "kokorod"


def test_a_user_in_no_database_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(WireError, match="set HOME or KOKORO_HOME to an absolute path"):
        home_folder({"HOME": ""}, "linux")
    assert home_folder({"KOKORO_HOME": "/k"}, "linux") == Path("/k")


@pytest.mark.parametrize("name", ["KOKORO_HOME", "KOKORO_SOCKET"])
def test_the_home_of_nobody_is_told_with_its_variable(name: str) -> None:
    find = home_folder if name == "KOKORO_HOME" else socket_path
    with pytest.raises(WireError, match=rf"^{name} is '~nosuch/x', but there is no user 'nosuch'"):
        find({name: "~nosuch/x"})


def test_a_socket_of_its_own_goes_before_the_home_folder() -> None:
    environ = {"KOKORO_HOME": "/k", "KOKORO_SOCKET": "/run/s"}
    assert socket_path(environ) == Path("/run/s")
    assert socket_path({**environ, "KOKORO_SOCKET": ""}) == Path("/k/kokorod.sock")


@pytest.mark.parametrize("name", ["KOKORO_HOME", "KOKORO_SOCKET"])
def test_a_path_may_begin_at_the_home_or_in_the_working_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = home_folder if name == "KOKORO_HOME" else socket_path
    monkeypatch.chdir(tmp_path)
    assert find({name: "~/k", "HOME": str(tmp_path)}) == tmp_path / "k"
    assert find({name: "k"}) == tmp_path / "k"


def test_a_path_too_long_for_a_socket_is_told_with_what_to_do() -> None:
    longest = Path("/" + "x" * (MAX_SOCKET_PATH - 1))
    assert socket_path_problem(longest) is None
    problem = socket_path_problem(Path(f"{longest}x"))
    assert problem is not None
    assert "has 104 bytes, at most 103 are possible" in problem
    assert "set KOKORO_SOCKET to a shorter path" in problem


def test_bytes_are_counted_not_characters() -> None:
    assert socket_path_problem(Path("/" + "ö" * 51)) is None
    assert socket_path_problem(Path("/" + "ö" * 52)) is not None


def test_what_lies_beside_the_daemon_s_home_is_found_as_the_specification_says() -> None:
    environ = {"HOME": "/u", "XDG_CONFIG_HOME": "/c", "XDG_CACHE_HOME": "relative"}
    assert user_home(environ) == Path("/u")
    assert xdg_folder(environ, "XDG_CONFIG_HOME", ".config") == Path("/c")
    assert xdg_folder(environ, "XDG_CACHE_HOME", ".cache") == Path("/u/.cache")
    assert xdg_folder(environ, "XDG_STATE_HOME", ".local/state") == Path("/u/.local/state")
