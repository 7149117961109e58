"""The voices that come with the package: every number of Kokoro's, to within 1e-5."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.paths import SHARED

from kokorod.engine.shipped_voices import _KEPT, SHIPPED, ShippedVoices
from kokorod.errors import EngineError, UnknownVoiceError
from kokorod.voices.names import KNOWN


def _originals() -> Path:
    path = SHARED / "voices" / "voices-v1.0.bin"
    if not path.is_file():
        pytest.skip(f"no {path}")
    return path


@pytest.fixture(scope="module")
def shipped() -> ShippedVoices:
    return ShippedVoices()


def _table(shipped: ShippedVoices, voice: str) -> NDArray[np.float32]:
    return np.concatenate([shipped.style(voice, tokens) for tokens in range(1, 511)])


@pytest.mark.shared
def test_no_number_of_any_voice_is_off_by_more_than_1e_5(shipped: ShippedVoices) -> None:
    with np.load(_originals(), allow_pickle=False) as originals:
        assert sorted(originals.files) == shipped.names
        for voice in shipped.names:
            original = originals[voice].reshape(510, 256)
            assert np.abs(_table(shipped, voice) - original).max() <= 1e-5, voice


def test_all_54_are_there_and_are_tables_of_their_own(shipped: ShippedVoices) -> None:
    assert set(shipped.names) == KNOWN
    first = {shipped.style(voice, 100).tobytes() for voice in shipped.names}
    assert len(first) == 54


def test_a_row_is_chosen_as_from_a_voices_file(shipped: ShippedVoices) -> None:
    table = _table(shipped, "af_heart")
    assert table.shape == (510, 256)
    assert table.dtype == np.float32
    for tokens, row in ((0, 0), (1, 0), (2, 1), (510, 509), (511, 509)):
        style = shipped.style("af_heart", tokens)
        assert style.shape == (1, 256)
        np.testing.assert_array_equal(style[0], table[row])


def test_a_blend_is_the_weighted_mean_row_by_row(shipped: ShippedVoices) -> None:
    mixed = shipped.style("af_heart:3,am_adam:1", 100)
    expected = 0.75 * shipped.style("af_heart", 100) + 0.25 * shipped.style("am_adam", 100)
    assert mixed.dtype == np.float32
    np.testing.assert_allclose(mixed, expected, atol=1e-7)


def test_few_voices_are_kept(shipped: ShippedVoices) -> None:
    for voice in shipped.names:
        shipped.style(voice, 10)
    assert list(shipped._kept) == shipped.names[-_KEPT:]


def test_an_unknown_voice_is_named(shipped: ShippedVoices) -> None:
    with pytest.raises(UnknownVoiceError, match="no voice af_nobody"):
        shipped.style("af_nobody", 10)
    with pytest.raises(UnknownVoiceError, match="no voice af_nobody"):
        shipped.style("af_heart,af_nobody", 10)


@pytest.mark.parametrize("content", [None, b"", SHIPPED.read_bytes()[:-100]])
def test_a_missing_or_damaged_file_is_said(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "voice-factors.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineError, match=r"the package's voices cannot be read.*install kokorod"):
        ShippedVoices(path)


def test_a_damaged_voice_is_said(tmp_path: Path) -> None:
    content = bytearray(SHIPPED.read_bytes())
    at = content.find(b"af_heart.rows.npy") + 200
    content[at : at + 8] = bytes(8)
    path = tmp_path / "voice-factors.npz"
    path.write_bytes(content)
    with pytest.raises(EngineError, match="voice af_heart cannot be read"):
        ShippedVoices(path).style("af_heart", 10)
