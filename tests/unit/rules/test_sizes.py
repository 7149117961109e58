"""No file and no function so long that it holds more than one idea."""

from __future__ import annotations

import ast

import pytest
from support.paths import ROOT

FOLDERS = ("kokorod", "client", "doors", "launchd", "tools", "bench", "examples")
MOST_LINES_OF_FILE = 400
MOST_LINES_OF_FUNCTION = 60


def _sources(folder: str) -> dict[str, str]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_is_too_long(folder: str) -> None:
    sources = _sources(folder)
    assert sources
    long = {name: text.count("\n") for name, text in sources.items()}
    assert {name: n for name, n in long.items() if n > MOST_LINES_OF_FILE} == {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_function_is_too_long(folder: str) -> None:
    long: dict[str, int] = {}
    for name, text in _sources(folder).items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MOST_LINES_OF_FUNCTION:
                    long[f"{name} {node.name}"] = lines
    assert long == {}
