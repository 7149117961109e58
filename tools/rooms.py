"""The rooms and their floors: who may import whom, and the table of docs/architecture.md.

    python tools/rooms.py          write the table into docs/architecture.md
    python tools/rooms.py --show   the arrows between rooms, and what is wrong with them

ROOMS is the one table. A room is the first folder below a package, or a file that lies loose
in it. A room imports only rooms of lower floors, and LEAVES, which import nothing but each
other; tests/unit/rules/test_room_graph.py holds that, counting imports inside functions and for
type checking too.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
PACKAGES = {
    "kokoro_client": ROOT / "client" / "kokoro_client",
    "kokorod": ROOT / "kokorod",
    "kokoro_doors": ROOT / "doors" / "kokoro_doors",
}
#: Imported by every room; arrows to them say nothing and are not counted.
LEAVES = frozenset(
    {
        "kokorod",
        "kokorod.types",
        "kokorod.errors",
        "kokorod.safety",
        "kokorod.config",
        "kokorod.vocabulary",
        "kokorod.worker",
    }
)

#: Arrows between rooms, at most, but for those of doors, which lead to the client alone, and of
#: aio, which stands beside the blocking client on the same rooms. It only ever goes down.
MOST_ARROWS = 125

#: From the ground up: room -> what it holds.
FLOORS: tuple[dict[str, str], ...] = (
    {
        "kokoro_client.version": "its version",
        "kokoro_client.wire": "frames, messages, error codes, socket address",
        "kokorod.voices": "voices by name, blends of them, languages",
        "kokorod.watch": "the log, the metrics, notices to systemd",
    },
    {
        "kokoro_client.errors": "what can go wrong for a client",
        "kokoro_client.wakeup": "wakes a thread",
        "kokoro_client.atomic_file": "a file that is written whole or not at all",
        "kokoro_client.transcript": "when each word is heard",
        "kokorod.net": "selector loop, listener, who is connected, one connection",
        "kokorod.schedule": "how long a segment is, which runs where, next; pure",
        "kokorod.speech": "text to sentences and phonemes",
        "kokorod.models": "manifest, store, download",
    },
    {
        "kokoro_client.captions": "captions of a text as it was spoken",
        "kokoro_client.sound": "PCM to a sound device or a file",
        "kokoro_client.transport": "one connection to the daemon, shared by many speeches",
        "kokoro_client.testing": "a daemon for the tests of programs that speak",
        "kokorod.engine": "lanes, onnxruntime and espeak-ng as synthesizers, joins",
    },
    {
        "kokoro_client.autostart": "starts the daemon",
        "kokoro_client.speech": "one text being spoken",
        "kokorod.lanes": "the lanes as a set: which are open, what can speak",
        "kokorod.doctor": "what `kokoroctl doctor` looks at",
    },
    {
        "kokoro_client.playing": "plays what is spoken",
        "kokorod.commands": "what `kokoroctl` gains where the daemon is installed",
    },
    {
        "kokoro_client.client": "the blocking client",
    },
    {
        "kokoro_client": "what a program imports",
        "kokoro_client.aio": "the client for asyncio and trio",
        "kokoro_client.cli": "`kokoroctl`, a file or folder a command",
    },
    {
        "kokorod.speaker": "the loudspeaker: whose turn it is, what is played of it",
        "kokorod.maintenance": "between requests: warm-ups, memory, weights kept in memory",
        "kokoro_doors.stretching": "for several doors: faster and slower than Kokoro speaks",
        "kokoro_doors.cluster": "for several doors: nodes of a Ray cluster that speak as this one",
    },
    {"kokorod.requests": "a speak request from Speak to Done"},
    {
        "kokorod.admin": "what is asked of the daemon itself: status, voices, reload",
        "kokorod.perform": "what the scheduler decides is done",
        "kokorod.shutdown": "the end: what is finished, who is told",
    },
    {
        "kokorod.app": "the composition root, the life of the process",
        "kokoro_doors": "what stands in front of the client for programs that do not know it",
        "kokoro_doors.hook": "`kokoroctl hook`: what a coding agent hands to its hooks",
        "kokoro_doors.mcp": "`kokoroctl mcp`: a server of the Model Context Protocol",
        "kokoro_doors.speechd": "`kokoroctl speechd`: an output module of speech-dispatcher",
        "kokoro_doors.gateway": "`kokoroctl gateway`: OpenAI's audio API over HTTP, and a page",
        "kokoro_doors.wyoming": "`kokoroctl wyoming`: a text-to-speech service of Wyoming",
        "kokoro_doors.book": "`kokoroctl book`: the chapters of a book, and files of sound",
    },
    {
        "kokoro_client.__main__": "`python -m kokoro_client`",
        "kokorod.__main__": "the command line",
    },
)

BEGIN = "<!-- made by tools/rooms.py: begin -->\n"
END = "<!-- made by tools/rooms.py: end -->\n"


@dataclass(slots=True)
class Graph:
    """Modules of the packages, what each imports, and the room each lies in."""

    imports: dict[str, set[str]] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)

    def arrows(self) -> dict[str, set[str]]:
        """Room -> the rooms it imports, leaves aside."""
        arrows: dict[str, set[str]] = {room: set() for room in self.rooms.values()}
        for module, imported in self.imports.items():
            room = self.rooms[module]
            arrows[room] |= {self.rooms[other] for other in imported} - {room} - LEAVES
        return {room: arrows[room] for room in arrows if room not in LEAVES}


def read() -> Graph:
    """The graph of imports, from the source without running it."""
    paths: dict[str, Path] = {}
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = [package, *path.relative_to(folder).with_suffix("").parts]
            paths[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    graph = Graph()
    for module, path in paths.items():
        parts = module.split(".")
        graph.rooms[module] = ".".join(parts[:2])
        package = parts if path.name == "__init__.py" else parts[:-1]
        graph.imports[module] = _imports(path, package) & paths.keys() - {module}
    return graph


def _imports(path: Path, package: list[str]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            inner = {f"{module}.{alias.name}" for alias in node.names}
            found |= inner
            if not all(_is_module(name) for name in inner):
                found.add(module)
    return found


def _is_module(name: str) -> bool:
    package, *rest = name.split(".")
    if package not in PACKAGES:
        return False
    path = PACKAGES[package].joinpath(*rest)
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Nodes that reach themselves, each circle sorted (Tarjan's algorithm)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in order:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            at = stack.index(node)
            circle, stack[at:] = sorted(stack[at:]), []
            if len(circle) > 1:
                found.append(circle)

    for node in sorted(graph):
        if node not in order:
            visit(node)
    return found


def upward(arrows: dict[str, set[str]]) -> list[str]:
    """Arrows that do not lead to a lower floor."""
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    return [
        f"{room} -> {other}"
        for room, others in sorted(arrows.items())
        for other in sorted(others)
        if floor.get(other, len(FLOORS)) >= floor.get(room, 0)
    ]


def table(graph: Graph) -> str:
    """The rooms of docs/architecture.md, from the top down."""
    arrows = graph.arrows()
    lines = ["| room | holds | imports |", "|---|---|---|"]
    for rooms in reversed(FLOORS):
        for room, holds in rooms.items():
            inner = ", ".join(sorted(_short(other, room) for other in arrows[room]))
            lines.append(f"| `{_path(room)}` | {holds} | {inner} |")
    return "\n".join(lines) + "\n"


def _path(room: str) -> str:
    package, *rest = room.split(".")
    path = PACKAGES[package].joinpath(*rest)
    shown = path.relative_to(ROOT).as_posix()
    return f"{shown}/" if path.is_dir() else f"{shown}.py"


def _short(room: str, seen_from: str) -> str:
    package, *rest = room.split(".")
    return ".".join(rest) if rest and seen_from.startswith(package) else ".".join(rest) or package


def with_table(page: str, made: str) -> str:
    """The page with the table between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


def main() -> None:
    graph = read()
    if "--show" in sys.argv:
        arrows = graph.arrows()
        print("arrows", sum(map(len, arrows.values())), "floors", len(FLOORS))
        print("circles of files", circles(graph.imports))
        print("circles of rooms", circles(arrows))
        print("upward", upward(arrows))
        return
    page = with_table(PAGE.read_text(encoding="utf-8"), table(graph))
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
