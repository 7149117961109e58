"""The phrase cache: bounded, least recently spoken first out, keyed by all that matters."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_client.wire.choices import AudioFormat
from kokorod import config
from kokorod.requests.phrase_cache import (
    CachedSegment,
    Phrase,
    PhraseCache,
    SoundSettings,
    phrase_key,
)
from kokorod.types import Markup, Utterance


def phrase(size: int) -> Phrase:
    return Phrase((CachedSegment({"index": 0}, (bytes(size),)),), size // 2)


def test_a_phrase_comes_back_and_is_counted() -> None:
    cache = PhraseCache(10_000)
    assert cache.get(b"a") is None
    cache.put(b"a", phrase(100))
    assert cache.get(b"a") == phrase(100)
    assert (cache.hits, cache.misses, len(cache)) == (1, 1, 1)


def test_the_least_recently_spoken_goes_first() -> None:
    cache = PhraseCache(3 * phrase(1_000).bytes)
    for key in (b"a", b"b", b"c"):
        cache.put(key, phrase(1_000))
    cache.get(b"a")
    cache.put(b"d", phrase(1_000))
    assert cache.get(b"b") is None
    assert cache.get(b"a") is not None


def test_what_is_over_the_capacity_alone_is_not_kept_and_pushes_nothing_out() -> None:
    cache = PhraseCache(2_000)
    cache.put(b"a", phrase(100))
    cache.put(b"b", phrase(5_000))
    assert cache.get(b"b") is None
    assert cache.get(b"a") is not None


def test_resize_and_clear_give_the_memory_back() -> None:
    cache = PhraseCache(100_000)
    for key in range(50):
        cache.put(bytes([key]), phrase(1_000))
    cache.resize(5_000)
    assert 0 < cache.bytes <= 5_000
    cache.clear()
    assert cache.bytes == len(cache) == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3_000)), max_size=60))
def test_the_count_of_bytes_is_true_and_bounded(puts: list[tuple[int, int]]) -> None:
    cache = PhraseCache(8_000)
    for key, size in puts:
        cache.put(bytes([key]), phrase(size))
        held = [p for k in range(10) if (p := cache._phrases.get(bytes([k])))]
        assert cache.bytes == sum(p.bytes for p in held) <= 8_000


SOUND = SoundSettings(
    model="6e74",
    utterance=Utterance("af_heart", 1.0, "en-us"),
    format=AudioFormat.S16LE,
    phonemes=False,
    markup=Markup.AUTO,
    timings=True,
    sentence_pause_ms=300,
    emoji="name",
    code_blocks="skip",
    thoughts="skip",
    blends=(),
    lexicon=None,
)
#: Another value of each field.
OTHERS: dict[str, object] = {
    "model": "7d5d",
    "utterance": Utterance("af_heart", 1.1, "en-us"),
    "format": AudioFormat.F32LE,
    "phonemes": True,
    "markup": Markup.PLAIN,
    "timings": False,
    "sentence_pause_ms": 301,
    "emoji": "skip",
    "code_blocks": "read",
    "thoughts": "say",
    "blends": (("warm", "af_heart:0.5,am_adam:0.5"),),
    "lexicon": (1, 2),
}


@given(st.text(), st.text())
def test_keys_differ_where_the_texts_do(a: str, b: str) -> None:
    assert (phrase_key(a, SOUND) == phrase_key(b, SOUND)) == (a == b)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(SoundSettings)])
def test_keys_differ_where_any_setting_does(name: str) -> None:
    other = dataclasses.replace(SOUND, **{name: OTHERS[name]})  # type: ignore[arg-type]
    assert phrase_key("a", other) != phrase_key("a", SOUND)


def test_parts_do_not_run_into_each_other() -> None:
    one = dataclasses.replace(SOUND, emoji="a", code_blocks="bc")
    other = dataclasses.replace(SOUND, emoji="ab", code_blocks="c")
    assert phrase_key("a", one) != phrase_key("a", other)


#: Settings that change no byte of a phrase that is spoken, or are told in another way: the
#: voice and language by the utterance, the model by its sha256. precision takes a restart, which
#: ends the cache too.
SOUNDLESS = set(
    """
    model model_url voice lang threads lanes phonemes ttfa_ms max_clients max_requests
    max_requests_per_client max_text_chars phrase_cache_mb keep_alive_enabled
    keep_alive_interval_seconds skip_extended_warming priming_mode mlock_weights idle_unload_s
    memory_threshold_mb log_level precision streaming calibrate
    calibrate_when_idle
    """.split()
)


def test_every_setting_is_known_to_change_the_sound_or_not_to() -> None:
    sound = {field.name for field in dataclasses.fields(SoundSettings)}
    assert config.settings().keys() - SOUNDLESS <= sound
