"""The rooms (tools/rooms.py): their floors, the arrows between them, the page they stand on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.paths import ROOT

from tools import rooms

#: Files that lie loose in kokorod/: those that are no room's.
LOOSE = set("__init__ __main__ app shutdown perform config errors types vocabulary worker".split())
#: What the configuration knows of a voice.
VOICES = {"kokorod.voices.blends", "kokorod.voices.names"}


@pytest.fixture(scope="module")
def graph() -> Any:
    return rooms.read()


def test_every_room_has_a_floor_and_every_floor_is_there(graph: Any) -> None:
    named = [room for floor in rooms.FLOORS for room in floor]
    assert sorted(named) == sorted(graph.arrows())


def test_no_file_imports_itself_by_way_of_others(graph: Any) -> None:
    assert rooms.circles(graph.imports) == []


def test_imports_lead_to_lower_floors(graph: Any) -> None:
    assert rooms.upward(graph.arrows()) == []


def test_arrows_between_rooms_do_not_grow(graph: Any) -> None:
    arrows = graph.arrows()
    apart = ("kokoro_doors", "kokoro_client.aio")
    counted = [len(to) for room, to in arrows.items() if not room.startswith(apart)]
    assert sum(counted) <= rooms.MOST_ARROWS


def test_no_file_lies_loose_that_has_a_room() -> None:
    loose = {path.stem for path in (ROOT / "kokorod").glob("*.py")}
    assert loose <= LOOSE


def test_leaves_import_leaves_alone(graph: Any) -> None:
    def room(file: str) -> str:
        return ".".join(file.split(".")[:2])

    leaves = [file for file in graph.imports if room(file) in rooms.LEAVES]
    assert {room(file) for file in leaves} == rooms.LEAVES
    for leaf in leaves:
        others = {n for n in graph.imports[leaf] if n.startswith("kokorod") and n not in VOICES}
        assert {room(other) for other in others} <= rooms.LEAVES, leaf


def test_imports_inside_functions_and_for_type_checking_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "a"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "low.py").write_text("def f():\n    from . import high\n")
    (package / "high.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .low import f\n"
    )
    monkeypatch.setattr(rooms, "PACKAGES", {"a": package})
    monkeypatch.setattr(rooms, "FLOORS", ({"a": "", "a.low": ""}, {"a.high": ""}))
    graph = rooms.read()
    assert rooms.circles(graph.imports) == [["a.high", "a.low"]]
    assert rooms.upward(graph.arrows()) == ["a.low -> a.high"]


def test_the_page_has_the_table_of_today(graph: Any) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    made = rooms.with_table(page, rooms.table(graph))
    assert page == made, "run: python tools/rooms.py"
