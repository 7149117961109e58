"""Kokoro v1.1's graph, of which no test of the suite has the size: `make fuzz`."""

from __future__ import annotations

import itertools
import runpy
from pathlib import Path

import numpy as np
import pytest
from support.paths import SHARED

from kokorod.engine.kokoro import open_session, session_options
from kokorod.engine.optimised.copies import loading_options
from kokorod.engine.optimised.fold import fold
from kokorod.engine.optimised.joined import compare_parts
from kokorod.engine.optimised.parts import split
from kokorod.engine.parts import PartsSynthesizer, open_parts
from kokorod.engine.styles import Voices
from kokorod.engine.synthesizer import Run
from kokorod.types import Segment, Utterance


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no {SHARED}: the v1.1 graph lies there")
def test_v1_1s_graph_falls_into_parts_whose_chunks_are_the_whole(tmp_path: Path) -> None:
    # Its weights are random: what it says is noise, and cost and structure are Kokoro's.
    built = runpy.run_path(str(SHARED / "reference-model" / "build.py"))
    built["build"](tmp_path / "model.onnx")
    options = session_options(1)
    options.optimized_model_filepath = str(tmp_path / "graph.onnx")
    for name, value in {"file_name": "weights.bin", "min_size_in_bytes": "1024"}.items():
        options.add_session_config_entry(
            f"session.optimized_model_external_initializers_{name}", value
        )
    open_session(tmp_path / "model.onnx", options)
    assert fold(tmp_path / "graph.onnx")
    assert split(tmp_path / "graph.onnx")
    voices = Voices(SHARED / "voices" / "voices-v1.0.bin")
    compare_parts(tmp_path, voices)
    parts = PartsSynthesizer(open_parts(tmp_path, loading_options(session_options(2))), voices)
    segment = Segment(0, 0, 0, "", "hɛlˈO wˈɜɹld.")
    front, _ = parts.exact(segment, Utterance("af_heart", 1.0, "en-us"), Run())
    whole = parts.chunk(front, 0, front.frames, Run())
    borders = (0, 6, 17, front.frames)
    chunks = [parts.chunk(front, a, b, Run()) for a, b in itertools.pairwise(borders)]
    assert np.abs(np.concatenate(chunks) - whole).max() <= 1e-4
