"""A fake as a program: started dozens of times in a test, so it loads next to nothing.

json, pathlib and typing take three times as long to load as the interpreter itself.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

_FOLDER = __file__.rpartition("/")[0]
_START = "import sys; sys.path.insert(0, sys.argv[1]); import {module}; {module}.start()"


def install(program: Path, module: str, state: dict[str, Any]) -> Path:
    """Write `program`, which runs `module` of this folder on a state; the path of the state."""
    import json

    program.parent.mkdir(parents=True, exist_ok=True)
    path = program.with_name(f"{module}-state.json")
    path.write_text(json.dumps(state))
    start = _START.format(module=module)
    program.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -I -S -c "{start}" "{_FOLDER}" "{path}" "$@"\n'
    )
    program.chmod(0o755)
    return path


def start(answer: Callable[[dict[str, Any], list[str]], int]) -> None:
    """Answer what the command line asks, note that it was asked, keep what changed; exit."""
    path, arguments = sys.argv[2], sys.argv[3:]
    with open(path) as file:  # noqa: PTH123
        state = eval(file.read(), {"true": True, "false": False, "null": None})
    try:
        status = answer(state, arguments)
    finally:
        with open(path, "w") as file:  # noqa: PTH123
            file.write(_json(state))
    sys.exit(status)


def _json(value: Any) -> str:
    from _json import encode_basestring_ascii as quoted

    match value:
        case dict():
            return "{" + ", ".join(f"{quoted(k)}: {_json(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_json, value)) + "]"
        case str():
            return quoted(value)
        case None:
            return "null"
        case bool():
            return str(value).lower()
    return str(value)
