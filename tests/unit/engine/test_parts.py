"""The toy's copy in parts: joined they are the whole, and so are chunks, however divided."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import onnx
import pytest
from support import toy
from support.toy.synthesizers import install

from kokorod.engine.loading import KokoroPlan, open_kokoro
from kokorod.engine.optimised.boundaries import NoPartsError, find
from kokorod.engine.optimised.build import build
from kokorod.engine.optimised.copies import Copies, Copy
from kokorod.engine.optimised.names import PARTS
from kokorod.engine.parts import AFTER, BEFORE, PartsSynthesizer, _last_stage, _reach, _state_of
from kokorod.engine.synthesizer import FRAME, Front, Run, TerminatedError
from kokorod.types import Segment, Utterance

SEGMENT = Segment(0, 0, 0, "", "hɛlˈO wˈɜɹld, ðə kwˈɪk fˈɑks.")
UTTERANCE = Utterance("af_heart", 1.0, "en-us")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parts")


@pytest.fixture(scope="module")
def copy(home: Path) -> Copy:
    store, model = install(home, noise=0)
    return build(store, model, Copies(home / "cache"))


@pytest.fixture(scope="module")
def synthesizer(home: Path, copy: Copy) -> PartsSynthesizer:
    found = open_kokoro(KokoroPlan(home / "models", "", 1, cache_folder=home / "cache"))
    assert isinstance(found.synthesizer, PartsSynthesizer)
    return found.synthesizer


@pytest.fixture(scope="module")
def front(synthesizer: PartsSynthesizer) -> Front:
    return synthesizer.front(SEGMENT, UTTERANCE, Run())


def test_a_copy_of_the_toy_has_parts(copy: Copy) -> None:
    assert copy.parts
    assert all(copy.graph.with_name(name).exists() for name in PARTS)


def test_parts_say_what_the_whole_says(home: Path, synthesizer: PartsSynthesizer) -> None:
    plan = KokoroPlan(home / "models", "", 1, cache_folder=home / "cache", streaming=False)
    whole = open_kokoro(plan).synthesizer
    assert not isinstance(whole, PartsSynthesizer)
    assert not whole.streams(UTTERANCE)
    one = whole.synthesize(SEGMENT, UTTERANCE, Run())
    other = synthesizer.synthesize(SEGMENT, UTTERANCE, Run())
    assert np.array_equal(one.pcm, other.pcm)
    assert one.edges is not None
    assert np.array_equal(one.edges, other.edges)


@pytest.mark.parametrize("size", [1, 6, 7, 64])
def test_chunks_are_the_whole_however_it_is_divided(
    size: int, synthesizer: PartsSynthesizer, front: Front
) -> None:
    assert synthesizer.streams(UTTERANCE)
    whole = synthesizer.synthesize(SEGMENT, UTTERANCE, Run())
    assert front.frames * FRAME == len(whole.pcm)
    chunks = [
        synthesizer.chunk(front, at, min(at + size, front.frames), Run())
        for at in range(0, front.frames, size)
    ]
    assert np.abs(np.concatenate(chunks) - whole.pcm).max() <= 1e-4
    assert toy.decode(np.concatenate(chunks)).tokens == toy.tokens_of(SEGMENT.phonemes)


def test_the_pitch_of_chunks_is_that_of_the_whole(
    synthesizer: PartsSynthesizer, front: Front
) -> None:
    exact, _ = synthesizer.exact(SEGMENT, UTTERANCE, Run())
    ours, theirs = _state_of(front).decoded, _state_of(exact).decoded
    assert ours.f0.size == 2 * front.frames
    assert np.array_equal(ours.f0, theirs.f0)
    assert np.array_equal(ours.har, theirs.har)


def test_silence_at_a_chunks_ends_needs_less_around_it(front: Front) -> None:
    silent = np.zeros(40, np.bool_)
    silent[10:23] = True
    paused = dataclasses.replace(front, frames=40, silent=silent)
    assert _reach(paused, 24, 30) == (24 - BEFORE, 30 + AFTER)
    assert _reach(paused, 16, 30) == (16, 30 + AFTER)
    assert _reach(paused, 5, 14) == (0, 10 + AFTER)
    assert _reach(paused, 12, 18) == (12 - BEFORE, 18 + AFTER)  # nothing but silence
    # Sound right before or after it reaches into the silence.
    assert _reach(paused, 12, 30) == (12 - BEFORE, 30 + AFTER)
    assert _reach(paused, 5, 20) == (0, 20 + AFTER)
    assert _reach(paused, 0, 40) == (0, 40)


def test_the_last_stage_takes_a_chunk_and_little_around_it(
    synthesizer: PartsSynthesizer, front: Front
) -> None:
    assert _last_stage(5, 11, 15) == (5 * 20 - 24, 11 * 20 + 24)
    assert _last_stage(0, 6, 6) == (0, 120)
    state = _state_of(front)
    decoded = state.decoded
    whole, _ = synthesizer._generate(decoded.x, decoded.har, decoded.style, None, Run())
    told = (state.norms, (60, 100))
    some, _ = synthesizer._generate(decoded.x, decoded.har, decoded.style, told, Run())
    assert np.array_equal(some, whole[3 * FRAME : 5 * FRAME])


def test_the_front_tells_edges_and_silence(synthesizer: PartsSynthesizer, front: Front) -> None:
    whole = synthesizer.synthesize(SEGMENT, UTTERANCE, Run())
    assert whole.edges is not None
    assert np.array_equal(front.edges, whole.edges)
    heard = np.abs(whole.pcm.reshape(-1, FRAME)).max(axis=1) > 0.01
    assert np.array_equal(front.silent, ~heard)


def test_other_norms_are_another_sound(synthesizer: PartsSynthesizer, front: Front) -> None:
    exact, pcm = synthesizer.exact(SEGMENT, UTTERANCE, Run())
    assert np.array_equal(synthesizer.chunk(exact, 0, front.frames, Run()), pcm)
    assert synthesizer.norms_of(exact).tolist() == [0, 1]
    louder = synthesizer.told(exact, np.array([0, 0.25], np.float32))
    sound = synthesizer.chunk(louder, 0, front.frames, Run())
    assert np.abs(sound).max() > 2 * np.abs(pcm).max()


def test_an_ended_run_makes_no_chunk(synthesizer: PartsSynthesizer, front: Front) -> None:
    run = Run()
    run.terminate()
    with pytest.raises(TerminatedError):
        synthesizer.chunk(front, 0, 6, run)
    with pytest.raises(TerminatedError):
        synthesizer.front(SEGMENT, UTTERANCE, run)


def test_it_speaks_on_after_a_rest(synthesizer: PartsSynthesizer, front: Front) -> None:
    before = synthesizer.chunk(front, 12, 20, Run())
    synthesizer.rest()
    assert np.array_equal(synthesizer.chunk(front, 12, 20, Run()), before)


def test_without_known_norms_it_speaks_whole(tmp_path: Path) -> None:
    store, model = install(tmp_path / "first")
    proto = onnx.load(model.model)
    kept = [p for p in proto.metadata_props if p.key != "kokorod_constant_norms"]
    del proto.metadata_props[:]
    proto.metadata_props.extend(kept)
    onnx.save(proto, str(tmp_path / "strange.onnx"))
    voices = toy.write_voices(tmp_path / "v.bin")
    model = store.import_files(tmp_path / "strange.onnx", voices, "strange")
    copies = Copies(tmp_path / "cache")
    assert build(store, model, copies).parts
    plan = KokoroPlan(store.folder, "strange", 1, cache_folder=tmp_path / "cache")
    synthesizer = open_kokoro(plan).synthesizer
    assert not synthesizer.streams(UTTERANCE)
    pcm = synthesizer.synthesize(SEGMENT, UTTERANCE, Run()).pcm
    assert toy.decode(pcm).tokens == toy.tokens_of(SEGMENT.phonemes)


def changed(graph: onnx.GraphProto, node: str, operator: str) -> None:
    next(n for n in graph.node if n.output[0] == node).op_type = operator


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ("pitch_curve", "1 convolutions of pitch and energy, not 2"),
        ("turned", "the pitch"),
        ("joined", "not joined"),
    ],
)
def test_another_graph_has_no_parts(node: str, why: str, tmp_path: Path) -> None:
    model = onnx.load(toy.build(tmp_path / "toy.onnx"))
    find(model.graph)
    changed(model.graph, node, "Sum")
    with pytest.raises(NoPartsError, match=why):
        find(model.graph)
