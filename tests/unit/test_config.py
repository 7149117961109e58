"""The configuration: every field from everywhere, precedence, and what is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokorod import config
from kokorod.errors import ConfigError

#: For each setting three values that are allowed, as a TOML file has them, and some that
#: are not, as text. A new setting is to be added here.
ALLOWED: dict[str, tuple[Any, Any, Any]] = {
    "voice": ("af_sky", "bm_lewis", "x"),
    "blends": (
        (("warm", "af_heart:0.6,am_adam:0.4"),),
        (("a", "x:0.5,y:0.5"), ("b-2_c", "x:0.25,y:0.75")),
        (),
    ),
    "lang": ("en-us", "fr", ""),
    "model": ("fp32", "toy", ""),
    "model_url": ("https://mirror.example/a", "http://localhost:1/", "x"),
    "ttfa_ms": (50, 501, 60_000),
    "sentence_pause_ms": (0, 1, 5_000),
    "emoji": ("drop", "name", "drop"),
    "code_blocks": ("announce", "read", "skip"),
    "thoughts": ("say", "skip", "say"),
    "phonemes": ("espeak", "kokoro", "espeak"),
    "threads": (0, 1, 256),
    "precision": ("file", "float", "file"),
    "streaming": (True, False, True),
    "calibrate": (True, False, True),
    "calibrate_when_idle": (True, False, True),
    "lanes": ("cpu", "auto", "cpu,coreml-ane"),
    "max_clients": (1, 2, 1_000),
    "max_requests_per_client": (1, 2, 10_000),
    "max_requests": (1, 2, 100_000),
    "max_text_chars": (1_000, 1_001, 100_000_000),
    "phrase_cache_mb": (0.0, 0.5, 1_024.0),
    "keep_alive_enabled": (True, False, True),
    "keep_alive_interval_seconds": (1.0, 10.5, 86_400.0),
    "skip_extended_warming": (True, False, True),
    "priming_mode": (True, False, True),
    "mlock_weights": (True, False, True),
    "idle_unload_s": (0.0, 0.5, 604_800.0),
    "memory_threshold_mb": (0, 1, 1_000_000),
    "log_level": ("debug", "warning", "error"),
}
WHOLE = ["", "x", "1.5", "nan", "1e3", "-1", "99999999999"]
NUMBER = ["", "x", "nan", "inf", "-inf", "-1", "99999999999"]
REFUSED: dict[str, list[str]] = {
    "ttfa_ms": ["49", "60001", *WHOLE],
    "sentence_pause_ms": ["5001", *WHOLE],
    "emoji": ["", "names", "DROP"],
    "code_blocks": ["", "yes", "READ"],
    "thoughts": ["", "yes", "SAY"],
    "phonemes": ["", "ipa", "ESPEAK"],
    "precision": ["", "int8", "FLOAT"],
    "blends": [
        "warm",
        "=a,b",
        "Warm=a,b",
        "warm=a",
        "warm=a,b,c,d,e",
        "warm=a:0,b:0",
        "warm=a:-1,b:2",
        "warm=a:nan,b:2",
        "warm=a,a",
        "warm=a,built-in",
        "af_heart=a,b",
        "built-in=a,b",
        "a=x,y;a=x,z",
        ";".join(f"n{n}=a,b" for n in range(65)),
        "warm=" + ",".join("x" * 60 + str(n) for n in range(4)),
    ],
    "threads": ["257", *WHOLE],
    "lanes": ["", "tpu", "cpu;cuda", "auto,cpu"],
    "max_clients": ["0", "1001", *WHOLE],
    "max_requests_per_client": ["0", "10001", *WHOLE],
    "max_requests": ["0", "100001", *WHOLE],
    "max_text_chars": ["999", "100000001", *WHOLE],
    "phrase_cache_mb": ["1024.1", *NUMBER],
    "keep_alive_enabled": ["", "2", "on", "y"],
    "keep_alive_interval_seconds": ["0.9", "86401", *NUMBER],
    "skip_extended_warming": ["", "2", "maybe"],
    "priming_mode": ["", "2", "maybe"],
    "mlock_weights": ["", "2", "maybe"],
    "idle_unload_s": ["604801", *NUMBER],
    "memory_threshold_mb": ["1000001", *WHOLE],
    "log_level": ["", "INFO", "trace"],
}

#: Of the wrong type in the file; the environment has only text.
WRONG_TYPES: dict[str, Any] = {
    "voice": 5,
    "ttfa_ms": 500.0,
    "threads": True,
    "phrase_cache_mb": True,
    "log_level": 20,
    "keep_alive_enabled": 1.5,
    "lanes": ["cpu", 3],
    "blends": "af_heart:0.6,am_adam:0.4",
}

NAMES = sorted(config.settings())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def environ(home: Path, **more: str) -> dict[str, str]:
    return {"KOKORO_HOME": str(home), "KOKORO_SOCKET": "/tmp/kokorod-test.sock", **more}


def in_toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"{{ {', '.join(f'{name} = {in_toml(blend)}' for name, blend in value)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(in_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def as_text(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(f"{name} = {blend}" for name, blend in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def write(home: Path, **values: Any) -> Path:
    path = home / "config.toml"
    path.write_text("".join(f"{name} = {in_toml(value)}\n" for name, value in values.items()))
    return path


def got(name: str, *loaded: Any) -> tuple[Any, str]:
    """The value of a setting and where it came from."""
    found, origins = loaded
    (origin,) = [o for o in origins if o.name == name]
    assert origin.value == getattr(found, name)
    return origin.value, origin.source


def test_there_is_an_example_of_each_setting() -> None:
    assert sorted(ALLOWED) == NAMES
    assert set(REFUSED) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_comes_from_the_file_the_environment_or_a_flag(name: str, home: Path) -> None:
    in_file, in_environment, in_flag = ALLOWED[name]
    variable = config.environment_name(name)
    assert variable == f"KOKORO_{name.upper()}"
    spec = config.settings()[name]

    default = spec.metadata["parse"](spec.default)
    assert got(name, *config.load(environ(home))) == (default, "default")

    path = write(home, **{name: in_file})
    assert got(name, *config.load(environ(home))) == (in_file, str(path))

    env = environ(home, **{variable: as_text(in_environment)})
    assert got(name, *config.load(env)) == (in_environment, variable)

    flags = {name: as_text(in_flag)}
    assert got(name, *config.load(env, flags)) == (in_flag, "flag")
    assert got(name, *config.load(env, {name: None})) == (in_environment, variable)


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name in REFUSED for text in REFUSED[name]]
)
def test_what_is_out_of_range_is_refused_with_what_is_allowed(
    name: str, text: str, home: Path
) -> None:
    variable = config.environment_name(name)
    with pytest.raises(ConfigError) as refused:
        config.load(environ(home, **{variable: text}))
    message = str(refused.value)
    assert message.startswith(f"{name} is {text!r} (from {variable}), must be ")
    assert "\n" not in message
    with pytest.raises(ConfigError, match=r"\(from flag\)"):
        config.load(environ(home), {name: text})


@pytest.mark.parametrize("name", sorted(WRONG_TYPES))
def test_the_wrong_type_in_the_file_is_refused(name: str, home: Path) -> None:
    path = write(home, **{name: WRONG_TYPES[name]})
    with pytest.raises(ConfigError, match=f"^{name} is ") as refused:
        config.load(environ(home))
    assert str(path) in str(refused.value)


def test_an_unknown_key_is_fatal_and_the_known_ones_are_listed(home: Path) -> None:
    path = write(home, ttfa_sm=400, voice="af_sky", another=1)
    with pytest.raises(ConfigError) as refused:
        config.load(environ(home))
    message = str(refused.value)
    assert message.startswith(f"{path}: no setting another, ttfa_sm; the settings are ")
    assert all(name in message for name in NAMES)


@pytest.mark.parametrize("content", [b"voice = ", b"\xff\xfe", b"[voice]\nx = 1\n"])
def test_a_file_that_cannot_be_read_is_one_line(content: bytes, home: Path) -> None:
    (home / "config.toml").write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        config.load(environ(home))
    assert str(home) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_in_its_place_is_one_line(home: Path) -> None:
    (home / "config.toml").mkdir()
    with pytest.raises(ConfigError, match=r"cannot be read: .*; fix it or move it away"):
        config.load(environ(home))


def test_a_wrong_value_that_is_overridden_does_no_harm(home: Path) -> None:
    write(home, ttfa_ms="soon")
    found, _ = config.load(environ(home, KOKORO_TTFA_MS="400"))
    assert found.ttfa_ms == 400


def test_home_and_socket_move_everything(home: Path) -> None:
    found, origins = config.load(environ(home))
    assert found.home == home
    assert found.socket == Path("/tmp/kokorod-test.sock")
    for folder in (found.models_folder, found.cache_folder, found.logs_folder):
        assert folder.parent == home
    assert found.lexicon_file.parent == home
    assert [o.source for o in origins[:2]] == ["KOKORO_HOME", "KOKORO_SOCKET"]
    assert [o.name for o in origins] == ["home", "socket", *config.settings()]
    assert all(o.why for o in origins)


def test_a_socket_path_that_is_too_long_is_refused(home: Path) -> None:
    long = "/tmp/" + "x" * 120
    with pytest.raises(ConfigError, match="set KOKORO_SOCKET to a shorter path"):
        config.load(environ(home, KOKORO_SOCKET=long))


def test_lanes_have_the_cpu_always_and_each_once() -> None:
    parse = config.settings()["lanes"].metadata["parse"]
    assert parse("cuda, coreml-gpu,cuda") == "cpu,cuda,coreml-gpu"
    assert parse(["coreml-ane"]) == "cpu,coreml-ane"


@given(st.text(max_size=40))
def test_any_text_is_parsed_or_refused_with_a_sentence(text: str) -> None:
    for spec in config.settings().values():
        try:
            spec.metadata["parse"](text)
        except ValueError as error:
            assert str(error).startswith("must be ")  # noqa: PT017


def test_every_setting_can_be_written_to_a_file(home: Path) -> None:
    values = {name: ALLOWED[name][0] for name in NAMES}
    path = write(home, **values)
    assert tomllib.loads(path.read_text()) == {**values, "blends": dict(values["blends"])}
    found, _ = config.load(environ(home))
    assert {name: getattr(found, name) for name in NAMES} == values
