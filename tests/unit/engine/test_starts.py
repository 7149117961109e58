"""A file that ends the process which opens it does not end every start."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.toy import synthesizers

from kokorod.engine import starts
from kokorod.engine.loading import KokoroPlan, open_kokoro
from kokorod.errors import ModelDamagedError


@pytest.fixture
def plan(tmp_path: Path) -> KokoroPlan:
    store, model = synthesizers.install(tmp_path / "home")
    cache = tmp_path / "cache"
    cache.mkdir()
    return KokoroPlan(store.folder, model.name, 1, cache_folder=cache)


def note(plan: KokoroPlan) -> Path:
    assert plan.cache_folder is not None
    return plan.cache_folder / "opening"


def test_a_note_is_there_while_it_is_opened_and_not_after(
    plan: KokoroPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    open_kokoro(plan, on_libraries=lambda: seen.append(note(plan).read_text()))
    assert seen == ["1\n"]
    assert not note(plan).exists()


def test_what_ended_starts_is_opened_in_a_child_first(plan: KokoroPlan) -> None:
    """Kills and power cuts are no fault of the model's: it opens."""
    assert starts._opened_in_child(plan) == 0
    note(plan).write_text("2\n")
    assert open_kokoro(plan).synthesizer.voices()
    assert not note(plan).exists()


def test_what_ends_the_child_too_is_damaged(
    plan: KokoroPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(plan).write_text("2\n")
    asked: list[KokoroPlan] = []
    monkeypatch.setattr(starts, "_opened_in_child", lambda plan: asked.append(plan) or -11)
    with pytest.raises(ModelDamagedError, match="SIGSEGV"):
        open_kokoro(plan)
    assert len(asked) == 2  # with the copy, and without
    assert note(plan).read_text() == "2\n"  # the next start is as careful


def test_one_start_that_was_killed_asks_no_child(
    plan: KokoroPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(plan).write_text("1\n")
    monkeypatch.setattr(starts, "_opened_in_child", lambda plan: pytest.fail("asked"))
    open_kokoro(plan)


def test_a_note_that_says_nothing_is_none(plan: KokoroPlan) -> None:
    note(plan).write_text("x" * 100)
    open_kokoro(plan)
    assert not note(plan).exists()
