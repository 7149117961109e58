"""The output module's pure parts: the protocol, settings, wording, names, what is installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_doors.speechd import install, names, protocol
from kokoro_doors.speechd.echo_cache import EchoCache, trimmed
from kokoro_doors.speechd.playing import louder
from kokoro_doors.speechd.settings import SettingError, Settings, Voice, chosen
from kokoro_doors.speechd.wording import Kind, marks_of, plain, text_of, words_alone

VOICES = [
    Voice("af_heart", "en-us", "female", "A"),
    Voice("am_michael", "en-us", "male", "C+"),
    Voice("am_adam", "en-us", "male", "F+"),
    Voice("bf_emma", "en-gb", "female", "B-"),
    Voice("ff_siwis", "fr-fr", "female", "B-"),
]


@given(st.binary(max_size=protocol.FRAME_BYTES // 2).map(lambda half: half + half))
def test_sound_comes_out_as_it_went_in_and_in_one_line(pcm: bytes) -> None:
    event = protocol.audio(pcm, 24_000)
    head, _, rest = event.partition(b"\0")
    sound, _, end = rest.rpartition(b"\n705 AUDIO\n")
    assert b"\n" not in sound
    assert not end
    assert protocol.unescaped(sound) == pcm
    assert head.endswith(f"705-num_samples={len(pcm) // 2}\n705-big_endian=0\n705-AUDIO".encode())
    assert len(event) <= 10_000


def test_the_worst_sound_fits_an_event() -> None:
    assert len(protocol.audio(b"\n}" * (protocol.FRAME_BYTES // 2), 24_000)) <= 10_000


@given(st.lists(st.binary(max_size=5)))
def test_lines_do_not_hang_on_where_the_bytes_are_cut(pieces: list[bytes]) -> None:
    lines = protocol.Lines()
    cut = [line for piece in pieces for line in lines.feed(piece)]
    assert cut == list(protocol.Lines().feed(b"".join(pieces)))


def test_a_line_that_never_ends_is_cut_off() -> None:
    lines = protocol.Lines()
    part = b"x" * (protocol.MAX_LINE // 2 + 1)
    got = [line for _ in range(9) for line in lines.feed(part)]
    assert [len(line) for line in got] == [protocol.MAX_LINE]
    assert list(lines.feed(b"y\nSTOP\n")) == ["STOP"]


def test_dots_at_the_beginning_of_a_line_are_doubled() -> None:
    assert protocol.message_of(["..", ".. and", "so"]) == ".\n. and\nso"


@pytest.mark.parametrize(
    ("rate", "speed", "stretch"),
    [(-100, 0.5, 1), (-50, 0.71, 1), (0, 1, 1), (50, 1.73, 1), (63, 2, 1), (100, 2, 1.5)],
)
def test_rates_go_from_half_to_three_times(rate: int, speed: float, stretch: float) -> None:
    settings = Settings(rate=rate)
    assert settings.speed == pytest.approx(speed, abs=0.005)
    assert settings.stretch == pytest.approx(stretch, abs=0.005)


def test_settings_are_checked_and_newer_ones_pass() -> None:
    settings = Settings().with_value("rate", "20").with_value("language", "NULL")
    assert (settings.rate, settings.language) == (20, "")
    assert settings.with_value("of_a_newer_release", "1") == settings
    assert settings.with_value("volume", "-100").gain == 0
    for key, value in (("rate", "x"), ("pitch", "101"), ("punctuation_mode", "loud")):
        with pytest.raises(SettingError):
            settings.with_value(key, value)


@pytest.mark.parametrize(
    ("settings", "voice"),
    [
        (Settings(language="en"), "af_heart"),  # the daemon's own
        (Settings(language="en", voice="male2"), "am_adam"),
        (Settings(language="en-US", voice="female1"), "af_heart"),
        (Settings(language="en-GB"), "bf_emma"),
        (Settings(language="en-AU", voice="female2"), "bf_emma"),
        (Settings(language="fr", voice="male1"), "ff_siwis"),
        (Settings(language="de"), "af_heart"),
        (Settings(language="de", synthesis_voice="am_adam"), "am_adam"),
        (Settings(language="en", synthesis_voice="gone"), "af_heart"),
    ],
)
def test_which_voice_it_is(settings: Settings, voice: str) -> None:
    found = chosen(settings, VOICES, "af_heart")
    assert found
    assert found.name == voice


def test_without_voices_the_daemon_chooses() -> None:
    assert chosen(Settings(), [], "af_heart") is None


@pytest.mark.parametrize(
    ("kind", "message", "said"),
    [
        (Kind.CHAR, "a", "A"),
        (Kind.CHAR, "space", "space"),
        (Kind.CHAR, "&", "ampersand"),
        (Kind.CHAR, "7", "7"),
        (Kind.CHAR, "☃", "snowman"),
        (Kind.KEY, "shift_a", "shift, A"),
        (Kind.KEY, "control_alt_delete", "control, alt, delete"),
        (Kind.KEY, "shift_kp-enter", "shift, keypad enter"),
        (Kind.KEY, "underscore", "underscore"),
        (Kind.KEY, "F12", "F 12"),
        (Kind.KEY, "Left", "left"),
        (Kind.SOUND_ICON, "prompt-ready", "prompt ready"),
        (Kind.SPEAK, "<speak>a &lt; b</speak>", "<speak>a &lt; b</speak>"),
    ],
)
def test_what_is_said(kind: Kind, message: str, said: str) -> None:
    assert text_of(kind, message, Settings(), "en-us") == said


def test_names_are_of_the_voices_language() -> None:
    assert text_of(Kind.CHAR, ",", Settings(), "fr-fr") == "virgule"
    assert text_of(Kind.KEY, "kp-+", Settings(), "es") == "teclado numérico más"
    assert names.languages() == ["en", "es", "fr", "it", "pt", "hi", "ja", "zh"]
    assert all(all(map(str.strip, names.table_entries(lang))) for lang in names.languages())


def test_capitals_spelling_and_punctuation_are_said_if_asked_for() -> None:
    capitals = Settings(cap_let_recogn="spell")
    assert text_of(Kind.CHAR, "A", capitals, "en-us") == "capital A"
    assert text_of(Kind.CHAR, "a", capitals, "en-us") == "A"
    assert text_of(Kind.CHAR, "É", capitals, "fr-fr") == "É majuscule"
    spelled = Settings(spelling_mode="on", cap_let_recogn="icon")
    message = '<speak>Go <mark name="x"/>&amp;</speak>'
    wanted = '<speak>capital G, O<mark name="x"/>ampersand</speak>'
    assert text_of(Kind.SPEAK, message, spelled, "en-us") == wanted
    some = Settings(punctuation_mode="some")
    assert text_of(Kind.SPEAK, "a+b, (c)", some, "en-us") == "a plus b, (c)"
    assert text_of(Kind.SPEAK, "a+b, (c)", Settings(punctuation_mode="none"), "en-us") == "a+b, (c)"
    most = Settings(punctuation_mode="most")
    assert text_of(Kind.SPEAK, "a+b, (c)", most, "en-us") == (
        "a plus b, left parenthesis c right parenthesis"
    )
    every = Settings(punctuation_mode="all")
    assert text_of(Kind.SPEAK, "(c), d", every, "en-us") == (
        "left parenthesis c right parenthesis comma, d"
    )


def test_words_alone_and_their_marks() -> None:
    assert words_alone('<speak>button<mark name="__spd_0"/></speak>') == (
        "button", (), ("__spd_0",),
    )  # fmt: skip
    assert words_alone("<speak>a &amp; b</speak>") == ("a & b", (), ())
    assert words_alone("link") == ("link", (), ())
    assert words_alone('<speak><mark name="0:4"/>link</speak>') == ("link", ("0:4",), ())
    two = '<speak><mark name="0:5"/>check <mark name="6:9"/>box</speak>'
    assert words_alone(two) == ("", (), ())  # where the second word begins is not kept
    assert words_alone("<speak>a <emphasis>link</emphasis></speak>") == ("", (), ())
    assert marks_of("<speak>a<mark name='q'/>b<mark  name=\"&lt;\"/></speak>") == ["q", "<"]
    assert plain("<speak>a &lt; <b>c</speak>").split() == ["a", "<", "c"]


def test_echoes_are_kept_found_after_a_restart_and_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = EchoCache(tmp_path)
    cache.of_model("kokoro/one")
    cache.put(b"\1\0" * 100, "A", 1.0)
    assert EchoCache(tmp_path).get("A", 1.0) == b"\1\0" * 100
    assert EchoCache(tmp_path).get("A", 1.5) is None
    cache.of_model("kokoro/two")
    assert EchoCache(tmp_path).get("A", 1.0) is None
    monkeypatch.setattr("kokoro_doors.speechd.echo_cache.MAX_BYTES", 16_000)
    for number in range(200):
        cache.put(b"\0" * 500, "B", number)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 17_000
    assert cache.get("B", 199) is not None


def test_silence_around_a_sound_is_cut_off() -> None:
    quiet, tone = b"\0\0" * 9_600, b"\0\x10" * 2_400
    assert len(trimmed(quiet + tone + quiet)) == (2_400 + 360 + 1_440) * 2
    assert trimmed(quiet) == b""


def test_volume() -> None:
    assert louder(b"\x00\x10\x00\xf0", 0.5) == b"\x00\x08\x00\xf8"
    assert louder(b"\x00\x10", 1) == b"\x00\x10"


def test_install_and_uninstall_leave_what_was_there(tmp_path: Path) -> None:
    places = install.Places.of({"HOME": str(tmp_path)})
    places.daemon.parent.mkdir(parents=True)
    theirs = 'LogLevel 3\nAddModule "espeak-ng" "sd_espeak-ng"\nDefaultModule espeak-ng'
    places.daemon.write_text(theirs)
    install.install(places, generic=False, default=True)
    config = places.daemon.read_text()
    assert config.startswith(theirs)
    assert 'AddModule "kokoro" "sd_kokoro" "kokoro.conf"\nDefaultModule kokoro\n' in config
    assert places.module.stat().st_mode & 0o111
    install.install(places, generic=False, default=True)
    assert places.daemon.read_text() == config
    assert install.state(places)["default"] == "yes"
    install.install(places, generic=True, default=False)
    generic = places.generic.read_text()
    assert "kokoroctl" in generic
    assert ' ""' not in generic  # which speech-dispatcher takes for a missing argument
    assert set(install.uninstall(places)) == {
        places.module, places.config, places.generic, places.daemon,
    }  # fmt: skip
    assert places.daemon.read_text() == f"{theirs}\n"
    assert install.uninstall(places) == []


def test_without_a_configuration_of_the_users_the_systems_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "speechd.conf").write_text("LogLevel 3\n# AddModule\n")
    monkeypatch.setattr(install, "_SYSTEM", (tmp_path / "etc",))
    places = install.Places.of({"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")})
    assert places.module.parents[1] == tmp_path / "data" / ".." / "libexec"
    install.install(places, generic=False, default=True)
    config = places.daemon.read_text()
    assert config.startswith("LogLevel 3\n")
    assert 'AddModule "kokoro"' not in config  # the others are found as before
    assert "\nDefaultModule kokoro\n" in config
    install.uninstall(places)
    assert not places.daemon.exists()


def test_what_is_not_ours_is_not_removed(tmp_path: Path) -> None:
    places = install.Places.of({"HOME": str(tmp_path)})
    places.module.parents[3].mkdir(parents=True)
    places.module.parent.mkdir(parents=True)
    places.module.write_text("#!/bin/sh\n")
    assert install.uninstall(places) == []
    assert places.module.exists()
