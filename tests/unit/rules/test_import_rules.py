"""Who may import whom (docs/architecture.md), read from the source without running it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from support.paths import ROOT

DAEMON = ROOT / "kokorod"
CLIENT = ROOT / "client" / "kokoro_client"
SERVICE = ROOT / "launchd" / "kokoro_service"
DOORS = ROOT / "doors" / "kokoro_doors"

LEAVES = {
    *("types", "errors", "safety", "config", "worker", "voices"),
    *("vocabulary", "__init__"),
}
#: Room -> the other rooms it may import; the others' floors say it (test_room_graph.py).
#: `wire` is kokoro_client.wire.
ALLOWED: dict[str, set[str]] = {
    "net": {"wire", "watch"},
    "speech": set(),
    "schedule": set(),
    "engine": {"models", "wire"},
    "models": set(),
    "voices": set(),
    "watch": set(),
    "commands": {"models", "speech", "schedule", "engine", "wire", "doctor", "watch"},
    "doctor": {"models", "wire"},
}
#: Files beside app.py that connect rooms on its behalf.
CONNECTING = {"__main__", "app", "shutdown", "perform"}
#: What several doors need; it knows none of them.
SHARED_BY_DOORS = {"stretching", "cluster"}
PURE_CLIENT = {"msgpack"}
HEAVY = {"numpy", "onnxruntime", "sounddevice", "soundfile", "soxr"}


def imports(path: Path, package: str) -> set[str]:
    """Absolute module names that a file imports anywhere, type checking included."""
    found: set[str] = set()
    parts = package.split(".")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def package_of(path: Path, root: Path, name: str) -> str:
    return ".".join([name, *path.relative_to(root).parent.parts])


@pytest.mark.parametrize("path", files(CLIENT), ids=lambda p: str(p.relative_to(CLIENT)))
def test_client_imports_nothing_of_the_daemon_and_nothing_heavy_at_the_top(path: Path) -> None:
    found = imports(path, package_of(path, CLIENT, "kokoro_client"))
    assert not {name for name in found if name.split(".")[0] in ("kokorod", "kokoro_service")}
    top = {
        name.split(".")[0]
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        )
    }
    assert not top & HEAVY


@pytest.mark.parametrize("path", files(DAEMON), ids=lambda p: str(p.relative_to(DAEMON)))
def test_rooms_import_only_what_they_may(path: Path) -> None:
    found = imports(path, package_of(path, DAEMON, "kokorod"))
    outside = {n for n in found if n.startswith("kokoro_client")}
    assert all(n.startswith("kokoro_client.wire") for n in outside), outside
    relative = path.relative_to(DAEMON)
    room = relative.parts[0] if len(relative.parts) > 1 else None
    if room is None:
        assert relative.stem in LEAVES | CONNECTING
        if relative.stem in CONNECTING:
            return
        allowed: set[str] = set()
        if relative.stem in ("config", "types"):
            allowed = {"wire"}
    else:
        if room not in ALLOWED:
            return
        allowed = ALLOWED[room] | {room}
    rooms = {n.split(".")[1] for n in found if n.startswith("kokorod.") and n.count(".") >= 1}
    rooms -= LEAVES | {"__version__"}
    if outside:
        rooms.add("wire")
    assert rooms <= allowed, f"{relative} imports {rooms - allowed}"


@pytest.mark.parametrize("path", files(DOORS), ids=lambda p: str(p.relative_to(DOORS)))
def test_doors_know_the_client_alone_and_not_each_other(path: Path) -> None:
    relative = path.relative_to(DOORS)
    found = imports(path, package_of(path, DOORS, "kokoro_doors"))
    assert not {name for name in found if name.split(".")[0] in ("kokorod", "kokoro_service")}
    rooms = {name.split(".")[1] for name in found if name.startswith("kokoro_doors.")}
    assert rooms <= {relative.parts[0], *SHARED_BY_DOORS}, relative


#: Where code runs: nowhere in particular, on the loop, in a thread with an inbox, in a child or
#: a command.
KINDS = ("# pure:", "# loop:", "# worker:", "# process:")


@pytest.mark.parametrize(
    "folder",
    [
        CLIENT / "wire",
        SERVICE,
        DOORS,
        DAEMON,
        *sorted({path.parent for path in DAEMON.glob("*/*.py")}),
    ],
    ids=lambda p: p.name,
)
def test_first_line_names_the_kind_of_file(folder: Path) -> None:
    unnamed = [
        str(path.relative_to(ROOT))
        for path in files(folder)
        if path.name != "__init__.py" and not path.read_text(encoding="utf-8").startswith(KINDS)
    ]
    assert not unnamed, f"begin each with one of {KINDS}"


def test_pure_files_import_no_socket_thread_or_clock() -> None:
    banned = {"socket", "selectors", "threading", "queue", "time", "subprocess", "onnxruntime"}
    for path in [*files(DAEMON), *files(CLIENT), *files(SERVICE), *files(DOORS)]:
        if not path.read_text(encoding="utf-8").startswith("# pure:"):
            continue
        found = {name.split(".")[0] for name in imports(path, "x")}
        assert not found & banned, (path, found & banned)
