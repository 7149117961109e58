"""The phrase cache: bounded, least recently spoken first out, keyed by all that matters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kokorod.requests.phrase_cache import CachedSegment, Phrase, PhraseCache, phrase_key


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


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_keys_differ_where_any_part_does(a: list[str], b: list[str]) -> None:
    assert (phrase_key(*a) == phrase_key(*b)) == (a == b)
