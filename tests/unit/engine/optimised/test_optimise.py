"""The optimised copy: made, compared, trusted by its stamps, never in the way of speech."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from support import toy
from support.toy import synthesizers

from kokorod.engine import similarity
from kokorod.engine.accelerators import hardware
from kokorod.engine.kokoro import KokoroSynthesizer
from kokorod.engine.loading import KokoroPlan, Opened, open_kokoro
from kokorod.engine.optimised.build import build
from kokorod.engine.optimised.comparison import PHRASE, compare
from kokorod.engine.optimised.copies import GRAPH, WEIGHTS, Copies, Copy, CopyError
from kokorod.engine.optimised.names import PARTS
from kokorod.engine.sessions import Sessions
from kokorod.engine.synthesizer import Run
from kokorod.errors import EngineError, ModelDamagedError, ModelError
from kokorod.models.lock import LockHeldError, exclusive
from kokorod.models.record import InstalledModel
from kokorod.models.store import Store
from kokorod.types import Segment, Utterance


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def installed(home: Path) -> tuple[Store, InstalledModel]:
    return synthesizers.install(home)


@pytest.fixture
def store(installed: tuple[Store, InstalledModel]) -> Store:
    return installed[0]


@pytest.fixture
def model(installed: tuple[Store, InstalledModel]) -> InstalledModel:
    return installed[1]


@pytest.fixture
def copies(home: Path) -> Copies:
    return Copies(home / "cache")


@pytest.fixture
def copy(store: Store, model: InstalledModel, copies: Copies) -> Copy:
    return build(store, model, copies)


def opened(home: Path, sessions: Sessions[KokoroSynthesizer] | None = None) -> Opened:
    plan = KokoroPlan(home / "models", "", 1, cache_folder=home / "cache")
    return open_kokoro(plan, sessions)


def said(synthesizer: KokoroSynthesizer, phonemes: str = "hɛlˈO.") -> str:
    run = Run()
    utterance = Utterance("af_heart", 1.0, "en-us")
    sound = synthesizer.synthesize(Segment(0, 0, 0, "", phonemes), utterance, run)
    heard = toy.decode(sound.pcm)
    assert not heard.mistakes(toy.tokens_of(phonemes))
    return heard.phonemes


def listed(copies: Copies) -> list[str]:
    """What lies in the folder, the lock apart."""
    return sorted(path.name for path in copies.folder.iterdir() if path.name != ".lock")


def flip(path: Path, at: int) -> None:
    """One bit, and the stamp as before: what a failing disk does."""
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


# -- made and used


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_the_copy_says_what_the_original_says(home: Path, version: str) -> None:
    store, model = synthesizers.install(home, version=version)
    original = opened(home)
    assert (original.optimised, original.note) == (False, "there is no optimised copy yet")
    build(store, model, Copies(home / "cache"))
    found = opened(home)
    assert (found.optimised, found.note) == (True, "")
    assert said(found.synthesizer) == said(original.synthesizer) == "hɛlˈO."
    assert original.synthesizer.has_edges is (version == "1.1")
    assert found.synthesizer.has_edges  # what the v1.0 graph keeps to itself
    assert found.synthesizer.vocabulary == original.synthesizer.vocabulary


def test_its_weights_lie_beside_the_graph(copy: Copy) -> None:
    weights = copy.graph.with_name(WEIGHTS)
    assert weights.stat().st_size > 60_000  # the toy's one large weight
    assert copy.graph.stat().st_size < 20_000
    files = [weights, copy.graph, *(copy.graph.with_name(name) for name in PARTS)]
    assert copy.bytes == sum(file.stat().st_size for file in files)


def test_the_steps_are_told_and_a_second_build_has_none(
    store: Store, model: InstalledModel, copies: Copies
) -> None:
    steps: list[str] = []
    first = build(store, model, copies, steps.append)
    assert len(steps) >= 4
    told = len(steps)
    assert build(store, model, copies, steps.append).key == first.key
    assert len(steps) == told
    assert listed(copies) == [first.key]


def test_without_a_cache_folder_no_copy_is_looked_for(home: Path, copy: Copy) -> None:
    found = open_kokoro(KokoroPlan(home / "models", "", 1))
    assert (found.optimised, found.note) == (False, "")


def test_lanes_that_need_the_same_session_share_it(home: Path, copy: Copy) -> None:
    sessions: Sessions[KokoroSynthesizer] = Sessions()
    lanes = [opened(home, sessions).synthesizer for _ in range(3)]
    assert lanes[0] is lanes[1] is lanes[2]
    assert (sessions.created, sessions.hits, sessions.misses) == (1, 2, 1)


def test_the_copy_has_a_session_of_its_own(home: Path, store: Store, model: InstalledModel) -> None:
    sessions: Sessions[KokoroSynthesizer] = Sessions()
    before = opened(home, sessions)
    build(store, model, Copies(home / "cache"))
    after = opened(home, sessions)
    assert after.optimised
    assert after.synthesizer is not before.synthesizer


# -- its key


def test_another_onnxruntime_or_processor_or_model_needs_another_copy(
    home: Path, model: InstalledModel, copy: Copy, copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, other = synthesizers.install(home, "other", noise=0.0)
    assert copies.find(other).copy is None
    with monkeypatch.context() as patch:
        patch.setattr(onnxruntime, "__version__", "9.9.9")
        assert copies.find(model).copy is None
    with monkeypatch.context() as patch:
        patch.setattr(hardware, "instruction_sets", lambda: ("avx512f",))
        assert copies.find(model).copy is None
    assert copies.find(model).copy == copy


def test_a_new_onnxruntimes_copy_replaces_the_old_ones(
    store: Store,
    model: InstalledModel,
    copy: Copy,
    copies: Copies,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(onnxruntime, "__version__", "9.9.9")
    new = build(store, model, copies)
    assert new.key != copy.key
    assert listed(copies) == [new.key]


def test_the_copies_are_bounded_and_the_least_used_goes(home: Path, copies: Copies) -> None:
    made = []
    for at in range(4):
        store, model = synthesizers.install(home, f"toy{at}", noise=1e-4 * (at + 1))
        made.append(build(store, model, copies).key)
        os.utime(copies.folder / made[-1], (1_000 + at, 1_000 + at))
        if at == 2:
            # The first was used since: the second is now the oldest.
            assert copies.find(store.get("toy0")).copy is not None
    assert listed(copies) == sorted([made[0], made[2], made[3]])


# -- changed and damaged


@pytest.mark.parametrize("name", [GRAPH, WEIGHTS])
@pytest.mark.parametrize("how", ["touched", "cut", "longer", "missing", "a folder", "replaced"])
def test_one_that_changed_is_removed_and_made_anew(
    name: str, how: str, home: Path, copy: Copy, store: Store, model: InstalledModel, copies: Copies
) -> None:
    path = copy.graph.with_name(name)
    if how == "touched":
        os.utime(path, ns=(5, 5))
    elif how == "cut":
        os.truncate(path, path.stat().st_size // 2)
    elif how == "longer":
        with path.open("ab") as file:
            file.write(b"\0")
    else:
        content = path.read_bytes()
        path.unlink()
        if how == "a folder":
            path.mkdir()
        elif how == "replaced":
            path.with_name("new").write_bytes(content)
            path.with_name("new").rename(path)
    found = opened(home)
    assert not found.optimised
    assert "changed or damaged" in found.note
    assert said(found.synthesizer) == "hɛlˈO."
    assert listed(copies) == []
    build(store, model, copies)
    assert opened(home).optimised


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b"\xff", b'{"model.onnx": {}}'])
def test_without_its_record_it_is_not_trusted(
    content: bytes | None, home: Path, copy: Copy, copies: Copies
) -> None:
    path = copy.graph.with_name("verified.json")
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert not opened(home).optimised
    assert listed(copies) == []


def test_one_that_does_not_load_is_removed_and_the_original_speaks(
    home: Path, copy: Copy, copies: Copies
) -> None:
    seen = json.loads(copy.graph.with_name("verified.json").read_bytes())
    for name in (GRAPH, *PARTS):
        file = copy.graph.with_name(name)
        file.write_bytes(b"no graph")
        status = file.stat()
        seen[name] |= {
            "size": status.st_size,
            "mtime_ns": status.st_mtime_ns,
            "inode": status.st_ino,
        }
    copy.graph.with_name("verified.json").write_text(json.dumps(seen))
    found = opened(home)
    assert not found.optimised
    assert "cannot be used" in found.note
    assert "cannot be loaded" in found.note
    assert said(found.synthesizer) == "hɛlˈO."
    assert listed(copies) == []


@pytest.mark.parametrize("name", [GRAPH, WEIGHTS])
def test_a_full_hash_finds_what_stamps_do_not(
    name: str, model: InstalledModel, copy: Copy, copies: Copies
) -> None:
    hashed = [0]

    def advance(count: int) -> None:
        hashed[0] += count

    copies.verify(copy, advance)
    assert hashed == [copy.bytes]
    flip(copy.graph.with_name(name), 5_000)
    assert copies.find(model).copy == copy
    with pytest.raises(CopyError, match="was damaged"):
        copies.verify(copy)
    assert listed(copies) == []


def test_a_copy_that_is_gone_does_not_pass_the_full_hash(copy: Copy, copies: Copies) -> None:
    copies.discard(copy)
    with pytest.raises(CopyError, match="No such file"):
        copies.verify(copy)
    copies.discard(copy)
    assert listed(copies) == []


# -- one that speaks otherwise


@pytest.mark.parametrize(
    ("constant", "by", "problem"),
    [
        ("tone_hz", lambda hz: np.where(hz > 0, hz + 400, hz), "spectrum"),
        ("loudest", lambda _: 0.2, "loudness"),
        ("base_frames", lambda frames: frames * 2, "s of sound"),
        ("loudest", lambda _: 0.0, "silence"),
        ("radians", lambda _: np.nan, "not a number"),
    ],
)
def test_a_copy_that_speaks_otherwise_is_refused(
    constant: str, by: Any, problem: str, tmp_path: Path, home: Path, model: InstalledModel
) -> None:
    original = opened(home).synthesizer
    wrong = synthesizers.change(toy.build(tmp_path / "wrong.onnx"), constant, by)
    voices = synthesizers.Voices(model.voices)
    runs = (_phrase(original), _phrase(original))
    compare(model.model, voices, runs)
    with pytest.raises(EngineError, match=problem):
        compare(wrong, voices, runs)


def _phrase(synthesizer: KokoroSynthesizer) -> Any:
    segment = Segment(0, 0, 0, "", PHRASE)
    run = Run()
    return synthesizer.synthesize(segment, Utterance("af_heart", 1.0, "en-us"), run).pcm


def test_what_does_not_pass_is_tried_in_the_other_way_and_then_not_kept(
    home: Path,
    store: Store,
    model: InstalledModel,
    copies: Copies,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nothing is as alike as this asks for.
    monkeypatch.setattr(similarity, "COPY", similarity.Tolerance(0.0, 1.0, -100.0))
    steps: list[str] = []
    with pytest.raises(CopyError, match="its copy speaks otherwise: spectrum differs"):
        build(store, model, copies, steps.append)
    assert steps.count("speaking with the copy") == 3
    assert listed(copies) == []
    assert not opened(home).optimised


def test_a_damaged_model_is_not_copied(store: Store, model: InstalledModel, copies: Copies) -> None:
    flip(model.model, 3_000)
    os.utime(model.model, ns=(1, 1))
    with pytest.raises(ModelDamagedError):
        build(store, model, copies)
    assert not copies.folder.exists()


# -- the disk


_Usage = namedtuple("_Usage", "total used free")


def test_a_full_disk_is_told_before_anything_is_written(
    home: Path,
    store: Store,
    model: InstalledModel,
    copies: Copies,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10**9, 10**9, 10**6))
    steps: list[str] = []
    with pytest.raises(ModelError, match=r"1\.0 MB are free"):
        build(store, model, copies, steps.append)
    assert steps == []
    assert listed(copies) == []
    assert said(opened(home).synthesizer) == "hɛlˈO."


@pytest.mark.parametrize("limit", [3_000, 40_000])
def test_a_disk_that_fills_while_it_is_made_leaves_nothing(
    limit: int, home: Path, model: InstalledModel, copies: Copies
) -> None:
    # A limit on a file's size gives the errors that a full disk does. It spares the model,
    # which is only read.
    code = (
        # Else the bytecode of a module is cut off there too, and every later process reads it.
        "import resource, sys; sys.dont_write_bytecode = True;"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
        "from kokorod.engine.optimised import build;"
        "sys.exit(build.main(sys.argv[1:]))"
    )
    arguments = [str(home / "models"), model.name, str(home / "cache"), "float"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert "no optimised copy of toy can be made" in answer["failed"]
    assert listed(copies) == []
    assert said(opened(home).synthesizer) == "hɛlˈO."


def test_a_cache_folder_that_cannot_be_made_is_told(
    home: Path, store: Store, model: InstalledModel, copies: Copies
) -> None:
    (home / "cache").write_text("a file in its place")
    with pytest.raises(CopyError, match="optimising toy failed"):
        build(store, model, copies)
    assert not opened(home).optimised


# -- several processes


@contextlib.contextmanager
def building(copies: Copies) -> Iterator[None]:
    """As another process would hold it."""
    copies.folder.mkdir(parents=True, exist_ok=True)
    with exclusive(copies.folder / ".lock", "optimising toy", 0):
        yield


def test_the_second_who_builds_is_told_and_does_nothing(
    store: Store, model: InstalledModel, copies: Copies
) -> None:
    with building(copies):
        with pytest.raises(LockHeldError, match="optimising toy"):
            build(store, model, copies)
        assert listed(copies) == []
    build(store, model, copies)


def test_what_a_crash_left_is_cleaned_but_not_what_is_being_built(
    store: Store, model: InstalledModel, copies: Copies
) -> None:
    left = copies.folder / ".tmp-crashed"
    left.mkdir(parents=True)
    (left / WEIGHTS).write_bytes(b"half")
    with building(copies):
        copies.clean()
        assert listed(copies) == [".tmp-crashed"]
    copies.clean()
    assert listed(copies) == []
    left.mkdir()
    copy = build(store, model, copies)
    assert listed(copies) == [copy.key]


def test_cleaning_where_there_is_nothing_makes_nothing(copies: Copies) -> None:
    copies.clean()
    assert not copies.folder.exists()
